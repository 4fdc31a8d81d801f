"""The query language: its grammar by example, its errors by column, its laws by chance."""

import operator
import re
from functools import reduce
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Document
from monitor.query import Matcher, Query, parse
from monitor.query.language import DEEPEST, LONGEST, Node
from monitor.query.matcher import MOST_SPANS
from monitor.query.words import Words, fold, folded_words


def holds(query: str | Node, text: str) -> bool:
    tree = parse(query) if isinstance(query, str) else query
    return tree.spans(Words(text)) is not None


def hits(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in parse(query).spans(Words(text)) or ()]


def document(title: str, text: str) -> Document:
    return Document(
        "s", "p", "k", "https://a.example/", "post", "feed", title, text, None, None, None, frozenset(),
        addressed=False, fingerprint="", revision="",
    )  # fmt: skip


# --- The grammar, line by line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        # a term is a word
        ("veer", "het veer vaart", True),
        ("veer", "HET VEER!", True),
        ("veer", "veerpont", False),
        ("veer", "#veer @veer 'veer'", True),
        ("veer", "_veer_ en **veer**", True),
        ("veer", "#veer_app", True),
        ("veer", "", False),
        ("and2", "AND2", True),
        ("5", "lijn 5", True),
        # term = '"' words '"'
        ('"gele veerboot"', "de gele veerboot", True),
        ('"gele veerboot"', "gele, veerboot", True),
        ('"gele veerboot"', "veerboot gele", False),
        ('"gele veerboot"', "gele oude veerboot", False),
        ('"AND"', "this and that", True),
        ('"or"', "or", True),
        ('"(veer)"', "veer", True),
        ('"lindeveer.example"', "zie lindeveer.example", True),
        # a word with punctuation inside is a phrase
        ("lindeveer-app", "de Lindeveer-app", True),
        ("lindeveer-app", "de Lindeveer app", True),
        ("lindeveer-app", "app van Lindeveer", False),
        ("d'accord", "D’accord!", True),
        ("AT&T", "at&t", True),
        # term = word "*"
        ("lind*", "Lindestad", True),
        ("lind*", "lind", True),
        ("lind*", "verlind", False),
        ("reün*", "reunie", True),
        # single = "NOT" single
        ("veer AND NOT straat", "veer", True),
        ("veer AND NOT straat", "veer straat", False),
        ("veer NOT straat", "veer straat", False),
        ("veer NOT NOT straat", "veer straat", True),
        ("veer NOT (straat OR plein)", "veer plein", False),
        ('veer NOT "gele boot"', "veer boot gele", True),
        # both = single { [ "AND" ] single }
        ("veer boot", "boot veer", True),
        ("veer boot", "veer", False),
        ("veer AND boot", "veerboot", False),
        ("veer boot AND pont", "pont boot veer", True),
        ("veer(boot)", "veer boot", True),
        # either = both { "OR" both }
        ("veer OR boot", "boot", True),
        ("veer OR boot OR pont", "pont", True),
        ("veer OR boot", "bus", False),
        # NOT binds tightest, then AND, then OR
        ("a OR b AND c", "a", True),
        ("a OR b AND c", "b", False),
        ("a OR b c", "b", False),
        ("(a OR b) AND c", "a", False),
        ("(a OR b) AND c", "b c", True),
        ("a AND NOT b OR c", "b c", True),
        ("a NOT b c", "a", False),
        ("a NOT (b c)", "a b", True),
        ("((((a))))", "a", True),
        ("\n  a\n  OR b\t", "b", True),
    ],
)
def test_the_grammar(query: str, text: str, expected: bool) -> None:
    """Each line of the grammar does what it says."""
    assert holds(query, text) is expected


@pytest.mark.parametrize(
    ("query", "column", "message"),
    [
        ("", 1, "expected a word, a phrase or a bracket, got the end of the query"),
        ("   ", 1, "got the end of the query"),
        ("AND a", 1, "got AND"),
        ("a AND", 6, "got the end of the query"),
        ("a OR OR b", 6, "got OR"),
        ("a OR", 5, "got the end of the query"),
        ("NOT", 4, "got the end of the query"),
        ("()", 2, 'got ")"'),
        ("(a", 3, 'expected ")", got the end of the query: close the bracket'),
        ("a)", 2, 'expected the end of the query, got ")": remove it or open one before'),
        ("(a OR b)) c", 9, "remove it or open one before"),
        ('a "b', 3, "expected a closing quotation mark"),
        ('"a" b"', 6, "expected a closing quotation mark"),
        ('a ""', 3, "no letter or digit"),
        ('a "—"', 3, "no letter or digit"),
        ("a & b", 3, "& is no operator"),
        ("a || b", 3, "| is no operator"),
        ("*", 1, "a prefix is one word of at least 3 letters"),
        ("li*", 1, "a prefix is one word of at least 3 letters"),
        ("veer lin-de*", 6, "a prefix is one word"),
        ("lin*veer", 1, "a star stands at the end of a single word only"),
        ("*veer", 1, "a star stands at the end of a single word only"),
        ("veer**", 1, "a star stands at the end of a single word only"),
        ('a "gele veer*"', 3, "a star stands at the end of a single word only"),
        ("a or b", 3, 'operators are upper case: write OR, or "or" for the word'),
        ("a And b", 3, "write AND"),
        ("a not b", 3, "write NOT"),
        ("a -b", 3, "- does not leave a word out here: write NOT b"),
        ("a !b", 3, "! does not leave a word out here: write NOT b"),
        ("“gele boot”", 1, "curly quotation marks"),
        ("a OR «boot»", 6, "curly quotation marks"),
        ("‘gele boot’", 1, "curly quotation marks"),
        ("lindeveer|app", 1, "| is no operator: write OR"),
        ("lindeveer || app", 11, "| is no operator: write OR"),
        ("lindeveer && app", 11, "& is no operator: write AND"),
        ("lindeveer~2", 1, "~ is no operator"),
        ("lindev?er", 1, "? stands for nothing"),
        ("veer EN app", 6, "operators are English: write AND"),
        ("veer OF app", 6, "operators are English: write OR"),
        ("veer NIET straat", 6, "operators are English: write NOT"),
        ("title:lindeveer", 1, "a colon names no field"),
        ("lindeveer NEAR app", 11, "NEAR is no operator"),
        ("lindeveer NEAR/3 app", 11, "NEAR is no operator"),
        ("NOT a", 1, "holds for an empty text"),
        ("a OR NOT b", 1, "holds for an empty text"),
        ("NOT a NOT b", 1, "holds for an empty text"),
        ("NOT (a b)", 1, "holds for an empty text"),
        ("a\nOR\n(b", 8, "close the bracket"),
    ],
)
def test_errors_point_at_the_column(query: str, column: int, message: str) -> None:
    """What cannot be read is refused with the column, counted from 1, and the cure."""
    with pytest.raises(QueryError, match=re.escape(message)) as caught:
        parse(query)
    assert caught.value.column == column


def test_long_queries_are_refused() -> None:
    """A query has at most 4,000 characters, and one of exactly so many is read."""
    assert holds("veer " * (LONGEST // 5), "veer")
    with pytest.raises(QueryError, match="longer than 4000 characters: split it"):
        parse("veer " * (LONGEST // 5) + "a")


@pytest.mark.parametrize("opening", ["(", "NOT ", "NOT ("])
def test_nesting_is_bounded(opening: str) -> None:
    """Brackets and NOTs go fifty deep and no deeper; nobody can exhaust the stack."""
    levels = DEEPEST // (1 + opening.count("NOT ("))
    assert isinstance(parse(f"a {opening * levels}b{')' * opening.count('(') * levels}"), Node)
    with pytest.raises(QueryError, match="more than 50 levels of brackets: simplify"):
        parse(f"a {opening * (LONGEST // len(opening) - 3)}")


# --- Folding and spans ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"), ("CAFÉ", "cafe\u0301"), ("reünie", "reunie"), ("REÜNIE", "reu\u0308nie"), ("ﬁets", "fiets"),
        ("straße", "STRASSE"), ("ĳsbrug", "ijsbrug"), ("Ĳsbrug", "IJSBRUG"), ("Łódź", "łodz"), ("İstanbul", "istanbul"),
        ("ｌｉｎｄｅ", "linde"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ﬃ", "ffi"), ("Ⅳ", "iv"), ("naïef", "naief"),
    ],
)  # fmt: skip
def test_folding(one: str, other: str) -> None:
    """Case, accents, ligatures and widths do not tell words apart, in the query or in the text."""
    assert fold(one) == fold(other)
    assert holds(f'"{one}"', f"de {other}.")
    assert holds(f'"{other}"', f"de {one}.")


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("cafe", "In Café Ｃａｆé, CAFE\u0301.", ["Café", "Ｃａｆé", "CAFE\u0301"]),
        ('"gele veerboot"', "De Gele – Veerboot!", ["Gele – Veerboot"]),
        ("lindeveer-app", "de Lindeveer\n(App)", ["Lindeveer\n(App"]),
        ("strasse*", "Straßenbahn", ["Straßenbahn"]),
        ("lind*", "linde en Lindestad", ["linde", "Lindestad"]),
        ("a AND b NOT c", "b a", ["a", "b"]),
        ("a OR b", "b c", ["b"]),
        ("a OR b", "a b a", ["a", "a", "b"]),
        ("ﬁets", "de ﬁets, de fiets", ["ﬁets", "fiets"]),
        ("veer", "_veer_ #veer_app", ["veer", "veer"]),
    ],
)
def test_spans_point_at_the_original(query: str, text: str, found: list[str]) -> None:
    """Spans are offsets in what people wrote, whatever folding did to its length."""
    assert hits(query, text) == found


@given(st.text(max_size=60))
def test_words_stand_where_their_spans_say(text: str) -> None:
    """Each word's span holds that word, and spans follow one another."""
    words = Words(text)
    assert [fold(text[start:end]) for start, end in words.spans] == words.folded == folded_words(text)
    assert all(one[1] <= other[0] for one, other in zip(words.spans, words.spans[1:], strict=False))


def test_a_matcher_names_what_holds() -> None:
    """Queries that hold come in the order of the configuration, with sorted spans in the document's whole."""
    matcher = Matcher(
        [
            Query("merk", "brand", "veer OR lindeveer"),
            Query("bedrijf", "company", "holding"),
            Query("stad", "company", "lind*"),
        ]
    )
    found = matcher.match(document("Lindeveer", "het veer"))
    assert [(match.query, match.facet, match.spans) for match in found] == [
        ("merk", "brand", ((0, 9), (14, 18))),
        ("stad", "company", ((0, 9),)),
    ]
    assert matcher.match(document("", "niets")) == ()


def test_spans_are_bounded_and_each_is_told_once() -> None:
    """However often a word stands there, a match keeps the first twenty places, each once."""
    [match] = Matcher([Query("merk", "brand", "veer OR vee*")]).match(document("", "veer " * 500))
    assert len(match.spans) == len(set(match.spans)) == MOST_SPANS
    assert match.spans[0] == (0, 4)


def test_a_matcher_refuses_what_it_cannot_read() -> None:
    """A query that cannot be read stops the start, it is not passed over."""
    with pytest.raises(QueryError):
        Matcher([Query("goed", "brand", "veer"), Query("fout", "brand", "veer AND")])


# --- Laws -------------------------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcde")
TEXTS = st.lists(LETTERS, max_size=6).map(" ".join)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[str, object]:
    """A query and, beside it, a function of the words of a text that says whether it holds."""
    shape = draw(st.sampled_from(["word"] if depth == 0 else ["word", "not", "and", "or", "space"]))
    if shape == "word":
        letter = draw(LETTERS)
        return letter, lambda words: letter in words
    if shape == "not":
        text, truth = draw(trees(depth=depth - 1))
        return f"NOT ({text})", lambda words: not truth(words)  # type: ignore[operator]
    parts = draw(st.lists(trees(depth=depth - 1), min_size=2, max_size=3))
    joined = {"and": ") AND (", "or": ") OR (", "space": ") ("}[shape].join(text for text, _ in parts)
    combine = operator.or_ if shape == "or" else operator.and_
    return f"({joined})", lambda words: reduce(combine, [truth(words) for _, truth in parts])  # type: ignore[operator]


def always(query: str) -> Node:
    """The tree of a query that may hold for an empty text, which `parse` alone would refuse."""
    return parse(f"zz ({query})")


@settings(max_examples=300)
@given(trees(), TEXTS)
def test_a_query_means_what_logic_says(tree: tuple[str, object], text: str) -> None:
    """Random trees hold exactly where the same logic, written apart, is true."""
    query, truth = tree
    assert holds(always(query), f"zz {text}") is truth(set(text.split()))  # type: ignore[operator]


@given(trees(2), trees(2), TEXTS)
def test_the_laws_of_logic(one: tuple[str, object], other: tuple[str, object], text: str) -> None:
    """De Morgan, double negation, order and repetition: none changes where a query holds."""
    a, b = f"({one[0]})", f"({other[0]})"
    equal = [
        (f"NOT ({a} AND {b})", f"NOT {a} OR NOT {b}"),
        (f"NOT ({a} OR {b})", f"NOT {a} NOT {b}"),
        (f"NOT NOT {a}", a),
        (f"{a} AND {b}", f"{b} AND {a}"),
        (f"{a} OR {b}", f"{b} OR {a}"),
        (f"{a} {b}", f"{a} AND {b}"),
        (f"{a} AND {a}", a),
        (f"{a} OR {a} AND {b}", a),
    ]
    assert [
        pair for pair in equal if holds(always(pair[0]), f"zz {text}") is not holds(always(pair[1]), f"zz {text}")
    ] == []


@settings(max_examples=500)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(['"', "(", ")", "AND", "OR", "NOT", "veer", "vee*", " ", "-", "\n", "*"])).map("".join)
)
def test_reading_never_fails_otherwise(text: str) -> None:
    """Whatever is typed, it is read or refused with a column within the text; nothing else happens."""
    tree = column = None
    try:
        tree = parse(text)
    except QueryError as error:
        column = error.column
    if tree is None:
        assert column in range(1, len(text) + 2)
        return
    assert tree.spans(Words("")) is None
    assert holds(f"({text})", text) is holds(tree, text)


@given(
    st.text(ascii_lowercase, min_size=1, max_size=8).filter(lambda word: word not in ("and", "or", "not")),
    st.text(max_size=30),
)
def test_a_word_is_found_where_it_stands(word: str, around: str) -> None:
    """A word is found beside anything that is no letter, digit or mark."""
    assert holds(word, f"{around} {word.upper()} {around}")
    assert holds(word, f"{around}\n#{word},{around}")
