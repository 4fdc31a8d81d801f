"""Where everything of the drawing stands: rules become cards on a spine, advice becomes boxes below.

    questions, set right | the spine, as wide as what is left | branches, as wide as what goes there | cards

Lengths are millimetres on A3 upright. What the sheet has left over makes the cards higher; what it has too little of
makes it longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.triage.crisis import Advice, Crisis
from monitor.triage.scheme.rules import Reaction, Rule, Scheme, spoken
from monitor.triage.scheme.words import WORDS
from monitor.triage.wall.text import width, wrapped
from monitor.triage.wall.words import conditions, number, question, reaction, role, within

WIDE, HIGH, MARGIN = 297.0, 420.0, 12.0  # A3
SPINE, CARD = 80.0, 104.0  # where the spine stands, and where the cards begin
TOP, GAP, LEAST = 41.0, 2.1, 12.2  # of the first card, between cards, and the height of the lowest
FOOT = 8.0  # what stays white below
LINE = 3.5  # from one line of small type to the next
BROADEST = 9.0  # of the spine, where all mentions go through
THINNEST = 0.8
COLOURS: dict[Reaction, str] = {
    "escalate": "#b3261e",
    "route": "#6a3fa0",
    "restore": "#b8440c",
    "fix facts": "#865a00",
    "answer": "#1d5fae",
    "thank": "#1b7a43",
    "monitor only": "#4a5568",
    "let stand": "#6b7280",
    "drop": "#1f2937",
}
_COLUMNS = {"reaction": 37.0, "owner": 41.0, "deadline": 23.0}  # of a card; the reason takes the rest
_PAD = 2.6
_INDENT = 5.0  # of the advice within its frame


@dataclass(frozen=True, slots=True)
class Wall:
    """What is drawn. `roles`: who has each; `counts`: mentions per rule in the last `days`, None when not known."""

    scheme: Scheme
    language: str
    today: date
    organisation: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] | None = None
    days: int = 30

    @property
    def words(self) -> dict[str, str]:
        """The drawing's own words."""
        return WORDS[self.language]

    @property
    def total(self) -> int:
        """How many mentions went through."""
        return sum((self.counts or {}).values())

    @property
    def about(self) -> str:
        """About whom the posts are."""
        return (
            self.words["about"].format(organisation=self.organisation) if self.organisation else self.words["about us"]
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A rule on paper: its card from `top`, `high` tall; `came` of all mentions as wide, `goes` to its card."""

    rule: Rule
    number: int
    top: float
    high: float
    question: list[str]
    conditions: list[str]
    reaction: list[str]
    owner: list[str]
    who: list[str]
    too: list[str]
    deadline: list[str]
    channel: list[str]
    why: list[str]
    colour: str
    count: str
    came: float
    goes: float

    @property
    def middle(self) -> float:
        """The height at which its branch leaves the spine."""
        return self.top + self.high / 2


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of advice for a crisis, with its place."""

    left: float
    top: float
    wide: float
    high: float
    when: list[str]
    do: list[str]


def laid_out(wall: Wall) -> dict[str, object]:
    rows, boxes, bottom = _spread(wall)
    return {
        "wall": wall,
        "words": wall.words,
        "rows": rows,
        "boxes": boxes,
        "crisis": _crisis(wall.scheme.crisis, wall),
        "crisis_colour": COLOURS["escalate"],
        "wide": WIDE,
        "high": max(HIGH, round(bottom + FOOT, 2)),
        "margin": MARGIN,
        "spine": SPINE,
        "card": CARD,
        "columns": _COLUMNS,
        "pad": _PAD,
        "step": LINE,
        "width": width,
        "total": number(wall.total, wall.language),
        "start": f"{wall.words['start']} {wall.about}",
        "printed": wall.words["printed"].format(today=wall.today, version=wall.scheme.version),
    }


def _spread(wall: Wall) -> tuple[list[Row], list[Box], float]:
    """Cards, boxes and where they end; what the sheet has left over makes the cards higher."""
    rows = _rows(wall, 0.0)
    _, bottom = _boxes(wall, _below(rows))
    spare = min(max((HIGH - FOOT - bottom) / len(rows) - 0.01, 0.0), LEAST)
    rows = _rows(wall, spare)
    return rows, *_boxes(wall, _below(rows))


def _below(rows: list[Row]) -> float:
    return rows[-1].top + rows[-1].high + 6


def _rows(wall: Wall, spare: float) -> list[Row]:
    top, left, rows = TOP, wall.total, []
    for at, rule in enumerate(wall.scheme.rules, 1):
        row = _row(rule, at, top, left, wall)
        row = replace(row, high=round(row.high + spare, 2))
        rows.append(row)
        top += row.high + GAP
        left -= (wall.counts or {}).get(rule.id, 0)
    return rows


def _row(rule: Rule, at: int, top: float, left: int, wall: Wall) -> Row:
    language = wall.language
    count = None if wall.counts is None else wall.counts.get(rule.id, 0)
    asking = SPINE - MARGIN - 8
    inner = WIDE - MARGIN - CARD - sum(_COLUMNS.values()) - 2 * _PAD
    reason = inner if rule.owner else inner + _COLUMNS["owner"] + _COLUMNS["deadline"]
    asked = wrapped(question(rule, language), asking, 4.2, bold=True, most=3)
    besides = wrapped(conditions(rule.when, language), asking, 2.9, most=2)
    owner = wrapped(role(rule.owner, language) if rule.owner else "", _COLUMNS["owner"] - 4, 3.8, bold=True, most=2)
    who = _mailbox(wall.roles.get(rule.owner or "", ""), _COLUMNS["owner"] - 3)
    informed = ", ".join(role(one, language) for one in rule.informs)
    too = wrapped(f"{wall.words['too']} {informed}" if informed else "", _COLUMNS["owner"] - 4, 2.8, most=2)
    channel = wrapped(spoken(rule.channel, language), reason, 2.9, bold=True, most=2)
    why = wrapped(spoken(rule.why, language), reason, 2.9, most=4)
    lines = max(
        5.0 * len(asked) + 3.6 * len(besides) - 3.0,  # the question may stand as high as the card
        4.3 * len(owner) + LINE * (len(who) + len(too)),
        LINE * (len(channel) + len(why)),
    )
    return Row(
        rule=rule,
        number=at,
        top=round(top, 2),
        high=round(max(LEAST, lines + 2.8), 2),
        question=asked,
        conditions=besides,
        reaction=wrapped(reaction(rule, language), _COLUMNS["reaction"] - _PAD, 4.6, bold=True, most=2),
        owner=owner,
        who=who,
        too=too,
        deadline=wrapped(
            within(rule.deadline, language) if rule.deadline else "", _COLUMNS["deadline"] - 2, 4.6, bold=True, most=2
        ),
        channel=channel,
        why=why,
        colour=COLOURS[rule.reaction],
        count="" if count is None else number(count, language),
        came=_thick(left, wall),
        goes=_thick(count or 0, wall),
    )


def _mailbox(who: str, room: float) -> list[str]:
    """A person or a mailbox on two lines at most; an address is parted before its @."""
    whole = wrapped(who, room, 2.7, most=2)
    return whole if "…" not in "".join(whole) else wrapped(who.replace("@", " @"), room, 2.7, most=2)


def _thick(count: int, wall: Wall) -> float:
    """How broad a line is that so many mentions go along."""
    return 1.2 if not wall.total else round(max(THINNEST, BROADEST * count / wall.total), 2)


def _crisis(crisis: Crisis | None, wall: Wall) -> str:
    """When many are one, in a sentence."""
    if crisis is None:
        return ""
    return wall.words["crisis when"].format(
        at_least=crisis.at_least,
        hours=crisis.hours,
        times=f"{crisis.times:g}",
        sources=crisis.sources,
        lead=role(crisis.lead, wall.language),
        deadline=within(crisis.deadline, wall.language),
    )


def _boxes(wall: Wall, top: float) -> tuple[list[Box], float]:
    """The table of advice, three beside one another, below `top`; and where it ends."""
    if wall.scheme.crisis is None:
        return [], top - 6
    wide = round((WIDE - 2 * MARGIN - 2 * _INDENT - 2 * 2.5) / 3, 2)
    boxes: list[Box] = []
    top += 16
    for start in range(0, len(wall.scheme.crisis.advice), 3):
        line = [_advice(one, wide, wall) for one in wall.scheme.crisis.advice[start : start + 3]]
        high = max(LINE * (len(when) + len(do)) + 5.2 for when, do in line)
        boxes += [
            Box(round(MARGIN + _INDENT + at * (wide + 2.5), 2), round(top, 2), wide, high, *told)
            for at, told in enumerate(line)
        ]
        top += high + 2.5
    return boxes, top + 2


def _advice(advice: Advice, wide: float, wall: Wall) -> tuple[list[str], list[str]]:
    room = wide - 6
    return (
        wrapped(spoken(advice.when, wall.language), room, 2.9, bold=True),
        wrapped(spoken(advice.do, wall.language), room, 2.9),
    )
