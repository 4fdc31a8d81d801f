"""Which of the organisation's languages a text is in: a vote of the small words that only one of them has.

    vote of function words -> the language its source declared -> none ("all of them")

Made lists, about forty words each; words that two of the four share (is, in, was, die) vote for nobody.
"""

from collections.abc import Iterable, Mapping


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    "nl": _words(
        "aan al als bedankt bij dan dat deze dit echt een en er geen gewoon graag heb hebben heeft het hij",
        "hoe iemand iets ik je jouw jullie kan kunnen maar meer met mij mijn moet naar niemand niet niets nog",
        "nu om ons onze ook op te toch uit van voor waar waarom wanneer wat weer wel wij worden wordt zal ze",
        "zij zijn zo zou",
    ),
    "en": _words(
        "about all am an and are at be been but by can can't could did do does don't for from get got has",
        "have how i i'm if it it's its just my no not of on or our out please should so thanks that the their",
        "there they this to up us we were what when where which who why will with would you your",
    ),
    "fr": _words(
        "ai au aux avec avez bien bonjour c ce ces cette comment dans depuis des du elle en est et etre fait",
        "il j je la le les leur ma mais merci mes mon n ne nous on ont ou pas plus pour pourquoi qu quand que",
        "qui sans se sont suis sur tout tres une vos votre vous",
    ),
    "de": _words(
        "aber als auch auf aus bei bin das dass dem den der doch ein eine einem einen einer es euch für habe",
        "haben hat ich ihr im immer ist kann mich mir mit nach nicht noch nur oder schon sich sie sind um und",
        "vom von war warum wenn werden wie wir wird zu zum zur",
    ),
}
SURE_BY = 1  # votes more than the next language


class Vote:
    """Votes among some languages. Words are lower case and without accents, as texts are compared."""

    def __init__(self, languages: Iterable[str]) -> None:
        known = {one: FUNCTION_WORDS[one] for one in dict.fromkeys(languages) if one in FUNCTION_WORDS}
        self._alone = {one: words - _others(one, known) for one, words in known.items()}
        self._languages = tuple(dict.fromkeys(languages))

    def of(self, words: set[str], declared: str | None) -> str | None:
        """The language of a text with these words; None when neither the vote nor `declared` tells."""
        votes = sorted(((len(words & alone), one) for one, alone in self._alone.items()), reverse=True)
        second = votes[1][0] if len(votes) > 1 else 0
        if votes and votes[0][0] - second >= SURE_BY:
            return votes[0][1]
        declared = (declared or "")[:2].lower()
        return declared if declared in self._languages else None


def _others(language: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(words for one, words in known.items() if one != language))
