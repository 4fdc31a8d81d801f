"""Measure `monitor.query.lexicon`: how many names it knows, how many other terms it takes for names, how fast it loads.

    uv run --with faker==40.54.0 --with mimesis==22.2.0 python benchmarks/lexicon.py

`listed`: names made by faker and mimesis, from the lists that the package's own lists were made of, and Moroccan and
Surinamese ones combined at random from the lists written by hand. `strange`: names made by mimesis from lists that were
not used, so that many of them are in no list here. Each name is written in eight ways; the seed is fixed.
The other terms are tests/recorded/lexicon.
"""

import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from faker import Faker
from mimesis import Gender, Locale, Person

from monitor.query.lexicon import is_person, might_be_person
from monitor.query.lexicon.lists import sections
from monitor.query.words import fold

NAMES = 250  # per locale and gender
FAKER = [
    "nl_NL",
    "nl_BE",
    "en_GB",
    "en_US",
    "fr_FR",
    "fr_BE",
    "de_DE",
    "tr_TR",
    "pl_PL",
    "fr_DZ",
    "it_IT",
    "es_ES",
    "pt_PT",
]
MIMESIS = ["nl", "nl-be", "en", "fr", "de", "tr", "pl", "es", "pt"]
STRANGE = ["it", "de-at", "de-ch", "es-mx", "pt-br"]
TERMS = Path(__file__).parents[1] / "tests/recorded/lexicon/no_names.txt"
WAYS: dict[str, Callable[[str, str], str]] = {
    "first last": lambda first, last: f"{first} {last}",
    "lower case": lambda first, last: f"{first} {last}".lower(),
    "UPPER CASE": lambda first, last: f"{first} {last}".upper(),
    "plain letters": lambda first, last: fold(f"{first} {last}"),
    "last, first": lambda first, last: f"{last}, {first}",
    "J. last": lambda first, last: f"{first[0]}. {last}",
    "J.P. last": lambda first, last: f"{first[0]}.P. {last}",
    "title last": lambda _, last: f"{('mevrouw', 'dhr.', 'Mr', 'Frau', 'Mme', 'dr.')[len(last) % 6]} {last}",
}


def main() -> None:
    """Print one line per locale, then one per way of writing, then the terms and the time to load."""
    listed = {locale: list(_faker(locale)) for locale in FAKER} | {name: list(_by_hand(name)) for name in BY_HAND}
    listed |= {locale: list(_mimesis(locale)) for locale in MIMESIS}
    strange = {locale: list(_mimesis(locale)) for locale in STRANGE}
    for title, found in (("listed", listed), ("strange", strange)):
        print(f"\n{title:13} in full  or warned of  all ways ({sum(map(len, found.values()))} names, {len(WAYS)} ways)")
        for locale, names in found.items():
            told = (_recall(names, FULL), _recall(names, FULL, _noticed), _recall(names, WAYS))
            print(f"{locale:13} {told[0]:7.1%} {told[1]:13.1%} {told[2]:9.1%}")
        everyone = [name for names in found.values() for name in names]
        for way in WAYS:
            print(f"  {way:13} {_recall(everyone, [way]):10.1%}")
    _terms()
    _load()


FULL = ["first last", "lower case", "UPPER CASE", "plain letters"]
# the first and the last word of the groups in by_hand.txt
BY_HAND = {"moroccan": ("abdel", "ziad", "aarab", "sharif"), "surinamese": ("anand", "shamira", "abhelakh", "cijntje")}


def _by_hand(name: str) -> Iterable[tuple[str, str]]:
    chance = random.Random(7)
    lists = sections("by_hand")
    first_from, first_to, last_from, last_to = BY_HAND[name]
    first = _between(lists["first"], first_from, first_to)
    last = _between(lists["last"], last_from, last_to)
    return [(chance.choice(first).title(), chance.choice(last).title()) for _ in range(2 * NAMES)]


def _between(words: tuple[str, ...], start: str, end: str) -> tuple[str, ...]:
    return words[words.index(start) : words.index(end) + 1]


def _faker(locale: str) -> Iterable[tuple[str, str]]:
    made = Faker(locale)
    made.seed_instance(7)
    for _ in range(NAMES):
        yield made.first_name_female(), made.last_name_female()
        yield made.first_name_male(), made.last_name_male()


def _mimesis(locale: str) -> Iterable[tuple[str, str]]:
    made = Person(Locale(locale), seed=7)
    for gender in (Gender.FEMALE, Gender.MALE):
        for _ in range(NAMES):
            yield made.first_name(gender=gender), made.last_name(gender=gender)


def _noticed(words: str) -> bool:
    return is_person(words) or might_be_person(words)


def _recall(names: list[tuple[str, str]], ways: Iterable[str], known: Callable[[str], bool] = is_person) -> float:
    asked = [known(WAYS[way](*name)) for way in ways for name in names]
    return sum(asked) / len(asked)


def _terms() -> None:
    terms = [line for line in TERMS.read_text("utf-8").splitlines() if not line.startswith("#")]
    wrong = [term for term in terms if is_person(term)]
    warned = sum(map(might_be_person, terms))
    print(
        f"\n{len(terms)} other terms: {len(wrong)} taken for names ({len(wrong) / len(terms):.1%}): {', '.join(wrong)}"
    )
    print(f"  {warned} warned of ({warned / len(terms):.1%})")


def _load() -> None:
    code = (
        "import time, monitor.query.lexicon as lexicon; start = time.perf_counter(); "
        "lexicon.is_person('Jan Jansen'), lexicon.sensitive('ziek'), lexicon.common('bol'); "
        "print(f'{(time.perf_counter() - start) * 1000:.1f} ms to load all lists')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
