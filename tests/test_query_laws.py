"""What holds of every query and every text: logic, folding, spans, and the presearch that never loses."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Document
from monitor.query import Matcher, Query, parse
from monitor.query.compiled import compiled
from monitor.query.language import Library, parse_part
from monitor.query.text import Text
from monitor.query.tree import Node
from monitor.query.words import Spelled, all_folded, fold
from tests.oracle import Read, Tree, document, holds, written

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

# --- Texts and queries by chance, of few words so that they meet ---------------------------------------------

SPELLINGS = [
    "veer", "Veer", "véér", "gele", "GELE", "boot", "boôt", "Ĳs", "ijs", "straße", "STRASSE", "œuf", "oeuf", "ﬁets", "5", "veerboot",
    "geleveer", "ge\u0301le", "نقل", "हिन्दी", "λόγος", "ΛΟΓΟΣ", "ı", "½", "ᾳ", "কো", "linde\u00adveer", "ｖｅｅｒ",
]  # fmt: skip
TAGS = ["#GeleVeer", "#geleveer", "#Gele_Veer", "#GeleBoot_Veer", "#GELEBoot5", "#हिन्दीVeer", "#straßeVeer", "#a½"]
PLACED = ["@veer", "@veer@gele.example", "@gele.boot", "u/veer", "C++"]
LINKS = [
    "veer.example", "https://www.veer.example/pad/x", "hxxps://app.veer[.]example", "info@veer.example",
    "https://boot.example/#veer", "(veer.example/pad).",
]  # fmt: skip
GLUE = [
    " ", " ", " ", ", ", ". ", "-", "’", "_", "\n", " — ", "😀\ufe0f", "\u00ad", "(", ")", "#", "@", "/", ".", "", "\u0301",
    "\u200d", "\0",
]  # fmt: skip


def texts(*pieces: str, glue: list[str] = GLUE, most: int = 8) -> st.SearchStrategy[str]:
    pairs = st.tuples(st.sampled_from(pieces or (*SPELLINGS, *TAGS, *PLACED, *LINKS)), st.sampled_from(glue))
    return st.lists(pairs.map("".join), max_size=most).map("".join)


ASKED = [
    "veer", "Veer", "gele", "géle", "boot", "ijs", "Ĳs", "strasse", "straße", "œuf", "fiets", "veerboot", "geleveer", "lindeveer",
    "हिन्दी", "λογοσ", "5", "কো",
]  # fmt: skip
ITEMS = st.sampled_from([*ASKED, *ASKED, "vee*", "gel*", "boo*", "stras*", "हिन*", "λογ*"])
GAPS = st.integers(0, 3)
PHRASES = st.lists(ITEMS, min_size=1, max_size=3).map(lambda items: ("words", tuple(items))) | st.tuples(
    ITEMS, ITEMS
).map(lambda items: ("words", (items[0], "*", items[1])))
CLOSE = st.tuples(st.just("close"), st.lists(ITEMS, min_size=2, max_size=3).map(tuple), GAPS)
CASED = st.lists(ITEMS, min_size=1, max_size=2).map(lambda items: ("cased", tuple(items)))
LITERALS = st.sampled_from(["C++", "Veer", ", ", "#Gele", "veer", "-"]).map(lambda characters: ("literal", characters))
SIGNS = st.sampled_from([
    ("tag", "veer"), ("tag", "geleveer"), ("tag", "gele_veer"), ("tag", "Gele_*"), ("tag", "geleb*"), ("tag", "हिन्दी*"), ("tag", "a1_2"),
    ("handle", "veer", ""), ("handle", "Veer", "gele.example"), ("handle", "gele.boot", ""),
    ("address", "veer.example", ""), ("address", "app.veer.example", ""), ("address", "veer.example", "/pad"), ("address", "boot.example", ""),
])  # fmt: skip


def near(sides: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.tuples(st.sampled_from(["near", "onear"]), sides, sides, GAPS) | st.lists(
        sides, min_size=2, max_size=3
    ).map(lambda parts: ("or", tuple(parts)))


def logic(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    many = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.tuples(st.sampled_from(["and", "or"]), many) | parts.map(lambda part: ("not", part))


STANDING = st.recursive(PHRASES | CLOSE | CASED, near, max_leaves=4)
WITHIN = logic(STANDING) | STANDING
TREES = st.recursive(STANDING | LITERALS | SIGNS | WITHIN.map(lambda part: ("title", part)), logic, max_leaves=6)
FOLDED = st.recursive(st.recursive(PHRASES | CLOSE, near, max_leaves=4), logic, max_leaves=5)  # case has no say in it
BLANKS = st.sampled_from([" ", " AND "])


def read(tree: Tree, between: str = " ") -> Node:
    """The tree of its text; it may hold for an empty text, which `parse` alone would refuse."""
    return parse_part(written(tree, between=between), Library({}))


def matcher(trees: list[Tree], *, scanner: bool = False) -> tuple[Matcher, list[Tree]]:
    """A matcher of those that may be asked, and those."""
    asked = [tree for tree in trees if not holds(tree, Read(""))]
    queries = [Query(f"q{nth}", "brand", written(tree)) for nth, tree in enumerate(asked)]
    return Matcher(queries, scanner=scanner), asked


# --- A query means what its grammar says --------------------------------------------------------------------


@settings(deadline=None, max_examples=400)
@given(TREES, texts(), BLANKS, st.booleans())
def test_a_query_holds_where_a_plain_reading_says(tree: Tree, text: str, between: str, titled: bool) -> None:
    """Written with no more brackets than needed and read again, a tree holds exactly where the oracle says; compiled too."""
    node, title = read(tree, between), max(0, text.find("\n")) if titled else 0
    expected = holds(tree, Read(text, title=title))
    assert node.holds(Text(text, title=title)) is expected
    assert compiled(node)(Text(text, title=title)) is expected


@settings(deadline=None)
@given(TREES, TREES, texts())
def test_the_laws_of_logic(one: Tree, other: Tree, text: str) -> None:
    """De Morgan, double negation, order and repetition: none changes where a query holds."""
    both, either = ("and", (one, other)), ("or", (one, other))
    equal = [
        (("not", both), ("or", (("not", one), ("not", other)))),
        (("not", either), ("and", (("not", one), ("not", other)))),
        (("not", ("not", one)), one),
        (both, ("and", (other, one))),
        (either, ("or", (other, one))),
        (("and", (one, one)), one),
        (("or", (one, both)), one),
    ]
    assert [pair for pair in equal if read(pair[0]).holds(Text(text)) is not read(pair[1]).holds(Text(text))] == []


PIECES = [
    '"', "(", ")", "AND", "OR", "NOT", "NEAR/3", "ONEAR/2", "veer", "vee*", " ", " ", "-", "\n", "*", "#", "@", "!", "`", "~2", "$a", "$b",
    "title:", "lang:", "nl", "published:", "P7D/", "type:post", "link:", "a.example", "é", "\u0301", "\u200b", "?", ":", "/",
]  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_reading_never_fails_otherwise(query: str) -> None:
    """Whatever is typed, it is read or refused at a place within the text; nothing else happens."""
    saved = {"a": "veer OR $b", "b": "NOT boot"}
    try:
        tree = parse(query, saved)
    except QueryError as refused:
        place = (refused.line, refused.column)
        assert place in {(line, 1 + at) for line, row in enumerate(query.split("\n"), 1) for at in range(len(row) + 1)}
        return
    assert tree.holds(Text("")) is False
    assert parse(f"({query}\n)", saved).holds(Text(query)) is tree.holds(Text(query))


# --- Dress ---------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(FOLDED, texts(*SPELLINGS), st.sampled_from([str.upper, str.lower, str.casefold, str.swapcase]))
def test_case_does_not_matter(tree: Tree, text: str, dress: object) -> None:
    """Queries of words, phrases and nearness alone hold whatever the case of a text without hashtags.

    Not `!Term`, literals and paths, whose case is asked for, nor CamelCase, which is made of it.
    """
    text = text.replace("#", "")
    assert read(tree).holds(Text(dress(text))) is read(tree).holds(Text(text))  # type: ignore[operator]


@settings(deadline=None)
@given(
    st.recursive(STANDING | SIGNS.filter(lambda sign: sign[0] == "tag"), logic, max_leaves=5),
    texts(*SPELLINGS, *TAGS),
    st.sampled_from(["NFC", "NFD"]),
)
def test_composition_does_not_matter(tree: Tree, text: str, form: str) -> None:
    """However accents are composed, in the text or in the query: but for literals, handles and hosts, whose letters count."""
    expected = read(tree).holds(Text(text))
    assert read(tree).holds(Text(unicodedata.normalize(form, text))) is expected  # type: ignore[arg-type]
    dressed = parse_part(unicodedata.normalize(form, written(tree)), Library({}))  # type: ignore[arg-type]
    assert dressed.holds(Text(text)) is expected


@settings(deadline=None)
@given(
    TREES.filter(lambda tree: "`" not in written(tree)),
    texts(),
    st.sampled_from(["  ", "\t", "\n\n", "\u00a0 ", " \u2003"]),
)
def test_spacing_does_not_matter(tree: Tree, text: str, blank: str) -> None:
    """More blanks, or others, change nothing in a text or a query; only a literal asks for its very own."""
    query = written(tree)
    assert read(tree).holds(Text(text.replace(" ", blank))) is read(tree).holds(Text(text))
    assert parse_part(f" {query.replace(' ', blank)}\n", Library({})).holds(Text(text)) is read(tree).holds(Text(text))


@settings(deadline=None)
@given(st.text("abcdefgh", min_size=1, max_size=8), st.text(max_size=30))
def test_a_word_is_found_where_it_stands(word: str, around: str) -> None:
    """A word is found beside anything that is no letter, digit or mark, in any Unicode text."""
    assert parse(word).holds(Text(f"{around} {word.upper()} {around}"))
    assert parse(word).holds(Text(f"{around}\n,{word},{around}"))


# --- Words and spans -----------------------------------------------------------------------------------------

ANY = st.text(max_size=50) | st.text("#aBcÉǅ1_ \u0301\u00ad\ufe0f½ᾳ\u0345कि्ﷺŀ\u200d\0!", max_size=30) | texts()


@settings(deadline=None, max_examples=600)
@given(ANY)
@example("#GeleLinde\u00adveer")
@example("foo #\u0301GeleVeer")
@example("#AⅣ½B")
def test_both_ways_to_words_agree(text: str) -> None:
    """The words that are searched are those that have places and the undivided hashtags, in any Unicode text."""
    spelled = Spelled(text)
    assert set(all_folded([text])[0].split()) == {*spelled.words, *(word for word, _ in spelled.wholes)}
    assert [word.decode() for word in spelled.words] == [word for word, _, _ in Read(text).words]
    assert [(word.decode(), *span) for word, span in spelled.wholes] == [(w, a, b) for w, a, b in Read(text).wholes]


@settings(deadline=None)
@given(st.lists(ANY, max_size=5))
def test_folding_together_is_folding_apart(many: list[str]) -> None:
    """Texts that are folded in one go do not touch each other."""
    assert [form.split() for form in all_folded(many)] == [all_folded([text])[0].split() for text in many]


@settings(deadline=None, max_examples=400)
@given(ANY)
def test_spans_spell_the_words(text: str) -> None:
    """Each word's span lies in the text, follows the one before, and spells that word; undivided hashtags as well."""
    spelled = Spelled(text)
    assert all(0 <= start < stop <= len(text) for start, stop in spelled.spans)
    assert spelled.spans == sorted(spelled.spans)
    for word, (start, stop) in zip(spelled.words, spelled.spans, strict=True):
        assert word.decode() in fold(text[start:stop]).split()
    for word, (first, last) in spelled.wholes:
        assert fold(text[spelled.spans[first][0] : spelled.spans[last - 1][1]]) == word.decode()


@settings(deadline=None, max_examples=300)
@given(PHRASES | CASED, texts())
def test_the_spans_of_a_phrase_spell_it(tree: Tree, text: str) -> None:
    """Every span of a phrase lies in the text and has its words and no more; there are none where it does not hold."""
    node = read(tree)
    spans = node.spans(Text(text))
    assert bool(spans) is node.holds(Text(text))
    for start, stop in spans:
        assert 0 <= start < stop <= len(text)
        assert holds(tree, Read(f"#{text[start:stop]}"))  # alone it is that phrase still, the part of a hashtag too


@settings(deadline=None, max_examples=300)
@given(TREES, texts())
def test_spans_lie_in_the_text(tree: Tree, text: str) -> None:
    """Whatever the query, what it points at is there; a query of places alone points at something where it holds."""
    node = read(tree)
    if not node.holds(Text(text)):
        return
    spans = node.spans(Text(text))
    assert all(0 <= start < stop <= len(text) for start, stop in spans)
    assert spans or not node.is_placed


# --- The matcher ---------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(st.lists(TREES, min_size=1, max_size=6), st.lists(texts(), min_size=1, max_size=6))
def test_the_presearch_never_loses(trees: list[Tree], many: list[str]) -> None:
    """`scan` tells of each text exactly the queries that hold, and `match` the same of a document."""
    made, asked = matcher(trees)
    expected = [[nth for nth, tree in enumerate(asked) if holds(tree, Read(text))] for text in many]
    assert made.scan(many) == expected
    for text, numbers in zip(many, expected, strict=True):
        assert [match.query for match in made.match(document(text), NOW)] == [f"q{nth}" for nth in numbers]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(TREES, min_size=1, max_size=6), many=st.lists(texts(), min_size=1, max_size=6), common=texts())
@pytest.mark.parametrize("scanner", [False, True])
def test_settled_anchors_lose_nothing(
    trees: list[Tree], many: list[str], common: str, scanner: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chosen again by what the first texts had, with the scanner or without, anchors call up all that holds."""
    if scanner:
        pytest.importorskip("hyperscan", reason="the extra scanner is not installed")
    monkeypatch.setattr("monitor.query.presearch.COUNTED", 5)
    made, asked = matcher(trees, scanner=scanner)
    made.scan([common] * 5)
    assert made._presearch.is_settled
    assert made.scan(many) == [[nth for nth, tree in enumerate(asked) if holds(tree, Read(text))] for text in many]


KNOWN = st.fixed_dictionaries({
    "language": st.sampled_from(["nl", None]), "type": st.sampled_from(["post", "article"]),
    "published": st.sampled_from([None, NOW - timedelta(days=1), NOW - timedelta(days=9)]),
})  # fmt: skip
UNKEPT = st.fixed_dictionaries({
    "tags": st.lists(st.sampled_from(["veer", "Gele veer", "a½", "Gele_Boot"]), max_size=2).map(tuple),
    "links": st.lists(st.sampled_from(["https://veer.example/pad", "https://app.veer.example/"]), max_size=1).map(tuple),
    "author": st.sampled_from([None, "naam@sociaal.example"]),
})  # fmt: skip
ABOUT = st.sampled_from([
    ("field", "lang", "nl"), ("field", "type", "post"), ("field", "author", "@naam@sociaal.example"), ("field", "published", "P7D/"),
])  # fmt: skip
ABOUT_TREES = st.recursive(
    STANDING | LITERALS | SIGNS | ABOUT | WITHIN.map(lambda part: ("title", part)), logic, max_leaves=6
)


@settings(deadline=None, max_examples=150)
@given(st.lists(ABOUT_TREES, min_size=1, max_size=6), texts(), texts(most=2), KNOWN, UNKEPT)
def test_a_document_is_matched_with_all_that_is_known_of_it(
    trees: list[Tree], text: str, title: str, known: dict[str, object], unkept: dict[str, object]
) -> None:
    """`match` gives the queries whose tree holds, called up by words of tags and links too, with spans in the whole."""
    nodes = {f"q{nth}": read(tree) for nth, tree in enumerate(trees) if not read(tree).holds(Text(""))}
    made = Matcher([Query(name, "brand", written(trees[int(name[1:])])) for name in nodes], scanner=False)
    post = document(text, title.replace("\n", " ").strip(), **known, **unkept)
    found = made.match(post, NOW)
    assert [match.query for match in found] == [name for name, node in nodes.items() if node.holds(Text.of(post, NOW))]
    assert all(0 <= start < stop <= len(post.whole) for match in found for start, stop in match.spans)


@settings(deadline=None, max_examples=400)
@given(
    st.lists(ABOUT_TREES, min_size=1, max_size=5),
    texts(),
    st.tuples(texts(), texts()),
    texts(most=2),
    KNOWN,
    UNKEPT,
    st.booleans(),
)
def test_what_an_excerpt_makes_certain_the_post_does_not_change(
    trees: list[Tree],
    excerpt: str,
    rest: tuple[str, str],
    title: str,
    known: dict[str, object],
    unkept: dict[str, object],
    cut: bool,
) -> None:
    """Matches on an excerpt hold of every post it can be of; queries neither sure nor unsure hold of none."""
    asked = [tree for tree in trees if not read(tree).holds(Text(""))]
    made = Matcher([Query(f"q{nth}", "brand", written(tree)) for nth, tree in enumerate(asked)], scanner=False)
    names = [f"q{nth}" for nth in range(len(asked))]
    title = title.replace("\n", " ").strip()
    post = document(f"{rest[0]} {excerpt} {rest[1]}" if cut else excerpt, title, **known, **unkept)
    kept: Document = document(excerpt, title, **known)
    sure, unsure = made.on_excerpt(kept, NOW, cut=cut, held=names)
    certain = {match.query for match in sure}
    holding = {name for name, tree in zip(names, asked, strict=True) if read(tree).holds(Text.of(post, NOW))}
    assert certain <= holding <= certain | set(unsure)
    assert certain.isdisjoint(unsure)
