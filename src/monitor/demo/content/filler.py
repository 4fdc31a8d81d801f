"""Posts that are beside the point: sentences with slots, filled the same way every time.

The shapes are those of the hand-written rows. Chance comes from one seeded generator of which only
`random()` is used, so that the same world comes out of every Python version.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import TypeVar

from monitor.demo.content import Row, load

START = datetime(2026, 10, 12)  # noqa: DTZ001 - wall-clock time in Amsterdam, given its zone in world.py
DAYS = (10, 10, 10, 11, 10, 7, 6) * 5  # how much is written on Monday to Sunday, five weeks long
HOURS = (0, 0, 0, 0, 0, 0, 2, 6, 8, 8, 7, 7, 8, 7, 6, 6, 7, 8, 7, 7, 8, 7, 4, 2)
WRITERS = ("buur_voorbeeld", "testpersoon_noord", "verzonnen_vera", "demo_dirk", "madeup_milo", "sample_suus")

_T = TypeVar("_T")


class Chance:
    """A seeded source of choices."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a made-up world, no secret

    def below(self, end: int) -> int:
        return int(self._random.random() * end)

    def one(self, values: Sequence[_T]) -> _T:
        return values[self.below(len(values))]

    def weighted(self, weights: Sequence[int]) -> int:
        """An index, as often as its weight says."""
        point = self.below(sum(weights))
        for index, weight in enumerate(weights):
            point -= weight
            if point < 0:
                return index
        raise AssertionError("unreachable: the point lies below the sum")

    def moment(self) -> datetime:
        """A minute in the five weeks, by weekday and hour as people write."""
        return START + timedelta(
            days=self.weighted(DAYS),
            hours=self.weighted(HOURS),
            minutes=self.below(60),
            seconds=self.below(60),
        )


class _Drawn(dict[str, str]):
    """One word per slot, drawn when first asked for."""

    def __init__(self, slots: Mapping[str, Sequence[str]], chance: Chance) -> None:
        super().__init__()
        self._slots = slots
        self._chance = chance

    def __missing__(self, slot: str) -> str:
        self[slot] = self._chance.one(self._slots[slot])
        return self[slot]


class Filler:
    """The filler of one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._rows = load(f"filler_{language}")
        self._chance = Chance(f"lindestad-{language}")
        self._seen: set[str] = set()

    def articles(self) -> Iterator[Row]:
        """Feed entries, as many per feed as its table says."""
        for feed, count in self._rows["feeds"].items():
            items = [item for group in self._rows["article"] if feed in group["feeds"] for item in group["items"]]
            for title, text in self._filled(items, count):
                yield self._row(feed=feed, title=title, text=text)

    def threads(self) -> Iterator[Row]:
        """Reddit submissions with two to four replies each."""
        [pool] = self._rows["thread"]
        for title, text in self._filled(pool["items"], self._rows["reddit"]["count"]):
            replies = [self._reply(pool["replies"]) for _ in range(2 + self._chance.below(3))]
            place = self._chance.one(("lindestad", "lindestad", "ovpraat"))
            yield self._row(place=place, author=self._writer(), title=title, text=text, replies=replies)

    def toots(self, accounts: Sequence[str]) -> Iterator[Row]:
        """Mastodon statuses by some of `accounts`."""
        [pool] = self._rows["toot"]
        for [text] in self._filled([[item] for item in pool["items"]], self._rows["mastodon"]["count"]):
            yield self._row(acct=self._chance.one(accounts), text=text)

    def _filled(self, items: Sequence[Sequence[str]], count: int) -> Iterator[list[str]]:
        """`count` fillings of `items` in turn, no two with the same first line."""
        for _, item in zip(range(count), cycle(items), strict=False):
            yield self._unseen(item)

    def _unseen(self, item: Sequence[str]) -> list[str]:
        for _ in range(200):
            drawn = _Drawn(self._rows["slots"], self._chance)
            lines = [_sentence(line.format_map(drawn)) for line in item]
            if lines[0] not in self._seen:
                self._seen.add(lines[0])
                return lines
        raise ValueError(f"filler_{self._language}.toml: no new filling of {item[0]!r}; give it another slot")

    def _reply(self, pool: Sequence[str]) -> Row:
        text = _sentence(self._chance.one(pool).format_map(_Drawn(self._rows["slots"], self._chance)))
        return {"after": 4 + self._chance.below(360), "author": self._writer(), "text": text}

    def _writer(self) -> str:
        return self._chance.one(WRITERS)

    def _row(self, **row: object) -> Row:
        return {"when": self._chance.moment(), "lang": self._language, **row}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
