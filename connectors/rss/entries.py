"""Feed documents -> plain entries: what feedparser and JSON Feed give, brought to one shape.

    {"title": ..., "language": ..., "ttl": minutes or None, "whole": bool, "version": ...,
     "entries": [{"id", "link", "title", "body", "published"}]}         title and body are HTML, oldest first

feedparser's own sanitiser stays off: it costs three quarters of the parse, leaves titles and links
unsafe, and everything is cleaned again on the way to a `Document`.
"""

import calendar
import html
import io
import json
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser

MOST_ENTRIES = 500  # the newest; a feed that holds more has been read before
LONGEST_BODY = 200_000  # characters of markup
LONGEST_ID = 1_000

_PROLOG = 100_000  # bytes in which a DOCTYPE is looked for
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[(.*?)\]\s*)?>", re.DOTALL | re.IGNORECASE)
_GENERAL_ENTITY = re.compile(rb"<!ENTITY\s+(?!%)[^\s>]+\s+(.*?)>", re.DOTALL)
_HARMLESS = re.compile(rb"""^\s*(?:"(?:&#\w{1,8};|[^&"]){0,64}"|'(?:&#\w{1,8};|[^&']){0,64}')\s*$""")


class MalformedFeed(Exception):  # noqa: N818 - says what it is
    """The document is no feed, or one that must not be parsed. The text is our own, never the feed's."""


_SURROGATES = re.compile(rb"(?:&#(?:[xX][dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7]\d{3});)+")  # feedparser dies of them


def feed_from_xml(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    """RSS 0.9x to 2.0, RDF and Atom, through feedparser."""
    parsed = feedparser.parse(
        io.BytesIO(_SURROGATES.sub(_paired, without_doctype(body))),
        response_headers={"content-type": content_type, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries:
        raise MalformedFeed("this is not a feed")
    feed = parsed.feed
    return {
        "title": _text(feed, "title"),
        "language": str(feed.get("language") or ""),
        "ttl": _minutes(feed),
        "whole": not isinstance(parsed.get("bozo_exception"), SAXException),
        "version": parsed.version,
        "entries": oldest_first([_entry(entry, feed.get("link") or url) for entry in parsed.entries]),
    }


def feed_from_json(body: bytes, url: str) -> dict[str, Any]:
    """JSON Feed 1 and 1.1 (https://jsonfeed.org/version/1.1)."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedFeed("this is not a feed") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise MalformedFeed("this is not a feed")
    items = feed.get("items") or []
    return {
        "title": html.escape(str(feed.get("title") or "")),
        "language": str(feed.get("language") or ""),
        "ttl": None,
        "whole": True,
        "version": "json",
        "entries": oldest_first([_item(item, url) for item in items if isinstance(item, dict)]),
    }


def without_doctype(body: bytes) -> bytes:
    """The document without its DOCTYPE; raises MalformedFeed when that declares anything that could hurt."""
    found = _DOCTYPE.search(_ascii(body[:_PROLOG]))
    if found is None:
        if re.search(rb"<!ENTITY", _ascii(body[:_PROLOG])):
            raise MalformedFeed("it declares entities, which feeds do not need")
        return body
    for declaration in _GENERAL_ENTITY.finditer(found[1] or b""):
        if not _HARMLESS.match(declaration[1]):
            raise MalformedFeed("it declares entities that refer to others or to files")
    return body if body[:2] in (b"\xff\xfe", b"\xfe\xff") else body[: found.start()] + body[found.end() :]


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


def date_of(raw: str, parsed: time.struct_time | None) -> str | None:
    """An ISO date with zone, or None when the feed's date is missing or impossible.

    feedparser rolls 25:61 over to the next day, takes CEST for UTC and lets +9999 move days; those are
    told by their spelling. Dutch, German and French month names are read by the standard library.
    """
    if _IMPOSSIBLE.search(raw):
        return None
    if parsed is None:
        return _translated(raw)
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    zone = _ZONE.search(raw)
    if zone:
        moment -= timedelta(hours=_ZONES[zone[1].upper()])
    return moment.isoformat()


_IMPOSSIBLE = re.compile(
    r"(?<![\d:+-])(?:2[4-9]|[3-9]\d):\d\d|\d\d:[6-9]\d|[+-](?:1[5-9]|[2-9]\d):?\d\d\s*$|^\s*0{1,4}-"
    r"|(?<!\d)(?:3[01]\s+feb|31\s+(?:apr|jun|sep|nov))",
    re.IGNORECASE,
)
_ZONES = {"CET": 1, "MEZ": 1, "BST": 1, "WEST": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3}
_ZONE = re.compile(r":\d\d\s+(CEST|CET|MESZ|MEZ|WEST|BST|EEST|EET)\s*$", re.IGNORECASE)
_MONTHS = {
    "mrt": "Mar", "maart": "Mar", "mär": "Mar", "märz": "Mar", "mars": "Mar", "mei": "May", "mai": "May",
    "okt": "Oct", "dez": "Dec", "déc": "Dec", "janv": "Jan", "févr": "Feb", "fév": "Feb", "avr": "Apr",
    "juin": "Jun", "juil": "Jul", "août": "Aug", "sept": "Sep",
}  # fmt: skip


def _translated(raw: str) -> str | None:
    found = re.match(r"\s*(?:[^\W\d]+\.?,?\s+)?(\d{1,2})\s+([^\W\d]+)\.?\s+(\d{4}\s+\d.*)$", raw)
    if not found:
        return None
    month = _MONTHS.get(found[2].lower(), found[2][:3].title())
    try:
        moment = parsedate_to_datetime(f"{found[1]} {month} {found[3]}")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _entry(entry: Any, base: str) -> dict[str, Any]:
    kind = "published" if entry.get("published") else "updated"
    bodies = [part for part in entry.get("content") or [] if part.get("value")]
    body = _html(bodies[0]) if bodies else _text(entry, "summary")
    return {
        "id": str(entry.get("id") or "")[:LONGEST_ID],
        "link": link_of(base, entry.get("link") or ""),
        "title": _text(entry, "title"),
        "body": body[:LONGEST_BODY],
        "published": date_of(str(entry.get(kind) or ""), entry.get(f"{kind}_parsed")),
    }


def _item(item: dict[str, Any], base: str) -> dict[str, Any]:
    text = item.get("content_text") or item.get("summary") or ""
    raw = str(item.get("date_published") or item.get("date_modified") or "")
    return {
        "id": str(item.get("id") or "")[:LONGEST_ID],
        "link": link_of(base, str(item.get("url") or item.get("external_url") or "")),
        "title": html.escape(str(item.get("title") or "")),
        "body": str(item.get("content_html") or html.escape(str(text)))[:LONGEST_BODY],
        "published": _iso(raw),
    }


def _iso(raw: str) -> str | None:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def link_of(base: str, link: str) -> str:
    """The absolute http(s) link, or nothing: `javascript:` and its like are no links."""
    try:
        absolute = urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return absolute if absolute.startswith(("http://", "https://")) else ""


def _text(holder: Any, name: str) -> str:
    """A text construct as HTML: what the feed calls plain text is escaped."""
    value = str(holder.get(name) or "")
    kind = (holder.get(f"{name}_detail") or {}).get("type", "text/html")
    return html.escape(value, quote=False) if kind == "text/plain" else value


def _html(part: Any) -> str:
    value = str(part["value"])
    return html.escape(value, quote=False) if part.get("type") == "text/plain" else value


def _minutes(feed: Any) -> float | None:
    """How long the feed asks to be left alone: `ttl`, else the syndication module's period."""
    try:
        if feed.get("ttl"):
            return float(feed["ttl"])
        period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
        return period / max(float(feed.get("sy_updatefrequency") or 1), 1.0) if period else None
    except (ValueError, TypeError):
        return None


_PERIODS = {"hourly": 60.0, "daily": 1440.0, "weekly": 10080.0, "monthly": 43200.0, "yearly": 525600.0}


def _paired(references: re.Match[bytes]) -> bytes:
    """Surrogate halves written as character references, as the characters that they meant."""
    numbers = (number.decode() for number in re.findall(rb"&#(\w+);", references[0]))
    halves = "".join(chr(int(n[1:], 16) if n[0] in "xX" else int(n)) for n in numbers)
    whole = halves.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return "".join(f"&#{ord(char)};" for char in whole).encode()


def _ascii(head: bytes) -> bytes:
    """The first bytes as ASCII, so that a declaration in UTF-16 or UTF-32 is seen as well."""
    return head.replace(b"\x00", b"") if b"\x00" in head[:200] else head
