"""The commands about queries, through the real command line on the demo's world: explain, check, try, rematch."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copy, copytree

import duckdb
import pytest

from monitor.assemble import assemble
from monitor.cli import main
from monitor.demo.run import _secrets, configure
from monitor.demo.serve import Served, served
from monitor.demo.world import NOW
from monitor.pipeline import run

TEXT = "text = 'lindeveer OR lindeveerapp OR \"gele veerboot\"'"


@dataclass(frozen=True)
class Shell:
    """A folder in which commands run: `shell("check")` is the exit code, `out` and `err` what was printed."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str, stdin: str = "") -> tuple[object, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["monitor", *words])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *self.capsys.readouterr()

    def rewrite(self, old: str, new: str) -> None:
        """Change monitor.toml."""
        config = self.folder / "monitor.toml"
        text = config.read_text("utf-8")
        assert old in text
        config.write_text(text.replace(old, new), "utf-8")

    def stored(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of the snapshot."""
        with duckdb.connect(
            str((self.folder / "published" / "current.duckdb").resolve()), read_only=True
        ) as connection:
            return connection.execute(sql).fetchall()

    def bytes(self) -> dict[str, str]:
        """A fingerprint of every file that the monitor keeps."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and "locks" not in path.parts)
        return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def world() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, world: Served) -> Path:
    """The demo's folder after one pass."""
    folder = tmp_path_factory.mktemp("demo")
    run(assemble(configure(folder, world), _secrets(world)), NOW)
    return folder


@pytest.fixture
def shell(
    tmp_path: Path, collected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A copy of the demo's folder, in which commands run."""
    copytree(collected, tmp_path / "demo", symlinks=True)
    return _shell(tmp_path / "demo", monkeypatch, capsys)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A folder without anything in it."""
    return _shell(tmp_path, monkeypatch, capsys)


def _shell(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(folder)
    for name in ("MONITOR_LOG", "MONITOR_CONFIG", "MONITOR_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Shell(folder, monkeypatch, capsys)


# --- monitor explain --------------------------------------------------------------------------------------


def test_explain_needs_no_configuration(empty: Shell) -> None:
    """A text is explained wherever one is, and the tree shows what matched and where."""
    code, out, err = empty("explain", "lindeveer NEAR/3 app NOT vacature*", "--text", "De nieuwe app van Lindeveer")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "✓ AND",
        "├── ✓ NEAR/3   app (10-13), Lindeveer (18-27)",
        "│   ├── ✓ lindeveer   Lindeveer (18-27)",
        "│   └── ✓ app   app (10-13)",
        "└── ✓ NOT",
        "    └── ✗ vacature*",
        "",
        "De nieuwe app van Lindeveer",
    ]


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        (["lindeveer", "--text", "De pont vaart"], "", 1, "✗ lindeveer"),
        (["lindeveer", "--text", "-"], "De pont\nvan Lindeveer", 0, "✓ lindeveer   Lindeveer (12-21)"),
        (["title:storing", "--text", "lang", "--title", "Storing!"], "", 0, "✓ storing   Storing (0-7)"),
        (["title:storing", "--text", "Storing!"], "", 1, "✗ storing"),
        (["!ING", "--text", "ing. Voorbeeld"], "", 1, "it is written ing"),
        (["$merk", "--text", "x"], "", 78, "there is no saved query $merk; known are: none"),
        (["lindeveer AND (", "--text", "x"], "", 78, "line 1, column 16: expected a word"),
        (["lindeveer", "--text", "x", "--url", "y"], "", 64, "give --text or --url, one of the two"),
        (["lindeveer"], "", 64, "give --text or --url, one of the two"),
        (["lindeveer", "--url", "https://krant.example/1"], "", 78, "monitor.toml"),
    ],
)
def test_explain_ends_as_it_says(empty: Shell, words: list[str], stdin: str, code: int, said: str) -> None:
    """0: it holds; 1: it does not; 64: mistyped; 78: the query cannot be read, or there is nothing to look in."""
    ended, out, err = empty("explain", *words, stdin=stdin)
    assert ended == code
    assert said in out + err


def test_explain_takes_the_name_of_a_query(shell: Shell) -> None:
    """A query of the configuration is explained by its name, as what it says and not as the word."""
    code, out, _ = shell("explain", "bedrijf", "--text", "De veerdienst Lindeveer vaart")
    assert code == 0
    assert '✗ "lindeveer vervoer"   not there: vervoer' in out
    assert shell("explain", "$bedrijf", "--text", "De veerdienst Lindeveer vaart")[1] == out
    assert shell("explain", "bedrijf pont", "--text", "Het bedrijf en de pont")[0] == 0


@pytest.mark.parametrize("column", ["url", "id"])
def test_explain_finds_what_is_stored(shell: Shell, column: str) -> None:
    """A stored mention is found by its link or its id, every flag with the query that brought it, and it holds."""
    sql = f"""
        SELECT mm.query, m.{column}, m.title FROM mention m JOIN mention_match mm ON mm.mention = m.id
        WHERE NOT contains(m.excerpt, '…') AND m.title <> '' ORDER BY m.id LIMIT 5
    """
    rows = shell.stored(sql)
    assert len(rows) == 5
    for query, name, title in rows:
        code, out, err = shell("explain", str(query), "--url", str(name))
        assert (code, err) == (0, "")
        assert str(title) in out
        assert re.search(r"✓ .*\(\d+-\d+\)", out)


def test_explain_says_that_only_an_excerpt_is_kept(shell: Shell) -> None:
    """Where the post was longer than what is kept of it, a part that fails may stand in the rest."""
    ((name,),) = shell.stored("SELECT id FROM mention WHERE excerpt LIKE '%…' AND facet = 'brand' ORDER BY id LIMIT 1")
    code, out, _ = shell("explain", "lindeveer zebrapad", "--url", str(name))
    assert code == 1
    assert "Only an excerpt is kept: what failed may stand in the rest of the post." in out


def test_explain_knows_no_such_mention(shell: Shell) -> None:
    """A link that is not stored is told with where to look."""
    code, _, err = shell("explain", "lindeveer", "--url", "https://krant.example/nix")
    assert code == 78
    assert "--url https://krant.example/nix: no stored mention has this link or id" in err


# --- monitor check ----------------------------------------------------------------------------------------


def test_check_tells_advice_and_strict_refuses_it(shell: Shell) -> None:
    """Advice is told with file, line, query and caret, and ends with 0; with --strict it is a fault."""
    assert shell("check", "--strict")[0] == 0
    shell.rewrite(TEXT, "text = '''lindeveer\n  OR action'''")
    code, out, err = shell("check")
    line = (shell.folder / "monitor.toml").read_text("utf-8").splitlines().index("  OR action'''") + 1
    told = f"{shell.folder / 'monitor.toml'}, line {line}: [queries 1] text: action is a word of the dictionary"
    assert (code, err) == (0, "")
    assert f"! {told}" in out
    assert "\n      OR action\n         ^^^^^^\n" in out
    code, out, err = shell("check", "--strict")
    assert (code, out) == (78, "")
    assert told in err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"wietske kowalski"', "[person-name]"),
        ("@reiziger_vb", "[person-handle]"),
        ("lindeveer author:reiziger_vb", "[author-not-ours]"),
        ("lindeveer vakbond", "[sensitive-subject]"),
        ("lang:nl", "[matches-anything]"),
        ("lindeveer NOT lindeveer", "[never-holds]"),
        ("$merk", "there is no saved query $merk; known are: $bedrijf, $lindeveer"),
        ("lindeveer (", "expected a word"),
    ],
)
def test_check_refuses(shell: Shell, query: str, said: str) -> None:
    """What may not be asked ends with 78, with and without --strict, and so does a run."""
    shell.rewrite(TEXT, f"text = '{query}'")
    before = shell.bytes()
    for words in (["check"], ["check", "--strict"], ["run"]):
        code, _, err = shell(*words)
        assert code == 78
        assert said in err
    assert shell.bytes() == before


def test_check_takes_a_declared_brand(shell: Shell) -> None:
    """A brand named after a person passes with a reason, is refused without, and a reason is a sentence."""
    shell.rewrite(TEXT, "text = '\"wietske kowalski\" OR #wietskekowalski'")
    assert shell("check")[0] == 78
    shell.rewrite("OR #wietskekowalski'", 'OR #wietskekowalski\'\ndeclared = {"wietske kowalski" = "Our name."}')
    assert shell("check", "--strict")[0] == 0
    shell.rewrite('"Our name."', '"Ours"')
    code, _, err = shell("check")
    assert code == 78
    assert "[queries 1.declared] wietske kowalski: " in err


def test_check_looks_into_saved_parts(shell: Shell) -> None:
    """A person in a saved part is refused where the part is used, and a part may be what a query may not."""
    shell.rewrite("[paths]", "[saved]\nnl = 'NOT lang:en'\nwie = '\"wietske kowalski\"'\n[paths]")
    assert shell("check", "--strict")[0] == 0
    shell.rewrite(TEXT, "text = 'lindeveer $nl'")
    assert shell("check", "--strict")[0] == 0
    shell.rewrite("'lindeveer $nl'", "'lindeveer $wie'")
    code, _, err = shell("check")
    assert code == 78
    assert "\n    text = 'lindeveer $wie'" in err or "\n    lindeveer $wie\n              ^^^^\n" in err


# --- monitor try ------------------------------------------------------------------------------------------


def counts(out: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Per source and kind of place: posts, matched, unsure."""
    rows = re.findall(r"^(\w+) +(\w+) +([\d,]+) +([\d,]+) +([\d,]+)$", out, re.MULTILINE)
    return {(row[0], row[1]): tuple(int(number.replace(",", "")) for number in row[2:]) for row in rows}  # type: ignore[misc]


def test_try_looks_into_what_is_stored(shell: Shell, world: Served) -> None:
    """With --stored no request is made; every stored mention is counted, and the samples have the word."""
    before, asked = shell.bytes(), [len(service.requests) for service in world.services]
    code, out, err = shell("try", "pont", "--stored")
    assert (code, err) == (0, "")
    ((total,),) = shell.stored("SELECT count(*) FROM mention")
    assert sum(posts for posts, _, _ in counts(out).values()) == total
    assert sum(matched for _, matched, _ in counts(out).values()) >= 5
    assert len(re.findall(r"^http\S+$", out, re.MULTILINE)) == 5
    assert "Over what the sources offer now" not in out
    assert shell.bytes() == before
    assert [len(service.requests) for service in world.services] == asked


def test_try_looks_at_what_the_sources_offer_now(shell: Shell, world: Served) -> None:
    """The feeds that work are counted, those that do not are named, and nothing is written anywhere."""
    before, asked = shell.bytes(), len(world.services[0].requests)
    code, out, err = shell("try", "veerboot OR pont", "--source", "rss")
    assert (code, err) == (2, "")  # some of the feeds are broken on purpose
    stored, offered = out.split("Over what the sources offer now")
    assert set(counts(stored)) > {("rss", "feed")} == set(counts(offered))
    assert counts(offered)["rss", "feed"][0] > counts(stored)["rss", "feed"][0]
    assert "/verdwenen.xml: 410: nothing is there any more (not-found)" in offered
    assert len(world.services[0].requests) > asked
    assert shell.bytes() == before


def test_try_before_the_first_run(shell: Shell, tmp_path: Path, collected: Path) -> None:
    """Where nothing was stored yet the sources alone are asked, and no database is left behind."""
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for name in ("monitor.toml", ".env"):
        copy(collected / name, fresh)
    code, out, _ = shell("try", "pont", "--source", "rss", "--config", str(fresh / "monitor.toml"))
    assert code == 2  # some of the feeds are broken on purpose
    assert "Over what is stored" not in out
    assert counts(out)["rss", "feed"][1] > 0
    assert {path.name for path in fresh.iterdir()} == {"monitor.toml", ".env"}


def test_try_over_nothing_stored(shell: Shell, tmp_path: Path, collected: Path) -> None:
    """Asked for what is stored alone where nothing is, it says so."""
    for name in ("monitor.toml", ".env"):
        copy(collected / name, tmp_path)
    code, out, err = shell("try", "pont", "--stored", "--config", str(tmp_path / "monitor.toml"))
    assert (code, out) == (74, "")
    assert "run" in err


def test_try_a_query_by_its_name(shell: Shell) -> None:
    """The name of a query stands for it, as in explain."""
    assert counts(shell("try", "bedrijf", "--stored")[1]) == counts(shell("try", "$bedrijf", "--stored")[1])
    assert counts(shell("try", "bedrijf", "--stored")[1]) != counts(shell("try", '"bedrijf"', "--stored")[1])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"wietske kowalski"', "[person-name]"),
        ("wietske NEAR/3 kowalski", "[person-name]"),
        ("@reiziger_vb", "[person-handle]"),
        ("lindeveer ziekteverzuim", "[sensitive-subject]"),
        ("lang:nl", "[matches-anything]"),
        ("lindeveer (", "line 1, column 12: expected a word"),
    ],
)
def test_try_refuses_what_a_query_may_not_ask(shell: Shell, world: Served, query: str, said: str) -> None:
    """A person is not tried either: 78 with the rule, before any request and any look at what is stored."""
    before, asked = shell.bytes(), [len(service.requests) for service in world.services]
    code, out, err = shell("try", query)
    assert (code, out) == (78, "")
    assert said in err
    assert shell.bytes() == before
    assert [len(service.requests) for service in world.services] == asked


def test_try_takes_what_the_configuration_has(shell: Shell) -> None:
    """Saved parts, queries by name and declared brands can be tried; advice is told; an unknown source is refused."""
    shell.rewrite(TEXT, f'{TEXT}\ndeclared = {{"wietske kowalski" = "A boat of ours."}}')
    shell.rewrite("[paths]", "[saved]\nstil = 'storing* OR vertraging*'\n[paths]")
    code, out, _ = shell("try", '($lindeveer AND $stil) OR "wietske kowalski" OR app', "--stored")
    assert code == 0
    assert "! app: app is a very short word" in out
    code, _, err = shell("try", "veerboot", "--source", "rsss")
    assert code == 78
    assert "--source rsss: not in" in err


# --- monitor rematch --------------------------------------------------------------------------------------


def held(shell: Shell, query: str) -> int:
    """How many stored mentions a query holds for."""
    (database,) = shell.folder.glob("*.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM mention_match WHERE query = $query", {"query": query})
        return int(found.fetchall()[0][0])


def test_rematch_tells_first_and_writes_then(shell: Shell) -> None:
    """A changed query's difference is shown and nothing written; with --apply it is, and then nothing is left to do."""
    first, kept = held(shell, "lindeveer"), held(shell, "bedrijf")
    shell.rewrite(TEXT, "text = 'lindeveer NOT storing'")
    before = shell.stored("SELECT id FROM mention ORDER BY id")
    code, out, err = shell("rematch")
    (gained, lost, unsure) = differences(out)["lindeveer"]
    assert (code, err) == (0, "")
    assert (gained, lost > 0, unsure > 0) == (0, True, True)
    assert out.endswith("nothing is written yet; write it with: monitor rematch --apply\n")
    assert shell.stored("SELECT id FROM mention ORDER BY id") == before
    code, told, _ = shell("rematch", "--apply")
    assert code == 0
    assert differences(told) == differences(out)
    assert "nothing is written yet" not in told
    assert (held(shell, "lindeveer"), held(shell, "bedrijf")) == (first - lost, kept)
    assert shell("rematch") == (0, NOTHING, "")


NOTHING = "no query has changed since what is stored was last looked through; --all looks again\n"


def differences(out: str) -> dict[str, tuple[int, ...]]:
    """Per query: gained, lost, unsure."""
    rows = re.findall(r"^(\w+) +([\d,]+) +([\d,]+) +([\d,]+)$", out, re.MULTILINE)
    return {row[0]: tuple(int(number.replace(",", "")) for number in row[1:]) for row in rows}


def test_rematch_finds_a_new_query(shell: Shell) -> None:
    """A query that is new gains what is stored for others, with samples that have a link."""
    new = '[[queries]]\nname = "boot"\nfacet = "brand"\npurpose = "Over de boot."\ntext = "veerboot OR pont"\n'
    shell.rewrite("[sources.rss]", f"{new}\n[sources.rss]")
    code, out, _ = shell("rematch")
    assert code == 0
    gained, lost, _ = differences(out)["boot"]
    assert set(differences(out)) == {"boot"}
    assert (gained > 0, lost) == (True, 0)
    samples = re.findall(r"^\+ boot  .*(https?://\S+)$", out, re.MULTILINE)
    assert 0 < len(samples) <= min(3, gained)
    shell("rematch", "--apply")
    assert held(shell, "boot") == gained


def test_rematch_when_nothing_changed(shell: Shell) -> None:
    """What did not change is not looked through, spelled otherwise or not; --all and names look all the same."""
    assert shell("rematch") == (0, NOTHING, "")
    shell.rewrite(TEXT, "text = 'LINDEVEER  OR  lindeveerapp OR (\"Gele veerboot\")  # as before'")
    assert shell("rematch") == (0, NOTHING, "")
    assert set(differences(shell("rematch", "--all")[1])) == {"lindeveer", "bedrijf"}
    assert differences(shell("rematch", "bedrijf")[1])["bedrijf"][:2] == (0, 0)


def test_rematch_of_an_unknown_name(shell: Shell) -> None:
    """78: a name that is no query's is told with those that are, before anything is looked through."""
    before = shell.bytes()
    code, out, err = shell("rematch", "lindeveeer")
    assert (code, out) == (78, "")
    assert re.search(r"^monitor: lindeveeer: no query of .*monitor\.toml, nor of what is stored; did you mean", err)
    assert shell.bytes() == before


def test_rematch_before_the_first_run(empty: Shell, collected: Path) -> None:
    """74: where nothing is stored yet the command that is missing is named."""
    for name in ("monitor.toml", ".env"):
        copy(collected / name, empty.folder)
    code, out, err = empty("rematch")
    assert (code, out) == (74, "")
    assert err.endswith("no database yet; make one with: monitor run\n")


CALLS: list[Callable[[Shell], object]] = [
    lambda shell: shell("explain", "veerboot", "--text", "De veerboot"),
    lambda shell: shell("try", "veerboot", "--stored"),
    lambda shell: shell("rematch", "--all"),
]


@pytest.mark.parametrize("call", CALLS, ids=["explain", "try", "rematch"])
def test_what_only_looks_changes_nothing(shell: Shell, call: Callable[[Shell], object]) -> None:
    """No command that only looks writes a byte, whatever it finds."""
    before = shell.bytes()
    call(shell)
    assert shell.bytes() == before
