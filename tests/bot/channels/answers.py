"""Answers to render: one that has everything, and a small bot at the rim for cases that no real knowledge gives."""

from __future__ import annotations

import asyncio
import datetime

from fastapi import FastAPI

from bot.answer import (
    Answer,
    AnswerWarning,
    Assumption,
    Citation,
    Clarify,
    CodeAdvice,
    Sentence,
    SourceRef,
)
from bot.asking import Asks
from bot.channels.web.app import LOOPBACK, Extras, build_app
from corpus.knowledge import Knowledge

SOURCE = SourceRef(
    title="Physician fee schedule", publisher="CMS", url="https://www.cms.gov/pfs", as_of="2026-07", tier="official"
)


def citation(n: int = 1, **changes: object) -> Citation:
    base = Citation(
        n=n,
        kind="statement",
        ref=f"coaching-{n:03}",
        title="Health and well-being coaching",
        section="Time",
        quote="0592T and 0593T each require at least 30 minutes.",
        sources=(SOURCE,),
        tier="society",
        effective_from="2020-01-01",
    )
    return base.model_copy(update=changes)


def code(number: str = "0592T", **changes: object) -> CodeAdvice:
    base = CodeAdvice(
        code=number,
        role="recommended",
        units=1,
        modifiers=("95",),
        pos=("10", "02"),
        status="active",
        descriptor="Health coaching, later session of 30 minutes or more",
        descriptor_source="plain label (not the AMA descriptor)",
        why="35 minutes is past the floor of 30.",
    )
    return base.model_copy(update=changes)


def answer(**changes: object) -> Answer:
    base = Answer(
        id="a-1",
        question="follow-up coaching, 35 minutes",
        status="answered",
        verdict="yes",
        answer="Bill 0592T, 1 unit. [1] [2]",
        codes=(code(), code("96158", role="rejected", units=None, modifiers=(), pos=(), why="Needs a psychologist.")),
        warnings=(
            AnswerWarning(kind="not_covered", text="Medicare has no coach benefit.", codes=("0592T",)),
            AnswerWarning(kind="payer_varies", text="Commercial plans decide one by one."),
        ),
        clarify=None,
        sentences=(
            Sentence(text="Bill 0592T, 1 unit.", citations=(1, 2)),
            Sentence(text="Below 30 minutes there is no code.", citations=(1,)),
        ),
        citations=(citation(1), citation(2, tier="official", caveat="Contractor-priced.")),
        assumptions=(Assumption(slot="place", value="office", why="no place was stated"),),
        as_of="2026-11-21",
        knowledge={},
        facts={"minutes": "35", "payer": "Medicare"},
        more=(Sentence(text="Longer sessions stay one unit.", citations=(2,)),),
    )
    return base.model_copy(update=changes)


def question_back(*options: str) -> Answer:
    return answer(
        id="a-2",
        status="needs_clarification",
        verdict="depends",
        clarify=Clarify(slot="minutes", question="How long was the session?", options=options),
    )


def application(
    bot: Asks, knowledge: Knowledge, extras: Extras | None = None, hosts: tuple[str, ...] = LOOPBACK
) -> FastAPI:
    """The web application, built inside an event loop: outside of one Gradio opens loops and never closes them."""

    async def build() -> FastAPI:
        return build_app(bot, knowledge, hosts=hosts, extras=extras)

    return asyncio.run(build())


class RimBot:
    """Answers as told, or fails as told: for what the engine must never do but a channel must survive."""

    def __init__(self, outcome: Answer | Exception) -> None:
        self.outcome = outcome
        self.heard: list[tuple[str, str | None, datetime.date | None, str | None]] = []
        self.forgotten: list[str] = []

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: datetime.date | None = None,
        payer: str | None = None,
        item_id: str | None = None,
    ) -> Answer:
        self.heard.append((message, conversation, date, payer))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)
