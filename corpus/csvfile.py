"""Reading a CSV table into typed rows, with file, line and column in every error."""

from __future__ import annotations

import csv
from collections.abc import Callable
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
    return tuple(row for _, row in numbered_rows(path, model))


def numbered_rows(
    path: Path, model: type[R], report: Callable[[TableError], None] | None = None
) -> tuple[tuple[int, R], ...]:
    """The rows of `path` with the line on which each begins (1-based, the header is line 1).

    With `report`, errors of the table are handed to it instead of being raised, all of them, and the faulty rows
    are left out; a faulty header leaves out everything.
    """
    if not path.is_file():
        raise MissingFileError(path)

    def fail(error: TableError) -> None:
        if report is None:
            raise error
        report(error)

    rows: list[tuple[int, R]] = []
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle, strict=True)
        try:
            header = next(reader, [])
            if problem := _header_problem(path, header, model):
                fail(problem)
                return ()
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    row = _row(path, line, header, cells, model, fail)
                    rows.extend([(line, row)] if row is not None else [])
                line = reader.line_num + 1
        except csv.Error as error:
            fail(TableError(path, reader.line_num, "", f"not valid CSV: {error}"))
        except UnicodeDecodeError:
            fail(TableError(path, reader.line_num, "", "not UTF-8", hint="Save the table as UTF-8."))
    return tuple(rows)


def _header_problem(path: Path, header: list[str], model: type[Row]) -> TableError | None:
    expected = list(model.model_fields)
    missing = [name for name in expected if name not in header]
    unknown = [name for name in header if name not in expected]
    if not missing and not unknown and len(set(header)) == len(header):
        return None
    parts = [f"missing columns {missing}" if missing else "", f"unknown columns {unknown}" if unknown else ""]
    problem = "; ".join(part for part in parts if part) or "a column name repeats"
    return TableError(path, 1, "", problem, hint=f"The columns are: {', '.join(expected)}.")


def _row(
    path: Path,
    line: int,
    header: list[str],
    cells: list[str],
    model: type[R],
    fail: Callable[[TableError], None],
) -> R | None:
    if len(cells) != len(header):
        problem = f"{len(cells)} cells, the header has {len(header)}"
        fail(TableError(path, line, "", problem, hint="Quote cells that contain a comma."))
        return None
    named = dict(zip(header, cells, strict=True))
    try:
        return model.model_validate(named)
    except ValidationError as error:
        for found in error.errors():
            column = str(found["loc"][0]) if found["loc"] else ""
            fail(TableError(path, line, column, f"{named.get(column, '')!r}: {found['msg']}"))
        return None
