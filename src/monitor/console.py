"""What people see on the terminal: the funnel, findings, progress."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from monitor.assemble import Monitor
from monitor.doctor import Finding
from monitor.model import Tally
from monitor.visiting import Collected, OnPage

WIDEST = 400  # columns of the funnel, whatever the terminal says

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
        tasks: dict[str, TaskID] = {}

        def on_page(source: str, done: int, total: int) -> None:
            if source not in tasks:
                tasks[source] = bar.add_task(source, total=total)
            bar.update(tasks[source], completed=done)

        yield on_page


def show_funnel(collected: Sequence[Collected]) -> None:
    """A row per source: what was fetched, what became of it; then why posts were dropped and what went wrong."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("source", no_wrap=True)
    for name in ("fetched", "matched", "dropped", "kept", "new", "revised", "flagged"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for one in collected:
        table.add_row(one.source, *_numbers(one.tally), Text(one.outcome, style=_OUTCOMES.get(one.outcome, "red")))
    if len(collected) > 1:
        table.add_row("all", *_numbers(sum((one.tally for one in collected), Tally())), style="bold")
    table.width = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    console.print(table, soft_wrap=True)  # a narrow or absent terminal must not cut numbers
    for one in collected:
        _show_details(one)


def show_checked(monitor: Monitor) -> None:
    """What a valid configuration will do, a line each."""
    _line("✓ ", "green", f"{monitor.path} is valid")
    for query in monitor.settings.queries:
        _line("  ", "", f"query   {query.name} ({query.facet}): {' '.join(query.text.split())}")
    for name, connector in monitor.connectors.items():
        missing = connector.missing()
        if missing:
            _line("  ", "", f"source  {name}: skipped until mended: {'; '.join(missing)}", "yellow")
        else:
            _line("  ", "", f"source  {name}: {len(connector.places())} places")


def show_model(monitor: Monitor) -> None:
    """Why a model that was put to use did not judge, and what the endpoint was asked."""
    for problem in monitor.passed_over:
        _line("! ", "yellow", f"model not used: {problem}")
    if monitor.endpoint and monitor.endpoint.tally:
        told = ", ".join(f"{count} {what}" for what, count in sorted(monitor.endpoint.tally.items()))
        _line("  ", "", f"endpoint: {told}", "dim")


def show_findings(findings: Iterable[Finding]) -> None:
    """A line per finding, with the cure where there is one."""
    for finding in findings:
        mark, style = _MARKS[finding.state]
        _line(f"{mark} {finding.subject:<14}", style, finding.text)


def _line(mark: str, style: str, text: str, text_style: str = "default") -> None:
    """A line that the terminal may wrap, but we do not: addresses and paths stay whole."""
    console.print(Text(mark, style=style).append(text, style=text_style), soft_wrap=True)


def _numbers(tally: Tally) -> tuple[str, ...]:
    dropped = sum(tally.dropped.values())
    counts = (tally.fetched, tally.matched, dropped, tally.kept, tally.new, tally.revised, tally.flagged)
    return tuple(f"{count:,}" for count in counts)


def _show_details(one: Collected) -> None:
    if one.tally.dropped:
        reasons = sorted(one.tally.dropped.items(), key=lambda pair: (-pair[1], pair[0]))
        told = ", ".join(f"{posts} {reason}" for reason, posts in reasons)
        _line("", "", f"{one.source} dropped: {told}", "dim")
    if one.outcome == "skipped":
        _line("", "", f"{one.source}: skipped until mended: {'; '.join(one.problems)}", "yellow")
        return
    for problem in one.problems:
        told = problem if problem.startswith(f"{one.source}: ") else f"{one.source}: {problem}"
        _line("", "", told, _OUTCOMES.get(one.outcome, "red"))
