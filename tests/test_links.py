"""Links: what people are shown, and when two addresses are one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import links


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?id=3&UTM_Campaign=y&fbclid=z", "https://a.example/x?id=3"),
        ("https://a.example/x?q=a%20b&at_medium=RSS&r=%C3%A9", "https://a.example/x?q=a%20b&r=%C3%A9"),
        ("https://a.example/x?q=a+b&gclid=1", "https://a.example/x?q=a+b"),
        ("https://a.example/x?%75tm_source=1", "https://a.example/x"),
        ("https://a.example/x?q=&b", "https://a.example/x?q=&b"),
        ("https://a.example/x#reacties", "https://a.example/x"),
        ("https://a.example/x#comment-12", "https://a.example/x#comment-12"),
        ("https://a.example/x#xtor=RSS-12", "https://a.example/x"),
        ("https://a.example/#!/nieuws/x", "https://a.example/#!/nieuws/x"),
        ("https://A.Example", "https://a.example/"),
        ("https://A.Example:8443/X", "https://a.example:8443/X"),
        ("https://ik:geheim@a.example/x", "https://a.example/x"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        (" https://a.example/x ", "https://a.example/x"),
        ("https://a.example/utm_source=1", "https://a.example/utm_source=1"),
        ("https://a.example/x?attention=1&nsfw=1&spmx=2", "https://a.example/x?attention=1&nsfw=1&spmx=2"),
        ("ftp://a.example/x?utm_source=1", "ftp://a.example/x?utm_source=1"),
        ("http://[", "http://["),
        ("http://a.example:port/", "http://a.example:port/"),
        ("/x?utm_source=1", "/x?utm_source=1"),
        ("", ""),
    ],
)
def test_tracking_goes_and_the_rest_stays(url, want):
    """Tracking parameters, fragment and login go; every other parameter keeps its spelling and its place."""
    assert links.clean(url) == want


@pytest.mark.parametrize(
    "same",
    [
        "http://a.example/x",
        "https://a.example/x/",
        "https://www.a.example/x",
        "https://amp.a.example/x",
        "https://A.example:443/x",
        "http://a.example:80/x/",
        "https://a.example/x/amp",
        "https://a.example/x/amp/",
        "https://a.example/x.amp",
        "https://a.example/x?amp",
        "https://a.example/x?amp=1",
        "https://a.example/x?outputType=amp&utm_source=x",
        "https://a.example/x?&utm_source=rss#top",
        "https://ik@a.example/x",
    ],
)
def test_one_page_has_one_identity(same):
    """R12: scheme, www, AMP, tracking, port, login, fragment and a final slash make no other page."""
    assert links.identity(same) == links.identity("https://a.example/x") == "a.example/x"


@pytest.mark.parametrize(
    "other",
    [
        "https://b.example/x",
        "https://nieuws.a.example/x",
        "https://a.example/X",
        "https://a.example/x/y",
        "https://a.example/x?id=1",
        "https://a.example/x?amp=12",
        "https://a.example:8443/x",
        "https://a.example/amplifier",
        "https://a.example/",
    ],
)
def test_another_page_has_another_identity(other):
    """What can lead elsewhere is told apart."""
    assert links.identity(other) != links.identity("https://a.example/x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://münchen.example/é", "https://xn--mnchen-3ya.example/%c3%a9"),
        ("https://a.example/caf%c3%a9", "https://a.example/café"),
        ("https://a.example/?q=%E2%82%AC", "https://a.example/?q=€&utm_source=x"),
    ],
)
def test_spelling_of_a_letter_makes_no_other_page(one, other):
    """Letters beyond ASCII are the same page escaped or not, in paths and in host names."""
    assert links.identity(one) == links.identity(other)


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("https://www.A.example:80/x", "a.example"),
        ("http://[", ""),
        ("geen adres", ""),
        ("", ""),
        ("//b.example", "b.example"),
    ],
)
def test_the_host_to_show(url, want):
    """The host without www, or nothing."""
    assert links.host(url) == want


URLS = st.text() | st.from_regex(
    r"https?://[a-zA-Z.\[\]@:0-9é-]{1,20}(/[a-z%é./]{0,9})*(\?[a-z_=&%+é]{0,20})?(#[a-z]*)?", fullmatch=True
)


@given(URLS)
def test_no_link_breaks_anything(url):
    """Law: whatever stands for a link, cleaning and comparing it raise nothing."""
    for function in (links.clean, links.identity, links.host):
        assert isinstance(function(url), str)
    links.identity(url).encode()


@given(URLS)
def test_cleaning_twice_is_cleaning_once(url):
    """Law: a clean link stays as it is, and cleaning never changes which page it is."""
    once = links.clean(url)
    assert links.clean(once) == once
    assert links.identity(once) == links.identity(url)
