"""Sensitive subjects: whether a term is about health, a trade union, religion or another subject of articles 9 and 10.

The words stand in `data/subjects.toml`. They are the words by which such posts are looked for, not all words that such
posts have. Names of places and trades that many organisations bear are left out: `ziekenhuis`, `kerkstraat`, `fraude`,
`diagnose`. `staking`, `grève` and `Streik` are a union's; `strike` alone is not (a strike price), `on strike` is.

    sensitive("ziekteverzuim") -> "health"       sensitive("union square") -> None
    sensitive("vakbo", prefix=True) -> "union"   sensitive("commun", prefix=True) -> None
"""

import functools
import tomllib
from importlib.resources import files
from typing import Literal

from monitor.query.lexicon.lists import beginning
from monitor.query.words import fold

Subject = Literal["health", "union", "religion", "politics", "sexual orientation", "ethnic origin", "crime"]


Kind = Subject | Literal["ordinary"]


def sensitive(words: str, *, prefix: bool = False) -> Subject | None:
    """The first sensitive subject that a word or phrase names. `prefix`: a star stands behind it in the query.

    A stem is sensitive when a sensitive word begins with it, unless most frequent words that do so are ordinary.
    """
    found = fold(words).split()
    for at in range(len(found)):
        kind = _kind(found, at)
        if kind and kind != "ordinary":
            return kind
    return _covered(found[-1]) if prefix and found else None


def _kind(found: list[str], at: int) -> Kind | None:
    """Of the words from `at`: the first entry that fits."""
    for entry, kind in _entries().get(found[at][:3], ()):
        if _fits(entry, found[at : at + len(entry)]):
            return kind
    return None


def _fits(entry: list[str], found: list[str]) -> bool:
    """Whether the words are those of the entry, whose last may end with a star."""
    *before, final = entry
    if len(entry) != len(found) or before != found[:-1]:
        return False
    return found[-1].startswith(final[:-1]) if final.endswith("*") else found[-1] == final


def _covered(stem: str) -> Subject | None:
    entries = [(entry, kind) for entry, kind in _entries().get(stem[:3], ()) if entry[0].startswith(stem)]
    subjects = [kind for entry, kind in entries if len(entry) == 1 and kind != "ordinary"]
    frequent = beginning("words", stem)
    ordinary = sum(sensitive(word) is None for word in frequent)
    return subjects[0] if subjects and 2 * ordinary <= len(frequent) else None


@functools.cache
def _entries() -> dict[str, list[tuple[list[str], Kind]]]:
    """Entries by the first three letters of their first word, in the order of the file."""
    file = files("monitor.query.lexicon").joinpath("data", "subjects.toml")
    table: dict[Kind, dict[str, str]] = tomllib.loads(file.read_text("utf-8"))  # type: ignore[assignment]
    read: dict[str, list[tuple[list[str], Kind]]] = {}
    for kind, languages in table.items():
        for entry in _listed(", ".join(languages.values())):
            read.setdefault(entry[0][:3], []).append((entry, kind))
    return read


def _listed(entries: str) -> list[list[str]]:
    """`hart-patient*, ziek` -> [["hart", "patient*"], ["ziek"]]"""
    folded = ((fold(entry).split(), "*" * entry.strip().endswith("*")) for entry in entries.split(",") if entry.strip())
    return [[*words[:-1], words[-1] + star] for words, star in folded]
