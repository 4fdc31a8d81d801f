"""Which of the organisation's languages a text is in: a vote of the small words that only one of them has.

    vote of function words -> the language its source declared -> none ("all of them")

Made lists, about forty words each; words that two of the four share (is, in, was, die) vote for nobody.
"""

from collections.abc import Iterable, Mapping

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    "nl": frozenset(
        "het een en van ik je niet dat op te zijn met voor er maar om heeft hebben bij ook als dan nog wel geen naar uit "
        "wat waar wordt worden jullie mijn ze zo kan kunnen moet deze dit heb hij zij wij nu weer al aan meer gewoon "
        "echt waarom wanneer hoe iets niets niemand iemand graag bedankt ook zou zal ons onze jouw mij toch".split()
    ),
    "en": frozenset(
        "the and to of i you it that for on with this my your have are be not but can do just what from they will at "
        "all if so when why how where there their would could should has been were its it's i'm don't can't get got "
        "our us we an am or by about who which does did please thanks out up no".split()
    ),
    "fr": frozenset(
        "le la les des une et du je vous il elle nous que qui pas pour dans sur avec est sont ce cette ces mon ma mes "
        "votre vos au aux mais ou plus ne se en c j qu n tres merci bonjour depuis comment pourquoi quand on leur sans "
        "fait suis avez ai ont etre tout bien".split()
    ),
    "de": frozenset(
        "der das und ich nicht ist ein eine einen einem einer mit auf für zu von sie wir ihr im den dem auch wie noch "
        "nur aus bei nach war sind hat haben wird werden wenn aber oder dass doch mich mir euch warum kann immer schon "
        "sich es als habe bin zum zur um vom".split()
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
