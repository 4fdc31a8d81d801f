"""Which entry is which: comments on one page, a feed that is served elsewhere; and what a feed may not be."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from connectors.rss import Rss, RssOptions
from monitor.connector import Page, Tools, Visit
from monitor.demo.service import Reply, Request, Service
from monitor.errors import ConfigError

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = "https://blog.example/2026/bericht/"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Blog</title>{''.join(items)}</channel></rss>".encode()


def item(number: int, link: str = "") -> str:
    return (
        f"<item><title>Bezoeker {number}</title><link>{link}</link><description>Reactie {number}</description></item>"
    )


def connector(*feeds: str) -> Rss:
    tools = Tools("monitor-tests/1 (+https://waterveen.example)", lambda _: None, loopback=True)
    return Rss(RssOptions(feeds=feeds, host_spacing=0), tools)


@contextmanager
def serving(answer: Callable[[Request], Reply]):
    with Service(answer) as service:

        def visit(cursor: str | None = None) -> Page:
            place = f"{service.url}/feed.xml"
            (page,) = connector(place).fetch(Visit(now=NOW, cursors={place: cursor}))
            return page

        yield visit


def test_comments_on_one_page_are_different_posts() -> None:
    """A comment feed that shows one comment at a time gives another post each time, and none is the article."""
    seen = set()
    for number in (1, 2, 3):
        with serving(lambda _, number=number: Reply(200, rss(item(number, f"{PAGE}#comment-{number}")))) as visit:
            seen |= {post.key for post in visit().posts}
    with serving(lambda _: Reply(200, rss(item(0, PAGE)))) as visit:
        seen |= {post.key for post in visit().posts}
    assert len(seen) == 4


def test_a_feed_that_is_served_on_another_port_has_the_same_entries() -> None:
    """Entries without a link are known within their feed, and a port is not what makes it another feed."""
    keys = []
    for _ in range(2):
        with serving(lambda _: Reply(200, rss(item(1), item(2)))) as visit:
            keys.append([post.key for post in visit().posts])
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


def test_unchanged_is_no_answer_to_an_unconditional_request() -> None:
    """A server that says 304 to whoever asks is told as a problem, not taken for a quiet feed."""
    with serving(lambda _: Reply(304)) as visit:
        problem = visit().problem
    assert problem is not None
    assert problem.kind == "malformed"


@pytest.mark.parametrize(
    "cursor", ['{"asked":"x"}', '{"asked":"2026-01-01"}', '{"asked":5}', '{"ttl":"x"}', '{"ttl":1e99}', "[]", "x"]
)
def test_a_cursor_that_cannot_be_read_costs_one_whole_fetch(cursor: str) -> None:
    """Whatever stands in a saved cursor, the feed is read."""
    with serving(lambda _: Reply(200, rss(item(1, PAGE)))) as visit:
        page = visit(cursor)
    assert (page.problem, len(page.posts)) == (None, 1)


@pytest.mark.parametrize(
    "feed",
    [
        "https://social.example/@anna.rss",
        "https://social.example/users/anna.rss",
        "https://hemel.example/profile/anna.example/rss",
        "https://old.reddit.com./r/x.rss",
        "https://x.example:99999/f",
        "https://x .example/f",
    ],
)
def test_what_no_feed_may_be(feed: str) -> None:
    """People's accounts, Reddit under any spelling and addresses that cannot be fetched are refused at once."""
    with pytest.raises(ConfigError):
        connector(feed)


def test_ordinary_addresses_are_feeds() -> None:
    """The same rules let newspapers pass."""
    feeds = ("https://krant.example/rss", "HTTPS://krant.example/users/nieuws/feed", "https://krant.example/a@b.xml")
    assert connector(*feeds).places() == feeds


def test_what_is_noted_of_a_feed_stays_true_while_it_is_unchanged() -> None:
    """A feed that breaks off is noted at every visit, also when its server says that nothing has changed."""
    half = rss(item(1, PAGE))[:-20]

    def answer(request: Request) -> Reply:
        return Reply(304) if "if-none-match" in request.headers else Reply(200, half, {"ETag": '"1"'})

    with serving(answer) as visit:
        first = visit()
        assert first.notes == ("not well-formed: read as far as it could be",)
        assert visit(first.cursor).notes == first.notes
