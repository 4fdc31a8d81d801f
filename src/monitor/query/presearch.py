"""Which queries can hold for a text at all: those of which it has a word that must be there.

    query -> anchors: the words of which one must stand, as few texts as can be having one
    text  -> its words -> less those known to be no anchor -> the few left -> queries to evaluate

Words that were met and are no anchor are remembered (`_dull`, bounded), so that nearly all of a text is passed over in
one step of C, with beginnings of words (`veer*`) costing no more than words. How many texts have a word is guessed by
its length at first, then counted over the first texts seen, and the anchors are chosen again; which are chosen has no
part in what holds. What is remembered of texts are single words, in memory, for as long as the process lives.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import filterfalse

from monitor.query.tree import Anchor, Anchors, Node

COUNTED = 3_000  # texts that are counted before the anchors are chosen for good
MOST_DULL = 200_000  # words remembered; then it begins anew
LONGEST_DULL = 40  # bytes; longer ones are addresses and noise, each met once


class Presearch:
    """The anchors of many queries. Queries are known by their number."""

    def __init__(self, trees: Sequence[Node]) -> None:
        self._trees = trees
        self._counts: Counter[Anchor] = Counter()
        self._texts = 0
        self._choose()
        self._known = _Anchors((anchor, ()) for anchor in _all_anchors(trees)) if trees else _Anchors(())

    @property
    def is_settled(self) -> bool:
        """True once the anchors are chosen for good."""
        return self._texts >= COUNTED

    @property
    def anchors(self) -> dict[Anchor, tuple[int, ...]]:
        """Every anchor with the queries that it calls up."""
        return self._anchors.all

    def candidates(self, words: Iterable[bytes]) -> Iterable[int]:
        """The queries that can hold for a text with these words, each once and in no order."""
        if self._texts < COUNTED:
            words = list(words)
            self._count(words)
        found: AbstractSet[int] = self.unanchored
        for word in filterfalse(self._dull.__contains__, words):
            called = self._live.get(word)
            if called is None:
                called = self._meet(word)
            if called:
                found = {*found, *called}
        return found

    def _count(self, words: list[bytes]) -> None:
        for word in set(words):
            self._counts.update(self._known.of(word))
        self._texts += 1
        if self._texts == COUNTED:
            self._choose()

    def _choose(self) -> None:
        called: dict[Anchor, list[int]] = {}
        unanchored = []
        for number, tree in enumerate(self._trees):
            anchors = tree.anchors(self._cost)
            if anchors is None:
                unanchored.append(number)
            for anchor in anchors or ():
                called.setdefault(anchor, []).append(number)
        self.unanchored = frozenset(unanchored)
        self._anchors = _Anchors((anchor, tuple(numbers)) for anchor, numbers in called.items())
        self._live: dict[bytes, tuple[int, ...]] = {}
        self._dull: set[bytes] = set()

    def _cost(self, anchors: Anchors) -> float:
        return sum(self._counts[anchor] + _guess(anchor) for anchor in anchors)

    def _meet(self, word: bytes) -> tuple[int, ...]:
        """A word not met before: what it calls up, remembered."""
        called = tuple({number for anchor in self._anchors.of(word) for number in self._anchors.all[anchor]})
        if called:
            self._live[word] = called
        elif len(word) <= LONGEST_DULL:
            if len(self._dull) >= MOST_DULL:
                self._dull.clear()
            self._dull.add(word)
        return called


class _Anchors:
    """Anchors, and which of them a word is."""

    def __init__(self, anchors: Iterable[tuple[Anchor, tuple[int, ...]]]) -> None:
        self.all = dict(anchors)
        self._sizes = sorted({len(token) for token, stem in self.all if stem})

    def of(self, word: bytes) -> list[Anchor]:
        found = [(word, False)] if (word, False) in self.all else []
        for size in self._sizes:
            if size > len(word):
                break
            if (word[:size], True) in self.all:
                found.append((word[:size], True))
        return found


def _all_anchors(trees: Sequence[Node]) -> set[Anchor]:
    """Every anchor that could be chosen."""
    met: set[Anchor] = set()

    def cost(anchors: Anchors) -> float:
        met.update(anchors)
        return 0.0

    for tree in trees:
        met.update(tree.anchors(cost) or ())
    return met


def _guess(anchor: Anchor) -> float:
    """Short words are common, and beginnings stand for many words; below one text, so that a count decides."""
    token, stem = anchor
    return (2.0 if stem else 1.0) / (2 + len(token)) ** 2
