"""A document as the terms of a query see it: its words and where they stand, hashtags, handles, links.

Nothing is worked out before a term asks for it: of most texts only the set of words is ever looked at.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from urllib.parse import urlsplit

from monitor.model import Document
from monitor.query.words import MARKS, Span, Spelled, all_folded, cased, fold, folded_words, is_word, with_parts

FEW_WORDS = 1_000  # up to which going through them is cheaper than an index
Range = tuple[int, int]  # from and to, in words

_INNER = rf"\w{MARKS}"  # what may stand within a word: where a word goes on, none of these ends
# not amid a word; an underscore before is how Reddit begins italics
_BEFORE = rf"(?<![^\W_])(?<![^\W_][{MARKS}])"
_HASHTAGS = re.compile(rf"{_BEFORE}(?<![&/])(?:#[{_INNER}]+)+")
_HASHTAG = re.compile(rf"#([{_INNER}]+)")
_HANDLE = re.compile(
    rf"{_BEFORE}(?<![^\W_]_)(?:(?<![/@])@(\w[{_INNER}.-]*)(?:@([\w-]+(?:\.[\w-]+)+))?|(?<!/)/?u/([{_INNER}-]+))"
)
DOT = r"(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))"  # and its defanged spellings
SCHEME = r"h(?:tt|xx)ps?(?:\[:\]|:)//"
# bounded, so that no text makes it look further than a host name is long
_HOST = rf"(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?{DOT}){{1,8}}[^\W\d_]{{2,24}}"
_LINK = re.compile(
    rf"(?:{SCHEME}(?:[\w.:%+~-]{{0,64}}@)?|(?<![{_INNER}@.-]))({_HOST})(?![{_INNER}-]|@|\.\w)(?::\d{{1,5}})?(/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_BEHIND = ".,:;!?…'\"»”’*_"  # a link's end is none of these, its sentence's is
_DOTS = re.compile(DOT, re.IGNORECASE)


class Link:
    """A link's host in lower case without www, its path, and where it stands in the text if it does."""

    __slots__ = ("host", "path", "span")

    def __init__(self, host: str, path: str, span: Span | None) -> None:
        self.host = plain_host(host)
        self.path = path
        self.span = span

    def leads_to(self, host: str, path: str) -> bool:
        """True when it is a page of `host` or of its subdomains, at or below `path`."""
        if self.host != host and not self.host.endswith(f".{host}"):
            return False
        return not path or self.path == path or self.path.startswith((f"{path}/", f"{path}?"))


class Text:
    """`whole` is what spans count in; its first `title` characters are the title, and no phrase leaves them.

    `words`: its folded words, and `vocabulary`: those of them that are asked for, where they are known already. What
    has no document has no fields.
    """

    def __init__(
        self,
        whole: str,
        *,
        title: int = 0,
        words: Sequence[bytes] | None = None,
        vocabulary: AbstractSet[bytes] | None = None,
        document: Document | None = None,
        now: datetime | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.whole = whole
        self.document = document
        self.now = now
        self.zone = zone
        self._title = title
        self._words = words
        if vocabulary is not None:
            self.vocabulary = vocabulary

    @classmethod
    def of(cls, document: Document, now: datetime, zone: tzinfo = UTC) -> "Text":
        """The document as it is now."""
        return cls(document.whole, title=len(document.title), document=document, now=now, zone=zone)

    @cached_property
    def vocabulary(self) -> AbstractSet[bytes]:
        """Its folded words, each once, and the parts of its CamelCase hashtags."""
        return set(all_folded([self.whole])[0].split() if self._words is None else self._words)

    @cached_property
    def words(self) -> Sequence[bytes]:
        """Its folded words in order, CamelCase hashtags in their parts."""
        if self._is_opened:
            return self.spelled.words
        return folded_words(self.whole) if self._words is None else self._words

    @cached_property
    def wholes(self) -> Sequence[tuple[bytes, Range]]:
        """Its CamelCase hashtags undivided, each with the words that it spans."""
        return self.spelled.wholes if self._is_opened else ()

    @cached_property
    def _is_opened(self) -> bool:
        """True when it has a CamelCase hashtag, so that its words in order are not those that stand in it."""
        return "#" in self.whole and with_parts(self.whole) != self.whole

    @cached_property
    def line(self) -> bytes:
        """Its words in order, each between blanks."""
        return b" " + b" ".join(self.words) + b" "

    @cached_property
    def starts(self) -> bytes:
        """Its words with undivided hashtags among them, each after a blank."""
        return b" " + b" ".join(self.vocabulary if self._words is None else self._words)

    @property
    def has_title(self) -> bool:
        """True when some of it is a title."""
        return self._title > 0

    @cached_property
    def title(self) -> "Text":
        """The title alone."""
        return Text(self.whole[: self._title])

    @cached_property
    def spelled(self) -> Spelled:
        """Its words in order, with their places."""
        return Spelled(self.whole)

    @cached_property
    def at(self) -> dict[bytes, list[Range]]:
        """Where each word stands, counted in words; an undivided hashtag spans several."""
        found: dict[bytes, list[Range]] = {}
        for place, word in enumerate(self.words):
            found.setdefault(word, []).append((place, place + 1))
        for word, range_ in self.wholes:
            found.setdefault(word, []).append(range_)
        return found

    @cached_property
    def ordered(self) -> list[bytes]:
        """Its words in the order of the alphabet, to find those that begin alike."""
        return sorted(self.at)

    @cached_property
    def boundary(self) -> int:
        """How many words the title has."""
        return len(Text(self.whole[: self._title]).words) if self._title else 0

    @cached_property
    def cased(self) -> str:
        """All of it without accents, but with its case."""
        return cased(self.whole)

    @cached_property
    def hashtags(self) -> list[tuple[str, Span | None]]:
        """The folded hashtags in the text, and what its source files it under."""
        rows = _HASHTAGS.finditer(self.whole) if "#" in self.whole else ()
        tags = (tag for row in rows for tag in _HASHTAG.finditer(self.whole, *row.span()))
        found: list[tuple[str, Span | None]]
        found = [
            (tag_name(name), (tag.start(), tag.start() + 1 + len(name))) for tag in tags if (name := self._named(tag))
        ]
        return found + [(tag_name(tag), None) for tag in (self.document.tags if self.document else ())]

    @cached_property
    def handles(self) -> list[tuple[str, str, Span]]:
        """Name, host or nothing, and place of every account that is named."""
        found = []
        for one in _HANDLE.finditer(self.whole):
            name = self._named(one).rstrip(".-")
            span = (one.start(), one.end() if one[2] else one.start(1 if one[1] else 3) + len(name))
            found.append((fold_handle(name), plain_host(one[2] or ""), span))
        return found

    def _named(self, found: re.Match[str]) -> str:
        """The name of a tag or an account, without the underscore that ends the italics which one before it began."""
        name = found[1] or (found[3] if found.re is _HANDLE else "")
        return name.rstrip("_") if found.start() and self.whole[found.start() - 1] == "_" else name

    @cached_property
    def links(self) -> list[Link]:
        """The links in the text, and those behind its words."""
        found = [_link_in(one) for one in _LINK.finditer(self.whole)]
        return found + [link for url in (self.document.links if self.document else ()) if (link := link_of(url))]

    @cached_property
    def page(self) -> Link | None:
        """The document's own address."""
        return link_of(self.document.url) if self.document else None

    def places(self, word: bytes) -> Sequence[Range]:
        """Where a word stands."""
        if len(self.words) > FEW_WORDS:
            return self.at.get(word, ())
        found = [(at, at + 1) for at, one in enumerate(self.words) if one == word] if word in self.vocabulary else []
        return found + [range_ for whole, range_ in self.wholes if whole == word]

    def starting_with(self, stem: bytes) -> Iterator[Range]:
        """Where words stand that begin with `stem`."""
        if len(self.words) <= FEW_WORDS:
            yield from ((at, at + 1) for at, word in enumerate(self.words) if word.startswith(stem))
            yield from (range_ for whole, range_ in self.wholes if whole.startswith(stem))
            return
        for at in range(bisect_left(self.ordered, stem), len(self.ordered)):
            if not self.ordered[at].startswith(stem):
                return
            yield from self.at[self.ordered[at]]

    def has_start(self, stem: bytes) -> bool:
        """True when a word begins with `stem`."""
        return b" " + stem in self.starts

    def is_apart(self, start: int, stop: int) -> bool:
        """True for words of which some stand in the title and some in the text."""
        return self._title > 0 and start < self.boundary < stop

    def written(self, range_: Range) -> str:
        """What is written there, with its case but without accents."""
        start, stop = self.span(range_)
        return cased(self.whole[start:stop])

    def span(self, range_: Range) -> Span:
        """A range of words in characters."""
        return self.spelled.spans[range_[0]][0], self.spelled.spans[range_[1] - 1][1]


def tag_name(text: str) -> str:
    """A hashtag as it is compared: folded, with its underscores, all that parts words left out."""
    parts = text.strip().removeprefix("#").split("_")
    return "_".join(fold("".join(filter(is_word, part))).replace(" ", "_") for part in parts)


def fold_handle(text: str) -> str:
    """The name of an account as it is compared."""
    return text.casefold()


def plain_host(text: str) -> str:
    """A host in lower case, without www, as name servers know it."""
    host = text.lower()
    host = host.removeprefix("www.") if host.count(".") > 1 else host  # www.nl is a host, and nl would be all of them
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def link_of(url: str) -> Link | None:
    """A whole address as a link, or None when it is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return Link(host, plain_path(f"{parts.path}?{parts.query}"), None) if host else None


def plain_path(written: str) -> str:
    """A path with its query, without a slash at its end and without a place in the page."""
    path, _, query = written.partition("#")[0].partition("?")
    return path.rstrip("/") + (f"?{query}" if query else "")


def _link_in(found: re.Match[str]) -> Link:
    """A link in a text, without the punctuation of the sentence it stands in."""
    written = found[2] or ""
    path = written.rstrip(_BEHIND if "(" in written or "[" in written else f"{_BEHIND})]}}")
    stop = found.end() - len(written) + len(path)
    return Link(_DOTS.sub(".", found[1]), plain_path(path), (found.start(), stop))
