"""Commands about the webcare queue: what must be done, who has it, what became of it.

Exit code 1: somebody was first, or it is not at work any more; nothing was changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.arguments import DEFAULT, Config

REFUSED = 1
STATES = ("open", "taken", "answered", "let-stand", "passed-on", "closed")

commands = typer.Typer(
    help="The webcare queue: what must be done, by whom and before when.",
    epilog="Example: monitor cases list, then: monitor cases take 26-0042",
    no_args_is_help=True,
)


def _ids_in(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of cases, the newest first, for the shell to complete; none when they cannot be read."""
    from monitor.config.load import load  # noqa: PLC0415
    from monitor.errors import MonitorError  # noqa: PLC0415
    from monitor.store import Store  # noqa: PLC0415

    config = Path(ctx.params.get("config") or DEFAULT)
    try:
        return Store(config.parent / load(config).paths.data).cases.ids(incomplete)
    except (MonitorError, OSError):
        return []


def _roles_in(ctx: typer.Context, incomplete: str) -> list[str]:
    """The roles in the configuration, for the shell to complete."""
    from monitor.config.load import load  # noqa: PLC0415
    from monitor.errors import MonitorError  # noqa: PLC0415

    try:
        names = load(Path(ctx.params.get("config") or DEFAULT)).roles
    except (MonitorError, OSError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def _states(incomplete: str) -> list[str]:
    return [state for state in STATES if state.startswith(incomplete)]


@contextmanager
def _typed() -> Iterator[None]:
    """What is wrong in what was typed ends as a mistyped command does; what is wrong in files is told otherwise."""
    from monitor.errors import ConfigError  # noqa: PLC0415

    try:
        yield
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from None


Case = Annotated[str, typer.Argument(help="A case, e.g. 26-0042.", autocompletion=_ids_in)]
As = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="MONITOR_USER", help="Who does it; the login name when left out. For the logbook only."
    ),
]
Note = Annotated[str | None, typer.Option(help="A line for the logbook.")]


@commands.command(
    "list", epilog="Example: monitor cases list --owner webcare --late. First crises, then what is due first."
)
def list_(
    config: Config = DEFAULT,
    owner: Annotated[str | None, typer.Option(help="Only this role's.", autocompletion=_roles_in)] = None,
    state: Annotated[
        str | None, typer.Option(help=f"Only cases in this state: {', '.join(STATES)}.", autocompletion=_states)
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, e.g. complaint or crisis.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only what should have been done by now.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="What is done and what a crisis hides too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
) -> None:
    """List the cases at work: colour, owner, due, how many say it, what it is about, link."""
    from monitor.case_console import as_json, show_list  # noqa: PLC0415
    from monitor.case_desk import Desk  # noqa: PLC0415
    from monitor.cases import Wanted, listed, of_known  # noqa: PLC0415
    from monitor.model import KINDS  # noqa: PLC0415

    desk = Desk.at(config)
    with _typed():
        if owner is not None:
            desk.roles.role(owner, "--owner")
        stands = of_known("state", state and state.replace(" ", "-"), STATES)
        of_known("kind", kind, ("crisis", *KINDS))
    wanted = Wanted(owner, stands and stands.replace("-", " "), kind, late=late, every=everything)
    now = desk.now()
    rows = listed(desk.store.cases.standings(every=everything or state is not None), wanted, now)
    if json:
        typer.echo(as_json(rows))
    else:
        show_list(rows, desk, now)


@commands.command(epilog="Example: monitor cases show 26-0042")
def show(case: Case, config: Config = DEFAULT) -> None:
    """Show a case: who says what and why it was flagged, what the scheme advises, and the logbook."""
    from monitor.case_console import show_case  # noqa: PLC0415
    from monitor.case_desk import Desk  # noqa: PLC0415

    desk = Desk.at(config)
    with _typed():
        show_case(desk, case, desk.now())


@commands.command(epilog="Example: monitor cases take 26-0042 --as desk-1. Exit code 1 when somebody was first.")
def take(case: Case, actor: As = None, config: Config = DEFAULT) -> None:
    """Take a case in hand, so that nobody else does."""
    _act(config, case, "take", actor)


@commands.command(epilog="Example: monitor cases answer 26-0042 --link https://social.example/@lindeveer/1")
def answer(
    case: Case,
    actor: As = None,
    note: Note = None,
    link: Annotated[str | None, typer.Option(help="Where the answer stands.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Write down that it was answered."""
    _act(config, case, "answer", actor, note=note, link=link)


@commands.command("pass", epilog="Example: monitor cases pass 26-0042 --to spokesperson")
def pass_(
    case: Case,
    to: Annotated[str, typer.Option(help="The role that has it from now on.", autocompletion=_roles_in)],
    actor: As = None,
    note: Note = None,
    config: Config = DEFAULT,
) -> None:
    """Pass a case on to another role; its deadline stays, since somebody is waiting."""
    _act(config, case, "pass", actor, note=note, to=to)


@commands.command(epilog="Example: monitor cases close 26-0042; of a crisis with all that is under it: --with-items")
def close(
    case: Case,
    actor: As = None,
    note: Note = None,
    with_items: Annotated[
        bool,
        typer.Option("--with-items", help="Of a crisis: close its cases too. Without, they come back to the list."),
    ] = False,
    config: Config = DEFAULT,
) -> None:
    """Close a case: nothing is to be done about it any more."""
    _act(config, case, "close", actor, note=note, items="closed" if with_items else "freed")


@commands.command("let-stand", epilog='Example: monitor cases let-stand 26-0042 --note "satire"')
def let_stand(case: Case, actor: As = None, note: Note = None, config: Config = DEFAULT) -> None:
    """Decide not to react."""
    _act(config, case, "let-stand", actor, note=note)


@commands.command(epilog="Example: monitor cases reopen 26-0042. Its deadline runs anew.")
def reopen(case: Case, actor: As = None, note: Note = None, config: Config = DEFAULT) -> None:
    """Open a case again that was answered, let stand or closed."""
    _act(config, case, "reopen", actor, note=note)


@commands.command(epilog='Example: monitor cases note 26-0042 "called back, waits for the depot"')
def note(
    case: Case,
    text: Annotated[str, typer.Argument(help="What to write down; no personal data, please.")],
    actor: As = None,
    config: Config = DEFAULT,
) -> None:
    """Write a line into a case's logbook."""
    _act(config, case, "note", actor, note=text)


@commands.command(epilog="Example: monitor cases figures --days 30")
def figures(
    config: Config = DEFAULT,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Cases opened in so many days.")] = 30,
) -> None:
    """First response times and the share within the deadline, per rule and role and never per person."""
    from monitor.case_console import show_figures  # noqa: PLC0415
    from monitor.case_desk import Desk  # noqa: PLC0415
    from monitor.cases import figures as of_spans  # noqa: PLC0415

    desk = Desk.at(config)
    now = desk.now()
    show_figures(of_spans(desk.store.cases.spans(now - timedelta(days=days)), desk.hours, now), days)


@commands.command(epilog="Example: monitor cases advice")
def advice(config: Config = DEFAULT) -> None:
    """Print what the scheme advises in a crisis."""
    from monitor.case_console import show_advice  # noqa: PLC0415
    from monitor.case_desk import Desk  # noqa: PLC0415

    show_advice(Desk.at(config))


def _act(
    config: Path,
    case: str,
    move: str,
    actor: str | None,
    *,
    note: str | None = None,
    link: str | None = None,
    to: str | None = None,
    items: Literal["closed", "freed"] | None = None,
) -> None:
    from monitor.case_console import done_line  # noqa: PLC0415
    from monitor.case_desk import Desk, name_of, note_of  # noqa: PLC0415
    from monitor.cases import Refused, act  # noqa: PLC0415

    desk = Desk.at(config)
    with _typed():
        who, words = name_of(actor), note_of(note, link)
        if to is not None:
            desk.roles.role(to, "--to")
        now = desk.now()
        due = desk.anew(case, now) if move == "reopen" else None
        done = act(desk.store, case, move, now, actor=who, note=words, owner=to, due=due, items=items)
    if isinstance(done, Refused):
        typer.echo(done.told(desk.hours.zone), err=True)
        raise typer.Exit(REFUSED)
    typer.echo(done_line(done, desk, now, kept=move == "reopen" and due is None))
