"""Made-up mentions for the store's tests, made by the real gate, and a look at what is stored."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from monitor.model import Facet, Match, Mention, Post, PostType, Reason, Tally, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.store import Saved, Store, Visited

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HANDLE = "schipper_voorbeeld@sociaal.example"
Judged = tuple[Mention, Verdict]
WHO = ("webcare", "webcare-lead", "spokesperson", "security", "legal", "crisis-lead", "hr")
# the roles of the scheme that ships, as the last table of a configuration
ROLES = "\n[roles]\n" + "".join(f'{role} = {{ who = "{role}@lindeveer.example" }}\n' for role in WHO)
TABLES = ("mention", "mention_match", "verdict", "place", "run", "run_dropped")


def mention(
    key: object,
    text: str = "De lindeveer vaart.",
    *,
    title: str = "",
    published: datetime | None = NOW - DAY,
    queries: Sequence[str] = ("lindeveer",),
    facet: Facet = "brand",
    author: str = "reiziger_voorbeeld@sociaal.example",
    place: str = "#lindeveer on sociaal.example",
    type: PostType = "post",  # noqa: A002 - the word of the model
    now: datetime = NOW,
) -> Mention:
    """A mention as the gate makes it; one of facet ambassador is written by an ambassador."""
    author = HANDLE if facet == "ambassador" else author
    found = document(
        Post(
            source="mastodon",
            place=place,
            key=str(key),
            url=f"https://sociaal.example/{key}",
            type=type,
            found="timeline",
            title=title,
            body=text,
            markup="text",
            published=published,
            author=author,
            language="nl",
        ),
        now,
    )
    matches = tuple(Match(query, facet, ((0, 2),)) for query in queries)
    policy = Policy(Pseudonyms(b"made up", now.year), ambassadors=frozenset({f"mastodon:{HANDLE}"}))
    kept = admit(found, matches, policy, now)
    assert isinstance(kept, Mention)
    return kept


def verdict(*, flagged: bool = False, rule: str = "rest") -> Verdict:
    reason = Reason("other", "cue", "vaart", (0, 5))
    due = NOW + DAY if flagged else None
    return Verdict(("other",), rule, "read", flagged, "webcare" if flagged else None, due, "public", "so", (reason,))


def judged(key: object, text: str = "De lindeveer vaart.", *, flagged: bool = False, **more: Any) -> Judged:
    return mention(key, text, **more), verdict(flagged=flagged)


def visited(name: str = "#lindeveer on sociaal.example", cursor: str | None = "c1", **more: Any) -> Visited:
    known: dict[str, Any] = {"not_before": None, "problem": None, "failures": 0, "notes": ()}
    return Visited(name, cursor, **known | more)


def prepared(folder: Path, run: str = "run-1") -> Store:
    """A new store in which a run of mastodon has begun."""
    store = Store(folder)
    store.prepare()
    store.begin(run, "mastodon", NOW)
    return store


def saved(store: Store, *pairs: Judged, now: datetime = NOW, run: str = "run-1") -> Saved:
    return store.save(run, "mastodon", now, pairs, [visited()], Tally(fetched=len(pairs), kept=len(pairs)))


def asked(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store.path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


def everything(store: Store, *, without: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in one order."""
    return {table: asked(store, f"FROM {table} ORDER BY ALL") for table in TABLES if table not in without}
