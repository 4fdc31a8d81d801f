"""Trying a query: how much and what, over what is stored and what is offered now, and nothing is left of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import QueryError, Skip, StoreError
from monitor.pipeline import publish, run
from monitor.trial import Count, draft, over_feeds, over_stored
from tests.asking import HANDLE, PLACE, Square, monitor_of, passed, post
from tests.storing import NOW

SECRET = "kanarie7f3a"
LONG = "De lindeveer vaart weer en dat doet haar goed. " * 12
POSTS = [
    post(1, "De lindeveer vaart."),
    post(2, "De lindeveer en de zeilboot.", title="Haven"),
    post(3, f"{LONG} zeilboot"),
    post(4, "De lindeveer en onze zeilboot.", author=HANDLE),
    post(5, "Lindeveer en zeilboot", place="search: veer", found="search", opt_outs=frozenset()),
]
OFFERED = [
    post(1, "De zeilboot vaart."),
    post(2, f"Onze zeilboot {SECRET}", opt_outs=frozenset({"noindex"})),
    post(3, f"Een zeilboot {SECRET}", published=NOW - timedelta(days=400)),
    post(4, f"Mijn zeilboot {SECRET}", author=HANDLE),
    post(5, f"Mooi weer {SECRET}"),
    post(6, "Nog een zeilboot"),
]


def everything_in(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a pass stored and published."""
    made = tmp_path_factory.mktemp("trial")
    monitor = monitor_of(made, {"a": "lindeveer"}, Square(POSTS, offers=(PLACE, "search: veer")))
    run(monitor, NOW)
    return made


@pytest.mark.parametrize(
    ("text", "timeline", "search"),
    [
        ("zeilboot", (3, 1, 0), (1, 1, 0)),
        ("lindeveer", (3, 3, 0), (1, 1, 0)),
        ("lindeveer NOT zeilboot", (3, 1, 1), (1, 0, 0)),
        ("title:haven", (3, 1, 0), (1, 0, 0)),
        ("$a AND vaart", (3, 2, 0), (1, 0, 0)),
        ("kajak", (3, 0, 0), (1, 0, 0)),
    ],
)
def test_what_is_stored(folder: Path, text: str, timeline: tuple[int, int, int], search: tuple[int, int, int]) -> None:
    """Of readers' mentions is told how many a query holds for, and of how many the excerpt cannot tell."""
    monitor = monitor_of(folder, {"a": "lindeveer"})
    told = over_stored(monitor, draft(monitor, text))
    assert told.counts == (Count("mastodon", "search", *search), Count("mastodon", "timeline", *timeline))
    assert (told.dropped, told.problems) == ((), ())


def test_samples_show_where(folder: Path) -> None:
    """A sample is what is kept, its link, and where in it the words stand; ambassadors' are not among them."""
    monitor = monitor_of(folder, {"a": "lindeveer"})
    told = over_stored(monitor, draft(monitor, "zeilboot"))
    assert {(sample.title, sample.excerpt, sample.url[-1]) for sample in told.samples} == {
        ("Haven", "De lindeveer en de zeilboot.", "2"),
        ("", "Lindeveer en zeilboot", "5"),
    }
    for sample in told.samples:
        whole = f"{sample.title}\n{sample.excerpt}" if sample.title else sample.excerpt
        assert [whole[start:end] for start, end in sample.spans] == ["zeilboot"]
    assert "zeilboot" not in repr(told)


def test_nothing_published_yet(tmp_path: Path) -> None:
    """Before the first run there is nothing stored to try a query on."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"})
    with pytest.raises(StoreError, match="nothing was published yet"):
        over_stored(monitor, draft(monitor, "veer"))


def test_a_query_that_cannot_be_read(tmp_path: Path) -> None:
    """A draft is read like any query, and may use the saved parts and the queries there are."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, saved={"boten": "zeilboot OR kajak"})
    draft(monitor, "$boten AND $a")
    with pytest.raises(QueryError):
        draft(monitor, "veer AND")


def test_what_is_offered_now(tmp_path: Path) -> None:
    """Every post is counted; only what the gate lets through is shown, and no ambassador's; the rest is a number."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, Square(OFFERED))
    told = over_feeds(monitor, draft(monitor, "zeilboot"), NOW)
    assert told.counts == (Count("mastodon", "timeline", 6, 5),)
    assert dict(told.dropped) == {"opted out": 1, "too old": 1}
    assert [(sample.url[-1], sample.excerpt, sample.spans) for sample in told.samples] == [
        ("6", "Nog een zeilboot", ((8, 16),)),
        ("1", "De zeilboot vaart.", ((3, 11),)),
    ]
    assert SECRET not in "".join(f"{sample.title}{sample.excerpt}" for sample in told.samples)


def test_a_query_for_ambassadors_shows_nobody(tmp_path: Path) -> None:
    """Tried as an ambassadors' query, what others wrote is dropped and what ambassadors wrote is not shown."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, Square(OFFERED))
    told = over_feeds(monitor, draft(monitor, "zeilboot", "ambassador"), NOW)
    assert (told.samples, dict(told.dropped)) == ((), {"not opted in": 4})


@pytest.mark.parametrize("before", [True, False])
def test_nothing_is_left_of_a_trial(tmp_path: Path, before: bool) -> None:
    """No file is made or changed by it, whether there was a run before or not."""
    if before:
        publish(passed(tmp_path, {"a": "lindeveer"}, POSTS), "one")
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, Square(OFFERED))
    files = everything_in(tmp_path)
    over_feeds(monitor, draft(monitor, "zeilboot"), NOW)
    if before:
        over_stored(monitor, draft(monitor, "zeilboot"))
    assert everything_in(tmp_path) == files


def test_a_trial_is_bounded_and_polite(tmp_path: Path) -> None:
    """It asks as at a first visit, few pages and seconds, no person's account and no place that asked for rest."""
    places = (PLACE, f"@{HANDLE}", "at rest", "rested")
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, square := Square(offers=places))
    passed(tmp_path, {"a": "lindeveer"}, [])
    with monitor.store._database.changed() as connection:
        for name, hours in (("at rest", 1), ("rested", -1)):
            row = [name, NOW, NOW + timedelta(hours=hours)]
            connection.execute("INSERT INTO place VALUES ('mastodon', $1, 'c', $2, $2, $3, 0, NULL, [], 'v')", row)
    publish(monitor, "one")
    over_feeds(monitor, draft(monitor, "zeilboot"), NOW, clock=lambda: 7.0)
    (visit,) = square.seen
    assert (dict(visit.cursors), visit.pages, visit.seconds) == ({PLACE: None, "rested": None}, 2, 10.0)
    assert (visit.now, visit.full, visit.clock()) == (NOW, False, 7.0)


class Broken(Square):
    def places(self) -> tuple[str, ...]:
        raise KeyError(SECRET)


class Lacking(Square):
    def missing(self) -> tuple[str, ...]:
        return ("set X",)


@pytest.mark.parametrize(
    ("square", "problem"),
    [
        (Broken(name="twee"), "twee: stopped by an unexpected KeyError"),
        (Square(name="twee", breaks=ValueError(SECRET)), "twee: stopped by an unexpected ValueError"),
        (Square(name="twee", breaks=Skip("server", "twee", "500")), "twee: 500 (server)"),
        (Lacking(name="twee"), "set X"),
    ],
    ids=["places", "unexpected", "source", "missing"],
)
def test_a_source_that_breaks_costs_only_itself(tmp_path: Path, square: Square, problem: str) -> None:
    """What goes wrong is told in our own words, and the other sources are tried."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, square, Square(OFFERED))
    told = over_feeds(monitor, draft(monitor, "zeilboot"), NOW)
    assert told.problems == (problem,)
    assert told.counts == (Count("mastodon", "timeline", 6, 5),)


def test_a_poison_post_costs_only_itself(tmp_path: Path) -> None:
    """A post that no step can read is counted as unreadable."""
    poison = replace(OFFERED[0], body=None)  # type: ignore[arg-type]
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, Square([poison, *OFFERED]))
    told = over_feeds(monitor, draft(monitor, "zeilboot"), NOW)
    assert dict(told.dropped) == {"unreadable": 1, "opted out": 1, "too old": 1}


def test_samples_are_few_and_of_every_source(tmp_path: Path) -> None:
    """The newest of each source in turn, as many as were asked for."""
    many = Square([post(at, f"De zeilboot {at}") for at in range(9)])
    few = Square([replace(post("x", "Een zeilboot"), source="twee")], name="twee")
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, many, few)
    told = over_feeds(monitor, draft(monitor, "zeilboot"), NOW, samples=3)
    assert [sample.excerpt for sample in told.samples] == ["De zeilboot 8", "Een zeilboot", "De zeilboot 7"]


def test_only_the_named_sources(tmp_path: Path) -> None:
    """Sources that were not asked for are not visited."""
    one, two = Square(OFFERED), Square(name="twee")
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, one, two)
    over_feeds(monitor, draft(monitor, "zeilboot"), NOW, sources=["twee"])
    assert (len(one.seen), len(two.seen)) == (0, 1)


def test_progress_is_told(folder: Path, tmp_path: Path) -> None:
    """Over what is stored in mentions, over the sources in places."""
    told: list[tuple[int, int]] = []
    monitor = monitor_of(folder, {"a": "lindeveer"})
    over_stored(monitor, draft(monitor, "zeilboot"), on_progress=lambda *seen: told.append(seen))
    monitor = monitor_of(tmp_path, {"a": "lindeveer"}, Square(OFFERED, offers=(PLACE, "b")))
    over_feeds(monitor, draft(monitor, "zeilboot"), NOW, on_progress=lambda *seen: told.append(seen))
    assert told == [(4, 4), (1, 2), (2, 2)]
