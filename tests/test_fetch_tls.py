"""Over TLS the server's name is checked, and https is never given up (N4)."""

import http.server
import ssl
import threading
from collections.abc import Iterator

import pytest

from monitor.errors import Retry, SourceError
from monitor.fetch import Gate
from monitor.fetch.gate import _tls

trustme = pytest.importorskip("trustme", reason="makes the certificates of these tests")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/down" else 200)
        self.send_header("Location", "http://safe.example/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Keep silent."""


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that refuses the certificate is no news."""


@pytest.fixture
def authority(monkeypatch, tmp_path) -> Iterator[trustme.CA]:
    """An authority that this machine trusts, for the time of one test."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    _tls.cache_clear()
    yield authority
    _tls.cache_clear()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate(user_agent="test", deadline=5, loopback=True, resolve=lambda *_: ["127.0.0.1"])
    yield gate
    gate.close()


def served(authority: trustme.CA, *names: str) -> Iterator[int]:
    """The port of a server whose certificate says `names`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def port(authority) -> Iterator[int]:
    yield from served(authority, "safe.example")


@pytest.fixture
def strange_port(authority) -> Iterator[int]:
    yield from served(trustme.CA(), "safe.example")


def kind_of(gate: Gate, url: str) -> str:
    with pytest.raises(SourceError) as caught:
        gate.get(url)
    return caught.value.kind


def test_the_right_name_passes(port, gate):
    """The name of the address is checked against the certificate, not the number it was connected to."""
    assert gate.get(f"https://safe.example:{port}/").body == b"ok"


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_another_name_is_refused(port, gate, host):
    """A certificate for another name is no connection."""
    assert kind_of(gate, f"https://{host}:{port}/") == "network"


def test_an_unknown_authority_is_refused(strange_port, gate):
    """A certificate that nobody vouches for is no connection."""
    with pytest.raises(Retry, match="its certificate or TLS is not accepted"):
        gate.get(f"https://safe.example:{strange_port}/")


def test_https_is_never_given_up(port, gate):
    """A redirect from https to http is refused."""
    assert kind_of(gate, f"https://safe.example:{port}/down") == "refused-address"
