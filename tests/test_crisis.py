"""A crisis: when many at once are one, by the numbers alone and over a stored history."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.cases import act
from monitor.crisis_check import crisis_check
from monitor.model import Kind
from monitor.store import Store
from monitor.triage.crisis import EARLIER, Crisis, Surge, Window, chance_of, detect
from monitor.triage.hours import OpeningHours
from tests.casing import HOUR, NOW, Flagged, flagged, saved_from, unlike

CRISIS = Crisis(lead="lead", hours=6, at_least=10, times=3, sources=2, deadline=30, why={"nl": "Veel.", "en": "Many."})
QUIET = [2, 1, 3, 2, 0, 2, 1] * 4
DAY = timedelta(days=1)
HOURS = OpeningHours(ZoneInfo("Europe/Amsterdam"))


def told(stories: int, earlier: Sequence[int] = QUIET, sources: int = 3) -> Surge | None:
    return detect(CRISIS, Window(stories, sources), earlier)


# --- The numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stories", "sources", "earlier", "is_crisis"),
    [
        (30, 3, QUIET, True),
        (30, 1, QUIET, False),  # one source, however loud
        (9, 3, QUIET, False),  # few
        (10, 2, QUIET, True),
        (10, 2, [0] * 28, True),
        (30, 3, [25, 30, 22, 28] * 7, False),  # a Monday like any other
        (60, 3, [25, 30, 22, 28] * 7, False),  # twice as many is not three times
        (90, 3, [25, 30, 22, 28] * 7, True),
        (30, 3, [0, 0, 20, 0, 0, 30, 0, 15] * 3, False),  # it comes in bursts all the time
        (30, 3, QUIET[:6], False),  # nobody knows yet what is usual
        (30, 3, [*QUIET[:22], *[200] * 6], True),  # an earlier crisis is not the usual
    ],
)
def test_a_crisis_is_many_more_than_usual_from_several_sources(
    stories: int, sources: int, earlier: list[int], is_crisis: bool
) -> None:
    """All three conditions hold and chance does not explain it."""
    assert (told(stories, earlier, sources) is not None) is is_crisis


def test_a_surge_says_what_is_usual() -> None:
    """The figures that the lead reads: how many, from how many sources, and the median of earlier windows."""
    surge = told(30)
    assert surge is not None
    assert (surge.stories, surge.sources, surge.usual) == (30, 3, 2)
    assert 0 <= surge.chance < 1e-6


def test_the_chance_is_that_of_the_negative_binomial() -> None:
    """Without spread beyond Poisson's the size is that of the gamma posterior: 28 m = 28 x 1 + 1/2 = 28.5.

    P(N >= 3) = 1 - (P(0) + P(1) + P(2)) for size r = 28.5 and p = 28 / 29, worked out by hand.
    """
    p = 28 / 29
    by_hand = 1 - p**28.5 * (1 + 28.5 * (1 - p) + 28.5 * 29.5 / 2 * (1 - p) ** 2)
    assert chance_of(3, [1] * 28) == pytest.approx(by_hand, rel=1e-9)


COUNTS = st.lists(st.integers(0, 50), min_size=7, max_size=EARLIER)


@given(COUNTS, st.integers(0, 200))
def test_more_stories_are_never_likelier(earlier: list[int], stories: int) -> None:
    """The chance is one, and falls as the count grows."""
    assert 0 <= chance_of(stories + 1, earlier) <= chance_of(stories, earlier) + 1e-12 <= 1 + 1e-9


@given(COUNTS, st.integers(0, 300))
def test_what_is_a_crisis_stays_one_when_more_is_said(earlier: list[int], stories: int) -> None:
    """More of the same from the same sources never ends a crisis."""
    assert told(stories, earlier) is None or told(stories + 1, earlier) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [({"kinds": ("complaints",)}, "kinds"), ({"hours": 0}, "hours"), ({"times": 0.5}, "times"), ({"led": "x"}, "led")],
)
def test_a_crisis_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    """A table of the scheme with an unknown kind or key, no window or less than usual is no crisis."""
    with pytest.raises(ValidationError, match=said):
        Crisis.model_validate(CRISIS.model_dump() | change)


# --- Over what is stored ----------------------------------------------------------------------------------


def flood(count: int, at: datetime, name: str, *, kind: Kind = "complaint", copies: bool = False) -> list[Flagged]:
    """Complaints that were said in one hour, every other one in another source."""
    return [
        flagged(
            f"{name}-{number}",
            "Alweer geen boot, wat een slechte dienst is dit toch" if copies else unlike(f"{name}{number}"),
            kind=kind,
            source=("mastodon", "reddit")[number % 2],
            published=at - HOUR * number / count,
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month in which two people complained every day."""
    store = Store(tmp_path_factory.mktemp("month"))
    store.prepare()
    for days in (range(30, 29, -1), range(29, 0, -1)):  # read in two runs, for the days are those it was said on
        posts = [post for day in days for post in flood(2, NOW - day * DAY, f"day{day}")]
        saved_from(store, posts, NOW - days[-1] * DAY)
    return store.folder


@pytest.fixture
def store(tmp_path: Path, month: Path) -> Store:
    return Store(copytree(month, tmp_path / "month"))


def check(store: Store, now: datetime = NOW) -> str | None:
    return crisis_check(store, CRISIS, now, hours=HOURS)


def grouped(store: Store) -> dict[str, str | None]:
    return {case.id: case.crisis for case in store.cases.standings(every=True) if case.kind != "crisis"}


def test_a_flood_is_one_case_to_the_lead(store: Store) -> None:
    """Twenty complaints in an hour, where two are usual, open one crisis, and the twenty go under it."""
    saved_from(store, flood(20, NOW, "flood"), NOW)
    crisis = check(store)
    [case] = [case for case in store.cases.standings() if case.kind == "crisis"]
    assert (case.id, case.owner, case.state, case.due) == (crisis, "lead", "open", NOW + timedelta(minutes=30))
    assert case.why == "Many. Now 20 stories in 6 hours from 2 sources; usually 2."
    under = [id_ for id_, of in grouped(store).items() if of == crisis]
    assert len(under) == 20
    assert {store.cases.logbook(id_)[-1].event for id_ in under} == {"grouped"}


@pytest.mark.parametrize(
    "posts",
    [
        flood(5, NOW, "few"),
        flood(40, NOW, "copies", copies=True),
        flood(40, NOW, "thanks", kind="compliment"),
        flood(40, NOW - 2 * DAY, "old"),
    ],
    ids=["few", "copies of one story", "another kind", "a backlog"],
)
def test_what_is_no_flood_is_no_crisis(store: Store, posts: list[Flagged]) -> None:
    """Few, one story often, other kinds, and old posts that are read today alarm nobody."""
    saved_from(store, posts)
    assert check(store) is None
    assert not any(grouped(store).values())


def test_nothing_is_a_crisis_in_the_first_week(tmp_path: Path) -> None:
    """Whoever begins today does not know yet what is usual."""
    store = Store(tmp_path)
    store.prepare()
    saved_from(store, flood(40, NOW, "flood"), NOW)
    assert check(store) is None


def test_a_crisis_is_told_once(store: Store) -> None:
    """While it is on what comes goes under it, and nobody is alarmed again."""
    saved_from(store, flood(20, NOW, "flood"), NOW)
    crisis = check(store)
    later = NOW + HOUR
    saved_from(store, flood(20, later, "more"), later)
    assert check(store, later) is None
    assert list(grouped(store).values()).count(crisis) == 40


def test_the_end_of_a_crisis_is_followed_by_silence(store: Store) -> None:
    """For twelve hours what is said is its echo; a flood the next day is a new one."""
    saved_from(store, flood(20, NOW, "flood"), NOW)
    crisis = check(store)
    assert crisis
    act(store, crisis, "close", NOW + HOUR, actor="anna", items="closed")
    echo, again = NOW + 12 * HOUR, NOW + 26 * HOUR
    saved_from(store, flood(20, echo, "echo"), echo)
    assert check(store, echo) is None
    saved_from(store, flood(20, again, "again"), again)
    assert check(store, again) is not None


def test_a_note_on_an_old_crisis_is_no_news(store: Store) -> None:
    """It neither begins the silence anew nor hides that another one is on."""
    saved_from(store, flood(20, NOW, "flood"), NOW)
    old = check(store)
    assert old
    act(store, old, "close", NOW + HOUR, actor="anna", items="closed")
    again = NOW + 26 * HOUR
    act(store, old, "note", again - HOUR, actor="anna", note="evaluated")
    saved_from(store, flood(20, again, "again"), again)
    new = check(store, again)
    act(store, old, "note", again + HOUR, actor="anna", note="evaluated again")
    assert new
    assert (check(store, again + HOUR), store.cases.last_crisis().case_id) == (None, new)


def test_a_scheme_without_a_crisis_has_none(store: Store) -> None:
    """Without the table nothing is looked at."""
    saved_from(store, flood(20, NOW, "flood"), NOW)
    assert crisis_check(store, None, NOW, hours=HOURS) is None


def test_the_case_is_of_the_year_of_the_organisations_zone(store: Store) -> None:
    """In Amsterdam it is 2027 already when it is half past eleven in London."""
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    saved_from(store, flood(20, eve, "eve"), eve)
    assert (check(store, eve) or "").startswith("27-")
