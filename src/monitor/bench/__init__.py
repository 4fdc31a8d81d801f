"""The benchmark that ships: `monitor bench match` holds the matcher to its targets, beside its peers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from monitor.bench.match import OnStep, Plan, measured
from monitor.bench.tables import as_json, show

__all__ = ["Plan", "bench_match"]


def bench_match(plan: Plan, console: Console, file: Path | None = None) -> None:
    """Measure, print the tables, and write them to `file` as JSON where one is named. Raises ConfigError."""
    with _watching(console) as on_step:
        report = measured(plan, on_step)
    if file:
        file.write_text(as_json(report) + "\n", "utf-8")
    show(report, console)


@contextmanager
def _watching(console: Console) -> Iterator[OnStep]:
    """A progress bar where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("")

        def on_step(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield on_step
