"""Questions on the command line: one, a file of them, a conversation; and no word of them anywhere else."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest

from tests.bot.cli.conftest import Runner

SCHEMA = json.loads((Path(__file__).parents[1] / "answer.schema.json").read_text(encoding="utf-8"))
QUESTION = "Which code for 45 minutes of individual psychotherapy?"

pytestmark = pytest.mark.usefixtures("home")


def test_an_answer_begins_with_the_bottom_line_and_ends_with_its_date(run: Runner) -> None:
    result = run("ask", QUESTION, "--date", "2026-03-02")
    assert result.code == 0
    assert "90834" in result.out.splitlines()[0]
    assert "Sources" in result.out
    assert "For date of service 2026-03-02." in result.out
    assert result.err == ""


def test_json_keeps_the_contract(run: Runner) -> None:
    answer = json.loads(run("ask", QUESTION, "--json", "--payer", "aetna").out)
    jsonschema.validate(answer, SCHEMA)
    assert "90834" in {code["code"] for code in answer["codes"]}
    assert answer["facts"]["payer"]


def test_a_question_may_come_from_standard_input(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(QUESTION + "\n"))
    assert "90834" in run("ask", "-").out


def batch(path: Path, *lines: str | bytes | dict[str, object]) -> str:
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return str(path)


def test_a_batch_answers_in_order_one_a_line(run: Runner, tmp_path: Path) -> None:
    items = [{"id": f"q{n}", "turns": [QUESTION], "dos": "2026-03-02", "extra": 1} for n in range(3)]
    result = run("ask", "--batch", batch(tmp_path / "q.jsonl", *items))
    assert result.code == 0
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["q0", "q1", "q2"]
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
        assert answer["as_of"] == "2026-03-02"
    assert result.err == ""


def test_turns_share_a_conversation_and_items_share_nothing(run: Runner, tmp_path: Path) -> None:
    file = batch(
        tmp_path / "q.jsonl",
        {"id": "a", "turns": [QUESTION, "and for 55 minutes?"]},
        {"id": "b", "turns": ["and for 55 minutes?"]},
    )
    first, second = (json.loads(line) for line in run("ask", "--batch", file).out.splitlines())
    assert "90837" in {code["code"] for code in first["codes"] if code["role"] == "recommended"}
    assert "90837" not in {code["code"] for code in second["codes"] if code["role"] == "recommended"}


UNREADABLE: tuple[tuple[str | bytes, str | None, str], ...] = (
    ('{"id": "x", "turns": [', None, "not JSON"),
    ('{"id": "x"}', "x", "turns: Field required"),
    ('{"id": "x", "turns": []}', "x", "turns: Tuple should have at least 1 item"),
    ('{"id": "x", "turns": "not a list"}', "x", "turns: Input should be a valid tuple"),
    ('{"turns": ["hello"]}', None, "id: Field required"),
    ('{"id": "x", "turns": ["hello"], "dos": "someday"}', "x", "dos: Input should be a valid date"),
    ("[1, 2]", None, "the line: Input should be"),
    (b'{"id": "x", "turns": ["\xff\xfe"]}', None, "not UTF-8"),
    ("[" * 100_000, None, "nested too deeply"),
)


def test_a_line_that_cannot_be_read_gets_an_error_and_the_rest_go_on(run: Runner, tmp_path: Path) -> None:
    good = {"id": "good", "turns": [QUESTION]}
    lines = [line for line, _, _ in UNREADABLE]
    result = run("ask", "--batch", batch(tmp_path / "q.jsonl", good, "", *lines, good))
    assert result.code == 4
    first, *failed, last = (json.loads(text) for text in result.out.splitlines())
    assert (first["id"], last["id"]) == ("good", "good")
    assert len(failed) == len(UNREADABLE)
    for number, (found, (_, item_id, reason)) in enumerate(zip(failed, UNREADABLE, strict=True), start=3):
        assert found["id"] == item_id, reason
        assert found["error"]["line"] == number
        assert found["error"]["message"].startswith(reason)
    assert f"{len(UNREADABLE)} of {len(UNREADABLE) + 2} lines failed" in result.err


def talk(run: Runner, monkeypatch: pytest.MonkeyPatch, *lines: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    result = run("chat")
    assert result.code == 0
    return result.out


def test_a_conversation_carries_facts_over_and_forgets_on_request(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    out = talk(run, monkeypatch, QUESTION, "and for 55 minutes?", "/sources", "/why", "/new", "/sources", "/quit")
    assert "90834" in out
    assert "90837" in out
    assert "https://" in out
    assert "Knowledge: " in out
    assert "A new conversation begins" in out
    assert "Nothing was answered yet" in out


def test_commands_of_a_conversation_are_kind(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    out = talk(
        run,
        monkeypatch,
        *(
            "/date 3/2/2026",
            "/date soon",
            "/date",
            "/payer Medi-Cal",
            "/payer medicar",
            "/payer",
            "/help",
            "/sorces",
            "",
        ),
    )
    for words in (
        "Date of service: 2026-03-02.",
        "'soon' is not a date",
        "Date of service: today.",
        "Payer: medicaid-ca.",
        "did you mean medicare",
        "Payer: none set.",
        "/why",
        "/sorces is no command: did you mean /sources?",
    ):
        assert words in out, words


CANARY = "Quuxcanary Zzyzxmarker"


@pytest.mark.parametrize("face", ["ask", "batch", "broken batch", "chat"])
def test_no_word_of_a_message_reaches_a_log_or_a_file(
    face: str, run: Runner, home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECITE_LOG_LEVEL", "debug")
    message = f"{QUESTION} The client is {CANARY}, born 1/2/1980, member W123456789."
    questions = tmp_path_factory.mktemp("questions") / "q.jsonl"
    match face:
        case "ask":
            result = run("ask", message)
        case "batch":
            result = run("ask", "--batch", batch(questions, {"id": "a", "turns": [message]}))
        case "broken batch":
            result = run("ask", "--batch", batch(questions, json.dumps({"id": "a", "turns": message}), message))
        case _:
            monkeypatch.setattr("sys.stdin", io.StringIO(message + "\n/why\n"))
            result = run("chat")
    for word in (*CANARY.split(), "W123456789"):
        assert word not in result.err
        if face != "batch":
            assert word not in result.out
        assert not any(word.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())
    events = [json.loads(line) for line in result.err.splitlines() if line.startswith("{")]
    assert face == "broken batch" or any(event["event"] == "answered" for event in events)
