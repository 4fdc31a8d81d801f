"""How fast stored mentions are looked through again, and how much memory that takes.

    python benchmarks/rematch.py [--rows 1000000] [--queries 100]

Made-up mentions of one to two sentences, a third of them with a cut excerpt, each with the match that a pass gave
it. Half of the queries are new: first what would change is told, then it is applied, file and snapshot included.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from monitor import rematch as module
from monitor.assemble import Monitor, assemble
from monitor.rematch import Rematched, rematch
from monitor.store import database

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
SEED = 20261116
WORDS = 2_000
HEAD = """
[organisation]
name = "Lindeveer"
contact = "https://lindeveer.example"
[sources.rss]
feeds = ["https://krant.example/feed"]
"""
WHO = ("webcare", "webcare-lead", "spokesperson", "security", "legal", "crisis-lead", "hr")
ROLES = "".join(f'[roles.{role}]\nwho = "lindeveer"\n' for role in WHO)
QUERY = """
[[queries]]
name = "{name}"
facet = "brand"
purpose = "To see how fast it is."
text = '''{text}'''
"""
MENTIONS = """
INSERT INTO mention BY NAME
SELECT md5(n::VARCHAR) AS id, 'rss' AS source, 'https://krant-' || n % 100 || '.example/feed' AS place,
       'https://krant.example/' || n AS url, 'article' AS "type", 'Over ' || $words[1 + n * 7 % len($words)] AS title,
       concat('Vandaag ', list_aggregate(list_transform(range(10 + n % 30), lambda i:
           $words[1 + (hash(n * 64 + i) % len($words))::BIGINT]), 'string_agg', ' '), ' merk', n % $old,
           if(n % 3 = 0, '…', '.')) AS excerpt,
       'nl' AS "language", $now - to_seconds((($rows - n) * 8000000 // $rows)::BIGINT) AS published,
       published AS first_seen, NULL::TIMESTAMPTZ AS revised, NULL AS author, false AS addressed, 'brand' AS facet,
       substr(md5((n * 7)::VARCHAR), 1, 16) AS fingerprint, substr(md5((n * 11)::VARCHAR), 1, 16) AS revision,
       'seed' AS run
FROM range($rows) AS r(n)
"""
MATCHES = """
INSERT INTO mention_match
SELECT id, 'oud-' || regexp_extract(excerpt, 'merk([0-9]+)', 1), 'brand', [{'start': 0, 'stop': 4}], first_seen
FROM mention
"""
VERDICTS = """
INSERT INTO verdict SELECT id, first_seen, ['press'], 'press', 'read', false, NULL, NULL, 'none', 'It is news.', [],
       first_seen FROM mention
"""


def words() -> list[str]:
    """Made-up words."""
    chance = random.Random(SEED)
    return ["".join(chance.choices("abdefgiklmnoprstuvw", k=chance.randint(4, 10))) for _ in range(WORDS)]


def queries(half: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Half of them hold for what is stored, by their names; the others are new."""
    chance, known = random.Random(SEED), words()
    old = [(f"oud-{at}", f"merk{at} OR {chance.choice(known)}*") for at in range(half)]
    new = [(f"nieuw-{at}", f"({_some(chance, known)}) AND ({_some(chance, known)}) NOT merk0") for at in range(half)]
    return old, new


def _some(chance: random.Random, known: list[str]) -> str:
    return " OR ".join(chance.sample(known, 5))


def monitor_of(folder: Path, asked: list[tuple[str, str]]) -> Monitor:
    """A monitor that asks these."""
    parts = (QUERY.format(name=name, text=text) for name, text in asked)
    (folder / "monitor.toml").write_text(HEAD + "".join(parts) + ROLES, "utf-8")
    return assemble(folder / "monitor.toml", {"MONITOR_PSEUDONYM_KEY": "made up, as everything and everybody here"})


def seed(path: Path, rows: int, asked: list[tuple[str, str]]) -> None:
    """Fill the store as passes would have."""
    monitor, old = monitor_of(path.parent, asked), len(asked)
    monitor.store.prepare()
    monitor.store.note(monitor.asked, NOW)
    with database.Database(monitor.store.folder).changed() as connection:
        given = {"rows": rows, "now": NOW, "old": old, "words": words()}
        connection.execute("SET enable_progress_bar = false")  # a spawned process counts as interactive
        connection.execute(MENTIONS, given)
        connection.execute(MATCHES)
        connection.execute(VERDICTS)


def told(name: str, work: Callable[[], Rematched]) -> None:
    """One line: how long it took, how much memory at most, and what it found."""
    began, busy = time.perf_counter(), time.process_time()
    done = work()
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    gained, lost, unsure = (sum(getattr(each, what) for each in done.changes) for what in ("gained", "lost", "unsure"))
    figures = f"{gained:,} gained, {lost:,} lost, {unsure:,} unsure, {done.removed:,} removed"
    speed = f"{done.looked_at / seconds:>9,.0f}/s{done.looked_at / busy:>9,.0f} per CPU-second{seconds:>8.1f} s"
    print(f"{name:8}{speed}{peak:>7.0f} MB peak; {figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        old, new = queries(given.queries // 2)
        monitor = monitor_of(Path(folder), old)
        filling = get_context("spawn").Process(target=seed, args=(monitor.path, given.rows, old))
        filling.start()  # apart, so that the peak is not that of filling the store
        filling.join()
        size = monitor.store.path.stat().st_size / 1e6
        print(f"{given.rows:,} mentions ({size:.0f} MB), {given.queries} queries, chunks of {module.CHUNK:,}")
        monitor = monitor_of(Path(folder), [*old[1:], *new])
        told("changed", lambda: rematch(monitor, NOW))
        told("all", lambda: rematch(monitor, NOW, everything=True))
        told("apply", lambda: rematch(monitor, NOW, everything=True, apply=True))


if __name__ == "__main__":
    main()
