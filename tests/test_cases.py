"""The webcare queue: how cases open, grow, change hands, are told and forgotten, and what figures they give."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cases import DONE, MOVES, Refused, Wanted, act, colour, figures, listed, of_known
from monitor.errors import ConfigError
from monitor.flag import flag_of
from monitor.store import Store, cases
from monitor.store.casebook import Span, Standing
from monitor.store.cases import NewCase
from monitor.store.logbook import ACTIVE, Event
from monitor.triage.hours import OpeningHours
from tests.casing import HOUR, NOW, Flagged, flagged, mention_of, prepared, saved_from, unlike, verdict_of
from tests.storing import asked

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TEXT = "Alweer geen boot vanochtend, ik sta al een uur op de kade te wachten en niemand zegt iets."


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One complaint, and so one case."""
    return prepared(Store(tmp_path_factory.mktemp("one")), flagged("a", TEXT)).folder


@pytest.fixture
def store(tmp_path: Path, one: Path) -> Store:
    """A copy of what is made once."""
    return Store(copytree(one, tmp_path / "one"))


def standing(store: Store) -> list[tuple[str, str, str, int]]:
    return [(case.id, case.state, case.owner, len(case.mentions)) for case in store.cases.standings(every=True)]


def events(store: Store, case: str = "26-0001") -> list[str]:
    return [event.event for event in store.cases.logbook(case)]


def do(
    store: Store, move: str, actor: str = "anna", at: datetime = NOW, case: str = "26-0001", **more: object
) -> Event | Refused:
    return act(store, case, move, at, actor=actor, **more)  # type: ignore[arg-type]


# --- Opening ----------------------------------------------------------------------------------------------


def test_a_flagged_mention_opens_a_case(store: Store) -> None:
    """It has the verdict's kind, rule, owner and deadline, and says where the post stands."""
    [case] = store.cases.standings()
    assert (case.id, case.kind, case.rule, case.reaction, case.owner) == (
        "26-0001",
        "complaint",
        "complaint",
        "restore",
        "webcare",
    )
    assert (case.opened, case.orange, case.due) == (NOW, NOW + 48 * MINUTE, NOW + HOUR)
    assert (case.url, case.excerpt, case.mentions) == ("https://sociaal.example/a", TEXT, [_id("a")])


@pytest.mark.parametrize(
    "post",
    [flagged("b", TEXT, is_flagged=False), flagged("b", TEXT, by_ambassador=True)],
    ids=["let stand", "ambassador"],
)
def test_nobody_is_asked_to_act_on_these(tmp_path: Path, post: Flagged) -> None:
    """What the scheme lets stand, and whatever ambassadors write, never becomes a case."""
    assert standing(prepared(Store(tmp_path), post)) == []


def test_saving_twice_is_saving_once(store: Store) -> None:
    """A post that is fetched again, in the same words, changes nothing in the queue."""
    before = asked(store, "FROM case_event"), asked(store, "FROM case_mention")
    saved_from(store, [flagged("a", TEXT)], NOW + HOUR)
    assert (asked(store, "FROM case_event"), asked(store, "FROM case_mention")) == before


def test_a_flag_that_comes_again_opens_nothing(store: Store) -> None:
    """Whoever calls it twice, with words that are no copy any more: the same mention never opens two cases."""
    post = flagged("a", unlike("b"))
    again = flag_of(mention_of(post, NOW), verdict_of(post, NOW))
    assert again
    with store._database.changed() as connection:
        assert cases.open_for(connection, [again], NOW + HOUR) == cases.Opened()
    assert standing(store) == [("26-0001", "open", "webcare", 1)]


def test_a_crash_opens_nothing(store: Store) -> None:
    """Mention and case are saved together or not at all: half a page leaves no case."""

    def half_a_page() -> None:
        with store._database.changed() as connection:
            cases.open_case(connection, NewCase("complaint", "r", "restore", "why", "webcare", NOW, NOW), NOW)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        half_a_page()
    assert len(standing(store)) == 1


def test_cases_are_numbered_by_the_year_of_the_organisation(tmp_path: Path) -> None:
    """The year is that of the zone in which the moment is given; a new year begins at one, after 9999 comes 10000."""
    store = prepared(Store(tmp_path), flagged("a", unlike("a")), now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    saved_from(store, [flagged("b", unlike("b"))], datetime(2027, 1, 1, 0, 31, tzinfo=AMSTERDAM))
    with store._database.changed() as connection:
        for table, column in (("webcare_case", "id"), ("case_event", "case_id"), ("case_mention", "case_id")):
            connection.execute(f"UPDATE {table} SET {column} = '27-9999' WHERE {column} = '27-0001'")
    saved_from(store, [flagged("c", unlike("c"))], datetime(2027, 1, 2, tzinfo=AMSTERDAM))
    assert [id_ for id_, *_ in standing(store)] == ["26-0001", "27-9999", "27-10000"]


# --- Copies -----------------------------------------------------------------------------------------------


def test_a_hundred_copies_are_one_case_with_a_count(store: Store) -> None:
    """The same words from a hundred people, some in this run and some in the next, are one thing to do."""
    saved_from(store, [flagged(number, f"RT @a@b.example: {TEXT}") for number in range(60)], NOW + HOUR)
    saved_from(store, [flagged(number, f"{TEXT} !!!") for number in range(60, 99)], NOW + 2 * HOUR)
    assert standing(store) == [("26-0001", "open", "webcare", 100)]
    assert events(store) == ["opened", *["joined"] * 99]
    assert [event.number for event in store.cases.logbook("26-0001")] == list(range(1, 101))


def test_copies_that_come_together_are_one_case(tmp_path: Path) -> None:
    """Nobody needs to be first: the copies of one page find each other."""
    posts = [flagged(number, TEXT if number % 2 else unlike("other")) for number in range(10)]
    assert [count for *_, count in standing(prepared(Store(tmp_path), *posts))] == [5, 5]


def test_a_copy_moves_no_deadline(store: Store) -> None:
    """Whoever asked first is still waiting; a copy with an earlier deadline brings it forward."""
    saved_from(store, [flagged("b", TEXT)], NOW + HOUR / 2)
    [case] = store.cases.standings()
    assert (case.due, case.orange) == (NOW + HOUR, NOW + 48 * MINUTE)
    saved_from(store, [flagged("c", TEXT, minutes=10)], NOW + HOUR / 2)
    [case] = store.cases.standings()
    assert (case.due, case.orange) == (NOW + 40 * MINUTE, NOW + 38 * MINUTE)


@pytest.mark.parametrize(
    ("copy", "later"),
    [
        (flagged("b", TEXT, rule="leak"), HOUR),
        (flagged("b", TEXT), 7 * DAY + MINUTE),
        (flagged("b", unlike("b")), HOUR),
    ],
    ids=["another rule", "a week later", "other words"],
)
def test_this_is_no_copy_but_a_case_of_its_own(store: Store, copy: Flagged, later: timedelta) -> None:
    """Other rules ask for other reactions, and after a week it is news again."""
    saved_from(store, [copy], NOW + later)
    assert [count for *_, count in standing(store)] == [1, 1]


def test_work_on_an_old_case_does_not_make_it_new(store: Store) -> None:
    """A week counts from when its words came in, not from the last note."""
    do(store, "note", at=NOW + 7 * DAY, note="waits for the depot")
    saved_from(store, [flagged("b", TEXT)], NOW + 7 * DAY + MINUTE)
    assert [count for *_, count in standing(store)] == [1, 1]


@pytest.mark.parametrize("move", ["answer", "let-stand", "close"])
def test_nothing_joins_what_is_done(store: Store, move: str) -> None:
    """Who says it after the answer was given has not been answered: a new case opens."""
    do(store, move)
    saved_from(store, [flagged("b", TEXT)], NOW + HOUR)
    assert [id_ for id_, *_ in standing(store)] == ["26-0001", "26-0002"]
    assert "joined" not in events(store)


@pytest.mark.parametrize(("move", "more"), [("take", {}), ("pass", {"owner": "desk"})])
def test_a_copy_joins_what_somebody_has_in_hand(store: Store, move: str, more: dict[str, str]) -> None:
    """And leaves state and owner as they are."""
    do(store, move, **more)
    before = standing(store)[0][:3]
    saved_from(store, [flagged("b", TEXT)], NOW + HOUR)
    assert standing(store) == [(*before, 2)]


# --- Edits ------------------------------------------------------------------------------------------------


def test_an_edited_post_goes_to_its_new_owner_with_the_earlier_deadline(store: Store) -> None:
    """A complaint that is made a leak is the security team's, whoever had it; the old deadline was the earlier."""
    do(store, "take")
    edited = flagged("a", "Hier is de lijst met wachtwoorden", kind="leak", rule="leak", owner="security", minutes=240)
    saved_from(store, [edited], NOW + HOUR / 2)
    [case] = store.cases.standings()
    assert (case.owner, case.state, case.rule, case.kind, case.due) == ("security", "open", "leak", "leak", NOW + HOUR)
    assert events(store) == ["opened", "taken", "edited"]


@pytest.mark.parametrize(
    ("before", "more"),
    [("note", {}), ("pass", {"owner": "desk"}), ("answer", {})],
    ids=["the same owner", "passed on by a person", "answered"],
)
def test_an_edit_that_changes_no_owner_changes_nothing(store: Store, before: str, more: dict[str, str]) -> None:
    """What a person decided stays decided, and an answered post is not opened again."""
    do(store, before, **more)
    stands = standing(store)
    saved_from(store, [flagged("a", f"{TEXT} Nu nog steeds.")], NOW + HOUR)
    assert standing(store) == stands


def test_an_edit_that_needs_a_reaction_at_last_opens_a_case(tmp_path: Path) -> None:
    """A post that asked for nothing and now does is flagged for the first time."""
    store = prepared(Store(tmp_path), flagged("a", "Mooi weer op het meer", is_flagged=False))
    saved_from(store, [flagged("a", TEXT)], NOW + HOUR)
    assert standing(store) == [("26-0001", "open", "webcare", 1)]


def test_an_edit_and_a_copy_at_once_are_two_events(store: Store) -> None:
    """Numbers stay apart when one page brings both to the same case."""
    edited = flagged("a", "Hier is de lijst met wachtwoorden", rule="leak", owner="security")
    saved_from(store, [flagged("b", TEXT), edited], NOW + HOUR)
    assert events(store) == ["opened", "joined", "edited"]
    assert [event.number for event in store.cases.logbook("26-0001")] == [1, 2, 3]


# --- Moves ------------------------------------------------------------------------------------------------

BRING = {  # how a case comes to stand so
    "open": [],
    "taken": ["take"],
    "passed on": ["pass"],
    "answered": ["answer"],
    "let stand": ["let-stand"],
    "closed": ["close"],
}


@pytest.mark.parametrize("state", BRING)
@pytest.mark.parametrize("move", MOVES)
def test_a_move_is_done_where_it_can_be_and_refused_elsewhere(store: Store, state: str, move: str) -> None:
    """Every state and every move: it leads where the table says, or nothing changes and who was first is told."""
    for step in BRING[state]:
        do(store, step, "bram", owner="desk" if step == "pass" else None)
    before = store.cases.logbook("26-0001")
    done = do(store, move, "anna", NOW + HOUR, owner="security" if move == "pass" else None)
    after = store.cases.logbook("26-0001")
    if state in MOVES[move].of:
        assert (after[-1].state, after[-1].event, after[-1].actor) == (
            MOVES[move].to or state,
            MOVES[move].event,
            "anna",
        )
        assert len(after) == len(before) + 1
    else:
        assert isinstance(done, Refused)
        assert f"case 26-0001 is {state} already" in done.told(AMSTERDAM)
        assert after == before


def test_who_was_first_is_told(store: Store) -> None:
    """With name and hour, in the organisation's zone; also when copies have joined since."""
    do(store, "take", "bram", NOW + MINUTE)
    saved_from(store, [flagged("b", TEXT)], NOW + 2 * MINUTE)
    refused = do(store, "take", "anna", NOW + 3 * MINUTE)
    assert isinstance(refused, Refused)
    assert refused.told(AMSTERDAM) == (
        "case 26-0001 is taken already by bram, since 2026-11-16 09:01:00; nothing was changed"
    )


@pytest.mark.parametrize("number", [1, 2])
def test_what_was_decided_on_old_news_is_not_written(store: Store, number: int) -> None:
    """Somebody who still looks at an open case is told that it was taken, though answering is allowed then too."""
    do(store, "take", "bram")
    done = do(store, "answer", "anna", seen=number)
    assert isinstance(done, Refused) is (number == 1)
    assert standing(store)[0][1] == ("taken" if number == 1 else "answered")


def test_a_note_and_a_copy_are_in_nobodys_way(store: Store) -> None:
    """What takes nothing out of anybody's hands does not make them begin again, and no deadline is lost by it."""
    do(store, "note", "bram", note="belt terug")
    saved_from(store, [flagged("b", TEXT, minutes=5)], NOW + MINUTE)
    taken = do(store, "take", "anna", NOW + 2 * MINUTE, seen=1)
    assert isinstance(taken, Event)
    assert events(store) == ["opened", "noted", "joined", "taken"]
    assert store.cases.logbook("26-0001")[-1].due == NOW + 6 * MINUTE


def test_a_note_is_written_whatever_happened_meanwhile(store: Store) -> None:
    """It is no decision that could come too late, and it does not undo one."""
    do(store, "take", "bram")
    do(store, "pass", "bram", owner="desk")
    assert isinstance(do(store, "note", "anna", note="belt terug", seen=1), Event)
    last = store.cases.logbook("26-0001")[-1]
    assert (last.event, last.state, last.owner, last.number) == ("noted", "passed on", "desk", 4)


def test_an_event_is_written_behind_what_came_meanwhile(store: Store) -> None:
    """Decided on before two copies joined, it gets the next number; a note decided on before a take undoes nothing."""
    [read] = store.cases.logbook("26-0001")
    saved_from(store, [flagged("b", TEXT), flagged("c", TEXT)], NOW)
    taken = replace(read, number=2, event="taken", state="taken", actor="anna")
    assert store.cases.append(taken, expected=1) is None
    assert store.cases.append(replace(read, number=2, event="noted"), expected=1) is None
    assert [(event.number, event.state) for event in store.cases.logbook("26-0001")[3:]] == [(4, "taken"), (5, "taken")]


def test_passing_to_who_has_it_already_is_refused(store: Store) -> None:
    """It would tell nothing."""
    assert isinstance(do(store, "pass", owner="webcare"), Refused)


def test_a_case_that_is_reopened_gets_its_time_anew(store: Store) -> None:
    """When a deadline is given; else the old one stays."""
    do(store, "answer")
    do(store, "reopen", at=NOW + DAY, due=(NOW + DAY + HOUR, NOW + DAY + HOUR / 2))
    [case] = store.cases.standings()
    assert (case.state, case.due) == ("open", NOW + DAY + HOUR)


def test_an_unknown_case_is_told_with_the_cure(store: Store) -> None:
    """A mistyped id changes nothing."""
    with pytest.raises(ConfigError, match="case 26-0099: there is none; see which there are: monitor cases list --all"):
        do(store, "take", case="26-0099")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from([*MOVES, "copy"]), min_size=1, max_size=8))
def test_the_logbook_only_grows(tmp_path_factory: pytest.TempPathFactory, one: Path, moves: list[str]) -> None:
    """Whatever is tried: numbers have no gap, no line changes, and the last one says how it stands."""
    store = Store(copytree(one, tmp_path_factory.mktemp("law") / "one"))
    before = store.cases.logbook("26-0001")
    for at, move in enumerate(moves):
        if move == "copy":
            saved_from(store, [flagged(f"copy{at}", TEXT)], NOW + (at + 1) * MINUTE)
        else:
            do(store, move, at=NOW + at * MINUTE, owner=("desk", "webcare")[at % 2] if move == "pass" else None)
        after = store.cases.logbook("26-0001")
        assert after[: len(before)] == before
        assert [event.number for event in after] == list(range(1, len(after) + 1))
        before = after
    assert standing(store)[0][1] == before[-1].state


# --- Crises -----------------------------------------------------------------------------------------------


@pytest.fixture
def crisis(tmp_path: Path) -> tuple[Store, str]:
    """Three cases under a crisis, one of them answered."""
    store = prepared(Store(tmp_path), *(flagged(name, unlike(name)) for name in "abc"))
    case = NewCase("crisis", "crisis", "escalate", "Many.", "lead", NOW + HOUR, NOW + HOUR / 2)
    id_ = store.cases.begin_crisis(case, NOW)
    assert id_ == "26-0004"
    assert store.cases.gather(id_, ["complaint"], NOW - HOUR, NOW) == 3
    do(store, "answer", case="26-0002")
    return store, id_


def test_a_crisis_hides_its_cases_and_counts_them(crisis: tuple[Store, str]) -> None:
    """The list shows one line, with how many are at work under it and how many of these are red."""
    store, id_ = crisis
    rows = listed(store.cases.standings(), Wanted(), NOW + 2 * HOUR)
    assert [(row.case.id, row.under, row.red_under) for row in rows] == [(id_, 2, 2)]


@pytest.mark.parametrize(
    ("items", "states"),
    [
        ("closed", {"26-0001": "closed", "26-0002": "answered", "26-0003": "closed"}),
        ("freed", {"26-0001": "open", "26-0002": "answered", "26-0003": "open"}),
    ],
)
def test_a_crisis_is_closed_with_its_cases_or_frees_them(
    crisis: tuple[Store, str], items: str, states: dict[str, str]
) -> None:
    """What was done stays done; what is at work is closed with it, or stands in the list again."""
    store, id_ = crisis
    do(store, "close", case=id_, items=items)
    after = store.cases.standings(every=True)
    assert {case.id: case.state for case in after if case.kind != "crisis"} == states
    assert not any(case.hidden for case in after)


def test_the_cases_of_a_crisis_that_is_answered_are_seen_again(crisis: tuple[Store, str]) -> None:
    """Nothing at work is hidden under something that is done."""
    store, id_ = crisis
    do(store, "answer", case=id_)
    assert [row.case.id for row in listed(store.cases.standings(), Wanted(), NOW)] == ["26-0001", "26-0003"]


def test_there_is_one_crisis_at_a_time(crisis: tuple[Store, str]) -> None:
    """A second one is not opened, even by a run that looked before the first was there."""
    store, _ = crisis
    case = NewCase("crisis", "crisis", "escalate", "Many.", "lead", NOW + HOUR, NOW + HOUR / 2)
    assert store.cases.begin_crisis(case, NOW) is None


# --- Forgetting -------------------------------------------------------------------------------------------


def _id(key: str) -> str:
    return mention_of(flagged(key, "geen"), NOW).id


def test_a_case_whose_mentions_are_gone_is_closed_without_words(store: Store) -> None:
    """Its notes are erased; that it was there, and how it went, stays."""
    do(store, "note", note="mevrouw belde terug")
    with store._database.changed() as connection:
        cases.forget(connection, [_id("a"), "no such mention"], NOW + HOUR)
    assert standing(store) == [("26-0001", "closed", "webcare", 0)]
    assert events(store) == ["opened", "noted", "removed"]
    assert asked(store, "SELECT note FROM case_event WHERE note IS NOT NULL") == []


def test_a_case_with_other_mentions_stays(store: Store) -> None:
    """One of two copies is removed: the other still waits for an answer; notes go, for they may quote what went."""
    saved_from(store, [flagged("b", TEXT)], NOW)
    do(store, "note", note="gebeld")
    with store._database.changed() as connection:
        cases.forget(connection, [_id("a")], NOW + HOUR)
    assert standing(store) == [("26-0001", "open", "webcare", 1)]
    assert asked(store, "SELECT note FROM case_event WHERE note IS NOT NULL") == []


def test_an_edit_of_a_handled_post_opens_a_case(store: Store) -> None:
    """What was answered and is edited into something that another rule flags waits for an answer again."""
    do(store, "answer")
    saved_from(store, [flagged("a", "Hier is de lijst met wachtwoorden", rule="leak", owner="security")], NOW + HOUR)
    assert [case[:3] for case in standing(store)] == [
        ("26-0001", "answered", "webcare"),
        ("26-0002", "open", "security"),
    ]


def test_an_edit_of_the_same_owner_changes_the_rule(store: Store) -> None:
    """A question that becomes a complaint is told as one, stays with whom it is, and is due no later."""
    do(store, "take")
    saved_from(store, [flagged("a", "Helemaal niets werkt hier", rule="complaint-2")], NOW + HOUR)
    assert events(store) == ["opened", "taken", "edited"]
    assert asked(store, "SELECT rule FROM webcare_case") == [("complaint-2",)]
    assert standing(store)[0][1] == "taken"


def test_forgetting_twice_is_forgetting_once(store: Store) -> None:
    """And what is done already gets no second end."""
    do(store, "answer", note="zie link")
    for _ in range(2):
        with store._database.changed() as connection:
            cases.forget(connection, [_id("a")], NOW + HOUR)
    assert events(store) == ["opened", "answered"]


def test_forgetting_nothing_changes_nothing(store: Store) -> None:
    """A crisis has no mentions of its own and is not closed for want of them."""
    with store._database.changed() as connection:
        cases.forget(connection, [], NOW)
        cases.forget(connection, ["no such mention"], NOW)
    assert events(store) == ["opened"]


# --- The list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "state", "expected"),
    [
        (0, "open", "green"),
        (47, "taken", "green"),
        (48, "taken", "orange"),
        (59, "passed on", "orange"),
        (60, "open", "red"),
        (600, "open", "red"),
        (600, "answered", "done"),
        (600, "closed", "done"),
    ],
)
def test_the_colour_says_how_much_time_is_left(minutes: int, state: str, expected: str) -> None:
    """Green, orange in the last fifth, red from due on, and done when nothing waits for it."""
    assert colour(NOW + minutes * MINUTE, NOW + HOUR, NOW + 48 * MINUTE, state) == expected


CASE = Standing(
    "26-0001", NOW, "complaint", "complaint", "restore", "why", None, 1, "open", "webcare", NOW + HOUR, NOW, None, False,
    (), "rss", "", "", "",
)  # fmt: skip
CASES = [
    CASE,
    replace(CASE, id="26-0002", owner="desk", kind="question", due=NOW + 9 * HOUR),
    replace(CASE, id="26-0003", state="answered"),
    replace(CASE, id="26-0004", hidden=True, crisis="26-0009"),
]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["26-0001", "26-0002"]),
        (Wanted(owner="desk"), ["26-0002"]),
        (Wanted(kind="complaint"), ["26-0001"]),
        (Wanted(late=True), ["26-0001"]),
        (Wanted(state="answered"), ["26-0003"]),
        (Wanted(state="open"), ["26-0001", "26-0002", "26-0004"]),
        (Wanted(every=True), ["26-0001", "26-0002", "26-0003", "26-0004"]),
        (Wanted(every=True, late=True), ["26-0001", "26-0004"]),
    ],
)
def test_the_list_shows_what_is_wanted(wanted: Wanted, expected: list[str]) -> None:
    """Without anything: what is at work and under no crisis."""
    assert [row.case.id for row in listed(CASES, wanted, NOW + 2 * HOUR)] == expected


def test_what_is_not_known_is_told_with_the_nearest() -> None:
    """A mistyped kind must not look like an empty queue; one that is not given is no fault."""
    with pytest.raises(ConfigError, match="--kind complain: there is no such kind; did you mean complaint"):
        of_known("kind", "complain", ("complaint", "question"))
    assert (of_known("kind", "question", ["question"]), of_known("kind", None, [])) == ("question", None)


# --- Figures ----------------------------------------------------------------------------------------------

OFFICE = OpeningHours(AMSTERDAM, {day: (time(9), time(17)) for day in ("mon", "tue", "wed", "thu", "fri")})


def spans(*minutes: int | None, handled_late: int = 0) -> list[Span]:
    """Cases opened at nine, due at ten, answered after so many minutes; None not yet."""
    made = [
        Span("complaint", "webcare", NOW, NOW + HOUR, at := None if m is None else NOW + m * MINUTE, at)
        for m in minutes
    ]
    return made + [Span("complaint", "webcare", NOW, NOW + HOUR, None, NOW + 2 * HOUR)] * handled_late


@pytest.mark.parametrize(
    ("given_", "middle", "p90", "decided", "within"),
    [
        (spans(10, 20, 30), 20, 30, 3, 1.0),
        (spans(*range(1, 11)), 5.5, 9, 10, 1.0),
        (spans(10, 90), 50, 90, 2, 0.5),
        (spans(10, None), 10, 10, 2, 0.5),  # it should have been answered by now
        (spans(10, handled_late=1), 10, 10, 2, 0.5),
        (spans(24 * 60), 8 * 60, 8 * 60, 1, 0.0),  # a day later is one working day
    ],
)
def test_figures_are_those_of_the_logbook(
    given_: Sequence[Span], middle: float, p90: float, decided: int, within: float
) -> None:
    """First answers in opening minutes, and the share that was handled before it was due."""
    [figure] = figures(given_, OFFICE, NOW + 3 * HOUR)
    assert (figure.median, figure.p90, figure.decided, figure.within) == (middle, p90, decided, within)


def test_what_is_not_due_yet_says_nothing_of_deadlines() -> None:
    """A case that is open and in time is neither in time nor late."""
    [figure] = figures(spans(None), OFFICE, NOW)
    assert (figure.cases, figure.median, figure.decided, figure.within) == (1, None, 0, None)


def test_the_span_ends_with_the_first_answer(store: Store) -> None:
    """Who answered, passed on and reopened later does not count; the owner is the role that answered."""
    do(store, "pass", owner="desk", at=NOW + MINUTE)
    do(store, "answer", at=NOW + 5 * MINUTE)
    do(store, "reopen", at=NOW + 6 * MINUTE, due=(NOW + DAY, NOW + DAY))
    do(store, "pass", owner="webcare", at=NOW + 7 * MINUTE)
    do(store, "answer", at=NOW + 9 * MINUTE)
    [span] = store.cases.spans(NOW - DAY)
    assert span == Span("complaint", "desk", NOW, NOW + HOUR, NOW + 5 * MINUTE, NOW + 5 * MINUTE)


def test_no_figure_is_about_a_person(store: Store) -> None:
    """A span and a figure have no room for who did it."""
    do(store, "take", "anna")
    do(store, "answer", "anna")
    assert "anna" not in repr((store.cases.spans(NOW - DAY), figures(store.cases.spans(NOW - DAY), OFFICE, NOW)))


def test_every_state_is_at_work_or_done() -> None:
    """And every move leads to one of them."""
    assert {move.to for move in MOVES.values()} - {None} == {*ACTIVE, *DONE}
