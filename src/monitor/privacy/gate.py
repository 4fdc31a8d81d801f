"""The privacy gate: `Document + matches + Policy -> Mention | Dropped(reason)`.

The only place that can make a `Mention`; the store accepts nothing else. Its rules, first one that holds:

    our own               an account of the organisation wrote it: no mention of it by others
    no match              no query of the organisation holds: nobody's business
    off topic             an ambassador's post that no organisation query matches: forgotten in memory
    not opted in          an ambassador query matched an account that did not join
    barred                the account is limited or suspended on its server
    opted out             its author set #nobot, #noindex or noindex
    not indexable         found by searching the text, and its author did not allow that (`indexable` and
                          `discoverable`, missing = not allowed); whoever sets a hashtag, or speaks to us, wants
                          to be found by it
    too old               published before the window of what is taken in

Speaking to one of our accounts (`addressed`) allows what an author left at its default, never what an author
refused. Joining as an ambassador is the author's own later word on the signals, but not the server's.

What is kept of the rest: 160 characters of the title, an excerpt of at most 280 characters around the first hit
(160 for press, Directive 2019/790 art. 15: very short extracts), the link, and a keyed pseudonym; of an ambassador no
pseudonym and no place of its own, so no figure per person can ever be made. Customers' telephone numbers, mail
addresses, bank accounts and their like are dots in it. Of a verdict's evidence only the words that stand in what is
kept.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import NOWHERE, SEAL, Document, Dropped, Match, Mention, Reason, Verdict
from monitor.personal import blanked
from monitor.privacy.pseudonym import Pseudonyms

LONGEST_EXCERPT = 280
LONGEST_PRESS_EXCERPT = 160
LONGEST_TITLE = 160
ACCOUNT = "an ambassador's account"  # the place of all that was found in one, whoever's it is
_GAP = re.compile(r"\s")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """What the gate needs to know.

    `ambassadors` are `source:handle`, lower case, of those who opted in; `own` the organisation's handles, `own_data`
    its addresses and numbers, which are no customer's.
    """

    pseudonyms: Pseudonyms
    own: frozenset[str] = frozenset()
    ambassadors: frozenset[str] = frozenset()
    window: timedelta = timedelta(days=90)
    own_data: Collection[str] = ()


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


def without_other_words(verdict: Verdict, mention: Mention, document: Document, matches: Sequence[Match]) -> Verdict:
    """The verdict with only such evidence in words as stands in what is kept, its spans counted there.

    `document` and `matches` are those the mention was made of.
    """
    names = {match.query for match in mention.matches}
    kept = _cut(document, tuple(match for match in matches if match.query in names), ())
    return replace(verdict, reasons=tuple(_moved(reason, kept, mention.whole) for reason in verdict.reasons))


def _moved(reason: Reason, kept: "_Cut", whole: str) -> Reason:
    """The reason with its span in `whole`, which is what is kept, and what stands there now as its words."""
    if spans := kept.moved([reason.span]):
        start, stop = spans[0]
        return replace(reason, span=spans[0], text=whole[start:stop][: len(reason.text)])
    # a model names its reasons by the post's own words; a service elsewhere by its name, which stands nowhere in a post
    cue = "" if reason.by == "model" and reason.span != NOWHERE else reason.cue
    return replace(reason, text="", span=NOWHERE, cue=cue)


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
    unwilling = signals & {"not-indexable", "undiscoverable"}
    if document.found == "search" and unwilling and not (document.addressed or joined):
        return "not indexable"
    if document.published is not None and document.published < oldest:
        return "too old"
    return None


def _mention(document: Document, held: tuple[Match, ...], policy: Policy, *, joined: bool) -> Mention:
    author = None if joined or document.author is None else policy.pseudonyms.of(document.source, document.author)
    kept = _cut(document, held, policy.own_data)
    return Mention(
        id=identify(document.source, document.key),
        source=document.source,
        place=ACCOUNT if document.found == "account" else document.place,
        url=document.url,
        type=document.type,
        title=kept.title,
        excerpt=kept.excerpt,
        language=document.language,
        published=document.published,
        author=author,
        addressed=document.addressed,
        facet="ambassador" if joined else held[0].facet,
        matches=tuple(replace(match, spans=kept.moved(match.spans)) for match in held),
        fingerprint=document.fingerprint,
        revision=document.revision,
        seal=SEAL,
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a text, from `start` to `stop` in it, and how it is shown: `lead` more characters before it."""

    shown: str
    start: int
    stop: int
    lead: int = 0


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is kept of a document. `stretches`: from and to in its whole, and how far they moved to the mention's."""

    title: str
    excerpt: str
    stretches: tuple[tuple[int, int, int], ...]

    def moved(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """The spans that lie within what is kept, counted in title, line break and excerpt."""
        return tuple(
            (start + moved, end + moved)
            for start, end in spans
            for first, last, moved in self.stretches
            if first <= start and end <= last
        )


def _cut(document: Document, held: tuple[Match, ...], own: Collection[str]) -> _Cut:
    """What is kept of title and text, customers' personal data blanked; how far it moved does not hang on `own`."""
    longest = LONGEST_PRESS_EXCERPT if document.found == "feed" else LONGEST_EXCERPT
    spans = [span for match in held for span in match.spans]
    at = len(document.whole) - len(document.text)
    title = _piece(
        blanked(document.title, own), [span for span in spans if span[1] <= len(document.title)], LONGEST_TITLE
    )
    text = _piece(blanked(document.text, own), [(start - at, end - at) for start, end in spans if start >= at], longest)
    before = len(title.shown) + 1 if title.shown else 0
    return _Cut(
        title.shown,
        text.shown,
        (
            (title.start, title.stop, title.lead - title.start),
            (at + text.start, at + text.stop, before + text.lead - at - text.start),
        ),
    )


def _piece(text: str, hits: Sequence[Span], longest: int) -> _Piece:
    """All of a short text; of a long one whole words around its first hit, or its beginning where there is none."""
    if len(text) <= longest:
        return _Piece(text, 0, len(text))
    first, last = min(hits, default=(0, 0))
    room = longest - 2  # an ellipsis on either side
    start = _word_from(text, min(max(first - longest // 3, 0), len(text) - room), first)
    stop = _word_until(text, last, start + room) if start + room < len(text) else len(text)
    lead = "…" if start else ""
    return _Piece(f"{lead}{text[start:stop]}{'…' if stop < len(text) else ''}", start, stop, len(lead))


def _word_from(text: str, start: int, latest: int) -> int:
    """The first beginning of a word from `start` on, `latest` when there is none before it."""
    if start == 0 or text[start - 1].isspace():
        return start
    gap = _GAP.search(text, start, max(latest, start))
    return gap.end() if gap else max(latest, start)


def _word_until(text: str, earliest: int, stop: int) -> int:
    """The last end of a word up to `stop`, or `stop` when there is none after `earliest`."""
    return max((gap.start() for gap in _GAP.finditer(text, min(earliest, stop), stop + 1)), default=stop)
