"""Where indexes lie under their home folder, and which one is current.

home/current                 name of the index folder in force; replaced atomically
     index-<hash>[-n]/       one index (see store.py); `-n` only when the same contents were built again
     encoder-<hash>/         the exported encoder, shared by all indexes made with it
     building-*/             unfinished work of a running or killed build
     .lock                   held by the one writer
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Protocol

from corpus.documents import CHUNKER_VERSION, Passage
from index.store import LAYOUT, write_durably

CURRENT, LOCK, BUILDING = "current", ".lock", "building-"


class Progress(Protocol):
    """Told what a build does: `total` is 0 when the step cannot be counted."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show `done` of `total` of `step`."""
        ...


def identity(knowledge_version: str, encoder_name: str) -> str:
    """Hash of everything that an index depends on; equal identities mean equal indexes."""
    columns = ",".join(field.name for field in fields(Passage))
    parts = (knowledge_version, CHUNKER_VERSION, columns, encoder_name, LAYOUT)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def current_folder(home: Path) -> Path | None:
    """The index folder in force, or None; the folder exists."""
    try:
        name = (home / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    folder = home / name
    return folder if name.startswith("index-") and folder.is_dir() else None


def free_folder(home: Path, wanted: str) -> Path:
    """A folder name that is not taken: `index-<hash>`, then `index-<hash>-2` and so on."""
    candidates = (home / (f"index-{wanted}" if n == 1 else f"index-{wanted}-{n}") for n in range(1, 1000))
    return next(folder for folder in candidates if not folder.exists())


def switch(home: Path, folder: Path) -> None:
    """Make `folder` the current index: readers see either the old or the new one, never neither."""
    write_durably(home / CURRENT, folder.name + "\n")


def leftovers(home: Path, keep: set[Path]) -> Iterator[Path]:
    """Folders that no index in force needs: old indexes and encoders, and work of killed builds."""
    for pattern in ("index-*", "encoder-*", f"{BUILDING}*"):
        yield from (path for path in home.glob(pattern) if path not in keep)


def remove(folder: Path) -> None:
    """Delete a folder; one that another process still holds open (Windows) is left for the next build."""
    shutil.rmtree(folder, ignore_errors=True)
