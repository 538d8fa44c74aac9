"""Reading a CSV table into typed rows, with file, line and column in every error."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from corpus.errors import MissingFileError, TableError
from corpus.rows import Row

R = TypeVar("R", bound=Row)


def read_rows(path: Path, model: type[R]) -> tuple[R, ...]:
    """All rows of `path` as `model`, in file order.

    Raises:
        MissingFileError: the file is not there.
        TableError: the header does not carry exactly the model's columns, a row has too many or too few cells,
            or a cell does not fit its type. The error names file, line and column.
    """
    if not path.is_file():
        raise MissingFileError(path)
    rows: list[R] = []
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle, strict=True)
        try:
            header = next(reader, [])
            _check_header(path, header, model)
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise TableError(
                        path,
                        reader.line_num,
                        "",
                        f"{len(cells)} cells, the header has {len(header)}",
                        hint="Quote cells that contain a comma.",
                    )
                rows.append(_row(path, reader.line_num, dict(zip(header, cells, strict=True)), model))
        except csv.Error as error:
            raise TableError(path, reader.line_num, "", f"not valid CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise TableError(path, reader.line_num, "", "not UTF-8", hint="Save the table as UTF-8.") from error
    return tuple(rows)


def _check_header(path: Path, header: list[str], model: type[Row]) -> None:
    expected = list(model.model_fields)
    missing = [name for name in expected if name not in header]
    unknown = [name for name in header if name not in expected]
    if missing or unknown or len(set(header)) != len(header):
        parts = [f"missing columns {missing}" if missing else "", f"unknown columns {unknown}" if unknown else ""]
        problem = "; ".join(part for part in parts if part) or "a column name repeats"
        raise TableError(path, 1, "", problem, hint=f"The columns are: {', '.join(expected)}.")


def _row(path: Path, line: int, cells: dict[str, str], model: type[R]) -> R:
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0]) if first["loc"] else ""
        raise TableError(path, line, column, f"{cells.get(column, '')!r}: {first['msg']}") from error
