"""The command line teaches, starts quickly, keeps secrets and never breaks what it prints."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import typer
from rich.console import Console
from rich.progress import Progress

from monitor import __version__, console
from monitor.cli import Language, app, main
from monitor.demo.run import _config, _secrets
from monitor.demo.serve import served
from monitor.init import write_private
from monitor.model import Tally
from monitor.report.markdown import LANGUAGES
from monitor.visiting import Collected

FOUND_BY = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
HEAVY = (
    *("duckdb", "pandas", "pyarrow", "prefect", "praw", "mastodon", "feedparser", "pydantic", "requests", "jinja2"),
    *("tomlkit", "httpcore", "rich.progress", "monitor.assemble", "monitor.pipeline", "monitor.store", "connectors"),
)


def said(monkeypatch, capsys, *words):
    """What `monitor <words>` prints, of both kinds."""
    monkeypatch.setattr(sys, "argv", ["monitor", *map(str, words)])
    with contextlib.suppress(SystemExit):
        main()
    return "".join(capsys.readouterr())


def commands():
    """Every command with the words that call it."""
    groups = [((), typer.main.get_command(app))]
    for words, command in groups:
        groups += [((*words, name), one) for name, one in getattr(command, "commands", {}).items()]
        yield words, command


@pytest.mark.parametrize(
    ("words", "command"), list(commands()), ids=lambda one: " ".join(one) if type(one) is tuple else ""
)
def test_help_teaches(monkeypatch, capsys, words, command):
    """Every command says what it does, every option what it is for, and the help ends with an example or a hint."""
    help_text = said(monkeypatch, capsys, *words, "--help")
    assert f"Usage: monitor {' '.join(words)}".rstrip() in help_text
    assert command.help
    assert re.match(rf"Example: monitor {' '.join(words)}|Exit codes: ", command.epilog)
    assert all(getattr(parameter, "help", None) for parameter in command.params)


def test_examples_are_understood(monkeypatch, capsys, tmp_path):
    """The examples in the help are commands of the program: none of them is refused as mistyped."""
    monkeypatch.chdir(tmp_path)
    for words, command in commands():
        example = re.match(r"Example: monitor (.+?)(?=[.;] |, (?:then|and)\b| && | [|>] |\.$|$)", command.epilog)
        if example and not {"demo", "bench"} & {*words}:
            told = said(monkeypatch, capsys, *shlex.split(example[1]))
            assert "Usage:" not in told or "subscriptions.opml" in told


def test_version(monkeypatch, capsys):
    """The version is the package's."""
    assert said(monkeypatch, capsys, "--version") == f"monitor {__version__}\n"


def test_languages():
    """The languages that the command line offers are those that the report has."""
    assert get_args(Language) == LANGUAGES


def test_cold_start():
    """`python -m monitor --help` loads none of the heavy libraries and is the command itself."""
    code = (
        "import runpy, sys\n"
        "sys.argv = ['monitor', '--help']\n"
        "try:\n    runpy.run_module('monitor', run_name='__main__')\n"
        "except SystemExit as ended:\n"
        f"    print('LOADED', ended.code, [name for name in {HEAVY} if name in sys.modules])\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "Usage: monitor [OPTIONS] COMMAND" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "LOADED 0 []"


def test_completion(monkeypatch, capsys, tmp_path):
    """The shell completes commands, languages and the sources of the configuration; a broken one offers none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("_MONITOR_COMPLETE", "complete_bash")

    def completed(line):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        return set(said(monkeypatch, capsys).split())

    assert completed("monitor re") == {"rematch", "report"}
    assert completed("monitor report --lang ") == {"nl", "en"}
    assert completed("monitor run --source ") == set()
    (tmp_path / "monitor.toml").write_text("[sources.rss]\n[sources.reddit]\n")
    assert completed("monitor run --source ") == {"rss", "reddit"}
    assert completed("monitor run --source re") == {"reddit"}
    assert completed("monitor explain b") == set()
    (tmp_path / "monitor.toml").write_text('queries = [{name = "brand"}, {name = "company"}, {}, 1]\n')
    assert completed("monitor explain b") == {"brand"}


def test_show_completion(monkeypatch, capsys):
    """The script for the shell can be shown."""
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    assert "_MONITOR_COMPLETE" in said(monkeypatch, capsys, "--show-completion", "bash")


@pytest.fixture(scope="module")
def world():
    with served() as running:
        yield running


def demo_folder(folder: Path, world) -> dict[str, str]:
    """A folder with the demo's configuration; returns its secrets."""
    (folder / "monitor.toml").write_text(_config(world))
    return {**_secrets(world), "MONITOR_PSEUDONYM_KEY": "kanarie7f3a kanarie7f3a kanarie7f3a"}


@pytest.mark.parametrize("kept", ["environment", ".env"])
def test_secrets_are_never_printed(tmp_path, world, kept):
    """At MONITOR_LOG=DEBUG check, run and doctor tell much, and none of the secrets that they use."""
    secrets = demo_folder(tmp_path, world)
    environment = {**FOUND_BY, "MONITOR_LOG": "DEBUG", "PYTHONWARNINGS": "default"}
    if kept == "environment":
        environment |= secrets
    else:
        write_private(tmp_path / ".env", "".join(f"{name}='{value}'\n" for name, value in secrets.items()))
        world.services[1].fail("401")
    told = ""
    for command in ("check", "run", "doctor") if kept == "environment" else ("run",):
        words = [sys.executable, "-m", "monitor", command]
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode in (0, 2), done.stderr
        told += done.stdout + done.stderr
    world.services[1].heal()
    assert "INFO mastodon: good" in told
    assert "Traceback" not in told
    assert "Fetching:" not in told  # what prawcore says of every request, with what it sends
    for secret in secrets.values():
        assert secret not in told


@pytest.fixture
def narrow(monkeypatch):
    """A terminal of 30 columns without colours, as a console that keeps what it is shown."""
    screen = Console(file=io.StringIO(), width=30, highlight=False)
    monkeypatch.setattr(console, "console", screen)
    return screen


ADDRESS = "https://nieuws.example/" + "lang/" * 12 + "feed.xml"
FUNNEL = [
    Collected("rss", "degraded", Tally(fetched=1_234_567, dropped={"no match": 1_234_000}), (f"{ADDRESS}: gone",)),
    Collected("mastodon", "skipped", problems=("MONITOR_A is not set: set it", "MONITOR_B is not set: set it")),
]


def test_narrow_terminal(narrow):
    """On a narrow or absent terminal numbers and addresses stay whole, and a skipped source is one line."""
    console.show_funnel(FUNNEL)
    lines = narrow.file.getvalue().splitlines()
    assert lines[1].split() == ["rss", "1,234,567", "0", "1,234,000", "0", "0", "0", "0", "degraded"]
    assert f"rss: {ADDRESS}: gone" in lines
    assert lines[-1] == "mastodon: skipped until mended: MONITOR_A is not set: set it; MONITOR_B is not set: set it"


@pytest.mark.parametrize(("variable", "colours"), [("NO_COLOR", False), ("UNUSED", True)])
def test_no_color(monkeypatch, variable, colours):
    """With NO_COLOR nothing is coloured on a terminal that could."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Console(file=io.StringIO(), width=100, highlight=False, force_terminal=True)
    monkeypatch.setattr(console, "console", screen)
    console.show_funnel(FUNNEL)
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.file.getvalue())) is colours


def test_watching(monkeypatch):
    """On a terminal each source has one bar, however many pages it gives; where nobody looks there is none."""
    bars = []

    class Noted(Progress):
        def add_task(self, description, **more):
            bars.append(description)
            return super().add_task(description, **more)

    monkeypatch.setattr(console, "Progress", Noted)
    monkeypatch.setattr(console, "console", Console(file=io.StringIO(), force_terminal=True))
    with console.watching() as on_page:
        for source, done in (("rss", 1), ("rss", 2), ("reddit", 1), ("rss", 3)):
            on_page(source, done, 3)
    assert bars == ["rss", "reddit"]
    monkeypatch.setattr(console, "console", Console(file=io.StringIO()))
    with console.watching() as on_page:
        assert on_page is None


def test_signs_that_a_terminal_lacks(tmp_path):
    """A terminal that knows no UTF-8 gets question marks, not a crash."""
    environment = {
        **FOUND_BY,
        "PYTHONIOENCODING": "latin-1",
        "MONITOR_PSEUDONYM_KEY": "made up, as everything and everybody here",
    }
    words = [sys.executable, "-m", "monitor", "doctor"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(b"? installation")
