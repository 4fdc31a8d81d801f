"""What people see of the webcare queue on the terminal: the list, one case, figures, the advice for a crisis."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from monitor.case_desk import Desk
from monitor.cases import Colour, Figure, Row, colour, standing_event
from monitor.console import WIDEST, console
from monitor.normalise import visible
from monitor.store.casebook import CaseStory, Standing
from monitor.store.cases import CRISIS
from monitor.store.logbook import Event
from monitor.triage.scheme import spoken

MOST_STORIES = 20  # of a case that many posts say
ABOUT = 60  # characters of a post in the list
SHORT = 40  # characters of a cue that people read
_BY = {"strong": "strong phrase", "cue": "cue", "rule": "rule", "model": "the model"}
_STYLES: dict[Colour, str] = {"green": "green", "orange": "dark_orange", "red": "bold red", "done": "dim"}


def show_list(rows: Sequence[Row], desk: Desk, now: datetime) -> None:
    """A line per case; the colour is a word too."""
    if not rows:
        console.print("nothing to do: no such case; monitor cases list --all shows what is done too", soft_wrap=True)
        return
    _show_clock(desk, now)
    table = _table("", "case", "due", "state", "owner", "kind", "posts", "about", "link")
    for row in rows:
        case = row.case
        table.add_row(
            Text(row.colour, style=_STYLES[row.colour]),
            case.id,
            _moment(case.due, desk.hours.zone),
            _state(case),
            desk.who(case.owner, now),
            case.kind,
            f"{len(case.mentions):,}" if case.mentions else "",
            Text(_about(row)),
            Text(case.url),
        )
    _print(table)


def as_json(rows: Iterable[Row]) -> str:
    """The list for programs; nobody's name is in it."""
    return json.dumps([_as_row(row) for row in rows], ensure_ascii=False, indent=2)


def show_case(desk: Desk, case_id: str, now: datetime) -> None:
    """All of a case. Raises ConfigError when there is none."""
    standing_event(desk.store, case_id)
    _show_clock(desk, now)
    [case] = desk.store.cases.standings(case_id=case_id)
    shade = colour(now, case.due, case.orange, case.state)
    head = Text(f"case {case.id}  ").append(shade, style=_STYLES[shade])
    _line(head.append(f"  {_state(case)}, due {_moment(case.due, desk.hours.zone)}"))
    _line(f"owner     {desk.who(case.owner, now)}")
    _line(f"reaction  {case.reaction} (rule {case.rule})")
    _line(f"why       {case.why}")
    if case.crisis:
        _line(f"crisis    {case.crisis}")
    _show_advised(desk, case, now)
    stories = desk.store.cases.stories(case_id, MOST_STORIES)
    for story in stories:
        _show_story(story)
    if len(case.mentions) > len(stories):
        _line(Text(f"and {len(case.mentions) - len(stories):,} more that say the same", style="dim"))
    if stories:
        _line(Text(f"another kind? monitor label --correct {stories[0].mention} --kind KIND", style="dim"))
    _show_logbook(desk, case_id)


def show_figures(figures: Sequence[Figure], days: int) -> None:
    """A line per rule and role."""
    if not figures:
        console.print(f"no case was opened in {days} days", soft_wrap=True)
        return
    table = _table("rule", "owner", "cases", "answered", "median min", "p90 min", "in time", "of")
    for each in figures:
        table.add_row(
            each.rule,
            each.owner,
            f"{each.cases:,}",
            f"{each.answered:,}",
            _number(each.median),
            _number(each.p90),
            "-" if each.within is None else f"{each.within:.0%}",
            f"{each.decided:,}",
        )
    _print(table)
    _line(Text("first answers in opening minutes; in time: answered, let stand or closed before due", style="dim"))


def show_advice(desk: Desk) -> None:
    """The scheme's table of advice in the organisation's language."""
    if desk.scheme.crisis is None:
        console.print("the scheme has no table [crisis]: nothing is called one", soft_wrap=True)
        return
    for each in desk.scheme.crisis.advice:
        _line(Text(spoken(each.when, desk.language, desk.organisation), style="bold"))
        _line(f"  {spoken(each.do, desk.language, desk.organisation)}")


def done_line(event: Event, desk: Desk, now: datetime, *, kept: bool) -> str:
    """How a case stands after what was done; `kept`: it begins again and no rule says before when."""
    told = f"case {event.case_id} is {event.state}; owner: {desk.who(event.owner, now)}"
    if not kept:
        return told
    due = _moment(event.due, desk.hours.zone)
    return f"{told}; no rule of the scheme gives it a new deadline, so it is due as before: {due}"


def _show_clock(desk: Desk, now: datetime) -> None:
    """The demo's, which stands still."""
    if desk.is_demo:
        _line(
            Text(f"the demo's clock stands at its run: {now.astimezone(desk.hours.zone):%d %b %Y %H:%M}", style="dim")
        )


def _show_advised(desk: Desk, case: Standing, now: datetime) -> None:
    """What the scheme says of it now; for a crisis the table of advice."""
    if case.kind == CRISIS:
        _line("")
        show_advice(desk)
        return
    rule = desk.rule(case.rule)
    if rule is None:
        _line(f"advice    the scheme has no rule {case.rule} any more")
        return
    if rule.informs:
        _line(f"tell too  {', '.join(desk.who(role, now) for role in rule.informs)}")
    _line(f"channel   {spoken(rule.channel, desk.language, desk.organisation)}")
    if rule.answer:
        _line(f"answer    {spoken(rule.answer, desk.language, desk.organisation)}")


def _show_story(story: CaseStory) -> None:
    marked = Text(f"{story.title}\n{story.excerpt}" if story.title else story.excerpt)
    for reason in story.reasons:
        if reason["stop"]:
            marked.stylize("bold reverse", reason["start"], reason["stop"])
    _line("")
    _line(marked)
    _line(Text(f"{story.url}  ({story.source}, {story.place})", style="dim"))
    _line(Text(f"mention {story.mention}", style="dim"))
    for reason in story.reasons:
        _line(Text(f"  {evidence(reason)}", style="dim"))


def evidence(reason: dict[str, Any]) -> str:
    """`complaint: "Geen" (cue "geen boot", right in 9 of 10 where it was measured)`: the words first."""
    words, cue, by = _one_line(reason["words"] or ""), reason["cue"], reason["by"]
    is_telling = cue.casefold() != words.casefold() and len(cue) <= SHORT and not cue.startswith("re:")
    who = f'{_BY[by]} "{cue}"' if is_telling else _BY[by]
    told = ", ".join(filter(None, (who, _measured(by, reason["measured"]))))
    if words:
        return f'{reason["kind"]}: "{_cut(words)}" ({told})'
    return f"{reason['kind']}: {told}" if by == "rule" else f"{reason['kind']}: words outside the excerpt ({told})"


def _measured(by: str, measured: float | None) -> str:
    """A cue's precision, rounded down so that nothing is promised, or the model's probability; of a rule nothing."""
    if measured is None or by == "rule":
        return ""
    return f"{measured:.0%}" if by == "model" else f"right in {int(10 * measured + 1e-9)} of 10 where it was measured"


def _show_logbook(desk: Desk, case_id: str) -> None:
    _line("")
    for event in desk.store.cases.logbook(case_id):
        who = f" by {event.actor}" if event.actor else ""
        note = f"  {_one_line(event.note)}" if event.note else ""
        _line(f"{event.number:>3}  {_moment(event.moment, desk.hours.zone)}  {event.event}{who}, {event.owner}{note}")


def _as_row(row: Row) -> dict[str, Any]:
    names = ("id", "kind", "state", "owner", "rule", "reaction", "why", "mentions", "source", "title", "excerpt", "url")
    own = {name: getattr(row.case, name) for name in (*names, "crisis")}
    times = {name: getattr(row.case, name).isoformat() for name in ("opened", "due", "orange")}
    return own | times | {"colour": row.colour, "under": row.under, "red_under": row.red_under}


def _about(row: Row) -> str:
    if row.case.kind == CRISIS:
        return f"{row.under:,} cases under it, {row.red_under:,} red"
    return _cut(_one_line(row.case.title or row.case.excerpt))


def _one_line(text: str) -> str:
    """As it can be shown: an old note is never two lines, and moves no cursor."""
    return " ".join(visible(text).split())


def _cut(text: str) -> str:
    return text if len(text) <= ABOUT else f"{text[: ABOUT - 1]}…"


def _state(case: Standing) -> str:
    return f"taken by {case.taker}" if case.state == "taken" and case.taker else case.state


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M}"


def _number(minutes: float | None) -> str:
    return "-" if minutes is None else f"{minutes:,.0f}"


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        numeric = name in ("posts", "cases", "answered", "median min", "p90 min", "in time", "of")
        table.add_column(name, no_wrap=True, justify="right" if numeric else "left")
    return table


def _print(table: Table) -> None:
    """As wide as it is: an address that a narrow terminal cuts is of no use."""
    table.width = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    console.print(table, soft_wrap=True)


def _line(text: str | Text) -> None:
    console.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)
