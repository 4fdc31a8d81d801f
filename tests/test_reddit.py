"""The Reddit connector against a service on loopback: the contract, then what is particular to Reddit."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.reddit import SPACING, Reddit, RedditOptions
from connectors.reddit.posts import About, Child, addresses, child_of
from connectors.reddit.walk import MARGIN, Listing, Span, cursor_of, spans_of, visit_place
from monitor.connector import Page, Tools, Visit
from monitor.demo.reddit_api import Comment, RedditApi, Submission, reddit_api
from monitor.demo.service import Reply, Request, Service
from monitor.errors import ConfigError, Fatal, Retry, Skip, SourceError
from monitor.testing import CANARY, ConnectorContract, Failure

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = datetime(2026, 2, 1, 8, tzinfo=UTC)
PATHS = {
    "r/energie": "/r/energie/new",
    "r/energie/comments": "/r/energie/comments",
    "search: waterveen": "/r/all/search",
}
SECRETS = {"client_id": "demo-client", "client_secret": "demo-secret"}


def submission(number: int, title: str = "Stroom", subreddit: str = "energie", **more: Any) -> Submission:
    at = START + timedelta(minutes=number)
    made = Submission(f"a{number:04}", subreddit, f"{CANARY}_{number}", f"{title} {number}", CANARY, at)
    return replace(made, **more)


def comment(number: int, **more: Any) -> Comment:
    at = START + timedelta(minutes=number)
    made = Comment(f"c{number:04}", "energie", f"{CANARY}_{number}", f"{CANARY} {number}", at, "a0001")
    return replace(made, **more)


def found_by_search(number: int) -> Submission:
    return submission(5000 + number, "Waterveen", "drenthe", at=START + timedelta(minutes=number))


MAKERS: dict[str, Callable[[int], Submission | Comment]] = {
    "r/energie": submission,
    "r/energie/comments": comment,
    "search: waterveen": found_by_search,
}


def name(thing: Submission | Comment) -> str:
    return f"t3_{thing.id}" if isinstance(thing, Submission) else f"t1_{thing.id}"


class RedditWorld:
    """The service with its posts, and a connector that is pointed at it."""

    now = NOW

    def __init__(self, posts: int = 7, page_size: int = 3) -> None:
        self.api: RedditApi = reddit_api([], [], **SECRETS, page_size=page_size)
        self.api.subreddits |= {"energie", "drenthe"}
        self.service = Service(lambda request: self.answer(request))  # noqa: PLW0108 - tests replace the answer
        self.answer: Callable[[Request], Reply] = self.api
        self.options: dict[str, Any] = {
            "subreddits": ("energie",),
            "search": ("waterveen",),
            "approval_ref": "RB-7",
        }
        self.secrets: dict[str, str] = dict(SECRETS)
        self._count = dict.fromkeys(PATHS, 0)
        for place in PATHS:
            self.publish(place, posts)

    def connector(self, **tools: Any) -> Reddit:
        secrets = {key: SecretStr(value) for key, value in self.secrets.items()}
        made = Tools(user_agent="mention-monitor/0.1 (tests)", secret=secrets.get, loopback=True)
        return Reddit(RedditOptions(api=self.service.url, **self.options), replace(made, **tools))

    def keys(self, place: str) -> list[str]:
        return [name(MAKERS[place](number)) for number in range(1, self._count[place] + 1)]

    def publish(self, place: str, count: int) -> list[str]:
        made = [MAKERS[place](self._count[place] + step) for step in range(1, count + 1)]
        self._count[place] += count
        self.api.submissions += [thing for thing in made if isinstance(thing, Submission)]
        self.api.comments += [thing for thing in made if isinstance(thing, Comment)]
        return [name(thing) for thing in made]

    def fail(self, place: str | None, how: Failure) -> None:
        self.service.fail(how, lambda request: place is None or request.path.rstrip("/") == PATHS[place])

    def heal(self) -> None:
        self.service.heal()


@pytest.fixture
def world() -> Iterator[RedditWorld]:
    made = RedditWorld()
    with made.service:
        yield made


class TestReddit(ConnectorContract):
    @pytest.fixture
    def world(self) -> Iterator[RedditWorld]:
        made = RedditWorld()
        with made.service:
            yield made


def visited(world: RedditWorld, *places: str, connector: Reddit | None = None, **visit: Any) -> list[Page]:
    """All pages of one visit to `places` without cursors, unless `cursors` gives them."""
    made = connector or world.connector()
    cursors = visit.pop("cursors", dict.fromkeys(places or made.places()))
    return list(made.fetch(Visit(now=NOW, cursors=cursors, **visit)))


def keys(pages: list[Page]) -> list[str]:
    return [post.key for page in pages for post in page.posts]


def problem_of(world: RedditWorld, *places: str) -> SourceError:
    """The one thing that a visit complains of, raised or in a page."""
    try:
        (problem,) = [page.problem for page in visited(world, *places) if page.problem]
    except SourceError as error:
        return error
    return problem


def listings(world: RedditWorld) -> list[Request]:
    return [request for request in world.service.requests if request.method == "GET"]


def changed(world: RedditWorld, change: Callable[[Request, Reply], Reply]) -> None:
    """Let `change` have the last word about each answer to a listing."""
    answer = world.answer
    world.answer = lambda request: change(request, answer(request)) if request.method == "GET" else answer(request)


def raw(**changes: Any) -> dict[str, Any]:
    data = {"name": "t3_a1", "author": "someone", "title": "Stroom", "selftext": "weg", "created_utc": 1.7e9}
    return {"kind": "t3", "data": data | {"permalink": "/r/energie/comments/a1/stroom/"} | changes}


def read(child: object) -> Child:
    return child_of(child, About("r/energie", "timeline", addresses(("u/Waterveen", "@x@y.example"))))


class TestFailures:
    @pytest.mark.parametrize(
        ("how", "error", "kind"),
        [
            ("401", Fatal, "credentials"),
            ("403", Fatal, "forbidden"),
            ("404", Skip, "not-found"),
            ("429", Retry, "rate-limit"),
            ("500", Retry, "server"),
            ("503", Retry, "server"),
            ("html", Retry, "malformed"),
            ("cut", Retry, "network"),
            ("reset", Retry, "network"),
            ("302", Fatal, "malformed"),
        ],
    )
    def test_a_failing_host(self, world, how, error, kind):
        """When the sign-in fails the whole source fails, after one request."""
        world.fail(None, how)
        with pytest.raises(error) as raised:
            visited(world)
        assert (raised.value.kind, raised.value.place) == (kind, "reddit")
        assert len(world.service.requests) == 1

    @pytest.mark.parametrize(
        ("how", "error", "kind", "requests"),
        [
            ("401", Fatal, "credentials", 1),
            ("403", Fatal, "forbidden", 1),
            ("451", Fatal, "forbidden", 1),
            ("404", Skip, "not-found", 1),
            ("302", Skip, "not-found", 1),
            ("400", Skip, "malformed", 1),
            ("409", Skip, "malformed", 1),
            ("429", Retry, "rate-limit", 1),
            ("500", Retry, "server", 1),
            ("503", Retry, "server", 1),
            ("204", Skip, "malformed", 1),
            ("html", Skip, "malformed", 1),
            ("cut", Retry, "network", 3),
            ("reset", Retry, "network", 3),
        ],
    )
    def test_a_failing_place(self, world, how, error, kind, requests):
        """One place's failure is its own, costs three requests at most and never a sleep of prawcore's."""
        world.fail("r/energie", how)
        problem = problem_of(world, "r/energie")
        assert (type(problem), problem.kind, problem.place) == (error, kind, "r/energie")
        assert len(listings(world)) == requests

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"x"',
            b"{}",
            b'{"data": 1}',
            b'{"data": {"children": {}}}',
            b"[" * 200_000,
            b"\xff",
        ],
    )
    def test_answers_that_are_no_listing(self, world, body):
        """Whatever PRAW makes of an odd answer, it ends as Skip: malformed."""
        changed(world, lambda request, reply: replace(reply, body=body))
        problem = problem_of(world, "r/energie")
        assert (type(problem), problem.kind) == (Skip, "malformed")

    @pytest.mark.parametrize(
        "payload",
        [
            {},
            [],
            {"access_token": 7, "expires_in": 1, "scope": "*"},
            {"access_token": "x", "expires_in": "soon"},
        ],
    )
    def test_odd_tokens(self, world, payload):
        """A sign-in that answers without a usable token is worth another try, later."""
        world.answer = lambda request: Reply(200, json.dumps(payload).encode())
        with pytest.raises(Retry, match="sign-in") as raised:
            visited(world)
        assert raised.value.kind == "malformed"

    def test_wrong_secret(self, world):
        """A wrong secret stops the source at once and names the two variables."""
        world.secrets["client_secret"] = "wrong"
        with pytest.raises(Fatal, match="MONITOR_REDDIT_CLIENT_SECRET") as raised:
            visited(world)
        assert (raised.value.kind, len(world.service.requests)) == ("credentials", 1)

    def test_sign_in_is_not_led_elsewhere(self, world):
        """A redirected sign-in is refused: the client secret goes nowhere else."""
        world.answer = lambda request: Reply(307, b"", {"Location": "/elders"})
        assert problem_of(world).kind == "malformed"
        assert len(world.service.requests) == 1

    def test_three_places_in_a_row(self, world):
        """When three places in a row fail as a host does, the others are left alone."""
        world.options["subreddits"] = ("energie", "drenthe", "groningen", "friesland")
        world.service.fail("500", lambda request: request.method == "GET")
        with pytest.raises(Retry) as raised:
            visited(world)
        assert (raised.value.place, len(listings(world))) == ("reddit", 3)

    def test_private_subreddits_are_no_host_failure(self, world):
        """Four private subreddits do not stop the search."""
        world.options |= {"subreddits": ("energie", "drenthe", "groningen", "friesland"), "comments": False}
        world.service.fail("403", lambda request: request.path.endswith("/new"))
        pages = visited(world)
        assert [page.problem.kind for page in pages if page.problem] == ["forbidden"] * 4
        assert keys(pages) == world.keys("search: waterveen")

    def test_posts_before_a_failure_are_kept(self, world):
        """What came before a failure is handed over, and the rest comes with the next visit."""
        world.service.fail("500", lambda request: request.query.get("after") == "t3_a0002")
        pages = visited(world, "r/energie")
        assert keys(pages) == world.keys("r/energie")[1:]
        assert isinstance(pages[-1].problem, Retry)
        world.heal()
        assert world.keys("r/energie")[0] in keys(visited(world, cursors={"r/energie": pages[-2].cursor}))

    def test_unknown_subreddit(self, world):
        """A subreddit that does not exist leads to Reddit's search page and is skipped."""
        world.options["subreddits"] = ("nergens",)
        assert problem_of(world, "r/nergens").kind == "not-found"


class TestLimits:
    @pytest.fixture(autouse=True)
    def _no_sleep(self, monkeypatch):
        def refuse(seconds):
            pytest.fail(f"something slept {seconds} s")

        monkeypatch.setattr("prawcore.rate_limit.time.sleep", refuse)

    @pytest.mark.parametrize(
        "limits",
        [
            {"remaining": "50", "used": "950", "reset": "86400"},
            {"remaining": "soon", "used": "x", "reset": "y"},
            {"remaining": "10"},
            {"remaining": "nan", "reset": "inf"},
        ],
    )
    def test_no_pacing_by_headers(self, world, limits):
        """prawcore never sleeps on, nor stumbles over, what the headers say."""
        world.api.limits = limits
        assert keys(visited(world, "r/energie")) == world.keys("r/energie")

    @pytest.mark.parametrize(
        ("limits", "seconds"),
        [
            ({"remaining": "0.0", "used": "996", "reset": "321"}, 321.0),
            ({"remaining": "0", "reset": "86400"}, 86400.0),
            ({"remaining": "0", "reset": "9" * 20}, 86400.0),
            ({"remaining": "-3", "reset": "-1"}, 0.0),
            ({"remaining": "0"}, None),
            ({"remaining": "0", "reset": "nan"}, None),
        ],
    )
    def test_nothing_left(self, world, limits, seconds):
        """When nothing remains the source says when to come back; what it gave is handed over first."""
        world.api.limits = limits
        pages = []
        with pytest.raises(Retry) as raised:
            pages.extend(world.connector().fetch(Visit(NOW, {"r/energie": None})))
        assert (raised.value.kind, raised.value.place, raised.value.seconds) == (
            "rate-limit",
            "reddit",
            seconds,
        )
        assert len(listings(world)) == 1

    def test_pages_before_the_limit(self, world):
        """The posts that came with the last allowed answer are not lost."""
        world.api.limits = {"remaining": "0", "reset": "60"}
        pages = world.connector().fetch(Visit(NOW, {"r/energie": None}))
        assert keys([next(pages)]) == world.keys("r/energie")[-3:]
        with pytest.raises(Retry):
            next(pages)

    @pytest.mark.parametrize(
        ("value", "seconds"), [("120", 120.0), ("Mon, 02 Mar 2026 12:05:00 GMT", 300.0), ("1e9", None)]
    )
    def test_retry_after(self, world, value, seconds):
        """Retry-After is kept in all its forms; since limits are per client, it stops the whole source."""
        changed(world, lambda request, reply: Reply(429, b"{}", {"Retry-After": value}))
        with pytest.raises(Retry) as raised:
            visited(world)
        assert (raised.value.kind, raised.value.seconds) == ("rate-limit", seconds)
        assert len(listings(world)) == (1 if seconds else 3)

    def test_sixty_a_minute(self, world, monkeypatch):
        """Every request, the sign-in too, waits for its turn; turns are a second apart."""
        turns = []
        monkeypatch.setattr("monitor.fetch.politeness.Spacing.wait", lambda spacing, host: turns.append(host))
        visited(world)
        assert turns == ["reddit"] * len(world.service.requests)
        assert SPACING * 60 >= 60


class TestPosts:
    def test_submission(self, world):
        """A submission's key, address, time, author and text are Reddit's own, unchanged."""
        world.api.submissions = [submission(1, selftext="Veel *last* &amp; <b>", url="https://nieuws.example/a")]
        (post,) = [post for page in visited(world, "r/energie") for post in page.posts]
        assert (post.key, post.type, post.found, post.markup) == ("t3_a0001", "post", "timeline", "text")
        assert post.url == "https://www.reddit.com/r/energie/comments/a0001/stroom_1/"
        assert (post.published, post.author) == (START + timedelta(minutes=1), f"{CANARY}_1")
        assert (post.title, post.body) == ("Stroom 1", "Veel *last* &amp; <b>")

    @pytest.mark.parametrize(
        ("told", "tags", "links"),
        [
            ({}, (), ()),
            ({"link_flair_text": "Storing :bliksem:"}, ("Storing :bliksem:",), ()),
            ({"link_flair_text": " "}, (), ()),
            ({"link_flair_text": ["Storing"]}, (), ()),
            ({"url": "https://nieuws.example/a?b=1", "is_self": False}, (), ("https://nieuws.example/a?b=1",)),
            ({"url": "https://nieuws.example/a", "is_self": True}, (), ()),
            ({"url": "https://www.reddit.com/gallery/a1"}, (), ()),
            ({"url": "https://Reddit.com./r/energie/"}, (), ()),
            ({"url": "https://i.redd.it/a.png"}, (), ()),
            ({"url": "https://nietreddit.com/a"}, (), ("https://nietreddit.com/a",)),
            ({"url": "/r/energie/comments/b2/"}, (), ()),
            ({"url": "javascript:alert(1)"}, (), ()),
            ({"url": "https://[x"}, (), ()),
            ({"url": "https://"}, (), ()),
            ({"url": 7}, (), ()),
            ({"url": "/r/b", "crosspost_parent_list": [{"url": "https://nieuws.example/a"}]}, (), ("https://nieuws.example/a",)),
            ({"crosspost_parent_list": [{"url": "https://nieuws.example/a", "is_self": True}]}, (), ()),
            ({"crosspost_parent_list": [None, 7, {"url": None}]}, (), ()),
            ({"crosspost_parent_list": "https://nieuws.example/a"}, (), ()),
        ],
    )  # fmt: skip
    def test_flair_and_link(self, told, tags, links):
        """Flair is a tag, and where a link post or the one it passes on leads outside Reddit is a link."""
        post = read(raw(**told)).post
        assert (post.tags, post.links) == (tags, links)

    def test_the_link_of_a_comment_is_its_submissions(self):
        """A comment has neither flair nor link of its own."""
        data = raw()["data"] | {
            "name": "t1_c1",
            "body": "y",
            "url": "https://nieuws.example/a",
            "link_flair_text": "Storing",
        }
        post = read({"kind": "t1", "data": data}).post
        assert (post.tags, post.links) == ((), ())

    def test_comment(self, world):
        """A comment has a body and no title, and its own address."""
        (post, *_) = [post for page in visited(world, "r/energie/comments") for post in page.posts]
        assert (post.key, post.type, post.title, post.body) == ("t1_c0001", "comment", "", f"{CANARY} 1")
        assert post.url == "https://www.reddit.com/r/energie/comments/a0001/stroom_1/c0001/"

    def test_deleted(self, world):
        """Deleted and removed posts are counted and not handed over."""
        world.api.submissions += [submission(800, author=None), submission(801, removed=True)]
        world.api.comments += [comment(800, author=None), comment(801, removed=True)]
        pages = visited(world, "r/energie", "r/energie/comments")
        assert keys(pages) == world.keys("r/energie") + world.keys("r/energie/comments")
        assert [dict(page.skipped) for page in pages if page.skipped] == [{"deleted": 2}, {"deleted": 2}]

    @pytest.mark.parametrize(
        ("child", "reason"),
        [
            (raw(author=None), "deleted"),
            (raw(author="[deleted]"), "deleted"),
            (raw(selftext="[removed]"), "deleted"),
            (raw(title="[deleted by user]"), "deleted"),
            (raw(title="[ Removed by Reddit ]"), "deleted"),
            (raw(removed_by_category="automod_filtered"), "deleted"),
            (raw(removed_by_category=None), ""),
            (raw(title="Re: [removed]"), ""),
            (raw(over_18=True, quarantine=True), ""),
            (raw(crosspost_parent="t3_b2", crosspost_parent_list=[{}]), ""),
            (raw(name="t1_a1"), "unreadable"),
            (raw(name="a1"), "unreadable"),
            (raw(name=7), "unreadable"),
            (raw(created_utc="gisteren"), "unreadable"),
            (raw(created_utc=True), "unreadable"),
            (raw(created_utc=float("nan")), "unreadable"),
            (raw(created_utc=1e300), "unreadable"),
            (raw(created_utc=10**400), "unreadable"),
            (raw(permalink="@elders.example/"), "unreadable"),
            (raw(permalink="//elders.example/"), "unreadable"),
            (raw(permalink=None), "unreadable"),
            (raw(selftext=None), "unreadable"),
            (raw(title=["x"]), "unreadable"),
            (raw(author={}), "unreadable"),
            ({"kind": "more", "data": {}}, "unreadable"),
            ({"kind": [], "data": {}}, "unreadable"),
            ({"kind": "t3"}, "unreadable"),
            ("t3", "unreadable"),
            (None, "unreadable"),
        ],
    )
    def test_what_is_left_out(self, child, reason):
        """Gone is "deleted", strange is "unreadable", everything else is a post."""
        left = read(child)
        assert (left.left_out, left.post is None) == (reason, reason != "")

    def test_one_odd_child(self, world):
        """One odd entry is counted and spoils neither its page nor its place."""

        def change(request: Request, reply: Reply) -> Reply:
            answer = json.loads(reply.body)
            answer["data"]["children"].insert(1, {"kind": "t3", "data": {"replies": None}})
            return replace(reply, body=json.dumps(answer).encode())

        changed(world, change)
        pages = visited(world, "r/energie")
        assert keys(pages) == world.keys("r/energie")
        assert pages[0].skipped == {"unreadable": 3}

    def test_old_comment(self):
        """A comment of before 2018 has no permalink and gets its address from its submission."""
        data = {"name": "t1_c1", "author": "x", "body": "y", "created_utc": 1.2e9}
        child = {"kind": "t1", "data": data | {"subreddit": "energie", "link_id": "t3_a1"}}
        assert read(child).post.url == "https://www.reddit.com/r/energie/comments/a1/_/c1/"

    @pytest.mark.parametrize(
        ("text", "speaks_to_us"),
        [
            ("hoi u/waterveen, storing?", True),
            ("/u/WATERVEEN!", True),
            ("(u/Waterveen)", True),
            ("u/waterveen_fan", False),
            ("u/waterveen-nl", False),
            ("du/waterveen", False),
            ("https://reddit.com/u/waterveen", False),
            ("waterveen", False),
            ("@x@y.example", False),
        ],
    )
    def test_addressed(self, text, speaks_to_us):
        """A post is addressed to us when it names one of our accounts as a whole word, in any case."""
        assert read(raw(selftext=text)).post.addressed is speaks_to_us

    def test_no_accounts(self):
        """Without accounts nothing is addressed."""
        assert addresses(())("u/waterveen") is False

    @settings(max_examples=60, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from([*raw()["data"]]), some),
            max_leaves=8,
        ),
        st.sampled_from(["t1", "t3", "more"]),
    )
    def test_reading_never_raises(self, data, kind):
        """Law: any JSON at all is a post or left out with a reason."""
        child = read({"kind": kind, "data": data})
        assert (child.post is None) == (child.left_out != "")

    def test_loose_search(self, world):
        """Reddit's search returns posts without the word; they are handed over, the matcher decides."""
        world.api.submissions += [submission(900, "Waterschap", "drenthe")]
        pages = visited(world, "search: waterveen")
        assert keys(pages)[-1] == "t3_a0900"
        assert {post.found for page in pages for post in page.posts} == {"search"}


class TestCoverage:
    """Nothing that Reddit still lists is missed, whatever stops a visit."""

    def test_gap_after_the_page_limit(self, world):
        """What a page limit left is fetched by `after=`, from where the last visit stopped."""
        world.publish("r/energie", 20)
        first = visited(world, "r/energie", pages=2)
        assert keys(first) == world.keys("r/energie")[-6:]
        world.service.requests.clear()
        second = visited(world, cursors={"r/energie": first[-1].cursor}, pages=2)
        assert [request.query.get("after") for request in listings(world)] == ["t3_a0022", "t3_a0019"]
        assert keys(second) == world.keys("r/energie")[-12:-6]

    def test_new_posts_after_a_gap(self, world):
        """A gap is closed first, then the posts that came meanwhile follow, oldest first."""
        first = visited(world, "r/energie", pages=2)
        fresh = world.publish("r/energie", 2)
        second = visited(world, cursors={"r/energie": first[-1].cursor})
        assert keys(second)[0] == world.keys("r/energie")[0]
        assert keys(second)[-2:] == fresh

    def test_deleted_anchor(self):
        """When the post at which a visit stopped is deleted, its neighbour stands in for it."""
        world = RedditWorld(200, 20)
        with world.service:
            first = visited(world, "r/energie", pages=2)
            world.api.submissions = [each for each in world.api.submissions if each.id != "a0161"]
            second = visited(world, cursors={"r/energie": first[-1].cursor})
        assert {*keys(first), *keys(second)} == {*world.keys("r/energie")}

    def test_one_failure_is_enough(self, world):
        """A place that fails while its gap is read is not asked for anything else in that visit."""
        first = visited(world, "r/energie", pages=1)
        world.fail("r/energie", "500")
        world.service.requests.clear()
        (page,) = visited(world, cursors={"r/energie": first[-1].cursor})
        assert (page.posts, page.cursor, page.problem.kind) == ((), None, "server")
        assert len(listings(world)) == 1

    def test_same_second(self, world):
        """Posts of the same second come in the order of the listing, oldest first."""
        world.api.submissions = [submission(number, at=START) for number in (3, 2, 1)]
        assert keys(visited(world, "r/energie")) == ["t3_a0001", "t3_a0002", "t3_a0003"]

    def test_all_anchors_deleted(self):
        """When the neighbours are deleted too, the next walk from the top goes down to the gap's floor."""
        world = RedditWorld(200, 20)
        with world.service:
            first = visited(world, "r/energie", pages=2)
            gone = ("a0161", "a0162", "a0163")
            world.api.submissions = [each for each in world.api.submissions if each.id not in gone]
            second = visited(world, cursors={"r/energie": first[-1].cursor})
        assert {*keys(first), *keys(second)} == {*world.keys("r/energie")}

    def test_stopped_within_a_gap(self):
        """A visit that is stopped while it hands a gap over leaves the rest of the gap to the next."""
        world = RedditWorld(200, 20)
        with world.service:
            first = visited(world, "r/energie", pages=2)
            stopped = visited(world, cursors={"r/energie": first[-1].cursor})[:1]
            last = visited(world, cursors={"r/energie": stopped[-1].cursor})
        assert {*keys(first), *keys(stopped), *keys(last)} == {*world.keys("r/energie")}

    def test_gap_that_reddit_cut_off(self, world):
        """A gap whose lower end Reddit no longer lists is noted."""
        cursor = cursor_of([Span(("t3_a0006",), START.timestamp()), Span((), NOW.timestamp())])
        pages = visited(world, cursors={"r/energie": cursor})
        assert ["visit it more often" in note for note in pages[0].notes] == [True]

    def test_thousand(self):
        """When more than Reddit lists came since the last visit, the page says that posts are missing."""
        world = RedditWorld(0, 100)
        world.api.submissions = [submission(number) for number in range(1, 1101)]
        seen = cursor_of([Span((), submission(50).at.timestamp())])
        with world.service:
            pages = visited(world, cursors={"r/energie": seen})
            again = visited(world, cursors={"r/energie": pages[-1].cursor})
        assert keys(pages) == [f"t3_a{number:04}" for number in range(101, 1101)]
        assert "1,000" in pages[0].notes[0]
        assert keys(again) == [f"t3_a{number:04}" for number in range(1051, 1101)]
        assert again[0].notes == ()

    def test_no_alarm(self):
        """Many new posts are no reason for a note when those of the last visit were met."""
        world = RedditWorld(400, 100)
        with world.service:
            pages = visited(world, cursors={"r/energie": cursor_of([Span((), submission(100).at.timestamp())])})
        assert keys(pages) == world.keys("r/energie")[50:]
        assert pages[0].notes == ()

    def test_overlap_is_small(self):
        """A second visit asks once and repeats `MARGIN` posts, no more."""
        world = RedditWorld(200, 100)
        with world.service:
            first = visited(world, "r/energie")
            world.service.requests.clear()
            second = visited(world, cursors={"r/energie": first[-1].cursor})
        assert keys(second) == world.keys("r/energie")[-MARGIN:]
        assert len(listings(world)) == 1

    def test_late_approval(self, world):
        """A post that moderators approve late appears at its old date and is found."""
        first = visited(world, "r/energie")
        world.api.submissions.append(submission(9000, at=START + timedelta(minutes=3, seconds=30)))
        assert "t3_a9000" in keys(visited(world, cursors={"r/energie": first[-1].cursor}))

    def test_date_in_the_future(self, world):
        """A post dated in the future does not hide the posts of the days until then."""
        world.api.submissions.append(submission(9000, at=NOW + timedelta(days=400)))
        first = visited(world, "r/energie")
        fresh = [submission(number, at=NOW + timedelta(minutes=number)) for number in range(8000, 8080)]
        world.api.submissions += fresh
        found = keys(visited(world, cursors={"r/energie": first[-1].cursor}))
        assert {*found} >= {name(each) for each in fresh}

    def test_full(self):
        """A full visit asks for everything, whatever the cursor says."""
        world = RedditWorld(120, 100)
        with world.service:
            first = visited(world, "r/energie")
            again = visited(world, cursors={"r/energie": first[-1].cursor}, full=True)
        assert keys(again) == world.keys("r/energie")

    def test_empty_place(self, world):
        """A place without posts gives one empty page with a cursor."""
        world.api.submissions = []
        (page,) = visited(world, "r/energie")
        assert (page.posts, page.problem, spans_of(page.cursor)) == ((), None, (Span(),))

    def test_cursors_keep_silent(self, world):
        """A cursor holds fullnames and times, no text and no author."""
        pages = visited(world, pages=1)
        assert [page.cursor for page in pages if CANARY in (page.cursor or "")] == []
        assert json.loads(pages[0].cursor)[0][0][0] == "t3_a0005"

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "7", "[]", "{}", "[[1]]", '[[["a"],"x"]]', '[[["t3_a"],0]]', "[[[],1e999]]", "[[[],null]]"],
    )
    def test_unreadable_cursor(self, cursor):
        """A cursor that cannot be read starts anew: doubles are cheap, gaps are not."""
        assert spans_of(cursor) == (Span(),)

    def test_large_answers(self, world):
        """Where a hundred posts are larger than the gate allows, fewer are asked for at once."""

        def change(request: Request, reply: Reply) -> Reply:
            return replace(reply, body=b" " * 2_500_000) if int(request.query["limit"]) > 10 else reply

        changed(world, change)
        assert keys(visited(world, "r/energie")) == world.keys("r/energie")

    @settings(max_examples=50, deadline=None)
    @given(st.data())
    def test_nothing_is_missed(self, data):
        """Law: over visits of any length, stopped anywhere, with deletions, every living post is handed over."""
        site = Site()
        cursor, seen = None, set()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("connectors.reddit.walk.MARGIN", 3)  # a wide one would cover small mistakes
            for _ in range(data.draw(st.integers(1, 5))):
                site.post(data.draw(st.integers(0, 30)))
                pages = site.visit(cursor, pages=data.draw(st.integers(1, 4)), fails=data.draw(st.integers(1, 9)))
                pages = pages[: data.draw(st.integers(0, len(pages)))]
                times = [post.published for page in pages for post in page.posts]
                assert times == sorted(times)
                seen |= {*keys(pages)}
                cursor = pages[-1].cursor if pages else cursor
                site.delete(
                    *[anchor for span in spans_of(cursor) for anchor in span.anchors[: data.draw(st.integers(0, 3))]]
                )
            for _ in range(40):
                pages = site.visit(cursor, pages=3, fails=99)
                assert len(pages) <= 3
                seen |= {*keys(pages)}
                cursor = pages[-1].cursor
        assert {*site.names} <= seen
        assert len(spans_of(cursor)) == 1


class Site:
    """A listing in memory: ten posts to a page, two posts a second."""

    def __init__(self) -> None:
        self.names: list[str] = ["t3_0"]
        self._made = 0

    def post(self, count: int) -> None:
        self.names += [f"t3_{self._made + step}" for step in range(1, count + 1)]
        self._made += count

    def delete(self, *names: str) -> None:
        self.names = [name for name in self.names if name not in names]

    def ask(self, after: str | None, limit: int) -> Listing:
        newest = self.names[::-1]
        if after and after not in newest:
            return Listing((), None)
        start = newest.index(after) + 1 if after else 0
        shown = newest[start : start + 10]
        return Listing(tuple(map(self._child, shown)), shown[-1] if start + 10 < len(newest) else None)

    def visit(self, cursor: str | None, *, pages: int, fails: int) -> list[Page]:
        asks = iter(range(pages))
        tries = iter(range(1, fails))

        def ask(after: str | None, limit: int) -> Listing:
            if next(tries, None) is None:
                raise Retry("server", "r/x", "down")
            return self.ask(after, limit)

        made, _ = visit_place("r/x", spans_of(cursor), ask, lambda: next(asks, None) is not None, NOW.timestamp())
        return made

    def _child(self, key: str) -> Child:
        return read(raw(name=key, created_utc=1.7e9 + int(key[3:]) // 2))


class TestSettings:
    def test_places(self, world):
        """A subreddit is two places, or one without comments; names are cleaned and doubles dropped."""
        options = {"subreddits": ("r/Energie", "energie", "/r/drenthe/"), "search": (" a  b ", "a b")}
        assert Reddit(RedditOptions(**options), Tools("x", {}.get)).places() == [
            "r/energie",
            "r/energie/comments",
            "r/drenthe",
            "r/drenthe/comments",
            "search: a b",
        ]
        assert Reddit(RedditOptions(subreddits=("energie",), comments=False), Tools("x", {}.get)).places() == [
            "r/energie"
        ]

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"subreddits": ("a+b",)}, "one by one"),
            ({"subreddits": ("",)}, "no name"),
            ({"subreddits": ("all",)}, "no single subreddit"),
            ({"subreddits": ("u_someone",)}, "people are not followed"),
            ({"search": (" ",)}, "1 to 512"),
            ({"api": "ftp://x.example"}, "api"),
            ({"users": ("someone",)}, "Extra inputs"),
        ],
    )
    def test_refused_options(self, options, words):
        """What would follow a person, or be no place at all, is refused with the reason."""
        with pytest.raises(ValidationError, match=words):
            RedditOptions(**options)

    @pytest.mark.parametrize(
        "text",
        [
            "author:iemand stroom",
            "stroom Author : iemand",
            "user:iemand",
            "u/iemand",
            "stroom /u/iemand",
            "user/iemand",
            "subreddit:u_iemand",
        ],
    )
    def test_people_are_not_searched_for(self, text):
        """A search for a person is refused with the reason, and does not repeat the name."""
        with pytest.raises(ValidationError, match="people are not searched for") as caught:
            RedditOptions(search=("stroom", text))
        assert "iemand" not in caught.value.errors()[0]["msg"]

    @pytest.mark.parametrize("text", ["author stroom", "edu/stroom", "menu_kaart", "superuser", "title:stroom"])
    def test_subjects_are_searched_for(self, text):
        """A text about a subject passes, also where it looks a little like a person."""
        assert RedditOptions(search=(text,)).search == (text,)

    def test_api_needs_loopback(self):
        """Another endpoint is for the demo: elsewhere it would receive the client secret."""
        with pytest.raises(ConfigError, match=r"\[sources.reddit\] api"):
            Reddit(RedditOptions(api="https://elders.example"), Tools("x", {}.get))

    @pytest.mark.parametrize(
        ("absent", "line"),
        [
            ("client_id", "MONITOR_REDDIT_CLIENT_ID is not set"),
            ("client_secret", "MONITOR_REDDIT_CLIENT_SECRET is not set"),
            ("approval_ref", "approval_ref is not set"),
        ],
    )
    def test_missing(self, world, absent, line):
        """Each thing that is absent is one line, and no request is made without it."""
        (world.options if absent == "approval_ref" else world.secrets)[absent] = " "
        assert [line in told for told in world.connector().missing()] == [True]
        with pytest.raises(Fatal, match=line):
            visited(world)
        assert world.service.requests == []

    def test_nothing_to_visit(self, world):
        """Neither subreddit nor search: said, not silently empty."""
        world.options |= {"subreddits": (), "search": ()}
        assert ["subreddits: name one" in line for line in world.connector().missing()] == [True]

    def test_nothing_is_missing(self, world):
        """With both secrets and the approval there is nothing to say."""
        assert world.connector().missing() == []

    def test_planted_praw_ini(self, world, tmp_path: Path, monkeypatch):
        """Beside a praw.ini nothing starts: it could send the client secret to its own host."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "praw.ini").write_text("[DEFAULT]\noauth_url=http://elders.example\n")
        assert ["praw.ini" in line for line in world.connector().missing()] == [True]
        with pytest.raises(Fatal, match=r"praw\.ini"):
            visited(world)
        assert world.service.requests == []

    def test_environment_is_not_heeded(self, world, monkeypatch):
        """PRAW's own variables change neither the sign-in nor the place it goes to."""
        for key in ("username", "password", "refresh_token", "client_id", "site", "oauth_url"):
            monkeypatch.setenv(f"praw_{key}", "elders")
        monkeypatch.setenv("HTTP_PROXY", "http://elders.example")
        visited(world)
        assert b"grant_type=client_credentials" in world.service.requests[0].body

    def test_praw_that_cannot_start(self, world, tmp_path: Path, monkeypatch):
        """A damaged praw.ini of the user ends as Fatal with the cure."""
        (tmp_path / "praw.ini").write_text(CANARY)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setattr("praw.config.Config.CONFIG", None)
        with pytest.raises(Fatal, match=r"damaged praw\.ini") as raised:
            visited(world)
        assert CANARY not in str(raised.value)

    def test_what_is_asked(self, world):
        """Only listings are asked, by name, read-only, as who we are; never a person's page."""
        visited(world)
        sign_in, *asked = world.service.requests
        assert (sign_in.method, sign_in.path) == ("POST", "/api/v1/access_token")
        assert {request.path for request in asked} == {*PATHS.values()}
        assert {request.query["raw_json"] for request in asked} == {"1"}
        assert {(request.query["q"], request.query["sort"]) for request in asked if "q" in request.query} == {
            ("waterveen", "new")
        }
        assert all("mention-monitor" in request.headers["user-agent"] for request in world.service.requests)

    def test_unknown_place(self, world):
        """A place that the settings no longer name is not visited."""
        assert visited(world, "r/elders") == []
        assert world.service.requests == []


class TestService:
    """The service answers as Reddit does: PRAW itself reads it, without our connector."""

    @pytest.fixture
    def reddit(self, world):
        import praw

        with praw.Reddit(
            **SECRETS,
            user_agent="tests of the demo",
            oauth_url=world.service.url,
            reddit_url=world.service.url,
        ) as made:
            yield made

    def test_listings(self, world, reddit):
        """PRAW pages through submissions, comments and search by itself."""
        energie = reddit.subreddit("energie")
        assert [thing.fullname for thing in energie.new(limit=None)] == world.keys("r/energie")[::-1]
        assert [thing.fullname for thing in energie.comments(limit=5)] == world.keys("r/energie/comments")[:1:-1]
        found = [thing.fullname for thing in reddit.subreddit("all").search("waterveen", sort="new")]
        assert found == world.keys("search: waterveen")[::-1]

    def test_info(self, world, reddit):
        """PRAW looks fullnames up; deleted ones have lost author and text, unknown ones are left out."""
        world.api.submissions += [submission(700, author=None), submission(701, removed=True)]
        things = list(reddit.info(fullnames=["t3_a0700", "t1_c0001", "t3_zzz", "t3_a0701"]))
        assert [thing.fullname for thing in things] == ["t3_a0700", "t1_c0001", "t3_a0701"]
        assert [thing.author for thing in things[::2]] == [None, None]
        assert [(thing.selftext, thing.removed_by_category) for thing in things[::2]] == [
            ("[deleted]", "deleted"),
            ("[removed]", "moderator"),
        ]

    def test_before(self, world, reddit):
        """`before=` pages towards the newer posts."""
        things = reddit.subreddit("energie").new(limit=2, params={"before": "t3_a0003"})
        assert [thing.fullname for thing in things] == ["t3_a0005", "t3_a0004"]

    def test_several_subreddits(self, world, reddit):
        """Subreddits joined by a plus are one listing."""
        assert len(list(reddit.subreddit("energie+drenthe").new(limit=None))) == 14

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (Request("GET", "/r/energie/new", {}, {}), 401),
            (Request("POST", "/api/v1/access_token", {}, {}), 401),
            (Request("GET", "/user/someone", {}, {"authorization": "bearer demo-token"}), 404),
            (Request("GET", "/r/nergens/new", {}, {"authorization": "bearer demo-token"}), 302),
        ],
    )
    def test_refusals(self, world, request_, status):
        """Without a token, with a person's page or an unknown subreddit it answers as Reddit."""
        assert world.api(request_).status == status

    def test_other_grants(self, world):
        """Reddit answers 200 with an error to a grant it does not offer."""
        login = world.api._login
        reply = world.api(Request("POST", "/api/v1/access_token", {}, {"authorization": login}, b"grant_type=password"))
        assert (reply.status, json.loads(reply.body)) == (200, {"error": "unsupported_grant_type"})

    def test_entities(self, world):
        """Without raw_json=1 texts come with entities."""
        world.api.submissions = [submission(1, "A & <b>")]
        reply = world.api(Request("GET", "/r/energie/new", {}, {"authorization": "bearer demo-token"}))
        assert json.loads(reply.body)["data"]["children"][0]["data"]["title"] == "A &amp; &lt;b&gt; 1"
