"""What is known of one word of a name: is it a first name, a surname, a word of the language, or nothing known?

How sure: 2 is a name and nothing else, 1 is a name and a word (Roos, Bakker), 0 is no name that is known.
"""

import functools
import re

from monitor.query.lexicon.lists import section
from monitor.query.words import fold

SURE, PERHAPS, NO = 2, 1, 0
_HYPHENS = re.compile(r"[-‐‑–]")


def first(word: str) -> int:
    """How sure `word` is a first name. `Anne-Sofie` is one when all its parts are; a letter is passed over."""
    return min((_first(part) for part in _HYPHENS.split(word) if len(part) > 1 or part == word), default=NO)


def last(word: str) -> int:
    """How sure `word` is a surname. `Jansen-Hjelm` is one when a part is and the others could be."""
    parts = _HYPHENS.split(word)
    return max(map(_last, parts)) if len(parts) == 1 or all(_last(one) or strange(one) for one in parts) else NO


def strange(word: str) -> bool:
    """No list knows it, and it looks like no kind of thing: it may be a surname."""
    return all(map(_strange, _HYPHENS.split(word)))


def particle(word: str) -> bool:
    """`van`, `de`, `el`: what stands between first name and surname."""
    found = word.lower() if word.endswith("'") else fold(word)
    return found in _shape("particle", "loose particle")


def thing(word: str) -> bool:
    """It says that the phrase is about an organisation, a place or a thing."""
    folded = fold(word)
    return folded in _shape("organisation") or (_last(word) == NO and _first(word) == NO and _ends_as_thing(folded))


@functools.lru_cache(4096)
def _first(word: str) -> int:
    folded = fold(word)
    if folded in _shape("first all the same"):
        return SURE
    if folded in _shape("word first", "word before name"):
        return PERHAPS
    if folded in _shape("no first name", "particle", "loose particle", "no surname"):
        return NO
    if folded in section("names", "first", "first also a word", "both", "both also a word"):
        return PERHAPS if folded in section("words") else SURE
    if folded in section("by_hand", "first"):
        return PERHAPS if folded in section("words") else SURE
    return PERHAPS if folded in section("names", "rare") else NO


@functools.lru_cache(4096)
def _last(word: str) -> int:
    folded = fold(word)
    if folded in _shape("no surname", "particle"):
        return NO
    if folded in section("names", "last also a word", "both also a word") | section("by_hand", "last also a word"):
        return PERHAPS
    if folded in section("names", "last", "both") | section("by_hand", "last"):
        return PERHAPS if folded in section("words") | _shape("place") else SURE
    return NO


@functools.lru_cache(4096)
def _strange(word: str) -> bool:
    folded = fold(word)
    return (
        len(folded) > 2
        and folded.isalpha()
        and folded not in section("words") | _shape("organisation", "place", "no surname", "no first name", "role")
        and folded not in section("names", "first also a word", "rare also a word")
        and not _ends_as_thing(folded)
    )


def _ends_as_thing(folded: str) -> bool:
    return any(folded.endswith(ending) and len(folded) > len(ending) + 1 for ending in _shape("ending"))


def _shape(*names: str) -> frozenset[str]:
    return section("shapes", *names)
