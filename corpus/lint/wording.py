"""Wording that must not be in the corpus: official CPT text belongs to the American Medical Association."""

from __future__ import annotations

import re

_LICENSED = re.compile(
    r"\((?:eg|ie), "
    r"|list separately in addition to code"
    r"|physician or other qualified health care professional, "
    r"|with interpretation and report"
    r"|evaluation and management of (?:a|an) (?:new|established)"
    r"|requires a medically appropriate history and/or examination"
    r"|(?:face-to-face )?with the patient and/or family"
    r"|each additional \d+ minutes? (?:of|\()"
    r"|must be met or exceeded",
    re.IGNORECASE,
)
"""Turns of phrase of CPT descriptors that nobody uses in ordinary guidance."""


def licensed_phrase(text: str) -> str | None:
    """The turn of phrase of a CPT descriptor that `text` contains, or None."""
    match = _LICENSED.search(text)
    return match.group(0) if match else None
