"""`codecite eval ...` and `codecite bench`. The command line finds this module by name (`bot.cli.PLUGINS`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import DateOption, JsonOption

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings
    from eval.formats import Format
    from eval.questions import Question
    from eval.report import Report

RESULTS = Path(__file__).parent / "results"
"""Where figures that are told in the README come from."""

BELOW = 1
"""Exit code of a run below `--min-pass`."""


def register(app: typer.Typer) -> None:
    """Add `eval` with its subcommands, and `bench`."""
    group = typer.Typer(
        no_args_is_help=True, rich_markup_mode="markdown", help="Run question sets, compare runs, write reports."
    )
    for command in (run, compare, list_, import_, export):
        group.command(name=command.__name__.rstrip("_"))(command)
    app.add_typer(group, name="eval")
    app.command()(bench)


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SET...", help="Sets, shipped files or paths. Default: all shipped.")
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(
            "--system",
            "-s",
            metavar="NAME",
            help="codecite (default), bm25, dense, hybrid, tutorial, tutorial:MODEL or llm:MODEL; repeat to compare.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the run. Default: eval/ of the home.")
    ] = None,
    day: DateOption = None,
    min_pass: Annotated[
        float | None, typer.Option("--min-pass", min=0, max=100, help="Exit code 1 when fewer percent pass.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask everything anew instead of resuming.")] = False,
    keep: Annotated[
        bool, typer.Option("--write", help="Also write the figures to eval/results/ (in a checkout).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask the questions of one or more sets, score the answers, write a report.

    Examples:
    - `codecite eval run` (everything that is shipped)
    - `codecite eval run telehealth payers --min-pass 85`
    - `codecite eval run my-questions.jsonl --out before`
    - `codecite eval run all -s codecite -s bm25 -s tutorial` (the first is compared with the others)
    - `codecite eval run coaching -s llm:openai:gpt-5` (a chat model alone; needs its key)

    The folder then holds report.html, summary.md, summary.json and a folder for each system with its answers. A run
    that was stopped goes on where it stopped; answers are kept until program, knowledge or question change.

    Exit codes: 0 done, 1 below --min-pass, 2 usage, 3 no knowledge to answer from, 4 a file that cannot be read.
    """
    from bot.commands.common import parse_date, settings, stderr
    from eval.questions import EVERYTHING, select
    from eval.report.markdown import markdown
    from eval.report.write import nearness, write

    held = settings()
    on = parse_date(day)
    wanted = tuple(names or [EVERYTHING])
    questions = select(wanted)
    folder = out or held.home / "eval" / "-".join(Path(name).stem for name in wanted)
    systems = tuple(dict.fromkeys(system or ["codecite"]))
    console = stderr()
    reports = [_report(name, held, questions, wanted, folder, on, fresh, console) for name in systems]
    write(reports, folder, nearness(held, questions))
    if keep:
        (RESULTS / "eval.md").write_text(markdown(reports, failures=False), encoding="utf-8")
    if as_json:
        typer.echo((folder / "summary.json").read_text(encoding="utf-8"))
    else:
        _show(reports, folder)
    passed = 100 * reports[0].summary.passed.value
    if min_pass is not None and passed < min_pass:
        console.print(f"{passed:.1f} % pass, fewer than the {min_pass:g} % asked for.")
        raise typer.Exit(BELOW)


def _report(
    name: str,
    held: Settings,
    questions: tuple[Question, ...],
    sets: tuple[str, ...],
    folder: Path,
    on: object,
    fresh: bool,
    console: Console,
) -> Report:
    """Ask one system, with a bar that shows the pass rate so far."""
    import datetime as dt

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from corpus.knowledge import Knowledge
    from eval.run import ANSWERS, Asked, execute
    from eval.score import Judge, Result
    from eval.systems import open_system
    from eval.systems.shape import passages_of

    place = folder / name.replace(":", "-").replace("/", "-")
    if fresh:
        (place / ANSWERS).unlink(missing_ok=True)
    judge, results = Judge(Knowledge(held.corpus)), list[Result]()
    system = open_system(name, held)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[bold]{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task(name, total=len(questions), rate="")

            def told(asked: Asked) -> None:
                results.append(judge(asked))
                rate = sum(result.passed for result in results) / len(results)
                progress.update(task, advance=1, rate=f"{rate:.1%} pass")

            day = on if isinstance(on, dt.date) else dt.date.today()
            execute(system, questions, place, day=day, sets=sets, told=told)
    finally:
        system.close()
    from eval.report.write import judged

    if broken := [result for result in results if result.error]:
        console.print(f"{name}: {len(broken)} questions without an answer, the first: {broken[0].error}")
    return judged(place, results, set(passages_of(held.corpus)))


def _show(reports: list[Report], folder: Path) -> None:
    """The table of figures on standard output."""
    from rich.console import Console
    from rich.table import Table

    from eval.report import rows

    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for report in reports:
        table.add_column(report.run.system, justify="right")
    group = ""
    for name, what, cells in rows(reports, brief=True):
        if name != group:
            group = name
            table.add_row(f"[bold]{group}[/bold]")
        table.add_row(f"  {what}", *cells)
    console = Console(highlight=False)
    console.print(table)
    failed = [result for result in reports[0].results if not result.passed]
    console.print(f"\n{len(failed)} of {len(reports[0].results)} fail: {folder / 'report.html'}", soft_wrap=True)


def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of the earlier run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the later run.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write Markdown to a file.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 when B is significantly worse.")] = False,
) -> None:
    """Compare two runs question by question, with a paired test of significance.

    Examples:
    - `codecite eval run --out before`, then a change, then `codecite eval run --out after`
    - `codecite eval compare before after`
    - `codecite eval compare var/eval/all/bm25 var/eval/all/codecite` (two systems of one run)

    Both are judged anew by the expectations of B. The test is McNemar's, exact; the interval is a paired bootstrap.
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from bot.commands.common import knowledge
    from eval.compare import compare as compared
    from eval.compare import markdown

    held = compared(first, second, knowledge())
    text = markdown(held)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        typer.echo(text, nl=False)
    if strict and held.overall.significant and held.overall.change < 0:
        raise typer.Exit(BELOW)


def list_() -> None:
    """List the question sets that are shipped, and how many questions each holds."""
    from rich.console import Console
    from rich.table import Table

    from eval.questions import files, read, sets, shipped

    questions = shipped()
    table = Table("set", "questions", "turns", "about", box=None, pad_edge=False)
    for held in sets():
        mine = [question for question in questions if question.category in held.categories]
        turns = sum(len(question.turns) for question in mine)
        table.add_row(held.name, str(len(mine)), str(turns), held.about)
    for name, path in files().items():
        mine = list(read(path))
        table.add_row(name, str(len(mine)), str(sum(len(one.turns) for one in mine)), "file of one writer")
    table.add_row("all", str(len(questions)), str(sum(len(one.turns) for one in questions)), "everything shipped")
    Console(highlight=False).print(table)


FormatOption = Annotated[str, typer.Option("--format", "-f", metavar="NAME", help="inspect or promptfoo.")]


def _format(name: str) -> Format:
    from typing import get_args

    from bot.commands.common import nearest
    from bot.errors import OptionError
    from eval import formats

    known: tuple[Format, ...] = get_args(formats.Format)
    for one in known:
        if name in (one, f"{one}-ai"):
            return one
    raise OptionError("--format", name, nearest=nearest(name, known, cutoff=50), hint="inspect or promptfoo.")


def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file of the other tool.")],
    form: FormatOption = "inspect",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: standard output.")] = None,
    category: Annotated[str, typer.Option("--category", help="Category of questions that name none.")] = "imported",
) -> None:
    """Read a question set of inspect-ai or promptfoo and write it in our format.

    Examples:
    - `codecite eval import samples.jsonl --format inspect --out mine.jsonl`
    - `codecite eval import promptfooconfig.yaml --format promptfoo --out mine.jsonl`

    What our format cannot say is told on standard error and left out.
    """
    from bot.commands.common import stderr
    from eval.formats import as_lines, load

    found = load(path, _format(form), category)
    _put(as_lines(found.questions), out)
    console = stderr()
    for remark in found.remarks:
        console.print(remark)
    console.print(f"{len(found.questions)} questions{f' in {out}: codecite eval run {out}' if out else ''}")


def export(
    names: Annotated[list[str], typer.Argument(metavar="SET...", help="Sets, shipped files or paths.")],
    form: FormatOption = "inspect",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: standard output.")] = None,
) -> None:
    """Write question sets for inspect-ai (JSON Lines of samples) or promptfoo (JSON of test cases).

    Examples:
    - `codecite eval export telehealth --format inspect --out telehealth-samples.jsonl`
    - `codecite eval export all --format promptfoo --out tests.json` (then `tests: file://tests.json`)

    Each entry also carries the whole question as metadata: `codecite eval import` gives back the same set.
    """
    from bot.commands.common import stderr
    from eval.formats import export as exported
    from eval.questions import select

    questions = select(names)
    _put(exported(questions, _format(form)), out)
    stderr().print(f"{len(questions)} questions")


def _put(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer questions, one size: about three minutes.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder of bench.json and bench.md.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write eval/results/ and the table of the README (in a checkout).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure codecite against a tutorial RAG on this machine, as ratios and against the budgets.

    Measured: cold start, warm latency, 1, 10 and 50 conversations at once, memory, index build and re-index, code
    look-ups, and generated indexes of 2,000, 20,000 and 200,000 passages. Each system runs in processes of its own.
    About ten minutes on two idle cores; times depend on what else runs, so the load average is kept with them.

    Examples:
    - `codecite bench --quick`
    - `codecite bench --write` (what is in the README)
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from bot.commands.common import ensure_index, settings, stderr
    from eval.bench import in_document, markdown
    from eval.bench.measure import run as measure
    from eval.run import dump

    held = settings()
    ensure_index(held)
    progress = stderr()
    with progress.status("Starting") as status:

        def told(step: str) -> None:
            status.update(step)
            if not progress.is_terminal:
                progress.print(f"{step} ...")

        found = measure(held, quick=quick, told=told)
    folders = [folder for folder in (out, RESULTS if write else None) if folder is not None]
    for folder in folders or [held.home / "eval" / "bench"]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.json").write_text(dump(found.as_json()), encoding="utf-8")
        (folder / "bench.md").write_text(markdown(found), encoding="utf-8")
    readme = RESULTS.parents[1] / "README.md"
    if write and readme.is_file():
        readme.write_text(in_document(readme.read_text(encoding="utf-8"), found), encoding="utf-8")
    if as_json:
        typer.echo(dump(found.as_json()), nl=False)
    else:
        Console(highlight=False).print(Markdown(markdown(found)))
