"""What may not be asked: people who did not join, by account or by name, and subjects that the law protects.

A brand that bears a person's name, or a sensitive word that is the organisation's own, is declared beside the query
with a reason. What is only left out (NOT) is asked of nobody.

    account    author:, @handle, and a profile's page: site:social.example/@name, link:social.example/users/name;
               between quotation marks or backticks too
    name       one term: "jan jansen", jan.jansen, #janjansen, "volgens jan jansen", jan-jansen.example
               two terms that must hold together: jan AND jansen, jan NEAR/3 jansen
    subject    every word of a term
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from monitor.query import lexicon
from monitor.query.finding import Finding, asked, spoken
from monitor.query.lexicon.names import SURE, first, last, particle, thing
from monitor.query.terms import author_name
from monitor.query.text import Text, plain_host
from monitor.query.tree import Address, And, Close, Field, Handle, Literal, Near, Node, Not, Or, Phrase
from monitor.query.words import Span, fold, with_parts

LONGEST_HALF = 3  # words of a surname: van den berg
SHORTEST_GIVEN, SHORTEST_FAMILY = 3, 4  # letters, where both are written as one word
_Term = tuple[Span, str]  # where it stands, and its words
_PROFILE = re.compile(
    r"/(?:@|u/|users?/)([\w.-]+)(?:@([\w.-]+))?|^[^/]*/(?:profile|in|channel|c)/([\w.-]+)", re.IGNORECASE
)
_FIRST_PART = re.compile(
    r"^(?:[\w-]+\.)*(?:instagram\.com|x\.com|twitter\.com|facebook\.com|threads\.net|tiktok\.com)/"
    r"(?!(?:p|i|explore|search|hashtag|tag|groups|events|watch|reels?|home|sharer|share|intent)(?:[/?]|$))([\w.-]+)",
    re.IGNORECASE,
)


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
        """True for exactly this account of ours: without a host it is one that is written without."""
        return (f"{name}@{host}" if host else name) in self.accounts

    def may_name(self, name: str, host: str = "") -> bool:
        """True for an @handle of ours; without a host for one of that name on any, as posts name them."""
        if host:
            return self.has_account(name, host)
        return any(account.partition("@")[0] == name for account in self.accounts)

    def has_declared(self, words: str) -> bool:
        """True when these words are part of what was declared."""
        return any(f" {_plain(words)} " in f" {term} " for term in self.declared)

    def is_declared(self, words: str) -> bool:
        """True when these very words were declared."""
        return _plain(words) in self.declared

    def undeclared(self, words: str) -> str:
        """The words without the declared terms among them; as they are written when there is none.

        A declared `linde` or `van den berg` stays: a first name beside it would make it somebody else.
        """
        plain = rest = f" {_plain(words)} "
        for term in self.declared:
            if plain.strip() == term or sum(not particle(word) for word in term.split()) > 1:
                rest = rest.replace(f" {term} ", " ")
        return words if rest == plain else rest.strip()


def forbidden(tree: Node, allowed: Allowed) -> Iterator[Finding]:
    """What of a query is refused for the sake of people."""
    for leaf in asked(tree):
        yield from _account(leaf, allowed)
        yield from _page(leaf, allowed)
        if not isinstance(leaf, Field | Handle | Address):
            yield from _name(leaf, allowed)
            yield from _subject(leaf, allowed)
    yield from _pairs(tree, allowed)


def _account(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    for kind, asks in _authors(leaf):
        if not allowed.has_account(*_name_and_host(asks)):
            said = "is nobody of ours: only accounts of the organisation and of ambassadors who joined can be asked for"
            cure = "take it out, or add it to [organisation] accounts if it is yours"
            yield Finding("author-not-ours", f"{kind}{asks} {said}; {cure}", leaf.at)
    for name, host in _handles(leaf):
        handle = f"@{name}" + (f"@{host}" if host else "")
        if not (allowed.may_name(name, host) or allowed.is_declared(handle)):
            said = "is an account of neither the organisation nor an ambassador, and nobody else is searched for"
            cure = "add it to [organisation] accounts if it is yours, or declare it if it is no person's"
            yield Finding("person-handle", f"{handle} {said}; {cure}", leaf.at)


def _authors(leaf: Node) -> Iterator[tuple[str, str]]:
    """Whose posts a leaf asks for: `author:`, or the page on which they stand."""
    if isinstance(leaf, Field) and leaf.name == "author":
        yield "author:", leaf.value
    for page in _addresses(leaf):
        if profile := _profile(page):
            yield "the page of ", profile


def _handles(leaf: Node) -> Iterator[tuple[str, str]]:
    """Name and host of the accounts that a leaf names, within a phrase as well."""
    if isinstance(leaf, Handle):
        yield leaf.name, leaf.host
    elif isinstance(leaf, Phrase | Close | Literal):
        yield from ((name, host) for name, host, _ in Text(leaf.written).handles)


def _profile(page: str) -> str:
    """The account whose page an address is: what it wrote stands there. Reddit's have no host."""
    found = _PROFILE.search(page)
    first_part = None if found else _FIRST_PART.search(page)
    if not (found or first_part):
        return ""
    elsewhere = found[2] if found else None
    host = plain_host(elsewhere or page.partition("/")[0])
    name = author_name((found[1] or found[3]) if found else first_part[1] if first_part else "")
    return name if host == "reddit.com" or host.endswith(".reddit.com") else f"{name}@{host}"


def _addresses(leaf: Node) -> list[str]:
    """The addresses that a leaf asks for, within a phrase as well."""
    if isinstance(leaf, Phrase | Close | Literal):
        return [link.host + link.path for link in Text(leaf.written).links]
    return [_address(leaf)]


def _address(leaf: Node) -> str:
    if isinstance(leaf, Address):
        return leaf.host + leaf.path
    return leaf.value if isinstance(leaf, Field) and leaf.name == "site" else ""


def _page(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    """A page or a site that is called after a person."""
    host, *path = _address(leaf).split("/")
    named = (name for part in (host, *host.split(".")[:-1], *path) for name in _names_in(part, allowed))
    if name := next(named, None):
        yield _person(name, leaf.at)


def _name(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    words = allowed.undeclared(spoken(leaf))
    if name := next(_names_in(words, allowed, apart=isinstance(leaf, Close)), None):
        yield _person(name, leaf.at)
    elif words and not allowed.has_declared(words) and lexicon.might_be_person(words):
        said = "may be half of a person's name: look closely at what it finds, or declare it if it is a brand"
        yield Finding("half-a-name", f"{words} {said}", leaf.at)


def _names_in(words: str, allowed: Allowed, *, apart: bool = False) -> Iterator[str]:
    """What of a term is a person's full name and not declared. `apart`: its words need not be side by side."""
    parts = fold(words).split()
    whole = [words] if "@" in words else [words, " ".join(parts)]  # jan.jansen finds jan jansen
    found = [name for name in whole if lexicon.is_person(name)] or list(_amid(parts, apart=apart))
    yield from (name for name in found if not allowed.is_declared(name))


def _amid(parts: Sequence[str], *, apart: bool) -> Iterator[str]:
    """Names within one word, and those amid other words. A word for an organisation makes all of it none."""
    if len(parts) == 1:
        yield from _within(parts[0])
    elif apart or not any(map(thing, parts)):
        names = [part for part in parts if not particle(part)]
        pairs = combinations(names, 2) if apart else pairwise(names if len(parts) > 2 else ())
        for one, other in pairs:
            if lexicon.could_be_full_name(one, other):
                yield f"{one} {other}"


def _within(word: str) -> Iterator[str]:
    """`janjansen`: a sure first name and a sure surname, glued."""
    for at in range(SHORTEST_GIVEN, 0 if lexicon.common(word) else len(word) - SHORTEST_FAMILY + 1):
        if first(word[:at]) == SURE and last(word[at:]) == SURE:
            yield f"{word[:at]} {word[at:]}"


def _subject(leaf: Node, allowed: Allowed) -> Iterator[Finding]:
    words = spoken(leaf)
    if allowed.sensitive and allowed.has_declared(words):
        return
    for part, stem in {words: leaf.written.endswith("*"), **_pieces(leaf, words)}.items():
        subject = lexicon.sensitive(part, prefix=stem)
        if subject and not (allowed.sensitive and allowed.has_declared(part)):
            said = "is not searched for: what people say of it is protected (GDPR, article 9)"
            cure = "take it out, or declare it if it is the organisation's own name"
            yield Finding("sensitive-subject", f"{part} ({subject}) {said}; {cure}", leaf.at)
            return


def _pieces(leaf: Node, words: str) -> dict[str, bool]:
    """Each word of a term, and whether a star stands behind it."""
    if isinstance(leaf, Phrase | Close):
        return {word.token.decode(): word.stem for word in leaf.words if word.token}
    last_of = words.split()[-1:]
    return {word: leaf.written.endswith("*") and [word] == last_of for word in words.split()}


def _pairs(tree: Node, allowed: Allowed) -> Iterator[Finding]:
    """A first name here and a surname there, joined by AND or NEAR, are a person as well; told once per term."""
    for parts in _together(tree):
        found: dict[_Term, str] = {}
        sides = [[(leaf.at, spoken(leaf)) for leaf in part if _is_short(leaf, allowed)] for part in parts]
        for (at, one), (_, other) in _across(sides):
            term = (at, one)  # of a saved part every term stands at the same place
            if term not in found and _are_full(one, other) and not _are_declared(one, other, allowed):
                found[term] = f"{one} {other}"
        yield from (_person(name, at) for (at, _), name in found.items())


def _together(node: Node, *, wanted: bool = True) -> Iterator[list[list[Node]]]:
    """The leaves that are asked for, by part, of all nodes whose parts must hold together; NOT turns OR into AND."""
    if isinstance(node, Not):
        yield from _together(node.part, wanted=not wanted)
        return
    if isinstance(node, And | Near if wanted else Or):
        yield [list(asked(part, wanted=wanted)) for part in node.below]
    for part in node.below:
        yield from _together(part, wanted=wanted)


def _are_full(one: str, other: str) -> bool:
    """A first name and a surname, or one letter and a surname."""
    if lexicon.could_be_full_name(one, other):
        return True
    return any(len(a) == 1 and lexicon.is_person(f"{a} {b}") for a, b in ((one, other), (other, one)))


def _are_declared(one: str, other: str, allowed: Allowed) -> bool:
    return allowed.is_declared(f"{one} {other}") or allowed.is_declared(f"{other} {one}")


def _is_short(leaf: Node, allowed: Allowed) -> bool:
    """A word or a few; a brand of several words that is declared is no part of a name."""
    words = spoken(leaf)
    size = len(words.split())
    return size == 1 or (1 < size <= LONGEST_HALF and not allowed.has_declared(words))


def _across(sides: Sequence[Sequence[_Term]]) -> Iterator[tuple[_Term, _Term]]:
    """Every two of different sides of which one at least is half a name by itself."""
    halves = [[term for term in side if lexicon.might_be_person(term[1])] for side in sides]
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
