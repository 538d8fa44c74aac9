"""A claim against every rule: what would deny, what to check, what to know, each with evidence and a correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import cast

from bot.evidence import Evidence, from_row
from bot.rules import lines as line_checks
from bot.rules import pairs
from bot.rules.claim import SEVERITIES, Claim, Issue, Report, Severity
from bot.rules.held import descriptor_row, state
from bot.rules.limits import limit
from bot.rules.places import telehealth_codes
from bot.rules.price import rates_year
from bot.rules.status import report
from bot.rules.who import who
from corpus.knowledge import Knowledge
from corpus.rule_rows import ModifierGroup, StatusLetter

_MAX_UNITS = 999


def check(knowledge: Knowledge, claim: Claim) -> Report:
    """Every issue of a claim, most severe first, then in line order; never raises for bad input."""
    found = [issue for rule in CHECKS for issue in rule(knowledge, claim)]
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    found.sort(key=lambda issue: (order[issue.severity], issue.lines, issue.codes))
    return Report(claim, tuple(dict.fromkeys(found)))


def usable(knowledge: Knowledge, claim: Claim) -> tuple[str, ...]:
    """Codes of the claim that are active on its date."""
    return tuple(code for code in claim.codes if knowledge.codes.status(code, claim.on) == "active")


def listed(knowledge: Knowledge, claim: Claim) -> tuple[str, ...]:
    """As `usable`, and codes beyond the code table that an imported official file has in force on the date."""
    return tuple(code for code in claim.codes if state(knowledge, code, claim.on) == "active")


def numbers(claim: Claim, *codes: str) -> tuple[int, ...]:
    """Line numbers (from 1) that carry one of `codes`."""
    return tuple(n for n, line in enumerate(claim.lines, start=1) if line.code in codes)


def _date(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    if claim.received is not None and claim.on > claim.received:
        text = f"The date of service {claim.on} lies in the future; a claim is sent after the service."
        yield Issue("deny", "date", text, (), (), "Correct the date of service.", ())
    if claim.on > knowledge.coverage.horizon:
        text = f"What we know reaches to {knowledge.coverage.horizon}; codes and edits of {claim.on} may differ."
        yield Issue("warn", "date", text, (), (), "Check the files in force on that date.", ())


def _codes(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    for code in claim.codes:
        if knowledge.codes.status(code, claim.on) == "active":
            continue
        found = report(knowledge, code, claim.on)
        where = numbers(claim, code)
        if found.state == "unknown":
            if knowledge.official.knows(code, claim.on):
                yield _beyond(knowledge, code, claim, where)
            elif found.neighbour:
                text = f"{code} belongs to another field ({found.neighbour}); it was not checked."
                row = from_row(knowledge, knowledge.neighbours[code], ("code", "field", "what_it_is"))
                yield Issue("warn", "unknown_code", text, where, (code,), "", (row,))
            else:
                text = f"{code} is not in the code table."
                yield Issue("deny", "unknown_code", text, where, (code,), "Check the code for typing errors.", ())
            continue
        yield Issue("deny", "not_active", *_not_active(knowledge, code, claim, where))


def _beyond(knowledge: Knowledge, code: str, claim: Claim, where: tuple[int, ...]) -> Issue:
    """A code that only imported official files know: its pairs and units are checked, nothing else is held on it."""
    row = descriptor_row(knowledge, code, claim.on)
    columns = ("code", "official_descriptor", "edition")
    evidence = (from_row(knowledge, row, columns, f"Descriptor {code}"),) if row is not None else ()
    if state(knowledge, code, claim.on) == "active":
        text = f"{code} lies outside the guidance that is held; its pairs and units were checked, nothing else."
        return Issue("info", "unknown_code", text, where, (code,), "", evidence)
    ended = knowledge.official.code(code, claim.on)
    days = (from_row(knowledge, ended, ("code", "added", "effective_to", "edition")),) if ended is not None else ()
    text = f"{code} is not valid on {claim.on} by the imported HCPCS file."
    return Issue("deny", "not_active", text, where, (code,), "Choose a code valid on that date.", days)


def _not_active(
    knowledge: Knowledge, code: str, claim: Claim, where: tuple[int, ...]
) -> tuple[str, tuple[int, ...], tuple[str, ...], str, tuple[Evidence, ...]]:
    found = report(knowledge, code, claim.on)
    row = found.row
    if found.state == "deleted":
        last = f" after {row.effective_to}" if row is not None and row.effective_to else ""
        text = f"{code} is not valid on {claim.on}: it was deleted{last}."
        use = " or ".join(successor.code for successor in found.successors)
        fix = f"Use {use}" + (f" ({found.condition})." if found.condition else ".") if use else "No code replaced it."
    else:
        first = row.effective_from if row is not None else None
        text = f"{code} is not valid on {claim.on}: it takes effect on {first}."
        use = " or ".join(before.code for before in found.predecessors)
        fix = f"On that date use {use}." if use else "Choose a code that was valid on that date."
    columns = ("code", "label", "effective_from", "effective_to")
    others = tuple(from_row(knowledge, other, columns) for other in (*found.successors, *found.predecessors))
    return text, where, (code,), fix, (*found.evidence, *others)


def _units(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    for n, line in enumerate(claim.lines, start=1):
        if line.units < 1:
            text = f"{line.units} units of {line.code}: a line needs at least one unit."
            yield Issue("deny", "units", text, (n,), (line.code,), "Correct the units or drop the line.", ())
        elif line.units > _MAX_UNITS:
            text = f"{line.units} units of {line.code} do not fit a claim line."
            yield Issue("deny", "units", text, (n,), (line.code,), "Correct the units.", ())


def _duplicates(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    group = knowledge.rules.modifier_groups["repeat"]
    repeat = set(group.modifiers)
    repeat |= set(knowledge.rules.modifier_groups["distinct"].modifiers)
    for code, times in Counter(line.code for line in claim.lines).items():
        plain = [line for line in claim.lines if line.code == code and not repeat & set(line.modifiers)]
        if times < 2 or len(plain) < 2:
            continue
        total = sum(line.units for line in claim.lines if line.code == code)
        text = f"{code} stands on {times} lines; without a modifier for a repeat it denies as a duplicate."
        fix = f"Put the units on one line ({code} x {total}), or mark a true repeat with {', '.join(group.modifiers)}."
        evidence = (from_row(knowledge, group, ("group", "modifiers", "meaning", "documentation"), "Repeat modifiers"),)
        yield Issue("deny", "duplicate", text, numbers(claim, code), (code,), fix, evidence)


def _addons(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    for code in listed(knowledge, claim):
        found = pairs.addon(knowledge, code, claim.codes, claim.on)
        if found is None or found.state != "applies":
            continue
        shown = ", ".join(found.bases[:6]) + (" and others" if len(found.bases) > 6 else "")
        text = f"{code} is an add-on and is not billed without its base code."
        yield Issue("deny", "add_on", text, numbers(claim, code), (code,), f"Bill it with {shown}.", found.evidence)


def _pairs(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    together = pairs.combine(knowledge, listed(knowledge, claim), claim.on, claim.payer)
    for found in together.pairs:
        issue = _pair(knowledge, claim, found)
        if issue is not None:
            yield issue


def _pair(knowledge: Knowledge, claim: Claim, found: pairs.Pair) -> Issue | None:
    codes = (found.first, found.second)
    where = numbers(claim, *codes)
    edit = f" ({found.paid} is column one, {found.denied} column two)" if found.denied else ""
    when = "in one month" if found.period == "month" else "on one date"
    strict = _strict(knowledge, claim, found)
    if found.denied:
        where = numbers(claim, found.denied)
    if found.verdict == "never":
        text = f"{found.first} and {found.second} are not paid together {when}{edit}; no modifier releases them."
        fix = found.condition or (f"Drop {found.denied}." if found.denied else "Bill the one that fits.")
        return Issue(strict, "pair", text, where, codes, fix, found.evidence)
    if found.verdict == "with_modifier" and found.modifier is not None:
        return _separable(knowledge, claim, found, strict, f"{found.first} and {found.second}", where)
    if found.verdict == "separate":
        text = f"{found.first} and {found.second} go together {when} only as separate work."
        return Issue("info", "pair", text, where, codes, found.condition, found.evidence)
    return None


def _separable(
    knowledge: Knowledge, claim: Claim, found: pairs.Pair, strict: Severity, names: str, where: tuple[int, ...]
) -> Issue:
    group = cast("ModifierGroup", found.modifier)
    codes = (found.first, found.second)
    if _released(knowledge, claim, found):
        text = f"{names} are paid together with the modifier given, when the record supports it."
        return Issue("info", "pair", text, where, codes, group.documentation or "", found.evidence)
    text = f"{names} bundle on one date; a modifier separates them only when both were distinct."
    fix = f"When that is so, put {' or '.join(group.modifiers)} on {found.carrier}. {group.documentation or ''}".strip()
    return Issue(strict, "pair", text, where, codes, fix, found.evidence)


def _released(knowledge: Knowledge, claim: Claim, found: pairs.Pair) -> bool:
    """Whether a line of the pair carries a modifier that may separate it: the visit's own on the visit."""
    group = cast("ModifierGroup", found.modifier)
    carriers = (found.carrier,) if group.carried_by == "em" else (found.first, found.second)
    allowed = set(group.modifiers)
    return any(line.code in carriers and allowed & set(line.modifiers) for line in claim.lines)


def _strict(knowledge: Knowledge, claim: Claim, found: pairs.Pair) -> Severity:
    """`deny` where Medicare's edits decide or a rule for every payer does; other plans may differ."""
    if claim.payer is None or knowledge.rules.medicare_rules(claim.payer):
        return "deny"
    own = any(knowledge.rules.fits(claim.payer, rule.payers) for rule in found.rules)
    return "deny" if own and found.verdict == "never" else "warn"


def _limits(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    for code in listed(knowledge, claim):
        held = [line.units for line in claim.lines if line.code == code]
        found = limit(knowledge, code, sum(held), claim.on, claim.payer)
        if found.standing != "above" or found.indicator is None or found.limit is None or _unpaid(knowledge, code):
            continue
        if found.indicator.mai == _PER_LINE and max(held) <= found.limit:
            continue
        medicare = knowledge.rules.medicare_rules(claim.payer)
        text = f"{sum(held)} units of {code} are above Medicare's limit of {found.limit} a day ({found.edition})."
        fix = f"{found.indicator.meaning} {found.indicator.above}"
        severity: Severity = "deny" if medicare else "warn"
        yield Issue(severity, "unit_limit", text, numbers(claim, code), (code,), fix, found.evidence)


_PER_LINE = "1"


def _performer(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    if claim.performer is None:
        return
    if knowledge.rules.performer(claim.performer) is None:
        text = f"The performer {claim.performer!r} is not known, so who may bill was not checked."
        yield Issue("warn", "performer", text, (), (), "Use a credential such as lcsw, np or md.", ())
        return
    places = {line.code: line.pos for line in claim.lines}
    for code in usable(knowledge, claim):
        found = who(knowledge, code, claim.performer, claim.payer, claim.on, places[code])
        where = numbers(claim, code)
        if found.state == "not_applicable":
            fix = f"Report {' or '.join(found.instead)} where it fits." if found.instead else ""
            yield Issue("deny", "performer", found.reason, where, (code,), fix, found.evidence)
        elif found.role == "furnishes":
            fix = "Put the supervising practitioner who bills on the claim."
            yield Issue("warn", "performer", found.reason, where, (code,), fix, found.evidence)


def _payable(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    if not knowledge.rules.medicare_rules(claim.payer) or claim.on.year != rates_year():
        return
    for code in usable(knowledge, claim):
        row = knowledge.codes.get(code)
        letter = _unpaid(knowledge, code)
        if letter is None:
            continue
        columns = ("code", "medicare_status_2026", "medicare_payable_2026")
        evidence = (
            from_row(knowledge, row, columns, f"Medicare status of {code}"),
            from_row(knowledge, letter, ("status", "name", "meaning", "consequence"), "Status letter"),
        )
        text = f"{code}: {letter.meaning}"
        yield Issue("deny", "not_payable", text, numbers(claim, code), (code,), letter.consequence, evidence)


def _unpaid(knowledge: Knowledge, code: str) -> StatusLetter | None:
    """The status letter under which Medicare never pays the code on its own, or None."""
    row = knowledge.codes.find(code)
    letter = knowledge.rules.status_letters.get((row.medicare_status_2026 if row is not None else None) or "")
    return letter if letter is not None and not letter.separately_payable else None


def _mixed_places(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    remote = telehealth_codes(knowledge)
    used = sorted({line.pos for line in claim.lines if line.pos in remote})
    if len(used) > 1:
        text = f"The lines carry places of service {' and '.join(used)}; a patient was in one place at a time."
        yield Issue("warn", "place", text, (), (), "Use one unless the patient moved between sessions.", ())


Check = Callable[[Knowledge, Claim], Iterator[Issue]]

CHECKS: tuple[Check, ...] = (
    _date,
    _codes,
    _units,
    _duplicates,
    _addons,
    _pairs,
    _limits,
    line_checks.time_issues,
    line_checks.modifier_issues,
    line_checks.place_issues,
    line_checks.telehealth_issues,
    _performer,
    _payable,
    _mixed_places,
)
"""Every check, in the order in which a biller would look."""
