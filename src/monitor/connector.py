"""The contract between the monitor and a source: what a connector is given and what it promises.

A connector is a class found through the entry-point group `monitor.connectors`; ours and strangers'
come through that same door. Its life is one visit:

    connector = Connector(options, Tools(...))      # options: its own [sources.<name>] table, validated
    for page in connector.fetch(visit): ...         # pages, each with the cursor that follows it

A *place* is the smallest thing worth its own cursor and its own failure: a feed, a subreddit, a
hashtag on an instance. One that is a person's account is named `@...`, and what is told of it begins
with that name, so that it can be kept from readers. A *cursor* is a string that only the connector
reads; the store saves it in the same transaction as the page's posts, so a crash between pages loses
nothing.

What it promises, each held by a test in `monitor.testing.ConnectorContract`:

 1. posts carry the connector's name as source, a stable non-empty key, an absolute http(s) URL,
    an aware date or none, a plain-text author or none, and tags and links as texts;
 2. within a place posts come oldest first, over all pages of the visit;
 3. a resumed visit misses nothing: what a place still offers and the cursor has not passed is yielded;
 4. a resumed visit repeats at most `overlap` posts per place;
 5. a connector keeps no state of its own: equal cursors and an equal world give equal pages;
 6. whatever goes wrong is a `SourceError`: raised when the whole source fails, in `Page.problem` when
    one place does; the other places are still visited;
 7. a visit stops at `pages` pages per place and asks for nothing new after `seconds`; what was left
    comes with the next visit;
 8. no post's text, title or author stands in an error or a log line;
 9. only the places in `visit.cursors` are visited.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, SecretStr

from monitor.errors import SourceError
from monitor.model import Post


class Options(BaseModel):
    """The settings of one source: its `[sources.<name>]` table. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every connector is handed: who we are, our secrets, our own accounts, and who joined.

    `secret(key)` reads `MONITOR_<SOURCE>_<KEY>` from the environment. `accounts` are the organisation's
    own handles (`@webcare@social.example`, `u/waterveen`), so that a post which addresses one can be
    told. `ambassadors` are the handles of people who opted in, of this source only. `loopback` allows
    addresses of this machine: for the demo and for tests.
    """

    user_agent: str
    secret: Callable[[str], SecretStr | None]
    accounts: tuple[str, ...] = ()
    ambassadors: tuple[str, ...] = ()
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a source: when it is, where to go, how much may be asked.

    `cursors` maps each place that is due to its saved cursor, or to None at the first visit. `now` is
    the aware time of the run; `clock` is monotonic, in seconds, and counts against `seconds`. `full`
    asks for everything a place still offers, whatever the cursor says.
    """

    now: datetime
    cursors: Mapping[str, str | None]
    pages: int = 40
    seconds: float = 300.0
    full: bool = False
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Page:
    """What one request to a place gave.

    `cursor` follows these posts and is saved with them. `skipped` counts what the connector itself
    refused, by reason ("not public", "deleted", "unreadable"). `problem` says why the place gave less
    than it has. `not_before`: the place asked not to be visited earlier. `notes` are advice for people
    ("moved for good to ..."), never content.
    """

    place: str
    posts: tuple[Post, ...] = ()
    cursor: str | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    problem: SourceError | None = None
    not_before: datetime | None = None
    notes: tuple[str, ...] = ()


class Connector(Protocol):
    """A source. See this module's head for what it promises."""

    name: ClassVar[str]
    options: ClassVar[type[Options]]
    overlap: ClassVar[int]

    def __init__(self, options: Options, tools: Tools) -> None:
        """Take the settings. No request is made here."""

    def missing(self) -> Sequence[str]:
        """What must be set before this source can be visited, one line each with the cure; or nothing."""

    def places(self) -> Sequence[str]:
        """The names of all places that the settings ask for."""

    def fetch(self, visit: Visit) -> Iterator[Page]:
        """Visit the places in `visit.cursors`, page by page."""
