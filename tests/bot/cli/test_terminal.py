"""An Answer in the terminal shows everything of the contract, bottom line first, and nothing as markup."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType

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
from bot.channels.terminal import answer_view, sources_view, why_view

ANSWER = Answer(
    id="a1",
    question="35 minutes of coaching?",
    status="answered",
    verdict="depends",
    answer="Report 0592T [1].",
    codes=(
        CodeAdvice(
            code="0592T",
            role="recommended",
            units=1,
            modifiers=("95",),
            pos=("10",),
            status="active",
            descriptor="Health coaching, one person",
            descriptor_source="plain label (not the AMA descriptor)",
            why="35 minutes reach 30",
        ),
    ),
    warnings=(
        AnswerWarning(kind="payer_varies", text="Coverage depends on the plan."),
        AnswerWarning(kind="not_covered", text="Medicare sets no price."),
    ),
    clarify=Clarify(slot="payer", question="Which payer?", options=("Medicare", "Another plan")),
    sentences=(
        Sentence(text="Report 0592T.", citations=(1,)),
        Sentence(text="[bold]It needs 30 minutes[/bold].", citations=(1, 2)),
    ),
    citations=(
        Citation(
            n=1,
            kind="statement",
            ref="coaching-015",
            title="Health coaching",
            section="Time",
            quote="0592T and 0593T each require at least 30 minutes.",
            sources=(
                SourceRef(
                    title="NBHWC FAQ", publisher="NBHWC", url="https://example.org/faq", as_of="2024", tier="society"
                ),
            ),
            tier="society",
            effective_from="2020-01-01",
            caveat="One school program differs.",
        ),
        Citation(n=2, kind="computation", ref="time", title="Arithmetic", quote="35 >= 30", tier="official"),
    ),
    assumptions=(Assumption(slot="date_of_service", value="2026-11-21", why="none was stated"),),
    as_of="2026-11-21",
    knowledge={"horizon": "2026-12-31"},
    more=(Sentence(text="A shorter session has no code.", citations=(1,)),),
)


def printed(parts: Iterable[RenderableType], width: int = 110) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    for part in parts:
        console.print(part)
    return out.getvalue()


def test_the_bottom_line_comes_first() -> None:
    assert printed(answer_view(ANSWER)).startswith("It depends. Report 0592T. [1]\n")


def test_everything_that_the_answer_says_is_shown() -> None:
    text = " ".join(printed(answer_view(ANSWER)).split())
    for words in (
        "It needs 30 minutes",
        "Bill this",
        "Health coaching, one person",
        "plain label (not the AMA descriptor)",
        "35 minutes reach 30",
        "Payer decides: Coverage depends on the plan.",
        "Not covered: Medicare sets no price.",
        "Which payer?",
        "Another plan",
        "A shorter session has no code.",
        "“0592T and 0593T each require at least 30 minutes.”",
        "Society, coaching-015, In effect from 2020-01-01",
        "Check: One school program differs.",
        "NBHWC FAQ, NBHWC, 2024",
        "Assumed date of service: 2026-11-21 (none was stated)",
        "For date of service 2026-11-21. Knowledge to 2026-12-31.",
    ):
        assert words in text, words


def test_text_is_never_read_as_markup() -> None:
    assert "[bold]It needs 30 minutes[/bold]." in printed(answer_view(ANSWER))


def test_columns_that_no_code_fills_are_left_out() -> None:
    bare = ANSWER.model_copy(update={"codes": (ANSWER.codes[0].model_copy(update={"modifiers": (), "pos": ()}),)})
    text = printed(answer_view(bare))
    assert "Modifiers" not in text
    assert "Place" not in text
    assert "Amount" not in text
    assert "Units" in text


def test_a_narrow_terminal_keeps_every_word() -> None:
    assert "recommended" not in printed(answer_view(ANSWER), width=40)
    assert "plain label" in " ".join(printed(answer_view(ANSWER), width=40).split())


def test_sources_show_addresses_and_why_shows_quotes_sentence_by_sentence() -> None:
    assert "https://example.org/faq" in printed(sources_view(ANSWER))
    text = " ".join(printed(why_view(ANSWER)).split())
    assert "Report 0592T. [1] [1] coaching-015: 0592T and 0593T each require at least 30 minutes." in text
    assert "35 >= 30" in text
    assert "0592T: 35 minutes reach 30" in text


def test_an_answer_without_sentences_shows_its_text() -> None:
    plain = ANSWER.model_copy(update={"sentences": (), "verdict": None, "status": "out_of_scope"})
    assert printed(answer_view(plain)).startswith("Outside what this assistant covers\nReport 0592T [1].")


def test_the_verdict_is_not_said_twice() -> None:
    spoken = ANSWER.model_copy(update={"verdict": "yes", "sentences": (Sentence(text="Yes. Both may be billed."),)})
    assert printed(answer_view(spoken)).startswith("Yes. Both may be billed.\n")


def test_codes_only_mentioned_do_not_crowd_out_the_advice() -> None:
    mentioned = tuple(ANSWER.codes[0].model_copy(update={"code": f"9999{n}", "role": "mentioned"}) for n in range(5))
    advised = ANSWER.model_copy(update={"codes": (*ANSWER.codes, *mentioned)})
    assert "Also mentioned: 99990, 99991, 99992, 99993, 99994" in printed(answer_view(advised))
    assert "Also mentioned: 99993, 99994" in printed(answer_view(ANSWER.model_copy(update={"codes": mentioned})))
    assert "Also mentioned" not in printed(answer_view(advised, everything=True))


def test_many_sources_are_counted_and_shown_on_request() -> None:
    source = ANSWER.citations[0].sources[0]
    many = ANSWER.citations[0].model_copy(update={"sources": (source,) * 5})
    cited = ANSWER.model_copy(update={"citations": (many,)})
    assert "and 3 more" in printed(answer_view(cited))
    assert printed(answer_view(cited, everything=True)).count("https://example.org/faq") == 5
