"""Runs: a system asked a list of questions, with every reply kept, so that a killed run goes on where it stopped.

A run folder holds `run.json` (what was run), `questions.jsonl` (what was asked and expected), `answers.jsonl`
(append-only, one reply a line, keyed by what was asked, the system's version and the day) and the reports made of
them. Scoring reads the kept replies: a changed scorer or a changed expectation needs no new run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.answer import Answer
from corpus.errors import CorpusError
from eval.errors import RunFolderError
from eval.questions import Question
from eval.systems import System
from index.errors import SearchIndexError

RUN, ANSWERS, QUESTIONS = "run.json", "answers.jsonl", "questions.jsonl"


class Kept(BaseModel):
    """One line of `answers.jsonl`: the reply to a question, or the kind of defect met while answering."""

    model_config = ConfigDict(frozen=True)

    key: str
    id: str
    answer: Answer | None = None
    ranked: tuple[tuple[str, float], ...] = ()
    milliseconds: float = 0.0
    error: str = ""


class Run(BaseModel):
    """What `run.json` says of a run."""

    model_config = ConfigDict(frozen=True)

    system: str
    version: str
    day: dt.date
    sets: tuple[str, ...]
    items: tuple[str, ...]
    started: str
    machine: dict[str, str]

    def key(self, question: Question) -> str:
        """Key of the reply to `question` in this run."""
        return f"{question.key}|{self.version}|{question.dos or self.day}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the reply to it."""

    question: Question
    kept: Kept


def machine() -> dict[str, str]:
    """Facts of this machine that figures depend on; nothing that names it or its user."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": memory,
        "load average": load,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def execute(
    system: System,
    questions: Iterable[Question],
    folder: Path,
    *,
    day: dt.date,
    sets: tuple[str, ...],
    told: Callable[[Asked], None] | None = None,
) -> list[Asked]:
    """Ask every question whose reply is not kept yet; all of them with their replies, in order.

    `told` hears of each question when its reply is there. A defect met by one question is kept as such and does not
    end the run.

    Raises:
        CorpusError, SearchIndexError: no question could be answered.
    """
    asked = tuple(questions)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(
        system=system.name,
        version=system.version,
        day=day,
        sets=sets,
        items=tuple(question.id for question in asked),
        started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        machine=machine(),
    )
    held = {kept.key: kept for kept in _kept(folder / ANSWERS)}
    _write(folder / RUN, run.model_dump_json(indent=1) + "\n")
    _write(folder / QUESTIONS, "".join(question.model_dump_json(exclude_defaults=True) + "\n" for question in asked))
    done: list[Asked] = []
    cold = True
    _mend(folder / ANSWERS)
    with (folder / ANSWERS).open("a", encoding="utf-8") as out:
        for question in asked:
            key = run.key(question)
            if key not in held or held[key].error:
                if cold:
                    _ask(system, question, day, key)  # Opens what is opened late; the times kept are warm ones.
                    cold = False
                held[key] = _ask(system, question, day, key)
                out.write(held[key].model_dump_json() + "\n")
                out.flush()
            # One reply may serve two questions that ask the same with different ids.
            done.append(Asked(question, _named(held[key], question)))
            if told is not None:
                told(done[-1])
    return done


def _ask(system: System, question: Question, day: dt.date, key: str) -> Kept:
    try:
        reply = system.ask(question, day)
    except (CorpusError, SearchIndexError):
        raise
    except Exception as error:  # A defect met by one question must not cost the answers to all the others.
        return Kept(key=key, id=question.id, error=f"{type(error).__name__} while answering")
    return Kept(
        key=key,
        id=question.id,
        answer=reply.answer,
        ranked=reply.ranked,
        milliseconds=round(reply.milliseconds, 3),
    )


def _named(kept: Kept, question: Question) -> Kept:
    if kept.id == question.id:
        return kept
    answer = kept.answer and kept.answer.model_copy(update={"id": question.id})
    return kept.model_copy(update={"id": question.id, "answer": answer})


def _kept(path: Path) -> Iterator[Kept]:
    """The replies of a file; a last line that a kill cut short is left out."""
    if not path.is_file():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield Kept.model_validate_json(line)
        except ValidationError as error:
            if number == len(lines):
                return
            raise RunFolderError(path, "is no reply of a run", line=number) from error


def _mend(path: Path) -> None:
    """Cut off a last line that a kill left incomplete, so that the next reply begins a line of its own."""
    if not path.is_file():
        return
    held = path.read_bytes()
    if held and not held.endswith(b"\n"):
        os.truncate(path, held.rfind(b"\n") + 1)


def _write(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def read_run(folder: Path) -> tuple[Run, dict[str, Kept]]:
    """What a folder's run was, and its replies by question id.

    Raises:
        RunFolderError: the folder holds no run, or a file of it is damaged.
    """
    path = folder / RUN
    try:
        run = Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RunFolderError(path, error.strerror or "cannot be read") from error
    except ValidationError as error:
        raise RunFolderError(path, "does not describe a run") from error
    held = {kept.id: kept for kept in _kept(folder / ANSWERS) if f"|{run.version}|" in kept.key}
    return run, {name: held[name] for name in run.items if name in held}


def dump(value: Any) -> str:
    """Indented JSON of plain values."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
