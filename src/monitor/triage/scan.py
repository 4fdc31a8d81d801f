"""The hot path: which cues hit a text, by looking its words up instead of trying every cue.

    words of the text -> cues that can start there -> verified -> (cue, start, end)

The words are looked up in one dict; what a word can start is remembered, so that a prefix ("delay*") is worked out
once per word and not per text. Only expressions without a certain first word are tried on every text.
"""

import re
from collections.abc import Iterable

from monitor.triage.cue_files import Cue
from monitor.triage.cue_pattern import sign_source

MOST_REMEMBERED = 50_000  # words; then all are forgotten, so that hostile texts cannot fill the memory
_WORD = re.compile(r"[^\W_]\w*")

Found = tuple[Cue, int, int]
Phrases = tuple[tuple[Cue, re.Pattern[str] | None], ...]  # without a pattern the word itself is the cue


class Index:
    """Cues by their first words."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._exact: dict[str, list[Cue]] = {}
        self._open: dict[str, list[Cue]] = {}
        self._always: list[Cue] = []
        self._signs: dict[str, list[Cue]] = {}
        for cue in cues:
            self._add(cue)
        self._lengths = sorted({len(start) for start in self._open})
        self._sign = _any_of(self._signs)
        self._remembered: dict[str, tuple[Phrases, tuple[Cue, ...]]] = {}

    def _add(self, cue: Cue) -> None:
        if cue.compiled.sign:
            self._signs.setdefault(cue.compiled.sign, []).append(cue)
        elif cue.compiled.firsts is None:
            self._always.append(cue)
        else:
            for first in cue.compiled.firsts:
                (self._open if first.open else self._exact).setdefault(first.word, []).append(cue)

    def scan(self, text: str) -> tuple[list[Found], set[str]]:
        """All hits in a folded text, unordered, and its words."""
        found: list[Found] = []
        words: set[str] = set()
        expressions: list[Cue] = []
        remembered = self._remembered
        for word in _WORD.finditer(text):
            written = word[0]
            words.add(written)
            known = remembered.get(written)
            if known is None:
                known = self._remember(written)
            phrases, some = known
            if some:
                expressions += some
            for cue, pattern in phrases:
                if pattern is None:
                    found.append((cue, *word.span()))
                elif hit := pattern.match(text, word.start()):
                    found.append((cue, *hit.span()))
        if self._sign is not None:
            found += [(cue, *hit.span()) for hit in self._sign.finditer(text) for cue in self._signs[hit[0]]]
        for cue in dict.fromkeys((*expressions, *self._always)) if expressions else self._always:
            found += [(cue, *hit.span()) for hit in cue.compiled.pattern.finditer(text)]
        return found, words

    def _remember(self, word: str) -> tuple[Phrases, tuple[Cue, ...]]:
        """What can start with a word: phrases, and expressions that are then tried on the whole text."""
        cues = dict.fromkeys(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            cues |= dict.fromkeys(self._open.get(word[:length], ()))
        phrases = tuple(
            (cue, None if cue.compiled.word else cue.compiled.pattern) for cue in cues if not cue.text.startswith("re:")
        )
        known = phrases, tuple(cue for cue in cues if cue.text.startswith("re:"))
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[word] = known
        return known


def _any_of(signs: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for all signs, longer ones first; None when there are none."""
    sources = [sign_source(sign) for sign in sorted(signs, key=len, reverse=True)]
    return re.compile("|".join(sources)) if sources else None
