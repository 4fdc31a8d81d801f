"""A text as numbers: words and pairs of words, character n-grams within words, how it is written, what cues say.

    text --tokens--> words, pairs    tf-idf, length 1
                     n-grams 2 to 5  tf-idf summed per word, length 1 by the words' lengths
                     manner          capitals, marks, length: from 0 to 1
    Reading          cue features    two per class; the cues' own verdict

Names (@user), addresses and figures become placeholders, drawn-out letters are squeezed. An n-gram's share of a text
is the sum of its words' shares, so that a word's weight is known once and for all: that makes scoring fast, and
explains a score by words.
"""

import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
LONGEST = 2_000  # characters that are read; kept posts are far shorter
NAME, ADDRESS, FIGURE = "@", "http", "0"
MANNER = ("shouting", "exclaims", "asks", "trails off", "has address", "names", "names first", "figures", "length")
_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+|@\w+|[:;=][-o*']?[)(\]\[dp/|]|\w+(?:['’]\w+)*|\?+|!+|\.{2,}|…|[^\w\s.,]", re.IGNORECASE
)
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_DIGITS = re.compile(r"\d+")
_SHORTEST, _LONGEST_GRAM = 2, 5


def written(text: str) -> list[str]:
    """The words and marks of a text as they stand there."""
    return _TOKEN.findall(text[:LONGEST])


def words(text: str) -> list[str]:
    """The words and marks of a text as they are counted."""
    return [folded(one) for one in written(text)]


def places(text: str) -> list[tuple[int, int]]:
    """Where each of them stands."""
    return [found.span() for found in _TOKEN.finditer(text[:LONGEST])]


@functools.lru_cache(maxsize=50_000)
def folded(token: str) -> str:
    """How a token is counted."""
    if token.isalpha():
        return _DRAWN_OUT.sub(r"\1\1", token.lower())
    first = token[0]
    if first == "@" and len(token) > 1:
        return NAME
    if token[:4].lower() in {"http", "www."} and len(token) > 4 and not token.isalnum():
        return ADDRESS
    if first in "!?.":
        return first * min(len(token), 2)
    return _DRAWN_OUT.sub(r"\1\1", _DIGITS.sub(FIGURE, token.lower().replace("’", "'")))


def pairs(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words as one term each."""
    for first, second in itertools.pairwise(words):
        yield f"{first} {second}"


def grams(word: str) -> list[str]:
    """The character n-grams of a word with its edges; marks and placeholders have none."""
    if not word[0].isalnum() or word in {ADDRESS, FIGURE}:
        return []
    edged = f" {word} "
    sizes = range(_SHORTEST, min(_LONGEST_GRAM, len(edged)) + 1)
    return [edged[at : at + size] for size in sizes for at in range(len(edged) - size + 1)]


def manner(text: str, as_written: Sequence[str], plain: Sequence[str]) -> list[float]:
    """How a text is written: one number from 0 to 1 for each of `MANNER`."""
    shouted = sum(len(one) > 2 and one.isupper() for one in as_written)
    count = plain.count
    return [
        min(1.0, 3 * shouted / (len(plain) or 1)),
        min(1.0, (count("!") + 2 * count("!!")) / 3),
        min(1.0, (count("?") + 2 * count("??")) / 3),
        min(1.0, (count("..") + count("…")) / 2),
        min(1.0, float(count(ADDRESS))),
        min(1.0, count(NAME) / 3),
        float(plain[:1] == [NAME]),
        min(1.0, count(FIGURE) / 3),
        min(1.0, math.log1p(len(text)) / 7),
    ]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms a model knows, each with its column and its inverse document frequency."""

    words: Mapping[str, int]
    grams: Mapping[str, int]
    word_idf: Floats
    gram_idf: Floats


def vocabulary(texts: Iterable[Sequence[str]], *, at_least: int = 2, most: int = 60_000) -> Vocabulary:
    """The terms of these texts that stand in `at_least` of them; of each sort the `most` frequent ones."""
    terms: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    total = 0
    for plain in texts:
        total += 1
        terms.update({*plain, *pairs(plain)})
        parts.update({gram for word in set(plain) for gram in grams(word)})
    known, known_parts = (_frequent(counted, at_least, most) for counted in (terms, parts))
    return Vocabulary(
        {term: at for at, term in enumerate(known)},
        {term: at for at, term in enumerate(known_parts)},
        _idf([terms[term] for term in known], total),
        _idf([parts[gram] for gram in known_parts], total),
    )


def _frequent(counted: Counter[str], at_least: int, most: int) -> list[str]:
    kept = [term for term, times in counted.items() if times >= at_least]
    return sorted(sorted(kept, key=lambda term: (-counted[term], term))[:most])


def _idf(times: Sequence[int], total: int) -> Floats:
    """Smoothed inverse document frequency, as scikit-learn reckons it."""
    return np.log((1 + total) / (1 + np.asarray(times, dtype=np.float64))) + 1


def word_terms(plain: Sequence[str], known: Vocabulary) -> tuple[list[int], list[float]]:
    """Columns and values of the words and pairs of a text, of length 1."""
    counted = Counter(known.words[term] for term in (*plain, *pairs(plain)) if term in known.words)
    values = [(1 + math.log(times)) * float(known.word_idf[column]) for column, times in counted.items()]
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return list(counted), [value / length for value in values]


def gram_terms(plain: Sequence[str], known: Vocabulary) -> tuple[list[int], list[float]]:
    """Columns and values of the n-grams of a text; its length is that of its words."""
    summed: dict[int, float] = {}
    squared = 0.0
    for word, times in Counter(plain).items():
        share = 1 + math.log(times)
        own = gram_values(word, known)
        squared += share * share * sum(value * value for value in own.values())
        for column, value in own.items():
            summed[column] = summed.get(column, 0.0) + share * value
    length = math.sqrt(squared) or 1.0
    return list(summed), [value / length for value in summed.values()]


def gram_values(word: str, known: Vocabulary) -> dict[int, float]:
    """The columns and values of one word's n-grams."""
    counted = Counter(known.grams[gram] for gram in grams(word) if gram in known.grams)
    return {column: times * float(known.gram_idf[column]) for column, times in counted.items()}
