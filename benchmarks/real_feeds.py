"""Every recorded feed through the cell: entries, ids and dates as the index expects, hostile ones refused.

    python benchmarks/real_feeds.py [DIR]        # default ../shared/data beside the project

Prints counts and every difference; ends with 1 when a well-formed feed differs, 0 when the folder is absent.
"""

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from connectors.rss import posts_of
from connectors.rss.cell import Cell
from monitor.errors import SourceError

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LARGEST = 5_000_000


def real(folder: Path) -> int:
    cell, wrong, seen = Cell(), 0, Counter()
    for row in json.loads((folder / "feeds" / "index.json").read_text()):
        body = gzip.decompress((folder / row["file"]).read_bytes())
        try:
            feed = cell.parse(body, "https://feeds.example/" + Path(row["file"]).name, "")
        except SourceError as error:
            seen["refused"] += 1
            wrong += not row["bozo"]
            print(f"refused {row['file']}: {error.message}")
            continue
        posts = posts_of(feed, "https://feeds.example/f")
        got = {"entries": len(posts), "no_date": sum(post.published is None for post in posts)}
        if row["kind"] == "jsonfeed":  # the index was made with feedparser, which does not read these
            row |= {"entries": len(json.loads(body)["items"]), "no_date": got["no_date"]}
        expected = {"entries": min(row["entries"] or 0, 500), "no_date": row["no_date"]}
        seen[row["kind"]] += 1
        seen["entries"] += len(posts)
        seen["keys that repeat"] += len(posts) - len({post.key for post in posts})
        if got != expected:
            seen["differ"] += 1
            wrong += row["bozo"] is not True and got["entries"] != expected["entries"]
            print(f"differs {row['file']}: {got}, expected {expected} (bozo {row['bozo']})")
    cell.close()
    print("real:", dict(seen))
    return wrong


def hostile(folder: Path) -> None:
    cell, ends = Cell(), Counter()
    for file in sorted((folder / "feeds" / "hostile").glob("*.gz")):
        body = gzip.decompress(file.read_bytes())
        if len(body) > LARGEST:
            ends["too large for the gate"] += 1
            continue
        try:
            feed = cell.parse(body, "https://feeds.example/hostile", "")
            ends["read"] += 1
            print(f"  read    {file.name}: {len(feed['entries'])} entries, whole={feed['whole']}")
        except SourceError as error:
            ends["refused"] += 1
            print(f"  refused {file.name}: {error.message}")
    cell.close()
    print("hostile:", dict(ends))


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not (folder / "feeds" / "index.json").exists():
        print(f"skipped: no recorded feeds in {folder}")
        return 0
    wrong = real(folder)
    hostile(folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
