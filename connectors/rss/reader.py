"""An XML reader to put under feedparser: hands over what posts are made of, and stops at what feeds never hold.

    bytes -> expat -> [ runs of text in one piece | authors, pictures, a feed's tags left out | limits ] -> feedparser

feedparser asks for readers by module name (`PREFERRED_XML_PARSERS`); `create_parser` is what it looks for.
Leaving out a third of the elements and joining the pieces of text takes a third off its time, and an author
that is never read is never kept. What is not well-formed goes to feedparser's other parser, unfiltered.
"""

from collections.abc import Mapping
from typing import Any, Literal
from xml.sax.expatreader import ExpatParser

from connectors.rss.limits import DEEPEST, MOST_ATTRIBUTES, MOST_ITEMS, MOST_TAGS
from connectors.rss.prepare import MalformedFeed

Kind = Literal["unread", "item", "tag", "read"]

_FEEDS = frozenset({
    "",
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/1.0/",
    "http://purl.org/dc/elements/1.1/",
    "http://search.yahoo.com/mrss/",
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
})  # fmt: skip
_UNREAD = frozenset({
    "author", "category", "comments", "contributor", "creator", "credit", "enclosure", "keywords",
    "managingeditor", "owner", "publisher", "subject", "thumbnail", "webmaster",
})  # fmt: skip
_TAGS = frozenset({
    ("", "category"),
    ("http://www.w3.org/2005/atom", "category"),
    ("http://purl.org/atom/ns#", "category"),
    ("http://my.netscape.com/rdf/simple/0.9/", "category"),
    ("http://purl.org/rss/1.0/", "category"),
    ("http://purl.org/dc/elements/1.1/", "subject"),
})  # fmt: skip
_NOWHERE = -2  # a depth that no element and no child of one has
_UNREAD_NAMESPACES = frozenset({
    "com-wordpress:feed-additions:1",
    "http://podlove.org/simple-chapters",
    "http://purl.org/rss/1.0/modules/slash/",
    "http://purl.org/syndication/thread/1.0",
    "http://schemas.google.com/g/2005",
    "http://wellformedweb.org/commentapi/",
    "http://www.georss.org/georss",
    "https://podcastindex.org/namespace/1.0",
})  # fmt: skip


class Reader(ExpatParser):
    """expat as `xml.sax` wraps it, with a filter and limits. A limit that is passed raises MalformedFeed."""

    _parser: Any  # the standard library's, which its types do not tell
    _cont_handler: Any

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._items = 0
        self._tags = 0  # of the entry at hand
        self._entry = _NOWHERE  # how deep it lies
        self._left_out = 0  # how deep we are in something that is left out
        self._kinds: dict[str, Kind] = {}

    def reset(self) -> None:
        """Called by `xml.sax` before each document."""
        super().reset()
        self._parser.buffer_text = True  # else each entity and each line comes as a piece of its own
        self._parser.buffer_size = 1 << 16

    def start_element_ns(self, name: str, attrs: Mapping[str, str]) -> None:
        """An element begins. `name` is `uri local prefix`, `uri local` or `local`."""
        self._depth += 1
        if self._left_out or not self._is_wanted(name):
            self._left_out += 1
            self._parser.CharacterDataHandler = None
            return
        if self._depth > DEEPEST:
            raise MalformedFeed(f"its elements lie more than {DEEPEST} deep in each other")
        if len(attrs) > MOST_ATTRIBUTES:
            raise MalformedFeed(f"one of its elements has more than {MOST_ATTRIBUTES} attributes")
        super().start_element_ns(name, attrs)

    def end_element_ns(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._depth < self._entry:
            self._entry = _NOWHERE
        if not self._left_out:
            super().end_element_ns(name)
            return
        self._left_out -= 1
        if not self._left_out:
            self._parser.CharacterDataHandler = self._cont_handler.characters

    def _is_wanted(self, name: str) -> bool:
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = _kind(name)
        return kind == "read" or (kind != "unread" and self._is_wanted_here(kind))

    def _is_wanted_here(self, kind: Kind) -> bool:
        """True for the first entries, and for the first tags that stand right within one."""
        if kind == "item":
            self._items += 1
            self._entry, self._tags = self._depth, 0
            return self._items <= MOST_ITEMS
        is_of_entry = self._depth == self._entry + 1
        self._tags += is_of_entry
        return is_of_entry and self._tags <= MOST_TAGS


def create_parser() -> Reader:
    """A fresh reader. The name that `xml.sax.make_parser` looks for."""
    return Reader()


def is_tag(uri: str, local: str) -> bool:
    """True for what an entry is filed under. Both in lower case."""
    return (uri, local) in _TAGS


def is_unread(uri: str, local: str) -> bool:
    """True for what no post is made of. Both in lower case."""
    return uri in _UNREAD_NAMESPACES or (uri in _FEEDS and local in _UNREAD and not is_tag(uri, local))


def _kind(name: str) -> Kind:
    """Namespaces and names in lower case, as feedparser takes them too."""
    parts = name.lower().split()
    uri, local = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    if is_unread(uri, local):
        return "unread"
    if is_tag(uri, local):
        return "tag"
    return "item" if local in ("item", "entry") else "read"
