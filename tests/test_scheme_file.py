"""How a scheme is read from its file, and what is refused with which words."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.triage.scheme.rules import read_scheme
from monitor.triage.scheme.schema import schema_text

SHIPPED = read_scheme()
SMALL = """\
version = 2

[[rules]]
id = "complaint"
when.kinds = ["complaint"]
reaction = "restore"
owner = "webcare"
deadline = 60
why.nl = "Een klacht."

[[rules]]
id = "rest"
reaction = "let stand"
why.nl = "De rest."
"""


def written(folder: Path, text: str, name: str = "scheme.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def refused(folder: Path, text: str, name: str = "scheme.toml") -> str:
    """What is said of a scheme that cannot be used."""
    file = written(folder, text, name)
    with pytest.raises(ConfigError) as caught:
        read_scheme(file)
    return str(caught.value).replace(str(file), name)


def test_a_scheme_in_yaml_says_the_same(tmp_path: Path) -> None:
    """The shipped scheme, written as YAML, has the same version and decides the same."""
    text = yaml.safe_dump(SHIPPED.model_dump(mode="json", by_alias=True, exclude_none=True), allow_unicode=True)
    assert read_scheme(written(tmp_path, text, "scheme.yaml")) == SHIPPED
    assert read_scheme(tmp_path / "scheme.yaml").version == SHIPPED.version


def test_the_version_is_of_the_meaning(tmp_path: Path) -> None:
    """Comments, examples and names leave the version as it is; a deadline changes it."""
    plain = read_scheme(written(tmp_path, SMALL)).version
    dressed = "# a comment\n" + SMALL + '[[examples]]\nrule = "rest"\nlang = "nl"\ntext = "Zomaar iets."\n'
    assert read_scheme(written(tmp_path, dressed)).version == plain
    assert read_scheme(written(tmp_path, SMALL.replace("deadline", 'name.en = "a row"\ndeadline'))).version == plain
    assert read_scheme(written(tmp_path, SMALL.replace("60", "61"))).version != plain
    assert len(plain) == 16


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    """A file saved by a Windows editor is the same scheme."""
    file = tmp_path / "scheme.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert [one.id for one in read_scheme(file).rules] == ["complaint", "rest"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('["complaint"]', '["complant"]', 'rule complaint: when.kinds 1: no such kind: "complant"; did you mean "complaint"?'),
        ('["complaint"]', '"complaint"', "rule complaint: when.kinds: expected a list, got a text"),
        ('"restore"', '"restor"', 'rule complaint: reaction: no such reaction: "restor"; did you mean "restore"?'),
        ("deadline = 60\n", "", 'rule complaint: "restore" asks for an action: give it an owner and a deadline'),
        ("deadline = 60", "deadline = 0", "rule complaint: deadline: input should be greater than 0"),
        ("deadline = 60", 'deadline = "1h"', "rule complaint: deadline: expected a whole number, got a text"),
        ('owner = "webcare"', 'owner = "Web Care"', "rule complaint: owner: is not written as it must be"),
        ('why.nl = "Een klacht."', "", "rule complaint: why: is missing; add it"),
        ('why.nl = "Een klacht."', 'why.nl = " "', "rule complaint: why: nl is empty"),
        ('why.nl = "Een klacht."', 'why.dutch = "x"', "rule complaint: why: 'dutch' is no language"),
        ('why.nl = "Een klacht."', 'why = "x"', "rule complaint: why: expected a table with a text per language"),
        ("deadline = 60", 'deadline = 60\nnext = "rest"', "rule complaint: next: rules have no jumps"),
        ("deadline = 60", 'deadline = 60\ngoto = "complaint"', "rule complaint: goto: rules have no jumps"),
        ("deadline = 60", "deadline = 60\nflagged = true", "rule complaint: flagged: no longer written"),
        ("when.kinds", "kinds", "rule complaint: kinds: belongs to `when`"),
        ("deadline = 60", "dedline = 60", 'rule complaint: dedline: unknown key; did you mean "deadline"?'),
        ("when.kinds", "when.kind", 'rule complaint: when.kind: unknown key; did you mean "kinds"?'),
        ("deadline = 60", 'deadline = 60\nanswer.nl = "Hoi"', "rule complaint: it has an answer and gives none"),
        (
            "deadline = 60",
            'deadline = 60\nreply = true\nanswer.nl = "Hoi {naam}"',
            "rule complaint: answer: nl: {naam} is no placeholder; known is: {organisation}",
        ),
        ("deadline = 60", 'deadline = 60\nreply = true\nanswer.nl = "Hoi }"', "rule complaint: answer: nl: a brace stands alone"),
        ('id = "rest"', 'id = "complaint"', "two rules are called complaint: rename one"),
        ('id = "rest"', 'id = "rest"\nwhen.addressed = true', "exactly the last rule is without `when`"),
        ('when.kinds = ["complaint"]\n', "", "exactly the last rule is without `when`"),
        ('id = "rest"', 'id = "rest"\nowner = "webcare"', 'rule rest: "let stand" asks nothing of anybody'),
        (
            "deadline = 60",
            'deadline = 60\nreply = true\nanswer.nl = "Hoi {organisation!r:>99}"',
            "rule complaint: answer: nl: {organisation!r:>99} is no placeholder; known is: {organisation}",
        ),
        ("deadline = 60", 'deadline = 60\nreply = true\nanswer.nl = "{{x}}"', "nl: {{x}} is no placeholder"),
        ("deadline = 60", 'deadline = 60\nreply = true\nanswer.nl = "{{organisation}}"', "{{organisation}} is no placeholder"),
        ("when.kinds", 'when.facets = ["ambassador"]\nwhen.kinds', "when.facets 1: ambassadors' posts never reach the scheme"),
        ("when.kinds", 'when.facets = ["brnd"]\nwhen.kinds', 'no such facet: "brnd"; did you mean "brand"?'),
        ('id = "complaint"', f'id = "{"a" * 500}"', f"rule {'a' * 40}…: id: is not written as it must be: small letters, digits, - and _ only, 41 at most"),
        ("when.kinds", 'when.languages = ["dutch"]\nwhen.kinds', "when.languages 1: is not written as it must be: two or three small letters"),
        ("deadline = 60", f"deadline = 60\n{'x' * 500} = 1", f"rule complaint: {'x' * 40}…: unknown key"),
        ("deadline = 60", "deadline = 2026-11-20", "rule complaint: deadline: expected a whole number, got a date"),
        ('owner = "webcare"', "owner = 2026-11-20T10:00:00Z", "rule complaint: owner: expected a text in quotes, got a date"),
        ("version = 2", "version = 1", "version: is of an older layout"),
        ("version = 2", "version = 3", "version: is not 2; write version = 2, for this layout"),
        ("version = 2", 'version = "2"', "version: is not 2"),
        ("version = 2", "version = true", "version: is not 2"),
        ("version = 2\n", "", "version: is missing; write `version = 2`"),
        ("version = 2", "version = 2\nrule = 3", 'rule: unknown key; did you mean "rules"?'),
        ("version = 2", "version = ", "not valid TOML"),
        ('"Een klacht."', '"Een klacht.\\u0007"', "rule complaint: why: nl holds a control character"),
        ("version = 2", 'version = 2\nid = "x', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_scheme_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Each fault is told with file, rule, key and cure."""
    assert old in SMALL
    said = refused(tmp_path, SMALL.replace(old, new, 1))
    assert said.startswith("scheme.toml: ")
    assert told in said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Three faults in two rules are three lines."""
    text = SMALL.replace("complaint", "complant", 2).replace('"restore"', '"restor"').replace('"let stand"', '"rest"')
    assert len(refused(tmp_path, text).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 2\nrules:\n- id: a\n  id: b\n", "scheme.yaml, line 4: the key 'id' stands twice in one table"),
        ("a: &a [*a]\n", "scheme.yaml, line 1: an anchor stands within itself"),
        ("a: &a {b: *a}\n", "scheme.yaml, line 1: an anchor stands within itself"),
        (
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
            "has too many values, as aliases multiply them; write them out",
        ),
        ("a: [\n", "scheme.yaml, line 2: not valid YAML"),
        ("[" * 5_000, "not valid YAML: too deeply nested"),
        ("a: 2026-13-45\n", "not valid YAML: a date or number is none"),
        ("[]", "scheme.yaml: is no table; begin with version: 2 and rules:"),
        ("version: 2\nno: x\n", "scheme.yaml, line 2: the key no is read as true or false; put the key in quotes"),
        ("version: 2\non: x\n", "scheme.yaml, line 2: the key on is read as true or false; put the key in quotes"),
        ("3: x\n", "scheme.yaml, line 1: the key 3 is read as a number; put the key in quotes"),
        ("2026-11-20: x\n", "scheme.yaml, line 1: the key 2026-11-20 is read as a date; put the key in quotes"),
        ("version: 2026-11-20\nrules: 2026-11-20\n", "scheme.yaml: rules: expected a list, got a date"),
        ("a: !!python/object/apply:os.system [ls]\n", "scheme.yaml, line 1: not valid YAML"),
        ("a: \x01\n", "not valid YAML"),
        ("version: 2\nrules: [hi]\n", "scheme.yaml: rule 1: expected a table, got a text"),
        ("version: 2\nrules: [{id: 3}]\n", "rule 1: id: expected a text in quotes, got a number"),
        ("&a version: 2\nrules: []\n", "rules"),
    ],
)
def test_wrong_yaml_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """Keys that stand twice, anchors within themselves, alias bombs and what is no table are told with their line."""
    assert told in refused(tmp_path, text, "scheme.yaml")


@pytest.mark.parametrize("suffix", ["toml", "yaml", "yml"])
def test_a_scheme_in_another_encoding_is_refused(tmp_path: Path, suffix: str) -> None:
    """A file that is not UTF-8 is told with the line."""
    file = tmp_path / f"scheme.{suffix}"
    file.write_bytes("# een\n# vraag over café".encode("latin-1"))
    with pytest.raises(ConfigError, match=rf"scheme\.{suffix}, line 2: not UTF-8; save the file again as UTF-8"):
        read_scheme(file)


def test_a_scheme_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    """A missing file says how to write one; a folder and a file of a megabyte are refused."""
    with pytest.raises(ConfigError, match=r"not found; .*monitor scheme new"):
        read_scheme(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_scheme(tmp_path)
    with pytest.raises(ConfigError, match="1,000,001 bytes"):
        read_scheme(written(tmp_path, "#" * 1_000_001))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[x]\na = 1\na = 2", "scheme.toml, line 3: the key a stands twice; remove one"),
        (SMALL.replace("60", "60\ndeadline = 61"), "scheme.toml, line 9: the key deadline stands twice; remove one"),
        ("[x]\n[x]\n", "scheme.toml, line 2: the table x stands twice; remove one"),
        ("[x.y]\n\n[x.y]\n", "scheme.toml, line 3: the table x.y stands twice; remove one"),
        ("[x]\nw = { a = 1, a = 2 }\n", "scheme.toml, line 2: the key a stands twice; remove one"),
        ("a.b = 1\na = 2\n", "scheme.toml, line 2: a key stands twice; remove one"),
        ('a = 1\na = """\nb = 2\n"""\n', "scheme.toml, line 4: a key stands twice; remove one"),
    ],
)
def test_toml_that_says_something_twice_names_it(tmp_path: Path, text: str, told: str) -> None:
    """What stands twice is named where it can be had from its line, and the line is told in any case."""
    assert refused(tmp_path, text) == told


@pytest.mark.parametrize("text", ["", "\n \n", "# only a comment\n", "\ufeff"])
@pytest.mark.parametrize("suffix", ["toml", "yaml"])
def test_an_empty_scheme_is_told_how_to_begin(tmp_path: Path, text: str, suffix: str) -> None:
    """A file that says nothing is told the command that writes a whole one."""
    name = f"scheme.{suffix}"
    assert refused(tmp_path, text, name) == f"{name}: is empty; write one to begin with: monitor scheme new"


@pytest.mark.parametrize("name", ["x.json", "scheme.txt"])
def test_a_scheme_of_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    """What is neither TOML nor YAML by its name is told how to be called."""
    assert refused(tmp_path, SMALL, name) == f"{name}: is neither TOML nor YAML by its name; name it .toml or .yaml"


@given(st.text(max_size=80), st.sampled_from(["toml", "yaml"]))
def test_whatever_stands_in_a_scheme_is_told_clearly(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    """Any text is a scheme or a ConfigError, never another error."""
    file = tmp_path_factory.mktemp("any") / f"scheme.{suffix}"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError):
        read_scheme(file)


def test_the_json_schema_knows_what_ships() -> None:
    """The shipped scheme fits its JSON schema, and one with an unknown kind or key does not."""
    schema = json.loads(schema_text())
    table = SHIPPED.model_dump(mode="json", by_alias=True, exclude_none=True)
    jsonschema.validate(table, schema)
    for wrong in ({"kinds": ["complant"]}, {"kind": ["complaint"]}):
        table["rules"][0]["when"] = wrong
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(table, schema)
