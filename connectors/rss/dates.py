"""A feed's date -> an instant in UTC, or None: never a guess, and never today.

    raw -> ISO 8601 | year month day | day month year | month day year, in six languages' names -> UTC

feedparser's own reading is not used: it rolls 25:61 over to the next day, takes CEST for UTC, lets +9999 move
days and makes the first of November of 2026-W23-2 and of 31 June.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 80  # characters; no date has more

_ISO = re.compile(r"\d{4}-(?:\d\d|w\d\d|\d{3}(?!\d))|\d{8}(?:t|$)", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})[/.年년]\s*(\d\d?)[/.月월]\s*(\d\d?)[.日일]?(?:[T\s]+(\d.*))?")
_DAY_FIRST = re.compile(
    r"(?:[^\W\d]+[.,]*\s+)?(\d{1,2})(?:\.|er)?[\s-]+([^\W\d]+)\.?[\s-]+(\d{4}|\d\d)(?:,?\s+(\d.*))?"
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d]+[.,]*\s+)?([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?:(\d\d?:\d\d(?::\d\d)?)\s+(?:([^\W\d]+|[+-]\d{4})\s+)?)?(\d{4})(?:,?\s+(\d.*))?"
)
_HALF_DAY = re.compile(r"(\d{1,2})(:\d\d(?::\d\d)?)\s*([ap])\.?m\.?(?!\w)", re.IGNORECASE)
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


def date_of(raw: str) -> str | None:
    """An ISO date in UTC, or None when the feed's date is missing, ambiguous or impossible.

    Without a zone, or with one that nobody knows, it is taken as UTC. Years are not judged here: whether 1970
    or 2099 can be trusted is `monitor.normalise`'s business.
    """
    raw = _COMMENT.sub("", raw.strip()[: _LONGEST + 1])
    if not raw or len(raw) > _LONGEST:
        return None
    if _ISO.match(raw):
        return _in_utc(_iso(raw))
    if found := _YEAR_FIRST.fullmatch(raw):
        year, month, day, clock = found.groups()
        return _in_utc(_iso(f"{year}-{month:0>2}-{day:0>2}T{_clock(clock)}"))
    if found := _DAY_FIRST.fullmatch(raw):
        day, month, year, clock = found.groups()
        return _in_utc(_named(day, month, year, clock))
    if found := _MONTH_FIRST.fullmatch(raw):
        month, day, within, zone, year, clock = found.groups()
        return _in_utc(_named(day, month, year, clock or " ".join(filter(None, (within, zone)))))
    return None


def _iso(raw: str) -> datetime | None:
    """ISO 8601, with a blank or a zone's name where the standard has none."""
    raw = _ZONE.sub(_offset, raw.upper().replace(" UTC", "Z").replace(" GMT", "Z"))
    raw = re.sub(r"\s+(?=[+-]\d)", "", raw)
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None


def _named(day: str, month: str, year: str, clock: str | None) -> datetime | None:
    """A date with its month by name, in RFC 822's order for the standard library to read."""
    number = _MONTHS.get(month.lower())
    if number is None or (len(year) == 4 and year.startswith("0")):
        return None
    try:
        return parsedate_to_datetime(f"{day} {_ENGLISH[number]} {year} {_clock(clock)}")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _clock(given: str | None) -> str:
    """A time of day on 24 hours, its zone as an offset; midnight when there is none."""
    return _ZONE.sub(_offset, _HALF_DAY.sub(_whole_day, given.strip())) if given else "00:00:00"


def _whole_day(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour:02}{found[2]}" if 1 <= int(found[1]) <= 12 else found[0]


def _in_utc(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):  # the first and the last day of the calendar
        return None


def _offset(zone: re.Match[str]) -> str:
    return f" +{_HOURS_EAST[zone[1].upper()]:02}00"
