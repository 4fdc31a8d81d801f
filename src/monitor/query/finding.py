"""What a rule says of a query, and how rules read one: the leaves that are asked for, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.query.tree import Close, Hashtag, Literal, Node, Not, Phrase, Word
from monitor.query.words import Span

REFUSED = (
    "matches-anything",
    "never-holds",
    "author-not-ours",
    "person-handle",
    "person-name",
    "sensitive-subject",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that speaks of the part of the query at `at`. `said` names the part and the cure."""

    rule: str
    said: str
    at: Span

    @property
    def is_refused(self) -> bool:
        """True when the query may not be asked."""
        return self.rule in REFUSED


def asked(node: Node, *, wanted: bool = True) -> Iterator[Node]:
    """The leaves that are asked for; those within NOT are not, within NOT NOT they are again."""
    if isinstance(node, Not):
        yield from asked(node.part, wanted=not wanted)
    elif node.below:
        for part in node.below:
            yield from asked(part, wanted=wanted)
    elif wanted:
        yield node


def spoken(leaf: Node) -> tuple[str, bool]:
    """The words that a leaf asks for, and whether the last is a beginning only."""
    match leaf:
        case Phrase() | Close():
            return " ".join(as_written(word) for word in leaf.words if word.token), leaf.words[-1].stem
        case Literal():
            return leaf.characters, False
        case Hashtag():
            return leaf.name.replace("_", " "), leaf.stem
        case _:
            return "", False


def as_written(word: Word) -> str:
    return word.spelling or word.token.decode()
