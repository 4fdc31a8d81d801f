"""label, train, evaluate and models, by their commands on a folder with mentions of a made-up organisation."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from monitor import learn
from monitor.asking import KEYS
from monitor.errors import ConfigError
from monitor.learn_commands import _versions, commands
from monitor.model import Post
from monitor.store import Store
from monitor.triage.labels import read_labels, written
from tests.asking import HANDLE, passed, post
from tests.labelling import fitted, read, rows

KEY = "made up, as everything and everybody here"
TEXTS = ("Veer: de kade lekt", "Veer: het dek glimt", "Veer: mijn hut piept")


@pytest.fixture
def without_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the made set teaches takes seconds, and most tests of training do not ask for it."""
    monkeypatch.setattr(learn, "MADE", tmp_path / "nowhere")


def said(folder: Path, *arguments: str, keys: str = "") -> Result:
    """What a command answers; its error is raised, as the command line would tell it."""
    config = [] if "--help" in arguments else ["--config", str(folder / "monitor.toml")]
    first, *rest = arguments
    where = [first, *config, *rest] if first == "label" and rest[:1] not in (["import"], ["export"]) else None
    result = CliRunner().invoke(commands, where or [*arguments, *config], input=keys)
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration and what a pass has stored."""
    monkeypatch.setenv("MONITOR_PSEUDONYM_KEY", KEY)
    posts = [post(nth, text) for nth, text in enumerate(TEXTS)]
    passed(tmp_path, {"veer": "veer*", "eigen/ambassador": "veer*"}, [*posts, _by_ambassador()])
    return tmp_path


def _by_ambassador() -> Post:
    return post("own", "Veer: trots op onze boot", author=HANDLE)


def store(folder: Path) -> Store:
    return Store(folder / "data")


def labels_file(folder: Path, count: int = 160) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("\n".join(map(written, rows(count))), "utf-8")
    return path


def test_a_sitting_stores_what_was_said(folder: Path) -> None:
    """Kinds by their keys, then need, relevance and sentiment; an empty answer leaves a question open."""
    result = said(folder, "label", "--as", "ab", keys="12\ny\ny\n-\n\nn\n\n\nq\n")
    assert "2 labelled" in result.output
    first, second = store(folder).labels()
    assert (first.kinds, first.needs, first.relevant, first.sentiment) == (
        ("complaint", "question"),
        True,
        True,
        "negative",
    )  # fmt: skip - one row
    assert (second.kinds, second.needs, second.relevant, second.sentiment, second.by) == (None, False, None, None, "ab")


def test_no_post_of_an_ambassador_is_offered(folder: Path) -> None:
    """All are looked through, and theirs is not among them."""
    result = said(folder, "label", keys="s\n" * 9)
    assert result.output.count("\n1/3") + result.output.count("\n3/3") == 2
    assert "trots" not in result.output


def test_a_sitting_skips_goes_back_and_ends(folder: Path) -> None:
    """Back asks the same text again, and the newest answer counts."""
    result = said(folder, "label", keys="1\ny\n\n\nb\no\nn\n\n\ns\nq\n")
    assert "1 labelled" in result.output
    (told,) = store(folder).labels()
    assert (told.kinds, told.needs) == (("other",), False)


@pytest.mark.parametrize("ending", ["q\n", "quit\n", ""])
def test_who_ends_in_the_middle_of_a_text_keeps_what_was_answered(folder: Path, ending: str) -> None:
    """By its key, its word, or the end of the pipe."""
    assert "1 labelled" in said(folder, "label", keys=f"1\ny\n{ending}").output
    (told,) = store(folder).labels()
    assert (told.kinds, told.needs, told.relevant) == (("complaint",), True, None)


def test_plain_lines_take_words_as_well_as_keys(folder: Path) -> None:
    """Kinds by name, yes and no in Dutch and English, and what it says of the organisation."""
    said(folder, "label", "--text", keys="Question, wrong-facts 1\nyes\nnee\nnegative\nskip\nquit\n")
    (told,) = store(folder).labels()
    assert told.kinds == ("question", "wrong-facts", "complaint")
    assert (told.needs, told.relevant, told.sentiment) == (True, False, "negative")


def test_a_sitting_shows_the_id_that_a_correction_takes(folder: Path) -> None:
    """Beside the text."""
    shown = said(folder, "label", keys="q\n").output
    assert any(one.mention in shown for one in store(folder).proposed("team"))


def test_a_wrong_key_is_asked_again(folder: Path) -> None:
    """With the keys that there are."""
    result = said(folder, "label", keys="z\n1\n?\ny\n\n\n")
    assert "'z' is no kind" in result.output
    assert "'?' is no answer; give one of y j n" in result.output
    (told,) = store(folder).labels()
    assert (told.kinds, told.needs) == (("complaint",), True)


def test_every_key_is_a_kind_of_its_own() -> None:
    """None of them skips, goes back or ends."""
    assert len(set(KEYS.values())) == len(KEYS)
    assert not {"s", "b", "q"} & KEYS.keys()


def test_a_mention_is_corrected_without_being_asked(folder: Path) -> None:
    """As the dashboard's button does it."""
    (one, *_) = store(folder).proposed("ab")
    said(folder, "label", "--correct", one.mention, "--kind", "complaint", "--needs", "--as", "ab")
    (told,) = store(folder).labels()
    assert (told.mention, told.kinds, told.needs, told.how) == (one.mention, ("complaint",), True, "correction")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--correct", "feed", "--needs"), "feed: no stored mention that may be labelled"),
        (("--correct", "feed", "--kind", "complain"), "unknown kind 'complain'; did you mean complaint"),
    ],
)
def test_a_correction_that_fits_nothing_is_refused(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    """By what is wrong and what to do."""
    with pytest.raises(ConfigError, match=message):
        said(folder, "label", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [("--correct", "feed"), ("--correct", "", "--kind", "complaint"), ("--kind", "complaint"), ("--needs",)],
)
def test_half_a_correction_is_mistyped(folder: Path, arguments: tuple[str, ...]) -> None:
    """It needs a mention and something to say of it, and nobody is asked in its place."""
    result = CliRunner().invoke(commands, ["label", "-c", str(folder / "monitor.toml"), *arguments])
    assert (result.exit_code, "--correct" in result.output, "1/3" in result.output) == (2, True, False)


def test_a_correction_takes_the_address_of_a_mention(folder: Path) -> None:
    """As it was copied from the browser, marks of campaigns and all."""
    (one, *_) = store(folder).proposed("ab")
    said(folder, "label", "--correct", f"{one.url}?utm_source=mail", "--needs", "--as", "ab")
    assert [told.mention for told in store(folder).labels()] == [one.mention]


@pytest.mark.parametrize("arguments", [("label",), ("label", "import", "labels.jsonl")])
def test_a_name_with_control_characters_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    """It would be written to other people's terminals."""
    with pytest.raises(ConfigError, match="--as: a name of 1 to 60 letters"):
        said(folder, *arguments, "--as", "a\x1b[2Jb")


def test_nothing_is_exported_where_nothing_was_labelled(folder: Path) -> None:
    """No empty file is left behind."""
    with pytest.raises(ConfigError, match="there are no labels yet"):
        said(folder, "label", "export", str(folder / "out.jsonl"))
    assert not (folder / "out.jsonl").exists()


def test_what_is_exported_can_be_imported(folder: Path) -> None:
    """Labels come back with their person and how they came to be; the file is not overwritten."""
    (one, *_) = store(folder).proposed("ab")
    said(folder, "label", "--correct", one.mention, "--kind", "complaint", "--as", "ab")
    file = folder / "out.jsonl"
    said(folder, "label", "export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    (row,) = read_labels(file)
    assert (row.mention, row.by, row.how, row.kinds) == (one.mention, "ab", "correction", frozenset(("complaint",)))
    file.write_text(file.read_text("utf-8").replace('"by": "ab"', '"by": "cd"'), "utf-8")
    assert "1 labels added" in said(folder, "label", "import", str(file)).output
    assert [told.by for told in store(folder).labels()] == ["ab", "cd"]
    with pytest.raises(FileExistsError):
        said(folder, "label", "export", str(file))


def test_texts_without_a_mention_are_not_imported(folder: Path) -> None:
    """They are for training, and that is said."""
    with pytest.raises(ConfigError, match=r'160 rows have no "mention".*monitor train --labels'):
        said(folder, "label", "import", str(labels_file(folder)))


@pytest.mark.usefixtures("without_made")
def test_training_puts_a_model_to_use_that_beats_the_cues(folder: Path) -> None:
    """It says why, lists it, and the same labels give the same version."""
    file = str(labels_file(folder))
    output = said(folder, "train", "--labels", file).output
    assert "in use: " in output
    assert "it beats the cues for" in output
    version = (folder / "data" / "models" / "promoted").read_text("utf-8").split()[-1]
    listed = said(folder, "models", "list").output
    assert f"*  {version}" in listed
    said(folder, "train", "--labels", file)
    assert [path.name for path in (folder / "data" / "models").glob("*/")] == [version]


@pytest.mark.usefixtures("without_made")
def test_a_worse_model_is_saved_and_not_put_to_use(folder: Path) -> None:
    """The one in use stays, and there is no way to force it."""
    said(folder, "train", "--labels", str(labels_file(folder)))
    used = (folder / "data" / "models" / "promoted").read_text("utf-8")
    worse = folder / "worse.jsonl"
    noisy = [*rows(120), *(row for row in rows(90, seed=8, needs=None, kinds=frozenset(("complaint",))))]
    worse.write_text("\n".join(map(written, noisy)), "utf-8")
    output = said(folder, "train", "--labels", str(worse)).output
    assert "saved, not in use" in output
    assert "worse than the one in use" in output
    assert (folder / "data" / "models" / "promoted").read_text("utf-8") == used
    assert "force" not in said(folder, "train", "--help").output


@pytest.mark.usefixtures("without_made")
def test_a_model_of_other_cues_steps_back_and_training_says_so(folder: Path) -> None:
    """The star in the list is at the one that judges, not at the newest that was put to use."""
    said(folder, "train", "--labels", str(labels_file(folder, 120)))
    said(folder, "train", "--labels", str(labels_file(folder)))
    models = folder / "data" / "models"
    first, second = (models / "promoted").read_text("utf-8").split()
    held = json.loads((models / second / "model.json").read_text("utf-8"))
    (models / second / "model.json").write_text(json.dumps(held | {"cue_version": "feed"}), "utf-8")
    assert f"*  {first}" in said(folder, "models", "list").output
    output = said(folder, "train", "--labels", str(labels_file(folder))).output
    assert f"passed over: {models / second}: was trained with other cues (feed, now" in output.replace("\n", "")


def test_versions_are_completed_from_the_configured_folder(folder: Path) -> None:
    """And none are where the configuration cannot be read."""
    text = (folder / "monitor.toml").read_text("utf-8")
    (folder / "monitor.toml").write_text(f'{text}\n[paths]\ndata = "elders"\n', "utf-8")
    for version in ("feed", "fade", "beef"):
        (folder / "elders" / "models" / version).mkdir(parents=True)
        (folder / "elders" / "models" / version / "model.json").touch()
    assert _versions(_asking(folder / "monitor.toml"), "f") == ["fade", "feed"]
    assert _versions(_asking(folder / "absent.toml"), "f") == []


def _asking(config: Path) -> typer.Context:
    context = typer.Context(typer.main.get_command(commands))
    context.params = {"config": config}
    return context


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_labels_since_are_told_by_their_moment_not_by_how_it_is_written(hours: int) -> None:
    """The same moment in another zone is no later."""
    last = datetime(2026, 1, 5, 12, tzinfo=UTC)
    used = replace(fitted().model, figures={"until": last.isoformat()})
    zone = timezone(timedelta(hours=hours))
    some = read([replace(row, at=(last + timedelta(minutes=nth)).astimezone(zone)) for nth, row in enumerate(rows(2))])
    assert learn._since(some, used) == [1]


@pytest.mark.usefixtures("without_made")
def test_an_earlier_model_is_used_again(folder: Path) -> None:
    """By its version; one that is not there is refused."""
    said(folder, "train", "--labels", str(labels_file(folder, 120)))
    first = (folder / "data" / "models" / "promoted").read_text("utf-8").split()[-1]
    said(folder, "train", "--labels", str(labels_file(folder)))
    assert f"in use  {first}" in said(folder, "models", "use", first).output
    assert (folder / "data" / "models" / "promoted").read_text("utf-8").split()[-1] == first
    with pytest.raises(ConfigError, match="holds no model feed"):
        said(folder, "models", "use", "feed")


def test_an_evaluation_shows_what_it_measured(folder: Path) -> None:
    """Kinds, confusion, the queue at the review budget, the curve, calibration, and what was missed."""
    output = said(folder, "evaluate", "--labels", str(labels_file(folder))).output
    for shown in ("cues' F1", "Primary kind", "recall when 20% is read", "day's first ten", "Calibration, error"):
        assert shown in output
    assert json.loads(said(folder, "evaluate", "--labels", str(folder / "labels.jsonl"), "--json").output)["texts"]


def test_too_few_labels_are_told(folder: Path) -> None:
    """With how many it takes and how to get them."""
    with pytest.raises(ConfigError, match=r"no kind has enough of them yet: 40.*monitor label"):
        said(folder, "train", "--labels", str(labels_file(folder, 12)))


def test_no_models_yet(folder: Path) -> None:
    """An empty list says what decides and what to do."""
    assert "no models yet" in said(folder, "models", "list").output
