"""`codecite users` and `codecite keys`: who may use a shared installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.channels.access.book import AccessBook, Holder

NameArgument = Annotated[str, typer.Argument(help="Letters, digits and . _ @ - only, for example front-desk.")]


def register(app: typer.Typer) -> None:
    """Add the command groups."""
    users = typer.Typer(no_args_is_help=True, help="People who may sign in to a shared installation.")
    users.command(name="add")(add_user)
    users.command(name="list")(list_users)
    users.command(name="remove")(remove_user)
    keys = typer.Typer(no_args_is_help=True, help="API keys for programs.")
    keys.command(name="add")(add_key)
    keys.command(name="list")(list_keys)
    keys.command(name="remove")(remove_key)
    app.add_typer(users, name="users")
    app.add_typer(keys, name="keys")


def add_user(
    name: NameArgument,
    stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Give a user who is there a new password.")] = False,
) -> None:
    """Add a user; asks for the password, of which only an Argon2 hash is kept.

    Users count when CODECITE_ACCESS is `users`.

    Examples:
    - `codecite users add front-desk`
    - `codecite users add front-desk --replace`
    """
    import sys

    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with _book() as book:
        book.add_user(name, password, replace=replace)
    typer.echo(f"{name.strip().lower()} may sign in where CODECITE_ACCESS is users.")


def list_users() -> None:
    """List users and the day each was added."""
    with _book() as book:
        _print(book.users(), "users")


def remove_user(name: NameArgument) -> None:
    """Remove a user; sessions that are open end within a minute."""
    with _book() as book:
        book.remove_user(name)
    typer.echo(f"{name.strip().lower()} is removed.")


def add_key(name: NameArgument) -> None:
    """Make an API key and print it this once; only its hash is kept.

    Programs send it as `Authorization: Bearer KEY` to /api, /v1, /mcp and /metrics.

    Example: `codecite keys add scheduler`
    """
    with _book() as book:
        key = book.add_key(name)
    typer.echo(key)
    typer.echo("Keep it: it is not shown again.", err=True)


def list_keys() -> None:
    """List keys by name and the day each was added."""
    with _book() as book:
        _print(book.keys(), "keys")


def remove_key(name: NameArgument) -> None:
    """Remove a key; it is refused from then on."""
    with _book() as book:
        book.remove_key(name)
    typer.echo(f"{name.strip().lower()} is removed.")


@contextmanager
def _book() -> Iterator[AccessBook]:
    from bot.channels.access.book import AccessBook
    from bot.commands.common import settings

    book = AccessBook(settings().database_url)
    try:
        yield book
    finally:
        book.close()


def _print(rows: tuple[Holder, ...], what: str) -> None:
    for row in rows:
        typer.echo(f"{row.added}  {row.name}")
    if not rows:
        typer.echo(f"There are no {what}. Add one with `codecite {what} add NAME`.")
