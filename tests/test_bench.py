"""The benchmark of the matcher: its corpus, its queries, its peers, and what it prints."""

import gzip
import hashlib
import io
import json
import re
import unicodedata
from statistics import mean

import pytest
from rich.console import Console

from monitor.bench import Plan, bench_match, match
from monitor.bench.corpus import evenly, figures, made, real
from monitor.bench.engines import PEERS
from monitor.bench.match import Line, Memory, Report, differing, measured, oracle
from monitor.bench.measuring import kept_after
from monitor.bench.ours import Ours, Scanning
from monitor.bench.peers import Naive, Peer
from monitor.bench.plain import BETWEEN, Reading, plain
from monitor.bench.queries import All, Cased, Either, Maker, Near, Not, Stem, Tag, Words
from monitor.bench.tables import as_json, show
from monitor.bench.targets import targets
from monitor.bench.vocabulary import vocabulary
from monitor.bench.worst import CASES, LONGEST_QUERY, Case, Endured, endured, hostile, preparing
from monitor.errors import ConfigError
from monitor.query import Matcher, Query, parse

CORPUS = made(2_000)
MAKER = Maker(CORPUS, seed=7)


def printed(report):
    console = Console(file=io.StringIO(), width=80)
    show(report, console)
    return console.file.getvalue()


def reported(*lines, **others):
    given = {"corpus": figures(CORPUS[:10]), "memory": (), "worst": (), "reading": {}} | others
    return Report(Plan(queries=(10, 1_000)), lines=lines, **given)


def test_same_seed_gives_the_same_posts() -> None:
    """Byte for byte, on any machine: figures of different days are of the same posts."""
    digest = hashlib.sha256("\n".join(CORPUS[:100]).encode()).hexdigest()
    assert digest[:16] == "055c1e0d5e1c3df7"


def test_longer_corpus_begins_with_the_shorter() -> None:
    """So a run with fewer posts is a part of the longer one."""
    assert CORPUS[:50] == made(50)


def test_another_seed_gives_other_posts() -> None:
    """Nothing of a corpus is fixed but how it is made."""
    assert not {*made(50, seed=2)} & {*CORPUS}


def test_posts_have_20_to_300_words() -> None:
    """The lengths that the targets are set for."""
    assert {True} == {20 <= len(post.split()) <= 300 for post in CORPUS}


@pytest.mark.parametrize(
    ("figure", "least", "most"),
    [
        ("bytes_mean", 270, 330),
        ("words_mean", 38, 50),
        ("vocabulary", 18_000, 30_000),
        ("top_100", 0.33, 0.42),  # 0.35 in the real texts of these and two other languages
        ("top_1000", 0.58, 0.68),  # 0.64
        ("once", 0.5, 0.8),  # 0.59
        ("not_ascii", 0.3, 0.5),  # 0.34
    ],
)
def test_posts_look_like_real_ones(figure, least, most) -> None:
    """Their words are as unevenly used as in real text, and as many posts go beyond ASCII."""
    assert least <= getattr(figures(CORPUS), figure) <= most


@pytest.mark.parametrize(
    "pattern",
    [
        r"#\w", r"#[A-Z]\w*[a-z][A-Z]", r"(^| )@\w", r"https://www\.\w+\.example/", r"[^/.]\b\w+\.example\b",
        "[“”]", "’", "\u0301|\u0308", "[éëïö]", "[\U0001f300-\U0001faff]",
    ],
)  # fmt: skip
def test_posts_have_what_posts_have(pattern) -> None:
    """Hashtags (some in CamelCase), handles, links, domains, curly marks, accents of both kinds, emoji."""
    assert any(re.search(pattern, post) for post in CORPUS)


def test_vocabulary_has_no_word_twice() -> None:
    """A word that stood twice would be twice as common as its rank says."""
    import random

    words = vocabulary("nl", random.Random(1)).words
    assert len({*words}) == len(words)


def test_sample_is_as_long_as_the_whole() -> None:
    """What slow peers are given has posts of the same length, or their speed would not compare."""
    assert mean(map(len, CORPUS)) == pytest.approx(mean(map(len, evenly(CORPUS, 20))), rel=0.05)


def test_sample_beyond_all_is_all() -> None:
    """In the order in which they came."""
    assert CORPUS[:5] == evenly(CORPUS[:5], 9)


def test_real_texts_are_read_once_each(tmp_path) -> None:
    """Those of 20 to 300 words, from the folder or its `labelled`."""
    (tmp_path / "labelled").mkdir()
    long, short = "een twee drie vier vijf " * 5, "te kort"
    with gzip.open(tmp_path / "labelled" / "made_up.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in (long, short, long, None))
    assert [long] == real(tmp_path, 10)


def test_folder_without_texts_is_an_error(tmp_path) -> None:
    """And the message says what was looked for and which option names another."""
    with pytest.raises(ConfigError, match=r"no \*\.jsonl\.gz with texts .* --data"):
        real(tmp_path, 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café, reünie en Ĳsland", "cafe reunie en ijsland"),
        (unicodedata.normalize("NFD", "Café één"), "cafe een"),
        ("Straße Œuvre Łódź ﬁets", "strasse oeuvre lodz fiets"),
        ("_cursief_ don’t well-known", "cursief don t well known"),
        ("👩‍👩‍👧 soft\u00adhyphen", "softhyphen"),
        ("zie #zonnet", "zie zonnet"),
        ("zie #ZonNet_nu", f"zie zon net nu {BETWEEN} zonnet"),
        ("#ABCdef2026", f"ab cdef 2026 {BETWEEN} abcdef2026"),
    ],
)
def test_peers_read_folded_words(text, words) -> None:
    """By code of their own: case, accents and ligatures away, CamelCase hashtags whole and opened."""
    assert words.split() == plain(text).split()


@pytest.mark.parametrize(
    ("tree", "text", "holds"),
    [
        (Words(("pont",)), "De Pont!", True),
        (Words(("pont",)), "ponten", False),
        (Words(("oude", "pont")), "de oude, pont", True),
        (Words(("oude", "pont")), "pont oude", False),
        (Words(("net", "vol")), "zie #ZonNet vol", True),
        (Words(("zonnet",)), "zie #ZonNet", True),
        (Words(("zie", "zonnet")), "zie #ZonNet", False),
        (Stem("pon"), "ponten", True),
        (Stem("pon"), "oponthoud", False),
        (Near("pont", "vol"), "vol a b c d e pont", True),
        (Near("pont", "vol"), "vol a b c d e f pont", False),
        (Near("pont", "pont"), "de pont", False),
        (Near("zonnet", "vol"), "#ZonNet a b c d e vol", True),
        (Near("zon", "vol"), "#ZonNet a b c d e vol", False),
        (Tag("zonnet"), "zie #ZonNet", True),
        (Tag("zon"), "zie #ZonNet", False),
        (Cased("Action"), "bij Action", True),
        (Cased("Action"), "in action", False),
        (Cased("Action"), "_Action_", True),
        (All((Words(("pont",)), Not(Words(("vol",))))), "pont vol", False),
        (Either((Words(("pont",)), Words(("vol",)))), "vol", True),
    ],
)
def test_oracle_and_matcher_say_what_a_reader_would(tree, text, holds) -> None:
    """The oracle's truths are written by hand, and the matcher shares them."""
    assert ([[0]] if holds else [[]], holds) == (Ours([tree]).answers([text]), tree.holds(Reading(text)))


def test_every_query_can_be_read() -> None:
    """The language takes whatever the benchmark makes of words."""
    for tree in [*MAKER.whole(300), *MAKER.common(300)]:
        assert parse(tree.written())


def test_queries_have_1_to_16_terms() -> None:
    """And all of these numbers occur."""
    assert {*range(1, 17)} == {tree.terms() for tree in MAKER.whole(1_000)}


@pytest.mark.parametrize("sign", [" OR ", " AND ", "NOT ", '"', "NEAR/", "* ", "#", "!"])
def test_queries_use_the_operators(sign) -> None:
    """What is measured is the language, not lists of words."""
    assert any(sign in f"{tree.written()} " for tree in MAKER.whole(300))


def test_common_queries_use_what_all_peers_know() -> None:
    """Words, phrases, AND, OR and NOT only."""
    assert not [tree for tree in MAKER.common(300) if re.search(r"NEAR|[*#!]", tree.written())]


@pytest.mark.parametrize("peer", [Ours, Scanning, *PEERS], ids=lambda peer: peer.name)
def test_every_way_agrees_with_the_oracle(peer) -> None:
    """On 300 posts and 300 queries, pair for pair."""
    if missing := peer.missing():
        pytest.skip(missing)
    trees, posts = MAKER.common(300), CORPUS[:300]
    expected = oracle(posts, trees)
    assert (True, expected) == (any(expected), peer(trees).answers(posts))


@pytest.mark.parametrize(
    ("word", "text", "holds"),
    [
        ("nestle", "bij Nestlé.", True),
        ("nestle", unicodedata.normalize("NFD", "NESTLÉ"), True),
        ("nestl", "bij Nestlé", False),
        ("koln", "in Köln", True),
        ("strasse", "Straße", True),
        ("ijsland", "Ĳsland", True),
        ("pont", "@pont #pont", True),
        ("pont", "https://www.pont.example/", True),
        ("pont", "_pont_", True),
        ("pont", "pont’s", True),
        ("pont", "oude-pont", True),
        ("pont", "ponton", False),
        ("pont", "halpont", False),
    ],
)
@pytest.mark.parametrize("peer", [Ours, *PEERS], ids=lambda peer: peer.name)
def test_words_end_where_letters_end(peer, word, text, holds) -> None:
    """For every peer alike, since all read the same folded text."""
    if missing := peer.missing():
        pytest.skip(missing)
    assert peer([Words((word,))]).answers([text]) == [[0] if holds else []]


def test_matcher_agrees_with_the_oracle_on_the_whole_language() -> None:
    """NEAR, prefixes, hashtags and case included."""
    trees, posts = MAKER.whole(300), CORPUS[:300]
    assert oracle(posts, trees) == Ours(trees).answers(posts)


def test_queries_hit_as_seldom_as_in_real_life() -> None:
    """A thousand queries over all that is said find a few posts in a hundred, of 20,000 as of a part of them."""
    maker = Maker(made(20_000), seed=7)
    found = sum(map(len, Ours(maker.whole(1_000)).answers(CORPUS)))
    assert 0.02 <= found / len(CORPUS) <= 0.3


def test_differing_pairs_are_counted_both_ways() -> None:
    """Missing ones and those too many."""
    assert differing([[1, 2], [], [5]], [[1], [3], [5, 6]]) == 3


def test_memory_is_what_is_still_held() -> None:
    """Not what was needed on the way, and what use adds is told apart."""
    new, used = kept_after(lambda: [bytearray(1_000_000)], lambda held: held.append(bytearray(500_000)))
    assert (pytest.approx(1_000_000, rel=0.05), pytest.approx(1_500_000, rel=0.05)) == (new, used)


@pytest.fixture
def small(monkeypatch) -> None:
    """A run that is over in a second or two."""
    monkeypatch.setattr(match, "CORPUS", 200)
    monkeypatch.setattr(match, "WARM", 50)
    monkeypatch.setattr(match, "CASES", (Case("dots", lambda size: "." * size),))
    monkeypatch.setattr(match, "preparing", dict)


class Uninstalled(Naive):
    """A peer that cannot be there."""

    name = "another engine"
    needs, package = "no_such_module", "no-such-package"


def test_absent_peer_is_told_and_no_error(small, monkeypatch) -> None:
    """With how to install it; the others are measured."""
    monkeypatch.setattr(match, "PEERS", (Uninstalled, Naive))
    report = measured(Plan(queries=(5,), posts=50))
    lines = {line.way: line for line in report.lines if line.language == "common"}
    assert lines["another engine"].absent == "not installed: pip install no-such-package"
    assert (lines[Naive.name].differing, lines[Naive.name].posts) == (0, 50)
    assert "not installed: pip install no-such-package" in printed(report)


def test_all_is_printed_and_written(small, tmp_path) -> None:
    """Each table has its rows, however narrow the terminal, and the file has the same figures."""
    console, file = Console(file=io.StringIO(), width=40), tmp_path / "bench.json"
    bench_match(Plan(queries=(5, 10), posts=30, quick=True), console, file)
    shown, written = console.file.getvalue(), json.loads(file.read_text("utf-8"))
    for words in ("made from seed", "slow oracle", "re per query", "bytes a term", "dots", "missing or too many"):
        assert words in shown
    assert [one["queries"] for one in written["memory"]] == [5, 10]
    assert {"name", "wanted", "figure", "at_most", "reached"} == {*written["targets"][0]}


def test_progress_counts_every_step(small, monkeypatch) -> None:
    """The bar ends where it said it would."""
    monkeypatch.setattr(match, "PEERS", ())
    steps = []
    measured(Plan(queries=(5, 10), posts=30, quick=True), lambda *step: steps.append(step[:2]))
    assert [(done, 8) for done in range(8)] == steps


def line(way: type[Peer], speed: float, *, queries: int = 1_000, language="common", differing: int = 0) -> Line:
    return Line(language, queries, way.name, 10, speed, 0.1, 1, 10, differing)


@pytest.mark.parametrize(
    ("lines", "name", "reached"),
    [
        ([line(Ours, 80_000, language="whole")], "monitor, 1,000 queries: posts per CPU second", True),
        ([line(Ours, 79_999, language="whole")], "monitor, 1,000 queries: posts per CPU second", False),
        ([line(Ours, 90_000), line(Naive, 100)], "monitor, 1,000 queries: times re per query", True),
        ([line(Ours, 89_900), line(Naive, 100)], "monitor, 1,000 queries: times re per query", False),
        ([line(Ours, 10), line(Scanning, 9)], "scanner: times the default, at the least", False),
        (
            [line(Ours, 20, language="whole", queries=10), line(Ours, 10, language="whole")],
            "monitor: times slower at 1,000 queries than at 10",
            True,
        ),
        (
            [line(Ours, 21, language="whole", queries=10), line(Ours, 10, language="whole")],
            "monitor: times slower at 1,000 queries than at 10",
            False,
        ),
        ([line(Ours, 1, differing=1)], "pairs of post and query missing or too many", False),
    ],
)
def test_targets_say_reached_or_missed(lines, name, reached) -> None:
    """Each with its bound, which itself is good enough."""
    held = {target.name: target.reached for target in targets(reported(*lines))}
    assert reached == held[name]


def test_nothing_is_held_to_what_was_not_measured() -> None:
    """Without a scanner or a peer its targets are left out rather than missed."""
    names = [target.name for target in targets(reported(line(Ours, 1)))]
    assert not [name for name in names if "times" in name or "scanner" in name]


@pytest.mark.parametrize(
    ("case", "within"),
    [
        (Endured("quick", 1_000_000, 0.1, 0.2, None), True),
        (Endured("linear", 1_000_000, 1.0, 2.0, 2.1), True),
        (Endured("quadratic", 1_000_000, 1.0, 2.0, 4.0), False),
        (Endured("slow", 1_000_000, 1.0, 99.0, 2.0), False),
        (Endured("slow for its size", 10_000, 0.01, 0.5, 2.0), False),
    ],
)
def test_hostile_text_has_a_budget_and_a_slope(case, within) -> None:
    """Both are stated; a text too quick to tell has no slope."""
    assert within == case.within
    assert ("reached" if within else "missed") in printed(reported(worst=(case,)))


@pytest.mark.parametrize("name", hostile())
def test_hostile_query_can_be_read(name) -> None:
    """They hurt because the language takes them; none is longer than it may be."""
    assert len(hostile()[name]) <= LONGEST_QUERY
    assert parse(hostile()[name])


@pytest.fixture(scope="module")
def hostile_matcher() -> Matcher:
    return Matcher([Query(name, "brand", text) for name, text in hostile().items()])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_text_is_answered(case, hostile_matcher) -> None:
    """Every hostile query is asked of every hostile text, here of a short one, and its size is what was asked for."""
    text = case.text(400)
    assert (len(hostile_matcher.scan([text])), 300 <= len(text) <= 400) == (1, True)


def test_reading_each_hostile_query_is_measured() -> None:
    """One figure each, under the names they are printed with."""
    assert {*hostile()} == {*preparing()}


def test_hostile_text_is_measured_in_two_sizes() -> None:
    """What is over in no time has no slope."""
    measured = endured(Case("dots", lambda size: "." * size), 2_000)
    assert (measured.name, measured.size, measured.growth) == ("dots", 2_000, None)


def test_report_names_the_way_that_was_measured() -> None:
    """A line without figures is no line to compare with."""
    absent = Line("common", 10, Naive.name, absent="not installed: pip install x")
    assert (reported(absent).line("common", 10, Naive), absent.language) == (None, "common")


def test_json_has_bytes_of_memory() -> None:
    """Programs get numbers, not what people are shown."""
    written = json.loads(as_json(reported(memory=(Memory(10, 40, 1_000, 2_000),))))
    assert written["memory"] == [{"queries": 10, "terms": 40, "new": 1_000, "used": 2_000}]
