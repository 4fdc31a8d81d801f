"""Connections that check the address they really connect to and keep one deadline for everything.

httpcore asks a network back end for each new connection. Ours looks the name up once, refuses it when
any answer is not public, and connects to the very address it checked, so a second, different answer of
the name server (rebinding) is never asked for. Host header and TLS name stay those of the URL.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LookupTimeout
from typing import Any

import httpcore

from monitor.fetch.address import is_loopback, is_public, parsed

Resolve = Callable[[str, int], Iterable[str]]


class RefusedAddress(Exception):  # noqa: N818 - named for what happened, translated in the gate
    """The name leads to an address that must not be connected to."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, from the system's resolver, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline(threading.local):
    """When the request that this thread is making must be over, on the monotonic clock."""

    at: float = float("inf")

    def left(self, wanted: float | None = None) -> float:
        """Seconds until the deadline, at most `wanted`; raises httpcore.ReadTimeout when over."""
        rest = self.at - time.monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout("total deadline passed")
        return rest if wanted is None else min(rest, wanted)


class Network(httpcore.NetworkBackend):
    """The back end: one lookup per connection, every answer checked, connect to what was checked."""

    def __init__(self, deadline: Deadline, *, loopback: bool, resolve: Resolve = resolve) -> None:
        self._deadline = deadline
        self._loopback = loopback
        self._resolve = resolve
        self._sync = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address")
        addresses = self._checked(host, port)
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = self._deadline.left(timeout) / untried  # a dead first address leaves time for the next
            try:
                stream = self._sync.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        addresses = [host] if parsed(host) else self._looked_up(host, port)
        for address in addresses:
            if not (is_public(address) or (self._loopback and is_loopback(address))):
                raise RefusedAddress(host)
        return addresses

    def _looked_up(self, host: str, port: int) -> list[str]:
        """A thread of its own for each: a name server that hangs holds up nobody else, nor the exit."""
        found: Future[list[str]] = Future()
        lookup = threading.Thread(target=_look_up, args=(self._resolve, host, port, found), daemon=True)
        lookup.start()
        try:
            return found.result(self._deadline.left())
        except LookupTimeout as error:
            raise httpcore.ConnectTimeout("name lookup took too long") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name was not found") from error


def _look_up(resolve: Resolve, host: str, port: int, found: "Future[list[str]]") -> None:
    try:
        found.set_result(list(resolve(host, port)))
    except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits
        found.set_exception(error)


class TimedStream(httpcore.NetworkStream):
    """A connection each of whose operations ends at the deadline of the thread that uses it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, self._deadline.left(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
