"""A web server on loopback that answers as it is told, and misbehaves as it is told.

    with Service(answer) as service:             # answer: Request -> Reply
        service.url                              # http://127.0.0.1:PORT
        service.fail("429", lambda request: request.path == "/feed.xml")
        service.requests                         # everything that was asked

The demo, the tests and the benchmarks share it, so that connectors always speak to a real socket.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

SECRET_WORD = "kanarie7f3a"  # noqa: S105 - stands in error bodies, must never reach a message or a log


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Header names are lower case; the last of a repeated query key wins."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Reply]


class Service:
    """A threaded server on `host`, an address of this machine. `port` 0 takes a free one."""

    def __init__(self, answer: Answer, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.requests: list[Request] = []
        self._answer = answer
        self._failing: list[tuple[str, Callable[[Request], bool]]] = []
        self._server = _Server((host, port), _Handler)
        self._server.service = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the server, without a final slash."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def fail(self, how: str, where: Callable[[Request], bool] = lambda _: True) -> None:
        """Answer requests for which `where` holds with a status ("429"), "html", "cut", "reset" or "drip"."""
        self._failing.append((how, where))

    def heal(self) -> None:
        """Answer well again."""
        self._failing.clear()

    def reply_to(self, request: Request) -> Reply | str:
        """The reply, or the name of a misbehaviour that needs the socket."""
        self.requests.append(request)
        for how, where in self._failing:
            if where(request):
                return _misbehaviour(how)
        return self._answer(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _misbehaviour(how: str) -> Reply | str:
    if how.isdigit():
        body = f'{{"message": "{SECRET_WORD}", "error": "{SECRET_WORD}"}}'.encode()
        return Reply(int(how), body, {"Content-Type": "application/json"})
    if how == "html":
        page = f"<!DOCTYPE html><html><body><h1>Log in</h1>{SECRET_WORD}</body></html>"
        return Reply(200, page.encode(), {"Content-Type": "text/html"})
    return how


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    service: Service

    def server_bind(self) -> None:
        """Bind without looking the address's name up, which HTTPServer does and which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        reply = self.server.service.reply_to(request)
        if isinstance(reply, Reply):
            self._send(reply)
        else:
            getattr(self, f"_{reply}")()

    do_GET = do_POST = do_HEAD = _handle  # noqa: N815 - the names http.server looks for

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _cut(self) -> None:
        """Announce more than is sent."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss version='2.0'><channel>")
        self.close_connection = True

    def _reset(self) -> None:
        """Break the connection without an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _drip(self) -> None:
        """A byte a second, for two minutes at most."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 120\r\n\r\n")
        for _ in range(120):
            self.wfile.write(b"x")
            time.sleep(1)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep silent: what is asked here is in `Service.requests`."""
