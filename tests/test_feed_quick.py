"""The quick way through a feed gives what feedparser gives, or steps aside."""

import random
from pathlib import Path

import pytest
from feedparser.html import _cp1252
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.rss import quick as module
from connectors.rss.entries import _is_based, _is_plain, feed_from_xml, shaped
from connectors.rss.limits import DEEPEST, MOST_ATTRIBUTES, MOST_ITEMS, MOST_TAGS
from connectors.rss.names import role_of
from connectors.rss.prepare import MalformedFeed, in_utf8, rooted
from connectors.rss.quick import quick
from monitor.demo.rendering import rendered
from monitor.demo.world import world

URL = "https://krant.example/pad/feed"
RECORDED = {path.name: path.read_bytes() for path in sorted((Path(__file__).parent / "recorded/feeds").glob("*.xml"))}
MADE = {path: rendered(feed) for path, feed in world().feeds.items() if feed.kind != "json"}
SPACES = (
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/' "
    "xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:atom='http://www.w3.org/2005/Atom' xmlns:x='http://onbekend.example/'"
)


def rss(inside: str, channel: str = "") -> bytes:
    site = "<title>t</title><link>https://krant.example/</link>"
    return f"<rss version='2.0' {SPACES}><channel>{site}{channel}<item>{inside}</item></channel></rss>".encode()


def atom(inside: str) -> bytes:
    return f"<feed xmlns='http://www.w3.org/2005/Atom' {SPACES}><id>i:1</id><entry>{inside}</entry></feed>".encode()


def both(body: bytes) -> tuple[dict | None, dict | None]:
    """What the quick way and feedparser make of a document; None where the quick way is not taken."""
    text, certain = in_utf8(body)
    text = rooted(text, certain=certain)
    found = quick(text, based=_is_based(text)) if certain or _is_plain(text) else None
    return (shaped(found, URL), feed_from_xml(text, URL, "")) if found else (None, None)


@pytest.mark.parametrize("name", [*RECORDED, *MADE])
def test_common_feeds_are_read_quickly(name):
    """Recorded and made feeds come out equal; only bases, inline XHTML, old Atom, other encodings and halves go round."""
    mine, feedparsers = both((RECORDED | MADE)[name])
    assert mine == feedparsers
    round_about = {"atom03.xml", "atom10.xml", "/buurtblad-de-vliet.xml", "/halve-krant.xml"}
    assert (mine is None) == (name in round_about)


@pytest.mark.parametrize(
    "inside",
    [
        "<title>a</title><title>b</title>",
        "<title></title><title>b</title>",
        "<title>a</title><source url='u'>s</source><title>b</title>",
        "<media:title>m</media:title><title>a</title>",
        "<title>a</title><media:title>m</media:title>",
        "<media:group><media:title>m</media:title><media:title>n</media:title></media:group>",
        "<title/><media:group><media:title>m</media:title></media:group>",
        "<dc:title>d</dc:title><title>a</title>",
        "<title>1 &lt; 2 &amp;amp; 3</title>",
        "<title>&lt;b&gt;vet&lt;/b&gt;</title>",
        "<title>&lt;verzonnen&gt;x&lt;/verzonnen&gt;</title>",
        "<title type='html'>&lt;b&gt;vet&lt;/b&gt;</title>",
        "<title>\u00c3\u00a9\u00e2\u0080\u0099</title>",
        "<title>\u0080 \u0099</title>",
        "<description>d</description><content:encoded>heel lang</content:encoded>",
        "<content:encoded>heel lang</content:encoded><description>d</description>",
        "<description>d</description><itunes:summary>heel lang</itunes:summary>",
        "<description>d</description><content:encoded>c</content:encoded><itunes:summary>heel lang &lt;</itunes:summary>",
        "<itunes:summary>heel lang</itunes:summary><description>d</description>",
        "<description>een</description><description>twee &amp;lt;</description><description>de derde</description>",
        "<description/><description>x</description>",
        "<content>c &amp;lt; d</content><description>d</description>",
        "<media:content><media:description>heel lang</media:description></media:content><description>d</description>",
        "<description>d</description><media:content><media:description>heel lang &lt;</media:description></media:content>",
        "<content:encoded>c</content:encoded><media:group><media:description>heel lang</media:description></media:group>",
        "<summary>s &amp;lt;</summary>",
        "<link>https://krant.example/a?b=1&amp;c=2</link>",
        "<link>b</link><atom:link href='/c'/><atom:link rel='enclosure' href='/d'/>",
        "<atom:link href='/c' type='application/json'/><guid>https://krant.example/g</guid>",
        "<guid>https://krant.example/g</guid><link>https://krant.example/a</link>",
        "<guid isPermaLink='false'>g</guid>",
        "<guid ispermalink='TRUE'>g</guid>",
        "<pubDate>Mon, 2 Mar 2026 10:00:00 CET</pubDate><atom:updated>2026-03-03T10:00:00Z</atom:updated>",
        "<pubDate>32 Foo 2026</pubDate><dc:date>2026-03-02</dc:date>",
        "<pubDate>31 Feb 2026</pubDate><dc:date>2026-03-02</dc:date>",
        "<pubDate>Mon, 2 Mar 2026</pubDate><pubDate>Tue, 3 Mar 2026</pubDate>",
        "<author>a@b.example</author><category>c</category><x:y>z<x:z/></x:y>",
        "<language>de</language><ttl>5</ttl>",
        "<category>a</category><category> a </category><category>b</category><category/>",
        "<category domain='d'>a</category><category domain='d'>b</category><category domain='d'/><category>c</category>",
        "<category term='a' label='b'/><category term='a' scheme='s'>c</category><category label='c'/>",
        "<category domain='d'/><category domain='d'/><category>a</category><category term=''>b</category>",
        "<category term='a'>a</category><category scheme='' domain='d'>a</category><category label=''/>",
        "<category>a</category><category domain='d'>a</category><category term='a'/><category term='a'/>",
        "<category>a</category><category term='' scheme='s'>a</category><category term='b' scheme='s'/><category>b</category>",
        "<category xml:lang='nl' x:y='z' TERM='a'>\u00c3\u00a9 &amp;amp; b</category>",
        "<dc:subject>a</dc:subject><media:category>b</media:category><itunes:category text='c'/><keywords>d</keywords>",
        "<source><category>a</category></source><x:y><category>b</category></x:y><media:group><category>c</category></media:group>",
        "<category>a</category>" * 2 + "".join(f"<category>{n}</category>" for n in range(MOST_TAGS)),
    ],
)
def test_by_feedparsers_rules(inside):
    """Which of several titles, texts, links and dates counts is decided as feedparser decides it."""
    for body in (rss(inside), atom(inside)):
        mine, feedparsers = both(body)
        assert mine == feedparsers
    assert both(rss(inside))[0] is not None


@pytest.mark.parametrize(
    "body",
    [
        rss("<x:y><title>a</title></x:y>"),
        rss("<description><p>a</p></description>"),
        rss("<image><url>u</url></image>"),
        rss("<title mode='base64'>YQ==</title>"),
        rss("<title type='image/png'>YQ==</title>"),
        rss("<link url='u'>x</link>"),
        rss("<link/>"),
        rss("<link>https:///a.example</link>"),
        rss("<item><title>a</title></item>"),
        rss("<media:group><pubDate>2026-03-02</pubDate></media:group>"),
        rss("<abstract>a</abstract>"),
        rss("<date>2026-03-02</date>"),
        rss("<updated_parsed>x</updated_parsed>"),
        rss("<title>a</title>", "<content:encoded>spills over</content:encoded>"),
        rss("<description>d</description>", "<itunes:summary>s</itunes:summary><description>spills over</description>"),
        rss("<title>a</title>", "<image><x:y/><link>https://krant.example/beeld</link></image>"),
        rss("<title>a</title>", "<image><title>x<description/></title></image>"),
        rss("<title>a</title>", "<ttl x='y'>5</ttl>"),
        rss("<category>a<x:y/></category>"),
        rss("<category atom:term='a'/>"),
        rss("<category x:Label='a'/>"),
        rss("<category term='a' TERM='b'/>"),
        rss("<title>a</title>").replace(
            b"<title>a", b"<r:category xmlns:r='http://purl.org/rss/1.0/modules/rss091#'/><title>a"
        ),
        rss("<title>a</title>").replace(b"<channel>", b"<channel xml:base='https://elders.example/'>"),
        rss("<title>a</title>").replace(b"<channel>", b"<x:channel>").replace(b"</channel>", b"</x:channel>"),
        rss("<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content'>c</content:encoded>"),
        atom("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a</div></content>"),
        atom("<id>relatief</id>").replace(b"<entry>", b"<entry><title xml:base='/b'>a</title>"),
        atom("<title>a</title>").replace(b"<feed ", b"<feed xmlns:r='http://purl.org/rss/1.0/' "),
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'/>",
        b"<rss><channel><item><title>&nbsp;</title></item></channel></rss>",
        b"<rss><channel><item><title>a",
        b"<rss version='2.0' xmlns='http://elders.example/'><channel/></rss>",
        b"<rss xmlns:a='b c d'><a:channel/></rss>",
        rss("<x>" * DEEPEST + "</x>" * DEEPEST),
        rss("<x " + " ".join(f"a{n}=''" for n in range(MOST_ATTRIBUTES + 1)) + "/>"),
    ],
)
def test_a_doubt_goes_to_feedparser(body):
    """Whatever is not understood for certain is not answered."""
    assert quick(body, based=_is_based(body)) is None


def test_no_more_items_are_looked_at_than_feedparsers_reader_does():
    """The limit on items is the same on both ways."""
    body = rss("<title>a</title>").replace(b"</channel>", b"<item><title>b</title></item>" * MOST_ITEMS + b"</channel>")
    mine, feedparsers = both(body)
    assert mine == feedparsers
    assert mine["left_out"] == MOST_ITEMS - 500


def test_each_entry_has_its_own_number_of_tags():
    """The limit on tags is the same on both ways, and counts anew for each entry."""
    tags = "".join(f"<category>{n}</category>" for n in range(MOST_TAGS - 1))
    mine, feedparsers = both(rss(f"{tags}</item><item>{tags}</item><item>{tags}{tags}"))
    assert mine == feedparsers
    assert [len(entry["tags"]) for entry in mine["entries"]] == [MOST_TAGS - 1] * 3


def test_a_channel_behind_its_items_is_read_alike():
    """What stands in a channel's tags is read by nobody, wherever the channel stands."""
    spaces = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    channel = "<channel><link>https://krant.example/</link><category><link>https://elders.example/</link></category></channel>"
    mine, feedparsers = both(f"<rdf:RDF {spaces}><item><link>/a</link></item>{channel}</rdf:RDF>".encode())
    assert mine == feedparsers
    assert mine["site"] == "https://krant.example/"


def test_windows_letters_are_feedparsers():
    """The letters that windows-1252 has where Unicode has none are the same ones."""
    assert {code: letter for code, letter in module._WINDOWS.items() if ord(letter) != code} == {
        int(code): letter for code, letter in _cp1252.items()
    }


def test_what_is_not_read_is_skipped_by_both():
    """A name that the reader under feedparser leaves out is left out here, and an entry's tags are read by both."""
    assert (
        role_of("http://www.w3.org/2005/Atom category")
        == role_of("http://purl.org/dc/elements/1.1/ subject dc")
        == "tag"
    )
    assert role_of("http://www.itunes.com/DTDs/PodCast-1.0.dtd category itunes") == "skip"
    assert role_of("http://www.w3.org/2005/Atom author") == "skip"
    assert role_of("http://search.yahoo.com/mrss/ keywords media") == "skip"
    assert role_of("author") == "skip"


SEEDS = [*RECORDED.values(), *(body[:6000] + body[-30:] for body in MADE.values() if b"</item>\n</channel>" in body)]
PIECES = [
    "<title>x</title>", "<title/>", "<link>https://a.example/q</link>", "<link href='/z'/>", "<link rel='self' href='y'/>",
    "<guid>https://a.example/g</guid>", "<guid isPermaLink='false'>g</guid>", "<id>i</id>", "<description>d &lt;b>e&lt;/b></description>",
    "<description/>", "<summary>s</summary>", "<content>c</content>", "<content type='html'>c</content>", "<content:encoded>z</content:encoded>",
    "<source><title>q</title></source>", "<image>", "</image>", "<image><url>u</url></image>", "<category>", "</category>",
    "<category>c</category>", "<category domain='d'>c</category>", "<category term='t' label='l'/>", "<category term='t'>c</category>",
    "<category scheme='s'/>", "<dc:subject>c</dc:subject>", "<dc:subject>s</dc:subject>", "<media:category>m</media:category>",
    " term='t'", " domain='d'", " label=''", " itunes:term='t'", " atom:term='t'",
    "<author><name>n</name></author>", "<ttl>5</ttl>", "<language>de</language>", "<pubDate>Mon, 2 Mar 2026 10:00:00 GMT</pubDate>",
    "<updated>2026-01-01T00:00:00Z</updated>", "<lastBuildDate>2020-02-02</lastBuildDate>", "<dc:date>2020-01-01</dc:date>", "<foo>", "</foo>",
    "<b>", "</b>", "<x:y xmlns:x='u'><title>in</title></x:y>", "<media:title>m</media:title>", "<media:group>", "</media:group>",
    "<media:description>lang genoeg</media:description>", "<itunes:summary>s</itunes:summary>", "<item>", "</item>", "<!-- c -->",
    " xml:lang='de'", " xml:base='http://b.example/'", " type='html'", " type='text'", " xmlns='http://www.w3.org/2005/Atom'",
    " xmlns='http://purl.org/rss/1.0/'", " xmlns:media='http://search.yahoo.com/mrss/'", "é", "\x80", "&amp;", "&#233;", "<![CDATA[<p>a</p>]]>",
]  # fmt: skip


def mutated(seed: bytes, choice: random.Random) -> bytes:
    """The seed with a few elements and attributes put in, moved or taken out."""
    body = seed.decode("utf-8", "replace")
    for _ in range(choice.randint(1, 3)):
        tags = [at for at, char in enumerate(body) if char in "<>"]
        at, piece = choice.choice(tags), choice.choice(PIECES)
        at += body[at] == ">" and not piece.startswith(" ")
        body = body[:at] + piece + body[at + choice.choice([0, 0, 0, 1]) :]
    return body.encode()


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_an_answer_is_feedparsers_answer(seed, choice):
    """Law: whatever is done to a feed, where the quick way answers it gives what feedparser gives."""
    try:
        mine, feedparsers = both(mutated(seed, choice))
    except MalformedFeed:
        return
    assert mine == feedparsers
