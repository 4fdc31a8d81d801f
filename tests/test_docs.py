"""What README and docs promise: their commands run, their links lead somewhere, their tables are true."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from monitor import errors
from monitor.cli import BUG, INTERRUPTED, MISTYPED, app
from monitor.query_commands import DOES_NOT_HOLD
from monitor.triage import read_scheme

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
NOT_HERE = ("pytest",)  # this very suite


def commands(page: Path) -> list[str]:
    """The commands of a page's ```console blocks, without what only installs."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [re.sub(r"pip install uv && |uv run ", "", line) for line in lines]


@pytest.mark.prefect
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, in one empty folder, each ends with 0."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / ".prefect"))
    said = commands(page)
    if any("flows" in command for command in said) and not any("init" in command for command in said):
        _run("monitor init", tmp_path)
    for command in said:
        if command not in NOT_HERE:
            _run(command, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    """`monitor <word>` in backticks or code is a command of the program."""
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"(?:`|\$ uv run |&& uv run |^    )monitor ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    """Relative links and pictures exist."""
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_named_tests_exist() -> None:
    """The tests that docs/privacy.md names as proof are there."""
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / "privacy.md").read_text("utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_benchmark_has_its_figures() -> None:
    """docs/measured.md names each script in benchmarks/, and no other."""
    named = set(re.findall(r"`(\w+\.py)`", (ROOT / "docs" / "measured.md").read_text("utf-8")))
    assert named == {path.name for path in (ROOT / "benchmarks").glob("*.py")}


def test_the_scheme_that_is_shown_is_valid(tmp_path: Path) -> None:
    """The example in docs/scheme.md loads."""
    (shown,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "scheme.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scheme.toml").write_text(shown, "utf-8")
    assert [rule.id for rule in read_scheme(tmp_path / "scheme.toml").rules] == ["press", "answer", "let-stand"]


def test_the_exit_codes_are_those_of_the_program() -> None:
    """README's table lists every exit code of the error tree, the mistyped command's, and no other."""
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)}
    kinds = [errors.ConfigError, errors.Busy, errors.StoreError, errors.SourceError]
    assert table == {0, DOES_NOT_HOLD, MISTYPED, BUG, INTERRUPTED, *(kind.exit_code for kind in kinds)}


def _run(command: str, folder: Path) -> None:
    words = shlex.split(command)
    words = [sys.executable, "-m", *words] if words[0] == "monitor" else [sys.executable, *words[1:]]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
