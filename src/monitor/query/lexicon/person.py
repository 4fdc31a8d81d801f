"""Persons: whether the words of a query are the name of a person.

The rules, in order; `first` and `last` are asked of `names`, which says how sure it is:

    address@       a mailbox of a person: jan.jansen@, j.jansen@; never info@, webcare@ and the like
    title          mevrouw Jansen, dhr. De Vries, Dr. Hjelm
    Last, First    turned round and read as First Last
    First Last     a known first name or initials, particles, and then a surname; one of both may be known less well
    Last First     a sure surname and a sure first name

The combination decides, never one list alone: `bakker` is a baker, `peter bakker` is a person. A word for an
organisation (`bank`, `ziekenhuis`) makes a phrase no person's. What is not refused may still deserve a warning: a
bare first name or surname, or a surname behind a word that no list knows.
"""

import functools
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from monitor.query.lexicon import names
from monitor.query.lexicon.lists import section
from monitor.query.lexicon.names import NO, PERHAPS, SURE, particle, strange, thing
from monitor.query.words import fold

Answer = Literal["yes", "perhaps", "no"]
MOST_LETTERS = 200
MOST_WORDS = 7  # longer than any name; titles and roles are not counted

_ADDRESS = re.compile(r"([^\s@]+)@[^\s@]+\.[^\W\d_]{2,}")
_APOSTROPHE = re.compile(r"['’‘`´]")
_V_D = re.compile(r"\bv\s?[./]\s?d\b\.?", re.IGNORECASE)
_T = re.compile(r"(?<!\w)'t\b", re.IGNORECASE)
_PREFIX = re.compile(r"\b([dolsntm])'(?=\w)", re.IGNORECASE)
_GENITIVE = re.compile(r"'s?(?=$|[\s,])", re.IGNORECASE)
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+(?:[-‐‑–](?:[^\W\d_]|[\u0300-\u036f])+)*['.]?")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2,3}")


def is_person(words: str) -> bool:
    """Whether a term or phrase, as its user wrote it, is a person's full name, title and name, or mailbox."""
    return person(words) == "yes"


def might_be_person(words: str) -> bool:
    """Whether it may be (a part of) a person's name, but also something else: worth a warning, no refusal."""
    return person(words) == "perhaps"


def could_be_full_name(one: str, other: str) -> bool:
    """Whether two terms joined by AND or NEAR are a first name and a surname, in whichever order.

    Stricter than `is_person`: of words that only stand in the same post, both must be known. Particles are passed over.
    """
    here, there = _half(one), _half(other)
    if here is None or there is None:
        return False
    return max(here.first + there.last, there.first + here.last) > PERHAPS + PERHAPS


class _Half(NamedTuple):
    """How sure a term is a first name, and how sure a surname. One of both sure, the other at least a name as well."""

    first: int
    last: int


@functools.lru_cache(10_000)
def _half(term: str) -> _Half | None:
    words = [word for word in _split(term[:MOST_LETTERS]) if not particle(word)]
    if not words or any(map(thing, words)):
        return None
    return _Half(min(map(names.first, words)), max(map(names.last, words)))


def person(words: str) -> Answer:
    """Whether `words` are a person's name: "yes" is refused, "perhaps" gets a warning."""
    if len(words) > MOST_LETTERS:
        return "no"
    address = _ADDRESS.fullmatch(words.strip())
    if address:
        return _mailbox(address[1])
    if words.lstrip().startswith("@"):
        return "no"  # handles are judged where accounts are known
    read = _read(words)
    if read is None:
        return "no"
    if read.titled:
        return _titled(read)
    if len(read.words) == 1:
        return "perhaps" if _single(read.words[0]) else "no"
    if any(_thing(read.words, at) for at in range(len(read.words))):
        return "no"
    return _full(read)


def _thing(words: list[str], at: int) -> bool:
    """A `laan` is a street, and Van der Laan is not."""
    return thing(words[at]) and not (at and particle(words[at - 1]) and names.last(words[at]))


class _Read(NamedTuple):
    """A phrase taken apart: `words` without titles and roles, in the order first name, surname."""

    words: list[str]
    titled: Literal["", "hard", "soft"]
    capitals: bool


def _read(phrase: str) -> _Read | None:
    halves = [_split(half) for half in phrase.split(",")]
    found = halves[1] + halves[0] if len(halves) == 2 else [word for half in halves for word in half]
    titles = [_bare(word) for word in found]
    hard = any(word in section("shapes", "title") and _is_title(found, at) for at, word in enumerate(titles))
    soft = any(word in section("shapes", "soft title") for word in titles[:2])
    roles = section("shapes", "role", "title", "soft title") if hard or soft else section("shapes", "role")
    kept = [word for word, bare in zip(found, titles, strict=True) if bare not in roles]
    while (hard or soft) and kept and _bare(kept[0]) == "de" and len(kept) > 1 and "heer" in titles:
        kept = kept[1:]
    if not kept or len(kept) > MOST_WORDS:
        return None
    capitals = all(word[0].isupper() for word in kept if not particle(word))
    return _Read(kept, "hard" if hard else "soft" if soft else "", capitals)


def _is_title(found: Sequence[str], at: int) -> bool:
    """Titles stand at the front; `mr` and the like behind a name are its end."""
    return all(_bare(word) in section("shapes", "title", "soft title") for word in found[:at])


def _split(phrase: str) -> list[str]:
    """The words of a phrase: initials one by one with their dots, particles with their apostrophes."""
    plain = _V_D.sub("vd ", _APOSTROPHE.sub("'", phrase))
    plain = _PREFIX.sub(r"\1' ", _T.sub("t' ", _GENITIVE.sub("", plain)))
    found: list[str] = []
    for word in _WORD.findall(plain.replace("_", " ")):
        parts = word.split("-")
        found += parts if particle(parts[0]) or particle(parts[-1]) else [word]
    return [word for word in found if fold(word)]


def _bare(word: str) -> str:
    return fold(word).replace(" ", "")


def _titled(read: _Read) -> Answer:
    """With `mevrouw` any name will do; `mister` and `madame` ask for one that is known."""
    words = [word for word in read.words if not particle(word) and not _initial(word)]
    known = any(names.first(word) or names.last(word) for word in words)
    if words and known and all(_name_like(word) for word in words):
        return "yes"
    if read.titled == "hard" and words and all(map(strange, words)):
        return "yes"
    return "perhaps" if known else "no"


def _single(word: str) -> bool:
    return SURE in {names.first(word), names.last(word)}


def _full(read: _Read) -> Answer:
    words = [word.rstrip(".") if len(word) > 3 else word for word in read.words]
    for at in range(1, len(words)):
        if _given(words[:at]) and _is_full(words[:at], words[at:], capitals=read.capitals):
            return "yes"
    if _turned(words):
        return "yes"
    if _stranger_with_particle(words):
        return "yes"
    return "perhaps" if _perhaps(words) else "no"


def _given(words: list[str]) -> bool:
    return all(_initial(word) or names.first(word) for word in words)


def _is_full(given: list[str], family: list[str], *, capitals: bool) -> bool:
    """Whether a given name and a family name, particles in front, go together."""
    surname = [word for word in family if not particle(word)]
    if not surname or particle(family[-1]):
        return False
    parted = particle(family[0]) and _bare(family[0]) not in section("shapes", "loose particle")
    if not all(map(_name_like, surname)):
        return parted and len(surname) == 1 and names.first(given[0]) == SURE
    last = max(map(names.last, surname))
    if _initial(given[0]):
        return _after_initials(given[0], surname, last, parted=parted)
    if names.first(given[0]) == SURE:
        return last != NO or parted or len(surname) == 1 or (capitals and len(surname) == 2)
    return last == SURE or (parted and (last == PERHAPS or _alone(family[0]))) or _curated(given[0], last)


def _after_initials(initial: str, surname: list[str], last: int, *, parted: bool) -> bool:
    """`J. Hjelm` is a name; `j hjelm` may be a product, and `x factor` is no name."""
    if "." in initial:
        return last != NO or len(surname) == 1
    return last == SURE or (parted and last == PERHAPS)


def _curated(given: str, last: int) -> bool:
    """A first name that is a word as well, as Dutch and English parents give it: `Roos Bakker`."""
    return last == PERHAPS and _bare(given) in section("shapes", "word first")


def _turned(words: list[str]) -> bool:
    """`Jansen Jan`, `De Vries Jan`, `Jansen J.`: the order of lists."""
    *family, given = words
    surname = [word for word in family if not particle(word)]
    if len(surname) != 1 or names.last(surname[0]) < (PERHAPS if particle(words[0]) else SURE):
        return False
    return (names.first(given) == SURE and len(given) > 2) or (_initial(given) and "." in given)


def _stranger_with_particle(words: list[str]) -> bool:
    """A first name that no list has, before `van der` and a surname that one has."""
    if len(words) < 3 or not strange(words[0]) or not _alone(words[1]):
        return False
    return names.last(words[-1]) != NO and all(map(particle, words[2:-1]))


def _alone(word: str) -> bool:
    """A particle that tells a surname by itself."""
    return word.lower() in section("shapes", "particle alone")


def _perhaps(words: list[str]) -> bool:
    plain = [word for word in words if not particle(word)]
    if any(word for word in plain if not (_name_like(word) or _initial(word))):
        return False
    return any(SURE in {names.first(word), names.last(word)} for word in plain)


def _name_like(word: str) -> bool:
    return bool(names.last(word) or names.first(word) or strange(word))


def _initial(word: str) -> bool:
    """`J`, `J.`, `Th.`, `jp`: one letter, or letters that cannot be read as a word."""
    letters = fold(word)
    return len(letters) == 1 or (word.endswith(".") and len(letters) < 4) or bool(_NO_VOWEL.fullmatch(letters))


def _mailbox(name: str) -> Answer:
    parts = [part for part in re.split(r"[\W\d_]+", name.partition("+")[0]) if part]
    known = section("shapes", "mailbox", "organisation")
    if not parts or any(fold(part) in known for part in parts):
        return "no"
    if len(parts) == 1:
        return _one_word_mailbox(parts[0])
    if all(len(part) == 1 or _name_like(part) or particle(part) for part in parts):
        return "yes"
    return "no"


def _one_word_mailbox(word: str) -> Answer:
    """`jan@`, `jjansen@` and `janjansen@` are a person's; a word that no list has may be anybody's."""
    if _single(word) or names.last(word[1:]) == SURE:
        return "yes"
    if any(names.first(word[:at]) and names.last(word[at:]) == SURE for at in range(3, len(word) - 2)):
        return "yes"
    return "perhaps" if strange(word) else "no"
