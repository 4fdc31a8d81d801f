"""What can be done with stored mentions: begin a run, save pages, finish it, ask where places stand, look through
all of them again, publish.

A page's mentions, matches and verdicts, its place's cursor and the run's tally go into ONE transaction, and
saving the same page twice is the same as saving it once; so a crash at any moment loses and doubles nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from monitor.flag import flags
from monitor.model import Mention, Tally, Verdict
from monitor.store import cases, judged, kept, labels, queries, rematching, save, snapshot
from monitor.store.casebook import Casebook
from monitor.store.database import Database
from monitor.store.judged import Judged
from monitor.store.kept import Kept, Mark
from monitor.store.labels import Given, Proposed, Told
from monitor.store.rematching import Bookmark, Changes
from monitor.store.rows import Asked, Place, Saved, Visited

_DOUBLES = """
SELECT (SELECT count(*) - count(DISTINCT id) FROM mention)
     + (SELECT count(*) - count(DISTINCT (mention, query)) FROM mention_match)
     + (SELECT count(*) - count(DISTINCT id) FROM webcare_case)
     + (SELECT count(*) - count(DISTINCT (case_id, mention)) FROM case_mention)
     + (SELECT count(*) - count(DISTINCT (case_id, number)) FROM case_event)
"""
_LAST_RUNS = """
SELECT *, max(finished) FILTER (outcome IN ('good', 'degraded')) OVER (PARTITION BY source) AS succeeded
FROM run QUALIFY row_number() OVER (PARTITION BY source ORDER BY started DESC) = 1 ORDER BY source
"""
_READ_THROUGH = "SELECT bit_xor(hash(t)) FROM {} AS t"


class Store:
    """The database under `folder`, and what is published from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = Database(folder)

    @property
    def path(self) -> Path:
        """The live file. Only the monitor opens it."""
        return self._database.path

    @property
    def cases(self) -> Casebook:
        """The webcare queue."""
        return Casebook(self._database)

    def prepare(self) -> None:
        """Make or migrate the database; raises StoreError when it cannot be trusted."""
        self._database.prepare()

    def begin(self, run: str, source: str, now: datetime) -> None:
        """Note that a run of `source` has begun; older ones that never ended are marked abandoned.

        Call it with the source's lock held: then nobody else can be running.
        """
        with self._database.changed() as connection:
            connection.execute(
                "UPDATE run SET outcome = 'abandoned' WHERE outcome = 'running' AND source = ?", [source]
            )
            connection.execute(
                "INSERT INTO run VALUES (?, ?, ?, NULL, 'running', 0, 0, 0, 0, 0, 0, [], 0, 0, 0, 0)",
                [run, source, now],
            )

    def save(
        self,
        run: str,
        source: str,
        now: datetime,
        judged: Sequence[tuple[Mention, Verdict]],
        visited: Iterable[Visited],
        tally: Tally,
    ) -> Saved:
        """Save pages in one transaction, with the cases they open. `tally` counts all but new, revised and flagged.

        `now` is in the organisation's zone, whose year new cases are numbered in.
        """
        if not all(isinstance(mention, Mention) for mention, _ in judged):
            raise TypeError("only a Mention, which monitor.privacy.gate makes, is stored")
        with self._database.changed() as connection:
            new, revised = save.mentions(connection, run, now, judged)
            cases.open_for(connection, flags(new, revised), now)
            joined = [mention.id for mention, _ in revised if mention.facet == save.AMBASSADOR]
            cases.forget(connection, joined, now)
            save.places(connection, source, now, visited)
            return save.tally(connection, run, source, tally, judged, new, revised)

    def finish(self, run: str, source: str, now: datetime, outcome: str, problems: Sequence[str]) -> None:
        """Note how a run of `source` ended: good, degraded, failed or skipped."""
        with self._database.changed() as connection:
            connection.execute(
                "UPDATE run SET finished = ?, outcome = ?, problems = ? WHERE run = ? AND source = ?",
                [now, outcome, list(problems), run, source],
            )

    def places(self, source: str | None = None) -> list[Place]:
        """Where all places stand, or those of one source."""
        sql = (
            "SELECT source, name, cursor, visited, succeeded, not_before, failures, problem, notes, queries"
            " FROM place WHERE $1 IS NULL OR source = $1 ORDER BY source, visited, name"
        )
        with self._database.open() as connection:
            rows = _named(connection.execute(sql, [source]))
        return [Place(**row | {"notes": tuple(row["notes"])}) for row in rows]

    def note(self, asked: Sequence[Asked], now: datetime) -> None:
        """Write down the queries that are asked from now on; those that changed or are gone end."""
        with self._database.changed() as connection:
            queries.note(connection, asked, now)

    def asked(self) -> list[Asked]:
        """The queries that were asked last, as noted."""
        with self._database.open() as connection:
            return queries.current(connection)

    def matched(self) -> set[str]:
        """The names of the queries that hold for something stored."""
        with self._database.open() as connection:
            return {name for (name,) in connection.execute("SELECT DISTINCT query FROM mention_match").fetchall()}

    def meanings(self) -> dict[str, tuple[str, str]]:
        """What every query that was ever asked meant last: name -> version and facet."""
        with self._database.open() as connection:
            return queries.meanings(connection)

    def knows(self, mention: Mention) -> bool:
        """True when the mention is stored with these very words."""
        sql = "SELECT 1 FROM mention WHERE id = ? AND revision = ? LIMIT 1"
        with self._database.open() as connection:
            return connection.execute(sql, [mention.id, mention.revision]).fetchone() is not None

    def count(self) -> int:
        """How many mentions are stored."""
        with self._database.open() as connection:
            (count,) = connection.execute("SELECT count(*) FROM mention").fetchone() or (0,)
        return int(count)

    def chunk(self, after: Mark, size: int) -> list[Kept]:
        """The next mentions in the order of when they were first seen, `size` at most, with what holds for them."""
        with self._database.open() as connection:
            return kept.chunk(connection, after, size)

    def judged(
        self, since: datetime, relevances: Iterable[float] = (), confidences: Iterable[float] = ()
    ) -> list[Judged]:
        """What was judged of mentions first seen since then, counted by all that a scheme asks of them.

        `relevances` and `confidences` are its thresholds.
        """
        with self._database.open() as connection:
            return judged.since(connection, since, relevances, confidences)

    def bookmark(self) -> Bookmark | None:
        """How far the rematch came that has not ended; None when none is under way."""
        with self._database.open() as connection:
            return rematching.bookmark(connection)

    def rematch(self, changes: Changes, since: datetime, reached: Bookmark) -> None:
        """Change one chunk, whose first mention was first seen at `since`, and note how far that is: all or nothing."""
        with self._database.changed() as connection:
            rematching.apply(connection, changes, since, reached)

    def rematched(self, names: Sequence[str], now: datetime) -> None:
        """Note that what is stored has been looked through for these queries."""
        with self._database.changed() as connection:
            queries.rematched(connection, names, now)

    def end_rematch(self) -> None:
        """Take the bookmark out: nothing of the rematch is left to be done."""
        with self._database.changed() as connection:
            rematching.close(connection)

    def label(self, given: Sequence[Given], now: datetime) -> list[str]:
        """Append what people say of mentions; returns the ids that nothing was written of, an ambassador's or none."""
        with self._database.changed() as connection:
            return labels.add(connection, given, now)

    def about(self, query: str) -> list[tuple[str, bool]]:
        """Texts that a query found, and whether people say that they are about the organisation."""
        with self._database.open() as connection:
            return labels.about(connection, query)

    def labels(self) -> list[Told]:
        """What each person last said of each mention, the oldest first."""
        with self._database.open() as connection:
            return labels.told(connection)

    def proposed(self, by: str, most: int = 5_000) -> list[Proposed]:
        """The newest mentions that this person has not labelled."""
        with self._database.open() as connection:
            return labels.proposed(connection, by, most)

    def renew(self) -> None:
        """Write the live file anew, so that the bytes of what was deleted are gone. Raises StoreError."""
        self._database.renew()

    def last_runs(self) -> Sequence[Mapping[str, object]]:
        """The newest run per source, as column -> value; `succeeded`: when the last good or degraded one ended."""
        with self._database.open() as connection:
            return _named(connection.execute(_LAST_RUNS))

    def doubles(self) -> int:
        """Rows that say again what another row says; the nightly check wants 0, since no key guards the tables."""
        with self._database.open() as connection:
            (count,) = connection.execute(_DOUBLES).fetchone() or (0,)
        return int(count)

    def read_through(self) -> None:
        """Read every value once; raises StoreError when a block is damaged, which opening does not notice."""
        with self._database.open() as connection:
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
                connection.execute(_READ_THROUGH.format(table)).fetchall()

    def backup(self, target: Path) -> Path:
        """Write all of the live database to `target`, which must not be there; returns it. Raises StoreError."""
        return self._database.backup(target)

    def publish(self, name: str, *, ambassadors_shown: bool) -> Path:
        """Write a snapshot for readers and swap it in; returns its real path.

        `ambassadors_shown`: enough people opted in for a count of their mentions per week to be shown.
        """
        with self._database.open() as connection:
            return snapshot.publish(connection, self.folder / "published", name, ambassadors_shown=ambassadors_shown)

    def forget_older(self) -> None:
        """Remove all snapshots but the newest, with what they show of mentions that were removed since."""
        with self._database.open():  # so that nobody publishes meanwhile
            snapshot.only_newest(self.folder / "published")


def _named(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
