"""Which statement answers best: features of a statement for a question, weighed by learned weights.

A statement is found by its own words and by the typical questions that it answers (`corpus/asked`). The weights of
`ranking.csv` were fitted by `python -m eval.ranking` on questions that name their supporting statements (a conditional
logit over the candidates of each question); the same command cross-validates them. A score is a log-odds: the
difference of two scores says how much likelier one statement is the answer than the other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.question import Facts, Question
from bot.understand.fillers import FILLERS
from bot.understand.intents import polar_clause
from corpus.documents import QUESTION
from corpus.knowledge import Knowledge
from corpus.rule_tables import RuleTables
from corpus.statements import ANY_PAYER, Statement
from index.lexical import tokenize
from index.search import Index

Floats = npt.NDArray[Any]

_DEEP = 30
"""How deep each of the four lists (words and meaning, of statements and of typical questions) is read."""
_LONG = 5
"""Letters of a word that is taken for a subject though no statement uses it."""
_OTHER_PAYER = -0.6
_TIER = {"official": 1.0, "payer": 0.8, "society": 0.5, "vendor": 0.0}
_REMOTE = "telehealth"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement with what speaks for it.

    `features` by name; `coverage` is the share (0 to 1) of the question's weighted words in the statement, `cosine`
    the nearness of the statement, `asked` that of each of its typical questions, in the order of `Knowledge.asked`.
    """

    statement: Statement
    features: Mapping[str, float]
    coverage: float
    cosine: float
    asked: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Statements among the passages of an index, as arrays.

    `own` is each statement's row; `asked` are the rows of typical questions ordered by statement, `leads` the statement
    that each leads to; `first` and `last` are dates of service as ordinals.
    """

    statements: tuple[Statement, ...]
    own: Floats
    asked: Floats
    leads: Floats
    first: Floats
    last: Floats

    @classmethod
    def of(cls, knowledge: Knowledge, index: Index) -> _Rows:
        """The arrays of one knowledge and its index."""
        statements = tuple(knowledge.statements)
        places = {row.id: place for place, row in enumerate(statements)}
        own = np.zeros(len(places), dtype=np.int64)
        asked: list[tuple[int, int, int]] = []
        for at, passage in enumerate(index.passages):
            if passage.kind == "statement":
                own[places[passage.key]] = at
            elif passage.kind == QUESTION:
                name, _, number = passage.key.rpartition("/")
                asked.append((places[name], int(number), at))
        table = np.array([(at, lead) for lead, _, at in sorted(asked)], dtype=np.int64).reshape(-1, 2)
        first = np.array([(row.effective_from or date.min).toordinal() for row in statements])
        last = np.array([(row.effective_to or date.max).toordinal() for row in statements])
        return cls(statements, own, table[:, 0], table[:, 1], first, last)

    def in_force(self, on: date) -> Floats:
        """Which statements cover a date of service."""
        day = on.toordinal()
        return (self.first <= day) & (day <= self.last)

    def by_question(self, lexical: Floats, cosine: Floats) -> tuple[Floats, Floats]:
        """For each statement the best BM25 score and the best cosine of its typical questions; 0 where it has none."""
        words, near = np.zeros(len(self.own)), np.zeros(len(self.own))
        np.maximum.at(words, self.leads, lexical[self.asked])
        np.maximum.at(near, self.leads, cosine[self.asked])
        return words, near

    def asked_of(self, place: int) -> Floats:
        """The rows of the typical questions of one statement, which lie side by side."""
        return self.asked[np.searchsorted(self.leads, place) : np.searchsorted(self.leads, place, side="right")]


class Ranker:
    """Candidates of one knowledge and one index."""

    def __init__(self, knowledge: Knowledge, index: Index) -> None:
        self.knowledge = knowledge
        self.index = index
        self._stems_held: dict[str, frozenset[str]] = {}
        self._own_held: dict[str, frozenset[str]] = {}

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of each feature."""
        return {row.feature: row.weight for row in self.knowledge.ranking}

    @cached_property
    def _rows(self) -> _Rows:
        return _Rows.of(self.knowledge, self.index)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Weight of each stem: rare ones weigh more."""
        counts: dict[str, int] = {}
        for statement in self.knowledge.statements:
            for stem in self.stems(statement):
                counts[stem] = counts.get(stem, 0) + 1
        total = len(self.knowledge.statements)
        return {stem: math.log(1 + total / (1 + count)) for stem, count in counts.items()}

    def stems(self, statement: Statement) -> frozenset[str]:
        """The stems of a statement with its headings and codes."""
        if statement.id not in self._stems_held:
            text = f"{statement.text} {statement.section} {statement.topic_title} {' '.join(statement.codes)}"
            self._stems_held[statement.id] = frozenset(tokenize(text))
        return self._stems_held[statement.id]

    def particular(self, text: str) -> float:
        """The rarity of the most particular word of `text`; a longer word that no statement uses is a subject too."""
        unused = math.log(1 + len(self.knowledge.statements))
        stems = [stem for stem in tokenize(text) if stem not in FILLERS]
        return max((self._rarity.get(stem, unused if len(stem) >= _LONG else 0.0) for stem in stems), default=0.0)

    def own_stems(self, statement: Statement) -> frozenset[str]:
        """The stems of a statement's own words."""
        if statement.id not in self._own_held:
            self._own_held[statement.id] = frozenset(tokenize(statement.text))
        return self._own_held[statement.id]

    def candidates(
        self, question: Question, query: str, codes: Sequence[str], on: date, before: Collection[str] = ()
    ) -> list[Candidate]:
        """Statements in force on `on` that may answer, with their features, in no order.

        `query` is what is searched for, `codes` are those that the answer should be about, `before` the statements
        that the last answer cited, when this turn goes on from there.
        """
        rows = self._rows
        lexical, cosine = self.index.weigh(query)
        asked_words, asked_near = rows.by_question(lexical, cosine)
        measures = (lexical[rows.own], cosine[rows.own], asked_words, asked_near)
        in_force = rows.in_force(on)
        chosen: set[int] = set()
        for measure in measures:
            masked = np.where(in_force, measure, -np.inf)
            best = np.argpartition(-masked, min(_DEEP, len(masked) - 1))[:_DEEP]
            chosen.update(int(at) for at in best if np.isfinite(masked[at]))
        if not chosen:
            return []
        order = sorted(chosen)
        tops = [max(float(measure[order].max()), 1e-6) for measure in measures]
        scene = self._scene(question, query, codes)
        sections = {(row.topic, row.section) for row in rows.statements if row.id in before} if before else set()
        found = []
        for at in order:
            shares = [float(measure[at]) / top for measure, top in zip(measures, tops, strict=True)]
            own, asked = float(measures[1][at]), float(asked_near[at])
            row = rows.statements[at]
            features = scene.features(row, self.stems(row), self.own_stems(row))
            features |= dict(zip(("words", "meaning", "asked words", "asked meaning"), shares, strict=True))
            features |= {"cosine": own, "asked cosine": asked, "best asked": float(shares[3] == 1)}
            features["goes on"] = float((row.topic, row.section) in sections)
            found.append(
                Candidate(
                    row,
                    features,
                    coverage=features["covers"],
                    cosine=own,
                    asked=tuple(cosine[rows.asked_of(at)].tolist()),
                )
            )
        return found

    def score(self, candidate: Candidate) -> float:
        """The log-odds of a candidate, up to a constant of the question."""
        return sum(self.weights.get(name, 0.0) * value for name, value in candidate.features.items())

    def _scene(self, question: Question, query: str, codes: Sequence[str]) -> Scene:
        rare = math.log(1 + len(self.knowledge.statements))

        def weighed(text: str) -> dict[str, float]:
            return {stem: self._rarity.get(stem, rare) for stem in tokenize(text) if stem not in FILLERS}

        asking = polar_clause(question.text) or question.text.rstrip(" .?!").rpartition(".")[2]
        return Scene(question, self.knowledge, self._rarity, weighed(query), weighed(asking), frozenset(codes))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is the same for all candidates of a question: its weighted stems, those of its asking part, its codes."""

    question: Question
    knowledge: Knowledge
    rarity: Mapping[str, float]
    wanted: Mapping[str, float]
    focus: Mapping[str, float]
    codes: frozenset[str]

    def features(self, row: Statement, stems: frozenset[str], own: frozenset[str]) -> dict[str, float]:
        """The features of one statement by its stems with and without headings; shares are 0 to 1, marks 0 or 1."""
        facts = self.question.facts
        remote = facts.modality is not None or _REMOTE in self.question.intents
        return {
            "covers": _share(self.wanted, stems),
            "covers focus": _share(self.focus, stems),
            "covered": _share({stem: self.rarity.get(stem, 0.0) for stem in own}, self.wanted.keys()),
            "codes": len(self.codes & set(row.codes)) / len(self.codes) if self.codes else 0.0,
            "no codes": float(bool(self.codes and not row.codes)),
            "modifier": float(self._names_modifier(stems)),
            "payer": payer_fit(self.knowledge.rules, facts, row.payer),
            "tier": _TIER[self.knowledge.sources.best_tier(row.sources)],
            "remote": float(remote and row.kind == _REMOTE),
            "not remote": float(not remote and row.kind == _REMOTE),
            "length": math.log(len(row.text.split())),
        }

    def _names_modifier(self, stems: frozenset[str]) -> bool:
        marks = {modifier.lower() for modifier in self.question.facts.modifiers}
        return bool(marks & stems) and "modifi" in stems


def _share(weighed: Mapping[str, float], stems: Collection[str]) -> float:
    """The weighted share of stems that lie in `stems`."""
    whole = sum(weighed.values())
    return sum(weight for stem, weight in weighed.items() if stem in stems) / whole if whole else 0.0


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
