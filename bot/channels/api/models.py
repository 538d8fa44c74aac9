"""What programs send to the REST API, and what they get when it cannot be answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.feedback import LONGEST_TEXT, FeedbackKind
from bot.inputs import EARLIEST
from bot.toolbox.models import MOST_LINES, LineIn

LONGEST = 4000
LATEST = dt.date(2099, 12, 31)
CONVERSATION = r"^[A-Za-z0-9_-]{1,64}$"


def _plausible(day: dt.date) -> dt.date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"a date of service lies between {EARLIEST} and {LATEST}")
    return day


Day = Annotated[
    dt.date,
    AfterValidator(_plausible),
    Field(description=f"Date of service, YYYY-MM-DD, {EARLIEST} to {LATEST}.", examples=["2026-03-02"]),
]
Payer = Annotated[
    str, Field(max_length=60, description="A payer as people write it; unknown names are refused with suggestions.")
]


class Body(BaseModel):
    """Base of request bodies: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid")


class AskIn(Body):
    """One question. Turns with the same `conversation` share the facts stated so far."""

    message: str = Field(min_length=1, max_length=LONGEST)
    conversation: str | None = Field(default=None, pattern=CONVERSATION)
    date: Day | None = None
    payer: Payer | None = None


class CheckIn(Body):
    """Claim lines of one patient, one practitioner and one date. No patient data is wanted."""

    lines: list[LineIn] = Field(min_length=1, max_length=MOST_LINES)
    date: Day | None = None
    payer: Payer | None = None
    performer: str | None = Field(default=None, max_length=60, description="Credential or key of who performs.")


class FeedbackIn(Body):
    """A remark about one answer; identifiers in `text` are replaced before it is kept."""

    answer_id: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")
    kind: FeedbackKind
    text: str = Field(default="", max_length=LONGEST_TEXT)


class Kept(BaseModel):
    """Feedback was kept; `text` is what is kept of it."""

    kept: bool
    text: str


class State(BaseModel):
    """How the server is."""

    status: str
    knowledge: str
    horizon: dt.date | None = None


class Problem(BaseModel):
    """Why a request was not answered, and what to do about it."""

    error: str
    hint: str = ""
