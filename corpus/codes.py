"""How a billing code looks in text, and which codes are named there."""

from __future__ import annotations

import re
from collections.abc import Container

CODE_SHAPE = re.compile(r"(?<![A-Za-z0-9.$#])(\d{4}[0-9A-Z]|[A-Z]\d{4})(?![A-Za-z0-9])(?!\.\d|,\d)")
"""CPT (five digits, or four digits and a letter) and HCPCS Level II (a letter and four digits) in running text."""


def codes_in(text: str, known: Container[str] | None = None) -> tuple[str, ...]:
    """Codes named in `text`, in order of first mention, upper case; only `known` ones when that is given."""
    found = dict.fromkeys(match.group(1) for match in CODE_SHAPE.finditer(text))
    return tuple(code for code in found if known is None or code in known)
