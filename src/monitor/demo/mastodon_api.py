"""A Mastodon instance on loopback: the part of its API that a reader of public statuses uses.

    api = MastodonApi([Status("101", Account("1", "lotte_vdb"), "<p>...</p>", at, tags=("waterveen",))])
    with Service(api) as service: ...        # tag timelines, accounts, statuses, search (with a token)

Formats, paging and headers are those of Mastodon 4.6. Ids are opaque: their order is the order in which
statuses were added, so numbers, hexadecimal and ULIDs all work, and a deleted status keeps its place.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import unquote, urlencode

from monitor.demo.service import Reply, Request

Link = Literal["real", "none", "itself", "elsewhere"]
LARGEST_PAGE = 40


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `acct` is a bare name for one of this instance, name@host for others; None: key absent."""

    id: str
    acct: str
    note: str = ""
    indexable: bool | None = True
    noindex: bool | None = False
    discoverable: bool | None = True
    limited: bool | None = False
    suspended: bool | None = False
    bot: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """A status. `mentions` are accts as in `Account`; `uri` is for one that several instances know."""

    id: str
    account: Account
    text_html: str
    at: datetime
    language: str | None = "nl"
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    spoiler: str = ""
    edited_at: datetime | None = None
    boost_of: "Status | None" = None
    deleted: bool = False
    in_reply_to: str | None = None
    uri: str | None = None


class MastodonApi:
    """Answers requests to one instance.

    `token` is the one user token it knows. `link` says what its Link headers are like: as the real
    server's, absent, or with a `next` that names the same page or another host. `strict=False` is an
    instance that lists statuses of every visibility.
    """

    def __init__(
        self,
        statuses: Iterable[Status] = (),
        *,
        token: str | None = None,
        page_size: int = LARGEST_PAGE,
        link: Link = "real",
        strict: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._statuses = list(statuses)
        self._token = token
        self._page_size = page_size
        self._link = link
        self._strict = strict
        self._now = now

    def add(self, *statuses: Status) -> None:
        """Publish statuses: they are newer than all others."""
        self._statuses.extend(statuses)

    def delete(self, id_: str) -> None:
        """Delete a status: it is offered no more."""
        self._statuses = [replace(each, deleted=each.deleted or each.id == id_) for each in self._statuses]

    def __call__(self, request: Request) -> Reply:
        """The answer to one request."""
        given = request.headers.get("authorization")
        if given is not None and given != f"Bearer {self._token}":
            return self._json(401, {"error": "The access token is invalid"})
        reply = self._account_reply(request, known=given is not None) or self._status_reply(request)
        return reply or self._json(404, {"error": "Record not found"})

    def _account_reply(self, request: Request, *, known: bool) -> Reply | None:
        match _parts(request):
            case ["api", "v1" | "v2" as version, "instance"]:
                return self._json(200, _instance(request.headers.get("host", ""), version))
            case ["api", "v2", "search"]:
                return self._search(request, known=known)
            case ["api", "v1", "accounts", "lookup"]:
                return self._lookup(request)
        return None

    def _status_reply(self, request: Request) -> Reply | None:
        match _parts(request):
            case ["api", "v1", "timelines", "tag", tag]:
                return self._page(request, lambda status: _has_tag(status, tag) and self._listed(status))
            case ["api", "v1", "accounts", id_, "statuses"]:
                return self._page(request, lambda status: self._shown_by(status, id_, request.query))
            case ["api", "v1", "statuses"]:
                return self._several(request, [value for name, value in request.query.items() if name == "id[]"])
            case ["api", "v1", "statuses", id_]:
                return self._one(request, id_)
        return None

    def _listed(self, status: Status) -> bool:
        return status.visibility == "public" or not self._strict

    def _shown_by(self, status: Status, account: str, query: Any) -> bool:
        seen = status.visibility in ("public", "unlisted") or not self._strict
        return status.account.id == account and seen and not (status.boost_of and "exclude_reblogs" in query)

    def _page(self, request: Request, wanted: Callable[[Status], bool]) -> Reply:
        found = _within(self._statuses, request.query)
        found = [status for status in found if wanted(status) and not status.deleted]
        size = self._size(request)
        page = found[:size] if "min_id" in request.query else found[::-1][:size][::-1]
        host = request.headers.get("host", "")
        return self._json(200, [_status(each, host) for each in reversed(page)], self._links(request, page))

    def _size(self, request: Request) -> int:
        return min(int(request.query.get("limit", 20)), LARGEST_PAGE, self._page_size)

    def _links(self, request: Request, page: Sequence[Status]) -> dict[str, str]:
        if self._link == "none" or not page:
            return {}
        host = "elsewhere.example" if self._link == "elsewhere" else request.headers.get("host", "")
        kept = {name: value for name, value in request.query.items() if not name.endswith("_id")}
        older = {"max_id": page[0].id} if self._link != "itself" else request.query
        address = f"http://{host}{request.path}?"
        following = f'<{address}{urlencode({**kept, **older})}>; rel="next"'
        return {"Link": f'{following}, <{address}{urlencode({**kept, "min_id": page[-1].id})}>; rel="prev"'}

    def _search(self, request: Request, *, known: bool) -> Reply:
        """Newest first by offset; statuses are found for users only. `min_id` works as `since_id` here."""
        words = request.query.get("q", "").casefold()
        found = [each for each in _within(self._statuses, request.query) if not each.deleted and self._listed(each)]
        hits = [each for each in reversed(found) if words in f"{each.spoiler} {each.text_html}".casefold()]
        start = int(request.query.get("offset", 0))
        page = hits[start : start + self._size(request)] if known else []
        host = request.headers.get("host", "")
        body = {"accounts": [], "statuses": [_status(each, host) for each in page], "hashtags": []}
        return self._json(200, body)

    def _lookup(self, request: Request) -> Reply:
        host = request.headers.get("host", "")
        asked = request.query.get("acct", "").removesuffix(f"@{host}").casefold()
        for status in self._statuses:
            if status.account.acct.casefold() == asked:
                return self._json(200, _account(status.account, host))
        return self._json(404, {"error": "Record not found"})

    def _several(self, request: Request, ids: Sequence[str]) -> Reply:
        host = request.headers.get("host", "")
        found = [each for each in self._statuses if each.id in ids and not each.deleted]
        return self._json(200, [_status(each, host) for each in found if each.visibility in ("public", "unlisted")])

    def _one(self, request: Request, id_: str) -> Reply:
        for status in self._statuses:
            if status.id == id_ and not status.deleted and status.visibility in ("public", "unlisted"):
                return self._json(200, _status(status, request.headers.get("host", "")))
        return self._json(404, {"error": "Record not found"})

    def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> Reply:
        reset = (self._now() + timedelta(minutes=5)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return Reply(status, json.dumps(body, ensure_ascii=False).encode(), {**kind, **limits, **(headers or {})})


def _parts(request: Request) -> list[str]:
    return [unquote(part) for part in request.path.strip("/").split("/")]


def _has_tag(status: Status, tag: str) -> bool:
    return tag.casefold() in {each.casefold() for each in (status.boost_of or status).tags}


def _within(statuses: Sequence[Status], query: Any) -> list[Status]:
    """The statuses between the ids that were asked for, oldest first, by place and not by comparing ids."""
    places = {status.id: place for place, status in enumerate(statuses)}
    after = [places.get(query[name], len(statuses)) for name in ("min_id", "since_id") if name in query]
    until = places.get(query["max_id"], 0) if "max_id" in query else len(statuses)
    return list(statuses[max(after, default=-1) + 1 : until])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _home(acct: str, host: str) -> tuple[str, str]:
    """The name and the web address of the instance where an account lives."""
    name, _, elsewhere = acct.partition("@")
    return name, f"https://{elsewhere}" if elsewhere else f"http://{host}"


def _status(status: Status, host: str) -> dict[str, Any]:
    name, home = _home(status.account.acct, host)
    whole = {
        "id": status.id,
        "created_at": _moment(status.at),
        "in_reply_to_id": status.in_reply_to,
        "in_reply_to_account_id": None,
        "sensitive": bool(status.spoiler),
        "spoiler_text": status.spoiler,
        "visibility": status.visibility,
        "language": status.language,
        "uri": status.uri or f"{home}/users/{name}/statuses/{status.id}",
        "url": f"{home}/@{name}/{status.id}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": _moment(status.edited_at) if status.edited_at else None,
        "content": "" if status.boost_of else status.text_html,
        "reblog": _status(status.boost_of, host) if status.boost_of else None,
        "application": {"name": "Web", "website": None},
        "account": _account(status.account, host),
        "media_attachments": [],
        "mentions": [_mention(acct, host) for acct in status.mentions],
        "tags": [{"name": tag, "url": f"http://{host}/tags/{tag}"} for tag in status.tags],
        "emojis": [],
        "tagged_collections": [],
        "quote": None,
        "card": None,
        "poll": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    }
    return _without(whole, "language") if status.language is None else whole


def _mention(acct: str, host: str) -> dict[str, str]:
    name, home = _home(acct, host)
    return {"id": f"m-{acct}", "username": name, "url": f"{home}/@{name}", "acct": acct}


def _account(account: Account, host: str) -> dict[str, Any]:
    name, home = _home(account.acct, host)
    picture = f"http://{host}/avatars/original/missing.png"
    flags = ("indexable", "noindex", "discoverable", "limited", "suspended")
    whole = {
        "id": account.id,
        "username": name,
        "acct": account.acct,
        "display_name": name,
        "locked": False,
        "bot": account.bot,
        "group": False,
        "created_at": "2024-01-01T00:00:00.000Z",
        "note": account.note,
        "url": f"{home}/@{name}",
        "uri": f"{home}/users/{name}",
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": "",
        "header": picture,
        "header_static": picture,
        "header_description": "",
        "followers_count": 12,
        "following_count": 34,
        "statuses_count": 56,
        "last_status_at": "2026-01-01",
        "hide_collections": None,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "emojis": [],
        "roles": [],
        "fields": [{"name": key, "value": value, "verified_at": None} for key, value in account.fields],
    }
    return whole | {flag: getattr(account, flag) for flag in flags if getattr(account, flag) is not None}


def _without(whole: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name != key}


def _instance(host: str, version: str) -> dict[str, Any]:
    about = {
        "title": "A made-up instance",
        "version": "4.6.0",
        "description": "",
        "languages": ["nl"],
        "rules": [],
    }
    if version == "v1":
        return about | {
            "uri": host,
            "urls": {"streaming_api": f"ws://{host}"},
            "stats": {},
            "registrations": False,
        }
    everyone = {"local": "public", "remote": "public"}
    access = {"live_feeds": everyone, "hashtag_feeds": everyone, "trending_link_feeds": everyone}
    settings = {
        "urls": {"streaming": f"ws://{host}"},
        "timelines_access": access,
        "limited_federation": False,
    }
    return about | {"domain": host, "configuration": settings, "api_versions": {"mastodon": 9}}
