"""Evidence from guidance: the statements that answer a question, and what they say to yes or no.

Statements are ranked by `bot.rank`; one that says nearly the same as one already chosen is left out. Whether anything
answers at all is decided by the cosine of the nearest passage together with what the question names, since an
unrelated question may score high by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot import respond
from bot.answer import CodeAdvice, CodeRole, Verdict
from bot.descriptors import Descriptors
from bot.evidence import Finding, statement_claim
from bot.findings.advice import advice
from bot.findings.describe import describe
from bot.findings.modifiers import modifier_finding
from bot.findings.official import OFFICIAL, descriptors_finding
from bot.findings.telehealth import place_finding
from bot.question import Question
from bot.rank import Candidate, Ranker
from bot.respond import SMALL_TALK
from bot.rules.places import place_of_service
from bot.stance import stance
from bot.turn import Turn
from bot.understand.bare import PLAIN
from bot.understand.polarity import verdict_of
from bot.understand.read import Reader
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from corpus.statements import Statement
from index.search import Filters, Hit, Index

_ANSWERING, _COMPLETING, _MENTIONED = 5, 4, 4
"""Statements shown as the answer, statements shown beside what rules decided, codes shown with the answer."""
_PARTICULAR, _COVERS = 0.34, 0.5
"""Beside a decision: least share of a statement's codes that are asked about, or of the question that it covers."""
_SHORT, _FEW = 6, 2
"""Words of a message that may lack a subject; content words that it may have then."""
_DENIED_WORDS = re.compile(r"\bnot (?:the|a|an|for)(?: \w+){1,2}")
"""What is said not to be meant: "the substance use program, not the mental health program"."""
_ROW_NEAR = 0.4
"""Least cosine for a modifier or place to be taken for the one described."""
_EQUAL = 0.15
"""Difference of two search scores (0 to 2) up to which two codes are equally near."""
_ANY_DAY = date.max
_VERY_CASE = 0.8
"""Least share of the question's words for a statement on a common error to speak of the case described."""
_ERROR = "common-error"
_SUBJECT = 4
"""Codes that statements should be about, at most."""
_WORSE, _LESS_SURE = 2.5, 4.0
"""Log-odds by which another statement may be worse than the best to be shown beside it; more when a turn has few words
of its own and is looked up with the matter of the talk."""
_ASKED = 0.5
"""Least cosine of a typical question for its statement to be told beside what rules decided."""
_NEARLY_SAME = 0.72
_NEAR = {"subject": (0.30, 0.40), "setting": (0.45, 0.55), "nothing": (0.53, 0.66)}
"""Least cosine of the nearest statement, or of the nearest typical question, for a question to count as answerable:
lower when the question names a code, a service or a denial, or at least a payer or a clinician of the tables. Measured
on the question sets against questions from outside the field (`tests/bot/test_find.py`)."""
_PARTICULAR_WORD = 3.6
"""Least rarity of a word for it to be a subject: it stands in fewer than about 45 of 1,561 statements."""
_SAME_QUESTION, _SURE = 0.68, 0.7
"""Least cosine of a typical question that the best statement answers with no, and its least share of the votes, to
outweigh the yes of a rule: on the question sets it was right each time (3); with a smaller share it was not."""
_NARROW = frozenset({"coverage"})
"""Rules that see only the payer of the case. The others compute from what was named; overruling them was wrong."""
_VERY_QUESTION = 0.75
"""Least cosine of a typical question for a message without a subject to be answered by its statement all the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with its score, the log-odds of being the answer up to a constant of the question."""

    candidate: Candidate
    score: float

    @property
    def statement(self) -> Statement:
        """The statement found."""
        return self.candidate.statement

    @property
    def coverage(self) -> float:
        """The share (0 to 1) of the question's weighted words that it covers."""
        return self.candidate.coverage


class Finder:
    """Chooses statements of one knowledge with one index."""

    def __init__(self, knowledge: Knowledge, index: Index, reader: Reader) -> None:
        self.knowledge = knowledge
        self.index = index
        self.reader = reader
        self.descriptors = Descriptors(knowledge)
        self.ranker = Ranker(knowledge, index)

    def findings(self, turn: Turn) -> list[Finding]:
        """What guidance adds to the turn's findings: an answer when the rules gave none, else what completes them.

        When rules decided, statements about the recommended codes follow; when none did, the statements are the
        answer and their words give the verdict. Too little covered means that nothing was found.
        """
        question = turn.read
        decided = any(finding.claims for finding in turn.findings)
        codes = self._subject(turn)
        if turn.on > self.knowledge.coverage.horizon:
            return []
        if any(finding.rule in (SMALL_TALK, OFFICIAL) or _asked_back(finding) for finding in turn.findings):
            return []
        if not decided and _names_nothing(question) and not _before(turn):
            return [self._asked(question)]
        if not decided:
            turn.findings += self._beyond(turn) if turn.beyond else self._rows(question, turn.on)
            decided = any(finding.claims for finding in turn.findings)
        if turn.beyond:
            return []
        ranked = self.ranked(question, codes, turn.on, _before(turn))
        worse = _LESS_SURE if question.about else _WORSE
        kept = self._shown(ranked, _COMPLETING if decided else _ANSWERING, worse)
        if not kept:
            return [] if decided else self._beyond(turn) or [self._nothing(question)]
        if not decided and not _before(turn) and self._is_general(question) and not _very_question(kept[0]):
            return [self._asked(question)]
        verdict, first = self._settled(turn, ranked)
        kept = (first, *(each for each in kept if each is not first))
        told = any(finding.verdict for finding in turn.findings)
        asked = question.polar and not told and _very_question(kept[0])
        leading = kept[:1] if decided and (verdict or asked) else ()
        if leading:
            lead = statement_claim(self.knowledge, leading[0].statement)
            turn.findings.insert(0, Finding((lead,), verdict=verdict, rule="guidance"))
        if decided:
            kept = tuple(each for each in kept if each not in leading and (_completes(each, codes) or _meant(each)))
        claims = tuple(statement_claim(self.knowledge, each.statement) for each in kept)
        advised = () if decided or not kept else self._mentioned(kept[0].statement, turn.on)
        return [Finding(claims, advised, verdict=verdict, rule="guidance")]

    def _settled(self, turn: Turn, ranked: Sequence[Found]) -> tuple[Verdict | None, Found]:
        """The verdict that guidance adds, and the statement that says it.

        Where rules told none, typical questions and words decide. Where a rule that sees only the payer said yes, the
        best statement objects when it answers nearly the same question with no; a known error that fits the case
        objects to any rule.
        """
        question = turn.read
        told, rule = next(((each.verdict, each.rule) for each in turn.findings if each.verdict), (None, ""))
        strange = "pair" in question.intents and question.facts.codes and question.unknown_codes
        if not question.polar or strange or told not in (None, "yes"):
            return None, ranked[0]
        voters = [(one.candidate, one.score) for one in ranked]
        held = stance(self.knowledge, self.reader.lexicon, question, voters, turn.on)
        if told is None:
            return (held.verdict, ranked[held.place]) if held is not None else (None, ranked[0])
        sure = held is not None and held.place == 0 and held.nearness >= _SAME_QUESTION and held.share >= _SURE
        if held is not None and sure and held.verdict == "no" and rule in _NARROW:
            return "no", ranked[0]
        return ("no" if self._objects(question, ranked[0]) else None), ranked[0]

    def _is_general(self, question: Question) -> bool:
        """Whether a message names nothing that tables know and no word that is particular to some statements."""
        stated = question.stated.stated().keys() - {"minutes"}
        named = stated or question.unknown_codes or question.denials
        return not named and self.ranker.particular(question.text) < _PARTICULAR_WORD

    def _nothing(self, question: Question) -> Finding:
        """Asks for the subject when a billing question names none, else says that nothing was found."""
        timed = question.facts.minutes is not None and "select" in question.intents and not _about_else(question)
        open_ = timed or _lacks_subject(question) or self._is_general(question)
        return self._asked(question) if open_ else respond.nothing(self.knowledge)

    def _asked(self, question: Question) -> Finding:
        """Asks for the subject: where a time was said because minutes decide nothing alone, else for coverage."""
        timed = question.facts.minutes is not None
        return respond.ask_subject(self.knowledge, *(["ask-units-basis"] if timed else ()))

    def knows_beyond(self, text: str, on: date) -> bool:
        """Whether a message of another field names, or asks for, a code that an imported official file knows."""
        named = codes_in(text.upper())
        return any(self.knowledge.official.knows(code, on) for code in named) or self.descriptors.asked(text, on)

    def _beyond(self, turn: Turn) -> list[Finding]:
        """Codes beyond the guidance whose imported official descriptors hold the words of the question."""
        found = self.descriptors.search(turn.read.text, turn.on)
        return [descriptors_finding(self.knowledge, [match.row for match in found], turn.on)] if found else []

    def _objects(self, question: Question, best: Found) -> bool:
        """Whether a statement says no to the very case described, which a rule that sees only codes allowed."""
        objecting = best.coverage >= _VERY_CASE and best.statement.kind == _ERROR
        return objecting and self._verdict(question, best.statement) == "no"

    def _verdict(self, question: Question, statement: Statement) -> Verdict | None:
        """What the leading statement says to yes or no; nothing when it does not speak of the codes asked about."""
        asked = {mention.code for mention in question.facts.codes} | set(question.unknown_codes)
        if asked and not asked & set(statement.codes):
            return None
        return verdict_of(self.reader.lexicon, question.text, statement.text)

    def _rows(self, question: Question, on: date) -> list[Finding]:
        """The modifier, place of service or code that the words describe, when one is asked for and none is named."""
        facts, query = question.facts, question.search_text
        if "modifier" in question.cues and not facts.modifiers and not question.polar:
            if facts.modality is not None and facts.payer is not None:
                return []  # the payer's own words on telehealth answer, no modifier that only sounds alike
            hits = self.index.search(_DENIED_WORDS.sub(" ", query), k=1, filters=Filters(kinds=("modifier",)))
            rows = [
                row
                for hit in hits
                for row in self.knowledge.modifiers
                if _near(hit) and row.modifier == hit.passage.key
            ]
            return [modifier_finding(self.knowledge, row) for row in rows]
        if "place" in question.cues and facts.place is None and not question.polar:
            hits = self.index.search(query, k=1, filters=Filters(kinds=("place",)))
            found = [hit.passage.key for hit in hits if _near(hit)]
            return [place_finding(place_of_service(self.knowledge, pos, None, None, _ANY_DAY)) for pos in found]
        if "select" in question.cues and not question.polar and not facts.codes and not facts.services:
            return self._code_described(query, on)
        return []

    def _code_described(self, query: str, on: date) -> list[Finding]:
        """The code whose own row is nearest by words and by meaning, alone or with another that is as near."""
        hits = self.index.search(query, k=_MENTIONED, filters=Filters(kinds=("code",), on=on))
        if not hits or not _near(hits[0]) or (hits[0].lexical_rank, hits[0].dense_rank) != (1, 1):
            return []
        equal = [hit.passage.key for hit in hits if hit.score >= hits[0].score - _EQUAL]
        role: CodeRole = "recommended" if len(equal) == 1 else "alternative"
        return [describe(self.knowledge, code, on, role=role, brief=True) for code in equal]

    def _mentioned(self, statement: Statement, on: date) -> tuple[CodeAdvice, ...]:
        """The codes of the leading statement, as only talked about."""
        held = [code for code in statement.codes if code in self.knowledge.codes][:_MENTIONED]
        return tuple(advice(self.knowledge, code, "mentioned", on) for code in held)

    def _subject(self, turn: Turn) -> tuple[str, ...]:
        """The codes that statements should be about: asked about, else brought by rules, else just recommended."""
        asked = tuple(mention.code for mention in turn.read.facts.codes)
        if asked:
            return asked
        roles = ("recommended", "alternative")
        brought = tuple(row.code for finding in turn.findings for row in finding.codes if row.role in roles)
        if not brought and turn.previous is not None and _before(turn):
            brought = tuple(row.code for row in turn.previous.codes if row.role == "recommended")
        return brought[:_SUBJECT]

    def candidates(self, turn: Turn) -> list[Candidate]:
        """The statements that may answer a turn that was read and decided."""
        codes = self._subject(turn)
        return self.ranker.candidates(turn.read, self._query(turn.read, codes), codes, turn.on, _before(turn))

    def find(self, question: Question, codes: Sequence[str], on: date, *, limit: int) -> tuple[Found, ...]:
        """The best statements for `question` in force on `on`, best first; none when the question is not ours."""
        return self._shown(self.ranked(question, codes, on), limit)

    def ranked(self, question: Question, codes: Sequence[str], on: date, before: Collection[str] = ()) -> list[Found]:
        """All candidates for `question` in force on `on`, best first; none when the question is not ours.

        `before` are the statements that the last answer cited, when this turn goes on from there.
        """
        candidates = self.ranker.candidates(question, self._query(question, codes), codes, on, before)
        if not before and not _answerable(question, candidates):
            return []
        return sorted((Found(each, each.score) for each in candidates), key=lambda found: -found.score)

    def _shown(self, ranked: Sequence[Found], limit: int, worse: float = _WORSE) -> tuple[Found, ...]:
        """The best, without those that are much worse and those that say nearly the same."""
        return self._distinct((found for found in ranked if found.score >= ranked[0].score - worse), limit)

    def _query(self, question: Question, codes: Iterable[str]) -> str:
        facts = question.facts
        services = (service.replace("-", " ") for service in facts.services)
        return " ".join((question.search_text, *question.about, *services, *sorted(codes), *(facts.modifiers or ())))

    def _distinct(self, ranked: Iterable[Found], limit: int) -> tuple[Found, ...]:
        chosen: list[Found] = []
        for found in ranked:
            mine = self.ranker.stems(found.statement)
            if any(_overlap(mine, self.ranker.stems(other.statement)) > _NEARLY_SAME for other in chosen):
                continue
            chosen.append(found)
            if len(chosen) == limit:
                break
        return tuple(chosen)


def _asked_back(finding: Finding) -> bool:
    return finding.rule == respond.ASK and finding.clarify is not None


def _before(turn: Turn) -> tuple[str, ...]:
    """The statements that the last answer cited, when a turn has few words of its own and names no new service."""
    question, previous = turn.read, turn.previous
    if previous is None or not question.goes_on:
        return ()
    return tuple(cited.ref for cited in previous.citations if cited.kind == "statement")


def names_no_subject(question: Question) -> bool:
    """Whether a message has nothing but words of billing questions: "can these two go together on one day?"."""
    return bool(question.bare) and (question.bare != (PLAIN,) or _lacks_subject(question))


def _about_else(question: Question) -> bool:
    """Whether a subject is named: then that nothing was found is said, and no other subject is asked for."""
    return bool(question.facts.codes or question.unknown_codes or question.denials or question.facts.services)


def _lacks_subject(question: Question) -> bool:
    """Whether a billing question names no code, service or other subject that could be looked up."""
    facts = question.facts
    named = facts.codes or facts.services or question.unknown_codes or question.denials
    asks = {"select", "units", "pair", "coverage", "modifier", "payment", "telehealth", "frequency"} & set(
        question.intents
    )
    pronoun = bool({"it", "this", "that"} & set(question.search_text.split()))
    few = question.content <= _FEW + pronoun
    bare = question.polar and question.content <= 1
    return not named and (bare or bool(asks)) and (few or bool(facts.participants or facts.performer))


def _completes(found: Found, codes: Sequence[str]) -> bool:
    """Whether a statement is particular enough to stand beside what rules decided."""
    held = set(found.statement.codes)
    particular = len(held & set(codes)) / len(held) if held else 0.0
    if codes and not particular:
        return False
    return particular >= _PARTICULAR or found.coverage >= _COVERS


def _meant(found: Found) -> bool:
    """Whether a typical question of the statement is so near that the statement must be told."""
    return max(found.candidate.asked, default=0.0) >= _ASKED


def _very_question(found: Found) -> bool:
    """Whether a message is nearly word for word a typical question."""
    return max(found.candidate.asked, default=0.0) >= _VERY_QUESTION


def _near(hit: Hit) -> bool:
    return (hit.dense_score or 0.0) >= _ROW_NEAR


def _names_nothing(question: Question) -> bool:
    """Whether a short message holds no subject at all, only words like "is it covered?"."""
    facts = question.facts
    subject = facts.codes or facts.services or facts.modifiers or facts.place or facts.performer or question.denials
    return not question.content and not subject and len(question.text.split()) <= _SHORT


def _answerable(question: Question, candidates: Sequence[Candidate]) -> bool:
    """Whether the nearest candidate is near enough for what the question names; a look-up by code alone always is."""
    near = max((candidate.cosine for candidate in candidates), default=0.0)
    asked = max((nearness for candidate in candidates for nearness in candidate.asked), default=0.0)
    if candidates and not near and not asked:
        return True
    facts = question.facts
    named = "nothing"
    if facts.payer or facts.performer or facts.modality:
        named = "setting"
    if facts.codes or facts.services or question.denials or facts.modifiers or facts.place:
        named = "subject"
    least, least_asked = _NEAR[named]
    return near >= least or asked >= least_asked


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / (min(len(first), len(second)) or 1)
