"""Cue files: TOML -> cues, with every fault named by file, table, cue and cure.

language = "nl"                # left out in packs, whose tables start with it: [nl.complaint.weak]
negation = ["niet", "geen"]    # turn a compliment round, up to three words before it
address = ["jullie", "u"]      # speak to the organisation
[complaint.weak]               # kind and tier: strong (one hit is enough), weak (counts), suppress (takes away)
"werkt niet" = { weight = 1.5, precision = 0.93, hits = 41 }    # all optional
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args

from monitor.errors import ConfigError
from monitor.model import KINDS, Kind
from monitor.triage.cues.pattern import Compiled, compiled, unproved

Tier = Literal["strong", "weak", "suppress"]
TIERS: tuple[Tier, ...] = get_args(Tier)
HEAVIEST = 5.0
_SHIPPED = files("monitor").joinpath("triage", "cues")
_LISTS = ("negation", "address")


@dataclass(frozen=True, slots=True, eq=False)  # each is itself: thousands are looked up per second
class Cue:
    """A cue as its file writes it. `precision` is measured, on `hits` labelled texts; None is "not yet"."""

    language: str
    kind: Kind
    tier: Tier
    text: str
    compiled: Compiled
    weight: float = 1.0
    precision: float | None = None
    hits: int | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class CueFile:
    """A file read: its cues, and the words that negate and address per language."""

    cues: tuple[Cue, ...]
    negation: dict[str, tuple[str, ...]]
    address: dict[str, tuple[str, ...]]
    digest: str


class _Faults(list[str]):
    """The faults of one file, each with its place, and how strictly its cues are looked at."""

    def __init__(self, name: str, compiled: Callable[[str], Compiled]) -> None:
        super().__init__()
        self.name = name
        self.compiled = compiled

    def at(self, place: str, fault: str) -> None:
        self.append(f"{self.name}: {place}{': ' if place else ''}{fault}")


def shipped(languages: Iterable[str], packs: Iterable[str]) -> Iterator[CueFile]:
    """The files of the package for these languages (those there are none for are passed over) and packs."""
    wanted = tuple(dict.fromkeys(languages))
    for language in wanted:
        if _SHIPPED.joinpath(f"{language}.toml").is_file():
            yield _read_shipped(f"{language}.toml")
    for pack in dict.fromkeys(packs):
        _check_pack(pack)
        yield _only(_read_shipped("packs", f"{pack}.toml"), wanted)


def _check_pack(name: str) -> None:
    folder = _SHIPPED.joinpath("packs")
    there = sorted(file.name.removesuffix(".toml") for file in folder.iterdir()) if folder.is_dir() else []
    if name not in there:
        raise ConfigError(f"[triage] packs: there is no pack {name!r}; use {', '.join(there) or 'none'}")


def _only(file: CueFile, languages: tuple[str, ...]) -> CueFile:
    kept = tuple(cue for cue in file.cues if cue.language in languages)
    return CueFile(kept, file.negation, file.address, file.digest)


@cache
def _read_shipped(*path: str) -> CueFile:
    """A file of the package, read once a process; its patterns are made when they are needed, and proved by a test."""
    file = _SHIPPED.joinpath(*path)
    return _parsed(file.read_bytes(), _Faults(str(file), unproved))


def read_cues(file: Path) -> CueFile:
    """A cue file of one's own, read anew each time; ConfigError tells every fault in it."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); mend [triage] cues in monitor.toml") from error
    return _parsed(data, _Faults(str(file), compiled))


def _parsed(data: bytes, faults: _Faults) -> CueFile:
    table = _table(data, faults.name)
    language = table.pop("language", None)
    if language is not None and not _is_language(language):
        faults.at("language", "is no language; write two small letters, such as nl")
    lists = {name: _list(name, table.pop(name, []), faults) for name in _LISTS}
    cues = tuple(_cues(table, language if _is_language(language) else None, faults))
    if not cues and not faults:
        faults.at("", 'holds no cues; write a table such as [complaint.weak] with "does not work" = {}')
    if faults:
        raise ConfigError(*faults)
    of = language if isinstance(language, str) else ""
    return CueFile(cues, {of: lists["negation"]}, {of: lists["address"]}, hashlib.sha256(data).hexdigest())


def _table(data: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}, line {line}: is not UTF-8; save it with that encoding") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{name}: is no TOML ({error}); mend that line") from error


def _list(name: str, value: Any, faults: _Faults) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value):
        return tuple(value)
    faults.at(name, f'is no list of words; write {name} = ["not", "never"]')
    return ()


def _cues(table: dict[str, Any], language: str | None, faults: _Faults) -> Iterator[Cue]:
    for name, inner in table.items():
        if not isinstance(inner, dict):
            faults.at(
                name, f"unknown key; a file has language, {', '.join(_LISTS)} and tables such as [complaint.weak]"
            )
        elif name in KINDS:
            yield from _of_kind(f"[{name}", inner, language, name, faults)
        elif _is_language(name):
            for kind, tiers in inner.items():
                yield from _of_kind(f"[{name}.{kind}", tiers, name, kind, faults)
        else:
            faults.at(f"[{name}]", f"unknown kind{_meant(name, KINDS)}")


def _of_kind(place: str, tiers: Any, language: str | None, kind: str, faults: _Faults) -> Iterator[Cue]:
    if kind not in KINDS:
        return faults.at(f"{place}]", f"unknown kind{_meant(kind, KINDS)}")
    if language is None:
        return faults.at(f"{place}]", 'of which language? write language = "nl" on top of the file')
    if not isinstance(tiers, dict):
        return faults.at(f"{place}]", f"is no table; write [{kind}.weak]")
    for tier, cues in tiers.items():
        if tier not in TIERS:
            faults.at(f"{place}.{tier}]", f"unknown tier{_meant(tier, TIERS)}")
        elif not isinstance(cues, dict):
            faults.at(f"{place}.{tier}]", 'is no table of cues; write "does not work" = {} below it')
        else:
            for text, figures in cues.items():
                try:
                    found = faults.compiled(text)
                    yield Cue(language, kind, tier, text, found, *_figures(figures), faults.name)
                except ValueError as error:
                    faults.at(f"{place}.{tier}] {text!r}", str(error))
    return None


def _figures(figures: Any) -> tuple[float, float | None, int | None]:
    """Weight, precision and hits as given; ValueError in words when they are none."""
    if not isinstance(figures, dict) or figures.keys() - {"weight", "precision", "hits"}:
        raise ValueError(
            "takes weight, precision and hits only; write { weight = 1.5, precision = 0.9, hits = 12 } or {}"
        )
    weight, precision, hits = figures.get("weight", 1.0), figures.get("precision"), figures.get("hits")
    if not _is_number(weight) or not 0 <= weight <= HEAVIEST:
        raise ValueError(f"weight is a number from 0 (takes the cue away) to {HEAVIEST:g}")
    if precision is not None and not (_is_number(precision) and 0 <= precision <= 1):
        raise ValueError("precision is a share from 0 to 1, such as 0.93")
    if hits is not None and not (isinstance(hits, int) and not isinstance(hits, bool) and hits >= 0):
        raise ValueError("hits is the number of texts it was measured on")
    return float(weight), precision, hits


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_language(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) == 2 and value.isascii() and value.islower() and value.isalpha()


def _meant(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; use one of {', '.join(known)}"
