"""The gate itself: one request in, one complete answer or one named error out.

    url -> spelled out -> [ lookup -> check -> connect -> send -> read within limits ] -> Answer
                          '------------- again for each redirect, five at most -----'

Limits, with the measured reason: `timeout=` of HTTP clients bounds one read, not the whole (a server that
drips a byte a second held both common clients for ever), so one deadline covers the wait for a free
connection, lookup, connection, headers and body.
"""

import functools
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import certifi
import httpcore

from monitor.errors import Retry, Skip
from monitor.fetch import body as bodies
from monitor.fetch.network import Deadline, Network, RefusedAddress, Resolve, resolve
from monitor.fetch.spelling import next_hop, same_origin, shown, spelled_out

Headers = list[tuple[bytes | str, bytes | str]]
HOPS = 5
TRIES = 3  # a kept-alive connection is reset once by some servers; a fresh one then works
_PERMANENT = (301, 308)
_REDIRECT = (301, 302, 303, 307, 308)
_TRAVELS = ("accept", "accept-language", "if-none-match", "if-modified-since")  # to another host; no secret
_BROKEN = (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError)
_UNSENDABLE = (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol, ValueError)

# Its debug lines quote answers' headers: cookies, and addresses with somebody's token in them.
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower case; `body` is inflated; `moved` is a new permanent URL."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    moved: str | None = None


class Gate:
    """All requests of one program. Safe to share between threads; connections are reused.

    `deadline`: seconds for one request with all its redirects. `largest`: bytes of a body after
    inflating. `loopback`: allow this machine's own addresses, for the demo and tests only.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        deadline: float = 20.0,
        largest: int = 5_000_000,
        loopback: bool = False,
        resolve: Resolve = resolve,
    ) -> None:
        self._user_agent = user_agent
        self._seconds = deadline
        self._largest = largest
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=64,
            max_keepalive_connections=16,  # each is asked twice per request whether it still lives
            keepalive_expiry=15.0,
            network_backend=Network(self._deadline, loopback=loopback, resolve=resolve),
        )

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET `url`, following at most five redirects, never from https to http."""
        with self._within_deadline():
            return self._follow(url, dict(headers or {}))

    def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send one request and do not follow redirects."""
        with self._within_deadline():
            return self._one(method, url, headers or {}, body)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def _within_deadline(self) -> Iterator[None]:
        self._deadline.at = time.monotonic() + self._seconds
        try:
            yield
        finally:
            self._deadline.at = float("inf")

    def _follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        moved: str | None = None
        permanent = True
        for _ in range(HOPS + 1):
            answer = self._one("GET", url, headers, b"")
            location = answer.headers.get("location")
            if answer.status not in _REDIRECT or not location:
                return Answer(answer.status, answer.url, answer.headers, answer.body, moved)
            url = spelled_out(next_hop(answer.url, location))
            permanent = permanent and answer.status in _PERMANENT
            moved = url if permanent else moved
            headers = headers if same_origin(answer.url, url) else _for_strangers(headers)
        raise Skip("malformed", shown(url), f"more than {HOPS} redirects")

    def _one(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        target, place = spelled_out(url), shown(url)
        for tries_left in reversed(range(TRIES)):
            try:
                return self._exchange(method, target, self._wanted(target, headers), body)
            except _BROKEN:
                if not tries_left or method != "GET":
                    message = "the connection broke before the answer was whole"
                    raise Retry("network", place, message) from None  # its text may quote the answer
            except httpcore.TimeoutException as error:
                raise Retry("timeout", place, f"no whole answer within {self._seconds:g} s") from error
            except RefusedAddress as error:
                message = "its name leads to an address that is not public"
                raise Skip("refused-address", place, message) from error
            except httpcore.ConnectError as error:
                raise Retry("network", place, f"no connection: {_obstacle(error)}") from error
            except _UNSENDABLE:
                message = "this request cannot be made"
                raise Skip("malformed", place, message) from None  # its text may quote a header of ours
        raise AssertionError("unreachable: the last try returns or raises")

    def _wanted(self, target: str, headers: Mapping[str, str]) -> Headers:
        wanted = {"user-agent": self._user_agent, "accept": "*/*"}
        wanted |= {name.lower(): value for name, value in headers.items()}
        wanted |= {"host": urlsplit(target).netloc, "accept-encoding": "gzip"}
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in wanted.items()]

    def _exchange(self, method: str, url: str, headers: Headers, body: bytes) -> Answer:
        waiting = {"timeout": {"pool": self._deadline.left()}}
        with self._pool.stream(method, url, headers=headers, content=body or None, extensions=waiting) as response:
            named = _named(response.headers)
            whole = bodies.read(response.iter_stream(), named, self._largest, shown(url))
        return Answer(response.status, url, named, whole)


def _obstacle(error: httpcore.ConnectError) -> str:
    """Whom to ask: who wrote the address, who runs the server, or who renews its certificate."""
    cause = error.__cause__ or error.__context__  # httpcore's pool raises it again "from None"
    if isinstance(cause, ssl.SSLError):
        return "its certificate or TLS is not accepted"
    if isinstance(cause, (socket.gaierror, UnicodeError)):
        return "its name was not found"
    return "nothing answers there"


def _for_strangers(headers: Mapping[str, str]) -> dict[str, str]:
    """What another host may be told: nothing that says who asks, whatever the header is called."""
    return {name: value for name, value in headers.items() if name.lower() in _TRAVELS}


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower-case names to values; a repeated header becomes a list (RFC 9110, section 5.3)."""
    named: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        named[name] = f"{named[name]}, {value}" if name in named else value
    return named


@functools.cache
def _tls() -> ssl.SSLContext:
    """The system's certificates and certifi's: a house's own authority works, a bare container too."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
