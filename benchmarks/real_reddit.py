"""Real Reddit data through the connector: 5,000 recorded posts held against PRAW's reading, and real errors.

    python benchmarks/real_reddit.py [DIR]       # default ../shared/data beside the project

Prints counts and every difference; ends with 1 when a post's meaning changed or an error answer did not end
as a `SourceError`, 0 otherwise, also when the folder is absent.
"""

import csv
import gzip
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import praw
from praw.models import Comment, Submission
from pydantic import SecretStr

from connectors.reddit import Reddit, RedditOptions
from connectors.reddit.posts import About, LeftOut, post_of
from monitor.connector import Tools, Visit
from monitor.demo.reddit_api import reddit_api
from monitor.demo.service import Reply, Request, Service
from monitor.errors import SourceError
from monitor.model import Post

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
KINDS: dict[str, tuple[str, Any]] = {"submissions": ("t3", Submission), "comments": ("t1", Comment)}
LOGIN: dict[str, Any] = {"client_id": "demo-client", "client_secret": "demo-secret"}
ABOUT = About("r/recorded", "timeline", lambda _: False)


def main(folder: Path) -> int:
    reddit = folder / "api" / "reddit"
    if not reddit.is_dir():
        print(f"{reddit} is absent: nothing was measured. Name the folder with the recordings.")
        return 0
    wrong = sum(posts(reddit, name) for name in KINDS)
    return min(1, wrong + errors(reddit / "errors.tsv"))


def posts(folder: Path, name: str) -> int:
    """Every recorded post through our parser and through PRAW's; returns how many differ."""
    kind, model = KINDS[name]
    offline = praw.Reddit(**LOGIN, user_agent="offline reading")
    seen, wrong = Counter[str](), 0
    for data in rows(folder / f"{name}.jsonl.gz"):
        try:
            post = post_of({"kind": kind, "data": data}, ABOUT)
        except LeftOut as left:
            seen[str(left)] += 1
            continue
        seen["parsed"] += 1
        # The recordings keep a mark in place of the replies, over which PRAW would stumble.
        faults = differences(post, data, model.parse(deepcopy(data) | {"replies": ""}, offline))
        wrong += bool(faults)
        for fault in faults:
            print(f"differs {post.key}: {fault}")
    print(f"{name}: {dict(seen)}, differ: {wrong}")
    return wrong


def rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def differences(post: Post, data: dict[str, Any], thing: Any) -> list[str]:
    """The names of the fields in which our post, the raw JSON and PRAW's object do not say the same."""
    body = "selftext" if post.type == "post" else "body"
    address = data.get("permalink") or f"/r/{data['subreddit']}/comments/{data['link_id'][3:]}/_/{data['id']}/"
    claims = {
        "key": post.key == data["name"] == thing.fullname,
        "url": post.url == f"https://www.reddit.com{address}",
        "created": post.published == datetime.fromtimestamp(thing.created_utc, UTC),
        "title": post.title == (data["title"] if post.type == "post" else ""),
        "body": post.body == data[body] == vars(thing)[body],
        "author": post.author == data["author"] == thing.author.name,
    }
    return [field for field, same in claims.items() if not same]


def errors(file: Path) -> int:
    """Every recorded error answer, served on loopback to the connector; returns how many got away."""
    api = reddit_api([], [], **LOGIN)
    answers: list[Reply] = []
    ends = Counter[str]()
    with Service(lambda request: _answer(request, api, answers)) as service:
        connector = _connector(service.url)
        for _, _, _, _, status, body in csv.reader(
            file.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
        ):
            answers[:] = [Reply(int(status), body.encode(), {"Content-Type": "application/json"})]
            ends[f"{status} -> {outcome(connector)}"] += 1
    for end, count in sorted(ends.items()):
        print(f"errors: {count:3} x {end}")
    return sum(count for end, count in ends.items() if "no error" in end)


def _answer(request: Request, api: Any, answers: list[Reply]) -> Reply:
    return answers[0] if request.method == "GET" else api(request)


def outcome(connector: Reddit) -> str:
    """How one visit ends. Anything but a SourceError escapes and ends the script."""
    try:
        pages = list(connector.fetch(Visit(datetime.now(UTC), {"r/recorded": None})))
    except SourceError as error:
        return f"{type(error).__name__} {error.kind}"
    found = [f"{type(page.problem).__name__} {page.problem.kind}" for page in pages if page.problem]
    return found[0] if found else "no error"


def _connector(api: str) -> Reddit:
    options = RedditOptions(subreddits=("recorded",), comments=False, approval_ref="recorded", api=api)
    secrets = {key: SecretStr(value) for key, value in LOGIN.items()}
    return Reddit(options, Tools(user_agent="mention-monitor benchmark", secret=secrets.get, loopback=True))


if __name__ == "__main__":
    logging.disable()
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA))
