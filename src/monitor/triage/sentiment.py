"""A machine's guess at what a text says of the brand: negative, neutral or positive, and how sure it is.

    the model's, where it gives one  |  cues' polarity + words of mood (sentiment.toml) -> leaning -> label, confidence

Words of mood are counted in the language of the text, in all four where nothing told it; a negation up to three words
before one turns it round. The figures behind the constants stand in docs/relevance.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.triage.cues.reading import Reading
from monitor.triage.labels import SentimentLabel as Label

__all__ = ["Label", "guess"]

NEUTRAL = 0.1  # a leaning so near to 0 is to no side
MOOD = 0.5  # what words of mood count beside cues, which speak to an organisation
NEGATED_WITHIN = 3  # words
SILENT = 0.5  # confidence in "neutral" where nothing spoke; it is neutral in about half of such texts
LEAST, MOST = 0.55, 0.9  # confidence in a side, from the smallest leaning to a full one
SHORTEST = 3  # letters of the stem of a word with any ending
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_ELSEWHERE = re.compile(r"https?://\S+|@\w+")


def guess(reading: Reading, scores: tuple[Label, float] | None = None) -> tuple[Label, float]:
    """The label and its confidence, 0 to 1. `scores` is the model's guess, which goes first."""
    if scores is not None:
        return scores
    leaning = reading.polarity + MOOD * mood(reading.text, reading.language)
    if abs(leaning) <= NEUTRAL:
        return "neutral", SILENT
    confidence = LEAST + (MOST - LEAST) * min(abs(leaning), 1.0)
    return ("positive" if leaning > 0 else "negative"), confidence


def mood(text: str, language: str | None) -> float:
    """From -1 to 1: by how much words and signs of good mood outnumber those of bad mood."""
    plain = _ELSEWHERE.sub(" ", text.lower().replace("’", "'"))
    sides = [*_words(language).sides(_WORD.findall(plain)), *_signs(plain)]
    return sum(sides) / (len(sides) + 1)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of mood of one language: 1 is good, -1 bad. Those with any ending are known by their stem."""

    whole: Mapping[str, int]
    stems: Mapping[str, int]
    negation: frozenset[str]

    def sides(self, words: list[str]) -> list[int]:
        """The side of every word that has one, turned round where it is negated."""
        return [
            -side if not self.negation.isdisjoint(words[max(at - NEGATED_WITHIN, 0) : at]) else side
            for at, word in enumerate(words)
            if (side := self._side(word))
        ]

    def _side(self, word: str) -> int:
        if word in self.whole:
            return self.whole[word]
        return next(
            (self.stems[word[:end]] for end in range(len(word), SHORTEST - 1, -1) if word[:end] in self.stems), 0
        )


@cache
def _words(language: str | None) -> _Words:
    """Of one language, or of all where it is unknown."""
    tables = _tables()
    chosen = [tables[language]] if language in tables else [one for key, one in tables.items() if key != "signs"]
    sides = (("positive", 1), ("negative", -1))
    side = {word: way for one in chosen for key, way in sides for word in one[key]}
    return _Words(
        {word: way for word, way in side.items() if not word.endswith("*")},
        {word[:-1]: way for word, way in side.items() if word.endswith("*")},
        frozenset(word for one in chosen for word in one["negation"]),
    )


def _signs(plain: str) -> list[int]:
    pattern, side = _known_signs()
    return [side[found] for found in pattern.findall(plain)]


@cache
def _known_signs() -> tuple[re.Pattern[str], Mapping[str, int]]:
    """Emoji and emoticons; of a letter in one, as in :d, no word goes on behind it."""
    table = _tables()["signs"]
    side = dict.fromkeys(table["positive"], 1) | dict.fromkeys(table["negative"], -1)
    longest = sorted(side, key=len, reverse=True)
    return re.compile("|".join(re.escape(one) + (r"(?!\w)" if one[-1].isalpha() else "") for one in longest)), side


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("monitor.triage").joinpath("sentiment.toml").read_text(encoding="utf-8"))
