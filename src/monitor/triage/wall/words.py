"""The drawing's words in Dutch and English: what a rule asks, what it wants done, by whom and before when."""

from collections.abc import Iterable, Iterator

from monitor.model import Kind
from monitor.triage.scheme.rules import Rule, When
from monitor.triage.scheme.words import KINDS, REACTIONS, ROLES, WORDS

_A_DAY, _AN_HOUR = 24 * 60, 60


def question(rule: Rule, language: str) -> str:
    """What the rule asks of a mention, by its name or its kinds: `Een klacht?`; of the last rule, what it takes."""
    words, name = WORDS[language], _capital(rule.name.get(language, ""))
    if rule.when == When():
        return name or words["rest"]
    if name:
        return f"{name}?"
    if rule.when.kinds:
        return f"{_capital(_listed(_nouns(rule.when.kinds, language), words['or']))}?"
    return words["namesake"] if rule.when.relevance_below is not None else words["all of this"]


def conditions(when: When, language: str) -> str:
    """What it asks besides the kind: `aan ons gericht, zekerheid 80 % of meer`."""
    return ", ".join(_conditions(when, WORDS[language]))


def reaction(rule: Rule, language: str) -> str:
    """What is done, as a verb."""
    return REACTIONS[language][rule.reaction]


def role(name: str, language: str) -> str:
    """How a role is called on paper."""
    return ROLES[language].get(name, name.replace("-", " "))


def within(minutes: int, language: str) -> str:
    """Minutes in words: `30 min`, `1 uur`, `2 uur 30 min`, `2 dagen`."""
    words = WORDS[language]
    if minutes % _A_DAY == 0:
        return f"{minutes // _A_DAY} {words['day' if minutes == _A_DAY else 'days']}"
    hours, rest = divmod(minutes, _AN_HOUR)
    told = [f"{hours} {words['hour' if hours == 1 else 'hours']}"] if hours else []
    return " ".join([*told, f"{rest} min"] if rest else told)


def number(count: int, language: str) -> str:
    """A count with its thousands set apart as the language does."""
    return f"{count:,}".replace(",", "." if language == "nl" else ",")


def _conditions(when: When, words: dict[str, str]) -> Iterator[str]:
    if when.addressed is not None:
        yield words["to us" if when.addressed else "not to us"]
    if when.confidence_at_least is not None:
        yield words["certain"].format(share=_percent(when.confidence_at_least))
    if when.relevance_below is not None:
        yield words["relevance"].format(share=_percent(when.relevance_below))
    for name, values in (
        ("facets", when.facets),
        ("types", when.types),
        ("sources", when.sources),
        ("languages", when.languages),
    ):
        if values:
            yield f"{words[name]} {_listed((words.get(value, value) for value in values), words['or'])}"


def _nouns(kinds: Iterable[Kind], language: str) -> list[str]:
    return [KINDS[language][kind] for kind in kinds]


def _listed(parts: Iterable[str], last: str) -> str:
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percent(share: float) -> str:
    return f"{share * 100:g}"
