"""What breaks parsers costs the feed that did it, a few seconds, and nothing else."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.rss import Rss, RssOptions, posts_of
from connectors.rss.cell import Cell, _environment
from connectors.rss.frames import HEAD
from connectors.rss.limits import Limits
from connectors.rss.worker import _reply
from monitor.connector import Page, Tools, Visit
from monitor.demo.service import Reply, Request, Service
from monitor.errors import Skip
from monitor.normalise import document

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded" / "feeds"
QUICK = Limits(wall=60.0, cpu=1, memory=400 * 1024 * 1024)
HEAD_OF_RSS = "<rss version='2.0'><channel><title>t</title>"
BROKEN = f"{HEAD_OF_RSS}<item><title>&nbsp;</title>"  # not well-formed: feedparser's other, slower parser reads it


def rss(inside: str, *, before: str = "") -> bytes:
    return f"{before}{HEAD_OF_RSS}{inside}</channel></rss>".encode()


def item(inside: str) -> bytes:
    return rss(f"<item><title>a</title><link>https://krant.example/a</link>{inside}</item>")


def laughs(levels: int, wide: int) -> str:
    more = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * wide + '">' for n in range(1, levels))
    return f'<!DOCTYPE rss [<!ENTITY l0 "ha">{more}]>'


REFUSED, ENTITIES, CUT = "deep", "declares entities", "quarantined"
TRIMMED = ""  # its posts come, cut to size
BOMBS: dict[str, tuple[bytes, str]] = {
    "blank lines after the declaration": (rss("<item/>", before="<?xml version='1.0'?>" + "\n" * 900_000), TRIMMED),
    "harmless entities by the thousand": (rss("<item/>", before="<!DOCTYPE rss [" + "<!ENTITY a 'x'>" * 50_000 + "]>"), TRIMMED),
    "entity declarations that never end": (rss("<item/>", before="<!DOCTYPE rss [" + "<!ENTITY " * 100_000), ENTITIES),
    "comments that never end, in CDATA": (item(f"<description><![CDATA[{'<!--' * 200_000}]]></description>"), TRIMMED),
    "comments that never end, escaped": (item(f"<description>{'&lt;!--' * 130_000}</description>"), TRIMMED),
    "comments that never end": (f"{BROKEN}<description>{'<!-- ' * 180_000}".encode(), TRIMMED),
    "one long entity many times": (
        rss(f"<item><title>{'&a;' * 20_000}</title></item>", before=f"<!DOCTYPE rss [<!ENTITY a '{'a' * 160_000}'>]>"),
        ENTITIES,
    ),
    "a billion laughs": (rss("<item><title>&l9;</title></item>", before=laughs(10, 10)), ENTITIES),
    "fewer and broader laughs": (rss("<item><title>&l2;</title></item>", before=laughs(3, 10_000)), ENTITIES),
    "an author without end": (item(f"<author>{'a' * 300_000}</author>"), TRIMMED),
    "an author without end in a broken feed": (f"{BROKEN}<author>{'a' * 300_000}</author>".encode(), CUT),
    "tags without end in a broken feed": (
        (BROKEN + "".join(f"<category>{n}</category>" for n in range(40_000))).encode(),
        CUT,
    ),
    "nesting": (item("<a>" * 200_000), REFUSED),
    "nested divisions in a text": (item(f"<description>{'&lt;div&gt;' * 90_000}</description>"), TRIMMED),
    "many items": (rss("<item/>" * 120_000), TRIMMED),
    "a title of a megabyte": (rss(f"<item><title>{'t' * 1_000_000}</title></item>"), TRIMMED),
    "attributes": (rss("<item " + " ".join(f"a{n}='x'" for n in range(80_000)) + "/>"), "attributes"),
    "a date of a megabyte": (item(f"<pubDate>{'1 ' * 400_000}</pubDate>"), TRIMMED),
    "tags that never begin": (b"<a" * 400_000, "not a feed"),
    "JSON in JSON": (b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 400_000, "not a feed"),
}  # fmt: skip


def good(path: str) -> bytes:
    return item(f"<guid isPermaLink='false'>{path}</guid>").replace(b"krant.example/a", f"krant.example{path}".encode())


def answer(request: Request) -> Reply:
    if request.path.startswith("/good"):
        return Reply(200, good(request.path))
    return Reply(200, list(BOMBS.values())[int(request.path[1:])][0])


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """One visit to 20 good feeds with all bombs between them, by the feed's path."""
    paths = [path for n in range(20) for path in (f"/good{n}", f"/{n}" if n < len(BOMBS) else "")]
    with Service(answer) as service:
        feeds = tuple(service.url + path for path in paths if path)
        options = RssOptions(feeds=feeds, host_spacing=0)
        connector = Rss(options, Tools("monitor-tests/1", lambda _: None, loopback=True), limits=QUICK)
        visit = Visit(now=NOW, cursors=dict.fromkeys(connector.places()))
        return {page.place.removeprefix(service.url): page for page in connector.fetch(visit)}


def test_good_feeds_arrive_among_bombs(pages):
    """R8: 20 of 20 good feeds come, whatever their neighbours do to the parsers."""
    assert [path for path in (f"/good{n}" for n in range(20)) if len(pages[path].posts) != 1] == []


@pytest.mark.parametrize(("number", "name"), list(enumerate(BOMBS)))
def test_a_bomb_ends_named_or_trimmed(pages, number, name):
    """R8: a bomb of at most a megabyte is refused by name, cut off by a limit, or read in small."""
    (body, end), page = BOMBS[name], pages[f"/{number}"]
    assert len(body) <= 1_200_000
    if end == TRIMMED:
        assert page.problem is None, page.problem
        assert len(page.posts) <= 500
        assert all(len(document(post, NOW).title) <= 500 for post in page.posts[:5])
    else:
        assert isinstance(page.problem, Skip), "it got through"
        assert end in page.problem.message


@pytest.fixture
def cell() -> Iterator[Cell]:
    cell = Cell(1, QUICK)
    yield cell
    cell.close()


def pid(cell: Cell) -> int:
    process = cell._all[0]._process
    assert process is not None, "no parser has been started"
    return process.pid


def parsed(cell: Cell, body: bytes = good("/x")) -> int:
    return len(cell.parse(body, "https://krant.example/feed", "")["entries"])


def test_a_parser_is_kept_for_the_next_feed(cell):
    """A feed that is refused costs its parser nothing: no new process is started."""
    first = (parsed(cell), pid(cell))
    with pytest.raises(Skip):
        parsed(cell, b"<html/>")
    assert (parsed(cell), pid(cell)) == first


def test_a_parser_that_was_killed_is_started_again(cell):
    """Somebody's SIGKILL between two feeds costs neither of them."""
    parsed(cell)
    os.kill(pid(cell), signal.SIGKILL)
    cell._all[0]._process.wait()
    assert parsed(cell) == 1


def test_a_feed_that_needs_too_much_memory_is_cut():
    """The memory of a parser is bounded by the kernel; the next feed gets a fresh one."""
    tight = Cell(1, Limits(wall=60.0, cpu=60, memory=150 * 1024 * 1024))
    try:
        heavy = b'{"version":"https://jsonfeed.org/version/1","items":[' + b"{}," * 1_600_000 + b"{}]}"
        before = (parsed(tight), pid(tight))
        with pytest.raises(Skip, match="quarantined"):
            parsed(tight, heavy)
        assert (parsed(tight), pid(tight) != before[1]) == (1, True)
    finally:
        tight.close()


def test_a_feed_that_takes_too_long_by_the_clock_is_cut():
    """A parser that makes no progress is not waited for."""
    cell = Cell(1, Limits(wall=0.2))
    try:
        parsed(cell)  # the first gets time to start
        os.kill(pid(cell), signal.SIGSTOP)
        with pytest.raises(Skip, match="quarantined"):
            parsed(cell)
        assert parsed(cell) == 1
    finally:
        cell.close()


def test_a_parser_ends_with_its_input():
    """When the program that started it dies the pipe closes, and the parser goes too."""
    worker = [sys.executable, "-P", "-m", "connectors.rss.worker", "1", str(QUICK.memory)]
    with subprocess.Popen(worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
        request = b'["https://krant.example/", ""]\n' + good("/x")
        process.stdin.write(HEAD.pack(len(request)) + request)
        process.stdin.close()
        (length,) = HEAD.unpack(process.stdout.read(HEAD.size))
        assert len(json.loads(process.stdout.read(length))["entries"]) == 1
        assert process.wait(timeout=20) == 0


def test_a_parser_is_given_no_secret(monkeypatch):
    """The environment of a parser holds what Python needs to start and nothing of ours."""
    monkeypatch.setenv("MONITOR_REDDIT_CLIENT_SECRET", "geheim")
    assert "geheim" not in " ".join(_environment().values())


@pytest.mark.parametrize("name", ["feedparser", "json", "connectors", "sitecustomize"])
def test_a_module_in_the_working_directory_is_not_imported(tmp_path, monkeypatch, cell, name):
    """S24: a planted module of any name is not what the parser imports, even where the search path invites it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([".", "", os.environ.get("PYTHONPATH", "")]))
    (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'caught')!r}, 'w').close()")
    monkeypatch.chdir(tmp_path)
    assert parsed(cell) == 1
    assert not (tmp_path / "caught").exists()


ATTEMPTS = """
import glob, os, shutil, socket, subprocess, sys, urllib.request, ctypes
from connectors.rss import worker
attempts = {
    "socket": lambda: socket.socket(),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    "look up": lambda: socket.getaddrinfo("localhost", 80),
    "url": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    "open": lambda: open("/etc/passwd"),
    "os.open": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "write": lambda: open("/tmp/planted.py", "w"),
    "remove": lambda: os.remove("/tmp/none"),
    "rename": lambda: os.rename("/tmp/none", "/tmp/other"),
    "copy": lambda: shutil.copyfile("/etc/hostname", "/tmp/none"),
    "glob": lambda: glob.glob("/etc/*"),
    "run": lambda: subprocess.run(["true"]),
    "system": lambda: os.system("true"),
    "fork": lambda: os.fork(),
    "kill": lambda: os.kill(1, 0),
    "load": lambda: ctypes.CDLL("libc.so.6"),
}
sys.addaudithook(worker._stay_inside)
for name, attempt in attempts.items():
    try:
        attempt()
        print(name)
    except PermissionError as error:
        assert "not allowed here" in str(error), error
import xml.sax.saxutils, decimal
feed = worker.feed_of(sys.stdin.buffer.read(), "https://krant.example/", "")
print(len(feed["entries"]))
"""


def test_a_parser_reaches_nothing():
    """No socket, file, program or signal is within reach of what parses; parsing itself works."""
    run = [sys.executable, "-P", "-c", ATTEMPTS]
    told = subprocess.run(run, input=good("/x"), capture_output=True, env=_environment(), check=True)
    assert told.stdout.decode().split("\n") == ["1", ""], "what is printed before was possible"


# --- fuzz

SEEDS = [path.read_bytes() for path in sorted(RECORDED.iterdir())]
PIECES = [
    b"", b"<", b">", b"&", b"&#", b"]]>", b"<![CDATA[", b"<!--", b"\x00", b"\xff", b"\xef\xbb\xbf", b"&#xD800;", b"\xed\xa0\x80",
    b"<item>", b"</item>", b"<entry xml:base='//['>", b"<link href='http://['/>", b"<guid>http://[</guid>", b"<svg><title>",
    b"<creativeCommons:license/>", b"<content type='x' mode='base64'>", b"<pubDate>", b"9999", b"<dcterms:valid>=</dcterms:valid>",
    b"<media:rating/>", b"<georss:point>x</georss:point>", b" xmlns:a=''", b"<?", b"<!DOCTYPE", b"null", b"[", b"{", b"1e999", b'"',
]  # fmt: skip


def mutated(seed: bytes, choice: random.Random) -> bytes:
    """The seed with a few cuts, copies, flips and odd pieces in it."""
    body = bytearray(seed)
    for _ in range(choice.randint(1, 6)):
        at, end = sorted(choice.randrange(len(body) + 1) for _ in range(2))
        body[at : choice.choice([at, at + 1, end])] = choice.choice(
            [*PIECES, bytes(body[at:end][:200]), choice.randbytes(3)]
        )
    return bytes(body)


def reply_to(body: bytes) -> dict[str, object]:
    """What the parser answers, after its journey over the pipe."""
    request = json.dumps(["https://krant.example/feed", ""]).encode() + b"\n" + body
    return json.loads(json.dumps(_reply(request), ensure_ascii=False).encode("utf-8", "replace"))


def is_sound(reply: dict[str, object]) -> bool:
    """A refusal in our own words, or a feed whose posts are what posts must be."""
    if "refused" in reply:
        return len(str(reply["refused"])) < 100
    found = posts_of(reply, "https://krant.example/feed")
    keys = [post.key for post in found]
    made = [document(post, NOW) for post in found]
    return (
        len(set(keys)) == len(keys)
        and all(post.url.startswith(("http://", "https://")) for post in found)
        and len(made) == len(found)
    )


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_no_bytes_break_the_parser(seed, choice):
    """S27: whatever is done to a feed's bytes, the answer is a feed or a refusal, and its posts are sound."""
    assert is_sound(reply_to(mutated(seed, choice)))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: f"<rss><channel><item>{text}".encode("utf-8", "replace"))
)
def test_no_bytes_at_all_break_the_parser(body):
    """S27: nor do bytes that never were a feed."""
    assert is_sound(reply_to(body))


CRASHES: dict[str, Callable[[], bytes]] = {
    "a licence outside of everything": lambda: rss("<creativeCommons:license rdf:resource=''/><license/>"),
    "a link of half an address": lambda: rss("<item><link>http://[</link></item>"),
    "an image without an image": lambda: rss("<image/><item><image/><url>x</url></item>"),
    "a rating without a rating": lambda: rss(
        "<item xmlns:media='http://search.yahoo.com/mrss/'></media:rating></item>"
    ),
    "a base of half an address": lambda: (
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://['><entry/></feed>"
    ),
    "two spaces in a namespace": lambda: b"<rss xmlns:a='b c d'><a:channel/><channel><a:item/></channel></rss>",
    "a name that is none": lambda: b"<rss><channel><item :a=''><:b/></item></channel></rss>",
}


@pytest.mark.parametrize("name", CRASHES)
def test_what_fuzzing_found(name):
    """F12: shapes that raised somewhere in a parser are answered."""
    assert is_sound(reply_to(CRASHES[name]()))
