"""Queries of the common kind as functions of a folded text: what the peers decide by once they have found something."""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from monitor.bench.queries import All, Either, Not, Tree, Words

Holds = Callable[[str, AbstractSet[str]], bool]  # a folded text, and its words that were found
NOTHING: AbstractSet[str] = frozenset()
_GAP = " +"


def words_of(tree: Tree) -> Iterator[str]:
    """Every word of a query of the common kind, those that must be absent included."""
    match tree:
        case Words(words):
            yield from words
        case Not(part):
            yield from words_of(part)
        case All(parts) | Either(parts):
            for part in parts:
                yield from words_of(part)


def needed(tree: Tree, uses: Mapping[str, int]) -> tuple[str, ...]:
    """Words of which a text must have one: of a phrase the word that the fewest queries use, of an AND its first part.

    A word that many queries use is a common one: the peers' stand-in for the statistics that the matcher ships.
    """
    match tree:
        case Words(words):
            return (min(words, key=lambda word: (uses[word], -len(word))),)
        case Either(parts):
            return tuple(word for part in parts for word in needed(part, uses))
        case All(parts):
            return next(needed(part, uses) for part in parts if not isinstance(part, Not))
        case _:
            raise TypeError("a query of the common kind has no NOT of its own")


def searching(tree: Tree) -> Holds:
    """Asks a folded text by patterns, term by term, and no further than needed."""
    if isinstance(tree, Words):
        search = re.compile(_pattern(tree.words)).search
        return lambda text, _: search(text) is not None
    return _joined(tree, searching)


def looking(tree: Tree) -> Holds:
    """Asks the words that were found, and the text only for the order of a phrase."""
    if not isinstance(tree, Words):
        return _joined(tree, looking)
    if len(tree.words) == 1:
        word = tree.words[0]
        return lambda _, found: word in found
    search, wanted = re.compile(_pattern(tree.words)).search, frozenset(tree.words)
    return lambda text, found: wanted <= found and search(text) is not None


def _pattern(words: tuple[str, ...]) -> str:
    return rf"\b{_GAP.join(words)}\b"


def _joined(tree: Tree, asked: Callable[[Tree], Holds]) -> Holds:
    match tree:
        case Not(part):
            holds = asked(part)
            return lambda text, found: not holds(text, found)
        case All(parts):
            return _every([asked(part) for part in parts])
        case Either(parts):
            return _any([asked(part) for part in parts])
        case _:
            raise TypeError(f"the peers are not asked for a {type(tree).__name__}")


def _every(parts: list[Holds]) -> Holds:
    def holds(text: str, found: AbstractSet[str]) -> bool:
        for part in parts:  # noqa: SIM110 - all() with a generator takes twice as long
            if not part(text, found):
                return False
        return True

    return holds


def _any(parts: list[Holds]) -> Holds:
    def holds(text: str, found: AbstractSet[str]) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(text, found):
                return True
        return False

    return holds


def condition(tree: Tree) -> str:
    """The same as a condition in SQL."""
    match tree:
        case Words(words):
            return f"regexp_matches(text, '{_pattern(words)}')"
        case Not(part):
            return f"NOT {condition(part)}"
        case All(parts):
            return f"({' AND '.join(map(condition, parts))})"
        case Either(parts):
            return f"({' OR '.join(map(condition, parts))})"
        case _:
            raise TypeError(f"the peers are not asked for a {type(tree).__name__}")
