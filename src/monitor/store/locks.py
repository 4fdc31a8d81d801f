"""Locks between processes: `flock` on files of our own, which the kernel frees when a process dies."""

import fcntl
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from monitor.errors import Busy, StoreError
from monitor.store.trouble import translated

PATIENCE = 60.0  # seconds; the longest wait that was measured with three writers is 0.4


@contextmanager
def hold(folder: Path, sources: Iterable[str]) -> Iterator[None]:
    """Hold the run locks of these sources; raises Busy at once when another run holds one of them."""
    with ExitStack() as held:
        for source in sorted({*sources}):
            path = folder / f"{source}.lock"
            with translated(path):
                folder.mkdir(parents=True, exist_ok=True)
                file = held.enter_context(path.open("a"))
            if not _try(file):
                raise Busy(f"{source}: another run is at work; it holds {path}")
        yield


@contextmanager
def queue(path: Path) -> Iterator[None]:
    """Wait for our turn at `path`; raises StoreError after a minute."""
    until = time.monotonic() + PATIENCE
    with path.open("a") as file:
        while not _try(file):
            if time.monotonic() > until:
                raise StoreError(
                    f"{path}: still held by another process after {PATIENCE:g} s; end that, then run again"
                )
            time.sleep(0.01)
        yield


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
