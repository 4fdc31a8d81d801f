"""`monitor doctor`: what is configured, reachable, stale, clashing or missing, with the cure; and good manners."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from monitor import doctor
from monitor.assemble import assemble
from monitor.demo.serve import served
from monitor.doctor import Finding, examine
from monitor.errors import Retry
from monitor.model import Tally
from monitor.pipeline import run
from monitor.store import Visited
from tests.storing import ROLES

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
FEEDS = ("/lindestads-dagblad.xml", "/persbank.xml", "/omroep-veerland.atom", "/ov-vandaag.rdf", "/ferry-journal.json")
MOVED, GONE = "/schippersblog.atom", "/verdwenen.xml"


@pytest.fixture(scope="module")
def running():
    with served() as world:
        yield world


@pytest.fixture
def world(running):
    yield running
    running.services[0].heal()


@pytest.fixture
def path(tmp_path, monkeypatch, world):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_PSEUDONYM_KEY", "made up, as everything and everybody here")
    return configure(tmp_path / "monitor.toml", world, *FEEDS)


def configure(path, world, *feeds, more=""):
    listed = ", ".join(f'"{world.feeds_url}{feed}"' for feed in feeds)
    path.write_text(f"""\
[organisation]
name = "Lindeveer"
contact = "https://lindeveer.example/monitor"
[[queries]]
name = "brand"
facet = "brand"
purpose = "Vragen en klachten beantwoorden."
text = "lindeveer"
[fetch]
allow_loopback = true
[sources.rss]
host_spacing = 0
feeds = [{listed}]
{more}
{ROLES}""")
    return path


def found(path, subject, now=NOW):
    """State and text of what is said about a subject."""
    return [(one.state, one.text) for one in examine(path, now) if one.subject == subject]


def asked(world, *paths):
    return [request.path for request in world.services[0].requests if not paths or request.path in paths]


def place(monitor, name, **more):
    """Note in the store how a place stands since two hours ago."""
    known = {"cursor": None, "not_before": None, "problem": None, "failures": 0, "notes": ()}
    before = NOW - timedelta(hours=2)
    monitor.store.prepare()
    monitor.store.begin("earlier", "rss", before)
    monitor.store.save("earlier", "rss", before, [], [Visited(name, **{**known, **more})], Tally())
    monitor.store.finish("earlier", "rss", before, "good", [])


def test_without_configuration(tmp_path):
    """Where nothing is configured it says what is installed and what to do; nothing of it is bad."""
    said = examine(tmp_path / "monitor.toml", NOW)
    assert {one.subject for one in said} == {"installation", "connectors", "configuration"}
    assert said[-1].text.endswith("monitor.toml is not here; write one with: monitor init")
    assert not any(one.exit_code for one in said)


def test_with_faults(path):
    """Every fault of the configuration is a finding of its own."""
    path.write_text(path.read_text().replace("feeds =", "feed =").replace('"brand"\npurpose', '"brnd"\npurpose'))
    assert [state for state, _ in found(path, "configuration")] == ["bad", "bad"]


def test_before_the_first_run(path):
    """Before the first run the database is missing and the run that makes it is named; every place is asked."""
    assert found(path, "database") == [
        ("note", f"{path.parent / 'data' / 'mentions.duckdb'} is not there yet; make it with: monitor run")
    ]
    assert found(path, "rss") == [("good", "5 of 5 places answer")]
    assert not (path.parent / "data").exists()


def test_after_a_run(path):
    """After a run the database and the snapshot are good, until a day and two hours have passed."""
    run(assemble(path), NOW)
    assert [state for state, _ in found(path, "database")] == ["good"]
    assert found(path, "snapshot") == [("good", "the last run began 2026-11-16 07:00 UTC")]
    (stale,) = found(path, "snapshot", NOW + timedelta(hours=27))
    assert stale == ("bad", "stale: the last run began 2026-11-16 07:00 UTC; is the schedule running?")


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ([], ("note", "no run has read it yet; read it with: monitor run --source rss")),
        ([(30, "failed")], ("bad", "no run of it ever ended well; mend what is told of it here")),
        (
            [(30, "good"), (1, "failed")],
            ("bad", "stale: its last good run ended 2026-11-15 01:00 UTC; is it scheduled, and does it answer?"),
        ),
        ([(20, "degraded"), (1, "failed")], ("good", "5 of 5 places answer")),
    ],
)
def test_each_source_can_be_stale(path, ends, told):
    """A source without a good run for a day and two hours is told, however fresh the others keep the snapshot."""
    monitor = assemble(path)
    monitor.store.prepare()
    for hours, outcome in ends:
        at = NOW - timedelta(hours=hours)
        monitor.store.begin(f"run-{hours}", "rss", at)
        monitor.store.finish(f"run-{hours}", "rss", at, outcome, [])
    monitor.store.begin("other", "reddit", NOW)
    monitor.store.finish("other", "reddit", NOW, "good", [])
    assert found(path, "rss")[0] == told


def test_notes(path, world):
    """What a run noted about a place, such as a new address, is told."""
    configure(path, world, MOVED)
    run(assemble(path), NOW)
    assert ("note", f"{world.feeds_url}{MOVED}: moved for good to {world.feeds_url}/nieuw{MOVED}") in found(path, "rss")


def test_resting_places_are_not_asked(path, world):
    """A place that asked not to be visited yet is not visited by doctor either, and is told with its hour."""
    monitor = assemble(path)
    rests = world.feeds_url + FEEDS[0]
    place(monitor, rests, not_before=NOW + timedelta(minutes=30))
    before = len(asked(world, FEEDS[0]))
    assert found(path, "rss") == [
        ("good", "4 of 4 places answer"),
        ("note", "1 places rest and were not asked, the first until 2026-11-16 07:30 UTC"),
    ]
    assert len(asked(world, FEEDS[0])) == before
    assert found(path, "rss", NOW + timedelta(hours=1)) == [("good", "5 of 5 places answer")]


def test_all_rest(path, world):
    """When every place rests, nobody is asked, and what the last runs saw of them is told."""
    monitor = assemble(path)
    for feed in FEEDS:
        later = NOW + timedelta(hours=1)
        place(monitor, world.feeds_url + feed, not_before=later, failures=3, problem="503: busy (server)")
    before = len(asked(world))
    (rest, failing) = found(path, "rss")
    assert rest == ("note", "5 places rest and were not asked, the first until 2026-11-16 08:00 UTC")
    assert failing[1].endswith(" and 2 more: 503: busy (server); no run ever had an answer")
    assert len(asked(world)) == before


def test_one_host_that_is_down(path, world):
    """Many failing places of one host with one reason are one line; another reason is another."""
    configure(path, world, *FEEDS, GONE)
    world.services[0].fail("503", lambda request: request.path != GONE)
    summary, *failing = found(path, "rss")
    assert summary == ("bad", "0 of 6 places answer")
    assert sorted(len(text.split(", ")) for _, text in failing) == [1, 3]
    (down,) = [text for _, text in failing if "503" in text]
    assert down.endswith(" and 2 more: 503: the server has a problem (server)")


def test_failing_since(path, world):
    """A place that fails now and failed in the runs before says since when."""
    configure(path, world, FEEDS[0])
    run(assemble(path), NOW)
    world.services[0].fail("500")
    run(assemble(path), NOW + timedelta(hours=1))
    assert found(path, "rss", NOW + timedelta(hours=2))[1:] == [
        (
            "bad",
            f"{world.feeds_url}{FEEDS[0]}: 500: the server has a problem (server); failing since 2026-11-16 07:00 UTC",
        )
    ]


def test_missing_credentials(path, world):
    """A source without credentials is one line that says all that is missing."""
    configure(path, world, FEEDS[0], more='[sources.reddit]\nsubreddits = ["lindestad"]')
    ((state, text),) = found(path, "reddit")
    assert state == "note"
    assert text.startswith("skipped until mended: MONITOR_REDDIT_CLIENT_ID")


class Stranger:
    """A connector that fails in its own way after one good page."""

    name = "stranger"

    def __init__(self, error):
        self._error = error

    def places(self):
        return ["a", "b"]

    def fetch(self, visit):
        raise self._error
        yield


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Retry("rate-limit", "stranger", "429: too many requests"), "stranger: 429: too many requests (rate-limit)"),
        (KeyError("kanarie7f3a"), "the connector failed with KeyError"),
    ],
)
def test_failing_source(error, told):
    """A source that fails as a whole is told in one line, and a stranger's fault without its text."""
    texts = [finding.text for finding in doctor._places(Stranger(error), {}, NOW)]
    assert texts == [told, "0 of 2 places answer", "2 places were not asked: no time was left, or it failed before"]


def test_clash(path, tmp_path, monkeypatch):
    """Another distribution that installs a package of the same name is told with the cure."""
    info = tmp_path / "site" / "other_flows-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-flows\nVersion: 1\n")
    (info / "top_level.txt").write_text("flows\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert found(path, "clash") == [
        ("bad", "other-flows also installs a package 'flows': use an environment of its own")
    ]


def test_praw_ini(path):
    """A praw.ini in the working directory, which could send credentials elsewhere, is bad."""
    (path.parent / "praw.ini").write_text("")
    assert examine(path, NOW)[4] == Finding(
        "bad", "praw.ini", f"{path.parent / 'praw.ini'} could send credentials elsewhere: remove it", 78
    )


@pytest.mark.parametrize(
    ("broken", "subject"),
    [
        (lambda data: next(data.glob("*.duckdb")).write_bytes(b"no database"), "database"),
        (lambda data: next(data.glob("*.duckdb")).unlink(), "database"),
        (lambda data: (data / "published" / "current.duckdb").resolve().write_bytes(b"no database"), "snapshot"),
    ],
    ids=["damaged", "gone", "snapshot damaged"],
)
def test_broken_database(path, broken, subject):
    """A database or snapshot that is damaged or gone is told once, and the sources are looked at all the same."""
    run(assemble(path), NOW)
    broken(path.parent / "data")
    said = examine(path, NOW)
    assert [one.subject for one in said if one.exit_code == 74] == [subject]
    assert "places answer" in next(one.text for one in said if one.subject == "rss")


def test_full_disk(path, monkeypatch):
    """A disk that is nearly full is told before it is too late."""
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 400_000_000))
    assert found(path, "disk") == [("bad", f"400 MB free under {path.parent / 'data'}: make room")]
