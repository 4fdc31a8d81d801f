"""The commands of the webcare queue, through the real command line on a real database."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
import typer
from typer.main import get_command

from monitor.case_commands import commands
from monitor.case_console import evidence
from monitor.case_desk import DEMO, LONGEST_NOTE, name_of
from monitor.cases import act
from monitor.cli import ended
from monitor.demo import run as demo
from monitor.errors import ConfigError
from monitor.store import Store
from monitor.store.cases import NewCase
from tests.casing import NOW, flagged, mention_of, prepared, saved_from, unlike

LONG_AGO = datetime(2020, 3, 2, 8, tzinfo=UTC)  # a Monday; what was due then is red whenever this runs
FAR = datetime(2090, 3, 2, 8, tzinfo=UTC)
TEXT = "Geen boot vanochtend, ik sta al een uur te wachten op de kade"
CONFIG = """
[organisation]
name = "Lindeveer"
languages = ["en", "nl"]
contact = "https://lindeveer.example/monitor"

[[queries]]
name = "lindeveer"
facet = "brand"
purpose = "What passengers say of the ferries."
text = "lindeveer"

[sources.rss]
feeds = ["https://nieuws.example/feed.xml"]

[roles.webcare]
who = "webcare@lindeveer.example"
[roles.spokesperson]
who = "press@lindeveer.example"
[roles.crisis-lead]
who = "duty@lindeveer.example"
"""
Run = Callable[..., tuple[object, str, str]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red complaint with a copy, and a question that is not due for a lifetime."""
    store = prepared(
        Store(tmp_path_factory.mktemp("filled")),
        flagged("a", TEXT),
        flagged("b", f"RT @x@y.example {TEXT}"),
        now=LONG_AGO,
    )
    saved_from(store, [flagged("c", unlike("c"), kind="question", rule="question")], FAR)
    return store.folder


@pytest.fixture
def store(tmp_path: Path, filled: Path) -> Store:
    """A copy of what is made once."""
    (tmp_path / "monitor.toml").write_text(CONFIG, "utf-8")
    return Store(copytree(filled, tmp_path / "data"))


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("take", "20-0001")` is the exit code and what was printed."""

    def command(*words: str) -> tuple[object, str, str]:
        config = ["--config", str(store.folder.parent / "monitor.toml")]
        monkeypatch.setattr(sys, "argv", ["monitor cases", *words, *config])
        with pytest.raises(SystemExit) as end:
            ended(commands, "monitor cases")
        return end.value.code, *capsys.readouterr()

    monkeypatch.setenv("MONITOR_USER", "desk-1")
    return command


def state(store: Store, case: str = "20-0001") -> tuple[str, str, str | None, str | None]:
    last = store.cases.logbook(case)[-1]
    return last.state, last.owner, last.actor, last.note


# --- What people see --------------------------------------------------------------------------------------


def test_the_list_says_colour_who_what_and_where(run: Run) -> None:
    """The colour is a word as well; what is due first stands first."""
    code, out, _ = run("list")
    head, first, second = out.splitlines()
    assert code == 0
    assert head.split() == ["case", "due", "state", "owner", "kind", "posts", "about", "link"]
    assert first.split()[:2] == ["red", "20-0001"]
    assert "webcare (webcare@lindeveer.example)" in first
    assert first.split()[-1] == "https://sociaal.example/a"
    assert " 2  Geen boot vanochtend" in first
    assert second.split()[:2] == ["green", "90-0001"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["20-0001", "90-0001"]),
        (("--late",), ["20-0001"]),
        (("--kind", "question"), ["90-0001"]),
        (("--owner", "spokesperson"), []),
        (("--state", "taken"), []),
        (("--state", "open", "--owner", "webcare"), ["20-0001", "90-0001"]),
        (("--all",), ["20-0001", "90-0001"]),
    ],
)
def test_the_list_can_be_narrowed(run: Run, words: tuple[str, ...], expected: list[str]) -> None:
    """By owner, state, kind and lateness; for programs as JSON."""
    code, out, _ = run("list", "--json", *words)
    assert (code, [case["id"] for case in json.loads(out)]) == (0, expected)


def test_an_empty_list_says_so(run: Run) -> None:
    """And how to see what is done."""
    assert "nothing to do" in run("list", "--owner", "spokesperson")[1]


def test_nobodys_name_is_in_what_programs_read(run: Run) -> None:
    """The JSON list says that a case is taken, not by whom."""
    run("take", "20-0001", "--as", "bram")
    _, out, _ = run("list", "--json")
    assert "bram" not in out
    assert json.loads(out)[0]["state"] == "taken"
    assert "taken by bram" in run("list")[1]


def test_a_case_is_shown_with_reasons_advice_and_logbook(run: Run) -> None:
    """Who says what, why it was flagged, what the scheme advises in the reader's language, and what happened."""
    run("note", "20-0001", "called the depot")
    code, out, _ = run("show", "20-0001")
    assert code == 0
    for told in (
        "case 20-0001  red  open",
        "owner     webcare (webcare@lindeveer.example)",
        "reaction  restore (rule complaint)",
        "why       A complaint: always answer.",
        TEXT,
        "https://sociaal.example/b",
        'complaint: "Geen" (cue "geen boot", right in 9 of 10 where it was measured)',
        "2  Mon 02 Mar 09:00  joined, webcare",
        "noted by desk-1, webcare  called the depot",
    ):
        assert told in out, told


@pytest.mark.parametrize(
    ("by", "cue", "words", "measured", "told"),
    [
        ("strong", "terugbetaling", "Terugbetaling", None, '"Terugbetaling" (strong phrase)'),
        ("cue", "werkt niet", "werkt\nniet", None, '"werkt niet" (cue)'),
        (
            "cue",
            "werk* niet",
            "werkt niet",
            0.97,
            '"werkt niet" (cue "werk* niet", right in 9 of 10 where it was measured)',
        ),
        ("cue", "re:werk(t|te)? niet", "werkt niet", None, '"werkt niet" (cue)'),
        ("cue", "a|b" * 40, "x" * 200, None, f'"{"x" * 59}…" (cue)'),
        ("cue", "geen boot", "", 0.5, 'words outside the excerpt (cue "geen boot", right in 5 of 10'),
        ("model", "wachten", "wachten", 0.873, '"wachten" (the model, 87%)'),
        ("rule", "iban", "", 1.0, 'rule "iban"'),
    ],
)
def test_evidence_begins_with_the_words(by: str, cue: str, words: str, measured: float | None, told: str) -> None:
    """Then who says so, the cue where it is another and can be read, and how often that is right."""
    line = evidence({"kind": "complaint", "by": by, "cue": cue, "words": words, "measured": measured})
    assert line.startswith(f"complaint: {told}")


def test_a_case_tells_how_its_kind_is_corrected(run: Run) -> None:
    """With the mentions' ids, which programs read too."""
    first, copy = (mention_of(flagged(key, TEXT), LONG_AGO).id for key in "ab")
    out = run("show", "20-0001")[1]
    assert f"mention {copy}" in out
    assert f"monitor label --correct {first} --kind KIND" in out
    assert json.loads(run("list", "--json")[1])[0]["mentions"] == [first, copy]


def test_a_case_tells_whom_else_to_tell(run: Run, store: Store) -> None:
    """The roles that its rule informs, with who that is where the configuration says so."""
    saved_from(store, [flagged("d", unlike("d"), kind="leak", rule="leak")], LONG_AGO)
    assert "tell too  legal, spokesperson (press@lindeveer.example)" in run("show", "20-0002")[1]


def test_an_old_note_cannot_pass_for_an_event(run: Run, store: Store) -> None:
    """Whatever is stored is shown on one line and moves no cursor."""
    act(store, "20-0001", "note", LONG_AGO, actor="x", note="ok\n  9  Mon  closed by boss\x1b[2J\r\u202eback")
    lines = run("show", "20-0001")[1].splitlines()
    assert lines[-1].endswith("noted by x, webcare  ok 9 Mon closed by boss[2J back")


@pytest.mark.parametrize(
    ("mark", "name", "colour"),
    [(DEMO.decode(), "Lindeveer", "green"), (DEMO.decode(), "Veerhaven", "red"), ("", "Lindeveer", "red")],
)
def test_in_the_demo_time_stands_still(
    tmp_path: Path, run: Run, store: Store, mark: str, name: str, colour: str
) -> None:
    """Its cases are due by the time of its run, and so is what is done; never in a set-up that was made of it."""
    config = CONFIG.replace('"Lindeveer"', f'"{name}"') + '\n[paths]\ndata = "made-up"\n'
    (tmp_path / "monitor.toml").write_text(f"{mark}\n{config}", "utf-8")
    made_up = prepared(Store(tmp_path / "made-up"), flagged("a", TEXT))
    is_demo = colour == "green"
    [*told, line] = run("list")[1].splitlines()
    run("take", "26-0001")
    assert ("the demo's clock stands at its run: 16 Nov 2026 09:00" in told) is is_demo
    assert line.split()[0] == colour
    assert (made_up.cases.logbook("26-0001")[-1].moment == NOW) is is_demo


def test_the_demo_is_known_by_its_mark() -> None:
    """The one that `monitor demo` writes."""
    assert demo._MARK.encode().startswith(DEMO)


def test_a_crisis_is_shown_with_the_table_of_advice(run: Run, store: Store) -> None:
    """First in the list, with how many stand under it; shown with what theory advises."""
    why = "Many at once. Now 2 stories."
    case = NewCase("crisis", "crisis", "escalate", why, "crisis-lead", FAR, FAR)
    id_ = store.cases.begin_crisis(case, LONG_AGO + timedelta(hours=1))
    assert id_
    store.cases.gather(id_, ["complaint"], LONG_AGO, LONG_AGO)
    listed = run("list")[1].splitlines()
    assert listed[1].split()[1] == id_
    assert "1 cases under it, 1 red" in listed[1]
    assert [line.split()[1] for line in listed[2:]] == ["90-0001"]
    out = run("show", id_)[1]
    assert why in out
    assert run("advice")[1] in out
    assert len(run("advice")[1].splitlines()) >= 10
    assert run("close", id_, "--with-items")[0] == 0
    assert state(store)[0] == "closed"


def test_figures_are_per_rule_and_role(run: Run, store: Store) -> None:
    """Times and shares, and nobody's name."""
    run("answer", "20-0001")
    code, out, _ = run("figures", "--days", "3660")
    row = next(line.split() for line in out.splitlines() if line.startswith("complaint"))
    assert (code, row[:4], row[-2:]) == (0, ["complaint", "webcare", "1", "1"], ["0%", "1"])
    assert "desk-1" not in out


def test_figures_without_cases_say_so(tmp_path: Path, run: Run, store: Store) -> None:
    """Nothing was opened: no table of nothing."""
    with store._database.changed() as connection:
        connection.execute("DELETE FROM webcare_case")
    assert run("figures", "--days", "1") == (0, "no case was opened in 1 days\n", "")


# --- What people do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("take",), ("taken", "webcare", "desk-1", None)),
        (("take", "--as", "bram"), ("taken", "webcare", "bram", None)),
        (("answer", "--note", "sorry"), ("answered", "webcare", "desk-1", "sorry")),
        (
            ("answer", "--note", "sorry", "--link", "https://sociaal.example/z"),
            ("answered", "webcare", "desk-1", "sorry  https://sociaal.example/z"),
        ),
        (("pass", "--to", "spokesperson"), ("passed on", "spokesperson", "desk-1", None)),
        (("close",), ("closed", "webcare", "desk-1", None)),
        (("let-stand", "--note", "satire"), ("let stand", "webcare", "desk-1", "satire")),
    ],
)
def test_a_command_writes_one_event(
    run: Run, store: Store, words: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    """With who did it, as given or by MONITOR_USER, and what they wrote down."""
    move, *options = words
    code, out, _ = run(move, "20-0001", *options)
    assert (code, state(store)) == (0, expected)
    assert out.startswith(f"case 20-0001 is {expected[0]}; owner: {expected[1]} (")


def test_a_note_leaves_the_state(run: Run, store: Store) -> None:
    """It is a line of the logbook and no more."""
    assert run("note", "20-0001", "waits for the depot")[0] == 0
    assert state(store) == ("open", "webcare", "desk-1", "waits for the depot")


def test_a_reopened_case_is_due_anew(run: Run, store: Store) -> None:
    """Its rule's deadline counts from now, whenever it was due before."""
    run("answer", "90-0001")
    before = datetime.now(UTC)
    assert run("reopen", "90-0001")[0] == 0
    last = store.cases.logbook("90-0001")[-1]
    assert last.state == "open"
    assert before < last.orange < last.due < FAR


def test_a_reopened_case_whose_rule_is_gone_keeps_its_deadline(run: Run, store: Store) -> None:
    """The scheme that ships has no rule by that name, so nothing says before when."""
    due = store.cases.logbook("20-0001")[-1].due
    run("answer", "20-0001")
    told = run("reopen", "20-0001")[1]
    assert "no rule of the scheme gives it a new deadline, so it is due as before: Mon 02 Mar 10:00" in told
    assert (state(store)[0], store.cases.logbook("20-0001")[-1].due) == ("open", due)


@pytest.mark.parametrize("first", ["take", "answer"])
def test_the_second_one_is_told_who_was_first(run: Run, store: Store, first: str) -> None:
    """Exit code 1, and nothing is overwritten."""
    run(first, "20-0001", "--as", "bram")
    before = store.cases.logbook("20-0001")
    code, out, err = run("take", "20-0001")
    assert (code, out) == (1, "")
    assert err.startswith(f"case 20-0001 is {before[-1].state} already by bram, since ")
    assert store.cases.logbook("20-0001") == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("take", "20-9999"), "case 20-9999: there is none; see which there are: monitor cases list --all"),
        (("take", "20-1"), "case 20-1: there is none; did you mean 20-0001?"),
        (("show", "x"), "case x: there is none"),
        (
            ("pass", "20-0001", "--to", "spokesperon"),
            "--to: there is no role 'spokesperon'; did you mean 'spokesperson'?",
        ),
        (
            ("list", "--owner", "nobody"),
            "--owner: there is no role 'nobody'; known are: crisis-lead, spokesperson, webcare",
        ),
        (("list", "--kind", "complain"), "--kind complain: there is no such kind; did you mean complaint?"),
        (("list", "--state", "foo"), "Invalid value: --state foo: there is no such state; known are: open, taken,"),
        (("note", "20-0001", " "), "the note is empty"),
        (("close", "20-0001", "--note", ""), "the note is empty"),
        (("note", "20-0001", "ok\n2  closed"), "the note holds a line break or a control character"),
        (("close", "20-0001", "--note", "ok\x1b[2J"), "the note holds a line break or a control character"),
        (("take", "20-0001", "--as", " "), "--as: a name of 1 to 60 letters is needed"),
        (("take", "20-0001", "--as", "a\nb"), "--as: a name of 1 to 60 letters is needed"),
        (("answer", "20-0001", "--link", "javascript:alert(1)"), "--link: is no address"),
        (("note", "20-0001", "x" * (LONGEST_NOTE + 1)), "the note has 2,001 characters; 2,000 fit in the logbook"),
    ],
)
def test_what_does_not_fit_is_told_with_its_cure(run: Run, store: Store, words: tuple[str, ...], told: str) -> None:
    """Exit code 64, as for all that is mistyped, and the case stands as it stood."""
    before = store.cases.logbook("20-0001")
    code, _, err = run(*words)
    said = " ".join(err.replace("│", " ").split())
    assert (code, told in said) == (64, True), err
    assert store.cases.logbook("20-0001") == before


def test_a_wrong_file_is_told_otherwise(run: Run, store: Store) -> None:
    """Exit code 78: whoever typed the command cannot help it."""
    (store.folder.parent / "monitor.toml").write_text(CONFIG.replace("[roles.w", "[rolls.w"), "utf-8")
    assert run("take", "20-0001")[0] == 78


def test_a_state_can_be_given_as_it_is_shown(run: Run) -> None:
    """With a blank, too."""
    run("pass", "20-0001", "--to", "spokesperson")
    for shown in ("passed on", "passed-on"):
        assert [case["id"] for case in json.loads(run("list", "--json", "--state", shown)[1])] == ["20-0001"]


@pytest.mark.parametrize("note", ["👩‍👧 terug", "één\u00a0dag"])
def test_a_note_may_be_written_as_people_write(run: Run, store: Store, note: str) -> None:
    """Emoji that are joined and blanks that do not break are no control characters."""
    assert run("note", "20-0001", note)[0] == 0
    assert state(store)[3] == note


def test_without_a_database_the_cure_is_told(tmp_path: Path, run: Run, store: Store) -> None:
    """Nothing was collected yet: exit code 74."""
    (tmp_path / "monitor.toml").write_text(CONFIG + '\n[paths]\ndata = "elsewhere"\n', "utf-8")
    code, _, err = run("list")
    assert (code, "make one with: monitor run" in err) == (74, True)


def test_who_acts_is_the_login_when_nothing_else_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --as and MONITOR_USER the system's own name for the user is written down."""
    monkeypatch.setenv("LOGNAME", "bram")
    assert name_of(None) == "bram"


def test_who_has_no_name_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without a user's name must give one."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_294_967_000)
    with pytest.raises(ConfigError, match="give --as, or set MONITOR_USER"):
        name_of(None)


# --- Help -------------------------------------------------------------------------------------------------


def _named() -> dict[str, object]:
    return dict(get_command(commands).commands)  # type: ignore[attr-defined]


def test_every_command_takes_the_configuration_and_shows_an_example() -> None:
    """Who looks at the help sees how it is used."""
    for name, command in _named().items():
        assert "--config" in {option for each in command.params for option in each.opts}, name  # type: ignore[attr-defined]
        assert str(command.epilog).startswith("Example: monitor cases "), name  # type: ignore[attr-defined]


@pytest.mark.parametrize(("begun", "expected"), [("", ["90-0001", "20-0001"]), ("20", ["20-0001"]), ("x", [])])
def test_the_shell_completes_ids(store: Store, begun: str, expected: list[str]) -> None:
    """The newest first."""
    assert _completed("take", "case", store.folder.parent / "monitor.toml", begun) == expected


def test_the_shell_completes_roles(store: Store) -> None:
    """Those of the configuration."""
    assert _completed("pass", "to", store.folder.parent / "monitor.toml", "s") == ["spokesperson"]


@pytest.mark.parametrize("parameter", ["case", "to"])
def test_the_shell_completes_nothing_where_nothing_can_be_read(tmp_path: Path, parameter: str) -> None:
    """A tab press must not end in a traceback."""
    assert _completed("pass", parameter, tmp_path / "none.toml", "2") == []


def _completed(command: str, parameter: str, config: Path, begun: str) -> list[str]:
    made = _named()[command]
    context = typer.Context(made, info_name=command)  # type: ignore[arg-type]
    context.params = {"config": config}
    [found] = [each for each in made.params if each.name == parameter]  # type: ignore[attr-defined]
    return [item.value for item in found.shell_complete(context, begun)]
