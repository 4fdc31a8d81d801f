"""A page of posts -> what may be kept of it, judged, and the count of the rest. Nothing is written here.

document | match | admit | judge -> (Mention, Verdict)
|      |       '-> the scheme drops it: counted
|      '-> Dropped(reason): counted, never written anywhere
'-> no match: forgotten on the spot
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.assemble import Monitor
from monitor.connector import Page
from monitor.endpoint import OFFERED, Guess
from monitor.model import Document, Dropped, Match, Mention, Post, Tally, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, admit
from monitor.privacy.gate import without_other_words
from monitor.triage.verdict import is_routed

DROP = "drop"  # the scheme's word for what is not kept

log = logging.getLogger("monitor")
Judged = tuple[Mention, Verdict]


def judged_page(monitor: Monitor, page: Page, policy: Policy, now: datetime) -> tuple[list[Judged], Tally]:
    """What may be kept of a page, judged; the rest is counted and forgotten here.

    Of an ambassador's own page not even why: what one person boosts, deletes or hides is no figure of ours.
    """
    kept: list[Judged] = []
    dropped = Counter(page.skipped)
    matched = 0
    for post in page.posts:
        held, holds = _judge(monitor, post, policy, now)
        matched += holds
        if isinstance(held, Dropped):
            dropped[held.reason] += 1
        else:
            kept.append(held)
    fetched = len(page.posts) + sum(page.skipped.values())
    if is_person(page.place):
        matched, dropped = len(kept), Counter({"off topic": dropped.total()} if dropped else {})
    return kept, Tally(fetched=fetched, matched=matched, kept=len(kept), dropped=dict(dropped))


def _judge(monitor: Monitor, post: Post, policy: Policy, now: datetime) -> tuple[Judged | Dropped, bool]:
    """One post's way from text to verdict, and whether a query holds. A post that breaks a step costs only itself."""
    matches: tuple[Match, ...] = ()
    judged: Judged | Dropped
    try:
        found: Document = document(post, now)
        matches = monitor.matcher.match(found, now)
        held = admit(found, matches, policy, now)
        judged = held if isinstance(held, Dropped) else _decided(monitor, held, found, matches, now)
    except Exception as error:  # noqa: BLE001 - one poison post never stops the rest; its text is not repeated
        log.warning("a post could not be read (%s)", type(error).__name__)
        judged = Dropped("unreadable")
    return judged, bool(matches)


def _decided(
    monitor: Monitor, mention: Mention, document: Document, matches: Sequence[Match], now: datetime
) -> Judged | Dropped:
    """The mention with its verdict; what the scheme drops is counted and not kept."""
    verdict = monitor.triage.judge(mention, document, matches, now)
    if guess := _asked(monitor, mention, verdict, now):
        verdict = monitor.triage.judge(mention, document, matches, now, guess)
    if verdict.reaction == DROP:
        return Dropped("off topic" if mention.facet == "ambassador" else "by the scheme")
    return mention, without_other_words(verdict, mention, document, matches)


def _asked(monitor: Monitor, mention: Mention, verdict: Verdict, now: datetime) -> Guess | None:
    """What the endpoint makes of a doubtful mention that is not stored as it is; nothing without an endpoint."""
    endpoint = monitor.endpoint
    if not endpoint or is_routed(verdict.reasons) or not endpoint.wanted(mention.facet, verdict.needs):
        return None
    if monitor.store.knows(mention):
        return None
    return endpoint.ask(mention.whole, OFFERED, now)


def is_person(place: str) -> bool:
    """True for a place that is somebody's account."""
    return place.startswith("@")
