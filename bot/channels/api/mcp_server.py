"""The MCP server: small read-only tools for assistants, over HTTP at `/mcp` and over standard input and output.

Every tool says what an empty result means: that we hold nothing, which is not permission.
"""

from __future__ import annotations

import logging
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field, ValidationError

from bot.channels.api.desk import ApiDesk
from bot.channels.api.models import LONGEST
from bot.cli import exit_code
from bot.inputs import parse_date, parse_payer
from bot.logs import get_logger
from bot.rules.price import Setting
from bot.toolbox.models import ClaimReport, CodeMatch, Found, LineIn, PairReport, PriceReport

INSTRUCTIONS = (
    "Billing guidance for health coaching and behavioral health in the United States, for a date of service (default "
    "today). Quote codes, units, amounts and dates exactly as they come, with their evidence. An empty result or "
    "no_data means that this knowledge holds nothing: it is neither permission nor prohibition, and must be said so. "
    "Send no patient data."
)

Date = Annotated[str, Field(max_length=10, description="Date of service, YYYY-MM-DD; empty: today.")]
Payer = Annotated[str, Field(max_length=60, description="Payer as people write it; empty: not stated.")]
Code = Annotated[str, Field(min_length=5, max_length=12, description="A CPT or HCPCS code.")]

_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def build_server(desk: ApiDesk, version: str) -> MCPServer[Any]:
    """The server with its tools; it keeps no state between calls."""
    _be_quiet()
    server: MCPServer[Any] = MCPServer(
        "codecite", title="codecite", instructions=INSTRUCTIONS, version=version, log_level="CRITICAL"
    )
    for tool in (_ask(desk), _look_up(desk), _find_codes(desk), _pair(desk), _claim(desk), _price(desk), _search(desk)):
        server.add_tool(_calm(tool), annotations=_READ_ONLY)
    return server


def _be_quiet() -> None:
    """The SDK logs what it cannot read, and would set up the root logger: nothing of a message may reach a log."""
    quiet = logging.getLogger("mcp")
    quiet.setLevel(logging.CRITICAL + 1)
    quiet.propagate = False
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def _calm(tool: Any) -> Any:
    """`tool` whose expected failures are said with their hint and whose others tell nothing."""
    from functools import wraps

    @wraps(tool)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return tool(*args, **kwargs)
        except Exception as error:  # The SDK would send the exception's own text.
            if exit_code(error) is not None:
                raise ToolError(f"{str(error).removeprefix('--')} {getattr(error, 'hint', '')}".strip()) from None
            if isinstance(error, ValidationError):
                raise ToolError("A line does not fit: give code, units, modifiers, minutes, pos.") from None
            get_logger("mcp").error("tool failed", error_type=type(error).__name__, channel="mcp")
            raise ToolError("This could not be answered. Try again.") from None

    return run


def _ask(desk: ApiDesk) -> Any:
    def ask(
        question: Annotated[str, Field(min_length=1, max_length=LONGEST, description="One billing question.")],
        date: Date = "",
        payer: Payer = "",
    ) -> dict[str, Any]:
        """Answer a billing question with proof: bottom line, codes with units and modifiers, warnings, citations.

        status no_evidence: we hold no data, which is not permission. needs_clarification: one fact decides; the
        conditional answer is there and `clarify` holds the question. Sentences carry the numbers of their citations.
        """
        who = parse_payer(payer or None, desk.tools.knowledge)
        answer = desk.ask(question, None, date=parse_date(date or None, "date"), payer=who, channel="mcp")
        return answer.model_dump(mode="json", exclude={"timings_ms"})

    return ask


def _look_up(desk: ApiDesk) -> Any:
    def look_up_code(code: Code, date: Date = "") -> dict[str, Any]:
        """All that is held about one code: status on the date, label or descriptor, time, who, unit limit, amounts.

        An error means that the code is not in these tables of behavioral health and neighboring services; it does not
        mean that the code is invalid. Empty fields mean that nothing is held about them.
        """
        page = desk.tools.code(code, parse_date(date or None, "date"))
        return page.model_dump(mode="json")

    return look_up_code


def _find_codes(desk: ApiDesk) -> Any:
    def find_codes(
        words: Annotated[str, Field(min_length=1, max_length=200, description="Words, or part of a code.")],
        date: Date = "",
    ) -> list[CodeMatch]:
        """Codes that words or a mistyped code may mean, best first. An empty list means nothing alike is held."""
        return list(desk.tools.find_codes(words, parse_date(date or None, "date")))

    return find_codes


def _pair(desk: ApiDesk) -> Any:
    def check_pair(first: Code, second: Code, date: Date = "", payer: Payer = "") -> PairReport:
        """Whether two codes may be billed on one day by one practitioner for one patient.

        state applies: a rule decides, see verdict and summary. not_applicable: a rule says that nothing stands against
        it. no_data: nothing is held about the two, which is not permission; `vintage` names the edition of the pairs.
        """
        return desk.tools.pair(first, second, parse_date(date or None, "date"), payer or None)

    return check_pair


def _claim(desk: ApiDesk) -> Any:
    def check_claim(
        lines: Annotated[list[LineIn], Field(min_length=1, max_length=50)],
        date: Date = "",
        payer: Payer = "",
        performer: Annotated[str, Field(max_length=60, description="Credential of who performs, such as lcsw.")] = "",
    ) -> ClaimReport:
        """Check claim lines of one patient, practitioner and date against every rule held.

        Issues: deny would not be paid, warn check before sending, info know this. No issues means that no rule held
        stands against the claim; it is no promise of payment.
        """
        day = parse_date(date or None, "date")
        return desk.tools.check(lines, on=day, payer=payer or None, performer=performer or None)

    return check_claim


def _price(desk: ApiDesk) -> Any:
    def medicare_price(
        code: Code,
        date: Date = "",
        locality: Annotated[str, Field(max_length=12, description="Contractor-number; empty: national.")] = "",
        setting: Setting = "nonfacility",
        performer: Annotated[str, Field(max_length=60, description="Credential, such as lcsw.")] = "",
        units: Annotated[int, Field(ge=1, le=999)] = 1,
    ) -> PriceReport:
        """What Medicare allows for a code, with the formula.

        amount null: `state` and `reason` say why (not-paid, contractor-priced, no-data). no-data is not "free" and not
        "not covered". Other payers set their own amounts.
        """
        day = parse_date(date or None, "date")
        return desk.tools.price(
            code, on=day, locality=locality, setting=setting, performer=performer or None, units=units
        )

    return medicare_price


def _search(desk: ApiDesk) -> Any:
    def search_statements(
        query: Annotated[str, Field(min_length=1, max_length=1000, description="What to look for.")],
        limit: Annotated[int, Field(ge=1, le=25)] = 8,
        date: Date = "",
        payer: Payer = "",
    ) -> list[Found]:
        """Passages of the knowledge in their exact words with source, tier and dates, best first.

        They are near in meaning, not proven to answer: read them. An empty list means that nothing held speaks of it.
        """
        day = parse_date(date or None, "date")
        return list(desk.tools.search(query, limit=limit, on=day, payer=payer or None))

    return search_statements
