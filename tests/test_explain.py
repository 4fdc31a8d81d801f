"""Explaining: the tree of a query with what each part found in a text, and why not where that can be told."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model import Document, Post
from monitor.normalise import document
from monitor.query import parse
from monitor.query.explain import Explained, explain
from monitor.query.text import Text
from monitor.query.tree import Node, walk

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)


def posted(body: str, title: str = "") -> Document:
    """A post of which everything is known."""
    known = {"source": "forum", "place": "", "key": "1", "url": "https://krant.example/regio/1", "title": title}
    more = {"author": "reiziger_vb", "language": "nl", "tags": ("Gele boot",), "links": ("https://lindeveer.example/",)}
    post = Post(**known, **more, type="comment", found="search", body=body, markup="text", published=NOW)
    return document(post, NOW)


def told(query: str, text: str, title: str = "", saved: dict[str, str] | None = None) -> Explained:
    """What became of the parts of a query in a text of which nothing else is known."""
    whole = f"{title}\n{text}" if title else text
    return explain(parse(query, saved), query, Text(whole, title=len(title)), saved)


def known(query: str, body: str, title: str = "") -> Explained:
    """What became of the parts of a query in a post of which everything is known."""
    return explain(parse(query), query, Text.of(posted(body, title), NOW))


def flat(one: Explained) -> list[Explained]:
    """A part and all below it, from left to right."""
    return [one, *(part for below in one.below for part in flat(below))]


def drawn(one: Explained, depth: int = 0) -> list[str]:
    """The tree as lines, a mark before each part."""
    line = f"{'  ' * depth}{'+' if one.holds else '-'} {one.written}"
    return [line, *(line for part in one.below for line in drawn(part, depth + 1))]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("veerboot", ["+ veerboot"]),
        ("veerbo*", ["+ veerbo*"]),
        ("!Gele", ["+ !Gele"]),
        ('"gele veerboot"', ['+ "gele veerboot"']),
        ('"veerboot gele"~1', ['+ "veerboot gele"~1']),
        ("`veerboot!`", ["+ `veerboot!`"]),
        ("#geleboot", ["+ #geleboot"]),
        ("tag:geleboot", ["+ tag:geleboot"]),
        ("@lindeveer", ["+ @lindeveer"]),
        ("lindeveer.example", ["+ lindeveer.example"]),
        ("link:https://lindeveer.example", ["+ link:https://lindeveer.example"]),
        ("veerboot kade", ["- AND", "  + veerboot", "  - kade"]),
        ("kade OR (veerboot storing)", ["- OR", "  - kade", "  - AND", "    + veerboot", "    - storing"]),
        ("veerboot NOT kade", ["+ AND", "  + veerboot", "  + NOT", "    - kade"]),
        ("gele NEAR/2 (kade OR veerboot)", ["+ NEAR/2", "  + gele", "  + OR", "    - kade", "    + veerboot"]),
        ("veerboot ONEAR/2 gele", ["- ONEAR/2", "  + veerboot", "  + gele"]),
        ("title:(veerdienst OR veerboot)", ["+ title:", "  + OR", "    + veerdienst", "    - veerboot"]),
        ("veerboot lang:(en OR nl)", ["+ AND", "  + veerboot", "  + OR", "    - lang:en", "    + lang:nl"]),
        ("veerboot site:krant.example", ["+ AND", "  + veerboot", "  + site:krant.example"]),
        ("veerboot author:@reiziger_vb", ["+ AND", "  + veerboot", "  + author:reiziger_vb"]),
    ],
)
def test_the_tree_is_the_query(query: str, lines: list[str]) -> None:
    """Every kind of part stands in the tree as it is written, with whether it holds."""
    text = "De Gele veerboot! Zie @lindeveer en https://lindeveer.example #GeleBoot"
    assert drawn(known(query, text, title="Over de veerdienst")) == lines


def test_every_kind_of_part_is_shown() -> None:
    """The table above has all kinds of nodes but the saved part, which is shown below."""
    (mark,) = test_the_tree_is_the_query.pytestmark  # type: ignore[attr-defined]
    shown = {type(node).__name__ for query, _ in mark.args[1] for node in walk(parse(query))}
    assert {kind.__name__ for kind in Node.__subclasses__()} == shown | {"Saved"}


def test_a_saved_part_shows_what_it_stands_for() -> None:
    """Under $name stand its parts as its own text writes them, also those of a part within it."""
    saved = {"merk": "$boot OR lindeveer*", "boot": '"gele veerboot"'}
    one = told("$merk storing", "Lindeveerapp: storing", saved=saved)
    merk = ["  + $merk", "    + OR", "      - $boot", '        - "gele veerboot"', "      + lindeveer*"]
    assert drawn(one) == ["+ AND", *merk, "  + storing"]


@pytest.mark.parametrize(
    ("query", "title", "text", "spelled"),
    [
        ("cafe", "", "Het Café en het CAFE", [["Café", "CAFE"]]),
        ("veer*", "", "De veerboot heeft veer", [["veerboot", "veer"]]),
        ('"gele veerboot"', "", "geel? Gele (veerboot)", [["Gele (veerboot"]]),
        ("lindeveer", "", "Zie #LindeveerApp", [["Lindeveer"]]),
        ("lindeveerapp", "", "Zie #LindeveerApp", [["LindeveerApp"]]),
        ("#lindeveerapp", "", "Zie #LindeveerApp", [["#LindeveerApp"]]),
        ("@lindeveer", "", "Dag @lindeveer.", [["@lindeveer"]]),
        ("lindeveer.example", "", "Zie https://lindeveer.example/x.", [["https://lindeveer.example/x"]]),
        ("`C++`", "", "C++, c++", [["C++"]]),
        ("title:veer", "Het veer", "het veer", [[], ["veer"]]),
        ("gele NEAR/1 boot", "", "gele boot. Een boot", [["gele", "boot"], ["gele"], ["boot", "boot"]]),
        ("veer app", "", "veer app", [[], ["veer"], ["app"]]),
        ("veer OR app", "", "veer", [[], ["veer"], []]),
        ("veer NOT app", "", "veer", [[], ["veer"], [], []]),
        ("veer app", "", "veer", [[], ["veer"], []]),
    ],
)
def test_the_spans_spell_what_was_found(query: str, title: str, text: str, spelled: list[list[str]]) -> None:
    """Each part points at its own characters in the original; of NEAR only those that are near."""
    whole = f"{title}\n{text}" if title else text
    assert [[whole[slice(*span)] for span in part.spans] for part in flat(told(query, text, title))] == spelled


@pytest.mark.parametrize(
    ("query", "title", "text", "hint"),
    [
        ("!ING", "", "Ga zo door, ing. Voorbeeld", "it is written ing"),
        ("!Café", "", "een CAFÉ", "it is written CAFÉ"),
        ("!Lind*", "", "lindebomen", "it is written lindebomen"),
        ("veer", "", "de veerboot", "veerboot begins so: a star takes any ending"),
        ("!Veer", "", "de Veerboot", "Veerboot begins so: a star takes any ending"),
        ("!Veer", "", "de veerboot", ""),
        ("veerboot", "", "de veer", ""),
        ('"gele veerbo*"', "", "de gele pont", "not there: veerbo*"),
        ('"gele * boot boot"', "", "pont", "not there: gele, boot"),
        ('"gele boot"', "", "boot, gele", "its words are there, but not side by side in this order"),
        ('!"Gele Boot"', "", "de gele boot", "it is written gele boot"),
        ('!"Gele Boot"', "", "de gele, de boot", "its words are there, but not side by side in this order"),
        ('"gele boot"', "De gele", "boot vaart", "the end of the title parts it"),
        ("gele NEAR/1 boot", "", "gele en zeer oude boot", "the nearest are 3 words apart"),
        ("gele NEAR/0 boot", "", "gele a boot", "the nearest are 1 word apart"),
        ("gele NEAR/0 boot", "", "gele a b boot a gele", "the nearest are 1 word apart"),
        ("gele ONEAR/3 boot", "", "boot gele", "not in this order"),
        ("gele NEAR/3 boot", "De gele", "boot vaart", "the end of the title parts them"),
        ("gele ONEAR/3 boot", "De gele", "boot vaart", "the end of the title parts them"),
        ("gele ONEAR/3 boot", "De boot", "gele pont", "not in this order"),
        ("gele NEAR/3 boot", "", "gele pont", ""),
        ("(gele OR boot) NEAR/3 boot", "", "boot", ""),
        ("gele NEAR/1 boot", "", f"{'gele x x ' * 101}boot", ""),
        ("lang:nl", "", "tekst", "a mere text has no such field"),
        ("#boot", "", "boot", ""),
    ],
)
def test_a_hint_says_what_is_there_instead(query: str, title: str, text: str, hint: str) -> None:
    """What fails by case, by its ending, by order, by distance or by the title says so, and what is true only."""
    one = told(f"zulu OR {query}", text, title).below[1]
    assert not one.holds
    assert one.hint == hint


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("lang:en", "it is nl"),
        ("source:rss", "it is forum"),
        ("type:article", "it is comment"),
        ("site:elders.example", "it is https://krant.example/regio/1"),
        ("published:2025-01", "it is 2026-11-20 11:00:00+00:00"),
        ("author:webcare", ""),
    ],
)
def test_a_hint_says_what_is_known(field: str, hint: str) -> None:
    """A field that fails says what is known instead; who wrote the post is told to nobody."""
    one = known(f"zulu OR {field}", "tekst").below[1]
    assert (one.holds, one.hint) == (False, hint)


def test_what_is_not_known_says_so() -> None:
    """A field of which the post tells nothing is told as unknown, and an author that was not kept as that."""
    bare = Document(
        **{**{name: getattr(posted("x"), name) for name in Document.__slots__}, "language": None, "author": None}
    )
    hints = [
        explain(parse(f"zulu OR {field}"), f"zulu OR {field}", Text.of(bare, NOW)).below[1].hint
        for field in ("lang:nl", "author:webcare")
    ]
    assert hints == ["it is not known", "its author is not kept"]


# --- The law ----------------------------------------------------------------------------------------------

LEAF = st.sampled_from(
    [
        *("gele", "boot", "boo*", "!Boot", "`boot`", "#geleboot", "@boot", '"gele boot"', '"boot gele"~1', "lang:nl"),
        *("title:boot", "gele NEAR/1 boot", "boot ONEAR/0 (gele OR boot)", "$merk", "title:(gele NOT $merk)"),
    ]
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds("({} {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("({} NOT {})".format, inner, inner),
        st.builds("({} OR NOT {})".format, inner, inner),
    ),
    max_leaves=8,
)
WORDS = st.lists(
    st.sampled_from(["gele", "Gele", "boot", "Boot", "boottocht", "@boot", "#GeleBoot", "de", "ligt"]), max_size=7
).map(" ".join)
SAVED = {"merk": "(boot NOT ligt) OR gele"}


@given(TREE, WORDS, WORDS)
@example("(gele boot)", "", "gele boot")
@example("(gele NOT boot)", "boot", "gele")
def test_what_is_told_is_what_holds(query: str, title: str, text: str) -> None:
    """The root says what the query says, every part agrees with those below it, and spans stand where it holds."""
    query = f"zulu {query}"
    tree = parse(query, SAVED).below[1]
    text = f"{title}\n{text}"
    seen = Text(text, title=len(title))
    one = explain(tree, query, seen, SAVED)
    assert one.holds == tree.holds(seen)
    for part in flat(one):
        below = [each.holds for each in part.below]
        said = {"AND": all(below), "OR": any(below), "NOT": not any(below), "$merk": all(below), "title:": all(below)}
        assert part.holds == said.get(part.written, part.holds)
        assert not (part.spans and not part.holds)
        assert not (part.hint and part.holds)
        assert all(0 <= start < stop <= len(text) for start, stop in part.spans)
