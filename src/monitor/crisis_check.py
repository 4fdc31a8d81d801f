"""After a run: is there a crisis, and what belongs to it?

    what was said of its kinds -> stories per window -> `detect` -> one case to the lead
    a crisis is on -> the cases of its kinds go under it, and no second one begins

One crisis at a time; none within twelve hours, or a window, of the end of the last: what follows it is its echo.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.sketch import sketch, stories
from monitor.store import Store
from monitor.store.casebook import Heard
from monitor.store.cases import CRISIS, NewCase
from monitor.store.logbook import ACTIVE, Event
from monitor.triage.crisis import EARLIER, Crisis, Surge, Window, detect
from monitor.triage.hours import ALWAYS, OpeningHours

QUIET_AFTER = timedelta(hours=12)  # of all that was tried on brand mentions the silence after an alarm helps most
A_DAY = timedelta(days=1)
_ADDED = {
    "nl": " Nu {stories} berichten in {hours} uur uit {sources} bronnen; anders {usual:g}.",
    "en": " Now {stories} stories in {hours} hours from {sources} sources; usually {usual:g}.",
}


def crisis_check(
    store: Store, crisis: Crisis | None, now: datetime, *, hours: OpeningHours, language: str = "en"
) -> str | None:
    """Open a crisis when there is one, and group what belongs to it; the id of a crisis that began now.

    `hours` are those of the role that leads; in their zone is the year of the case. `language`: that of the reason.
    """
    if crisis is None:
        return None
    now, last = now.astimezone(hours.zone), store.cases.last_crisis()
    if last and last.state in ACTIVE:
        _gather(store, crisis, last.case_id, _since(crisis, store, last), now)
        return None
    if last and now - last.moment < max(QUIET_AFTER, _length(crisis)):
        return None
    surge = _surge(store, crisis, now)
    began = store.cases.begin_crisis(_case(crisis, surge, now, hours, language), now) if surge else None
    if began:
        _gather(store, crisis, began, now - _length(crisis), now)
    return began


def _gather(store: Store, crisis: Crisis, case: str, since: datetime, now: datetime) -> None:
    store.cases.gather(case, crisis.kinds, since, now)


def _since(crisis: Crisis, store: Store, last: Event) -> datetime:
    """From when on cases belong to a crisis: a window before it was opened."""
    return store.cases.logbook(last.case_id)[0].moment - _length(crisis)


def _length(crisis: Crisis) -> timedelta:
    return timedelta(hours=crisis.hours)


def _surge(store: Store, crisis: Crisis, now: datetime) -> Surge | None:
    """Looks at the window first, and at four weeks only when that is full enough."""
    began, length = store.cases.began(), _length(crisis)
    heard = store.cases.heard(crisis.kinds, now - length, now)
    # the same words in other dress are counted once by SQL already; near copies are told apart when it matters
    if began is None or len({each.fingerprint for each in heard}) < crisis.at_least:
        return None
    starts = [now - length - day * A_DAY for day in range(1, EARLIER + 1)]
    known = [start for start in starts if start >= began]
    earlier = store.cases.heard(crisis.kinds, min(known, default=now), now - A_DAY)
    return detect(crisis, _window(heard), [_stories(_within(earlier, start, start + length)) for start in known])


def _window(heard: Sequence[Heard]) -> Window:
    return Window(_stories(heard), len({each.source for each in heard}))


def _stories(heard: Sequence[Heard]) -> int:
    return stories(sketch(f"{each.title}\n{each.excerpt}") for each in heard)


def _within(heard: Sequence[Heard], start: datetime, stop: datetime) -> list[Heard]:
    return [each for each in heard if start < each.happened <= stop]


def _case(crisis: Crisis, surge: Surge, now: datetime, hours: OpeningHours, language: str) -> NewCase:
    clock = ALWAYS if crisis.clock == "always" else hours
    due = clock.due(now, crisis.deadline)
    why = crisis.why.get(language) or next(iter(crisis.why.values()))
    added = _ADDED.get(language, _ADDED["en"]).format(
        stories=surge.stories, hours=crisis.hours, sources=surge.sources, usual=surge.usual
    )
    return NewCase(CRISIS, CRISIS, "escalate", why + added, crisis.lead, due, clock.orange(now, due))
