"""A database that is missing, damaged, locked, foreign or without room: said plainly, and never made anew unseen."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from monitor.assemble import assemble
from monitor.demo.run import configure
from monitor.demo.serve import served
from monitor.errors import StoreError
from monitor.pipeline import run
from monitor.store import Saved, Store, hold
from monitor.store.weekly import reader
from tests.storing import NOW, asked, everything, judged, prepared, saved

SEED = 20261116
_HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
_KILLED_BEFORE_CLOSING = """
import os, sys
from pathlib import Path
from tests.storing import judged, saved
from monitor.store import Store
store = Store(Path(sys.argv[1]))
promise = store._database._promise
store._database._promise = lambda mentions: (promise(mentions), os.kill(os.getpid(), 9))
saved(store, *(judged(number) for number in range(5, 50)))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three mentions and a snapshot of them."""
    store = prepared(tmp_path_factory.mktemp("template"))
    saved(store, judged(1), judged(2), judged(3))
    store.publish("run-1", ambassadors_shown=False)
    return store.folder


@pytest.fixture
def store(tmp_path: Path, template: Path) -> Store:
    return Store(Path(shutil.copytree(template, tmp_path / "store", symlinks=True)))


def _used(store: Store) -> None:
    """All that a run does with the store."""
    store.prepare()
    store.read_through()
    store.begin("run-2", "mastodon", NOW)
    saved(store, judged(1, "De lindeveer zonk."), judged(4), run="run-2")
    store.places()
    store.finish("run-2", "mastodon", NOW, "good", [])
    store.publish("run-2", ambassadors_shown=True)
    store.doubles()


def _cut(path: Path, at: int) -> None:
    os.truncate(path, at)


def _write(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def _lose_the_file(path: Path) -> None:
    path.with_name("mentions.duckdb.wal").write_bytes(b"")
    path.with_name("manifest.json").unlink()
    path.unlink()


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "gone, and it held 3 mentions; put a backup back"),
    "missing, its log left": (_lose_the_file, "gone, but mentions.duckdb.wal is there; put both back"),
    "empty": (lambda path: _cut(path, 0), "empty; put a backup back"),
    "no database": (lambda path: path.write_bytes(b"PK\x03\x04" * 5000), "not a DuckDB database; put a backup back"),
    "a few bytes": (lambda path: _cut(path, 11), "not a DuckDB database; put a backup back"),
    "a head only": (lambda path: _cut(path, 4096), "damaged, or written by a newer DuckDB"),
    "half of it": (lambda path: _cut(path, path.stat().st_size // 2), "damaged, or written by a newer DuckDB"),
    "a newer format": (lambda path: _write(path, 12, b"\xff"), "damaged, or written by a newer DuckDB"),
    "zeroes within": (lambda path: _write(path, 12288, bytes(90_000)), "damaged, or written by a newer DuckDB"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "cannot be used: Is a directory"),
    "manifest unreadable": (lambda path: path.with_name("manifest.json").write_text("{"), "manifest.json: unreadable"),
    "rows lost": (
        lambda path: path.with_name("manifest.json").write_text('{"mentions": 4}'),
        "holds 3 mentions where 4 were written; it was copied without its .wal file",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told(store: Store, fault: str) -> None:
    """The message names the file, what is wrong with it and the cure; what is there is left as it is."""
    harm, told = FAULTS[fault]
    harm(store.path)
    before = store.path.read_bytes() if store.path.is_file() else None
    with pytest.raises(StoreError) as caught:
        _used(store)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(store.folder))
    assert before == (store.path.read_bytes() if store.path.is_file() else None)


@pytest.mark.parametrize("how", ["flip", "cut"])
def test_damage_is_never_silent(store: Store, tmp_path: Path, how: str) -> None:
    """Of forty flipped bits and forty truncations each is told, or hit nothing that is stored."""
    print("seed", SEED)
    chance, whole, before = random.Random(SEED), store.path.read_bytes(), everything(store)
    told = 0
    for _ in range(40):
        at = chance.randrange(len(whole))
        harmed = bytearray(whole)
        harmed[at] ^= 1 << chance.randrange(8)
        store.path.write_bytes(bytes(harmed) if how == "flip" else whole[:at])
        if said := _complaint(store):
            assert str(store.path) in said
            told += 1
        else:
            assert everything(store) == before
    assert told >= 5


def _complaint(store: Store) -> str | None:
    try:
        store.prepare()
        store.read_through()
    except StoreError as error:
        return str(error)
    return None


def _killed_before_closing(store: Store) -> Path:
    """Let a process die between its commit and its close; returns the log it leaves."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_BEFORE_CLOSING, str(store.folder)], env=_environment(), check=False
    )
    assert done.returncode == -9
    return store.path.with_name("mentions.duckdb.wal")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_what_was_committed_survives_a_kill(store: Store) -> None:
    """A process that dies before it closes the file loses nothing: the log is read at the next opening."""
    assert _killed_before_closing(store).stat().st_size > 0
    store.prepare()
    assert asked(store, "SELECT count(*) FROM mention") == [(48,)]


def test_a_lost_log_is_noticed(store: Store) -> None:
    """A file that was copied without its log has lost rows, and opening it says so."""
    _killed_before_closing(store).unlink()
    with pytest.raises(StoreError, match="holds 3 mentions where 48 were written"):
        store.prepare()


def test_it_is_open_elsewhere(store: Store) -> None:
    """When another program has the file open the message names it, and where to look instead."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(store.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match=rf"PID {holder.pid}.*published/current.duckdb instead"):
            store.prepare()
    store.prepare()


def test_no_database_yet(tmp_path: Path) -> None:
    """Asking before the first run says how to make a database, and makes none."""
    with pytest.raises(StoreError, match="no database yet; make one with: monitor run"):
        Store(tmp_path / "new").places()
    assert not (tmp_path / "new" / "mentions.duckdb").exists()


def test_a_run_stops_when_the_database_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the database cannot take ends the run, and is not told as a fault of the source."""

    room = iter([False])

    def full(*_: object) -> Saved:
        if next(room, True):
            return Saved(0, 0, 0)
        raise StoreError("the disk is full")

    with served() as world:
        monitor = assemble(configure(tmp_path / "run", world), {})
        monkeypatch.setattr(Store, "save", full)
        with pytest.raises(StoreError, match="the disk is full"):
            run(monitor, NOW, sources=["rss", "rss"])
    assert [(one["source"], one["outcome"]) for one in monitor.store.last_runs()] == [("rss", "running")]


def test_a_damaged_snapshot(store: Store) -> None:
    """A snapshot that cannot be read is told like the live file."""
    _cut((store.folder / "published" / "current.duckdb").resolve(), 20_000)
    with pytest.raises(StoreError, match=r"current\.duckdb: damaged"), reader(store.folder) as connection:
        connection.execute("FROM mention")


@contextmanager
def _nobody() -> Iterator[None]:
    """Act as a user without rights, since root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def forbidden(template: Path) -> Iterator[Path]:
    """A folder that may be read and not written. Not under tmp_path, which is closed to others as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder, symlinks=True, dirs_exist_ok=True)
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield Path(folder)
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o755)


@pytest.mark.parametrize("locked", [True, False], ids=["lock", "database"])
def test_a_folder_that_may_not_be_written(forbidden: Path, locked: bool) -> None:
    """Whether it is the lock or the database that may not be written, the message says which file and why."""
    if not locked:
        (forbidden / "live.lock").chmod(0o666)
    with _nobody(), pytest.raises(StoreError, match="may not be written; give this user the right") as caught:
        Store(forbidden).prepare()
    assert str(forbidden / ("live.lock" if locked else "mentions.duckdb")) in str(caught.value)


def test_locks_that_may_not_be_written(forbidden: Path) -> None:
    """A run that cannot take its lock says so and does not begin."""
    with _nobody(), pytest.raises(StoreError, match=r"locks.*may not be written"), hold(forbidden / "locks", ["rss"]):
        pytest.fail("the lock was not taken")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk can only be made as root: mount -t tmpfs was refused")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """A full disk is told; what was acknowledged is there, the old snapshot too, and with room it goes on."""
    store, acknowledged = prepared(small_disk), list[int]()
    published = store.publish("run-1", ambassadors_shown=False)
    before = published.read_bytes()
    with pytest.raises(StoreError, match="the disk is full; free space and run again"):
        _saved_for_ever(store, acknowledged)
    with pytest.raises(StoreError, match="the disk is full; free space and run again"):
        store.publish("run-2", ambassadors_shown=False)
    assert (published.read_bytes(), published.resolve()) == (before, (published.parent / "current.duckdb").resolve())
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    store.prepare()
    assert asked(store, "SELECT count(*) FROM mention") == [(1000 * len(acknowledged),)]
    assert saved(store, judged("last")).new == 1
    assert store.publish("run-2", ambassadors_shown=False).exists()
    assert acknowledged


def _saved_for_ever(store: Store, acknowledged: list[int]) -> None:
    """Save batches of a thousand until something is raised, and note each that was saved."""
    for batch in count():
        text = "lindeveer " + os.urandom(130).hex()
        acknowledged.append(saved(store, *(judged(f"{batch}-{one}", text) for one in range(1000))).new)
