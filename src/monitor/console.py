"""What people see on the terminal: the funnel, findings, progress."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from monitor.assemble import Monitor
from monitor.doctor import Finding
from monitor.model import Tally
from monitor.pipeline import Collected, OnPage

console = Console(highlight=False)
_MARKS = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}
_OUTCOMES = {"good": "green", "degraded": "yellow", "failed": "red", "skipped": "dim"}


@contextmanager
def watching() -> Iterator[OnPage | None]:
    """A progress bar per source while a run is at work; nothing where nobody looks."""
    if not console.is_terminal:
        yield None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as bar:
        tasks: dict[str, object] = {}

        def on_page(source: str, done: int, total: int) -> None:
            task = tasks.setdefault(source, bar.add_task(source, total=total))
            bar.update(task, completed=done)  # type: ignore[arg-type]

        yield on_page


def show_funnel(collected: Sequence[Collected]) -> None:
    """A row per source: what was fetched, what became of it; then why posts were dropped and what went wrong."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("source")
    for name in ("fetched", "matched", "dropped", "kept", "new", "revised", "flagged"):
        table.add_column(name, justify="right")
    table.add_column("outcome")
    for one in collected:
        table.add_row(one.source, *_numbers(one.tally), Text(one.outcome, style=_OUTCOMES[one.outcome]))
    if len(collected) > 1:
        table.add_row("all", *_numbers(sum((one.tally for one in collected), Tally())), style="bold")
    console.print(table)
    for one in collected:
        _show_details(one)


def show_checked(monitor: Monitor) -> None:
    """What a valid configuration will do."""
    console.print(f"[green]✓[/] {monitor.path} is valid")
    for query in monitor.settings.queries:
        console.print(Text(f"  query   {query.name} ({query.facet}): {query.text.strip()}"), soft_wrap=True)
    for name, connector in monitor.connectors.items():
        console.print(Text(f"  source  {name}: {len(connector.places())} places"))
        for line in connector.missing():
            console.print(Text(f"          skipped until: {line}", style="yellow"), soft_wrap=True)


def show_findings(findings: Iterable[Finding]) -> None:
    """A line per finding, with the cure where there is one."""
    for finding in findings:
        mark, style = _MARKS[finding.state]
        line = (
            Text(f"{mark} ", style=style)
            .append(f"{finding.subject:<14}", style="bold")
            .append(finding.text, style="default")
        )
        console.print(line, soft_wrap=True)


def _numbers(tally: Tally) -> tuple[str, ...]:
    dropped = sum(tally.dropped.values())
    counts = (tally.fetched, tally.matched, dropped, tally.kept, tally.new, tally.revised, tally.flagged)
    return tuple(f"{count:,}" for count in counts)


def _show_details(one: Collected) -> None:
    if one.tally.dropped:
        reasons = sorted(one.tally.dropped.items(), key=lambda pair: (-pair[1], pair[0]))
        console.print(
            Text(
                f"{one.source} dropped: " + ", ".join(f"{posts} {reason}" for reason, posts in reasons),
                style="dim",
            ),
            soft_wrap=True,
        )
    for problem in one.problems:
        console.print(Text(f"{one.source}: {problem}", style=_OUTCOMES[one.outcome]), soft_wrap=True)
