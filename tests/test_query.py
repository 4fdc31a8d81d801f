"""The query language by example: each line of its grammar, what folds, and every refusal with its place and cure."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.errors import QueryError
from monitor.query import parse
from monitor.query.language import DEEPEST, LARGEST, LONGEST, MOST_NEARS
from monitor.query.text import Text
from monitor.query.words import fold
from tests.oracle import document

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAVED = {
    "merk": "lindeveer OR !LV",
    "niet": "NOT straat",
    "samen": "$merk $niet",
    "vroeger": "lindepont  # its former name",
}


def holds(query: str, text: str, title: str = "", **known: Any) -> bool:
    return parse(query, SAVED).holds(Text.of(document(text, title, **known), NOW))


def hits(query: str, text: str) -> list[str]:
    return [text[start:stop] for start, stop in parse(query, SAVED).spans(Text(text))]


YES, NO = True, False
GRAMMAR = [
    # a word
    ("veer", "het veer vaart", YES), ("veer", "HET VEER!", YES), ("veer", "veerpont", NO), ("veer", "", NO),
    ("veer", "#veer @veer 'veer'", YES), ("veer", "_veer_ en **veer**", YES), ("veer", "#veer_app", YES),
    ("and2", "AND2", YES), ("5", "lijn 5", YES), ("5", "lijn 50", NO), ("near", "nearby", NO), ("near", "near", YES),
    # beside punctuation, and in Reddit's italics
    ("@lindeveer", ".@lindeveer vaart", YES), ("@lindeveer", "Storing.@lindeveer", YES), ("@veer", "jan@veer.example", NO),
    ("@lindeveer", "_@lindeveer_", YES), ("#lindeveer", "_#lindeveer_", YES), ("u/lindeveer", "_u/lindeveer_", YES),
    ("#app", "#lindeveer#app", YES), ("#lindeveer", "#lindeveer#app", YES), ("#app", "a.example/#app", NO),
    ("`❤️`", "❤️hallo", YES), ("`a❤️`", "a❤️hallo", YES), ("`❤️a`", "❤️ab", NO), ("www.nl", "https://ns.nl", NO),
    ("zz NEAR/50 zz NEAR/2 veer", "zz " * 800 + "x x x zz zz veer", YES),
    # a word with punctuation inside is the phrase of its parts
    ("lindeveer-app", "de Lindeveer-app", YES), ("lindeveer-app", "de Lindeveer app", YES),
    ("lindeveer-app", "app van Lindeveer", NO), ("d'accord", "D’accord!", YES), ("d’accord", "d'accord", YES),
    ("AT&T", "at&t", YES), ("d66.5", "D66 5", YES), ("en/of", "en of", YES),
    # "exact phrase"
    ('"gele veerboot"', "de gele veerboot", YES), ('"gele veerboot"', "gele, veerboot", YES),
    ('"gele veerboot"', "veerboot gele", NO), ('"gele veerboot"', "gele oude veerboot", NO),
    ('"AND"', "this and that", YES), ('"(veer)"', "veer", YES), ('"near/5"', "near 5", YES),
    ('"lindeveer.example"', "zie lindeveer.example", YES), ('"gele boo*"', "gele bootjes", YES),
    ('"gel* boot"', "gelige boot", YES), ('"# veer"', "veer", YES),
    # * in a phrase is any one word
    ('"gele * boot"', "gele oude boot", YES), ('"gele * boot"', "gele boot", NO),
    ('"gele * boot"', "gele heel oude boot", NO), ('"gele * * boot"', "gele heel oude boot", YES),
    # "a b"~n: any order, at most n words among them
    ('"gele boot"~0', "boot gele", YES), ('"gele boot"~0', "gele oude boot", NO), ('"gele boot"~1', "boot, oude gele", YES),
    ('"gele boot"~2', "gele a b c boot", NO), ('"gele gele"~5', "gele", NO), ('"gele gele"~5', "gele en gele", YES),
    ('"gel* gele"~3', "gele gelige", YES), ('"gel* gele"~3', "gele", NO), ('"a b c"~1', "c x a b", YES),
    ('"a b c"~0', "c x a b", NO), ('"gel* gele"~2', "#GeleBoot", NO), ('"geleboot app"~0', "#GeleBoot app", YES),
    # NEAR and ONEAR, also between groups
    ("gele NEAR/1 boot", "boot oude gele", YES), ("gele NEAR/0 boot", "gele oude boot", NO), ("gele NEAR/0 boot", "boot gele", YES),
    ("gele ONEAR/1 boot", "gele oude boot", YES), ("gele ONEAR/9 boot", "boot gele", NO), ("a NEAR/3 a", "a", NO),
    ("a NEAR/3 a", "a a", YES), ("(gele OR rode) NEAR/1 (boot OR schip)", "het schip is rode", YES),
    ("(gele OR rode) NEAR/0 (boot OR schip)", "het schip is rode", NO), ('"gele boot" NEAR/2 stuk', "stuk is de gele boot", YES),
    ("gel* NEAR/1 boo*", "bootjes gelige", YES), ("a NEAR/1 b NEAR/1 c", "a x b x c", YES), ("a ONEAR/1 b ONEAR/1 c", "c a b", NO),
    ("a NEAR/1 (b ONEAR/1 c)", "b c a", YES), ("a NEAR/1 (b ONEAR/1 c)", "b a c", NO), ("$merk NEAR/1 stuk", "LV stuk", YES),
    ("a NEAR/2 b c", "a b c", YES), ("a NEAR/2 b c", "a b", NO), ("c a NEAR/2 b", "c b a", YES),
    ("NOT a NEAR/1 b c", "c a", YES), ("NOT a NEAR/1 b c", "c a b", NO), ("a NEAR/50 b", f"a {'x ' * 50}b", YES),
    ("a NEAR/50 b", f"a {'x ' * 51}b", NO), ('"a b"~2 NEAR/0 c', "b a c", YES),
    # stem*
    ("lind*", "Lindestad", YES), ("lind*", "lind", YES), ("lind*", "verlind", NO), ("reün*", "reunie", YES),
    ("veer*", "#GeleVeerboot", YES), ("klacht*", "de klachtenbus", YES),
    # !Term: case counts, accents do not
    ("!ING", "bij ING", YES), ("!ING", "reed ing", NO), ("!ING", "Ing", NO), ("!Lind*", "Lindestad", YES), ("!Lind*", "lindestad", NO),
    ('!"Gele Boot"', "de Gele Boot", YES), ('!"Gele Boot"', "de gele Boot", NO), ("!Café", "Cafe\u0301", YES), ("!Café", "CAFÉ", NO),
    ("!Lindeveer", "#LindeveerApp", YES), ("!lindeveer", "#LindeveerApp", NO), ("!LindeveerApp", "#LindeveerApp", YES),
    ("!Action-shop", "Action shop", YES), ("a !ING NOT !Ing", "a ING", YES),
    # `literal`: exactly these characters
    ("`C++`", "in C++.", YES), ("`C++`", "in c++", NO), ("`C++`", "in C+ +", NO), ("`C++`", "in OOC++", NO), ("`:-)`", "leuk :-)", YES),
    ("`veer`", "veerpont", NO), ("`veer`", "het veer", YES), ("`é`", "e\u0301", NO), ("`😀`", "x😀y", YES), ("`#Gele`", "#GeleBoot", NO),
    ('`a "b" (c)`', 'x a "b" (c)', YES), ("`veer`", "hetveer en veer", YES), ("`-`", "a-b", YES),
    # #tag and #tag*
    ("#veer", "het #Veer!", YES), ("#veer", "het veer", NO), ("#veer", "#veerpont", NO), ("#veer*", "#veerpont", YES), ("#veer*", "veerpont", NO),
    ("#veer", "a#veer", NO), ("#veer", "&#veer", NO), ("#veer", "x.example/#veer", NO), ("#gele_boot", "#Gele_Boot", YES),
    ("#gele_boot", "#GeleBoot", NO), ("#geleboot", "#GeleBoot", YES), ("#reünie", "#reunie", YES), ("#reu\u0308nie", "#reünie", YES),
    ("#हिन्दी", "#हिन्दी", YES), ("#हिन्दी", "#हि", NO), ("#عربي", "(#عربي)", YES), ("#Gele_*", "#gele_boot", YES), ("#2026", "#2026", YES),
    # a hashtag in CamelCase is its words, and the whole
    ("lindeveer", "#LindeveerApp", YES), ("app", "#LindeveerApp", YES), ("lindeveerapp", "#LindeveerApp", YES),
    ('"lindeveer app"', "#LindeveerApp", YES), ("lindeveer", "#lindeveerapp", NO), ("lindeveer", "LindeveerApp", NO),
    ("lindeveer", "#LINDEVEER", YES), ("veer", "#NSVeer", YES), ("lijn", "#Lijn5", YES), ("5", "#Lijn5", YES), ("été", "#BelÉté", YES),
    ("boot", "#GeleBoot_App", YES), ('"gele boot app"', "#GeleBoot_App", YES), ("lindeveerapp NEAR/0 stuk", "#LindeveerApp stuk", YES),
    # @handle
    ("@veer", "dank @Veer!", YES), ("@veer", "dank veer", NO), ("@veer", "@veer@sociaal.example", YES), ("@veer", "@veerpont", NO),
    ("@veer@sociaal.example", "@veer@Sociaal.example", YES), ("@veer@sociaal.example", "@veer", NO), ("@veer@a.example", "@veer@b.example", NO),
    ("@veer", "post@veer", NO), ("@veer", "x.example/@veer", NO), ("@veer.boot", "van @veer.boot.", YES), ("@veer", "@veer.", YES),
    ("@veer_boot", "@Veer_Boot", YES), ("u/veer", "dank u/veer", YES), ("/u/veer", "dank u/veer", YES), ("u/veer", "/u/veer-boot", NO),
    ("u/veer", "x.example/u/veer", NO), ("@veer", "u/veer", YES),
    # an address: that host or its subdomains
    ("veer.example", "https://veer.example/pad?a=1", YES), ("veer.example", "zie veer.example.", YES), ("veer.example", "www.veer.example", YES),
    ("veer.example", "app.veer.example", YES), ("app.veer.example", "veer.example", NO), ("veer.example", "geelveer.example", NO),
    ("veer.example", "veer.example.nl", NO), ("veer.example", "info@veer.example", NO), ("veer.example", "veer example", NO),
    ("veer[.]example", "veer.example", YES), ("hxxps://veer[.]example", "hxxp://veer[.]example", YES), ("veer.example", "veer(dot)example", YES),
    ("www.veer.example", "veer.example", YES), ("https://veer.example/", "veer.example", YES), ("veer.example", "VEER.EXAMPLE", YES),
    ("veer.example/pad", "veer.example/pad/verder", YES), ("veer.example/pad", "veer.example/padden", NO), ("veer.example/pad", "(veer.example/pad).", YES),
    ("veer.example/pad", "veer.example/pad?a=1", YES), ("veer.example", "https://u:p@veer.example:8080/", YES), ("link:veer.example", "veer.example", YES),
    ("veer.example", "https://veer.example#@boot.example", YES), ("bücher.example", "https://xn--bcher-kva.example", YES),
    ("link:veer.example/a", "https://app.veer.example/a", YES), ('link:"veer.example/a_(b)"', "veer.example/a_(b)", YES), ("link:nl", "https://veer.nl", YES),
    # NOT, AND, OR, a blank, brackets, comments
    ("veer AND NOT straat", "veer", YES), ("veer AND NOT straat", "veer straat", NO), ("veer NOT straat", "veer straat", NO),
    ("veer NOT NOT straat", "veer straat", YES), ("veer NOT (straat OR plein)", "veer plein", NO), ('veer NOT "gele boot"', "veer boot gele", YES),
    ("veer boot", "boot veer", YES), ("veer boot", "veer", NO), ("veer AND boot", "veerboot", NO), ("veer boot AND pont", "pont boot veer", YES),
    ("veer(boot)", "veer boot", YES), ("veer OR boot OR pont", "pont", YES), ("a OR b AND c", "a", YES), ("a OR b AND c", "b", NO), ("a OR b c", "b", NO),
    ("(a OR b) AND c", "a", NO), ("(a OR b) AND c", "b c", YES), ("a AND NOT b OR c", "b c", YES), ("a NOT b c", "a", NO), ("a NOT (b c)", "a b", YES),
    ("((((a))))", "a", YES), ("\n  a\n  OR b\t", "b", YES), ("a # OR b\nc", "a", NO), ("a # OR b\nc", "a c", YES), ("a #\nb", "a b", YES), ("# van ons\na", "a", YES),
    ("a\u00a0b", "a b", YES),
    # $name
    ("$merk", "LV", YES), ("$merk", "lv", NO), ("$merk stuk", "lindeveer", NO), ("$samen", "lindeveer", YES), ("$samen", "lindeveer straat", NO),
    ("$merk OR $vroeger", "lindepont", YES), ("veer $niet", "veer straat", NO), ("NOT $vroeger veer", "veer", YES), ("title:$merk", "lindeveer", NO),
]  # fmt: skip


@pytest.mark.parametrize(("query", "text", "expected"), GRAMMAR)
def test_the_grammar(query: str, text: str, expected: bool) -> None:
    """Each line of the grammar does what it says."""
    assert holds(query, text) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title:veer", YES), ("title:stuk", NO), ("title:(veer NOT stuk)", YES), ("title:(veer OR x)", YES), ('title:"gele veer"', YES),
        ("title:vee*", YES), ("title:(gele NEAR/3 veer)", YES), ("NOT title:stuk veer", YES), ('"geel vaart"', NO), ("geel NEAR/1 vaart", NO),
        ('"geel vaart"~1', NO), ("veer vaart", YES), ("title:#Geel", YES), ("title:!Gele", YES), ("title:`Gele veer`", YES),
        ("source:rss", YES), ("source:reddit", NO), ("source:(rss OR reddit)", YES), ("type:article", YES), ("type:(post OR comment)", NO),
        ("type:( post OR article )", YES), ("lang:nl", YES), ("lang:de", NO), ('lang:"nl"', YES), ("site:krant.example", YES), ("site:example", YES),
        ("site:krant.example/nieuws", YES), ("site:krant.example/sport", NO), ("site:rant.example", NO), ("site:www.krant.example", YES),
        ("author:@Webcare@sociaal.example", YES), ("author:webcare@sociaal.example", YES), ("author:webcare", NO), ("tag:vervoer", YES),
        ("tag:(boot OR ov)", YES), ('tag:"openbaar vervoer"', YES), ("tag:openbaar*", YES), ("#openbaarvervoer", YES), ("tag:geel", YES),
        ("link:elders.example", YES), ("elders.example/b", YES), ("link:elders.example/c", NO), ("krant.example", NO),
        ("published:2026-11-20", YES), ("published:2026-11", YES), ("published:P1D/", YES), ("published:PT1H/", NO), ("published:/2026-11-19", NO),
        ("published:(2026-10 OR 2026-11)", YES), ("NOT lang:de NOT source:x vaart", YES), ("lang:nl OR veer", YES), ("(lang:nl)", YES),
    ],
)  # fmt: skip
def test_fields(query: str, expected: bool) -> None:
    """A field asks what is known of the post; nothing reaches from the title into the text."""
    known: dict[str, Any] = {
        "language": "nl", "author": "webcare@sociaal.example", "tags": ("Vervoer", "OV", "Openbaar vervoer"),
        "links": ("https://www.elders.example/b?c=1",), "published": datetime(2026, 11, 20, 9, tzinfo=UTC),
    }  # fmt: skip
    assert holds(query, "vaart niet, is stuk #geel", "Gele veer #Geel", **known) is expected


@pytest.mark.parametrize("query", ["lang:nl", "author:naam", "published:P9D/", "tag:x", "link:x.example"])
def test_what_is_not_known_does_not_hold(query: str) -> None:
    """A post without language, author, date, tags or links has none of them."""
    assert holds(query, "veer") is False


# --- Folding and spans --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"), ("CAFÉ", "cafe\u0301"), ("reünie", "reunie"), ("REÜNIE", "reu\u0308nie"), ("ﬁets", "fiets"), ("ﬃ", "ffi"),
        ("straße", "STRASSE"), ("ẞ", "ss"), ("ĳsbrug", "ijsbrug"), ("Ĳsbrug", "IJSBRUG"), ("Ĳ", "ij"), ("Łódź", "łodz"), ("Łódź", "lodz"),
        ("œuvre", "OEUVRE"), ("Ærø", "aero"), ("İstanbul", "istanbul"), ("Kadıköy", "kadikoy"), ("ｌｉｎｄｅ", "linde"), ("５", "5"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ΛΟΓΟΣ", "λόγος"), ("ᾳ", "α\u0345"), ("ᾳ", "ΑΙ"), ("Ⅳ", "iv"), ("naïef", "naief"), ("één", "een"),
        ("نَقْل", "نقل"), ("কো", "ক\u09c7\u09be"), ("हिन्दी", "हिन्दी"), ("Ёлка", "елка"), ("サービス", "ｻｰﾋﾞｽ"),
        ("linde\u00adveer", "lindeveer"), ("linde\u200bveer", "lindeveer"), ("葛\U000e0100", "葛"), ("5\ufe0f\u20e3", "5"),
    ],
)  # fmt: skip
def test_folding(one: str, other: str) -> None:
    """Case, accents, ligatures, widths and what nobody sees do not tell words apart, in the query or in the text."""
    assert fold(one) == fold(other)
    assert holds(f'"{one}"', f"de {other}.")
    assert holds(f'"{other}"', f"de {one}.")


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("cafe", "naar café", YES), ("cafe", "cafés", NO), ("eten", "ÉTEN", YES), ("cafe", "cafe\u0301!", YES), ("co", "coöp", NO),
        ("veer", "veer☂\ufe0f", YES), ("veer", "❤\ufe0fveer", YES), ("veer", "veer👩\u200d👧", YES), ("veer", "veer\u0301", YES),
        ("veer", "https://x.example/veer", YES), ("veer", "veer_boot", YES), ("veer", "veer’s", YES), ("veer", "veer-boot", YES),
        ("boot", "veer—boot", YES), ("veer", "veer\u00adboot", NO), ("veerboot", "veer\u00adboot", YES), ("veer", "10veer", NO),
        ("हिन्दी", "यह हिन्दी है", YES), ("हि", "हिन्दी", NO), ("نقل", "وسائل نقل عام", YES), ("نقل", "النقل", NO), ("λογοσ", "ο λόγος.", YES),
        ("veer", "ｖｅｅｒ", YES), ("i", "ı", YES), ("l'eau", "L’EAU", YES), ("1", "½", YES), ("12", "½", NO), ("#a12", "#a½", NO),
    ],
)  # fmt: skip
def test_where_words_end(query: str, text: str, expected: bool) -> None:
    """Letters, digits and marks of any script go on with a word, and nothing else does."""
    assert holds(query, text) is expected


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
        ("veer", "❤\ufe0fveer\ufe0f!", ["veer\ufe0f"]),
        ("lindeveer OR lindeveerapp OR app", "x #LindeveerApp", ["Lindeveer", "LindeveerApp", "App"]),
        ("gele NEAR/2 boot", "boot, oude gele boot", ["gele", "boot", "boot", "gele"]),
        ('"gele boot"~1', "boot oude gele", ["boot oude gele"]),
        ("#veer", "zie #Veer.", ["#Veer"]),
        ("@veer", "dank @Veer@sociaal.example.", ["@Veer@sociaal.example"]),
        ("veer.example", "(https://veer.example/a b)", ["https://veer.example/a"]),
        ("`C++`", "C++ C++11", ["C++", "C++"]),
        ("a NOT b", "a", ["a"]),
        ("$merk", "LV lindeveer", ["lindeveer", "LV"]),
    ],
)
def test_spans_point_at_the_original(query: str, text: str, found: list[str]) -> None:
    """Spans are offsets in what people wrote, whatever folding did to its length."""
    assert hits(query, text) == found


# --- Refusals -----------------------------------------------------------------------------------------------

END = "got the end of the query"
REFUSED = [
    ("", 1, 1, f"expected a word, a phrase or a bracket, {END}"), ("   ", 1, 1, END), ("# niets", 1, 8, END), ("AND a", 1, 1, "got AND"),
    ("a AND", 1, 6, END), ("a OR OR b", 1, 6, "got OR"), ("a OR", 1, 5, END), ("NOT", 1, 4, END), ("a AND AND b", 1, 7, "got AND"),
    ("()", 1, 2, 'got ")"'), ("(a", 1, 3, f'expected ")", {END}: close the bracket'), ("(a (b)", 1, 7, "close the bracket"),
    ("a)", 1, 2, 'expected the end of the query, got ")": remove it or open one before'), ("(a OR b)) c", 1, 9, "remove it or open one before"),
    ("a\nOR\n(b", 3, 3, "close the bracket"), ("a OR\n\n  b AND\n", 3, 8, END), ("a # b )\n)", 2, 1, "remove it"),
    ("a AND", 1, 6, "add one, or take out AND"), ("OR", 1, 1, "add one before it, or take out OR"), ("NOT", 1, 4, "add one, or take out NOT"),
    ("()", 1, 2, "add one, or take out the brackets"), ("# niets", 1, 8, "add one; what follows # and a blank is a comment"), ("", 1, 1, "add one"),
    ("a NEAR/5", 1, 9, "add one, or take out NEAR/5"), ("title:NOT a", 1, 7, "write NOT before title:"),
    # quotation marks, backticks
    ('a "b', 1, 3, 'expected a closing ", got the end of the query: add it'), ('"a" b"', 1, 6, "add it"), ("a `b", 1, 3, "expected a closing `"),
    ('a ""', 1, 3, "there is no letter or digit here; for exact signs use backticks"), ('a "—"', 1, 3, "use backticks"), ("😀", 1, 1, "use backticks: `😀`"),
    ("a —", 1, 3, "use backticks: `—`"), ("@", 1, 1, "use backticks"), ("``", 1, 1, "expected characters between the backticks, got none"),
    ("`a\u200b`", 1, 1, "a character that nobody sees: take it out"), (f"`{'a' * 201}`", 1, 1, "200 characters at most"),
    ("“gele boot”", 1, 1, "curly quotation marks: write straight ones"), ("a OR «boot»", 1, 6, "write straight ones"), ("‘gele boot’", 1, 1, "write straight ones"),
    ("'veer boot'", 1, 1, "write \" instead of '"), ("a boot'", 1, 3, "write \" instead of '"),
    # addresses
    ("lindeveer.example:8080", 1, 1, "write link:lindeveer.example"), ("lindeveer.example?x=1", 1, 1, "write link:lindeveer.example?x=1"),
    ("https://lindeveer.example:80/a?b", 1, 1, "write link:https://lindeveer.example/a?b"),
    ("lindeveer(.)example", 1, 11, "write lindeveer[.]example or lindeveer.example"), ("a lindeveer(dot)example", 1, 13, "write lindeveer[.]example"),
    # stars
    ("*", 1, 1, "a star needs 3 letters before it, got *: write more of the word"), ("li*", 1, 1, "got li*: write more of the word, or the words meant"),
    ("veer lin-de*", 1, 6, "a star needs 3 letters"), ("lin*veer", 1, 1, "a star stands at the end of a word"), ("*veer", 1, 1, "a star stands at the end of a word"),
    ("veer**", 1, 1, "a star stands at the end of a word"), ('"li* boot"', 1, 1, "a star needs 3 letters"), ('"* boot"', 1, 1, "a star at the edge of a phrase stands for nothing: leave it out"),
    ('"boot *"', 1, 1, "leave it out"), ('"*"', 1, 1, "no letter or digit"), ("a (veer)*", 1, 9, "a star needs 3 letters"), ("#li*", 1, 1, "a star needs 3 letters"), ("!IN*", 1, 2, "a star needs 3 letters"),
    # nearness
    ('"a b" ~3', 1, 7, '~ follows a phrase without a blank: "gele boot"~5'), ('"a b"~', 1, 7, 'expected a number of words, got nothing: write "gele boot"~5'),
    ('"a b"~51', 1, 6, "51 words are no nearness: 50 at most; for anywhere write AND"), ('"a"~3', 1, 4, "~ needs two words at least"), ('"a * b"~3', 1, 8, "a larger number after ~ does the same"),
    (f'"{"a " * 11}"~3', 1, 25, "10 words at most"), (f'"{"a " * 31}"', 1, 1, "a phrase has 30 words at most, this one 31: take its middle"), ("lindeveer~2", 1, 1, '~ follows a phrase: "gele boot"~5'),
    ("a NEAR b", 1, 3, "NEAR needs a number of words: NEAR/5"), ("a NEAR/ b", 1, 3, "NEAR/5"), ("a near/3 b", 1, 3, "operators are upper case: write NEAR/3"), ("a NEAR/51 b", 1, 3, "50 at most"), ("a NEAR/5", 1, 9, END),
    ("NEAR/5 a", 1, 1, "expected a word, a phrase or a bracket, got NEAR/5"), ("a NEAR/3 NOT b", 1, 10, "got NOT"), ("a W/3 b", 1, 3, "write NEAR/5, or ONEAR/5 for the order"),
    ("(a AND b) NEAR/3 c", 1, 1, "words, phrases and groups of them with OR stand beside NEAR/3; write what else must hold with AND outside"), ("a NEAR/3 #b", 1, 10, "with AND outside"),
    ("a NEAR/3 (b OR NOT c)", 1, 10, "with AND outside"), ("a ONEAR/3 lang:nl", 1, 11, "stand beside ONEAR/3"), ("a NEAR/3 $niet", 1, 10, "stand beside"),
    # what other languages know
    ("a & b", 1, 3, "& is no operator: write AND"), ("a || b", 1, 3, "| is no operator: write OR"), ("lindeveer|app", 1, 1, "write OR"), ("a or b", 1, 3, 'operators are upper case: write OR, or "or" for the word'),
    ("a And b", 1, 3, "write AND"), ("a not b", 1, 3, "write NOT"), ("a -b", 1, 3, "- does not leave a word out: write NOT before it"), ("a +b", 1, 3, "+ is no operator: every term must be there"), ("a,b", 1, 1, "write OR between choices"),
    ("lindev?er", 1, 1, "? stands for nothing: a star at the end"), ("veer EN app", 1, 6, "operators are English: write AND"), ("veer OU app", 1, 6, "write OR"), ("veer NICHT straat", 1, 6, "write NOT"),
    ("// van ons", 1, 1, "comments begin with # and a blank"), ("a /* b */", 1, 3, "comments begin with #"), ("_veer_", 1, 1, '_veer_ has signs that are not searched: "_veer_" finds its words, `_veer_` exactly this'), ("C++", 1, 1, "`C++` exactly this"), ("C#", 1, 1, "`C#` exactly this"),
    # !, $
    ("a !", 1, 3, "no letter or digit"), ("!NOT a", 1, 1, "to leave out write NOT"), ("a !(b)", 1, 3, "! comes before a word or a phrase whose case counts"), ("!#tag", 1, 2, "signs that are not searched"), ("!`x`", 1, 1, "! comes before"),
    ("$", 1, 1, "expected the name of a saved query after $, got nothing; for the sign use backticks"), ("$5.00", 1, 1, "for the sign use backticks"), ("a $onbekend", 1, 3, "there is no saved query $onbekend; known are: $merk, $niet, $samen, $vroeger"),
    # fields
    ("a foo:b", 1, 3, "foo: is no field; known are title:, source:, site:"), ("title:", 1, 7, f"expected a value right after title:, {END}"), ("title: a", 1, 8, "expected a value right after title:, got a"), ("title:NOT a", 1, 7, "got NOT"),
    ("title:(source:rss)", 1, 7, "within title: stand words only; write the field outside"), ("title:(a OR title:b)", 1, 7, "within title:"), ("title:title:a", 1, 7, "within title:"), ("(lang:)", 1, 7, "expected a value right after lang:, got none"), ("lang:(nl de)", 1, 10, "expected OR between the values of lang:, got de"), ("lang:()", 1, 7, "expected a value after lang:"),
    ("lang:NL", 1, 6, "expected a language's code, such as lang:nl, got NL"), ("lang:(nl OR dutch)", 1, 13, "got dutch"), ("type:tweet", 1, 6, "expected one of post, comment, article, boost, got tweet"), ("source:Rss", 1, 8, "such as source:rss, got Rss"),
    ('site:"a b"', 1, 6, "expected an address like site:example.nl, got a b"), ("link:*.nl", 1, 6, "expected an address like link:example.nl/page"), ("author:a/b", 1, 8, "expected an account, such as author:@webcare@social.example"), ("tag:—", 1, 5, "expected a hashtag, got —"), ("#__", 1, 1, "expected a hashtag"),
    ("published:gisteren", 1, 11, "'gisteren' is no date; write a day (2026-11-20), a stretch"), ("published:(2026 OR 2026-11)", 1, 12, "'2026' is no date"), ("5:30", 1, 1, "a colon follows the name of a field"),
    ("title: veer", 1, 8, "got veer; leave out the blank"), ("Title:veer", 1, 1, "fields are in small letters: write title:"), ("lang:nl-BE", 1, 6, "got nl-BE: write lang:nl"),
    ("lang:NL", 1, 6, "got NL: write lang:nl"), ("type:Post", 1, 6, "got Post: write type:post"), ("source:RSS", 1, 8, "got RSS: write source:rss"),
    # what holds for anything
    ("NOT a", 1, 1, "the query holds for an empty text: add a term that must be present"), ("a OR NOT b", 1, 1, "add a term"), ("NOT a NOT b", 1, 1, "add a term"), ("NOT (a b)", 1, 1, "add a term"), ("NOT lang:nl", 1, 1, "add a term"), ("$niet", 1, 1, "add a term"), ("title:(a OR NOT b)", 1, 1, "add a term"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "line", "column", "said"), REFUSED)
def test_errors_point_and_tell_the_cure(query: str, line: int, column: int, said: str) -> None:
    """What cannot be read is refused with its line and column, counted from 1, what stood there and the cure."""
    with pytest.raises(QueryError, match=re.escape(said)) as caught:
        parse(query, SAVED)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}: {caught.value.said}" == str(caught.value).splitlines()[0]


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ({"a": "$a"}, "$a cannot be read: a circle: $a -> $a; take one of them out"),
        ({"a": "x $b", "b": "y OR $a"}, "a circle: $a -> $b -> $a"),
        ({"a": "x $b"}, "$a cannot be read: there is no saved query $b; known are: $a"),
        ({"a": "x AND"}, "$a cannot be read: expected a word"),
    ],
)
def test_saved_parts_are_refused_where_they_are_used(saved: dict[str, str], said: str) -> None:
    """A circle, a name that is not there, and a part that cannot be read are told at the place of the $name."""
    with pytest.raises(QueryError, match=re.escape(said)) as caught:
        parse("veer\n OR $a", saved)
    assert (caught.value.line, caught.value.column) == (2, 5)


# --- Bounds -------------------------------------------------------------------------------------------------


def test_long_queries_are_refused() -> None:
    """A query has at most 4,000 characters, and one of exactly so many is read."""
    assert holds("veer " * (LONGEST // 5), "veer")
    with pytest.raises(QueryError, match="longer than 4000 characters: put parts of it into") as caught:
        parse("veer " * (LONGEST // 5) + "a")
    assert caught.value.column == LONGEST + 1


@pytest.mark.parametrize("opening", ["(", "NOT ", "NOT (", "title:("])
def test_nesting_is_bounded(opening: str) -> None:
    """Brackets and NOTs go fifty deep and no deeper; nobody can exhaust the stack."""
    levels = 1 if opening == "title:(" else DEEPEST // (1 + opening.count("NOT ("))
    assert holds(f"a {opening * levels}b{')' * opening.count('(') * levels}", "") is False
    with pytest.raises(QueryError, match=r"more than 50 levels of brackets|within title:"):
        parse(f"a {opening * (LONGEST // len(opening) - 3)}")


@pytest.mark.parametrize("brackets", [0, 45])
def test_saved_parts_count_as_levels(brackets: int) -> None:
    """Saved parts within saved parts, with brackets or without, are refused before the stack ends."""
    opening, closing = "(" * brackets, ")" * brackets
    saved = {f"a{at}": f"{opening}x $a{at + 1}{closing}" for at in range(300)} | {"a300": "x"}
    with pytest.raises(QueryError, match="more than 50 levels of brackets, NOTs and saved parts: simplify"):
        parse("$a0", saved)
    assert parse("$a300" if brackets else "$a260", saved).holds(Text("x"))


def test_a_long_row_of_nears_is_refused() -> None:
    """NEARs in a row stand within one another; ten of them do and more do not, by way of saved parts either."""
    row = " NEAR/1 ".join("a" * (MOST_NEARS + 1))
    assert holds(row, "a " * 11)
    for longer in (f"{row} NEAR/1 a", f"b ({row}) NEAR/1 a", f"a NEAR/1 (b OR ({row}))", "a NEAR/1 $row"):
        with pytest.raises(QueryError, match="more than 10 NEARs in a row or within one another: join some with AND"):
            parse(longer, {"row": row})


def test_saved_parts_do_not_multiply() -> None:
    """Parts that double within one another are refused before they fill the memory."""
    saved = {f"a{at}": f"$a{at + 1} $a{at + 1}" for at in range(40)} | {"a40": "x"}
    with pytest.raises(QueryError, match=f"more than {LARGEST} terms: split it"):
        parse("$a0", saved)
    assert parse("$a32", saved).holds(Text("x"))
