"""Two runs are compared question by question, judged by the later expectations."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from eval.compare import Comparison, compare, markdown, sentence
from eval.errors import RunFolderError
from eval.run import execute
from tests.eval.answers import knowledge
from tests.eval.test_run import DAY, Planted, questions


@pytest.fixture
def compared(tmp_path: Path) -> Comparison:
    """q0 lost, q1 and q2 gained, q3 right and q4 wrong both times."""
    execute(Planted("1", q1="wrong", q2="wrong", q4="wrong"), questions(6), tmp_path / "a", day=DAY, sets=())
    asked = [*questions(5), questions(7)[6]]
    execute(Planted("2", q0="wrong", q4="abstains"), asked, tmp_path / "b", day=DAY, sets=())
    return compare(tmp_path / "a", tmp_path / "b", knowledge())


def test_gains_and_losses_are_told_one_by_one(compared: Comparison) -> None:
    told = {kind: [change.after.question.id for change in compared.of_kind(kind)] for kind in ("gained", "lost")}
    assert told == {"gained": ["q1", "q2"], "lost": ["q0"]}
    assert [change.after.question.id for change in compared.changes] == ["q0", "q1", "q2"]
    assert (compared.overall.of, compared.overall.gained, compared.overall.lost) == (5, 2, 1)
    assert compared.left_out == 2
    assert compared.rates == (0.4, 0.6)
    assert (compared.metrics["codes"].gained, compared.metrics["codes"].lost) == (2, 1)
    assert not compared.overall.significant
    assert "no more than chance" in sentence(compared)
    assert "## Lost: 1" in markdown(compared)
    assert "90834 is not named" in markdown(compared)


def test_a_clear_loss_is_called_so_and_ends_with_one_when_strict(tmp_path: Path) -> None:
    execute(Planted("1"), questions(12), tmp_path / "a", day=DAY, sets=())
    execute(Planted("2", **{f"q{at}": "wrong" for at in range(8)}), questions(12), tmp_path / "b", day=DAY, sets=())
    assert "worse by more than chance" in sentence(compare(tmp_path / "a", tmp_path / "b", knowledge()))
    arguments = ["eval", "compare", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "c.md")]
    done = CliRunner().invoke(build_app(), arguments)
    assert (done.exit_code, "8 lost" in done.output) == (0, True)
    assert "8 lost" in (tmp_path / "c.md").read_text(encoding="utf-8")
    assert CliRunner().invoke(build_app(), [*arguments, "--strict"]).exit_code == 1


def test_a_question_that_was_reworded_between_the_runs_is_left_out(tmp_path: Path) -> None:
    execute(Planted("1"), questions(3), tmp_path / "a", day=DAY, sets=())
    other = [one.model_copy(update={"turns": ("reworded",)}) if one.id == "q0" else one for one in questions(3)]
    execute(Planted("2"), other, tmp_path / "b", day=DAY, sets=())
    assert compare(tmp_path / "a", tmp_path / "b", knowledge()).overall.of == 2


def test_folders_that_cannot_be_compared_are_told(tmp_path: Path) -> None:
    execute(Planted("1"), questions(2), tmp_path / "a" / "planted", day=DAY, sets=())
    execute(Planted("1"), questions(2), tmp_path / "two" / "one", day=DAY, sets=())
    execute(Planted("1"), questions(2), tmp_path / "two" / "other", day=DAY, sets=())
    execute(Planted("1"), questions(9)[7:], tmp_path / "apart", day=DAY, sets=())
    for first, second, told in (
        ("none", "a", "holds no run"),
        ("a", "two", "several runs"),
        ("a", "apart", "no question in common"),
    ):
        with pytest.raises(RunFolderError, match=told):
            compare(tmp_path / first, tmp_path / second, knowledge())
    assert compare(tmp_path / "a", tmp_path / "two" / "one", knowledge()).overall.gained == 0
