"""Parsers in processes of their own: a feed that breaks one costs that feed and nothing else.

A feed that takes its parser down is quarantined for this visit: it is named, its cursor stays where it was, and
the next visit tries again, which the pipeline puts off by a quarter of an hour more for each failure in a
row, up to a day. So a feed that is mended comes back by itself, and one that is not costs a few CPU seconds a day.
"""

import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from connectors.rss.frames import HEAD
from connectors.rss.limits import Limits
from monitor.errors import Skip

LARGEST_REPLY = 64_000_000  # bytes; 5 MB of feed never make more
_GRACE = 15.0  # a fresh process must import its libraries first, on a busy machine
_HOME = str(Path(__file__).resolve().parents[2])  # where this very `connectors` was found
_KEPT = ("PATH", "PYTHON", "LD_", "DYLD_", "LANG", "LC_")  # of the environment: no secret is a parser's business


class Cell:
    """Up to `size` parser processes, started when first needed. Safe to use from many threads."""

    def __init__(self, size: int = 2, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._free: queue.LifoQueue[_Parser] = queue.LifoQueue()
        self._all = [_Parser(limits) for _ in range(size)]
        for parser in self._all:
            self._free.put(parser)

    def parse(self, body: bytes, url: str, content_type: str) -> dict[str, Any]:
        """The feed as `connectors.rss.entries` describes it; raises Skip when it is refused or breaks the parser."""
        with self._borrowed() as parser:
            reply = parser.ask(json.dumps([url, content_type]).encode() + b"\n" + body)
        if reply is None:
            raise Skip("malformed", url, "parsing it takes more time or memory than is allowed: quarantined")
        if "refused" in reply:
            raise Skip("malformed", url, str(reply["refused"]))
        return reply

    def close(self) -> None:
        """End all processes."""
        for parser in self._all:
            parser.stop()

    @contextmanager
    def _borrowed(self) -> Iterator["_Parser"]:
        parser = self._free.get()
        try:
            yield parser
        finally:
            self._free.put(parser)


class _Parser:
    """One process, started again after it died."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> dict[str, Any] | None:
        """The reply, or None when the process died, ran out of memory or took too long over this request."""
        process, seconds = self._running()
        try:
            reply = _exchange(process, request, seconds)
        except (OSError, ValueError):
            reply = None
        if reply is None or "exhausted" in reply:
            self.stop()
            return None
        return reply

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # unsent bytes of a request that nobody will read
                pipe.close() if pipe else None
        self._process.wait()
        self._process = None

    def _running(self) -> tuple["subprocess.Popen[bytes]", float]:
        if self._process is not None and self._process.poll() is None:
            return self._process, self._limits.wall
        self.stop()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "connectors.rss.worker", str(self._limits.cpu), str(self._limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
        )
        return self._process, self._limits.wall + _GRACE


def _environment() -> dict[str, str]:
    """What a child gets: our package, nothing from the working directory, and none of our secrets."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    given = [path for path in kept.get("PYTHONPATH", "").split(os.pathsep) if Path(path).is_absolute()]
    installed = Path(_HOME).name.endswith("-packages")  # then it is found anyway, after the standard library
    return kept | {"PYTHONPATH": os.pathsep.join(given if installed else [*given, _HOME])}


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, seconds: float) -> dict[str, Any] | None:
    """Send and receive before the deadline, in small steps, so that neither side can hold the other."""
    assert process.stdin
    assert process.stdout
    until = time.monotonic() + seconds
    _send(process.stdin.fileno(), HEAD.pack(len(request)) + request, until)
    (length,) = HEAD.unpack(_receive(process.stdout.fileno(), HEAD.size, until))
    if length > LARGEST_REPLY:
        raise ValueError("the reply is larger than any feed")
    reply = json.loads(_receive(process.stdout.fileno(), length, until))
    return reply if isinstance(reply, dict) else None


def _send(pipe: int, data: bytes, until: float) -> None:
    view = memoryview(data)
    os.set_blocking(pipe, False)
    while view:
        _ready(pipe, select.POLLOUT, until)
        view = view[os.write(pipe, view[:65536]) :]


def _receive(pipe: int, length: int, until: float) -> bytes:
    parts = []
    while length:
        _ready(pipe, select.POLLIN, until)
        part = os.read(pipe, min(length, 1 << 20))
        if not part:
            raise OSError("the parser ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _ready(pipe: int, event: int, until: float) -> None:
    left = until - time.monotonic()
    waiting = select.poll()
    waiting.register(pipe, event)
    if left <= 0 or not waiting.poll(left * 1000):
        raise OSError("the parser took too long")
