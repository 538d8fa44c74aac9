"""Official files into the database: one module a family, each with its layouts and its completeness checks.

`KINDS` names what can be imported. `load.import_files` does it; `corpus.official.Official` looks up what was imported.
"""

from __future__ import annotations

from corpus.importers.cpt import AMA_CPT
from corpus.importers.fees import PFS_RVU
from corpus.importers.hcpcs import HCPCS, HCPCS_CODES, HCPCS_MODIFIER
from corpus.importers.kinds import Kind
from corpus.importers.lists import CARC_RARC, POS, TAXONOMY, TELEHEALTH
from corpus.importers.localities import CONVERSION_FACTOR, GPCI, PFS_LOCALITY, PFS_ZIP
from corpus.importers.ncci import NCCI_ADDON, NCCI_MUE, NCCI_PTP

VERSION = "1"
"""Version of the importers, kept with each edition; raised when the same file would be stored differently."""

_ALL = (
    PFS_RVU,
    GPCI,
    CONVERSION_FACTOR,
    PFS_LOCALITY,
    PFS_ZIP,
    HCPCS,
    HCPCS_MODIFIER,
    HCPCS_CODES,
    NCCI_PTP,
    NCCI_MUE,
    NCCI_ADDON,
    TELEHEALTH,
    POS,
    CARC_RARC,
    TAXONOMY,
    AMA_CPT,
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
"""What can be imported, by name; recognized in this order."""

__all__ = ["KINDS", "VERSION", "Kind"]
