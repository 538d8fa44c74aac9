"""`codecite index`: build the search index, or say how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.store import Manifest


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(name="index", no_args_is_help=True, help="Build the search index, or say how it stands.")
    group.command()(build)
    group.command()(status)
    app.add_typer(group)


def build(
    force: Annotated[bool, typer.Option("--force", help="Build again even when the index is up to date.")] = False,
) -> None:
    """Build the index of the knowledge; returns at once when it is up to date.

    `codecite ask`, `codecite chat` and `codecite web` do this by themselves when they need to.
    """
    from bot.commands.common import building, settings
    from corpus.knowledge import Knowledge
    from index.build import build as build_index
    from index.store import Manifest

    held = settings()
    with building() as progress:
        folder = build_index(Knowledge(held.corpus), held.index_folder, force=force, progress=progress)
    typer.echo(_told(Manifest.read(folder)))


def status() -> None:
    """Say whether the index is there and fits the knowledge; exit code 3 when it does not."""
    from bot.commands.common import settings
    from corpus.knowledge import Knowledge
    from index.layout import current_folder
    from index.search import Index
    from index.store import Manifest

    held = settings()
    Index.open(held.index_folder, Knowledge(held.corpus).version)
    folder = current_folder(held.index_folder)
    assert folder is not None, "opened above"
    typer.echo(f"{_told(Manifest.read(folder))}\nIt fits the knowledge in force. It lies in {folder}")


def _told(manifest: Manifest) -> str:
    return (
        f"Index {manifest.identity}: {manifest.passages} passages of knowledge {manifest.knowledge_version}, "
        f"encoder {manifest.encoder}, built {manifest.built_at}."
    )
