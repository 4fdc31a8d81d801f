"""The matcher as one of the ways to answer, without and with its scanner."""

from collections.abc import Sequence
from typing import ClassVar

from monitor.bench.peers import Peer
from monitor.bench.queries import Tree
from monitor.query import Matcher, Query


class Ours(Peer):
    """The matcher of a default installation."""

    name = "monitor"
    scanner: ClassVar[bool] = False
    rounds = 3
    learns = True

    def __init__(self, trees: Sequence[Tree]) -> None:
        written = (Query(f"q{number}", "brand", tree.written()) for number, tree in enumerate(trees))
        self._matcher = Matcher(written, scanner=self.scanner)

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        return self._matcher.scan(posts)


class Scanning(Ours):
    """The matcher with the extra that finds anchors in many texts at once."""

    name = "monitor with scanner"
    scanner = True

    @classmethod
    def missing(cls) -> str | None:
        try:
            Matcher([Query("probe", "brand", "probe")], scanner=True)
        except ImportError:
            return "not installed: pip install 'mention-monitor[scanner]'"
        return None
