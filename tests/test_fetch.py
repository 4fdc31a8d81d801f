"""The gate lets nothing through to this machine or its network, whatever an address looks like (S17, S18)."""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from monitor.demo.service import Reply, Request, Service
from monitor.errors import Retry, SourceError
from monitor.fetch import Answer, Gate, network

PUBLIC_HERE = "127.0.0.77"  # stands for a public address: the tests that use it say so to the gate


@dataclass(frozen=True, slots=True)
class Wide:
    """A server at an address taken for public, and listeners at the same port that nobody may reach."""

    service: Service
    port: int
    names: dict[str, list[list[str]]]
    canaries: Sequence[socket.socket]
    looked_up: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[str]:
        """Names of this test in turn, everything else as the system says."""
        self.looked_up.append(host)
        answers = self.names.get(host)
        if answers is None:
            return network.resolve(host, port)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def reached(self) -> int:
        """How many connections wait at the canaries."""
        return sum(_waiting(canary) for canary in self.canaries)


@pytest.fixture
def wide(monkeypatch) -> Iterator[Wide]:
    real = network.is_public
    monkeypatch.setattr(network, "is_public", lambda address: address == PUBLIC_HERE or real(address))
    canaries, port = _canaries()
    with Service(_answer, host=PUBLIC_HERE, port=port) as service:
        names = {"public.example": [[PUBLIC_HERE]], "localhost.": [["127.0.0.1"]]}
        yield Wide(service, port, names, canaries)
    for canary in canaries:
        canary.close()


@pytest.fixture
def gate(wide) -> Iterator[Gate]:
    gate = Gate(user_agent="test", deadline=2.0, resolve=wide.resolve)
    yield gate
    gate.close()


def _answer(request: Request) -> Reply:
    if "to" in request.query:
        return Reply(302, b"", {"Location": request.query["to"].encode().decode("latin-1")})
    if request.path.startswith("/hop/") and request.path != "/hop/0":
        return Reply(301, b"", {"Location": str(int(request.path[5:]) - 1)})
    return Reply(200, request.path.encode(), {"Connection": "close"})


def _canaries() -> tuple[list[socket.socket], int]:
    """Listeners on 127.0.0.1 and ::1 at one port that is free on all three addresses."""
    for _ in range(20):
        four = socket.create_server(("127.0.0.1", 0))
        port = four.getsockname()[1]
        try:
            six = socket.create_server(("::1", port), family=socket.AF_INET6)
            socket.create_server((PUBLIC_HERE, port)).close()
        except OSError:
            four.close()
        else:
            return [four, six], port
    pytest.skip("no port is free on 127.0.0.1, ::1 and 127.0.0.77")


def _waiting(listener: socket.socket) -> int:
    listener.setblocking(False)
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def refusal(call: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        call()
    return caught.value


HOSTS = """
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 0177.0x0.0.1
    0.0.0.0 0 localhost LOCALHOST localhost. LocalHost ①②⑦.0.0.1 127。0。0。1 127．0．0．1 127｡0｡0｡1
    ⓛⓞⓒⓐⓛⓗⓞⓢⓣ loc\u00adalhost 127%2e0%2e0%2e1 %31%32%37.0.0.1 %6cocalhost
    [::1] [0:0:0:0:0:0:0:1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1]
    [2002:7f00:1::] [::1%25lo] [fe80::1%25lo] [v1.127.0.0.1] public.example[::1]
    user@127.0.0.1 user:secret@localhost public.example@127.0.0.1 public.example:80@127.0.0.1
""".split()  # noqa: SIM905 - a table
URLS = [
    "HTTP://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@public.example/",
    "http://public.example\\@127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@public.example/",
    "http://127.0.0.1:{port}?@public.example/",
    "ht\ttp://127.0.0.1:{port}/",
    "http://\t127.0.0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1:{port}/a b",
    "file:///etc/passwd",
    "file://127.0.0.1:{port}/etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1:{port}/",
    "dict://127.0.0.1:{port}/x",
    "ws://127.0.0.1:{port}/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "jar:http://127.0.0.1:{port}!/",
    "http://127.0.0.1:{port}@127.0.0.1:{port}/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:x/",
    "http://[::1/",
    "http://",
    "http://a..b/",
    *(f"http://{host}:{{port}}/" for host in HOSTS),
]
CONFIGURED_ONLY = [  # a redirect may say these: they lead back to the server that said so
    "",
    "feed.xml",
    "//127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://:{port}/",
    " http://127.0.0.1:{port}/",
    "ht\ntp://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\r\nX-Injected: 1",
    "http://127.0.0.1:{port}/\ud800",
]


@pytest.mark.parametrize("url", [*URLS, *CONFIGURED_ONLY])
def test_configured_address_never_reaches_this_machine(wide, gate, url):
    """S17: every spelling of a private address in the settings is refused, nothing is connected to."""
    assert refusal(lambda: gate.get(url.format(port=wide.port))).kind in ("refused-address", "malformed")
    assert wide.reached() == 0


@pytest.mark.parametrize("url", [*URLS, "//127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http:///127.0.0.1/"])
def test_redirect_never_reaches_this_machine(wide, gate, url):
    """S17: a public server cannot send the gate to a private address, however it spells it."""
    target = url.format(port=wide.port)
    public = f"http://public.example:{wide.port}/"
    end = outcome(lambda: gate.get(f"{public}?{_query(target)}"))
    assert end in ("refused-address", "malformed") or end.startswith(public), "it went elsewhere"
    assert wide.reached() == 0


def outcome(call: Callable[[], Answer]) -> str:
    """The address that answered, or the kind of the error."""
    try:
        return call().url
    except SourceError as error:
        return error.kind


def _query(target: str) -> str:
    return urlencode({"to": target})


def test_public_address_passes(wide, gate):
    """The control: the same gate fetches from an address taken for public."""
    assert gate.get(f"http://public.example:{wide.port}/feed").body == b"/feed"


def test_mapped_address_of_the_resolver_is_refused(wide, gate):
    """A name server cannot hide a private address in an IPv6 form."""
    for address in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"):
        wide.names["hidden.example"] = [[address]]
        assert refusal(lambda: gate.get(f"http://hidden.example:{wide.port}/")).kind == "refused-address"
    assert wide.reached() == 0


def test_rebinding_never_connects_to_a_private_address(wide, gate):
    """S18: with answers that alternate, a hundred requests make one lookup each and no private connection."""
    wide.names["rebind.example"] = [[PUBLIC_HERE], ["127.0.0.1"]] * 51
    kinds = []
    for _ in range(50):
        kinds.append(gate.get(f"http://rebind.example:{wide.port}/").status)
        kinds.append(refusal(lambda: gate.get(f"http://rebind.example:{wide.port}/")).kind)
    assert kinds == [200, "refused-address"] * 50
    assert (wide.reached(), len(wide.looked_up)) == (0, 100)


@pytest.mark.parametrize("answers", [[PUBLIC_HERE, "127.0.0.1"], ["::1", PUBLIC_HERE], [PUBLIC_HERE, "10.0.0.1"]])
def test_mixed_answers_are_refused(wide, gate, answers):
    """S18: one private address among a name's answers and nothing is connected to."""
    wide.names["mixed.example"] = [answers]
    assert refusal(lambda: gate.get(f"http://mixed.example:{wide.port}/")).kind == "refused-address"
    assert (wide.reached(), wide.service.requests) == (0, [])


@pytest.mark.parametrize("hops", range(6))
def test_five_redirects_are_followed(wide, gate, hops):
    """Up to five hops lead to the answer, and permanent ones give the new address."""
    answer = gate.get(f"http://public.example:{wide.port}/hop/{hops}")
    assert (answer.body, len(wide.service.requests)) == (b"/hop/0", hops + 1)
    assert answer.moved == (f"http://public.example:{wide.port}/hop/0" if hops else None)


@pytest.mark.parametrize("hops", range(6, 11))
def test_six_redirects_are_too_many(wide, gate, hops):
    """A longer chain ends after five hops as an error."""
    assert refusal(lambda: gate.get(f"http://public.example:{wide.port}/hop/{hops}")).kind == "malformed"
    assert len(wide.service.requests) == 6


def test_a_temporary_redirect_moves_nothing(wide, gate):
    """302 says nothing about the address to keep."""
    target = f"http://public.example:{wide.port}/?{_query('/feed')}"
    assert (gate.get(target).body, gate.get(target).moved) == (b"/feed", None)


def test_secrets_stay_with_their_host(wide, gate):
    """S18: after a redirect to another host only harmless headers travel, also when it leads back."""
    wide.names["other.example"] = [[PUBLIC_HERE]]
    back = f"http://public.example:{wide.port}/end"
    other = f"http://other.example:{wide.port}/?{_query(back)}"
    secret = {"Authorization": "Bearer s", "Cookie": "s", "X-Api-Key": "s", "If-None-Match": '"e"'}
    gate.get(f"http://public.example:{wide.port}/?{_query(other)}", secret)
    seen = [{*request.headers} & {name.lower() for name in secret} for request in wide.service.requests]
    assert seen == [{name.lower() for name in secret}, {"if-none-match"}, {"if-none-match"}]


def test_headers_stay_within_one_host(wide, gate):
    """A redirect within the same host keeps the request's headers."""
    gate.get(f"http://public.example:{wide.port}/hop/1", {"Authorization": "Bearer s"})
    assert [request.headers["authorization"] for request in wide.service.requests] == ["Bearer s"] * 2


def test_no_connection_says_whom_to_ask() -> None:
    """A name that is not found and a server that does not answer are told apart."""

    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(host)

    with socket.socket() as bound:  # taken, and nobody listens
        bound.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        for gate, url, told in (
            (Gate(user_agent="test", resolve=nowhere), "http://nergens.example/", "its name was not found"),
            (Gate(user_agent="test", loopback=True), closed, "nothing answers there"),
        ):
            with pytest.raises(Retry, match=f"no connection: {told}"):
                gate.get(url)
            gate.close()
