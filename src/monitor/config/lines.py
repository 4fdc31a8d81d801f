"""In which line of a TOML text a key stands: the parser does not say, people want to know."""

import re
from functools import lru_cache
from itertools import islice

Place = tuple[int | str, ...]

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_TEXTS = re.compile(r"""(?s)'''.*?'{3,5}|\"\"\"(?:\\.|[^\\])*?\"{3,5}|'[^'\n]*'|"(?:\\.|[^"\\\n])*"|#[^\n]*""")


def line_of(text: str, place: Place) -> int | None:
    """The line of a key, or of what stands nearest to it: the table around it, or the first key of that table.

    None when nothing of it stands in the text.
    """
    exact = _first_lines(text).get(place)
    return exact if exact is not None else _nearest_line(text, place)


def _nearest_line(text: str, place: Place) -> int | None:
    best, at = (0, False), None
    for number, names in _named_lines(text):
        nearest = max(_nearness(place, name) for name in names)
        if nearest[0] and nearest > best:
            best, at = nearest, number
    return at


def line_with(text: str, piece: str, start: int) -> int:
    """The first line from `start` on that holds `piece`; `start` when none does, as with escapes."""
    lines = islice(_split(text), start - 1, None)
    return start + next((at for at, line in enumerate(lines) if piece.strip() and piece.strip() in line), 0)


@lru_cache(2)  # one file is asked for as many lines as it has faults
def _split(text: str) -> list[str]:
    return text.split("\n")


@lru_cache(2)
def _first_lines(text: str) -> dict[Place, int]:
    """The first line of every key and table."""
    found: dict[Place, int] = {}
    for number, names in _named_lines(text):
        for name in names:
            found.setdefault(tuple(name), number)
    return found


@lru_cache(2)
def _named_lines(text: str) -> list[tuple[int, list[list[int | str]]]]:
    """The lines that name a key or a table, with what they name: a table of many by its name and by its number."""
    table: list[int | str] = []
    counts: dict[tuple[int | str, ...], int] = {}
    found = []
    for number, line in enumerate(_without_blocks(text).split("\n"), 1):
        if header := _HEADER.match(line):
            table = _table(header[2], bool(header[1]), counts)
            found.append((number, [_names(header[2]), table]))
        elif key := _KEY.match(line):
            found.append((number, [[*table, *_names(key[1])]]))
    return found


def _nearness(place: Place, name: list[int | str]) -> tuple[int, bool]:
    """How many parts both begin with, and whether `name` is the key or a table around it, not a neighbour."""
    shared = next((at for at, (one, other) in enumerate(zip(place, name, strict=False)) if one != other), None)
    shared = min(len(place), len(name)) if shared is None else shared
    return shared, shared == len(name)


def _without_blocks(text: str) -> str:
    """The text with what stands inside quotes over several lines blanked, so that it is not read as keys."""
    return _TEXTS.sub(lambda found: "\n" * found[0].count("\n") if "\n" in found[0] else found[0], text)


def _table(name: str, many: bool, counts: dict[tuple[int | str, ...], int]) -> list[int | str]:
    names = _names(name)
    if not many:
        return names
    counts[tuple(names)] = counts.get(tuple(names), -1) + 1
    return [*names, counts[tuple(names)]]


def _names(dotted: str) -> list[int | str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]
