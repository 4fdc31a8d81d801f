"""What words weigh in every head of a model: summed over a text, or word by word for an explanation.

sum of (1 + log times) * weights of a term, divided by the text's length in the same terms
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from monitor.triage.classifier.features import Floats, Vocabulary, gram_values

CACHED = 50_000  # words whose n-grams' weights are kept


class Weights:
    """The weights of words and pairs, and of words' n-grams, each row with its squared length as last column."""

    def __init__(self, known: Vocabulary, words: Floats, grams: Floats) -> None:
        """`words` and `grams` are of (terms, heads), for terms of length 1 times their idf."""
        self._terms = known.words
        self._term_rows = np.column_stack([words * known.word_idf[:, None], known.word_idf**2])
        self._known = known
        self._grams = grams
        self._word: dict[str, int] = {}
        self._word_rows = np.zeros((1024, words.shape[1] + 1))

    def summed(self, plain: Sequence[str]) -> Floats:
        """What a text weighs in every head."""
        terms = [*plain, *map(" ".join, pairwise(plain))]
        known = self._terms
        columns = [known[term] for term in terms if term in known]
        rows = self._rows(plain)  # first: it may put a longer table in the place of the old one
        return _summed(self._term_rows, columns) + _summed(self._word_rows, rows)

    def each(self, plain: Sequence[str]) -> Floats:
        """What each word weighs in every head, of (words, heads): itself, half of its pairs, and its n-grams."""
        terms = np.zeros((len(plain), self._term_rows.shape[1]))
        for at, word in enumerate(plain):
            if (column := self._terms.get(word)) is not None:
                terms[at] += self._term_rows[column]
        for at, pair in enumerate(map(" ".join, pairwise(plain))):
            if (column := self._terms.get(pair)) is not None:
                terms[at : at + 2] += self._term_rows[column] / 2
        rows = self._rows(plain)
        return _divided(terms) + _divided(self._word_rows[rows])

    def _rows(self, plain: Sequence[str]) -> list[int]:
        known = self._word
        try:
            return [known[word] for word in plain]
        except KeyError:
            return self._learn(plain)

    def _learn(self, plain: Sequence[str]) -> list[int]:
        """The rows of these words, those that were not seen before reckoned now."""
        if len(self._word) + len(plain) > CACHED:
            self._word.clear()
        while len(self._word) + len(plain) > len(self._word_rows):
            self._word_rows = np.concatenate([self._word_rows, np.zeros_like(self._word_rows)])
        for word in plain:
            if word not in self._word:
                self._word_rows[len(self._word)] = self._reckoned(word)
                self._word[word] = len(self._word)
        return [self._word[word] for word in plain]

    def _reckoned(self, word: str) -> Floats:
        own = gram_values(word, self._known)
        values = np.array(list(own.values()))
        weights = values @ self._grams[list(own)] if own else np.zeros(self._grams.shape[1])
        return np.append(weights, values @ values)


def _summed(rows: Floats, columns: list[int]) -> Floats:
    if len(set(columns)) == len(columns):
        taken = rows.take(columns, axis=0).sum(axis=0)
        return _of_length_one(taken[:-1], taken[-1])
    counted = Counter(columns)
    shares = 1 + np.log(np.array(list(counted.values()), dtype=np.float64))
    taken = rows.take(list(counted), axis=0)
    return _of_length_one(shares @ taken[:, :-1], (shares * shares) @ taken[:, -1])


def _divided(rows: Floats) -> Floats:
    """Rows without their last column, by the length that it sums up to."""
    return _of_length_one(rows[:, :-1], rows[:, -1].sum())


def _of_length_one(weights: Floats, squared: float) -> Floats:
    return weights / math.sqrt(squared) if squared > 0 else weights * 0.0
