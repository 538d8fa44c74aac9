"""Claims from command-line words and from a CSV of claim lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import InputFileError, UsageError
from bot.inputs import parse_date, parse_lines, parse_minutes, parse_modifiers, parse_payer, parse_performer

if TYPE_CHECKING:
    from bot.rules.claim import Claim, Line
    from corpus.knowledge import Knowledge

__all__ = ["COLUMNS", "parse_lines", "parse_minutes", "parse_modifiers", "parse_performer", "read_claims"]

COLUMNS = ("claim", "date", "code", "units", "modifiers", "pos", "minutes", "payer", "performer")
"""Columns of a claim file; only `code` is required, the command's options fill what a row leaves blank."""


def read_claims(path: Path, default: Claim, held: Knowledge) -> tuple[Claim, ...]:
    """The claims of a CSV file: rows with the same `claim` and date of service belong together.

    `default` gives date, payer, performer and place for blank cells.

    Raises:
        InputFileError: the file cannot be read, a column is unknown, or a cell does not fit (the line is named).
    """
    groups: dict[tuple[str, date], list[Line]] = {}
    facts: dict[tuple[str, date], tuple[str | None, str | None]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            _check_columns(path, reader.fieldnames)
            for cells in reader:
                row = {(name or "").strip().lower(): (value or "").strip() for name, value in cells.items() if name}
                if not any(row.values()):
                    continue
                key, line, about = _row(path, reader.line_num, row, default, held)
                groups.setdefault(key, []).append(line)
                facts.setdefault(key, about)
    except OSError as error:
        raise InputFileError(path, error.strerror or "cannot be read") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(path, f"not a CSV file in UTF-8: {error}") from error
    from bot.rules.claim import Claim

    return tuple(Claim(tuple(lines), key[1], *facts[key], received=default.received) for key, lines in groups.items())


def _check_columns(path: Path, names: Iterable[str] | None) -> None:
    held = {(name or "").strip().lower() for name in names or ()}
    unknown = sorted(held - set(COLUMNS))
    if "code" not in held or unknown:
        problem = f"unknown columns {unknown}" if unknown else "no column 'code'"
        raise InputFileError(path, problem, line=1, hint=f"Columns are: {', '.join(COLUMNS)}; only code is required.")


def _row(
    path: Path, number: int, row: dict[str, str], default: Claim, held: Knowledge
) -> tuple[tuple[str, date], Line, tuple[str | None, str | None]]:
    from bot.rules.claim import parse_line, with_details

    try:
        day = parse_date(row.get("date") or None) or default.on
        line = parse_line(row.get("code", ""))
        units = int(row["units"]) if row.get("units") else line.units
        minutes = int(row["minutes"]) if row.get("minutes") else None
        payer = parse_payer(row.get("payer") or None, held) or default.payer
        performer = parse_performer(row.get("performer") or None, held) or default.performer
    except (ValueError, UsageError) as error:
        raise InputFileError(path, str(error), line=number) from error
    modifiers = (*line.modifiers, *parse_modifiers([row.get("modifiers", "")]))
    pos = row.get("pos") or next((given.pos for given in default.lines), None)
    line = type(line)(line.code, units, modifiers, minutes, pos)
    (line,) = with_details([line], {})
    return (row.get("claim", ""), day), line, (payer, performer)
