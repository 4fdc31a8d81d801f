"""The linter: what every rule says and where, what may not be asked at all, and good queries of which it says nothing."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.cli import main
from monitor.demo.serve import Served, served
from monitor.errors import QueryError
from monitor.query import lint as rules
from monitor.query import parse
from monitor.query.finding import REFUSED
from monitor.query.lint import Allowed, Finding, lint
from monitor.query.text import Text
from tests.storing import ROLES

OURS = ("@webcare@lindeveer.example", "u/lindeveer_webcare")
JOINED = "@schipper_voorbeeld@sociaal.example"
ALLOWED = Allowed.of([*OURS, JOINED])


def found(query: str, allowed: Allowed = ALLOWED, saved: Mapping[str, str] | None = None) -> list[Finding]:
    return lint(parse(query, saved), allowed)


def names(query: str, allowed: Allowed = ALLOWED, saved: Mapping[str, str] | None = None) -> set[str]:
    return {one.rule for one in found(query, allowed, saved)}


def refused(query: str, allowed: Allowed = ALLOWED) -> bool:
    return any(one.is_refused for one in found(query, allowed))


# --- What each rule says, and where -----------------------------------------------------------------------

FIRES = [
    ("matches-anything", "source:rss", "source:rss", "add a word or a phrase that must be there"),
    ("matches-anything", "lindeveer OR lang:nl", "lindeveer OR lang:nl", "would bring everything"),
    ("matches-anything", "`.`", "`.`", "add a word or a phrase"),
    ("matches-anything", "type:post published:P7D/", "type:post published:P7D/", "add a word or a phrase"),
    ("matches-anything", "lindeveer OR (lang:nl NOT veerboot)", "lindeveer OR (lang:nl NOT veerboot)", "everything"),
    ("never-holds", "lindeveer NOT lindeveer*", "lindeveer*", '"lindeveer" is left out again by a NOT'),
    ("never-holds", "(lindeveer OR lindeveerapp) NOT lind*", "lind*", "narrow the NOT"),
    ("never-holds", '"gele boot"~3 NOT boot', "boot", '"gele boot"~3 is left out'),
    ("never-holds", "gele NEAR/3 boot NOT (vacature OR gele)", "(vacature OR gele)", "NEAR/3"),
    ("never-holds", "#geleboot NOT #gele*", "#gele*", "narrow the NOT"),
    ("never-holds", "lindeveer lang:nl lang:en", "lang:en", "write lang:(nl OR en)"),
    (
        "never-holds",
        "lindeveer lang:(nl OR en) lang:de",
        "lang:de",
        "nl OR en and de together never hold: write lang:(nl",
    ),
    (
        "never-holds",
        "lindeveer.example NOT (pont OR lindeveer.example)",
        "(pont OR lindeveer.example)",
        "lindeveer.example is left out again",
    ),
    ("never-holds", "lindeveer.example/app NOT lindeveer.example", "lindeveer.example", "narrow the NOT"),
    ("never-holds", "lindeveer source:rss source:reddit", "source:reddit", "a post has one source only"),
    ("never-holds", "lindeveer type:post type:comment", "type:comment", "write type:(post OR comment)"),
    ("author-not-ours", "lindeveer author:reiziger_vb", "author:reiziger_vb", "take it out"),
    ("author-not-ours", "lindeveer author:(webcare OR reiziger_vb)", "reiziger_vb", "author:reiziger_vb is nobody of"),
    ("author-not-ours", "lindeveer author:webcare@elders.example", "author:webcare@elders.example", "nobody of ours"),
    (
        "author-not-ours",
        "lindeveer site:sociaal.example/@reiziger_vb",
        "site:sociaal.example/@reiziger_vb",
        "the page of reiziger_vb@sociaal.example is nobody",
    ),
    ("author-not-ours", "lindeveer link:reddit.example/user/reiziger_vb", "link:reddit.example/user/reiziger_vb", ""),
    ("author-not-ours", "lindeveer author:webcare", "author:webcare", "author:webcare is nobody of ours"),
    ("author-not-ours", "link:reddit.com/user/webcare", "link:reddit.com/user/webcare", "the page of webcare is"),
    (
        "author-not-ours",
        '"sociaal.example/@reiziger_vb"',
        '"sociaal.example/@reiziger_vb"',
        "the page of reiziger_vb@soc",
    ),
    (
        "author-not-ours",
        "`https://sociaal.example/users/reiziger_vb`",
        "`https://sociaal.example/users/reiziger_vb`",
        "",
    ),
    ("author-not-ours", "forum.example/profile/reiziger_vb", "forum.example/profile/reiziger_vb", "reiziger_vb@forum"),
    ("author-not-ours", "werk.example/in/reiziger_vb", "werk.example/in/reiziger_vb", "reiziger_vb@werk.example"),
    (
        "author-not-ours",
        "site:film.example/channel/reiziger_vb",
        "site:film.example/channel/reiziger_vb",
        "reiziger_vb@film",
    ),
    ("author-not-ours", "film.example/c/reiziger_vb", "film.example/c/reiziger_vb", "reiziger_vb@film.example"),
    *(
        ("author-not-ours", f"link:{host}/reiziger_vb", f"link:{host}/reiziger_vb", f"the page of reiziger_vb@{host}")
        for host in ("instagram.com", "x.com", "twitter.com", "m.facebook.com", "threads.net", "tiktok.com")
    ),
    ("person-handle", '"@reiziger_vb"', '"@reiziger_vb"', "@reiziger_vb is an account"),
    ("person-handle", '"dank @reiziger_vb"~3', '"dank @reiziger_vb"~3', "@reiziger_vb is an account"),
    ("person-handle", "`@reiziger_vb`", "`@reiziger_vb`", "@reiziger_vb is an account"),
    ("person-handle", '!"u/reiziger_vb"', '!"u/reiziger_vb"', "@reiziger_vb is an account"),
    ("person-handle", '"/u/reiziger_vb" lindeveer', '"/u/reiziger_vb"', "@reiziger_vb is an account"),
    ("person-handle", "@reiziger_vb", "@reiziger_vb", "add it to [organisation] accounts if it is yours"),
    ("person-handle", "lindeveer u/reiziger_vb", "u/reiziger_vb", "or declare it"),
    ("person-handle", "@webcare@elders.example", "@webcare@elders.example", "@webcare@elders.example is an account"),
    ("person-name", 'lindeveer "wietske kowalski"', '"wietske kowalski"', 'declared = {"wietske kowalski" = "..."}'),
    ("person-name", '"bij wietske kowalski"', '"bij wietske kowalski"', "wietske kowalski looks like"),
    ("person-name", '"volgens wietske kowalski"', '"volgens wietske kowalski"', "wietske kowalski looks like"),
    ("person-name", '"kowalski zag wietske"~5', '"kowalski zag wietske"~5', "kowalski wietske looks like"),
    ("person-name", "wietske.kowalski", "wietske.kowalski", "take it out"),
    ("person-name", "wietske-kowalski", "wietske-kowalski", "take it out"),
    ("person-name", "wietskekowalski", "wietskekowalski", "wietske kowalski looks like"),
    ("person-name", "#wietskekowalski", "#wietskekowalski", "wietske kowalski looks like"),
    ("person-name", "wietske-kowalski.example", "wietske-kowalski.example", "wietske kowalski"),
    ("person-name", "link:werk.example/in/wietske-kowalski", "link:werk.example/in/wietske-kowalski", "declare it"),
    ("person-name", "lindeveer site:wietskekowalski.example", "site:wietskekowalski.example", "wietske kowalski"),
    ("person-name", "w kowalski", "w", "w kowalski looks like"),
    ("person-name", "(klacht OR wietske) (app OR kowalski)", "wietske", "wietske kowalski looks like"),
    ("person-name", "#wietske #kowalski", "#wietske", "wietske kowalski looks like"),
    ("person-name", "`Wietske` lindeveer kowalski", "`Wietske`", "Wietske kowalski looks like"),
    ("person-name", "!Wietske NEAR/2 !Kowalski", "!Wietske", "Wietske Kowalski looks like"),
    ("person-name", 'tag:"wietske kowalski"', 'tag:"wietske kowalski"', "wietske kowalski looks like"),
    ("person-name", "wiet\u200bske kowal\u00adski", "wiet\u200bske", "looks like a person's name"),
    ("person-name", "𝐰𝐢𝐞𝐭𝐬𝐤𝐞 ｋｏｗａｌｓｋｉ", "𝐰𝐢𝐞𝐭𝐬𝐤𝐞", "looks like a person's name"),
    ("person-name", "title:wietske lindeveer kowalski", "wietske", "wietske kowalski looks like"),
    ("person-name", "lindeveer NOT (NOT wietske OR NOT kowalski)", "wietske", "wietske kowalski"),
    ("person-name", 'lindeveer NOT NOT "wietske kowalski"', '"wietske kowalski"', "looks like a person's name"),
    ("sensitive-subject", "lindeveer (storing OR vakbond)", "vakbond", "vakbond (union) is not searched for"),
    ("sensitive-subject", "lindeveer ziekteverzuim*", "ziekteverzuim*", "(health)"),
    ("sensitive-subject", "lindeveer moskee", "moskee", "(religion)"),
    ("sensitive-subject", "lindeveer vaccinatie", "vaccinatie", "(health)"),
    ("sensitive-subject", "lindeveer allah", "allah", "(religion)"),
    ("sensitive-subject", '"vakbo* protest"', '"vakbo* protest"', "vakbo (union)"),
    ("sensitive-subject", "#VakbondLindeveer", "#VakbondLindeveer", "take it out, or declare it"),
    ("unreachable", "(lindeveer OR pont) NOT pont", "pont", '"pont" is never found'),
    ("unreachable", "(pont OR linde.example/a) NOT linde.example", "linde.example/a", "linde.example/a is never found"),
    ("unreachable", "(lindeveer OR `C++`) NOT (vacature OR `C++`)", "`C++`", "take one of the two out"),
    ("shadowed", "lindeveerapp OR lindeveer*", "lindeveerapp", '"lindeveerapp" is found by "lindeveer*" already'),
    ("shadowed", 'veerboot OR "gele veerboot"', '"gele veerboot"', "take one of the two out"),
    ("shadowed", '"gele boot"~3 OR "gele boot"', '"gele boot"', 'by "gele boot"~3 already'),
    ("shadowed", '"gele boot" OR "gele boot"~3', '"gele boot"', 'by "gele boot"~3 already'),
    ("shadowed", "veerboot OR `Veerboot`", "`Veerboot`", '`Veerboot` is found by "veerboot"'),
    ("shadowed", "!Lindeveer OR lindeveer", "!Lindeveer", '!"Lindeveer" is found by "lindeveer"'),
    ("shadowed", "#geleboot OR #geleboo*", "#geleboot", '"#geleboot" is found by "#geleboo*"'),
    ("shadowed", "lindeveer OR Lindeveer", "Lindeveer", '"lindeveer" is found by "lindeveer" already'),
    ("wide-not", "lindeveer NOT de", "de", '"de" is a word that most posts have'),
    ("wide-not", "lindeveer NOT (vacature OR die)", "die", "write a phrase, or take it out"),
    ("wide-not", "lindeveer NOT voor*", "voor*", '"voor*" is a word'),
    ("short-stem", "lindeveer OR ver*", "ver*", "write more of the word"),
    ("short-stem", "lindeveer pers*", "pers*", "pers* takes every word that begins so, such as "),
    ("short-stem", '"gele vee*"', '"gele vee*"', "vee* takes"),
    ("wide-near", "lindeveer NEAR/21 storing", "lindeveer NEAR/21 storing", "write AND, or 20 at most"),
    ("wide-near", '"gele boot"~30', '"gele boot"~30', "30 words are several sentences"),
    ("half-a-name", "kowalski", "kowalski", "declare it if it is a brand"),
    ("half-a-name", "lindeveer #wietske", "#wietske", "half of a person's name"),
    ("ambiguous", "action", "action", "as in action AND (winkel OR klantenservice)"),
    ("ambiguous", "ing", "ing", "write !ING if it is always in capitals, or say what else is there"),
    ("ambiguous", "lindeveer OR bol", "bol", "bol is a very short word"),
    ("ambiguous", "!Tij", "!Tij", "as in !Tij AND (winkel"),
    ("ambiguous", "action lang:nl type:(post OR comment)", "action", "a word of the dictionary"),
    ("ambiguous", "title:(action NOT film)", "action", "a word of the dictionary"),
]


@pytest.mark.parametrize(("rule", "query", "at", "said"), FIRES)
def test_a_rule_fires(rule: str, query: str, at: str, said: str) -> None:
    """Each rule speaks of the part that it means, and says the cure; it is refused when the overview says so."""
    hits = {query[slice(*one.at)]: one for one in found(query) if one.rule == rule}
    assert at in hits
    assert said in hits[at].said
    assert hits[at].is_refused is (rule in REFUSED)


def test_choices_near_choices_are_counted() -> None:
    """NEAR between groups is wide from more than 400 pairs of choices on."""
    for many, expected in ((20, set()), (21, {"wide-near"})):
        left = " OR ".join(f"xaq{at}" for at in range(20))
        right = " OR ".join(f"yaq{at}" for at in range(many))
        assert names(f"({left}) NEAR/5 ({right})") == expected


@pytest.mark.parametrize(
    ("rule", "query"),
    [
        ("matches-anything", "lindeveer source:rss"),
        ("matches-anything", "`⛴`"),
        ("matches-anything", "lindeveer OR link:lindeveer.example"),
        ("never-holds", "lindeveer NOT NOT storing"),
        ("never-holds", "lindeveer NOT (NOT lang:nl)"),
        ("never-holds", "lindeveer NOT (lindeveer NOT storing)"),
        ("never-holds", "lindeveer NOT (lindeveer lang:en)"),
        ("never-holds", "lindeveer NOT title:lindeveer"),
        ("never-holds", '"gele boot"~3 NOT "gele boot"'),
        ("never-holds", 'gele NEAR/3 boot NOT "gele boot"'),
        ("never-holds", 'gele ONEAR/3 boot NOT "gele boot"'),
        ("never-holds", "lindeveer NOT `lindeveer`"),
        ("never-holds", "lindeveer NOT !LINDEVEER"),
        ("never-holds", "#vacature NOT vacature"),
        ("never-holds", "lindeveer lang:nl lang:(nl OR en)"),
        ("never-holds", "lindeveer (lang:nl OR source:rss) lang:de"),
        ("never-holds", "lindeveer.example NOT lindeveer.example/app"),
        ("never-holds", "lindeveer NOT (pont NOT pont)"),
        ("never-holds", "lindeveer NOT (lang:nl lang:en)"),
        ("author-not-ours", "lindeveer author:@webcare@lindeveer.example"),
        ("author-not-ours", "lindeveer author:lindeveer_webcare"),
        ("author-not-ours", '"/user/reiziger" OR "in/uit" lindeveer'),
        (
            "author-not-ours",
            "link:krant.example/nieuws/in/beeld OR link:instagram.com/p/abc OR link:notx.com/lindeveer",
        ),
        ("author-not-ours", '"sociaal.example/@schipper_voorbeeld"'),
        ("author-not-ours", f"lindeveer author:{JOINED}"),
        ("author-not-ours", "lindeveer author:u/lindeveer_webcare"),
        ("author-not-ours", "lindeveer site:sociaal.example/@schipper_voorbeeld"),
        ("author-not-ours", "lindeveer link:reddit.com/user/lindeveer_webcare"),
        ("author-not-ours", "lindeveer NOT author:reiziger_vb"),
        ("author-not-ours", "lindeveer NOT site:sociaal.example/@reiziger_vb"),
        ("person-handle", f"@webcare OR {JOINED} OR u/lindeveer_webcare"),
        ("person-handle", '"@webcare helpt niet" OR `u/lindeveer_webcare`'),
        ("person-handle", '"win @ veer" OR "post@lindeveer.example" OR "je/u/wij"'),
        ("person-handle", 'lindeveer NOT (@reiziger_vb OR "@reiziger_vb")'),
        ("person-name", 'lindeveer NOT "wietske kowalski"'),
        ("person-name", "lindeveer NOT (wietske kowalski)"),
        ("person-name", "wietske OR kowalski"),
        ("person-name", "lindeveer (app OR storing) (winkel OR kassa)"),
        ("person-name", '"wietske kowalski stichting"'),
        ("person-name", "link:krant.example/nieuws/lindeveer-schrapt-nachtboot"),
        ("sensitive-subject", "lindeveer NOT (vakbond OR ziekteverzuim)"),
        ("sensitive-subject", '"lindestad ziekenhuis" wachttijd*'),
        ("sensitive-subject", "lindeveer (rolstoel* OR wheelchair OR rollstuhl)"),
        ("unreachable", "(lindeveer OR pont) NOT `pont`"),
        ("unreachable", "(lindeveer OR #pont) NOT pont"),
        ("shadowed", "lindeveer OR #lindeveer"),
        ("shadowed", "veerboot OR veerboten OR !Veer*"),
        ("shadowed", "veerboot AND veerboo*"),
        ("wide-not", "lindeveer NOT vacature"),
        ("wide-not", 'lindeveer NOT "de pont"'),
        ("wide-not", "lindeveer NOT (de vacature)"),
        ("wide-not", "lindeveer NOT NOT de"),
        ("wide-not", "lindeveer NOT !WE"),
        ("short-stem", "lindeveer*"),
        ("short-stem", "lindeveer NOT ver*"),
        ("wide-near", "lindeveer NEAR/20 storing"),
        ("half-a-name", '"gele veerboot"'),
        ("half-a-name", "lindeveer NOT kowalski"),
        ("ambiguous", "!ING"),
        ("ambiguous", "action AND (winkel OR klantenservice)"),
        ("ambiguous", "action NEAR/5 kassa*"),
        ("ambiguous", "action site:winkelkrant.example"),
        ("ambiguous", "lindeveer NOT action"),
    ],
)
def test_a_rule_does_not_fire(rule: str, query: str) -> None:
    """What looks like a fault and is none is passed over, and what is only left out is asked of nobody."""
    assert rule not in names(query)


def test_the_overview_is_true() -> None:
    """The table in the module's docstring has every rule that is tested here, and says of each whether it is refused."""
    table = dict(re.findall(r"^    ([a-z]+-[a-z-]+|[a-z]+) +(yes|no) ", rules.__doc__ or "", re.MULTILINE))
    assert {rule for rule, said in table.items() if said == "yes"} == {*REFUSED}
    assert set(table) == {rule for rule, *_ in FIRES} | {"unknown-source"}


@pytest.mark.parametrize("query", ["NOT NOT NOT lindeveer OR veer", "lindeveer OR NOT veer"])
def test_what_holds_for_nothing_at_all_is_no_query(query: str) -> None:
    """A query that an empty text fulfils is refused before any rule is asked."""
    with pytest.raises(QueryError, match="holds for an empty text"):
        parse(query)


def test_what_is_refused_stands_first() -> None:
    """Refusals come before advice, each in the order of the query, and nothing is told twice of one place."""
    told = found("(bol OR bol OR action) AND lang:nl OR @reiziger_vb OR @reiziger_vb2")
    assert [one.is_refused for one in told] == sorted((one.is_refused for one in told), reverse=True)
    assert len({*told}) == len(told)


# --- Saved parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "query", "saved", "at"),
    [
        ("person-name", "lindeveer $wie", {"wie": 'klacht OR "wietske kowalski"'}, "$wie"),
        ("person-name", "$voor NEAR/3 $achter", {"voor": "wietske", "achter": "kowalski"}, "$voor"),
        ("person-name", "lindeveer $a", {"a": "$b", "b": '"wietske kowalski"'}, "$a"),
        ("sensitive-subject", "lindeveer OR title:$wat", {"wat": "vakbond"}, "$wat"),
        ("author-not-ours", "lindeveer $wie", {"wie": "author:reiziger_vb"}, "$wie"),
        ("never-holds", "$merk NOT $ruis", {"merk": "lindeveer", "ruis": "vacature OR lind*"}, "$ruis"),
        ("shadowed", "lindeveer OR $rest", {"rest": "pont OR pont*"}, "$rest"),
        ("ambiguous", "$merk lang:nl", {"merk": "lindeveer OR action"}, "$merk"),
        ("short-stem", "lindeveer NEAR/5 $last", {"last": "ver*"}, "$last"),
    ],
)
def test_a_finding_in_a_saved_part_points_at_its_name(rule: str, query: str, saved: dict[str, str], at: str) -> None:
    """Spans count in the query at hand, never in the text of a part that is not shown."""
    assert at in {query[slice(*one.at)] for one in found(query, saved=saved) if one.rule == rule}
    assert all(query[slice(*one.at)] for one in found(query, saved=saved))


def test_every_refusal_within_a_saved_part_is_told() -> None:
    """Two people in one part are two findings, though both point at its name."""
    for people in ('"wietske kowalski" OR "sjoerd nowak"', "(wietske kowalski) OR (sjoerd nowak)"):
        told = [one.said for one in found("lindeveer $wie", saved={"wie": people}) if one.rule == "person-name"]
        assert [said[: said.index(" looks")] for said in told] == ["wietske kowalski", "sjoerd nowak"]


# --- Good queries -----------------------------------------------------------------------------------------

GOOD = """
lindeveer* OR "gele veerboot" OR #geleboot
(lindeveer* OR "gele veerboot" OR #geleboot) NOT (makelaar* OR "te koop" OR vacature*)
(gemeente NEAR/5 lindestad) AND (afval* OR vuilnis* OR container*)
"gemeente lindestad" OR lindestad.example OR #gemeentelindestad
lindestad AND (parkeervergunning* OR paspoort* OR rijbewijs OR burgerzaken)
!"Stad Veldegem" AND (werken OR omleiding* OR wegenwerken)
veldegem* NEAR/10 (stadhuis OR burgemeester OR gemeenteraad OR belasting*)
"commune de veldegem" OR veldegem.example
(lindetram* OR "linde tram") NEAR/8 (vertraging* OR storing* OR uitval* OR "te laat")
title:(lindeveer* OR veerdienst*) type:article
lindeveer* lang:(nl OR en) NOT author:@webcare@lindeveer.example
"station lindestad" AND (lift OR roltrap* OR perron*)
@lindeveer_webcare OR lindeveer.example
ferrynova* NEAR/6 (delay* OR cancel* OR refund* OR late)
kabelnet* AND (storing* OR internet OR wifi OR modem*)
!KNX NEAR/5 (glasvezel OR internet OR monteur*)
(voltacom* OR "volta com") AND (abonnement* OR opzeg* OR factuur*)
voltacom.example OR #voltacom
"voltacom storing"~4 OR voltacomstoring*
voltacom ONEAR/3 (down OR plat OR kapot)
(zilverbank* OR "zilver bank") NEAR/8 (app OR pas OR rekening* OR hypothe*)
zilverbank* AND (phishing OR fraude OR nepmail*)
!Tij NEAR/6 (bank* OR rekening* OR app OR pas)
zilverbank.example NOT site:zilverbank.example
"zilver bank" AND (kantoor* OR filiaal* OR geldautomaat*)
bancargent* OR "banc argent"
(winkelhal* OR "winkel hal") NEAR/5 (kassa* OR folder* OR aanbieding* OR retour*)
winkelhal* AND (bezorg* OR pakket* OR klantenservice)
!Haast NEAR/4 (winkel* OR filiaal OR kassa* OR folder)
!ING NOT (`ING. ` OR ingenieur*)
tag:"openbaar vervoer" lindeveer*
link:winkelhal.example/acties
zorgkring* OR "zorg kring"
zorgkring* AND (premie* OR polis* OR declaratie* OR vergoed*)
"zorgkring app" OR zorgkringapp OR zorgkring.example
zorgkring* NEAR/6 (wachttijd* OR telefoon* OR klantenservice)
"lindestad ziekenhuis" OR "ziekenhuis lindestad"
(lindeziekenhuis* OR "linde ziekenhuis") AND (wachttijd* OR parkeren OR spoedeisende)
"lindestad hospital" NEAR/8 (parking OR waiting OR appointment*)
azveldegem* OR "az veldegem"
lindeveer* published:P7D/
lindeveer source:(reddit OR mastodon) type:(post OR comment)
northquay* AND (council OR bins OR recycling)
"northquay council" OR northquay.example OR #northquaycouncil
brightmobile* NEAR/10 (signal OR outage* OR roaming OR contract*)
(fastbasket* OR "fast basket") AND (delivery OR refund* OR substitution*)
fastbasket* NOT (job* OR hiring OR career*)
lindeveer site:krant.example/regio
""".strip().splitlines()


@pytest.mark.parametrize("query", GOOD)
def test_of_a_good_query_nothing_is_said(query: str) -> None:
    """Queries as municipalities, transport, telecom, banks, shops, insurers and hospitals write them, in three languages."""
    assert found(query) == []


def test_good_queries_are_many() -> None:
    """The sample is large enough to notice a rule that speaks too soon."""
    assert len({*GOOD}) >= 45


# --- What is told of two terms is true --------------------------------------------------------------------

TERM = st.one_of(
    st.sampled_from(
        ["gele", "boot", "BOOT", "boo*", "gel*", "!Boot", "!boo*", "`Boot`", "`boot`", "#geleboot", "#gel*"]
    ),
    st.builds('"{} {}"'.format, *[st.sampled_from(["gele", "boot", "boo*"])] * 2),
    st.builds('"{} {}"~{}'.format, *[st.sampled_from(["gele", "boot"])] * 2, st.integers(0, 2)),
    st.builds('"gele boot {}"~{}'.format, st.sampled_from(["boot", "ligt", "boo*"]), st.integers(0, 2)),
    st.builds(
        "({} {}NEAR/{} {})".format,
        st.sampled_from(["gele", "boo*"]),
        st.sampled_from(["", "O"]),
        st.integers(0, 2),
        st.sampled_from(["boot", '"gele boot"', '"boot ligt"~1']),
    ),
)
TEXT = st.lists(
    st.sampled_from(["gele", "Gele", "boot", "Boot", "BOOT", "boottocht", "ligt", "#GeleBoot", "#geleboot"]), max_size=6
).map(" ".join)


@given(TERM, TERM, TEXT)
@example("gele", "boot", "gele boot")
@example('"gele boot"~1', '"gele boot"', "boot gele")
@example('"gele boot"~1', '"gele boot"~2', "boot de de gele")
@example('"gele boot boot"~2', "gele NEAR/0 boot", "boot de de gele boot")
def test_a_shadowed_choice_is_found_by_the_other(one: str, other: str, text: str) -> None:
    """Whatever a choice that is said to be shadowed finds, the other choice finds as well."""
    query = f"{one} OR {other}"
    shadowed = {query[slice(*told.at)] for told in found(query) if told.rule == "shadowed"}
    here, there = parse(one).holds(Text(text)), parse(other).holds(Text(text))
    assert not (one != other and one in shadowed and here and not there)
    assert not (one != other and other in shadowed and there and not here)


@given(TERM, st.lists(TERM, min_size=1, max_size=2).map(" OR ".join), st.sampled_from(["", "NOT "]), TEXT)
@example("boot", "`boot`", "", "BOOT")
def test_what_never_holds_never_does(one: str, left_out: str, twice: str, text: str) -> None:
    """A query that is refused because nothing is ever found holds for no text."""
    query = f"{one} NOT {twice}({left_out})"
    if "never-holds" in names(query):
        assert not parse(query).holds(Text(text))


@given(TERM, st.lists(TERM, min_size=1, max_size=2).map(" OR ".join))
def test_not_is_never_refused(one: str, left_out: str) -> None:
    """Leaving out a person, an account or a subject is no search for it, however it is written."""
    kept = '"wietske kowalski" OR @reiziger_vb OR vakbond OR author:reiziger_vb OR (wietske kowalski)'
    query = f"({one}) NOT ({left_out} OR {kept})"
    assert names(query) & {*REFUSED} <= {"never-holds"}


# --- People: case P30 of the catalogue of faults ----------------------------------------------------------

# made up of first names and surnames from far apart, so that nobody bears them
PEOPLE = [
    *(("Wietske", "Kowalski"), ("Sjoerd", "Yılmaz"), ("Fatima", "Hoekstra"), ("Zoë", "Nowak"), ("Björn", "El Amrani")),
    *(("José", "Dijkstra"), ("Agnès", "Çelik"), ("Thijs", "Martínez"), ("Femke", "Öztürk"), ("Mehmet", "Peeters")),
    *(("Aaltje", "Müller"), ("Łukasz", "Janssens"), ("Ayşe", "de Vries"), ("Jamal", "van den Berg"), ("Sofie", "Kaya")),
    *(("Gerrit", "García"), ("Yasmina", "Visser"), ("Pieter", "Demir"), ("Małgorzata", "Maes"), ("Ruud", "Fernández")),
]
FORMS = {
    "phrase": lambda first, last: f'"{first} {last}"',
    "AND": lambda first, last: f'{first} AND "{last}"',
    "NEAR": lambda first, last: f'"{last}" NEAR/3 {first}',
    "literal": lambda first, last: f"`{first} {last}`",
    "~n": lambda first, last: f'"{last} {first}"~3',
    "prefix": lambda first, last: f'"{first} {last}*"',
    "initials": lambda first, last: f'"{first[0]}. {last}"',
    "hashtag": lambda first, last: f"#{first}{last.title().replace(' ', '')}",
    "handle": lambda first, last: f"@{first}_{last.replace(' ', '')}".lower(),
    "e-mail": lambda first, last: f'"{first}.{last.replace(" ", "")}@post.example"',
}
PERSONS = [form(first, last) for first, last in PEOPLE for form in FORMS.values()]
GIVEN = ("Roos", "Emma", "Karel", "Willem", "Marieke", "Hans", "Liesbeth", "Joost", "Ilse", "Bram")
BRANDS = [f"{first} {last}" for first, last in PEOPLE] + [
    f"{first} {last}"
    for surnames in (
        ("Kaya", "Nowak", "Demir", "Yıldız", "Kowalski", "Rossi", "Santos", "Bianchi", "Ferrari", "Lewandowski"),
        ("Hoekstra", "Dijkstra", "Janssens", "Peeters", "Maes", "Claes", "Visser", "Mulder", "Smit", "Meijer"),
        ("Schmidt", "Hoffmann", "Dubois", "Moreau", "O'Brien", "Novák", "Jørgensen", "Nguyen", "Aydın", "Fernández"),
    )
    for first, last in zip(GIVEN, surnames, strict=True)
]
ASKED = [
    *('"{}"', "`{}`", '"{}"~2', '"winkel {}"~5', '"{}" NEAR/5 (folder* OR kassa*)', '"bij {}"'),
    *('"{}" AND lang:nl', 'title:"{}"', '"{}" OR "{} winkel"', '"{}*"'),
]


@pytest.mark.parametrize("query", PERSONS)
def test_a_person_is_no_term(query: str) -> None:
    """200 names, accounts and addresses of persons, as ten kinds of terms, are refused."""
    assert refused(query)
    assert names(query) & {"person-name", "person-handle"}


def test_there_are_200_persons_and_50_brands() -> None:
    """As many as the catalogue asks for, all different."""
    assert (len({*PERSONS}), len({*BRANDS})) == (200, 50)


@pytest.mark.parametrize(("brand", "asked"), [(brand, ASKED[at % len(ASKED)]) for at, brand in enumerate(BRANDS)])
def test_a_brand_named_after_a_person_is_declared(brand: str, asked: str) -> None:
    """50 of them are refused as they are, and asked for once they are declared, in any spelling."""
    query = asked.format(brand, brand)
    assert refused(query)
    assert not refused(query, Allowed.of(OURS, [brand.upper()]))


@pytest.mark.parametrize(
    "query",
    [
        '"wietske nowak"',
        "wietske AND nowak",
        "wietske NEAR/2 kowalska OR wietske NEAR/2 nowak",
        '"kowalski" AND sjoerd',
        "#SjoerdKowalski",
        "@wietskenowak",
    ],
)
def test_what_is_declared_covers_nobody_else(query: str) -> None:
    """The declared name of a brand frees neither its first name nor its surname for other people."""
    assert not refused('"wietske kowalski" OR #WietskeKowalski OR @wietskekowalski', DECLARED)
    assert not refused("wietske AND kowalski AND winkel", DECLARED)
    assert refused(query, DECLARED)


DECLARED = Allowed.of(OURS, ["Wietske Kowalski", "@wietskekowalski"])


@pytest.mark.parametrize(
    ("declared", "query", "expected"),
    [
        (["wietske"], '"wietske kowalski"', True),
        (["kowalski"], '"wietske kowalski"', True),
        (["kowalski"], "wietske NEAR/2 kowalski", True),
        (["van den berg"], '"jamal van den berg"', True),
        (["wietske kowalski winkel"], '"wietske kowalski"', True),
        (["wietske kowalski winkel"], '"wietske kowalski winkel"', False),
        (["kowalski"], "kowalski OR #kowalski", False),
        (["wietskekowalski"], "wietskekowalski", False),
    ],
)
def test_a_declared_word_frees_no_name(declared: list[str], query: str, expected: bool) -> None:
    """Half a name that is a brand makes nobody else one: a name is free when it is declared itself."""
    assert refused(query, Allowed.of(OURS, declared)) is expected


@pytest.mark.parametrize(("sensitive", "expected"), [(True, False), (False, True)])
def test_a_sensitive_name_is_declared_but_not_for_ambassadors(sensitive: bool, expected: bool) -> None:
    """A union's own monitor may ask for its name; where people who joined are listened to, nobody may."""
    allowed = Allowed.of(OURS, ["vakbond lindeveer"], sensitive=sensitive)
    assert refused('"vakbond lindeveer" OR #VakbondLindeveer', allowed) is expected
    assert refused('"vakbond lindeveer" moskee', allowed)


# --- Through the program ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> Iterator[Served]:
    with served() as running:
        yield running


def written(folder: Path, world: Served, *queries: tuple[str, str]) -> None:
    """A configuration with these queries, each with what it declares."""
    lines = ['[organisation]\nname = "Lindeveer"\ncontact = "https://lindeveer.example"']
    for at, (text, declared) in enumerate(queries):
        lines.append(f'[[queries]]\nname = "q{at}"\nfacet = "brand"\npurpose = "To answer people."\n')
        lines.append(
            f"text = '''{text}'''\n" + (f'declared = {{"{declared}" = "A brand of ours."}}' if declared else "")
        )
    lines.append(f'[sources.rss]\nhost_spacing = 0\nfeeds = ["{world.feeds_url}/lindestads-dagblad.xml"]')
    (folder / "monitor.toml").write_text("\n".join(lines) + f"\n[fetch]\nallow_loopback = true\n{ROLES}", "utf-8")


def ends(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> object:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MONITOR_PSEUDONYM_KEY", "made up, as everything and everybody here")
    monkeypatch.setattr(sys, "argv", ["monitor", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize("command", ["run", "check", "doctor"])
def test_no_request_is_sent_for_a_person(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    world: Served,
    command: str,
) -> None:
    """With persons among the queries every command ends with 78 and all 200 of them, before anything is fetched."""
    before = [len(service.requests) for service in world.services]
    written(tmp_path, world, *((person, "") for person in PERSONS))
    assert ends(monkeypatch, tmp_path, command) == 78
    said = "".join(capsys.readouterr())
    assert len(re.findall(r"\[queries \d+\] text: .*\[person-(?:name|handle)\]", said)) == 200
    assert [len(service.requests) for service in world.services] == before
    assert {path.name for path in tmp_path.iterdir()} == {"monitor.toml"}


def test_declared_brands_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: Served) -> None:
    """50 declared brands named after persons make a monitor that runs."""
    written(tmp_path, world, *((f'"{brand}"', brand) for brand in BRANDS))
    assert ends(monkeypatch, tmp_path, "run") == 0
