"""A server on bare sockets for what no HTTP server would do: drip, lie, flood, hang up.

with Rogue(behaviour) as rogue:      # behaviour: Line -> None, called for every connection
    rogue.url, rogue.connections, rogue.sent
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

OK = b"HTTP/1.1 200 OK\r\n"


class Line:
    """One connection, seen from a server that does with it what it likes."""

    def __init__(self, connection: socket.socket, server: "Rogue") -> None:
        self._connection = connection
        self._server = server

    def request(self) -> bytes:
        """The head of the next request, or nothing when the other side hung up."""
        data = b""
        while not data.endswith(b"\r\n\r\n") and (more := self._connection.recv(65536)):
            data += more
        return data

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)
        self._server.sent += len(data)

    def drip(self, data: bytes, size: int) -> None:
        """`size` bytes every hundredth of a second."""
        for start in range(0, len(data), size):
            self.send(data[start : start + size])
            self._server.over.wait(0.01)


class Rogue:
    """A server on loopback of which `behaviour` speaks for every connection. `sent` counts bytes."""

    def __init__(self, behaviour: Callable[[Line], None]) -> None:
        self.sent = 0
        self.connections = 0
        self.over = threading.Event()
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
                connection.settimeout(20)
                self.connections += 1
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._behaviour(Line(connection, self))


def always(data: bytes) -> Callable[[Line], None]:
    """Answers `data` to one request and hangs up."""

    def behaviour(line: Line) -> None:
        if line.request():
            line.send(data)

    return behaviour
