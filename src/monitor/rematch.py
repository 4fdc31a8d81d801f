"""New and changed queries over what is stored already: first what would change, then, when told to, the change.

    mentions, chunk by chunk -> document -> on_excerpt -> stays | gained | lost | unsure -> one transaction per chunk
        no match left -> asked of all queries -> gained | unsure: its matches stay | certainly none: removed
    removed something? -> the file is written anew -> noted as rematched -> snapshot -> older ones are removed

Only title and excerpt are stored. Of a cut excerpt, and of fields that are not stored (author, tags, links), it often
cannot be said whether a query holds: that is *unsure*, and stays as it is. A query that reckons in days does so from
when the mention was first seen, as if it had been asked then. Verdicts are not made again, since a scheme judges
whole posts. A query that has only another name now takes the matches of the old one along. Facets follow the privacy
gate: an ambassador's query holds for posts that the gate found to be by one, which alone bear that facet; any other
mention has the facet of its first query.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from monitor.assemble import Monitor
from monitor.config.load import nearest
from monitor.errors import ConfigError
from monitor.model import Facet, Match
from monitor.queries import texts_of
from monitor.query import Matcher, Query
from monitor.store import Bookmark, Changes, Counted, Kept, hold

CHUNK = 5_000  # mentions per transaction
SAMPLES = 3  # per query and kind of change
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored mention to look at; never an ambassador's."""

    id: str
    title: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a query, in mentions, with a few of them. Of `unsure` the excerpt cannot tell: left as it is.

    A match that is all that keeps a mention, while another query is unsure of it, is unsure with that.
    """

    query: str
    gained: int
    lost: int
    unsure: int
    gained_samples: tuple[Sample, ...] = ()
    lost_samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Rematched:
    """What a rematch would change, or did when `applied`. `removed`: mentions that no query holds for any more.

    `resumed`: it went on where an earlier one was interrupted, whose figures are counted here; its samples are not.
    `differs`: something of what this call looked at changes, be it only where words stand or under which name.
    """

    changes: tuple[Change, ...]
    looked_at: int
    removed: int
    removed_samples: tuple[Sample, ...]
    applied: bool
    resumed: bool
    differs: bool = False


def rematch(
    monitor: Monitor,
    now: datetime,
    *,
    names: Sequence[str] = (),
    everything: bool = False,
    apply: bool = False,
    on_progress: OnProgress | None = None,
) -> Rematched:
    """Look through what is stored for these queries; without names for those that changed since, and those gone.

    Nothing is written unless `apply`. Raises Busy when a run is at work, ConfigError for a name nobody knows.
    """
    store = monitor.store
    with hold(store.folder / "locks", monitor.connectors):
        if store.path.exists():
            store.prepare()
        if apply:
            store.note(monitor.asked, now)
        begun = store.bookmark() if apply else None
        plan = _plan(monitor, names, begun, everything=everything)
        work = _Work(monitor, plan, now, _begin(plan, begun, now), apply=apply)
        if plan.chosen or plan.gone:
            work.walk(on_progress or _silently)
        if apply and (begun or plan.chosen or plan.gone):
            work.finish()
    return work.told(resumed=begun is not None and begun.plan == plan.key)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is looked for: the chosen queries and the names that are gone; `facets` of all queries, in their order.

    `matcher` asks the chosen, `whole` all. `renamed`: what a name that is gone is called now. `named`: people named
    them, rather than all that changed or are gone.
    """

    matcher: Matcher
    whole: Matcher
    chosen: frozenset[str]
    gone: frozenset[str]
    renamed: Mapping[str, str]
    facets: Mapping[str, Facet]
    named: bool

    @property
    def key(self) -> str:
        """32 hex digits of all that decides; not which unnamed ones are gone, of which there are ever fewer."""
        chosen, whole = [*self.matcher.versions.items()], [*self.whole.versions.items()]
        told = chosen, whole, sorted(self.gone) if self.named else None, [*self.facets.items()]
        return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()

    def allows(self, query: str, kept: Kept) -> bool:
        """Whether the gate would let this query hold for the mention."""
        return self.facets[query] != "ambassador" or kept.facet == "ambassador"


def _plan(monitor: Monitor, names: Sequence[str], begun: Bookmark | None, *, everything: bool) -> _Plan:
    configured = {query.name: query for query in monitor.settings.queries}
    gone = monitor.store.matched().union(each.query for each in (begun.counted if begun else ())) - {*configured}
    _check(names, {*configured, *gone}, monitor)
    chosen = {*names} or ({*configured} if everything else _changed(monitor))
    gone = chosen & gone if names else gone
    return _Plan(
        Matcher(
            (Query(each.name, each.facet, each.text) for each in configured.values() if each.name in chosen),
            saved=texts_of(monitor.settings),
            zone=monitor.zone,
        ),
        monitor.matcher,
        frozenset(chosen & {*configured}),
        frozenset(gone),
        _renamed(monitor, gone, chosen),
        {name: query.facet for name, query in configured.items()},
        named=bool(names),
    )


def _changed(monitor: Monitor) -> set[str]:
    """The queries for which what is stored has not been looked through as they are now."""
    noted = {each.name: each for each in monitor.store.asked() if each.rematched}
    return {
        each.name
        for each in monitor.asked
        if each.name not in noted or (each.version, each.facet) != (noted[each.name].version, noted[each.name].facet)
    }


def _renamed(monitor: Monitor, gone: Iterable[str], chosen: Iterable[str]) -> dict[str, str]:
    """The names that are gone of which a query means the very same; of several the first that is looked for."""
    now: dict[tuple[str, str], str] = {}
    for each in sorted(monitor.asked, key=lambda one: one.name not in chosen):
        now.setdefault((each.version, each.facet), each.name)
    meanings = monitor.store.meanings() if gone else {}
    return {name: now[meanings[name]] for name in gone if meanings.get(name) in now}


def _check(names: Iterable[str], known: set[str], monitor: Monitor) -> None:
    for name in names:
        if name not in known:
            raise ConfigError(f"{name}: no query of {monitor.path}, nor of what is stored; {nearest(name, [*known])}")


def _begin(plan: _Plan, begun: Bookmark | None, now: datetime) -> Bookmark:
    """Where an interrupted rematch of the same plan came; else the start, with what another left to be cleaned."""
    if begun and begun.plan == plan.key:
        return begun
    return Bookmark(plan.key, now, debt=begun is not None and begun.debt)


@dataclass(slots=True)
class _Decided:
    """What becomes of one mention: the matches that stay or come, and how they differ from what is stored."""

    left: dict[str, Match] = field(default_factory=dict)
    gained: list[Match] = field(default_factory=list)
    spelled: list[Match] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """True when something is to be written."""
        return bool(self.gained or self.spelled or self.lost or self.renamed)

    @property
    def removed(self) -> bool:
        """True when no query holds, nor may hold."""
        return not self.left and not self.unsure

    def gain(self, matches: Iterable[Match]) -> None:
        """Matches that are new to it."""
        for match in matches:
            self.gained.append(match)
            self.left[match.query] = match

    def stays(self, old: Match, new: Match) -> None:
        self.left[new.query] = new
        if old != new:
            self.spelled.append(new)


def _decide(plan: _Plan, kept: Kept) -> _Decided:
    old_names, held = _held(plan, kept)
    decided = _Decided()
    sure, unsure = plan.matcher.on_excerpt(
        kept.document, kept.first_seen, cut=kept.cut, held=[name for name in held if name in plan.chosen]
    )
    found = {match.query: match for match in sure if plan.allows(match.query, kept)}
    decided.unsure = [name for name in unsure if plan.allows(name, kept)]
    for name, match in held.items():
        if name in found:
            decided.stays(match, found[name])
        elif name in decided.unsure:
            decided.stays(match, replace(match, facet=plan.facets[name]))
        elif name in plan.chosen or name in plan.gone:
            decided.lost.append(old_names.get(name, name))
        else:
            decided.left[name] = match
    decided.renamed = {old: name for name, old in old_names.items() if name in decided.left}
    decided.gain(match for name, match in found.items() if name not in held)
    if not decided.left:
        _ask_all(plan, kept, decided)
    return decided


def _held(plan: _Plan, kept: Kept) -> tuple[dict[str, str], dict[str, Match]]:
    """The old names by the new, and the mention's matches by name: of a query that is renamed by the new one."""
    held = {match.query: match for match in kept.held}
    old_names: dict[str, str] = {}
    for old in [name for name in held if name in plan.renamed]:
        new = plan.renamed[old]
        if new not in held:
            held[new] = replace(held.pop(old), query=new)
            old_names[new] = old
    return old_names, held


def _ask_all(plan: _Plan, kept: Kept, decided: _Decided) -> None:
    """Before a mention goes, all queries are asked, chosen or not; while one is unsure, its matches stay."""
    sure, unsure = plan.whole.on_excerpt(kept.document, kept.first_seen, cut=kept.cut, held=())
    decided.gain(match for match in sure if plan.allows(match.query, kept))
    may_hold = [name for name in unsure if plan.allows(name, kept)]
    if not decided.left and may_hold:
        decided.left = {match.query: match for match in kept.held}
        decided.unsure = [*dict.fromkeys([*decided.unsure, *decided.lost, *may_hold])]
        decided.lost = []


def _facet(plan: _Plan, kept: Kept, left: Mapping[str, Match]) -> Facet:
    """As the gate has it: an ambassador's stays one; of others the first query's, in the configuration's order."""
    if kept.facet == "ambassador":
        return kept.facet
    ordered = [name for name in plan.facets if name in left] or [*left]
    return left[ordered[0]].facet


class _Work:
    """One rematch: walks through all mentions, adds up, and applies when told to."""

    def __init__(self, monitor: Monitor, plan: _Plan, now: datetime, reached: Bookmark, *, apply: bool) -> None:
        self._monitor, self._plan, self._now, self._apply = monitor, plan, now, apply
        self._reached = reached
        self._counted = {each.query: each for each in reached.counted}
        self._gained: dict[str, list[Sample]] = {}
        self._lost: dict[str, list[Sample]] = {}
        self._removed: list[Sample] = []
        self._differs = False

    def walk(self, on_progress: OnProgress) -> None:
        """All mentions after the bookmark, chunk by chunk."""
        store = self._monitor.store
        total = store.count() + (self._reached.removed if self._apply else 0)
        on_progress(self._reached.done, total)
        while chunk := store.chunk(self._reached.mark, CHUNK):
            self._chunk(chunk)
            on_progress(self._reached.done, total)

    def finish(self) -> None:
        """Free the file of what was removed, note that it was done, show readers, and free the snapshots too."""
        store = self._monitor.store
        if self._reached.debt:
            store.renew()
        store.rematched(sorted(self._plan.chosen), self._now)
        store.publish(f"{self._now:%Y%m%dT%H%M%S}-rematch", ambassadors_shown=self._monitor.ambassadors_shown)
        if self._reached.debt:
            store.forget_older()
        store.end_rematch()

    def told(self, *, resumed: bool) -> Rematched:
        """What was found, per query in the order of the configuration, those that are gone last."""
        names = [name for name in self._plan.facets if name in self._plan.chosen or name in self._counted]
        gone = sorted(self._counted.keys() - self._plan.facets.keys())
        return Rematched(
            tuple(self._change(name) for name in [*names, *gone]),
            self._reached.done,
            self._reached.removed,
            tuple(self._removed),
            self._apply,
            resumed,
            self._differs,
        )

    def _change(self, name: str) -> Change:
        one = self._counted.get(name, Counted(name))
        samples = (tuple(found.get(name, ())) for found in (self._gained, self._lost))
        return Change(name, one.gained, one.lost, one.unsure, *samples)

    def _chunk(self, chunk: list[Kept]) -> None:
        decided = [(kept, _decide(self._plan, kept)) for kept in chunk]
        for kept, one in decided:
            self._count(kept, one)
        removed = [kept for kept, one in decided if one.removed]
        self._differs = self._differs or bool(removed) or any(one.differs for _, one in decided)
        _sample(self._removed, removed)
        self._reached = replace(
            self._reached,
            mark=chunk[-1].mark,
            done=self._reached.done + len(chunk),
            removed=self._reached.removed + len(removed),
            debt=self._reached.debt or bool(removed),
            counted=tuple(self._counted.values()),
        )
        if self._apply:
            self._monitor.store.rematch(self._changes(decided), chunk[0].first_seen, self._reached)

    def _count(self, kept: Kept, one: _Decided) -> None:
        gained = [match.query for match in one.gained]
        for name in {*gained, *one.lost, *one.unsure, *one.renamed}:
            before = self._counted.get(name, Counted(name))
            self._counted[name] = Counted(
                name,
                before.gained + (name in gained),
                before.lost + (name in one.lost),
                before.unsure + (name in one.unsure),
            )
        for names, samples in ((gained, self._gained), (one.lost, self._lost)):
            for name in names:
                _sample(samples.setdefault(name, []), [kept])

    def _changes(self, decided: Sequence[tuple[Kept, _Decided]]) -> Changes:
        staying = [(kept, one) for kept, one in decided if not one.removed]
        facets = {kept.id: _facet(self._plan, kept, one.left) for kept, one in staying if one.differs}
        return Changes(
            renamed=[(kept.id, old, new) for kept, one in staying for old, new in one.renamed.items()],
            gained=[(kept.id, match, max(self._now, kept.first_seen)) for kept, one in staying for match in one.gained],
            spelled=[(kept.id, match) for kept, one in staying for match in one.spelled],
            lost=[(kept.id, name) for kept, one in staying for name in one.lost],
            turned={kept.id: facets[kept.id] for kept, one in staying if one.differs and facets[kept.id] != kept.facet},
            removed=[kept.id for kept, one in decided if one.removed],
        )


def _sample(samples: list[Sample], found: Iterable[Kept]) -> None:
    """Add the first few; what one ambassador wrote is nobody's to look at."""
    for kept in found:
        if len(samples) < SAMPLES and kept.facet != "ambassador":
            samples.append(Sample(kept.id, kept.document.title, kept.document.url))


def _silently(_done: int, _total: int) -> None:
    pass
