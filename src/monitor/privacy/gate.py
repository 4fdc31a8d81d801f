"""The privacy gate: `Document + matches + Policy -> Mention | Dropped(reason)`.

The only place that can make a `Mention`; the store accepts nothing else. Its rules, first one that holds:

    our own               an account of the organisation wrote it: no mention of it by others
    no match              no query of the organisation holds: nobody's business
    off topic             an ambassador's post that no organisation query matches: forgotten in memory
    not opted in          an ambassador query matched an account that did not join
    barred                the account is limited or suspended on its server
    opted out             its author set #nobot, #noindex or noindex
    not indexable         found by searching the text, and the author did not allow that (missing = not allowed)
    too old               published before the window of what is kept at all

What is kept of the rest: title, an excerpt of at most 280 characters around the first hit (160 for press,
Directive 2019/790 art. 15: very short extracts), the link, and a keyed pseudonym; of an ambassador no
pseudonym at all, so no figure per person can ever be made.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import SEAL, Document, Dropped, Match, Mention
from monitor.privacy.pseudonym import Pseudonyms

LONGEST_EXCERPT = 280
LONGEST_PRESS_EXCERPT = 160
LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Policy:
    """What the gate needs to know.

    `ambassadors` are `source:handle`, lower case, of those who opted in; `own` the organisation's handles.
    """

    pseudonyms: Pseudonyms
    own: frozenset[str] = frozenset()
    ambassadors: frozenset[str] = frozenset()
    window: timedelta = timedelta(days=90)


def admit(document: Document, matches: tuple[Match, ...], policy: Policy, now: datetime) -> Mention | Dropped:
    """The mention that may be kept, or why nothing is."""
    joined = has_joined(document, policy)
    if document.author is not None and document.author.lower() in policy.own:
        return Dropped("our own")
    held = tuple(match for match in matches if match.facet != "ambassador" or joined)
    reason = _reason_to_drop(document, matches, held, joined=joined, oldest=now - policy.window)
    return Dropped(reason) if reason else _mention(document, held, policy, joined=joined)


def has_joined(document: Document, policy: Policy) -> bool:
    """True when the author opted in as an ambassador."""
    return document.author is not None and f"{document.source}:{document.author}".lower() in policy.ambassadors


def identify(source: str, key: str) -> str:
    """A mention's id: 32 hex digits of its source and key."""
    return blake2b(f"{source}\x00{key}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _reason_to_drop(
    document: Document, matches: tuple[Match, ...], held: tuple[Match, ...], *, joined: bool, oldest: datetime
) -> str | None:
    signals = document.opt_outs
    if not held:
        return "not opted in" if matches else "off topic" if joined else "no match"
    if document.found == "account" and not joined:
        return "not opted in"
    if signals & {"limited", "suspended"}:
        return "barred"
    if signals & {"noindex", "bio"} and not joined:
        return "opted out"
    if document.found == "search" and "not-indexable" in signals and not (document.addressed or joined):
        return "not indexable"
    if document.published is not None and document.published < oldest:
        return "too old"
    return None


def _mention(document: Document, held: tuple[Match, ...], policy: Policy, *, joined: bool) -> Mention:
    author = None if joined or document.author is None else policy.pseudonyms.of(document.source, document.author)
    kept = _cut(document, held)
    return Mention(
        id=identify(document.source, document.key),
        source=document.source,
        place=document.place,
        url=document.url,
        type=document.type,
        title=kept.title,
        excerpt=kept.excerpt,
        language=document.language,
        published=document.published,
        author=author,
        addressed=document.addressed,
        facet="ambassador" if joined else held[0].facet,
        matches=tuple(replace(match, spans=kept.spans(match)) for match in held),
        fingerprint=document.fingerprint,
        revision=document.revision,
        seal=SEAL,
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is kept of a text, and how offsets in the whole become offsets in it."""

    title: str
    excerpt: str
    text_at: int  # where the text begins in the document's whole
    start: int  # where the excerpt begins in the text

    def spans(self, match: Match) -> tuple[tuple[int, int], ...]:
        """The spans that lie within what is kept, counted in title, line break and excerpt."""
        moved = (self._moved(start, end) for start, end in match.spans)
        return tuple(span for span in moved if span is not None)

    def _moved(self, start: int, end: int) -> tuple[int, int] | None:
        if start < self.text_at:
            return (start, end) if end <= len(self.title) else None
        before = len(self.title) + 1 if self.title else 0
        shift = before - self.text_at - self.start + (1 if self.start else 0)
        inside = start - self.text_at >= self.start and end + shift <= before + len(self.excerpt)
        return (start + shift, end + shift) if inside else None


def _cut(document: Document, held: tuple[Match, ...]) -> _Cut:
    """Whole words around the first hit in the text; the start when the hit is in the title."""
    longest = LONGEST_PRESS_EXCERPT if document.found == "feed" else LONGEST_EXCERPT
    title, text = document.title[:LONGEST_TITLE], document.text
    at = len(document.whole) - len(text)
    if len(text) <= longest:
        return _Cut(title, text, at, 0)
    hits = [start - at for match in held for start, _ in match.spans if start >= at]
    start = max(min(hits, default=0) - longest // 3, 0)
    start = text.find(" ", start, min(hits, default=0)) + 1 if start else 0
    piece = text[start : start + longest - 2].rsplit(" ", 1)[0]
    return _Cut(title, f"{'…' if start else ''}{piece}…", at, start)
