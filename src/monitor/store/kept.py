"""Stored mentions read back, chunk by chunk in the order of `first_seen` and id, as documents to be matched again.

The next chunk's end is looked for in the two narrow columns that order them; the wide ones are then read between
two bounds, and DuckDB skips all blocks outside: memory is that of a chunk, however many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from monitor.model import Document, Facet, Found, Match
from monitor.store.snapshot import CURRENT
from monitor.store.weekly import reader

ELLIPSIS = "…"  # the privacy gate's sign for what it left out
_AFTER = "first_seen >= $seen AND (first_seen > $seen OR id > $id)"
_UNTIL = "first_seen <= $last_seen AND (first_seen < $last_seen OR id <= $last_id)"
_END = f"SELECT first_seen, id FROM mention WHERE {_AFTER} ORDER BY first_seen, id LIMIT 1 OFFSET $size"
_COLUMNS = (
    "id, source, place, url, type, title, excerpt, language, published, first_seen, addressed, facet, fingerprint,"
    " revision"
)
_MENTIONS = f"SELECT {_COLUMNS} FROM mention WHERE {_AFTER} AND {_UNTIL} ORDER BY first_seen, id"
_ONE = f"SELECT {_COLUMNS} FROM mention WHERE id = $name OR url = $name ORDER BY first_seen LIMIT 1"
_MATCHES = f"""
SELECT mm.mention, mm.query, mm.facet, mm.spans FROM mention_match AS mm
SEMI JOIN (SELECT id FROM mention WHERE {_AFTER} AND {_UNTIL}) AS m ON m.id = mm.mention
WHERE mm.first_seen >= $seen ORDER BY mm.first_seen, mm.query
"""
_RESTING = "SELECT source, name FROM place WHERE not_before > $now"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stored mention's place in the order."""

    seen: datetime
    id: str


START, END = Mark(datetime(1900, 1, 1, tzinfo=UTC), ""), Mark(datetime(9000, 1, 1, tzinfo=UTC), "")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a mention. `cut`: the post had more words than its document has here; `held`: its matches."""

    document: Document
    first_seen: datetime
    facet: Facet
    cut: bool
    held: tuple[Match, ...] = ()

    @property
    def id(self) -> str:
        """The mention's id."""
        return self.document.key

    @property
    def mark(self) -> Mark:
        """Its place in the order."""
        return Mark(self.first_seen, self.id)


def chunk(connection: duckdb.DuckDBPyConnection, after: Mark, size: int) -> list[Kept]:
    """The next mentions after a mark with what holds for them, `size` at most."""
    bounds = _bounds(connection, after, size)
    held: dict[str, list[Match]] = {}
    for mention, query, facet, spans in connection.execute(_MATCHES, bounds).fetchall():
        match = Match(query, facet, tuple((span["start"], span["stop"]) for span in spans))
        held.setdefault(mention, []).append(match)
    return [replace(kept, held=tuple(held.get(kept.id, ()))) for kept in _between(connection, bounds)]


def published(folder: Path, size: int) -> Iterator[tuple[list[Kept], int]]:
    """All mentions of the newest snapshot in chunks, without their matches, each with how many there are in all."""
    with reader(folder) as connection:
        (total,) = connection.execute("SELECT count(*) FROM mention").fetchone() or (0,)
        after = START
        while found := _between(connection, _bounds(connection, after, size)):
            yield found, total
            after = found[-1].mark


def looked_up(folder: Path, name: str) -> Kept | None:
    """The published mention with this id or link; None when there is none."""
    with reader(folder) as connection:
        found = _read(connection.execute(_ONE, {"name": name}))
    return found[0] if found else None


def resting(folder: Path, now: datetime) -> frozenset[tuple[str, str]]:
    """Sources and places that, by the newest snapshot, are not to be visited yet; none when there is no snapshot."""
    if not (folder / "published" / CURRENT).exists():
        return frozenset()
    with reader(folder) as connection:
        return frozenset(connection.execute(_RESTING, {"now": now}).fetchall())


def _bounds(connection: duckdb.DuckDBPyConnection, after: Mark, size: int) -> dict[str, Any]:
    begin = {"seen": after.seen, "id": after.id}
    end = connection.execute(_END, begin | {"size": size - 1}).fetchone() or (END.seen, END.id)
    return begin | {"last_seen": end[0], "last_id": end[1]}


def _between(connection: duckdb.DuckDBPyConnection, bounds: dict[str, Any]) -> list[Kept]:
    return _read(connection.execute(_MENTIONS, bounds))


def _read(found: duckdb.DuckDBPyConnection) -> list[Kept]:
    names = [column[0] for column in found.description or ()]
    return [_kept(**dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _kept(*, id: str, excerpt: str, first_seen: datetime, facet: Facet, **more: Any) -> Kept:  # noqa: A002 - its column
    """The row as a document: its words are the excerpt's; its author, tags and links were never stored."""
    document = Document(
        **more, key=id, text=excerpt, found=_found(more["place"], more["type"]), author=None, opt_outs=frozenset()
    )
    return Kept(document, first_seen, facet, _is_cut(more["title"]) or _is_cut(excerpt))


def _found(place: str, type_: str) -> Found:
    """How it was found, which is not stored, as its place tells: connectors name a search `search: ...`."""
    if type_ == "article":
        return "feed"
    return "search" if place.startswith("search:") else "timeline"


def _is_cut(text: str) -> bool:
    """A post that itself ends in an ellipsis counts as cut: that costs an answer, not a wrong one."""
    return text.startswith(ELLIPSIS) or text.endswith(ELLIPSIS)
