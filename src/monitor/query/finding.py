"""What a rule says of a query, and how rules read one: the leaves that are asked for, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.query.tree import Hashtag, Node, Not, Word
from monitor.query.words import Span, Spelled, fold, is_word

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


def spoken(leaf: Node) -> str:
    """The words that a leaf asks for, as they are written; those of a CamelCase hashtag apart."""
    written = "".join(filter(_is_seen, leaf.written))
    if isinstance(leaf, Hashtag):
        tag = f"#{written.strip('#*')}"
        return " ".join(tag[slice(*span)] for span in Spelled(tag).spans)
    return " ".join(written.replace("*", " ").split())


def _is_seen(char: str) -> bool:
    """False for what belongs to a word and is not compared: it hides no name."""
    return char.isascii() or not is_word(char) or bool(fold(char))


def as_written(word: Word) -> str:
    """A word of a phrase, with its case where that counts."""
    return word.spelling or word.token.decode()
