"""One status as Mastodon.py gives it -> a `Post`, or the reason why it is none.

Only public statuses become posts. What the author asked for (flags of the account, tags in the profile) is
passed on as opt-outs; what they mean is for the privacy gate to decide. Flags may be missing: old versions
and other software do not know them, and a missing `indexable` counts as refused.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from monitor.model import Found, OptOut, Post

SOURCE = "mastodon"
_TAG = re.compile(r"<[^>]*>")
_REFUSAL = re.compile(r"#\s*no(?:bot|index|archive)", re.IGNORECASE)
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a status was read: the place, the instance whose accounts lack a host, and our own accounts."""

    place: str
    host: str
    found: Found
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refused:
    """A status that is no post. `detail` says what could not be read; it never holds content."""

    reason: Literal["not public", "boost", "unreadable"]
    detail: str = ""


def read(status: Any, seen: Seen) -> Post | Refused:
    """The post in a status: a mapping with the keys of Mastodon's Status entity, dates already parsed."""
    if not isinstance(status, Mapping):
        return Refused("unreadable", "no object")
    if status.get("visibility") != "public":
        return Refused("not public")
    if status.get("reblog"):
        return Refused("boost")  # the boosted status stands in a timeline of its own
    key, url, body = _text(status.get("uri")), _address(status), status.get("content")
    if not url or not isinstance(body, str):
        return Refused("unreadable", "no content" if url else "no web address")
    return _post(status, seen, key or url, url, body)


def _post(status: Mapping[str, Any], seen: Seen, key: str, url: str, body: str) -> Post:
    account = _mapping(status.get("account"))
    author = _text(account.get("acct"))
    return Post(
        source=SOURCE,
        place=seen.place,
        key=key,
        url=url,
        type="comment" if status.get("in_reply_to_id") else "post",
        found=seen.found,
        title=html.escape(_text(status.get("spoiler_text")), quote=False),  # plain text, unlike the content
        body=str(body),
        markup="html",
        published=_aware(status.get("created_at")),
        author=qualified(author, seen.host) if author else None,
        language=_text(status.get("language")) or None,
        opt_outs=opt_outs(account),
        addressed=any(acct in seen.own for acct in _mentioned(status, seen.host)),
        tags=tuple(filter(None, (_text(tag.get("name")) for tag in _mappings(status.get("tags"))))),
        links=_links(status),
    )


def qualified(acct: str, host: str) -> str:
    """`name@host` in lower case: an instance leaves the host away for accounts of its own."""
    return (acct if "@" in acct else f"{acct}@{host}").lower()


def opt_outs(account: Mapping[str, Any]) -> frozenset[OptOut]:
    """What the author's account asks for."""
    signals: dict[OptOut, bool] = {
        "not-indexable": account.get("indexable") is not True,
        "noindex": account.get("noindex") is True,
        "undiscoverable": account.get("discoverable") is not True,
        "limited": account.get("limited") is True,
        "suspended": account.get("suspended") is True,
        "bio": any(_refuses(text) for text in _profile(account)),
    }
    return frozenset(name for name, given in signals.items() if given)


def _profile(account: Mapping[str, Any]) -> Iterator[str]:
    yield _text(account.get("note"))
    for field in _mappings(account.get("fields")):
        yield _text(field.get("name"))
        yield _text(field.get("value"))


def _refuses(text: str) -> bool:
    """True for #nobot, #noindex and #noarchive in any case and markup: <a>#<span>NoBot</span></a>."""
    plain = unicodedata.normalize("NFKC", html.unescape(_TAG.sub("", text)))
    return _REFUSAL.search(plain) is not None


def _mentioned(status: Mapping[str, Any], host: str) -> Iterator[str]:
    for mention in _mappings(status.get("mentions")):
        acct = _text(mention.get("acct"))
        if acct:
            yield qualified(acct, host)


def _links(status: Mapping[str, Any]) -> tuple[str, ...]:
    """The page of which the status shows a card."""
    link = _text(_mapping(status.get("card")).get("url"))
    return (link,) if _is_web(link) else ()


def _address(status: Mapping[str, Any]) -> str:
    """The first absolute http(s) address: `url`, made for people, else `uri`, once spelled `tag:...`."""
    candidates = (_text(status.get("url")), _text(status.get("uri")))
    return next((text for text in candidates if _is_web(text)), "")


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _aware(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) and value.utcoffset() is not None else None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else iter(())
