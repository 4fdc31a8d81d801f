"""A slow and plain reading of the query language, made apart from the one under test, to compare that with.

Trees are tuples, `Tree`; `written` makes query text of one, `Read` takes a text apart, `holds` tells whether a tree
holds there. Everything is looked for from the front to the back, one after another; nothing is indexed or spared.

    ("words", ("gele", "boo*", "*", "veer"))   a phrase, a word when it is one    ("tag", "veer") ("tag", "vee*")
    ("cased", ("ING",))                        the same, and case counts          ("handle", "naam", "soc.example")
    ("close", ("gele", "boot"), 3)             "gele boot"~3                      ("address", "veer.example", "/pad")
    ("near", left, right, 3) ("onear", ...)    `x NEAR/3 y`                       ("title", tree)
    ("or", (...)) ("and", (...)) ("not", x)                                       ("field", "lang", "nl")
    ("literal", "C++")
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import product
from typing import Any

from monitor.model import Document

Tree = tuple[Any, ...]
Range = tuple[int, int]

UNSEEN = {0x34F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
DEFANGED = "\ue000"  # stands for the dot of veer[.]example
STRENGTH = {"or": 0, "and": 1, "not": 2, "near": 3, "onear": 3}


# --- Query text ---------------------------------------------------------------------------------------------


def written(tree: Tree, least: int = 0, between: str = " AND ") -> str:
    """The tree as a query, with no more brackets than it needs."""
    text: str = _written(tree, between)
    return f"({text})" if STRENGTH.get(tree[0], 4) < least else text


def _written(tree: Tree, between: str) -> str:
    match tree:
        case ("or", parts):
            return " OR ".join(written(part, 1, between) for part in parts)
        case ("and", parts):
            return between.join(written(part, 2, between) for part in parts)
        case ("not", part):
            return f"NOT {written(part, 2, between)}"
        case ("near" | "onear" as name, left, right, gap):
            return f"{written(left, 3, between)} {name.upper()}/{gap} {written(right, 4, between)}"
        case ("words", items):
            return items[0] if len(items) == 1 else f'"{" ".join(items)}"'
        case ("cased", items):
            return "!" + _written(("words", items), between)
        case ("close", items, gap):
            return f'"{" ".join(items)}"~{gap}'
        case ("title", part):
            return f"title:{written(part, 4, between)}"
        case _:
            return _sign(tree)


def _sign(tree: Tree) -> str:
    match tree:
        case ("literal", characters):
            return f"`{characters}`"
        case ("tag", name):
            return f"#{name}"
        case ("handle", name, host):
            return f"@{name}@{host}" if host else f"@{name}"
        case ("address", host, path):
            return f"{host}{path}"
        case ("field", name, value):
            return f"{name}:{value}"
    raise ValueError(tree[0])


# --- Folding ------------------------------------------------------------------------------------------------


@cache
def is_inner(char: str) -> bool:
    """True for what a word goes on with: letters, digits, marks and what nobody sees."""
    return unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Cf"


def _is_kept(char: str) -> bool:
    if unicodedata.category(char)[0] == "M":
        return not (unicodedata.combining(char) or unicodedata.category(char) == "Me" or ord(char) in UNSEEN)
    return unicodedata.category(char) != "Cf"


@cache
def small(word: str) -> str:
    """Without case, accents and ligatures; blanks where one character stands for several words."""
    seen = "".join(char for char in word if ord(char) not in UNSEEN)
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
    letters = "".join(LETTERS.get(char, char) for char in spelled if _is_kept(char))
    return "".join(char if is_inner(char) else " " for char in letters)


@cache
def plain(word: str) -> str:
    """Without accents, but with its case."""
    spelled = unicodedata.normalize("NFKD", "".join(char for char in word if ord(char) not in UNSEEN))
    return "".join(char for char in spelled if _is_kept(char))


class _Blanks(dict[int, int]):
    def __missing__(self, at: int) -> int:
        self[at] = at if is_inner(chr(at)) else 32
        return self[at]


_BLANKS = _Blanks()
_WORD = re.compile("[^ ]+")


def seams(run: str) -> list[int]:
    """Where words meet in CamelCase: aB, 1B, a1, and before the last capital of ABc."""
    bases = [at for at, char in enumerate(run) if small(char) and not unicodedata.combining(char)]
    kinds = "".join(_kind(run[at]) for at in bases)
    return [bases[found.start()] for found in re.finditer("(?<=[ad])A|(?<=A)A(?=a)|(?<=[aAo])d", kinds)]


def _kind(char: str) -> str:
    if char.isdigit():
        return "d"
    return "A" if char.isupper() else "a" if char.islower() else "o" if char.isalpha() else "?"


# --- Texts --------------------------------------------------------------------------------------------------


class Read:
    """A text taken apart: words in order, each (folded, from, to) in characters; undivided hashtags apart."""

    def __init__(self, text: str, *, title: int = 0, document: Document | None = None) -> None:
        self.text = text
        self.title = title
        self.document = document
        runs = list(_camel_runs(text)) if "#" in text else []
        cuts = sorted({start + at for start, stop in runs for at in seams(text[start:stop])})
        self.words = [
            (word, start, stop) for start, stop in _cut(text, cuts) for word in small(text[start:stop]).split()
        ]
        self.wholes = [self._whole(start, stop) for start, stop in sorted(set(runs))]

    @classmethod
    def of(cls, document: Document) -> "Read":
        return cls(document.whole, title=len(document.title), document=document)

    def _whole(self, start: int, stop: int) -> tuple[str, int, int]:
        within = [at for at, (_, begin, _) in enumerate(self.words) if start <= begin < stop]
        return small(self.text[start:stop]), within[0], within[-1] + 1

    @cached_property
    def heading(self) -> "Read":
        return Read(self.text[: self.title])

    @cached_property
    def first_of_text(self) -> int:
        """The number of words in the title."""
        return sum(start < self.title for _, start, _ in self.words)

    def parted(self, start: int, stop: int) -> bool:
        return start < self.first_of_text < stop

    def raw(self, start: int, stop: int) -> str:
        return self.text[self.words[start][1] : self.words[stop - 1][2]]

    @cached_property
    def tags(self) -> set[str]:
        given = self.document.tags if self.document else ()
        return {tag_name(tag) for tag in [*_tags(self.text), *given]}

    @cached_property
    def handles(self) -> set[tuple[str, str]]:
        found = list(_handles(self.text))
        taken = {at for *_, start, stop in found for at in range(start, stop)}
        return {(name, host) for name, host, *_ in found} | set(_reddit_users(self.text, taken))

    @cached_property
    def addresses(self) -> list[tuple[str, str]]:
        given = self.document.links if self.document else ()
        return [*_addresses(self.text), *(link for url in given for link in _addresses(url))]


def _cut(text: str, cuts: Sequence[int]) -> Iterator[Range]:
    for found in _WORD.finditer(text.translate(_BLANKS)):
        inner = [at for at in cuts if found.start() < at < found.end()]
        yield from zip([found.start(), *inner], [*inner, found.end()], strict=True)


def _camel_runs(text: str) -> Iterator[Range]:
    """The runs of hashtags, parted by underscores, in which words meet."""
    for sign in re.finditer("#", text):
        for start, stop in _runs(text, sign.end()):
            run = text[start:stop]
            if seams(run) and not any(" " in small(char) for char in run):
                yield start, stop


def _runs(text: str, at: int) -> Iterator[Range]:
    while at < len(text) and (is_inner(text[at]) or text[at] == "_"):
        stop = at
        while stop < len(text) and is_inner(text[stop]):
            stop += 1
        if stop > at:
            yield at, stop
        at = max(stop, at + 1)


def _after(text: str, at: int, others: str) -> str:
    """The longest run from `at` of what is inner or among `others`."""
    stop = at
    while stop < len(text) and (is_inner(text[stop]) or text[stop] in others):
        stop += 1
    return text[at:stop]


def _is_amid(text: str, at: int, others: str) -> bool:
    """True when a letter or digit stands before `at`, with a mark or not, or one of `others`."""
    before = text[:at]
    if not before:
        return False
    if before[-1] in others or before[-1].isalnum():
        return True
    return is_inner(before[-1]) and before[-2:-1].isalnum()


def _in_italics(text: str, at: int, name: str) -> str:
    """The name without the underscore that ends what one before it began."""
    return name.rstrip("_") if text[:at].endswith("_") else name


def _tags(text: str) -> Iterator[str]:
    row = -1  # where the tag before ended
    for sign in re.finditer("#", text):
        name = _after(text, sign.end(), "_")
        if name and (sign.start() == row or not _is_amid(text, sign.start(), "&/")):
            row = sign.end() + len(name)
            if read := _in_italics(text, sign.start(), name):
                yield read


def tag_name(written: str) -> str:
    parts = written.strip().removeprefix("#").split("_")
    return "_".join("_".join(small("".join(filter(is_inner, part))).split()) for part in parts)


def _begins_account(text: str, at: int, others: str) -> bool:
    return not _is_amid(text, at, others) and not (text[:at].endswith("_") and text[: at - 1][-1:].isalnum())


def _handles(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Name, host, and from where to where it was read."""
    for sign in re.finditer("@", text):
        name = _after(text, sign.end(), "_.-")
        if _begins_account(text, sign.start(), "@/") and re.match(r"\w", name):
            host = re.match(r"@([\w-]+(?:\.[\w-]+)+)", text[sign.end() + len(name) :])
            stop = sign.end() + len(name) + (len(host[0]) if host else 0)
            name = _in_italics(text, sign.start(), name)
            yield name.rstrip(".-").casefold(), host[1].lower().removeprefix("www.") if host else "", sign.start(), stop


def _reddit_users(text: str, taken: set[int]) -> Iterator[tuple[str, str]]:
    at = text.find("u/")
    while at >= 0:
        start = at - text[:at].endswith("/")
        name = _after(text, at + 2, "_-")
        is_user = name and start not in taken and _begins_account(text, start, "/")
        if is_user:
            yield _in_italics(text, start, name).rstrip("-").casefold(), ""
        at = text.find("u/", at + 2 + len(name) * bool(is_user))


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """Host and path of each: what reads like a host, as a whole, outside the path of another."""
    text = re.sub(r"[\[(](?:\.|dot)[\])]", DEFANGED, text, flags=re.IGNORECASE)
    at = 0
    while at < len(text):
        token = _after(text, at, f"_.-{DEFANGED}")
        stop, host = at + len(token.rstrip(".")), token.rstrip(".").replace(DEFANGED, ".")
        if _is_host(host) and text[stop : stop + 1] != "@" and not _is_mail(text, at):
            path = re.match(r'(?::\d{1,5})?(/[^\s<>"]*)', text[stop:])
            yield host.lower().removeprefix("www."), path[1] if path else ""
            stop += path.end() if path else 0
        at = max(stop, at + len(token), at + 1)


def _is_host(token: str) -> bool:
    labels = token.split(".")
    alike = all(re.fullmatch(r"[^\W_](?:[\w-]{0,61}[^\W_])?", label) for label in labels)
    return alike and 2 <= len(labels) <= 9 and bool(re.fullmatch(r"[^\W\d_]{2,24}", labels[-1]))


def _is_mail(text: str, at: int) -> bool:
    return text[:at].endswith("@") and not re.search(
        r"h(?:tt|xx)ps?(?:\[:\]|:)//[\w.:%+~-]{0,64}@\Z", text[:at], re.IGNORECASE
    )


# --- Trees --------------------------------------------------------------------------------------------------


def holds(tree: Tree, read: Read) -> bool:
    """True when the text has what the tree asks for."""
    match tree:
        case ("or", parts):
            return any(holds(part, read) for part in parts)
        case ("and", parts):
            return all(holds(part, read) for part in parts)
        case ("not", part):
            return not holds(part, read)
        case ("title", part):
            return holds(part, read.heading)
        case ("literal", characters):
            return any(_is_free(read.text, at, characters) for at in _all(read.text, characters))
        case ("tag", name):
            stem, asked = name.endswith("*"), tag_name(name.removesuffix("*"))
            return any(tag.startswith(asked) if stem else tag == asked for tag in read.tags)
        case ("handle", name, host):
            return any(one == name.casefold() and host in ("", at) for one, at in read.handles)
        case ("address", host, path):
            return any(_leads(one, at, host, path) for one, at in read.addresses)
        case ("field", name, value):
            return _known(read.document, name, value)
        case _:
            return bool(ranges(tree, read))


def ranges(tree: Tree, read: Read) -> set[Range]:
    """Where it stands, from and to in words."""
    match tree:
        case ("or", parts):
            return set().union(*(ranges(part, read) for part in parts))
        case ("words" | "cased" as name, items):
            return set(_single(items[0], read, name == "cased") if len(items) == 1 else _row(items, read, name))
        case ("close", items, gap):
            return _shortest(items, read, gap)
        case ("near" | "onear" as name, left, right, gap):
            both = list(product(ranges(left, read), ranges(right, read)))
            both += [(b, a) for a, b in both] if name == "near" else []
            near = {(a[0], b[1]) for a, b in both if 0 <= b[0] - a[1] <= gap}
            return {(start, stop) for start, stop in near if not read.parted(start, stop)}
    raise ValueError(tree[0])


def _single(item: str, read: Read, cased: bool) -> Iterator[Range]:
    places = [(word, at, at + 1) for at, (word, _, _) in enumerate(read.words)] + read.wholes
    for word, start, stop in places:
        if _is(item, word, read.raw(start, stop), cased):
            yield start, stop


def _row(items: Sequence[str], read: Read, name: str) -> Iterator[Range]:
    for start in range(len(read.words) - len(items) + 1):
        stop = start + len(items)
        words = ((read.words[at][0], read.raw(at, at + 1)) for at in range(start, stop))
        fits = all(_is(item, *word, name == "cased") for item, word in zip(items, words, strict=True))
        if fits and not read.parted(start, stop):
            yield start, stop


def _is(item: str, word: str, raw: str, cased: bool) -> bool:
    if item == "*":
        return True
    if item.endswith("*"):
        stem = item.removesuffix("*")
        return word.startswith(small(stem)) and (not cased or plain(raw).startswith(plain(stem)))
    return word == small(item) and (not cased or plain(raw) == plain(item))


def _shortest(items: Sequence[str], read: Read, gap: int) -> set[Range]:
    """From each place that can be the first, the shortest stretch in which every item has a word of its own."""
    fit = {place for item in items for place in _single(item, read, cased=False)}
    opened = {(a, b) for a, b in fit if b > a + 1 and any((at, at + 1) in fit for at in range(a, b))}
    each = [[place for place in _single(item, read, cased=False) if place not in opened] for item in items]
    found: dict[int, int] = {}
    for chosen in product(*each):
        start, stop = min(chosen)[0], max(stop for _, stop in chosen)
        apart = all(a[1] <= b[0] for a, b in zip(sorted(chosen), sorted(chosen)[1:], strict=False))
        among = stop - start - sum(b - a for a, b in chosen)
        if apart and among <= gap and not read.parted(start, stop):
            found[start] = min(stop, found.get(start, stop))
    return set(found.items())


def _all(text: str, characters: str) -> Iterator[int]:
    return (at for at in range(len(text) - len(characters) + 1) if text.startswith(characters, at))


def _is_free(text: str, at: int, characters: str) -> bool:
    """Where the characters begin or end with a letter or digit, a word does too."""
    stop = at + len(characters)
    before = is_inner(characters[0]) and at > 0 and is_inner(text[at - 1])
    return not before and not (is_inner(characters[-1]) and stop < len(text) and is_inner(text[stop]))


def _leads(host: str, path: str, asked: str, below: str) -> bool:
    if host != asked and not host.endswith(f".{asked}"):
        return False
    rest = path[len(below) :]
    return not below or (
        path.startswith(below) and (rest[:1] in ("/", "?", "#") or not rest.strip(".,;:!?*)]}'\"…’”»"))
    )


def _known(document: Document | None, name: str, value: str) -> bool:
    if document is None:
        return False
    return value == {"source": document.source, "lang": document.language, "type": document.type}[name]


# --- Many texts ---------------------------------------------------------------------------------------------


class Shelf:
    """Many texts, their words, hashtags, handles and hosts in plain lists of where they occur."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.all = set(range(len(texts)))
        self.words: dict[str, set[int]] = defaultdict(set)
        self.signs: dict[Tree, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = {}
        for at, text in enumerate(texts):
            self._put(at, Read(text))

    def _put(self, at: int, read: Read) -> None:
        for word in {word for word, _, _ in read.words} | {word for word, _, _ in read.wholes}:
            self.words[word].add(at)
        for sign, kind in (("#", "tag"), ("@", "handle"), ("u/", "handle")):
            if sign in read.text:
                for one in read.tags if kind == "tag" else read.handles:
                    self.signs[kind, one].add(at)
        if re.search(r"\.\w|\.\]|dot", read.text):
            for one in read.addresses:
                self.signs["address", one].add(at)

    def holding(self, tree: Tree) -> set[int]:
        """The numbers of the texts where it holds."""
        match tree:
            case ("or", parts):
                return set().union(*map(self.holding, parts))
            case ("and", parts):
                return set.intersection(*map(self.holding, parts))
            case ("not", part):
                return self.all - self.holding(part)
            case ("words", (item,)):
                return self._having(item)
            case ("literal", characters):
                possible = {at for at, text in enumerate(self.texts) if characters in text}
            case ("tag" | "handle" | "address", *_):
                signs = [(key, found) for key, found in self.signs.items() if key[0] == tree[0]]
                possible = set().union(*(found for key, found in signs if _may_be(tree, key[1])))
            case _:
                possible = self._possible(tree)
        return {at for at in possible if holds(tree, Read(self.texts[at]))}

    def _having(self, item: str) -> set[int]:
        if item.endswith("*") and item not in self._stems:
            stem = small(item.removesuffix("*"))
            self._stems[item] = set().union(*(found for word, found in self.words.items() if word.startswith(stem)))
        return self._stems[item] if item.endswith("*") else self.words.get(small(item), set())

    def _possible(self, tree: Tree) -> set[int]:
        """The texts with the words of a phrase or of both sides of a NEAR, wherever they stand."""
        match tree:
            case ("words" | "cased" | "close", items, *_):
                return set.intersection(*(self._having(item) for item in items if item != "*"))
            case ("or", parts):
                return set().union(*map(self._possible, parts))
        return self._possible(tree[1]) & self._possible(tree[2])


def _may_be(tree: Tree, sign: Any) -> bool:
    if tree[0] == "tag":
        return bool(sign.startswith(tag_name(tree[1].removesuffix("*"))))
    return bool(sign[0] == tree[1].casefold() if tree[0] == "handle" else sign[0].endswith(tree[1]))


def document(text: str, title: str = "", **known: Any) -> Document:
    """A made-up document, with whatever is known of it besides."""
    given: dict[str, Any] = {
        "source": "rss", "place": "p", "key": "k", "url": "https://krant.example/nieuws/1", "type": "article",
        "found": "feed", "published": None, "author": None, "language": None, "opt_outs": frozenset(),
        "addressed": False, "fingerprint": "", "revision": "",
    }  # fmt: skip
    return Document(**given | known, title=title, text=text)
