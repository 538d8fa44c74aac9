"""The command line: `codecite ...`.

Commands live in `bot/commands/`, one module each; a module that exports `register(app)` is found by itself. Modules
keep heavy imports inside their functions, so that help and look-ups start at once.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Sequence

import typer

import bot.commands
from bot import errors

PLUGINS = ("eval.commands",)
"""Command modules outside of this package, used when they are there: what they belong to needs us, not we it."""

EPILOG = "Answers are guidance with sources, not legal advice; the payer's contract and the record decide."


def build_app() -> typer.Typer:
    """The application with every command module registered, in alphabetical order."""
    app = typer.Typer(
        name="codecite",
        callback=_top,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=EPILOG,
    )
    for info in sorted(pkgutil.iter_modules(bot.commands.__path__), key=lambda found: found.name):
        module = importlib.import_module(f"{bot.commands.__name__}.{info.name}")
        if register := getattr(module, "register", None):
            register(app)
    for name in PLUGINS:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name).register(app)
    return app


def _top() -> None:
    """Billing guidance for health coaching and behavioral health, every sentence proven.

    Begin with a question: `codecite ask "follow-up coaching, 35 minutes, one client"`
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; an expected failure is one line and a hint, no traceback."""
    # What a command reads at its start (modules, tables, passages) is kept: looking for garbage in it costs a tenth.
    gc.set_threshold(50_000, 20, 50)
    try:
        build_app()(args=arguments, prog_name="codecite")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; a second complaint while Python flushes would help nobody.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # Sorted at once: what is not an error of ours is raised again.
        code = exit_code(error)
        if code is None:
            raise
        report(error)
        sys.exit(code)


def exit_code(error: Exception) -> int | None:
    """The exit code of an expected failure; None for a defect, which keeps its traceback.

    Errors of the corpus and of the index carry a hint like ours and mean that there is no knowledge to answer from.
    """
    if isinstance(error, errors.CodeciteError):
        return error.exit_code
    package = type(error).__module__.partition(".")[0]
    return errors.NO_KNOWLEDGE if package in ("corpus", "index") and hasattr(error, "hint") else None


def report(error: Exception) -> None:
    """Say what went wrong and what to do next, on standard error."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("Error: ", "bold red"), str(error)))
    if hint := getattr(error, "hint", ""):
        console.print(Text.assemble(("Hint:  ", "bold"), str(hint)))


if __name__ == "__main__":
    main()
