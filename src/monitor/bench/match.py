"""The matcher beside its peers on the same posts: speed, growth, memory, and whether they answer alike.

    posts, queries -> every way answers -> posts per CPU second | who differs from whom | memory -> targets

Per number of queries two sets are asked (`queries`): the whole language, on which the matcher alone is measured and
held against a slow oracle, and the part that every peer knows, on which all are compared pair by pair. Each round of
the matcher is a new one that has seen other posts before, never these: what it remembers of words is not flattered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Literal

from monitor.bench.corpus import SEED, Figures, evenly, figures, made, real
from monitor.bench.engines import PEERS
from monitor.bench.measuring import kept_after, timed
from monitor.bench.ours import Ours, Scanning
from monitor.bench.peers import Peer
from monitor.bench.plain import Reading
from monitor.bench.queries import Maker, Tree
from monitor.bench.worst import CASES, QUICK_SIZE, SIZE, Endured, endured, preparing

Language = Literal["whole", "common"]
OnStep = Callable[[int, int, str], None]
Answers = list[list[int]]

ROUNDS, QUICK_ROUNDS = 3, 1
WARM = 5_000  # posts that a matcher has seen before it is measured
ORACLE = 1_000_000  # queries times posts that the oracle is asked
FEW = 20_000  # queries that are prepared in all rounds together, so 10,000 of them twice
LEAST = 20  # posts of a sample, whatever the number of queries
QUICK_POSTS = 2_000
CORPUS = 20_000  # posts that queries are made of at least, so that they hit as seldom in a short run


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: numbers of queries, posts, where from; `quick` takes a tenth of everything."""

    queries: tuple[int, ...] = (10, 100, 1_000, 10_000)
    posts: int = 20_000
    seed: int = SEED
    data: Path | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """How one way did. `speed`: posts per CPU second; `differing`: pairs of post and query, of those `checked` posts.

    What could not be measured has no figures and says why in `absent`.
    """

    language: Language
    queries: int
    way: str
    posts: int = 0
    speed: float = 0.0
    prepared: float = 0.0
    pairs: int = 0
    checked: int = 0
    differing: int | None = None
    absent: str | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of Python's memory that a matcher holds: new, and once it has seen the posts."""

    queries: int
    terms: int
    new: int
    used: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured. `reading`: CPU seconds that each hostile query takes to be read."""

    plan: Plan
    corpus: Figures
    lines: tuple[Line, ...]
    memory: tuple[Memory, ...]
    worst: tuple[Endured, ...]
    reading: Mapping[str, float]

    def line(self, language: Language, queries: int, way: type[Peer]) -> Line | None:
        """The line of this way that has figures, if any."""
        found = (one for one in self.lines if (one.language, one.queries, one.way) == (language, queries, way.name))
        return next((one for one in found if one.absent is None), None)


@dataclass(frozen=True, slots=True)
class _Run:
    """The posts that are measured, those seen before, what queries are made of, and how often each way is asked."""

    posts: Sequence[str]
    seen: Sequence[str]
    corpus: Sequence[str]
    rounds: int

    def sample(self, most: int, queries: int) -> list[str]:
        """As many posts as keep queries times posts at `most`, none shorter or longer on average."""
        return evenly(self.posts, max(LEAST, most // queries))


def measured(plan: Plan, on_step: OnStep = lambda *_: None) -> Report:
    """Measure all of it; `on_step` hears which step of how many begins, and what it is."""
    total = 1 + 3 * len(plan.queries) + len(CASES)
    on_step(0, total, "posts")
    run = _run(plan)
    maker, steps = Maker(run.corpus, plan.seed), count(1)
    lines: list[Line] = []
    memory: list[Memory] = []
    for number in plan.queries:
        whole, common = maker.whole(number), maker.common(number)
        on_step(next(steps), total, f"{number:,} queries, the whole language")
        lines += _whole(run, whole)
        on_step(next(steps), total, f"{number:,} queries, beside the peers")
        lines += _common(run, common)
        on_step(next(steps), total, f"{number:,} queries, memory")
        memory.append(_memory(run, whole))
    cases = []
    for case in CASES:
        on_step(next(steps), total, case.name)
        cases.append(endured(case, QUICK_SIZE if plan.quick else SIZE))
    return Report(plan, figures(run.posts), tuple(lines), tuple(memory), tuple(cases), preparing())


def _run(plan: Plan) -> _Run:
    wanted = min(plan.posts, QUICK_POSTS) if plan.quick else plan.posts
    needed = max(wanted, CORPUS) + WARM
    found = real(plan.data, needed, plan.seed) if plan.data else made(needed, plan.seed)
    seen = min(WARM, len(found) // 4)
    return _Run(found[seen:][:wanted], found[:seen], found, QUICK_ROUNDS if plan.quick else ROUNDS)


def _whole(run: _Run, trees: Sequence[Tree]) -> Iterator[Line]:
    """The matcher on the whole language, held against the oracle."""
    sample = run.sample(ORACLE, len(trees))
    expected = oracle(sample, trees)
    for racer in _raced((Ours, Scanning), run, trees):
        yield _line("whole", racer, trees, sample, expected)


def _common(run: _Run, trees: Sequence[Tree]) -> Iterator[Line]:
    """Every way on what all can answer. The peers are held against the matcher, the matcher against the oracle."""
    first, *others = _raced((Ours, Scanning, *PEERS), run, trees)
    sample = run.sample(ORACLE, len(trees))
    yield _line("common", first, trees, sample, oracle(sample, trees))
    for racer in others:
        yield _line("common", racer, trees, racer.posts, first.again(racer.posts))


@dataclass(slots=True)
class _Racer:
    """A way in the race: the posts it is asked, how and what it answered at last, and its CPU seconds each time."""

    kind: type[Peer]
    posts: Sequence[str]
    absent: str | None
    way: Callable[[Sequence[str]], Answers] | None = None
    answers: Answers = field(default_factory=list)
    prepared: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def again(self, posts: Sequence[str]) -> Answers:
        """What it answers for some posts: known already where they are those of the race."""
        if self.way is None or posts == self.posts:
            return self.answers
        return self.way(posts)


def _raced(kinds: Sequence[type[Peer]], run: _Run, trees: Sequence[Tree]) -> list[_Racer]:
    """Round by round each way in turn, so that what slows the machine for a while slows all of them."""
    race = [_Racer(kind, run.sample(kind.affordable, len(trees)), kind.missing()) for kind in kinds]
    for nth in range(run.rounds):
        for racer in race:
            if not racer.absent and nth < min(racer.kind.rounds, max(1, FEW // len(trees))):
                _round(racer, run, trees)
    return race


def _round(racer: _Racer, run: _Run, trees: Sequence[Tree]) -> None:
    peer, prepared = timed(lambda: racer.kind(trees))
    if racer.kind.learns:
        peer.answers(run.seen)
    racer.way = peer.answers
    racer.prepared.append(prepared)
    racer.answers, seconds = timed(lambda: peer.answers(racer.posts))
    racer.seconds.append(seconds)


def _line(language: Language, racer: _Racer, trees: Sequence[Tree], checked: Sequence[str], expected: Answers) -> Line:
    if racer.way is None:
        return Line(language, len(trees), racer.kind.name, absent=racer.absent)
    return Line(
        language,
        len(trees),
        racer.kind.name,
        posts=len(racer.posts),
        speed=len(racer.posts) / median(racer.seconds),
        prepared=median(racer.prepared),
        pairs=sum(map(len, racer.answers)),
        checked=len(checked),
        differing=differing(racer.again(checked), expected),
    )


def differing(answers: Answers, expected: Answers) -> int:
    """Pairs of post and query that only one of the two has."""
    return sum(len({*ours} ^ {*theirs}) for ours, theirs in zip(answers, expected, strict=True))


def oracle(posts: Sequence[str], trees: Sequence[Tree]) -> Answers:
    """The slow answer: every query's own tree on every post."""
    readings = map(Reading, posts)
    return [[number for number, tree in enumerate(trees) if tree.holds(reading)] for reading in readings]


def _memory(run: _Run, trees: Sequence[Tree]) -> Memory:
    new, used = kept_after(lambda: Ours(trees), lambda ours: ours.answers(run.posts))
    return Memory(len(trees), sum(tree.terms() for tree in trees), new, used)
