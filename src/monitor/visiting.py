"""One visit to one source: its pages fetched, judged in memory and saved; however it goes, it ends as a `Collected`.

    connector.fetch | document | match | admit | judge | store.save
                                   |      '-> Dropped(reason): counted, never written anywhere
                                   '-> no match: forgotten on the spot

Several pages share a transaction, so a thousand unchanged feeds cost ten of them and not a thousand.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from monitor.assemble import Monitor
from monitor.connector import Connector, Page, Visit
from monitor.errors import Fatal, Retry, SourceError, StoreError
from monitor.judging import Judged, is_person, judged_page
from monitor.model import Tally
from monitor.privacy.gate import ACCOUNT
from monitor.store import Place, Visited

PAGES_PER_SAVE = 100
POSTS_PER_SAVE = 5_000
BACK_OFF = timedelta(minutes=15)  # more for every failure in a row
LONGEST_BACK_OFF = timedelta(hours=24)

log = logging.getLogger("monitor")
OnPage = Callable[[str, int, int], None]
Clock = Callable[[], float]  # seconds, from any moment on


@dataclass(frozen=True, slots=True)
class Collected:
    """How a visit to one source went. `outcome`: good, degraded, failed or skipped; `problems` our own words."""

    source: str
    outcome: str
    tally: Tally = field(default_factory=Tally)
    problems: tuple[str, ...] = ()


def visit_source(
    monitor: Monitor,
    run: str,
    source: str,
    now: datetime,
    *,
    full: bool = False,
    on_page: OnPage | None = None,
    clock: Clock,
) -> Collected:
    """One visit, with its beginning and end noted. Call it with the source's lock held. Raises StoreError alone."""
    connector = monitor.connectors[source]
    monitor.store.begin(run, source, now)
    began = clock()
    time_is: Callable[[], datetime] = lambda: now + timedelta(seconds=clock() - began)  # noqa: E731 - `now`, still running
    collected = _visited(monitor, run, connector, now, time_is, full=full, on_page=on_page)
    monitor.store.finish(run, source, time_is(), collected.outcome, collected.problems)
    log.info(
        "%s: %s, %d new of %d fetched",
        source,
        collected.outcome,
        collected.tally.new,
        collected.tally.fetched,
    )
    return collected


def _visited(
    monitor: Monitor,
    run: str,
    connector: Connector,
    now: datetime,
    time_is: Callable[[], datetime],
    *,
    full: bool,
    on_page: OnPage | None,
) -> Collected:
    """The visit itself: whatever a source does, it ends as a `Collected`."""
    source = connector.name
    known = {place.name: place for place in monitor.store.places(source)}
    saving = _Saving(monitor, run, source, now, time_is, known)
    due: Iterable[str] = ()
    try:
        if missing := connector.missing():
            return saving.ended("skipped", *missing)
        visit = _visit(monitor, connector, known, now, full=full)
        due = visit.cursors
        for pages in _batches(_watched(connector.fetch(visit), len(visit.cursors), source, on_page)):
            saving.pages(pages)
        saving.problems += _resting(known[name] for name in connector.places() if name in known and name not in due)
    except SourceError as error:
        return saving.failed(due, error)
    except StoreError:
        raise  # the database needs a person: no other source could be saved either
    except Exception as error:  # noqa: BLE001 - a connector's fault must not stop the others; its text may quote posts
        return saving.failed(due, Fatal("malformed", source, f"stopped by an unexpected {type(error).__name__}"))
    return saving.ended("degraded" if saving.problems else "good")


def _resting(places: Iterable[Place]) -> list[str]:
    """A line about places that failed before and were not asked now: their silence is not health."""
    failed = [place for place in places if place.failures]
    if not failed:
        return []
    first = min(place.not_before for place in failed if place.not_before)
    return [f"at rest after failures: {len(failed)}, the first until {first:%Y-%m-%d %H:%M} UTC; --full asks at once"]


def _visit(monitor: Monitor, connector: Connector, known: Mapping[str, Place], now: datetime, *, full: bool) -> Visit:
    """The places that are due, the longest unvisited first."""
    places = [name for name in connector.places() if full or _is_due(known.get(name), now)]
    places.sort(key=lambda name: known[name].visited.timestamp() if name in known else 0.0)
    asking = monitor.matcher.version
    cursors = {name: _cursor(known.get(name), asking) for name in places}
    limits = monitor.settings.fetch
    return Visit(now=now, cursors=cursors, pages=limits.pages, seconds=limits.seconds, full=full)


def _cursor(place: Place | None, version: str) -> str | None:
    """Where to go on; None, as at a first visit, when other queries are asked than those the place was read for.

    None is right for every connector, and nothing is lost by it: it leaves nothing passed, so all that the place
    still offers comes in this visit and those that follow, what an unfinished cursor had still to fetch included.
    A feed is fetched without validators and read whole; Reddit's listing is walked from the top to its end;
    Mastodon's timeline from the newest back through `history_days`, which bounds the unread past of any cursor
    too. `full` would read on without that bound, for every change of a word. The first page's cursor tells what
    is left of the new walk: a place is noted as read for these queries with it, and goes on from there.
    """
    return place.cursor if place and place.queries == version else None


def _is_due(place: Place | None, now: datetime) -> bool:
    return place is None or place.not_before is None or place.not_before <= now


def _watched(pages: Iterator[Page], total: int, source: str, on_page: OnPage | None) -> Iterator[Page]:
    seen: set[str] = set()
    for page in pages:
        seen.add(page.place)
        if on_page:
            on_page(source, len(seen), total)
        yield page


def _batches(pages: Iterator[Page]) -> Iterator[list[Page]]:
    """Pages in groups that are worth a transaction. What came before a failure is still yielded."""
    while True:
        batch: list[Page] = []
        try:
            for page in islice(pages, PAGES_PER_SAVE):
                batch.append(page)
                if sum(len(one.posts) for one in batch) >= POSTS_PER_SAVE:
                    break
        except Exception:
            if batch:
                yield batch
            raise
        if not batch:
            return
        yield batch


class _Saving:
    """Judges and saves the pages of one visit, and adds up how it went."""

    def __init__(
        self,
        monitor: Monitor,
        run: str,
        source: str,
        now: datetime,
        time_is: Callable[[], datetime],
        known: Mapping[str, Place],
    ) -> None:
        self._monitor = monitor
        self._run = run
        self._source = source
        self._now = now
        self._here = now.astimezone(monitor.zone)
        self._time_is = time_is
        self._failures = {name: place.failures for name, place in known.items()}
        self._seen: set[str] = set()
        self._policy = monitor.policy(now)
        self._asking = monitor.matcher.version
        self._tally = Tally()
        self.problems: list[str] = []

    def pages(self, pages: Sequence[Page]) -> None:
        """One transaction: what was kept of these pages, and where their places stand now."""
        judged: list[Judged] = []
        counted = Tally()
        for page in pages:
            found, tally = judged_page(self._monitor, page, self._policy, self._now)
            judged += found
            counted += tally
        visited = [self._visited(page) for page in pages]
        saved = self._monitor.store.save(self._run, self._source, self._here, judged, visited, counted)
        self._tally += counted + Tally(new=saved.new, revised=saved.revised, flagged=saved.flagged)
        self.problems += [_told(page.problem) for page in pages if page.problem]

    def failed(self, due: Iterable[str], error: SourceError) -> Collected:
        """Note the source's failure with every place that it kept from being visited.

        Only what may pass by itself makes them wait: what a person mends is asked again at once.
        """
        places = [self._visited(Page(place, problem=error)) for place in due if place not in self._seen]
        if not isinstance(error, Retry):
            places = [replace(place, not_before=None) for place in places]
        self._monitor.store.save(self._run, self._source, self._now, (), places, Tally())
        return self.ended("failed", _told(error))

    def ended(self, outcome: str, *problems: str) -> Collected:
        return Collected(self._source, outcome, self._tally, (*self.problems, *problems))

    def _visited(self, page: Page) -> Visited:
        self._seen.add(page.place)
        failures = self._failures.get(page.place, 0) + 1 if page.problem else 0
        self._failures[page.place] = failures
        wait = _back_off(page.problem, failures)  # from when it is saved, which is after the answer came
        return Visited(
            name=page.place,
            cursor=page.cursor,
            not_before=self._time_is() + wait if wait else page.not_before,
            problem=f"{page.problem.message} ({page.problem.kind})" if page.problem else None,
            failures=failures,
            notes=page.notes,
            # without a cursor the old one stays, which is of other queries
            queries=self._asking if page.cursor is not None and not page.problem else None,
        )


def _back_off(problem: SourceError | None, failures: int) -> timedelta | None:
    """How long a failing place is left alone: what its server asked for, else a quarter more each time.

    What a person mends is asked again at the next pass.
    """
    if problem is None or isinstance(problem, Fatal):
        return None
    if isinstance(problem, Retry) and problem.seconds is not None:
        return timedelta(seconds=min(max(0.0, problem.seconds), LONGEST_BACK_OFF.total_seconds()))
    return min((failures - 1) * BACK_OFF, LONGEST_BACK_OFF)


def _told(problem: SourceError) -> str:
    """What went wrong. Where the place is a person's account its handle is left out: this is kept and published."""
    return str(problem).replace(problem.place, ACCOUNT) if is_person(problem.place) else str(problem)
