"""A feed's date -> an instant in UTC, or None: never a guess, and never today.

    raw -> impossible by its spelling? -> ISO 8601 -> day month year in six languages' names -> feedparser's reading

feedparser rolls 25:61 over to the next day, takes CEST for UTC, lets +9999 move days and reads 2026-W23-2 as
the first of November, so it is asked last, and never about a shape that is known here.
"""

import calendar
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 80  # characters; no date has more

_IMPOSSIBLE = re.compile(
    r"(?<![\d:+-])(?:2[4-9]|[3-9]\d):\d\d|\d\d:[6-9]\d|[+-](?:1[5-9]|[2-9]\d):?\d\d\s*$|^\s*0{1,4}-"
    r"|(?<!\d)(?:3[01]\s+feb|31\s+(?:apr|jun|sep|nov))",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-(?:\d\d|w\d\d|\d{3}(?!\d))|\d{8}(?:t|$)", re.IGNORECASE)
_NUMBERS = re.compile(r"[\d\s/.:-]+")  # 02/06/2026 is two dates, 1780387200 perhaps none
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]+[.,]*\s+)?(\d{1,2})(?:\.|er)?[\s-]+([^\W\d]+)\.?[\s-]+(\d{4}|\d\d)(?:,?\s+(\d.*))?"
)
_HOURS_EAST = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "SAST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_ZONE = re.compile(rf"(?<=\d)\s*\b({'|'.join(_HOURS_EAST)})$", re.IGNORECASE)
_COMMENT = re.compile(r"\s*\([\w\s]*\)$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari januar jänner janvier janv enero ene gennaio gen",
            "feb february februari februar février févr fév fevrier febrero febbraio",
            "mar march mrt maart märz mär maerz mars marzo",
            "apr april avril avr abril abr aprile",
            "may mei mai mayo maggio mag",
            "jun june juni juin junio giugno giu",
            "jul july juli juillet juil julio luglio lug",
            "aug august augustus août aout agosto ago",
            "sep sept september septembre septiembre settembre set",
            "oct october okt oktober octobre octubre ottobre ott",
            "nov november novembre noviembre",
            "dec december dez dezember décembre déc decembre diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_ENGLISH = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_of(raw: str, parsed: time.struct_time | None = None) -> str | None:
    """An ISO date in UTC, or None when the feed's date is missing, ambiguous or impossible.

    `parsed` is what feedparser made of it. Without a zone, or with one that nobody knows, it is taken as UTC.
    Years are not judged here: whether 1970 or 2099 can be trusted is `monitor.normalise`'s business.
    """
    known, date = read(raw)
    return date if known or not parsed else _in_utc(_of_struct(parsed))


def read(raw: str) -> tuple[bool, str | None]:
    """Whether the shape of a date is known here, and then the date, or None for an impossible one."""
    raw = raw.strip()
    if not raw or len(raw) > _LONGEST or _IMPOSSIBLE.search(raw):
        return True, None
    if _ISO.match(raw):
        return True, _in_utc(_iso(raw))
    if _NUMBERS.fullmatch(raw):
        return True, None
    day_first = _DAY_FIRST.fullmatch(_COMMENT.sub("", raw))
    if day_first and day_first[2].lower() in _MONTHS:
        return True, _in_utc(_day_first(day_first))
    return False, None


def _iso(raw: str) -> datetime | None:
    """ISO 8601; what the standard library does not read is cut down to what it does."""
    raw = _ZONE.sub(_offset, raw.upper().replace(" UTC", "Z").replace(" GMT", "Z"))
    raw = re.sub(r"\s+(?=[+-]\d)", "", raw)
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None


def _day_first(found: re.Match[str]) -> datetime | None:
    """RFC 822 and its like: `[weekday] day month year [time [zone]]`."""
    day, month, year, rest = found.groups()
    if len(year) == 4 and year.startswith("0"):
        return None
    clock = _ZONE.sub(_offset, (rest or "00:00:00").strip())
    try:
        return parsedate_to_datetime(f"{day} {_ENGLISH[_MONTHS[month.lower()]]} {year} {clock}")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _of_struct(parsed: time.struct_time) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _in_utc(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):  # the first and the last day of the calendar
        return None


def _offset(zone: re.Match[str]) -> str:
    return f" +{_HOURS_EAST[zone[1].upper()]:02}00"
