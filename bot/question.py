"""What a user asked: the facts that were stated, carried over or assumed, and what the turn is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

_GOES_ON, _ADDS = 4, 7
"""Content words of a turn that still leans on the last answer: one that asks, and one that only adds to the case."""


class Frozen(BaseModel):
    """Base of these models: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeMention(Frozen):
    """A code as typed: with its units (`x2`) and modifiers (`-95`); `negated` when it was said to be absent."""

    code: str
    units: int | None = None
    modifiers: tuple[str, ...] = ()
    negated: bool = False


class Duration(Frozen):
    """A stated time in minutes, inclusive (`minutes_from` = `minutes_to` unless a range was typed).

    `start` and `end` are character offsets; `part` marks a part of a session ("the last 10 minutes"), `total` the time
    of a whole visit rather than of one service, `actual` what it came to ("ran to 95 minutes") rather than what was
    planned, `left` that someone left then ("walked out after 20 minutes").
    """

    minutes_from: int
    minutes_to: int
    start: int = 0
    end: int = 0
    total: bool = False
    actual: bool = False
    part: bool = False
    left: bool = False


class Facts(Frozen):
    """What is known about the service. Every value is a key of a table or a number; nothing is guessed.

    `service` and `services` are concepts of `services.csv`, `performer` a word of `performed_by`, `payer` a payer
    slug, `place` a place-of-service code, `participants` a word of the code table, `cities` the cities of the name
    that was said, as `Springfield, MO`, largest first, `visit_day` the day of a visit counted from a discharge and
    `complexity` that of its decisions.
    """

    codes: tuple[CodeMention, ...] = ()
    services: tuple[str, ...] = ()
    minutes: int | None = None
    minutes_to: int | None = None
    days: int | None = None
    participants: str | None = None
    group_size: int | None = None
    performer: str | None = None
    payer: str | None = None
    state: str | None = None
    cities: tuple[str, ...] = ()
    modality: str | None = None
    visit: str | None = None
    with_em: str | None = None
    place: str | None = None
    modifiers: tuple[str, ...] = ()
    complexity: str | None = None
    visit_day: int | None = None
    date: dt.date | None = None

    @property
    def service(self) -> str | None:
        """The service that was named first."""
        return self.services[0] if self.services else None

    def stated(self) -> dict[str, object]:
        """The facts that hold a value."""
        return {name: value for name, value in self if value not in (None, ())}


class Question(Frozen):
    """One turn, read: `facts` hold for the conversation so far, `stated` were said in this turn.

    `intents` are ordered, strongest first; `polar` means that yes or no is expected, `negative`
    that it is put negatively, `needed` that it is what must be rather than what may be, `adverse` that
    yes would be bad news ("is it deleted"); `denials` are claim adjustment
    or remark codes that were named; `unknown_codes` look like billing codes but are in no table; `follow_up` means
    that the turn leans on earlier ones; `places_named` are places of service named by number;
    `content` counts the words that are neither filler nor cue;
    `assumed_service` is the service taken to be meant when none was named;
    `minutes_said` are all times of services in the turn, `cues` the intents that words named, `instruments` how many
    scored forms were named, `apart` that different days are meant, `separate` that the services of one day had their
    own times, `spans` that a week, month or year is meant, `glossed` the services that only say what the code after
    them is, `subject_acts` that yes or no is asked about what the clinician (or "I") may do, `furnishes` that it is
    asked of doing the work rather than of billing it,
    `said_cues` those named in this turn, `asks` that it has the form of a question, `closes` that it only takes the
    last answer in ("ok, got it"), `doubted` the codes that it would have in place of
    those of the last answer, `about` the words that name the matter of the talk for a turn with few of its own,
    `clinicians` that the services were those of two
    clinicians (of different `kinds`, or `others`), `put` how codes are asked about (`alone`, `bundled`, `edit`),
    `forms_said` who took part, as often as the turn says so ("group at 10, one on one at 2"), `diagnoses` the kinds of
    diagnosis said (physical, mental, none), `asks_amount` that dollars are asked for rather than whether something
    is paid, `parity` that pay is compared (`equal`, `full`, `lower`),
    `level_basis` what the level of a visit was chosen by (`mdm`, `time`), `partly` that someone joined only a part of
    the session, `each_day` that a thing is asked of each of several days,
    `timed_service` is the one of several services that the only time was said of, `patient_open` that those who took
    part were only named by the kind of service ("family therapy"),
    `bare` are the values of the words (slot `no-subject`) of a question that names no subject at all, such as `pair`
    of "can these two go together?", then its cues; empty where a subject is named;
    `read_by_model` the facts that a chat model read.
    """

    text: str
    facts: Facts
    stated: Facts
    intents: tuple[str, ...] = ()
    polar: bool = False
    negative: bool = False
    needed: bool = False
    adverse: bool = False
    unknown_codes: tuple[str, ...] = ()
    neighbour_codes: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    performers: tuple[str, ...] = ()
    places_named: tuple[str, ...] = ()
    follow_up: bool = False
    search_text: str = ""
    content: int = 0
    assumed_service: str | None = None
    minutes_said: tuple[int, ...] = ()
    cues: tuple[str, ...] = ()
    instruments: int = 0
    apart: bool = False
    separate: bool = False
    spans: bool = False
    glossed: tuple[str, ...] = ()
    subject_acts: bool = False
    furnishes: bool = False
    put: tuple[str, ...] = ()
    clinicians: str | None = None
    forms_said: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    level_basis: str | None = None
    partly: bool = False
    each_day: bool = False
    asks_amount: bool = False
    parity: str | None = None
    bare: tuple[str, ...] = ()
    timed_service: str | None = None
    patient_open: bool = False
    read_by_model: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    said_cues: tuple[str, ...] = ()
    closes: bool = False
    doubted: tuple[str, ...] = ()
    asks: bool = True

    @property
    def goes_on(self) -> bool:
        """Whether the turn has few words of its own, or asks nothing, and names no new service or code."""
        return self.content <= (_GOES_ON if self.asks else _ADDS) and not (self.stated.services or self.stated.codes)

    @property
    def lacks_subject(self) -> bool:
        """Whether the turn goes on and no earlier service or code says what it is about."""
        return self.goes_on and not (self.facts.services or self.facts.codes)


@dataclass(frozen=True, slots=True)
class Before:
    """What a conversation held before a turn.

    `facts` are those in force (None at its start), `cues` and `polar` what was asked last, `about` the words of our
    knowledge that named its matter; `recommended`, `rejected` and `instead` are codes of the last answer, the last one
    those that stand for what was rejected.
    """

    facts: Facts | None = None
    cues: tuple[str, ...] = ()
    polar: bool = False
    about: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def holds_something(self) -> bool:
        """Whether something was said that a message without a subject may lean on."""
        return bool(self.cues or (self.facts is not None and self.facts.stated()))
