"""The whole way of a feed, from the socket to documents, against bare `feedparser.parse` of the same bytes.

    python benchmarks/parse.py [DIR]     # feeds of DIR/index.json; default ../shared/data/feeds beside the project

    ours   loopback HTTP -> gate -> parser in its own process -> posts -> documents (clean text, date, fingerprint)
    bare   feedparser.parse(bytes), as the documentation shows it: sanitiser on, no limits, no network

Rounds alternate and the best of each counts. CPU seconds include the parsers' processes, which are counted when
they end, with the visit; the server's are not, since it ends last. Without recorded feeds, made ones are read.
"""

import gzip
import io
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import feedparser

from connectors.rss import Rss, RssOptions
from monitor.connector import Tools, Visit
from monitor.demo.content.truth import Entry, Feed
from monitor.demo.rendering import rendered
from monitor.demo.service import Reply, Request, Service
from monitor.normalise import document

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
LARGEST = 5_000_000  # the gate takes no more
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROUNDS = 3
PARAGRAPH = '<p>De <a href="/pont">pont</a> vaart <b>weer</b> &amp; de bus rijdt. <img src="/p.png" alt=""></p>'


class Cost(NamedTuple):
    """Seconds by the clock and of the processors, children included."""

    wall: float
    cpu: float


def recorded(folder: Path) -> list[bytes]:
    rows = json.loads((folder / "index.json").read_text("utf-8"))
    bodies = [gzip.decompress((folder.parent / row["file"]).read_bytes()) for row in rows]
    return [body for body in bodies if len(body) <= LARGEST]


def made(count: int = 200) -> list[bytes]:
    """Feeds of 40 entries in four formats, with as much markup as news sites send."""
    kinds = ("rss", "atom", "rdf", "json")
    return [rendered(_feed(number, kinds[number % 4])) for number in range(count)]  # type: ignore[arg-type]


def _feed(number: int, kind: str) -> Feed:
    site = f"https://krant{number}.example"
    entries = tuple(
        Entry(f"{number}-{n}", f"{site}/{n}", f"Bericht {n}", PARAGRAPH * (2 + n % 30), NOW - timedelta(hours=n))
        for n in range(40)
    )
    return Feed(f"/{number}", "De Krant", site, kind, "nl", entries)  # type: ignore[arg-type]


@contextmanager
def served(bodies: list[bytes]) -> Iterator[str]:
    """The bodies at /0, /1 and so on, by a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(bodies, theirs))
    server.start()
    yield ours.recv()
    ours.send("enough")
    server.join()


def _serve(bodies: list[bytes], pipe: Connection) -> None:
    def answer(request: Request) -> Reply:
        return Reply(200, bodies[int(request.path[1:])])

    with Service(answer) as service:
        pipe.send(service.url)
        pipe.recv()


def ours(url: str, count: int) -> int:
    """One visit to the first `count` feeds, from nothing; how many documents came of it."""
    options = RssOptions(feeds=tuple(f"{url}/{n}" for n in range(count)), host_spacing=0)
    connector = Rss(options, Tools("monitor-benchmark/1", lambda _: None, loopback=True))
    pages = connector.fetch(Visit(now=NOW, cursors=dict.fromkeys(connector.places())))
    return sum(len([document(post, NOW) for post in page.posts]) for page in pages)


def bare(bodies: list[bytes]) -> int:
    return sum(len(feedparser.parse(io.BytesIO(body)).entries) for body in bodies)


def cost(work: Callable[[], int]) -> tuple[Cost, int]:
    cpu, wall = _cpu(), time.perf_counter()
    count = work()
    return Cost(time.perf_counter() - wall, _cpu() - cpu), count


def _cpu() -> float:
    kinds = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in kinds)


def best(costs: list[Cost]) -> Cost:
    return Cost(min(one.wall for one in costs), min(one.cpu for one in costs))


def compare(url: str, bodies: list[bytes]) -> tuple[Cost, Cost]:
    count, costs = len(bodies), {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        taken, documents = cost(lambda: ours(url, count))
        costs["ours"].append(taken)
        taken, entries = cost(lambda: bare(bodies))
        costs["bare"].append(taken)
    mine, theirs = best(costs["ours"]), best(costs["bare"])
    megabytes = sum(map(len, bodies)) / 1e6
    print(f"{count:4} feeds, {megabytes:5.1f} MB: {documents} documents, {entries} entries")
    for name, one in (("ours", mine), ("bare", theirs)):
        print(f"     {name}  {count / one.wall:6.1f} feeds/s wall  {count / one.cpu:6.1f} feeds per CPU second")
    print(f"     ratio {theirs.wall / mine.wall:5.2f} wall {theirs.cpu / mine.cpu:20.2f} CPU")
    return mine, theirs


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FEEDS
    found = (folder / "index.json").exists()
    print(f"recorded feeds of {folder}" if found else f"no recorded feeds in {folder}: made ones")
    bodies = recorded(folder) if found else made()
    bodies = bodies[::2] + bodies[1::2]  # parts that are as mixed as the whole
    with served(bodies) as url:
        for part in (4, 2, 1):
            compare(url, bodies[: len(bodies) // part])
    return 0


if __name__ == "__main__":
    sys.exit(main())
