"""What people see of a scheme on the terminal: what was proven, and what a change would do."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from monitor.console import console
from monitor.triage.scheme.check import Finding
from monitor.triage.scheme.diff import Difference, Transition, changes

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "yellow")}


def show_findings(findings: Iterable[Finding]) -> None:
    """A line per claim, and how many are wrong."""
    wrong = 0
    for one in findings:
        mark, style = _MARKS[one.good]
        wrong += one.good is False
        console.print(
            Text(f"{mark} ", style=style).append(f"{one.what:<13}{one.said}", style="default"), soft_wrap=True
        )
    told = f"{wrong} wrong" if wrong else "nothing wrong"
    console.print(Text(told, style="red" if wrong else "green"), soft_wrap=True)


def show_difference(found: Difference, days: int) -> None:
    """From which rule to which, how many, and the newest of each; then how many were looked at."""
    if found.transitions:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in ("from", "to"):
            table.add_column(name, no_wrap=True)
        table.add_column("mentions", justify="right", no_wrap=True)
        table.add_column("what changes")
        for one in found.transitions:
            table.add_row(one.old.id, one.new.id, f"{one.mentions:,}", "; ".join(changes(one.old, one.new)))
        console.print(table, soft_wrap=True)
    for one in found.transitions:
        _show_samples(one)
    told = (
        f"{found.looked_at:,} mentions of the last {days} days looked at, {found.changed:,} would be treated otherwise"
    )
    console.print(Text(told, style="dim"), soft_wrap=True)


def _show_samples(one: Transition) -> None:
    for sample in one.samples:
        told = f"{one.old.id} -> {one.new.id}  {sample.title or '(no title)'}  {sample.url}"
        console.print(Text(told), soft_wrap=True)
