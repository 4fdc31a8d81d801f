"""Make the generated word lists of `monitor.query.lexicon`: names from faker and mimesis, frequent words from texts.

    uv run --with faker==40.54.0 --with mimesis==22.2.0 python benchmarks/lexicon_make.py names DICTIONARIES
    uv run python benchmarks/lexicon_make.py words TEXTS DICTIONARIES

TEXTS is a folder of `<language>_*.jsonl.gz` with a field `text`; only counts of words leave it. DICTIONARIES is a
folder with the files `dutch` (Debian's wdutch), `british-english` and `american-english` (wbritish, wamerican).
French and German have no dictionary here, because wfrench and wngerman are under the GPL: their words are those
that the texts use often, less the names, and less what LEFT_OUT names.
"""

import gzip
import importlib
import json
import re
import sys
import textwrap
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from monitor.query.lexicon.lists import section
from monitor.query.words import fold

DATA = Path(__file__).parents[1] / "src/monitor/query/lexicon/data"
FAKER = [
    "nl_NL",
    "nl_BE",
    "en_GB",
    "en_US",
    "en_IN",
    "en_PK",
    "fr_FR",
    "fr_BE",
    "fr_CH",
    "fr_DZ",
    "de_DE",
    "de_AT",
    "de_CH",
    "tr_TR",
    "pl_PL",
    "it_IT",
    "es_ES",
    "es_MX",
    "pt_PT",
    "pt_BR",
    "da_DK",
    "sv_SE",
    "ro_RO",
    "hu_HU",
    "id_ID",
]
MIMESIS = ["nl", "de", "en", "fr", "tr", "pl", "es", "pt"]
NAMES_HEAD = f"""\
# First names, surnames, and words that are both; `rare`: first names of one long American list (faker's en). `also a
# word`: a Dutch or English dictionary has it too. Nobody is in here: first names and surnames stand apart.
# Made by benchmarks/lexicon_make.py from the lists of faker 40.54.0 ({", ".join(FAKER[:11])}
# {", ".join(FAKER[11:])})
# and mimesis 22.2.0 ({", ".join(MIMESIS)}), both under the MIT licence, see NOTICE.txt: folded, without
# particles, parted at hyphens."""
NOT_NAMES = frozenset(["auch", "ii", "iii", "jr", "sr", "udeen"])
PARTS = re.compile(r"[\s.'’`´-]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

WORDS_HEAD = """\
# Frequent words of Dutch, English, French and German, the most frequent first: the place in this file is the rank.
# Made by benchmarks/lexicon_make.py: share of texts that have the word, the largest of the four languages.
# {languages}
# See NOTICE.txt for the dictionaries that Dutch and English words were checked against."""
NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")
WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")
WANTED = {"nl": 6000, "en": 7000, "fr": 1600, "de": 1600}
SKIPPED = ("nl_hatecheck",)  # made from templates: its counts say nothing of how people write
LEFT_OUT = frozenset(
    [
        "http",
        "https",
        "amp",
        "gt",
        "lt",
        "dpa",
        "telekom",
        "db",
        "schenker",
        "lufthansa",
        "facebook",
        "twitter",
        "google",
        "youtube",
        "amazon",
        "android",
        "bahncard",
        "dsds",
        "grafing",
        "whatsapp",
        "instagram",
        "ice",
        "ots",
    ]
)


def names(dictionaries: Path) -> None:
    """names.txt."""
    dutch, english = ({fold(word) for word in _dictionary(language, dictionaries)} for language in ("nl", "en"))
    doubted = english | section("words")
    first = _all_of("first_name", "names", doubted)
    last = _all_of("last_name", "surnames", doubted) | set(_faker("en", "last_name"))
    kinds = {"first": first - last, "last": last - first, "both": first & last}
    kinds["rare"] = set(_faker("en", "first_name")) - first - last
    parted = {}
    for kind, found in kinds.items():
        spoken = found & (dutch | english)
        parted |= {kind: sorted(found - spoken), f"{kind} also a word": sorted(spoken)}
    _write("names.txt", NAMES_HEAD, parted)


def _all_of(faker: str, mimesis: str, doubted: set[str]) -> set[str]:
    """Names of both libraries; of a word like `up` or `pool` the second alone is not believed."""
    found = {word for locale in FAKER for word in _faker(locale, faker)}
    return found | {word for locale in MIMESIS for word in _mimesis(locale, mimesis)} - doubted


def _faker(locale: str, what: str) -> Iterator[str]:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    lists = [getattr(provider, name) for name in dir(provider) if name.startswith(what)]
    for name in {name for found in lists if not callable(found) for name in found}:
        yield from _keys(name)


def _mimesis(locale: str, what: str) -> Iterator[str]:
    file = files("mimesis").joinpath("datasets", locale, "person.json")
    for name in _strings(json.loads(file.read_text("utf-8"))[what]):
        yield from _keys(name)


def _strings(found: Any) -> Iterator[str]:
    """All strings of a list, or of the lists per gender."""
    if isinstance(found, str):
        yield found
    else:
        for part in found.values() if isinstance(found, dict) else found:
            yield from _strings(part)


def _keys(name: str) -> Iterator[str]:
    """The words of one name, as folded and with umlauts in two letters."""
    particles = section("shapes", "particle")
    for part in PARTS.split(name):
        for spelling in {part, unicodedata.normalize("NFC", part.lower()).translate(UMLAUTS)}:
            folded = fold(spelling)
            if len(folded) > 1 and folded.isascii() and folded.isalpha() and folded not in particles | NOT_NAMES:
                yield folded


def words(texts: Path, dictionaries: Path) -> None:
    """words.txt: `word` and the letters of its languages."""
    share: dict[str, float] = defaultdict(float)
    languages: dict[str, str] = defaultdict(str)
    for language, wanted in WANTED.items():
        counted, total = _counted(texts, language)
        for word, count in _kept(counted, language, dictionaries)[:wanted]:
            share[word] = max(share[word], count / total)
            languages[word] += language[0]
    order = sorted(share, key=lambda word: (-share[word], word))
    counts = ", ".join(f"{name} {sum(name[0] in found for found in languages.values())}" for name in WANTED)
    _write("words.txt", WORDS_HEAD.format(languages=counts), {"": order})


def _counted(texts: Path, language: str) -> tuple[Counter[str], int]:
    """In how many texts a word stands, and how many texts there are."""
    counted: Counter[str] = Counter()
    total = 0
    for file in sorted(texts.glob(f"{language}_*.jsonl.gz")):
        if file.name.startswith(SKIPPED):
            continue
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                total += 1
                counted.update(
                    set(WORD.findall(unicodedata.normalize("NFC", NOISE.sub(" ", json.loads(line)["text"]))))
                )
    return counted, total


def _kept(counted: Counter[str], language: str, dictionaries: Path) -> list[tuple[str, int]]:
    known = _dictionary(language, dictionaries)
    folded: Counter[str] = Counter()
    for word, count in counted.items():
        if len(word) > 1 and (word.lower() in known if known else _usual(word, language)):
            folded[fold(word)] += count
    return sorted(folded.items(), key=lambda found: (-found[1], found[0]))


def _dictionary(language: str, dictionaries: Path) -> frozenset[str]:
    """The words a dictionary writes in lower case: names are left out."""
    chosen = {"nl": ["dutch"], "en": ["british-english", "american-english"]}.get(language, [])
    lines = (line for name in chosen for line in (dictionaries / name).read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line == line.lower())


def _usual(word: str, language: str) -> bool:
    """For a language without a dictionary: nothing in capitals, no names, and in French nothing capitalised."""
    if word.isupper() or fold(word) in LEFT_OUT:
        return False
    return word.islower() or (
        language == "de"
        and fold(word) not in section("names", "first", "last", "both") | section("by_hand", "first", "last")
    )


def _write(name: str, head: str, found: dict[str, list[str]]) -> None:
    lines = [head]
    for title, listed in found.items():
        lines += [f"[{title}]"] * bool(title)
        lines += textwrap.wrap(" ".join(listed), 118, break_long_words=False, break_on_hyphens=False)
    (DATA / name).write_text("\n".join(lines) + "\n", "utf-8")
    print(name, sum(map(len, found.values())), "words,", (DATA / name).stat().st_size, "bytes")


if __name__ == "__main__":
    if sys.argv[1] == "names":
        names(Path(sys.argv[2]))
    else:
        words(Path(sys.argv[2]), Path(sys.argv[3]))
