"""What a document says that a code is: who takes part, first or later visit, another service, a split told wrongly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.evidence import Evidence
from bot.own.judged import Bench, Judged
from bot.own.said import Said
from bot.understand.fillers import FILLERS
from corpus.knowledge import Knowledge
from corpus.rows import Code
from index.lexical import tokenize

_AFTER = re.compile(
    r"^(?:\*\*|\"|')?\s*(?:[:|(]|-(?=\s)"
    r"|,? ?(?:is|are|was)(?: (?:used|intended|reported|billed|for|to|the code|an|a|the)\b)*"
    r"|covers?|describes?|represents?|refers? to|(?:specifically )?relates? to|means|denotes|is for|for)\s*"
    r"(?:used to describe|used for|describe|report|services? for)?\s*(?P<words>[^.;]{4,160})",
    re.IGNORECASE,
)
_THIS_CODE = re.compile(
    r"^(?:this|the) codes? (?:is|are|was)? ?(?:specifically |only )?(?:used (?:to describe|for|to report)"
    r"|describes?|covers?|relates? to|represents?|for)\s+(?P<words>[^.;]{4,160})",
    re.IGNORECASE,
)
_NO_MEANING = re.compile(
    r"""^(?:not|never|no|column|paid|bundled|billed|reported|allowed|denied|covered|payable|on\ (?:the|a)|due|limited
    | subject|only|also|active|valid|deleted|one\ unit|billable|separately|an?\ (?:add-on|column|pair)|reportable|edit
    | the\ same|time|over)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE_CELL = re.compile(r"^\s*(?:(?:CPT|HCPCS|code)\s*:?\s*)?[A-Z]?\d{4}[A-Z0-9]?\s*$", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|never|no|without|except|instead|rather|unless|neither|nor|or)\b|n't\b", re.IGNORECASE)
_GROUP = re.compile(
    r"\bgroup (?:sessions?|therapy|psychotherapy|coaching|counseling|treatment|interventions?|visits?|services?)\b"
    r"|\bin a group\b|\bfor groups?\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\bindividual(?! (?:or|and|plan|basis))\b|\bone-on-one\b|\bone person\b|\bsingle (?:patient|client)\b", re.I
)
_PRESENT = r"(?:the )?(?:patient|client|member)(?:'s)?(?: being)?(?: is)?(?: (?:present|there))?"
_WITHOUT_PATIENT = re.compile(
    rf"\bwithout {_PRESENT}|\b(?:patient|client) (?:is )?(?:not present|absent)", re.IGNORECASE
)
_WITH_PATIENT = re.compile(rf"\bwith {_PRESENT}\b", re.IGNORECASE)
_FIRST = re.compile(r"\b(?:initial|first)\b(?! \d)(?! (?:hour|half|unit|thirty|fifteen))", re.IGNORECASE)
_LATER = re.compile(r"\bfollow-? ?up\b|\bsubsequent\b|\blater\b", re.IGNORECASE)
_MINUTES = re.compile(r"\d+\s*-?\s*min", re.IGNORECASE)
_COMMON = frozenset(
    tokenize(
        "code codes cpt hcpcs service services session sessions visit visits patient client individual provider report"
        " used billing bill claim care health minutes minute each per additional first treatment professional medical"
    )
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A description that a document gives to one code."""

    code: str
    words: str
    said: Said


def meanings(said: Said) -> Iterator[Meaning]:
    """The descriptions in a sentence or row, each with its code."""
    if not said.groups and len(said.subject) == 1 and (found := _THIS_CODE.match(said.plain)):
        yield Meaning(said.subject[0], found["words"].strip(), said)
    if said.kind == "row":
        yield from _row(said)
        return
    for place, group in enumerate(said.groups):
        if len(group.codes) != 1:
            continue
        end = said.groups[place + 1].start if place + 1 < len(said.groups) else len(said.plain)
        found = _AFTER.match(said.plain[group.end : end])
        if found:
            words = re.split(r"\)(?!\w)|, and $|,? or $", found["words"])[0].strip(" ,|()")
            if len(words) >= 4 and not _NO_MEANING.match(words):
                yield Meaning(group.codes[0], words, said)


def _row(said: Said) -> Iterator[Meaning]:
    """A table row whose one code stands in a cell of its own: the longest other cell with words describes it."""
    cells = [cell.strip() for cell in re.split(r"\s\|\s|;\s(?=[^;:]{1,40}: )", said.plain)]
    own = [cell for cell in cells if _CODE_CELL.match(cell.rpartition(": ")[2])]
    if len(own) != 1 or len(said.codes) != 1:
        return
    others = [cell.partition(": ")[2] or cell for cell in cells if cell not in own]
    worded = [cell for cell in others if len(re.findall(r"[A-Za-z]{3,}", cell)) >= 2]
    if worded:
        yield Meaning(said.codes[0], worded[0][:160], said)


def judge(found: Meaning, bench: Bench) -> Iterator[Judged]:
    """One description against the row of its code."""
    row = bench.active(found.code)
    if row is None or found.said.tells_history:
        return
    wrong = None if _NEGATED.search(found.words) else _attribute(found.words, row)
    if _WITHOUT_PATIENT.search(found.words) and row.participants == "family-with-patient":
        wrong = "without the patient"
    if wrong is None and (other := _another_service(found.words, row, bench.knowledge)):
        wrong = other
    columns = ("label", "participants", "service")
    evidence: tuple[Evidence, ...] = (bench.cells(row, *columns),)
    if wrong is not None:
        ours = f"{row.code} is: {row.label}."
        evidence += bench.statements(row.code, ("definition", "code-choice", "time-rule"))
        yield Judged("contradicts", "meaning", (row.code,), found.said, wrong, ours, evidence)
    elif _agrees(found.words, row, bench.knowledge):
        ours = f"{row.code} is: {row.label}."
        yield Judged("agrees", "meaning", (row.code,), found.said, found.words[:80], ours, evidence)


def _attribute(words: str, row: Code) -> str | None:
    """What the description says otherwise than the columns `participants` and `visit`."""
    label = f"{row.label} {' '.join(row.aliases)} {row.official_descriptor or ''}".lower()
    if row.participants == "individual" and _GROUP.search(words) and "group" not in label:
        return "a group service"
    if row.participants == "group" and _ALONE.search(words) and not re.search(r"\bgroup\b", words, re.IGNORECASE):
        return "a service for one person"
    if row.participants == "family-without-patient" and _WITH_PATIENT.search(words):
        return "with the patient present"
    visit = row.visit or _visit_of(row.label)
    if visit == "later" and _FIRST.search(words) and not _LATER.search(words) and "first" not in label:
        return "a first visit"
    if visit == "first" and _LATER.search(words) and not _FIRST.search(words) and "follow" not in label:
        return "a later visit"
    return None


def _visit_of(label: str) -> str | None:
    """First or later visit, where the label of a code without that column says so."""
    first, later = (re.search(rf"\b{word} (?:session|visit|assessment)\b", label) for word in ("first", "later"))
    return None if bool(first) == bool(later) else "first" if first else "later"


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(token for token in tokenize(text) if not token.isdigit() and token not in FILLERS) - _COMMON


def _own_words(row: Code, knowledge: Knowledge) -> frozenset[str]:
    """Every word that the tables use for a code: label, descriptor, other names, service, family, phrases."""
    phrases = " ".join(_phrases(knowledge).get(row.code, ()))
    text = f"{row.label} {row.official_descriptor or ''} {' '.join(row.aliases)} {row.note or ''} {phrases}"
    return _stems(f"{text} {row.service} {row.family.replace('-', ' ')}")


_phrases_held: dict[int, dict[str, tuple[str, ...]]] = {}


def _phrases(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Phrases of the vocabulary by the codes of the services that they name."""
    key = id(knowledge)
    if key not in _phrases_held:
        by_service: dict[str, list[str]] = {}
        for phrase in knowledge.phrases:
            if phrase.slot == "service":
                by_service.setdefault(phrase.value, []).append(phrase.phrase)
        held: dict[str, dict[str, None]] = {}
        families = {
            family: {code for span in knowledge.time_units if span.family == family for code, _ in span.units}
            for family in {row.time_family for row in knowledge.services if row.time_family}
        }
        for service in knowledge.services:
            for code in (*service.codes, *families.get(service.time_family or "", ())):
                held.setdefault(code, {}).update(dict.fromkeys(by_service.get(service.service, ())))
        _phrases_held.clear()
        _phrases_held[key] = {code: tuple(phrases) for code, phrases in held.items()}
    return _phrases_held[key]


def _another_service(words: str, row: Code, knowledge: Knowledge) -> str | None:
    """Another service that the description names in full, none of whose words the tables use for this code."""
    mine = _own_words(row, knowledge)
    said = _stems(words)
    if not said or said & mine:
        return None
    text = f" {re.sub(r'[^a-z0-9]+', ' ', words.lower())} "
    by_code = _phrases(knowledge)
    named: Counter[str] = Counter()
    for code, phrases in by_code.items():
        best = max((len(phrase) for phrase in phrases if " " in phrase and f" {phrase} " in text), default=0)
        if best:
            named[code] = best
    if not named:
        return None
    families = {found.family for code in named if (found := knowledge.codes.find(code)) is not None}
    if row.family in families:
        return None
    code = named.most_common(1)[0][0]
    other = knowledge.codes.find(code)
    return other.service if other is not None else None


def _agrees(words: str, row: Code, knowledge: Knowledge) -> bool:
    said = _stems(words)
    return bool(said) and len(said & _own_words(row, knowledge)) >= max(1, len(said) // 2)


def splits(found: Sequence[Meaning], bench: Bench) -> Iterator[Judged]:
    """Sibling codes told apart by words that the tables use for both, while the tables tell them apart by minutes."""
    for first, second in _siblings(found, bench):
        rows = [bench.active(first.code), bench.active(second.code)]
        one, two = rows[0], rows[1]
        if one is None or two is None:
            continue
        shared = _label_words(one) & _label_words(two)
        apart = (_stems(first.words) - _stems(second.words), _stems(second.words) - _stems(first.words))
        if not all(side & shared for side in apart) or not _differ_by_time(one, two):
            continue
        ours = f"{one.code} and {two.code} do not differ by that: {one.code} is {one.label}; {two.code} is {two.label}."
        cells = tuple(bench.cells(row, "label", "min_minutes", "max_minutes") for row in (one, two))
        evidence = (*cells, *bench.statements(one.code, ("time-rule", "definition", "code-choice")))
        for mine in (first, second):
            says = f"for {mine.words[:60]}"
            yield Judged("contradicts", "meaning", (mine.code,), mine.said, says, ours, evidence)


def _label_words(row: Code) -> frozenset[str]:
    return _stems(f"{row.label} {' '.join(row.aliases)}")


def _differ_by_time(one: Code, two: Code) -> bool:
    bounds = {(row.min_minutes, row.max_minutes) for row in (one, two)}
    return len(bounds) == 2 and None not in {row.min_minutes for row in (one, two)}


def _siblings(found: Sequence[Meaning], bench: Bench) -> Iterable[tuple[Meaning, Meaning]]:
    """Pairs of descriptions, near to each other, of two codes of one service and one kind of patient."""
    for place, first in enumerate(found):
        one = bench.active(first.code)
        if one is None or _MINUTES.search(first.words) or first.said.tells_history:
            continue
        for second in found[place + 1 : place + 4]:
            two = bench.active(second.code)
            if two is None or two.code == one.code or _MINUTES.search(second.words):
                continue
            if (one.service, one.participants, one.addon) == (two.service, two.participants, two.addon):
                yield first, second
