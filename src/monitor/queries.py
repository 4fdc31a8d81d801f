"""The queries of monitor.toml: read, held against the rules, and made into one matcher.

[saved], [[queries]] -> parse -> lint -> refused: an error at its line, with the rule
                                    '--> advice: told by `monitor check`
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.config.lines import Place, line_of, line_with
from monitor.config.load import Written
from monitor.config.words import nearest
from monitor.errors import ConfigError, QueryError, pointed
from monitor.query import Matcher, Query, parse
from monitor.query.language import Library, parse_part
from monitor.query.lint import Allowed, Finding, at_home, lint
from monitor.query.tree import Field, Node, walk


@dataclass(frozen=True, slots=True)
class Checked:
    """What was said of one query: where its text is in the file, and what a person reads."""

    finding: Finding
    told: str


def matcher_of(settings: Settings) -> Matcher:
    """All queries together."""
    return Matcher(
        [Query(query.name, query.facet, query.text) for query in settings.queries],
        saved=settings.saved,
        zone=ZoneInfo(settings.organisation.timezone),
    )


def allowed(settings: Settings, declared: Iterable[str] = (), facet: str = "brand") -> Allowed:
    """Who and what a query of that facet may ask for."""
    joined = [ambassador.account.partition(":")[2] for ambassador in settings.ambassadors]
    return Allowed.of([*settings.organisation.accounts, *joined], declared, sensitive=facet != "ambassador")


def texts_of(settings: Settings) -> dict[str, str]:
    """What $name stands for: the saved parts, and the queries themselves."""
    return {**settings.saved, **{query.name: query.text for query in settings.queries}}


def check_queries(written: Written) -> None:
    """Every query and saved part can be read and has a name of its own; raises ConfigError with all that is wrong."""
    texts = dict(_saved(written)) | {query["name"]: query["text"] for _, query in _queries(written)}
    faults = [*_names_taken(written), *_saved_faults(written, texts)]
    for at, query in _queries(written):
        faults += _faults(written, ("queries", at, "text"), query["text"], lambda text: parse(text, texts))
    if faults:
        raise ConfigError(*faults)


def check_rules(written: Written, settings: Settings) -> list[Checked]:
    """The advice on all queries; raises ConfigError when one asks for what may not be asked."""
    texts = texts_of(settings)
    found = [
        Checked(finding, _told(written, ("queries", at, "text"), query.text, finding.at, said))
        for at, query in enumerate(settings.queries)
        for finding in _findings(parse(query.text, texts), allowed(settings, query.declared, query.facet), settings)
        for said in [f"{finding.said} [{finding.rule}]"]
    ]
    refused = [one.told for one in found if one.finding.is_refused]
    if refused:
        raise ConfigError(*refused)
    return found


def check_text(text: str, settings: Settings) -> list[Finding]:
    """The advice on a query that is not in the file; raises QueryError when it may not be asked.

    What any query of the file declares is declared for it too.
    """
    declared = [term for query in settings.queries for term in query.declared]
    findings = _findings(parse(text, texts_of(settings)), allowed(settings, declared), settings)
    for finding in findings:
        if finding.is_refused:
            raise QueryError(f"{finding.said} [{finding.rule}]", text=text, at=finding.at[0])
    return findings


def _findings(tree: Node, allow: Allowed, settings: Settings) -> list[Finding]:
    """What the linter says, and which sources are asked for that nobody searches."""
    known = [*settings.sources]
    unknown = [
        Finding("unknown-source", f"no source is named {leaf.value}: {nearest(leaf.value, known)}", leaf.at)
        for leaf in walk(at_home(tree))
        if isinstance(leaf, Field) and leaf.name == "source" and leaf.value not in known
    ]
    return [*lint(tree, allow), *dict.fromkeys(unknown)]


def _queries(written: Written) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables `[[queries]]` that have a name and a text; what they lack is told with the settings."""
    found = written.tables.get("queries")
    for at, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict) and all(isinstance(one.get(key), str) and one[key] for key in ("name", "text")):
            yield at, one


def _saved(written: Written) -> Iterator[tuple[str, str]]:
    found = written.tables.get("saved")
    for name, text in (found if isinstance(found, dict) else {}).items():
        if isinstance(text, str) and text:
            yield name, text


def _names_taken(written: Written) -> Iterator[str]:
    seen: dict[str, int] = {}
    saved = dict(_saved(written))
    for at, query in _queries(written):
        name, place = query["name"], ("queries", at, "name")
        if name in saved:
            said = f"[saved] has a part named {name!r} too, and ${name} can be one only; rename one"
            yield f"{written.where(place)}: {said}"
        elif seen.setdefault(name, at) != at:
            yield f"{written.where(place)}: two queries are named {name!r}; rename one"


def _saved_faults(written: Written, texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in _saved(written):
        library = Library(texts, opened=(name,))
        yield from _faults(written, ("saved", name), text, lambda text, library=library: parse_part(text, library))


def _faults(written: Written, place: Place, text: str, read: Any) -> list[str]:
    """What is wrong with one text, at the line of the file in which the fault stands."""
    try:
        read(text)
    except QueryError as error:
        return [_told(written, place, text, (error.at, error.at + 1), error.said)]
    return []


def _told(written: Written, place: Place, text: str, at: tuple[int, int], said: str) -> str:
    """`monitor.toml, line 12: [queries 2] text: ...` and the line of the query with carets."""
    begins = line_of(written.text, place) or 1
    line = line_with(written.text, text.split("\n")[text.count("\n", 0, at[0])], begins)
    named = written.where(place).rpartition(": ")[2]
    return f"{written.path}, line {line}: {named}: {said}\n{pointed(text, *at)}"
