"""The webcare queue's tables as they are written: cases open, grow, change hands and are forgotten.

    flag -> stored before? -> revised, other rule or owner   event "edited": new rule and owner, the earlier deadline
              |                |-> the same, and its case is done    a new case
              |                '-> else nothing: saving twice is saving once
              '-> near copy of an open case of its rule, of the last week? -> event "joined"
                              '-> no                                       -> a new case, event "opened"

Events are appended and never changed; the one with the highest number says how a case stands. Everything happens
inside a transaction under the store's own lock, so numbers and ids are unique without keys. What is looked up is
bounded by the last week, and ids by one pass over two narrow columns.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import duckdb

from monitor.flag import Flag
from monitor.sketch import Sketch, is_copy, may_be_copy
from monitor.store.logbook import ACTIVE, Event, last_events, write_events
from monitor.store.save import give

COPIES_WITHIN = timedelta(days=7)
MOST_ALIKE = 50  # texts of a case with the same hash that are looked at
CRISIS = "crisis"  # the kind and the rule of a case that stands for many

_CASE = dict.fromkeys(("id", "kind", "rule", "reaction", "why"), "VARCHAR") | {"opened": "TIMESTAMPTZ"}
_MENTION = {"case_id": "VARCHAR", "mention": "VARCHAR", "added": "TIMESTAMPTZ", "sketch": ["UBIGINT"]}
_ID = {"id": "VARCHAR"}
_FLAGGED = {"mention": "VARCHAR", "rule": "VARCHAR", "sketch": ["UBIGINT"]}
_KNOWN = "SELECT DISTINCT cm.mention, cm.case_id FROM case_mention AS cm SEMI JOIN given AS g ON g.mention = cm.mention"
_RULES = "SELECT id, rule FROM webcare_case WHERE id IN (SELECT id FROM given)"
_NEAR = f"""
WITH recent AS (SELECT case_id, sketch FROM case_mention WHERE added >= $since),
     latest AS (
         SELECT case_id, arg_max(state, number) AS state FROM case_event
         WHERE moment >= $since AND case_id IN (SELECT case_id FROM recent) GROUP BY case_id
     ),
     near AS (
         SELECT r.case_id, c.rule, r.sketch, unnest(r.sketch) AS hash FROM recent AS r
         JOIN latest AS l ON l.case_id = r.case_id AND l.state IN {ACTIVE}
         JOIN webcare_case AS c ON c.id = r.case_id
     )
SELECT DISTINCT n.case_id, n.rule, n.sketch FROM near AS n
SEMI JOIN (SELECT rule, unnest(sketch) AS hash FROM given) AS g ON g.rule = n.rule AND g.hash = n.hash
ORDER BY n.case_id
"""
# whom the scheme gave it to last, whoever has it now
_GIVEN_TO = """
SELECT case_id, arg_max(owner, number) FROM case_event
WHERE event IN ('opened', 'edited') AND case_id IN (SELECT id FROM given) GROUP BY case_id
"""
_HIGHEST = "SELECT coalesce(max(split_part(id, '-', 2)::INTEGER), 0) FROM webcare_case WHERE starts_with(id, $year)"
_RULED = """
UPDATE webcare_case AS c SET kind = g.kind, rule = g.rule, reaction = g.reaction, why = g.why
FROM given AS g WHERE c.id = g.id
"""
_LEAVE = "DELETE FROM case_mention AS cm USING given AS g WHERE cm.mention = g.id RETURNING cm.case_id"
_LEFT = "SELECT DISTINCT case_id FROM case_mention WHERE case_id IN (SELECT id FROM given)"
_WITHOUT_WORDS = "UPDATE case_event SET note = NULL WHERE note IS NOT NULL AND case_id IN (SELECT id FROM given)"


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of flags, in flags; the rest was there already."""

    opened: int = 0
    joined: int = 0
    edited: int = 0


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is not stored yet."""

    kind: str
    rule: str
    reaction: str
    why: str
    owner: str
    due: datetime
    orange: datetime


def open_for(connection: duckdb.DuckDBPyConnection, flagged: Sequence[Flag], now: datetime) -> Opened:
    """Bring flags into the queue, inside the transaction that saves their mentions.

    `now` is in the organisation's zone, whose year the new cases' ids begin with.
    """
    flags = {flag.mention: flag for flag in flagged}
    rows = [{"mention": flag.mention, "rule": flag.rule, "sketch": flag.sketch} for flag in flags.values()]
    if not give(connection, _FLAGGED, rows):
        return Opened()
    near = connection.execute(_NEAR, {"since": now - COPIES_WITHIN}).fetchall()
    known = dict(connection.execute(_KNOWN).fetchall())
    changed = _changed(connection, {known[id_]: flag for id_, flag in flags.items() if flag.revised and id_ in known})
    done = changed.keys() - _at_work(connection, changed)
    writing = _Writing(connection, now, near)
    fresh = [writing.add(flag) for flag in flags.values() if known.get(flag.mention) in {None, *done}]
    writing.write()
    edited = _edited(connection, {case: flag for case, flag in changed.items() if case not in done}, now)
    return Opened(fresh.count("opened"), fresh.count("joined"), edited)


def open_case(connection: duckdb.DuckDBPyConnection, case: NewCase, now: datetime) -> str:
    """Open a case that no mention brought, a crisis; returns its id, of the year of `now`."""
    writing = _Writing(connection, now, ())
    id_ = writing.open(case)
    writing.write()
    return id_


def forget(connection: duckdb.DuckDBPyConnection, ids: Iterable[str], now: datetime) -> None:
    """Take mentions, by their ids, out of their cases. Their notes are erased; a case that is left empty is closed."""
    if not give(connection, _ID, [{"id": id_} for id_ in ids]):
        return
    touched = {case for (case,) in connection.execute(_LEAVE).fetchall()}
    if not give(connection, _ID, [{"id": id_} for id_ in sorted(touched)]):
        return
    empty = touched - {case for (case,) in connection.execute(_LEFT).fetchall()}
    connection.execute(_WITHOUT_WORDS)  # what was noted may quote the post that goes
    if give(connection, _ID, [{"id": id_} for id_ in sorted(empty)]):
        events = [
            replace(last, number=last.number + 1, moment=now, event="removed", state="closed", actor=None)
            for last in last_events(connection, sorted(empty)).values()
            if last.state in ACTIVE
        ]
        write_events(connection, events)


class _Writing:
    """Cases, mentions and events on their way into the tables; looks for near copies among old and new ones."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, now: datetime, near: Sequence[tuple[str, str, Sequence[int]]]
    ) -> None:
        self._connection = connection
        self._now = now
        self._number = _highest(connection, now)
        self._near = _Near()
        self._last: dict[str, Event] = {}
        self._cases: list[dict[str, Any]] = []
        self._mentions: list[dict[str, Any]] = []
        self._events: list[Event] = []
        for case, rule, found in near:
            self._near.add(case, rule, tuple(found))
        self._last |= last_events(connection, dict.fromkeys(case for case, _, _ in near))

    def add(self, flag: Flag) -> str:
        """A mention that is in no case: `joined` or `opened`."""
        case = min(self._near.cases(flag.rule, flag.sketch), key=_age, default=None)  # the oldest one
        if case:
            self._join(case, flag)
        new = case or self.open(_case_of(flag))
        self._mentions.append({"case_id": new, "mention": flag.mention, "added": self._now, "sketch": flag.sketch})
        self._near.add(new, flag.rule, flag.sketch)
        return "joined" if case else "opened"

    def open(self, case: NewCase) -> str:
        """A new case; returns its id."""
        self._number += 1
        id_ = f"{self._now:%y}-{self._number:04}"
        own = {name: getattr(case, name) for name in ("kind", "rule", "reaction", "why")}
        self._cases.append(own | {"id": id_, "opened": self._now})
        self._note(Event(id_, 1, self._now, "opened", "open", case.owner, case.due, case.orange))
        return id_

    def write(self) -> None:
        """Put everything into the tables."""
        _insert(self._connection, "webcare_case", _CASE, self._cases)
        _insert(self._connection, "case_mention", _MENTION, self._mentions)
        write_events(self._connection, self._events)

    def _join(self, case: str, flag: Flag) -> None:
        last = self._last[case]
        due, orange = _earlier(last, flag)
        joined = replace(last, number=last.number + 1, moment=self._now, event="joined", actor=None)
        self._note(replace(joined, due=due, orange=orange))

    def _note(self, event: Event) -> None:
        self._last[event.case_id] = event
        self._events.append(event)


class _Near:
    """Sketches of cases by their hashes: which cases have a near copy of a text.

    Of one story told ten thousand times the first that share a hash are looked at, and of the many cases with the
    same greeting only those that share more than a run or two.
    """

    def __init__(self) -> None:
        self._held: list[tuple[str, Sketch]] = []
        self._at: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        self._many: Counter[tuple[str, int]] = Counter()

    def add(self, case: str, rule: str, of: Sketch) -> None:
        """Remember that a case has this text."""
        self._held.append((case, of))
        for hash_ in of:
            self._many[case, hash_] += 1
            if self._many[case, hash_] <= MOST_ALIKE:
                self._at[rule, hash_].append(len(self._held) - 1)

    def cases(self, rule: str, of: Sketch) -> set[str]:
        """The cases of a rule that have a near copy of it."""
        shared = Counter(chain.from_iterable(self._at.get((rule, hash_), ()) for hash_ in of))
        found: set[str] = set()
        for number, hashes in shared.items():
            case, other = self._held[number]
            if case not in found and may_be_copy(of, other, hashes) and is_copy(of, other):
                found.add(case)
        return found


def _changed(connection: duckdb.DuckDBPyConnection, revised: Mapping[str, Flag]) -> dict[str, Flag]:
    """The cases whose mention another rule flags now, or for another owner, by id."""
    last = last_events(connection, revised)
    if not revised:
        return {}
    rules = dict(connection.execute(_RULES).fetchall())
    given_to = dict(connection.execute(_GIVEN_TO).fetchall())
    return {
        id_: flag
        for id_, flag in revised.items()
        if flag.rule != rules[id_] or flag.owner not in (given_to[id_], last[id_].owner)
    }


def _at_work(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> set[str]:
    return {id_ for id_, last in last_events(connection, ids).items() if last.state in ACTIVE}


def _edited(connection: duckdb.DuckDBPyConnection, changed: Mapping[str, Flag], now: datetime) -> int:
    """Give cases that are at work the rule that flags their mention now, and its role unless a person chose one."""
    last = last_events(connection, changed)
    given_to = dict(connection.execute(_GIVEN_TO).fetchall()) if changed else {}
    events = [_handed_over(last[id_], flag, given_to[id_], now) for id_, flag in changed.items()]
    ruled = [asdict(_case_of(flag)) | {"id": id_} for id_, flag in changed.items()]
    if give(connection, _CASE, [{name: row.get(name) for name in _CASE} for row in ruled]):
        connection.execute(_RULED)
    write_events(connection, events)
    return len(events)


def _handed_over(last: Event, flag: Flag, given_to: str, now: datetime) -> Event:
    due, orange = _earlier(last, flag)
    stays = flag.owner in (given_to, last.owner)
    owner, state = (last.owner, last.state) if stays else (flag.owner, "open")
    return Event(last.case_id, last.number + 1, now, "edited", state, owner, due, orange)


def _earlier(last: Event, flag: Flag) -> tuple[datetime, datetime]:
    return min((last.due, last.orange), (flag.due, flag.orange))


def _case_of(flag: Flag) -> NewCase:
    return NewCase(flag.kind, flag.rule, flag.reaction, flag.why, flag.owner, flag.due, flag.orange)


def _age(case: str) -> tuple[int, int]:
    """Where a case stands among all: year and number, which has five digits when a year has so many."""
    year, number = case.split("-")
    return int(year), int(number)


def _highest(connection: duckdb.DuckDBPyConnection, now: datetime) -> int:
    (highest,) = connection.execute(_HIGHEST, {"year": f"{now:%y}-"}).fetchone() or (0,)
    return int(highest)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, shape: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> None:
    if give(connection, shape, rows):
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
