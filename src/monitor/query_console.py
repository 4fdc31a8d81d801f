"""What people see of queries on the terminal: advice, trees that explain, trials, and what a change would do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from monitor.console import WIDEST, console
from monitor.queries import Checked
from monitor.query.explain import Explained
from monitor.query.lint import Finding
from monitor.rematch import Change, Rematched
from monitor.rematch import Sample as Stored
from monitor.trial import Sample, Tried
from monitor.why import Why

MOST_SHOWN = 5  # places of a term in the text
OnProgress = Callable[[int, int], None]


@contextmanager
def progress(what: str) -> Iterator[OnProgress | None]:
    """A bar with the time that is left; nothing where nobody looks."""
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_advice(advice: Iterable[Checked]) -> None:
    """What is not wrong but not good, a few lines each."""
    for one in advice:
        console.print(Text(f"! {one.told}", style="yellow"), soft_wrap=True)


def show_findings(findings: Sequence[Finding], query: str) -> None:
    """Advice on a query that is in no file."""
    for finding in findings:
        where = query[slice(*finding.at)]
        console.print(Text(f"! {where}: {finding.said} [{finding.rule}]", style="yellow"), soft_wrap=True)


def show_why(why: Why) -> None:
    """The query's tree with what matched and what failed, and the text with what matched marked."""
    # a file has no width at which a term could be cut
    shown = console if console.is_terminal else Console(highlight=False, width=WIDEST)
    shown.print(_tree(why.explained, why.whole, None))
    spans = list(_spans(why.explained)) if why.explained.holds else []
    marked = Text(why.whole)
    for start, stop in spans:
        marked.stylize("bold reverse", start, stop)
    console.print()
    console.print(marked, soft_wrap=True)
    if why.cut:
        console.print(Text("Only an excerpt is kept: what failed may stand in the rest of the post.", style="dim"))


def show_tried(tried: Tried, where: str) -> None:
    """Counts per source, then samples with what matched marked."""
    table = Table(box=None, header_style="bold", pad_edge=False, title=where, title_justify="left", title_style="bold")
    for name in ("source", "found by"):
        table.add_column(name, no_wrap=True)
    for name in ("posts", "matched", "unsure"):
        table.add_column(name, justify="right", no_wrap=True)
    for count in tried.counts:
        numbers = (count.looked_at, count.matched, count.unsure)
        table.add_row(count.source, count.found, *(f"{number:,}" for number in numbers))
    console.print(table, soft_wrap=True)
    if tried.dropped:
        told = ", ".join(f"{posts} {reason}" for reason, posts in tried.dropped)
        console.print(Text(f"matched and would not be kept: {told}", style="dim"), soft_wrap=True)
    for problem in tried.problems:
        console.print(Text(problem, style="yellow"), soft_wrap=True)
    for sample in tried.samples:
        _show_sample(sample)
    console.print()


def show_rematched(rematched: Rematched) -> None:
    """Per query what is gained and lost, with a few of each; then what no query holds for any more."""
    if not rematched.changes:
        told = "no query has changed since what is stored was last looked through; --all looks again"
        console.print(told, soft_wrap=True)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("query", no_wrap=True)
    for name in ("gained", "lost", "unsure"):
        table.add_column(name, justify="right", no_wrap=True)
    for change in rematched.changes:
        table.add_row(change.query, *(f"{number:,}" for number in (change.gained, change.lost, change.unsure)))
    console.print(table, soft_wrap=True)
    for change in rematched.changes:
        _show_change(change)
    for sample in rematched.removed_samples:
        _show_stored("removed", sample)
    resumed = ", going on where it was interrupted" if rematched.resumed else ""
    told = f"{rematched.looked_at:,} mentions looked at{resumed}; {rematched.removed:,} have no query left"
    gone = "were removed" if rematched.applied else "would be removed"
    console.print(Text(f"{told} and {gone}; unsure ones stay as they are", style="dim"), soft_wrap=True)


def _show_change(change: Change) -> None:
    for sample in change.gained_samples:
        _show_stored(f"+ {change.query}", sample)
    for sample in change.lost_samples:
        _show_stored(f"- {change.query}", sample)


def _show_stored(mark: str, sample: Stored) -> None:
    console.print(Text(f"{mark}  {sample.title or '(no title)'}  {sample.url}"), soft_wrap=True)


def _show_sample(sample: Sample) -> None:
    whole = f"{sample.title}\n{sample.excerpt}" if sample.title else sample.excerpt
    shown = Text(whole)
    for start, stop in sample.spans:
        shown.stylize("bold reverse", start, stop)
    console.print()
    console.print(shown, soft_wrap=True)
    console.print(Text(sample.url, style="dim"), soft_wrap=True)


def _tree(explained: Explained, whole: str, above: Tree | None) -> Tree:
    mark, style = ("✓", "green") if explained.holds else ("✗", "red")
    label = Text(f"{mark} ", style=style).append(" ".join(explained.written.split()), style="default")
    places = [f"{_one_line(whole[start:stop])} ({start}-{stop})" for start, stop in explained.spans[:MOST_SHOWN]]
    if more := len(explained.spans) - MOST_SHOWN:
        places += [f"and {more} more"] if more > 0 else []
    label.append(f"   {', '.join(places)}" if places else "", style="bold")
    label.append(f"   {explained.hint}" if explained.hint else "", style="dim")
    tree = above.add(label) if above else Tree(label)
    for part in explained.below:
        _tree(part, whole, tree)
    return tree


def _spans(explained: Explained) -> Iterator[tuple[int, int]]:
    """The places of what made it hold; what stands under a NOT did not."""
    if explained.holds and explained.written != "NOT":
        yield from explained.spans
        for part in () if explained.spans else explained.below:
            yield from _spans(part)


def _one_line(text: str) -> str:
    return " ".join(text.split())
