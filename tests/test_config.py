"""monitor.toml: every fault is told with file, line, key and cure, all of them at once; secrets stay secret."""

import random
import re
import tempfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.assemble import Monitor, assemble
from monitor.config import CONFIG_NAME, Secrets, load
from monitor.config.lines import line_of
from monitor.config.secrets import read_secrets
from monitor.config.words import nearest
from monitor.connector import Tools
from monitor.errors import ConfigError
from monitor.triage import OpeningHours
from tests.storing import ROLES

CANARY = "kanarie7f3a"
KEY = {"MONITOR_PSEUDONYM_KEY": CANARY * 3}
TODAY = date(2026, 2, 20)
GOOD = (
    """\
# Sample: who is monitoring.
[organisation]
name = "Waterveen"
accounts = ["@webcare@social.example"]
languages = ["nl", "en"]
timezone = "Europe/Amsterdam"
# Told to every server:
contact = "https://waterveen.example/monitor"

[organisation.opening_hours]
mon = "09:00-17:30"

[[queries]]
name = "brand"
facet = "brand"
purpose = '''
name = "no key, but quoted"
'''
text = '''
  waterveen AND (veer
  OR boot)
'''

[[queries]]
name = "company"
facet = "company"
purpose = "Nieuws over het bedrijf volgen."
text = '"waterveen groep"'

[sources.rss]
feeds = ["https://nieuws.example/feed.xml"]
workers = 4

[sources.mastodon]
instances = ["social.example"]
hashtags = ["waterveen"]

[sources.reddit]
subreddits = ["waterveen"]
approval_ref = "2026-17"

[privacy]
window_days = 90
dpia_approved_on = 2026-01-15
works_council_consent_on = 2026-02-01

[[ambassadors]]
account = "mastodon:@schipper_voorbeeld@social.example"
consented_on = 2026-02-14
text_version = "2026-02"

[paths]
data = "data"

[fetch]
pages = 40
"""
    + ROLES
)


def faults(folder: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    """What is wrong with the text, without the name of its file."""
    path = folder / CONFIG_NAME
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        assemble(path, KEY if environment is None else environment, today=TODAY)
    assert caught.value.exit_code == 78
    return [problem.removeprefix(str(path)).removeprefix(", ") for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_good(tmp_path):
    """The sample from which the faulty ones are made has no fault, also with carriage returns and a byte order mark."""
    for text in (GOOD, GOOD.replace("\n", "\r\n"), f"\ufeff{GOOD}"):
        (tmp_path / CONFIG_NAME).write_bytes(text.encode())
        assert set(assemble(tmp_path / CONFIG_NAME, KEY).connectors) == {"rss", "mastodon", "reddit"}


CONTACT = (
    "A page or mail address that is told to every server, so that its owner can reach you; without blanks and accents."
)
PAST_MIDNIGHT = "closing time comes after opening time; a day that runs past midnight is written as two"
LIST = "expected a list, got a text; put it in square brackets"
WAIT = "correct it, or wait with the ambassadors until then"
UNSAFE = "unknown key; secrets do not belong here: put them into .env, see .env.example"
ONE_FAULT = [
    # unknown keys, at every depth, suggest the nearest
    ('contact = "h', 'contcat = "h', 'line 8: [organisation] contcat: unknown key; did you mean "contact"?'),
    ("[privacy]", "[privcy]", 'line 42: privcy: unknown key; did you mean "privacy"?'),
    ("window_days = 90", "window_day = 90", 'line 43: [privacy] window_day: unknown key; did you mean "window_days"?'),
    ("workers = 4", "worker = 4", 'line 32: [sources.rss] worker: unknown key; did you mean "workers"?'),
    ("hashtags = [", "tags = [", 'line 36: [sources.mastodon] tags: unknown key; did you mean "hashtags"?'),
    ("subreddits = [", "subredits = [", 'line 39: [sources.reddit] subredits: unknown key; did you mean "subreddits"?'),
    ("workers = 4", 'client_secret = "a"', f"line 32: [sources.rss] client_secret: {UNSAFE}"),
    ("[sources.rss]", "[sources.rs]", 'line 30: [sources.rs]: no such source; did you mean "rss"?'),
    (
        "[sources.rss]",
        "[sources.usenet]",
        "line 30: [sources.usenet]: no such source; known are: mastodon, reddit, rss",
    ),
    ('mon = "0', 'maandag = "0', "line 10: [organisation] opening_hours: 'maandag' is no day; use mon, tue, wed, thu, fri, sat, sun"),
    # wrong types
    ('name = "Waterveen"', "name = 5", "line 3: [organisation] name: expected a text in quotes, got a number"),
    ("pages = 40", "pages = 4.5", "line 56: [fetch] pages: expected a whole number, got a number"),
    ("pages = 40", "pages = []", "line 56: [fetch] pages: expected a whole number, got a list"),
    ("pages = 40", 'allow_loopback = "perhaps"', "line 56: [fetch] allow_loopback: expected true or false, without quotes, got a text"),
    ("2026-01-15", '"soon"', "line 44: [privacy] dpia_approved_on: expected a date such as 2026-01-15, got a text"),
    ('data = "data"', "data = false", "line 53: [paths] data: expected a path in quotes, got true or false"),
    ('["nl", "en"]', '"nl"', f'line 5: [organisation] languages: {LIST}: languages = ["..."]'),
    ('["https://nieuws.example/feed.xml"]', '"https://nieuws.example"', f'line 31: [sources.rss] feeds: {LIST}: feeds = ["..."]'),
    ('["waterveen"]\n\n', '"waterveen"\n\n', f'line 36: [sources.mastodon] hashtags: {LIST}: hashtags = ["..."]'),
    ('["social.example"]', "[5]", "line 35: [sources.mastodon] instances 1: expected a text in quotes, got a number"),
    ("[privacy]\nwindow_days = 90", "[[privacy]]\nwindow_days = 90", "line 42: privacy: expected a table, got a list"),
    ("[paths]\ndata = ", "[sources.matrix]\ndata = ", "line 52: [sources.matrix]: no such source; known are: mastodon, reddit, rss"),
    # values that cannot be
    ("pages = 40", "pages = 0", "line 56: [fetch] pages: input should be greater than or equal to 1: Pages per place and visit."),
    ('facet = "brand"', 'facet = "brnd"', 'line 15: [queries 1] facet: no such facet; did you mean "brand"?'),
    ('facet = "company"', "facet = 1", "line 26: [queries 2] facet: expected one of brand, company, ambassador, in quotes; got a number"),
    ("waterveen.example/monitor", "waterveen.example/één", "line 8: [organisation] contact: is not written as it must be: " + CONTACT),
    ("09:00-17:30", "24:00-24:00", "line 11: [organisation.opening_hours] mon: opening hours are times between 00:00 and 24:00"),
    ("09:00-17:30", "09:00-00:00", "line 11: [organisation.opening_hours] mon: the end of a day is written 24:00"),
    ('mon = "09:00-17:30"\n', "", "line 10: [organisation] opening_hours: is empty, and days left out are closed: name a day, or leave out the table for office hours"),
    ("consented_on = 2026-02-14", "consented_on = 2026-02-21", "line 49: [ambassadors 1] consented_on: 2026-02-21 is still to come; " + WAIT),
    ("2026-01-15", "2027-01-15", "line 44: [privacy] dpia_approved_on: 2027-01-15 is still to come; " + WAIT),
    ("2026-02-01", "2026-12-01", "line 45: [privacy] works_council_consent_on: 2026-12-01 is still to come; " + WAIT),
    ("[paths]", '[[ambassadors]]\naccount = "mastodon:@Schipper_Voorbeeld@social.example"\nconsented_on = 2026-02-14\ntext_version = "2026-02"\n\n[paths]', "line 53: [ambassadors 2] account: is the account of [ambassadors 1] again; remove one of the two"),
    ("Europe/Amsterdam", "Amsterdam", "line 6: [organisation] timezone: 'Amsterdam' is no time zone; write it like Europe/Amsterdam"),
    ("09:00-17:30", "9 to 5", "line 11: [organisation.opening_hours] mon: opening hours are written like 09:00-17:30"),
    ('"09:00-17:30"', '["09:00Z", "17:30"]', "line 11: [organisation.opening_hours] mon: opening hours are written like 09:00-17:30"),
    ("09:00-17:30", "09:00-25:00", "line 11: [organisation.opening_hours] mon: opening hours are times between 00:00 and 24:00"),
    (
        "09:00-17:30",
        "17:00-09:00",
        "line 11: [organisation.opening_hours] mon: " + PAST_MIDNIGHT,
    ),
    ('data = "data"', 'data = "a\\u0000b"', "line 53: [paths] data: a path holds letters, digits and signs only, no control characters"),
    ('approval_ref = "', 'api = "https://elders.example"\napproval_ref = "', "line 38: [sources.reddit] api: only the demo may use another endpoint; remove this line"),
    ('name = "company"', 'name = "brand"', "line 25: [queries 2] name: two queries are named 'brand'; rename one"),
    # what is missing
    ('contact = "https://waterveen.example/monitor"\n', "", "line 2: [organisation] contact: is missing; add it: " + CONTACT),
    ("dpia_approved_on = 2026-01-15\n", "", "line 46: [ambassadors 1]: needs [privacy] dpia_approved_on: people's accounts are not visited before both have been given"),
    ("works_council_consent_on = 2026-02-01\n", "", "line 46: [ambassadors 1]: needs [privacy] works_council_consent_on: people's accounts are not visited before both have been given"),
    ('[sources.mastodon]\ninstances = ["social.example"]\nhashtags = ["waterveen"]\n', "", "line 45: [ambassadors 1] account: is of a source that is not configured; add [sources.mastodon] or remove this table"),
    ('["https://nieuws.example/feed.xml"]', '["https://www.reddit.com/r/a/.rss"]', "line 30: [sources.rss] feeds: number 1 (reddit.com) is Reddit's; use [sources.reddit], as its terms ask"),
]  # fmt: skip


CONSEQUENCES = ("line 2: [organisation] contact: is missing", "line 47: [ambassadors 1]: needs [privacy]")


@pytest.mark.parametrize(("old", "new", "told"), ONE_FAULT)
def test_one_fault(tmp_path, old, new, told):
    """A fault is told once, at its line, with its key and the cure."""
    found = faults(tmp_path, changed(old, new))
    assert [fault for fault in found if fault == told or not fault.startswith(CONSEQUENCES)] == [told]


def test_the_only_query(tmp_path):
    """A fault in the only query is told as such, not as a lack of queries."""
    start, end = GOOD.index('[[queries]]\nname = "company"'), GOOD.index("[sources.rss]")
    text = (GOOD[:start] + GOOD[end:]).replace('facet = "brand"', 'facet = "brnd"')
    assert faults(tmp_path, text) == ['line 15: [queries 1] facet: no such facet; did you mean "brand"?']


BROKEN_QUERIES = [
    ("OR boot)", "OR boot))", "line 21", 'expected the end of the query, got ")": remove it or open one before\n      OR boot))\n              ^'),
    ("waterveen AND (veer", "waterveen AND AND (veer", "line 20", "expected a word, a phrase or a bracket, got AND: add one, or take out AND\n      waterveen AND AND (veer\n                    ^"),
    ("'\"waterveen groep\"'", "'waterveen gr*'", "line 28", "a star needs 3 letters before it, got gr*: write more of the word, or the words meant\n    waterveen gr*\n              ^"),
    ("'\"waterveen groep\"'", '"\\"waterveen groep"', "line 28", 'expected a closing ", got the end of the query: add it\n    "waterveen groep\n    ^'),
    ("'\"waterveen groep\"'", "'NOT waterveen'", "line 28", "the query holds for an empty text: add a term that must be present\n    NOT waterveen\n    ^"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "told"), BROKEN_QUERIES)
def test_broken_queries(tmp_path, old, new, line, told):
    """A query that cannot be read is shown at its own line of the file, with a caret under the fault."""
    (found,) = faults(tmp_path, changed(old, new))
    assert found == f"{line}: [queries {1 if line < 'line 24' else 2}] text: {told}"


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("00:00-24:00", (time(0), time(0))),
        ("8:30 - 24:00", (time(8, 30), time(0))),
        ("00:00-23:59", (time(0), time(23, 59))),
    ],
)
def test_opening_hours(tmp_path, written, hours):
    """A day may be open until its end, which is 24:00, and round the clock."""
    (tmp_path / CONFIG_NAME).write_text(changed("09:00-17:30", written))
    assert load(tmp_path / CONFIG_NAME).organisation.opening_hours == {"mon": hours}


@pytest.mark.parametrize(("opens", "minutes"), [("00:00", 1440), ("22:00", 120)])
def test_open_until_midnight(tmp_path, opens, minutes):
    """A deadline counts the last minute of a day that closes at 24:00, and goes on when it opens next."""
    (tmp_path / CONFIG_NAME).write_text(changed("09:00-17:30", f"{opens}-24:00"))
    monitor = assemble(tmp_path / CONFIG_NAME, KEY, today=TODAY)
    hours = OpeningHours(monitor.zone, monitor.settings.organisation.opening_hours)
    monday = datetime(2026, 2, 16, tzinfo=monitor.zone)
    assert hours.due(monday, minutes) == monday + timedelta(days=1)
    assert hours.due(monday, minutes + 1) == monday + timedelta(days=7, minutes=1441 - minutes)
    assert hours.reaches(52 * minutes - minutes)


def test_consent_of_today(tmp_path):
    """Who agrees today has joined today; without a date of the caller it is the real one that counts."""
    (tmp_path / CONFIG_NAME).write_text(changed("consented_on = 2026-02-14", "consented_on = 2026-02-20"))
    monitor = assemble(tmp_path / CONFIG_NAME, KEY, today=TODAY)
    assert [*monitor.connectors["mastodon"].places()][-1] == "@schipper_voorbeeld@social.example"
    (tmp_path / CONFIG_NAME).write_text(changed("consented_on = 2026-02-14", "consented_on = 9999-12-31"))
    with pytest.raises(ConfigError, match="9999-12-31 is still to come"):
        assemble(tmp_path / CONFIG_NAME, KEY)


@pytest.mark.parametrize(("people", "shown"), [((*"abcd", "A"), False), (tuple("abcde"), True)])
def test_people_are_counted_once(tmp_path, people, shown):
    """A count of ambassadors' posts is shown from five people on; one who is listed twice is one."""
    (tmp_path / CONFIG_NAME).write_text(GOOD)
    monitor = assemble(tmp_path / CONFIG_NAME, KEY, today=TODAY)
    [one] = monitor.settings.ambassadors
    joined = tuple(one.model_copy(update={"account": f"mastodon:@{name}@social.example"}) for name in people)
    assert (
        replace(monitor, settings=monitor.settings.model_copy(update={"ambassadors": joined})).ambassadors_shown
        is shown
    )


@pytest.mark.parametrize("key", ["made up", "k" * 31, "k" + " " * 40])
def test_short_keys(tmp_path, key):
    """A key that can be guessed is refused with the cure, and is not shown."""
    [found] = faults(tmp_path, GOOD, {"MONITOR_PSEUDONYM_KEY": key})
    assert found.startswith("MONITOR_PSEUDONYM_KEY has fewer than 32 characters")
    assert "monitor init" in found
    assert key not in found


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[[queries]]", 'country = "NL"\n[[queries]]', "[organisation] country"),
        ('facet = "company"', 'facet = "company"\nowner = "webcare"', "[queries 2] owner"),
    ],
)
def test_settings_that_nothing_reads(tmp_path, old, new, place):
    """What no part of the program would heed is refused, not swallowed."""
    text = GOOD.replace('[organisation.opening_hours]\nmon = "09:00-17:30"\n', "").replace(old, new, 1)
    [found] = faults(tmp_path, text)
    assert f"{place}: unknown key" in found


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('sources.usenet.feeds = ["a"]', "line 1: [sources.usenet]: no such source"),
        ('sources.reddit.api = "https://elders.example"', "line 1: [sources.reddit] api: only the demo"),
        ('sources = { reddit = { api = "https://elders.example" } }', "line 1: [sources.reddit] api: only the demo"),
        ('"sour\\u0063es".reddit.api = "https://elders.example"', ": [sources.reddit] api: only the demo"),
    ],
)
def test_a_source_in_dotted_keys(tmp_path, table, told):
    """However a source is written, its faults name the nearest line, or none."""
    rest = GOOD[: GOOD.index("[sources.rss]")] + GOOD[GOOD.index("[paths]") :]
    [found] = faults(tmp_path, f"{table}\n{rest}")
    assert found.startswith(told)


def test_all_at_once(tmp_path):
    """Faults of every kind are told together, from the top of the file down, what is not in the file last."""
    text = changed("timezone = ", "zone = ").replace("OR boot)", "OR boot").replace("workers", "worker")
    text = text.replace("[sources.reddit]", "[sources.redit]").replace("dpia_approved_on", "dpia_approved")
    found = faults(tmp_path, text, environment={})
    places = [re.match(r"(line \d+)?", problem)[0] for problem in found]
    assert places == ["line 6", "line 21", "line 32", "line 38", "line 44", "line 47", ""]
    assert found[-1].startswith("MONITOR_PSEUDONYM_KEY is not set")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[organisation\n", "not valid TOML: "),
        (b"a = 1\na = 2\n", "line 2: not valid TOML: Cannot overwrite a value\n    a = 2\n         ^"),
        (b'a = 1\nb = "x\n', '\n    b = "x\n'),
        (b"a = '''\nx\n", "line 2: not valid TOML: Expected \"'''\"\n    x\n     ^"),
        (b'a = "x" y\n', 'after a statement\n    a = "x" y\n'),
        (b'a = 1\r\ntext = "veer OR "boot""\r\n', "line 2: not valid TOML: Expected newline"),
        (
            b'text = "veer OR "boot""\n',
            "within \"...\" a quotation mark is written \\\": put queries between '''\n    text",
        ),
        (b"a = " + b"[" * 20_000, "not valid TOML: too deeply nested"),
        (b"a = " + b"9" * 5_000, "not valid TOML: too deeply nested, or too long a number"),
        (b'# ok\nname = "caf\xe9"\n', "line 2: not UTF-8; save the file again as UTF-8"),
        (b"", "organisation: is missing; add it: The table [organisation]"),
        (b"sources = 5\nqueries = 3\n", "line 1: sources: expected a table, got a number"),
        (b"[sources]\n", "line 1: sources: is empty; name one at least"),
    ],
)
def test_no_toml(tmp_path, body, told):
    """A file that is no TOML, no text or nearly empty is told like any other fault."""
    path = tmp_path / CONFIG_NAME
    path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        assemble(path, KEY)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("line", ['client_secret = "kanarie7f3a', 'pseudonym_key = "kanarie7f3a "x"'])
def test_a_secret_in_broken_toml_is_not_shown(tmp_path, line):
    """A line that cannot be read is shown, but not one that may hold a secret."""
    path = tmp_path / CONFIG_NAME
    path.write_text(f"[sources.reddit]\n{line}\n")
    with pytest.raises(ConfigError, match="line 2: not valid TOML") as caught:
        load(path)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("lindeveer source:redit", 'no source is named redit: did you mean "reddit"?'),
        ("lindeveer NOT source:fax", "no source is named fax: known are: mastodon, reddit, rss"),
        ("lindeveer source:(rss OR redit)", "no source is named redit"),
        ("lindeveer source:reddit", ""),
    ],
)
def test_a_source_that_is_not_configured(tmp_path, query, told):
    """A query that asks for a source nobody searches is advised of it, at its line."""
    path = tmp_path / CONFIG_NAME
    path.write_text(changed("'\"waterveen groep\"'", f"'{query}'"))
    said = [one.told for one in assemble(path, KEY).advice if one.finding.rule == "unknown-source"]
    assert [told in one and "[queries 2] text" in one for one in said] == [True] * bool(told)


def test_no_file(tmp_path):
    """A file that is not there names the command that writes one; a folder in its place is told too."""
    with pytest.raises(ConfigError, match=r"monitor\.toml: not found; write one with: monitor init"):
        load(tmp_path / CONFIG_NAME)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_open_to_strangers(tmp_path):
    """A configuration that anybody may change is refused before it is read."""
    path = tmp_path / CONFIG_NAME
    path.write_text(GOOD)
    path.chmod(0o666)
    with pytest.raises(ConfigError, match="anybody on this machine can change it; mend with: chmod o-w"):
        load(path)


@pytest.mark.parametrize(
    ("body", "mode", "told"),
    [
        (b"MONITOR_PSEUDONYM_KEY=a\n", 0o640, "others can read it, and it holds secrets; mend with: chmod 600"),
        (b"MONITOR_PSEUDONYM_KEY=a\n", 0o604, "others can read it, and it holds secrets; mend with: chmod 600"),
        (b"MONITOR_PSEUDONYM_KEY=\xff\n", 0o600, "cannot be read as UTF-8 text"),
        (b"MONITOR_PSEUDONYM_KEY=\n", 0o600, "MONITOR_PSEUDONYM_KEY is not set"),
    ],
)
def test_env_file(tmp_path, body, mode, told):
    """A .env that others can read, that is no text or that lacks the key is a fault like any other."""
    (tmp_path / ".env").touch()
    (tmp_path / ".env").chmod(mode)
    (tmp_path / ".env").write_bytes(body)
    (found,) = faults(tmp_path, GOOD, environment={})
    assert told in found


def test_secrets_are_taken_as_they_stand(tmp_path):
    """A `$` in a secret is no variable, a byte order mark no letter, and the environment wins over the file."""
    file = tmp_path / ".env"
    file.touch(mode=0o600)
    file.write_text("\ufeffMONITOR_A_B=x${HOME}$y\nMONITOR_A_C=file\nOTHER=z\n", "utf-8")
    secrets = read_secrets(tmp_path, {"MONITOR_A_C": "environment", "PATH": "/bin"})
    assert [secret.get_secret_value() for secret in (secrets.of("a", "b"), secrets.of("a", "c"))] == [
        "x${HOME}$y",
        "environment",
    ]
    assert repr(secrets) == "Secrets(MONITOR_A_B, MONITOR_A_C)"


def test_secrets_are_never_shown(tmp_path):
    """Whatever of a configuration is printed, no secret stands in it."""
    given = {
        "MONITOR_PSEUDONYM_KEY": CANARY * 3,
        "MONITOR_REDDIT_CLIENT_ID": f"id{CANARY}",
        "MONITOR_REDDIT_CLIENT_SECRET": f"secret{CANARY}",
        "MONITOR_MASTODON_TOKEN_SOCIAL_EXAMPLE": f"token{CANARY}",
    }
    path = tmp_path / CONFIG_NAME
    path.write_text(GOOD)
    monitor = assemble(path, given)
    tools = Tools("monitor-test", partial(Secrets(given).of, "reddit"))
    values = (monitor, monitor.settings, Secrets(given), tools, tools.secret("client_id"), *monitor.connectors.values())
    said = " ".join(f"{value!r} {value!s}" for value in values)
    assert CANARY not in said
    assert repr(monitor.key) not in said


def test_line_of():
    """Every key and table of the sample is found in its own line, and none inside a quoted block."""
    lines = GOOD.split("\n")
    found = {
        ("organisation", "contact"): 'contact = "h',
        ("organisation", "opening_hours"): "[organisation.opening_hours]",
        ("queries", 0, "text"): "text = '''",
        ("queries", 1, "name"): 'name = "company"',
        ("queries", 1, "colour"): "[[queries]]",
        ("sources", "rss", "feeds", 0): "feeds",
        ("ambassadors", 0, "account"): "account",
    }
    for place, start in found.items():
        number = line_of(GOOD, place)
        assert number is not None
        assert lines[number - 1].startswith(start)
    assert line_of(GOOD, ("nowhere", "at", "all")) is None


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = 1\nb.c.d = 2", ("b", "c"), 2),
        ("b.c.d = 2\nb.c.e = 3", ("b", "c", "e"), 2),
        ("b.c.d = 2\nb.c.e = 3", ("b", "c", "x"), 1),
        ("[b.c.d]\nx = 1\n[b.c]\ny = 2", ("b", "c"), 3),
        ("b = { c = 1 }", ("b", "c"), 1),
        ("a = 1", ("b", "c"), None),
    ],
)
def test_line_of_dotted_keys(text, place, line):
    """A table that has no header stands where its first key does; one that has stands there."""
    assert line_of(text, place) == line


@given(st.lists(st.sampled_from(["a", "b-c", "d_e", '"f g"', "'h.i'"]), unique=True, min_size=1))
def test_line_of_law(keys):
    """A key stands in the line in which it was written, whatever the values are."""
    values = ["1", '"x = 1"', "[1, 2]", "'''\na = 1\n[b]\n'''", '"""\nb-c = "2"\n"""']
    text, expected = "[t]\n", {}
    for at, key in enumerate(keys):
        expected[key.strip("\"'")] = text.count("\n") + 1
        text += f"{key} = {values[at]}  # comment\n"
    assert {key: line_of(text, ("t", key)) for key in expected} == expected


@pytest.mark.parametrize(
    ("word", "told"),
    [("feed", 'did you mean "feeds"?'), ("FEEDS", 'did you mean "feeds"?'), ("x", "known are: deadline, feeds")],
)
def test_nearest(word, told):
    """A word that is close to a known one suggests it; any other word lists what is known."""
    assert nearest(word, ["feeds", "deadline"]) == told


VALUES = ["5", "-1", "0.5", "nan", "inf", "true", '""', '"x"', '"\\u0000"', "[]", "[[]]", "{}", "{ a = 1 }", "[{}]",
          "2026-01-01", "2026-01-01T00:00:00Z", "09:00:00", "9" * 400, '["\\u0000"]', '["x", 5]', '"é"']  # fmt: skip
WORDS = [
    "name",
    "feeds",
    "queries",
    "sources",
    "rss",
    "_env_file",
    "self",
    "__init__",
    "x",
    "''",
    "a.b",
    "model_config",
]


def broken(text: str, chance: random.Random) -> str:
    """The text with one thing changed: a key or value swapped, a line lost, doubled, moved or scribbled upon."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    key, equals, value = lines[at].partition(" = ")
    match chance.randrange(7):
        case 0:
            lines[at] = f"{chance.choice(WORDS)}{equals}{value}"
        case 1 | 2:
            lines[at] = f"{key} = {chance.choice(VALUES)}" if equals else f"[{chance.choice(WORDS)}]"
        case 3:
            del lines[at]
        case 4:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 5:
            lines[at] = lines[at].replace(chance.choice('aeiou"[]='), "", 1)
        case _:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)] + chance.choice("[]\"'={}\t\0é*(")
    return "\n".join(lines)


def problems_of(path: Path) -> tuple[str, ...]:
    """What is told of the configuration; nothing of a good one. Any other error than ConfigError passes."""
    try:
        assert isinstance(assemble(path, KEY), Monitor)
    except ConfigError as error:
        return error.problems or ("an error without a message",)
    return ()


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_mutated_configurations(seed, changes):
    """However a configuration is damaged, it loads or ends as ConfigError with a message for every fault."""
    chance = random.Random(seed)
    text = GOOD
    for _ in range(changes):
        text = broken(text, chance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / CONFIG_NAME
        path.write_text(text, "utf-8")
        problems = problems_of(path)
        assert all(problem.startswith(str(path)) for problem in problems)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
@example("\ufeff")
@example("[[queries]]\n[queries.a]\n")
@example("queries = [[], 1, {}]\nambassadors = [{}, 3]\nsources = {rss = [], x = {}}")
def test_any_text(text):
    """Whatever stands in the file, the answer is ConfigError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / CONFIG_NAME
        path.write_text(text, "utf-8", errors="replace")
        with pytest.raises(ConfigError):
            assemble(path, KEY)
