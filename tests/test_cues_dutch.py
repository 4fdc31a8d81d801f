"""The Dutch cues and sector packs: sentences of the Netherlands and of Flanders, made up here, and what they are."""

import tomllib
from importlib.resources import files

import pytest

from monitor.model import Kind
from monitor.triage.cues import Cues

FOLDER = files("monitor").joinpath("triage", "cues")
PACKS = ("bank", "health", "municipality", "retail", "telecom", "transport")


@pytest.fixture(scope="module")
def dutch() -> Cues:
    return Cues(["nl"])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("De app werkt alweer niet en niemand neemt op", {"complaint"}),
        ("Wat een aanfluiting, al drie weken geen reactie op mijn klacht", {"complaint"}),
        ("Amai, wat een miserie met die klantendienst", {"complaint"}),
        ("Ge zijt mij als klant kwijt, dit is niet deftig", {"complaint"}),
        ("Het eten was niet lekker en de bediening niet vriendelijk", {"complaint"}),
        ("Bedankt, jullie hebben mij snel geholpen!", {"compliment"}),
        ("Dikke merci aan de chauffeur, chapeau voor zijn geduld", {"compliment"}),
        ("Amai, da's nog eens goed gedaan, top service", {"compliment"}),
        ("Tip voor jullie: het zou handig zijn als de app ook een donkere stand had", {"suggestion"}),
        ("Wij maken een reportage over de nieuwe brug, wie is jullie woordvoerder?", {"press", "question"}),
        ("Ik ben verslaggever bij een weekblad, graag een reactie voor mijn artikel", {"press"}),
        ("Zoeken jullie nog studenten? Ik wil graag solliciteren", {"job", "question"}),
        ("Hebben jullie een stageplek voor mijn dochter?", {"job", "question"}),
        ("Ik kreeg een sms met een link, is dit phishing?", {"fraud", "question"}),
        ("Opgepast, er belt iemand die zich uitgeeft voor medewerker van de bank", {"fraud"}),
        ("Er komt rook uit de motor van lijn 4, iedereen moet eruit", {"safety"}),
        ("Mijn dochter is ziek geworden na het eten van jullie salade", {"safety"}),
        ("Ik weet waar jullie wonen, kijk maar uit op straat", {"abuse", "safety"}),
        ("Ik mag dit eigenlijk niet zeggen, maar maandag sluit onze vestiging", {"leak"}),
        ("Er ligt een vertrouwelijk rapport van de directie in de trein", {"leak"}),
        ("Mijn klantnummer is 12345678, kijk het maar na", {"personal-data"}),
        ("Stelletje idioten, rot op", {"abuse"}),
    ],
)
def test_a_sentence_is_what_its_words_tell(dutch: Cues, text: str, kinds: set[Kind]) -> None:
    """A complaint, a compliment, an enquiry and the rest are found, several at once where they are."""
    assert kinds <= dutch.read(text, "nl").kinds.keys()


@pytest.mark.parametrize(
    "text",
    [
        "kan ik morgen mijn pas ophalen",
        "moet ik daarvoor een afspraak maken",
        "is het loket zaterdag open",
        "gaat het dit weekend weer rijden",
        "hoe laat vertrekt de laatste boot",
        "waar vind ik het formulier",
        "wanneer komt de monteur",
        "hallo team weet iemand hoe dat moet",
        "Beste gemeente, mag ik hier een boom planten",
        "zijt ge zondag open",
        "kunt ge mij zeggen hoe dat werkt",
        "hoeveel kost dat per maand",
        "tot hoe laat is de winkel open",
    ],
)
def test_a_question_needs_no_question_mark(dutch: Cues, text: str) -> None:
    """The verb first, or a question word before its verb at the start of a clause, asks without punctuation."""
    assert "question" in dutch.read(text, "nl").kinds


@pytest.mark.parametrize(
    "text",
    [
        "Het boek dat ik las toen wanneer dan ook de zon scheen",
        "Wat een mooie dag",
        "Ik doe wat ik kan",
        "Dan moet ik morgen maar terugkomen",
        "Wanneer ik bel, neemt iemand op",
        "Zet de wekker voor zeven uur",
        "Laat alle wekkers zien",
        "Daar kan ik mee leven",
    ],
)
def test_question_words_within_a_clause_ask_nothing(dutch: Cues, text: str) -> None:
    """Relative words, inversions, exclamations and orders are no questions."""
    assert "question" not in dutch.read(text, "nl").kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("In die film wordt een datalek door een klokkenluider onthuld", "leak"),
        ("De minister lekte een vertrouwelijk rapport naar de kamer", "leak"),
        ("Spannende thriller, de hoofdpersoon wordt neergestoken op het station", "safety"),
        ("Vonken vliegen ervan af in dit boek, een explosie van gevoel", "safety"),
        ("De toeslagenaffaire is fraude van de politiek, zei de oplichter in de serie", "fraud"),
        ("De journalist in deze roman werkt aan een artikel", "press"),
        ("De minister solliciteerde bij de partij naar een nieuwe baan", "job"),
        ("Kankeronderzoek verdient meer geld", "abuse"),
        ("In 1000 en 1 nacht gelezen", "personal-data"),
    ],
)
def test_books_films_and_politics_alarm_nobody(dutch: Cues, text: str, kind: Kind) -> None:
    """The words that route stay silent in fiction and politics when the organisation is not spoken to."""
    assert kind not in dutch.read(text, "nl").kinds


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Alvast bedankt voor een antwoord", "compliment"),
        ("Bedankt voor niks", "compliment"),
        ("Niet echt een aanrader", "compliment"),
        ("Besteld en geleverd zonder problemen", "complaint"),
        ("Nooit klachten over deze winkel", "complaint"),
        ("Ik krijg geen reactie van jullie klantenservice", "press"),
        ("Al drie weken gemaild, graag een reactie", "press"),
    ],
)
def test_words_turned_round_are_not_taken_at_their_face(dutch: Cues, text: str, absent: Kind) -> None:
    """Politeness is no compliment, and a complaint that was not there is none."""
    assert absent not in dutch.read(text, "nl").kinds


@pytest.mark.parametrize(
    ("pack", "text"),
    [
        ("municipality", "Container op de hoek is vol"),
        ("municipality", "Lantaarnpaal voor nummer 12 kapot"),
        ("municipality", "Er zit een gat in de stoep"),
        ("transport", "Bus van kwart over acht kwam niet"),
        ("transport", "Trein viel uit, aansluiting gemist"),
        ("telecom", "Al de hele avond geen bereik in het dorp"),
        ("telecom", "Modem knippert rood en het internet ligt eruit"),
        ("bank", "Pas geblokkeerd op vakantie"),
        ("bank", "Geldautomaat in de Dorpsstraat leeg"),
        ("retail", "Pakket zoek sinds dinsdag"),
        ("retail", "Verkeerde maat gekregen"),
        ("health", "Wachtlijst van negen maanden voor de poli"),
        ("health", "Operatie voor de derde keer afgezegd"),
    ],
)
def test_a_plain_report_of_fact_is_a_complaint_with_its_pack(pack: str, text: str) -> None:
    """Where nobody is angry the general cues stay silent; those of the sector tell."""
    assert "complaint" in Cues(["nl"], [pack]).read(text, "nl").kinds


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_pack_has_enough_cues_in_both_main_languages(pack: str, language: str) -> None:
    """At least thirty ways to report a fault per sector in Dutch and in English."""
    with FOLDER.joinpath("packs", f"{pack}.toml").open("rb") as file:
        cues = tomllib.load(file)[language]["complaint"]["weak"]
    assert len(cues) >= 28


@pytest.mark.parametrize("cue", ["ruk", "drama", "wachten", "stuk", "zijn er", "wanneer", "vraag", "help", "welke"])
def test_what_was_measured_as_imprecise_is_left_out(dutch: Cues, cue: str) -> None:
    """Words that were right in fewer than half of their hits do not count on their own."""
    assert cue not in {one.text for one in dutch.cues if one.tier == "weak" and one.weight >= 1}
