"""Other ways to answer many boolean queries, each as good as its documentation makes it, on the same folded texts.

Every peer folds the texts itself (`plain`), gets a list of posts and gives per post the sorted numbers of the queries
that hold, as the matcher does; what it prepares per set of queries is not counted, what it does per post is. A peer
whose package is not installed says how to install it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar

from monitor.bench.holding import NOTHING, looking, needed, searching, words_of
from monitor.bench.plain import plain
from monitor.bench.queries import Tree


class Peer:
    """One way to answer. `needs` is the module it cannot do without and `package` what installs it."""

    name: ClassVar[str]
    needs: ClassVar[str] = "re"
    package: ClassVar[str] = ""
    affordable: ClassVar[int] = 1_000_000_000  # queries times posts that are asked, so that it ends in some seconds
    rounds: ClassVar[int] = 1
    learns: ClassVar[bool] = False  # from the posts it sees; then it has seen some before it is measured

    def __init__(self, trees: Sequence[Tree]) -> None:
        raise NotImplementedError

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        """Per post the sorted numbers of the queries that hold."""
        raise NotImplementedError

    @classmethod
    def missing(cls) -> str | None:
        """How to install what it needs, where that is not installed."""
        return None if find_spec(cls.needs) else f"not installed: pip install {cls.package}"


class Naive(Peer):
    """A compiled pattern per term, asked query by query, put together by Python's own and, or, not."""

    name = "re per query"
    affordable = 150_000

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._holds = [searching(tree) for tree in trees]

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        texts = map(plain, posts)
        return [[nth for nth, holds in enumerate(self._holds) if holds(text, NOTHING)] for text in texts]


class Found(Peer):
    """What the next two share: all words are looked for at once, then the queries that can still hold are asked."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        uses = Counter(word for tree in trees for word in words_of(tree))
        self._words = sorted(uses)
        self._holds = [looking(tree) for tree in trees]
        self._asked: dict[str, list[int]] = defaultdict(list)
        for nth, tree in enumerate(trees):
            for word in needed(tree, uses):
                self._asked[word].append(nth)

    def found(self, text: str) -> set[str]:
        """The words of any query that the text has."""
        raise NotImplementedError

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        return [self._answer(plain(post)) for post in posts]

    def _answer(self, text: str) -> list[int]:
        found, asked = self.found(text), self._asked
        asking = {nth for word in found if word in asked for nth in asked[word]}
        return sorted(nth for nth in asking if self._holds[nth](text, found))


class Combined(Found):
    """One pattern of all words; each stands once in it, so that what is found is found whole."""

    name = "one combined re"
    affordable = 1_000_000

    def __init__(self, trees: Sequence[Tree]) -> None:
        super().__init__(trees)
        self._find = re.compile(rf"\b(?:{'|'.join(self._words)})\b").findall

    def found(self, text: str) -> set[str]:
        return set(self._find(text))


class Automaton(Found):
    """Aho and Corasick's automaton in Rust, over words with the blanks around them."""

    name = "Aho-Corasick"
    needs, package = "ahocorasick_rs", "ahocorasick-rs"
    rounds = 2

    def __init__(self, trees: Sequence[Tree]) -> None:
        super().__init__(trees)
        automaton = import_module(self.needs).AhoCorasick([f" {word} " for word in self._words])
        self._find = automaton.find_matches_as_indexes

    def found(self, text: str) -> set[str]:
        return {self._words[nth] for nth, _, _ in self._find(f" {text} ", overlapping=True)}
