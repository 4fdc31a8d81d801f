"""The feeds of the made-up world as a web server: good ones in four formats, and the usual bad ones.

    with Service(feeds_api(world())) as service:
        [service.url + path for path in FEEDS]

Good feeds answer with ETag and Last-Modified, with 304 to those who have them, and gzip when asked.
`ODD` says what the others do; what an odd path answers never changes.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from monitor.demo.content.papers import PAPERS
from monitor.demo.content.truth import NOW, Feed
from monitor.demo.rendering import CONTENT_TYPES, rendered
from monitor.demo.service import Answer, Reply, Request
from monitor.demo.world import World

MOVED = {"/schippersblog.atom": "/nieuw/schippersblog.atom"}
ODD: Mapping[str, str] = {
    "/schippersblog.atom": "moved for good (301) to the feed at its new address",
    "/halve-krant.xml": "three entries, then it breaks off: not well-formed",
    "/verdwenen.xml": "gone (410)",
    "/achter-inlog.xml": "a login page in HTML, with status 200",
    "/entiteiten.xml": "an entity bomb",
    "/overbelast.xml": "503 with Retry-After, every time",
}
FEEDS: tuple[str, ...] = (
    *(paper.path for paper in PAPERS if paper.path not in {*ODD, *MOVED.values()}),
    *ODD,
)
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_LOGIN = """<!DOCTYPE html>
<html lang="nl"><head><title>Inloggen</title></head>
<body><form action="/inloggen" method="post"><h1>Lees verder met een account</h1>
<input name="naam"><input name="wachtwoord" type="password"><button>Inloggen</button></form></body></html>
"""
_ENTITIES = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
_BOMB = f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE rss [<!ENTITY lol0 "pont">{_ENTITIES}]>
<rss version="2.0"><channel><title>&lol9;</title><item><title>&lol9;</title></item></channel></rss>
"""


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    etag: str
    modified: datetime
    content_type: str


def feeds_api(world: World) -> Answer:
    """The service's answer function over `world.feeds`."""
    documents = {path: _document(feed) for path, feed in world.feeds.items()}
    odd = _odd_replies()

    def answer(request: Request) -> Reply:
        if request.path in odd:
            return odd[request.path]
        if request.path in documents:
            return _conditional(request, documents[request.path])
        return Reply(404, b"Not found\n", {"Content-Type": "text/plain"})

    return answer


def _odd_replies() -> dict[str, Reply]:
    return {
        "/verdwenen.xml": Reply(410, b"<h1>Opgeheven</h1>", _HTML),
        "/achter-inlog.xml": Reply(200, _LOGIN.encode(), _HTML),
        "/entiteiten.xml": Reply(200, _BOMB.encode(), _XML),
        "/overbelast.xml": Reply(503, b"<h1>Te druk</h1>", {**_HTML, "Retry-After": "3600"}),
        **{old: Reply(301, b"", {"Location": new}) for old, new in MOVED.items()},
    }


def _document(feed: Feed) -> _Document:
    body = rendered(feed)
    dates = [entry.at for entry in feed.entries if entry.at and entry.at <= NOW]
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    charset = f"; charset={feed.encoding}"
    return _Document(body, etag, max(dates).astimezone(UTC), CONTENT_TYPES[feed.kind] + charset)


def _conditional(request: Request, document: _Document) -> Reply:
    """RFC 9110 section 13.2.2: If-None-Match decides when it is sent, else If-Modified-Since."""
    known = {
        "ETag": document.etag,
        "Last-Modified": format_datetime(document.modified, usegmt=True),
        "Cache-Control": "max-age=900",
        "Vary": "Accept-Encoding",
    }
    if _unchanged(request.headers, document):
        return Reply(304, b"", known)
    kind = {"Content-Type": document.content_type}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Reply(200, gzip.compress(document.body, mtime=0), {**known, **kind, "Content-Encoding": "gzip"})
    return Reply(200, document.body, {**known, **kind})


def _unchanged(headers: Mapping[str, str], document: _Document) -> bool:
    asked = headers.get("if-none-match")
    if asked is not None:
        tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
        return "*" in tags or document.etag.removeprefix("W/") in tags
    since = _date(headers.get("if-modified-since", ""))
    return since is not None and document.modified.replace(microsecond=0) <= since


def _date(text: str) -> datetime | None:
    """An unreadable date counts as none (RFC 9110 section 13.1.3)."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
