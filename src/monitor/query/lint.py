"""What is wrong with a query that can be read: advice, and what may not be asked at all.

    rule                   refused   what it says
    matches-anything         yes     it holds without any word of its own, so it would bring everything
    never-holds              yes     what it asks for is left out again, or excludes itself
    author-not-ours          yes     author: of somebody who neither joined nor is the organisation
    person-handle            yes     the account of somebody who neither joined nor is the organisation
    person-name              yes     the name of a person
    sensitive-subject        yes     health, union, religion and their like (GDPR, articles 9 and 10)
    unreachable              no      a choice that something else leaves out again
    shadowed                 no      a choice that another one has already
    wide-not                 no      a NOT of one of the most frequent words, which most posts have
    short-stem               no      a star after letters with which many common words begin
    wide-near                no      nearness between very many words, or over a long way
    half-a-name              no      a first name or a surname by itself
    ambiguous                no      a word of the dictionary, or a very short one, without context
    unknown-source           no      source: of what monitor.toml does not have

What is only left out (NOT) is asked of nobody, and never refused. A brand that bears a person's name, or a sensitive
word that is the organisation's own, is declared beside the query with a reason: `declared = {"jan linde" = "..."}`.
"""

from dataclasses import replace

from monitor.query.finding import Finding
from monitor.query.forbidden import Allowed, forbidden
from monitor.query.tree import And, Near, Node, Not, Or, Saved, Title
from monitor.query.unwise import unwise
from monitor.query.words import Span

__all__ = ["Allowed", "Finding", "at_home", "lint"]


def lint(tree: Node, allowed: Allowed) -> list[Finding]:
    """Everything that is to be said of a query, what is refused first."""
    tree = at_home(tree)
    unique = {(one.rule, one.at, one.said): one for one in (*forbidden(tree, allowed), *unwise(tree))}
    return sorted(unique.values(), key=lambda one: (not one.is_refused, one.at))


def at_home(node: Node, at: Span | None = None) -> Node:
    """The tree with what stands in a saved part placed where that part is used."""
    at = at or (node.at if isinstance(node, Saved) else None)
    placed = replace(node, at=at) if at else node
    match placed:
        case And() | Or():
            return replace(placed, parts=tuple(at_home(part, at) for part in placed.parts))
        case Not() | Title() | Saved():
            return replace(placed, part=at_home(placed.part, at))
        case Near():
            return replace(placed, left=at_home(placed.left, at), right=at_home(placed.right, at))
        case _:
            return placed
