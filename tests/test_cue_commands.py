"""`monitor cues`: test, list, why."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cue_commands import commands

ROWS = (
    {"text": "This is unacceptable", "lang": "en", "kinds": ["complaint"]},
    {"text": "unacceptable, says the poem", "lang": "en", "kinds": []},
    {"text": "Unacceptable!", "lang": "en", "kinds": ["complaint"]},
)


def run(*arguments: str, given: str | None = None) -> str:
    result = CliRunner().invoke(commands, list(arguments), input=given, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A label file with one wrong hit of three."""
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    return path


def test_test_prints_precision_and_recall_of_a_cue_with_its_interval(labels: Path) -> None:
    """Two of three, Wilson's interval, and the same for the kind."""
    printed = run("test", str(labels), "--lang", "en", "--kind", "complaint")
    line = next(line for line in printed.splitlines() if " unacceptable " in line)
    assert line.split() == ["complaint", "weak", "en", "unacceptable", "3", "0.67", "0.21-0.94", "1.00"]
    assert "3 labelled texts" in printed


def test_test_measures_the_made_set_when_no_file_is_given() -> None:
    """Figures without anybody's data."""
    printed = run("test", "--lang", "en", "--kind", "press", "--least", "1000")
    assert "press" in printed


def test_list_prints_cues_of_a_kind_and_language() -> None:
    """Tier, language and words; nothing of other kinds."""
    printed = run("list", "--kind", "question", "--lang", "nl")
    assert {line.split()[0] for line in printed.splitlines()[1:] if not line.startswith(" ")} == {"question"}


def test_why_says_what_hits_and_what_does_not_count() -> None:
    """A quoted complaint is shown and not counted."""
    printed = run("why", '"that is totally unacceptable" they said, not great', "--lang", "en")
    assert "quoted: not counted" in printed
    assert "negated: counts as complaint" in printed


def test_why_reads_a_text_from_the_input() -> None:
    """With - as the text."""
    assert "question" in run("why", "-", "--lang", "en", given="Where is the boat?")


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    """Nothing is measured for a misspelt kind."""
    result = CliRunner().invoke(commands, ["list", "--kind", "complain"])
    assert result.exit_code == 2
    assert "is no kind" in result.output
