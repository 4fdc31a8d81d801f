"""YAML read as strictly as TOML: no key twice, no anchor within itself, no bomb of aliases.

YAML alone keeps the last of two equal keys without a word, and an alias may stand for a million others.
"""

from typing import Any

import yaml

from monitor.errors import ConfigError
from monitor.triage.scheme.file import shown

_READ_AS = {"bool": "true or false", "int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing"}
MOST_NODES = 50_000  # with all aliases written out; a scheme of a hundred rules has 5,000


def yaml_table(name: str, text: str) -> dict[str, Any]:
    """The table that a YAML text says. Raises ConfigError with the line and the cure."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _Walk(name).size(node)
        table = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}{_line(error)}: not valid YAML: {_problem(error)}; mend that line") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: not valid YAML: too deeply nested; write it flat") from error
    except ValueError as error:  # a date or number that is none
        raise ConfigError(f"{name}: not valid YAML: a date or number is none; put it in quotes") from error
    if not isinstance(table, dict):
        raise ConfigError(f"{name}: is no table; begin with version: 2 and rules:")
    return table


class _Walk:
    """Sizes with all aliases written out; each node is looked at once, however many aliases stand for it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sizes: dict[int, int] = {}
        self._above: set[int] = set()

    def size(self, node: yaml.Node) -> int:
        if id(node) in self._above:
            raise ConfigError(f"{self._at(node)}: an anchor stands within itself; write its content out")
        if id(node) not in self._sizes:
            self._above.add(id(node))
            self._sizes[id(node)] = self._with_parts(node)
            self._above.remove(id(node))
        return self._sizes[id(node)]

    def _with_parts(self, node: yaml.Node) -> int:
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            self._keys(node)
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            parts = node.value
        total = 1 + sum(self.size(part) for part in parts)
        if total > MOST_NODES:
            raise ConfigError(f"{self._at(node)}: has too many values, as aliases multiply them; write them out")
        return total

    def _keys(self, node: yaml.MappingNode) -> None:
        """Raise ConfigError for one that stands twice, or that YAML reads as no text: `no` and `on` are booleans."""
        seen: set[str] = set()
        for key, _ in node.value:
            written = key.value if isinstance(key, yaml.ScalarNode) else ""
            if written in seen and written:
                raise ConfigError(f"{self._at(key)}: the key {shown(written)!r} stands twice in one table; remove one")
            if read := _READ_AS.get(key.tag.rpartition(":")[2]):
                raise ConfigError(f"{self._at(key)}: the key {shown(written)} is read as {read}; put the key in quotes")
            seen.add(written)

    def _at(self, node: yaml.Node) -> str:
        return f"{self._name}, line {node.start_mark.line + 1}"


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "it holds signs that YAML does not allow")
