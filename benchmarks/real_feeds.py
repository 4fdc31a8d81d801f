"""Every recorded feed through the cell: entries and dates as the index expects, hostile ones refused or trimmed.

    python benchmarks/real_feeds.py [DIR]        # default ../shared/data/feeds beside the project

Prints counts by kind, what differs, how many keys repeat, and how the hostile ones end by named reason. Ends
with 1 when a well-formed feed differs or is refused, with 0 when the folder is absent.

The index was made with feedparser alone, so three differences are known: JSON Feed, which feedparser does not
read, is counted here; the same entry twice is one post; and a date is missing where feedparser rolled an
impossible one over.
"""

import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.rss import posts_of
from connectors.rss.cell import Cell
from connectors.rss.limits import MOST_ENTRIES
from monitor.errors import SourceError

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
URL = "https://feeds.example/feed"
LARGEST = 5_000_000  # the gate takes no more
SLOW = 2.0


def real(folder: Path, cell: Cell) -> int:
    """How many well-formed feeds differ or are refused."""
    rows = json.loads((folder / "index.json").read_text("utf-8"))
    seen: Counter[str] = Counter()
    wrong = sum(_judged(row, gzip.decompress((folder.parent / row["file"]).read_bytes()), cell, seen) for row in rows)
    print(f"real: {len(rows)} feeds,", ", ".join(f"{count} {what}" for what, count in seen.most_common()))
    return wrong


def _judged(row: dict[str, Any], body: bytes, cell: Cell, seen: Counter[str]) -> bool:
    """True when a well-formed feed is not as it should be; what is seen is counted."""
    started = time.perf_counter()
    try:
        feed = cell.parse(body, URL, "")
    except SourceError as error:
        seen["refused"] += 1
        print(f"  refused {row['file']}: {error.message}")
        return not row["bozo"]
    seen["slower than 2 s"] += time.perf_counter() - started > SLOW
    seen[row["kind"]] += 1
    differences = _differences(row, body, feed, seen)
    if differences:
        print(f"  differs {row['file']} (not well-formed: {row['bozo']}): {'; '.join(differences)}")
    return bool(differences) and not row["bozo"]


def _differences(row: dict[str, Any], body: bytes, feed: dict[str, Any], seen: Counter[str]) -> list[str]:
    entries, posts = feed["entries"], posts_of(feed, URL)
    undated = sum(entry["published"] is None for entry in entries)
    expected = len(json.loads(body)["items"]) if row["kind"] == "jsonfeed" else row["entries"] or 0
    seen["entries"] += len(entries)
    seen["entries twice"] += len(entries) - len(posts)
    if row["kind"] != "jsonfeed":
        seen["dates refused"] += undated - row["no_date"]
    told = []
    if len(entries) != min(expected, MOST_ENTRIES):
        told.append(f"{len(entries)} entries, expected {expected}")
    if row["kind"] != "jsonfeed" and undated < row["no_date"]:
        told.append(f"{undated} without a date, expected {row['no_date']}")
    if any(not post.url.startswith(("https://", "http://")) for post in posts):
        told.append("a post without an address")
    return told


def hostile(folder: Path, cell: Cell) -> None:
    """Print how each hostile document ends."""
    ends: Counter[str] = Counter()
    for file in sorted((folder / "hostile").glob("*.gz")):
        end = _end(gzip.decompress(file.read_bytes()), cell)
        ends[end.split(" (")[0]] += 1
        print(f"  {file.name.removesuffix('.gz')}: {end}")
    print(f"hostile: {ends.total()} documents")
    for end, count in ends.most_common():
        print(f"  {count:3} {end}")


def _end(body: bytes, cell: Cell) -> str:
    if len(body) > LARGEST:
        return "refused by the gate: too large"
    try:
        feed = cell.parse(body, URL, "")
    except SourceError as error:
        return f"refused: {error.message}"
    return f"read{'' if feed['whole'] else ' as far as it could be'} ({len(feed['entries'])} entries)"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FEEDS
    if not (folder / "index.json").exists():
        print(f"skipped: no recorded feeds in {folder}")
        return 0
    cell = Cell()
    try:
        wrong = real(folder, cell)
        hostile(folder, cell)
    finally:
        cell.close()
    print(f"{wrong} well-formed feeds differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
