"""The made-up world's three services on loopback: feeds, Reddit's API, a Mastodon instance."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from monitor.demo.feeds import FEEDS, feeds_api
from monitor.demo.mastodon_api import MastodonApi
from monitor.demo.reddit_api import reddit_api
from monitor.demo.service import Answer, Service
from monitor.demo.world import World, world

REDDIT_CLIENT_ID = "demo-client"
REDDIT_CLIENT_SECRET = "demo-secret"  # noqa: S105 - opens nothing but the demo
MASTODON_TOKEN = "demo-token"  # noqa: S105 - opens nothing but the demo


@dataclass(frozen=True, slots=True)
class Served:
    """Where the services are (base URLs without a final slash) and what opens them.

    The `Service` values are for those who want to break something or count requests.
    """

    feeds_url: str
    reddit_url: str
    mastodon_url: str
    feeds: tuple[str, ...]
    world: World = field(repr=False)
    services: tuple[Service, Service, Service] = field(repr=False)
    subreddits: tuple[str, ...] = ("lindestad", "ovpraat")
    hashtags: tuple[str, ...] = ("lindeveer", "lindestad")
    reddit_client_id: str = REDDIT_CLIENT_ID
    reddit_client_secret: str = field(default=REDDIT_CLIENT_SECRET, repr=False)
    mastodon_token: str = field(default=MASTODON_TOKEN, repr=False)


@contextmanager
def served(*, port: int = 0) -> Iterator[Served]:
    """Serve until the block ends, on `port` and the two after it where given and free, else on any."""
    made = world()
    ports = [port + n if port else 0 for n in range(3)]
    with ExitStack() as stack:
        feeds, reddit, mastodon = (
            stack.enter_context(_service(answer, wanted)) for answer, wanted in zip(_answers(made), ports, strict=True)
        )
        yield Served(
            feeds_url=feeds.url,
            reddit_url=reddit.url,
            mastodon_url=mastodon.url,
            feeds=tuple(feeds.url + path for path in FEEDS),
            world=made,
            services=(feeds, reddit, mastodon),
        )


def _answers(made: World) -> tuple[Answer, Answer, Answer]:
    reddit = reddit_api(made.submissions, made.comments, client_id=REDDIT_CLIENT_ID, client_secret=REDDIT_CLIENT_SECRET)
    return feeds_api(made), reddit, MastodonApi(made.statuses, token=MASTODON_TOKEN)


def _service(answer: Answer, port: int) -> Service:
    try:
        return Service(answer, port=port)
    except (OSError, OverflowError):  # taken, not ours to take, or no port at all
        return Service(answer)
