"""The weekly report: true figures, the right week, and not one character of a stranger's that is obeyed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.assemble import Monitor, assemble
from monitor.demo.run import _config, _secrets
from monitor.demo.serve import served
from monitor.demo.world import NOW
from monitor.errors import ConfigError
from monitor.model import Tally
from monitor.pipeline import run, write_report
from monitor.report import Week, iso_week, markdown, week_before
from monitor.report.markdown import MOST_OPEN, escape, link
from monitor.store import Store
from monitor.store.weekly import answers

ZONE = ZoneInfo("Europe/Amsterdam")
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HTTP = ("http://", "https://")


def funnel(source: str, outcome: str = "good", *problems: str) -> dict[str, Any]:
    counts = {"fetched": 9, "matched": 0, "kept": 0, "new": 0}
    return {"source": source, **counts, "outcome": outcome, "problems": problems}


def totals(mentions: int = 0, before: int = 0, flagged: int = 0) -> list[dict[str, int]]:
    return [{"mentions": mentions, "before": before, "flagged": flagged}]


LISTS = ("facets", "queries", "days", "rules", "open", "news", "places", "funnel", "dropped", "crisis", "sentiment")
CASES = [{"opened": 0, "answered": 0, "in_time": 0, "late": 0}]
EMPTY: dict[str, Any] = {
    **{name: [] for name in LISTS},
    "totals": totals(),
    "ambassadors": [{"mentions": 0}],
    "cases": CASES,
}
WEEK = Week(
    organisation="Lindeveer",
    zone=ZONE,
    span=iso_week("2026-W46", ZONE),
    now=NOW,
    rows=EMPTY,
    queries=[("merk", "brand", "Vragen zien.")],
    ambassadors_shown=False,
    window_days=90,
)


def week(**rows: Any) -> Week:
    return replace(WEEK, rows=EMPTY | rows)


def open_item(**change: Any) -> dict[str, Any]:
    item = {
        "due": NOW,
        "owner": "webcare",
        "reaction": "answer",
        "why": "Een vraag.",
        "reasons": [{"kind": "question", "words": "hoe"}],
    }
    return (
        item
        | {"title": "Titel", "excerpt": "Tekst", "url": "https://a.example/1", "source": "rss", "place": "p"}
        | {"rule": "question", "happened": NOW, "copies": 1, "kinds": ["question"]}
        | change
    )


# --- Rendered as a reader sees it -------------------------------------------------------------------------


@dataclass
class Page(HTMLParser):
    """What a browser makes of the report: tags, attributes, links, and tables as rows of cells."""

    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    text: str = ""
    in_cell: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.in_cell:
            self.tables[-1][-1][-1] += data


def page(text: str) -> Page:
    made = Page()
    made.feed(RENDERER.render(text))
    made.close()
    return made


PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src='https://kwaad.example'>",
    "<a href='javascript:alert(1)'>x</a>", "<style>*{display:none}</style>", "<!-- weg", "-->", "</td></tr></table>", "<b>vet</b>",
    "<https://kwaad.example>", "<mailto:a@kwaad.example>", "&lt;script&gt;", "&#60;script&#62;", "&copy;", "<!channel>", "<!here|x>",
    "<@U123>", "<https://kwaad.example|bank.example>", "@channel", "[x](javascript:alert(1))", "[bank.example](https://kwaad.example)",
    "![x](https://kwaad.example/pixel.png)", "![x][1]", "[1]: https://kwaad.example", "[x][1]", "[x]", "](https://kwaad.example)",
    "](https://kwaad.example) [y", 'x](https://kwaad.example "t")', "[[x]](https://kwaad.example)", "https://kwaad.example",
    "http://kwaad.example/?a=b", "www.kwaad.example", "WWW.kwaad.example", "ftp://kwaad.example", "//kwaad.example", "a | b | c",
    "|", "||||||||", "\\|", "\\\\|", "a \\", "\\", "\n\n# Kop", "x\n| a | b |\n| --- | --- |", "a\r\nb", "\u2028x\u2029y", "# Kop",
    "- lijst", "+ lijst", "* lijst", "1. lijst", "> citaat", "    code", "```\ncode", "`code`", "` | `", "`` ` ``", "*vet* _cursief_ ~~weg~~",
    "**te laat**", "___", "---", "===", "\u202egpj.exe\u202c", "\u2066x\u2069", "L\u200bi\u200bn", "\x00\x07\x1b[31m", "\ud800",
    "$\\href{https://kwaad.example}{x}$", "{{ week }}", "{% raw %}", '=HYPERLINK("https://kwaad.example")', "data:text/html,x",
    "vbscript:x", "a@kwaad.example", "<x:y>", "~~~", "[^1]", "[^1]: x", "\t|\t", "</a>", '"><script>', "' onmouseover='x", "🏴‍☠️" * 60, "",
)  # fmt: skip
ADDRESSES = (
    "https://a.example/a|b|c", "https://a.example/a)b(c", "https://a.example/a b\tc", "https://a.example/`x`", "https://a.example/<x>",
    "https://a.example/a\\b", "https://a.example/[x](y)", "https://a.example/?a=1&copy=2&lt;", "https://a.example/\u202ex\u2003y",
    "https://a.example/*x*_y_~~z~~", "https://a.example/\"x\"'y'", "https://a.example/caf\u00e9", "https://a.example/\n| x | y |",
    "https://a.example/#'); DROP", "https://a.example/\ud800", "https://a.example/%3Cscript%3E", "https://a.example/$x$",
)  # fmt: skip
OTHERS = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//kwaad.example",
    "",
    " https://a.example",
    "x",
)


def hostile(payload: str) -> Week:
    """A week in which every field that can hold words of others, or of a file, holds the payload."""
    item = open_item(
        title=payload,
        why=payload,
        owner=payload,
        reaction=payload,
        reasons=[{"kind": "question", "words": payload}] * 2,
    )
    untitled = open_item(title="", excerpt=payload)
    return replace(
        week(
            open=[item, untitled],
            news=[item],
            totals=totals(2, 1, 2),
            rules=[{"rule": payload, "reaction": payload, "owner": payload, "mentions": 2}],
            facets=[{"facet": "brand", "mentions": 2, "before": 1}],
            queries=[{"query": payload, "mentions": 2, "before": 1}],
            days=[{"day": 1, "mentions": 2}],
            places=[{"name": payload, "problem": None, "notes": [payload, payload], "failures": 0},
                    {"name": payload, "problem": payload, "notes": [], "failures": 2}],
            funnel=[funnel(payload, "failed", payload)],
            dropped=[{"reason": payload, "posts": 3}],
        ),
        organisation=payload,
        queries=[(payload, "brand", payload)],
    )  # fmt: skip


def test_there_are_enough_payloads() -> None:
    """At least sixty payloads, none twice."""
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_payload_is_obeyed(payload: str, language: str) -> None:
    """In every field every payload is mere text: known tags only, no link but the item's own, no cell too many."""
    text = markdown(hostile(payload), language)
    made = page(text)
    assert made.tags <= {"h1", "h2", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "a", "ul", "li"}
    assert made.attributes <= {"href", "style"}
    assert made.links == ["https://a.example/1"] * 3
    assert [{len(row) for row in table} for table in made.tables] == [{6}, {4}, {3}, {4}, {5}]
    assert [len(table) for table in made.tables] == [3, 2, 2, 2, 2]
    assert len(re.findall(r"^#+ ", text, re.MULTILINE)) == 7
    text.encode()


@pytest.mark.parametrize(
    "payload", ["https://kwaad.example", "www.kwaad.example", "http://kwaad.example", "ftp://kwaad.example"]
)
def test_bare_addresses_are_broken_up(payload: str) -> None:
    """Renderers that make links of bare addresses find none: the character they look for is escaped."""
    assert not re.search(r"(?<!\\)(://|\bwww\.)", escape(f"zie {payload} en {payload}"))


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_an_address_stays_one_link(address: str) -> None:
    """Whatever an address holds, it is one link in one cell, to the same page."""
    made = page(markdown(week(open=[open_item(url=address)], totals=totals(1, 0, 1)), "nl"))
    [target] = made.links
    assert [len(row) for row in made.tables[0]] == [6, 6]
    assert target.startswith("https://a.example/")
    assert re.fullmatch(r"[!#-;=?-Z_a-z~%&'+,;=]*", target)


def test_an_address_keeps_its_parameters() -> None:
    """What looks like an entity in an address is not read as one."""
    address = "https://a.example/?a=1&copy;2&amp;3&#60;&b=4"
    assert page(link(address, "x")).links == [address]
    assert "?a=1&b=2" in link("https://a.example/?a=1&b=2", "x")


@pytest.mark.parametrize("address", OTHERS)
def test_only_web_addresses_are_linked(address: str) -> None:
    """What is no http(s) address is no link; the words stay."""
    assert page(link(address, "woorden")).links == []
    assert "woorden" in page(link(address, "woorden")).text


@settings(max_examples=400)
@given(
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=60)
    | st.lists(st.sampled_from(PAYLOADS)).map("".join)
)
def test_what_was_written_is_what_is_read(text: str) -> None:
    """Rendered, an escaped text shows its own characters again, on one line; escaping takes nothing away."""
    shown = re.sub(
        r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]",
        "",
        " ".join(text.split()),
    )
    made = page(f"x {escape(f'x {text}')} x")
    assert (made.tags - {"p"}, made.links) == (set(), [])
    assert " ".join(made.text.split()) == " ".join(f"x x {shown} x".split())


# --- What it says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_the_same_inputs_give_the_same_bytes(language: str) -> None:
    """A report depends on its week alone; a language without a template gets English."""
    assert markdown(hostile("x"), language) == markdown(hostile("x"), language)
    assert (markdown(WEEK, language) == markdown(WEEK, "en")) is (language != "nl")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", ["**Stil.** Geen vermeldingen in wat gelezen is", "Geen: niets van deze week wacht op een reactie."]),
        ("en", ["**Quiet.** No mentions in what was read", "None: nothing of this week waits for a reaction."]),
    ],
)
def test_an_empty_week_is_short_and_says_so(language: str, told: list[str]) -> None:
    """A week without mentions takes no tables of zeros."""
    text = markdown(week(funnel=[funnel("rss")]), language)
    assert all(line in text for line in told)
    assert len(text.splitlines()) < 30
    assert len(page(text).tables) == 1


def test_silence_is_not_called_quiet() -> None:
    """Without any run in the week the report does not say that all sources answered."""
    assert "No run in this week: nothing can be said about it." in markdown(WEEK, "en")
    assert "All sources answered" not in markdown(WEEK, "en")


@pytest.mark.parametrize(
    ("mentions", "before", "expected"),
    [
        (0, 0, "stable"), (10, 10, "stable"), (10, 20, "stable"), (20, 10, "stable"), (100, 75, "stable"), (100, 70, "growing"),
        (70, 100, "falling"), (9, 0, "growing"), (4, 0, "stable"), (5, 0, "growing"), (0, 5, "falling"), (10_000, 9_700, "growing"),
        (10_000, 9_800, "stable"),
    ],
)  # fmt: skip
def test_the_judgement(mentions: int, before: int, expected: str) -> None:
    """Growing or falling is said only of a difference that chance alone would seldom make."""
    assert week(totals=totals(mentions, before)).judgement == expected


def test_the_days_begin_on_monday() -> None:
    """An ISO week is told from Monday to Sunday."""
    days = [{"day": day, "mentions": day + 1} for day in (0, 1, 3, 6)]
    assert "Per day: Monday 2, Wednesday 4, Saturday 7, Sunday 1." in markdown(week(days=days, totals=totals(1)), "en")
    assert "Per dag: maandag 2, woensdag 4, zaterdag 7, zondag 1." in markdown(week(days=days, totals=totals(1)), "nl")


def test_late_items_are_marked() -> None:
    """What should have been answered by now says so."""
    late, soon = open_item(due=NOW - timedelta(minutes=1)), open_item(due=NOW + timedelta(minutes=1))
    text = markdown(week(open=[late, soon], totals=totals(2, 0, 2)), "en")
    assert text.count("**late**") == 1


def test_long_queues_are_cut_and_counted() -> None:
    """Fifty open items are listed, the others are counted."""
    text = markdown(week(open=[open_item()] * (MOST_OPEN + 3), totals=totals(53, 0, 53)), "en")
    assert len(page(text).tables[0]) == MOST_OPEN + 1
    assert "And 3 more." in text


def test_an_item_without_evidence() -> None:
    """A rule that flags without a cue shows its reason and no empty quotation."""
    assert "Een vraag. |" in markdown(week(open=[open_item(reasons=[])], totals=totals(1, 0, 1)), "en")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_evidence_without_words(language: str) -> None:
    """A cue whose words are not kept is not quoted; no promise is made of how long the rest stays."""
    bare, seen = (
        open_item(reasons=[{"kind": "question", "words": ""}]),
        open_item(reasons=[{"kind": "question", "words": ""}, {"kind": "question", "words": "hoe"}]),
    )
    text = markdown(week(open=[bare, seen], totals=totals(2, 0, 2)), language)
    assert "“”" not in text
    assert text.count("“hoe”") == 1
    last = {
        "nl": "Berichten van meer dan 90 dagen oud worden niet opgenomen",
        "en": "older than 90 days are not taken in",
    }
    assert last[language] in text.splitlines()[-1]


@pytest.mark.parametrize(("language", "hidden"), [("nl", "niet getoond"), ("en", "not shown")])
def test_few_ambassadors_are_not_counted(language: str, hidden: str) -> None:
    """A figure about ambassadors is shown when enough of them joined, and only then."""
    rows = EMPTY | {"ambassadors": [{"mentions": 4321}]}
    few, many = replace(WEEK, rows=rows), replace(WEEK, rows=rows, ambassadors_shown=True)
    assert hidden in markdown(few, language)
    assert "4321" not in markdown(few, language)
    assert "4321" in markdown(many, language)


# --- Weeks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "monday", "hours"),
    [
        ("2026-W46", date(2026, 11, 9), 168),
        ("2026-W01", date(2025, 12, 29), 168),
        ("2026-W53", date(2026, 12, 28), 168),
        ("2027-W01", date(2027, 1, 4), 168),
        ("2020-W53", date(2020, 12, 28), 168),
        ("2026-W43", date(2026, 10, 19), 169),
        ("2026-W13", date(2026, 3, 23), 167),
    ],
)
def test_iso_weeks(name: str, monday: date, hours: int) -> None:
    """A week runs from Monday 00:00 to Monday 00:00 on the organisation's clock, an hour more or less at changes."""
    span = iso_week(name, ZONE)
    assert (span.name, span.monday) == (name, monday)
    assert span.start == datetime(monday.year, monday.month, monday.day, tzinfo=ZONE)
    assert span.stop.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=hours)
    assert span.stop.astimezone(ZONE).isoformat()[10:16] == "T00:00"


@pytest.mark.parametrize(
    "name",
    [
        "2025-W53",
        "2026-W00",
        "2026-W54",
        "2026W46",
        "2026-46",
        "",
        "2026-W1",
        "0000-W01",
        "9999-W52",
        "W46-2026",
        "2026-W46 ",
    ],
)
def test_what_is_no_week_is_refused(name: str) -> None:
    """A name that is no week is told, with how one is written."""
    with pytest.raises(ConfigError, match=f"--week {re.escape(name)}: write an ISO week such as 2026-W46"):
        iso_week(name, ZONE)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2026, 11, 16, 0, 0, tzinfo=ZONE), "2026-W46"),
        (datetime(2026, 11, 15, 23, 59, tzinfo=ZONE), "2026-W45"),
        (datetime(2026, 11, 15, 23, 30, tzinfo=UTC), "2026-W46"),
        (datetime(2027, 1, 4, 8, tzinfo=ZONE), "2026-W53"),
        (datetime(2027, 1, 3, 8, tzinfo=ZONE), "2026-W52"),
        (datetime(2026, 1, 5, 8, tzinfo=ZONE), "2026-W01"),
        (datetime(2026, 10, 26, 8, tzinfo=ZONE), "2026-W43"),
    ],
)
def test_the_week_before(now: datetime, name: str) -> None:
    """The report is about the last whole week on the organisation's calendar, over new year too."""
    assert week_before(now, ZONE) == iso_week(name, ZONE)


@example(datetime(1999, 3, 21, 22, tzinfo=UTC))  # the last hour of a week that ends in the night of summer time
@given(st.datetimes(datetime(1996, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_weeks_follow_one_another(now: datetime) -> None:
    """Each week ends where the next begins, and now lies in the one after the week before."""
    before = week_before(now, ZONE)
    following = week_before(now.astimezone(ZONE) + timedelta(days=7), ZONE)  # by the calendar: a week may lack an hour
    assert before.stop == following.start <= now < following.stop
    assert iso_week(before.name, ZONE) == before


def test_an_old_week_counts_its_own_runs(tmp_path: Path) -> None:
    """The funnel and what was dropped are of runs from the week's Monday to a day after its end, and not of today's."""
    store, span = Store(tmp_path), iso_week("2026-W46", ZONE)
    store.prepare()
    hours = (-1, 0, 7 * 24 + 23, 7 * 24 + 25)
    for number, hour in enumerate(hours):
        at = span.start + timedelta(hours=hour)
        store.begin(f"run-{number}", "rss", at)
        store.save(f"run-{number}", "rss", at, [], [], Tally(fetched=10**number, dropped={"no match": 10**number}))
    store.publish("run", ambassadors_shown=False)
    given = {"before": span.before, "start": span.start, "stop": span.stop, "zone": ZONE.key, "monday": span.monday}
    late = answers(tmp_path, **given, now=span.stop + timedelta(days=30))
    assert (late["funnel"][0]["fetched"], late["dropped"][0]["posts"]) == (110, 110)
    early = answers(tmp_path, **given, now=span.start + timedelta(days=1))
    assert (early["funnel"][0]["fetched"], early["dropped"][0]["posts"]) == (10, 10)
    assert "The runs of this week and of the day after it:" in markdown(week(funnel=late["funnel"]), "en")


# --- The demo's figures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    folder: Path = tmp_path_factory.mktemp("report")
    with served() as world:
        (folder / "monitor.toml").write_text(_config(world), "utf-8")
        monitor = assemble(folder / "monitor.toml", _secrets(world))
        run(monitor, NOW)
    return monitor


def stored(monitor: Monitor) -> list[dict[str, Any]]:
    """The mentions of the snapshot as plain rows, each with the moment at which it counts."""
    with duckdb.connect(str(monitor.store.folder / "published" / "current.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute("SELECT m.*, v.flagged, v.rule FROM mention m JOIN verdict v ON v.mention = m.id")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [row | {"at": min(row["published"] or row["first_seen"], row["first_seen"])} for row in rows]


@pytest.mark.parametrize("name", ["2026-W43", "2026-W44", "2026-W45", "2026-W46", "2026-W47", "2025-W01"])
def test_the_figures_are_those_of_the_snapshot(ran: Monitor, name: str) -> None:
    """Mentions, week before, reactions, rules and queries: each figure is what counting the rows by hand gives."""
    span = iso_week(name, ZONE)
    every = stored(ran)
    mine = [row for row in every if span.start <= row["at"] < span.stop]
    earlier = [row for row in every if span.start - timedelta(days=7) <= row["at"] < span.start]
    path = write_report(ran, NOW + timedelta(minutes=1), week=name, language="en", to=ran.reports / "x.md")
    assert path is not None
    text = path.read_text("utf-8")
    if not mine:
        assert "**Quiet.** No mentions" in text
        return
    flagged = sum(row["flagged"] for row in mine)
    assert f" {len(mine)} mentions (the week before {len(earlier)}), {flagged} ask for a reaction." in text
    tables = page(text).tables
    assert sum(int(row[3]) for row in tables[1 if flagged else 0][1:]) == len(mine)
    assert said(tables[0]) == flagged or len(tables[0]) - 1 == MOST_OPEN or not flagged


def said(table: Sequence[Sequence[str]]) -> int:
    """How many mentions the rows of the open ones stand for: near copies share a row that counts them."""
    times = [re.search(r"\((\d+) times\)", row[3]) for row in table[1:]]
    return sum(int(found[1]) if found else 1 for found in times)


def test_what_is_dated_ahead_stands_in_the_week_it_came(ran: Monitor) -> None:
    """An item dated 2035 counts in the week in which it was first seen, not at the top for ever."""
    [ahead] = [row for row in stored(ran) if "2035" in row["url"]]
    assert ahead["published"] is None
    assert iso_week("2026-W47", ZONE).start <= ahead["at"] < iso_week("2026-W47", ZONE).stop


def test_a_report_is_written_twice_alike(ran: Monitor) -> None:
    """Writing a report again gives the same bytes, beside no unfinished file."""
    at = NOW + timedelta(minutes=1)
    path = write_report(ran, at, to=ran.reports / "twice.md")
    assert path is not None
    first = path.read_bytes()
    assert write_report(ran, at, to=path) == path
    assert path.read_bytes() == first
    assert sorted(file.name for file in ran.reports.iterdir() if file.name.startswith(".")) == []


def test_a_report_for_the_screen(ran: Monitor, capsys: pytest.CaptureFixture[str]) -> None:
    """A dash writes to the screen and to no file."""
    assert write_report(ran, NOW, to=Path("-")) is None
    assert capsys.readouterr().out.startswith("# Lindeveer: vermeldingen in week 2026-W46\n")


def test_the_demos_hostile_titles_are_harmless(ran: Monitor) -> None:
    """In the report of the demo's own world no link leads but to an item's address."""
    urls = {row["url"] for row in stored(ran)}
    for name in ("2026-W45", "2026-W46", "2026-W47"):
        path = write_report(ran, NOW, week=name, language="nl", to=ran.reports / "h.md")
        assert path is not None
        made = page(path.read_text("utf-8"))
        assert not made.tags & {"script", "img", "iframe", "svg", "style", "form"}
        assert all(url.startswith(HTTP) for url in made.links)
        assert set(made.links) <= urls


@pytest.mark.parametrize(
    ("outcome", "told"), [("failed", "reddit failed: no connection"), ("skipped", "reddit skipped: no connection")]
)
def test_a_source_that_gave_nothing_is_named(outcome: str, told: str) -> None:
    """A failed or skipped source stands under coverage, and nothing says that all sources answered."""
    text = markdown(week(funnel=[funnel("rss"), funnel("reddit", outcome, "no connection")]), "en")
    assert told in text
    assert "All sources answered" not in text
    assert "All sources answered" in markdown(week(funnel=[funnel("rss")]), "en")


def test_news_is_listed_with_its_links() -> None:
    """What asks for nothing is still worth reading: the newest ten, with date, link and paper."""
    text = markdown(week(news=[open_item(title=f"Bericht {n}") for n in range(13)], totals=totals(13)), "en")
    assert text.count("[Bericht ") == 10
    assert "And 3 more." in text
    assert "In the news" not in markdown(week(totals=totals(1)), "en")


def test_reasons_are_told_in_the_readers_language() -> None:
    """The scheme's reason of the rule is printed in the report's language; the stored one where there is none."""
    made = replace(week(open=[open_item(why="Een vraag.")], totals=totals(1, 0, 1)), why={"question": "A question."})
    assert "A question." in markdown(made, "en")
    assert "Een vraag." in markdown(replace(made, why={}), "en")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "nl",
            ["(12 keer)", "Van de 5 zaken van deze week zijn 3 beantwoord, 2 op tijd; 1 te laat.", "**Crisis** sinds"],
        ),
        (
            "en",
            ["(12 times)", "Of the 5 cases of this week 3 are answered, 2 in time; 1 too late.", "**Crisis** since"],
        ),
    ],
)
def test_the_queue_is_told(language: str, told: list[str]) -> None:
    """What was said twelve times is one line with its count; how many cases were answered in time; and a crisis."""
    crisis = {"id": "26-0001", "opened": NOW, "why": "Veel klachten tegelijk.", "cases": 9}
    cases = {"opened": 5, "answered": 3, "in_time": 2, "late": 1}
    text = markdown(week(open=[open_item(copies=12)], cases=[cases], crisis=[crisis]), language)
    assert [line for line in told if line not in text] == []


@pytest.mark.parametrize(("language", "told"), [("nl", "schatting van de machine"), ("en", "a machine's guess")])
def test_sentiment_is_called_a_guess(language: str, told: str) -> None:
    """What posts say about the brand is shown as counts, and called the machine's guess that it is."""
    counts = [{"label": "negative", "mentions": 3}, {"label": "positive", "mentions": 2}]
    text = markdown(week(totals=totals(5, 5, 1), sentiment=counts), language)
    assert told in text
    assert told not in markdown(week(totals=totals(5, 5, 1)), language)
