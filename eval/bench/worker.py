"""Measurements in a process of their own: reads tasks from standard input, a line of JSON each, and prints figures.

Run by `eval.bench.measure`. Everything is imported inside the tasks, so that each system carries only its own weight.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Ask = Callable[[str, str], Any]
"""A message and the conversation it belongs to."""

MARK = "figures: "
"""Begins the line that holds a task's figures; what libraries print has none."""

_WARM_UP = 5


_serving: dict[str, Ask] = {}
"""The open system of a process that serves: later tasks of the same process ask it."""


def serve(task: dict[str, Any]) -> dict[str, Any]:
    """Open the system and ask it a few questions that do not count."""
    _serving["ask"] = _codecite(task) if task["system"] == "codecite" else _tutorial(task)
    for question in task["questions"][:_WARM_UP]:
        _serving["ask"](question, "warm-up")
    return {"torch": "torch" in sys.modules}


def alone(task: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of each question, one after the other, each a conversation of its own."""
    asked = enumerate(task["questions"])
    return {"taken": [_timed(_serving["ask"], question, f"alone-{task['round']}-{at}") for at, question in asked]}


def together(task: dict[str, Any]) -> dict[str, Any]:
    """Answers a second and the 99th percentile with so many conversations at once."""
    rate, taken = concurrent(_serving["ask"], task["questions"], task["count"])
    return {"rate": rate, "p99_ms": _percentile(taken, 99)}


def memory(task: dict[str, Any]) -> dict[str, Any]:
    """Resident megabytes of this process, and whether PyTorch was imported by now."""
    import psutil

    return {"memory_mb": float(psutil.Process().memory_info().rss) / 1e6, "torch": "torch" in sys.modules}


def _codecite(task: dict[str, Any]) -> Ask:
    from bot.engine import Bot
    from bot.settings import load

    bot = Bot.open(load())
    return lambda message, conversation: bot.ask(message, conversation)


def _tutorial(task: dict[str, Any]) -> Ask:
    from eval.systems.tutorial import open_store

    store = open_store(Path(task["folder"]))
    return lambda message, conversation: store.similarity_search(message, k=3)


def _timed(ask: Ask, question: str, conversation: str) -> float:
    started = time.perf_counter()
    ask(question, conversation)
    return (time.perf_counter() - started) * 1000


def concurrent(ask: Ask, questions: Sequence[str], count: int) -> tuple[float, list[float]]:
    """Answers a second and milliseconds of each, when `count` conversations ask at the same time."""
    work = list(questions) * (1 + 2 * count // len(questions))

    def talk(number: int) -> list[float]:
        return [_timed(ask, question, f"{count}-{number}") for question in work[number::count]]

    started = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        taken = [one for talked in pool.map(talk, range(count)) for one in talked]
    return len(work) / (time.perf_counter() - started), taken


def _percentile(values: Sequence[float], share: float) -> float:
    import numpy as np

    return float(np.percentile(values, share))


def lookup(task: dict[str, Any]) -> dict[str, Any]:
    """Median milliseconds of the page of a code in a program that holds the knowledge."""
    from datetime import date

    from bot.codepage import code_page
    from bot.settings import load
    from corpus.knowledge import Knowledge

    knowledge = Knowledge(load().corpus).load_all()
    codes = [row.code for row in knowledge.codes][:: task["every"]]
    code_page(knowledge, codes[0], date.today())
    taken = []
    for code in codes:
        started = time.perf_counter()
        code_page(knowledge, code, date.today())
        taken.append((time.perf_counter() - started) * 1000)
    return {"lookup_ms": _percentile(taken, 50)}


def build(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds of a full build with the encoder in place, and of one after a change in one guidance file."""
    import shutil

    from bot.settings import load
    from corpus.knowledge import Knowledge
    from index.build import build as build_index

    held = load()
    home = Path(task["folder"])
    for encoder in held.index_folder.glob("encoder-*"):
        shutil.copytree(encoder, home / encoder.name)
    root = home / "corpus"
    shutil.copytree(held.corpus, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    started = time.perf_counter()
    build_index(Knowledge(root), home, reuse=False)
    full = time.perf_counter() - started
    changed = sorted((root / "guidance").glob("*.md"))[0]
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace(". {#", ", as told here. {#", 1), encoding="utf-8")
    knowledge = Knowledge(root)
    started = time.perf_counter()
    folder = build_index(knowledge, home)
    again = time.perf_counter() - started
    from index.store import Manifest

    manifest = Manifest.read(folder)
    assert manifest.embedded == 1, "one statement was changed"
    return {"build_s": full, "incremental_s": again, "passages": manifest.passages}


def export(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds to export the encoder from PyTorch, as the first build of an installation does."""
    from index.encoder import Model
    from index.export import ensure_onnx

    started = time.perf_counter()
    ensure_onnx(Path(task["folder"]), Model.bundled(), lambda step, done, total: None)
    return {"export_s": time.perf_counter() - started}


def tutorial_build(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds to split, embed and store every passage the tutorial's way; the store stays in the folder."""
    from bot.settings import load
    from eval.systems.shape import passages_of
    from eval.systems.tutorial import build_store, close_store

    held = list(passages_of(load().corpus).values())
    started = time.perf_counter()
    store = build_store(Path(task["folder"]), held)
    taken = time.perf_counter() - started
    close_store(store)
    return {"build_s": taken}


def scale(task: dict[str, Any]) -> dict[str, Any]:
    """Build and search of a generated index."""
    from eval.bench.scale import series

    return series(task)


TASKS = {task.__name__: task for task in (serve, alone, together, memory, lookup, build, export, tutorial_build, scale)}


def main() -> None:
    """Do one task after the other, a line each, until there are no more."""
    for line in sys.stdin:
        task = json.loads(line)
        print("\n" + MARK + json.dumps(TASKS[task["task"]](task)), flush=True)


if __name__ == "__main__":
    main()
