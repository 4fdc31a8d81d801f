"""The logbook of the webcare queue: events that are appended and never changed, the highest number of which counts.

    read, decide, append with the number that was read -> written, or the event of whoever was first

Everything happens inside a transaction under the store's own lock, so numbers are unique without a key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import duckdb

from monitor.store.save import give

ACTIVE = ("open", "taken", "passed on")
QUIET = ("joined", "noted", "grouped", "freed")  # events that take nothing out of anybody's hands

_EVENT = {
    **dict.fromkeys(("case_id", "event", "state", "owner", "actor", "note"), "VARCHAR"),
    **dict.fromkeys(("moment", "due", "orange"), "TIMESTAMPTZ"),
    "number": "INTEGER",
}
_ID = {"id": "VARCHAR"}
_LAST = """
SELECT case_id, number, moment, event, state, owner, due, orange, actor FROM case_event AS e
WHERE case_id IN (SELECT id FROM given) QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY number DESC) = 1
"""
_BOOK = """
SELECT case_id, number, moment, event, state, owner, due, orange, actor, note FROM case_event
WHERE case_id = ? ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a case's logbook, with how the case stood after it."""

    case_id: str
    number: int
    moment: datetime
    event: str
    state: str
    owner: str
    due: datetime
    orange: datetime
    actor: str | None = None
    note: str | None = None


def last_events(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> dict[str, Event]:
    """How cases stand, by id."""
    if not give(connection, _ID, [{"id": id_} for id_ in dict.fromkeys(ids)]):
        return {}
    return {row[0]: Event(*row) for row in connection.execute(_LAST).fetchall()}


def append(
    connection: duckdb.DuckDBPyConnection, event: Event, *, expected: int, new_due: bool = False
) -> Event | None:
    """Append an event, decided on when the case's last number was `expected`; its own number is given here.

    Its deadline is the case's own as it stands now, unless it gives a `new_due`.

    When somebody did something since then nothing is written, and the first such event is returned. A copy that
    joined meanwhile, or a note, is in nobody's way, and a note itself is written whatever happened.
    """
    later = [each for each in logbook(connection, event.case_id) if each.number >= expected]
    first = next((each for each in later if each.number > expected and each.event not in QUIET), None)
    if first and event.event not in QUIET:
        return first
    write_events(connection, [_rebased(event, later[-1], new_due=new_due)])
    return None


def _rebased(event: Event, last: Event, *, new_due: bool) -> Event:
    """The event as it follows `last`."""
    event = replace(event, number=last.number + 1)
    if event.event in QUIET:
        event = replace(event, state=last.state, owner=last.owner)
    return event if new_due else replace(event, due=last.due, orange=last.orange)


def logbook(connection: duckdb.DuckDBPyConnection, case_id: str) -> list[Event]:
    """A case's events, the first one first."""
    return [Event(*row) for row in connection.execute(_BOOK, [case_id]).fetchall()]


def write_events(connection: duckdb.DuckDBPyConnection, events: Sequence[Event]) -> None:
    """Append events whose numbers were given in this transaction."""
    if give(connection, _EVENT, [asdict(event) for event in events]):
        connection.execute("INSERT INTO case_event BY NAME SELECT * FROM given")
