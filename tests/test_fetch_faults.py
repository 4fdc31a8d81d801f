"""Servers that drip, lie and flood: each costs one named error, little memory, nobody else's time (R6, R7)."""

import gzip
import json
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.rogue import OK, Line, Rogue, always
from monitor.demo.service import Reply, Service
from monitor.errors import SourceError
from monitor.fetch import Gate, body
from monitor.fetch.network import Deadline, Network

MB = 1_000_000


def kind_of(call: Callable[[], object]) -> str:
    try:
        call()
    except SourceError as error:
        return error.kind
    return "no error"


# ------------------------------------------------------------------------------------- R6: slow-loris

HEAD = OK + b"".join(b"X-Line-%d: y\r\n" % n for n in range(200))


def drip_header_bytes(line: Line) -> None:
    line.request()
    line.drip(HEAD[:400] + b"\r\nContent-Length: 0\r\n\r\n", 1)


def drip_header_lines(line: Line) -> None:
    line.request()
    line.drip(HEAD + b"Content-Length: 0\r\n\r\n", 13)


def drip_body(line: Line) -> None:
    line.request()
    line.send(OK + b"Content-Length: 300\r\n\r\n")
    line.drip(b"x" * 300, 1)


LORIS = [drip_header_bytes, drip_header_lines, drip_body]


@pytest.mark.parametrize("behaviour", LORIS)
def test_drip_is_cut(gates, behaviour):
    """R6: a server that drips is cut at the deadline; without one its answer would be whole a little later."""
    with Rogue(behaviour) as rogue:
        assert kind_of(lambda: gates(0.5).get(rogue.url)) == "timeout"


def test_drips_hold_up_nobody(gates):
    """R6: with three dripping feeds among twenty the other seventeen arrive."""
    gate = gates(0.5)
    with ExitStack() as stack, ThreadPoolExecutor(16) as pool:
        good = stack.enter_context(Service(lambda request: Reply(body=request.path.encode())))
        urls = [stack.enter_context(Rogue(behaviour)).url for behaviour in LORIS]
        urls += [f"{good.url}/{n}" for n in range(17)]
        ends = list(pool.map(lambda url: kind_of(lambda: gate.get(url)), urls))
    assert ends == ["timeout"] * 3 + ["no error"] * 17


def test_slow_lookup_is_cut():
    """The deadline covers the name lookup, and a name server that hangs holds up no other name."""
    over, waited_out = threading.Event(), []

    def resolve(host: str, port: int) -> list[str]:
        if host != "good.example" and not over.wait(5):
            waited_out.append(host)
        return ["127.0.0.1"]

    gate = Gate(user_agent="test", deadline=0.5, loopback=True, resolve=resolve)
    with Service(lambda _: Reply()) as service, ThreadPoolExecutor(41) as pool:
        stuck = [pool.submit(kind_of, lambda n=n: gate.get(f"http://stuck{n}.example/")) for n in range(40)]
        good = service.url.replace("127.0.0.1", "good.example")
        assert pool.submit(gate.get, good).result().status == 200
        assert {end.result() for end in stuck} == {"timeout"}
        over.set()
    gate.close()
    assert waited_out == []


class Deaf(httpcore.NetworkBackend):
    """Connects to 1.1.1.1 only; remembers how long each address was given."""

    def __init__(self) -> None:
        self.given: list[float] = []

    def connect_tcp(self, host, port, timeout=None, *_):
        self.given.append(timeout)
        if host != "1.1.1.1":
            raise httpcore.ConnectTimeout
        return httpcore.MockStream([b""])


def test_a_dead_address_leaves_time_for_the_next():
    """Of a name's addresses the first may be dead: each gets its share of what is left of the deadline."""
    deadline, deaf = Deadline(), Deaf()
    deadline.at = time.monotonic() + 30
    wire = Network(deadline, loopback=False, resolve=lambda *_: ["8.8.8.8", "9.9.9.9", "1.1.1.1"])
    wire._sync = deaf
    wire.connect_tcp("many.example", 80)
    assert [seconds <= most for seconds, most in zip(deaf.given, (10, 15, 30), strict=True)] == [True] * 3


def test_waiting_for_a_free_connection_is_cut(gates):
    """The deadline covers the wait for a free connection of the pool."""
    gate = gates(0.3)
    gate._pool._max_connections = 1
    gate._deadline.at = time.monotonic() + 20
    with (
        Rogue(drip_body) as rogue,
        Service(lambda _: Reply()) as service,
        gate._pool.stream("GET", rogue.url),
    ):
        assert kind_of(lambda: gate.get(service.url)) == "timeout"


# ----------------------------------------------------------------------------------------- R7: bodies


def bomb(line: Line) -> None:
    """1 GiB of zeros in 1 MB of gzip: a flushed block of deflate may be repeated as often as one likes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    line.request()
    line.send(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10])
    for _ in range(1024):
        line.send(block)


def endless(line: Line) -> None:
    line.request()
    line.send(OK + b"\r\n")
    for _ in range(200):
        line.send(b"x" * MB)


def endless_file_name(line: Line) -> None:
    """The head of a gzip member may hold a file name, which inflates to nothing."""
    line.request()
    line.send(OK + b"Content-Encoding: gzip\r\n\r\n" + b"\x1f\x8b\x08\x08" + bytes(6))
    for _ in range(200):
        line.send(b"x" * MB)


def endless_nothing(line: Line) -> None:
    """Empty gzip members, one after the other."""
    line.request()
    line.send(OK + b"Content-Encoding: gzip\r\n\r\n")
    for _ in range(200):
        line.send(gzip.compress(b"") * (MB // 20))


def endless_padding(line: Line) -> None:
    line.request()
    line.send(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"whole"))
    for _ in range(200):
        line.send(bytes(MB))


def answer(content: bytes, headers: bytes = b"", *, length: int | None = None) -> Callable[[Line], None]:
    announced = b"Content-Length: %d\r\n" % (len(content) if length is None else length)
    return always(OK + headers + announced + b"\r\n" + content)


PACKED = gzip.compress(b"<rss/>" * 100)
GZIP = b"Content-Encoding: gzip\r\n"
BODIES = {
    "bomb": (bomb, "too-large"),
    "endless": (endless, "too-large"),
    "endless file name in gzip": (endless_file_name, "too-large"),
    "endless empty gzip": (endless_nothing, "too-large"),
    "endless padding behind gzip": (endless_padding, "no error"),
    "20 MB": (answer(bytes(20 * MB)), "too-large"),
    "one byte too many": (answer(bytes(5 * MB + 1)), "too-large"),
    "all that is allowed": (answer(bytes(5 * MB)), "no error"),
    "double gzip": (answer(gzip.compress(PACKED), b"Content-Encoding: gzip, gzip\r\n"), "malformed"),
    "double gzip in two headers": (answer(gzip.compress(PACKED), GZIP + GZIP), "malformed"),
    "double gzip said once": (answer(gzip.compress(PACKED), GZIP), "no error"),
    "deflate": (answer(zlib.compress(b"x"), b"Content-Encoding: deflate\r\n"), "malformed"),
    "truncated": (answer(b"<rss>", length=5000), "network"),
    "truncated gzip": (answer(PACKED[:-9], GZIP), "network"),
    "truncated second member": (answer(PACKED + PACKED[:-9], GZIP), "network"),
    "damaged gzip": (answer(PACKED[:20] + b"\xff" * 20, GZIP), "malformed"),
    "truncated chunks": (always(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "network"),
    "two lengths": (always(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk"), "network"),
    "a length that is none": (always(OK + b"Content-Length: x\r\n\r\nok"), "network"),
}
CHILD = """
import json, pathlib, re, resource, sys
from monitor.errors import SourceError
from monitor.fetch import Gate

def peak():
    # Not ru_maxrss on Linux: a child starts with its parent's peak there, which would hide a rise.
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

gate, ends, before = Gate(user_agent="test", loopback=True), {}, peak()
for name, url in json.loads(sys.argv[1]).items():
    try:
        gate.get(url)
        ends[name] = "no error"
    except SourceError as error:
        ends[name] = error.kind
print(json.dumps({"ends": ends, "rise": peak() - before}))
"""


@pytest.fixture(scope="module")
def measured() -> tuple[dict, dict[str, int]]:
    """All bodies fetched by one child process: how each ended, its memory's rise in MB, bytes it was sent."""
    with ExitStack() as stack:
        rogues = {name: stack.enter_context(Rogue(behaviour)) for name, (behaviour, _) in BODIES.items()}
        urls = json.dumps({name: rogue.url for name, rogue in rogues.items()})
        run = subprocess.run([sys.executable, "-c", CHILD, urls], capture_output=True, check=True, text=True)
    return json.loads(run.stdout), {name: rogue.sent for name, rogue in rogues.items()}


@pytest.mark.parametrize("name", BODIES)
def test_body(measured, name):
    """R7: too much is refused, what is cut short is never taken for whole, what is whole arrives."""
    assert measured[0]["ends"][name] == BODIES[name][1]


def test_bodies_cost_little_memory(measured):
    """R7: no body, bomb or not, makes the peak of memory rise by more than 64 MB."""
    assert measured[0]["rise"] <= 64


@pytest.mark.parametrize("name", [name for name in BODIES if "endless" in name])
def test_endless_bodies_are_left(measured, name):
    """R7: an endless body is read up to the limit; the rest of what was sent are the system's buffers."""
    assert measured[1][name] <= 20 * MB


def test_small_pieces_cost_little_memory():
    """A body in a million pieces takes the memory of its bytes, not of its pieces."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    whole = body.read((b"ab" for _ in range(300_000)), {}, MB, "here")
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert (len(whole), peak < 3 * MB) == (600_000, True)


@given(st.binary(), st.lists(st.integers(1, 40)), st.sampled_from(["", "identity", "gzip", "x-gzip", " GZIP "]))
def test_a_body_arrives_whole(content, cuts, coding):
    """Law: however a body is cut into chunks and packed into members, it arrives as it was."""
    half = len(content) // 2
    packed = gzip.compress(content[:half]) + gzip.compress(content[half:])
    rest = packed if "gzip" in coding.lower() else content
    chunks = []
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    assert body.read([c for c in (*chunks, rest) if c], {"content-encoding": coding}, 10_000, "here") == content


def test_a_body_that_only_says_gzip_passes(gates):
    """Some servers announce gzip and send plain text."""
    with Rogue(answer(b"<rss/>", GZIP)) as rogue:
        assert gates().get(rogue.url).body == b"<rss/>"


def test_a_body_longer_than_it_says_harms_no_other(gates):
    """What follows the announced length is no part of this answer, nor of the next."""
    with Rogue(answer(b"<rss/>and more", length=6)) as rogue:
        gate = gates()
        assert [gate.get(rogue.url).body for _ in range(2)] == [b"<rss/>"] * 2
