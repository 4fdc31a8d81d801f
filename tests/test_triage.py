"""Triage: which kind a mention is, what the scheme makes of it, and before when."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from itertools import chain, combinations
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import Document, Kind, Mention, Post, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.query import Matcher, Search
from monitor.triage import Cues, OpeningHours, Triage, read_scheme
from monitor.triage.cues import KINDS

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday, 9:00 in Amsterdam
OFFICE = {day: (time(9), time(17, 30)) for day in ("mon", "tue", "wed", "thu", "fri")}
BOTH = Cues(["nl", "en"])


def kinds(text: str, cues: Cues = BOTH) -> set[str]:
    return {reason.kind for reason in cues.reasons(text)}


def triage(**change: Any) -> Triage:
    parts: dict[str, Any] = {"cues": BOTH, "scheme": read_scheme(), "hours": OpeningHours(ZONE, OFFICE), "language": "en"}
    return Triage(**parts | change)


def judged(text: str, judge: Triage | None = None, policy: Policy | None = None, **change: Any) -> Verdict:
    post = Post("mastodon", "#x", "1", "https://a.example/1", "post", "timeline", body=text, markup="text", author="a@a.example")
    found = document(replace(post, **change), NOW)
    matches = Matcher([Search("merk", "brand", "lindeveer")]).match(found)
    made = admit(found, matches, policy or Policy(Pseudonyms(b"k", 2026)), NOW)
    assert isinstance(made, Mention)
    return (judge or triage()).judge(made, found, NOW)


# --- The cues that ship -----------------------------------------------------------------------------------


def shipped() -> Iterator[tuple[str, Kind, str]]:
    for language in ("nl", "en"):
        table = tomllib.loads(files("monitor.triage").joinpath("cues", f"{language}.toml").read_text("utf-8"))
        yield from ((language, kind, cue) for kind in KINDS for cue in table[kind]["cues"])


WORDED = [each for each in shipped() if not each[2].startswith("re:")]


@pytest.mark.parametrize(("language", "kind", "cue"), list(shipped()), ids=str)
def test_shipped_cues_compile_and_are_lower_case(language: str, kind: Kind, cue: str) -> None:
    """Every cue that ships can be read, and none asks for a capital, which the compared text never has."""
    words = re.sub(r"\\[A-Za-z]", "", cue.removeprefix("re:"))
    assert words == words.lower()
    re.compile(cue.removeprefix("re:") if cue.startswith("re:") else re.escape(cue))


@pytest.mark.parametrize(("language", "kind", "cue"), WORDED, ids=str)
def test_shipped_cues_hit_their_own_words(language: str, kind: Kind, cue: str) -> None:
    """A cue made of words hits them in capitals and amid others, with any ending where it ends in a star."""
    words = cue.removesuffix("*")
    for text in (words, f"De {words.upper()}, zeg!", f"x {words.replace(' ', '  ')} x", *([f"{words}heid"] if cue != words else [])):
        reasons = {reason.kind: reason for reason in Cues([language]).reasons(text)}
        assert kind in reasons
        assert text[slice(*reasons[kind].span)][:60] == reasons[kind].text


@pytest.mark.parametrize(("language", "kind", "cue"), WORDED, ids=str)
def test_no_cue_stands_twice(language: str, kind: Kind, cue: str) -> None:
    """A cue is for one kind only and stands once per language."""
    assert [each[2] for each in shipped() if each[0] == language].count(cue) == 1


SENTENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "nl": {
        "press": (
            "Ik ben journalist bij de Veerlandse Courant en zoek mensen die vastzaten op de pont.",
            "Hallo Lindeveer, wie is jullie woordvoerder?",
            "Als verslaggever zou ik graag bellen over de storing.",
            "Ik schrijf een artikel over de nachtpont, wie wil erover vertellen?",
            "We werken aan een reportage over bus 31 en Lindeveer.",
            "Graag een reactie van jullie op het raadsbesluit, deadline 15 uur.",
            "Kan de persvoorlichter mij terugbellen? Het gaat over de tarieven.",
            "Ik ben freelance journalist en heb drie persvragen.",
            "Voor een uitzending zoeken wij reizigers met een boete.",
            "Ik ben redacteur bij Omroep Veerland en maak een item over de steigers.",
            "Waar vind ik jullie perscontact?",
            "Wij maken een documentaire over de oude veren, mogen we meevaren?",
        ),
        "complaint": (
            "De app van Lindeveer werkt niet, al de hele ochtend.",
            "Alweer vertraging op lijn 12, ik sta hier nu veertig minuten.",
            "Belachelijk dat je alleen nog met een telefoon kunt betalen.",
            "Wacht al drie weken op mijn geld terug.",
            "Mijn bestelling is nooit aangekomen en niemand neemt op.",
            "Wat een slechte service, nooit meer.",
            "Ik heb nog steeds geen antwoord op mijn mail van vorige maand.",
            "De verwarming in de wachtruimte is kapot.",
            "Twee keer afgeschreven voor één kaartje!",
            "Jullie klantenservice is onbereikbaar.",
            "Bus viel uit en de volgende ook.",
            "Schandalig hoe die controleur mijn moeder behandelde.",
            "Zeer teleurgesteld in Lindeveer.",
            "De pont van acht uur kwam gewoon niet opdagen.",
        ),
        "question": (
            "Hoe laat gaat de laatste pont vanavond?",
            "Weet iemand of de fiets mee mag bij Lindeveer",
            "Kan ik met een buitenlandse pas betalen in de bus",
            "Waar kan ik mijn abonnement stopzetten?",
            "@webcare wanneer komt de nieuwe dienstregeling",
            "Rijdt bus 14 met kerst?",
            "Kunnen jullie mijn kaartje omzetten naar een ander adres",
            "Hoeveel kost een maandkaart voor studenten?",
            "Vraagje: mogen honden gratis mee",
            "Heeft iemand enig idee hoe je die jaarkaart aanvraagt",
            "Is het mogelijk om een groep van dertig te boeken",
            "Wat is het nummer van gevonden voorwerpen?",
        ),
        "compliment": (
            "Bedankt voor de snelle hulp vanochtend, Lindeveer!",
            "Wat een fantastische schipper op de nachtpont.",
            "Topservice bij het loket op de Veerstoep.",
            "Complimenten voor de chauffeur van lijn 12, die wachtte op mijn oma.",
            "Heel vriendelijk geholpen door de mevrouw aan de telefoon. Dankjewel!",
            "Petje af voor iedereen die vandaag doorvoer.",
            "Heerlijk, zo'n boottocht op zondag met Lindeveer.",
            "Ik ben echt blij met de nieuwe avonddienst.",
            "Goed bezig, die elektrische bussen.",
            "Mijn klacht is netjes opgelost, chapeau.",
            "Prachtig uitzicht vanaf het bovendek.",
            "Hulde aan de bemanning van De Zwaan.",
        ),
        "other": (
            "Lindeveer vaart vanaf maandag met een nieuwe boot.",
            "Foto van de pont bij zonsopkomst.",
            "Op de Veerstoep opent een koffiekar.",
            "Lindeveer sponsort dit jaar de roeiwedstrijd.",
            "We zaten met z'n vieren in bus 14 en het regende.",
            "Tip voor Lindeveer: zet de vertrektijden groter op het bord.",
            "Mijn opa voer vroeger op de oude pont.",
            "Lindeveer zoekt twintig buschauffeurs.",
            "De gemeente praat volgende week over de halte.",
            "Morgen met de kinderen naar de overkant.",
            "De pont is geel.",
            "Lees de nieuwe dienstregeling op https://lindeveer.example/zoek?storing=kapot&hoe=ja",
        ),
    },
    "en": {
        "press": (
            "I'm a journalist with the Ferry Journal and would like to talk to passengers.",
            "Who is the press officer at Lindeveer?",
            "Working on a story about the night boat, any captains willing to talk?",
            "As a freelance reporter I covered the outage, DMs are open.",
            "We requested a comment from Lindeveer this morning.",
            "Could your media relations team call me back before five?",
            "Writing a feature about small ferries in the Netherlands.",
            "I am a radio producer looking for commuters. #journorequest",
            "Would Lindeveer like to comment on the council's decision?",
            "Where do I send press enquiries for Lindeveer?",
            "Researching a documentary on river crossings, get in touch.",
            "Is there a media contact for the ferry company?",
        ),
        "complaint": (
            "The Lindeveer app keeps crashing.",
            "Bus 31 is delayed again, half an hour late.",
            "Still waiting for my refund after five weeks.",
            "Nobody answers the phone at Lindeveer.",
            "The heater in the waiting room is broken.",
            "I was charged twice for one ticket.",
            "Unacceptable: a fine because their own app was down.",
            "The ticket machine won't let me pay with a foreign card.",
            "Worst ferry experience ever.",
            "My pass never arrived and I've been ignored for a month.",
            "So fed up with this timetable.",
            "The 8 am boat was cancelled without a word.",
            "Rude inspector on line 12 this morning.",
            "The boat simply did not show up.",
        ),
        "question": (
            "What time is the last boat tonight?",
            "Does anyone know if bikes are allowed on bus 14",
            "Can I pay with a foreign card",
            "How do I cancel my monthly pass?",
            "@webcare when does the new timetable start",
            "Is there a group discount?",
            "Could you tell me where the lost property office is",
            "Any idea how long the crossing takes",
            "Wondering if dogs travel free on the ferry",
            "Where can I find the winter schedule?",
            "Do children need a ticket?",
            "Is it possible to book for thirty people",
        ),
        "compliment": (
            "Thank you Lindeveer for getting us home last night!",
            "Great service at the ticket office.",
            "Kudos to the driver of bus 12 who waited for my gran.",
            "The staff were so helpful with the pram.",
            "Amazing view from the upper deck.",
            "Well done to the crew for sailing all day.",
            "That captain made my day.",
            "Really impressed by the new electric ferry.",
            "I highly recommend the night boat.",
            "Excellent communication during the outage.",
            "Lovely people at the pier, as always.",
            "Shout out to the lady on the phone, problem solved in two minutes.",
        ),
        "other": (
            "Lindeveer starts a new timetable on Monday.",
            "Picture of the ferry at sunrise.",
            "A coffee cart opens on the quay.",
            "The council votes on the stop next week.",
            "We were four people on bus 14 and it rained.",
            "My suggestion: bigger letters on the departure board.",
            "My grandfather worked on the old boat.",
            "Lindeveer is hiring twenty bus drivers.",
            "Tomorrow we cross the river with the kids.",
            "The ferry is yellow.",
            "Read all about it at https://lindeveer.example/faq?how=broken&what=refund",
            "Moving to Lindestad next month, near the pier.",
        ),
    },
}
# measured on the sentences above and on nothing else; the made sentences are easier than life
FLOORS = {"press": (0.9, 0.75), "complaint": (0.9, 0.75), "question": (0.75, 0.9), "compliment": (0.9, 0.75)}
# sentences that are of a second kind as well
ALSO = {"question": ("?", "vertellen?"), }


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_made_sentences(language: str, kind: Kind) -> None:
    """Precision and recall per kind and language on made sentences do not fall below what was measured."""
    counts = {"hit": 0, "missed": [], "false": []}
    cues = Cues([language])
    for truth, sentences in SENTENCES[language].items():
        for sentence in sentences:
            found, right = kind in kinds(sentence, cues), truth == kind
            counts["hit"] += found and right
            counts["missed"] += [sentence] if right and not found else []
            counts["false"] += [sentence] if found and not right else []
    precision = counts["hit"] / max(counts["hit"] + len(counts["false"]), 1)
    recall = counts["hit"] / len(SENTENCES[language][kind])
    print(f"{language} {kind}: precision {precision:.2f}, recall {recall:.2f}", counts["missed"], counts["false"])
    assert (precision, recall) >= FLOORS[kind]
