"""The made labelled set: every row is whole, each its own, enough of every kind, and nobody real in it."""

import json
import re
from collections import Counter
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest

from monitor import personal
from monitor.model import KINDS
from monitor.triage.labels import read_labels

MADE = Path(str(files("monitor.triage"))) / "made"
LANGUAGES = tuple(sorted(path.stem for path in MADE.glob("*.jsonl")))
SECTORS = {"transport", "municipality", "telecom", "bank", "retail", "health", "energy", "general"}
FIELDS = {"text", "lang", "kinds", "needs", "sentiment", "sector"}

STRONG = dict.fromkeys(("leak", "safety", "fraud", "press", "personal-data", "job"), 45)
COMMON = dict.fromkeys(("complaint", "question", "compliment", "other"), 200)
RARER = dict.fromkeys(("suggestion", "abuse", "wrong-facts", "spam"), 60) | {"news": 45}
FLOORS = {(language, kind): least for language in ("nl", "en") for kind, least in (STRONG | COMMON | RARER).items()}

# Numbers of test environments and of ranges that regulators keep for fiction; nobody's.
MADE_NUMBERS = {
    "iban": r"(NL|GB)\d\dTEST\d+|BE\d\d999\d{9}|DE\d\d9{8}\d{10}|FR\d\d9{5}\d{18}",
    "card": "4111111111111111|5555555555554444",
    "bsn": "123456782|111222333|99999\\d{4}",
    "phone": r".*(0{5}|12345678|1{8}|2079460\d{3}|7700900\d{3}).*",
    "e-mail": r".+\.example",
}
REAL = (
    "abn amro|action|albert heijn|amazon|arriva|bol|coolblue|connexxion|de lijn|digid|eneco|engie|essent|facebook|fluvius"
    "|gls|google|hema|ideal|ikea|ing|instagram|jumbo|kbc|keolis|klarna|kpn|lidl|marktplaats|netflix|nmbs|nos|ns|odido"
    "|paypal|postnl|proximus|qbuzz|rabobank|reddit|telenet|tesla|tikkie|tiktok|twitter|vattenfall|vodafone|vrt|whatsapp"
    "|youtube|zalando|ziggo"
)


def rows(language):
    return [json.loads(line) for line in (MADE / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()]


def every_row():
    return [(language, number, row) for language in LANGUAGES for number, row in enumerate(rows(language), start=1)]


def where(wrong):
    """Language and line of each row for which `wrong(row)` holds."""
    return [(language, number) for language, number, row in every_row() if wrong(row)]


def folded(text):
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def counts(language):
    return Counter(chain.from_iterable(row["kinds"] for row in rows(language)))


def personal_data(row):
    """What the masking finds: (kind, words without spaces, brackets and, but for mail, points and hyphens)."""
    for one in personal.find(row["text"]):
        words = row["text"][slice(*one.span)]
        yield one.kind, words if one.kind == "e-mail" else re.sub(r"[\s()./-]", "", words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_of_label_files_takes_every_row(language):
    """A made file is a label file like a team's own."""
    read = read_labels(MADE / f"{language}.jsonl")
    assert [one.text for one in read] == [row["text"] for row in rows(language)]


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("fields", lambda row: set(row) != FIELDS),
        ("no kinds", lambda row: not row["kinds"]),
        ("kinds out of order or twice", lambda row: row["kinds"] != [kind for kind in KINDS if kind in row["kinds"]]),
        ("other beside a kind", lambda row: "other" in row["kinds"] and len(row["kinds"]) > 1),
        ("sentiment", lambda row: row["sentiment"] not in {"negative", "neutral", "positive"}),
        ("sector", lambda row: row["sector"] not in SECTORS),
        ("needs", lambda row: not isinstance(row["needs"], bool)),
        ("text", lambda row: not row["text"].strip()),
    ],
)
def test_every_row_is_whole(what, wrong):
    """Each row has all fields, each of a known value, the severest kind first."""
    assert (what, where(wrong)) == (what, [])


def test_each_row_stands_in_the_file_of_its_language():
    """A row's language is its file's name."""
    assert [(language, number) for language, number, row in every_row() if row["lang"] != language] == []


def test_no_text_stands_twice():
    """No two rows of a language are equal when case, punctuation and spaces are left out of account."""
    seen = Counter((language, folded(row["text"])) for language, _, row in every_row())
    assert where(lambda row: seen[row["lang"], folded(row["text"])] > 1) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_a_template(language):
    """No opening of four words is shared by more than four rows: none is a template with filled slots."""
    openings = Counter(tuple(folded(row["text"]).split()[:4]) for row in rows(language))
    assert {" ".join(words): n for words, n in openings.items() if len(words) == 4 and n > 4} == {}


@pytest.mark.parametrize(("language", "kind"), FLOORS)
def test_there_are_enough_of_each_kind(language, kind):
    """Dutch and English hold 45 of each strong kind, 200 of each common one, and 60 or 45 of the rarer."""
    assert counts(language)[kind] >= FLOORS[language, kind]


def test_many_complaints_are_questions_too():
    """Kinds go together: 60 or more posts in Dutch complain and ask at once."""
    assert sum({"complaint", "question"} <= set(row["kinds"]) for row in rows("nl")) >= 60


@pytest.mark.parametrize("kind", MADE_NUMBERS)
def test_numbers_and_addresses_are_made_up(kind):
    """Every account, card, citizen, phone number and mail address found is a plain test value."""
    real = re.compile(MADE_NUMBERS[kind])
    assert (
        where(lambda row: any(what == kind and not real.fullmatch(words) for what, words in personal_data(row))) == []
    )


def test_domains_are_nobodys():
    """Whatever looks like a web address ends in .example."""
    domain = re.compile(r"\b[\w-]+\.(?:app|be|co|com|de|eu|fr|info|io|net|nl|org|uk)\b", re.IGNORECASE)
    assert where(lambda row: domain.search(row["text"])) == []


def test_no_known_brand_is_named():
    """None of some fifty brands that people would write of is named with its capitals, mentioned or tagged."""
    tagged = rf"(?i:[@#](?:{REAL.replace(' ', '')})\b)"
    titled = rf"(?<!^)(?<![.!?] )\b(?:{REAL.title()}|{REAL.upper()})\b"  # at its start a sentence may say "Action"
    plain = r"(?i:\b(?:albert heijn|bol\.com|coolblue|digid|facebook|ikea|instagram|kpn|paypal|postnl|rabobank)\b)"
    brand = re.compile(f"{tagged}|{titled}|{plain}")
    assert where(lambda row: brand.search(row["text"])) == []


def test_the_readme_counts_what_is_there():
    """The table of kinds in the README is the files' own count."""
    total = " | ".join(str(len(rows(language))) for language in LANGUAGES)
    lines = [f"| {kind} | {' | '.join(str(counts(language)[kind]) for language in LANGUAGES)} |" for kind in KINDS]
    table = "\n".join([*lines, f"| rows | {total} |"])
    assert table in (MADE / "README.md").read_text(encoding="utf-8"), table
