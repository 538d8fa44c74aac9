"""Evidence from guidance: the statements that answer a question, chosen by search, payer, date and kind.

Search scores are only the start. A statement gains when it speaks of the codes asked about, is of the kind that the
intent wants and is for the payer in question; it loses when it is for another payer, or says nearly the same as one
already chosen. Whether anything answers at all is decided by the cosine of the nearest passage together with what the
question names, since an unrelated question may score high by itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot import respond
from bot.answer import CodeAdvice, Verdict
from bot.descriptors import Descriptors
from bot.evidence import Claim, Finding, from_statement
from bot.findings.advice import advice
from bot.findings.modifiers import modifier_finding
from bot.findings.official import OFFICIAL, descriptors_finding
from bot.findings.telehealth import place_finding
from bot.question import Facts, Question
from bot.respond import SMALL_TALK
from bot.rules.places import place_of_service
from bot.turn import Turn
from bot.understand.fillers import FILLERS
from bot.understand.polarity import verdict_of
from bot.understand.read import Reader
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from corpus.rule_tables import RuleTables
from corpus.statements import ANY_PAYER, Statement
from index.lexical import tokenize
from index.search import Filters, Hit, Index

_POOL = 150
"""How many passages are weighed."""
_ANSWERING, _COMPLETING, _MENTIONED = 5, 3, 4
"""Statements shown as the answer, statements shown beside what rules decided, codes shown with the answer."""
_RELATIVE = 0.6
"""Least share of the best statement's score for another one to be shown beside it."""
_PARTICULAR, _COVERS = 0.34, 0.5
"""Beside a decision: least share of a statement's codes that are asked about, or of the question that it covers."""
_SHORT, _FEW = 6, 2
"""Words of a message that may lack a subject; content words that it may have then."""
_ROW_NEAR = 0.4
"""Least cosine for a modifier or place to be taken for the one described."""
_ANY_DAY = date.max
_VERY_CASE = 0.8
"""Least share of the question's words for a statement on a common error to speak of the case described."""
_ERROR = "common-error"
_SUBJECT = 4
"""Codes that statements should be about, at most."""
# Weights of the parts of a statement's score, set by hand on the development questions.
_WEIGHT_CODES = 0.45
_WEIGHT_KIND = 0.35
_WEIGHT_MODIFIER = 0.4
_WEIGHT_PAYER = 0.30
_WEIGHT_COVERAGE = 1.0
_WEIGHT_SEARCH = 1.0
_OTHER_PAYER = -0.6
_TIER = {"official": 0.06, "payer": 0.05, "society": 0.03, "vendor": 0.0}
_NEARLY_SAME = 0.72
_NEAR = {"subject": 0.30, "setting": 0.45, "nothing": 0.53}
"""Least cosine of the nearest passage for a question to count as answerable: lower when the question names a code, a
service or a denial, or at least a payer or a clinician of the tables. Measured on the development questions against
questions from outside the field (`tests/bot/test_find.py`)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A statement with its score and the share (0 to 1) of the question's weighted words that it covers."""

    statement: Statement
    score: float
    coverage: float


class Finder:
    """Chooses statements of one knowledge with one index."""

    def __init__(self, knowledge: Knowledge, index: Index, reader: Reader) -> None:
        self.knowledge = knowledge
        self.index = index
        self.reader = reader
        self.descriptors = Descriptors(knowledge)
        self._stems_held: dict[str, frozenset[str]] = {}

    @cached_property
    def _weights(self) -> dict[str, float]:
        """Weight of each stem: rare ones weigh more."""
        counts: Counter[str] = Counter()
        for statement in self.knowledge.statements:
            counts.update(self._stems(statement))
        total = len(self.knowledge.statements)
        return {stem: math.log(1 + total / (1 + count)) for stem, count in counts.items()}

    def _stems(self, statement: Statement) -> frozenset[str]:
        if statement.id not in self._stems_held:
            text = f"{statement.text} {statement.section} {statement.topic_title} {' '.join(statement.codes)}"
            self._stems_held[statement.id] = frozenset(tokenize(text))
        return self._stems_held[statement.id]

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
        if any(finding.rule in (SMALL_TALK, OFFICIAL) for finding in turn.findings):
            return []
        if not decided:
            turn.findings += self._beyond(turn) if turn.beyond else self._rows(question)
            decided = any(finding.claims for finding in turn.findings)
        if turn.beyond:
            return []
        if not decided and _names_nothing(question):
            return [respond.ask_subject(self.knowledge)]
        kept = self.find(question, codes, turn.on, limit=_COMPLETING if decided else _ANSWERING)
        if not kept:
            return [] if decided else self._beyond(turn) or [self._nothing(question)]
        verdict = self._settled(turn, kept[0])
        leading = kept[:1] if decided and verdict else ()
        if leading:
            lead = claim(self.knowledge, leading[0].statement)
            turn.findings.insert(0, Finding((lead,), verdict=verdict, rule="guidance"))
        if decided:
            kept = tuple(each for each in kept if each not in leading and _completes(each, codes))
        claims = tuple(claim(self.knowledge, each.statement) for each in kept)
        advised = () if decided or not kept else self._mentioned(kept[0].statement, turn.on)
        return [Finding(claims, advised, verdict=verdict, rule="guidance")]

    def _settled(self, turn: Turn, best: Found) -> Verdict | None:
        """The verdict that guidance adds: the leading statement's when rules told none, or its objection to a yes."""
        told = next((finding.verdict for finding in turn.findings if finding.verdict), None)
        if turn.read.polar and told is None:
            return self._verdict(turn.read, best.statement)
        return "no" if turn.read.polar and told == "yes" and self._objects(turn.read, best) else None

    def _nothing(self, question: Question) -> Finding:
        """Asks for the subject when a billing question names none, else says that nothing was found."""
        return respond.ask_subject(self.knowledge) if _lacks_subject(question) else respond.nothing(self.knowledge)

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

    def _rows(self, question: Question) -> list[Finding]:
        """The modifier or place of service that the words describe, when one is asked for and none is named."""
        facts, query = question.facts, question.search_text
        if "modifier" in question.cues and not facts.modifiers and not question.polar:
            hits = self.index.search(query, k=1, filters=Filters(kinds=("modifier",)))
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
        return []

    def _mentioned(self, statement: Statement, on: date) -> tuple[CodeAdvice, ...]:
        """The codes of the leading statement, as only talked about."""
        held = [code for code in statement.codes if code in self.knowledge.codes][:_MENTIONED]
        return tuple(advice(self.knowledge, code, "mentioned", on) for code in held)

    def _subject(self, turn: Turn) -> tuple[str, ...]:
        """The codes that statements should be about: those asked about, else those that rules brought."""
        asked = tuple(mention.code for mention in turn.read.facts.codes)
        if asked:
            return asked
        roles = ("recommended", "alternative")
        return tuple(row.code for finding in turn.findings for row in finding.codes if row.role in roles)[:_SUBJECT]

    def find(self, question: Question, codes: Sequence[str], on: date, *, limit: int) -> tuple[Found, ...]:
        """The best statements for `question` in force on `on`, best first; none when the question is not ours."""
        query = self._query(question, codes)
        hits = self.index.search(query, k=_POOL, filters=Filters(kinds=("statement",), on=on))
        if not _answerable(question, hits):
            return ()
        wanted = self._wanted(query)
        ranked = sorted(
            (self._scored(question, codes, wanted, hit, rank) for rank, hit in enumerate(hits)),
            key=lambda found: -found.score,
        )
        near = [found for found in ranked if found.score >= _RELATIVE * ranked[0].score]
        return self._distinct(near, limit)

    def _query(self, question: Question, codes: Iterable[str]) -> str:
        facts = question.facts
        services = (service.replace("-", " ") for service in facts.services)
        return " ".join((question.search_text, *services, *codes, *(facts.modifiers if facts.modifiers else ())))

    def _wanted(self, query: str) -> dict[str, float]:
        """The stems of the query that statements use at all, or that only the user uses, with their weights."""
        rare = math.log(1 + len(self.knowledge.statements))
        return {stem: self._weights.get(stem, rare) for stem in tokenize(query) if stem not in FILLERS}

    def _scored(self, question: Question, codes: Sequence[str], wanted: dict[str, float], hit: Hit, rank: int) -> Found:
        statement = self.knowledge.statements.get(hit.passage.key)
        covered = sum(weight for stem, weight in wanted.items() if stem in self._stems(statement))
        coverage = covered / (sum(wanted.values()) or 1.0)
        score = _WEIGHT_SEARCH / (1 + rank / 10) + _WEIGHT_COVERAGE * coverage
        if codes:
            score += _WEIGHT_CODES * len(set(codes) & set(statement.codes)) / len(set(codes))
        score += _WEIGHT_KIND * self._kind_fit(question, statement)
        marks = {modifier.lower() for modifier in question.facts.modifiers}
        score += _WEIGHT_MODIFIER * bool(marks & self._stems(statement) and "modifi" in self._stems(statement))
        score += _WEIGHT_PAYER * payer_fit(self.knowledge.rules, question.facts, statement.payer)
        score += _TIER[self.knowledge.sources.best_tier(statement.sources)]
        return Found(statement, score, coverage)

    def _kind_fit(self, question: Question, statement: Statement) -> float:
        best = 0.0
        for place, intent in enumerate(question.intents[:3]):
            kinds = self.knowledge.intents[intent].kinds if intent in self.knowledge.intents else ()
            if statement.kind in kinds:
                best = max(best, 1.0 - 0.25 * kinds.index(statement.kind) - 0.2 * place)
        return max(best, 0.0)

    def _distinct(self, ranked: Iterable[Found], limit: int) -> tuple[Found, ...]:
        chosen: list[Found] = []
        for found in ranked:
            mine = self._stems(found.statement)
            if any(_overlap(mine, self._stems(other.statement)) > _NEARLY_SAME for other in chosen):
                continue
            chosen.append(found)
            if len(chosen) == limit:
                break
        return tuple(chosen)


def _lacks_subject(question: Question) -> bool:
    """Whether a billing question names no code, service or other subject that could be looked up."""
    facts = question.facts
    named = facts.codes or facts.services or question.unknown_codes or question.denials
    asks = {"select", "units", "pair", "coverage", "modifier", "payment", "telehealth"} & set(question.intents)
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


def _near(hit: Hit) -> bool:
    return (hit.dense_score or 0.0) >= _ROW_NEAR


def _names_nothing(question: Question) -> bool:
    """Whether a short message holds no subject at all, only words like "is it covered?"."""
    facts = question.facts
    subject = facts.codes or facts.services or facts.modifiers or facts.place or facts.performer or question.denials
    return not question.content and not subject and len(question.text.split()) <= _SHORT


def _answerable(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether the nearest passage is near enough for what the question names; a look-up by code alone always is."""
    near = [hit.dense_score for hit in hits if hit.dense_score is not None]
    if hits and not near:
        return True
    facts = question.facts
    named = "nothing"
    if facts.payer or facts.performer or facts.modality:
        named = "setting"
    if facts.codes or facts.services or question.denials or facts.modifiers or facts.place:
        named = "subject"
    return max(near, default=0.0) >= _NEAR[named]


def payer_fit(rules: RuleTables, facts: Facts, payer: str) -> float:
    """How well a statement for `payer` suits the facts: 1 for the payer asked about, negative for another one.

    Without a payer Medicare's statements stand beside those for everyone. A plan is also served by statements for its
    kind, and by Medicare's when nothing nearer is held.
    """
    asked = facts.payer
    if payer == ANY_PAYER:
        return 0.2
    if asked is None:
        return 0.15 if rules.medicare_rules(payer) else _OTHER_PAYER
    slug = f"{asked}-{facts.state.lower()}" if facts.state and "-" not in asked else asked
    if payer in (asked, slug):
        return 1.2 if payer == slug else 1.0
    if payer.partition("-")[0] == asked.partition("-")[0]:
        return 0.5 if facts.state is None else _OTHER_PAYER / 2
    kind = rules.payers.get(asked)
    of_its_kind = kind is not None and kind.kind == payer
    return 0.0 if of_its_kind or rules.medicare_rules(payer) else _OTHER_PAYER


def claim(knowledge: Knowledge, statement: Statement) -> Claim:
    """The statement's own words as a sentence."""
    return Claim(text=statement.text, evidence=(from_statement(knowledge, statement),))


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / (min(len(first), len(second)) or 1)
