"""The feeds of the made-up world: which there are, and their entries from the rows."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from monitor.demo.content import Row, load
from monitor.demo.content.filler import Filler
from monitor.demo.content.truth import NOW, Entry, Feed, Truth, moment, told

EMOJI = "⛴️🌊🚌🎉" * 300  # about 5 kB

PAPERS = (
    Feed("/lindestads-dagblad.xml", "Lindestads Dagblad", "https://lindestadsdagblad.example", "rss", "nl"),
    Feed("/omroep-veerland.atom", "Omroep Veerland", "https://omroepveerland.example", "atom", "nl"),
    Feed("/ov-vandaag.rdf", "OV Vandaag", "https://ovvandaag.example", "rdf", "nl"),
    Feed("/ferry-journal.json", "The Ferry Journal", "https://ferryjournal.example", "json", "en"),
    Feed("/persbank.xml", "Persbank", "https://persbank.example", "rss", "nl"),
    Feed("/lindestad-expats.xml", "Lindestad Expats", "https://lindestadexpats.example", "rss", "en"),
    Feed(
        "/buurtblad-de-vliet.xml",
        "Buurtblad De Vliet – voor Zuid én Oost",
        "https://devliet.example",
        "rss",
        "nl",
        encoding="windows-1252",
        guids=False,
    ),
    Feed("/nieuw/schippersblog.atom", "Schippersblog", "https://schippersblog.example", "atom", "nl"),
    Feed("/halve-krant.xml", "De Halve Krant", "https://halvekrant.example", "rss", "nl", whole=False),
)


def papers() -> tuple[dict[str, Feed], list[Truth]]:
    """All feeds by path, and the truth about their entries."""
    rows = list(_rows())
    feeds = {paper.path: replace(paper, entries=_entries(paper, rows)) for paper in PAPERS}
    sites = {paper.path: paper for paper in PAPERS}
    return feeds, [_truth(sites[row["feed"]], row) for row in rows]


def _rows() -> Iterator[Row]:
    yield from load("articles")["article"]
    yield from Filler("nl").articles()
    yield from Filler("en").articles()


def _entries(feed: Feed, rows: list[Row]) -> tuple[Entry, ...]:
    """Newest first; those without a date stand at the end."""
    mine = [_entry(feed, row) for row in rows if row["feed"] == feed.path]
    return tuple(sorted(mine, key=lambda entry: (entry.at is None, NOW - (entry.at or NOW), entry.id)))


def _entry(feed: Feed, row: Row) -> Entry:
    return Entry(_id(feed, row), _url(feed, row), row["title"], _body(row), moment(row))


def _truth(feed: Feed, row: Row) -> Truth:
    return Truth(
        id=_id(feed, row),
        where="feeds",
        place=feed.path,
        url=_url(feed, row),
        language=row.get("lang", feed.language),
        at=moment(row),
        **told(row),
    )


def _id(feed: Feed, row: Row) -> str:
    return f"tag:{feed.site.removeprefix('https://')},2026:{_slug(row)}"


def _url(feed: Feed, row: Row) -> str:
    day = moment(row)
    address = f"{feed.site}/{day:%Y/%m}/{_slug(row)}" if day else f"{feed.site}/{_slug(row)}"
    return str(row.get("url", address))


def _slug(row: Row) -> str:
    plain = unicodedata.normalize("NFKD", row["title"]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _body(row: Row) -> str:
    text = str(row["text"]).replace("{emoji}", EMOJI)
    return text if row.get("markup") else f"<p>{html.escape(text, quote=False)}</p>"
