"""A query that nobody saved yet, over what is stored and over what the sources offer now: how much, and what.

    over_stored   newest snapshot -> chunks -> on_excerpt -> counted, few shown
    over_feeds    connector.fetch(no cursors, few pages, short) -> document -> match -> admit -> counted, few shown

Nothing is kept of a trial: no mention, no cursor, no note of a place. Of what the sources offer now only that is
shown which the privacy gate lets through, and nothing that an ambassador wrote; the rest is counted. Accounts of
persons are not visited, nor places that asked for rest, as far as the snapshot knows. It takes no lock, so that no
pass finds a source busy because somebody tries a word.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, zip_longest

from monitor.assemble import Monitor
from monitor.connector import Connector, Page, Visit
from monitor.errors import SourceError
from monitor.model import Dropped, Facet, Found, Match, Mention, Post
from monitor.normalise import document
from monitor.privacy import Policy, admit
from monitor.queries import texts_of
from monitor.query import Matcher, Query
from monitor.store import Kept
from monitor.store.kept import published, resting

CHUNK = 5_000
PAGES, SECONDS = 2, 10.0  # per place, and per source
SAMPLES = 5
NAME = "try"
OnProgress = Callable[[int, int], None]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that the query holds for; `spans` count in title, line break and excerpt."""

    title: str = field(repr=False)
    excerpt: str = field(repr=False)
    url: str = field(repr=False)
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Of a source and a kind of place, in posts: how many there were, and for how many the query holds.

    Of `unsure` the stored excerpt has some of the words and cannot tell.
    """

    source: str
    found: Found
    looked_at: int
    matched: int
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial found. `dropped`: matched posts that would not be kept, by reason; `problems`: our own words."""

    counts: tuple[Count, ...]
    samples: tuple[Sample, ...]
    dropped: tuple[tuple[str, int], ...] = ()
    problems: tuple[str, ...] = ()


def draft(monitor: Monitor, text: str, facet: Facet = "brand") -> Matcher:
    """The query `text`, alone; it may use the configuration's `$saved` parts and queries. Raises QueryError."""
    return Matcher([Query(NAME, facet, text)], saved=texts_of(monitor.settings), zone=monitor.zone)


def over_stored(
    monitor: Monitor, matcher: Matcher, *, samples: int = SAMPLES, on_progress: OnProgress | None = None
) -> Tried:
    """The query over what readers see of what is stored; raises StoreError when nothing was published yet."""
    adding, done = _Adding(samples), 0
    for chunk, total in published(monitor.store.folder, CHUNK):
        for kept in chunk:
            sure, unsure = matcher.on_excerpt(kept.document, kept.first_seen, cut=kept.cut, held=())
            adding.count(kept.document.source, kept.document.found, matched=bool(sure), unsure=bool(unsure))
            if sure:
                adding.show(kept.document.source, _stored_sample(kept, sure))
        done += len(chunk)
        if on_progress:
            on_progress(done, total)
    return adding.told()


def over_feeds(
    monitor: Monitor,
    matcher: Matcher,
    now: datetime,
    *,
    sources: Sequence[str] | None = None,
    pages: int = PAGES,
    seconds: float = SECONDS,
    samples: int = SAMPLES,
    on_progress: OnProgress | None = None,
    clock: Clock = time.monotonic,
) -> Tried:
    """The query over what the sources offer now: `pages` per place and `seconds` per source at most.

    What a source does wrong ends in `problems`. Progress counts places over all sources.
    """
    trial = _Trial(matcher, monitor.policy(now), now, _Adding(samples))
    rests = resting(monitor.store.folder, now)
    visits: dict[str, Visit] = {}
    for name in monitor.connectors if sources is None else sources:
        with trial.guarded(name):
            places = _places(monitor.connectors[name], rests)
            visits[name] = Visit(now, dict.fromkeys(places), pages=pages, seconds=seconds, clock=clock)
    seen: set[tuple[str, str]] = set()
    total = sum(len(visit.cursors) for visit in visits.values())
    for name, visit in visits.items():
        for page in trial.pages(monitor.connectors[name], visit):
            seen.add((name, page.place))
            if on_progress:
                on_progress(len(seen), total)
    return trial.adding.told()


def _places(connector: Connector, rests: frozenset[tuple[str, str]]) -> list[str]:
    """The places of a source, but for persons' and those at rest."""
    return [name for name in connector.places() if not name.startswith("@") and (connector.name, name) not in rests]


class _Adding:
    """Adds up what a trial meets, and keeps a few samples, each link once."""

    def __init__(self, samples: int) -> None:
        self._most = samples
        self._met: Counter[tuple[str, Found]] = Counter()
        self._matched: Counter[tuple[str, Found]] = Counter()
        self._unsure: Counter[tuple[str, Found]] = Counter()
        self._samples: dict[str, dict[str, Sample]] = {}
        self.dropped: Counter[str] = Counter()
        self.problems: list[str] = []

    def count(self, source: str, found: Found, *, matched: bool, unsure: bool = False) -> None:
        self._met[source, found] += 1
        self._matched[source, found] += matched
        self._unsure[source, found] += unsure

    def show(self, source: str, sample: Sample) -> None:
        """Keep it, and forget the one of its source that came longest ago when there are enough."""
        found = self._samples.setdefault(source, {})
        found[sample.url] = sample
        if len(found) > self._most:
            del found[next(iter(found))]

    def told(self) -> Tried:
        counts = (Count(*key, self._met[key], self._matched[key], self._unsure[key]) for key in sorted(self._met))
        dropped = tuple(sorted(self.dropped.items(), key=lambda pair: (-pair[1], pair[0])))
        return Tried(tuple(counts), self._few(), dropped, tuple(self.problems))

    def _few(self) -> tuple[Sample, ...]:
        """The last that came of each source in turn."""
        turns = zip_longest(*(reversed(found.values()) for found in self._samples.values()))
        return tuple(islice((sample for turn in turns for sample in turn if sample), self._most))


@dataclass(frozen=True, slots=True)
class _Trial:
    """What the visits of a trial share."""

    matcher: Matcher
    policy: Policy
    now: datetime
    adding: _Adding

    def pages(self, connector: Connector, visit: Visit) -> Iterator[Page]:
        """The pages of a source, looked through."""
        with self.guarded(connector.name):
            if missing := connector.missing():
                self.adding.problems += missing
                return
            for page in connector.fetch(visit):
                self._page(page)
                yield page

    @contextmanager
    def guarded(self, source: str) -> Iterator[None]:
        """A source that breaks is told and costs only itself."""
        try:
            yield
        except SourceError as error:
            self.adding.problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - its text may quote posts
            self.adding.problems.append(f"{source}: stopped by an unexpected {type(error).__name__}")

    def _page(self, page: Page) -> None:
        self.adding.problems += [str(page.problem)] if page.problem else []
        for post in page.posts:
            try:
                self._post(post)
            except Exception:  # noqa: BLE001 - as in a run, one poison post costs only itself
                self.adding.dropped["unreadable"] += 1

    def _post(self, post: Post) -> None:
        found = document(post, self.now)
        matches = self.matcher.match(found, self.now)
        self.adding.count(found.source, found.found, matched=bool(matches))
        held = admit(found, matches, self.policy, self.now) if matches else None
        if isinstance(held, Dropped):
            self.adding.dropped[held.reason] += 1
        elif held and held.facet != "ambassador":
            self.adding.show(held.source, _sample(held))


def _stored_sample(kept: Kept, matches: Sequence[Match]) -> Sample:
    return Sample(kept.document.title, kept.document.text, kept.document.url, matches[0].spans)


def _sample(mention: Mention) -> Sample:
    return Sample(mention.title, mention.excerpt, mention.url, mention.matches[0].spans)
