"""The scheme on the wall: everything is on it, in both languages, legible, and nothing comes from elsewhere."""

import json
import re
import shutil
import subprocess
from datetime import date
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.triage.scheme.rules import LANGUAGES, REACTIONS, Rule, Scheme, When, read_scheme, roles_of
from monitor.triage.scheme.words import KINDS, ROLES, WORDS
from monitor.triage.scheme.words import REACTIONS as VERBS
from monitor.triage.wall.draw import Wall, html, svg
from monitor.triage.wall.layout import COLOURS
from monitor.triage.wall.text import width, wrapped
from monitor.triage.wall.words import conditions, question, within

SHIPPED = read_scheme()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SVG = "{http://www.w3.org/2000/svg}"
COUNTS = {rule.id: at * at for at, rule in enumerate(SHIPPED.rules)}
MEASURE = """
const near = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
const faults = drawing => {
const out = [], sheet = drawing.getBoundingClientRect();
for (const text of drawing.querySelectorAll("text"))
  if (!near(text.getBoundingClientRect(), sheet)) out.push("off the sheet: " + text.textContent);
const cards = [...drawing.querySelectorAll("g[id^=rule-]")].map(group => {
  const card = [...group.querySelectorAll("rect")].find(rect => rect.getAttribute("rx") === "2.4").getBoundingClientRect();
  const texts = [...group.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  for (const [words, box] of texts)
    if (box.left >= card.left && !near(box, card)) out.push("out of its card: " + words);
  const within = texts.filter(([, box]) => box.left >= card.left);
  for (const [words, one] of within)
    for (const [others, other] of within)
      if (words < others && one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 4 && other.top < one.bottom - 4)
        out.push("over one another: " + words + " / " + others);
  return card;
});
cards.forEach((card, at) => { if (at && card.top < cards[at - 1].bottom) out.push("cards overlap: " + at); });
const boxes = [...drawing.querySelectorAll("#crisis rect[rx='2']")].map(rect => rect.getBoundingClientRect());
for (const text of [...drawing.querySelectorAll("#crisis text")].slice(3))
  if (!boxes.some(box => near(text.getBoundingClientRect(), box))) out.push("out of its box: " + text.textContent);
return out;
};
document.body.textContent = JSON.stringify([...document.querySelectorAll("svg")].map(faults));
"""


def wall(language: str = "nl", scheme: Scheme = SHIPPED, **more: Any) -> Wall:
    known: dict[str, Any] = {
        "organisation": "Lindeveer",
        "roles": {role: f"{role}@lindeveer.example" for role in roles_of(scheme)},
        "counts": {rule.id: COUNTS.get(rule.id, 0) for rule in scheme.rules},
    }
    return Wall(scheme=scheme, language=language, today=date(2026, 11, 20), **known | more)


def rule(id_: str, **more: Any) -> Rule:
    return Rule.model_validate({"id": id_, "reaction": "monitor only", "why": {"nl": "Zo."}} | more)


def scheme(*rules: Rule) -> Scheme:
    return Scheme.model_validate({"version": 2, "rules": (*rules, rule("rest"))})


def said(picture: str) -> str:
    """All words of a picture in one line."""
    return " ".join("".join(text.itertext()) for text in ET.fromstring(picture).iter(f"{SVG}text"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_on_the_wall(language: str) -> None:
    """Each rule has a group with its number, question, reaction, owner, deadline and count."""
    groups = {group.get("id"): group for group in ET.fromstring(svg(wall(language))).iter(f"{SVG}g")}
    for number, one in enumerate(SHIPPED.rules, 1):
        words = " ".join("".join(text.itertext()) for text in groups[f"rule-{one.id}"].iter(f"{SVG}text"))
        assert question(one, language) in words
        assert VERBS[language][one.reaction] in words
        assert f" {number} " in words
        assert str(COUNTS[one.id]) in words
        assert one.deadline is None or within(one.deadline, language) in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_every_text_of_the_scheme(language: str) -> None:
    """The second page has each rule's reason, channel and answer in full, with the organisation's name put in."""
    page = unescape(html(wall(language)))
    for one in SHIPPED.rules:
        for texts in (one.why, one.channel, one.answer):
            assert not texts or texts[language].replace("{organisation}", "Lindeveer") in page
    assert "{organisation}" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_comes_from_elsewhere(language: str) -> None:
    """The page names no address but the two namespaces, runs no script and says so to the browser."""
    page = html(wall(language))
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(|<link|<img|src=", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_can_be_read_aloud(language: str) -> None:
    """It has a title and a description that tells every rule in order, and the page is in its language."""
    root = ET.fromstring(svg(wall(language)))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby", "").split() == [title.get("id"), description.get("id")]
    told = description.text or ""
    places = [told.index(f"{at}. ") for at in range(1, len(SHIPPED.rules) + 1)]
    assert places == sorted(places)
    assert f'<html lang="{language}">' in html(wall(language))


@pytest.mark.parametrize("reaction", REACTIONS)
def test_white_text_is_legible_on_every_colour(reaction: Any) -> None:
    """Each reaction's colour has a contrast of 4.5 at least with white (WCAG 2.2, 1.4.3)."""
    parts = [int(COLOURS[reaction][at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    brightness = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (brightness + 0.05) >= 4.5


def test_both_languages_have_the_same_words() -> None:
    """Kinds and reactions are complete, and what the one language has the other has or shares."""
    assert {*KINDS["nl"]} == {*KINDS["en"]}
    assert {*VERBS["nl"]} == {*VERBS["en"]} == {*REACTIONS}
    assert {*WORDS["nl"]} - {*WORDS["en"]} == {"article", "post", "comment"}  # the same in English
    assert {*ROLES["en"]} <= {*ROLES["nl"]} <= {*roles_of(SHIPPED)}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"kinds": ("complaint",)}, ("Een klacht?", "")),
        ({"kinds": ("complaint", "question")}, ("Een klacht of een vraag?", "")),
        ({"kinds": ("job", "spam", "news")}, ("Iemand die bij ons wil werken, reclame of rommel of een nieuwsbericht?", "")),
        ({"relevance_below": 0.3}, ("Een naamgenoot?", "kans dat het over ons gaat onder 30 %")),
        ({"addressed": True}, ("Klopt dit?", "aan ons gericht")),
        ({"types": ("article", "post"), "sources": ("rss",)}, ("Klopt dit?", "soort: artikel of bericht, bron: rss")),
        ({"languages": ("nl", "en"), "facets": ("brand",)}, ("Klopt dit?", "over: het merk, taal: nl of en")),
        ({"kinds": ("abuse",), "confidence_at_least": 0.825}, ("Schelden, haat of uitlokken?", "zekerheid 82.5 % of meer")),
        ({}, ("Al het andere", "")),
    ],
)  # fmt: skip
def test_a_rule_asks_in_words(when: dict[str, Any], expected: tuple[str, str]) -> None:
    """Kinds make the question, all else stands below it."""
    asked = When(**when)
    assert (question(rule("a", when=asked), "nl"), conditions(asked, "nl")) == expected


@pytest.mark.parametrize(
    ("when", "language", "expected"),
    [
        ({"kinds": ("complaint",)}, "nl", "Storing op de lijn?"),
        ({"kinds": ("complaint",)}, "en", "A complaint?"),
        ({"addressed": True}, "nl", "Storing op de lijn?"),
        ({}, "nl", "Storing op de lijn"),
        ({}, "en", "Everything else"),
    ],
)
def test_a_rule_with_a_name_asks_by_it(when: dict[str, Any], language: str, expected: str) -> None:
    """A name in the drawing's language stands for the question; in another language the kinds still make it."""
    assert question(rule("a", when=When(**when), name={"nl": "storing op de lijn"}), language) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(30, "30 min"), (60, "1 uur"), (90, "1 uur 30 min"), (480, "8 uur"), (1440, "1 dag"), (2880, "2 dagen")],
)
def test_minutes_in_words(minutes: int, expected: str) -> None:
    """Whole hours and days are said as such."""
    assert within(minutes, "nl") == expected


def test_without_counts_there_are_none() -> None:
    """Before anything is stored the branches say yes, and no sentence speaks of numbers."""
    bare = said(svg(wall(counts=None, organisation="", roles={})))
    assert "Op de takken" not in bare
    assert "ja ja" in re.sub(r"[^a-z ]", "", bare) or bare.count(" ja ") == len(SHIPPED.rules) - 1
    assert "Een bericht over ons" in bare


def test_branches_are_as_wide_as_what_goes_there() -> None:
    """The spine begins at its full width and the branch of a rule that took half of all is half as wide."""
    made = scheme(rule("half", when=When(addressed=True)))
    root = ET.fromstring(svg(wall(scheme=made, counts={"half": 50, "rest": 50})))
    spine = next(group for group in root.iter(f"{SVG}g") if group.get("id") == "spine")
    assert [float(part.get("width", "0")) for part in spine] == [9.0, 4.5]


def test_markup_in_a_scheme_stays_words() -> None:
    """What looks like markup is shown as it is written, in the picture and on the page."""
    sly = "<b onload='x()'>&amp;</b>"
    made = wall(scheme=scheme(rule("a", when=When(addressed=True), why={"nl": sly})), organisation="<i>Lindeveer</i>")
    assert sly in said(svg(made))
    assert sly not in html(made)
    assert escape("<i>") in html(made)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200), st.floats(5, 80), st.integers(1, 4))
def test_lines_fit_their_room(text: str, room: float, most: int) -> None:
    """No line is wider than its room by our measure, there are no more than asked, and nothing is said twice."""
    lines = wrapped(text, room, 3.0, most=most)
    assert len(lines) <= most
    assert all(width(line, 3.0) <= room for line in lines)
    if not any("…" in line for line in lines):
        assert " ".join(lines).split() == text.split()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """What a real browser finds wrong in each drawing; it is started once for all of them."""
    folder = tmp_path_factory.mktemp("browser")
    drawings = "".join(svg(draw(language)) for draw, language in SHEETS.values())
    page = f"<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>{drawings}<script>{MEASURE}</script>"
    (folder / "wall.html").write_text(page, "utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    shown = subprocess.run(  # noqa: PLW1510 - its exit code says nothing
        [*command, "--dump-dom", f"file://{folder / 'wall.html'}"], capture_output=True, text=True, timeout=60
    ).stdout
    found = re.search(r"<body[^>]*>(.*)</body>", shown, re.DOTALL)
    assert found
    return dict(zip(SHEETS, json.loads(unescape(found[1])), strict=True))


def bare(language: str) -> Wall:
    """Before anything is configured or stored."""
    return wall(language, counts=None, organisation="", roles={})


def long(language: str) -> Wall:
    """A scheme that says too much everywhere, with large numbers."""
    many = "een veel te lange uitleg die maar doorgaat " * 8
    rules = [
        rule(
            f"rule-{at}-{'x' * 30}",
            when=When(kinds=("complaint", "question", "job"), languages=("nl", "en"), relevance_below=(at + 1) / 50),
            reaction="fix facts",
            owner=f"team-{'lang-' * 6}{at}",
            informs=[f"rol-{'ook-' * 5}{number}" for number in range(5)],
            deadline=123_456,
            reply=True,
            channel={"nl": many},
            why={"nl": many + "x" * 90},
        )
        for at in range(24)
    ]
    made = scheme(*rules)
    return wall(language, made, counts=dict.fromkeys((one.id for one in made.rules), 1_234_567))


SHEETS = {
    (kind, language): (draw, language)
    for kind, draw in (("shipped", wall), ("bare", bare), ("long", long))
    for language in LANGUAGES
}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("sheet", SHEETS, ids="-".join)
def test_words_stay_in_their_place(measured: dict[tuple[str, str], list[str]], sheet: tuple[str, str]) -> None:
    """In a real browser no word leaves the sheet, its card or its box, none lies over another, and no cards overlap."""
    assert measured[sheet] == []
