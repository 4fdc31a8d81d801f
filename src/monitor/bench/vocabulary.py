"""The words that the benchmark's posts are made of: tens of thousands per language, as unevenly used as in real text.

    common words, by use  +  subjects  +  their inflections and compounds  +  made-up names

A word of rank r is used in proportion to 1 / (r + 2.7) ** 1.1 (Mandelbrot's law, as real text roughly obeys).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal

SIZE = 120_000  # words per language: more than half of those in 20,000 posts are there once, as in real text
OFFSET, SLOPE = 2.7, 1.1

Language = Literal["nl", "en"]

COMMON: dict[Language, str] = {
    "nl": """
        de het een van en in is op te dat die niet ik met voor zijn er je aan ook maar om als dan nog bij wel
        naar of ze we heeft uit wat door over had zo al geen was hij deze mijn kan worden meer na nu hebben moet
        dit tot u veel tegen onder want daar hoe toch mensen alleen waar weer eens jullie haar hun zou goed ons
        zonder altijd twee gaan iets niets vandaag morgen jaar wij kunnen zelf omdat wie toen steeds waarom heel
        vaak misschien tussen echt graag één eigenlijk zelfs sinds later laten komt gaat doen maken zien weten
        elke beetje bijna volgens binnen buiten dus hier ging ben bent willen krijgen staat ligt blijft eerste
        laatste nieuwe grote kleine lang kort straks
    """,
    "en": """
        the to of and a in is it you that for on i with this be are have not as at but we they was so my if or
        just your all me what from an by up out do about can get when more will one like there no their he has
        would now how been who time people our some his them new good had were than her only because after
        really very into know still over want back see make then today day don't it's i'm why any us way off
        could other first these here down year need go think even much never also too well work did does two
        which where last next every right better before while being against always again same thing things
        something anyone nothing through long little big old great sure maybe since until around between without
        again almost enough yet soon later often
    """,
}

SUBJECTS: dict[Language, str] = {
    "nl": """
        winkel klant bus trein station fiets brug straat buurt gemeente school leraar kind ouder vader moeder
        vriend huis keuken tuin boom bloem markt kaas brood melk koffie thee bier soep appel vlees vis kip rijst
        prijs geld bank rekening kaart pas telefoon scherm app storing netwerk stroom gas water lucht regen wind
        zon storm weer zee strand boot haven schip dijk polder molen boer koe paard schaap hond kat vogel brief
        pakket levering bezorger dienst melding klacht vraag antwoord gesprek medewerker baas kantoor
        vergadering verslag krant artikel bericht nieuws verkiezing partij minister kamer wet regel recht
        rechter politie brand ziekte arts ziekenhuis zorg medicijn patiënt sport wedstrijd ploeg speler doelpunt
        trainer veld finale fans muziek lied band concert podium film boek schrijver museum schilderij kunst
        reis vakantie hotel kamer vlucht koffer grens stad dorp land wereld kust berg rivier bos dier plant
        natuur klimaat energie warmte isolatie woning huur koop makelaar lening rente belasting subsidie
        pensioen loon werk baan opleiding cursus diploma student college onderzoek techniek computer laptop
        programma wachtwoord account website pagina reactie foto filmpje kanaal uitzending aflevering seizoen
        zomer winter lente herfst week maand avond ochtend nacht minuut uur feest taart cadeau jurk jas schoen
        broek trui sok bril tas stoel tafel lamp café reünie coördinatie financiële geïnteresseerd ruïne hygiëne
        privé crème scène conciërge coöperatie efficiënt officieel ideeën zeeën kopiëren beïnvloeden vacuüm
        poëzie naïef comité carrière enquête mooi slecht duur goedkoop snel traag rustig druk vrolijk boos blij
        moe koud warm nat droog vies schoon veilig open lopen rijden kopen wachten bellen mailen lezen schrijven
        koken eten drinken slapen spelen winnen verliezen bouwen
    """,
    "en": """
        shop customer train station bike bridge street council school teacher child parent father mother friend
        house kitchen garden tree flower market cheese bread milk coffee tea beer soup apple meat fish chicken
        rice price money account card phone screen outage network power gas water air rain wind sun storm
        weather beach boat harbour ship farm horse sheep dog cat bird letter parcel delivery driver service
        report complaint question answer call agent manager office meeting paper article message news election
        party minister law rule judge police fire illness doctor hospital care medicine patient sport match team
        player goal coach field final fans music song band concert stage film book writer museum painting art
        travel holiday hotel room flight suitcase border city village country world coast mountain river forest
        animal plant nature climate energy heat insulation home rent mortgage interest tax pension wage job
        training course degree student college research engine computer laptop program password website page
        reply photo video channel episode season summer winter spring autumn week month evening morning night
        minute hour birthday cake present dress coat shoe jeans sweater sock glasses bag chair table lamp
        battery charger update café résumé naïve fiancée déjà façade jalapeño cliché soufflé protégé entrée
        lovely bad cheap fast slow quiet busy happy angry tired cold warm wet dry dirty clean safe open closed
        broken late walk drive buy wait call read write cook eat drink sleep play win lose build travel deliver
        cancel refund repair
    """,
}

_ENDINGS: dict[Language, tuple[str, ...]] = {
    "nl": ("en", "s", "je", "tje", "jes", "er", "ers", "ing", "ig", "loos", "achtig", "baar", "heid"),
    "en": ("s", "ed", "ing", "er", "ers", "y", "ly", "less", "ness", "able", "ful", "'s"),
}
_FRONTS: dict[Language, tuple[str, ...]] = {
    "nl": ("on", "her", "ver", "be", "voor", "over", "mini", "super", "oud", "hoofd", "stads", "streek"),
    "en": ("un", "re", "over", "out", "pre", "mini", "super", "multi", "non", "ex"),
}
_STARTS, _HEARTS = (
    sounds.split()
    for sounds in (
        "b b br d d dr f g gr h j k k kr l l m m n n p pr r r s s st t t tr v v w z ch sh",
        "a aa e ee i ie o oo oe u ui ei ij ou ea y",
    )
)
_ACCENTED = "éöèïë"
_CLOSES = ("", "", "", "", "l", "n", "r", "s", "t", "k", "m", "nd", "st", "x")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of one language in the order of their use; `weights` are cumulative, as `random.choices` takes them."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


def vocabulary(language: Language, rng: random.Random) -> Vocabulary:
    """`SIZE` different words; the common ones first, the others in no order but that of `rng`."""
    common = COMMON[language].split()
    subjects = SUBJECTS[language].split()
    rng.shuffle(subjects)
    subjects.sort(key=lambda word: not word.isascii())  # a café is rarer than a shop
    plain = [word for word in subjects if word.isascii()]
    derived = [*_inflected(subjects, language), *_compounds(plain, language, rng)]
    rng.shuffle(derived)
    names = islice(_names(rng), SIZE // 2)
    tail = sorted([*derived[: SIZE // 2], *names], key=lambda word: len(word) + rng.gauss(0, 3))  # the used are short
    words = tuple(dict.fromkeys([*common, *subjects, *tail]))[:SIZE]
    weights = accumulate(1 / (rank + OFFSET) ** SLOPE for rank in range(1, len(words) + 1))
    return Vocabulary(words, tuple(weights))


def name(rng: random.Random) -> str:
    """A made-up name of two to four syllables, as brands and places have; a few are written with an accent."""
    syllables = rng.choices((2, 3, 4), (6, 4, 1))[0]
    hearts = [rng.choice(_ACCENTED if rng.random() < 0.002 else _HEARTS) for _ in range(syllables)]
    return "".join(rng.choice(_STARTS) + heart + rng.choice(_CLOSES) for heart in hearts)


def _names(rng: random.Random) -> Iterator[str]:
    while True:
        yield name(rng)


def _inflected(subjects: list[str], language: Language) -> list[str]:
    endings, fronts = _ENDINGS[language], _FRONTS[language]
    return [word + end for word in subjects for end in endings] + [
        front + word for word in subjects for front in fronts
    ]


def _compounds(subjects: list[str], language: Language, rng: random.Random) -> list[str]:
    """Dutch writes them in one, English with a hyphen as often as not."""
    joints = ("", "", "s") if language == "nl" else ("", "-")
    return [rng.choice(subjects) + rng.choice(joints) + rng.choice(subjects) for _ in range(SIZE)]
