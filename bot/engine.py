"""The way of a question: guard, understand, decide, find, compose, verify.

Nothing else knows the order of the steps (`order_of`). A conversation runs them as a LangGraph graph (`bot.graph`),
whose checkpoints are the facts in force and nothing of the message; a single question needs no graph and walks them.
Everything that a step hands to the next lies in a `Turn`.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict, get_args

from bot import respond
from bot.answer import Answer, Assumption, CodeRole
from bot.compose import answer, compose, without_documents
from bot.decide import Case, decide
from bot.evidence import Claim, Finding
from bot.find import Finder, names_no_subject
from bot.guard import screen
from bot.guard.declines import decline_unanswered
from bot.guard.scope import scope_for
from bot.llm import Helper, configured, facts_told
from bot.logs import get_logger
from bot.matter import matter_of
from bot.memory import Conversations
from bot.own.find import OwnFinder
from bot.own.library import Library, open_library
from bot.question import Before, Facts, Question
from bot.rank import Candidate
from bot.revisit import move_of, revisit
from bot.settings import Settings
from bot.turn import Turn
from bot.understand.fillers import FILLERS
from bot.understand.intents import MOVES, tells
from bot.understand.read import Reader
from bot.verify import Verified, check_claim, pruned, verify
from corpus.documents import QUESTION
from corpus.knowledge import Knowledge
from index.lexical import tokenize
from index.search import Index, ensure_index

if TYPE_CHECKING:
    from bot.graph import Graph

log = get_logger("engine")

_UNRELATED = "unrelated"
_OTHER_FIELDS = ("other-specialty", _UNRELATED)
"""Declines that a service or code of ours in the message overrules."""


class Memory(TypedDict, total=False):
    """What a conversation remembers: facts in force, words of our knowledge that named the matter, the last answer.

    No text of a message is in it.
    """

    facts: dict[str, Any]
    answer: dict[str, Any]
    cues: list[str]
    polar: bool
    about: list[str]


class Bot:
    """Answers messages from one knowledge and one index. Safe to share between threads.

    `conversations` is where facts are remembered; by default in memory, gone with the process. `helper` is the
    optional chat model, `library` the user's own documents.
    """

    def __init__(
        self,
        settings: Settings,
        knowledge: Knowledge,
        index: Index,
        conversations: Conversations | None = None,
        helper: Helper | None = None,
        library: Library | None = None,
    ) -> None:
        self.settings = settings
        self.knowledge = knowledge
        self.index = index
        self.conversations = conversations or Conversations()
        self.library = library
        self._steps = Steps(knowledge, index, helper, library)
        self._order = order_of(self._steps)

    @cached_property
    def _graph(self) -> Graph:
        """The graph of the steps with the conversations' checkpoints."""
        from bot.graph import wired  # brings LangGraph, a second: only for conversations

        return wired(self._order, self.conversations.saver)

    @classmethod
    def open(cls, settings: Settings, *, progress: Any = None, keep: bool = False) -> Bot:
        """A ready bot: loads the knowledge and opens the index, building it when it is missing, stale or corrupt.

        With `keep`, conversations live in the database of the settings and outlast the process; close the bot then.

        Raises:
            CorpusError: the knowledge cannot be read (file and line named), or the database cannot be opened.
            SearchIndexError: the index can neither be opened nor built.
            ModelError: the chat model of the settings cannot be set up.
        """
        knowledge = Knowledge(settings.corpus, settings.official_url)
        index = ensure_index(knowledge, settings.index_folder, progress)
        days = settings.conversation_days
        model = configured(settings)
        helper = Helper(model, knowledge, index.embed, settings.llm_timeout) if model else None
        conversations = Conversations.open(settings.database_url, days=days) if keep else None
        return cls(settings, knowledge, index, conversations, helper, open_library(settings))

    def close(self) -> None:
        """Close the databases of conversations, of own documents and of imported files."""
        self.conversations.close()
        if self.library is not None:
            self.library.store.close()
        self.knowledge.official.close()

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: dt.date | None = None,
        payer: str | None = None,
        item_id: str | None = None,
    ) -> Answer:
        """The proven Answer to one message.

        Args:
            message: what the user wrote.
            conversation: turns with the same id share their facts; None answers on its own.
            date: date of service unless the message states one (default: the conversation's, else today).
            payer: payer slug unless the message names one; empty for none (default: the conversation's).
            item_id: id of the Answer (default: a new one).
        """
        today = date or dt.date.today()
        turn = Turn(message=message, today=today, item_id=item_id or uuid.uuid4().hex, payer=payer, date=date)
        started = time.perf_counter()
        if conversation is None:
            walk(self._order, turn)
        else:
            from bot.graph import converse  # brings LangGraph, a second: only for conversations

            converse(self._graph, turn, conversation)
            self.conversations.used(conversation)
        assert turn.answer is not None, "the steps end with an answer"
        turn.timings["total"] = _ms(started)
        answer = turn.answer.model_copy(update={"timings_ms": {k: round(v, 2) for k, v in turn.timings.items()}})
        _report(answer, turn)
        return answer

    def read(self, messages: Sequence[str], day: dt.date) -> Turn | None:
        """The last of `messages` read and decided but not answered, for measurements; None when it is declined."""
        memory: Memory = {}
        for message in messages:
            turn = Turn(message=message, today=day, item_id="", date=day)
            self._steps.guard(turn, memory)
            if turn.screened is None or turn.screened.decline is None:
                memory = {**memory, **self._steps.understand(turn, memory)}
        if turn.question is None:
            return None
        self._steps.decide(turn)
        return turn

    def candidates(self, turn: Turn) -> list[Candidate]:
        """The statements that may answer a turn that was read, with their features, for measurements."""
        return self._steps.finder.candidates(turn)

    def forget(self, conversation: str) -> None:
        """Forget a conversation: its facts and its last answer."""
        self.conversations.forget(conversation)


class Steps:
    """The six steps. Each reads and fills the Turn; only `understand` touches what is remembered."""

    def __init__(
        self, knowledge: Knowledge, index: Index, helper: Helper | None = None, library: Library | None = None
    ) -> None:
        self.knowledge = knowledge
        self.index = index
        self.helper = helper
        self.own = OwnFinder(knowledge, library, index.embed) if library is not None else None
        self.documents = library.text if library is not None else None
        typical = index.vectors_of(QUESTION)
        self.scope = scope_for(knowledge, index.embed, index.folder.parent, index.manifest.encoder, typical)
        self.reader = Reader(knowledge)
        self.finder = Finder(knowledge, index, self.reader)
        self.versions = {
            "corpus": knowledge.version,
            "index": index.manifest.identity,
            "encoder": index.manifest.encoder,
            "horizon": knowledge.coverage.horizon.isoformat(),
            "written": knowledge.coverage.written.isoformat(),
            **{f"edition:{name}": text for name, text in knowledge.coverage.editions.items()},
        }

    def guard(self, turn: Turn, memory: Memory) -> None:
        """Identifiers replaced, hidden instructions neutralised, what is out of scope declined."""
        held = memory.get("answer")
        turn.previous = Answer.model_validate(held) if held else None
        judge = self._judge if turn.previous is None else None
        screened = screen(turn.message, self.knowledge, judge)
        if screened.decline is not None and screened.decline.kind in _OTHER_FIELDS:
            ours = self.reader.is_ours(screened.text) or self._names_a_document(screened.text)
            turn.beyond = not ours and self.finder.knows_beyond(screened.text, turn.date or turn.today)
            read = self.reader.read(screened.text, Before(), turn.today)
            lacking = screened.decline.kind == _UNRELATED and names_no_subject(read)
            # "Her wifi died, so we did it by phone" says something of the case that is talked of.
            adds = turn.previous is not None and (tells(screened.text) or bool(read.stated.stated()))
            if ours or turn.beyond or lacking or adds:
                screened = replace(screened, decline=None)
        elif screened.decline is not None and screened.decline.status == "no_evidence":
            turn.unheld = None if self._names_a_document(screened.text) else screened.decline
            screened = replace(screened, decline=None)
        turn.screened = screened

    def _names_a_document(self, text: str) -> bool:
        """Whether a message asks what a document of the user's own says, whatever its field."""
        return self.own is not None and bool(self.own.documents_meant(text))

    def _judge(self, text: str) -> tuple[str, float]:
        return self.scope.judge(self.index.embed([text])[0])

    def understand(self, turn: Turn, memory: Memory) -> Memory:
        """The message with the facts carried over becomes a Question."""
        assert turn.screened is not None, "guarded first"
        held = memory.get("facts")
        earlier = Facts.model_validate(held) if held else None
        roles = _roles(turn.previous)
        before = Before(
            earlier,
            tuple(memory.get("cues", ())),
            memory.get("polar", False),
            tuple(memory.get("about", ())),
            recommended=roles["recommended"],
            rejected=roles["rejected"],
            instead=(roles["recommended"] or roles["alternative"]) if roles["rejected"] else (),
        )
        turn.question = self.reader.read(turn.screened.text, before, turn.today)
        facts = turn.question.facts.model_copy(update=self._given(turn, turn.question.stated))
        turn.question = turn.question.model_copy(update={"facts": facts})
        question = turn.question
        asked: Memory = {"cues": list(question.cues), "polar": question.polar}
        if question.closes or (question.cues and MOVES.issuperset(question.cues)):
            asked = {"cues": list(before.cues), "polar": before.polar}
        return {"facts": facts.model_dump(mode="json"), **asked}

    @staticmethod
    def _given(turn: Turn, stated: Facts) -> dict[str, Any]:
        """Payer and date that came beside the message: they yield to the message, not to what was carried over."""
        given: dict[str, Any] = {}
        if turn.payer is not None and stated.payer is None:
            given["payer"] = turn.payer or None
        if turn.date is not None and stated.date is None:
            given["date"] = turn.date
        return given

    def decide(self, turn: Turn) -> None:
        """Rules over the tables."""
        assert turn.question is not None, "read first"
        if turn.unheld is not None:
            turn.findings = [respond.unheld(self.knowledge, turn.unheld)]
            return
        turn.findings = decide(Case(self.knowledge, turn.question, turn.on))

    def find(self, turn: Turn) -> None:
        """Statements that answer or complete, then own documents; a chat model may read an open question again."""
        if turn.unheld is None:
            turn.findings += self.finder.findings(turn)
            self._ask_model(turn)
        if self.own is not None:
            turn.findings = self.own.completed(turn)
        if turn.unheld is None:
            self._decline_late(turn)

    def _ask_model(self, turn: Turn) -> None:
        """Where nothing was found, a chat model may read the question again."""
        if self.helper is None or not respond.unanswered(turn.findings):
            return
        again = self.helper.read(turn.read)
        if again.question is not None:
            self._read_again(turn, again.question)
        if again.service is not None and respond.unanswered(turn.findings):
            turn.findings = [respond.ask_service(self.knowledge, again.service)]

    def _read_again(self, turn: Turn, question: Question) -> None:
        """Decide and find once more with what a chat model read; what it read is told as assumed."""
        plain, turn.question, turn.findings = (turn.question, turn.findings), question, []
        self.decide(turn)
        turn.findings += self.finder.findings(turn)
        if respond.unanswered(turn.findings):
            turn.question, turn.findings = plain
            return
        told = facts_told(question.facts, question.read_by_model)
        why = self.knowledge.fixed_texts["read-by-model"].text
        assumed = tuple(Assumption(slot=slot, value=value, why=why) for slot, value in told.items())
        turn.findings.append(Finding(assumptions=assumed, rule="model"))

    def _decline_late(self, turn: Turn) -> None:
        """A question to which nothing was found, and which names nothing of ours, is declined when it looks so."""
        facts = turn.read.facts
        named = facts.codes or facts.services or facts.payer or turn.read.unknown_codes or turn.read.denials
        unanswered = any(finding.rule == respond.NOTHING for finding in turn.findings)
        if turn.previous is not None or named or not unanswered or turn.screened is None:
            return
        if not FILLERS & set(tokenize(turn.screened.text)):
            return  # no sentence, so nothing can be said of its subject
        row = decline_unanswered(turn.screened.text, self.knowledge, self._judge)
        if row is not None:
            turn.screened = replace(turn.screened, decline=row)

    def compose(self, turn: Turn) -> None:
        """Findings become one draft."""
        turn.draft = compose(self.knowledge, turn)

    def verify(self, turn: Turn, _: Memory) -> Memory:
        """What the knowledge does not support is dropped; what is left becomes the Answer."""
        draft = turn.draft
        checked = verify(draft.claims, self.knowledge, turn.on, draft.codes, draft.warnings, self.documents)
        turn.dropped = len(checked.dropped) + len(checked.advice)
        faulty = {problem.where for problem in checked.advice}
        if checked.kept[:1] != draft.claims[:1]:
            draft.verdict = None  # its reason is gone
        draft.claims = self._trimmed(turn, checked)
        draft.codes = tuple(row for row in draft.codes if f"{row.role} {row.code}" not in faulty)
        draft.warnings = tuple(warning for warning in draft.warnings if warning.text not in faulty)
        if not draft.claims:
            draft.claims, draft.status, draft.codes = respond.nothing(self.knowledge).claims, "no_evidence", ()
        elif self.helper is not None and draft.status == "answered":
            on = turn.on
            draft.claims = self.helper.reword(draft.claims, lambda claim: not check_claim(claim, self.knowledge, on))
        turn.answer = answer(self.knowledge, turn, self.versions)
        if turn.previous is not None and any(finding.rule == respond.SMALL_TALK for finding in turn.findings):
            return {}
        return {
            **_kept(turn.answer),
            "about": list(matter_of(self.knowledge, self.reader.lexicon, turn.read, turn.answer)),
        }

    def _trimmed(self, turn: Turn, checked: Verified) -> tuple[Claim, ...]:
        """The kept sentences with no more evidence than they and the codes and warnings beside them need."""
        trimmed = tuple(pruned(claim, self.knowledge, turn.on) for claim in checked.kept)
        again = verify(trimmed, self.knowledge, turn.on, turn.draft.codes, turn.draft.warnings, self.documents)
        return trimmed if len(again.advice) <= len(checked.advice) else checked.kept

    def revisit(self, turn: Turn) -> None:
        """The last answer seen in another way."""
        previous, question = turn.previous, turn.read
        move = move_of(question, previous)
        assert previous is not None, "only with a last answer"
        assert move is not None, "only on such a turn"
        turn.answer = revisit(self.knowledge, move, previous, turn.item_id, question.text)

    def decline(self, turn: Turn, _: Memory) -> Memory:
        """The fixed reply to what is out of scope or must be refused."""
        turn.answer = respond.declined(self.knowledge, turn, self.versions)
        return _kept(turn.answer)


def _kept(answer: Answer) -> Memory:
    """What is remembered of an answer: all but the message it answered, and the words of own documents."""
    return {"answer": without_documents(answer).model_copy(update={"question": ""}).model_dump(mode="json")}


def _roles(previous: Answer | None) -> dict[str, tuple[str, ...]]:
    """The codes of the last answer by what it said of them."""
    rows = previous.codes if previous is not None else ()
    return {role: tuple(row.code for row in rows if row.role == role) for role in get_args(CodeRole)}


FIRST, DONE = "guard", "done"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `work` fills the turn and returns what to remember; `choose` says which of `then` comes next."""

    work: Callable[[Turn, Memory], Memory | None]
    then: tuple[str, ...]
    choose: Callable[[Turn], str]

    def timed(self, name: str, turn: Turn, memory: Memory) -> Memory:
        """What the step adds to the memory; its milliseconds are noted in the turn."""
        started = time.perf_counter()
        update = self.work(turn, memory)
        turn.timings[name] = _ms(started)
        return update or {}


def order_of(steps: Steps) -> dict[str, Step]:
    """The steps by name, each with those that may follow."""

    def alone(work: Callable[[Turn], None], then: str) -> Step:
        return Step(lambda turn, _: work(turn), (then,), lambda turn: then)

    def unless_declined(then: str) -> Callable[[Turn], str]:
        return lambda turn: "decline" if turn.screened is not None and turn.screened.decline is not None else then

    def about_the_last(turn: Turn) -> str:
        return "revisit" if move_of(turn.read, turn.previous) else "decide"

    return {
        FIRST: Step(steps.guard, ("understand", "decline"), unless_declined("understand")),
        "understand": Step(steps.understand, ("revisit", "decide"), about_the_last),
        "decide": alone(steps.decide, "find"),
        "find": Step(lambda turn, _: steps.find(turn), ("compose", "decline"), unless_declined("compose")),
        "compose": alone(steps.compose, "verify"),
        "verify": Step(steps.verify, (DONE,), lambda turn: DONE),
        "revisit": alone(steps.revisit, DONE),
        "decline": Step(steps.decline, (DONE,), lambda turn: DONE),
    }


def walk(order: Mapping[str, Step], turn: Turn) -> None:
    """The steps of a turn that stands alone."""
    name, memory = FIRST, Memory()
    while name != DONE:
        memory = {**memory, **order[name].timed(name, turn, memory)}
        name = order[name].choose(turn)


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _report(answer: Answer, turn: Turn) -> None:
    log.info(
        "answered",
        answer_id=answer.id,
        status=answer.status,
        verdict=answer.verdict,
        citations=len(answer.citations),
        dropped=turn.dropped,
        ms=answer.timings_ms.get("total"),
    )
