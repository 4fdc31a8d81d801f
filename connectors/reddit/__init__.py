"""Submissions, comments and searches of Reddit through PRAW, read-only, one place per listing.

    reddit = Reddit(RedditOptions(subreddits=("energie",), search=("waterveen",), approval_ref="..."), tools)

Never a person's page: no per-user endpoint is asked, profiles (`u_name`) and searches for people are refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import praw
from pydantic import Field, field_validator

from connectors.reddit.posts import About, addresses
from connectors.reddit.walk import MARGIN, Listing, Span, spans_of, visit_place
from connectors.reddit.wire import SOURCE, Requestor, fetch_listing, placed
from monitor.connector import Options, Page, Tools, Visit
from monitor.errors import ConfigError, Fatal, SourceError
from monitor.fetch import Gate, Spacing
from monitor.fetch.session import gated_session
from monitor.model import Found

SPACING = 1.0  # seconds between requests: 60 a minute, where Reddit allows 100 per client
LARGEST = 2_000_000
FAILURES = 3  # places in a row that fail as a host does, not as a place does
_HOST_KINDS = ("credentials", "rate-limit", "server", "network", "timeout")
_SUBREDDIT = re.compile(r"(?:/?r/)?([A-Za-z0-9][A-Za-z0-9_]{1,20})/?")
_PERSON = re.compile(r"\b(?:author|user)\s*:|(?<!\w)(?:u|user)/[\w-]|(?<!\w)u_\w", re.IGNORECASE)
_NO_ID = "MONITOR_REDDIT_CLIENT_ID is not set: take it from https://www.reddit.com/prefs/apps"
_NO_SECRET = "MONITOR_REDDIT_CLIENT_SECRET is not set: it stands beside the client id"  # noqa: S105 - a message
_NO_APPROVAL = (
    "[sources.reddit] approval_ref is not set: Reddit's Responsible Builder Policy demands its written "
    "approval before any access; ask for it and name its reference here"
)
_NO_PLACES = "[sources.reddit] subreddits: name one at least, or a text under search"
_NO_SUBREDDITS = ("all", "popular", "friends", "mod")


class RedditOptions(Options):
    """`[sources.reddit]`: which subreddits to read, with or without comments, and what to search everywhere.

    `approval_ref` names Reddit's written approval, which its Responsible Builder Policy demands before
    any access. `api` is another endpoint, for the demo and tests on this machine only.
    """

    subreddits: tuple[str, ...] = Field((), description="Subreddits to read, by name.")
    search: tuple[str, ...] = Field((), description="Texts to search for in all of Reddit.")
    comments: bool = Field(True, description="Read the subreddits' comments too.")
    approval_ref: str = Field("", description="The reference of Reddit's written approval; off without it.")
    api: str | None = Field(None, pattern=r"^https?://[^/\s]+/?$", description="Another endpoint, for the demo only.")

    @field_validator("subreddits")
    @classmethod
    def _are_subreddits(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple({plain.lower(): plain for plain in map(_subreddit, names)}.values())

    @field_validator("search")
    @classmethod
    def _are_searches(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(_searchable, texts)))


@dataclass(frozen=True, slots=True)
class _Route:
    path: str
    found: Found
    params: Mapping[str, Any]


class Reddit:
    """The connector. See `monitor.connector` for what it promises."""

    name: ClassVar[str] = SOURCE
    options: ClassVar[type[Options]] = RedditOptions
    overlap: ClassVar[int] = 2 * MARGIN  # a gap and the head each reach `MARGIN` below their floor

    def __init__(self, options: Options, tools: Tools) -> None:
        assert isinstance(options, RedditOptions)
        if options.api and not tools.loopback:
            raise ConfigError("[sources.reddit] api: only the demo may use another endpoint; remove this line")
        self._options = options
        self._tools = tools
        self._routes = dict(_routes(options))
        self._spacing = Spacing(0.0 if tools.loopback else SPACING)
        self._addressed = addresses(tools.accounts)

    def missing(self) -> Sequence[str]:
        """What must be set or removed before the first request."""
        ini = Path.cwd() / "praw.ini"
        checks = {
            _NO_ID: self._secret("client_id"),
            _NO_SECRET: self._secret("client_secret"),
            _NO_APPROVAL: self._options.approval_ref.strip(),
            _NO_PLACES: self._routes,
            f"{ini} can send the client secret elsewhere: remove it or start elsewhere": not ini.exists(),
        }
        return [problem for problem, well in checks.items() if not well]

    def places(self) -> Sequence[str]:
        """`r/<name>`, `r/<name>/comments` and `search: <text>`."""
        return list(self._routes)

    def fetch(self, visit: Visit) -> Iterator[Page]:
        """Visit the places; stop when Reddit fails as a whole."""
        for line in self.missing():
            raise Fatal("credentials", SOURCE, line)
        until = visit.clock() + visit.seconds
        with closing(Gate(user_agent=self._tools.user_agent, largest=LARGEST, loopback=self._tools.loopback)) as gate:
            reddit = self._client(gate, visit)
            failed = 0
            for place in [place for place in visit.cursors if place in self._routes]:
                pages, problem = self._visited(reddit, place, visit, until)
                yield from pages
                failed = failed + 1 if problem and problem.kind in _HOST_KINDS else 0
                if problem and problem.place != SOURCE:
                    yield Page(place, problem=problem)
                if problem and (problem.place == SOURCE or failed == FAILURES):
                    raise placed(problem, SOURCE)

    def _visited(
        self, reddit: praw.Reddit, place: str, visit: Visit, until: float
    ) -> tuple[list[Page], SourceError | None]:
        spans = (Span(),) if visit.full else spans_of(visit.cursors[place])
        asks = iter(range(visit.pages))
        return visit_place(
            place,
            spans,
            partial(self._asked, reddit, place),
            lambda: visit.clock() < until and next(asks, None) is not None,
            visit.now.timestamp(),
        )

    def _asked(self, reddit: praw.Reddit, place: str, after: str | None, limit: int) -> Listing:
        route = self._routes[place]
        params = {**route.params, "limit": limit} | ({"after": after} if after else {})
        return fetch_listing(reddit, route.path, params, About(place, route.found, self._addressed))

    def _client(self, gate: Gate, visit: Visit) -> praw.Reddit:
        """A client that takes nothing from praw.ini or the environment: whatever they may set is passed."""
        try:
            return praw.Reddit(
                "DEFAULT",
                requestor_class=Requestor,
                requestor_kwargs={
                    "session": gated_session(gate),
                    "turn": partial(self._spacing.wait, SOURCE),
                    "now": visit.now,
                },
                **_endpoints(self._options.api),
                **dict.fromkeys(("username", "password", "refresh_token", "redirect_uri")),
                client_id=self._secret("client_id"),
                client_secret=self._secret("client_secret"),
                user_agent=self._tools.user_agent,
                check_for_updates=False,
                check_for_async=False,
                timeout=20,
            )
        except Exception as error:
            cure = "look for a damaged praw.ini in ~/.config, and for a user agent of 7 letters at least"
            raise Fatal("malformed", SOURCE, f"PRAW cannot start: {cure}") from error

    def _secret(self, key: str) -> str:
        secret = self._tools.secret(key)
        return secret.get_secret_value().strip() if secret else ""


def _routes(options: RedditOptions) -> Iterator[tuple[str, _Route]]:
    for name in options.subreddits:
        yield f"r/{name}", _Route(f"r/{name}/new", "timeline", {})
        if options.comments:
            yield f"r/{name}/comments", _Route(f"r/{name}/comments", "timeline", {})
    for text in options.search:
        asked = {"q": text, "sort": "new", "t": "all", "type": "link", "restrict_sr": "false"}
        yield f"search: {text}", _Route("r/all/search", "search", asked)


def _endpoints(api: str | None) -> dict[str, Any]:
    if api:
        return dict.fromkeys(("oauth_url", "reddit_url"), api.rstrip("/"))
    return {"oauth_url": "https://oauth.reddit.com", "reddit_url": "https://www.reddit.com"}


def _subreddit(name: str) -> str:
    found = _SUBREDDIT.fullmatch(name.strip())
    if not found:
        raise ValueError(f"{name!r} is no name of a subreddit: write it as in r/<name>, one by one")
    if found[1].lower() in _NO_SUBREDDITS:
        raise ValueError(f"{name!r} is no single subreddit: name those you mean, or use search")
    if found[1].lower().startswith("u_"):
        raise ValueError(f"{name!r} is a person's profile: people are not followed")
    return found[1]


def _searchable(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > 512:
        raise ValueError("expected a text of 1 to 512 characters")
    if _PERSON.search(plain):
        raise ValueError("one of these looks for a person: people are not searched for; name a subject")
    return plain
