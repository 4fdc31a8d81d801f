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
BUSY = 3_000  # different words, after which gates are worth their making
LEAST_GATED = 4  # cues
_NUMBERED = re.compile(r"\\\d|\(\?P")  # groups that are spoken of cannot stand beside others
_WORD = re.compile(r"[^\W_]\w*")

Found = tuple[Cue, int, int]
Gate = re.Pattern[str] | None
# what a word may start (behind a gate that tells whether any does), the word itself, and what is tried in all the text
Tried = tuple[Gate, tuple[Cue, ...], tuple[Cue, ...], tuple[Cue, ...]]


class Index:
    """Cues by their first words."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._exact: dict[str, list[tuple[Cue, bool]]] = {}
        self._open: dict[str, list[tuple[Cue, bool]]] = {}
        self._always: list[Cue] = []
        self._signs: dict[str, list[Cue]] = {}
        for cue in cues:
            self._add(cue)
        self._lengths = sorted({len(start) for start in self._open})
        self._sign = _any_of(self._signs)
        self._busy = False
        self._remembered: dict[str | None, dict[str, Tried]] = {}

    def _add(self, cue: Cue) -> None:
        if cue.compiled.sign:
            self._signs.setdefault(cue.compiled.sign, []).append(cue)
        elif cue.compiled.firsts is None:
            self._always.append(cue)
        else:
            for first in cue.compiled.firsts:
                (self._open if first.open else self._exact).setdefault(first.word, []).append((cue, first.behind))

    def scan(self, text: str, words: Iterable[re.Match[str]], spoken: str | None) -> list[Found]:
        """All hits in a folded text with these words, unordered; weak ones of the spoken language only, if known."""
        found: list[Found] = []
        expressions: list[Cue] = []
        remembered = self._remembered.setdefault(spoken, {})
        for word in words:
            tried = remembered.get(word[0])
            if tried is None:
                tried = self._remember(word[0], spoken, remembered)
            gate, phrases, plain, some = tried
            if plain:
                found += [(cue, *word.span()) for cue in plain]
            if some:
                expressions += some
            if phrases and (gate is None or gate.match(text, word.start())):
                for cue in phrases:
                    if hit := cue.compiled.pattern.match(text, word.start()):
                        found.append((cue, *hit.span()))
        if self._sign is not None:
            signs = self._sign.finditer(text)
            found += [(cue, *hit.span()) for hit in signs for cue in self._signs[hit[0]] if _heard(cue, spoken)]
        for cue in dict.fromkeys((*expressions, *self._always)) if expressions else self._always:
            if _heard(cue, spoken):
                found += [(cue, *hit.span()) for hit in cue.compiled.pattern.finditer(text)]
        return found

    def _remember(self, word: str, spoken: str | None, remembered: dict[str, Tried]) -> Tried:
        """What can start with a word: what is tried from it on, and expressions tried on the whole text."""
        starting = dict.fromkeys(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            starting |= dict.fromkeys(self._open.get(word[:length], ()))
        heard = [(cue, behind) for cue, behind in starting if _heard(cue, spoken)]
        phrases = tuple(cue for cue, behind in heard if not behind and not cue.compiled.word)
        plain = tuple(cue for cue, _ in heard if cue.compiled.word)
        tried = _gate(phrases) if self._busy else None, phrases, plain, tuple(cue for cue, behind in heard if behind)
        if len(remembered) >= (MOST_REMEMBERED if self._busy else BUSY):
            self._busy = True
            remembered.clear()
        remembered[word] = tried
        return tried


def _gate(cues: tuple[Cue, ...]) -> Gate:
    """One pattern for many cues, which says at once that none of them is there: the usual case."""
    sources = [cue.compiled.pattern.pattern for cue in cues]
    if len(sources) < LEAST_GATED or any(_NUMBERED.search(source) for source in sources):
        return None
    return re.compile("|".join(f"(?:{source})" for source in sources))


def words_of(text: str) -> list[re.Match[str]]:
    """The words of a folded text with their places."""
    return list(_WORD.finditer(text))


def _heard(cue: Cue, spoken: str | None) -> bool:
    """Strong cues are heard in every language: a miss costs more than a false alarm."""
    return spoken is None or cue.language == spoken or cue.tier == "strong"


def _any_of(signs: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for all signs, longer ones first; None when there are none."""
    sources = [sign_source(sign) for sign in sorted(signs, key=len, reverse=True)]
    return re.compile("|".join(sources)) if sources else None
