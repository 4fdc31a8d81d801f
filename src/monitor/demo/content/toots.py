"""The Mastodon statuses of the made-up world: accounts, mark-up as a server makes it, and the truth."""

import html
import re
from collections.abc import Iterator

from monitor.demo.content import Row, load
from monitor.demo.content.filler import Filler
from monitor.demo.content.truth import Truth, moment, told
from monitor.demo.mastodon_api import Account, Status

OWN = "webcare@lindeveer.example"
FOLLOWED = {"lindeveer", "lindestad"}  # the hashtags that the demo's organisation reads
_OPT_OUT = re.compile(r"#no(bot|index|archive)\b", re.IGNORECASE)
_PART = re.compile(r'https?://[^\s"<>]+|@\w+@[\w.-]+\w|#\w+')


def toots() -> tuple[tuple[Status, ...], list[Truth]]:
    """All statuses, oldest first, and the truth about each."""
    tables = load("toots")
    accounts = {row["acct"]: _account(row, place) for place, row in enumerate(tables["account"])}
    joined = {row["acct"] for row in tables["account"] if row.get("ambassador")}
    statuses: dict[str, Status] = {}
    truths = []
    for place, row in enumerate(sorted(_rows(tables), key=lambda row: row["when"])):
        status = _status(row, place, accounts[row["acct"]], statuses)
        statuses[f"{row['acct']} {row['when'].isoformat()}"] = status
        truths.append(_truth(row, status, ambassador=row["acct"] in joined))
    return tuple(statuses.values()), truths


def _rows(tables: Row) -> Iterator[Row]:
    """Filler comes from the accounts that chat in its language."""
    yield from tables["toot"]
    for language in ("nl", "en"):
        yield from Filler(language).toots([row["acct"] for row in tables["account"] if row.get("chats") == language])


def _account(row: Row, place: int) -> Account:
    flags = {flag: row[flag] for flag in ("indexable", "noindex", "limited", "suspended", "bot") if flag in row}
    fields = tuple((name, value) for name, value in row.get("fields", ()))
    note = f"<p>{html.escape(row['note'], quote=False)}</p>" if "note" in row else ""
    return Account(str(1100 + 7 * place), row["acct"], note, fields=fields, **flags)


def _status(row: Row, place: int, account: Account, earlier: dict[str, Status]) -> Status:
    at = moment(row)
    assert at is not None, "every toot has a date"
    return Status(
        id=str((int(at.timestamp() * 1000) << 16) + place),
        account=account,
        text_html=_body(row),
        at=at,
        language=row.get("lang", "nl"),
        visibility=row.get("visibility", "public"),
        tags=tuple(row.get("tags") or [part[1:].lower() for part in _parts(row, "#")]),
        mentions=tuple(part[1:] for part in _parts(row, "@")),
        edited_at=moment(row, "edited"),
        boost_of=earlier[row["boost_of"]] if "boost_of" in row else None,
        deleted=row.get("deleted", False),
    )


def _truth(row: Row, status: Status, *, ambassador: bool) -> Truth:
    account = status.account
    name, _, instance = account.acct.partition("@")
    searched = not account.indexable and not FOLLOWED & {*status.tags}  # to be found by its words alone
    refusals = (account.noindex, searched, account.limited, account.suspended)
    return Truth(
        id=status.id,
        where="mastodon",
        place=instance,
        url=f"https://{instance}/@{name}/{status.id}",
        language=status.language or "nl",
        at=status.at,
        private=status.visibility != "public",
        deleted=status.deleted,
        opted_out=any(refusals) or bool(_OPT_OUT.search(account.note)),
        ambassador=ambassador,
        own=account.acct == OWN,
        boost=status.boost_of is not None,
        edited=status.edited_at is not None,
        **told(row),
    )


def _parts(row: Row, sign: str) -> list[str]:
    found = [] if row.get("markup") else _PART.findall(row["text"])
    return list(dict.fromkeys(part for part in found if part.startswith(sign)))


def _body(row: Row) -> str:
    """The mark-up that a server makes of what was typed."""
    if row.get("markup") or not row["text"]:
        return str(row["text"])
    lines = [_line(line) for line in row["text"].split("\n")]
    return f"<p>{'<br>'.join(lines)}</p>"


def _line(text: str) -> str:
    rest, made = 0, ""
    for part in _PART.finditer(text):
        made += html.escape(text[rest : part.start()], quote=False) + _link(part[0])
        rest = part.end()
    return made + html.escape(text[rest:], quote=False)


def _link(part: str) -> str:
    if part.startswith("#"):
        href = f"https://sociaal.example/tags/{part[1:]}"
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{part[1:]}</span></a>'
    if part.startswith("@"):
        name, _, host = part[1:].partition("@")
        href = f"https://{host}/@{name}"
        return f'<span class="h-card"><a href="{href}" class="u-url mention">@<span>{name}</span></a></span>'
    shown = html.escape(part)
    return f'<a href="{shown}" target="_blank" rel="nofollow noopener">{shown}</a>'
