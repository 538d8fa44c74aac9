"""The page of a code that only imported official files know: what they say of it, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from bot.answer import CodeState
from bot.findings.advice import descriptor
from bot.lookup import normalized
from bot.rules.held import state
from bot.rules.price import Setting, price
from corpus.codes import codes_in
from corpus.knowledge import Knowledge

ONLY = "No guidance is held on this code: what follows is from imported official files."


class OfficialPage(BaseModel):
    """What imported files say of one code on one date of service; blank where none of them says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    on: date
    status: CodeState
    descriptor: str
    descriptor_source: str
    notice: str
    added: date | None
    effective_to: date | None
    medicare_status: str
    medicare_meaning: str
    office_amount: Decimal | None
    facility_amount: Decimal | None
    fee_schedule: str
    unit_limit: int | None
    unit_indicator: str
    unit_edition: str
    addon_to: tuple[str, ...]
    addon_edition: str


def official_page(knowledge: Knowledge, asked: str, on: date) -> OfficialPage | None:
    """The page of a code beyond the code table; None when the table has it, or no imported file knows it."""
    code = next(iter(codes_in(asked.strip().upper())), "")
    if not code or normalized(knowledge, asked) in knowledge.codes or not knowledge.official.knows(code, on):
        return None
    text, source = descriptor(knowledge, code, on)
    listed, limit = knowledge.official.code(code, on), knowledge.official.limit(code, on)
    addon = knowledge.official.addon(code, on)
    settings: tuple[Setting, Setting] = ("nonfacility", "facility")
    office, facility = (price(knowledge, code, on, setting=setting) for setting in settings)
    edition = knowledge.official.edition("pfs-rvu", on)
    return OfficialPage(
        code=code,
        on=on,
        status=state(knowledge, code, on),
        descriptor=text,
        descriptor_source=source,
        notice=ONLY,
        added=listed.added if listed else None,
        effective_to=listed.effective_to if listed else None,
        medicare_status=office.rate.status if office.rate else "",
        medicare_meaning=office.letter.meaning if office.letter else "",
        office_amount=office.amount,
        facility_amount=facility.amount,
        fee_schedule=edition.edition if edition and office.rate else "",
        unit_limit=limit.mue if limit else None,
        unit_indicator=limit.mai if limit else "",
        unit_edition=limit.mue_edition if limit else "",
        addon_to=addon.addon_to if addon else (),
        addon_edition=addon.edition if addon else "",
    )
