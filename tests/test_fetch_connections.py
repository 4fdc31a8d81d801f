"""Connections are kept, shared between threads and tried again; no answer gets its words into an error."""

import socket
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.rogue import OK, Line, Rogue, always
from monitor.demo.service import SECRET_WORD, Reply, Service
from monitor.errors import SourceError
from monitor.fetch import Gate


def kind_of(call: Callable[[], object]) -> str:
    try:
        call()
    except SourceError as error:
        return error.kind
    return "no error"


def test_deadline_belongs_to_one_thread(gates):
    """A kept connection serves the next thread although the deadline of the one before has passed."""
    gate = gates()

    def first(url: str) -> int:
        status = gate.get(url).status
        gate._deadline.at = 0.0
        return status

    with Rogue(keep_alive) as rogue, ThreadPoolExecutor(1) as other:
        assert other.submit(first, rogue.url).result() == 200
        assert gate.get(rogue.url).status == 200
        assert rogue.connections == 1
        gate.close()


def keep_alive(line: Line) -> None:
    while line.request():
        line.send(OK + b"Content-Length: 2\r\n\r\nok")


def test_chunks(gates):
    """A chunked body arrives whole."""
    chunks = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    with Rogue(always(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)) as rogue:
        assert gates().get(rogue.url).body == b"hello world"


def test_not_modified_keeps_the_connection(gates):
    """304 has no body, whatever length it announces, and the connection serves the next request."""

    def unchanged(line: Line) -> None:
        while line.request():
            line.send(b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\nContent-Length: 99999999\r\n\r\n')

    with Rogue(unchanged) as rogue:
        gate = gates()
        answers = [gate.get(rogue.url, {"If-None-Match": '"e"'}) for _ in range(3)]
        assert [(a.status, a.body, a.headers["etag"]) for a in answers] == [(304, b"", '"e"')] * 3
        assert rogue.connections == 1
        gate.close()


def test_a_reset_connection_is_tried_again(gates):
    """A connection that breaks once costs a second try, not the answer."""
    with Service(lambda _: Reply(body=b"ok")) as service:
        gate = gates()
        gate.get(service.url)
        service.fail("reset", lambda _: len(service.requests) == 2)
        assert (gate.get(service.url).body, len(service.requests)) == (b"ok", 3)


@pytest.mark.parametrize("how", ["reset", "cut"])
def test_three_tries(gates, how):
    """A server that always breaks is asked three times."""
    with Service(lambda _: Reply()) as service:
        service.fail(how)
        assert (kind_of(lambda: gates().get(service.url)), len(service.requests)) == ("network", 3)


def test_a_post_is_never_repeated(gates):
    """What may have had its effect is sent once."""
    with Service(lambda _: Reply()) as service:
        service.fail("reset")
        assert kind_of(lambda: gates().send("POST", service.url, body=b"x")) == "network"
        assert len(service.requests) == 1


def test_nobody_listens(gates):
    """A refused connection is a network error."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert kind_of(lambda: gates().get(f"http://127.0.0.1:{port}/")) == "network"


def test_sixteen_threads(gates):
    """Threads that share a gate each get their own answers."""
    with (
        Service(lambda request: Reply(body=request.path.encode())) as service,
        ThreadPoolExecutor(16) as pool,
    ):
        gate = gates()
        paths = [f"/{n}" for n in range(320)]
        assert [a.body.decode() for a in pool.map(lambda path: gate.get(service.url + path), paths)] == paths
        gate.close()


def test_what_the_gate_says_of_itself(gates):
    """Who asks and what can be read stand in every request; the host is the address's own, whoever asks."""
    with Service(lambda _: Reply()) as service:
        gates().get(service.url, {"Host": "other.example", "Accept-Encoding": "br", "Accept": "text/xml"})
    expected = {"user-agent": "test", "accept": "text/xml", "accept-encoding": "gzip", "host": service.url[7:]}
    assert service.requests[0].headers == expected


def test_repeated_headers_become_a_list(gates):
    """Two Link headers are one list; nothing of them is lost."""
    head = OK + b'Link: <a>; rel="next"\r\nLINK: <b>; rel="prev"\r\nContent-Length: 0\r\n\r\n'
    with Rogue(always(head)) as rogue:
        assert gates().get(rogue.url).headers["link"] == '<a>; rel="next", <b>; rel="prev"'


def test_a_header_beyond_ascii_comes_back(gates):
    """An ETag with Latin letters is sent back byte for byte: its feed does not become unreachable."""
    with Service(lambda request: Reply(200, b"", {"ETag": request.headers.get("if-none-match", '"é"')})) as service:
        gate = gates()
        etag = gate.get(service.url).headers["etag"]
        assert gate.get(service.url, {"If-None-Match": etag}).headers["etag"] == '"é"'


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\n", "a\0", "日本", "\ud800"])
def test_a_header_that_cannot_be_sent(gates, value):
    """A header with a line break or beyond Latin-1 is refused before anything is sent, and is not quoted."""
    with Service(lambda _: Reply()) as service:
        with pytest.raises(SourceError, match="malformed") as caught:
            gates().get(service.url, {"X-Token": value})
        assert service.requests == []
    assert "X-Injected" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        SECRET_WORD.encode() + b"\r\n\r\n",
        b"SSH-2.0-" + SECRET_WORD.encode() + b"\r\n",
        OK + b"X: " + SECRET_WORD.encode() * 20_000 + b"\r\n\r\n",
        OK + b"no colon " + SECRET_WORD.encode() + b"\r\n\r\n",
        b"HTTP/1.1 999999 " + SECRET_WORD.encode() + b"\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + SECRET_WORD.encode() + b"\r\n\r\n",
        OK + b"Content-Length: " + SECRET_WORD.encode() + b"\r\n\r\n",
        OK + b"Content-Encoding: " + SECRET_WORD.encode() + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[" + SECRET_WORD.encode() + b"\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_garbage_is_not_quoted(gates, caplog, sent):
    """No answer, and none that is no HTTP, gets its words into an error, its causes or the log."""
    caplog.set_level("DEBUG")
    with Rogue(always(sent)) as rogue, pytest.raises(SourceError) as caught:
        gates().get(rogue.url)
    assert caught.value.kind in ("network", "malformed")
    assert SECRET_WORD not in "".join(traceback.format_exception(caught.value)) + caplog.text


@given(
    st.sampled_from([b"", OK, OK + b"Content-Encoding: gzip\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"]),
    st.binary(max_size=80),
)
def test_any_answer_is_an_answer_or_a_source_error(start, rest):
    """Law: whatever bytes a server sends, the caller sees an Answer or a SourceError."""
    gate = Gate(user_agent="test", loopback=True)
    with Rogue(always(start + rest)) as rogue:
        kind_of(lambda: gate.get(rogue.url))
    gate.close()
