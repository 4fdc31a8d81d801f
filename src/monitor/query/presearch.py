"""Which queries can hold for a text at all: those of which it has a word that must be there.

    query -> anchors: the words of which one must stand, as few texts as can be having one
    text  -> its words -> those that are anchors, or begin as one does -> queries to evaluate

A text's words are compared with all anchors in one step of C. Beginnings of words (`veer*`) are compared by their
first few letters, in another; only where those are met, the words are gone through. How many texts have a word is
guessed by its length at first, then counted over the first texts seen, and the anchors are chosen again; which are
chosen has no part in what holds.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter

from monitor.query.tree import Anchor, Anchors, Close, Node, Phrase, walk

COUNTED = 3_000  # texts that are counted before the anchors are chosen for good
SIZES = (3, 4, 5)  # letters by which beginnings of words are told apart first
MOST_REMEMBERED = 20_000  # words with the first letters of an anchor; then it begins anew
LONGEST_REMEMBERED = 40  # bytes


class Presearch:
    """The anchors of many queries. Queries are known by their number."""

    def __init__(self, trees: Sequence[Node]) -> None:
        self._trees = trees
        self._counts: Counter[Anchor] = Counter()
        self._texts = 0
        self.words = frozenset(token for tree in trees for token in _tokens(tree))
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

    def candidates(self, words: Collection[bytes], asked: AbstractSet[bytes] | None = None) -> Collection[int]:
        """The queries that can hold for a text with these words, each once and in no order.

        `asked`: those of the words that some query asks for, where they are known already.
        """
        if self._texts < COUNTED:
            self._count(words)
        found = [*self.unanchored]
        called = self._called
        for word in self.words.intersection(words) if asked is None else asked:
            if word in called:
                found += called[word]
        for cut, heads in self._heads:
            if not heads.isdisjoint(map(cut, words)):
                for word in [word for word in words if cut(word) in heads]:
                    found += self._begun(word)
        return set(found) if len(found) > 1 else found

    def _count(self, words: Iterable[bytes]) -> None:
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
        self._called = {token: numbers for (token, stem), numbers in self._anchors.all.items() if not stem}
        stems = [token for token, stem in self._anchors.all if stem]
        self._heads = [(itemgetter(slice(size)), heads) for size in SIZES if (heads := _heads(stems, size))]
        self._begin: dict[bytes, tuple[int, ...]] = {}

    def _cost(self, anchors: Anchors) -> float:
        return sum(self._counts[anchor] + _guess(anchor) for anchor in anchors)

    def _begun(self, word: bytes) -> tuple[int, ...]:
        """What a word calls up by how it begins; remembered, since most are met again."""
        called = self._begin.get(word)
        if called is None:
            if len(self._begin) >= MOST_REMEMBERED:
                self._begin.clear()
            called = tuple(number for anchor in self._anchors.beginning(word) for number in self._anchors.all[anchor])
            if len(word) <= LONGEST_REMEMBERED:
                self._begin[word] = called
        return called


def _heads(stems: Sequence[bytes], size: int) -> frozenset[bytes]:
    """The first `size` bytes of those stems that no longer size of head is there for."""
    longer = [one for one in SIZES if one > size]
    return frozenset(stem[:size] for stem in stems if len(stem) >= size and not (longer and len(stem) >= longer[0]))


class _Anchors:
    """Anchors, and which of them a word is."""

    def __init__(self, anchors: Iterable[tuple[Anchor, tuple[int, ...]]]) -> None:
        self.all = dict(anchors)
        self._stems = frozenset(token for token, stem in self.all if stem)
        self._sizes = sorted(set(map(len, self._stems)))

    def of(self, word: bytes) -> list[Anchor]:
        return [(word, False), *self.beginning(word)] if (word, False) in self.all else self.beginning(word)

    def beginning(self, word: bytes) -> list[Anchor]:
        """The anchors that are how the word begins."""
        return [(word[:size], True) for size in self._sizes if word[:size] in self._stems and size <= len(word)]


def _tokens(tree: Node) -> Iterator[bytes]:
    """Every whole word that the tree asks for or can be anchored by."""
    for node in walk(tree):
        if isinstance(node, Phrase | Close):
            yield from (word.token for word in node.words if not word.stem)
        elif not node.below:
            yield from (token for token, stem in _all_anchors([node]) if not stem)


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
