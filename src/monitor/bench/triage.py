"""`monitor bench triage`: the issue's figures on labelled sets, beside the plain baseline on the same folds.

labelled sets of others, which never ship -> complaints | queue | Bahn | restaurants | kinds | speed | cues | names
                                          -> a row each: n, split and seed, baseline, ours, first measured, target
"""

import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from monitor.bench.figures import Figure
from monitor.errors import ConfigError

SEED = 7
WIDEST = 400  # columns, whatever the terminal says
_OTHERS = ("monitor.bench.cue_figures", "monitor.bench.sentiment_figures", "monitor.bench.relevance_figures")
Part = Callable[[], Iterator[Figure]]


def figures(data: Path, quick: bool = False, seed: int = SEED) -> Iterator[Figure | str]:
    """All rows; in the place of those that cannot be measured here, why. Raises ConfigError without any sets."""
    try:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        from monitor.bench.labelled import checked  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{error.name} is not installed, and the benchmark learns; install the extra: mention-monitor[learn]"
        ) from error
    with threadpool_limits(1):  # more threads made it five times slower: the problems are small
        for part in (*_learning(checked(data), quick, seed), *_others(data, quick)):
            try:
                yield from part()
            except ConfigError as error:
                yield str(error)


def _learning(data: Path, quick: bool, seed: int) -> list[Part]:
    from monitor.bench import learning, learning_sets  # noqa: PLC0415

    measured = (
        learning.complaints,
        learning_sets.queue,
        learning_sets.bahn,
        learning_sets.restaurants,
        learning_sets.kinds,
    )
    parts: list[Part] = [lambda one=one: one(data, seed, quick) for one in measured]  # type: ignore[misc]
    return [*parts, lambda: learning_sets.speed(data)]


def _others(data: Path, quick: bool) -> list[Part]:
    modules = [importlib.import_module(name) for name in _OTHERS if find_spec(name)]
    return [lambda one=one: one.figures(data, quick) for one in modules]  # type: ignore[misc]


def bench_triage(data: Path, console: Console, *, quick: bool = False, seed: int = SEED) -> None:
    """Measure and print: a line as soon as it is known where somebody looks, the table at the end."""
    found: list[Figure] = []
    for one in figures(data, quick, seed):
        if isinstance(one, str):
            console.print(Text(f"left out: {one}", style="yellow"), soft_wrap=True)
        else:
            found.append(one)
            if console.is_terminal:
                console.print(Text(f"{one.task}: {_number(one.ours, one.unit)}", style="dim"), soft_wrap=True)
    table = _table(found)
    table.width = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    console.print(table, soft_wrap=True)
    console.print(Text(_NOTE, style="dim"), soft_wrap=True)


_NOTE = (
    "baseline: cue counts, word and character tf-idf and logistic regression on the same folds and labels, or what the "
    "row names. First measured and target are of the whole sets, of which these are about half."
)


def _table(found: list[Figure]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for nth, column in enumerate(("", "n", "baseline", "ours", "gain", "unit", "first measured", "target", "split")):
        table.add_column(column, justify="right" if 1 <= nth <= 4 else "left", no_wrap=True)
    for one in found:
        gain = "" if one.gain is None else f"{one.gain:+.{_digits(one.unit)}f}"
        baseline = "" if one.baseline is None else _number(one.baseline, one.unit)
        figure = (baseline, _number(one.ours, one.unit), gain, one.unit)
        table.add_row(one.task, f"{one.n:,}", *figure, one.first, one.target, one.split)
    return table


def _number(value: float, unit: str) -> str:
    return f"{value:,.{_digits(unit)}f}"


def _digits(unit: str) -> int:
    return {"share": 3, "posts/s": 0}.get(unit, 1)
