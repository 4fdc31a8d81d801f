"""The common feed read in one pass, straight from expat; None for whatever is not common.

    body -> expat -> [ rss channel item | rdf:RDF channel, item | feed entry ] -> the entries that feedparser gives
                          '-> any doubt: None, and feedparser reads it (connectors.rss.entries)

It takes a quarter of feedparser's time, and reading feeds is most of what a visit costs. The gate is strict: an
element within another's text, a base address, another root, a name to which feedparser gives a meaning and this
module gives none: all are doubts. That both give the same is a law of tests/test_feed_quick.py, over recorded
feeds and mutations of them; it was also tried on 2,242 test files of feedparser's own.
"""

import re
from contextlib import suppress
from html import escape
from typing import Any
from xml.parsers import expat

from feedparser.api import StrictFeedParser

from connectors.rss.dates import date_of
from connectors.rss.limits import DEEPEST, MOST_ATTRIBUTES, MOST_ITEMS, MOST_TAGS
from connectors.rss.names import ATOM, FLAT, IN_MEDIA, OF_ENTRIES, OF_FEEDS, ROOTS, RSS1, WITHIN, Role, role_of

_HTML = ("html", "text/html")
_PLAIN = ("text", "plain", "text/plain")
_PAGES = (*_HTML, "xhtml", "application/xhtml+xml")
_Tag = tuple[str | None, str | None, str | None]  # term, scheme, label
_NO_LINKS = frozenset({"url", "uri"})
_C1 = re.compile("[\x80-\x9f]")
_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_WITH_LINKS: frozenset[Role] = ROOTS | {"channel", "item", "through", "link", "id"}
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")
_OF_TAGS = frozenset({"term", "scheme", "domain", "label"})
_DATES: tuple[Role, ...] = ("published", "updated", "created")


class _Doubt(Exception):  # noqa: N818 - says what it is
    """Something that this module does not understand for certain."""


def quick(body: bytes, *, based: bool = False) -> dict[str, Any] | None:
    """The feed as `connectors.rss.entries.shaped` takes it, from well-formed UTF-8; None when in doubt.

    `based`: somewhere a base address is set; only in Atom is it known what that moves.
    """
    reading = _Reading(based=based)
    try:
        reading.parser.Parse(body, True)
        return reading.told()
    except (_Doubt, expat.ExpatError):
        return None


class _Reading:
    """The state of one pass: the open elements by role, the entry at hand, and the text that is collected."""

    def __init__(self, *, based: bool) -> None:
        self._based = based
        self.feed: dict[str, Any] = {
            "atom": False,
            "link": "",
            "language": "",
            "ttl": "",
            "period": "",
            "frequency": "",
        }
        self.entries: list[dict[str, Any]] = []
        self.parser = self._made()
        self._roles: dict[str, Role] = {}
        self._spaces: set[str] = set()
        self._path: list[Role] = []
        self._unread: list[Role] = []  # from the element that is not read down to the one at hand
        self._is_rdf = False
        self._items = 0
        self._tags = 0  # of the entry at hand
        self._entry: _Entry | None = None
        self._summarised: set[Role] = {"content", "encoded"}  # what would spill from the feed into its first entry
        self._text: list[str] | None = None
        self._attributes: dict[str, str] = {}

    def told(self) -> dict[str, Any]:
        """What was read, once it is read to its end."""
        if self._is_rdf and (ATOM in self._spaces or not self.entries):
            raise _Doubt
        return {**self.feed, "entries": self.entries}

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartNamespaceDeclHandler = lambda _, uri: self._spaces.add((uri or "").lower())
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        role = self._roles.get(name)
        if role is None:
            role = self._roles[name] = role_of(name)
        too_much = len(attrs) > MOST_ATTRIBUTES or len(self._path) + len(self._unread) >= DEEPEST
        if role == "doubt" or self._text is not None or too_much:
            raise _Doubt
        if role == "tag" and not self._is_of_entry():
            role = "skip"
        if self._unread:
            self._start_unread(role)
        elif self._path:
            self._start_within(role, self._lowered(attrs, role) if attrs else attrs)
        else:
            self._start_root(role, self._lowered(attrs, role))

    def _is_of_entry(self) -> bool:
        """True for the first tags that stand right within an entry: the others are left out for feedparser too."""
        if self._entry is None or self._unread or self._path[-1] != "item":
            return False
        self._tags += 1
        return self._tags <= MOST_TAGS

    def _start_unread(self, role: Role) -> None:
        top = self._unread[0]
        in_text = top in FLAT and len(self._unread) > 1 and "skip" not in self._unread
        if role not in WITHIN[top] or in_text:
            raise _Doubt
        self._unread.append(role)

    def _start_root(self, role: Role, attrs: dict[str, str]) -> None:
        if role not in ROOTS or (RSS1 in self._spaces if role == "atom" else self._based):
            raise _Doubt
        self.feed |= {
            "atom": role == "atom",
            "language": "" if role == "rdf" else attrs.get("lang", "").replace("_", "-"),
        }
        self._is_rdf = role == "rdf"
        self._path.append(role)

    def _start_within(self, role: Role, attrs: dict[str, str]) -> None:
        parent = self._path[-1]
        if role == "item":
            self._start_item(parent, attrs)
        elif role == "channel" or (role == "through" and self._entry):
            self._open(role, allowed=role == "through" or parent in ("rss", "rdf"))
        elif role in (OF_ENTRIES if self._entry else OF_FEEDS):
            self._open(role, allowed=role in IN_MEDIA if parent == "through" else parent not in ("rss", "rdf"))
            self._text, self._attributes = [], attrs
        else:
            self._leave_unread(role)

    def _start_item(self, parent: Role, attrs: dict[str, str]) -> None:
        self._items += 1
        if self._items > MOST_ITEMS:
            self._unread.append("skip")
            return
        self._open("item", allowed=parent in (*ROOTS, "channel"))
        self._tags = 0
        self._entry = _Entry(attrs.get("about", ""), atom=self.feed["atom"], based=self._based)

    def _open(self, role: Role, *, allowed: bool) -> None:
        if not allowed:
            raise _Doubt
        self._path.append(role)

    def _leave_unread(self, role: Role) -> None:
        if role in ROOTS or role in (("image", "input") if self._entry else self._summarised):
            raise _Doubt
        if role == "source" and self._entry:
            self._entry.forget_titled()
        if role == "summary":
            self._summarised |= {"summary", "description"}
        self._unread.append(role if role in WITHIN else "other")

    def _lowered(self, attrs: dict[str, str], role: Role) -> dict[str, str]:
        """Attributes by local name in lower case; one that moves the base of a link is a doubt."""
        lowered = {name.split(" ")[1 if " " in name else 0].lower(): value for name, value in attrs.items()}
        is_moved = "base" in lowered and role in _WITH_LINKS
        is_foreign = role == "tag" and any(" " in name and name.split(" ")[1].lower() in _OF_TAGS for name in attrs)
        if len(lowered) < len(attrs) or is_moved or is_foreign:
            raise _Doubt
        return lowered

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _: str) -> None:
        if self._unread:
            self._unread.pop()
            return
        role = self._path.pop()
        if role == "item" and self._entry:
            self.entries.append(self._entry.told())
            self._entry = None
        elif self._text is not None:
            value, self._text = _mended("".join(self._text).strip()), None
            self._keep(role, value)

    def _keep(self, role: Role, value: str) -> None:
        if self._entry:
            self._entry.take(role, value, self._attributes, len(self._path))
        elif role == "link":
            found = _link(value, self._attributes)
            self.feed["link"] = self.feed["link"] if found is None else found
        elif role == "id":
            self.feed["link"] = self.feed["link"] or _id(value, self._attributes)[1] or ""
        elif self._attributes:
            raise _Doubt
        else:
            self.feed[role] = value


class _Entry:
    """One entry as it grows, by feedparser's rules on what overrides what."""

    def __init__(self, about: str, *, atom: bool, based: bool) -> None:
        self._atom = atom
        self._based = based
        self._id = about
        self._link: str | None = None
        self._title = ""
        self._titled_at: int | None = None  # how deep the title lay that counts
        self._title_at: int | None = None  # and the one that was kept
        self._summary: str | None = None
        self._summary_at: int | None = None
        self._contents: list[str] = []
        self._dates: dict[str, str] = {}
        self._tags: list[_Tag] = []

    def take(self, role: Role, value: str, attrs: dict[str, str], depth: int) -> None:
        """Keep the text of one element that lies `depth` deep."""
        if role == "link":
            found = _link(value, attrs)
            self._link = self._link if found is None else found
        elif role == "id":
            if self._based and not _SCHEME.match(value):  # perhaps relative to a base that was read over
                raise _Doubt
            self._id, link = _id(value, attrs)
            self._link = link if self._link is None else self._link
        elif role in _DATES:
            self._dates[role] = value
        elif role == "tag":
            self._take_tag(value, attrs)
        elif role in ("title", "media title"):
            self._take_title(role, self._html(value, attrs, "text"), depth)
        else:
            self._take_text(role, value, attrs, depth)

    def forget_titled(self) -> None:
        """After a `source` a second title counts."""
        self._titled_at = None

    def told(self) -> dict[str, Any]:
        """The entry: id, link, title, the longest of its texts, and its first possible date."""
        texts = [self._summary or "", *self._contents]
        return {
            "id": self._id,
            "link": self._link or "",
            "title": self._title,
            "body": max(texts, key=len),
            "published": self._published(),
            "tags": [term or label or "" for term, _, label in self._tags],
        }

    def _take_title(self, role: Role, title: str, depth: int) -> None:
        """The first that says something; a picture's only where there is no other."""
        if self._titled_at is not None and self._titled_at <= depth:
            return
        if self._title_at is None or depth <= self._title_at:
            self._title, self._title_at = title, depth
        if role == "title" and title:
            self._titled_at = depth

    def _take_text(self, role: Role, value: str, attrs: dict[str, str], depth: int) -> None:
        if role in ("content", "encoded"):
            self._contents.append(self._html(value, attrs, "html" if role == "encoded" else "text"))
        elif self._summary is not None and not self._contents:
            self._contents.append(self._html(value, attrs, "text"))
        elif self._summary_at is None or depth <= self._summary_at:
            self._summary = self._html(value, attrs, "text" if role == "summary" else "html")
            self._summary_at = depth

    def _take_tag(self, value: str, attrs: dict[str, str]) -> None:
        """What its attributes say; then its text, which completes the last one that has no term, whichever that is."""
        told = (attrs.get("term"), attrs.get("scheme", attrs.get("domain")), attrs.get("label"))
        if any(told) and told not in self._tags:
            self._tags.append(told)
        if value and self._tags and not self._tags[-1][0]:
            self._tags[-1] = (value, *self._tags[-1][1:])
        elif value and (value, None, None) not in self._tags:
            self._tags.append((value, None, None))

    def _html(self, value: str, attrs: dict[str, str], otherwise: str) -> str:
        """A text construct as HTML. Feeds other than Atom call much HTML plain, so it is looked at."""
        kind = attrs.get("type", otherwise).lower()
        if "mode" in attrs or kind not in (*_HTML, *_PLAIN):
            raise _Doubt
        is_plain = kind in _PLAIN and (self._atom or not StrictFeedParser.looks_like_html(value))
        return escape(value, quote=False) if is_plain else value

    def _published(self) -> str | None:
        dates = map(date_of, filter(None, map(self._dates.get, _DATES)))
        return next(filter(None, dates), None)


def _id(value: str, attrs: dict[str, str]) -> tuple[str, str | None]:
    """The id, and the link that it is unless it says otherwise."""
    if ":///" in value:
        raise _Doubt
    return value, value if attrs.get("ispermalink", "true") == "true" else None


def _link(value: str, attrs: dict[str, str]) -> str | None:
    """Where a link leads: to its text, or to `href` when that is the page itself; None when it is not."""
    href = attrs.get("href")
    is_page = attrs.get("rel", "alternate").lower() == "alternate" and attrs.get("type", "html").lower() in _PAGES
    found = value if href is None else href
    if (
        not found
        or ":///" in found
        or (href is None and "&" in found and ";" in found)
        or not _NO_LINKS.isdisjoint(attrs)
    ):
        raise _Doubt
    return found if href is None or is_page else None


def _mended(value: str) -> str:
    """Text that was taken for latin-1 and encoded once more, or was windows-1252 all the time, as it was meant."""
    if value.isascii():
        return value
    with suppress(UnicodeError):
        value = value.encode("iso-8859-1").decode()
    return value.translate(_WINDOWS) if _C1.search(value) else value
