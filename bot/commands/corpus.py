"""`codecite corpus ...` and `codecite changes`: what the knowledge holds, whether it is sound, and what changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.batch import BatchItem
    from corpus.diff import AnswerChange
    from corpus.knowledge import Knowledge
    from corpus.rows import Source

FINDINGS = 4
"""Exit code of lint with findings, and of a reference that is not current: a file of the corpus wants an edit."""

MarkdownOption = Annotated[bool, typer.Option("--markdown", "-m", help="Print Markdown instead of text.")]


def register(app: typer.Typer) -> None:
    """Add `corpus` with its subcommands, and `changes`."""
    group = typer.Typer(no_args_is_help=True, help="Look at the knowledge, check it, compare two versions of it.")
    for command in (lint, list_, show, sources, stale, diff, docs):
        group.command(name=command.__name__.rstrip("_"))(command)
    app.add_typer(group, name="corpus")
    app.command()(changes)


def lint(
    folder: Annotated[Path | None, typer.Argument(help="Corpus folder. Default: the one in force.")] = None,
) -> None:
    """Check every statement and table: prints each finding with file, line and what to do; exit code 4 with findings.

    Statements are compared with the tables too: minutes, units, statuses, dates, amounts, NCCI pairs.
    """
    from bot.commands.common import knowledge
    from corpus.lint import lint as check

    root = folder or knowledge().root
    found = check(root)
    for finding in found:
        typer.echo(f"{_near(finding.path)}:{finding.line}: {finding.rule}: {finding.message}\n    {finding.hint}")
    if found:
        typer.echo(f"{len(found)} finding{'s' if len(found) > 1 else ''}.", err=True)
        raise typer.Exit(FINDINGS)
    typer.echo("No findings.")


def _near(path: Path) -> Path:
    """`path` as seen from the working directory when it lies below it."""
    here = Path.cwd()
    return path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path


def list_(topic: Annotated[str | None, typer.Argument(help="Topic to list, for example telehealth.")] = None) -> None:
    """Count what is known by topic, tier and kind, or list the statements of one topic."""
    from bot.commands.common import knowledge
    from corpus.review import overview
    from corpus.sources import TIERS

    held = knowledge()
    if topic is not None:
        _list_topic(held, topic)
        return
    counts = overview(held)
    typer.echo(f"{'topic':<30}{'statements':>11}" + "".join(f"{tier:>10}" for tier in TIERS))
    for row in counts.topics:
        typer.echo(f"{row.slug:<30}{row.statements:>11}" + "".join(f"{row.tiers[tier]:>10}" for tier in TIERS))
    totals = (str(sum(row.tiers[tier] for row in counts.topics)) for tier in TIERS)
    typer.echo(f"{'all':<30}{counts.statements:>11}" + "".join(f"{total:>10}" for total in totals))
    for name in ("kinds", "confidence", "sources", "codes", "payers"):
        parts = ", ".join(f"{word} {count}" for word, count in getattr(counts, name).items())
        typer.echo(f"\n{name}: {parts}")
    typer.echo(f"\nversion {held.version}, checked {held.coverage.written}, covers dates to {held.coverage.horizon}")


def _list_topic(held: Knowledge, slug: str) -> None:
    from bot.commands.common import nearest
    from bot.errors import OptionError

    slugs = [topic.slug for topic in held.statements.topics]
    if slug not in slugs:
        raise OptionError("topic", slug, nearest=nearest(slug, slugs), hint="`codecite corpus list` shows the topics.")
    section = ""
    for row in held.statements.in_topic(slug):
        if row.section != section:
            section = row.section
            typer.echo(f"\n{section}")
        typer.echo(f"  {row.id:<20} {row.text}")


def show(key: Annotated[str, typer.Argument(help="Statement id, source id, topic or code.")]) -> None:
    """Show one statement with its sources, one source with what rests on it, one topic, or one code's statements."""
    from bot.commands.common import knowledge, nearest
    from bot.errors import OptionError

    held = knowledge()
    if key in held.statements:
        _show_statement(held, key)
    elif key in held.sources:
        _show_source(held, held.sources.get(key))
    elif key.upper() in held.codes:
        typer.echo(f"{key.upper()}: {held.codes.get(key.upper()).label} (all of it: codecite code {key.upper()})")
        for row in held.statements.about(key.upper()):
            typer.echo(f"  {row.id:<20} {row.text}")
    elif any(topic.slug == key for topic in held.statements.topics):
        _list_topic(held, key)
    else:
        known = [*(row.id for row in held.statements), *(row.id for row in held.sources)]
        hint = "`codecite corpus list` shows topics, `codecite corpus sources` the sources."
        raise OptionError("key", key, nearest=nearest(key, known), hint=hint)


def _show_statement(held: Knowledge, key: str) -> None:
    row = held.statements.get(key)
    span = f"from {row.effective_from or 'any date'} to {row.effective_to or 'further notice'}"
    typer.echo(f"{row.text}\n")
    if row.caveat:
        typer.echo(f"Check: {row.caveat}\n")
    typer.echo(f"{row.id}  {row.kind}  payer {row.payer}  {span}  confidence {row.confidence}")
    typer.echo(f"{_near(row.path)}:{row.line}  section {row.section!r} of {row.topic}")
    if row.codes:
        typer.echo(f"codes {' '.join(row.codes)}")
    for item in row.sources:
        source = held.sources.get(item)
        typer.echo(f"  {source.tier:<9}{source.title}, {source.publisher}, {source.as_of or 'undated'}  {source.url}")


def _show_source(held: Knowledge, source: Source) -> None:
    typer.echo(f"{source.title}\n{source.publisher}, {source.as_of or 'undated'}, {source.tier}\n{source.url}")
    for row in held.statements:
        if source.id in row.sources:
            typer.echo(f"  {row.id:<20} {row.text}")


def sources(
    word: Annotated[str | None, typer.Argument(help="Only sources with this word in id, title or publisher.")] = None,
    tier: Annotated[str | None, typer.Option(help="official, payer, society or vendor.")] = None,
) -> None:
    """List the bibliography with the number of statements that rest on each source."""
    from collections import Counter

    from bot.commands.common import knowledge
    from bot.errors import OptionError
    from corpus.sources import TIERS

    if tier is not None and tier not in TIERS:
        raise OptionError("--tier", tier, hint=f"Tiers: {', '.join(TIERS)}.")
    held = knowledge()
    used = Counter(item for row in held.statements for item in row.sources)
    for row in held.sources:
        text = f"{row.id} {row.title} {row.publisher}".lower()
        if (tier is None or row.tier == tier) and (word is None or word.lower() in text):
            typer.echo(f"{row.id:<32}{row.tier:<9}{row.as_of or 'undated':<12}{used[row.id]:>4}  {row.title}")


def stale(
    months: Annotated[int, typer.Option(min=1, help="Sources older than this many months, or undated.")] = 36,
    days: Annotated[int, typer.Option(min=0, help="Statements that end within this many days.")] = 90,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Judge as of this day. Default: today.")
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Only the counts.")] = False,
) -> None:
    """List statements to review: old or undated sources, vendor pages only, about to expire."""
    from bot.commands.common import knowledge, parse_date
    from corpus.review import stale as review

    held = knowledge()
    found = review(held, parse_date(on, "--on") or date.today(), months, days)
    groups = (
        (
            f"newest source older than {months} months, or undated",
            [(row, str(day or "undated")) for row, day in found.old],
        ),
        ("vendor pages only", [(row, "") for row in found.vendor_only]),
        (f"ending within {days} days", [(row, str(row.effective_to)) for row in found.expiring]),
    )
    for title, rows in groups:
        typer.echo(f"{len(rows)} statements: {title}")
        for row, note in [] if brief else rows:
            typer.echo(f"  {row.id:<20} {note:<12} {row.text[:100]}")
    ends = f"in {found.horizon_in} days" if found.horizon_in >= 0 else f"{-found.horizon_in} days ago"
    typer.echo(f"the knowledge ends on {held.coverage.horizon}, {ends}")


def changes(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="Compare with this day; a year means its end.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Up to this day; a year means its end.")],
    everything: Annotated[bool, typer.Option("--all", "-a", help="Also codes only adjacent to the field.")] = False,
    markdown: MarkdownOption = False,
) -> None:
    """Print what changed between two dates of service: codes, Medicare amounts, rules.

    Examples:
    - `codecite changes --from 2025 --to 2026`
    - `codecite changes --from 2019-12-31 --to 2020-01-01 --all --markdown`
    """
    from bot.commands.common import knowledge
    from bot.errors import UsageError
    from corpus.changes import as_markdown, as_text
    from corpus.changes import changes as compare

    first, last = _end(start, "--from"), _end(end, "--to")
    if first >= last:
        raise UsageError(f"--from {first} is not before --to {last}", hint="Swap the two dates.")
    found = compare(knowledge(), first, last)
    shown = found if everything else found.core()
    typer.echo((as_markdown if markdown else as_text)(shown), nl=False)


def _end(text: str, option: str) -> date:
    from bot.commands.common import parse_date

    found = date(int(text), 12, 31) if len(text) == 4 and text.isdigit() else parse_date(text, option)
    assert found is not None, "the option is required"
    return found


def diff(
    old: Annotated[Path, typer.Argument(help="Corpus folder before.")],
    new: Annotated[Path, typer.Argument(help="Corpus folder after.")],
    questions: Annotated[
        Path | None, typer.Option("--questions", "-q", help="Question file (JSON Lines): also report changed answers.")
    ] = None,
    markdown: MarkdownOption = False,
) -> None:
    """List statements and rows added, removed and changed between two corpus folders.

    With a question file both corpora answer it, and every question whose answer differs is shown: the report to read
    before an update of the knowledge is accepted.
    """
    import difflib

    from corpus.diff import as_markdown, as_text
    from corpus.diff import diff as compare

    found = compare(old, new)
    typer.echo((as_markdown if markdown else as_text)(found), nl=False)
    if questions is None:
        return
    items = _questions(questions)
    affected = _impact(old, new, items)
    typer.echo(f"\n{'## ' if markdown else ''}Answers: {len(affected)} of {len(items)} differ\n")
    for row in affected:
        typer.echo(f"- {row.question}")
        before, after = row.before.splitlines(), row.after.splitlines()
        for line in difflib.unified_diff(before, after, lineterm="", n=0):
            if not line.startswith(("---", "+++", "@@")):
                typer.echo(f"  {line[0]} {line[1:]}")


def _questions(path: Path) -> list[BatchItem]:
    from pydantic import ValidationError

    from bot.batch import BatchItem
    from bot.errors import InputFileError

    if not path.is_file():
        raise InputFileError(path, "no such file")
    items: list[BatchItem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if line.strip():
            try:
                items.append(BatchItem.model_validate_json(line))
            except ValidationError as error:
                raise InputFileError(path, error.errors()[0]["msg"], line=number) from error
    return items


def _impact(old: Path, new: Path, items: list[BatchItem]) -> list[AnswerChange]:
    import shutil
    import tempfile

    from bot.engine import Bot
    from bot.settings import load
    from corpus.diff import impact

    settings, today = load(), date.today()

    def ask(bot: Bot, item: BatchItem) -> Answer:
        for turn in item.turns:
            answer = bot.ask(turn, item.id, date=item.dos or today, payer=item.payer)
        bot.forget(item.id)
        return answer

    bots: list[Bot] = []
    seed = settings.index_folder
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, corpus in (("old", old), ("new", new)):
            home = Path(folder) / name
            # The vectors of unchanged text are taken over from the index at hand; the one in use is left alone.
            if seed.is_dir():
                shutil.copytree(seed, home / "index")
            bots.append(Bot.open(settings.model_copy(update={"corpus": corpus, "home": home})))
            seed = home / "index"
        before, after = bots
        named = ((f"{item.id}: {item.turns[-1]}", item) for item in items)
        return list(impact(named, lambda item: ask(before, item), lambda item: ask(after, item), _essence, _told))


def _essence(answer: Answer) -> tuple[object, ...]:
    codes = tuple((row.code, row.role, row.units, row.modifiers, row.pos, row.status) for row in answer.codes)
    return answer.status, answer.verdict, codes, tuple(sentence.text for sentence in answer.sentences)


def _told(answer: Answer) -> str:
    """The answer line by line, so that only the lines that differ are shown."""
    codes = ", ".join(
        " ".join(part for part in (row.code, row.role, f"x{row.units}" if row.units else "", *row.modifiers) if part)
        + ("" if row.status == "active" else f" ({row.status})")
        for row in answer.codes
    )
    head = f"[{answer.status}, verdict {answer.verdict or 'none'}; {codes or 'no codes'}]"
    return "\n".join([head, *(sentence.text for sentence in answer.sentences)])


def docs(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the pages are current.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the pages that are not current.")] = False,
    folder: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("docs"),
) -> None:
    """Write the readable reference, a page for each topic and family of codes, or check it (exit code 4: stale)."""
    from bot.commands.common import knowledge
    from bot.errors import UsageError
    from corpus import reference

    if check == write:
        raise UsageError("say --check or --write", hint="`codecite corpus docs --write` brings the pages up to date.")
    pages = reference.reference(knowledge())
    touched = reference.write(pages, folder) if write else reference.stale(pages, folder)
    for name in touched:
        typer.echo(f"{'written' if write else 'not current'}: {folder / name}")
    if check and touched:
        typer.echo("Run `codecite corpus docs --write`.", err=True)
        raise typer.Exit(FINDINGS)
    if not touched:
        typer.echo(f"{len(pages)} pages are current.")
