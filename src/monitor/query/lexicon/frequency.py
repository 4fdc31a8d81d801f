"""Frequency: which words are so common that alone they find everything but the brand, and how common they are.

`data/words.txt` has the frequent words of Dutch, English, French and German, the most frequent first.
`data/companies.txt` has further dictionary words that are names of companies: a query for one of them asks for a word
beside it.
"""

import functools

from monitor.query.lexicon.lists import beginning, section, sections
from monitor.query.words import fold


def common(word: str) -> bool:
    """Whether a word is in everybody's dictionary: `action`, `bol`, `shell`. Something of several words is not."""
    folded = fold(word)
    return folded in section("words") or folded in section("companies")


@functools.cache
def _ranks() -> dict[str, int]:
    return {word: place for place, word in enumerate(sections("words")[""])}


def common_from(stem: str) -> list[str]:
    """The frequent words that begin so and go on, the most frequent first: what a star after `stem` would take."""
    return sorted((word for word in beginning("words", stem) if word != stem), key=_ranks().__getitem__)
