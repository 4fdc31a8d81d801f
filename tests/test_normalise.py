"""Post -> Document: what a reader sees and nothing else, dates that can be trusted, equal words equal marks."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor import links
from monitor.model import Post
from monitor.normalise import (
    _CLEAN,
    LONGEST_TAG,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ANCHORS,
    MOST_LINKS,
    MOST_TAGS,
    document,
    fingerprint,
    language_code,
    plain,
    trusted,
)

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
POST = Post(
    "rss", "feed", "key", "https://krant.example/a", "article", "feed", body="<p>Lindeveer vaart.</p>", title="Titel"
)
ANY = st.text(st.characters(exclude_categories=()), max_size=80)
BITS = st.sampled_from(
    ["<", ">", "</", "<p>", "<script>", "</script>", "<!--", "-->", "<b a='", '"', "&", "&lt;", "&amp;", "&#0;", "&#xD800;",
     "<![CDATA[", "]]>", "<style>", "<svg>", "<textarea>", "<noscript>", "\x00", "\u200b", "\u202e", "\u200d", "\ud83d", "\r",
     "\u0301", "e", "\u1100", "\u1161", "\U0001f3f4", "\U000e0067", "\U000e007f", "❤", "\ufe0f", "\u2028", " ", "\n", "Lindeveer"]
)  # fmt: skip
HOSTILE = st.lists(BITS | ANY, max_size=25).map("".join)


def hidden(text: str) -> list[str]:
    """Characters that nobody sees, but for line breaks and what emoji are joined with."""
    seen = {"\n", "\u200d"} | {chr(tag) for tag in range(0xE0020, 0xE0080)}
    format_of_numbers = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2") | {
        chr(sign) for sign in (*range(0x110BD, 0x110CE), *range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4))
    }  # Arabic number signs, Egyptian and shorthand joiners: they do show
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in seen | format_of_numbers]


# --- Markup -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>een</p><p>twee</p>", "een\ntwee"),
        ("een<br>twee<br/>drie<BR />vier", "een\ntwee\ndrie\nvier"),
        ("<ul><li>een<li>twee</ul>", "een\ntwee"),
        ("<table><tr><td>een</td><td>twee</td></tr></table>", "een\ntwee"),
        ("<h2>Kop</h2>tekst<div>blok</div>rest", "Kop\ntekst\nblok\nrest"),
        ("<details><summary>een</summary>twee</details>", "een\ntwee"),
        ("<figure>een<figcaption>twee</figcaption></figure>", "een\ntwee"),
        ("<b>Linde</b><i>veer</i>", "Lindeveer"),
        ('#<span>linde</span><a href="x">veer</a>', "#lindeveer"),
        ("Linde<wbr>veer Linde&shy;veer", "Lindeveer Lindeveer"),
        ("Linde<!-- p -->veer", "Lindeveer"),
        ("<pre>een</pre><preface>twee</preface>", "een\ntwee"),
        ("<p class='a>b'>een</p>", "een"),
    ],
)
def test_block_tags_part_words_and_inline_tags_do_not(markup: str, text: str) -> None:
    """Words of two blocks stand on two lines; a word with inline tags in it stays one word."""
    assert plain(markup, "html") == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("&amp;", "&"),
        ("&amp;amp;", "&amp;"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt;soep&lt;/b&gt;", "<b>soep</b>"),
        ("caf&eacute; &euro;&nbsp;5 &#8364; &#x20AC;", "café € 5 € €"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("AT&T en R&D", "AT&T en R&D"),
        ("&#0;&#x1F;&#xD800;&#x202E;a", "\ufffd \ufffda"),
    ],
)
def test_entities_are_read_once(markup: str, text: str) -> None:
    """An entity becomes its character; what then looks like an entity or a tag is text."""
    assert plain(markup, "html") == text


def test_plain_text_is_not_read_as_markup() -> None:
    """A platform that sends text gets its tags and entities back as they were typed."""
    assert plain("1 &lt; <b>2</b>", "text") == "1 &lt; <b>2</b>"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>kwaad</script>",
        "<SCRIPT type='x'>kwaad</SCRIPT >",
        "<scr\x00ipt>kwaad</scr\x00ipt>",
        "<scr\u200bipt>kwaad</script>",
        "<style>kwaad{}</style>",
        "<!-- kwaad -->",
        "<!-- kwaad",
        "<img src=x onerror='kwaad'>",
        "<a href='javascript:kwaad'></a>",
        "<svg><script>kwaad</script></svg>",
        "<noscript><img src='kwaad'></noscript>",
        "<textarea><script>kwaad</script></textarea>",
        "<xmp><script>kwaad</script></xmp>",
        "<iframe srcdoc='kwaad'></iframe>",
        "<script>kwaad",
        "<template>kwaad</template>",
        "<p title='kwaad'>",
    ],
)
def test_what_is_not_text_is_gone(markup: str) -> None:
    """Scripts, styles, comments and attributes leave nothing behind, whatever stands around them."""
    assert plain(f"voor {markup}", "html") == "voor"


@given(st.text(st.characters(exclude_characters="<&"), max_size=40), st.sampled_from(["script", "style", "SCRIPT"]))
def test_the_content_of_scripts_never_shows(before: str, tag: str) -> None:
    """Whatever text precedes it, the inside of a script is not text."""
    assert "kanarie7f3a" not in plain(f"{before}<{tag} x>kanarie7f3a</{tag}>", "html")


# --- Characters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("L\u200bi\u200cn\u2060d\ufeffe\u00adveer", "Lindeveer"),
        ("Linde\u200dveer", "Lindeveer"),
        ("Linde\u034fveer\u3164", "Lindeveer"),
        ("pont\u202egpj.exe\u202c", "pontgpj.exe"),
        ("\u2066veer\u2069 \u200eboot\u200f", "veer boot"),
        ("nul\x00 bel\x07 del\x7f c1\x9b", "nul bel del c1"),
        ("los \ud83d half", "los half"),
        ("een\ttwee\x0bdrie\x0cvier\x1cvijf\x85zes\u2028zeven", "een twee drie vier vijf zes zeven"),
        ("een\r\ntwee\rdrie\n\n \n vier", "een\ntwee\ndrie\nvier"),
        ("  veel \u00a0\u2003 ruimte  ", "veel ruimte"),
        ("cafe\u0301 re\u0308unie", "café rëunie"),
        ("e\u200b\u0301", "é"),
        ("\U000e0068\U000e0069 verstopt\U000e0021", "verstopt"),
    ],
)
def test_what_nobody_sees_is_removed(typed: str, kept: str) -> None:
    """Control, bidi and zero-width characters go, other blanks become one, and what is left is NFC."""
    assert plain(typed, "text") == kept
    assert plain(typed, "html") == kept


@pytest.mark.parametrize(
    "emoji", ["⛴️", "👩‍⚕️", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🐈‍⬛", "❤️‍🔥", "🙂‍↔️", "👍🏽", "🇳🇱", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴‍☠️", "1️⃣", "👩🏿‍🚀"]
)
@pytest.mark.parametrize("around", ["{}", "Lindeveer{}Lindeveer", "a {}{} b"])
def test_emoji_stay_whole(emoji: str, around: str) -> None:
    """Joined, coloured and flag emoji keep the invisible characters they are made with."""
    text = around.format(emoji, emoji)
    assert plain(text, "text") == text
    assert plain(f"<p>{text}</p>", "html") == text


CODECS = [
    "ascii", "latin-1", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-10",
    "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1257", "cp437", "cp850", "cp852", "cp858", "mac-roman", "mac-latin2", "koi8-r", "koi8-u", "utf-8",
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "gb18030", "gbk", "big5", "shift_jis", "euc-jp", "euc-kr",
]  # fmt: skip
SAMPLE = "Reünie in café ’t Veer: € 5, Ærø, Łódź, žluťoučký, Ελλάδα, Волга, 渡し船, 배, עיר ⛴️ ĳsje"


@pytest.mark.parametrize("codec", CODECS)
def test_forty_encodings(codec: str) -> None:
    """Text that went through any encoding, with entities for what it cannot say, is read as it was written."""
    assert len(set(CODECS)) == 40
    sent = SAMPLE.replace("&", "&amp;").encode(codec, "xmlcharrefreplace")
    assert plain(sent.decode(codec), "html") == SAMPLE


@pytest.mark.parametrize("lie", ["latin-1", "cp1252", "utf-7", "utf-16-le", "cp437", "ascii"])
def test_lying_encodings_harm_nobody(lie: str) -> None:
    """Bytes read by the wrong encoding give odd words, never control characters or a failure."""
    for codec in CODECS:
        text = plain(SAMPLE.encode(codec, "replace").decode(lie, "replace"), "html")
        assert not hidden(text)
        assert unicodedata.is_normalized("NFC", text)


@given(HOSTILE)
@example("e\u200b\u0301")
@example("\U0001f3f4\u200b\U000e0067\U000e0062\U000e007f")
@example("❤\u200d\u200b❤")
def test_reading_text_twice_is_reading_it_once(typed: str) -> None:
    """Plain text that was read once is not changed by reading it again."""
    once = plain(typed, "text")
    assert plain(once, "text") == once


@given(HOSTILE, HOSTILE, st.sampled_from(["html", "text"]))
@settings(max_examples=300)
def test_every_post_becomes_a_document(title: str, body: str, markup: str) -> None:
    """Nothing that can be typed makes it fail; the result is NFC, bounded and without hidden characters."""
    post = replace(POST, title=title, body=body, markup=markup, url=f"https://krant.example/{body}?utm_a=1&b={title}")  # type: ignore[arg-type]
    made = document(post, NOW)
    for text in (made.title, made.text):
        assert not hidden(text)
        assert unicodedata.is_normalized("NFC", text)
        assert text == text.strip()
    for address in (made.url, *made.links):
        address.encode()
    assert len(made.title) <= LONGEST_TITLE
    assert len(made.text) <= LONGEST_TEXT


SHAPES = {
    "nested blocks": "<div>",
    "nested tables": "<table>",
    "mis-nested": "<b></i>",
    "formatting": "<b><i><u>",
    "links": "<a href=x>",
    "good links": "<a href='https://krant.example/&amp;utm_a=1'>",
    "half links": "<a ",
    "links that never end": "<a href='",
    "links of attributes": "<a" + " a=b" * 20_000 + ">",
    "links of blanks": "<a " + "a   " * 20_000,
    "links of slashes": "<a/=",
    "entities in a link": "<a href='https://krant.example/?" + "&a" * 100_000 + "'>",
    "open tags": "<",
    "half tags": "<p ",
    "comments": "<!--",
    "attributes": "<p a=1 b='",
    "entities": "&#x41;",
    "half entities": "&amp",
    "scripts": "<script>",
    "foreign": "<svg><math>",
    "lists": "<ul><li>",
    "options": "<select><option>",
    "blanks after an open tag": "<" + " " * 5000,
    "blank lines": "\n \t ",
    "joiners": "\u200d",
    "flags": "\U0001f3f4\U000e0067",
    "marks": "e\u0301",
    "raw": "<textarea><title>",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_of_hostile_markup_is_read(shape: str) -> None:
    """A million characters of anything are read in about a second: what a parser squares is cut before it."""
    post = replace(POST, body=SHAPES[shape] * (1_000_000 // len(SHAPES[shape])))
    assert len(document(post, NOW).text) <= LONGEST_TEXT


# --- Dates, languages, links ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        (None, None),
        (datetime(2026, 11, 12, 9, 30), None),  # noqa: DTZ001 - without a zone nobody knows when that is
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12))), None),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(1994, 12, 31, 23, 59, 59, tzinfo=UTC), None),
        (datetime(1995, 1, 1, tzinfo=UTC), datetime(1995, 1, 1, tzinfo=UTC)),
        (datetime(2035, 6, 1, tzinfo=UTC), None),
        (NOW + timedelta(hours=24), NOW + timedelta(hours=24)),
        (NOW + timedelta(hours=24, seconds=1), None),
        (datetime(2026, 11, 12, 9, 30, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 11, 12, 8, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_right_or_unknown(date: datetime | None, kept: datetime | None) -> None:
    """A date between 1995 and a day from now is kept in UTC; any other is unknown, never today."""
    assert trusted(date, NOW) == kept


@given(st.datetimes(timezones=st.timezones() | st.none()))
def test_a_trusted_date_is_within_bounds(date: datetime) -> None:
    """Whatever a source says, what is kept lies between 1995 and a day from now."""
    kept = trusted(date, NOW)
    assert kept is None or datetime(1995, 1, 1, tzinfo=UTC) <= kept <= NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("nl", "nl"), ("nl-NL", "nl"), ("NL", "nl"), ("nl_BE", "nl"), (" en-us ", "en"), ("zh-Hant-TW", "zh"), ("fry", "fry"),
        (None, None), ("", None), ("und", None), ("Nederlands", None), ("x-klingon", None), ("12", None), ("n\u0130", None),
    ],
)  # fmt: skip
def test_languages(told: str | None, code: str | None) -> None:
    """Two or three letters stay, in lower case and without a country; the rest is unknown."""
    assert language_code(told) == code


def test_links_lose_their_tracking() -> None:
    """The link is clean of tracking parameters and of characters that cannot be stored."""
    dirty = "https://krant.example/a?utm_source=x&id=\ud800\u202e7#kop"
    assert document(replace(POST, url=dirty), NOW).url == "https://krant.example/a?id=7"


# --- Tags and links that a post carries --------------------------------------------------------------------


def linked(markup: str) -> tuple[str, ...]:
    return document(replace(POST, body=markup), NOW).links


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("href='https://krant.example/a'", "https://krant.example/a"),
        ('class="u" HREF = "HTTPS://Krant.example"', "https://krant.example/"),
        ('href=https://krant.example/a?b="c"', 'https://krant.example/a?b="c"'),
        ("href='https://krant.example/a?utm_source=x&amp;b=1&copy=2&#38;c=3#kop'", "https://krant.example/a?b=1&copy=2&c=3"),
        ("href='https://krant.example/&eacute;&notit;'", "https://krant.example/é&notit;"),
        ("href='ht\nt&#112;s://krant.example/\ta\u200b'", "https://krant.example/a"),
        ("title='a > b, href=https://elders.example/' href='https://krant.example/a'", "https://krant.example/a"),
        ("data-href='https://elders.example/' href='https://krant.example/a'", "https://krant.example/a"),
        ("href='https://krant.example/a' href='https://elders.example/'", "https://krant.example/a"),
        ("href='https://krant.example/a'' target='_blank'", "https://krant.example/a"),
        ("/href='https://krant.example/a'/", "https://krant.example/a"),
        ("=href=x href='https://krant.example/a'", "https://krant.example/a"),
        ("=href= href='https://krant.example/a'", None),
        ("href='https://krant.example/a' rel='noopener tags' class='imagetag'", "https://krant.example/a"),
        ("href='https://krant.example/tag/a' title='mention'", "https://krant.example/tag/a"),
        ("href='https://krant.example/a' class='u' class='mention'", "https://krant.example/a"),
        ("href='http://[::1]:8080/a'", "http://[::1]:8080/a"),
        ("href='https://krant.example/" + "a" * 2_000 + "'", None),
        ("href='/a'", None),
        ("href='//krant.example/a'", None),
        ("href='#kop'", None),
        ("href='javascript:https://krant.example/'", None),
        ("href='mailto:lezer@krant.example'", None),
        ("href='https://'", None),
        ("href='http://[krant.example/'", None),
        ("href=''", None),
        ("href=", None),
        ("href", None),
        ("name='a'", None),
        ("href='https://krant.example/@a' class='u-url mention'", None),
        ("class='mention hashtag' href='https://krant.example/tags/a'", None),
        ("class=Hashtag href=https://krant.example/tags/a", None),
        ("href='https://krant.example/tags/a' rel='nofollow TAG'", None),
    ],
)  # fmt: skip
def test_an_anchor_leads_to_a_page_or_nowhere(inside: str, link: str | None) -> None:
    """An absolute http(s) address of an anchor is a link, clean; mentions, hashtags and all else are none."""
    expected = (link,) if link else ()
    assert linked(f"<p>Zie <a {inside}>hier</a>.</p>") == expected
    assert document(replace(POST, title=f"<A\n{inside}>hier</A>"), NOW).links == expected


@pytest.mark.parametrize(
    ("markup", "pages"),
    [
        ("<a href='https://a.example/1'><a href='https://a.example/2'>", "12"),
        ("<a href='https://a.example/1'>x</a><a href='https://a.example/1?utm_source=x'>y</a>", "1"),
        ('<a href="https://a.example/1"">x</a> <a href="https://a.example/2">', "12"),
        ("<!-- <a href='https://a.example/1'> --><a href='https://a.example/2'>", "2"),
        ("<!-- <a href='https://a.example/1'>", ""),
        ("<script>'<a href=\"https://a.example/1\">'</script><a href='https://a.example/2'>", "2"),
        ("<abbr href='https://a.example/1'><area href='https://a.example/2'><a-b href='https://a.example/3'>", ""),
        ("&lt;a href='https://a.example/1'&gt;", ""),
        ("<a href='https://a.example/1", ""),
        ("<a href='https://a.example/1' ", ""),
    ],
)
def test_links_are_those_of_the_markup(markup: str, pages: str) -> None:
    """Each page is named once, in order; comments, scripts, other elements and tags without an end hold no links."""
    assert linked(markup) == tuple(f"https://a.example/{page}" for page in pages)


def test_plain_text_holds_no_anchors() -> None:
    """A post that is text has the links that its source gave, and no others; those come first and are cleaned too."""
    post = replace(
        POST,
        body="<a href='https://a.example/1'>",
        links=("https://a.example/2?utm_source=x", "/3", "ftp://a.example/"),
    )
    assert document(replace(post, markup="text"), NOW).links == ("https://a.example/2",)
    assert document(post, NOW).links == ("https://a.example/2", "https://a.example/1")


def test_links_are_counted() -> None:
    """Of ten thousand links the first hundred that differ are kept, and mentions leave room for a link behind them."""
    many = "".join(f"<a href='https://a.example/{n // 2}'>x</a>" for n in range(10_000))
    assert linked(many) == tuple(f"https://a.example/{n}" for n in range(MOST_LINKS))
    mention = "<a class='mention' href='https://a.example/@b'>@b</a>"
    assert linked(mention * 1_000 + "<a href='https://a.example/1'>") == ("https://a.example/1",)
    assert linked(mention * MOST_ANCHORS + "<a href='https://a.example/1'>") == ()


class Anchors(HTMLParser):
    """What the standard library's reader of HTML takes for the targets of anchors."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.targets: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if tag == "a" and name == "href" and value]


ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(["title", "rel", "id", "data-href", "hrefs"]),
        st.sampled_from(['"a > b"', "'href=x'", "a", '"<a href=x>"', '"\'"', '""']),
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
)


@given(
    st.lists(
        st.tuples(ATTRIBUTES, st.integers(0, 99), ATTRIBUTES, st.sampled_from(["</a>", "", " <br/>", "<!-- <a> -->"]))
    )
)
def test_anchors_are_the_standard_librarys(
    rows: list[tuple[list[tuple[str, str]], int, list[tuple[str, str]], str]],
) -> None:
    """Law: in markup that is well-formed the links are those that html.parser finds."""

    def spelled(pairs: list[tuple[str, str]], suffix: str = "") -> str:
        return "".join(f" {name}{suffix}={value}" for name, value in pairs)

    markup = "".join(
        f"<a{spelled(before)} href='https://a.example/{n}'{spelled(after, '2')}>x{end}"
        for before, n, after, end in rows
    )
    assert linked(markup) == tuple(dict.fromkeys(Anchors(markup).targets))


@given(st.from_regex(_CLEAN, fullmatch=True))
def test_what_looks_clean_is_clean(url: str) -> None:
    """Law: an address that is taken as it is would not be changed by cleaning it."""
    assert links.clean(url) == url


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (("Veer", "pont"), ("Veer", "pont")),
        (("#Veer", "# #veer", "# pont", "Veer"), ("Veer", "veer", "pont")),
        ((" Het\n veer\u200b ", "re\u0301union"), ("Het veer", "réunion")),
        (("", " ", "#", "\u202e"), ()),
        (("C#",), ("C#",)),
        (("v" * 1_000_000,), ("v" * LONGEST_TAG,)),
        (tuple(map(str, range(1_000))), tuple(map(str, range(MOST_TAGS)))),
    ],
)
def test_tags_are_what_people_see(given_: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """A tag is visible NFC text on one line without #; none comes twice, and neither length nor number is unbounded."""
    assert document(replace(POST, tags=given_), NOW).tags == kept


@given(
    st.lists(ANY, max_size=5).map(tuple), st.lists(ANY | st.just("https://a.example/"), max_size=5).map(tuple), HOSTILE
)
def test_tags_and_links_are_well_formed(tags: tuple[str, ...], given_: tuple[str, ...], body: str) -> None:
    """Law: whatever a source gives, tags are bounded visible NFC text and links are absolute and clean."""
    made = document(replace(POST, body=f"{body}<a href='{body}'>", tags=tags, links=given_), NOW)
    for tag in made.tags:
        assert tag == tag.strip() != ""
        assert not hidden(tag)
        assert unicodedata.is_normalized("NFC", tag)
        assert len(tag) <= LONGEST_TAG
    for link in made.links:
        assert link.startswith(("http://", "https://"))
        assert links.clean(link) == link


# --- Equal and changed ------------------------------------------------------------------------------------

DRESSES = (
    "Lindeveer vaart vanaf maandag later: café de Reünie blijft open!",
    "LINDEVEER VAART VANAF MAANDAG LATER; CAFE DE REUNIE BLIJFT OPEN",
    "lindeveer vaart – vanaf maandag – later. cafe\u0301 de reu\u0308nie, blijft open https://krant.example/x?utm_source=y",
    "“Lindeveer” vaart   vanaf maandag later... café\nde reünie blijft open",
    "Lindeveer vaart vanaf maandag later: http://a.example café de Reünie blijft open #",
)


@pytest.mark.parametrize(("one", "other"), list(product(DRESSES, DRESSES)))
def test_equal_words_have_equal_fingerprints(one: str, other: str) -> None:
    """Case, accents, punctuation and links do not tell two copies apart."""
    assert fingerprint(one) == fingerprint(other)


@given(st.text(st.characters(exclude_characters="/")))
def test_other_words_have_other_fingerprints(text: str) -> None:
    """One word more or another word is another fingerprint."""
    marks = {fingerprint(f"{text} {more}") for more in ("", "pont", "veer", "veerpont", "veer pont")}
    assert len(marks) == 5


@pytest.mark.parametrize(
    ("change", "edited"),
    [
        ({}, False),
        ({"body": "<div><p>Lindeveer  vaart.</p></div>"}, False),
        ({"url": "https://krant.example/elders"}, False),
        ({"published": NOW}, False),
        ({"tags": ("veer",), "links": ("https://a.example/",)}, False),
        ({"body": "<p><a href='https://a.example/'>Lindeveer</a> vaart.</p>"}, False),
        ({"body": "<p>Lindeveer vaart niet.</p>"}, True),
        ({"title": "Titel!"}, True),
        ({"title": "", "body": "Titel Lindeveer vaart."}, True),
    ],
)
def test_an_edit_changes_the_revision(change: dict[str, object], edited: bool) -> None:
    """The revision changes with what people read, not with markup, address or date."""
    before, after = document(POST, NOW), document(replace(POST, **change), NOW)  # type: ignore[arg-type]
    assert (before.revision != after.revision) is edited
    assert before.fingerprint == after.fingerprint or edited


def test_the_same_post_makes_the_same_document() -> None:
    """Nothing but the post and `now` has a say."""
    assert document(POST, NOW) == document(POST, NOW)
