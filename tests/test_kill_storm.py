"""Runs are killed at random moments, over and over; one clean run then makes up for all of them."""

import json
import os
import random
import secrets
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from monitor.assemble import assemble
from monitor.demo.run import configure
from monitor.demo.serve import Served, served
from monitor.store import Store
from tests.storing import asked

SEED = 20261116
ENOUGH, PER_FOLDER = 52, 6  # a folder is left after six runs: later ones have little to save
NEVER = 600.0
CONVERGED = {
    "mentions": "SELECT id, revision, first_seen, excerpt FROM mention ORDER BY ALL",
    "matches": "SELECT mention, query, spans::VARCHAR FROM mention_match ORDER BY ALL",
    "verdicts": "SELECT mention, rule, due, count(*) FROM verdict GROUP BY ALL ORDER BY ALL",
    "cursors": "SELECT source, name, cursor FROM place ORDER BY ALL",
}


@pytest.fixture(scope="module")
def world() -> Iterator[Served]:
    """The demo's world, served by this process."""
    with served() as made:
        yield made


@pytest.fixture(scope="module")
def mark() -> str:
    """A word in the environment of all that the storm starts, by which it is found."""
    return secrets.token_hex(16)


@pytest.fixture(scope="module")
def parent(mark: str) -> Iterator["subprocess.Popen[str]"]:
    """The process that starts runs and kills them."""
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "STORM": mark}
    command = [sys.executable, "-P", str(Path(__file__).with_name("storming.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process


def _run(parent: "subprocess.Popen[str]", config: Path, seconds: float = NEVER) -> tuple[int, str]:
    assert parent.stdin
    assert parent.stdout
    print(config, seconds, file=parent.stdin, flush=True)
    code, where = parent.stdout.readline().split()
    return int(code), where


def _state(store: Store) -> dict[str, Any]:
    state = {name: asked(store, sql) for name, sql in CONVERGED.items()}
    return state | {"cursors": [(source, name, _reached(cursor)) for source, name, cursor in state["cursors"]]}


def _reached(cursor: str | None) -> Any:
    """How far a place was read. Mastodon's cursor keeps more or fewer ids for overlap: only the newest says it."""
    told = json.loads(cursor or "null")
    return told | {"known": told["known"][-1:]} if isinstance(told, dict) and "known" in told else told


def _differing(state: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The rows that only one of them has."""
    pairs = {name: ([*state[name]], [*expected[name]]) for name in CONVERGED}
    return {
        name: {"storm": [row for row in ours if row not in theirs], "calm": [row for row in theirs if row not in ours]}
        for name, (ours, theirs) in pairs.items()
        if ours != theirs
    }


def _living(mark: str) -> list[int]:
    """Processes that the storm started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if f"STORM={mark}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _ended(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    try:
        over = select.poll()
        over.register(os.pidfd_open(pid), select.POLLIN)
    except ProcessLookupError:
        return True
    return bool(over.poll(10_000))


@pytest.mark.storm
def test_kill_storm(world: Served, mark: str, parent: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """However often and wherever runs are killed, one clean run ends where an uninterrupted one does."""
    calm = configure(tmp_path / "calm", world)
    _run(parent, calm)  # and warms everything up
    expected = _state(assemble(calm, {}).store)
    began = time.monotonic()
    _run(parent, configure(tmp_path / "timed", world))
    whole, chance = time.monotonic() - began, random.Random(SEED)
    hit: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for number in takewhile(lambda _: hit.total() < ENOUGH, range(30)):
        config = configure(tmp_path / f"storm-{number}", world)
        ends = [_run(parent, config, chance.uniform(0, 0.95 * whole)) for _ in range(PER_FOLDER)]
        assert {code for code, _ in ends} <= {-9, 0}
        hit.update(where for code, where in ends if code == -9)
        assert _run(parent, config) == (0, "published")
        store = assemble(config, {}).store
        assert _differing(_state(store), expected) == {}, f"storm-{number}: {ends}"
        assert store.doubles() == 0
        outcomes.update(dict(asked(store, "SELECT outcome, count(*) FROM run GROUP BY ALL")))
    print(f"seed {SEED}; a run takes {whole:.2f} s; killed {hit.total()}: {dict(hit)}; runs {dict(outcomes)}")
    assert hit.total() >= ENOUGH
    assert {"start", "fetch", "save", "unpublished", "publish"} & {*hit} >= {"fetch", "save"}
    assert outcomes["abandoned"] > 0
    assert outcomes["running"] == 0
    assert parent.stdin
    parent.stdin.close()
    assert [pid for pid in _living(mark) if not _ended(pid)] == []
    assert len(expected["mentions"]) > 50
