"""`monitor init`: the files it writes are right as they are, and what was there stays."""

import json
import re
import stat
import tomllib
from datetime import date

import pytest
from jsonschema import Draft7Validator

from monitor.assemble import assemble
from monitor.config import CONFIG_NAME, load
from monitor.errors import ConfigError
from monitor.init import SCHEMA_NAME, schema_text, write_files
from monitor.registry import known, options_of_all

SCHEMA = json.loads(schema_text())


def refused(text: str) -> list[str]:
    """What an editor with the schema would say of the configuration. It sees dates as texts."""
    tables = json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(tables)]


def full(text: str) -> str:
    """The template with every example in it switched on."""
    return re.sub(r"(?m)^# ?(?=\[|\w+ = )", "", text)


def test_written_files(tmp_path):
    """An empty folder gets its files, a fresh key that only its owner can read, and a word on what is next."""
    folder = tmp_path / "new" / "webcare"
    lines = write_files(folder)
    schemes = {"scheme.toml", "scheme.schema.json"}
    assert {file.name for file in folder.iterdir()} == {CONFIG_NAME, SCHEMA_NAME, ".env", ".env.example", *schemes}
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert re.fullmatch(r"MONITOR_PSEUDONYM_KEY=[0-9a-f]{32}\n", (folder / ".env").read_text())
    assert lines[-1] == f"next: edit {folder / CONFIG_NAME}, then: monitor check --config {folder / CONFIG_NAME}"


def test_keys_differ(tmp_path):
    """Two set-ups never share a key."""
    keys = set()
    for name in ("one", "two"):
        write_files(tmp_path / name)
        keys.add((tmp_path / name / ".env").read_text())
    assert len(keys) == 2


def test_template_is_valid(tmp_path):
    """The written configuration is valid as it is, for the program and for the editor."""
    write_files(tmp_path)
    assert list(assemble(tmp_path / CONFIG_NAME, {}).connectors) == ["rss"]
    assert refused((tmp_path / CONFIG_NAME).read_text()) == []


def test_template_examples_are_valid(tmp_path):
    """With every commented example switched on it is valid too, and has a table of every connector that ships."""
    write_files(tmp_path)
    text = full((tmp_path / CONFIG_NAME).read_text())
    (tmp_path / CONFIG_NAME).write_text(text)
    assert set(assemble(tmp_path / CONFIG_NAME, {}).connectors) == {"mastodon", "reddit", "rss"}
    assert len(load(tmp_path / CONFIG_NAME).ambassadors) == 1
    assert refused(text) == []


def test_schema():
    """The schema is valid draft-07, says so, and has a table for every installed connector."""
    Draft7Validator.check_schema(SCHEMA)
    assert (SCHEMA["$schema"], SCHEMA["title"]) == ("http://json-schema.org/draft-07/schema#", "monitor.toml")
    tables = SCHEMA["properties"]["sources"]["properties"]
    assert set(tables) == set(known())
    for name, options in options_of_all().items():
        assert set(tables[name]["properties"]) == set(options.model_fields)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timezone =", "zone ="),
        ('facet = "brand"', 'facet = "brnd"'),
        ("[sources.rss]", "[sources.usenet]"),
        ("feeds = []", "feed = []"),
        ("feeds = []", 'feeds = "https://nieuws.example/feed.xml"'),
        ('[[queries]]\nname = "company"', '[[queries]]\nname = "Company X"'),
        ("subreddits =", "subredits ="),
        ("instances =", "instance ="),
        ("dpia_approved_on =", "dpia ="),
        ("account =", "acount ="),
    ],
)  # fmt: skip
def test_schema_refuses(tmp_path, old, new):
    """What the program refuses as an unknown key or a wrong type, the schema refuses too."""
    write_files(tmp_path)
    text = full((tmp_path / CONFIG_NAME).read_text())
    assert old in text
    assert refused(text.replace(old, new, 1))


@pytest.mark.parametrize("name", [CONFIG_NAME, SCHEMA_NAME, ".env.example"])
def test_never_overwrites(tmp_path, name):
    """A file that is there stops it before anything is written; with force it is written anew."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigError, match=re.escape(name)):
        write_files(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    write_files(tmp_path, force=True)
    assert (tmp_path / name).read_text() != "mine"


def test_env_is_kept(tmp_path):
    """Not even force overwrites .env: its key links this year's pseudonyms."""
    (tmp_path / ".env").write_text("MONITOR_PSEUDONYM_KEY=mine\n")
    assert f"kept {tmp_path / '.env'} as it was" in write_files(tmp_path, force=True)
    assert (tmp_path / ".env").read_text() == "MONITOR_PSEUDONYM_KEY=mine\n"
