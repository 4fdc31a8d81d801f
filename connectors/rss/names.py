"""Element names of feeds -> the part that each plays for `connectors.rss.quick`.

A name to which feedparser gives a meaning that is not told here is a doubt; every other name is read over.
"""

from typing import Literal

from connectors.rss.reader import is_tag, is_unread

Role = Literal[
    "rss", "rdf", "atom", "channel", "item", "through",  # hold others
    "title", "media title", "link", "id", "description", "summary", "content", "encoded",
    "published", "updated", "created", "tag", "language", "ttl", "period", "frequency",
    "image", "input", "source", "part", "name", "skip", "other", "doubt",
]  # fmt: skip

ROOTS: frozenset[Role] = frozenset({"rss", "rdf", "atom"})
OF_ENTRIES: frozenset[Role] = frozenset({
    "title", "media title", "link", "id", "description", "summary", "content", "encoded",
    "published", "updated", "created", "tag",
})  # fmt: skip
OF_FEEDS: frozenset[Role] = frozenset({"link", "id", "language", "ttl", "period", "frequency"})
IN_MEDIA: frozenset[Role] = frozenset({"media title", "description"})
_BOXED: frozenset[Role] = frozenset({"title", "link", "description"})
FLAT: frozenset[Role] = frozenset({"source", "image", "input"})

# What may stand, however deep, within an element that is not read, without feedparser making more of it.
WITHIN: dict[Role, frozenset[Role]] = {
    "skip": frozenset(Role.__args__) - {"doubt"},  # type: ignore[attr-defined]
    "source": frozenset({"title", "link", "id", "updated", "other", "skip", "part", "name"}),
    "image": _BOXED | {"part"},
    "input": _BOXED | {"name"},
    "other": frozenset({"other", "skip", "part", "name"}),
}

ATOM = "http://www.w3.org/2005/atom"
RSS1 = "http://purl.org/rss/1.0/"
_RSS090 = "http://my.netscape.com/rdf/simple/0.9/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CORE = ("", ATOM, RSS1, _RSS090)

_CORE_ROLES: dict[str, Role] = {
    "channel": "channel", "item": "item", "entry": "item",
    "title": "title", "link": "link", "guid": "id", "id": "id", "description": "description", "summary": "summary",
    "content": "content", "pubdate": "published", "published": "published", "issued": "published",
    "updated": "updated", "modified": "updated", "lastbuilddate": "updated", "created": "created",
    "language": "language", "ttl": "ttl",
    "image": "image", "textinput": "input", "source": "source",
    "url": "part", "width": "part", "height": "part", "name": "name",
}  # fmt: skip
_DOUBTS = frozenset({
    "abstract", "body", "cdf", "date", "fullitem", "geom", "info", "math", "newlocation", "rdf", "rss", "feed", "svg",
    "tags", "where",
})  # fmt: skip
_OTHER_ROLES: dict[str, dict[str, Role]] = {
    _RDF: {"rdf": "rdf"},
    "http://purl.org/dc/elements/1.1/": {
        "title": "title", "description": "description", "date": "updated", "language": "language",
    },
    "http://purl.org/dc/terms/": {"issued": "published", "modified": "updated", "created": "created"},
    "http://purl.org/rss/1.0/modules/content/": {"encoded": "encoded"},
    "http://search.yahoo.com/mrss/": {
        "group": "through", "content": "through", "title": "media title", "description": "description",
    },
    "http://www.itunes.com/dtds/podcast-1.0.dtd": {"summary": "summary"},
    "http://purl.org/rss/1.0/modules/syndication/": {"updateperiod": "period", "updatefrequency": "frequency"},
}  # fmt: skip
# A prefix that feedparser knows, for a namespace that it does not, gets the prefix's meaning.
_KNOWN_PREFIXES = frozenset(
    {"", "atom", "content", "dc", "dcterms", "itunes", "media", "rdf", "rss", "sy", "xhtml", "xml"}
)
_STRANGE = (
    "purl.org/atom",
    "userland.com",
    "harvard.edu",
    "example.com",
    "echo",
    "rss091",
    "purl.org/pie",
    "w3.org/1999/xhtml",
    "mrss",
)


def role_of(name: str) -> Role:
    """The role of an expat name: `uri local prefix`, `uri local` or `local`."""
    parts = name.lower().split(" ")
    if len(parts) > 3 or parts[-1].endswith(("_parsed", "_detail")):
        return "doubt"
    uri, local, prefix = ("", parts[0], "") if len(parts) == 1 else (*parts, "")[:3]
    if is_tag(uri, local):
        return "tag"
    if is_unread(uri, local):
        return "skip"
    if uri in _CORE:
        return _of_core(uri, local)
    if uri in _OTHER_ROLES:
        return _OTHER_ROLES[uri].get(local, "other")
    return "doubt" if prefix in _KNOWN_PREFIXES or any(part in uri for part in _STRANGE) else "other"


def _of_core(uri: str, local: str) -> Role:
    if (uri, local) == ("", "rss"):
        return "rss"
    if (uri, local) == (ATOM, "feed"):
        return "atom"
    return "doubt" if local in _DOUBTS else _CORE_ROLES.get(local, "other")
