"""Personal data of customers: what is found, what is not, and the text without it. All numbers are made test numbers."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.personal import PERSONAL_KINDS, find, masked


def kinds(text, own=()):
    return [one.kind for one in find(text, own)]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("Mail me op anna.veer@post.example graag", "e-mail", "anna.veer@post.example"),
        ("Mail: anna.veer@post.example.", "e-mail", "anna.veer@post.example"),
        ("ik ben a-b+veer@sub.post.example!", "e-mail", "a-b+veer@sub.post.example"),
        ("anna.veer (at) post.example", "e-mail", "anna.veer (at) post.example"),
        ("Rekening NL91 ABNA 0417 1643 00 op naam", "iban", "NL91 ABNA 0417 1643 00"),
        ("rekening nl91abna0417164300", "iban", "nl91abna0417164300"),
        ("OP NL91 ABNA 0417 1643 00 AUB SNEL", "iban", "NL91 ABNA 0417 1643 00"),
        ("terug op BE68 5390 0754 7034", "iban", "BE68 5390 0754 7034"),
        ("auf DE89 3704 0044 0532 0130 00 bitte", "iban", "DE89 3704 0044 0532 0130 00"),
        ("sur FR14 2004 1010 0505 0001 3M02 606", "iban", "FR14 2004 1010 0505 0001 3M02 606"),
        ("betaald met 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("my credit card 5500000000000004", "card", "5500000000000004"),
        ("mijn kaart 3782 822463 10005 is weg", "card", "3782 822463 10005"),
        ("rijksregisternummer 85.07.30-033.28", "national-number", "85.07.30-033.28"),
        ("85073003328 is mijn nummer", "national-number", "85073003328"),
        ("mijn BSN is 111222333", "bsn", "111222333"),
        ("burgerservicenummer: 1112 22 333", "bsn", "1112 22 333"),
        ("dit staat erop: 1112.22.333", "bsn", "1112.22.333"),
        ("bel me op 06-12345678", "phone", "06-12345678"),
        ("bel 06 12 34 56 78 even", "phone", "06 12 34 56 78"),
        ("+31 6 12345678 is mijn nummer", "phone", "+31 6 12345678"),
        ("0031 (0)20 123 45 67", "phone", "0031 (0)20 123 45 67"),
        ("thuis (020) 123 45 67", "phone", "(020) 123 45 67"),
        ("gsm 0470/12 34 56", "phone", "0470/12 34 56"),
        ("bel 02 123 45 67 te Brussel", "phone", "02 123 45 67"),
        ("+32 470 12 34 56", "phone", "+32 470 12 34 56"),
        ("call me: 555-234-5678", "phone", "555-234-5678"),
        ("mobile 07700 900123", "phone", "07700 900123"),
        ("appelez le 06 39 98 12 34", "phone", "06 39 98 12 34"),
        ("ruf an: 0171 1234567", "phone", "0171 1234567"),
        ("jullie busje met kenteken 12-ABC-3 reed door rood", "plate", "12-ABC-3"),
        ("de chauffeur van V-123-BC belde", "plate", "V-123-BC"),
        ("your driver in 1-ABC-123 cut me off", "plate", "1-ABC-123"),
        ("ordernummer 3264677178 is zoek", "order", "3264677178"),
        ("mijn bestelnummer is: BX-204817", "order", "BX-204817"),
        ("Klantnr. 4471882", "order", "4471882"),
        ("order #7256931 please", "order", "7256931"),
        ("my booking reference is X4TR7Q", "order", "X4TR7Q"),
        ("Kundennummer 99817264", "order", "99817264"),
    ],
)
def test_what_a_customer_gives_away_is_found_whole(text, kind, part):
    """Each kind is found in the forms in which people write it, and its span is all of it."""
    assert [(one.kind, text[slice(*one.span)]) for one in find(text)] == [(kind, part)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Geen cijfer en geen apenstaartje.",
        "@webcare@sociaal.example help!",
        "Zie https://sociaal.example/@reiziger/109876543210987654",
        "volg @reiziger en @webcare",
        "NL92ABNA0417164300",  # one digit off
        "mijn bsn is 111222334",  # fails the eleven test
        "artikel 111222333 is op",  # passes it by chance, and nothing says that it is one
        "4111 1111 1111 1112",  # fails Luhn
        "lot 4111111111111111 uit de fabriek",  # passes it by chance
        "pakket 4111 1111 1111 1111 track and trace",
        "imei 4111111111111111 van de kaart",
        "85.07.30-033.29",  # modulo 97
        "op 01-02-2026 12:30 uur",
        "03. 08. 2026 - 22:06",
        "0800-1234567 is gratis",
        "088 123 45 67 is de centrale",
        "bel 0900-12345678",
        "1-800-234-5678",
        "0000000000",
        "EUR 1.234.567,89 winst in 2025 en 2026",
        "van 12.000 naar 15.000 reizigers, 25% meer",
        "12-ABC-3 stond op de doos",  # a plate only where a vehicle is spoken of
        "order 2026 was beter dan order 2025",
        "in deze zaak 2026-2027",
        "versie 1.0.66.478.g1296534d",
        "order 12345 stuks",
        "booking number please",
        "the order is received",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text):
    """Handles, links, dates, amounts, service numbers and numbers that fail their checksum are nobody's."""
    assert find(text) == ()


def test_the_organisations_own_addresses_are_not_a_customers():
    """Own addresses and numbers are passed over however they are written; a customer's beside them is not."""
    own = {"webcare@lindeveer.example", "+31 20 123 45 67"}
    text = "Mail Webcare@Lindeveer.example of bel 020-1234567, ik ben reiziger@post.example"
    assert kinds(text, own) == ["e-mail"]
    assert kinds(text) == ["e-mail", "phone", "e-mail"]


def test_one_place_is_one_find():
    """A number that several patterns could read is given once, by the surest."""
    text = "order 85073003328, rekening NL91 ABNA 0417 1643 00"
    assert kinds(text) == ["national-number", "iban"]


def test_masking_leaves_the_words_around_it():
    """What is personal is replaced by the name of its kind, and nothing else changes."""
    text = "Bel 06-12345678 of mail anna@post.example, order #7256931!"
    assert masked(text) == "Bel [phone] of mail [e-mail], order #[order]!"
    assert masked("Niets aan de hand.") == "Niets aan de hand."


def test_a_find_shows_nothing_of_the_text():
    """Its repr, which may end up in a log, holds no personal data."""
    assert "12345678" not in repr(find("bel 06-12345678"))


PIECES = st.sampled_from(
    ["06-12345678", "anna@post.example", "NL91ABNA0417164300", "mijn bsn 111222333", "@naam@plaats.example", "2026"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=8).map(" ".join))
def test_finds_lie_within_the_text_in_order_and_apart(text):
    """Whatever the text, spans lie within it, from its start, and no two share a character."""
    found = find(text)
    assert all(one.kind in PERSONAL_KINDS and 0 <= one.span[0] < one.span[1] <= len(text) for one in found)
    assert all(one.span[1] <= other.span[0] for one, other in pairwise(found))


@given(st.lists(st.one_of(PIECES, st.text(alphabet="abc 0123456789@.-", max_size=12)), max_size=8).map(" ".join))
def test_masking_takes_what_was_found_and_nothing_else(text):
    """The masked text without its marks is the text without its finds."""
    rest, at = "", 0
    for one in find(text):
        rest, at = rest + text[at : one.span[0]], one.span[1]
    assert re.sub(r"\[[a-z-]+\]", "", masked(text)) == rest + text[at:]


@pytest.mark.parametrize("text", ["1" * 50_000, "0" + " 1" * 25_000, "a." * 25_000 + "@", "NL91 " + "ABNA " * 10_000])
@pytest.mark.timeout(10)
def test_long_hostile_text_is_read_in_linear_time(text):
    """Endless digits, dots and groups are read in well under the test's time limit."""
    assert len(find(text)) < len(text)
