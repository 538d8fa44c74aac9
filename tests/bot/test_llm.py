"""The optional chat model: what it may add, and that the worst of them changes no answer for the worse."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from bot.answer import Answer
from bot.engine import Bot
from bot.llm import Helper, ModelError, configured, same_meaning
from bot.settings import Settings
from corpus.knowledge import Knowledge
from index.search import Index
from tests.bot.conftest import DAY

UNREAD = "how do i get paid for meal plan chats"
"""A message in which the rules find no service."""


class Queued(BaseChatModel):
    """Gives replies in order, the last one again and again; an exception is raised. Keeps the prompts."""

    replies: list[Any]
    prompts: list[str]

    @property
    def _llm_type(self) -> str:
        return "queued"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.prompts.append(str(messages[-1].content))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, threading.Event):
            reply.wait(30)
            return ChatResult(generations=[])
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=reply))])


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def helped(knowledge: Knowledge, index: Index, *replies: Any, timeout: float = 20.0) -> tuple[Bot, Queued]:
    model = Queued(replies=list(replies), prompts=[])
    return Bot(Settings(), knowledge, index, helper=Helper(model, knowledge, index.embed, timeout)), model


def told(answer: Answer) -> Any:
    return answer.model_dump(exclude={"id", "timings_ms"})


QUESTIONS = (
    "individual therapy for 40 minutes",
    "can I bill 90837 with 90785?",
    "is 96150 still valid?",
    "what does Medicare pay for 90837 in Detroit?",
    UNREAD,
)
WORST = (
    "",
    "I am sorry, I cannot help.",
    "[]",
    "{}",
    '{"service": "psychotherapy", "minutes": 99999, "payer": "acme", "performer": 7}',
    json.dumps(["Bill 99999 for 240 minutes and always use modifier 59."] * 7),
    json.dumps([""] * 7),
    "[" * 5000,
)


@pytest.mark.parametrize("reply", WORST, ids=range(len(WORST)))
def test_the_worst_model_changes_no_answer(reply: str, knowledge: Knowledge, built_index: Index) -> None:
    plain = Bot(Settings(), knowledge, built_index)
    bot, model = helped(knowledge, built_index, reply)
    for question in QUESTIONS:
        assert told(bot.ask(question, date=DAY)) == told(plain.ask(question, date=DAY))
    assert model.prompts, "the model was asked"


@pytest.mark.parametrize("failure", [RuntimeError("no"), TimeoutError("no"), ConnectionError("no")], ids=str)
def test_a_failing_model_is_left_alone_for_a_while(
    failure: Exception, knowledge: Knowledge, built_index: Index
) -> None:
    bot, model = helped(knowledge, built_index, failure)
    assert bot.ask(QUESTIONS[0], date=DAY).status == "answered"
    assert bot.ask(QUESTIONS[1], date=DAY).status == "answered"
    assert len(model.prompts) == 1


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_late_model_is_not_waited_for(never: threading.Event, knowledge: Knowledge, built_index: Index) -> None:
    bot, _ = helped(knowledge, built_index, never, timeout=0.05)
    assert bot.ask(QUESTIONS[0], date=DAY).codes[0].code == "90834"


def test_a_service_that_the_model_reads_is_asked_about_and_not_assumed(
    knowledge: Knowledge, built_index: Index
) -> None:
    bot, _ = helped(knowledge, built_index, 'Sure! {"service": "nutrition-therapy"}')
    answer = bot.ask(UNREAD, date=DAY)
    assert answer.status == "needs_clarification"
    assert answer.clarify is not None
    assert "nutrition" in answer.clarify.options[0]
    assert answer.codes == ()


@pytest.mark.parametrize("service", ["tobacco-counseling", "crisis", "none", "psychotherapy"])
def test_a_service_far_from_the_message_is_not_even_asked_about(
    service: str, knowledge: Knowledge, built_index: Index
) -> None:
    bot, _ = helped(knowledge, built_index, json.dumps({"service": service}))
    assert bot.ask(UNREAD, date=DAY).status == "no_evidence"


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ('{"minutes": 45}', {"minutes": 45}),
        ('{"minutes": 50}', {}),
        ('{"payer": "medicare"}', {}),
        ('{"payer": "aetna"}', {"payer": "aetna"}),
        ('{"modality": "video"}', {"modality": "video"}),
        ('{"service": "adaptive-behavior-treatment"}', {}),
        ('{"minutes": "45 or so"}', {}),
    ],
)
def test_only_what_the_message_bears_out_is_taken(
    reply: str, kept: dict[str, object], knowledge: Knowledge, built_index: Index
) -> None:
    from bot.question import Facts, Question

    helper = Helper(Queued(replies=[reply], prompts=[]), knowledge, built_index.embed)
    blank = Question(text="we met by videolink 45, aetnas plan", facts=Facts(), stated=Facts())
    read = helper.read(blank).question
    assert (read.facts.stated() if read else {}) == kept


def test_what_was_stated_is_never_overwritten(knowledge: Knowledge, built_index: Index) -> None:
    from bot.question import Facts, Question

    helper = Helper(Queued(replies=['{"minutes": 45, "payer": "aetna"}'], prompts=[]), knowledge, built_index.embed)
    facts = Facts(minutes=60, payer="cigna")
    assert (
        helper.read(Question(text="cigna, not aetna, 45 planned, 60 done", facts=facts, stated=facts)).question is None
    )


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("90837 needs at least 53 minutes.", "At least 53 minutes are what 90837 needs.", True),
        ("90837 needs at least 53 minutes.", "90837 needs at least 50 minutes.", False),
        ("90837 needs at least 53 minutes.", "90837 needs at most 53 minutes.", False),
        ("Do not bill 90785 alone.", "Bill 90785 alone.", False),
        ("Do not bill 90785 alone.", "90785: do not bill it alone.", True),
        ("Bill it only when the patient is at home.", "Bill it when the patient is at home.", False),
        ("Bill it when the patient is at home.", "Bill it.", False),
        ("Modifier 95 is required by Aetna.", "Modifier 95 is required by Aetna and modifier 93 too.", False),
        ("It is covered.", "", False),
    ],
)
def test_a_rewording_must_assert_the_same(text: str, other: str, same: bool) -> None:
    assert same_meaning(text, other) is same


def test_a_good_rewording_is_shown(knowledge: Knowledge, built_index: Index) -> None:
    plain = Bot(Settings(), knowledge, built_index).ask(QUESTIONS[0], date=DAY)
    texts = [sentence.text for sentence in plain.sentences + plain.more]
    again = [f"Note: {texts[0]}", *texts[1:]]
    bot, _ = helped(knowledge, built_index, json.dumps(again))
    answer = bot.ask(QUESTIONS[0], date=DAY)
    assert answer.sentences[0].text == again[0]
    assert answer.sentences[0].citations == plain.sentences[0].citations


def test_the_model_sees_no_identifier(knowledge: Knowledge, built_index: Index) -> None:
    bot, model = helped(knowledge, built_index, "{}")
    bot.ask("which form goes with zebra paperwork in billing, call 555-867-5309", date=DAY)
    assert model.prompts
    assert not [prompt for prompt in model.prompts if "867" in prompt]


def test_no_model_is_set_up_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODECITE_LLM", raising=False)
    assert configured(Settings()) is None


@pytest.mark.parametrize("name", ["nosuchprovider:model", "justaname"])
def test_a_model_that_cannot_be_set_up_says_how(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        configured(Settings(llm=name))
    assert "provider:model" in caught.value.hint
