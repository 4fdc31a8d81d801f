"""Libraries that speak `requests` go through the same gate, and their errors still say what it was."""

import gzip
import socket
from collections.abc import Iterator

import pytest
import requests

from monitor.demo.service import Reply, Request, Service
from monitor.errors import SourceError
from monitor.fetch import Gate
from monitor.fetch.session import GatedSession, cause, gated_session


@pytest.fixture
def session() -> Iterator[requests.Session]:
    gate = Gate(user_agent="test", deadline=5, largest=100_000, loopback=True)
    with gated_session(gate) as session:
        yield session
    gate.close()


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(_answer) as service:
        yield service


def _answer(request: Request) -> Reply:
    if request.path == "/loop":
        return Reply(302, b"", {"Location": "/loop"})
    if "to" in request.query:
        return Reply(302, b"", {"Location": request.query["to"]})
    if request.path == "/packed":
        return Reply(200, gzip.compress(b'{"a": 1}'), {"Content-Encoding": "gzip", "Content-Type": "application/json"})
    if request.path == "/large":
        return Reply(200, bytes(100_001))
    return Reply(200, request.body, {"Set-Cookie": "a=1", "set-cookie": "b=2", "Link": "<1>", "link": "<2>"})


def refused(session: requests.Session, url: str) -> SourceError:
    """The gate's own error under what the library sees."""
    with pytest.raises(requests.ConnectionError) as caught:
        session.get(url)
    found = cause(caught.value)
    assert found is not None, "the cause is lost"
    return found


def test_a_request_arrives_as_it_was_made(session, service):
    """Method, body, query, login and headers reach the server; its answer comes back."""
    answer = session.post(f"{service.url}/x?q=1", data={"k": "v"}, auth=("u", "p"), headers={"X-A": "é"})
    assert (answer.status_code, answer.reason, answer.text, answer.url) == (
        200,
        "OK",
        "k=v",
        f"{service.url}/x?q=1",
    )
    asked = service.requests[0]
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/x", {"q": "1"}, b"k=v")
    assert (asked.headers["authorization"], asked.headers["x-a"]) == ("Basic dTpw", "é")


def test_repeated_headers_are_a_list(session, service):
    """Link and Set-Cookie headers that come twice are both there."""
    headers = session.get(service.url).headers
    assert (headers["link"], headers["Set-Cookie"]) == ("<1>, <2>", "a=1, b=2")


def test_a_packed_answer_is_unpacked_once(session, service):
    """The body is inflated and no header says that it still is packed."""
    answer = session.get(f"{service.url}/packed")
    assert (answer.json(), "content-encoding" in answer.headers) == ({"a": 1}, False)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_statuses_are_the_librarys_business(session, service, status):
    """An error status is an answer; the library decides what it means."""
    service.fail(str(status))
    answer = session.get(service.url)
    assert (answer.status_code, answer.ok, bool(answer.reason)) == (status, False, True)


def test_redirects_are_followed(session, service):
    """Each hop of the session goes through the gate."""
    answer = session.get(service.url, params={"to": "/end"})
    assert (answer.url, [hop.status_code for hop in answer.history]) == (f"{service.url}/end", [302])


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://169.254.169.254/x", "http://[fd00::1]/", "//0.0.0.0/"])
def test_a_redirect_to_a_private_address_is_refused(session, service, target):
    """S17: a server cannot send the library to the inside; the gate's own reason is found again."""
    assert refused(session, f"{service.url}/?to={target}").kind == "refused-address"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a.example/"])
def test_a_session_speaks_http_only(session, service, target):
    """No other scheme has a way out."""
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get(f"{service.url}/?to={target}")


@pytest.mark.parametrize("location", ["http://a.example/", "http://[x/"])
def test_a_session_never_gives_up_https(location):
    """A redirect from https to http, or to no address, is refused with the gate's own reason."""
    answer = requests.Response()
    answer.status_code, answer.url, answer.headers["location"] = 302, "https://a.example/", location
    with pytest.raises(requests.ConnectionError) as caught:
        GatedSession().get_redirect_target(answer)
    assert isinstance(cause(caught.value), SourceError)


def test_a_redirect_in_bytes_of_nowhere(session, service):
    """A Location that is neither UTF-8 nor ASCII raises nothing but errors of the library."""
    assert session.get(f"{service.url}/", params={"to": "/caf\xe9"}).status_code == 200


def test_too_many_redirects(session, service):
    """The session follows no more hops than the gate."""
    with pytest.raises(requests.TooManyRedirects):
        session.get(f"{service.url}/loop")
    assert len(service.requests) == 6


def test_limits_hold(session, service):
    """The gate's limit on a body is the session's."""
    assert refused(session, f"{service.url}/large").kind == "too-large"


def test_a_proxy_of_the_environment_is_not_used(session, service, monkeypatch):
    """What the shell says about proxies opens no way around the gate."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        proxy = f"http://127.0.0.1:{canary.getsockname()[1]}"
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        assert session.get(service.url).status_code == 200
        assert refused(session, "http://10.0.0.1/").kind == "refused-address"
        canary.setblocking(False)
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_a_netrc_file_is_not_read(session, service, monkeypatch, tmp_path):
    """Logins of the person who runs the program are not sent along."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    session.get(service.url)
    assert "authorization" not in service.requests[0].headers


class WrappedError(Exception):
    """A library's own error that keeps the first one in an attribute, as prawcore does."""

    def __init__(self, original: BaseException) -> None:
        super().__init__("wrapped")
        self.original_exception = original


def test_the_cause_is_found_under_whatever_is_around_it(session, service):
    """`cause` follows attributes, causes and contexts, and ends where they go in circles."""
    with pytest.raises(requests.ConnectionError) as caught:
        session.get("http://10.0.0.1/")
    wrapped = ValueError("outer")
    wrapped.__context__ = WrappedError(caught.value)
    found = cause(wrapped)
    assert found is not None
    assert found.kind == "refused-address"
    circle = ValueError("a")
    circle.__cause__ = KeyError("b")
    circle.__cause__.__context__ = circle
    assert cause(circle) is None
