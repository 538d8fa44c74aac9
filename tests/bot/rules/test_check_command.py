"""`codecite check` on the command line: words and files in, text or JSON out, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main

EXAMPLE = (
    "90837 90785 96127x2 --date 2026-03-02 --payer medicare --pos 10 --modifier 95 --minutes 90837=55 --performer lcsw"
)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_the_example_of_the_help_denies_the_screening_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *EXAMPLE.split())
    flat = " ".join(out.split())
    assert code == 1
    assert "DENY 90837 and 96127 are not paid together" in flat
    assert "edits:90837/96127" in flat
    assert "1 of 3 lines would deny." in flat


def test_a_claim_that_nothing_stands_against_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = EXAMPLE.replace(" 96127x2", "").split()
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "not a promise of payment" in " ".join(out.split())


def test_json_holds_lines_issues_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *EXAMPLE.split(), "--json")
    data = json.loads(out)
    (claim,) = data["claims"]
    assert code == 1
    assert data["denies"]
    assert claim["lines"][2] == {
        "line": 3,
        "code": "96127",
        "units": 2,
        "modifiers": ["95"],
        "pos": "10",
        "minutes": None,
    }
    assert claim["performer"] == "social-worker"
    assert claim["issues"][0]["evidence"][0]["quote"].startswith("column1: 90837; column2: 96127")


def test_a_file_holds_several_claims_and_options_fill_blanks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        "claim,date,code,units,modifiers,minutes\n"
        "A,2026-03-02,90837,1,95,55\nA,2026-03-02,90785,,,\n\n"
        "B,3/3/2026,99213-25,1,,\nB,3/3/2026,0592T,1,,\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "--file", str(path), "--payer", "medicare", "--pos", "10", "--json")
    first, second = json.loads(out)["claims"]
    assert [line["pos"] for line in first["lines"]] == ["10", "10"]
    assert (second["date"], second["payer"]) == ("2026-03-03", "medicare")
    assert second["lines"][0]["modifiers"] == ["25"]
    assert code in (0, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "one of the two"),
        (["9083"], 2, "not a claim line"),
        (["90837", "--performer", "lcws"], 2, "did you mean lcsw"),
        (["90837", "--payer", "medicair"], 2, "did you mean medicaid, medicare"),
        (["90837", "--minutes", "55"], 2, "CODE=MINUTES"),
        (["90837", "--date", "soon"], 2, "not a date"),
        (["--file", "no-such-file.csv"], 4, "no-such-file.csv"),
    ],
)
def test_what_is_not_understood_is_said_with_a_hint(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    found, _, err = run(capsys, *arguments)
    assert found == code
    assert words in " ".join(err.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,code\nJane,90837\n", "unknown columns"),
        ("units\n1\n", "no column 'code'"),
        ("code,units\n90837,two\n", ":2"),
        ("code,date\n90837,someday\n", ":2"),
        ("code\nnot a code\n", ":2"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "--file", str(path))
    assert code == 4
    assert words in " ".join(err.split()).replace(" :", ":")
