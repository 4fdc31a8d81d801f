"""`monitor demo`: the real pipeline against the made-up world, from three sources to a report.

Time is passed in: the demo's world ends on a fixed Monday, so every run of it says the same. What it leaves
in its folder (monitor.toml, database, report) is what a real set-up would have.
"""

import shlex
from datetime import timedelta
from pathlib import Path

from rich.text import Text

from monitor.assemble import assemble
from monitor.config import CONFIG_NAME
from monitor.console import console, show_funnel, watching
from monitor.demo.serve import Served, served
from monitor.demo.world import AMBASSADOR, NOW
from monitor.errors import ConfigError
from monitor.init import SCHEMA_NAME, schema_text, write_private
from monitor.pipeline import run, write_report
from monitor.report import week_before

PORT = 47_800  # kept over runs where free, so that a second run finds the feeds it knows
_MARK = "# The demo's configuration: a made-up organisation whose world is served on this machine."
_CONFIG = """\
#:schema ./{schema}
{mark}
[organisation]
name = "Lindeveer"
accounts = ["@webcare@lindeveer.example", "u/lindeveer_webcare"]
languages = ["nl", "en"]
timezone = "Europe/Amsterdam"
contact = "https://lindeveer.example/monitor"

[roles]
webcare = {{ who = "webcare@lindeveer.example", deputy = "webcare-lead" }}
webcare-lead = {{ who = "webcare-lead@lindeveer.example" }}
spokesperson = {{ who = "woordvoering@lindeveer.example" }}
security = {{ who = "security@lindeveer.example" }}
legal = {{ who = "juridisch@lindeveer.example" }}
crisis-lead = {{ who = "crisis@lindeveer.example" }}
hr = {{ who = "personeel@lindeveer.example" }}

[triage]
packs = ["transport"]

[[queries]]
name = "lindeveer"
facet = "brand"
purpose = "Vragen en klachten over veer, bus en app zien en beantwoorden."
text = 'lindeveer OR lindeveerapp OR "gele veerboot"'

[queries.relevance]
names = ["Lindeveer", "Lindeveer Vervoer", "Veerdienst Lindeveer"]
context = [
  "veerboot", "pont*", "nachtpont", "boot", "bootje", "veerdienst", "schipper*", "bus", "buschauffeur*", "halte*", "lijn",
  "app", "kaartje*", "dienstregeling", "reizigers", "vervoerder", "storing", "webcare", "Veerstoep",
  "varen", "boete*", "klantenservice", "loket", "warning", "refund",
  "ferry", "boat*", "skipper*", "crew", "ticket*", "timetable", "outage",
]
anti = ["duif", "duiven*", "vogel*", "veer", "veren", "pigeon*", "feather*"]

[[queries]]
name = "bedrijf"
facet = "company"
purpose = "Nieuws over het bedrijf volgen."
text = '"lindeveer vervoer" OR "veerdienst lindeveer"'

[sources.rss]
host_spacing = 0
feeds = [
{feeds}
]

[sources.reddit]
subreddits = [{subreddits}]
search = ["lindeveer"]
approval_ref = "demo"
api = "{reddit}"

[sources.mastodon]
instances = ["{mastodon}"]
hashtags = [{hashtags}]
search = ["lindeveer"]

[privacy]
dpia_approved_on = 2025-09-01
works_council_consent_on = 2025-09-15

[[ambassadors]]
account = "mastodon:{ambassador}"
consented_on = 2025-10-01
text_version = "2025-09"

[paths]
data = "."

[fetch]
allow_loopback = true
"""


def run_demo(folder: Path, language: str) -> None:
    """Serve the world, do one pass over it, write the report in `language`, print the funnel and what to try next."""
    with served(port=PORT) as world:
        monitor = assemble(configure(folder, world), {}, today=NOW.date())
        with watching() as on_page:
            collected = run(monitor, NOW, on_page=on_page)
    report = write_report(monitor, NOW + timedelta(minutes=1), language=language)
    show_funnel(collected)
    _say("database", monitor.store.folder / "published" / "current.duckdb")
    _say("report", report)
    console.print("[dim]Some of the feeds are broken on purpose. Run it again: nothing is new.[/]")
    _say_next(folder, week_before(NOW, monitor.zone).name)


def configure(folder: Path, world: Served) -> Path:
    """Write the demo's monitor.toml, schema and .env into `folder`; returns the first."""
    config = folder / CONFIG_NAME
    _must_be_ours(config)
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(_config(world), "utf-8")
    (folder / SCHEMA_NAME).write_text(schema_text(), "utf-8")
    write_private(folder / ".env", "".join(f"{name}='{value}'\n" for name, value in _secrets(world).items()))
    return config


def _must_be_ours(config: Path) -> None:
    """The demo writes monitor.toml and .env anew at each run; a real set-up is never touched."""
    ours = config.exists() and _MARK.encode() in config.read_bytes()
    if not ours and (config.exists() or (config.parent / ".env").exists()):
        raise ConfigError(f"{config.parent}: holds a set-up of yours; give the demo a folder of its own with --dir")


def _say_next(folder: Path, week: str) -> None:
    """Three lines to copy. The week is named, since the demo's Monday is not today's."""
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    console.print(Text(f"Now try, where it is {NOW:%A %d %B %Y}, {NOW:%H:%M}:"))
    for command in (
        f"{there}monitor cases list",
        "monitor scheme draw --to scheme.html",
        f"monitor report --week {week} --lang en --to -",
    ):
        console.print(Text(f"  {command}", style="bold"), soft_wrap=True)


def _say(what: str, path: Path | None) -> None:
    console.print(Text(f"{what:<9} ", style="bold").append(str(path), style="default"), soft_wrap=True)


def _config(world: Served) -> str:
    return _CONFIG.format(
        schema=SCHEMA_NAME,
        mark=_MARK,
        feeds="\n".join(f'  "{feed}",' for feed in world.feeds),
        subreddits=_quoted(world.subreddits),
        hashtags=_quoted(world.hashtags),
        reddit=world.reddit_url,
        mastodon=world.mastodon_url,
        ambassador=AMBASSADOR,
    )


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _secrets(world: Served) -> dict[str, str]:
    host = world.mastodon_url.removeprefix("http://").replace(".", "_").replace(":", "_").replace("-", "_")
    return {
        "MONITOR_PSEUDONYM_KEY": "made up, as everything and everybody here",
        "MONITOR_REDDIT_CLIENT_ID": world.reddit_client_id,
        "MONITOR_REDDIT_CLIENT_SECRET": world.reddit_client_secret,
        f"MONITOR_MASTODON_TOKEN_{host.upper()}": world.mastodon_token,
    }
