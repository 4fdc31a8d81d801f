"""Parsers in processes of their own: a feed that breaks one costs that feed and nothing else."""

import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from connectors.rss.frames import HEAD
from monitor.errors import Skip

WALL_SECONDS = 6.0
_GRACE = 15.0  # a fresh process must import its libraries first, on a busy machine


class Cell:
    """Up to `size` parser processes, started when first needed. Safe to use from many threads."""

    def __init__(self, size: int = 2) -> None:
        self._free: queue.LifoQueue[_Parser] = queue.LifoQueue()
        self._all = [_Parser() for _ in range(size)]
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

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> dict[str, Any] | None:
        """The reply, or None when the process died or took too long over this request."""
        process, seconds = self._running()
        try:
            reply = _exchange(process, request, seconds)
        except (OSError, ValueError):
            reply = None
        if reply is None:
            self.stop()
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
            return self._process, WALL_SECONDS
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "connectors.rss.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        return self._process, WALL_SECONDS + _GRACE


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, seconds: float) -> dict[str, Any] | None:
    """Send and receive before the deadline, in small steps, so that neither side can hold the other."""
    assert process.stdin
    assert process.stdout
    until = time.monotonic() + seconds
    _send(process.stdin.fileno(), HEAD.pack(len(request)) + request, until)
    head = _receive(process.stdout.fileno(), HEAD.size, until)
    body = _receive(process.stdout.fileno(), HEAD.unpack(head)[0], until)
    reply = json.loads(body)
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
