"""Triage in a run: labels that teach relevance, an endpoint that only adds, a scheme that drops, a crisis, a queue."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from monitor.assemble import Monitor
from monitor.config.settings import Ambassador
from monitor.config.settings import Endpoint as EndpointSettings
from monitor.endpoint import Budget, Endpoint, gate_for
from monitor.model import Post, Sentiment
from monitor.pipeline import collect, run
from monitor.store.labels import Given
from monitor.store.weekly import reader
from monitor.triage import Relevance, read_scheme
from tests.asking import HANDLE, Square, monitor_of, post
from tests.storing import NOW, asked

COMPLAINT = "Lindeveer, mijn kaartje werkt niet en niemand reageert, belachelijk"


def house(folder: Path, *posts: Post, **triage: Any) -> Monitor:
    """A monitor whose square offers these posts."""
    made = monitor_of(folder, {"merk": "lindeveer"}, Square(posts))
    return replace(made, triage=replace(made.triage, **triage))


def test_verdicts_keep_their_evidence(tmp_path: Path) -> None:
    """Kinds with probabilities, reasons with their places in the excerpt, sentiment, need and scheme are stored."""
    monitor = house(tmp_path, post(1, COMPLAINT))
    collect(monitor, "mastodon", NOW)
    (row,) = asked(monitor.store, "SELECT kinds, scores, reasons, needs, scheme, model FROM verdict")
    kinds, scores, reasons, needs, scheme, model = row
    assert (kinds, [one["kind"] for one in scores], model) == (["complaint"], ["complaint"], None)
    assert needs > 0.5
    assert scheme == read_scheme().version
    assert all(COMPLAINT[one["start"] : one["stop"]] == one["words"] for one in reasons)
    assert asked(monitor.store, "SELECT facet, label FROM sentiment") == [("brand", "negative")]


def test_of_ambassadors_there_is_no_case_no_sentiment_no_label(tmp_path: Path) -> None:
    """What an ambassador writes leaves no row in any of the tables about kinds of feeling or work."""
    monitor = house(tmp_path, post(1, COMPLAINT, author=HANDLE))
    run(monitor, NOW)
    assert asked(monitor.store, "SELECT facet FROM mention") == [("ambassador",)]
    for table in ("sentiment", "label", "webcare_case", "case_mention", "case_event"):
        assert asked(monitor.store, f"SELECT * FROM {table}") == [], table
    (mention,) = asked(monitor.store, "SELECT id FROM mention")[0]
    assert monitor.store.label([Given(mention, "webcare", "correction", needs=True)], NOW) == [mention]
    assert asked(monitor.store, "SELECT * FROM label") == []


def test_a_flag_is_a_case_and_copies_are_one(tmp_path: Path) -> None:
    """The same question from a hundred accounts is one case with a hundred posts; a second pass opens nothing."""
    posts = [post(n, f"Lindeveer: vaart de pont van acht uur vandaag nog wel of niet? #{n}") for n in range(100)]
    monitor = house(tmp_path, *posts)
    for _ in range(2):
        run(monitor, NOW)
    assert asked(monitor.store, "SELECT count(*), count(DISTINCT case_id) FROM case_mention") == [(100, 1)]
    with reader(monitor.store.folder) as connection:
        columns = [row[0] for row in connection.execute("DESCRIBE case_event").fetchall()]
        assert connection.execute("SELECT count(*) FROM case_mention").fetchall() == [(100,)]
    assert {"actor", "note"}.isdisjoint(columns)


def test_what_the_scheme_drops_is_counted_and_not_kept(tmp_path: Path) -> None:
    """A rule that says drop keeps nothing of a mention but the count."""
    scheme = tmp_path / "mine.toml"
    scheme.write_text(
        'version = 2\n[[rules]]\nid = "no"\nwhen.kinds = ["complaint"]\nreaction = "drop"\nwhy.en = "No."\n'
        '[[rules]]\nid = "rest"\nreaction = "let stand"\nwhy.en = "Rest."\n'
    )
    monitor = house(tmp_path, post(1, COMPLAINT), post(2, "Lindeveer vaart"), scheme=read_scheme(scheme))
    (told,) = [collect(monitor, "mastodon", NOW)]
    assert told.tally.dropped == {"by the scheme": 1}
    assert asked(monitor.store, "SELECT excerpt FROM mention") == [("Lindeveer vaart",)]


def test_labels_teach_whom_a_name_means(tmp_path: Path) -> None:
    """Ten labels that say of what a name is meant move the probability of the posts that come after them."""
    posts = [post(n, f"De postduif Lindeveer vloog vandaag de wedvlucht van baan {n}") for n in range(10)]
    monitor = house(tmp_path, *posts, profiles={"merk": Relevance(names=("Lindeveer",), context=("pont",), anti=())})
    collect(monitor, "mastodon", NOW)
    before = asked(monitor.store, "SELECT max(relevance) FROM verdict")[0][0]
    ids = [id_ for (id_,) in asked(monitor.store, "SELECT id FROM mention")]
    monitor.store.label([Given(id_, "webcare", "random", relevant=False) for id_ in ids], NOW)
    later = replace(
        monitor, connectors={"mastodon": Square([post(11, "De postduif Lindeveer won de wedvlucht van gisteren")])}
    )
    collect(later, "mastodon", NOW + timedelta(hours=1))
    assert asked(monitor.store, "SELECT relevance FROM verdict ORDER BY decided DESC LIMIT 1")[0][0] < before / 2


def test_a_customers_data_is_dots_in_what_is_kept(tmp_path: Path) -> None:
    """Of a telephone number neither the excerpt nor a reason keeps a digit; the organisation's own address stays."""
    monitor = house(tmp_path, post(1, "Lindeveer, bel me op 06-12345678, of webcare@lindeveer.example doet het"))
    collect(monitor, "mastodon", NOW)
    ((excerpt, reasons),) = asked(monitor.store, "SELECT excerpt, reasons FROM mention JOIN verdict ON mention = id")
    assert excerpt == "Lindeveer, bel me op •••••••••••, of webcare@lindeveer.example doet het"
    assert "12345678" not in str(reasons)
    assert [one["start"] for one in reasons if one["cue"] == "phone"] == [21]


# --- The endpoint -----------------------------------------------------------------------------------------


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A chat completions service on loopback that calls everything a suggestion; its address and what it was sent."""
    sent: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append(json.loads(body["messages"][1]["content"])["text"])
            content = json.dumps({"kinds": ["suggestion"], "needs": True})
            answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", sent
    server.shutdown()
    server.server_close()


def with_endpoint(monitor: Monitor, url: str) -> Monitor:
    settings = EndpointSettings(url=url, model="klein", i_know_that_texts_leave=True, low=0.0, high=1.0)
    monitor.store.folder.mkdir(parents=True, exist_ok=True)
    endpoint = Endpoint(settings, gate_for(settings, "test"), Budget(monitor.store.folder / "endpoint-sent", 50))
    return replace(monitor, endpoint=endpoint)


def test_an_endpoint_adds_a_kind_and_is_asked_once(tmp_path: Path, service: tuple[str, list[str]]) -> None:
    """A doubtful post is sent masked, once; its guess stands beside what the cues said.

    Neither an ambassador's post nor one that a strong cue has routed leaves.
    """
    url, sent = service
    posts = [
        post(1, "Lindeveer vaart, bel 06-12345678"),
        post(2, COMPLAINT, author=HANDLE),
        post(3, "Lindeveer, ik ben journalist bij de krant"),
    ]
    monitor = with_endpoint(house(tmp_path, *posts), url)
    for _ in range(2):
        collect(monitor, "mastodon", NOW)
    assert sent == ["Lindeveer vaart, bel •••••••••••"]
    kinds = asked(monitor.store, "SELECT kinds, rule FROM verdict WHERE rule <> 'let-stand' ORDER BY rule")
    assert kinds == [(["personal-data", "suggestion"], "personal-data"), (["press"], "press")]


# --- Crisis -----------------------------------------------------------------------------------------------


def test_a_flood_of_complaints_is_one_crisis(tmp_path: Path) -> None:
    """After quiet weeks, many different complaints in an hour from two sources become one case for the lead."""
    quiet = [post(f"q{n}", f"Lindeveer vaart dag {n}", published=NOW - timedelta(days=n)) for n in range(1, 30)]
    monitor = house(tmp_path, *quiet)
    collect(monitor, "mastodon", NOW - timedelta(days=29))
    flood = [post(n, text, published=NOW - timedelta(minutes=5)) for n, text in enumerate(different_complaints())]
    half = len(flood) // 2
    other = Square([replace(one, source="reddit") for one in flood[half:]], name="reddit")
    later = replace(monitor, connectors={"mastodon": Square(flood[:half]), "reddit": other})
    run(later, NOW)
    crisis = asked(later.store, "SELECT id, kind FROM webcare_case WHERE kind = 'crisis'")
    assert len(crisis) == 1
    grouped = asked(later.store, "SELECT count(*) FROM webcare_case WHERE crisis IS NOT NULL")[0][0]
    assert grouped >= 20
    run(later, NOW + timedelta(minutes=10))
    assert asked(later.store, "SELECT count(*) FROM webcare_case WHERE kind = 'crisis'") == [(1,)]


def different_complaints() -> list[str]:
    things = ["app", "pont", "bus", "kaartautomaat", "website", "chauffeur", "halte", "klantenservice"]
    faults = ["werkt niet", "is kapot", "doet het niet", "is waardeloos", "belachelijk slecht vandaag"]
    return [f"Lindeveer {thing} {fault}, nummer {thing[::-1]} {fault[::-1]}" for thing in things for fault in faults]


def test_sentiment_is_of_the_facet_it_was_found_for() -> None:
    """A guess names the facet it is about."""
    assert Sentiment("company", "neutral", 0.5).facet == "company"


# --- What changes later -----------------------------------------------------------------------------------


def joined(monitor: Monitor, posts: list[Post]) -> Monitor:
    return replace(monitor, connectors={"mastodon": Square(posts)})


def test_whoever_joins_stops_being_a_stranger(tmp_path: Path) -> None:
    """Once an author opts in, what is stored of the post is an ambassador's: no name, guess, label or case stays."""
    author = "reiziger_voorbeeld@sociaal.example"
    monitor = house(tmp_path, post(1, COMPLAINT, author=author))
    collect(monitor, "mastodon", NOW)
    (id_,) = asked(monitor.store, "SELECT id FROM mention")[0]
    monitor.store.label([Given(id_, "webcare", "correction", needs=True)], NOW)
    theirs = (Ambassador.model_construct(account=f"mastodon:@{author}"),)
    later = replace(monitor, settings=monitor.settings.model_copy(update={"ambassadors": theirs}))
    run(later, NOW + timedelta(hours=1))
    assert asked(later.store, "SELECT facet, author FROM mention") == [("ambassador", None)]
    assert asked(later.store, "SELECT kinds, reasons, flagged FROM verdict") == [(["other"], [], False)]
    for table in ("sentiment", "label", "case_mention"):
        assert asked(later.store, f"SELECT * FROM {table}") == [], table
    with reader(later.store.folder) as connection:
        assert connection.execute("SELECT * FROM mention").fetchall() == []


def test_edited_words_leave_no_evidence(tmp_path: Path) -> None:
    """After an edit neither earlier verdicts nor guesses hold what the words were."""
    monitor = house(tmp_path, post(1, COMPLAINT))
    collect(monitor, "mastodon", NOW)
    collect(joined(monitor, [post(1, "Lindeveer vaart weer, opgelost")]), "mastodon", NOW + timedelta(hours=1))
    told = asked(monitor.store, "SELECT unnest(reasons).words FROM verdict")
    assert not any("belachelijk" in words or "werkt niet" in words for (words,) in told)
    assert len(asked(monitor.store, "SELECT * FROM sentiment")) == 1
