"""Rows of imported official files as rules and evidence see them: the shipped rows' columns, and the edition.

`official_ref` names a row (`kind:edition/key`), so that the checker can look it up again in the store.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from corpus.rows import Edit, Items, Locality, OptDate, OptText, Rate, Row, Text


class HeldRate(Rate):
    """Relative values of one (code, modifier) of an imported release; amounts follow from them."""

    edition: Text

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"pfs-rvu:{self.edition}/{self.code}{'-' + self.mod if self.mod else ''}"


class HeldLocality(Locality):
    """Practice cost indices of one locality of an imported year."""

    edition: Text

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"gpci:{self.edition}/{self.mac}-{self.locality}"


class HeldEdit(Edit):
    """One NCCI pair of an imported edition, as it was on a date of service."""

    effective_from: OptDate
    effective_to: OptDate

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"ncci-ptp:{self.edition}/{self.column1}/{self.column2}"


class HeldLimit(Row):
    """One unit limit of an imported edition."""

    code: Text
    mue: int
    mai: Text
    rationale: Text
    mue_edition: Text
    sources: Items

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"ncci-mue:{self.mue_edition}/{self.code}"


class HeldAddon(Row):
    """The primary codes of one add-on code of an imported edition; `by_contractor`: the contractor defines more."""

    code: Text
    addon_to: Items
    by_contractor: bool
    edition: Text
    sources: Items

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"ncci-addon:{self.edition}/{self.code}"


class HeldCode(Row):
    """One HCPCS Level II code or modifier of an imported edition; `effective_to` is its last valid day."""

    code: Text
    official_descriptor: Text
    short_description: OptText
    coverage: OptText
    added: OptDate
    effective_to: OptDate
    edition: Text
    sources: Items

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"hcpcs:{self.edition}/{self.code}"

    def status(self, on: date) -> Literal["active", "deleted", "not_yet_effective"]:
        """`active`, `deleted` or `not_yet_effective` on a date of service."""
        if self.added is not None and on < self.added:
            return "not_yet_effective"
        return "deleted" if self.effective_to is not None and on > self.effective_to else "active"


class HeldNumber(Row):
    """One HCPCS Level II code number of an imported list without descriptors."""

    code: Text
    edition: Text
    sources: Items

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"hcpcs-codes:{self.edition}/{self.code}"


class HeldDescriptor(Row):
    """The exact long descriptor of one CPT code of the user's licensed file."""

    code: Text
    official_descriptor: Text
    edition: Text
    sources: Items

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"ama-cpt:{self.edition}/{self.code}"


class HeldEdition(Row):
    """One imported edition itself: what is said of a file as a whole rests on it."""

    kind: Text
    edition: Text
    effective_from: date
    rows: int
    files: Items
    sha256: Text

    @property
    def official_ref(self) -> str:
        """Name of the row."""
        return f"{self.kind}:{self.edition}/{EDITION_KEY}"


EDITION_KEY = "edition"
"""Key under which an edition names itself."""
