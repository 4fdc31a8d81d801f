"""A feed of the made-up world as RSS 2.0, Atom 1.0, RSS 1.0 or JSON Feed 1.1, well-formed unless told not to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from monitor.demo.content.truth import NOW, Entry, Feed, FeedKind

CONTENT_TYPES: dict[FeedKind, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}
_TTL = 30  # minutes


def rendered(feed: Feed) -> bytes:
    """The document's bytes in the feed's own encoding; what that lacks becomes a character reference."""
    forms: dict[FeedKind, Callable[[Feed], str]] = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}
    return forms[feed.kind](feed).encode(feed.encoding, errors="xmlcharrefreplace")


def _rss(feed: Feed) -> str:
    items = "".join(_rss_item(feed, entry) for entry in feed.entries)
    end = "</channel>\n</rss>\n" if feed.whole else "<item>\n<title>Dit bericht breekt af midd"
    return (
        f'<?xml version="1.0" encoding="{feed.encoding}"?>\n<rss version="2.0"><channel>\n'
        f"{_tag('title', feed.title)}{_tag('link', feed.site)}{_tag('description', feed.title)}"
        f"{_tag('language', feed.language)}{_tag('ttl', str(_TTL))}{items}{end}"
    )


def _rss_item(feed: Feed, entry: Entry) -> str:
    guid = f'<guid isPermaLink="false">{escape(entry.id)}</guid>\n' if feed.guids else ""
    date = _tag("pubDate", format_datetime(entry.at)) if entry.at else ""
    return (
        f"<item>\n{_tag('title', entry.title)}{_tag('link', entry.url)}{guid}"
        f"{_tag('description', entry.html)}{date}</item>\n"
    )


def _atom(feed: Feed) -> str:
    entries = "".join(_atom_entry(entry) for entry in feed.entries)
    return (
        f'<?xml version="1.0" encoding="{feed.encoding}"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}">\n'
        f'{_tag("title", feed.title)}<link href="{escape(feed.site)}/"/>\n{_tag("id", feed.site + "/")}'
        f"{_tag('updated', _iso(NOW))}<author>{_tag('name', feed.title)}</author>\n{entries}</feed>\n"
    )


def _atom_entry(entry: Entry) -> str:
    dates = _tag("published", _iso(entry.at)) if entry.at else ""
    return (
        f'<entry>\n<title type="text">{escape(entry.title)}</title>\n<link href="{escape(entry.url)}"/>\n'
        f"{_tag('id', entry.id)}{dates}{_tag('updated', _iso(entry.at or NOW))}"
        f'<summary type="html">{escape(entry.html)}</summary>\n</entry>\n'
    )


def _rdf(feed: Feed) -> str:
    """RSS 1.0: an entry's identity is its rdf:about."""
    listed = "".join(f'<rdf:li rdf:resource="{escape(entry.id)}"/>\n' for entry in feed.entries)
    return (
        f'<?xml version="1.0" encoding="{feed.encoding}"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{escape(feed.site)}/">\n{_tag("title", feed.title)}{_tag("link", feed.site)}'
        f"{_tag('description', feed.title)}{_tag('dc:language', feed.language)}"
        f"<items><rdf:Seq>\n{listed}</rdf:Seq></items>\n</channel>\n"
        f"{''.join(_rdf_item(entry) for entry in feed.entries)}</rdf:RDF>\n"
    )


def _rdf_item(entry: Entry) -> str:
    date = _tag("dc:date", _iso(entry.at)) if entry.at else ""
    return (
        f'<item rdf:about="{escape(entry.id)}">\n{_tag("title", entry.title)}{_tag("link", entry.url)}'
        f"{_tag('description', entry.html)}{date}</item>\n"
    )


def _json(feed: Feed) -> str:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{feed.site}/",
        "language": feed.language,
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _json_item(entry: Entry) -> dict[str, str]:
    item = {"id": entry.id, "url": entry.url, "title": entry.title, "content_html": entry.html}
    return item | ({"date_published": _iso(entry.at)} if entry.at else {})


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
