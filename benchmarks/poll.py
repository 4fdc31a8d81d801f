"""What the fetch gate costs when nothing is new: N feeds answer 304, through the gate and through bare httpx.

    python benchmarks/poll.py [--feeds 1000] [--rounds 5] [--threads 16]

A server of its own in another process answers, so that its work is not counted as the client's. Both clients
poll the same feeds in turns, in one process. "one host": all feeds behind one address, connections are kept;
"host each": every feed at its own address of 127.0.0.0/8 (Linux), so each needs a connection, and over TLS
a handshake. The certificate is made with trustme; without it the TLS lines are left out.
"""

import argparse
import asyncio
import importlib.util
import multiprocessing
import os
import resource
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from monitor.fetch import Gate

ETAG = '"unchanged"'
AGENT = "mention-monitor-benchmark"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "unchanged"\r\n\r\n'
UNASKED = b"HTTP/1.1 500 Condition Missing\r\nContent-Length: 0\r\n\r\n"
TARGET = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU seconds of one poll of all feeds."""

    seconds: float
    cpu: float


class Feeds(asyncio.Protocol):
    """HTTP reduced to what a poll needs: a request is whatever ends in an empty line."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        *requests, self._data = (self._data + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(UNCHANGED if ETAG.encode() in request else UNASKED)


def serve(hosts: list[str], certificate: str | None, ready: Connection) -> None:
    """Answer on `hosts`, all at one free port, until the process is ended."""
    asyncio.run(_serve(hosts, certificate, ready))


async def _serve(hosts: list[str], certificate: str | None, ready: Connection) -> None:
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Feeds, hosts[0], 0, ssl=tls, backlog=128)
    port = first.sockets[0].getsockname()[1]
    if hosts[1:]:
        await loop.create_server(Feeds, hosts[1:], port, ssl=tls, backlog=128)
    ready.send(port)
    await first.serve_forever()


@contextmanager
def server(hosts: list[str], certificate: str | None) -> Iterator[int]:
    """The port of a server in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(hosts, certificate, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def through_gate(urls: list[str], threads: int) -> None:
    gate = Gate(user_agent=AGENT, loopback=True)
    _each(lambda url: gate.get(url, {"If-None-Match": ETAG}).status, urls, threads)
    gate.close()


def through_httpx(urls: list[str], threads: int, tls: ssl.SSLContext) -> None:
    with httpx.Client(headers={"User-Agent": AGENT}, timeout=20, follow_redirects=True, verify=tls) as client:
        _each(lambda url: client.get(url, headers={"If-None-Match": ETAG}).status_code, urls, threads)


def _each(status: Callable[[str], int], urls: list[str], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        wrong = [code for code in pool.map(status, urls) if code != 304]
    if wrong:
        raise SystemExit(f"{len(wrong)} of {len(urls)} answers were not 304: {wrong[:3]}")


def cost_of(poll: Callable[[], None]) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    poll()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    return Cost(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def compare(urls: list[str], options: argparse.Namespace, tls: ssl.SSLContext) -> tuple[Cost, Cost]:
    """The medians of both clients over alternating rounds; a first round of each only warms up."""
    ours: list[Cost] = []
    bare: list[Cost] = []
    for _ in range(options.rounds + 1):
        ours.append(cost_of(lambda: through_gate(urls, options.threads)))
        bare.append(cost_of(lambda: through_httpx(urls, options.threads, tls)))
    return _median(ours[1:]), _median(bare[1:])


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.cpu for c in costs))


def addresses(count: int, *, each: bool) -> list[str]:
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)] if each else ["127.0.0.1"]


def report(label: str, count: int, ours: Cost, bare: Cost) -> bool:
    """Print one line; true when the target is met in wall and in CPU time."""
    wall, cpu = ours.seconds / bare.seconds, ours.cpu / bare.cpu
    print(
        f"{label:<18}{count:>6}  {ours.seconds:>7.2f} {ours.cpu:>7.2f} {count / ours.seconds:>7.0f}"
        f"  {bare.seconds:>7.2f} {bare.cpu:>7.2f} {count / bare.seconds:>7.0f}  {wall:>6.2f} {cpu:>6.2f}"
    )
    return max(wall, cpu) <= TARGET


def variants(folder: Path, feeds: int) -> Iterator[tuple[str, str, str | None]]:
    """Name, scheme and certificate file of what is measured."""
    yield "plain", "http", None
    if importlib.util.find_spec("trustme"):
        yield "TLS", "https", _certificate(folder, feeds)
    else:
        print("TLS left out: trustme is not installed")


def _certificate(folder: Path, feeds: int) -> str:
    import trustme  # noqa: PLC0415 - only there when somebody wants the TLS lines

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    mine = authority.issue_cert("127.0.0.1", *addresses(feeds, each=True))
    mine.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    os.environ["SSL_CERT_FILE"] = str(folder / "authority.pem")  # the gate trusts what the system trusts
    return str(folder / "server.pem")


def sizes(feeds: int) -> list[int]:
    return sorted({max(feeds // 4, 1), max(feeds // 2, 1), feeds})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=16)
    options = parser.parse_args()
    print(f"{'':<24}  {'gate s':>7} {'CPU s':>7} {'req/s':>7}", end="")
    print(f"  {'httpx s':>7} {'CPU s':>7} {'req/s':>7}  {'x wall':>6} {'x CPU':>6}")
    with tempfile.TemporaryDirectory() as folder:
        met = [line for variant in list(variants(Path(folder), options.feeds)) for line in measured(variant, options)]
    print(f"target of {TARGET} times the bare client: {'met' if all(met) else 'MISSED'}")
    sys.exit(not all(met))


def measured(variant: tuple[str, str, str | None], options: argparse.Namespace) -> Iterator[bool]:
    """The lines of one variant, over growing numbers of feeds."""
    name, scheme, certificate = variant
    tls = ssl.create_default_context()
    for each in (False, True):
        hosts = addresses(options.feeds, each=each)
        with server(hosts, certificate) as port:
            for count in sizes(options.feeds):
                urls = [f"{scheme}://{hosts[n % len(hosts)]}:{port}/feed/{n}.xml" for n in range(count)]
                yield report(f"{name}, {'host each' if each else 'one host'}", count, *compare(urls, options, tls))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
