"""Parts of a query that are no words: exact characters, hashtags, accounts, links, and what is known of a post."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from monitor.query.node import MOST_SPANS, SHORTEST_BEGINNING, Anchors, Cost, Node, cheapest
from monitor.query.text import Text
from monitor.query.words import Span, begins_with_word, folded_words, is_word


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """These very characters; where they begin or end with a letter or digit, a word does."""

    characters: str

    def holds(self, text: Text) -> bool:
        return self.characters in text.whole and any(True for _ in self._found(text.whole))

    def spans(self, text: Text) -> list[Span]:
        return list(islice(self._found(text.whole), MOST_SPANS))

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((frozenset([(token, False)]) for token in folded_words(self.characters)), cost)

    def _found(self, whole: str) -> Iterator[Span]:
        size = len(self.characters)
        begins_word, ends_word = begins_with_word(self.characters), begins_with_word(reversed(self.characters))
        at = whole.find(self.characters)
        while at >= 0:
            if begins_word and at and is_word(whole[at - 1]):
                at = whole.find(self.characters, _next_word(whole, at))
                continue
            if not (ends_word and at + size < len(whole) and is_word(whole[at + size])):
                yield at, at + size
            at = whole.find(self.characters, at + 1)


def _next_word(whole: str, at: int) -> int:
    """Behind the word at `at`: whatever begins within it does not begin a word."""
    while at < len(whole) and is_word(whole[at]):
        at += 1
    return at


@dataclass(frozen=True, slots=True)
class Hashtag(Node):
    """A hashtag in the text, or what its source files it under; `stem`: those that begin so."""

    name: str
    stem: bool = False

    def holds(self, text: Text) -> bool:
        return any(self._is_it(name) for name, _ in text.hashtags)

    def spans(self, text: Text) -> list[Span]:
        return [span for name, span in text.hashtags if span and self._is_it(name)]

    def anchors(self, cost: Cost) -> Anchors | None:
        *tokens, last = folded_words(self.name)
        begins = self.stem and not self.name.endswith("_")
        ends = [(last, begins)] if not begins or len(last) >= SHORTEST_BEGINNING else []
        return cheapest([frozenset([anchor]) for anchor in [*((token, False) for token in tokens), *ends]], cost)

    def _is_it(self, name: str) -> bool:
        return name.startswith(self.name) if self.stem else name == self.name


@dataclass(frozen=True, slots=True)
class Handle(Node):
    """An account that the text names: by its name alone on whatever host, or by name and host."""

    name: str
    host: str = ""

    def holds(self, text: Text) -> bool:
        return bool(self.spans(text))

    def spans(self, text: Text) -> list[Span]:
        return [span for name, host, span in text.handles if name == self.name and self.host in ("", host)]

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((frozenset([(token, False)]) for token in folded_words(self.name)), cost)


@dataclass(frozen=True, slots=True)
class Address(Node):
    """A link to a host or its subdomains, at or below `path`; in the text or behind its words."""

    host: str
    path: str = ""

    def holds(self, text: Text) -> bool:
        return any(link.leads_to(self.host, self.path) for link in text.links)

    def spans(self, text: Text) -> list[Span]:
        return [link.span for link in text.links if link.span and link.leads_to(self.host, self.path)]

    def anchors(self, cost: Cost) -> Anchors | None:
        labels = [label for label in self.host.split(".") if not label.startswith("xn--")]  # those are spelled two ways
        return cheapest((frozenset([(token, False)]) for label in labels for token in folded_words(label)), cost)


@dataclass(frozen=True, slots=True)
class Field(Node):
    """Something known of the post: `test` asks for it, as `name:value` writes it. What has no post has none."""

    name: str
    value: str
    test: Callable[[Text], bool] = field(compare=False, repr=False)

    def holds(self, text: Text) -> bool:
        return text.document is not None and self.test(text)
