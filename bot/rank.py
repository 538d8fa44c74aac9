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

import numpy as np

from bot.question import Facts, Question
from bot.rank_rows import Floats, Rows
from bot.understand.fillers import FILLERS
from bot.understand.intents import polar_clause
from corpus.knowledge import Knowledge
from corpus.rule_tables import RuleTables
from corpus.statements import ANY_PAYER, Statement
from index.lexical import tokenize
from index.search import Index

_DEEP = 30
"""How deep each of the four lists (words and meaning, of statements and of typical questions) is read."""
_LONG = 5
"""Letters of a word that is taken for a subject though no statement uses it."""
_OTHER_PAYER = -0.6
_REMOTE = "telehealth"
_MODIFIER = "modifi"
"""The stem without which a modifier's number is any number."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement with what speaks for it.

    `features` by name; `coverage` is the share (0 to 1) of the question's weighted words in the statement, `cosine`
    the nearness of the statement, `asked` that of each of its typical questions, in the order of `Knowledge.asked`;
    `score` is the log-odds of being the answer, up to a constant of the question.
    """

    statement: Statement
    features: Mapping[str, float]
    coverage: float
    cosine: float
    asked: tuple[float, ...] = ()
    score: float = 0.0


class Ranker:
    """Candidates of one knowledge and one index."""

    def __init__(self, knowledge: Knowledge, index: Index) -> None:
        self.knowledge = knowledge
        self.index = index

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of each feature."""
        return {row.feature: row.weight for row in self.knowledge.ranking}

    @cached_property
    def _rows(self) -> Rows:
        return Rows.of(self.knowledge, self.index)

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        rows = self._rows
        return {row.id: stems for row, stems in zip(rows.statements, rows.stems, strict=True)}

    def stems(self, statement: Statement) -> frozenset[str]:
        """The stems of a statement with its headings and codes."""
        return self._stems[statement.id]

    def particular(self, text: str) -> float:
        """The rarity of the most particular word of `text`; a longer word that no statement uses is a subject too."""
        rarity, unused = self._rows.rarity, math.log(1 + len(self.knowledge.statements))
        stems = [stem for stem in tokenize(text) if stem not in FILLERS]
        return max((rarity.get(stem, unused if len(stem) >= _LONG else 0.0) for stem in stems), default=0.0)

    def candidates(
        self, question: Question, query: str, codes: Sequence[str], on: date, before: Collection[str] = ()
    ) -> list[Candidate]:
        """Statements in force on `on` that may answer, with their features and scores, in no order.

        `query` is what is searched for, `codes` are those that the answer should be about, `before` the statements
        that the last answer cited, when this turn goes on from there.
        """
        rows = self._rows
        lexical, cosine = self.index.weigh(query)
        near = cosine[rows.asked]
        measures = {
            "words": lexical[rows.own],
            "meaning": cosine[rows.own],
            "asked words": rows.best_asked(lexical[rows.asked]),
            "asked meaning": rows.best_asked(near),
        }
        at = _best(measures.values(), rows.in_force(on))
        if not len(at):
            return []
        features = self._scene(question, query, codes).features(rows, at)
        for name, measure in measures.items():
            features[name] = measure[at].astype(np.float64)
        features |= {"cosine": features["meaning"], "asked cosine": features["asked meaning"]}
        for name in measures:
            features[name] = features[name] / max(float(features[name].max()), 1e-6)
        features["best asked"] = (features["asked meaning"] == 1) * 1.0
        sections = {(row.topic, row.section) for row in rows.statements if row.id in before} if before else set()
        goes_on = [float((row.topic, row.section) in sections) for row in map(rows.statements.__getitem__, at)]
        features["goes on"] = np.array(goes_on)
        return self._told(at, features, near)

    def _told(self, at: Floats, features: Mapping[str, Floats], near: Floats) -> list[Candidate]:
        """The candidates of the statements `at`, by their features; `near` are the cosines of typical questions."""
        rows = self._rows
        score = np.zeros(len(at))
        for name, values in features.items():
            score += self.weights.get(name, 0.0) * values
        columns = zip(*(values.tolist() for values in features.values()), strict=True)
        asked = (tuple(near[rows.start[one] : rows.end[one]].tolist()) for one in at)
        found = []
        for one, column, nearness, total in zip(at, columns, asked, score.tolist(), strict=True):
            named = dict(zip(features, column, strict=True))
            row = rows.statements[one]
            found.append(Candidate(row, named, named["covers"], named["cosine"], nearness, total))
        return found

    def _scene(self, question: Question, query: str, codes: Sequence[str]) -> Scene:
        rarity, rare = self._rows.rarity, math.log(1 + len(self.knowledge.statements))

        def weighed(text: str) -> dict[str, float]:
            return {stem: rarity.get(stem, rare) for stem in tokenize(text) if stem not in FILLERS}

        asking = polar_clause(question.text) or question.text.rstrip(" .?!").rpartition(".")[2]
        return Scene(question, self.knowledge, weighed(query), weighed(asking), frozenset(codes))


def _best(measures: Collection[Floats], in_force: Floats) -> Floats:
    """The places of the statements in force that are among the best by any of the measures, in order."""
    chosen: list[Floats] = []
    for measure in measures:
        masked = np.where(in_force, measure, -np.inf)
        best = np.argpartition(-masked, min(_DEEP, len(masked) - 1))[:_DEEP]
        chosen.append(best[np.isfinite(masked[best])])
    return np.unique(np.concatenate(chosen))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is the same for all candidates of a question: its weighted stems, those of its asking part, its codes."""

    question: Question
    knowledge: Knowledge
    wanted: Mapping[str, float]
    focus: Mapping[str, float]
    codes: frozenset[str]

    def features(self, rows: Rows, at: Floats) -> dict[str, Floats]:
        """The features of the statements `at`, an array each; shares are 0 to 1, marks 0 or 1."""
        facts = self.question.facts
        remote = facts.modality is not None or _REMOTE in self.question.intents
        about = rows.kinds[at] == _REMOTE
        nothing = np.zeros(len(at))
        named = dict.fromkeys(self.codes, 1.0)
        common = {stem: rows.rarity.get(stem, 0.0) for stem in self.wanted}
        fit = np.array([payer_fit(self.knowledge.rules, facts, payer) for payer in rows.payers])
        return {
            "covers": _share(rows.with_headings.sums(self.wanted)[at], sum(self.wanted.values())),
            "covers focus": _share(rows.with_headings.sums(self.focus)[at], sum(self.focus.values())),
            "covered": _share(rows.words.sums(common)[at], rows.whole[at]),
            "codes": rows.codes.sums(named)[at] / len(named) if named else nothing,
            "no codes": rows.codeless[at] * 1.0 if named else nothing,
            "modifier": self._names_modifier(rows)[at] * 1.0,
            "payer": fit[rows.payer[at]],
            "tier": rows.tier[at],
            "remote": about * 1.0 if remote else nothing,
            "not remote": nothing if remote else about * 1.0,
            "length": rows.length[at],
        }

    def _names_modifier(self, rows: Rows) -> Floats:
        marks = {modifier.lower(): 1.0 for modifier in self.question.facts.modifiers}
        held: Floats = (rows.with_headings.sums(marks) > 0) & (rows.with_headings.sums({_MODIFIER: 1.0}) > 0)
        return held


def _share(part: Floats, whole: Floats | float) -> Floats:
    """`part` of `whole`, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=np.asarray(whole) > 0)


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
