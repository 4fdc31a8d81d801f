"""The values of the made-up world: feeds, their entries, and the truth about every post.

Nothing here looks at a clock: the world ends at `NOW`, the Monday after week 46 of 2026, and began five
weeks before.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.demo.content import Row
from monitor.model import Kind

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=ZONE)
SINCE = NOW.replace(hour=0) - timedelta(weeks=5)

Where = Literal["feeds", "reddit", "mastodon"]
FeedKind = Literal["rss", "atom", "rdf", "json"]

_NAME = re.compile(r"(?<!\w)lindeveer(?!\w)", re.IGNORECASE)
_HANDLE = re.compile(r"@[\w.]+@[\w.-]+")
_FLAGS = ("hostile", "personal", "namesake")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `id` is unique in the world; `html` is the body as the feed carries it."""

    id: str
    url: str
    title: str
    html: str = field(repr=False)
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, newest first, and how it is served. `guids` False: without ids; `whole` False: breaks off."""

    path: str
    title: str
    site: str
    kind: FeedKind
    language: str
    entries: tuple[Entry, ...] = ()
    encoding: str = "utf-8"
    guids: bool = True
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one post, for tests and for measuring.

    `id` is a feed entry's id, a Reddit fullname (`t3_...`, `t1_...`) or a status id; `place` a feed's path, a
    subreddit or an account's instance; `url` begins with a slash where the service's own address precedes it.
    `about`: it speaks of the organisation; `named`: its words contain the name; `own`: the organisation wrote
    it; `same` names a group of posts that say the same in equal or nearly equal words; `namesake`: the name in its
    words is somebody else's, which only a reader knows, so it is kept and let stand.
    """

    id: str
    where: Where
    place: str
    url: str
    language: str
    at: datetime | None
    about: bool
    named: bool
    kind: Kind | None = None
    private: bool = False
    deleted: bool = False
    opted_out: bool = False
    ambassador: bool = False
    own: bool = False
    boost: bool = False
    edited: bool = False
    hostile: bool = False
    personal: bool = False
    namesake: bool = False
    same: str | None = None

    @property
    def dated(self) -> bool:
        """Its date can be right."""
        return self.at is not None and SINCE <= self.at <= NOW

    @property
    def kept(self) -> bool:
        """What a monitor keeps that obeys the rules and reads one post at a time. A boost is another's post."""
        ours = self.about or self.namesake
        return ours and self.named and not (self.private or self.deleted or self.opted_out or self.boost)


def moment(row: Row, key: str = "when") -> datetime | None:
    """The row's time in Amsterdam, or None when it has none."""
    naive: datetime | None = row.get(key)
    return None if naive is None else naive.replace(tzinfo=ZONE)


def told(row: Row) -> Row:
    """The fields of `Truth` that a row states itself: about, kind, named, its copies and its flags."""
    about = row.get("about", "kind" in row)
    words = _HANDLE.sub("", f"{row.get('title', '')}\n{row['text']}")
    flags = {flag: row.get(flag, False) for flag in _FLAGS}
    kind = row.get("kind", "other") if about else None
    return {"about": about, "kind": kind, "named": bool(_NAME.search(words)), "same": row.get("same")} | flags
