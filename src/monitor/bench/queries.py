"""Boolean queries of 1 to 16 terms, made of a corpus's own words, that can say what they hold for without the matcher.

    common   words, phrases, AND, OR, NOT              every peer can answer these, so peers are compared on them
    whole    the same and word*, NEAR/n, #tag, !Case   what the language can; the matcher's own targets are set on these

Half of a query's terms are names of something (rare words, a third of which no post has, as most brands are not in
most posts), the others set them in context (middling words) or leave something out.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.bench.plain import Reading, plain
from monitor.bench.vocabulary import name

TERMS = tuple(range(1, 17))
SHARES = (20, 18, 14, 11, 8, 7, 5, 4, 3, 2, 2, 2, 1, 1, 1, 1)  # of queries with 1, 2, ... 16 terms
SHORTEST = 4  # letters; shorter ones are function words, or read like operators
RARE = 8 / 20_000  # of the posts have a rare word at most
MIDDLING = (20 / 20_000, 600 / 20_000)
ABSENT = 1 / 3
BETWEEN = 5  # words, of NEAR


class Tree:
    """A query that can write itself and be asked of a text."""

    def written(self) -> str:
        """As the monitor's language writes it."""
        raise NotImplementedError

    def holds(self, reading: Reading) -> bool:
        """The slow answer, straight from the words' places."""
        raise NotImplementedError

    def terms(self) -> int:
        """How many words, phrases and the like it is made of."""
        return 1


@dataclass(frozen=True, slots=True)
class Words(Tree):
    """A word, or a phrase of several."""

    words: tuple[str, ...]

    def written(self) -> str:
        return self.words[0] if len(self.words) == 1 else f'"{" ".join(self.words)}"'

    def holds(self, reading: Reading) -> bool:
        return reading.phrase(self.words)


@dataclass(frozen=True, slots=True)
class Stem(Tree):
    """Any word that begins so."""

    stem: str

    def written(self) -> str:
        return f"{self.stem}*"

    def holds(self, reading: Reading) -> bool:
        return any(word.startswith(self.stem) for word in reading.places)


@dataclass(frozen=True, slots=True)
class Near(Tree):
    """Two words with a few others between them at most."""

    one: str
    other: str

    def written(self) -> str:
        return f"{self.one} NEAR/{BETWEEN} {self.other}"

    def holds(self, reading: Reading) -> bool:
        return reading.near(self.one, self.other, BETWEEN)


@dataclass(frozen=True, slots=True)
class Tag(Tree):
    """A hashtag, whole."""

    tag: str

    def written(self) -> str:
        return f"#{self.tag}"

    def holds(self, reading: Reading) -> bool:
        return self.tag in reading.tags


@dataclass(frozen=True, slots=True)
class Cased(Tree):
    """A word with this case and no other."""

    word: str

    def written(self) -> str:
        return f"!{self.word}"

    def holds(self, reading: Reading) -> bool:
        return self.word in reading.cased


@dataclass(frozen=True, slots=True)
class All(Tree):
    """Every part."""

    parts: tuple[Tree, ...]

    def written(self) -> str:
        return " AND ".join(_bracketed(part) for part in self.parts)

    def holds(self, reading: Reading) -> bool:
        return all(part.holds(reading) for part in self.parts)

    def terms(self) -> int:
        return sum(part.terms() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either(Tree):
    """Any part."""

    parts: tuple[Tree, ...]

    def written(self) -> str:
        return " OR ".join(_bracketed(part) for part in self.parts)

    def holds(self, reading: Reading) -> bool:
        return any(part.holds(reading) for part in self.parts)

    def terms(self) -> int:
        return sum(part.terms() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not(Tree):
    """What must be absent."""

    part: Tree

    def written(self) -> str:
        return f"NOT {_bracketed(self.part)}"

    def holds(self, reading: Reading) -> bool:
        return not self.part.holds(reading)

    def terms(self) -> int:
        return self.part.terms()


def _bracketed(part: Tree) -> str:
    return f"({part.written()})" if isinstance(part, All | Either | Near) else part.written()


class Maker:
    """Makes queries of the words that these posts have; the same seed makes the same ones."""

    def __init__(self, posts: Sequence[str], seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - the same again for the same seed is the point
        self._posts = [plain(post).split() for post in self._rng.sample(list(posts), min(len(posts), 2_000))]
        counts = Counter(word for post in posts for word in {*plain(post).split()} if _usable(word))
        often = len(posts) * RARE
        low, high = (len(posts) * share for share in MIDDLING)
        self._rare = sorted(word for word, uses in counts.items() if uses <= max(often, 1))
        self._known = frozenset(self._rare)
        self._middling = sorted(word for word, uses in counts.items() if low <= uses <= high) or self._rare
        tags = {tag for post in posts if "#" in post for tag in Reading(post).tags}
        self._tags = sorted(self._known & tags)

    def common(self, count: int) -> list[Tree]:
        """Queries that every peer can answer."""
        return [self._query(whole=False) for _ in range(count)]

    def whole(self, count: int) -> list[Tree]:
        """Queries with everything the language can."""
        return [self._query(whole=True) for _ in range(count)]

    def _query(self, *, whole: bool) -> Tree:
        terms = self._rng.choices(TERMS, SHARES)[0]
        names = _either([self._name(whole=whole) for _ in range((terms + 1) // 2)])
        others = terms // 2
        if not others:
            return names
        if self._rng.random() < 0.25:
            return _either([names, *(self._name(whole=whole) for _ in range(others))])
        left_out = self._rng.randint(0, others)
        context = [_either([self._context() for _ in range(others - left_out)])] if left_out < others else []
        without = [Not(_either([self._context() for _ in range(left_out)]))] if left_out else []
        return All((names, *context, *without))

    def _name(self, *, whole: bool) -> Tree:
        """What a query is about: a rare word, a phrase, or in the whole language something that only it has."""
        kind = self._rng.random()
        if kind < 0.25:
            return self._phrase()
        if whole and kind < 0.60:
            return self._special(kind)
        return Words((self._rare_word(),))

    def _special(self, kind: float) -> Tree:
        if kind < 0.35:
            return Near(self._rare_word(), self._rng.choice(self._middling))
        if kind < 0.45 and self._tags:
            return Tag(self._rng.choice(self._tags))
        if kind < 0.52:
            return Cased(self._rare_word().capitalize())
        word = self._rare_word()
        return Stem(word[: max(8, len(word) - 3)])

    def _context(self) -> Tree:
        return Words((self._rng.choice(self._middling),))

    def _rare_word(self) -> str:
        if self._rng.random() < ABSENT:
            return plain(name(self._rng) + name(self._rng)).strip()
        return self._rng.choice(self._rare)

    def _phrase(self) -> Words:
        """A rare word and one beside it, as some post has them."""
        post = self._rng.choice(self._posts)
        pairs = [pair for pair in pairwise(post) if all(map(_usable, pair)) and not self._known.isdisjoint(pair)]
        return Words(self._rng.choice(pairs) if pairs else (self._rare_word(), self._rare_word()))


def _usable(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _either(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else Either(tuple(parts))
