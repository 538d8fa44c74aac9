"""The AMA's licensed CPT descriptor files: LONGULT, MEDU and SHORTU, each user's own copy.

A copyright notice of some thirty lines comes first; the data begin at the first line that is a code and a tab or blank.
LONGULT is tab-delimited; MEDU and SHORTU are fixed width with the text from column 7. The year stands nowhere in the
files. The three must name the same codes. Their text stays in the database of the user: it is never logged, exported or
put into the repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.importers.checks import must_hold
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row
from corpus.importers.store import Staged

_LINE = re.compile(r"^(\d{4}[0-9A-Z])([\t ])(.+)$")
_FIRST = re.compile(r"^\d{4}[0-9A-Z][\t ]\S", re.M)
_NOTICE = re.compile(r"American Medical Association", re.I)
_MEDIUM, _SHORT = 48, 28
"""Longest medium and short descriptor."""
LONG, MEDIUM, SHORT = "long", "medium", "short"


def _sample(document: Document) -> list[re.Match[str]]:
    return [match for line in document.head.splitlines() if (match := _LINE.match(line.rstrip()))]


def _is_cpt(document: Document) -> bool:
    """Codes with text after a notice of the AMA, one of them of the CPT's own form, in no CMS record layout."""
    if document.is_sheet or document.head.startswith("HDR") or "Column1/Column2" in document.head:
        return False
    sample = _sample(document)
    return bool(sample) and bool(_NOTICE.search(document.head[: document.head.find(sample[0].group())]))


def _folders(document: Document) -> str:
    """The year stands in the name of the folder or archive, if anywhere."""
    folders = document.path.resolve().parts[-3:-1]
    return " ".join((document.member, document.path.name, *reversed(folders)))


def _length(document: Document) -> str:
    """Which of the three descriptors the file holds: by its delimiter, then by its longest text."""
    sample = _sample(document)
    if sample[0].group(2) == "\t":
        return LONG
    return SHORT if max(len(match.group(3)) for match in sample) <= _SHORT else MEDIUM


def _read(document: Document) -> Iterator[Row]:
    length = _length(document)
    started = False
    for line, text in document.lines():
        match = _LINE.match(text.removeprefix("\ufeff"))
        if match is None:
            if started and text.strip("\x1a "):
                raise document.refuse("is no code with a descriptor", line=line)
            continue
        started = True
        descriptor = match.group(3)
        if length == LONG and "\t" in descriptor:
            raise document.refuse("more than two fields", line=line)
        if length != LONG and len(descriptor.rstrip()) > _MEDIUM:
            raise document.refuse(f"a descriptor of more than {_MEDIUM} characters", line=line, column="7")
        # Byte for byte: only the filling blanks of a fixed-width line are no part of the text.
        yield match.group(1), length, descriptor if length == LONG else descriptor.rstrip(), line


def _check(staged: Staged) -> None:
    """The long descriptors are there, the codes that we know too, and all lengths name the same codes."""
    held: dict[str, set[str]] = {}
    for key, length in staged.rows("code", "length"):
        held.setdefault(length, set()).add(key)
    if LONG not in held:
        raise staged.refuse(
            "no long descriptors (LONGULT) among the files", hint="Name LONGULT.txt, MEDU.txt and SHORTU.txt together."
        )
    for length, codes in held.items():
        if codes != held[LONG]:
            differing = sorted(codes ^ held[LONG])
            raise staged.refuse(
                f"{len(differing)} codes have a long or a {length} descriptor, not both, such as {differing[0]}"
            )
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.codes
        if row.system != "HCPCS-II"
        if row.status == "active" and (row.effective_from is None or row.effective_from <= start)
    }
    must_hold(staged, held[LONG], known, "CPT codes")


AMA_CPT = Kind(
    name="ama-cpt",
    title="CPT descriptors, your licensed files of the AMA (LONGULT, MEDU, SHORTU)",
    columns=("code", "length", "description"),
    key=("code", "length"),
    layouts=(Layout("AMA standard", _is_cpt, _read, _folders),),
    check=_check,
    span="year",
    parts=True,
)
"""Licensed CPT descriptors, kept in the user's database only."""
