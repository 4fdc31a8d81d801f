"""Reddit's JSON to posts: one child of a listing in, a `Child` with its post or the reason why there is none.

PRAW's own models are not used for this: they ask Reddit again for every field that is missing, and one
odd child spoils its whole page. `benchmarks/real_reddit.py` holds our reading against theirs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from monitor.model import Found, Post

SITE = "https://www.reddit.com"
_NAMES = {"t3": re.compile(r"t3_[0-9a-z]{1,13}"), "t1": re.compile(r"t1_[0-9a-z]{1,13}")}
_GONE = ("[deleted]", "[removed]", "[deleted by user]", "[ removed by reddit")
_OWN_HOSTS = (".reddit.com", ".redd.it")
_PATH = re.compile(r"/[^/\\\s][^\\\s]*")
_ACCOUNT = re.compile(r"/?u/([\w-]+)", re.IGNORECASE)


class LeftOut(Exception):  # noqa: N818 - no error: named for what happens to the child
    """This child becomes no post. `reason` is counted; `detail` names the field, never its content."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class About:
    """What a post cannot say of itself: where it was found, and which words address the organisation."""

    place: str
    found: Found
    addressed: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Child:
    """One entry of a listing: its fullname and time as far as readable, and its post if it has one."""

    name: str | None
    created: float | None
    post: Post | None = field(repr=False)
    left_out: str = ""


def child_of(raw: object, about: About) -> Child:
    """Read an entry. Never raises: what cannot be read says so in `left_out`."""
    data = raw.get("data") if isinstance(raw, dict) else None
    fields: Mapping[str, Any] = data if isinstance(data, dict) else {}
    name, at = fields.get("name"), _number(fields.get("created_utc"))
    known = name if isinstance(name, str) else None
    try:
        return Child(known, at, post_of(raw, about))
    except LeftOut as left:
        return Child(known, at, None, left.reason)


def post_of(raw: object, about: About) -> Post:
    """The post of one listing entry, `{"kind": "t3" or "t1", "data": {...}}`; raises `LeftOut`."""
    kind, data = _parts(raw)
    body, title = ("selftext", "title") if kind == "t3" else ("body", None)
    if _is_gone(data, body, title):
        raise LeftOut("deleted", "deleted or removed")
    text, headline = _text(data, body), _text(data, title) if title else ""
    return Post(
        source="reddit",
        place=about.place,
        key=_name(kind, data),
        url=SITE + _path(kind, data),
        type="post" if kind == "t3" else "comment",
        found=about.found,
        body=text,
        title=headline,
        markup="text",
        published=_moment(data),
        author=_text(data, "author"),
        addressed=about.addressed(f"{headline}\n{text}"),
        tags=_tags(data) if kind == "t3" else (),
        links=_links(data) if kind == "t3" else (),
    )


def addresses(accounts: Sequence[str]) -> Callable[[str], bool]:
    """A test whether a text names one of `accounts` (those in Reddit's form, `u/name`), in any case."""
    names = [re.escape(found[1]) for account in accounts if (found := _ACCOUNT.fullmatch(account))]
    if not names:
        return lambda _: False
    pattern = re.compile(rf"(?<![\w/])/?u/(?:{'|'.join(names)})(?![\w-])", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def _parts(raw: object) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(raw, dict) or not isinstance(raw.get("data"), dict):
        raise LeftOut("unreadable", "no object")
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in _NAMES:
        raise LeftOut("unreadable", "neither submission nor comment")
    return kind, raw["data"]


def _is_gone(data: Mapping[str, Any], *names: str | None) -> bool:
    if data.get("author", "") in (None, "[deleted]") or data.get("removed_by_category"):
        return True
    texts = [data.get(name) for name in names if name]
    return any(isinstance(text, str) and text.strip().lower().startswith(_GONE) for text in texts)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise LeftOut("unreadable", f"{name} is no text")
    return value


def _name(kind: str, data: Mapping[str, Any]) -> str:
    name = _text(data, "name")
    if not _NAMES[kind].fullmatch(name):
        raise LeftOut("unreadable", "name is no fullname")
    return name


def _path(kind: str, data: Mapping[str, Any]) -> str:
    """The permalink. Comments of before 2018 carry none; Reddit finds them by submission and id."""
    path = data.get("permalink")
    if path is None and kind == "t1" and isinstance(data.get("link_id"), str):
        path = f"/r/{_text(data, 'subreddit')}/comments/{data['link_id'][3:]}/_/{_name(kind, data)[3:]}/"
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise LeftOut("unreadable", "no permalink")
    return path


def _tags(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The flair of a submission. What is no text is nothing: nobody's post is lost for its decoration."""
    flair = data.get("link_flair_text")
    return (flair,) if isinstance(flair, str) and flair.strip() else ()


def _links(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Where a link post leads, or the one that it passes on, if that is outside Reddit."""
    parents = data.get("crosspost_parent_list")
    told = [data, *(parents if isinstance(parents, list) else ())]
    links = [one.get("url") for one in told if isinstance(one, dict) and one.get("is_self") is not True]
    return tuple(link for link in links if isinstance(link, str) and _is_outside(link))


def _is_outside(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = f".{parts.hostname or ''}".rstrip(".")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and host != "" and not host.endswith(_OWN_HOSTS)


def _moment(data: Mapping[str, Any]) -> datetime:
    created = _number(data.get("created_utc"))
    if created is None:
        raise LeftOut("unreadable", "created_utc is no number")
    try:
        return datetime.fromtimestamp(created, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LeftOut("unreadable", "created_utc is no time") from error


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:  # an integer of hundreds of digits
        return None
