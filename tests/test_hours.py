"""Opening hours: holidays, the last fifth of a deadline, and who is on duty."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.triage.hours import ALWAYS, OpeningHours, countries
from monitor.triage.roles import Roles, read_roles

AMSTERDAM, BRUSSELS = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Europe/Brussels")
OFFICE = {day: (time(9), time(17)) for day in ("mon", "tue", "wed", "thu", "fri")}
EVERY_DAY = {day: (time(9), time(17)) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
MONDAY = datetime(2026, 11, 16, 9, tzinfo=AMSTERDAM)
DUTCH = OpeningHours(AMSTERDAM, OFFICE, ("NL",))


def local(text: str, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# --- Holidays ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "day", "closed"),
    [
        ("NL", "2025-05-05", True),  # Liberation Day, in a year of five
        ("NL", "2026-05-05", False),  # in others people work
        ("NL", "2025-04-26", True),  # King's Day, for the 27th is a Sunday
        ("NL", "2026-04-27", True),
        ("NL", "2026-04-03", False),  # Good Friday: the law on time limits knows it, hardly any contract does
        ("NL", "2026-12-26", True),
        ("NL", "2026-07-21", False),
        ("BE", "2026-07-21", True),
        ("BE", "2026-11-11", True),
        ("BE", "2026-04-03", False),
        ("BE", "2026-12-26", False),  # banks only
        ("BE", "2026-07-11", False),  # the Flemish community's
        ("BE", "2026-05-14", True),  # Ascension Day
        ("NL", "2028-06-05", True),  # Whit Monday
    ],
)
def test_a_public_holiday_is_a_closed_day(country: str, day: str, closed: bool) -> None:
    """What is a holiday is the library's to say, and of the Netherlands and Belgium it says this."""
    noon = datetime.combine(date.fromisoformat(day), time(12), AMSTERDAM)
    assert OpeningHours(AMSTERDAM, EVERY_DAY, (country,)).open_at(noon) is not closed


def test_a_deadline_waits_for_the_end_of_the_holidays() -> None:
    """A complaint on Christmas Eve at closing time is due on the first working day after Christmas."""
    assert DUTCH.due(local("2026-12-24T16:30"), 60) == local("2026-12-28T09:30")


def test_two_countries_close_on_the_holidays_of_both() -> None:
    """A team that works for both is closed when one of them is."""
    both = OpeningHours(AMSTERDAM, EVERY_DAY, ("NL", "BE"))
    assert [both.open_at(local(f"2026-{day}T12:00")) for day in ("04-27", "07-21", "07-20")] == [False, False, True]


def test_holidays_mean_nothing_round_the_clock() -> None:
    """What cannot wait does not wait for Boxing Day either."""
    christmas = local("2026-12-25T12:00")
    assert (ALWAYS.due(christmas, 30), ALWAYS.open_at(christmas)) == (christmas + timedelta(minutes=30), True)


def test_a_deadline_is_reached_even_where_holidays_eat_the_year() -> None:
    """Opening hours that a country's holidays would leave too short for the deadline count without them."""
    mondays = OpeningHours(AMSTERDAM, {"mon": (time(9), time(10))}, ("NL",))
    assert mondays.reaches(51 * 60)
    assert mondays.due(local("2026-11-17T12:00"), 51 * 60) <= local("2028-11-17T12:00")


@pytest.mark.parametrize(
    ("given_", "zone", "expected"),
    [
        (None, "Europe/Amsterdam", ("NL",)),
        (None, "Europe/Brussels", ("BE",)),
        (None, "Europe/Berlin", ()),
        ((), "Europe/Amsterdam", ()),
        (("BE", "NL", "BE"), "Europe/Amsterdam", ("BE", "NL")),
        (("DE",), "Europe/Berlin", ("DE",)),
    ],
)
def test_holidays_are_those_that_are_written_else_the_zones_own(
    given_: tuple[str, ...] | None, zone: str, expected: tuple[str, ...]
) -> None:
    """An empty list is an answer too."""
    assert countries(given_, zone) == expected


def test_an_unknown_country_is_told_with_its_cure() -> None:
    """A country without known holidays stops the program before anything is judged by it."""
    with pytest.raises(ConfigError, match=r"\[organisation\] holidays: XQ is no country .*; write two capitals"):
        countries(("NL", "XQ"), "Europe/Amsterdam")


# --- Orange -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "orange"),
    [
        ("2026-11-16T09:00", 60, "2026-11-16T09:48"),
        ("2026-11-16T16:30", 60, "2026-11-17T09:18"),  # half an hour today, half tomorrow
        ("2026-11-15T12:00", 100, "2026-11-16T10:20"),  # on a Sunday nothing passes
        ("2026-12-24T16:30", 60, "2026-12-28T09:18"),
    ],
)
def test_orange_begins_with_the_last_fifth_of_the_opening_time(start: str, minutes: int, orange: str) -> None:
    """Four fifths of the deadline's opening minutes are green, whatever lies between."""
    begin = local(start)
    assert DUTCH.orange(begin, DUTCH.due(begin, minutes)) == local(orange)


def test_orange_round_the_clock_is_a_fifth_of_the_clock() -> None:
    """Half an hour is orange after 24 minutes, at night too."""
    night = local("2026-11-15T03:00")
    assert ALWAYS.orange(night, night + timedelta(minutes=30)) == night + timedelta(minutes=24)


def test_orange_never_comes_after_due() -> None:
    """A deadline that passes while it is closed is orange until then, not after."""
    night = local("2026-11-15T03:00")
    assert DUTCH.orange(night, night + timedelta(minutes=30)) == night + timedelta(minutes=30)


STARTS = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(STARTS, st.integers(1, 20_000))
def test_opening_time_until_due_is_the_deadline(start: datetime, minutes: int) -> None:
    """`between` undoes `due`, over weekends, holidays and changes of the clock."""
    assert DUTCH.between(start, DUTCH.due(start, minutes)) == timedelta(minutes=minutes)


@given(STARTS, st.integers(1, 20_000))
def test_orange_leaves_a_fifth(start: datetime, minutes: int) -> None:
    """From orange to due there is a fifth of the opening time, and orange lies between start and due."""
    due = DUTCH.due(start, minutes)
    orange = DUTCH.orange(start, due)
    assert start <= orange <= due
    assert abs(DUTCH.between(orange, due) - timedelta(minutes=minutes) / 5) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-16T08:59", False),
        ("2026-11-16T09:00", True),
        ("2026-11-16T17:00", False),
        ("2026-11-15T12:00", False),
    ],
)
def test_open_from_opening_until_closing(moment: str, is_open: bool) -> None:
    """At closing time it is closed."""
    assert DUTCH.open_at(local(moment)) is is_open


def test_no_time_lies_between_a_moment_and_an_earlier_one() -> None:
    """A case that is answered before it is opened took no time, not less than none."""
    assert (DUTCH.between(MONDAY, MONDAY - timedelta(days=3)), ALWAYS.between(MONDAY, MONDAY - timedelta(days=3))) == (
        timedelta(),
        timedelta(),
    )


# --- Roles ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    who: str = "webcare@lindeveer.example"
    hours: dict[str, tuple[time, time]] | None = None
    deputy: str | None = None


def roles(**tables: Table) -> Roles:
    return read_roles(tables, DUTCH)


def test_a_role_works_in_the_organisations_hours_or_its_own() -> None:
    """Hours of its own replace the week, and the holidays stay."""
    read = roles(webcare=Table(), night=Table(hours={"sat": (time(20), time())}))
    assert read.named["webcare"].hours == DUTCH
    assert read.named["night"].hours == OpeningHours(AMSTERDAM, {"sat": (time(20), time())}, ("NL",))


@pytest.mark.parametrize(
    ("moment", "acts"),
    [
        ("2026-11-16T10:00", "webcare"),
        ("2026-11-21T12:00", "weekend"),
        ("2026-11-16T22:00", "duty"),
    ],
)
def test_the_first_of_the_chain_that_is_at_work_acts(moment: str, acts: str) -> None:
    """On a Saturday the deputy, at night the deputy's deputy."""
    read = roles(
        webcare=Table(deputy="weekend"),
        weekend=Table(hours={"sat": (time(9), time(17))}, deputy="duty"),
        duty=Table(hours={day: (time(), time()) for day in EVERY_DAY}, deputy=None),
    )
    assert read.on_duty("webcare", local(moment)).name == acts


def test_who_owns_it_acts_when_nobody_is_at_work() -> None:
    """A chain in which everybody is at home ends where it began."""
    assert roles(webcare=Table(deputy="desk"), desk=Table()).on_duty("webcare", local("2026-11-15T03:00")).name == (
        "webcare"
    )


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            {"webcare": Table(deputy="desc"), "desk": Table()},
            r"\[roles.webcare\] deputy: .*'desc'; did you mean 'desk'",
        ),
        ({"webcare": Table(deputy="zzz")}, r"there is no role 'zzz'; known are: webcare"),
        ({"webcare": Table(who="  ")}, r"\[roles.webcare\] who: is empty; name the person or the mailbox"),
        ({"webcare": Table(deputy="webcare")}, r"deputy: webcare -> webcare comes back to where it began"),
        (
            {"a": Table(deputy="b"), "b": Table(deputy="c"), "c": Table(deputy="a"), "d": Table(deputy="a")},
            r"\[roles.a\] deputy: a -> b -> c -> a comes back",
        ),
    ],
)
def test_a_fault_in_the_roles_is_told_with_its_chain(tables: dict[str, Table], told: str) -> None:
    """Whoever nobody stands in for is found before a flag needs them."""
    with pytest.raises(ConfigError, match=told) as raised:
        roles(**tables)
    assert len(raised.value.problems) == 1


def test_all_faults_are_told_at_once() -> None:
    """Two wrong roles are two lines, each with the file."""
    with pytest.raises(ConfigError) as raised:
        roles(webcare=Table(who=" "), desk=Table(deputy="nobody"))
    assert [problem.split(" ")[0] for problem in raised.value.problems] == ["monitor.toml:", "monitor.toml:"]


def test_a_role_that_is_not_there_is_told_where_it_was_named() -> None:
    """The cure is the role that is nearest in spelling."""
    with pytest.raises(
        ConfigError, match=r"rule complaint: owner: there is no role 'webcar'; did you mean 'webcare'\?"
    ):
        roles(webcare=Table()).role("webcar", "rule complaint: owner")


@given(st.lists(st.sampled_from("abcdef"), min_size=6, max_size=6))
def test_roles_that_are_read_have_chains_that_end(deputies: list[str]) -> None:
    """Whatever the deputies are: they are refused, or every chain of them ends."""
    tables = {name: Table(deputy=deputy) for name, deputy in zip("abcdef", deputies, strict=True)} | {"g": Table()}
    tables["a"] = Table(deputy="g")
    try:
        read = roles(**tables)
    except ConfigError:
        return
    assert all(len(list(read.chain(name))) <= 7 for name in tables)
