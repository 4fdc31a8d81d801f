"""P31: what may not be kept is in no byte of what is left on disk, told or logged after a run and its report.

Every post of the demo's world that is to be dropped gets random words of its own in title, body and author, and
every post that is kept gets some far behind what may be kept of it. Random, because a database that compresses
cannot hide them; looked for in each file as text, as UTF-16 and as base64, and in every value of every table.
"""

import logging
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from monitor.assemble import Monitor, assemble
from monitor.demo.content.toots import OWN
from monitor.demo.feeds import FEEDS, feeds_api
from monitor.demo.mastodon_api import Account, MastodonApi, Status
from monitor.demo.reddit_api import Comment, Submission, reddit_api
from monitor.demo.run import _config, _secrets
from monitor.demo.serve import MASTODON_TOKEN, REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET, Served
from monitor.demo.service import SECRET_WORD, Service
from monitor.demo.world import AMBASSADOR, NOW, Entry, World, world
from monitor.pipeline import run, write_report
from monitor.visiting import Collected

_DIGITS = re.compile(rb"[0-9a-f]{32,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}")
TAIL = " woord" * 100  # more than may be kept after a hit


@dataclass
class Planted:
    """The world with canaries: `dropped` may be nowhere, `handles` in links only, `control` must be found."""

    draw: Random = field(default_factory=lambda: Random(46))
    dropped: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    control: str = ""
    names: dict[str, str] = field(default_factory=dict)

    def canary(self) -> str:
        made = f"{self.draw.getrandbits(128):032x}"
        self.dropped.add(made)
        return made

    def world(self) -> World:
        made = world()
        feeds = {
            path: replace(feed, entries=tuple(self.entry(each, kept=made.truth[each.id].kept) for each in feed.entries))
            for path, feed in made.feeds.items()
        }
        submissions = tuple(self.submission(each, kept=made.truth[f"t3_{each.id}"].kept) for each in made.submissions)
        comments = tuple(self.comment(each, kept=made.truth[f"t1_{each.id}"].kept) for each in made.comments)
        statuses = tuple(self.status(each, kept=made.truth[each.id].kept) for each in made.statuses)
        return World(feeds, submissions, comments, statuses, made.truth)

    def entry(self, entry: Entry, *, kept: bool) -> Entry:
        if kept:
            return replace(entry, html=f"{entry.html}<p>{TAIL} {self.canary()}</p>")
        return replace(entry, title=f"{entry.title} {self.canary()}", html=f"{entry.html}<p>{self.canary()}</p>")

    def submission(self, made: Submission, *, kept: bool) -> Submission:
        made = replace(made, author=made.author and self.handle(made.author))
        if kept:
            return replace(made, selftext=f"{made.selftext}{TAIL} {self.canary()}")
        return replace(made, title=f"{made.title} {self.canary()}", selftext=f"{made.selftext} {self.canary()}")

    def comment(self, made: Comment, *, kept: bool) -> Comment:
        made = replace(made, author=made.author and self.handle(made.author))
        return replace(made, body=f"{made.body}{TAIL if kept else ''} {self.canary()}")

    def status(self, made: Status, *, kept: bool) -> Status:
        fixed = made.account.acct in (OWN, AMBASSADOR.removeprefix("@"))
        made = made if fixed else replace(made, account=self.account(made.account, kept=kept))
        if made.boost_of:
            return made
        if kept and not self.control and not fixed:
            self.control = f"{self.draw.getrandbits(128):032x}"
            return replace(made, text_html=f"<p>Lindeveer {self.control}</p>{made.text_html}")
        return replace(made, text_html=f"{made.text_html}<p>{TAIL if kept else ''} {self.canary()}</p>")

    def account(self, made: Account, *, kept: bool) -> Account:
        """Who is kept has one handle, which stands in the links to the posts; who is not has it nowhere."""
        host = made.acct.partition("@")[2]
        name = self.names.setdefault(made.acct, f"{self.draw.getrandbits(128):032x}") if kept else self.canary()
        self.handles |= {name} if kept else set()
        return replace(made, acct=f"{name}@{host}", note=f"{made.note} {self.canary()}")

    def handle(self, author: str) -> str:
        return self.names.setdefault(author, self.canary())


@dataclass(frozen=True)
class Left:
    """What a run and its reports left behind."""

    monitor: Monitor
    planted: Planted
    told: list[Collected]
    reports: str
    logged: str


def serve(made: World, stack: ExitStack) -> Served:
    reddit = reddit_api(made.submissions, made.comments, client_id=REDDIT_CLIENT_ID, client_secret=REDDIT_CLIENT_SECRET)
    answers = (feeds_api(made), reddit, MastodonApi(made.statuses, token=MASTODON_TOKEN))
    feeds, threads, toots = (stack.enter_context(Service(answer)) for answer in answers)
    return Served(
        feeds.url, threads.url, toots.url, tuple(feeds.url + path for path in FEEDS), made, (feeds, threads, toots)
    )


class Listening(logging.Handler):
    """Everything that any library logs, arguments and tracebacks with it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {record.args!r}")


@pytest.fixture(scope="module")
def listening() -> Iterator[Listening]:
    handler, root = Listening(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, listening: Listening) -> Left:
    planted, tmp_path = Planted(), tmp_path_factory.mktemp("bytes")
    with ExitStack() as stack:
        served = serve(planted.world(), stack)
        (tmp_path / "monitor.toml").write_text(_config(served), "utf-8")
        monitor = assemble(tmp_path / "monitor.toml", _secrets(served))
        told = run(monitor, NOW)
        for service in served.services:
            service.fail("500")
        told += run(monitor, NOW + timedelta(hours=1), full=True)
    paths = [
        write_report(monitor, NOW, week=week, language=lang)
        for week in ("2026-W46", "2026-W47")
        for lang in ("nl", "en")
    ]
    reports = "".join(path.read_text("utf-8") for path in paths if path)
    return Left(monitor, planted, told, reports, "\n".join(listening.lines))


# --- Looking ------------------------------------------------------------------------------------------------


def words_in(data: bytes) -> set[str]:
    """Every 32 hex digits in a row, in the bytes themselves, as UTF-16 or UTF-32, and in base64."""
    found: set[str] = set()
    for reading in readings(data):
        for run_of_digits in _DIGITS.findall(reading):
            text = run_of_digits.decode()
            found |= {text[at : at + 32] for at in range(len(text) - 31)}
    return found


def readings(data: bytes) -> Iterator[bytes]:
    yield data
    yield data.replace(b"\x00", b"")
    for coded in _BASE64.findall(data):
        for at in range(4):
            rest = coded[at:] + b"AAA"
            yield b64decode(rest[: len(rest) // 4 * 4])


def words_on_disk(folder: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {"mentions.duckdb", "manifest.json"} <= {path.name for path in files}
    return {word for path in files for word in words_in(path.read_bytes())}


def values(database: Path, *, but: tuple[str, ...] = ()) -> str:
    """Every value of every table as text, but those of the named columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        return "\n".join(
            str(connection.execute(f'SELECT "{column}"::VARCHAR FROM "{table}"').fetchall())
            for table, column in columns
            if column not in but
        )


def databases(monitor: Monitor) -> list[Path]:
    return [monitor.store.path, *(monitor.store.folder / "published").glob("mentions-*.duckdb")]


def test_nothing_that_was_dropped_is_left(left: Left) -> None:
    """No canary of a dropped post, of a kept post's rest or of a handle is in any file; the one that may be kept is."""
    assert len(left.planted.dropped) > 800
    assert sum(one.tally.new for one in left.told) > 100
    on_disk = words_on_disk(left.monitor.store.folder)
    assert on_disk & left.planted.dropped == set()
    assert left.planted.control in on_disk
    in_tables = words_in("\n".join(map(values, databases(left.monitor))).encode())
    assert in_tables & left.planted.dropped == set()
    assert left.planted.control in in_tables


def test_nothing_is_told_or_logged(left: Left) -> None:
    """No canary stands in the reports, in what the run told or in any log line at DEBUG, not even one that is kept."""
    secret = left.planted.dropped | left.planted.handles | {left.planted.control}
    assert words_in(left.logged.encode()) & secret == set()
    assert words_in(str(left.told).encode()) & secret == set()
    assert words_in(left.reports.encode()) & left.planted.dropped == set()
    assert len(left.logged.splitlines()) > 20


def test_handles_stand_in_links_only(left: Left) -> None:
    """The handle of a kept author is in the link to the post, where the platform puts it, and in no other value."""
    for database in databases(left.monitor):
        assert words_in(values(database, but=("url",)).encode()) & left.planted.handles == set()
    assert words_in(values(left.monitor.store.path).encode()) & left.planted.handles


def test_error_bodies_leave_no_trace(left: Left) -> None:
    """What a failing server sends is neither stored nor told nor logged."""
    assert [one.outcome for one in left.told[3:]] != ["good"] * 3
    files = [path for path in left.monitor.store.folder.rglob("*") if path.is_file()]
    assert not [path.name for path in files if SECRET_WORD.encode() in path.read_bytes()]
    assert SECRET_WORD not in left.logged + str(left.told) + left.reports


def test_ambassadors_are_not_published(left: Left) -> None:
    """Of the ambassador neither handle nor post stands in anything that readers get."""
    handle = AMBASSADOR.removeprefix("@").partition("@")[0]
    for path in (left.monitor.store.folder / "published").iterdir():
        assert handle.encode() not in path.read_bytes()
    assert handle not in left.reports + str(left.told)


@pytest.mark.parametrize(
    "leak",
    [
        lambda word: word.encode(),
        lambda word: f"x{word}y".encode("utf-16"),
        lambda word: word.encode("utf-32-be"),
        lambda word: b64encode(f"body={word}".encode()),
        lambda word: b64encode(f"body: {word}".encode()),
        lambda word: b64encode(f"<p>body {word}</p>".encode()),
        lambda word: f"abc{word}def".encode(),
    ],
)
def test_a_planted_leak_is_seen(leak: Callable[[str], bytes], tmp_path: Path) -> None:
    """The search finds a canary that was left in a file, however it was written."""
    word = Planted().canary()
    (tmp_path / "mentions.duckdb").write_bytes(b"\x01" * 999 + leak(word) + b"\xff" * 9)
    (tmp_path / "manifest.json").write_text("{}")
    assert word in words_on_disk(tmp_path)


def test_a_leak_in_the_database_is_seen(tmp_path: Path) -> None:
    """Compressed or not, a canary in a table of many like it is found."""
    planted = Planted()
    words = [planted.canary() for _ in range(5_000)]
    path = tmp_path / "mentions.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest($1) AS excerpt", [words])
    found: Any = words_in(values(path).encode())
    assert found >= planted.dropped
