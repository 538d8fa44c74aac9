"""A small corpus that tests may change, and an encoder that needs no model."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.knowledge import SHIPPED, Knowledge
from tests.index.words import WordsEncoder

CODES = ("90791", "90832", "90834", "90837", "96150", "96156", "96158", "0591T", "0592T", "0593T", "G0136")
KEPT_ROWS = {"modifiers": 4, "places": 3, "payers": 3, "denials": 3, "taxonomies": 3}

GUIDANCE = """---
title: Coaching and therapy
topic: coaching
order: 1
---

A small topic for tests.

## Choosing the code

A follow-up coaching session with one client is 0592T. {#small-001 kind=definition payer=any sources=ama-cpt-purpose}

A coaching group is 0593T, reported once for each participant.
{#small-002 kind=unit-rule payer=aetna from=2024-01-01 to=2025-12-31 sources=ama-cpt-purpose}

Psychotherapy of 38 to 52 minutes is 90834.
{#small-003 kind=time-rule payer=medicare from=2020-01-01 sources=ama-cpt-purpose}
"""


@pytest.fixture
def words() -> WordsEncoder:
    return WordsEncoder()


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A corpus with three statements, eleven codes and a few rows of each other table."""
    folder = tmp_path / "corpus"
    (folder / "guidance").mkdir(parents=True)
    (folder / "guidance" / "coaching.md").write_text(GUIDANCE, encoding="utf-8")
    shutil.copytree(SHIPPED / "tables", folder / "tables")
    for name in ("sources.csv", "knowledge.toml"):
        shutil.copy(SHIPPED / name, folder / name)
    for name in ("codes", "code_history"):
        _keep(folder / "tables" / f"{name}.csv", lambda row, _: row["code"] in CODES)
    for name, count in KEPT_ROWS.items():
        _keep(folder / "tables" / f"{name}.csv", lambda _, at, count=count: at < count)
    return folder


def _keep(path: Path, wanted: Callable[[dict[str, str], int], bool]) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header = reader.fieldnames or []
        rows = [row for at, row in enumerate(reader) if wanted(row, at)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def knowledge(corpus_folder: Path) -> Knowledge:
    return Knowledge(corpus_folder)


@pytest.fixture
def edit(corpus_folder: Path) -> Callable[[str, str], Knowledge]:
    """Replace words in the guidance file; returns the knowledge as it is afterwards."""

    def replace(old: str, new: str) -> Knowledge:
        path = corpus_folder / "guidance" / "coaching.md"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return Knowledge(corpus_folder)

    return replace
