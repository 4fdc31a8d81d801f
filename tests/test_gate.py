"""The privacy gate: who is kept, how much of them, and under which name."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.model import Document, Dropped, Found, Match, Mention, OptOut, Post
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.privacy.gate import LONGEST_EXCERPT, LONGEST_PRESS_EXCERPT, LONGEST_TITLE, identify
from monitor.query import Matcher, Query

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
POLICY = Policy(
    Pseudonyms(b"key", 2026),
    own=frozenset({"webcare@lindeveer.example"}),
    ambassadors=frozenset({"mastodon:schipper@sociaal.example"}),
)
POST = Post(
    source="mastodon",
    place="#lindeveer",
    key="1",
    url="https://sociaal.example/1",
    type="post",
    found="timeline",
    body="Lindeveer vaart.",
    markup="text",
    published=NOW - timedelta(days=1),
    author="reiziger@sociaal.example",
)
SCHIPPER = {"author": "Schipper@sociaal.example", "found": "account"}
SEARCHES = [
    Query("merk", "brand", "lindeveer"),
    Query("bedrijf", "company", "veerholding"),
    Query("trots", "ambassador", "dek"),
]
SIGNALS = get_args(OptOut)


def read(post: Post, searches: Iterable[Query] = SEARCHES) -> tuple[Document, tuple[Match, ...]]:
    found = document(post, NOW)
    return found, Matcher(searches).match(found, NOW)


def outcome(policy: Policy = POLICY, **change: Any) -> Mention | Dropped:
    return admit(*read(replace(POST, **change)), policy, NOW)


def kept(**change: Any) -> Mention:
    made = outcome(**change)
    assert isinstance(made, Mention)
    return made


def reason(**change: Any) -> str:
    made = outcome(**change)
    return made.reason if isinstance(made, Dropped) else "kept"


# --- The rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "kept"),
        ({"author": None}, "kept"),
        ({"found": "feed", "type": "article"}, "kept"),
        ({"author": "webcare@lindeveer.example"}, "our own"),
        ({"author": "WebCare@Lindeveer.example"}, "our own"),
        ({"body": "De veerholding meldt winst."}, "kept"),
        ({"body": "Mooi weer."}, "no match"),
        ({"found": "account"}, "not opted in"),
        ({"body": "Mooi dek."}, "not opted in"),
        ({"body": "Mooi dek.", "found": "account"}, "not opted in"),
        ({"body": "Mooi dek en Lindeveer."}, "kept"),
        ({**SCHIPPER}, "kept"),
        ({**SCHIPPER, "found": "timeline"}, "kept"),
        ({**SCHIPPER, "body": "Mooi dek."}, "kept"),
        ({**SCHIPPER, "body": "Mosselpan voor zes."}, "off topic"),
        ({**SCHIPPER, "source": "reddit"}, "not opted in"),
        ({"opt_outs": frozenset({"limited"})}, "barred"),
        ({"opt_outs": frozenset({"suspended"}), **SCHIPPER}, "barred"),
        ({"opt_outs": frozenset({"noindex"})}, "opted out"),
        ({"opt_outs": frozenset({"bio"})}, "opted out"),
        ({"opt_outs": frozenset({"noindex", "bio"}), **SCHIPPER}, "kept"),
        ({"opt_outs": frozenset({"not-indexable"})}, "kept"),
        ({"opt_outs": frozenset({"not-indexable"}), "found": "search"}, "not indexable"),
        ({"opt_outs": frozenset({"not-indexable"}), "found": "search", "addressed": True}, "kept"),
        ({"opt_outs": frozenset({"noindex"}), "addressed": True}, "opted out"),
        ({"opt_outs": frozenset({"bio"}), "addressed": True}, "opted out"),
        ({"opt_outs": frozenset({"limited"}), "addressed": True}, "barred"),
        ({"opt_outs": frozenset({"not-indexable"}), **SCHIPPER}, "kept"),
        ({"opt_outs": frozenset({"undiscoverable"})}, "kept"),
        ({"opt_outs": frozenset({"undiscoverable"}), "found": "search"}, "not indexable"),
        ({"published": NOW - timedelta(days=90)}, "kept"),
        ({"published": NOW - timedelta(days=90, seconds=1)}, "too old"),
        ({"published": None}, "kept"),
        ({"published": NOW - timedelta(days=400), **SCHIPPER}, "too old"),
    ],
)
def test_the_rules(change: dict[str, Any], expected: str) -> None:
    """Each rule drops what it is for and lets its neighbour through."""
    assert reason(**change) == expected


def test_the_first_rule_that_holds_is_told() -> None:
    """A post that breaks every rule is told the first; each cure brings the next, in the order of the docstring."""
    post = {
        "author": "webcare@lindeveer.example",
        "body": "Mooi weer.",
        "found": "account",
        "opt_outs": frozenset(SIGNALS),
        "published": NOW - timedelta(days=400),
    }
    cures: list[dict[str, Any]] = [
        {"author": "reiziger@sociaal.example"},
        {"body": "Lindeveer"},
        {"found": "search"},
        {"opt_outs": frozenset({"noindex", "not-indexable"})},
        {"opt_outs": frozenset({"not-indexable"})},
        {"opt_outs": frozenset()},
        {"published": NOW},
    ]
    told = [reason(**post)]
    for cure in cures:
        post |= cure
        told.append(reason(**post))
    assert told == ["our own", "no match", "not opted in", "barred", "opted out", "not indexable", "too old", "kept"]


def may_be_kept(signals: frozenset[str], found: Found, *, addressed: bool, joined: bool) -> bool:
    """The rules once more, from privacy law and platform terms, in other words than the gate's own.

    Whom the server hides is hidden. Who joined has said so; only they are read by account. Others: an explicit
    no is a no; what was found by searching its text needs an explicit yes (indexable, discoverable), unless it speaks to us.
    """
    if {"limited", "suspended"} & signals:
        return False
    if joined:
        return True
    if found == "account" or {"noindex", "bio"} & signals:
        return False
    yes = not {"not-indexable", "undiscoverable"} & signals
    return yes or addressed or found != "search"


def test_every_combination_of_signals() -> None:
    """All 1,024 combinations of signals, way of finding, addressing and joining come out as the law says."""
    subsets = chain.from_iterable(combinations(SIGNALS, size) for size in range(len(SIGNALS) + 1))
    wrong = []
    for signals, found, addressed, joined in product(
        map(frozenset, subsets), get_args(Found), (False, True), (False, True)
    ):
        author = "schipper@sociaal.example" if joined else "reiziger@sociaal.example"
        made = outcome(opt_outs=signals, found=found, addressed=addressed, author=author)
        if isinstance(made, Mention) is not may_be_kept(signals, found, addressed=addressed, joined=joined):
            wrong.append((signals, found, addressed, joined, made))
    assert wrong == []


# --- Names ------------------------------------------------------------------------------------------------


def test_authors_become_pseudonyms() -> None:
    """An author is kept as 16 hex digits that are equal for equal authors and hold nothing of the handle."""
    made = kept()
    assert re.fullmatch(r"[0-9a-f]{16}", made.author or "")
    assert made.author == kept(key="2", body="Lindeveer!", author="Reiziger@Sociaal.example").author
    assert made.author != kept(author="ander@sociaal.example").author
    assert kept(author=None).author is None


@pytest.mark.parametrize(
    ("pseudonyms", "source", "author"),
    [
        (Pseudonyms(b"other key", 2026), "mastodon", "reiziger"),
        (Pseudonyms(b"key", 2027), "mastodon", "reiziger"),
        (Pseudonyms(b"key", 2026), "reddit", "reiziger"),
        (Pseudonyms(b"key", 2026), "mastodon", "reizigers"),
        (Pseudonyms(b"key", 2026), "mastodon", "\ud800"),
    ],
)
def test_pseudonyms_differ(pseudonyms: Pseudonyms, source: str, author: str) -> None:
    """Another key, year, source or author is another pseudonym."""
    assert pseudonyms.of(source, author) != Pseudonyms(b"key", 2026).of("mastodon", "reiziger")


def test_the_key_is_not_shown() -> None:
    """The key stands in no repr."""
    assert "geheim" not in repr(Policy(Pseudonyms(b"geheim", 2026)))


def test_ambassadors_have_no_name() -> None:
    """Of an ambassador not even a pseudonym is kept, whichever query matched and however the post was found."""
    for found in ("account", "timeline", "search"):
        made = kept(author="schipper@sociaal.example", found=found)
        assert (made.author, made.facet) == (None, "ambassador")


def test_strangers_are_not_matched_by_ambassador_queries() -> None:
    """What an ambassador query finds in a stranger's post is left out of its matches."""
    assert [match.query for match in kept(body="Lindeveer heeft een mooi dek.").matches] == ["merk"]
    joined = kept(body="Lindeveer heeft een mooi dek.", author="schipper@sociaal.example")
    assert [match.query for match in joined.matches] == ["merk", "trots"]


def test_the_facet_is_that_of_the_first_query() -> None:
    """A mention serves the facet of the first query that holds."""
    assert kept(body="Lindeveer van de veerholding").facet == "brand"
    assert kept(body="De veerholding").facet == "company"


def test_ids_are_of_source_and_key() -> None:
    """The id is stable over edits and moves, and no two sources or keys share one."""
    assert (
        kept().id
        == kept(body="Lindeveer vaart niet.", url="https://a.example/", place="elders").id
        == identify("mastodon", "1")
    )
    ids = {
        identify(source, key) for source, key in (("a", "bc"), ("ab", "c"), ("a", "b"), ("", "abc"), ("a\x00b", "c"))
    }
    assert len(ids) == 5
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in ids)


# --- How much is kept -------------------------------------------------------------------------------------


def words(count: int, word: str = "woord") -> str:
    return " ".join(f"{word}{number}" for number in range(count))


def covered(made: Mention) -> list[str]:
    return [made.whole[start:end] for match in made.matches for start, end in match.spans]


@pytest.mark.parametrize(("found", "longest"), [("feed", LONGEST_PRESS_EXCERPT), ("timeline", LONGEST_EXCERPT)])
@pytest.mark.parametrize(
    "body",
    [
        f"Lindeveer {words(200)}",
        f"{words(200)} Lindeveer",
        f"{words(30)} Lindeveer {words(200)}",
        f"{words(200)} Lindeveer {words(5)}",
        "\n".join(["woord"] * 90 + ["Lindeveer"] + ["woord"] * 90),
        f"{'x' * 400} Lindeveer {'y' * 400}",
        f"{'x' * 400} #Lindeveer {words(100)}",
        f"({'x' * 400}/Lindeveer/{'y' * 400})",
        f"{words(40)} Lindeveer {'y' * 5000}",
        f"{'⛴️🌊' * 600} Lindeveer",
    ],
)
def test_the_excerpt_shows_the_hit(body: str, found: Found, longest: int) -> None:
    """Wherever the first hit stands, the excerpt holds it, is no longer than allowed and points at it."""
    made = kept(body=body, found=found)
    assert len(made.excerpt) <= longest
    assert covered(made) == ["Lindeveer"]


def test_the_end_of_a_text_is_shown_as_its_end() -> None:
    """When the hit stands near the end, all that follows it is kept, without an ellipsis."""
    made = kept(body=f"{words(200)} Lindeveer tot morgen")
    assert made.excerpt.endswith("woord199 Lindeveer tot morgen")
    assert len(made.excerpt) > 270


def test_the_law_sets_the_lengths() -> None:
    """280 characters, and 160 of what the press wrote; the title 160."""
    assert (LONGEST_EXCERPT, LONGEST_PRESS_EXCERPT, LONGEST_TITLE) == (280, 160, 160)
    assert kept(body="Lindeveer " * 28).excerpt == ("Lindeveer " * 28).strip()
    assert len(kept(body="Lindeveer " * 28, found="feed").excerpt) <= 160


def test_long_titles_are_cut_around_their_hit() -> None:
    """A title longer than 160 characters is cut at words, and a hit late in it is still shown."""
    made = kept(title=f"{words(40)} Lindeveer {words(30)}", body="niets")
    assert len(made.title) <= LONGEST_TITLE
    assert covered(made) == ["Lindeveer"]
    assert made.title[0] == made.title[-1] == "…"


def test_a_hit_in_the_title_shows_the_beginning() -> None:
    """When only the title matches, the text's beginning is kept."""
    made = kept(title="Lindeveer", body=words(200))
    assert made.excerpt.startswith("woord0 woord1 ")
    assert covered(made) == ["Lindeveer"]


PARTS = st.lists(
    st.sampled_from(
        ["veer", "Lindeveer", "gele", "boot", "ﬁets", "a", "x" * 50, "y" * 300, "é", "⛴️", "#veer,", "_veer_"]
    ),
    max_size=120,
)
GAPS = st.sampled_from([" ", "\n", " – ", "-"])
HITS = [Query("merk", "brand", 'veer OR lindeveer OR "gele boot" OR fiets* OR xxx*')]


@settings(max_examples=300)
@given(PARTS, PARTS, GAPS, st.sampled_from(["feed", "search"]))
@example(["a"] * 100, ["veer"], " ", "feed")
@example(["y" * 300], [], " ", "search")
def test_kept_spans_cover_the_same_words(title: list[str], body: list[str], gap: str, found: Found) -> None:
    """Each kept span covers in the mention the words that a span covers in the document, in the same order."""
    post = replace(POST, title=gap.join(title)[:500], body=gap.join(body), found=found)
    whole, matches = read(post, HITS)
    made = admit(whole, matches, POLICY, NOW)
    if isinstance(made, Dropped):
        assert not matches
        return
    before = [whole.whole[start:end] for start, end in matches[0].spans]
    after = iter(before)
    assert all(word in after for word in covered(made))
    assert len(made.excerpt) <= (LONGEST_PRESS_EXCERPT if found == "feed" else LONGEST_EXCERPT)
    assert len(made.title) <= LONGEST_TITLE


@given(PARTS, GAPS, st.sampled_from(["feed", "search"]))
def test_what_is_kept_is_whole_words_of_the_text(body: list[str], gap: str, found: Found) -> None:
    """The excerpt is one stretch of the text, cut between words, with an ellipsis where something is missing."""
    text = document(replace(POST, body=gap.join(["Lindeveer", *body]), found=found), NOW).text
    excerpt = kept(body=text, found=found).excerpt
    inner = excerpt.strip("…")
    at = text.find(inner)
    assert at >= 0
    assert excerpt.startswith("…") is (at > 0)
    assert excerpt.endswith("…") is (at + len(inner) < len(text))
    if gap in " \n" and "y" not in text:
        assert text[at + len(inner) : at + len(inner) + 1] in ("", " ", "\n")
