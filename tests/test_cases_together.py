"""The queue with several people and a collection at it at once: real processes, one database."""

import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.store import Store
from tests.casing import flagged, prepared
from tests.storing import asked

TEXT = "Alweer geen boot vanochtend, ik sta al een uur op de kade te wachten en niemand zegt iets."
# each waits for the word to go, so that they begin at the same moment
_BEFORE = """
import sys
from datetime import timedelta
from pathlib import Path
from monitor.cases import Refused, act
from monitor.store import Store
from tests.casing import NOW, flagged, saved_from, unlike
store, name, text = Store(Path(sys.argv[1])), sys.argv[2], sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
"""
_TAKE = """
done = act(store, "26-0001", "take", NOW, actor=name)
print(f"refused {done.first.actor}" if isinstance(done, Refused) else "took it", flush=True)
"""
_NOTE = """
for number in range(8):
    act(store, "26-0001", "note", NOW, actor=name, note=f"{name} {number}")
"""
_COLLECT = """
for page in range(6):
    posts = [flagged(f"{name}{page}-{number}", unlike(f"{name}{page}x{number}")) for number in range(2)]
    saved_from(store, [*posts, flagged(f"{name}{page}", text)], NOW + timedelta(seconds=page))
"""


def together(store: Store, **scripts: str) -> dict[str, str]:
    """Run every script in a process of its own, all from the same moment on; what each printed."""
    path = os.pathsep.join(filter(None, sys.path))
    with ExitStack() as stack:
        started = {}
        for name, script in scripts.items():
            command = [sys.executable, "-c", _BEFORE + script, str(store.folder), name, TEXT]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, **pipes)
            started[name] = stack.enter_context(process)
        for process in started.values():
            assert process.stdout.readline() == "ready\n"
        told = {}
        for process in started.values():
            process.stdin.write("go\n")
            process.stdin.flush()
        for name, process in started.items():
            told[name], _ = process.communicate(timeout=120)
            assert process.returncode == 0
    return told


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return prepared(Store(tmp_path), flagged("a", TEXT))


def test_of_eight_who_take_a_case_one_has_it(store: Store) -> None:
    """The others are told who was first, and the logbook has one line for all of it."""
    told = together(store, **{f"person{number}": _TAKE for number in range(8)})
    [winner] = [name for name, said in told.items() if said == "took it\n"]
    assert Counter(told.values()) == {"took it\n": 1, f"refused {winner}\n": 7}
    assert [(event.event, event.actor) for event in store.cases.logbook("26-0001")] == [
        ("opened", None),
        ("taken", winner),
    ]


def test_nothing_is_lost_while_a_collection_runs(store: Store) -> None:
    """Notes of two people and copies of two collections all stand in the logbook, each under its own number."""
    together(store, anna=_NOTE, bram=_NOTE, one=_COLLECT, two=_COLLECT, taker=_TAKE)
    logbook = store.cases.logbook("26-0001")
    assert [event.number for event in logbook] == list(range(1, len(logbook) + 1))
    assert Counter(event.event for event in logbook) == {"opened": 1, "noted": 16, "joined": 12, "taken": 1}
    assert {event.note for event in logbook} - {None} == {f"{name} {n}" for name in ("anna", "bram") for n in range(8)}
    assert logbook[-1].state == "taken"


def test_collections_at_once_number_their_cases_apart(store: Store) -> None:
    """Two runs open twelve cases each: no id twice, no gap, and every case its own mention."""
    together(store, one=_COLLECT, two=_COLLECT)
    ids = [case.id for case in store.cases.standings()]
    assert sorted(ids) == [f"26-{number:04}" for number in range(1, 26)]
    assert asked(store, "SELECT count(DISTINCT case_id), count(DISTINCT mention), count(*) FROM case_mention") == [
        (25, 37, 37)
    ]
