"""What monitor.toml may say. Every table refuses unknown keys; every field says what it is for."""

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from monitor.model import Facet

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
END_OF_DAY = time()  # as a closing time; written 24:00, which `time` does not know


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write it like Europe/Amsterdam") from error
    return name


def _hours(value: Any) -> Any:
    if isinstance(value, tuple):  # made by a program, not written
        return value
    found = re.fullmatch(r"\s*(\d\d?:\d\d)\s*-\s*(\d\d?:\d\d)\s*", value) if isinstance(value, str) else None
    if not found:
        raise ValueError("opening hours are written like 09:00-17:30")
    opens, closes = found[1], found[2]
    if closes == "24:00":
        return _time(opens), END_OF_DAY
    if _time(closes) == END_OF_DAY:
        raise ValueError("the end of a day is written 24:00")
    return _time(opens), _time(closes)


def _time(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    try:
        return time(hour, minute)
    except ValueError as error:
        raise ValueError("opening hours are times between 00:00 and 24:00") from error


def _in_order(value: tuple[time, time]) -> tuple[time, time]:
    if value[0] >= value[1] != END_OF_DAY:
        raise ValueError("closing time comes after opening time; a day that runs past midnight is written as two")
    return value


def _printable(path: Path) -> Path:
    if not str(path).isprintable():
        raise ValueError("a path holds letters, digits and signs only, no control characters")
    return path


def _known_days(hours: dict[str, tuple[time, time]]) -> dict[str, tuple[time, time]]:
    if not hours:
        raise ValueError("is empty, and days left out are closed: name a day, or leave out the table for office hours")
    wrong = [day for day in hours if day not in DAYS]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no day; use {', '.join(DAYS)}")
    return hours


Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[
    tuple[time, time],
    BeforeValidator(_hours, json_schema_input_type=str),
    AfterValidator(_in_order),
]
WeekHours = Annotated[dict[str, Hours], AfterValidator(_known_days)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
QUERY_NAME = r"^[a-z0-9][a-z0-9_-]{0,40}$"
Reason = Annotated[str, Field(min_length=8)]
PlainPath = Annotated[Path, AfterValidator(_printable)]


class Table(BaseModel):
    """A table of monitor.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(Table):
    """`[organisation]`: who is monitoring."""

    name: str = Field(min_length=1, description="The organisation's name, as the report prints it.")
    accounts: tuple[str, ...] = Field(
        (),
        description="Its own accounts, e.g. @webcare@social.example or u/lindeveer: posts to them are addressed to it.",
    )
    languages: tuple[Code, ...] = Field(
        ("nl", "en"),
        min_length=1,
        description="Languages of its public, the report's first; two small letters each, such as nl.",
    )
    timezone: Zone = Field("Europe/Amsterdam", description="For weeks, opening hours and schedules.")
    contact: str = Field(
        min_length=3,
        pattern=r"^[!-~]+$",  # it travels in a header
        description="A page or mail address that is told to every server, so that its owner can reach you; "
        "without blanks and accents.",
    )
    opening_hours: WeekHours = Field(
        default_factory=lambda: {day: (time(9), time(17, 30)) for day in DAYS[:5]},
        description='When webcare works, e.g. mon = "09:00-17:30"; days left out are closed, 24:00 ends a day.',
    )
    holidays: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] | None = Field(
        None,
        description='Countries whose public holidays are closed days, e.g. ["NL", "BE"]; [] for none. Left out: the '
        "country of Europe/Amsterdam or Europe/Brussels, none for other zones.",
    )


class Relevance(Table):
    """`[queries.relevance]`: how a name that is a common word or belongs to others too is told from the namesake."""

    names: tuple[str, ...] = Field((), description="The name as the organisation writes it, e.g. bol.com, Bol.")
    context: tuple[str, ...] = Field((), description="Words that speak for it, e.g. pakket*, bezorg*, klantenservice.")
    anti: tuple[str, ...] = Field((), description='Words that speak against it, e.g. "staat bol van".')


class Query(Table):
    """`[[queries]]`: what is searched for, and why."""

    name: str = Field(
        pattern=QUERY_NAME,
        description="Short and stable, for it stands beside every mention; small letters, digits, - and _ only.",
    )
    facet: Facet = Field(description="What it serves: brand, company or ambassador.")
    purpose: str = Field(min_length=8, description="Why this is searched for, in a sentence the public may read.")
    text: str = Field(min_length=1, description='The query, e.g. lindeveer* AND (veer OR "gele boot") NOT straat.')
    declared: dict[str, Reason] = Field(
        default_factory=dict,
        description="Terms that look like a person or a sensitive subject and are the organisation's own, each with "
        'the reason, e.g. "jan linde" = "The company bears its founder\'s name."',
    )
    relevance: Relevance | None = Field(
        None, description="For an ambiguous name: what speaks for the organisation and what for its namesake."
    )


class Ambassador(Table):
    """`[[ambassadors]]`: an account whose owner opted in."""

    account: str = Field(
        pattern=r"^mastodon:@[^@\s]+@[^@\s]+$", description="Source and handle: mastodon:@handle@instance."
    )
    consented_on: date = Field(description="The day its owner agreed.")
    text_version: str = Field(min_length=1, description="The version of the text its owner agreed to.")


class Privacy(Table):
    """`[privacy]`: windows, and the dates without which ambassadors' accounts are not visited."""

    window_days: int = Field(90, ge=1, le=90, description="Posts older than this are not taken in.")
    dpia_approved_on: date | None = Field(None, description="Needed before ambassadors' accounts are visited.")
    works_council_consent_on: date | None = Field(None, description="Needed before ambassadors' accounts are visited.")


class Paths(Table):
    """`[paths]`: where things are kept, relative to monitor.toml."""

    data: PlainPath = Field(Path("data"), description="Database, snapshots, locks and reports.")
    scheme: PlainPath | None = Field(None, description="Your reaction scheme; the one that ships when left out.")


class Role(Table):
    """`[roles.NAME]`: who does what. Every owner that the reaction scheme names is a role here."""

    who: str = Field(min_length=2, description="The person or the mailbox that acts, e.g. webcare@lindeveer.example.")
    hours: WeekHours | None = Field(None, description="When they work; the organisation's opening hours if left out.")
    deputy: str | None = Field(None, description="The role that acts when this one cannot.")


class Endpoint(Table):
    """`[triage.endpoint]`: asks a language model elsewhere about doubtful posts. Off unless this table is there."""

    url: str = Field(
        pattern=r"^https?://", description="Of an OpenAI-compatible service, e.g. http://localhost:11434/v1"
    )
    model: str = Field(min_length=1, description="The model to ask, as the service names it.")
    i_know_that_texts_leave: bool = Field(
        description="Must be true: the kept excerpt of every doubtful post goes to that address, personal data masked."
    )
    most_per_day: int = Field(50, ge=1, le=10_000, description="Posts that are sent per day at most.")
    low: float = Field(0.35, ge=0, le=1, description="Asked only when needing a reaction is at least so probable,")
    high: float = Field(0.65, ge=0, le=1, description="and at most so probable.")


class Triage(Table):
    """`[triage]`: how kinds are told."""

    packs: tuple[Literal["municipality", "transport", "telecom", "bank", "retail", "health"], ...] = Field(
        (), description="Sector packs: the words in which this sector's public complains and asks."
    )
    cues: tuple[PlainPath, ...] = Field((), description="Cue files of your own, read after those that ship.")
    review_share: float = Field(0.2, gt=0, le=1, description="What share of all mentions the team can read.")
    endpoint: Endpoint | None = Field(None, description="The table [triage.endpoint]; leave it out and nothing leaves.")


class Fetch(Table):
    """`[fetch]`: limits of one visit to one source."""

    pages: int = Field(40, ge=1, le=200, description="Pages per place and visit.")
    seconds: float = Field(300.0, gt=0, le=3600, description="Seconds per source and visit.")
    allow_loopback: bool = Field(False, description="Allow this machine's own addresses. For the demo and tests only.")


class Settings(Table):
    """All of monitor.toml, and nothing else: what the environment could change would not be seen in review.

    Plain pydantic over `tomllib`: of pydantic-settings every source of its own would have to be switched off,
    its constructor obeys keys such as `_env_file` that stand in the file, and importing it takes 0.35 s.

    `sources` holds one table per connector, checked against its own options by `monitor.registry`.
    """

    organisation: Organisation = Field(description="The table [organisation]: who is monitoring.")
    queries: tuple[Query, ...] = Field(min_length=1, description="Tables [[queries]]: what is searched for, and why.")
    sources: dict[str, dict[str, Any]] = Field(
        min_length=1, description="A table per source, such as [sources.rss]: where it is searched."
    )
    saved: dict[Annotated[str, Field(pattern=QUERY_NAME)], Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict,
        description='The table [saved]: parts that queries use as $name, e.g. noise = "vacature* OR kortingscode".',
    )
    roles: dict[Annotated[str, Field(pattern=QUERY_NAME)], Role] = Field(
        default_factory=dict,
        description='Tables [roles.NAME]: who does what, e.g. [roles.webcare] who = "webcare@lindeveer.example".',
    )
    triage: Triage = Field(Triage(), description="The table [triage]: how kinds are told.")
    ambassadors: tuple[Ambassador, ...] = Field((), description="Tables [[ambassadors]]: accounts that opted in.")
    privacy: Privacy = Field(Privacy(), description="The table [privacy].")
    paths: Paths = Field(Paths(), description="The table [paths].")
    fetch: Fetch = Field(Fetch(), description="The table [fetch].")
