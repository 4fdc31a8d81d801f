"""Personal data of customers that stands in a text: where it is, and the text without it.

    text -> any digit or @? -> patterns, surest first -> checksum or context -> Found(kind, span)

A number counts when its checksum holds (python-stdnum) and, where one in eleven numbers passes by chance, when a word
beside it says what it is. What another find covers already is not looked at again. Handles are no e-mail addresses.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, get_args

PersonalKind = Literal["e-mail", "iban", "card", "national-number", "bsn", "phone", "plate", "order"]
PERSONAL_KINDS: tuple[PersonalKind, ...] = get_args(PersonalKind)  # in the order in which they are looked for
Check = Callable[[str, re.Match[str]], tuple[int, int] | None]

NEAR = 48  # characters on either side in which a word may say what a number is
_QUICK = re.compile(r"[@\d]|[(\[]at[)\]]", re.IGNORECASE)
_DIGITS = re.compile(r"\d")
_SEPARATORS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data of one kind; `span` is its (start, end) in the text, never the words themselves."""

    kind: PersonalKind
    span: tuple[int, int]


def find(text: str, own: Collection[str] = ()) -> tuple[Found, ...]:
    """What stands in `text`, from its start; `own` are the organisation's own addresses and numbers, which are none."""
    if not _QUICK.search(text):
        return ()
    found: list[Found] = []
    taken = bytearray(len(text))  # 1 where a find stands: thousands of finds stay cheap
    for kind, pattern, check in _LOOKS:
        for match in pattern.finditer(text):
            span = check(text, match)
            if span and not any(taken[slice(*span)]) and not _is_own(text[slice(*span)], own):
                found.append(Found(kind, span))
                taken[slice(*span)] = b"\1" * (span[1] - span[0])
    return tuple(sorted(found, key=lambda one: one.span))


def masked(text: str, own: Collection[str] = ()) -> str:
    """`text` with the name of its kind, such as [phone], in the place of everything personal."""
    parts, at = [], 0
    for one in find(text, own):
        parts += [text[at : one.span[0]], f"[{one.kind}]"]
        at = one.span[1]
    return "".join([*parts, text[at:]])


def blanked(text: str, own: Collection[str] = ()) -> str:
    """`text` with a dot for every character of everything personal: as long as it was, so that spans stay true."""
    shown = list(text)
    for one in find(text, own):
        shown[slice(*one.span)] = "•" * (one.span[1] - one.span[0])
    return "".join(shown)


def _is_own(words: str, own: Collection[str]) -> bool:
    return bool(own) and _plain(words) in {_plain(one) for one in own}


def _plain(words: str) -> str:
    """For comparing: without blanks and signs; a number in the one way in which it is dialled from abroad."""
    bare = _SEPARATORS.sub("", words.casefold().replace("(0)", ""))
    return bare.removeprefix("00") if bare.startswith("00") else re.sub(r"^0(?=\d{8,9}$)", "31", bare)


def _near(text: str, span: tuple[int, int], words: re.Pattern[str], before: int = NEAR, after: int = NEAR) -> bool:
    start, end = span
    return bool(words.search(text[max(0, start - before) : start]) or words.search(text[end : end + after]))


def _whole(_text: str, match: re.Match[str]) -> tuple[int, int]:
    return match.span()


def _count(words: str) -> int:
    return len(_DIGITS.findall(words))


# --- e-mail: a local part before the @, which a handle (@name@instance) lacks ---
_EMAIL = re.compile(
    r"(?<![\w@.+%/-])[\w.+%-]{1,64}(?:@|\s?[(\[](?:at|apenstaartje)[)\]]\s?)(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?![\w@])",
    re.IGNORECASE,
)

# --- IBAN: two letters, two digits, groups; words in capitals behind it are let go one group at a time ---
_IBAN = re.compile(r"(?<![A-Za-z0-9])[a-z]{2}\d{2}(?:[ .-]?[a-z0-9]{4}){2,7}(?:[ .-]?[a-z0-9]{1,3})?", re.IGNORECASE)
_LAST_GROUP = re.compile(r"[ .-]?[a-z0-9]{1,4}$", re.IGNORECASE)


def _iban(_text: str, match: re.Match[str]) -> tuple[int, int] | None:
    from stdnum import iban  # noqa: PLC0415 - 20 ms, only where something looks like one

    tried = match[0]
    while len(tried) >= 15:
        if iban.is_valid(tried, check_country=False):  # a list of banks ages; the checksum does not
            return match.start(), match.start() + len(tried)
        shorter = _LAST_GROUP.sub("", tried)
        tried = shorter if shorter != tried else ""
    return None


# --- payment card: an issuer's prefix, its length, Luhn, and four-digit groups or a word that says so ---
_CARD = re.compile(r"(?<![\w./=+-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|(?:50|5[6-9]|6[0-9])\d{10,17}"
)
_GROUPED = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5}")
_CARD_WORDS = re.compile(
    r"card|kaart|visa\b|maestro|amex|\bpas(?:nummer)?\b|cvc|cvv|\bcarte\b|karte|betaal", re.IGNORECASE
)
_PARCEL_WORDS = re.compile(
    r"track|pakket|parcel|package|zending|shipment|colis|paket|sendung|barcode|\bean\b|isbn|imei|serie|serial|simkaart",
    re.IGNORECASE,
)


def _card(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    from stdnum import luhn  # noqa: PLC0415

    digits = "".join(_DIGITS.findall(match[0]))
    if not _ISSUERS.fullmatch(digits) or not luhn.is_valid(digits) or _near(text, match.span(), _PARCEL_WORDS):
        return None
    told = _GROUPED.fullmatch(match[0]) or _near(text, match.span(), _CARD_WORDS)
    return match.span() if told else None


# --- Belgian national number: a date of birth, a counter, modulo 97 ---
_NATIONAL = re.compile(r"(?<![\w./=+-])\d\d([. -]?)\d\d\1\d\d[ -]?\d{3}[. -]?\d\d(?![\w-])")


def _national(_text: str, match: re.Match[str]) -> tuple[int, int] | None:
    from stdnum.be import nn  # noqa: PLC0415

    return match.span() if nn.is_valid(match[0]) else None


# --- BSN: the eleven test, and the official form 1234.56.789 or a word beside it ---
_BSN = re.compile(r"(?<![\w./=+-])\d{4}([. ]?)\d\d\1\d{3}(?![\w-])|(?<![\w./=+-])\d{3}([. -])\d{3}\2\d{3}(?![\w-])")
_BSN_FORM = re.compile(r"\d{4}\.\d\d\.\d{3}")
_BSN_WORDS = re.compile(
    r"\bbsn|burger\s?service|sofi-?(?:nr|nummer)|citizen service|persoonsnummer|\bssn\b", re.IGNORECASE
)


def _bsn(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    from stdnum.nl import bsn  # noqa: PLC0415

    told = _BSN_FORM.fullmatch(match[0]) or _near(text, match.span(), _BSN_WORDS)
    return match.span() if told and bsn.is_valid(match[0]) else None


# --- telephone: international, or national with its trunk 0; service numbers are nobody's own ---
_PHONE = re.compile(
    r"(?<![\w./=+,-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ ./-]?(?:\(0\)[ ]?)?(?:[ ./-]?\(?\d\)?){7,11}"
    r"|\(?0[1-9](?:\)?[ ./-]{0,3}\d){7,9}"
    r"|(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]{1,2}[2-9]\d\d[.-]\d{4}"
    r")(?![\w%-]|[.,]\d)"
)
_SERVICE = re.compile(
    r"(?:\+?0{0,2}31[ -]?|0)(?:[89]00|88|90[069]|14)\b|(?:\+?1[ .-])?\(?8(?:00|33|44|55|66|77|88)\b|0[38]\d\d[ ]?\d"
)
_DATE = re.compile(r"\(?0?\d[ ./-]{1,2}[01]?\d[ ./-]{1,2}(?:19|20)\d\d")


def _phone(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    no_number = _SERVICE.match(match[0]) or _DATE.match(match[0]) or _near(text, match.span(), _PARCEL_WORDS, after=0)
    return None if no_number or len(set(_DIGITS.findall(match[0]))) < 3 else match.span()


# --- licence plate: the Dutch side codes 1 to 14 and the Belgian 1-ABC-123, where the text speaks of a vehicle ---
_PLATE = re.compile(
    r"(?<![\w-])(?:[A-Z]{2}-\d\d-\d\d|\d\d-\d\d-[A-Z]{2}|\d\d-[A-Z]{2}-\d\d|[A-Z]{2}-\d\d-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d\d"
    r"|\d\d-[A-Z]{2}-[A-Z]{2}|\d\d-[A-Z]{3}-\d|\d-[A-Z]{3}-\d\d|[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}"
    r"|[A-Z]{3}-\d\d-[A-Z]|[A-Z]-\d\d-[A-Z]{3}|\d-[A-Z]{2}-\d{3}|\d{3}-[A-Z]{2}-\d|[1-9]-[A-Z]{3}-\d{3})(?![\w-])",
    re.IGNORECASE,
)
_PLATE_WORDS = re.compile(
    r"kenteken|nummerplaat|\b(?:auto|wagen|busje|bestelbus|vrachtwagen|taxi|motor|scooter|chauffeur|bezorger|parkeer)"
    r"|geparkeerd|licen[cs]e plate|number ?plate|\bplate\b|registration|\b(?:car|van|truck|driver|lorry)\b|parked"
    r"|kennzeichen|immatricul|plaque|\bvoiture",
    re.IGNORECASE,
)


def _plate(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    return match.span() if _near(text, match.span(), _PLATE_WORDS) else None


# --- order, customer and account numbers: behind a word that says so ---
_ORDER = re.compile(
    r"\b(?P<key>order|bestel(?:lings?)?|klant(?:en)?|account|a/c|factuur|invoice|boekings?|booking|reserverings?"
    r"|reservation|zaak|dossier|meldings?|ticket|case|claim|request|complaint|reference|referentie|polis|contract|member"
    r"|customer|confirmation|pnr|klacht(?:en)?|lidmaatschaps?|transactie|commande|client|facture|bestell(?:ung)?|auftrags?"
    r"|kunden|rechnungs?|vorgangs?|vertrags?)"
    r"(?P<told>[ -]?(?:nummers?|numbers?|nrs?|nos?|num|id|code|ref|reference|referentie)\b\.?)?"
    r"(?P<link>(?:\s?(?:is|was|van mij is|est|ist|lautet|:|=|-|#)){0,3})\s?"
    r"(?P<number>(?=[A-Z-]*\d)[A-Z0-9](?:-?[A-Z0-9]){4,23})(?![\w-])",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:-\d+)*")
_BOOKING = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{6}")
_BOOKED = ("booking", "boeking", "reserv", "confirm", "pnr")


def _order(_text: str, match: re.Match[str]) -> tuple[int, int] | None:
    number, told = match["number"], bool(match["told"] or match["link"].strip(" -"))
    booked = match["key"].lower().startswith(_BOOKED) and _BOOKING.fullmatch(number)
    enough = _count(number) >= (5 if told else 6) or (told and booked)
    return match.span("number") if enough and not _YEARS.fullmatch(number) else None


_LOOKS: tuple[tuple[PersonalKind, re.Pattern[str], Check], ...] = (
    ("e-mail", _EMAIL, _whole),
    ("iban", _IBAN, _iban),
    ("card", _CARD, _card),
    ("national-number", _NATIONAL, _national),
    ("bsn", _BSN, _bsn),
    ("phone", _PHONE, _phone),
    ("plate", _PLATE, _plate),
    ("order", _ORDER, _order),
)
