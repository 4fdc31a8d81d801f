"""Lists: the text files in `data/`, read once each and only when asked for.

A file is UTF-8: lines that begin with `#` say what it is and where it came from, `[name]` opens a section, all else is
words parted by white space, folded already. Words before the first section are in the section "".
"""

import functools
from bisect import bisect_left
from collections import defaultdict
from importlib.resources import files


@functools.cache
def sections(file: str) -> dict[str, tuple[str, ...]]:
    """The words of `data/<file>.txt` per section, in the file's order."""
    found: dict[str, list[str]] = defaultdict(list)
    name = ""
    for line in files("monitor.query.lexicon").joinpath("data", f"{file}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            found[name] += line.split()
    return {name: tuple(words) for name, words in found.items()}


@functools.cache
def section(file: str, *names: str) -> frozenset[str]:
    """The words of some sections of a file together; without a name, those that stand before any section."""
    return frozenset(word for name in names or ("",) for word in sections(file)[name])


def beginning(file: str, stem: str) -> list[str]:
    """The words before the first section of a file that begin so, in the order of the alphabet."""
    words = _ordered(file)
    return words[bisect_left(words, stem) : bisect_left(words, f"{stem}\U0010ffff")]


@functools.cache
def _ordered(file: str) -> list[str]:
    return sorted(section(file))
