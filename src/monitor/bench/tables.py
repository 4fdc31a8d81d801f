"""What was measured as tables for people, and as one JSON document for programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from monitor.bench.match import Line, Memory, Report
from monitor.bench.ours import Ours
from monitor.bench.targets import Target, targets
from monitor.bench.worst import BUDGET, STEEPEST, Endured, hostile

WIDEST = 400  # columns, whatever the terminal says


def show(report: Report, console: Console) -> None:
    """All tables, the targets last."""
    console.print(Text(_corpus(report)), soft_wrap=True)
    _print(console, "The whole language (NEAR, word*, #tag and !Case too), held against a slow oracle", _whole(report))
    _print(console, "What every peer can answer: words, phrases, AND, OR, NOT", _common(report))
    _print(console, "Memory of the default matcher (Python's own)", _memory(report.memory))
    _print(console, f"Hostile texts, each asked all of {len(hostile())} hostile queries", _worst(report.worst))
    _print(console, "Targets", _targets(targets(report)))


def as_json(report: Report) -> str:
    """The whole report; speeds are posts per CPU second, times CPU seconds, memory bytes."""
    plan = {**asdict(report.plan), "data": str(report.plan.data) if report.plan.data else None}
    rows = [{**asdict(one), "budget": one.budget, "within": one.within} for one in report.worst]
    held = [{**asdict(one), "reached": one.reached} for one in targets(report)]
    return json.dumps({**asdict(report), "plan": plan, "worst": rows, "targets": held}, ensure_ascii=False, indent=2)


def _print(console: Console, title: str, table: Table) -> None:
    """A narrow or absent terminal must not cut numbers."""
    console.print()
    console.print(Text(title, style="bold"), soft_wrap=True)
    table.width = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    console.print(table, soft_wrap=True)


def _corpus(report: Report) -> str:
    seen = report.corpus
    origin = f"real texts of {report.plan.data}" if report.plan.data else f"made from seed {report.plan.seed}"
    return (
        f"{seen.posts:,} posts, {origin}: {seen.bytes_mean:.0f} bytes and {seen.words_mean:.0f} words on average, "
        f"{seen.vocabulary:,} different words ({seen.once:.0%} of them once), the commonest 100 are "
        f"{seen.top_100:.0%} of all words and 1,000 are {seen.top_1000:.0%}, {seen.not_ascii:.0%} not pure ASCII"
    )


def _table(*columns: str, left: int = 1) -> Table:
    """The first `left` columns are words, the others numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for nth, column in enumerate(columns):
        table.add_column(column, justify="left" if nth < left else "right", no_wrap=True)
    return table


def _whole(report: Report) -> Table:
    table = _table("queries", "", "posts per CPU s", "pairs per post", "differing", "of posts", "prepared in s", left=2)
    for line in (one for one in report.lines if one.language == "whole"):
        table.add_row(f"{line.queries:,}", line.way, *_figures(line))
    return table


def _common(report: Report) -> Table:
    titles = ("posts per CPU s", "pairs per post", "differing", "of posts", "prepared in s", "monitor is")
    table = _table("queries", "", *titles, left=2)
    for line in (one for one in report.lines if one.language == "common"):
        ours = report.line("common", line.queries, Ours)
        times = f"{ours.speed / line.speed:,.1f} times" if ours and line.speed and line.way != Ours.name else ""
        table.add_row(f"{line.queries:,}", line.way, *_figures(line), times)
    return table


def _figures(line: Line) -> tuple[str, ...]:
    if line.absent is not None:
        return (line.absent, "", "", "", "")
    pairs = line.pairs / line.posts
    return f"{line.speed:,.0f}", f"{pairs:.3f}", f"{line.differing}", f"{line.checked:,}", f"{line.prepared:.2f}"


def _memory(memory: Iterable[Memory]) -> Table:
    table = _table("queries", "terms", "MB when new", "MB after the posts", "bytes a term", left=0)
    for one in memory:
        sizes = (one.new, one.used)
        table.add_row(
            f"{one.queries:,}",
            f"{one.terms:,}",
            *(f"{size / 1e6:.1f}" for size in sizes),
            f"{one.used / one.terms:,.0f}",
        )
    return table


def _worst(cases: Iterable[Endured]) -> Table:
    limit = f"at most {STEEPEST}"
    table = _table(
        "text",
        "characters",
        "scan, CPU s",
        "match, CPU s",
        f"budget ({BUDGET:.0f} a million)",
        f"times half of it ({limit})",
        "",
    )
    for one in cases:
        growth = "too quick to tell" if one.growth is None else f"{one.growth:.2f}"
        seconds = (f"{one.scan:.2f}", f"{one.match:.2f}", f"{one.budget:.2f}")
        table.add_row(one.name, f"{one.size:,}", *seconds, growth, _verdict(one.within))
    return table


def _targets(held: Iterable[Target]) -> Table:
    table = _table("", "target", "measured", "")
    for one in held:
        bound = "at most " if one.at_most else "at least "
        table.add_row(one.name, bound + _number(one.wanted), _number(one.figure), _verdict(one.reached))
    return table


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 or figure == int(figure) else f"{figure:.2f}"


def _verdict(good: bool) -> Text:
    return Text("reached", style="green") if good else Text("missed", style="red")
