"""The parent of runs that are killed: imports once, forks a run per line of its input, kills it after a while.

    "<monitor.toml> <seconds>\n"  ->  "<exit code, -9 when killed> <where it was>\n"

Where: `start` nothing was asked of the store yet, `prepare`, `begin`, `fetch` between two transactions, `save`
within one, `finish`, `unpublished` all is saved, `publish` within the snapshot, `published`.
"""

import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import connectors.mastodon
import connectors.reddit
import connectors.rss  # noqa: F401 - the three so that a fork starts with them
from monitor import pipeline, visiting
from monitor.assemble import assemble
from monitor.demo.world import NOW
from monitor.store import Store

PLACES_PER_SAVE = 2  # many transactions in a small world


def main() -> None:
    visiting.PAGES_PER_SAVE = PLACES_PER_SAVE
    for line in sys.stdin:
        config, seconds = line.split()
        code, where = _run_and_kill(Path(config), float(seconds))
        print(code, where, flush=True)


def _run_and_kill(config: Path, seconds: float) -> tuple[int, str]:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os._exit(_run(config, tell))
    os.close(tell)
    over = select.poll()
    over.register(os.pidfd_open(child), select.POLLIN)
    if not over.poll(seconds * 1000):
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(told) as stages:
        return code, (stages.read().split() or ["start"])[-1]


def _run(config: Path, tell: int) -> int:
    for before, name, after in (
        ("prepare", "prepare", "prepared"),
        ("begin", "begin", "fetch"),
        ("save", "save", "fetch"),
        ("finish", "finish", "unpublished"),
        ("publish", "publish", "published"),
    ):
        setattr(Store, name, _telling(getattr(Store, name), tell, before, after))
    try:
        pipeline.run(assemble(config, {}), NOW)
    except Exception as error:  # noqa: BLE001 - told to the test, which wants none
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def _telling(method: Callable[..., Any], tell: int, before: str, after: str) -> Callable[..., Any]:
    def told(*args: Any, **more: Any) -> Any:
        os.write(tell, f"{before}\n".encode())
        answer = method(*args, **more)
        os.write(tell, f"{after}\n".encode())
        return answer

    return told


if __name__ == "__main__":
    main()
