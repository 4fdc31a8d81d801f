"""The matcher against a slow oracle on a hundred thousand texts, what it returns, and texts made to hurt."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from monitor.errors import QueryError
from monitor.model import Match
from monitor.query import Matcher, Query
from monitor.query.presearch import COUNTED
from monitor.query.tree import MOST_SPANS
from tests.oracle import Read, Shelf, Tree, document, holds, small, written

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS, QUERIES, REAL = 100_000, 300, 40_000
LABELLED = Path(__file__).parents[2] / "shared" / "data" / "labelled"


def matcher(*queries: str, scanner: bool = False) -> Matcher:
    return Matcher([Query(f"q{nth}", "brand", text) for nth, text in enumerate(queries)], scanner=scanner)


# --- Texts by chance, of a made-up vocabulary ----------------------------------------------------------------

ACCENTS = str.maketrans({"a": "á", "e": "ë", "i": "ï", "o": "ö", "u": "û"})
LIGATURES = {"ij": "ĳ", "IJ": "Ĳ", "oe": "œ", "ss": "ß", "fi": "ﬁ"}
ENDS = [" "] * 12 + [", ", ". ", "! ", " - ", "-", "’", "_", "/", "\n", " — ", "…", " 😀\ufe0f", "\u00a0", "\u00ad"]


def vocabulary(chance: Random) -> list[str]:
    """Words of syllables, some the beginning of others, and some of other scripts."""
    syllables = [
        "lin",
        "de",
        "veer",
        "bo",
        "ot",
        "ij",
        "s",
        "ss",
        "oe",
        "fi",
        "ge",
        "le",
        "ka",
        "nt",
        "ro",
        "um",
        "5",
        "tra",
        "vi",
        "x",
    ]
    made = {"".join(chance.choices(syllables, k=chance.choice([2, 2, 3, 3, 4]))) for _ in range(4_000)}
    return [*sorted(made), "हिन्दी", "नहीं", "عربي", "نقل", "λογος", "метро", "電車", "ｖｅｅｒ", "½"]


def dressed(word: str, chance: Random) -> str:
    """The word as somebody writes it: a name, shouted, with accents or ligatures, composed or not."""
    way = chance.randrange(30)
    if way < 3:
        return [word.title(), word.upper(), f"{word}'s"][way]
    if way == 3:
        return word.translate(ACCENTS)
    if way == 4:
        return "".join(f"{char}\u0301" if char in "aeiou" else char for char in word)
    if way == 5:
        for plain, joined in LIGATURES.items():
            word = word.replace(plain, joined)
    return word


def sign(words: list[str], chance: Random) -> str:
    """A hashtag, an account or an address of the words."""
    one, other = words[0], words[-1]
    return chance.choice([
        f"#{one}", f"#{one.title()}{other.title()}", f"#{one}_{other}", f"@{one}", f"@{one}@{other}.example", f"u/{one}", f"{one}.example",
        f"https://www.{one}.example/{other}/x?y=1", f"hxxps://app[.]{one}[.]example", f"info@{one}.example", f"https://{other}.example/#{one}",
    ])  # fmt: skip


def some_texts(words: list[str], chance: Random) -> Iterator[str]:
    weights = [1 / (30 + rank) for rank in range(len(words))]
    chance.shuffle(words)
    for _ in range(TEXTS):
        chosen = chance.choices(words, weights, k=chance.randrange(2, 26))
        pieces = [dressed(word, chance) for word in chosen]
        if chance.random() < 0.4:
            pieces.insert(chance.randrange(len(pieces)), sign(chosen, chance))
        yield "".join(piece + end for piece, end in zip(pieces, chance.choices(ENDS, k=len(pieces)), strict=True))


class Asking:
    """Trees by chance of given words."""

    def __init__(self, words: list[str], chance: Random) -> None:
        self._words, self._chance = words, chance

    def item(self) -> str:
        word = self._chance.choice(self._words)
        return (
            f"{word[:4]}*" if self._chance.random() < 0.15 and len(small(word[:4])) > 2 and word[:4].isalnum() else word
        )

    def items(self, most: int) -> tuple[str, ...]:
        return tuple(self.item() for _ in range(self._chance.randint(1, most)))

    def placed(self, depth: int = 2) -> Tree:
        way = self._chance.randrange(10 if depth else 6)
        gap = self._chance.randrange(6)
        if way < 4:
            return "words", self.items(2)
        if way == 4:
            return "cased", tuple(self._chance.choice([item, item.title()]) for item in self.items(2))
        if way == 5:
            return "close", (self.item(), *self.items(2)), gap
        if way == 6:
            return "words", (self.item(), "*", self.item())
        if way == 7:
            return "or", (self.placed(0), self.placed(0), self.placed(0))
        return self._chance.choice(["near", "onear"]), self.placed(depth - 1), self.placed(depth - 1), gap

    def sign(self) -> Tree:
        word, other = self._chance.choice(self._words), self._chance.choice(self._words)
        host = f"{word}.example" if word.isascii() else "veer.example"
        return self._chance.choice([
            ("tag", word), ("tag", f"{word}_{other}"), ("tag", f"{word}*") if len(small(word)) > 2 else ("tag", word), ("handle", word, ""),
            ("address", host, ""), ("address", f"app.{host}", ""), ("literal", word.title()), ("literal", f"#{word}"), ("literal", f"{word}, "),
        ])  # fmt: skip

    def tree(self, depth: int = 2) -> Tree:
        way = self._chance.randrange(10 if depth else 5)
        if way < 4:
            return self.placed()
        if way == 4:
            return self.sign()
        if way == 5:
            return "and", (self.tree(depth - 1), ("not", self.tree(depth - 1)))
        parts = tuple(self.tree(depth - 1) for _ in range(self._chance.randint(2, 4)))
        return self._chance.choice(["and", "or", "or"]), parts

    def trees(self, count: int) -> list[Tree]:
        found: list[Tree] = []
        while len(found) < count:
            tree = self.tree()
            if not holds(tree, Read("")):
                found.append(tree)
        return found


class Library:
    """Texts, trees, and the pairs of both that the oracle finds."""

    def __init__(self, texts: list[str], trees: list[Tree]) -> None:
        self.texts, self.trees = texts, trees
        shelf = Shelf(texts)
        self.pairs = {(at, nth) for nth, tree in enumerate(trees) for at in shelf.holding(tree)}

    def wrong(self, scanner: bool) -> dict[str, list[tuple[str, str]]]:
        """What the matcher misses and what it has too much, each as query and text."""
        made = matcher(*map(written, self.trees), scanner=scanner)
        found = {(at, nth) for at, numbers in enumerate(made.scan(self.texts)) for nth in numbers}
        told = {"missing": self.pairs - found, "extra": found - self.pairs}
        return {
            name: [(written(self.trees[nth]), self.texts[at]) for at, nth in sorted(pairs)[:5]]
            for name, pairs in told.items()
            if pairs
        }


@pytest.fixture(scope="module")
def generated() -> Library:
    chance = Random(20261120)
    words = vocabulary(chance)
    texts = list(some_texts(words, chance))
    return Library(texts, Asking([*words[20:400:5], *words[-9:]], chance).trees(QUERIES))


@pytest.fixture(scope="module")
def real() -> Library:
    files = sorted(LABELLED.glob("*.jsonl.gz"))
    if not files:
        pytest.skip(f"the collection of real texts is not there: {LABELLED.name}")
    texts = [json.loads(line)["text"] for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    texts = texts[:: max(1, len(texts) // REAL)]
    counts = Counter(word for text in texts for word, _, _ in Read(text).words)
    words = [word for word, _ in counts.most_common(2_000) if word.isalnum()]
    asking = Asking(words[30::7], Random(3))
    hosts: list[Tree] = [("address", host, "") for host in ("t.co", "bit.ly", "bol.com", "twitter.com")]
    return Library(texts, [*hosts, *asking.trees(QUERIES // 2)])


@pytest.fixture(params=[False, True], ids=["default", "scanner"])
def scanner(request: pytest.FixtureRequest) -> bool:
    if request.param:
        pytest.importorskip("hyperscan", reason="the extra scanner is not installed")
    return bool(request.param)


@pytest.mark.parametrize("library", ["generated", "real"])
def test_no_pair_is_missing_and_none_is_extra(library: str, scanner: bool, request: pytest.FixtureRequest) -> None:
    """Of all pairs of a text and a query the matcher finds those that a slow oracle finds, and no other."""
    asked: Library = request.getfixturevalue(library)
    assert len(asked.pairs) > len(asked.texts) // 2  # else it proves little
    assert asked.wrong(scanner) == {}


# --- What a matcher returns ----------------------------------------------------------------------------------


def test_a_matcher_names_what_holds() -> None:
    """Queries that hold come in the order of the configuration, with sorted spans in the document's whole."""
    made = Matcher([
        Query("merk", "brand", "veer OR lindeveer"), Query("bedrijf", "company", "holding"), Query("stad", "company", "lind*"),
    ])  # fmt: skip
    assert made.match(document("het veer", "Lindeveer"), NOW) == (
        Match("merk", "brand", ((0, 9), (14, 18))),
        Match("stad", "company", ((0, 9),)),
    )
    assert made.match(document("niets"), NOW) == ()
    assert made.scan(["het veer", "", "Lindeveer holding"]) == [[0], [], [0, 1, 2]]


def test_spans_are_bounded_and_each_is_told_once() -> None:
    """However often a word stands there, a match keeps the first twenty places, each once."""
    [match] = matcher("veer OR vee*").match(document("veer " * 500), NOW)
    assert len(match.spans) == len(set(match.spans)) == MOST_SPANS
    assert match.spans[0] == (0, 4)


def test_a_matcher_refuses_what_it_cannot_read() -> None:
    """A query that cannot be read stops the start, it is not passed over."""
    with pytest.raises(QueryError, match="got the end of the query"):
        matcher("veer", "veer AND")


def test_queries_are_parts_of_queries() -> None:
    """A query stands within another by its name, and a part of [saved] as well."""
    queries = [Query("merk", "brand", "lindeveer OR $oud"), Query("klacht", "brand", "$merk stuk")]
    made = Matcher(queries, saved={"oud": "lindepont"}, scanner=False)
    assert made.scan(["lindepont is stuk", "lindepont", "stuk"]) == [[0, 1], [0], []]


def test_without_queries_nothing_matches(scanner: bool) -> None:
    """No query, however many texts, is no match and no fault."""
    assert matcher(scanner=scanner).scan(["veer"] * (COUNTED + 500)) == [[]] * (COUNTED + 500)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("veer OR boot", "veer OR boot", True),
        ("veer  OR boot # of", "(veer OR boot)", True),
        ("Véér", "veer", True),
        ("veer OR boot", "boot OR veer", False),
        ("!Veer", "veer", False),
        ("a NEAR/3 b", "a NEAR/4 b", False),
        ("a NEAR/3 b", "a ONEAR/3 b", False),
        ('"a b"', '"a b"~0', False),
        ("lang:nl", "lang:de", False),
        ("#veer", "#veer*", False),
    ],
)
def test_a_version_changes_with_the_meaning(before: str, after: str, same: bool) -> None:
    """What is written otherwise and means the same has the same version; another meaning has another."""
    assert (matcher(before).versions == matcher(after).versions) is same
    assert (matcher(before).version == matcher(after).version) is same


def test_a_version_changes_with_a_saved_part() -> None:
    """Of queries with a saved part in it the version changes with that part, and of no other."""
    queries = [Query("a", "brand", "x $deel"), Query("b", "brand", "x")]
    one, other = (Matcher(queries, saved={"deel": text}).versions for text in ("veer", "boot"))
    assert (one["a"] == other["a"], one["b"] == other["b"]) == (False, True)


# --- Made to hurt --------------------------------------------------------------------------------------------

SIZE = 200_000  # characters: four times the longest post; `monitor bench match` takes a million


def repeated(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


HOSTILE: dict[str, Callable[[], str]] = {
    "words": lambda: repeated("kop staart "), "one word": lambda: "a" * SIZE, "letters": lambda: repeated("a "),
    "hashtags": lambda: repeated("#KopStaart "), "one hashtag": lambda: "#" + "aA" * (SIZE // 2), "#": lambda: "#" * SIZE,
    "accents": lambda: "a" + "\u0301" * SIZE, "handles": lambda: repeated("@a.b@c.d"), "users": lambda: repeated("/u/"),
    "dots": lambda: repeated("a."), "defanged": lambda: repeated("a[.]"), "links": lambda: repeated("https://a.example/ "),
    "userinfo": lambda: repeated("https://a:"), "literals": lambda: repeated("a.a-"), "NULs": lambda: repeated("\0a"), "unseen": lambda: repeated("\u200b\u00ad"),
    "choices": lambda: repeated("aaa aab aac aad aae aaf aag aah ") + "zzz",
}  # fmt: skip
LONG = {
    "near": " NEAR/50 ".join(["kop", "staart"] * 5), "near itself": " NEAR/50 ".join("a" * 11), "ordered": "(kop OR a) ONEAR/50 (staart OR a)",
    "close": '"aaa* aaa* aab* aac* aad* aae* aaf* aag* aah* zzz*"~50', "close to one": '"a a a a a a a a a kop"~50', "phrase": f'"{" ".join("a" * 29)} b"',
    "any words": '"a * a * a * b"', "stems": " OR ".join(f"{'a' * size}*" for size in range(3, 80)), "literals": " OR ".join(f"`a.a{'.a' * at}x`" for at in range(1, 55)),
    "signs": "#aaaa* OR @a.b@x.d OR aaaa.example OR a.example/y", "words": " OR ".join(f"woord{at}" for at in range(330)), "nots": f"kop {'NOT ' * 48}b",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_end(text: str) -> None:
    """A long text made to hurt is matched by every long query before the clock of the test runner strikes."""
    hurting, made = HOSTILE[text](), matcher(*LONG.values())
    called = {int(match.query[1:]) for match in made.match(document(hurting), NOW)}
    assert called == set(made.scan([hurting])[0])


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "NOT ",
        "a ",
        '"a" ',
        "a OR ",
        "#a ",
        "@a ",
        "`",
        "a.b ",
        "#",
        "@",
        "_",
        "-",
        "a_",
        "a.",
        "~",
        "!",
        "$",
        "title:",
        "*",
        "a NEAR/5 ",
    ],
)
def test_hostile_queries_end(piece: str) -> None:
    """Four thousand characters of anything are read or refused, and exhaust neither time nor stack."""
    for query in ((piece * 4_000)[:4_000], f"a {(piece * 4_000)[:3_990]}", (piece * 4_000)[:3_998] + "a"):
        try:
            matcher(query).scan(["a b " * 50])
        except QueryError:
            continue
