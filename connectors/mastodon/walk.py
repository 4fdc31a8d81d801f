"""One place's pages from where the last visit ended: what is asked next, and the cursor after each page.

    first visit      newest <- <- <- |        backwards by `max_id`, then yielded oldest first
    what was left    older  <- <- <- |        goes on backwards, in later visits, as far as `since`
    every visit      known  -> -> -> newest   forwards by `min_id`, page by page, until nothing comes

`min_id` gives the page next to it (`since_id` gives the newest page and skips the middle). Ids are opaque:
numbers, hexadecimal, ULIDs; they are never compared, only remembered and given back. Two things make a
remembered id unreliable: its status may be deleted, and a status that reached the instance late may get
an id of the past. So the cursor keeps the last 21 ids and a visit starts behind them: an overlap of 20.
It also proves the way: a first page without any known id means that `min_id` is not understood there (or
all were deleted), and the visit walks backwards from the newest until it meets a known id instead.

Where a first visit starts is not knowable in ids ("0" means the oldest on one server and nothing on the
next), so history is read backwards and no further than `since`; a full visit has no such bound. Search has
no way forwards at all and always walks backwards, until it meets a known status.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import dropwhile, pairwise
from typing import Any, Protocol

from monitor.errors import SourceError

OVERLAP = 20


@dataclass(frozen=True, slots=True)
class Item:
    """A status with what the walk needs of it. `id` is empty when it has none."""

    id: str
    at: datetime | None
    status: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a place is read.

    `known`: the last ids that were read, oldest first. `older`: where the past is still unread: a position,
    "" for the newest end, None when done. `floor`: the ids at which that past ends, if any.
    """

    known: tuple[str, ...] = ()
    older: str | None = ""
    floor: tuple[str, ...] = ()

    def written(self) -> str:
        """As the store keeps it."""
        return json.dumps(asdict(self))


def read_cursor(text: str | None) -> Cursor:
    """The cursor in `text`; what cannot be read starts anew, which only repeats."""
    try:
        raw = json.loads(text or "{}")
        older = raw.get("older", "")
        known, floor = (tuple(map(str, raw.get(name, ()))) for name in ("known", "floor"))
        return Cursor(known, older if older is None else str(older), floor)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Cursor()


@dataclass(frozen=True, slots=True)
class Step:
    """A page's statuses, oldest first, and the cursor that follows them."""

    items: Sequence[Item]
    cursor: Cursor


class Reader(Protocol):
    """One place's endpoint. Pages come in the server's order."""

    @property
    def forwards(self) -> bool:
        """True when `newer` can be asked."""

    def newer(self, after: str) -> list[Item]:
        """The page that follows the status `after`."""

    def older(self, position: str) -> list[Item]:
        """The page before `position`; "" is the newest end."""

    def beyond(self, position: str, page: Sequence[Item]) -> str:
        """The position after `page`, which is oldest first and was read at `position`."""


class Budget:
    """How much may still be asked for: `pages` requests, and none after `ends` on `clock`."""

    def __init__(self, pages: int, ends: float, clock: Callable[[], float]) -> None:
        self.left = pages
        self._ends = ends
        self._clock = clock

    def spend(self) -> bool:
        """Take one request from the budget; False when there is none."""
        if self.left <= 0 or self._clock() >= self._ends:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class _Window:
    """Pages read backwards, the newest first; `rest` is where to go on, None when the end was reached."""

    rest: str | None
    pages: list[list[Item]] = field(default_factory=list)
    met: bool = False
    problem: SourceError | None = None


@dataclass(slots=True)
class Walk:
    """One visit to one place. Statuses from before `since` are not looked for (None: all)."""

    reader: Reader
    budget: Budget
    since: datetime | None

    def steps(self, cursor: Cursor) -> Iterator[Step]:
        """The pages, oldest statuses first over the whole visit; raises the reader's `SourceError`."""
        if not cursor.known:
            yield from self._from_the_top(cursor, self.budget.left)
            return
        if cursor.older is not None:
            for step in self._history(cursor):
                cursor = step.cursor
                yield step
        yield from self._news(cursor)

    def _from_the_top(self, cursor: Cursor, pages: int) -> Iterator[Step]:
        """From the newest down to the floor, the oldest page first."""
        window = self._backwards(cursor.older or "", cursor.floor, pages)
        floor = cursor.floor if window.rest is not None else ()
        read: list[str] = list(cursor.floor) if window.met else []
        for page in reversed(window.pages[1:]):
            read += _ids(page)
            yield Step(page, Cursor(_ids(page)[-1:] or tuple(read[-1:]), window.rest, floor))
        if window.pages or not window.problem:
            newest = window.pages[0] if window.pages else []
            yield Step(newest, Cursor(_tail([*read, *_ids(newest)]), window.rest, floor))
        if window.problem:
            raise window.problem

    def _history(self, cursor: Cursor) -> Iterator[Step]:
        """What earlier visits left unread. The cursor moves with the last page: the others are older."""
        pages = max(1, self.budget.left // 2) if self.reader.forwards else self.budget.left
        window = self._backwards(cursor.older or "", cursor.floor, pages)
        for page in reversed(window.pages[1:]):
            yield Step(page, cursor)
        if window.pages or not window.problem:
            floor = cursor.floor if window.rest is not None else ()
            last = window.pages[0] if window.pages else []
            yield Step(last, replace(cursor, older=window.rest, floor=floor))
        if window.problem:
            raise window.problem

    def _news(self, cursor: Cursor) -> Iterator[Step]:
        if self.reader.forwards:
            yield from self._forwards(cursor)
        elif cursor.older is None:
            yield from self._from_the_top(Cursor(floor=cursor.known), self.budget.left)

    def _forwards(self, cursor: Cursor) -> Iterator[Step]:
        """Page after page behind the oldest known id, until one brings nothing."""
        seen = dict.fromkeys(cursor.known[:1])
        while self.budget.spend():
            page = oldest_first(self.reader.newer(next(reversed(seen))))
            if len(seen) == 1 and self.budget.left and _is_lost(cursor, page):
                yield from self._from_the_top(Cursor(floor=cursor.known), self.budget.left)
                return
            fresh = [item for item in page if item.id not in seen]
            seen |= dict.fromkeys(_ids(fresh))
            if not _ids(fresh):
                yield Step(fresh, replace(cursor, known=_tail(seen)))
                return
            yield Step(fresh, replace(cursor, known=_tail(seen)[-1:]))

    def _backwards(self, position: str, floor: Sequence[str], pages: int) -> _Window:
        window = _Window(position)
        seen: set[str] = set()
        while window.rest is not None and len(window.pages) < pages and self.budget.spend():
            try:
                page = oldest_first(self.reader.older(window.rest))
            except SourceError as error:
                window.problem = error
                break
            fresh = self._taken(window, page, seen, floor)
            seen.update(_ids(page))
            ended = window.met or not _ids(fresh) or self._is_old(page)
            window.rest = None if ended else self.reader.beyond(window.rest, page)
        return window

    def _taken(self, window: _Window, page: list[Item], seen: set[str], floor: Sequence[str]) -> list[Item]:
        """Add to the window what is new in a page: not seen in this walk, and not before the floor."""
        fresh = [item for item in page if item.id not in seen]
        if any(item.id in floor for item in page):
            window.met = True
            fresh = [item for item in dropwhile(lambda item: item.id not in floor, fresh) if item.id not in floor]
        if fresh:
            window.pages.append(fresh)
        return fresh

    def _is_old(self, page: Sequence[Item]) -> bool:
        at = page[0].at
        return self.since is not None and at is not None and at < self.since


def oldest_first(page: Sequence[Item]) -> list[Item]:
    """The page in the order of time. Mastodon answers newest first; some servers turn `min_id` pages round.

    Told by most of the neighbours: single dates may be wrong, and statuses arrive late.
    """
    dates = [item.at for item in page if item.at]
    rises = sum((one < two) - (one > two) for one, two in pairwise(dates))
    return list(page) if rises > 0 else list(reversed(page))


def _is_lost(cursor: Cursor, page: Sequence[Item]) -> bool:
    """Nothing known follows an id that known ones followed before."""
    return len(cursor.known) > 1 and cursor.older is None and not any(item.id in cursor.known for item in page)


def _ids(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(item.id for item in items if item.id)


def _tail(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))[-(OVERLAP + 1) :]
