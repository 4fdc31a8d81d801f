"""Real statuses of many versions through Mastodon.py and the connector: is their meaning unchanged?

    python benchmarks/real_mastodon.py [DIR]     # DIR holds api/mastodon/statuses.jsonl.gz

The recorded statuses are served on loopback as one tag's timeline and read by the connector as if they were
new. Counts are printed, never content. Exits 1 when a post differs from its JSON, 0 when DIR is absent.
"""

import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.mastodon import Mastodon
from connectors.mastodon.settings import MastodonOptions
from connectors.mastodon.status import Refused, Seen, read
from monitor.connector import Page, Tools, Visit
from monitor.demo.service import Reply, Request, Service
from monitor.model import Post

DEFAULT = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
PAGE = 40


@dataclass(frozen=True, slots=True)
class Timeline:
    """The statuses as one timeline, oldest first; ids are replaced, since some statuses were recorded twice."""

    statuses: Sequence[dict[str, Any]]

    def __call__(self, request: Request) -> Reply:
        end = int(request.query["max_id"], 16) if "max_id" in request.query else len(self.statuses)
        page = list(enumerate(self.statuses))[max(end - PAGE, 0) : end]
        body = [{**status, "id": f"{number:04x}"} for number, status in reversed(page)]
        return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})


def load(folder: Path) -> list[dict[str, Any]]:
    """The recorded statuses by date, without the notes of where they were found."""
    with gzip.open(folder / "api" / "mastodon" / "statuses.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    plain = [{key: value for key, value in each.items() if not key.startswith("_")} for each in found]
    return sorted(plain, key=lambda each: datetime.fromisoformat(each["created_at"]))


def pages_of(statuses: Sequence[dict[str, Any]]) -> list[Page]:
    """What the connector makes of the timeline."""
    with Service(Timeline(statuses)) as service:
        options = MastodonOptions(instances=(service.url,), hashtags=("alles",))
        source = Mastodon(options, Tools("monitor-benchmark", lambda _: None, loopback=True))
        now = datetime.fromisoformat(statuses[-1]["created_at"]) + timedelta(days=1)
        return list(source.fetch(Visit(now=now, cursors=dict.fromkeys(source.places()), full=True)))


def differences(statuses: Sequence[dict[str, Any]], pages: Sequence[Page]) -> Iterator[str]:
    """Every way in which the posts say something else than the JSON."""
    public = [each for each in statuses if each["visibility"] == "public"]
    wanted = [each for each in public if not each.get("reblog")]
    posts = [post for page in pages for post in page.posts]
    skipped: Counter[str] = sum((Counter(page.skipped) for page in pages), Counter())
    expected = {"not public": len(statuses) - len(public), "boost": len(public) - len(wanted)}
    yield from (f"problem: {page.problem}" for page in pages if page.problem)
    if len(posts) != len(wanted) or skipped != Counter(expected):
        yield f"expected {len(wanted)} posts and {expected}, got {len(posts)} and {dict(skipped)}"
    known = defaultdict(list)
    for each in wanted:
        known[each["uri"]].append(_meaning(each))
    yield from (f"changed: {post.url}" for post in posts if _said(post) not in known[post.key])


def _meaning(status: dict[str, Any]) -> tuple[object, ...]:
    created = datetime.fromisoformat(status["created_at"])
    return (
        status["uri"],
        status["url"] or status["uri"],
        created,
        status["content"],
        status.get("language") or None,
    )


def _said(post: Post) -> tuple[object, ...]:
    return post.key, post.url, post.published, post.body, post.language


def report(statuses: Sequence[dict[str, Any]], pages: Sequence[Page], seconds: float) -> None:
    posts = [post for page in pages for post in page.posts]
    refused = [result for each in statuses if isinstance(result := read(each, Seen("", "", "timeline")), Refused)]
    print(
        f"{len(statuses)} statuses in {len(pages)} pages, {seconds:.2f} s ({seconds / len(statuses) * 1e3:.2f} ms each)"
    )
    print(f"  posts        {len(posts)}  {dict(Counter(post.type for post in posts))}")
    print(f"  skipped      {dict(Counter(each.reason for each in refused))}")
    print(f"  unreadable   {dict(Counter(each.detail for each in refused if each.reason == 'unreadable'))}")
    print(f"  opt-outs     {dict(Counter(signal for post in posts for signal in post.opt_outs).most_common())}")
    print(f"  no opt-out   {sum(not post.opt_outs for post in posts)}")
    print(f"  no language  {sum(post.language is None for post in posts)}")


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0]) if arguments else DEFAULT
    if not (folder / "api" / "mastodon" / "statuses.jsonl.gz").is_file():
        print(f"no recorded statuses in {folder}: nothing measured")
        return 0
    statuses = load(folder)
    start = time.perf_counter()
    pages = pages_of(statuses)
    report(statuses, pages, time.perf_counter() - start)
    faults = list(differences(statuses, pages))
    print("\n".join(faults) or "every post says what its JSON says")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
