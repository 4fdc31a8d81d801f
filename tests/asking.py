"""A monitor with the queries of a test and a source with its posts: for what queries do to what is stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from monitor.assemble import Monitor, assemble
from monitor.config.settings import Ambassador
from monitor.connector import Options, Page, Visit
from monitor.model import Post
from monitor.pipeline import collect
from monitor.store import Store
from tests.storing import NOW, ROLES

HANDLE = "schipper_voorbeeld@sociaal.example"
PLACE = "#veer on sociaal.example"
Texts = Mapping[str, str]  # a query's name, with /facet unless it is a brand's -> its text
Rows = list[tuple[Any, ...]]


@dataclass
class Square:
    """A connector that offers the same posts at every visit and notes how it was visited."""

    posts: Sequence[Post] = ()
    name: str = "mastodon"
    offers: Sequence[str] = (PLACE,)
    breaks: Exception | None = None
    seen: list[Visit] = field(default_factory=list)

    options: ClassVar[type[Options]] = Options
    overlap: ClassVar[int] = 0

    def missing(self) -> Sequence[str]:
        return ()

    def places(self) -> Sequence[str]:
        return self.offers

    def fetch(self, visit: Visit) -> Iterator[Page]:
        self.seen.append(visit)
        for place in visit.cursors:
            yield Page(place, tuple(post for post in self.posts if post.place == place), "c1")
        if self.breaks:
            raise self.breaks


def post(key: object, body: str, **more: Any) -> Post:
    """A post of somebody in the square."""
    known: dict[str, Any] = {"published": NOW - timedelta(days=1), "author": "reiziger_voorbeeld@sociaal.example"}
    url = f"https://sociaal.example/{key}"
    kind: Any = {"place": PLACE, "type": "post", "found": "timeline", "markup": "text", "language": "nl"}
    return Post("mastodon", key=str(key), url=url, body=body, **kind | known | more)


def monitor_of(
    folder: Path, queries: Texts, *squares: Square, saved: Texts | None = None, zone: str = "UTC"
) -> Monitor:
    """A monitor that asks these queries of these sources; whoever has HANDLE is an ambassador."""
    lines = ["[organisation]", 'name = "Lindeveer"', 'contact = "https://lindeveer.example"', f'timezone = "{zone}"']
    lines.append('accounts = ["@webcare@lindeveer.example"]')
    for key, text in queries.items():
        name, _, facet = key.partition("/")
        lines += ["[[queries]]", f'name = "{name}"', f'facet = "{facet or "brand"}"', 'purpose = "To answer people."']
        lines.append(f"text = '''{text}'''")
    lines += ["[saved]", *(f"{name} = '''{text}'''" for name, text in (saved or {}).items())]
    lines += ["[sources.rss]", 'feeds = ["https://krant.example/feed"]']
    (folder / "monitor.toml").write_text("\n".join(lines) + ROLES, "utf-8")
    made = assemble(folder / "monitor.toml", {"MONITOR_PSEUDONYM_KEY": "made up, as everything and everybody here"})
    joined = (Ambassador.model_construct(account=f"mastodon:@{HANDLE}"),)
    settings = made.settings.model_copy(update={"ambassadors": joined})
    return replace(made, settings=settings, connectors={one.name: one for one in squares or (Square(),)})


def passed(folder: Path, queries: Texts, posts: Sequence[Post], now: datetime = NOW) -> Monitor:
    """A monitor after a pass in which the square offered these posts; no snapshot was made, which takes longest."""
    monitor = monitor_of(folder, queries, Square(posts))
    collect(monitor, "mastodon", now)
    return monitor


class Unseen(Store):
    """A store that neither publishes nor writes itself anew, for laws about what is stored."""

    def publish(self, name: str, *, ambassadors_shown: bool) -> Path:
        return self.folder / f"{name}-{ambassadors_shown}"

    def renew(self) -> None:
        pass


def unseen(monitor: Monitor) -> Monitor:
    """The monitor with such a store."""
    return replace(monitor, store=Unseen(monitor.store.folder))


def stopping(after: int, error: BaseException | None = None) -> Callable[[int, int], None]:
    """Something to watch progress with that stops the work after so many chunks."""
    told: list[int] = []

    def watch(done: int, _total: int) -> None:
        told.append(done)
        if len(told) > after:
            raise error or KeyboardInterrupt

    return watch
