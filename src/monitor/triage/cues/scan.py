"""The hot path: which cues hit a text, by looking its words up instead of trying every cue.

    words of the text -> cues that can start there -> verified -> (cue, start, end)

The words are looked up in one dict; what a word can start is remembered, so that a prefix ("delay*") is worked out
once per word and not per text. Only expressions without a certain first word are tried on every text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.triage.cues.files import Cue
from monitor.triage.cues.pattern import sign_source

MOST_REMEMBERED = 50_000  # words; then all are forgotten, so that hostile texts cannot fill the memory
BUSY = 3_000  # different words, after which gates are worth their making
LEAST_GATED = 2  # cues
_NUMBERED = re.compile(r"\\\d|\(\?P")  # groups that are spoken of cannot stand beside others
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]\w*")

Found = tuple[Cue, int, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a word may start: cues that it is, phrases by their second word, others, and what all the text is tried for.

    The `gate` says at once that none of the others is there.
    """

    plain: tuple[Cue, ...]
    phrases: dict[str, tuple[Cue, ...]]
    others: tuple[Cue, ...]
    gate: re.Pattern[str] | None
    anywhere: tuple[Cue, ...]


NOTHING = Tried((), {}, (), None, ())


class Index:
    """Cues by their first words."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._exact: dict[str, list[tuple[Cue, bool]]] = {}
        self._open: dict[str, list[tuple[Cue, bool]]] = {}
        self._always: list[Cue] = []
        self._signs: dict[str, list[Cue]] = {}
        for cue in cues:
            self._add(cue)
        self._wordy = [cue for cue in self._always if not cue.compiled.digit]
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

    def scan(self, text: str, words: Sequence[re.Match[str]], spoken: str | None) -> list[Found]:
        """All hits in a folded text with these words, unordered; weak ones of the spoken language only, if known."""
        found: list[Found] = []
        expressions: list[Cue] = []
        remembered = self._remembered.setdefault(spoken, {})
        following = [*(word[0] for word in words[1:]), ""]
        for word, after in zip(words, following, strict=False):
            tried = remembered.get(word[0]) or self._remember(word[0], spoken, remembered)
            if tried is NOTHING:
                continue
            if tried.plain:
                found += [(cue, *word.span()) for cue in tried.plain]
            if tried.phrases and (cues := tried.phrases.get(after)):
                _match(cues, text, word.start(), found)
            if tried.others and (tried.gate is None or tried.gate.match(text, word.start())):
                _match(tried.others, text, word.start(), found)
            if tried.anywhere:
                expressions += tried.anywhere
        self._look_everywhere(text, expressions, spoken, found)
        return found

    def _look_everywhere(self, text: str, expressions: list[Cue], spoken: str | None, found: list[Found]) -> None:
        if self._sign is not None:
            signs = self._sign.finditer(text)
            found += [(cue, *hit.span()) for hit in signs for cue in self._signs[hit[0]] if _heard(cue, spoken)]
        always = self._always if _DIGIT.search(text) else self._wordy
        for cue in dict.fromkeys((*expressions, *always)) if expressions else always:
            if _heard(cue, spoken):
                for hit in cue.compiled.pattern.finditer(text):
                    found.append((cue, *hit.span()))

    def _remember(self, word: str, spoken: str | None, remembered: dict[str, Tried]) -> Tried:
        if len(remembered) >= (MOST_REMEMBERED if self._busy else BUSY):
            self._busy = True
            remembered.clear()
        remembered[word] = tried = self._tried(word, spoken)
        return tried

    def _tried(self, word: str, spoken: str | None) -> Tried:
        starting = dict.fromkeys(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            starting |= dict.fromkeys(self._open.get(word[:length], ()))
        heard = [(cue, behind) for cue, behind in starting if _heard(cue, spoken)]
        if not heard:
            return NOTHING
        here = [cue for cue, behind in heard if not behind and not cue.compiled.word]
        others = tuple(cue for cue in here if cue.compiled.seconds is None)
        return Tried(
            tuple(cue for cue, _ in heard if cue.compiled.word),
            _by_second(here),
            others,
            _gate(others) if self._busy else None,
            tuple(cue for cue, behind in heard if behind),
        )


def _match(cues: Iterable[Cue], text: str, at: int, found: list[Found]) -> None:
    for cue in cues:
        if hit := cue.compiled.pattern.match(text, at):
            found.append((cue, *hit.span()))  # noqa: PERF401 - mostly none hits, and a generator costs more


def _by_second(cues: Iterable[Cue]) -> dict[str, tuple[Cue, ...]]:
    found: dict[str, tuple[Cue, ...]] = {}
    for cue in cues:
        for second in cue.compiled.seconds or ():
            found[second] = (*found.get(second, ()), cue)
    return found


def _gate(cues: tuple[Cue, ...]) -> re.Pattern[str] | None:
    """One pattern for many cues, which says at once that none of them is there: the usual case."""
    sources = [cue.compiled.source for cue in cues]
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
