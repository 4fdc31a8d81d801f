"""The made-up world of the demo: a town, its ferry company, five weeks of posts, and the truth about each.

    content/*.toml --rows--> feeds | submissions, comments | statuses
                       '---> truth: what a person who knows would say of each post

The organisation is Lindeveer (brand), Lindeveer Vervoer B.V. (company): ferries and buses in Lindestad.
The world is the same on every machine and at every time; see `monitor.demo.content.truth` for its dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.demo.content.papers import papers
from monitor.demo.content.threads import threads
from monitor.demo.content.toots import toots
from monitor.demo.content.truth import NOW, SINCE, ZONE, Entry, Feed, Truth
from monitor.demo.mastodon_api import Status
from monitor.demo.reddit_api import Comment, Submission

__all__ = ["AMBASSADOR", "BURST", "NOW", "SINCE", "ZONE", "Entry", "Feed", "Truth", "World", "world"]

AMBASSADOR = "@schipper_voorbeeld@sociaal.example"  # opted in
BURST = (datetime(2026, 11, 12, 7, 0, tzinfo=ZONE), datetime(2026, 11, 12, 12, 0, tzinfo=ZONE))


@dataclass(frozen=True, slots=True)
class World:
    """What the three services offer (feeds by path, the others oldest first) and the truth by id."""

    feeds: Mapping[str, Feed]
    submissions: tuple[Submission, ...]
    comments: tuple[Comment, ...]
    statuses: tuple[Status, ...]
    truth: Mapping[str, Truth]


def world() -> World:
    """The world, built anew; two of them are equal."""
    feeds, told_by_papers = papers()
    submissions, comments, told_by_threads = threads()
    statuses, told_by_toots = toots()
    truths = (*told_by_papers, *told_by_threads, *told_by_toots)
    return World(feeds, submissions, comments, statuses, {truth.id: truth for truth in truths})
