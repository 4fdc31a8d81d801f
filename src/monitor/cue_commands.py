"""Commands about cues: how they do on labelled rows, which there are, and what they say of a text."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.model import KINDS

if TYPE_CHECKING:
    from monitor.triage.cues import Cues, Hit, Reading
    from monitor.triage.cues.files import Cue
    from monitor.triage.cues.measure import CueFigures, KindFigures, Measured, Share
    from monitor.triage.labels import Labelled

commands = typer.Typer(
    help="The words that tell a kind: how they do, which there are, what they hit.",
    epilog='Example: monitor cues why "Still waiting, is nobody there?"',
    no_args_is_help=True,
)
SHIPPED = ("nl", "en", "fr", "de")
PACKS = ("municipality", "transport", "telecom", "bank", "retail", "health")


def _kinds(incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def _languages(incomplete: str) -> list[str]:
    return [one for one in SHIPPED if one.startswith(incomplete)]


def _packs(incomplete: str) -> list[str]:
    return [one for one in PACKS if one.startswith(incomplete)]


Kinds = Annotated[str | None, typer.Option("--kind", "-k", help="Only of this kind.", autocompletion=_kinds)]
Languages = Annotated[
    list[str] | None,
    typer.Option("--lang", "-l", help="Only this language; may be repeated.", autocompletion=_languages),
]
Packs = Annotated[list[str] | None, typer.Option("--pack", "-p", help="With this sector pack.", autocompletion=_packs)]
Own = Annotated[
    list[Path] | None, typer.Option("--cues", help="With a cue file of your own.", dir_okay=False, exists=True)
]


@commands.command("test", epilog="Example: monitor cues test labels.jsonl --kind complaint --pack transport")
def measure_cues(
    files: Annotated[list[Path] | None, typer.Argument(help="Label files; the made set when left out.")] = None,
    kind: Kinds = None,
    lang: Languages = None,
    pack: Packs = None,
    own: Own = None,
    least: Annotated[int, typer.Option(min=1, help="Texts a cue must hit to be shown.")] = 3,
) -> None:
    """Print how precise every cue is on labelled rows, how much it finds, and the same for every kind."""
    from monitor.triage.cues.measure import measure  # noqa: PLC0415

    chosen = _kind(kind)
    rows = [row for row in _rows(files, lang) if not lang or row.language in lang]
    _show_measured(measure(_cues(lang, pack, own), rows), chosen, least)


@commands.command("list", epilog="Example: monitor cues list --kind press --lang en")
def list_(kind: Kinds = None, lang: Languages = None, pack: Packs = None, own: Own = None) -> None:
    """Print the cues that are read, with tier, weight, and precision where it was measured."""
    chosen = _kind(kind)
    _show_cues(cue for cue in _cues(lang, pack, own).cues if chosen in (None, cue.kind))


@commands.command(epilog='Example: monitor cues why "Still waiting for my order, is nobody there?"; - reads the input.')
def why(
    text: Annotated[str, typer.Argument(help="The text; - reads it from the input.")],
    lang: Languages = None,
    pack: Packs = None,
    own: Own = None,
) -> None:
    """Show what a text hits and why: the kinds that hold, every cue with its place, and the need of a reaction."""
    read = sys.stdin.read() if text == "-" else text
    _show_reading(_cues(lang, pack, own).read(read))


def _kind(kind: str | None) -> str | None:
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is no kind; use {', '.join(KINDS)}")
    return kind


def _cues(languages: list[str] | None, packs: list[str] | None, own: list[Path] | None) -> "Cues":
    from monitor.triage.cues import Cues  # noqa: PLC0415

    return Cues(languages or SHIPPED, packs or (), own or ())


def _rows(paths: list[Path] | None, languages: list[str] | None) -> "list[Labelled]":
    from importlib.resources import as_file, files  # noqa: PLC0415

    from monitor.triage.labels import read_labels  # noqa: PLC0415

    if paths:
        return [row for path in paths for row in read_labels(path)]
    with as_file(files("monitor").joinpath("triage", "made")) as made:
        wanted = [made / f"{one}.jsonl" for one in languages or SHIPPED]
        return [row for path in wanted if path.is_file() for row in read_labels(path)]


def _show_measured(measured: "Measured", kind: str | None, least: int) -> None:
    from monitor.console import console  # noqa: PLC0415

    cues = [one for one in measured.cues if one.precision.of >= least and kind in (None, one.kind)]
    kinds = [one for one in measured.kinds if kind in (None, one.kind)]
    _print("kind", "tier", "lang", "cue", "hits", "precision", "95 %", "recall", rows=map(_cue_row, cues))
    console.print()
    _print("kind", "texts", "precision", "95 %", "recall", "F1", "strong alone", rows=map(_kind_row, kinds))
    console.print(f"{measured.rows} labelled texts; cues with fewer than {least} hits are not shown")


def _cue_row(one: "CueFigures") -> tuple[str, ...]:
    return (
        one.kind, one.tier, one.language, one.cue, str(one.precision.of),
        _two(one.precision.value), _interval(one.precision), _two(one.recall.value),
    )  # fmt: skip


def _kind_row(one: "KindFigures") -> tuple[str, ...]:
    return (
        one.kind, str(one.recall.of), _two(one.precision.value), _interval(one.precision),
        _two(one.recall.value), _two(one.f1), _two(one.strong.value),
    )  # fmt: skip


def _show_cues(cues: "Iterable[Cue]") -> None:
    rows = (
        (one.kind, one.tier, one.language, one.text, f"{one.weight:g}", _two(one.precision), str(one.hits or ""))
        for one in cues
    )
    _print("kind", "tier", "lang", "cue", "weight", "precision", "hits", rows=rows)


def _show_reading(reading: "Reading") -> None:
    from monitor.console import console  # noqa: PLC0415

    held = ", ".join(f"{kind} ({sure:.2f})" for kind, sure in reading.kinds.items()) or "none"
    console.print(f"kinds: {held}", soft_wrap=True)
    console.print(f"language: {reading.language or 'not clear, all are read'}; needs a reaction: {reading.needs:.2f}")
    if reading.hits:
        rows = (_hit_row(reading, hit) for hit in reading.hits)
        _print("kind", "tier", "text", "cue", "weight", "precision", "why", rows=rows)


def _hit_row(reading: "Reading", hit: "Hit") -> tuple[str, ...]:
    from monitor.triage.cues.reading import speaks_for  # noqa: PLC0415

    counts = speaks_for(hit)
    said = "quoted: not counted" if counts is None else f"negated: counts as {counts}" if hit.negated else "counts"
    words = reading.text[slice(*hit.span)]
    return hit.kind, hit.tier, words, hit.cue, f"{hit.weight:g}", _two(hit.precision), said


def _print(*columns: str, rows: "Iterable[tuple[str, ...]]") -> None:
    """A table as wide as it needs to be: a cut cue cannot be looked for."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from monitor.console import console  # noqa: PLC0415

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell.replace("\n", " "), overflow="fold") for cell in row))
    console.print(table)


def _two(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}"


def _interval(share: "Share") -> str:
    low, high = share.interval
    return f"{low:.2f}-{high:.2f}" if share.of else ""
