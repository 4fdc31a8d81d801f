"""What docs/queries.md promises: its examples hold, its grammar, limits and messages are those of the program."""

import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor import normalise
from monitor.assemble import SHORTEST_KEY, assemble
from monitor.cli import main
from monitor.config import settings
from monitor.demo import world
from monitor.demo.run import _secrets, configure
from monitor.demo.serve import served
from monitor.errors import QueryError
from monitor.model import Document, Post
from monitor.pipeline import run
from monitor.query import Matcher, Query, language, lint, matcher, parse, terms
from monitor.query.tokens import Kind, tokens
from monitor.query.tree import Address, Close, Handle, Hashtag, Near, Node, Phrase, Word, walk

GUIDE = (Path(__file__).parents[1] / "docs" / "queries.md").read_text("utf-8")
NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)  # noon in Amsterdam, as the guide says
ZONE = ZoneInfo("Europe/Amsterdam")
_SAVED = re.compile(r"\$([a-z0-9_-]+) = (.+)")
_LIMITS = {
    "characters of a query, or of a saved part": language.LONGEST,
    "brackets and `NOT` within one another": language.DEEPEST,
    "terms and operators of a query with all its saved parts": language.LARGEST,
    "levels of a query with all its saved parts": language.TALLEST,
    "words of a phrase": terms.LONGEST_PHRASE,
    "words of a phrase with `~`": terms.LONGEST_CLOSE,
    "words between, for `~`, `NEAR` and `ONEAR`": terms.WIDEST_GAP,
    "characters between backticks": terms.LONGEST_LITERAL,
    "places that are kept with a mention, per query": matcher.MOST_SPANS,
    "characters of a title that are read": normalise.LONGEST_TITLE,
    "characters of a text that are read": normalise.LONGEST_TEXT,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A query of the guide with its saved parts, and texts that it finds (True) or does not."""

    query: str
    saved: Mapping[str, str]
    texts: tuple[tuple[bool, str], ...]

    @property
    def nodes(self) -> list[Node]:
        return list(walk(parse(self.query, self.saved)))


def blocks(kind: str) -> list[str]:
    """What stands in the fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def parted(block: str) -> tuple[str, dict[str, str]]:
    """A query and its saved parts, which are written above it."""
    lines = block.splitlines()
    saved = {found[1]: found[2] for line in lines if (found := _SAVED.fullmatch(line))}
    return "\n".join(line for line in lines if not _SAVED.fullmatch(line)), saved


def example(block: str) -> Example:
    """An example as the guide writes it: saved parts, the query, and `+` or `-` before each text."""
    lines = block.splitlines()
    texts = tuple((line[0] == "+", line[2:]) for line in lines if line.startswith(("+ ", "- ")))
    return Example(*parted("\n".join(line for line in lines if not line.startswith(("+ ", "- ")))), texts)


def written(text: str) -> Document:
    """`{lang=nl, tag=veer} text` as the document that the pipeline would make of such a post."""
    known, body = re.fullmatch(r"(?:\{(.*?)\} )?(.*)", text).groups()  # type: ignore[union-attr]
    fields: dict[str, Any] = {"tags": (), "links": ()}
    for name, value in (pair.split("=", 1) for pair in (known or "").split(", ") if pair):
        match name:
            case "tag" | "link":
                fields[f"{name}s"] += (value,)
            case "published":
                fields[name] = datetime.fromisoformat(value)
            case _:
                fields[{"lang": "language"}.get(name, name)] = value
    plain = {"source": "forum", "url": "https://forum.example/1", "type": "post"}
    post = Post(**{**plain, **fields}, place="", key="1", found="search", body=body, markup="text")
    return normalise.document(post, NOW)


EXAMPLES = [example(block) for block in blocks("query")]


@pytest.mark.parametrize(
    ("one", "text", "expected"),
    [
        pytest.param(one, text, expected, id=f"{one.query} {'+-'[not expected]} {text}")
        for one in EXAMPLES
        for expected, text in one.texts
    ],
)
def test_an_example_holds(one: Example, text: str, expected: bool) -> None:
    """Each query of the guide finds what is marked +, and nothing that is marked -."""
    asked = Matcher([Query("example", "brand", one.query)], saved=one.saved, zone=ZONE)
    assert bool(asked.match(written(text), NOW)) is expected


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.query)
def test_an_example_shows_both(one: Example) -> None:
    """Each example has a text that is found and one that is not."""
    assert {True, False} == {expected for expected, _ in one.texts}


@pytest.mark.parametrize("name", terms.FIELDS)
def test_every_field_has_a_section_and_an_example(name: str) -> None:
    """Each field has a heading of its own with an example beneath it."""
    (beneath,) = re.findall(rf"^### {name}:\n(.*?)^##", GUIDE, re.DOTALL | re.MULTILINE)
    asked = [example(block).query for block in re.findall(r"```query\n(.*?)```", beneath, re.DOTALL)]
    assert any(token.kind == "field" and token.text == name for query in asked for token in tokens(query))


def test_every_operator_has_an_example() -> None:
    """All kinds of tokens, all operators and all that a tree can be made of occur in the examples."""
    read = [token for one in EXAMPLES for token in tokens(one.query)]
    assert {token.kind for token in read} == set(get_args(Kind))
    assert {*terms.OPERATORS} <= {token.text for token in read if token.kind == "word"}
    kinds = {kind.__name__ for kind in Node.__subclasses__()}  # by name: a slotted dataclass is made twice
    assert {type(node).__name__ for one in EXAMPLES for node in one.nodes} == kinds


@pytest.mark.parametrize(
    "is_it",
    [
        pytest.param(lambda node: isinstance(node, Near) and not node.ordered, id="NEAR"),
        pytest.param(lambda node: isinstance(node, Near) and node.ordered, id="ONEAR"),
        pytest.param(lambda node: isinstance(node, Hashtag) and node.stem, id="#tag*"),
        pytest.param(lambda node: isinstance(node, Handle) and node.host, id="@handle@host"),
        pytest.param(lambda node: isinstance(node, Address) and node.path, id="host/path"),
        pytest.param(lambda node: Word(b"") in words(node)[1:-1], id="any word"),
        pytest.param(lambda node: any(word.stem for word in words(node)[:1]), id="stem*"),
        pytest.param(lambda node: len(words(node)) > 1 and words(node)[-1].stem, id="phrase with stem*"),
        pytest.param(lambda node: any(word.spelling and word.stem for word in words(node)), id="!stem*"),
        pytest.param(lambda node: any(word.spelling for word in words(node)[1:]), id='!"phrase"'),
    ],
)
def test_every_variant_has_an_example(is_it: Any) -> None:
    """What an operator can do besides is shown too."""
    assert any(is_it(node) for one in EXAMPLES for node in one.nodes)


def test_comments_have_an_example() -> None:
    """A comment is passed over by the reader and stands in an example."""
    assert any(re.search(r"\S +# \w", one.query) for one in EXAMPLES)


def test_the_grammar_is_the_programs() -> None:
    """The guide quotes the grammar of the reader's docstring, to the letter."""
    (quoted,) = blocks("text")
    docstring = dedent(language.__doc__ or "").split("\n\n")
    assert [dedent(quoted).strip()] == [dedent(part).strip() for part in docstring if "query  =" in part]


@pytest.mark.parametrize("block", blocks("error"))
def test_a_message_is_the_programs(block: str) -> None:
    """A query that the guide calls wrong is refused with the very message."""
    faulty, message = block.split("\n\n", 1)
    query, saved = parted(faulty)
    with pytest.raises(QueryError) as caught:
        parse(query, saved)
    assert str(caught.value) == message.rstrip()


def test_messages_are_shown() -> None:
    """There are three messages at least, and one of a circle of saved parts."""
    assert len(blocks("error")) >= 3
    assert any("a circle" in block for block in blocks("error"))


def test_the_limits_are_the_programs() -> None:
    """The table has every limit of the language with its number, and no other."""
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \|$", section("Limits"), re.MULTILINE)
    assert {what: int(number.replace(",", "")) for what, number in rows} == _LIMITS
    assert f"letters before a star, {terms.SHORTEST_STEM}." in section("Limits")
    known = [value for module in (language, terms) for name, value in vars(module).items() if name.isupper()]
    assert {value for value in known if type(value) is int} <= {*_LIMITS.values(), terms.SHORTEST_STEM}


def test_the_tables_can_be_read() -> None:
    """What the overview and the translation say to write is a query."""
    overview = re.findall(r"^\| (`.+?) \|", section("At a glance"), re.MULTILINE)
    translated = re.findall(r"^\| \w[^|]*? \| `.+?` \| (`.+?) \|", section("From another tool"), re.MULTILINE)
    assert len(overview) > len(terms.FIELDS)
    assert len(translated) == section("From another tool").count("\n| ") - 2
    for cell in overview + translated:
        _, query = re.findall(r"(`+) ?(.+?) ?\1(?!`)", cell)[0]
        parse(query, {"merk": "lindeveer*"})


@pytest.mark.parametrize("block", blocks("toml"))
def test_what_stands_in_the_configuration_can_be_read(block: str) -> None:
    """The tables are those of monitor.toml, and their queries and saved parts can be read."""
    tables = tomllib.loads(block)
    assert set(tables) <= {"saved", "queries"}
    saved = tables.get("saved", {})
    queries = [settings.Query.model_validate(table) for table in tables.get("queries", ())]
    Matcher([Query(query.name, query.facet, query.text) for query in queries], saved=saved)
    assert all(parse(f"lindeveer ${name}", saved) for name in saved)


def test_both_ways_to_quote_are_the_same() -> None:
    """What the guide writes with ''' and again with escapes is one query."""
    (both,) = (found["saved"] for block in blocks("toml") if "easy" in (found := tomllib.loads(block)).get("saved", {}))
    assert both["easy"] == both["hard"]


@pytest.mark.parametrize(("one", "other"), [("NEAR", "NOT"), ("NOT", "AND"), ("AND", "OR")])
def test_what_binds_tighter(one: str, other: str) -> None:
    """The order in which the guide names the operators is that of the grammar."""
    said = section("What binds tighter").split("\n\n")[1]
    assert said.index(f"`{one}`") < said.index(f"`{other}`")
    grouped = {
        "NEAR": ("NOT a NEAR/3 b", "NOT (a NEAR/3 b)"),
        "NOT": ("NOT a AND b", "(NOT a) AND b"),
        "AND": ("a AND b OR c", "(a AND b) OR c"),
    }
    assert len({parse(f"z ({query})") for query in grouped[one]}) == 1


# --- Commands ---------------------------------------------------------------------------------------------


def test_what_the_rules_say_is_the_programs() -> None:
    """The table has the rules of the linter in its order, which are refused and what they say, and a cure for each."""
    listed = re.findall(r"^    ([a-z-]+) +(yes|no) +(.+)$", lint.__doc__ or "", re.MULTILINE)
    rows = re.findall(r"^\| `([a-z-]+)` \| (yes|no) \| (.+?) \| (.+) \|$", section("Check"), re.MULTILINE)
    assert [row[:3] for row in rows] == listed
    assert all(len(cure) > 5 for *_, cure in rows)


def test_the_commands_print_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the demo's folder, with the queries of the guide put in as they come, every command prints what stands there."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_LOG", "MONITOR_CONFIG", "MONITOR_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)
    with served() as running:
        config = configure(tmp_path, running)
        run(assemble(config, _secrets(running)), world.NOW)
        for kind, block in re.findall(r"^```(toml|sh-session)\n(.*?)^```$", commands(), re.DOTALL | re.MULTILINE):
            if kind == "toml":
                put(config, block)
                continue
            for command, expected in re.findall(
                r"^\$ monitor (.*?)\n(.*?)(?=^\$ |\Z)", block, re.DOTALL | re.MULTILINE
            ):
                monkeypatch.setattr(sys, "argv", ["monitor", *shlex.split(command)])
                with pytest.raises(SystemExit):
                    main()
                assert expected == "".join(capsys.readouterr()).replace(f"{tmp_path}/", "")


def test_every_command_about_queries_is_shown() -> None:
    """Each is run once at least, with the options that the guide speaks of."""
    shown = re.findall(r"^\$ (monitor .*)$", commands(), re.MULTILINE)
    for told in ("check", "check --strict", "explain", "try", "rematch", "rematch --apply"):
        assert any(line.startswith(f"monitor {told}") for line in shown)
    assert all(any(option in line for line in shown) for option in ("--text", "--url", "--stored"))


@pytest.mark.parametrize("block", blocks("yaml"), ids=["GitHub", "GitLab"])
def test_what_is_for_ci_checks_strictly(block: str) -> None:
    """Both files can be read, check strictly, have a key that is long enough, and name no host."""
    job = yaml.safe_load(block)
    job = job["jobs"]["check"] if "jobs" in job else job["check"]
    script = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
    key = (job.get("variables") or job["env"])["MONITOR_PSEUDONYM_KEY"]
    assert script[-1] == "monitor check --strict"
    assert len(key) >= SHORTEST_KEY
    assert "://" not in block


def commands() -> str:
    """The sections about commands."""
    return GUIDE[GUIDE.index("\n## Check\n") :]


def put(config: Path, block: str) -> None:
    """Write a query of the guide over the one of its name."""
    (name,) = (query["name"] for query in tomllib.loads(block)["queries"])
    there = rf'\[\[queries\]\]\nname = "{name}"\n.*?\n(?=\n\[)'
    text, count = re.subn(there, lambda _: block, config.read_text("utf-8"), flags=re.DOTALL)
    assert count == 1
    config.write_text(text, "utf-8")


def words(node: Node) -> tuple[Word, ...]:
    """The words of a phrase, or of words that stand close together."""
    return node.words if isinstance(node, Phrase | Close) else ()


def section(heading: str) -> str:
    """What stands under a heading of the second level."""
    (found,) = re.findall(rf"^(## {re.escape(heading)}\n.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE)
    return str(found)
