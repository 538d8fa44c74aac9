"""REST: questions, claims, codes, pairs, search, changes, amounts, time, sources, feedback; health and metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute

from bot.answer import Answer
from bot.channels.api.desk import ApiDesk, own_conversation
from bot.channels.api.models import AskIn, CheckIn, Day, FeedbackIn, Kept, Payer, Problem, State
from bot.channels.api.problems import NOT_FOUND, RESPONSES
from bot.codepage import CodePage
from bot.inputs import parse_payer
from bot.toolbox.models import (
    MOST_MINUTES,
    MOST_UNITS,
    ChangesReport,
    ClaimReport,
    CodeMatch,
    Found,
    PairReport,
    Place,
    PriceReport,
    SourceRow,
    TimeReport,
)

CodeWord = Annotated[str, Query(min_length=5, max_length=12, pattern=r"^[A-Za-z0-9]{5,12}$")]
CodeInPath = Annotated[str, Path(min_length=5, max_length=12, pattern=r"^[A-Za-z0-9]{5,12}$")]
DayQuery = Annotated[Day | None, Query()]
PayerQuery = Annotated[Payer | None, Query()]


class CalmRoute(APIRoute):
    """A route whose failures become replies that tell no exception text."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # Coroutine
        """The handler, wrapped."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            from fastapi.exceptions import RequestValidationError
            from starlette.exceptions import HTTPException

            try:
                return await handle(request)
            except (RequestValidationError, HTTPException):
                raise
            except Exception as error:  # Whatever fails is told by `problems`, without its text.
                reply: Response = await request.app.state.failed(request, error)
                return reply

        return run


def router(desk: ApiDesk) -> APIRouter:
    """The routes under `/api`."""
    routes = APIRouter(prefix="/api", route_class=CalmRoute, responses=RESPONSES, tags=["codecite"])
    _questions(routes, desk)
    _codes(routes, desk)
    _library(routes, desk)
    return routes


def _questions(routes: APIRouter, desk: ApiDesk) -> None:
    @routes.post("/ask", summary="Ask a question", response_model=Answer)
    async def ask(request: Request, body: AskIn) -> Answer:
        """The proven Answer: bottom line, codes, warnings, sentences and their citations.

        `status` no_evidence means that we hold no data, which is not permission. `needs_clarification` asks one
        question back and still gives the conditional answer.
        """
        payer = None if body.payer is None else parse_payer(body.payer, desk.tools.knowledge) or ""
        return await desk.asked(body.message, own_conversation(request, body.conversation), body.date, payer)

    @routes.post("/check", summary="Check a claim", response_model=ClaimReport)
    async def check(body: CheckIn) -> ClaimReport:
        """Every finding about the lines, most severe first. No finding is not a promise of payment."""
        return await desk.aside(
            lambda: desk.tools.check(body.lines, on=body.date, payer=body.payer, performer=body.performer)
        )

    @routes.post("/feedback", summary="Say what was good or wrong about an answer", response_model=Kept)
    async def feedback(body: FeedbackIn) -> Kept | JSONResponse:
        """Kept with the answer's id, the day and the knowledge's version; identifiers in the text are replaced."""
        book = desk.feedback
        if book is None:
            return JSONResponse(Problem(error="feedback is not kept here").model_dump(), 422)
        kept = await desk.aside(lambda: book.add(body.answer_id, body.kind, channel="api", text=body.text))
        desk.metrics.remarked(kept.kind)
        return Kept(kept=True, text=kept.text)


def _codes(routes: APIRouter, desk: ApiDesk) -> None:
    @routes.get("/codes", summary="Find codes by number, slip or words", response_model=tuple[CodeMatch, ...])
    def find(
        q: Annotated[str, Query(min_length=1, max_length=200)],
        date: DayQuery = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 12,
    ) -> tuple[CodeMatch, ...]:
        """Codes that may be meant, best first. Empty means that nothing in our tables is like it."""
        return desk.tools.find_codes(q, date, limit)

    @routes.get("/codes/{code}", summary="All about one code", response_model=CodePage, responses=NOT_FOUND)
    def code(code: CodeInPath, date: DayQuery = None) -> CodePage:
        """The page of one code for a date of service. 404 means not in our tables, not that it is invalid."""
        return desk.tools.code(code, date)

    @routes.get("/pairs", summary="Two codes on one day", response_model=PairReport)
    def pairs(first: CodeWord, second: CodeWord, date: DayQuery = None, payer: PayerQuery = None) -> PairReport:
        """Whether a rule stands against the two. `no_data` is not permission."""
        return desk.tools.pair(first, second, date, payer)

    @routes.get("/price", summary="Medicare's amount", response_model=PriceReport)
    def price(
        code: CodeWord,
        date: DayQuery = None,
        locality: Annotated[str, Query(max_length=12, description="A key of /api/localities.")] = "",
        setting: Literal["nonfacility", "facility"] = "nonfacility",
        performer: Annotated[str, Query(max_length=60)] = "",
        units: Annotated[int, Query(ge=1, le=MOST_UNITS)] = 1,
    ) -> PriceReport:
        """The amount with its formula; `state` says why when there is none."""
        return desk.tools.price(
            code, on=date, locality=locality, setting=setting, performer=performer or None, units=units
        )

    @routes.get("/localities", summary="Medicare localities", response_model=tuple[Place, ...])
    def localities() -> tuple[Place, ...]:
        """All of them, by state."""
        return desk.tools.places

    @routes.get("/services", summary="Services that minutes decide", response_model=dict[str, str])
    def services() -> dict[str, str]:
        """Key to label."""
        return desk.tools.families

    @routes.get("/time", summary="Minutes to units", response_model=TimeReport)
    def time(
        service: Annotated[str, Query(max_length=80, description="A key of /api/services.")],
        minutes: Annotated[int, Query(ge=0, le=31 * MOST_MINUTES)],
        date: DayQuery = None,
        payer: PayerQuery = None,
    ) -> TimeReport:
        """What the minutes (or days) bill, with the boundaries around them."""
        return desk.tools.time(service, minutes, on=date, payer=payer)


def _library(routes: APIRouter, desk: ApiDesk) -> None:
    @routes.get("/search", summary="Search the knowledge", response_model=tuple[Found, ...])
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=1000)],
        limit: Annotated[int, Query(ge=1, le=50)] = 10,
        date: DayQuery = None,
        payer: PayerQuery = None,
    ) -> tuple[Found, ...]:
        """Passages in their exact words, best first. Empty means that none speaks of it, which is not permission."""
        return await desk.aside(lambda: desk.tools.search(q, limit=limit, on=date, payer=payer))

    @routes.get("/changes", summary="What changed between two dates of service", response_model=ChangesReport)
    def changes(
        start: Annotated[Day, Query()], end: Annotated[Day, Query()], everything: Annotated[bool, Query()] = False
    ) -> ChangesReport:
        """Codes, amounts and rules after `start` up to and including `end`."""
        return desk.tools.changes(start, end, everything=everything)

    @routes.get("/sources", summary="The library of sources", response_model=tuple[SourceRow, ...])
    def sources(
        q: Annotated[str, Query(max_length=100)] = "",
        tier: Literal["", "official", "payer", "society", "vendor"] = "",
    ) -> tuple[SourceRow, ...]:
        """Sources with tier, age in months and the number of statements that rest on them."""
        return desk.tools.sources(q, tier)


def health(desk: ApiDesk) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter(tags=["health"])
    knowledge = desk.tools.knowledge

    def state(status: str) -> dict[str, Any]:
        horizon: dt.date = knowledge.coverage.horizon
        return State(status=status, knowledge=knowledge.version, horizon=horizon).model_dump(mode="json")

    @routes.get("/healthz", summary="Is it running?", response_model=State)
    def read_health() -> dict[str, Any]:
        return state("ok")

    @routes.get("/readyz", summary="Can it answer at once?", response_model=State, responses={503: {"model": State}})
    def read_ready() -> JSONResponse:
        ready = desk.ready()
        return JSONResponse(state("ready" if ready else "warming up"), 200 if ready else 503)

    @routes.get("/metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
    def read_metrics() -> PlainTextResponse:
        return PlainTextResponse(desk.metrics.text(), media_type="text/plain; version=0.0.4")

    return routes
