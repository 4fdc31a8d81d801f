"""The parts of a query as a tree, and what each of them holds for.

    Node             holds where                                                can stand in NEAR
    ├── Phrase       its words stand side by side; a word is a phrase of one        yes
    ├── Close        its words stand close together, in any order                   yes
    ├── Near         its two sides stand close together                             yes
    ├── Or           any of its parts holds                                         yes, when all its parts can
    ├── And, Not     all parts hold; the part does not
    ├── Literal      these very characters stand there
    ├── Hashtag, Handle, Address      it is tagged so, names the account, links there
    ├── Title        the part holds in the title alone
    ├── Field        something known of the post is so: its source, site, language, type, author, date
    └── Saved        a saved query, by its name

`holds` decides. `spans` are the characters that made it so (none for NOT and for what is known of a post). `ranges`
gives them in words, for NEAR. `anchors` gives words of which a text must have at least one for the node to hold, so
that looking for those alone passes over nearly every text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from monitor.query.leaves import Address, Field, Handle, Hashtag, Literal
from monitor.query.node import MOST_SPANS, Anchor, Anchors, Cost, Node, cheapest
from monitor.query.placed import Close, Near, Phrase, Word
from monitor.query.text import Range, Text
from monitor.query.words import Span

__all__ = [
    "MOST_SPANS",
    "Address",
    "Anchor",
    "Anchors",
    "And",
    "Close",
    "Cost",
    "Field",
    "Handle",
    "Hashtag",
    "Literal",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Saved",
    "Title",
    "Word",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Holds where any part does."""

    parts: tuple[Node, ...]

    def holds(self, text: Text) -> bool:
        return any(part.holds(text) for part in self.parts)

    def spans(self, text: Text) -> list[Span]:
        return [span for part in self.parts if part.holds(text) for span in part.spans(text)]

    def ranges(self, text: Text) -> list[Range]:
        return sorted({range_ for part in self.parts for range_ in part.ranges(text)})

    def anchors(self, cost: Cost) -> Anchors | None:
        each = [part.anchors(cost) for part in self.parts]
        return None if None in each else reduce(or_, (anchors for anchors in each if anchors), frozenset())

    @property
    def below(self) -> tuple[Node, ...]:
        return self.parts

    @property
    def is_placed(self) -> bool:
        return all(part.is_placed for part in self.parts)


@dataclass(frozen=True, slots=True)
class And(Node):
    """Holds where all parts do."""

    parts: tuple[Node, ...]

    def holds(self, text: Text) -> bool:
        return all(part.holds(text) for part in self.parts)

    def spans(self, text: Text) -> list[Span]:
        return [span for part in self.parts for span in part.spans(text)]

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((anchors for part in self.parts if (anchors := part.anchors(cost))), cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Holds where `part` does not."""

    part: Node

    def holds(self, text: Text) -> bool:
        return not self.part.holds(text)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True)
class Title(Node):
    """Holds where `part` holds in the title alone."""

    part: Node

    def holds(self, text: Text) -> bool:
        return self.part.holds(text.title)

    def spans(self, text: Text) -> list[Span]:
        return self.part.spans(text.title)

    def anchors(self, cost: Cost) -> Anchors | None:
        return self.part.anchors(cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True)
class Saved(Node):
    """A saved query by its name."""

    name: str
    part: Node

    def holds(self, text: Text) -> bool:
        return self.part.holds(text)

    def spans(self, text: Text) -> list[Span]:
        return self.part.spans(text)

    def ranges(self, text: Text) -> list[Range]:
        return self.part.ranges(text)

    def anchors(self, cost: Cost) -> Anchors | None:
        return self.part.anchors(cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)

    @property
    def is_placed(self) -> bool:
        return self.part.is_placed


def walk(node: Node) -> Iterator[Node]:
    """The node and all that are below it, from left to right."""
    yield node
    for one in node.below:
        yield from walk(one)
