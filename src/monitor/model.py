"""The values a post becomes on its journey, in the order in which they appear.

    Post -> Document -> Match -> Mention | Dropped -> Verdict

Each stage has its own frozen type, so a function's signature says how far a post has come.
Datetimes are aware. Only `monitor.privacy.gate` makes a `Mention`. No `repr` shows words of a post, who wrote it
or its address, which names both on many platforms: values end up in tracebacks and logs.
"""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

Facet = Literal["brand", "company", "ambassador"]
PostType = Literal["article", "post", "comment", "boost"]
Found = Literal["feed", "timeline", "search", "account"]
OptOut = Literal["noindex", "not-indexable", "undiscoverable", "limited", "suspended", "bio"]
Kind = Literal[
    "leak",
    "safety",
    "fraud",
    "press",
    "personal-data",
    "abuse",
    "wrong-facts",
    "complaint",
    "question",
    "suggestion",
    "compliment",
    "job",
    "spam",
    "news",
    "other",
]  # fmt: skip - in the order in which the first that holds is the primary one
KINDS: tuple[Kind, ...] = get_args(Kind)
Evidence = Literal["strong", "cue", "rule", "model"]
NOWHERE = (0, 0)  # the span of a reason that no words of the post gave


@dataclass(frozen=True, slots=True)
class Post:
    """One public post as its source gave it, before anything is decided.

    `key` is stable and unique within `source`; `url` is absolute http(s); `author` is the platform's
    own account id or handle as plain text (it becomes a keyed pseudonym in the gate and goes no further);
    `markup` says how `title` and `body` are to be read; `opt_outs` are the signals its author set;
    `addressed` is true when it speaks to one of the organisation's own accounts; `tags` are what the source files
    it under (categories, flair, hashtags, without #); `links` those it carries beside its body's (a link post's).
    """

    source: str
    place: str
    key: str = field(repr=False)
    url: str = field(repr=False)
    type: PostType
    found: Found
    body: str = field(repr=False)
    title: str = field(default="", repr=False)
    markup: Literal["html", "text"] = "html"
    published: datetime | None = None
    author: str | None = field(default=None, repr=False)
    language: str | None = None
    opt_outs: frozenset[OptOut] = frozenset()
    addressed: bool = False
    tags: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A post made uniform: plain NFC text, canonical URL, trusted date.

    `published` is None when the source's date is missing or impossible; `revision` changes when
    title or text change (an edit); `fingerprint` is equal for the same words in other dress; `links` are the
    targets of its markup's links and those its source gave, which the text need not show.
    """

    source: str
    place: str
    key: str = field(repr=False)
    url: str = field(repr=False)
    type: PostType
    found: Found
    title: str = field(repr=False)
    text: str = field(repr=False)
    published: datetime | None
    author: str | None = field(repr=False)
    language: str | None
    opt_outs: frozenset[OptOut]
    addressed: bool
    fingerprint: str
    revision: str
    tags: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)

    @property
    def whole(self) -> str:
        """Title and text as one string: what queries and cues read and what spans count in."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Match:
    """A query that holds for a document; `spans` are (start, end) character offsets in `Document.whole`."""

    query: str
    facet: Facet
    spans: tuple[tuple[int, int], ...]


SEAL = object()  # the privacy gate's: what carries it came through there


@dataclass(frozen=True, slots=True)
class Mention:
    """What may be kept of a document. Made by the privacy gate only, which holds the one key to it.

    `id` is 32 hex digits of source and key; `author` is a keyed pseudonym, or None for ambassadors and
    where the source names nobody; `excerpt` is text around the first match, never the whole post;
    the spans of `matches` count in `whole`, and only those that lie within it are left.
    """

    id: str
    source: str
    place: str
    url: str = field(repr=False)
    type: PostType
    title: str = field(repr=False)
    excerpt: str = field(repr=False)
    language: str | None
    published: datetime | None
    author: str | None = field(repr=False)
    addressed: bool
    facet: Facet
    matches: tuple[Match, ...]
    fingerprint: str
    revision: str
    seal: InitVar[object] = field(kw_only=True)  # shown once and not kept, so that no mention lends it to another

    @property
    def whole(self) -> str:
        """Title and excerpt as one string."""
        return f"{self.title}\n{self.excerpt}" if self.title else self.excerpt

    def __post_init__(self, seal: object) -> None:
        if seal is not SEAL:
            raise TypeError("only monitor.privacy.gate makes a Mention")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A document that is not kept. Counted under `reason` and forgotten."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a kind was given. `by` a strong cue, a cue that counts, a rule ("article") or the model.

    `cue` is the cue as its file writes it, the rule's name or the model's word; `text` the words of the post it
    hit and `span` where they stood, NOWHERE if none; `measured` the cue's measured precision or the
    model's probability.
    """

    kind: Kind
    cue: str
    text: str = field(repr=False)
    span: tuple[int, int]
    by: Evidence = "cue"
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """A machine's guess at what a post says about the brand; `confidence` from 0 to 1.

    There is none about ambassadors and staff: its facet is the brand or the company, by type and at run time.
    """

    facet: Literal["brand", "company"]
    label: Literal["negative", "neutral", "positive"]
    confidence: float

    def __post_init__(self) -> None:
        if self.facet not in ("brand", "company"):
            raise TypeError("sentiment is about the brand or the company, never about a person")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reaction scheme says of a mention.

    `flagged` means a person must act; then `owner` is a role, `due` an aware deadline and `orange` when the last fifth
    of the time until then begins. `why` is the rule's reason in plain words, `reasons` the evidence for the kinds, of
    which the first is the primary one. `scores` are probabilities of the kinds that hold, `needs` that of needing a
    reaction and `relevance` that of being about the organisation and not its namesake, each None when nothing could
    tell. `scheme` and `model` say by which versions it was judged.
    """

    kinds: tuple[Kind, ...]
    rule: str
    reaction: str
    flagged: bool
    owner: str | None
    due: datetime | None
    channel: str
    why: str
    reasons: tuple[Reason, ...]
    orange: datetime | None = None
    reply: bool = False
    sentiment: Sentiment | None = None
    scores: Mapping[Kind, float] = field(default_factory=dict)
    needs: float | None = None
    relevance: float | None = None
    scheme: str = ""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The funnel of one visit to one source, in posts.

    `fetched` = `dropped` (by reason, "no match" among them) + `kept`;
    `kept` = `new` + `revised` + already known. `flagged` counts new mentions that need a reaction.
    """

    fetched: int = 0
    matched: int = 0
    kept: int = 0
    new: int = 0
    revised: int = 0
    flagged: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        names = ("fetched", "matched", "kept", "new", "revised", "flagged")
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in names}
        reasons = {*self.dropped, *other.dropped}
        both = {r: self.dropped.get(r, 0) + other.dropped.get(r, 0) for r in sorted(reasons)}
        return Tally(**sums, dropped=both)
