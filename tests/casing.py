"""Made-up flagged mentions for the tests of the queue, saved the way a run saves them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.model import Kind, Match, Mention, Post, Reason, Tally, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.store import Store
from tests.storing import HANDLE, visited

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday, 9:00 in Amsterdam
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Flagged:
    """A post to be saved with its verdict. `minutes`: from when it is saved until it is due."""

    key: str
    text: str
    kind: Kind = "complaint"
    source: str = "mastodon"
    published: datetime | None = None
    owner: str = "webcare"
    rule: str = "complaint"
    minutes: int = 60
    by_ambassador: bool = False
    is_flagged: bool = True


def flagged(key: object, text: str, **more: object) -> Flagged:
    return replace(Flagged(str(key), text), **more)  # type: ignore[arg-type]


def unlike(name: object) -> str:
    """A text that is no copy of any other."""
    return " ".join(f"{name}w{number}" for number in range(10))


def mention_of(post: Flagged, now: datetime) -> Mention:
    found = document(
        Post(
            source=post.source,
            place="#lindeveer on sociaal.example",
            key=post.key,
            url=f"https://sociaal.example/{post.key}",
            type="post",
            found="timeline",
            body=post.text,
            markup="text",
            published=post.published or now,
            author=HANDLE if post.by_ambassador else "reiziger_voorbeeld@sociaal.example",
            language="nl",
        ),
        now,
    )
    match = Match("lindeveer", "ambassador" if post.by_ambassador else "brand", ((0, 2),))
    policy = Policy(Pseudonyms(b"made up", now.year), ambassadors=frozenset({f"mastodon:{HANDLE}"}))
    kept = admit(found, (match,), policy, now)
    assert isinstance(kept, Mention)
    return kept


def verdict_of(post: Flagged, now: datetime) -> Verdict:
    due = now + timedelta(minutes=post.minutes)
    return Verdict(
        kinds=(post.kind,),
        rule=post.rule,
        reaction="restore" if post.is_flagged else "let stand",
        flagged=post.is_flagged,
        owner=post.owner if post.is_flagged else None,
        due=due if post.is_flagged else None,
        orange=now + timedelta(minutes=post.minutes) * 0.8 if post.is_flagged else None,
        channel="in public",
        why="A complaint: always answer.",
        reasons=(Reason(post.kind, "geen boot", "Geen", (0, 4), "cue", 0.9),),
    )


def saved_from(store: Store, posts: Sequence[Flagged], now: datetime = NOW) -> None:
    """Save posts in one transaction of a run of their own."""
    run = f"run-{now:%Y%m%dT%H%M%S}"
    store.begin(run, "mastodon", now)
    pairs = [(mention_of(post, now), verdict_of(post, now)) for post in posts]
    store.save(run, "mastodon", now, pairs, [visited()], Tally(fetched=len(pairs), kept=len(pairs)))


def prepared(store: Store, *posts: Flagged, now: datetime = NOW) -> Store:
    """The store with these posts in it."""
    store.prepare()
    saved_from(store, posts, now)
    return store
