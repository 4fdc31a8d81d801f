"""`monitor label` on the terminal: one text at a time, answered by single keys; lines where nobody looks.

    kinds  needs  relevant  sentiment -> stored at once        s skips the text, b goes back one, q ends

What the machine thinks is not shown: who sees a guess agrees with it too easily.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, get_args

import typer
from rich.console import Console
from rich.text import Text

from monitor.model import KINDS, Kind
from monitor.store.labels import Given, Proposed
from monitor.triage.labels import How, SentimentLabel

KEYS: dict[str, Kind] = {
    "1": "complaint",
    "2": "question",
    "3": "compliment",
    "4": "suggestion",
    "5": "wrong-facts",
    "6": "press",
    "7": "leak",
    "8": "safety",
    "9": "fraud",
    "a": "abuse",
    "p": "personal-data",
    "j": "job",
    "x": "spam",
    "n": "news",
    "o": "other",
}
Answer = TypeVar("Answer")
SKIP, BACK, QUIT = "s", "b", "q"
_LEAVING = {SKIP: SKIP, BACK: BACK, QUIT: QUIT, "skip": SKIP, "back": BACK, "quit": QUIT}
_YES_NO = {"y": True, "j": True, "n": False, "yes": True, "ja": True, "no": False, "nee": False}
_SENTIMENTS = {"-": "negative", "0": "neutral", "+": "positive"} | {name: name for name in get_args(SentimentLabel)}
_NAMED: dict[str, Kind] = KEYS | {kind: kind for kind in KINDS}
_HELP = "  ".join(f"{key} {kind}" for key, kind in KEYS.items())
Ask = Callable[[str, bool], str]  # a question, and whether several keys may be its answer; "" leaves it open
Save = Callable[[Given], object]


class _LeftError(Exception):
    """Somebody skips, goes back or ends; `key` says which."""

    def __init__(self, key: str) -> None:
        self.key = key


@dataclass(frozen=True, slots=True)
class Session:
    """One person's sitting. `ask` gives keys, `save` stores a label at once, so that ending loses nothing."""

    by: str
    ask: Ask
    save: Save
    console: Console

    def run(self, proposals: Sequence[tuple[Proposed, How]]) -> int:
        """Ask about each proposal; returns how many were labelled."""
        at, done = 0, set[str]()
        if proposals:
            self.console.print(Text(f"{_HELP}\n{SKIP} skip  {BACK} back  {QUIT} quit", style="dim"), soft_wrap=True)
        while at < len(proposals):
            proposal, how = proposals[at]
            self._show(proposal, at + 1, len(proposals))
            said, key = self._asked(given := Given(proposal.mention, self.by, how))
            if said != given and key in {"", QUIT}:  # who ends in the middle of a text keeps what was answered
                self.save(said)
                done.add(proposal.mention)
            if key == QUIT:
                break
            at = max(at - 1, 0) if key == BACK else at + 1
        return len(done)

    def _show(self, proposal: Proposed, number: int, total: int) -> None:
        head = f"\n{number}/{total}  {proposal.source}  {proposal.url}  {proposal.mention}"
        self.console.print(Text(head, style="dim"), soft_wrap=True)
        self.console.print(Text(proposal.text), soft_wrap=True)

    def _asked(self, said: Given) -> tuple[Given, str]:
        """What was said, and the key by which the text was left; "" when all was asked."""
        try:
            said = replace(said, kinds=self._kinds())
            said = replace(said, needs=self._one("needs a reaction? y/n ", _YES_NO))
            said = replace(said, relevant=self._one("about us? y/n ", _YES_NO))
            said = replace(said, sentiment=self._one("about us it is -/0/+ ", _SENTIMENTS))
        except _LeftError as left:
            return said, left.key
        return said, ""

    def _kinds(self) -> tuple[Kind, ...] | None:
        while True:
            given = self._answer("kinds, then Enter: ", several=True).replace(",", " ").split()
            found = [key for one in given for key in ([one] if one in KINDS else one)]
            if wrong := [key for key in found if key not in _NAMED]:
                self.console.print(Text(f"{wrong[0]!r} is no kind; {_HELP}", style="yellow"), soft_wrap=True)
                continue
            return tuple(dict.fromkeys(_NAMED[key] for key in found)) or None

    def _one(self, question: str, answers: Mapping[str, Answer]) -> Answer | None:
        while True:
            answer = self._answer(question, several=False)
            if not answer or answer in answers:
                return answers.get(answer)
            known = " ".join(key for key in answers if len(key) == 1)
            told = f"{answer!r} is no answer; give one of {known}, or Enter to leave it open"
            self.console.print(Text(told, style="yellow"), soft_wrap=True)

    def _answer(self, question: str, *, several: bool) -> str:
        answer = self.ask(question, several).lower().strip()
        if answer in _LEAVING:
            raise _LeftError(_LEAVING[answer])
        return answer


def by_key(question: str, several: bool) -> str:
    """An answer typed on a terminal: one key, or keys up to Enter. Backspace takes one back."""
    typer.echo(question, nl=False)
    typed = ""
    while True:
        key = typer.getchar()
        if key in {"\r", "\n", ""}:
            break
        typed = typed[:-1] if key in {"\x7f", "\b"} else typed + key
        typer.echo("\b \b" if key in {"\x7f", "\b"} else key, nl=False)
        if not several or typed in {SKIP, BACK, QUIT}:
            break
    typer.echo()
    return typed


def by_line(question: str, several: bool) -> str:
    """An answer as a line of the input, for pipes and screen readers; its end is the end of the sitting."""
    del several
    typer.echo(question, nl=False)
    line = sys.stdin.readline()
    return line or QUIT
