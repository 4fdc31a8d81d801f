"""`monitor feeds import`: a reader's list of feeds comes into monitor.toml, and nothing else there changes."""

import os
import re
import stat
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.assemble import assemble
from monitor.config.load import Written
from monitor.errors import ConfigError
from monitor.init import write_files
from monitor.opml import Imported, _with, feeds_in, feeds_of, import_feeds

NESTED = """<?xml version="1.0"?>
<OPML version="2.0"><head><title>t</title></head><body>
<outline text="map"><outline text="map in map">
  <outline type="rss" text="1" xmlUrl="https://een.example/feed"/>
  <outline type="rss" text="2" xmlurl=" https://twee.example/feed?a=1&amp;b=2 "/></outline></outline>
<Outline text="3" XMLURL="https://drie.example/feed"/>
<outline text="again" xmlUrl="https://een.example/feed"/>
<outline text="no feed" url="https://vier.example/"/><outline xmlUrl=""/>
</body></OPML>"""
FOUND = ["https://een.example/feed", "https://twee.example/feed?a=1&b=2", "https://drie.example/feed"]


def opml(folder, *urls, body=None):
    """An OPML file with these addresses, or with this body."""
    path = folder / "feeds.opml"
    outlines = "".join(f"<outline xmlUrl='{url}'/>" for url in urls)
    path.write_bytes(body if body is not None else f"<opml><body>{outlines}</body></opml>".encode())
    return path


def config(folder, text):
    path = folder / "monitor.toml"
    path.write_bytes(text.encode())
    return path


def test_outlines(tmp_path):
    """Feeds are found at any depth and in any spelling of xmlUrl, each once, in order."""
    assert feeds_in(opml(tmp_path, body=NESTED.encode())) == FOUND


def test_deep_nesting(tmp_path):
    """A hundred thousand folders within one another are read like any other list."""
    deep = b"<opml>" + b"<outline>" * 100_000 + b"<outline xmlUrl='https://een.example/feed'/>"
    assert feeds_in(opml(tmp_path, body=deep + b"</outline>" * 100_000 + b"</opml>")) == FOUND[:1]


ENTITIES = (
    '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><outline xmlUrl="https://&b;.example"/></opml>'
)
FOREIGN = (
    '<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="https://e.example"/>&a;</opml>'
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not well-formed XML"),
        (b"no xml at all", "not well-formed XML"),
        (b"<opml><outline xmlUrl='https://een.example'>", "not well-formed XML"),
        (b"\x00\x01\x02", "not well-formed XML"),
        (b"<?xml version='1.0' encoding='shift_jis'?><opml/>", "not well-formed XML"),
        (b"<?xml version='1.0' encoding='klingon'?><opml/>", "not well-formed XML"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "its root is <html>, expected <opml>"),
        (b"<rss version='2.0'/>", "its root is <rss>, expected <opml>"),
        (ENTITIES.encode(), "it declares entities"),
        (ENTITIES.encode("utf-16"), "it declares entities"),
        (FOREIGN.encode(), "it declares entities"),
        (b"<opml>" + b" " * 5_000_001 + b"</opml>", "too large for a list of feeds"),
    ],
)
def test_hostile_lists(tmp_path, body, told):
    """What is no list of feeds is refused in a sentence, and the configuration is left alone."""
    path = config(tmp_path, "[sources.rss]\nfeeds = []\n")
    with pytest.raises(ConfigError, match=re.escape(told)):
        import_feeds(opml(tmp_path, body=body), path)
    assert path.read_text() == "[sources.rss]\nfeeds = []\n"


def test_into_the_template(tmp_path):
    """The file that init writes takes a list: all but its line `feeds = []` stays, and it is valid after."""
    write_files(tmp_path)
    path = tmp_path / "monitor.toml"
    before = path.read_text()
    assert import_feeds(opml(tmp_path, body=NESTED.encode()), path) == Imported(3, 0)
    listed = "".join(f'    "{url}",\n' for url in FOUND)
    assert path.read_text() == before.replace("feeds = []", f"feeds = [\n{listed}]")
    assert assemble(path, {}).connectors["rss"].places() == tuple(FOUND)


def test_twice(tmp_path):
    """A second import adds nothing and does not touch the file."""
    path = config(tmp_path, "[sources.rss]\nfeeds = []\n")
    import_feeds(opml(tmp_path, *FOUND[::2]), path)
    os.utime(path, (1, 1))
    assert import_feeds(opml(tmp_path, *FOUND[::2]), path) == Imported(0, 2)
    assert path.stat().st_mtime == 1
    assert import_feeds(opml(tmp_path), path) == Imported(0, 0)


PLACES = [
    ("[sources.rss]\nfeeds = []  # tail\nworkers = 3\n\n# end", "[sources.rss]\nfeeds = [NEW]  # tail\nworkers = 3\n\n# end"),
    ('[sources.rss]\nfeeds = [\n    "https://a.example", # why\n    # gone\n]', '[sources.rss]\nfeeds = [\n    "https://a.example", # why\n    # gone\n    "https://een.example/feed",\n]'),
    ("# top\n[sources.rss]\nworkers = 3\n", "# top\n[sources.rss]\nworkers = 3\nfeeds = [NEW]\n"),
    ("sources = { rss = { feeds = [] } } # all\n", "sources = { rss = { feeds = [NEW] } } # all\n"),
    ("sources.rss.feeds = []\n[organisation]\n", "sources.rss.feeds = [NEW]\n[organisation]\n"),
    ("[organisation]\nname = 'x'\n", "[organisation]\nname = 'x'\n\n[sources.rss]\nfeeds = [NEW]\n"),
    ("[sources.rss]\r\nfeeds = []\r\n# end\r\n", "[sources.rss]\r\nfeeds = [NEW]\r\n# end\r\n"),
    ("\ufeff[sources.rss]\nfeeds = []\n", "\ufeff[sources.rss]\nfeeds = [NEW]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PLACES)
def test_the_rest_stays(tmp_path, before, after):
    """Wherever the list stands, all other bytes of the file stay as they were."""
    path = config(tmp_path, before)
    assert import_feeds(opml(tmp_path, FOUND[0]), path).added == 1
    end = "\r\n" if "\r\n" in before else "\n"
    assert path.read_bytes().decode() == after.replace("[NEW]", f'[{end}    "{FOUND[0]}",{end}]')


def test_file_stays_itself(tmp_path):
    """A symbolic link stays a link, and who may read the file stays as it was."""
    real = config(tmp_path, "[sources.rss]\nfeeds = []\n").rename(tmp_path / "real.toml")
    real.chmod(0o640)
    (tmp_path / "monitor.toml").symlink_to(real)
    import_feeds(opml(tmp_path, FOUND[0]), tmp_path / "monitor.toml")
    assert (tmp_path / "monitor.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert feeds_of(real) == FOUND[:1]


@pytest.mark.parametrize(
    ("url", "added"),
    [
        ("feed://een.example/feed", ["http://een.example/feed"]),
        ("feed:https://een.example/feed", ["https://een.example/feed"]),
        ("HTTPS://een.example/feed", ["https://een.example/feed"]),
        ("https://www.reddit.com/r/lindestad/.rss", []),
        ("https://naam:geheim@een.example/feed", []),
        ("ftp://een.example/feed", []),
        ("javascript:alert(1)", []),
        ("https://", []),
        ("https://[een/feed", []),
        ("https://een.example/a b", []),
        ("/feed.xml", []),
    ],
)
def test_addresses(tmp_path, url, added):
    """An address that the connector would not take is left out, named with the reason; others are written plainly."""
    path = config(tmp_path, "[sources.rss]\nfeeds = []\n")
    imported = import_feeds(opml(tmp_path, url), path)
    assert (feeds_of(path), len(imported.refused)) == (added, 1 - len(added))
    assert all(reason.startswith(url.replace("naam:geheim@", "")) for reason in imported.refused)
    assert not any("number" in reason for reason in imported.refused)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sources.rss]\nfeeds = 'https://a.example'\n", "line 2: [sources.rss] feeds: expected a list of addresses"),
        ("[sources.rss]\nfeeds = [1]\n", "line 2: [sources.rss] feeds: expected a list of addresses"),
        ("sources = 3\n", "line 1: sources: expected a table, [sources.rss]"),
        ("[sources]\nrss = 3\n", "line 1: sources: expected a table, [sources.rss]"),
        ("[sources.rss\n", "not valid TOML"),
    ],
)
def test_faulty_configuration(tmp_path, text, told):
    """A configuration in which the list cannot stand is told and left alone."""
    path = config(tmp_path, text)
    with pytest.raises(ConfigError, match=re.escape(told)):
        import_feeds(opml(tmp_path, FOUND[0]), path)
    assert path.read_text() == text


def test_no_configuration(tmp_path):
    """Without a configuration the command that writes one is named."""
    with pytest.raises(ConfigError, match="not found; write one with: monitor init"):
        import_feeds(opml(tmp_path, FOUND[0]), tmp_path / "monitor.toml")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["https://a.example/x", "https://b.example/é", 'https://c.example/"q"']), unique=True),
    st.lists(st.from_regex(r"https://[a-z]{1,8}\.example/[a-z?=\\'\"#]{0,8}", fullmatch=True), unique=True, min_size=1),
)
def test_says_the_same_and_more(old, fresh):
    """Law: afterwards the file says what it said, with the new addresses behind the old."""
    quoted = ", ".join("'" + url + "'" for url in old)
    text = f"a = 1\n[sources.rss]\nfeeds = [{quoted}] # c\nworkers = 2\n[[queries]]\nx = 2026-01-01\n"
    tables = tomllib.loads(text)
    new = tomllib.loads(_with(Written("monitor.toml", text, tables), fresh))
    assert new["sources"]["rss"].pop("feeds") == [*old, *fresh]
    del tables["sources"]["rss"]["feeds"]
    assert new == tables
