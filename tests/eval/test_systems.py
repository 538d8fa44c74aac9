"""The systems that are compared: what they reply, and that they are told apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from bot.answer import Answer
from bot.engine import Bot
from bot.settings import Settings
from corpus.knowledge import SHIPPED
from eval import retrieval
from eval.errors import UnknownSystemError
from eval.proof import Records, support
from eval.questions import Question
from eval.systems import open_system
from eval.systems.chat import ModelAlone
from eval.systems.engine import Engine, as_passage, source_version
from eval.systems.passages import Passages
from eval.systems.shape import passages_of, shaped, verdict_of
from eval.systems.tutorial import Tutorial
from index.search import Index
from tests.eval.answers import knowledge

DAY = dt.date(2026, 3, 2)
QUESTION = Question(id="q1", category="c", turns=("Does 0592T need a minimum of 30 minutes?",))


@pytest.mark.parametrize("name", ["bm25", "dense", "hybrid"])
def test_search_alone_quotes_the_first_passages(name: str, built_index: Index) -> None:
    system = Passages(name, Settings(), built_index)
    reply = system.ask(QUESTION, DAY)
    assert len(reply.ranked) == 20
    assert [row.ref for row in reply.answer.citations] == [
        passage_id.removeprefix("statement:") for passage_id, _ in reply.ranked[:3]
    ]
    assert {row.role for row in reply.answer.codes} == {"mentioned"}
    assert "0592T" in {row.code for row in reply.answer.codes}
    assert support(reply.answer) == ()
    assert all(Records(knowledge()).holds(row) for row in reply.answer.citations)
    assert (reply.answer.status, reply.answer.as_of) == ("answered", "2026-03-02")
    assert reply.milliseconds > 0


def test_a_follow_up_is_searched_with_what_was_said_before(built_index: Index) -> None:
    system = Passages("bm25", Settings(), built_index)
    talk = Question(id="q1", category="c", turns=("health coaching group", "and the minimum time?"))
    assert any("coaching" in passage_id for passage_id, _ in system.ask(talk, DAY).ranked[:3])


def test_systems_have_versions_of_their_own(built_index: Index) -> None:
    versions = {Passages(name, Settings(), built_index).version for name in ("bm25", "dense", "hybrid")}
    assert len(versions) == 3
    assert source_version() in versions.pop()


def test_the_engine_is_asked_turn_by_turn_and_forgets(bot: Bot) -> None:
    forgotten: list[str] = []

    class Watched:
        def ask(self, message: str, conversation: str | None = None, **options: Any) -> Answer:
            return bot.ask(message, conversation, **options)

        def forget(self, conversation: str) -> None:
            forgotten.append(conversation)
            bot.forget(conversation)

    engine = Engine(Settings(), Watched(), "1")
    talk = Question(id="q1", category="c", turns=("individual therapy, 45 minutes, which code?", "and 55 minutes?"))
    reply = engine.ask(talk, DAY)
    assert reply.answer.id == "q1"
    assert [row.code for row in reply.answer.codes if row.role == "recommended"] == ["90837"]
    assert len(forgotten) == 1
    assert reply.ranked


@pytest.mark.parametrize(
    ("kind", "ref", "passage"),
    [
        ("statement", "coaching-012", "statement:coaching-012"),
        ("table", "codes:0592T", "code:0592T"),
        ("table", "modifiers:95", "modifier:95"),
        ("table", "code:0592T", "code:0592T"),
        ("computation", "time:coaching/cpt", "time:coaching/cpt"),
    ],
)
def test_what_is_cited_is_named_as_a_passage(kind: str, ref: str, passage: str) -> None:
    assert as_passage(kind, ref) == passage


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("No. It is not.", "no"), ("Yes, it is", "yes"), ("It depends on", "depends"), ("Not so", None), ("", None)],
)
def test_a_verdict_is_read_from_how_a_text_begins(text: str, verdict: str | None) -> None:
    assert verdict_of(text) == verdict


def test_nothing_found_is_an_abstention() -> None:
    assert shaped(QUESTION, DAY, " ").status == "no_evidence"


def model(*texts: str) -> GenericFakeChatModel:
    return GenericFakeChatModel(messages=iter([AIMessage(text) for text in texts]))


REPLIES: list[tuple[str, dict[str, Any]]] = [
    (
        "Yes, it does.\nBILL: 0592T x 1, 96158-95 x 2",
        {"status": "answered", "verdict": "yes", "billed": [("0592T", 1, ()), ("96158", 2, ("95",))]},
    ),
    ("It depends on the payer; see 99401.\nBILL: none", {"verdict": "depends", "billed": []}),
    ("NO ANSWER", {"status": "no_evidence", "billed": []}),
]


@pytest.mark.parametrize(("text", "wanted"), REPLIES)
def test_a_chat_models_reply_is_read_as_an_answer(text: str, wanted: dict[str, Any]) -> None:
    answer = ModelAlone(Settings(), model(text), "llm:x").ask(QUESTION, DAY).answer
    billed = [(row.code, row.units, row.modifiers) for row in answer.codes if row.role == "recommended"]
    held = {"status": answer.status, "verdict": answer.verdict, "billed": billed}
    assert {name: held[name] for name in wanted} == wanted
    assert "BILL" not in answer.answer


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Tutorial:
    """The tutorial's system on a dozen passages."""
    system = Tutorial(Settings(), folder=tmp_path_factory.mktemp("tutorial"))
    held = passages_of(SHIPPED)
    chosen = [passage_id for passage_id in held if "coaching-01" in passage_id or passage_id.startswith("place:0")]
    system.__dict__["passages"] = {passage_id: held[passage_id] for passage_id in chosen}
    return system


def test_the_tutorial_finds_passages_and_lets_a_model_read_them(tutorial: Tutorial) -> None:
    reply = tutorial.ask(QUESTION, DAY)
    assert any("coaching" in passage_id for passage_id, _ in reply.ranked[:3])
    assert len(reply.answer.citations) == 3
    assert reply.ranked[0][1] > reply.ranked[-1][1]
    assert (tutorial.folder / "ready").is_file()
    tutorial._model = model("Yes: 30 minutes [1].\nBILL: 0592T x 1")
    told = tutorial.ask(QUESTION, DAY).answer
    assert (told.verdict, told.answer, len(told.citations)) == ("yes", "Yes: 30 minutes [1].", 3)
    tutorial.close()


@pytest.mark.parametrize("name", ["bm52", "llm:", "gpt", "tutorials"])
def test_an_unknown_system_is_told(name: str) -> None:
    with pytest.raises(UnknownSystemError, match="--system"):
        open_system(name, Settings())


def ranked(*names: str) -> tuple[tuple[str, float], ...]:
    return tuple((f"statement:{name}", 1.0) for name in names)


def test_retrieval_is_measured_as_the_field_does(tmp_path: Path) -> None:
    held = {"statement:a", "statement:b", "statement:c"}
    first = Question(id="1", category="c", turns=("?",), support=("a", "time_units:x"))
    second = Question(id="2", category="c", turns=("?",), support=("b", "c"))
    none = Question(id="3", category="c", turns=("?",), support=("time_units:x",))
    values, count = retrieval.measure(
        [(first, ranked("b", "a")), (second, ranked("b", "x", "y")), (none, ranked("a"))], held
    )
    assert count == 2
    assert values["RR@10"] == pytest.approx((1 / 2 + 1) / 2)
    assert values["R@5"] == pytest.approx((1 + 1 / 2) / 2)
    # nDCG: 1/log2(3) for the first; 1 / (1 + 1/log2(3)) for the second.
    assert values["nDCG@10"] == pytest.approx((0.6309 + 1 / 1.6309) / 2, abs=1e-3)
    worst, _ = retrieval.measure([(first, ()), (second, ranked("x"))], held)
    assert set(worst.values()) == {0.0}
    assert retrieval.measure([(none, ())], held) == ({}, 0)


def test_support_that_names_nothing_is_found_out() -> None:
    wrong = Question(id="1", category="c", turns=("?",), support=("a", "nowhere-1", "codes:x", "notable:x"))
    assert retrieval.unknown_support(wrong, {"statement:a"}, {"codes"}) == ("nowhere-1", "notable:x")
