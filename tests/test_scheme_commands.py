"""The commands about the scheme, through the real command line: check, draw, diff, new, schema."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from monitor.cli import ended
from monitor.init import write_files
from monitor.model import Facet, Kind
from monitor.scheme_commands import commands
from monitor.scheme_desk import Desk, groups
from monitor.store import Store
from monitor.triage.scheme.diff import counted
from monitor.triage.scheme.rules import Facts, read_scheme
from tests.storing import DAY, HANDLE, NOW, ROLES, judged, prepared, saved

CONFIG = """\
[organisation]
name = "Lindeveer"
contact = "https://lindeveer.example/monitor"
languages = ["nl", "en"]
[[queries]]
name = "lindeveer"
facet = "brand"
purpose = "Vragen en klachten zien."
text = "lindeveer"
[sources.rss]
feeds = ["https://krant.example/rss"]
"""
EVER = ("--days", "3660")
Monitor = Callable[..., tuple[object, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration that has all roles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    Path("monitor.toml").write_text(CONFIG + ROLES, "utf-8")
    return tmp_path


@pytest.fixture
def monitor(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Monitor:
    """`monitor("check")` is the exit code and what was printed of both kinds."""

    def run(*words: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["monitor", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            ended(commands, "monitor")
        return left.value.code, *capsys.readouterr()

    return run


def changed(old: str, new: str, name: str = "own.toml") -> str:
    """The shipped scheme with a change, as a file."""
    text = (Path(__file__).parents[1] / "src/monitor/triage/scheme/scheme.toml").read_text("utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new, 1), "utf-8")
    return name


def kept(
    key: int, *kinds: Kind, facet: Facet = "brand", relevance: float | None = None, days: int = 0, sure: float = 0.9
) -> None:
    """Store a mention that was judged to be of these kinds."""
    store = Store(Path("data"))
    if not store.path.exists():
        prepared(Path("data"))
    mention, verdict = judged(key, facet=facet)
    verdict = replace(verdict, kinds=kinds, scores={kinds[0]: sure}, relevance=relevance)
    saved(store, (mention, verdict), now=NOW - days * DAY)


# --- check ------------------------------------------------------------------------------------------------


def test_check_prints_what_it_proves(monitor: Monitor) -> None:
    """The scheme in use is proven against the configuration: a line per kind, rule and claim, and no fault."""
    code, out, err = monitor("check")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert "✓ kinds        leak: leak" in lines
    assert "✓ kinds        complaint: not-us, complaint-to-us, complaint-about-us" in lines
    assert any(line.startswith("✓ rules        press: reached, e.g. by press") for line in lines)
    assert any("all 7 exist in [roles]" in line for line in lines)
    assert any("golden examples give the expected rule" in line for line in lines)
    assert lines[-1] == "nothing wrong"


def test_check_lists_everything_that_is_wrong(monitor: Monitor) -> None:
    """A hidden rule, a role that is missing and a lost answer are told together, with exit code 78."""
    changed('when.kinds = ["question"]', 'when.kinds = ["job"]')
    changed_text = Path("own.toml").read_text("utf-8").replace('owner = "hr"', 'owner = "personnel"')
    first, answers, rest = changed_text.partition("answer.en = ")
    Path("own.toml").write_text(f"{first}answer.fr = {rest}", "utf-8")
    assert answers
    code, out, _ = monitor("check", "own.toml")
    assert code == 78
    assert "✗ rules        question: never decides, since all it is for is taken by not-us, job;" in out
    assert "✗ roles        rule job: the role personnel is not in [roles]" in out
    assert "✗ answers      fraud: replies and has no answer.en" in out
    assert "✗ examples" in out
    assert out.splitlines()[-1].endswith(" wrong")


def test_check_says_what_it_could_not_check(monitor: Monitor) -> None:
    """Without a configuration roles and hours are not checked, which is said and is no fault."""
    Path("monitor.toml").unlink()
    code, out, _ = monitor("check")
    assert code == 0
    assert "· roles        not checked without a configuration" in out
    assert "· deadlines    not checked" in out


def test_check_refuses_a_configuration_that_is_not_there(monitor: Monitor) -> None:
    """A configuration that was named must be there, and so must a scheme."""
    code, _, err = monitor("check", "--config", "other.toml")
    assert (code, "other.toml: not found" in err) == (78, True)
    code, _, err = monitor("check", "other.yaml")
    assert code == 78
    assert "other.yaml: not found; correct the path, or write one with: monitor scheme new" in err
    Path("monitor.toml").write_text(CONFIG + '[paths]\nscheme = "own.toml"\n' + ROLES, "utf-8")
    assert "own.toml: not found; correct [paths] scheme in monitor.toml, or" in monitor("check")[2]


def test_check_reads_the_scheme_that_the_configuration_names(monitor: Monitor) -> None:
    """[paths] scheme is what is checked when no file is named, beside the configuration."""
    changed('id = "let-stand"', 'id = "rest"')
    Path("monitor.toml").write_text(CONFIG + '[paths]\nscheme = "own.toml"\n' + ROLES, "utf-8")
    code, out, _ = monitor("check")
    assert code == 78
    assert "of let-stand: there is no such rule" in out


# --- draw -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "held"),
    [
        (("--to", "wall.svg"), '<svg xmlns="http://www.w3.org/2000/svg"'),
        (("--to", "wall.html"), "<!DOCTYPE html>"),
        (("--to", "wall.html", "--lang", "en"), "How we react: Lindeveer"),
        (("--to", "wall.html"), "Zo reageren wij: Lindeveer"),
        (("--to", "wall.html"), "webcare@lindeveer.example"),
    ],
)
def test_draw_writes_a_picture(monitor: Monitor, words: tuple[str, ...], held: str) -> None:
    """SVG or HTML by the suffix, in the language asked for or the organisation's first, with who has each role."""
    code, out, err = monitor("draw", *words)
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"scheme  {words[1]}", "it has no counts: monitor.toml has stored nothing yet"]
    assert held in Path(words[1]).read_text("utf-8")


def test_draw_counts_what_was_stored(monitor: Monitor) -> None:
    """The branches have the counts of what is stored, ambassadors' left out."""
    for key in range(7):
        kept(key, "question")
    kept(8, "compliment", facet="ambassador")
    assert monitor("draw", "--to", "wall.svg", *EVER)[1] == "scheme  wall.svg\n"
    picture = Path("wall.svg").read_text("utf-8")
    assert "in de laatste 3660 dagen, 7 in totaal" in picture
    assert ">ja · 7<" in picture
    assert ">ja · 1<" not in picture


def test_draw_says_that_it_has_no_counts_without_a_configuration(monitor: Monitor) -> None:
    """Without a configuration the drawing is that of the scheme alone, which is said with the cure."""
    Path("monitor.toml").unlink()
    told = "it has no counts, organisation or roles: monitor.toml is not there; name yours with --config"
    assert monitor("draw", "--to", "wall.svg")[1].splitlines() == ["scheme  wall.svg", told]


def test_draw_refuses_other_files(monitor: Monitor) -> None:
    """What is neither HTML nor SVG is refused before anything is written."""
    code, _, err = monitor("draw", "--to", "wall.pdf")
    assert (code, "neither .html nor .svg" in err) == (78, True)
    assert not Path("wall.pdf").exists()


# --- diff -------------------------------------------------------------------------------------------------


def test_diff_shows_what_would_change(monitor: Monitor) -> None:
    """Which rule would take over from which, for how many, what changes, and three of them with their links."""
    for key in range(5):
        kept(key, "question", "job")
    kept(6, "complaint")
    kept(7, "question", facet="ambassador")
    old = changed('id = "job"', 'id = "job"', "old.toml")
    new = changed('when.kinds = ["job"]', 'when.kinds = ["job"]\nwhen.addressed = true')
    code, out, _ = monitor("diff", old, new, *EVER)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["from", "to", "mentions", "what", "changes"]
    assert lines[1].split()[:3] == ["job", "question", "5"]
    assert "owner hr -> webcare" in lines[1]
    assert sum("https://sociaal.example/" in line for line in lines) == 3
    assert "job -> question  (no title)  https://sociaal.example/4" in lines
    assert lines[-1] == "6 mentions of the last 3660 days looked at, 5 would be treated otherwise"
    assert HANDLE not in out


def test_diff_counts_no_renamed_rule_as_a_change(monitor: Monitor) -> None:
    """A rule of another name is shown as that, and none of its mentions as treated otherwise."""
    kept(1, "question")
    old, new = changed('id = "job"', 'id = "job"', "old.toml"), changed('id = "question"', 'id = "asked"')
    lines = monitor("diff", old, new, *EVER)[1].splitlines()
    assert lines[1].split() == ["question", "asked", "1", "only", "the", "name"]
    assert lines[-1] == "1 mentions of the last 3660 days looked at, 0 would be treated otherwise"


def test_diff_looks_back_so_many_days(folder: Path) -> None:
    """Mentions first seen before are not looked at."""
    kept(1, "question", days=10)
    kept(2, "question")
    desk = Desk.at(folder / "monitor.toml")
    one, other = read_scheme(), read_scheme(Path(changed('deadline = 120\nclock = "opening"', "deadline = 90")))
    assert desk.difference(one, other, 5, NOW).changed == 1
    assert desk.difference(one, other, 11, NOW).changed == 2


def test_diff_needs_something_stored(monitor: Monitor) -> None:
    """Before anything was collected it says so."""
    changed('id = "job"', 'id = "job"')
    code, _, err = monitor("diff", "own.toml", "own.toml")
    assert (code, "nothing is stored yet" in err) == (78, True)


def test_diff_refuses_a_wrong_scheme_first(monitor: Monitor) -> None:
    """A scheme that cannot be read is told before anything is looked at."""
    kept(1, "question")
    code, _, err = monitor("diff", changed("version = 2", "version = 3"), "own.toml")
    assert (code, "version: is not 2" in err) == (78, True)


def test_stored_facts_come_back_as_they_were_judged(folder: Path) -> None:
    """Probabilities come lowered to a threshold, those never kept as certain or unknown, ambassadors' not at all."""
    kept(1, "abuse", "complaint", sure=0.85, relevance=0.15)
    kept(2, "complaint", sure=0.5, relevance=0.3)
    kept(3, "compliment", facet="ambassador")
    pair = judged(4)
    saved(Store(Path("data")), (pair[0], replace(pair[1], kinds=("question",))))
    found = {group.facts.kinds: group.facts for group in groups(Store(Path("data")), NOW - DAY, read_scheme())}
    assert {kinds: (facts.relevance, facts.confidence) for kinds, facts in found.items()} == {
        ("abuse", "complaint"): (0.0, 0.8),
        ("complaint",): (0.2, 0.0),
        ("question",): (None, 1.0),
    }
    assert {facts.type for facts in found.values()} == {"post"}


@pytest.mark.parametrize("kind", ["abuse", "complaint"])
def test_grouping_changes_no_decision(folder: Path, kind: Kind) -> None:
    """However certain and relevant mentions are, counting them in groups gives what asking for each one gives."""
    store, scheme = prepared(folder / "data"), read_scheme()
    told = list(product([None, 0.1, 0.19, 0.2, 0.5, 1.0], [0.0, 0.1, 0.79, 0.8, 0.95]))
    pairs = [judged(key) for key in range(len(told))]
    verdicts = [
        replace(pair[1], kinds=(kind,), relevance=relevance, scores={kind: sure})
        for pair, (relevance, sure) in zip(pairs, told, strict=True)
    ]
    saved(store, *((pair[0], verdict) for pair, verdict in zip(pairs, verdicts, strict=True)))
    plain = Facts((kind,), "brand", "post", "mastodon", "nl", addressed=False)
    each = Counter(scheme.rule_for(replace(plain, relevance=one, confidence=other)).id for one, other in told)
    found = groups(store, NOW - DAY, scheme)
    assert len(found) < len(told) == sum(group.mentions for group in found)
    assert {id_: count for id_, count in counted(scheme, found).items() if count} == each


# --- new and schema ---------------------------------------------------------------------------------------


def test_the_commands_of_the_docs_work_after_init(monitor: Monitor) -> None:
    """What docs/scheme.md tells to type first runs in a folder that `monitor init` has just written."""
    write_files(Path(), force=True)
    text = (Path(__file__).parents[1] / "docs/scheme.md").read_text("utf-8").partition("## A scheme")[0]
    typed = re.findall(r"^    monitor scheme (.*?) *#", text, re.MULTILINE)
    assert len(typed) == 2
    assert [monitor(*words.split())[0] for words in typed] == [0, 0]


def test_new_writes_a_scheme_and_its_schema(monitor: Monitor) -> None:
    """The shipped scheme and the JSON schema that its first line names lie beside one another."""
    code, out, _ = monitor("new", "ours/scheme.toml")
    assert code == 0
    assert out.splitlines()[-1] == 'next: in monitor.toml, under [paths]: scheme = "ours/scheme.toml"'
    assert read_scheme(Path("ours/scheme.toml")) == read_scheme()
    first = Path("ours/scheme.toml").read_text("utf-8").splitlines()[0]
    assert Path("ours", first.removeprefix("#:schema ./")).is_file()


def test_new_says_what_to_write_beside_the_configuration(monitor: Monitor) -> None:
    """Paths in a configuration are relative to it, so what is to be written there is too, or it is a full path."""
    Path("etc").mkdir()
    told = monitor("new", "etc/ours/scheme.toml", "--config", "etc/monitor.toml")[1].splitlines()[-1]
    assert told == 'next: in etc/monitor.toml, under [paths]: scheme = "ours/scheme.toml"'
    told = monitor("new", "--config", "etc/monitor.toml")[1].splitlines()[-1]
    assert told == f'next: in etc/monitor.toml, under [paths]: scheme = "{Path.cwd().as_posix()}/scheme.toml"'


def test_new_never_overwrites_unasked(monitor: Monitor) -> None:
    """What is there stays, unless --force says otherwise; what is no TOML is refused."""
    Path("scheme.toml").write_text("# mine\n", "utf-8")
    code, _, err = monitor("new")
    assert (code, "scheme.toml: there already" in err) == (78, True)
    assert Path("scheme.toml").read_text("utf-8") == "# mine\n"
    assert monitor("new", "--force")[0] == 0
    assert read_scheme(Path("scheme.toml")) == read_scheme()
    assert "ends in .toml" in monitor("new", "scheme.yaml")[2]


def test_schema_prints_what_new_writes(monitor: Monitor) -> None:
    """The JSON schema on the screen is that of the file."""
    monitor("new")
    _, out, _ = monitor("schema")
    assert json.loads(out) == json.loads(Path("scheme.schema.json").read_text("utf-8"))


def test_what_was_drawn_today_says_so(folder: Path) -> None:
    """The day on the drawing is that of the organisation's zone."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    Desk.at(folder / "monitor.toml").draw(read_scheme(), Path("wall.svg"), "nl", 30, late)
    assert "Getekend op 20-11-2026" in Path("wall.svg").read_text("utf-8")
