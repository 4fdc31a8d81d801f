"""The webcare queue: what can be done with a case and when, its colour, and figures that come out of the logbook.

    open ----take----> taken --pass--> passed on         at work: these three
      '------'-- answer | let-stand | close -'-> answered, let stand, closed --reopen--> open
    green ---- four fifths of its opening time ---- orange ---- the last fifth ---- due: red

A decision is made on what was read and written only when nobody was first: see `monitor.store.logbook.append`.
No figure is about a person; who did what stands in the logbook alone, and that stays in the live file.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from math import ceil
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError
from monitor.store import Store
from monitor.store.casebook import Span, Standing
from monitor.store.logbook import ACTIVE, QUIET, Event
from monitor.triage.hours import OpeningHours

State = Literal["open", "taken", "answered", "let stand", "passed on", "closed"]
Colour = Literal["green", "orange", "red", "done"]
DONE = ("answered", "let stand", "closed")


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be done with a case: the event it writes, the states it is for and the one it leads to."""

    event: str
    of: tuple[str, ...]
    to: str | None = None  # the state stays where none is named


MOVES: Mapping[str, Move] = {
    "take": Move("taken", ("open", "passed on"), "taken"),
    "answer": Move("answered", ACTIVE, "answered"),
    "let-stand": Move("let stand", ACTIVE, "let stand"),
    "pass": Move("passed on", ACTIVE, "passed on"),
    "close": Move("closed", (*ACTIVE, "answered", "let stand"), "closed"),
    "reopen": Move("reopened", DONE, "open"),
    "note": Move("noted", (*ACTIVE, *DONE)),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not done: `first` is the event that was there before."""

    case_id: str
    first: Event

    def told(self, zone: ZoneInfo) -> str:
        """In a line, with the hour in the organisation's zone."""
        event = self.first
        who = f" by {event.actor}" if event.actor else ""
        at = event.moment.astimezone(zone)
        return f"case {self.case_id} is {event.state} already{who}, since {at:%Y-%m-%d %H:%M:%S}; nothing was changed"


def act(
    store: Store,
    case_id: str,
    move: str,
    now: datetime,
    *,
    actor: str | None,
    note: str | None = None,
    owner: str | None = None,
    due: tuple[datetime, datetime] | None = None,
    items: Literal["closed", "freed"] | None = None,
    seen: int | None = None,
) -> Event | Refused:
    """Do one of `MOVES` with a case; what was written, or who was first.

    `owner`: the role it is passed on to; `due`: the new deadline with its orange; `items`: what becomes of a crisis's
    own cases; `seen`: the number of the last event that the person had before them, when that is not asked now.
    Raises ConfigError when there is no such case.
    """
    last = standing_event(store, case_id)
    if (first := _refusal(last, MOVES[move], owner)) is not None:
        return Refused(case_id, first)
    until, orange = due or (last.due, last.orange)
    event = Event(
        case_id=case_id,
        number=last.number + 1,
        moment=now,
        event=MOVES[move].event,
        state=MOVES[move].to or last.state,
        owner=owner or last.owner,
        due=until,
        orange=orange,
        actor=actor,
        note=note,
    )
    expected = last.number if seen is None else seen
    taken = store.cases.append(event, expected=expected, new_due=due is not None, items=items)
    return Refused(case_id, taken) if taken else event


def standing_event(store: Store, case_id: str) -> Event:
    """The last event of a case, told by what brought it there; raises ConfigError when there is no such case."""
    logbook = store.cases.logbook(case_id)
    if not logbook:
        year, _, number = case_id.partition("-")
        meant = f"{year}-{number:0>4}"  # 26-42 for 26-0042
        known = meant in store.cases.ids(meant)
        cure = f"did you mean {meant}?" if known else "see which there are: monitor cases list --all"
        raise ConfigError(f"case {case_id}: there is none; {cure}")
    said = next((event for event in reversed(logbook) if event.event not in QUIET), None)
    last = logbook[-1]
    return last if said is None else _as_last(last, said)


def _as_last(last: Event, said: Event) -> Event:
    """How it stands, told by what brought it there: who took it, not who joined since."""
    return Event(
        last.case_id, last.number, said.moment, said.event, last.state, last.owner, last.due, last.orange, said.actor
    )


def _refusal(last: Event, move: Move, owner: str | None) -> Event | None:
    already = owner is not None and owner == last.owner
    return last if last.state not in move.of or already else None


def colour(now: datetime, due: datetime, orange: datetime, state: str) -> Colour:
    """How much time is left: green, orange in the last fifth, red once it is due; done when nothing waits for it."""
    if state not in ACTIVE:
        return "done"
    if now >= due:
        return "red"
    return "orange" if now >= orange else "green"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: a case, its colour, and how many cases at work are under it, `red_under` of them late."""

    case: Standing
    colour: Colour
    under: int = 0
    red_under: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are listed. All that is given must be so; without `every` those at work that no crisis hides."""

    owner: str | None = None
    state: str | None = None
    kind: str | None = None
    late: bool = False
    every: bool = False


def of_known(what: str, given: str | None, known: Sequence[str]) -> str | None:
    """What was given for `what`, e.g. kind, or none; raises ConfigError for what is not known."""
    if given is not None and given not in known:
        near = get_close_matches(given, known, n=1)
        cure = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
        raise ConfigError(f"--{what} {given}: there is no such {what}; {cure}")
    return given


def listed(standings: Sequence[Standing], wanted: Wanted, now: datetime) -> list[Row]:
    """The lines of the list, in the order they were read in: crises first, then by when they are due."""
    under: defaultdict[str, list[Colour]] = defaultdict(list)
    for case in standings:
        if case.crisis and case.state in ACTIVE:
            under[case.crisis].append(colour(now, case.due, case.orange, case.state))
    rows = (
        Row(case, colour(now, case.due, case.orange, case.state), len(under[case.id]), under[case.id].count("red"))
        for case in standings
    )
    return [row for row in rows if _is_wanted(row, wanted)]


def _is_wanted(row: Row, wanted: Wanted) -> bool:
    case = row.case
    return (
        (wanted.every or wanted.state is not None or (case.state in ACTIVE and not case.hidden))
        and wanted.owner in (None, case.owner)
        and wanted.state in (None, case.state)
        and wanted.kind in (None, case.kind)
        and (not wanted.late or row.colour == "red")
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """How a rule's cases went under a role; minutes are opening minutes, None where nothing was answered.

    `within`: the share that was answered, let stand or closed before it was due, of those that were or should have
    been by now (`decided`).
    """

    rule: str
    owner: str
    cases: int
    answered: int
    median: float | None
    p90: float | None
    decided: int
    within: float | None


def figures(spans: Iterable[Span], hours: OpeningHours, now: datetime) -> list[Figure]:
    """First response times and shares within the deadline, per rule and role and never per person."""
    groups: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.rule, span.owner].append(span)
    return [_figure(rule, owner, group, hours, now) for (rule, owner), group in sorted(groups.items())]


def _figure(rule: str, owner: str, group: Sequence[Span], hours: OpeningHours, now: datetime) -> Figure:
    taken = sorted(
        hours.between(span.opened, span.answered).total_seconds() / 60 for span in group if span.answered is not None
    )
    decided = [span for span in group if span.handled is not None or span.due <= now]
    good = sum(span.handled is not None and span.handled <= span.due for span in decided)
    return Figure(
        rule=rule,
        owner=owner,
        cases=len(group),
        answered=len(taken),
        median=median(taken) if taken else None,
        p90=taken[ceil(0.9 * len(taken)) - 1] if taken else None,
        decided=len(decided),
        within=good / len(decided) if decided else None,
    )
