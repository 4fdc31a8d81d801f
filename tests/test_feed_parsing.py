"""Feed documents become the same posts whatever their format, encoding, dates and habits."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.rss import posts_of
from connectors.rss.dates import date_of
from connectors.rss.entries import feed_of, link_of
from connectors.rss.limits import (
    DEEPEST,
    LONGEST_BODY,
    LONGEST_TAG,
    LONGEST_TITLE,
    MOST_ATTRIBUTES,
    MOST_ENTRIES,
    MOST_ITEMS,
    MOST_TAGS,
)
from connectors.rss.prepare import MalformedFeed
from monitor.model import Document, Post
from monitor.normalise import document

RECORDED = Path(__file__).parent / "recorded" / "feeds"
EXPECTED = json.loads((RECORDED / "expected.json").read_text("utf-8"))
NOW = datetime(2026, 3, 4, tzinfo=UTC)
PLACE = "https://krant.example/feed"


def posts(body: bytes, content_type: str = "") -> tuple[Post, ...]:
    return posts_of(feed_of(body, PLACE, content_type), PLACE)


def documents(body: bytes, content_type: str = "") -> list[Document]:
    return [document(post, NOW) for post in posts(body, content_type)]


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    channel = "<title>De Krant</title><link>https://krant.example/</link>"
    return f"{head}<rss version='2.0'><channel>{channel}{''.join(items)}</channel></rss>"


def item(title: str = "a", link: str = "https://krant.example/a", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


# --- formats


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.iterdir() if path.name != "expected.json"))
def test_every_format_gives_the_same_posts(name):
    """RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed 1 and 1.1: same content, same posts."""
    lacks = EXPECTED["lacks"].get(name, ())
    want = [
        row | {field: {"text": "", "published": None}[field] for field in lacks if field != "language"}
        for row in EXPECTED["posts"]
    ]
    got = [
        {
            "key": found.key,
            "url": found.url,
            "title": found.title,
            "text": found.text,
            "published": found.published.isoformat() if found.published else None,
        }
        for found in documents((RECORDED / name).read_bytes())
    ]
    assert got == want
    languages = {post.language for post in posts((RECORDED / name).read_bytes())}
    assert languages == {None if "language" in lacks else "nl"}


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.iterdir() if path.name != "expected.json"))
def test_no_author_leaves_the_parser(name):
    """A feed's authors are not kept: no post and no field names one."""
    body = (RECORDED / name).read_bytes()
    assert "Kanarie" not in json.dumps(feed_of(body, PLACE, ""), ensure_ascii=False)
    assert {post.author for post in posts(body)} == {None}


def test_an_author_within_a_text_is_left_out():
    """What is not read is not read within other elements either."""
    (found,) = documents(rss(item(more="<description>voor<author>Kanarie</author> na</description>")).encode())
    assert found.text == "voor na"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("<description>kort</description>", "kort"),
        ("<description>kort</description><content:encoded>het hele verhaal</content:encoded>", "het hele verhaal"),
        ("<content:encoded>het hele verhaal</content:encoded><description>kort</description>", "het hele verhaal"),
        ("<description>het hele verhaal</description><media:description>beeld</media:description>", "het hele verhaal"),
        ("<description>het hele verhaal</description><itunes:summary>kort</itunes:summary>", "het hele verhaal"),
        ("<media:group><media:description>van een film</media:description></media:group>", "van een film"),
        ("<dc:description>uit Dublin</dc:description>", "uit Dublin"),
        ("<description><p>niet <b>ontsnapt</b></p></description>", "niet ontsnapt"),
        ("<description>1 &lt; 2 &amp;amp; 3</description>", "1 < 2 & 3"),
        ("", ""),
    ],
)
def test_the_longest_body_is_taken(more, text):
    """Of a summary, a whole text and a picture's caption the one that says most is matched."""
    spaces = (
        "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/' "
        "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    )
    body = rss(item(more=more)).replace("<rss ", f"<rss {spaces} ").encode()
    assert [found.text for found in documents(body)] == [text]


@pytest.mark.parametrize(
    ("base", "link", "want"),
    [
        ("https://a.example/x/y", "z", "https://a.example/x/z"),
        ("https://a.example/x/y", "/z", "https://a.example/z"),
        ("https://a.example/x", "//b.example/z", "https://b.example/z"),
        ("https://a.example/x", " https://b.example/z\n", "https://b.example/z"),
        ("https://a.example/x", "HTTPS://b.example/z", "https://b.example/z"),
        ("https://a.example/x", "java\nscript:alert(1)", ""),
        ("https://a.example/x", "javascript:alert(1)", ""),
        ("https://a.example/x", "data:text/html,x", ""),
        ("https://a.example/x", "mailto:a@b.example", ""),
        ("https://a.example/x", "file:///etc/passwd", ""),
        ("", "https://", ""),
        ("https://a.example/x", "http://[", ""),
        ("", "z", ""),
        ("https://a.example/x", "", ""),
    ],
)
def test_links_are_absolute_http_or_nothing(base, link, want):
    """F11: nothing but http and https with a host is a link."""
    assert link_of(base, link) == want


def test_an_entry_without_a_link_leads_to_its_feed():
    """A post's URL is always absolute: where the entry has none it is the feed's own."""
    (post,) = posts(rss(item(link="javascript:alert(1)")).encode())
    assert post.url == PLACE


# --- encodings

TITLE = "Café – €5 “veer” ⛴ Łódź"
PLAIN = "Caf\u00e9 na\u00efef \u00fcber"  # what latin-1 can say


def declared(name: str, title: str = TITLE) -> str:
    head = f'<?xml version="1.0" encoding="{name}"?>' if name else ""
    return rss(item(title), head=head)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        pytest.param(declared("utf-8").encode(), "", TITLE, id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + declared("utf-8").encode(), "", TITLE, id="utf-8 with its mark"),
        pytest.param(declared("").encode(), "text/xml", TITLE, id="utf-8, undeclared, as text/xml"),
        pytest.param(declared("utf-16").encode("utf-16"), "", TITLE, id="utf-16 with its mark"),
        pytest.param(b"\xff\xfe" + declared("utf-16").encode("utf-16-le"), "", TITLE, id="utf-16 le"),
        pytest.param(b"\xfe\xff" + declared("utf-16").encode("utf-16-be"), "", TITLE, id="utf-16 be"),
        pytest.param(declared("utf-16").encode("utf-16-le"), "", TITLE, id="utf-16 le without mark"),
        pytest.param(declared("utf-16").encode("utf-16-be"), "", TITLE, id="utf-16 be without mark"),
        pytest.param(declared("utf-32").encode("utf-32"), "", TITLE, id="utf-32 with its mark"),
        pytest.param(declared("iso-8859-1", PLAIN).encode("latin-1"), "", PLAIN, id="latin-1"),
        pytest.param(declared("windows-1252", "€ “x”").encode("cp1252"), "", "€ “x”", id="windows-1252"),
        pytest.param(declared("iso-8859-15", "€ x").encode("iso-8859-15"), "", "€ x", id="latin-9"),
        pytest.param(declared("koi8-r", "Привет").encode("koi8-r"), "", "Привет", id="koi8-r"),
        pytest.param(declared("shift_jis", "日本語").encode("shift_jis"), "", "日本語", id="shift-jis"),
        pytest.param(declared("iso-2022-jp", "日本語").encode("iso-2022-jp"), "", "日本語", id="iso-2022-jp"),
        pytest.param(declared("", PLAIN).encode("latin-1"), "", PLAIN, id="latin-1, undeclared"),
        pytest.param(declared("utf-8", PLAIN).encode("latin-1"), "", PLAIN, id="says utf-8, is latin-1"),
        pytest.param(declared("utf-8", "€ “x”").encode("cp1252"), "", "€ “x”", id="says utf-8, is windows-1252"),
        pytest.param(declared("iso-8859-1", "€ “x”").encode("cp1252"), "", "€ “x”", id="says latin-1, is windows-1252"),
        pytest.param(declared("iso-8859-1").encode(), "", TITLE, id="says latin-1, is utf-8"),
        pytest.param(declared("us-ascii").encode(), "", TITLE, id="says ascii, is utf-8"),
        pytest.param(declared("utf-16").encode(), "", TITLE, id="says utf-16, is utf-8"),
        pytest.param(declared("klingon").encode(), "", TITLE, id="says nonsense, is utf-8"),
        pytest.param(declared("utf-8").encode(), "text/xml; charset=iso-8859-1", TITLE, id="the server lies"),
        pytest.param(
            declared("", PLAIN).encode("latin-1"), "application/rss+xml; charset=iso-8859-1", PLAIN, id="the server knows"
        ),
        pytest.param(b"\n \n" + declared("utf-8").encode(), "", TITLE, id="blanks before the declaration"),
        pytest.param(b"\xef\xbb\xbf\n" + declared("utf-8").encode(), "", TITLE, id="mark, then blanks"),
        pytest.param(declared("utf-8", "&#x26F4; &#8364;").encode(), "", "⛴ €", id="references"),
        pytest.param(declared("utf-8", "&#55357;&#56960;!").encode(), "", "🚀!", id="surrogates in decimals"),
        pytest.param(declared("utf-8", "&#xD83D;&#xDE80;!").encode(), "", "🚀!", id="surrogates in hex"),
        pytest.param(declared("utf-8", "&#xD83D;!").encode(), "", "!", id="half a surrogate pair"),
        pytest.param(declared("utf-8", "\ud83d!").encode("utf-8", "surrogatepass"), "", None, id="raw surrogate"),
        pytest.param(declared("utf-8", "a&nbsp;&euml;&hellip;").encode(), "", "a ë…", id="html entities"),
        pytest.param(declared("utf-8", "a & b < c").encode(), "", "a & b < c", id="unescaped"),
        pytest.param(declared("utf-8", "a\x00\x08b").encode(), "", "ab", id="control characters"),
        pytest.param(declared("utf-8", "Cafe\u0301").encode(), "", "Café", id="decomposed"),
        pytest.param(declared("utf-8", "a\u202eb\u200bc\ufeff").encode(), "", "abc", id="bidi and zero width"),
    ],
)  # fmt: skip
def test_titles_survive_their_encoding(body, content_type, title):
    """N10: whatever bytes, declaration and server say, the title is the one that was written."""
    (found,) = documents(body, content_type)
    assert title is None or found.title == title
    found.title.encode()  # no lone surrogate is left, so that it can be stored


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
def test_encoding_and_reading_is_a_round_trip(text, encoding):
    """Law: a title is the same through every Unicode encoding as through UTF-8."""
    written = rss(item(escape(text, quote=False)), head="")
    assert posts(written.encode(encoding))[0].title == posts(written.encode())[0].title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_feed_in_every_unicode_encoding(encoding):
    """JSON is told from XML behind a byte order mark too; half a surrogate pair in it is no failure."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": TITLE}, {"id": "2", "title": "\ud83d"}],
    }
    body = json.dumps(feed).encode(encoding)
    assert documents(body)[1].title == TITLE
    assert documents(body)[0].title == ""


# --- dates


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        # the shapes that feeds are known for
        ("", None),
        ("not a date", None),
        ("32 Foo 2026", None),
        ("Tue, 31 Feb 2026 10:00:00 +0200", None),
        ("2026-06-02", "2026-06-02T00:00"),
        ("2026-06-02T10:00:00", "2026-06-02T10:00"),
        ("02/06/2026 10:00", None),
        ("di, 02 jun 2026 10:00:00 +0200", "2026-06-02T08:00"),
        ("mar., 02 juin 2026 10:00:00 +0200", "2026-06-02T08:00"),
        ("Tue, 02 Jun 2026 10:00:00 CEST", "2026-06-02T08:00"),
        ("Tue, 02 Jun 2026 10:00:00 EST", "2026-06-02T15:00"),
        ("Tue, 02 Jun 2026 25:61:00 +0000", None),
        ("1780387200", None),
        ("Tue, 02 Jun 2099 10:00:00 GMT", "2099-06-02T10:00"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00"),
        ("Mon, 02 Jun 0026 10:00:00 GMT", None),
        ("Tue, 2 Jun 26 10:00 Z", "2026-06-02T10:00"),
        ("2026-W23-2", "2026-06-02T00:00"),
        ("2026-06-02T10:00:00+99:00", None),
        ("Tue, 02 Jun 2026 10:00:00 +0200 (CEST)", "2026-06-02T08:00"),
        ("Sun, 25 Oct 2026 02:30:00 +0100", "2026-10-25T01:30"),
        # impossible ones that roll over or come out as another year elsewhere
        ("0000-00-00", None),
        ("0000-00-00T00:00:00Z", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("2026-02-30", None),
        ("2026-13-01T00:00:00Z", None),
        ("2026-06-02T25:61:00Z", None),
        ("2026-06-02T10:61:00Z", None),
        ("Tue, 02 Jun 2026 10:00:00 +9999", None),
        ("Fri, 11 Mar 2016 01:15:00 +3000", None),
        ("31 April 2026 10:00", None),
        ("30 Feb 2026", None),
        ("99999999999999999999", None),
        ("9" * 5000, None),
        # zones by name, summer and winter, with and without
        ("Mon, 02 Mar 2026 10:00:00 CET", "2026-03-02T09:00"),
        ("Mon, 02 Mar 2026 10:00 MEZ", "2026-03-02T09:00"),
        ("Tue, 02 Jun 2026 10:00:00 MESZ", "2026-06-02T08:00"),
        ("Tue, 02 Jun 2026 10:00:00 BST", "2026-06-02T09:00"),
        ("Tue, 02 Jun 2026 10:00:00 EEST", "2026-06-02T07:00"),
        ("Tue, 02 Jun 2026 10:00:00 PDT", "2026-06-02T17:00"),
        ("2026-06-02 10:00:00 CEST", "2026-06-02T08:00"),
        ("2026-06-02 10:00:00 UTC", "2026-06-02T10:00"),
        ("2026-06-02T10:00:00 +0200", "2026-06-02T08:00"),
        ("Tue, 02 Jun 2026 10:00:00", "2026-06-02T10:00"),
        ("Tue, 02 Jun 2026 10:00:00 +0545", "2026-06-02T04:15"),
        # names of months and days in Dutch, German and French
        ("ma, 02 mrt 2026 10:00:00 +0100", "2026-03-02T09:00"),
        ("maandag 2 maart 2026 10:00", "2026-03-02T10:00"),
        ("vrijdag 1 mei 2026", "2026-05-01T00:00"),
        ("do, 01 okt 2026 10:00:00 CEST", "2026-10-01T08:00"),
        ("Mo, 02 Mär 2026 10:00:00 +0100", "2026-03-02T09:00"),
        ("Montag, 2. März 2026 10:00 MEZ", "2026-03-02T09:00"),
        ("Do, 31 Dez 2026 23:59:59 +0100", "2026-12-31T22:59:59"),
        ("lun., 02 févr. 2026 10:00:00 +0100", "2026-02-02T09:00"),
        ("mardi 1er décembre 2026 10:00", "2026-12-01T10:00"),
        ("sam. 15 août 2026 10:00:00 +0200", "2026-08-15T08:00"),
        # other spellings
        ("2026-06-02T10:00:00.123Z", "2026-06-02T10:00:00.123000"),
        ("20260602T100000Z", "2026-06-02T10:00"),
        ("2-Jun-2026 10:00", "2026-06-02T10:00"),
        ("Tue Jun  2 10:00:00 2026", "2026-06-02T10:00"),
        ("Tue Jun  2 10:00:00 CEST 2026", "2026-06-02T08:00"),
        ("Tue Jun 02 10:00:00 +0200 2026", "2026-06-02T08:00"),
        ("Tue Jun 31 10:00:00 2026", None),
        ("Tue Jun  2 25:61:00 2026", None),
        ("Tue Jun 02 10:00:00 +9999 2026", None),
        ("June 2nd, 2026", "2026-06-02T00:00"),
        ("Jun 2, 2026 5:04 PM", "2026-06-02T17:04"),
        ("2 Jun 2026 12:30:00 am EST", "2026-06-02T05:30"),
        ("2 Jun 2026 13:30 pm", "2026-06-02T13:30"),
        ("2026/06/02 10:00", "2026-06-02T10:00"),
        ("2026.6.2", "2026-06-02T00:00"),
        ("2026年6月2日 10:00", "2026-06-02T10:00"),
        ("2026/02/31 10:00", None),
        ("2026-Jun-31", None),
        ("June 2026", None),
    ],
)  # fmt: skip
def test_dates_are_right_or_missing(raw, want):
    """N11: an impossible or ambiguous date is none, never another and never today."""
    got = date_of(raw)
    assert (got and datetime.fromisoformat(got)) == (datetime.fromisoformat(f"{want}+00:00") if want else None)


DATES = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[A-Za-z]{2,4}[,.]? ?\d{1,2} [A-Za-zäéû]{3,9} -?\d{1,5} \d{1,2}:\d\d(:\d\d)? ?([+-]\d{4}|[A-Z]{1,5})?", fullmatch=True),
    st.from_regex(r"\d{1,5}-\d\d?-\d\d?([T ]\d\d?:\d\d?(:\d\d?)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?", fullmatch=True),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(DATES)
def test_any_date_is_aware_or_none(raw):
    """Law: reading a date never raises and gives an ISO date in UTC or None."""
    got = date_of(raw)
    assert got is None or datetime.fromisoformat(got).utcoffset() == timedelta(0)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001
def test_a_written_date_is_read_back(moment, quarters):
    """Law: RFC 822 and ISO 8601 in any zone are read to the second."""
    from datetime import timezone

    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    for written in (format_datetime(aware), aware.isoformat()):
        assert datetime.fromisoformat(date_of(written)) == aware


def test_the_first_possible_date_counts():
    """Where `pubDate` is impossible another date of the entry is taken."""
    more = "<pubDate>Tue, 31 Feb 2026 10:00:00 GMT</pubDate><dc:date>2026-03-02</dc:date>"
    body = rss(item(more=more)).replace("<rss ", "<rss xmlns:dc='http://purl.org/dc/elements/1.1/' ").encode()
    assert [post.published for post in posts(body)] == [datetime(2026, 3, 2, tzinfo=UTC)]


def test_oldest_first_whatever_the_feeds_order():
    """Posts come in the order of time also where the feed has another."""
    shuffled = random.Random(7).sample(ITEMS, len(ITEMS))
    assert [post.title for post in posts(written(shuffled))] == [row.title for row in reversed(ITEMS)]


def test_entries_without_a_date_keep_their_place():
    """An undated entry stands between its neighbours; dates in many zones are ordered by time, not spelling."""
    dates = ["2026-03-03T00:30:00+02:00", "", "Mon, 02 Mar 2026 22:00:00 GMT", "2026-03-02T23:00:00+02:00", ""]
    items = [item(str(n), f"https://krant.example/{n}", f"<pubDate>{date}</pubDate>") for n, date in enumerate(dates)]
    assert [post.title for post in posts(rss(*items).encode())] == ["4", "3", "2", "1", "0"]
    assert [post.title for post in posts(rss(*items[:3], *reversed(items[3:])).encode())][-2:] == ["1", "0"]


# --- identity


@dataclass(frozen=True)
class Item:
    number: int
    link: str
    guid: str
    title: str
    at: datetime


def written(items: list[Item]) -> bytes:
    return rss(
        *(
            item(
                row.title,
                escape(row.link),
                (f"<guid isPermaLink='false'>{row.guid}</guid>" if row.guid else "")
                + f"<description>Tekst {row.number}</description><pubDate>{format_datetime(row.at)}</pubDate>",
            )
            for row in items
        )
    ).encode()


ITEMS = [
    Item(
        number, f"https://krant.example/nieuws/{number}", f"g{number}", f"Titel {number}", NOW - timedelta(hours=number)
    )
    for number in range(200)
]
Mutation = Callable[[Item, int], Item]
MUTATIONS: dict[str, Mutation] = {
    "a new guid at each fetch": lambda row, fetch: replace(row, guid=f"{row.guid}-{fetch}"),
    "tracking parameters": lambda row, fetch: replace(row, link=f"{row.link}?utm_source=rss&utm_id={fetch}&fbclid=x"),
    "https and http": lambda row, fetch: replace(row, link=row.link.replace("https", "http")) if fetch % 2 else row,
    "with and without www": lambda row, fetch: (
        replace(row, link=row.link.replace("//", "//www.")) if fetch % 2 else row
    ),
    "a final slash": lambda row, fetch: replace(row, link=f"{row.link}/") if fetch % 2 else row,
    "AMP": lambda row, fetch: replace(
        row, link=row.link + ["", "/amp", "/amp/", "?amp=1", "?outputType=amp"][fetch % 5]
    ),
    "an edited title": lambda row, fetch: replace(row, title=f"{row.title} (update {fetch})"),
    "another order": lambda row, _: row,
    "one guid over many items": lambda row, fetch: replace(row, guid=f"g{row.number // 50}-{fetch}"),
    "no guid": lambda row, fetch: replace(row, guid="" if fetch % 2 else row.guid),
    "re-dated": lambda row, fetch: replace(row, at=NOW - timedelta(minutes=fetch)),
}


def everything(row: Item, fetch: int) -> Item:
    for name, mutate in MUTATIONS.items():
        if not name.startswith("AMP"):  # an address with ?amp=1 and a path behind it is no address any more
            row = mutate(row, fetch)
    return row


@pytest.mark.parametrize("mutate", [*MUTATIONS.values(), everything], ids=[*MUTATIONS, "all of them"])
def test_an_item_keeps_its_identity(mutate):
    """R12: 200 items, fetched ten times more with a mutation each time, are 200 keys."""
    seen = {post.key for post in posts(written(ITEMS))}
    for fetch in range(1, 11):
        mutated = [mutate(row, fetch) for row in ITEMS]
        random.Random(fetch).shuffle(mutated)
        found = posts(written(mutated))
        assert len({post.key for post in found}) == len(found) == 200
        seen |= {post.key for post in found}
    assert len(seen) == 200


@pytest.mark.parametrize(
    "link", ["https://krant.example", "https://krant.example/", "https://krant.example/nieuws", ""]
)
@pytest.mark.parametrize("guid", ["its own", "none", "one for all"])
def test_items_that_share_a_link_are_told_apart(link, guid):
    """One link over all items says nothing: ids do, and words where ids are missing or shared as well."""
    guids = {"its own": "g{}", "none": "", "one for all": "g"}[guid]
    items = [replace(row, link=link, guid=guids.format(row.number)) for row in ITEMS]
    first = [post.key for post in posts(written(items))]
    again = [post.key for post in posts(written([replace(row, at=NOW) for row in reversed(items)]))]
    assert (len(set(first)), sorted(first)) == (200, sorted(again))


def test_a_link_to_the_site_is_no_page():
    """Where an only item links to its site it keeps its identity when a second does so too."""
    one = item("a", "https://krant.example/blog", "<guid isPermaLink='false'>1</guid>")
    two = item("b", "https://krant.example/blog", "<guid isPermaLink='false'>2</guid>")
    first, second = (rss(*items).replace("krant.example/<", "krant.example/blog/<") for items in ([one], [one, two]))
    assert {post.key for post in posts(first.encode())} < {post.key for post in posts(second.encode())}


def test_an_id_outlives_an_edit_where_links_do_not():
    """Items known by their id keep it when title and text change."""
    items = [replace(row, link="") for row in ITEMS]
    edited = [replace(row, title="Gewijzigd", number=999) for row in items]
    assert [post.key for post in posts(written(items))] == [post.key for post in posts(written(edited))]


def test_addresses_with_a_number_are_pages():
    """`/?p=12` is a page of its own, the bare site is not."""
    found = posts(rss(item("a", "https://krant.example/?p=12"), item("b", "https://krant.example/")).encode())
    assert "krant.example?p=12" in {post.key for post in found}
    assert "krant.example" not in {post.key for post in found}


def test_the_same_entry_twice_is_one_post():
    """Two entries that are equal in all respects make one post, in the newest's place."""
    other = item("c", "https://krant.example/c")
    found = posts(
        rss(
            item("a", "", "<description>x</description>"), other, item("a", "", "<description>x</description>")
        ).encode()
    )
    assert [post.title for post in found] == ["c", "a"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "/", "/a", "/b?x=1"]), st.sampled_from(["", "1", "2"]), st.sampled_from("ab")),
        max_size=8,
    )
)
def test_no_two_posts_share_a_key(rows):
    """Law: within a feed keys are unique, and the order of items does not change them."""
    items = [
        item(title, f"https://krant.example{path}", f"<guid isPermaLink='false'>{guid}</guid>")
        for path, guid, title in rows
    ]
    keys = [post.key for post in posts(rss(*items).encode())]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {post.key for post in posts(rss(*reversed(items)).encode())}


# --- tags


def atom_entry(inside: str) -> bytes:
    spaces = "xmlns='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return f"<feed {spaces}><category term='blad'/><entry><title>a</title>{inside}</entry></feed>".encode()


def rdf_item(inside: str) -> bytes:
    spaces = "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    root = f"rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' {spaces}"
    return f"<{root}><channel><dc:subject>blad</dc:subject></channel><item><title>a</title>{inside}</item></rdf:RDF>".encode()


def json_item(tags: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "tags": tags}]}).encode()


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        (rss(item(more="<category>Veer</category><category domain='d'>Één dag</category>")).encode(), ("Veer", "Één dag")),
        (rss(item(more="<category><![CDATA[Kunst &amp; cultuur]]></category><category/>")).encode(), ("Kunst & cultuur",)),
        (rss(item(more="<category>Veer</category><category>Veer</category>")).encode(), ("Veer",)),
        (rss("<category>blad</category>", item(), "<category>blad</category>").encode(), ()),
        (rss(item(more="<category>Veer</category>"), item("b")).encode()[:-30], ("Veer",)),
        (atom_entry("<category term='veer' label='Het veer'/><category label='Pont'/>"), ("veer", "Pont")),
        (atom_entry("<category scheme='s'/><source><category term='elders'/></source>"), ()),
        (rdf_item("<dc:subject>Veer</dc:subject>"), ("Veer",)),
        (json_item(["veer", 7, None, {"a": 1}, "", "pont"]), ("veer", "pont")),
        (json_item({"veer": 1}), ()),
        (json_item("veer"), ()),
        (json_item(["v" * 1000] * 1000), ("v" * LONGEST_TAG,) * MOST_TAGS),
    ],
)  # fmt: skip
def test_tags_are_the_entrys_categories(body, tags):
    """Categories, subjects and tags of an entry are its tags; the feed's own and what is no text are not."""
    assert posts(body)[-1].tags == tags


def test_tags_beyond_a_number_are_not_looked_at():
    """A hundred thousand categories cost what the first hundred do."""
    many = "".join(f"<category>{n}</category>" for n in range(100_000))
    (found,) = posts(rss(item(more=many)).encode())
    assert found.tags == tuple(map(str, range(MOST_TAGS)))


# --- limits


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rss(item(more="<a>" * DEEPEST + "</a>" * DEEPEST)), f"more than {DEEPEST} deep"),
        (rss("<item " + " ".join(f"a{n}='x'" for n in range(MOST_ATTRIBUTES + 1)) + "/>"), f"more than {MOST_ATTRIBUTES} attributes"),
        ("<!DOCTYPE rss [<!ENTITY a 'aaa'><!ENTITY b '&a;&a;'>]>" + rss(item("&b;"), head=""), "declares entities"),
        ("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + rss(item("&a;"), head=""), "declares entities"),
        ("<!DOCTYPE rss [<!ENTITY a ']>'><!ENTITY b SYSTEM 'http://a.example/'>]>" + rss(item("&b;"), head=""), "declares entities"),
        ("<!DOCTYPE rss [<!ENTITY a '<x/>'>]>" + rss(item("&a;"), head=""), "declares entities"),
        ("<!doctype rss [<!ENTITY a 'x' ><!ENTITY b '&a;'" + rss(item("&b;"), head=""), "declares entities"),
    ],
)  # fmt: skip
def test_what_could_hurt_is_refused_by_name(body, said):
    """N8, N9: nesting, attributes and entities end with a reason of our own."""
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(MalformedFeed) as caught:
            feed_of(body.encode(encoding), PLACE, "")
        assert said in str(caught.value)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://a.example/rss-0.91.dtd">',
        '<!DOCTYPE rss [<!ENTITY eacute "&#233;"><!ENTITY copy "&#xA9;">]>',
        "<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC '-//W3C//ENTITIES Latin 1//EN//HTML' 'http://a.example/l.ent'>%HTMLlat1;]>",
        "<!-- <rss> --><?xml-stylesheet href='x'?>\n\n<!-- --> ",
    ],
)
def test_a_harmless_prolog_is_read_over(prolog):
    """The DOCTYPE of RSS 0.91, HTML's entities and style sheets hurt nobody."""
    (found,) = documents(f'<?xml version="1.0"?>\n{prolog}{rss(item("Caf&eacute; &copy;"), head="")}'.encode())
    assert found.title == "Café ©"


def test_a_bombs_fuel_is_trimmed():
    """Titles, bodies and ids are cut at ingest, items beyond a number are not looked at."""
    long = item("t" * 1_000_000, more=f"<guid>{'g' * 5000}</guid><description>{'d' * 300_000}</description>")
    (only,) = feed_of(rss(long).encode(), PLACE, "")["entries"]
    assert (len(only["title"]), len(only["body"]), len(only["id"])) == (LONGEST_TITLE, LONGEST_BODY, 1000)
    feed = feed_of(
        rss(*[item(str(n), f"https://krant.example/{n}") for n in range(MOST_ITEMS + 10)]).encode(), PLACE, ""
    )
    assert (len(feed["entries"]), feed["left_out"]) == (MOST_ENTRIES, MOST_ITEMS - MOST_ENTRIES)
    assert feed["entries"][-1]["title"] == "0"


@pytest.mark.parametrize("items", [None, 3, "x", {"id": 1}, [1, None, "x"]])
def test_json_of_other_shapes_has_no_entries(items: Any):
    """Items that are no list of objects are none."""
    assert (
        feed_of(json.dumps({"version": "https://jsonfeed.org/version/1", "items": items}).encode(), PLACE, "")[
            "entries"
        ]
        == []
    )


def test_json_fields_of_other_types_are_not_text():
    """A number is an id, a list is no title, true is nothing, NaN no date."""
    row = {"id": 7, "title": ["a"], "content_text": {"a": 1}, "url": True, "date_published": float("nan"), "tags": "a"}
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "language": {"bad": 1}, "items": [row]}).encode()
    feed = feed_of(body, PLACE, "")
    assert feed["language"] == ""
    assert feed["entries"] == [{"id": "7", "link": "", "title": "", "body": "", "published": None, "tags": []}]
