"""Amounts, limits of units, pairs of codes and modifiers that a document states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.evidence import from_row
from bot.own.judged import Bench, Judged, Standing
from bot.own.said import Said
from corpus.consistency.amounts import RATE_YEAR, local
from corpus.consistency.text import NUMBER_WORDS, Group, number
from corpus.rows import Rate

_DOLLARS = re.compile(r"\$ ?(\d{1,3}(?:,\d{3})*\.\d{2}|\d+\.\d{2})(?!\d)")
_RECKONED = re.compile(
    r"%|\bpercent\b|=|\+|×|\bx \$|\bshare\b|\bcopay\w*|\bcoinsurance\b|\bper hour\b|\bup from\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_N = rf"(?P<n>\d{{1,2}}|{'|'.join(NUMBER_WORDS)})"
_MUE = re.compile(
    rf"\b(?:MUE|medically unlikely edits?)\b[^.;\d]{{0,40}}?\b{_N}\b(?! ?(?:%|percent|minutes?|-))", re.IGNORECASE
)
_DAILY = re.compile(
    rf"\b(?:maximum of|max(?:imum)?|limit(?:ed to| of)?|no more than|up to|at most)\s+{_N}\s+units?"
    r"\s+(?:per|a|each|in a)\s+(?:day|date)",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:can|may|could|should|is|are) (?:also )?(?:be )?(?:billed|reported|paid|used|submitted) (?:together|with"
    r"|in addition to|on the same (?:day|date) (?:as|with))\b",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\b(?:(?:can|may|should|shall|must|do|does|is|are) ?not|cannot|never) (?:also )?(?:be )?"
    r"(?:bill(?:ed)?|report(?:ed)?|paid|used|submitted) (?:together|with|in addition to|separately with"
    r"|on the same (?:day|date) (?:as|with))\b",
    re.IGNORECASE,
)
_MODIFIER = re.compile(
    r"\bmodifier (?P<mark>[A-Z0-9]{2})\b\s*(?:[:(-]|is|means|stands for|defined as)\s*(?P<words>[^.;|)]{6,80})"
)
_ROW_MODIFIER = re.compile(r"^\s*(?:modifier:? )?-?(?P<mark>[A-Z0-9]{2})\s*\|\s*(?P<words>[^|]{6,80})")


def judge(said: Said, bench: Bench) -> Iterator[Judged]:
    """Every amount, limit, pair and modifier that the sentence states about codes."""
    if not said.tells_history:
        for group in said.groups:
            yield from _amount(said, group, bench)
        yield from _limit(said, bench)
    yield from _pair(said, bench)
    yield from _modifier(said, bench)


def _amount(said: Said, group: Group, bench: Bench) -> Iterator[Judged]:
    following = next((other.start for other in said.groups if other.start >= group.end), len(said.plain))
    match = _DOLLARS.search(said.plain[group.end : following])
    if match is None and len(said.groups) == 1:
        alone = tuple(_DOLLARS.finditer(said.plain[: group.start]))
        match = alone[0] if len(alone) == 1 and group.start - alone[0].end() < 30 else None
    elif match is not None and match.start() > 60:
        match = None
    if match is None or len(group.codes) != 1 or _RECKONED.search(said.plain):
        return
    code, amount = group.codes[0], Decimal(match[1].replace(",", ""))
    says = f"${amount}"
    payer = said.document.payer
    if not said.for_medicare or (payer and not bench.knowledge.rules.medicare_rules(payer)):
        yield Judged("unknown", "amount", (code,), said, says)
        return
    years = {int(year) for year in _YEAR.findall(said.context)}
    rate = bench.knowledge.rates.find(code)
    if rate is None or rate.nonfac_amount is None or years - {RATE_YEAR}:
        yield Judged("unknown", "amount", (code,), said, says)
        return
    row = from_row(
        bench.knowledge, rate, ("code", "nonfac_amount", "fac_amount", "source"), f"Medicare amount of {code}"
    )
    ours = f"Medicare's national amount for {code} is ${rate.nonfac_amount} in the office in {RATE_YEAR}."
    standing: Standing = "agrees" if amount in _known_amounts(rate, bench) else "unknown"
    if standing == "unknown" and RATE_YEAR in years:
        standing = "contradicts"
    yield Judged(standing, "amount", (code,), said, says, ours, (row,))


def _known_amounts(rate: Rate, bench: Bench) -> set[Decimal]:
    """The national amounts and those of every locality."""
    held = {value for value in (rate.nonfac_amount, rate.fac_amount) if value is not None}
    for place in bench.knowledge.localities:
        held |= set(local(rate, place, rate.conversion_factor))
    return held


def _limit(said: Said, bench: Bench) -> Iterator[Judged]:
    match = _MUE.search(_masked(said)) or _DAILY.search(said.plain)
    codes = [code for group in said.groups for code in group.codes]
    several = len(_MUE.findall(_masked(said))) + len(_DAILY.findall(said.plain)) > 1 or " but " in said.plain
    if match is None or len(codes) != 1 or several:
        return
    row = bench.active(codes[0])
    if row is None:
        return
    told = number(match["n"])
    own_rule = not (said.for_medicare or "MUE" in said.plain)
    if row.mue is None or own_rule:
        yield Judged("unknown", "limit", (row.code,), said, f"{told} units a day")
        return
    ours = f"Medicare's daily limit for {row.code} is {row.mue} units (edition {row.mue_edition})."
    standing: Standing = "agrees" if told == row.mue else "contradicts"
    cells = bench.cells(row, "mue", "mue_edition")
    yield Judged(standing, "limit", (row.code,), said, f"{told} units a day", ours, (cells,))


def _masked(said: Said) -> str:
    """The sentence with its codes made unreadable, so that their digits are taken for no number."""
    text = said.plain
    for group in said.groups:
        text = f"{text[: group.start]}{'x' * (group.end - group.start)}{text[group.end :]}"
    return text


def _pair(said: Said, bench: Bench) -> Iterator[Judged]:
    """Two codes that may, or may not, stand on one claim for one date."""
    apart = _APART.search(said.plain)
    together = None if apart else _TOGETHER.search(said.plain)
    if (apart is None and together is None) or len(said.groups) > 2 or re.search(r"\bmodifier\b", said.plain):
        return
    verb = apart or together
    assert verb is not None, "one of them"
    if not _both_meant(said, verb):
        return
    codes = [code for group in said.groups for code in group.codes]
    rows = [row for code in codes if (row := bench.active(code)) is not None]
    if len(codes) != 2 or len(rows) != 2 or rows[0].code == rows[1].code:
        return
    edit = bench.knowledge.edits.find(codes[0], codes[1])
    if edit is None:
        return
    evidence = (from_row(bench.knowledge, edit, ("column1", "column2", "modifier_indicator", "rationale", "edition")),)
    says = "not together" if apart else "together"
    never = edit.modifier_indicator == "0"
    ours = (
        f"{edit.column1} and {edit.column2} are an NCCI pair (column one {edit.column1}, column two {edit.column2},"
        f" modifier indicator {edit.modifier_indicator})."
    )
    if apart and edit.modifier_indicator in ("0", "1"):
        yield Judged("agrees", "pair", tuple(codes), said, says, ours, evidence)
    elif together and never:
        yield Judged("contradicts", "pair", tuple(codes), said, says, ours, evidence)


def _both_meant(said: Said, verb: re.Match[str]) -> bool:
    """Whether the verb joins the two codes: "A may be reported with B", "A and B may be billed together"."""
    if verb.group(0).lower().endswith("together"):
        return all(group.end <= verb.start() for group in said.groups)
    return any(0 <= group.start - verb.end() <= 25 for group in said.groups) and any(
        group.end <= verb.start() for group in said.groups
    )


def _modifier(said: Said, bench: Bench) -> Iterator[Judged]:
    match = _ROW_MODIFIER.match(said.plain) if said.kind == "row" else _MODIFIER.search(said.plain)
    if match is None or (said.kind == "row" and "modifier" not in said.before.lower()):
        return
    row = next((row for row in bench.knowledge.modifiers if row.modifier == match["mark"]), None)
    if row is None:
        return
    from index.lexical import tokenize

    told, held = (
        set(tokenize(match["words"])),
        set(tokenize(f"{row.name} {row.official_descriptor or ''} {row.use_when or ''}")),
    )
    if len(told & held) >= max(1, len(told) // 2):
        evidence = (from_row(bench.knowledge, row, ("modifier", "name")),)
        ours = f"Modifier {row.modifier} is: {row.name}."
        yield Judged(
            "agrees", "modifier", (), said, f"modifier {row.modifier}: {match['words'].strip()}", ours, evidence
        )
