"""The scheme as a decision tree for the wall: SVG, and HTML that stands alone, with nothing from elsewhere.

Colours of reactions carry white text at a contrast of 4.5 or more (WCAG AA), and no colour says anything that words do
not; the picture has a title and a description, and the page says every rule in words again.
"""

from importlib.resources import files

import jinja2

from monitor.triage.scheme.rules import Rule, spoken
from monitor.triage.wall.layout import COLOURS, Wall, laid_out
from monitor.triage.wall.words import conditions, question, reaction, role, within

__all__ = ["Wall", "html", "svg"]


def svg(wall: Wall) -> str:
    """The tree as a picture of its own."""
    return _template("wall.svg.j2").render(laid_out(wall)) + "\n"


def html(wall: Wall) -> str:
    """The tree as a page that can be printed, and on a second one every rule with its sample answer."""
    organisation = wall.organisation or "…"
    rules = [
        {
            "id": rule.id,
            "asked": question(rule, wall.language),
            "besides": conditions(rule.when, wall.language),
            "reaction": reaction(rule, wall.language),
            "colour": COLOURS[rule.reaction],
            "owner": role(rule.owner, wall.language) if rule.owner else "",
            "deadline": _deadline(rule, wall),
            "channel": spoken(rule.channel, wall.language),
            "why": spoken(rule.why, wall.language),
            "answer": spoken(rule.answer, wall.language, organisation),
        }
        for rule in wall.scheme.rules
    ]
    return _template("wall.html.j2").render(laid_out(wall), svg=_template("wall.svg.j2"), rules=rules) + "\n"


def _deadline(rule: Rule, wall: Wall) -> str:
    return f"{within(rule.deadline, wall.language)} {wall.words[rule.clock]}" if rule.deadline else ""


def _template(name: str) -> jinja2.Template:
    folder = files("monitor.triage.wall")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(name)
