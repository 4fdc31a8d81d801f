"""The pass on Prefect's own engine: order, retries, what its database gets to see, schedules."""

import importlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from monitor.demo.run import configure
from monitor.demo.serve import Served, served

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


def test_a_failed_visit_is_tried_again_from_the_saved_cursors(home: Path, folder: Path, world: Served) -> None:
    """Two retries, three rows in our own table of runs, none of them left running."""
    import duckdb

    from flows.collect import collect

    world.services[1].fail("401")
    collect(sources=["reddit"], return_state=True)
    with duckdb.connect(str((folder / "published" / "current.duckdb").resolve()), read_only=True) as connection:
        rows = connection.execute("SELECT outcome FROM run WHERE source = 'reddit'").fetchall()
    assert rows == [("failed",)] * 3


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
        assert entry["schedules"][0]["timezone"] == "Europe/Amsterdam"


def test_prefect_accepts_the_yaml(home: Path, folder: Path) -> None:
    """`prefect deploy --all` takes prefect.yaml as it is."""
    _prefect("work-pool", "create", "local", "--type", "process")
    said = _prefect("--no-prompt", "deploy", "--all")
    assert said.count("successfully created") == 4, said


def test_serve_runs_until_interrupted_and_leaves_its_schedules_on(home: Path, folder: Path) -> None:
    """After an interrupt the schedules are still active, so a restart goes on."""
    command = [sys.executable, "-u", "-m", "flows", "serve"]
    with subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        said = ""
        for line in serving.stdout:
            said += line
            if "monday" in line:
                break
        serving.send_signal(signal.SIGINT)
        said += serving.stdout.read()
    assert _schedules(home) == [1] * len(_schedules(home)) != [], said


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


def _schedules(database: Path) -> list[int]:
    with sqlite3.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT active FROM deployment_schedule")]
