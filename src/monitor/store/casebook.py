"""The webcare queue as it is read, and the doors through which people and the crisis check change it.

    standings | logbook | stories | spans                read
    append (expected number) | begin_crisis | gather     one transaction each, under the store's own lock

No figure here is about a person: `Event.actor` is read for the logbook of one case alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import duckdb

from monitor.store import cases
from monitor.store.cases import CRISIS, NewCase
from monitor.store.database import Database
from monitor.store.logbook import ACTIVE, QUIET, Event, append, last_events, logbook, write_events
from monitor.store.save import give

_HAPPENED = "least(coalesce(m.published, m.first_seen), m.first_seen)"
_STANDING = f"""
WITH latest AS (
    SELECT case_id, max(number) AS number, arg_max(state, number) AS state, arg_max(owner, number) AS owner,
           arg_max(due, number) AS due, arg_max(orange, number) AS orange,
           arg_max(actor, number) FILTER (event = 'taken') AS taker
    FROM case_event GROUP BY case_id
), held AS (
    SELECT c.*, l.* EXCLUDE (case_id), g.state IN {ACTIVE} AS hidden
    FROM webcare_case AS c JOIN latest AS l ON l.case_id = c.id LEFT JOIN latest AS g ON g.case_id = c.crisis
    WHERE ($every OR l.state IN {ACTIVE}) AND coalesce(c.id = $id::VARCHAR, true)
), about AS (
    SELECT case_id, list(mention ORDER BY added, case_mention.rowid) AS mentions
    FROM case_mention SEMI JOIN held ON held.id = case_id GROUP BY case_id
)
SELECT h.id, h.opened, h.kind, h.rule, h.reaction, h.why, h.crisis, h.number, h.state, h.owner, h.due, h.orange,
       if(h.state = 'taken', h.taker, NULL), coalesce(h.hidden, false), coalesce(a.mentions, []),
       coalesce(m.source, ''), coalesce(m.title, ''), coalesce(m.excerpt, ''), coalesce(m.url, '')
FROM held AS h LEFT JOIN about AS a ON a.case_id = h.id LEFT JOIN mention AS m ON m.id = a.mentions[1]
ORDER BY h.kind <> '{CRISIS}', h.due, h.opened, h.id
"""
_STORIES = """
SELECT m.title, m.excerpt, m.url, m.source, m.place, m.id, coalesce(v.reasons, [])
FROM case_mention AS cm JOIN mention AS m ON m.id = cm.mention
LEFT JOIN (
    SELECT mention, arg_max(reasons, decided) AS reasons FROM verdict
    WHERE mention IN (SELECT mention FROM case_mention WHERE case_id = $id) GROUP BY mention
) AS v ON v.mention = cm.mention
WHERE cm.case_id = $id ORDER BY cm.added, cm.rowid LIMIT $most
"""
_ITEMS = "SELECT id FROM webcare_case WHERE crisis = ? ORDER BY opened, id"
_IDS = "SELECT id FROM webcare_case WHERE starts_with(id, ?) ORDER BY opened DESC, id DESC LIMIT 50"
# a case is handled when it is first answered, let stand or closed; who owned it then, and before when it had to be
_SPANS = f"""
WITH firsts AS (
    SELECT case_id, arg_max(owner, number) AS owner, arg_max(due, number) AS due,
           min(moment) FILTER (state = 'answered') AS answered,
           min(moment) FILTER (state IN ('answered', 'let stand', 'closed') AND event <> 'removed') AS handled,
           arg_min(owner, number) FILTER (state IN ('answered', 'let stand', 'closed')) AS handler,
           arg_min(due, number) FILTER (state IN ('answered', 'let stand', 'closed')) AS due_then
    FROM case_event WHERE case_id IN (SELECT id FROM webcare_case WHERE opened >= $since) GROUP BY case_id
)
SELECT c.rule, coalesce(f.handler, f.owner), c.opened, coalesce(f.due_then, f.due), f.answered, f.handled
FROM webcare_case AS c JOIN firsts AS f ON f.case_id = c.id WHERE c.opened >= $since AND c.kind <> '{CRISIS}'
"""
# of one that is on before any that is over; a note on an old one is no news of it
_LAST_CRISIS = f"""
SELECT case_id, number, moment, event, state, owner, due, orange FROM case_event
WHERE case_id IN (SELECT id FROM webcare_case WHERE kind = '{CRISIS}') AND event NOT IN {QUIET}
QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY number DESC) = 1
ORDER BY state IN {ACTIVE} DESC, moment DESC LIMIT 1
"""
_TO_GATHER = f"""
SELECT id FROM webcare_case WHERE opened >= $since AND crisis IS NULL AND kind <> '{CRISIS}'
AND list_contains($kinds::VARCHAR[], kind)
"""
_HEARD = f"""
SELECT m.source, {_HAPPENED} AS happened, m.fingerprint, m.title, m.excerpt FROM mention AS m JOIN (
    SELECT mention, arg_max({{kinds: kinds, relevance: relevance}}, decided) AS last FROM verdict
    WHERE first_seen >= $since GROUP BY mention
) AS v ON v.mention = m.id
WHERE m.first_seen >= $since AND {_HAPPENED} >= $since AND {_HAPPENED} <= $now AND m.facet <> 'ambassador'
AND list_has_any(v.last.kinds, $kinds::VARCHAR[]) AND coalesce(v.last.relevance, 1) >= 0.5
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands. `mentions` are the ids of those that say it; `title`, `excerpt` and `url` are the first's.

    `taker`: who has it in hand, as given; `hidden`: it is grouped under a crisis that is still on.
    """

    id: str
    opened: datetime
    kind: str
    rule: str
    reaction: str
    why: str
    crisis: str | None
    number: int
    state: str
    owner: str
    due: datetime
    orange: datetime
    taker: str | None
    hidden: bool
    mentions: Sequence[str]
    source: str
    title: str = field(repr=False)
    excerpt: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A mention of a case, with the evidence for its kinds as it is stored."""

    title: str = field(repr=False)
    excerpt: str = field(repr=False)
    url: str = field(repr=False)
    source: str
    place: str
    mention: str
    reasons: Sequence[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """How long a case took: `answered` first, `handled` first (answered, let stand or closed); None when not yet."""

    rule: str
    owner: str
    opened: datetime
    due: datetime
    answered: datetime | None
    handled: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A mention that counts for a crisis."""

    source: str
    happened: datetime
    fingerprint: str
    title: str = field(repr=False)
    excerpt: str = field(repr=False)


class Casebook:
    """The queue in the database. Every method opens and closes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standings(self, *, every: bool = False, case_id: str | None = None) -> list[Standing]:
        """Cases at work, or every one, or one alone: crises first, then by when they are due."""
        given = {"id": case_id, "every": every or case_id is not None}
        with self._database.open() as connection:
            rows = connection.execute(_STANDING, given).fetchall()
        return [Standing(*row) for row in rows]

    def logbook(self, case_id: str) -> list[Event]:
        """A case's events, the first one first; none when there is no such case."""
        with self._database.open() as connection:
            return logbook(connection, case_id)

    def stories(self, case_id: str, most: int) -> list[CaseStory]:
        """The mentions of a case, the first one first, so many at most."""
        with self._database.open() as connection:
            rows = connection.execute(_STORIES, {"id": case_id, "most": most}).fetchall()
        return [CaseStory(*row) for row in rows]

    def ids(self, start: str) -> list[str]:
        """The newest cases whose ids begin so, 50 at most, for the shell to complete."""
        with self._database.open() as connection:
            return [id_ for (id_,) in connection.execute(_IDS, [start]).fetchall()]

    def spans(self, since: datetime) -> list[Span]:
        """How long the cases took that were opened since; crises are none of them."""
        with self._database.open() as connection:
            return [Span(*row) for row in connection.execute(_SPANS, {"since": since}).fetchall()]

    def append(
        self, event: Event, *, expected: int, new_due: bool = False, items: Literal["closed", "freed"] | None = None
    ) -> Event | None:
        """Append an event that was decided on when the last number was `expected`; see `monitor.store.logbook.append`.

        `items`: what becomes of a crisis's own cases with it: "closed", or "freed" into the list again.
        """
        with self._database.changed() as connection:
            first = append(connection, event, expected=expected, new_due=new_due)
            if first is None and items:
                _release(connection, event, items)
        return first

    def last_crisis(self) -> Event | None:
        """The last event of the last crisis; None when there never was one."""
        with self._database.open() as connection:
            return _last_crisis(connection)

    def heard(self, kinds: Sequence[str], since: datetime, now: datetime) -> list[Heard]:
        """What was said of these kinds since, by when it was said, and by no ambassador."""
        with self._database.open() as connection:
            given = {"kinds": list(kinds), "since": since, "now": now}
            return [Heard(*row) for row in connection.execute(_HEARD, given).fetchall()]

    def began(self) -> datetime | None:
        """When the first run began: before that nothing is known."""
        with self._database.open() as connection:
            (started,) = connection.execute("SELECT min(started) FROM run").fetchone() or (None,)
        return started if isinstance(started, datetime) else None

    def begin_crisis(self, case: NewCase, now: datetime) -> str | None:
        """Open a crisis; its id, or None when one is on already."""
        with self._database.changed() as connection:
            last = _last_crisis(connection)
            return None if last and last.state in ACTIVE else cases.open_case(connection, case, now)

    def gather(self, crisis: str, kinds: Sequence[str], since: datetime, now: datetime) -> int:
        """Group the cases at work of these kinds that were opened since under a crisis; how many."""
        with self._database.changed() as connection:
            found = connection.execute(_TO_GATHER, {"since": since, "kinds": list(kinds)}).fetchall()
            last = last_events(connection, [id_ for (id_,) in found])
            items = [event for event in last.values() if event.state in ACTIVE]
            _under(connection, [event.case_id for event in items], crisis)
            write_events(connection, [_next(event, "grouped", now) for event in items])
        return len(items)


def _last_crisis(connection: duckdb.DuckDBPyConnection) -> Event | None:
    row = connection.execute(_LAST_CRISIS).fetchone()
    return Event(*row) if row else None


def _release(connection: duckdb.DuckDBPyConnection, closing: Event, how: Literal["closed", "freed"]) -> None:
    """Close a crisis's cases that are at work, or put them back into the list."""
    found = connection.execute(_ITEMS, [closing.case_id]).fetchall()
    last = last_events(connection, [id_ for (id_,) in found])
    items = [event for event in last.values() if event.state in ACTIVE]
    if how == "freed":
        _under(connection, [event.case_id for event in items], None)
        events = [_next(event, "freed", closing.moment) for event in items]
    else:
        events = [
            replace(_next(event, "closed", closing.moment), state="closed", actor=closing.actor) for event in items
        ]
    write_events(connection, events)


def _under(connection: duckdb.DuckDBPyConnection, ids: Sequence[str], crisis: str | None) -> None:
    if give(connection, {"id": "VARCHAR"}, [{"id": id_} for id_ in ids]):
        connection.execute("UPDATE webcare_case AS c SET crisis = ? FROM given AS g WHERE c.id = g.id", [crisis])


def _next(last: Event, event: str, now: datetime) -> Event:
    return replace(last, number=last.number + 1, moment=now, event=event, actor=None, note=None)
