"""One run per source at a time: the second says so at once, and a dead one leaves no lock."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from monitor.demo.run import configure
from monitor.demo.serve import served
from monitor.demo.service import Answer, Reply, Request
from monitor.errors import Busy, StoreError
from monitor.store import Store, hold, locks
from tests.storing import NOW, asked, prepared

# ten children of one parent, so that they start at the same moment; told are their exit codes as they end
_TEN = """
import os, sys
from monitor import cli, pipeline
import connectors.mastodon, connectors.reddit, connectors.rss
sys.argv = ["monitor", "run", "--config", sys.argv[1]]
go, start = os.pipe()
def child():
    os.close(start)
    os.read(go, 1)
    try:
        cli.main()
    except SystemExit as end:
        os._exit(end.code)
children = [os.fork() or child() for _ in range(10)]
os.close(start)
for _ in children:
    print("code", os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
_HOLDER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from monitor.store import Store, hold
store = Store(Path(sys.argv[1]))
with hold(store.folder / "locks", ["rss", "reddit"]):
    store.begin("run-2", "rss", datetime(2026, 11, 17, tzinfo=UTC))
    print("working", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _held_elsewhere(store: Store) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that runs rss and reddit."""
    command = [sys.executable, "-c", _HOLDER, str(store.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
        assert process.stdout
        assert process.stdout.readline() == b"working\n"
        yield process


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return prepared(tmp_path)


@pytest.mark.parametrize("sources", [["rss"], ["mastodon", "rss"], ["reddit", "rss"]])
def test_a_second_run_is_turned_away(store: Store, sources: list[str]) -> None:
    """A run that shares a source with another ends at once, names the lock, and keeps none itself."""
    folder = store.folder / "locks"
    with _held_elsewhere(store):
        with (
            pytest.raises(Busy, match=r"another run is at work; it holds .*/locks/(rss|reddit)\.lock"),
            hold(folder, sources),
        ):
            pytest.fail("the lock was not ours")
        with hold(folder, ["mastodon"]):
            pass


def test_other_sources_run_beside_it(store: Store) -> None:
    """Runs of different sources do not wait for each other, and save into one database."""
    with _held_elsewhere(store), hold(store.folder / "locks", ["mastodon"]):
        store.begin("run-3", "mastodon", NOW)
        assert asked(store, "SELECT source FROM run WHERE outcome = 'running' ORDER BY ALL") == [
            ("mastodon",),
            ("rss",),
        ]


def test_a_source_named_twice(tmp_path: Path) -> None:
    """A source that is asked for twice does not stand in its own way."""
    with hold(tmp_path, ["rss", "rss"]), pytest.raises(Busy), hold(tmp_path, ["rss"]):
        pytest.fail("the lock was not free")


def test_ten_at_once(tmp_path: Path) -> None:
    """Of ten runs that start at the same moment one works, and nine end with code 75 while it is at it."""
    nine_ended = Event()
    with served() as world:
        config = configure(tmp_path / "ten", world)
        for service in world.services:
            service._answer = partial(_answer_later, nine_ended, service._answer)
        command = [sys.executable, "-c", _TEN, str(config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as parent:
            assert parent.stdout
            codes = (line.split()[1] for line in parent.stdout if line.startswith(b"code"))
            assert [next(codes) for _ in range(9)] == [b"75"] * 9
            nine_ended.set()
            assert next(codes) == b"2"  # degraded: some of the world's feeds are broken on purpose
    assert Store(config.parent).doubles() == 0


def _answer_later(event: Event, answer: Answer, request: Request) -> Reply:
    event.wait(60)
    return answer(request)


def test_a_killed_run_leaves_no_lock(store: Store) -> None:
    """The lock of a killed run is free at once, and its row is abandoned when its source begins again."""
    with _held_elsewhere(store) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with hold(store.folder / "locks", ["rss"]):
            store.begin("run-3", "rss", NOW + timedelta(days=2))
    assert asked(store, "SELECT run, outcome FROM run WHERE source = 'rss' ORDER BY run") == [
        ("run-2", "abandoned"),
        ("run-3", "running"),
    ]


def test_the_database_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers queue for the file; after the longest wait the message says what is held."""
    monkeypatch.setattr(locks, "PATIENCE", 0.05)
    path = store.folder / "live.lock"
    with locks.queue(path), pytest.raises(StoreError, match=r"live\.lock: still held by another process after 0\.05 s"):
        store.places()
    assert store.places() == []
