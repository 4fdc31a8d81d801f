"""Feed documents -> plain entries: what feedparser and JSON Feed give, brought to one shape.

    {"site": ..., "language": ..., "ttl": minutes or None, "whole": bool, "left_out": count,
     "entries": [{"id", "link", "title", "body", "published", "tags"}]}
title and body are HTML, tags plain text; oldest first

feedparser's own sanitiser stays off: it costs half of the parse, leaves titles and links unsafe, and
everything is cleaned again on the way to a `Document`. Its reader is ours (`connectors.rss.reader`).
"""

import html
import io
import json
import math
import re
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXException

import feedparser
import feedparser.api

from connectors.rss.dates import date_of
from connectors.rss.limits import (
    LONGEST_BODY,
    LONGEST_ID,
    LONGEST_TAG,
    LONGEST_TITLE,
    LONGEST_TTL,
    MOST_ENTRIES,
    MOST_TAGS,
)
from connectors.rss.prepare import MalformedFeed, in_utf8, rooted
from connectors.rss.quick import quick

feedparser.api.PREFERRED_XML_PARSERS = ["connectors.rss.reader"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PERIODS = {"hourly": 60.0, "daily": 1440.0, "weekly": 10080.0, "monthly": 43200.0, "yearly": 525600.0}
_BASE = re.compile(rb"base\s*=\s*[\"']")
_ASCII = re.compile(
    rb"(?!<\?xml)|<\?xml(?:[^>]*encoding=[\"'](?:utf-?8|us-ascii|iso-8859-\d+|windows-125\d)[\"']|(?![^>]*encoding))",
    re.IGNORECASE,
)
_DATES = ("published", "updated", "created")


def feed_of(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    """Any feed; raises MalformedFeed for what is none. feedparser raises KeyError, ValueError and more on odd bytes."""
    body, certain = in_utf8(body)
    if not body:
        raise MalformedFeed("its body is empty")
    if body[:1] == b"{":
        return feed_from_json(body, url)
    body = rooted(body, certain=certain)
    found = quick(body, based=_is_based(body)) if certain or _is_plain(body) else None
    return shaped(found, url) if found else feed_from_xml(body, url, "" if certain else content_type)


def shaped(found: dict[str, Any], url: str) -> dict[str, Any]:
    """What `connectors.rss.quick` found, in this module's shape."""
    site, base = _addresses(found["link"], url, atom=found["atom"])
    return {
        "site": site,
        "language": found["language"],
        "ttl": _minutes(found["ttl"], found["period"], found["frequency"]),
        "whole": True,
        "left_out": max(len(found["entries"]) - MOST_ENTRIES, 0),
        "entries": oldest_first([_cut(entry, base) for entry in found["entries"]]),
    }


def feed_from_xml(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    """RSS 0.9x to 2.0, RDF and Atom, through feedparser."""
    told = {"content-type": content_type}
    if _is_based(body):  # else feedparser joins addresses at every element, which takes a sixth of its time
        told["content-location"] = url
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=told,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries:
        raise MalformedFeed("this is not a feed")
    feed = parsed.feed
    site, base = _addresses(feed.get("link") or "", url, atom=parsed.version.startswith("atom"))
    return {
        "site": site,
        "language": str(feed.get("language") or ""),
        "ttl": _minutes(feed.get("ttl"), feed.get("sy_updateperiod"), feed.get("sy_updatefrequency")),
        "whole": not isinstance(parsed.get("bozo_exception"), SAXException),
        "left_out": max(len(parsed.entries) - MOST_ENTRIES, 0),
        "entries": oldest_first([_entry(entry, base) for entry in parsed.entries]),
    }


def feed_from_json(body: bytes, url: str) -> dict[str, Any]:
    """JSON Feed 1 and 1.1 (https://jsonfeed.org/version/1.1)."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedFeed("this is not a feed") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in _said(feed, "version"):
        raise MalformedFeed("this is JSON, but not JSON Feed")
    items = feed.get("items")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {
        "site": link_of("", _said(feed, "home_page_url")),
        "language": _said(feed, "language"),
        "ttl": None,
        "whole": True,
        "left_out": max(len(items) - MOST_ENTRIES, 0),
        "entries": oldest_first([_item(item, url) for item in items]),
    }


def _addresses(link: str, url: str, *, atom: bool) -> tuple[str, str]:
    """The site of a feed, and what its links are relative to: Atom says the feed, elsewhere the site is meant."""
    site = link_of(url if atom else "", link)
    return site, url if atom or not site else site


def oldest_first(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest `MOST_ENTRIES`, oldest first; those without a date keep their place among the rest.

    Feeds list the newest first, so an undated entry counts as old as its dated neighbour above it.
    """
    latest = "9999"
    keyed = []
    for entry in entries:
        latest = entry["published"] or latest
        keyed.append((latest, entry))
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    return [entry for _, entry in reversed(keyed[:MOST_ENTRIES])]


def _entry(entry: Any, base: str) -> dict[str, Any]:
    found = {
        "id": str(entry.get("id") or ""),
        "link": entry.get("link") or "",
        "title": _text(entry, "title"),
        "body": _body(entry),
        "published": _published(entry),
        "tags": _tags(entry),
    }
    return _cut(found, base)


def _cut(entry: dict[str, Any], base: str) -> dict[str, Any]:
    """The entry with an absolute link, and nothing longer than is allowed."""
    return {
        "id": _one_line(entry["id"])[:LONGEST_ID],
        "link": link_of(base, entry["link"]),
        "title": entry["title"][:LONGEST_TITLE],
        "body": entry["body"][:LONGEST_BODY],
        "published": entry["published"],
        "tags": [html.unescape(tag)[:LONGEST_TAG] for tag in entry["tags"][:MOST_TAGS] if tag],
    }


def _published(entry: Any) -> str | None:
    """The first of its dates that is possible. The dict's own lookup answers `updated` with other dates."""
    dates = (date_of(str(dict.get(entry, kind) or "")) for kind in _DATES)
    return next(filter(None, dates), None)


def _tags(entry: Any) -> list[str]:
    """What the entry is filed under: for people where the feed says nothing else."""
    tags = entry.get("tags") or ()
    return [str(tag.get("term") or tag.get("label") or "") for tag in tags]


def _body(entry: Any) -> str:
    """The longest of what an entry says of itself: a summary, the whole text, or the caption of a picture."""
    contents = [_html(part) for part in entry.get("content") or [] if part.get("value")]
    return max([_text(entry, "summary"), *contents], key=len)


def _item(item: dict[str, Any], base: str) -> dict[str, Any]:
    text = _said(item, "content_text") or _said(item, "summary")
    tags = item.get("tags")
    dates = (date_of(_said(item, name)) for name in ("date_published", "date_modified"))
    found = {
        "id": _said(item, "id"),
        "link": _said(item, "url") or _said(item, "external_url"),
        "title": html.escape(_said(item, "title"), quote=False),
        "body": _said(item, "content_html") or html.escape(text, quote=False),
        "published": next(filter(None, dates), None),
        "tags": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
    }
    return _cut(found, base)


def _said(item: dict[str, Any], name: str) -> str:
    """A text or a number as text; anything else is not what the format means."""
    value = item.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def link_of(base: str, link: str) -> str:
    """The absolute http(s) link, or nothing: `javascript:` and its like are no links."""
    link = _one_line(link)
    try:
        absolute = urljoin(base, link) if link else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    return absolute if parts.scheme in ("http", "https") and parts.hostname else ""


def _one_line(text: str) -> str:
    return _CONTROL.sub("", text).strip()


def _text(holder: Any, name: str) -> str:
    """A text construct as HTML: what the feed calls plain text is escaped."""
    value = str(holder.get(name) or "")
    kind = (holder.get(f"{name}_detail") or {}).get("type", "text/html")
    return html.escape(value, quote=False) if kind == "text/plain" else value


def _html(part: Any) -> str:
    value = str(part["value"])
    return html.escape(value, quote=False) if part.get("type") == "text/plain" else value


def _minutes(ttl: Any, period: Any, frequency: Any) -> float | None:
    """How long the feed asks to be left alone, a day at most: `ttl`, else the syndication module's period."""
    try:
        minutes = float(ttl or _period(period, frequency))
    except (ValueError, TypeError):
        return None
    return min(minutes, LONGEST_TTL) if math.isfinite(minutes) and minutes > 0 else None


def _period(period: Any, frequency: Any) -> float:
    return _PERIODS.get(str(period or "").strip().lower(), 0.0) / max(float(frequency or 1), 1.0)


def _is_based(body: bytes) -> bool:
    """True when some element sets the base of relative addresses."""
    return any(body[found.start() - 1] in b": \t\r\n" for found in _BASE.finditer(body))


def _is_plain(body: bytes) -> bool:
    """True for ASCII under a declaration that says nothing else."""
    return body.isascii() and _ASCII.match(body) is not None
