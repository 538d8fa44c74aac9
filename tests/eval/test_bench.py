"""The bench: ratios and budgets are judged rightly; what it measures with does what it says."""

from __future__ import annotations

import dataclasses
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from eval import bench
from eval.bench import BEGIN, END, Bench, Scale, Serving
from eval.bench.measure import BenchError, _Steps
from eval.bench.scale import generated, random_vectors
from eval.bench.worker import concurrent
from eval.systems.shape import passages_of

OURS = Serving(1000, 10, 40, 300, {"1": 50, "10": 60, "50": 61}, {"1": 30, "10": 300, "50": 900}, torch=False)
THEIRS = Serving(8000, 20, 25, 900, {"1": 40, "10": 41, "50": 42}, {"1": 30, "10": 400, "50": 1500}, torch=True)
HELD = Bench(
    started="2026-11-21T20:00:00+00:00",
    quick=False,
    machine={"cores": "2", "load average": "0.1"},
    load_after="1.2",
    passages=3600,
    questions=200,
    codecite=OURS,
    tutorial=THEIRS,
    lookup_ms=0.5,
    build_s=40,
    tutorial_build_s=80,
    export_s=9,
    incremental_s=0.6,
    embedded_per_s=100,
    scale=(Scale(2000, True, 20, 0.4, 8, 9, 2, 10), Scale(200000, False, 30, 4, 20, 25, 0, 0)),
    seconds=400,
)


def ours(**changes: object) -> Bench:
    return dataclasses.replace(HELD, codecite=dataclasses.replace(OURS, **changes))


def changed(**changes: object) -> Bench:
    return dataclasses.replace(HELD, **changes)


def test_a_run_within_every_budget_misses_none() -> None:
    assert [one.what for one in bench.budgets(HELD) if not one.kept] == []
    assert bench.budgets(HELD)[0].ratio == 0.5


@pytest.mark.parametrize(
    ("held", "missed"),
    [
        (ours(p50_ms=20.1), "full answer, warm, p50"),
        (ours(p95_ms=60.1), "full answer, warm, p95"),
        (changed(lookup_ms=2.0), "code look-up"),
        (ours(cold_ms=2001), "cold `codecite ask`"),
        (ours(torch=True), "torch on the answer path"),
        (ours(memory_mb=541), "memory while answering"),
        (changed(build_s=81), "full index build"),
        (changed(incremental_s=1.0), "one changed file re-indexed"),
        (ours(p99_ms={"1": 1, "10": 1, "50": 1000}), "50 concurrent conversations, p99"),
    ],
)
def test_each_budget_can_be_missed(held: Bench, missed: str) -> None:
    assert [one.what for one in bench.budgets(held) if not one.kept] == [missed]
    assert "**missed**" in bench.table(held)


def test_the_table_of_a_document_is_replaced_between_its_markers() -> None:
    text = f"before\n{BEGIN}\nearlier run\n{END}\nafter\n"
    once = bench.in_document(text, HELD)
    assert once.startswith("before\n")
    assert once.endswith(f"{END}\nafter\n")
    assert "earlier run" not in once
    assert "10.0 ms against 20.0 ms | 0.50" in once
    assert bench.in_document(once, HELD) == once
    assert bench.in_document("no markers", HELD) == "no markers"


def test_the_whole_result_names_what_was_not_measured() -> None:
    text = bench.markdown(HELD)
    assert "| 200,000 | random unit vectors | 30.0 s | 4.00 ms | 20.00 ms | 25.00 ms | not measured |" in text
    assert "load average 0.1 before and 1.2 after" in text
    assert HELD.as_json()["budgets"][0]["kept"] is True


def test_generated_passages_are_many_alike_and_the_same_again() -> None:
    held = list(passages_of(Settings().corpus).values())
    made = generated(500, held)
    assert made == generated(500, held)
    assert len({one.id for one in made}) == 500
    lengths = np.mean([len(one.text) for one in made]), np.mean([len(one.text) for one in held])
    assert 0.4 < lengths[0] / lengths[1] < 1.5
    vectors = random_vectors(50, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("count", [1, 10, 50])
def test_so_many_conversations_really_ask_at_the_same_time(count: int) -> None:
    together, seen = threading.Barrier(count, timeout=20), set[str]()

    def ask(message: str, conversation: str) -> None:
        if conversation not in seen:
            seen.add(conversation)
            together.wait()

    rate, taken = concurrent(ask, [f"question {at}" for at in range(20)], count)
    assert len(seen) == count
    assert len(taken) >= max(20, 2 * count)
    assert rate > 0


def test_a_measurement_runs_in_a_process_of_its_own_and_a_failure_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    steps = _Steps(tmp_path, dict(os.environ), ["question"], told.append)
    assert 0 < steps.task("look-ups", "lookup", every=200)["lookup_ms"] < 1000
    assert told == ["look-ups"]
    with pytest.raises(BenchError, match="KeyError"):
        steps.task("nothing", "no such task")
