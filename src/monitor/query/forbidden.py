"""What may not be asked: people who did not join, by account or by name, and subjects that the law protects.

A brand that bears a person's name, or a sensitive word that is the organisation's own, is declared beside the query
with a reason. What is only left out (NOT) is asked of nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from monitor.query import lexicon
from monitor.query.finding import Finding, asked, spoken
from monitor.query.terms import author_name
from monitor.query.tree import Address, And, Field, Handle, Near, Node, Phrase, walk
from monitor.query.words import Span, fold, with_parts

LONGEST_HALF = 3  # words of a surname: van den berg


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who and what may be asked for: `accounts` of the organisation and of those who joined, and declared terms."""

    accounts: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    sensitive: bool = True  # whether a sensitive subject may be declared: not where ambassadors are listened to

    @classmethod
    def of(cls, accounts: Iterable[str], declared: Iterable[str] = (), *, sensitive: bool = True) -> "Allowed":
        """Accounts as the configuration writes them, declared terms in any spelling."""
        return cls(frozenset(map(author_name, accounts)), frozenset(map(_plain, declared)), sensitive)

    def has_account(self, name: str, host: str = "") -> bool:
        """True for an account of ours; without a host for one of that name on any."""
        if host:
            return f"{name}@{host}" in self.accounts
        return any(account.partition("@")[0] == name for account in self.accounts)

    def has_declared(self, words: str) -> bool:
        """True when these words are part of what was declared."""
        return any(f" {_plain(words)} " in f" {term} " for term in self.declared)


def forbidden(tree: Node, allowed: Allowed) -> Iterator[Finding]:
    """What of a query is refused for the sake of people."""
    for leaf in asked(tree):
        yield from _account(leaf, allowed)
        if not isinstance(leaf, Field | Handle | Address):
            yield from _words(leaf, allowed)
    yield from _pairs(tree, allowed)


def _account(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    if isinstance(leaf, Field) and leaf.name == "author" and not allowed.has_account(*_name_and_host(leaf.value)):
        said = "is nobody of ours: only accounts of the organisation and of ambassadors who joined can be asked for"
        yield Finding("author-not-ours", f"author:{leaf.value} {said}; take it out", leaf.at)
    if isinstance(leaf, Handle) and not allowed.has_account(leaf.name, leaf.host):
        handle = f"@{leaf.name}" + (f"@{leaf.host}" if leaf.host else "")
        if not allowed.has_declared(handle):
            said = "is an account of neither the organisation nor an ambassador, and nobody else is searched for"
            cure = "add it to [organisation] accounts if it is yours, or declare it if it is no person's"
            yield Finding("person-handle", f"{handle} {said}; {cure}", leaf.at)


def _words(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    words = spoken(leaf)
    declared = allowed.has_declared(words)
    if words and not declared and lexicon.is_person(words):
        yield _person(words, leaf.at)
    elif words and not declared and lexicon.might_be_person(words):
        said = "may be half of a person's name: look closely at what it finds, or declare it if it is a brand"
        yield Finding("half-a-name", f"{words} {said}", leaf.at)
    if declared and allowed.sensitive:
        return
    for part in dict.fromkeys((words, *words.split())):
        subject = lexicon.sensitive(part, prefix=leaf.written.endswith("*") and words.endswith(part))
        if subject and not (allowed.sensitive and allowed.has_declared(part)):
            said = "is not searched for: what people say of it is protected (GDPR, article 9)"
            cure = "take it out, or declare it if it is the organisation's own name"
            yield Finding("sensitive-subject", f"{part} ({subject}) {said}; {cure}", leaf.at)
            return


def _pairs(tree: Node, allowed: Allowed) -> Iterator[Finding]:
    """A first name here and a surname there, joined by AND or NEAR, are a person as well."""
    for node in walk(tree):
        if isinstance(node, And | Near):
            sides = [[leaf for leaf in asked(part) if _is_short(leaf, allowed)] for part in node.below]
            for one, other in _across(sides):
                names = spoken(one), spoken(other)
                if lexicon.could_be_full_name(*names) and not allowed.has_declared(" ".join(names)):
                    yield _person(" ".join(names), one.at)


def _is_short(leaf: Node, allowed: Allowed) -> bool:
    return isinstance(leaf, Phrase) and len(leaf.words) <= LONGEST_HALF and not allowed.has_declared(spoken(leaf))


def _across(sides: Sequence[Sequence[Node]]) -> Iterator[tuple[Node, Node]]:
    """Every two of different sides of which one at least is half a name by itself."""
    halves = [[leaf for leaf in side if lexicon.might_be_person(spoken(leaf))] for side in sides]
    for one, other in combinations(range(len(sides)), 2):
        yield from product(halves[one], sides[other])
        yield from product(sides[one], halves[other])


def _person(words: str, at: Span) -> Finding:
    said = "looks like a person's name, and people are not searched for"
    cure = "take it out, or, if it is the name of a brand, declare it with the reason"
    return Finding("person-name", f'{words} {said}; {cure}: declared = {{"{fold(words)}" = "..."}}', at)


def _plain(words: str) -> str:
    return fold(with_parts(words))


def _name_and_host(account: str) -> tuple[str, str]:
    name, _, host = account.partition("@")
    return name, host
