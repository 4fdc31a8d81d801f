"""Week -> Markdown, in Dutch or English. Text that people wrote is escaped: it is shown, never obeyed."""

import re
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import jinja2

from monitor import links
from monitor.report.week import Week

LANGUAGES = ("nl", "en")
MOST_OPEN = 50
MOST_NEWS = 10

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&!$]|^[#+=-]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
_ENTITIES = {"<": "&lt;", "&": "&amp;"}  # read by HTML as well, wherever the text ends up
_ENTITY = re.compile(r"&(?=#?\w+;)")  # what Markdown would read as a character in an address
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)])")  # a list, where it begins a line
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_UNSAFE = re.compile(r"[^\w.~:/?#@!'+,;=%&-]")  # what ends an address, a link or a table's cell, or is never seen
_DAYS = {
    "nl": ("zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"),
    "en": ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
}
_TONES = {
    "nl": {"negative": "negatief", "neutral": "neutraal", "positive": "positief"},
    "en": {"negative": "negative", "neutral": "neutral", "positive": "positive"},
}


def markdown(week: Week, language: str) -> str:
    """The report of a week. Languages without a template get English."""
    language = language if language in LANGUAGES else "en"
    template = _environment(week, language).get_template(f"week.{language}.md.j2")
    days = [(_DAYS[language][row["day"]], row["mentions"]) for row in sorted(week.rows["days"], key=_from_monday)]
    return template.render(
        week=week,
        rows=week.rows,
        open=week.rows["open"][:MOST_OPEN],
        news=week.rows["news"][:MOST_NEWS],
        days=days,
        guessed=_guessed(week, language),
    )


def escape(text: object) -> str:
    """Text on one line with every character that Markdown or HTML could obey made harmless."""
    line = _HIDDEN.sub("", " ".join(str(text).split()))
    return _NUMBERED.sub(r"\1\\", _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), line))


def link(url: str, text: object) -> str:
    """A Markdown link; the bare text when the address is not http(s)."""
    if not url.startswith(("http://", "https://")):
        return escape(text)
    safe = _UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), url)
    return f"[{escape(text)}]({_ENTITY.sub('&amp;', safe)})"


def _environment(week: Week, language: str) -> jinja2.Environment:
    folder = files("monitor.report").joinpath("templates")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=False,  # noqa: S701 - Markdown, escaped by the `md` filter below
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def when(moment: datetime | None) -> str:
        return "-" if moment is None else f"{moment.astimezone(week.zone):%Y-%m-%d %H:%M}"

    def called(what: str, name: str | None) -> str:
        return "-" if name is None else week.names.get(what, {}).get(name, name)

    environment.filters |= {"md": escape, "when": when, "host": links.host}
    environment.globals |= {"link": link, "language": language, "words": _words, "seen": _seen, "called": called}
    return environment


def _guessed(week: Week, language: str) -> str:
    """How many mentions are negative, neutral and positive about the brand: `12 negative, 40 neutral, 9 positive`."""
    counts = {row["label"]: row["mentions"] for row in week.rows["sentiment"]}
    return ", ".join(f"{counts[label]} {told}" for label, told in _TONES[language].items() if label in counts)


def _from_monday(row: Any) -> int:
    return int(row["day"] + 6) % 7  # SQL counts from Sunday, an ISO week from Monday


def _seen(row: Any) -> list[str]:
    """The words that gave the open item its primary kind: what says something, three at most."""
    told = [one["words"] for one in row["reasons"] if one["kind"] == row["kinds"][0]]
    return [words for words in told if any(letter.isalpha() for letter in words)][:3]


def _words(row: Any) -> str:
    """What an open item is shown as: its title, else the start of its excerpt."""
    text = " ".join((row["title"] or row["excerpt"] or "-").split())
    return text if len(text) <= 90 else f"{text[:89]}…"
