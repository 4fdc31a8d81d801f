"""Every way in which a command may end has its own exit code and one clear message, also the ways nobody planned."""

import sys

import duckdb
import pytest

import monitor.assemble
import monitor.store.rematching
from monitor.cli import main
from monitor.demo.serve import served
from monitor.errors import Busy
from monitor.store import hold
from tests.storing import ROLES

CANARY = "kanarie7f3a"
GOOD, BAD = "/lindestads-dagblad.xml", "/verdwenen.xml"


@pytest.fixture(scope="module")
def world():
    with served() as running:
        yield running


@pytest.fixture
def folder(tmp_path, monkeypatch, world):
    """A folder with a configuration of one good feed, in which commands run."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_LOG", "MONITOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MONITOR_PSEUDONYM_KEY", CANARY * 3)
    configure(tmp_path, rss(world, GOOD))
    return tmp_path


def rss(world, *paths):
    return f"[sources.rss]\nhost_spacing = 0\nfeeds = [{', '.join(repr(world.feeds_url + path) for path in paths)}]\n"


def configure(folder, *tables):
    head = """\
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
"""
    (folder / "monitor.toml").write_text(head + "".join(tables) + ROLES)


def ends(monkeypatch, *words):
    """The exit code of `monitor <words>`."""
    monkeypatch.setattr(sys, "argv", ["monitor", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_good(folder, monkeypatch, capsys):
    """0: a run and the commands on what it leaves."""
    assert ends(monkeypatch, "run") == 0
    assert f"database  {folder / 'data' / 'published' / 'current.duckdb'}" in capsys.readouterr().out
    for words in (["check"], ["report"], ["report", "--to", "-"], ["feeds", "list"]):
        assert ends(monkeypatch, *words) == 0
    assert not capsys.readouterr().err


def test_skipped(folder, monkeypatch, capsys, world):
    """0: a source without credentials is told in one line by check and by run, and the others go on."""
    configure(folder, rss(world, GOOD), '[sources.reddit]\nsubreddits = ["lindestad"]\n')
    for words in (["check"], ["run"]):
        assert ends(monkeypatch, *words) == 0
        said = [line for line in capsys.readouterr().out.splitlines() if "skipped until mended" in line]
        assert len(said) == 1
        for missing in ("MONITOR_REDDIT_CLIENT_ID", "MONITOR_REDDIT_CLIENT_SECRET", "approval_ref"):
            assert missing in said[0]
    assert (folder / "data" / "published" / "current.duckdb").exists()


def test_degraded(folder, monkeypatch, capsys, world):
    """2: a feed that fails is named, the other one is read."""
    configure(folder, rss(world, GOOD, BAD))
    assert ends(monkeypatch, "run") == 2
    (line,) = [line for line in capsys.readouterr().out.splitlines() if BAD in line]
    assert line == f"rss: {world.feeds_url}{BAD}: 410: nothing is there any more (not-found)"


def test_failed(folder, monkeypatch, capsys, world):
    """2: a source that fails as a whole is named, the other one is read."""
    reddit = f'[sources.reddit]\nsubreddits = ["lindestad"]\napproval_ref = "demo"\napi = "{world.reddit_url}"\n'
    configure(folder, reddit, rss(world, GOOD))
    monkeypatch.setenv("MONITOR_REDDIT_CLIENT_ID", f"id{CANARY}")
    monkeypatch.setenv("MONITOR_REDDIT_CLIENT_SECRET", f"secret{CANARY}")
    assert ends(monkeypatch, "run") == 2
    out, err = capsys.readouterr()
    outcomes = {line.split()[0]: line.split()[-1] for line in out.splitlines()[:4]}
    assert outcomes == {"source": "outcome", "reddit": "failed", "rss": "good", "all": outcomes["all"]}
    assert CANARY not in out + err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["run", "--sorce", "rss"], "--source"),
        (["run", "--source"], "requires an argument"),
        (["report", "--lang", "xx"], "'nl', 'en'"),
        (["demo", "--lang", "de"], "'nl', 'en'"),
        (["feeds", "import", "nowhere.opml"], "nowhere.opml"),
        (["check", "--config", "."], "Usage: monitor check"),
        ([], "Usage: monitor [OPTIONS] COMMAND"),
    ],
)
def test_mistyped(folder, monkeypatch, capsys, words, told):
    """64: a command, option or choice that there is not; what there is instead is told."""
    assert ends(monkeypatch, *words) == 64
    said = "".join(capsys.readouterr())
    assert told in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "--source", "rs"], 'did you mean "rss"?'),
        (["report", "--week", "2026-46"], "--week 2026-46: write an ISO week such as 2026-W46"),
        (["report", "--week", "2026-W60"], "write an ISO week such as 2026-W46"),
        (["check", "--config", "nowhere.toml"], "nowhere.toml: not found; write one with: monitor init"),
        (["run", "--config", "nowhere.toml"], "nowhere.toml: not found; write one with: monitor init"),
        (["init", "."], "monitor.toml: there already; use another folder, or --force to overwrite"),
        (["demo", "--dir", "."], "holds a set-up of yours; give the demo a folder of its own with --dir"),
    ],
)
def test_does_not_fit(folder, monkeypatch, capsys, words, told):
    """78: what was asked does not fit the configuration; the cure is told in one message and nothing is written."""
    before = sorted(folder.iterdir())
    assert ends(monkeypatch, *words) == 78
    err = capsys.readouterr().err
    assert err.startswith("monitor: ")
    assert told in err
    assert err.count("\n") == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("command", ["check", "run", "report", "doctor"])
def test_wrong_configuration(folder, monkeypatch, capsys, command):
    """78: every command refuses a faulty configuration and lists all of its faults."""
    configure(folder, '[sources.rss]\nfeed = []\nworkers = "x"\n')
    assert ends(monkeypatch, command) == 78
    said = "".join(capsys.readouterr())
    for fault in (
        'line 12: [sources.rss] feed: unknown key; did you mean "feeds"?',
        "line 13: [sources.rss] workers: ",
    ):
        assert fault in said


def test_log_level(folder, monkeypatch, capsys):
    """78: a level of logging that there is not is told with those that there are."""
    monkeypatch.setenv("MONITOR_LOG", "loud")
    assert ends(monkeypatch, "check") == 78
    assert "MONITOR_LOG: 'LOUD' is no level; known are: DEBUG, INFO, WARNING, ERROR" in capsys.readouterr().err


def test_locked(folder, monkeypatch, capsys, world):
    """75: a run while another is at work ends at once and asks nobody for anything."""
    asked = len(world.services[0].requests)
    with hold(folder / "data" / "locks", ["rss"]):
        assert ends(monkeypatch, "run") == Busy.exit_code == 75
    assert "rss: another run is at work" in capsys.readouterr().err
    assert len(world.services[0].requests) == asked


def test_no_snapshot(folder, monkeypatch, capsys):
    """74: a report before the first run names the command that is missing."""
    assert ends(monkeypatch, "report") == 74
    assert "nothing was published yet; run: monitor run" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_newer_database(folder, monkeypatch, capsys, command):
    """74: a database that a newer version made is told and left alone."""
    ends(monkeypatch, "run")
    (database,) = (folder / "data").glob("*.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("INSERT INTO migration VALUES (9999, '9999_later.sql', 'x')")
    assert ends(monkeypatch, command) == 74
    assert "newer" in "".join(capsys.readouterr())


def test_file_in_the_way(folder, monkeypatch, capsys):
    """74: what the file system refuses is told with the path, without a traceback."""
    (folder / "data").write_text("a file where a folder belongs")
    for words in (["run"], ["init", "data/new"]):
        assert ends(monkeypatch, *words) == 74
        err = capsys.readouterr().err
        assert err.startswith("monitor: ")
        assert str(folder / "data") in err or "data/new" in err
        assert "Traceback" not in err


def test_fault_in_the_program(folder, monkeypatch, capsys):
    """70: a fault that nobody foresaw tells its kind and where it was, never what was in hand."""

    def broken(_path):
        raise ValueError(f"post says {CANARY}")

    monkeypatch.setattr(monitor.assemble, "assemble", broken)
    assert ends(monkeypatch, "check") == 70
    err = capsys.readouterr().err
    assert err.startswith("monitor: a fault in the program (ValueError)")
    assert f"{__file__}:" in err
    assert "in broken" in err
    assert CANARY not in err


def test_interrupted(folder, monkeypatch, capsys):
    """130: stopped by hand."""

    def stopped(_path):
        raise KeyboardInterrupt

    monkeypatch.setattr(monitor.assemble, "assemble", stopped)
    assert ends(monkeypatch, "check") == 130
    assert capsys.readouterr().err == "monitor: interrupted; what was saved stays\n"


def test_interrupted_in_the_database(folder, monkeypatch, capsys):
    """130: stopped by hand while DuckDB was at work, which it tells in its own way."""

    def stopped(*_):
        raise RuntimeError("Query interrupted")

    assert ends(monkeypatch, "run") == 0
    capsys.readouterr()
    monkeypatch.setattr(monitor.store.rematching, "bookmark", stopped)
    assert ends(monkeypatch, "rematch", "--apply") == 130
    assert capsys.readouterr().err == "monitor: interrupted; what was saved stays\n"


def test_nothing_would_change(folder, monkeypatch, capsys):
    """0: a rematch that finds nothing to change says so, and what writing it would be good for."""
    assert ends(monkeypatch, "run") == 0
    assert ends(monkeypatch, "rematch", "--all") == 0
    out = capsys.readouterr().out
    assert out.endswith("stay as they are\nnothing would change; --apply notes that it was looked through\n")


def test_doctor_without_configuration(tmp_path, monkeypatch, capsys):
    """0: where nothing is configured yet, doctor says what to do."""
    monkeypatch.chdir(tmp_path)
    assert ends(monkeypatch, "doctor") == 0
    assert "monitor.toml is not here; write one with: monitor init" in capsys.readouterr().out
