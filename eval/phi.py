"""How well identifiers are found: 1,000 generated messages with known spans.

    python -m eval.phi [--messages N] [--seed S] [--show]

Half of the messages carry identifiers (real-looking names, numbers, dates, addresses in the ways people type them),
half are clean billing messages full of what must never be touched: codes, modifiers, diagnosis codes, dates of
service, minutes, amounts, payers, credentials, states. Printed are recall and precision a kind, and the billing
tokens that were wrongly replaced (there must be none).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.guard import find_phi
from corpus.knowledge import Knowledge

GIVEN = [
    "John",
    "Susan",
    "Ava",
    "Liam",
    "Xiomara",
    "Priya",
    "Wei",
    "Darnell",
    "Grace",
    "Mark",
    "Siobhan",
    "Mohammed",
    "Olga",
    "Tyrone",
    "Emma",
    "José",
    "Nguyen",
    "Fatima",
    "Hope",
    "Rose",
    "Kaitlyn",
    "Zoë",
    "Bjorn",
    "Ming",
    "Latoya",
    "Peter",
    "Ruth",
    "Oluwaseun",
    "Mia",
    "Carlos",
]
FAMILY = [
    "Harmon",
    "Webb",
    "Lindqvist",
    "Nguyen",
    "O'Brien",
    "Garcia",
    "Smith",
    "Kowalski",
    "Okafor",
    "Patel",
    "Young",
    "Baker",
    "Dubois",
    "Andersson",
    "Martinez",
    "Lee",
    "Brown",
    "Castellanos",
    "Rosenberg",
    "Tran",
    "Van-Dyke",
    "Petrov",
    "Ibrahim",
    "Long",
    "Whitfield",
    "Kim",
    "Delacroix",
    "Yamamoto",
    "Bell",
    "Schwartz",
]
RARE = ["Leocadia", "Thandiwe", "Zbigniew", "Ximena", "Kwabena", "Eudora", "Jaylen", "Anneliese", "Oduduwa", "Ysolde"]
RARE_FAMILY = ["Vantongeren", "Mokoena", "Asantewaa", "Quiroga", "Oduya", "Krzyzewski", "Fernhollow", "Tshabalala"]
STREETS = [
    "Birch",
    "Oak",
    "Maple",
    "Elm",
    "2nd",
    "Washington",
    "Sunset",
    "Cedar",
    "Hill",
    "Lakeview",
    "Martin",
    "Pine",
    "Meadow",
    "Park",
    "Mill",
]
SUFFIXES = ["Ln", "St", "Ave", "Rd", "Street", "Avenue", "Drive", "Blvd", "Court", "Lane", "Way", "Pl"]
CITIES = ("Duluth", "Springfield", "Ann Arbor", "Tulsa", "Boise", "Fargo", "Reno", "Salem", "Akron", "Mesa")
STATES = ["MN", "OH", "TX", "CA", "NY", "FL", "WA", "Oregon", "Texas", "Vermont"]
PEOPLE = [
    "pt",
    "patient",
    "client",
    "my client",
    "her husband",
    "his wife",
    "mom",
    "dad",
    "son",
    "daughter",
    "member",
    "parent",
    "teen client",
    "new patient",
    "the pt",
]
CLEAN = (
    "90834 {minutes} min telehealth {payer} modifier 95 POS 10 for DOS {service}, ok?",
    "LCSW did {minutes} minutes of psychotherapy on {service}, medicare pt in {state}, code?",
    "coach NBC-HWC follow up {minutes} min, 0592T or 0591T?",
    "claim for 96127 x2 denied CO-97, {payer}, paid ${amount}",
    "pt with F41.1 and F33.1, {minutes} min session {service}, does {payer} need auth for 90837?",
    "psychologist tested {minutes} min, 96136 and 96137 units? patient is 9 yo",
    "was 96150 valid on {service}? {state} Medicaid, 99213-25 same day",
    "Does Anthem Blue Cross cover 90847 for couples? rate was ${amount} in {year}",
    "med check 99214 plus {minutes} min therapy by PMHNP, POS 02 or 11",
    "group of 8 patients 90853, {minutes} min, modifier HQ for {state} medicaid",
    "Mom only session {minutes} min, teen client not there, 90846?",
    "Client May need 90839, Will Aetna pay? DOS {service}",
    "RBT 97153 {minutes} minutes, BCBA 97155 HO, Tricare West, NPI 1234567893",
    "99490 {minutes} minutes in {month} {year}, care manager is a nurse, G0506 too?",
    "client mark up fee ${amount}, is sliding scale ok for patient in {state}",
    "patient will see Dr. at St. Mary Hospital clinic for TMS 90868 on {service}",
    "PCIT and EMDR same day, {payer}, 90837 {minutes} min, Rendering LMFT bills under MD",
    "H0004 HN U1 in {state}, 53 min, units? paid {amount} dollars",
    "Hamilton scale and Beck inventory with the visit, 96127 with {payer}?",
    "rate for 90834 in chula vista, ca or for rancho cucamonga, ca? {payer}",
    "does {payer} take kareo tebra claims for 90834 on {service}, {minutes} min",
    "for behav hlth clinic in {state}, 99484 {minutes} min in {month}",
    "for kids with ADHD does Oscar or {payer} take 90785 with 90834, {minutes} min",
)
FRAMES = (
    "{who} {name}, {minutes} min session, code?",
    "{who} {name} DOB {birth}, 90837 with {payer}",
    "{name}, {birth_cue} {birth}, member id {member}: is 90791 covered?",
    "Call notes: {name} age 9, {address}, mom only session {minutes} min",
    "{who} {lower} {minutes} min telehealth {payer}",
    "{who} {lower} dob {birth} needs 90847",
    "SSN {ssn}, {minutes} min coaching follow up, what goes on the claim",
    "MRN {mrn} seen {service}, 99214 and 90836",
    "reach {who} at {phone} about the 90834 denial",
    "her email is {email}, send superbill for 90834 {service}",
    "{title} {family} came with {relative} {given} for 90847, {minutes} min",
    "claim number {claim} denied CO-16 for {who} {name}",
    "auth # {auth} ran out on {service}, {who} {given} had {minutes} min",
    "{who} lives at {address}, home visit POS 12, 90834",
    "{age} yo {who}, 99483 in {month}, {payer}",
    "policy number {member} {payer}, subscriber {name}, 96130 {minutes} min",
    "saw {given} for {minutes} min, {payer}, 90832?",
    "MBI {mbi} medicare, G0444 on {service}",
    "{family}, {given} dob {birth}, 90792",
    "2 phq9 forms for {rare_lower}, units of 96127?",
    "saw {rare_lower} {minutes} min, {payer}",
    "{rare}, 3rd grader at {address}, {minutes} min therapy at school, code?",
    "{rare} needs 90847 on {service}",
    "superbill for {rare_lower} 90834 on {service}",
    "my {who_plain}'s name is {name}, can i bill 90846",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A generated message; `spans` are (start, end, kind) of what must go, in order."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def messages(count: int, seed: int) -> Iterator[Message]:
    """`count` messages, every second one clean; the same seed gives the same messages."""
    rng = random.Random(seed)
    for number in range(count):
        frame = rng.choice(FRAMES if number % 2 else CLEAN)
        yield _filled(frame, rng)


def _filled(frame: str, rng: random.Random) -> Message:
    text, spans, at = "", [], 0
    while (opening := frame.find("{", at)) >= 0:
        closing = frame.index("}", opening)
        text += frame[at:opening]
        value, kind = _value(frame[opening + 1 : closing], rng)
        if kind:
            spans.append((len(text), len(text) + len(value), kind))
        text += value
        at = closing + 1
    return Message(text + frame[at:], tuple(spans))


def _value(slot: str, rng: random.Random) -> tuple[str, str]:
    """A value for a slot of a frame, and its kind when it is an identifier."""
    makers: dict[str, Callable[[], tuple[str, str]]] = {
        "name": lambda: (_name(rng), "NAME"),
        "lower": lambda: (f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}".lower(), "NAME"),
        "rare": lambda: (f"{rng.choice(RARE)} {rng.choice(RARE_FAMILY)}", "NAME"),
        "rare_lower": lambda: (f"{rng.choice(RARE)} {rng.choice(RARE_FAMILY)}".lower(), "NAME"),
        "given": lambda: (rng.choice(GIVEN), "NAME"),
        "family": lambda: (rng.choice(FAMILY), "NAME"),
        "birth": lambda: (_day(rng, 1936, 2019), "DOB"),
        "ssn": lambda: (f"{rng.randint(100, 799)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}", "SSN"),
        "mrn": lambda: (rng.choice(["00", "A", "MR-", ""]) + str(rng.randint(100_000, 9_999_999)), "MRN"),
        "member": lambda: (rng.choice(["W", "XYZ", "", "H"]) + str(rng.randint(10**7, 10**9)), "MEMBER ID"),
        "claim": lambda: (str(rng.randint(10**9, 10**12)), "CLAIM ID"),
        "auth": lambda: (rng.choice(["A", "PA-", ""]) + str(rng.randint(10**5, 10**8)), "AUTHORIZATION"),
        "mbi": lambda: ("1EG4-TE5-MK" + str(rng.randint(10, 99)), "MEMBER ID"),
        "phone": lambda: (_phone(rng), "PHONE"),
        "email": lambda: (f"{rng.choice(GIVEN)}.{rng.choice(FAMILY)}@example.org".lower().replace("'", ""), "EMAIL"),
        "address": lambda: (_address(rng), "ADDRESS"),
        "age": lambda: (str(rng.randint(90, 104)), "AGE OVER 89"),
        "birth_cue": lambda: (rng.choice(["born", "dob", "date of birth", "DOB:"]), ""),
        "who": lambda: (rng.choice(PEOPLE), ""),
        "who_plain": lambda: (rng.choice(["client", "patient", "daughter", "husband"]), ""),
        "relative": lambda: (rng.choice(["husband", "wife", "mom", "son", "partner"]), ""),
        "title": lambda: (rng.choice(["Mr.", "Mrs.", "Ms.", "Miss"]), ""),
        "minutes": lambda: (str(rng.choice([16, 20, 30, 37, 45, 52, 53, 60, 75, 90, 95])), ""),
        "payer": lambda: (rng.choice(["Aetna", "Cigna", "Optum", "Humana", "Medicare", "Oscar", "Molina", "UHC"]), ""),
        "state": lambda: (rng.choice([*STATES, "Georgia", "Virginia", "North Carolina"]), ""),
        "service": lambda: (_day(rng, 2018, 2026), ""),
        "amount": lambda: (f"{rng.randint(20, 240)}.{rng.randint(10, 99)}", ""),
        "year": lambda: (str(rng.randint(2014, 2026)), ""),
        "month": lambda: (rng.choice(["March", "April", "May", "June", "January"]), ""),
    }
    return makers[slot]()


def _name(rng: random.Random) -> str:
    middle = rng.choice(["", "", "", f"{rng.choice('ABCDEFGHJKLMQRST')} ", f"{rng.choice('ABCDEFGHJKLMQRST')}. "])
    return f"{rng.choice(GIVEN)} {middle}{rng.choice(FAMILY)}"


def _day(rng: random.Random, first: int, last: int) -> str:
    year, month, day = rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28)
    word = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ][month - 1]
    return rng.choice(
        [f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year}", f"{year}-{month:02}-{day:02}", f"{word} {day}, {year}"]
    )


def _phone(rng: random.Random) -> str:
    area, office, line = rng.randint(201, 989), rng.randint(200, 999), rng.randint(1000, 9999)
    return rng.choice([f"{area}-{office}-{line}", f"({area}) {office}-{line}", f"{area}.{office}.{line}"])


def _address(rng: random.Random) -> str:
    street = f"{rng.randint(1, 9999)} {rng.choice(STREETS)} {rng.choice(SUFFIXES)}"
    return rng.choice([street, f"{street} {rng.choice(CITIES)}", f"{street}, {rng.choice(CITIES)}"])


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts of one measurement by kind: identifiers there, found, wrongly found; `touched` billing tokens."""

    there: Counter[str]
    found: Counter[str]
    wrong: Counter[str]
    touched: tuple[str, ...]
    missed: tuple[str, ...]
    milliseconds: float

    @property
    def recall(self) -> float:
        """Share of identifiers of which every character was replaced."""
        return self.found.total() / max(1, self.there.total())

    @property
    def precision(self) -> float:
        """Share of replaced spans that hold an identifier."""
        return self.found.total() / max(1, self.found.total() + self.wrong.total())


def measure(knowledge: Knowledge, cases: Sequence[Message]) -> Scores:
    """Run the recognizers over `cases`; a span counts as found when it is covered, whatever the placeholder."""
    there, found, wrong = Counter[str](), Counter[str](), Counter[str]()
    touched, missed = [], []
    find_phi("", knowledge)
    start = time.perf_counter()
    results = [find_phi(case.text, knowledge) for case in cases]
    spent = (time.perf_counter() - start) * 1000 / max(1, len(cases))
    for case, spans in zip(cases, results, strict=True):
        covered = {at for span in spans for at in range(span.start, span.end)}
        gold = {at for first, last, _ in case.spans for at in range(first, last)}
        for first, last, kind in case.spans:
            there[kind] += 1
            letters = {at for at in range(first, last) if case.text[at].isalnum()}
            if letters <= covered:
                found[kind] += 1
            else:
                missed.append(f"{kind}: {case.text}")
        for span in spans:
            outside = "".join(case.text[at] for at in range(span.start, span.end) if at not in gold).strip(" ,.")
            if outside:
                wrong[span.kind] += 1
                touched.append(f"{outside!r} in {case.text}")
    return Scores(there, found, wrong, tuple(touched), tuple(missed), spent)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure how well identifiers of people are found and replaced.")
    parser.add_argument("--messages", type=int, default=1000, help="how many messages to generate")
    parser.add_argument("--seed", type=int, default=2026, help="the same seed gives the same messages")
    parser.add_argument("--show", action="store_true", help="list what was missed and what was wrongly replaced")
    options = parser.parse_args()
    scores = measure(Knowledge(), list(messages(options.messages, options.seed)))
    print(f"{'kind':<14}{'there':>7}{'found':>7}{'wrong':>7}{'recall':>8}{'precision':>11}")
    for kind in sorted(scores.there | scores.wrong):
        there, found, wrong = scores.there[kind], scores.found[kind], scores.wrong[kind]
        recall, precision = found / max(1, there), found / max(1, found + wrong)
        print(f"{kind:<14}{there:>7}{found:>7}{wrong:>7}{recall:>8.3f}{precision:>11.3f}")
    total = scores.there.total()
    print(f"{'all':<14}{total:>7}{scores.found.total():>7}{scores.wrong.total():>7}", end="")
    print(f"{scores.recall:>8.3f}{scores.precision:>11.3f}")
    print(f"{scores.milliseconds:.2f} ms a message")
    if options.show:
        print(*(f"missed  {line}" for line in scores.missed), *(f"touched {line}" for line in scores.touched), sep="\n")


if __name__ == "__main__":
    main()
