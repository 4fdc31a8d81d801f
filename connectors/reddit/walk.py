"""Walking a listing that is newest first, capped at 1,000, and changes underfoot, so that nothing is missed.

    cursor -> spans -> walk each, oldest span first -> sort -> pages, oldest first, each with the cursor
                                                               that is true after it

A *span* is a stretch still to be read: from below an anchor down to a floor in time. The last span is always
the head, from the top down to the newest post handed over. Whatever stops a walk early (page limit, time
limit, a failure) leaves a span, which the next visit takes up by `after=`.

Floors are times, not ids: a post that moderators approve late appears at its old date with its old id.
Each walk therefore also takes the `MARGIN` posts below its floor; the store knows the doubles.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite

from connectors.reddit.posts import Child
from monitor.connector import Page
from monitor.errors import SourceError
from monitor.model import Post

LIMIT = 100  # posts per request, Reddit's maximum
MARGIN = 50
SHORT_LIST = 200  # a shorter listing is all there is; a longer one that ends was cut off by Reddit
_ANCHORS = 3  # `after=` a deleted post answers with nothing, so its neighbours stand in for it


@dataclass(frozen=True, slots=True)
class Span:
    """Posts older than the first living one of `anchors` (all, when there are none), newer than `floor`."""

    anchors: tuple[str, ...] = ()
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer: its entries, newest first, and where the next begins."""

    children: tuple[Child, ...]
    after: str | None


Ask = Callable[[str | None, int], Listing]


@dataclass(slots=True)
class Walk:
    """What walking one span gave, newest first; `rest` is what remains of it below."""

    span: Span
    children: list[Child] = field(default_factory=list)
    answers: int = 0
    largest: int = 0
    rest: Span | None = None
    problem: SourceError | None = None

    def kept(self) -> list[Child]:
        """The entries above the floor, and `MARGIN` below it."""
        passed = [child for child in self.children if self._is_passed(child)][MARGIN:]
        beyond = {id(child) for child in passed}
        return [child for child in self.children if id(child) not in beyond]

    def posts(self) -> list[Post]:
        return [child.post for child in self.kept() if child.post]

    def met_floor(self) -> bool:
        return any(self._is_passed(child) for child in self.children)

    def is_below_floor(self) -> bool:
        """All above the floor was listed; what may be missing is only a part of the margin."""
        return any(child.created is not None and child.created < self.span.floor for child in self.children)

    def is_lost(self) -> bool:
        """None of the anchors leads anywhere any more."""
        return bool(self.span.anchors) and not (self.children or self.rest or self.problem)

    def ended_early(self) -> bool:
        """The listing ended although older posts were handed over once: Reddit cut it off."""
        over = self.children and not (self.rest or self.problem or self.met_floor())
        return bool(over) and self.span.floor > 0 and (len(self.children) >= SHORT_LIST or bool(self.span.anchors))

    def take(self, answer: Listing, anchors: tuple[str | None, ...]) -> tuple[str | None, ...]:
        """Add an answer to the request after `anchors[0]`; returns where to go on, empty when done."""
        self.answers += 1
        if not (answer.children or self.children):
            return anchors[1:]
        self.children.extend(answer.children)
        self.largest = max(self.largest, len(answer.children))
        passed = sum(self._is_passed(child) for child in self.children)
        if passed >= MARGIN or not answer.after or answer.after == anchors[0]:
            return ()
        return _anchors(answer.after, answer.children)

    def _is_passed(self, child: Child) -> bool:
        return child.created is not None and child.created <= self.span.floor


def walk(span: Span, ask: Ask, may_ask: Callable[[], bool]) -> Walk:
    """Read `span` from new to old until its floor, the listing's end, a failure or the limit `may_ask`."""
    done = Walk(span)
    anchors: tuple[str | None, ...] = span.anchors or (None,)
    limit = LIMIT
    while anchors and may_ask():
        try:
            answer = ask(anchors[0], limit)
        except SourceError as error:
            if error.kind == "too-large" and limit > 1:
                limit //= 10  # a hundred long stories are larger than the gate allows
                continue
            done.problem = error
            break
        anchors = done.take(answer, anchors)
    left = tuple(anchor for anchor in anchors if anchor)
    done.rest = Span(left, span.floor) if left and not done.is_below_floor() else None
    return done


def visit_place(
    place: str, spans: Iterable[Span], ask: Ask, may_ask: Callable[[], bool], now: float
) -> tuple[list[Page], SourceError | None]:
    """Walk all spans of a place: its pages, oldest first, and what stopped it."""
    walks: list[Walk] = []
    problem: SourceError | None = None
    for span in spans:
        due = span if span.anchors else _lowered(span, walks)
        walks.append(walk(due, ask, may_ask if problem is None else _never))
        problem = problem or walks[-1].problem
    answered = any(each.answers for each in walks)
    return (list(_pages(place, walks, now)) if answered else []), problem


def spans_of(cursor: str | None) -> tuple[Span, ...]:
    """What a cursor leaves to be read; everything, when there is none or it cannot be read."""
    try:
        spans = tuple(Span(tuple(map(str, anchors)), float(floor)) for anchors, floor in json.loads(cursor or ""))
    except (ValueError, TypeError):
        return (Span(),)
    sound = spans and not spans[-1].anchors and all(isfinite(span.floor) for span in spans)
    return spans if sound else (Span(),)


def cursor_of(spans: Iterable[Span]) -> str:
    """The spans as text: fullnames and times, nothing a person wrote."""
    return json.dumps([[span.anchors, span.floor] for span in spans], separators=(",", ":"))


def _pages(place: str, walks: list[Walk], now: float) -> Iterator[Page]:
    found = {post.key: post for each in walks for post in reversed(each.posts())}
    posts = sorted(found.values(), key=_time)
    size = max(each.largest for each in walks) or 1
    skipped = Counter(child.left_out for each in walks for child in each.kept() if child.left_out)
    notes = tuple(dict.fromkeys(_note(place) for each in walks if each.ended_early()))
    for start in range(0, len(posts) or 1, size):
        waiting = {post.key for post in posts[start + size :]}
        left = [span for each in walks for span in _left(each, waiting, now)]
        chunk = tuple(posts[start : start + size])
        yield Page(place, chunk, cursor_of(left), dict(skipped) if not start else {}, notes=() if start else notes)


def _lowered(head: Span, walks: list[Walk]) -> Span:
    """The head takes over the spans whose anchors are all deleted: doubles are cheap, gaps are not."""
    return Span((), min([head.floor, *(each.span.floor for each in walks if each.is_lost())]))


def _left(done: Walk, waiting: set[str], now: float) -> list[Span]:
    """What remains of a span when all its posts but those `waiting` were handed over."""
    posts = done.posts()
    handed = [_time(post) for post in posts if post.key not in waiting]
    if posts and not handed:
        return [done.span]
    # A post dated in the future must not blind the visits until then.
    floor = max([done.span.floor, *(min(at, now) for at in handed)])
    spans = [done.rest] if done.rest else []
    if not done.span.anchors or len(handed) < len(posts):
        spans.append(Span(done.span.anchors, floor))
    return spans


def _anchors(after: str, children: Iterable[Child]) -> tuple[str, ...]:
    names = [child.name for child in children if child.name and child.name != after]
    return (after, *reversed(names[-(_ANCHORS - 1) :]))


def _time(post: Post) -> float:
    return post.published.timestamp() if post.published else 0.0


def _note(place: str) -> str:
    return (
        f"{place}: Reddit's list ended before the posts of the last visit (it lists 1,000 at most), "
        "so some in between are missing: visit it more often"
    )


def _never() -> bool:
    return False
