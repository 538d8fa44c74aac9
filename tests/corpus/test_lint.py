"""Lint: nothing is wrong with the shipped corpus, and every planted fault is found in its file on its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.errors import MissingFileError
from corpus.knowledge import SHIPPED
from corpus.lint import LintFinding, lint

COACHING, PSYCHOTHERAPY = "guidance/health-coaching.md", "guidance/psychotherapy.md"
SELF_PAY, PAYMENT = "guidance/self-pay.md", "guidance/medicare-payment.md"
ASKED, ASKED_OF = "asked/health-coaching.csv", "What is the maximum group size for 0593T?"
CODES, TIMES, SOURCES = "tables/codes.csv", "tables/time_units.csv", "sources.csv"
PAIR = "0362T,0403T,{},Misuse of Column Two code with Column One code,2024Q3,cms-ncci-ptp-2024q3\n"


@dataclass(frozen=True)
class Fault:
    """`old` becomes `new` in `file`; lint must report `rule` with `says` on the line that then holds `at`."""

    name: str
    file: str
    old: str
    new: str
    rule: str
    says: str
    at: str = ""


FAULTS = (
    Fault(
        "id used twice", SELF_PAY, "{#claims-162 ", "{#claims-163 ", "id-twice", "self-pay.md", "signed cancellation"
    ),
    Fault(
        "unknown source", SELF_PAY, '"ngs-refuse-enroll mbpm', '"no-such-page mbpm', "source-unknown", "no-such-page"
    ),
    Fault("too long", SELF_PAY, "urgent care excepted.", "urgent care" + " excepted" * 40 + ".", "length", "words"),
    Fault(
        "payer", SELF_PAY, "574 kind=process payer=medicare", "574 kind=process payer=mcare", "payer-unknown", "mcare"
    ),
    Fault(
        "dates", COACHING, "{#coaching-507 ", "{#coaching-507 from=2026-01-01 to=2025-01-01 ", "dates-order", "after"
    ),
    Fault("unknown code", COACHING, "30 minutes 0592T needs; P", "30 minutes 0595T needs; P", "code-unknown", "0595T"),
    Fault(
        "deleted code", COACHING, "no modifier on 0591T-0593T.", "no modifier on 96150.", "code-deleted", "2019-12-31"
    ),
    Fault("CPT text", COACHING, "start and stop times: b", "start and stop times (eg, 9-10): b", "cpt-text", "(eg, "),
    Fault("asked of nothing", ASKED, 'coaching-018,no,"only', 'coaching-999,no,"only', "asked-unknown", "coaching-999"),
    Fault(
        "asked twice",
        ASKED,
        "Is a coaching group with only two people enough for 0593T?",
        ASKED_OF,
        "asked-twice",
        "asked before",
        f"yes,{ASKED_OF}",
    ),
    Fault(
        "asked of no code",
        "asked/self-pay.csv",
        "not enrolled in MCR,",
        "not enrolled, 99999,",
        "code-unknown",
        "99999",
    ),
    Fault(
        "asked verdict",
        "asked/self-pay.csv",
        "claims-172,no,Can an",
        "claims-172,maybe,Can an",
        "unreadable",
        "verdict",
    ),
    Fault("kind", COACHING, "{#coaching-039 kind=common-error", "{#coaching-039 kind=myth", "unreadable", "'myth'"),
    Fault("minutes", PSYCHOTHERAPY, "16 to 37 minutes is", "16 to 38 minutes is", "table-disagrees", "16-38 minutes"),
    Fault("unit limit", PSYCHOTHERAPY, "is 2 units a day with", "is 3 units a day with", "table-disagrees", "mue 2"),
    Fault("amount", PAYMENT, "$167.00 in an office (non", "$168.00 in an office (non", "table-disagrees", "$168.00"),
    Fault(
        "RVUs", PAYMENT, "work RVU 2.56, total RVUs 3.41", "work RVU 2.65, total RVUs 3.41", "table-disagrees", "2.56"
    ),
    Fault("sum", "guidance/health-behavior.md", "= $124.58", "= $125.58", "table-disagrees", "is 124.58, not 125.58"),
    Fault(
        "status",
        "guidance/health-behavior.md",
        "have status N in 2026",
        "have status R in 2026",
        "table-disagrees",
        "has N",
    ),
    Fault(
        "last day",
        "guidance/code-changes.md",
        "2020-12-31; 99439",
        "2021-12-31; 99439",
        "table-disagrees",
        "2020-12-31",
    ),
    Fault(
        "indicator", COACHING, "G0270 and G0271, indicator 0", "G0270 and G0271, indicator 1", "table-disagrees", "over"
    ),
    Fault("no pair", COACHING, "training G0108 or G0109.", "training G0108 or 97803.", "table-disagrees", "97803"),
    Fault("telehealth", "guidance/telehealth.md", "90901, 0362T and", "90880, 0362T and", "table-disagrees", "90880"),
    Fault(
        "needless differs", COACHING, "{#coaching-010 ", '{#coaching-010 differs="x" ', "differs-unneeded", "no table"
    ),
    Fault(
        "code dates",
        CODES,
        "96159,CPT-I,active,2020-01-01,,",
        "96159,CPT-I,active,2020-01-01,2019-01-01,",
        "dates-order",
        "96159",
    ),
    Fault(
        "replacement",
        CODES,
        "99354,CPT-I,deleted,,2022-12-31,99417",
        "99354,CPT-I,deleted,,2022-12-31,12345",
        "replacement-unknown",
        "12345",
    ),
    Fault("product", "tables/rates_2026.csv", "5.00,4.05,167.00,", "5.00,4.05,167.10,", "rate", "= 167.00"),
    Fault("cell", "tables/rates_2026.csv", "90833,,A,1.71,", "90833,,A,much,", "unreadable", "work_rvu"),
    Fault(
        "locality gone",
        "tables/gpci_2026.csv",
        "10112,AL,00,ALABAMA,1.000,0.875,0.566,cms-gpci-2026\n",
        "",
        "row-count",
        "109",
    ),
    Fault(
        "gap",
        TIMES,
        "psychotherapy,cpt,minutes,session,38,52,",
        "psychotherapy,cpt,minutes,session,39,52,",
        "time-span",
        "gap",
    ),
    Fault(
        "pair twice",
        "tables/edits.csv",
        PAIR.format(1),
        PAIR.format(1) + PAIR.format(0),
        "row-twice",
        "line 2",
        PAIR.format(0),
    ),
    Fault(
        "edition",
        "tables/code_editions.csv",
        "G2211,2024-01-01,2025",
        "G2211,2023-06-01,2025",
        "edition-overlap",
        "2023-12-31",
    ),
    Fault(
        "event",
        "tables/code_history.csv",
        "96150,deleted,2019-12-31",
        "96150,deleted,2019-12-30",
        "history-dates",
        "2019-12-31",
    ),
    Fault(
        "address",
        SOURCES,
        "https://support.zhealthehr.com/portal/en/kb/articles/edi-837p-taxonomy-details",
        "the portal",
        "source-address",
        "the portal",
    ),
    Fault(
        "orphan",
        SOURCES,
        "zhealth-837-taxonomy,",
        "zh-unused,T,P,https://example.org/page,vendor,2026\nzhealth-837-taxonomy,",
        "source-orphan",
        "zh-unused",
        "zh-unused,",
    ),
    Fault(
        "undescribed",
        "tables/README.md",
        "`replacement_condition`",
        "replacement condition",
        "column-undescribed",
        "replacement_condition",
        "## codes.csv",
    ),
)


def test_the_shipped_corpus_has_no_findings() -> None:
    assert [str(finding) for finding in lint(SHIPPED)] == []


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory, copy_corpus: Callable[[Path], Path]
) -> tuple[Path, list[LintFinding]]:
    """A copy of the corpus with every fault in it, linted once."""
    root = copy_corpus(tmp_path_factory.mktemp("faulty"))
    for fault in FAULTS:
        path = root / fault.file
        text = path.read_text(encoding="utf-8")
        assert text.count(fault.old) == 1, f"{fault.name}: {fault.old!r} stands {text.count(fault.old)} times"
        path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    return root, lint(root)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_on_its_line(planted: tuple[Path, list[LintFinding]], fault: Fault) -> None:
    root, findings = planted
    path = root / fault.file
    line = _line(path.read_text(encoding="utf-8"), fault.at or fault.new)
    there = [finding for finding in findings if (finding.path, finding.line) == (path, line)]
    assert any(finding.rule == fault.rule and fault.says in finding.message for finding in there), there
    assert all(finding.hint for finding in there)


def _line(text: str, part: str) -> int:
    """The line on which `part` begins; 0, the whole file, for what was taken away."""
    return text.count("\n", 0, text.index(part)) + 1 if part else 0


def test_findings_are_sorted_and_say_where(planted: tuple[Path, list[LintFinding]]) -> None:
    _, findings = planted
    assert findings == sorted(findings)
    assert str(findings[0]).startswith(f"{findings[0].path}:{findings[0].line}: {findings[0].rule}: ")


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("tables/codes.csv", "code,status\n90834,active\n", "missing columns"),
        ("tables/places.csv", None, "does not exist"),
        ("guidance/telehealth.md", "No front matter.\n", "no front matter"),
        ("knowledge.toml", "horizon = soon\n", "value"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_the_rest_is_checked(
    corpus: Path, file: str, text: str | None, says: str
) -> None:
    for folder in (corpus / "guidance", corpus / "tables"):
        for path in folder.iterdir():
            # Small files are enough here, and quick.
            if path.stat().st_size > 20_000 and path.name != "codes.csv":
                path.unlink()
    path = corpus / file
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text, encoding="utf-8")
    there = [finding for finding in lint(corpus) if finding.path == path]
    assert any(finding.rule == "unreadable" and says in finding.message.lower() for finding in there), there


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        lint(tmp_path / "nowhere")
