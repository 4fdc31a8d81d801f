"""The pass on Prefect's own engine: order, retries, what its database gets to see, schedules."""

import atexit
import importlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import yaml

from monitor.demo.run import configure
from monitor.demo.serve import Served, served
from monitor.store import hold

pytestmark = pytest.mark.prefect
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prefect's own test server, with its database in a folder of ours."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
    from prefect.testing.utilities import prefect_test_harness

    import flows  # noqa: F401 - sets Prefect's settings before it is imported

    with prefect_test_harness(server_startup_timeout=120):
        yield Path(str(PREFECT_API_DATABASE_CONNECTION_URL.value()).removeprefix("sqlite+aiosqlite:///"))


@pytest.fixture
def world() -> Iterator[Served]:
    with served() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, world: Served, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's organisation, configured in a folder; retries wait for nothing."""
    import flows.collect

    configure(tmp_path, world)
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "monitor.toml"))
    monkeypatch.setattr(flows.collect, "visit", flows.collect.visit.with_options(retry_delay_seconds=[0, 0]))
    return tmp_path


def test_a_pass_as_a_flow_stores_what_the_sources_gave(home: Path, folder: Path) -> None:
    """Each source is a task with its numbers; a second pass finds nothing new."""
    from flows.collect import collect

    first = collect(return_state=True)
    assert first.name == "Degraded"  # some of the demo's feeds are broken on purpose
    rows = {row["source"]: row for row in first.result()}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "rss": "degraded",
        "reddit": "good",
        "mastodon": "good",
    }
    assert all(row["fetched"] == row["dropped"] + row["kept"] and row["new"] > 0 for row in rows.values())
    assert (folder / "published" / "current.duckdb").exists()
    assert {row["new"] for row in collect(return_state=True).result()} == {0}


def test_a_failing_source_leaves_the_others_alone(home: Path, folder: Path, world: Served) -> None:
    """Reddit refuses the credentials: the flow fails and names it, the others are complete."""
    from flows.collect import collect

    world.services[1].fail("401")
    state = collect(return_state=True)
    assert state.is_failed()
    assert state.message == "failed: reddit"
    rows = {row["source"]: row for row in state.data.result}
    assert rows["reddit"]["outcome"] == "failed"
    assert rows["rss"]["new"] > 0
    assert rows["mastodon"]["new"] > 0


@pytest.mark.parametrize(("how", "tries"), [("500", 2), ("401", 1)])
def test_a_failed_visit_is_tried_again_while_that_may_help(
    home: Path, folder: Path, world: Served, how: str, tries: int
) -> None:
    """A fault of the server's until its places are left alone for a while, refused credentials not at all."""
    import duckdb

    from flows.collect import collect, exit_code

    world.services[1].fail(how)
    state = collect(sources=["reddit"], return_state=True)
    with duckdb.connect(str((folder / "published" / "current.duckdb").resolve()), read_only=True) as connection:
        rows = connection.execute("SELECT outcome FROM run WHERE source = 'reddit'").fetchall()
    assert rows == [("failed",)] * tries
    assert (state.name, exit_code(state)) == ("Failed", 2)


def test_a_source_that_another_run_holds_is_busy(home: Path, folder: Path) -> None:
    """The others are visited; the flow is named Busy and ends with 75, as it does when nothing could be visited."""
    from flows.collect import collect, exit_code

    with hold(folder / "locks", ["rss", "reddit", "mastodon"]):
        state = collect(return_state=True)
    assert {row["source"]: row["outcome"] for row in state.result()} == dict.fromkeys(
        ("rss", "reddit", "mastodon"), "busy"
    )
    assert (state.name, state.message, exit_code(state)) == ("Busy", "busy: rss, reddit, mastodon", 75)
    assert not (folder / "mentions.duckdb").exists()
    with hold(folder / "locks", ["reddit"]):
        state = collect(sources=["reddit", "mastodon"], return_state=True)
    assert [row["outcome"] for row in state.result()] == ["busy", "good"]
    assert exit_code(state) == 75
    assert (folder / "published" / "current.duckdb").exists()


def test_a_damaged_database_ends_the_flow_with_its_own_code(home: Path, folder: Path) -> None:
    """StoreError in the visits: not tried again, nothing is published, 74."""
    from flows.collect import collect, exit_code

    (folder / "mentions.duckdb").write_bytes(b"")
    state = collect(sources=["mastodon"], return_state=True)
    assert (state.name, state.message, exit_code(state)) == ("Store", "store: mastodon", 74)
    assert [row["outcome"] for row in state.data.result] == ["store"]
    assert not (folder / "published").exists()
    with sqlite3.connect(home) as connection:
        tries = "SELECT run_count FROM task_run WHERE name = 'visit mastodon' ORDER BY start_time DESC LIMIT 1"
        assert connection.execute(tries).fetchone() == (1,)


def test_a_snapshot_that_cannot_be_written_ends_the_flow_with_74(home: Path, folder: Path) -> None:
    """The visits are good and kept; StoreError comes from publishing."""
    from flows.collect import collect, exit_code

    (folder / "published").write_text("a file where the folder should be")
    state = collect(sources=["mastodon"], return_state=True)
    assert [row["outcome"] for row in state.data.result] == ["good"]
    assert (state.message, exit_code(state)) == ("store: publish", 74)


def test_a_configuration_that_breaks_after_the_start_ends_with_78(home: Path, folder: Path) -> None:
    """The flow itself raises ConfigError."""
    from flows.collect import collect, exit_code

    (folder / "monitor.toml").write_text("[organisation")
    assert exit_code(collect(return_state=True)) == 78


@pytest.mark.parametrize(
    ("words", "held", "code"),
    [((), ["reddit"], 75), (("--source", "mastodon"), ["reddit"], 0), (("--source", "nowhere"), [], 78), ((), [], 2)],
)
def test_the_command_ends_with_the_codes_of_monitor_run(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], held: list[str], code: int
) -> None:
    """`python -m flows run`: a lock that is held, one that is not ours to ask for, no such source, broken feeds."""
    from flows.__main__ import main

    monkeypatch.setattr(sys, "argv", ["flows", "run", "--config", str(folder / "monitor.toml"), *words])
    monkeypatch.setattr(atexit, "register", lambda _: None)
    with hold(folder / "locks", held), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code


def test_prefect_sees_nothing_of_a_person(home: Path, folder: Path, world: Served) -> None:
    """After good and failing passes no handle, title or text stands in Prefect's database, logs included."""
    from flows.collect import collect

    world.services[2].fail("500", lambda request: "accounts" in request.path)
    collect(return_state=True)
    seen = _everything_in(home)
    assert "visit mastodon" in seen, "the search looks into the right database"
    people = {status.account.acct for status in world.world.statuses}
    texts = {entry.title for feed in world.world.feeds.values() for entry in feed.entries if len(entry.title) > 20}
    assert [word for word in people | texts if word in seen] == []


def test_every_source_has_a_deployment_in_its_own_zone(home: Path, folder: Path) -> None:
    """Module entry points, the organisation's time zone, one at a time, late ones cancelled."""
    from flows.schedules import deployments

    made = {deployment.name: deployment for deployment in deployments()}
    assert list(made) == ["rss", "reddit", "mastodon", "monday"]
    for deployment in made.values():
        assert [schedule.schedule.timezone for schedule in deployment.schedules] == ["Europe/Amsterdam"]
        assert deployment.concurrency_limit == 1
        assert deployment.concurrency_options.collision_strategy == "CANCEL_NEW"
        assert deployment.entrypoint in ("flows.collect.collect", "flows.weekly.weekly_report")
    assert made["rss"].parameters == {"sources": ["rss"]}


def test_the_yaml_says_the_same_as_serve(home: Path, folder: Path) -> None:
    """prefect.yaml and `python -m flows serve` have the same deployments, and its entry points are flows."""
    from prefect import Flow

    from flows.schedules import deployments

    written = {entry["name"]: entry for entry in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    made = {deployment.name: deployment for deployment in deployments()}
    assert written.keys() == made.keys()
    for name, entry in written.items():
        module, _, function = entry["entrypoint"].rpartition(".")
        assert isinstance(getattr(importlib.import_module(module), function), Flow)
        assert entry["entrypoint"] == made[name].entrypoint
        assert entry.get("parameters", {}) == made[name].parameters
        assert entry["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        (schedule,) = (one.schedule for one in made[name].schedules)
        assert [(one["cron"], one["timezone"]) for one in entry["schedules"]] == [(schedule.cron, schedule.timezone)]


def test_sources_take_turns_to_begin() -> None:
    """Every 15 minutes, five minutes after the one before; the fourth begins with the first."""
    from flows.schedules import every_quarter

    crons = ["*/15 * * * *", "5-59/15 * * * *", "10-59/15 * * * *", "*/15 * * * *"]
    assert [every_quarter(position) for position in range(4)] == crons


def test_prefect_accepts_the_yaml(home: Path, folder: Path) -> None:
    """`prefect deploy --all` takes prefect.yaml as it is."""
    _prefect("work-pool", "create", "local", "--type", "process")
    said = _prefect("--no-prompt", "deploy", "--all")
    assert said.count("successfully created") == 4, said


def test_serve_schedules_runs_and_leaves_its_schedules_on(folder: Path) -> None:
    """On a server of its own: runs get scheduled, and after an interrupt the schedules are still active."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    home = folder / "prefect"
    own = {**kept, "PREFECT_HOME": str(home), "PREFECT_SERVER_API_PORT": str(_free_port())}
    command = [sys.executable, "-u", "-m", "flows", "serve"]
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as serving:
        waiting = Event()
        for _ in range(240):  # half seconds
            if _asked(home / "prefect.db", "SELECT count(*) FROM flow_run WHERE state_type = 'SCHEDULED'") > [(3,)]:
                break
            waiting.wait(0.5)
        serving.send_signal(signal.SIGINT)
        said, _ = serving.communicate(timeout=60)
    assert "temporary server" not in said, said
    assert _asked(home / "prefect.db", "SELECT count(*) FROM flow_run WHERE state_type = 'SCHEDULED'") > [(3,)], said
    assert _asked(home / "prefect.db", "SELECT active FROM deployment_schedule") == [(1,)] * 4, said


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _asked(database: Path, sql: str) -> list[tuple[int, ...]]:
    """Rows of a database that another process is writing; none while it is not there or busy."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()
    except sqlite3.Error:
        return []


def _prefect(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    """The harness's server for a process of its own."""
    from prefect.settings import PREFECT_API_URL

    return {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value()), "COLUMNS": "200"}


def _everything_in(database: Path) -> str:
    with sqlite3.connect(database) as connection:
        return "\n".join(connection.iterdump())


def test_the_funnel_shows_whatever_a_flow_can_end_with(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A source that another run holds has a row too, and nothing is said of posts where there were none."""
    from flows.__main__ import _show
    from flows.collect import NAMES, OUTCOMES
    from monitor.assemble import assemble

    monitor = assemble(folder / "monitor.toml")
    for outcome in (*OUTCOMES, "good"):
        _show(monitor, [{"source": "rss", "outcome": outcome, **dict.fromkeys((*NAMES, "dropped"), 0)}])
        said = capsys.readouterr().out
        assert outcome in said
        assert "posts" not in said
