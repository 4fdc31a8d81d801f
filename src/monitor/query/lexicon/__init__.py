"""The lexicon: what the linter knows of the words of a query, from lists that ship with the program.

    is_person("Sanne de Vries")          refused: the name of a person                    (rules: person.py)
    might_be_person("Jansen")            a warning: half a name
    could_be_full_name("jansen", "jan")  two terms joined by AND or NEAR
    sensitive("vakbo", prefix=True)      health, union, religion and others of GDPR art. 9 and 10 (subjects.py)
    common("action")                     a dictionary word: no query by itself            (frequency.py)

A brand named after a person is a person here; its user declares it with a reason. Handles are not judged here.
No file is read before the first question; all of them together are loaded in about 25 ms.

Sources. First names and surnames: faker and mimesis (MIT), and what these lack by hand (data/by_hand.txt: Dutch,
Flemish and Frisian first names; Moroccan, Turkish, Surinamese, Polish and other names met in the Netherlands and
Belgium). Frequent words: counted in texts (6,975 Dutch, 32,592 English, 2,140 French, 4,860 German), Dutch and
English ones as far as OpenTaal (BSD) and SCOWL know them. Subjects, shapes and companies: by hand. Licences:
NOTICE.txt; how the generated files are made: benchmarks/lexicon_make.py.

Measured by benchmarks/lexicon.py: the share of names refused, 500 per locale, in full and in four ways of writing.

    faker     nl 99.2 %  be (nl, fr) 100 and 99.4 %  en (GB, US) 99.0 and 99.4 %  fr 99.0 %  de 99.2 %  tr 99.6 %
              pl 99.0 %  it 99.4 %  es 98.4 %  pt 99.8 %  dz 99.0 %
    by hand   Moroccan 99.8 %  Surinamese 98.4 %
    mimesis   nl 97.4 %  be 98.8 %  en 90.4 %  fr 94.7 %  de 96.0 %  tr 96.4 %  pl 100 %  es 96.0 %  pt 99.2 %
    strange   69 % in full, 98 % with initials or a title: mimesis' it, de-at, de-ch, es-mx and pt-br, not used here
    others    514 terms that are nobody's name: 1.4 % refused, 2.5 % warned of

All but `strange` are drawn from the lists that these lists were made of, every name as often as any other. `strange` is
what happens to names of which one half or both are in no list: a net with holes, as lists of names are.
"""

from monitor.query.lexicon.frequency import common
from monitor.query.lexicon.person import could_be_full_name, is_person, might_be_person
from monitor.query.lexicon.subjects import Subject, sensitive

__all__ = ["Subject", "common", "could_be_full_name", "is_person", "might_be_person", "sensitive"]
