"""What people see of learning on the terminal: a sitting of labels, an evaluation, training, the models."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from monitor.asking import Session, by_key, by_line
from monitor.console import WIDEST, console
from monitor.errors import ConfigError
from monitor.learn import Trained
from monitor.model import KINDS
from monitor.store.labels import Given
from monitor.triage.classifier.design import Example
from monitor.triage.classifier.evaluate import FEWEST_SHOWN, Class, Queue, Report
from monitor.triage.classifier.file import AGAIN, chosen, load, told_of

LONGEST_SHOWN = 160  # characters of a missed text
BAR = 20  # signs of the longest bar
POOR_DRIFT = 0.1  # from here on probabilities of new texts are off, and training again helps


def sitting(by: str, save: Callable[[Given], object], *, plain: bool) -> Session:
    """A sitting at this terminal; by lines where it is none."""
    keys = not plain and sys.stdin.isatty()
    return Session(by, by_key if keys else by_line, save, console)


def show_trained(trained: Trained) -> None:
    """The evaluation, then what became of the model."""
    show_report(trained.report, trained.rows)
    for problem in trained.passed_over:
        _line(f"passed over: {problem.removesuffix(f'; {AGAIN}')}", "yellow")
    state = Text("in use: ", style="green") if trained.promoted else Text("saved, not in use: ", style="yellow")
    console.print(state.append(trained.version, style="default").append(f", {trained.why}", style="default"))


def show_report(report: Report, rows: Sequence[Example]) -> None:
    """Tables: classes, confusion, queue, calibration; then what was missed."""
    _line(f"{report.texts:,} labels, held out in five folds by near duplicate, seed {report.seed}")
    _print("Kinds", _classes(report.classes))
    if report.confusion:
        _print("Primary kind: down what people said, across what the monitor would", _confusion(report))
    if report.queue:
        _show_queue(report.queue)
    else:
        _line(f"\nqueue: no figures yet, fewer than {FEWEST_SHOWN} labels say that a reaction is needed", "dim")
    _show_rest(report)
    for row, chance in report.missed:
        shown = " ".join(rows[row].label.text.split())[:LONGEST_SHOWN]
        _line(f"missed at {chance:.0%}: {shown}")


def as_json(report: Report) -> str:
    """The report for programs; rows are numbers, texts are left out."""
    told = asdict(report)
    told["confusion"] = [[said, would, times] for (said, would), times in sorted(report.confusion.items())]
    return json.dumps(told | {"macro_f1": report.macro_f1}, ensure_ascii=False, indent=2)


def show_models(folder: Path, cue_version: str) -> None:
    """A row per version, the one in use marked."""
    table = _table("", "version", "labels", "until", "mean F1", "calibration error", "state", left=2)
    used = chosen(folder, cue_version).model
    for version, figures in told_of(folder):
        numbers = [str(figures.get(name) or "") for name in ("labels", "until", "macro_f1", "calibration_error")]
        table.add_row(
            "*" if used and version == used.version else "", version, *numbers, _state(folder / version, cue_version)
        )
    if table.row_count:
        _print("", table)
    else:
        _line("no models yet; the cues decide. Train one with: monitor train")


def _state(path: Path, cue_version: str) -> str:
    try:
        load(path, cue_version)
    except ConfigError as error:
        return str(error).removeprefix(f"{path}: ")
    return "good"


def _classes(classes: Sequence[Class]) -> Table:
    names = ("texts", "with it", "precision", "recall", "F1", "90 % of bootstraps", "cues' F1", "in use", "decides")
    table = _table("", "language", *names, left=2)
    for one in classes:
        table.add_row(one.name, one.language or "all", f"{one.texts:,}", f"{one.positives:,}", *_figures(one))
    return table


def _figures(one: Class) -> tuple[str, ...]:
    if one.f1 is None:
        return ("", "", f"under {FEWEST_SHOWN}", "", "", "", "model" if one.decides else "cues")
    value, low, high = one.f1
    shown = [_share(one.precision), _share(one.recall), _share(value), f"{low:.2f} to {high:.2f}"]
    return (*shown, _share(one.cues_f1), _share(one.in_use_f1), "model" if one.decides else "cues")


def _confusion(report: Report) -> Table:
    held = {kind for pair in report.confusion for kind in pair}
    kinds = [kind for kind in KINDS if kind in held]
    table = _table("", *kinds)
    for said in kinds:
        table.add_row(said, *(f"{report.confusion.get((said, would), 0) or '·'}" for would in kinds))
    return table


def _show_queue(queue: Queue) -> None:
    sample = "offered at random, a fair sample" if queue.fair else "all labels: those of the top of the queue flatter"
    _line(f"\nQueue, {queue.texts:,} texts ({sample}), {queue.positives:,} need a reaction", "bold")
    table = _table("", "model", "cues alone", "in use", "by chance")
    value, low, high = queue.recall
    shown = (f"{value:.2f} ({low:.2f} to {high:.2f})", _share(queue.recall_cues), _share(queue.recall_in_use))
    table.add_row(f"recall when {queue.budget:.0%} is read", *shown, _share(queue.budget))
    base = queue.positives / queue.texts
    table.add_row(
        "precision of the day's first ten", _share(queue.first_ten), _share(queue.first_ten_cues), "", _share(base)
    )  # fmt: skip - a row
    _print("", table)
    curve = _table("recall", "precision", "", left=0)
    for recall, precision in queue.curve:
        curve.add_row(_share(recall), _share(precision), Text("█" * round(BAR * precision)))
    _print("Precision at each recall", curve)
    bins = _table("said", "was", "texts", left=0)
    for said, was, texts in queue.reliability:
        bins.add_row(_share(said), _share(was), f"{texts:,}")
    _print(f"Calibration, error {queue.calibration_error:.3f}", bins)


def _show_rest(report: Report) -> None:
    if report.agreement:
        kappa, pairs = report.agreement
        _line(f"\nagreement of people on the same {pairs:,} texts: kappa {kappa:.2f}, the most a model can reach")
    if report.drift:
        before, newest = report.drift
        style = "yellow" if abs(newest - before) > POOR_DRIFT else "default"
        _line(f"drift: probability less share is {newest:+.2f} in the newest fifth, {before:+.2f} before", style)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(*columns: str, left: int = 1) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for nth, column in enumerate(columns):
        table.add_column(column, justify="left" if nth < left else "right", no_wrap=True)
    return table


def _print(title: str, table: Table) -> None:
    """A narrow or absent terminal must not cut numbers."""
    if title:
        _line(f"\n{title}", "bold")
    table.width = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    console.print(table, soft_wrap=True)


def _line(text: str, style: str = "default") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
