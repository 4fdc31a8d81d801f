"""Which addresses are public, and the one spelling in which an address is asked for (F19, N5)."""

import traceback
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SourceError
from monitor.fetch.address import is_loopback, is_public
from monitor.fetch.spelling import next_hop, shown, spelled_out

# The special-purpose registries of IANA for IPv4 and IPv6, and what is no unicast.
SPECIAL = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
    ::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32
    2001:2::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
""".split()  # noqa: SIM905 - a table
NOT_PUBLIC = """
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255
    169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1
    192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:100.64.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1
    2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 4000::1
    127.1 2130706433 0x7f000001 0177.0.0.1 010.8.8.8 localhost 8.8.8.8/32 8.8.8.8. 2606:4700:4700::1111%1
""".split()  # noqa: SIM905 - a table
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
    169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    223.255.255.255 2001:200::1 2001:4860:4860::8888 2606:4700:4700::1111 2620:4f:7fff::1 2a00::1 3ffe::1
""".split()  # noqa: SIM905 - a table


@pytest.mark.parametrize("address", ["", " 8.8.8.8", "①.1.1.1", *NOT_PUBLIC])
def test_not_public(address):
    """Special, multicast and reserved addresses are not public, nor is what is not fully written out."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address):
    """Ordinary addresses are public up to the very edge of the special blocks."""
    assert is_public(address)


@given(st.sampled_from(SPECIAL).flatmap(lambda block: st.ip_addresses(network=ip_network(block))))
def test_nothing_in_a_special_block_is_public(address):
    """Law: no address of a block that IANA set apart is public."""
    assert not is_public(str(address))


@given(st.text())
def test_text_is_never_public(text):
    """Law: whatever is no address is neither public nor this machine, and raises nothing."""
    assert not is_public(f"x{text}")
    assert not is_loopback(f"x{text}")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.255.255.255", "::1"])
def test_loopback(address):
    """This machine is 127.0.0.0/8 and ::1."""
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "128.0.0.1", "::", "0.0.0.0", "127.1", "::1%lo"])
def test_not_loopback(address):
    """Mapped, unspecified and short forms do not pass for this machine, on any version of Python."""
    assert not is_loopback(address)


def refusal(call: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://b.example/x", "https://b.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("/x", "https://a.example/x"),
        (" /x y ", "https://a.example/x%20y"),
        ("bücher".encode().decode("latin-1"), "https://a.example/bücher"),
        ("b\xfccher", "https://a.example/bücher"),
    ],
)
def test_next_hop(location, expected):
    """A redirect's target is joined to the address it came from; its bytes are read as UTF-8 if they are."""
    assert next_hop("https://a.example/feed", location) == expected


@pytest.mark.parametrize("location", ["http://a.example/", "HTTP://b.example/", "http://[x/"])
def test_no_hop(location):
    """From https to http, or to no address at all, is refused."""
    assert refusal(lambda: next_hop("https://a.example/feed", location)).kind in (
        "refused-address",
        "malformed",
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://bücher.example", "http://xn--bcher-kva.example/"),
        ("HTTPS://Nieuws.Example:443/A?b=c d".replace(" ", "%20"), "https://nieuws.example:443/A?b=c%20d"),
        ("http://a.example/ü?q=ü#top", "http://a.example/%C3%BC?q=%C3%BC"),
        ("http://[2606:4700:4700::1111]:8080/x", "http://[2606:4700:4700::1111]:8080/x"),
        ("https://social.example/@name.rss", "https://social.example/@name.rss"),
    ],
)
def test_spelled_out(url, expected):
    """An address is asked for in one ASCII spelling, without its fragment."""
    assert spelled_out(url) == expected


@given(st.text() | st.text().map("http://{}".format) | st.from_regex(r"https?://[\w.:@\[\]%\\-]+/.*"))
def test_spelled_out_raises_nothing_else(text):
    """Law: any text is either spelled out, once and for all, or refused with a SourceError."""
    try:
        plain = spelled_out(text)
    except SourceError:
        return
    assert plain.isascii()
    assert spelled_out(plain) == plain


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@a.example/",
        "ftp://secret@a.example/",
        "http:\\\\secret@a.example",
        "http://user:secret@a／b.example/",
    ],
)
def test_a_login_is_never_shown(url):
    """An address with a login is refused without repeating the login, in the message and in its causes."""
    error = refusal(lambda: spelled_out(url))
    assert "secret" not in "".join(traceback.format_exception(error))
    assert error.place == shown(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "a.example/feed",
        "http://name@a.example/",
        "http://a.example/a\\b",
        "http://a.example/a b",
        "http://a.example/a\tb",
        " http://a.example/",
    ],
)
def test_only_plain_addresses(url):
    """What a plain address never holds is refused wherever it stands."""
    assert refusal(lambda: spelled_out(url)).kind == "refused-address"


def test_shown_writes_control_characters_out():
    """An address cannot forge a line of a log or colour a terminal."""
    assert shown("http://a.example/\n\x1b[31m\u202e") == "http://a.example/%0A%1B[31m%E2%80%AE"
