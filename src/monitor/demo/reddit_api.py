"""A Reddit API on loopback that answers in Reddit's own formats, so that real PRAW signs in and reads.

    api = reddit_api(submissions, comments, client_id="id", client_secret="secret")
    with Service(api) as service: ...            # POST /api/v1/access_token, then
                                                 # /r/{a+b}/new, /r/{a+b}/comments, /r/{a}/search, /api/info

Listings are newest first, 100 a page and 1,000 in all at most; `after=` a post that is not listed answers
with nothing, as Reddit does; the search is loose: one word of the question is enough.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from monitor.demo.service import Reply, Request

CAP = 1000
_SITE = "https://www.reddit.com"
_TOKEN = "demo-token"  # noqa: S105 - opens nothing but this service
# What Reddit sends beside the post itself, in Reddit's own notation.
_COMMON: dict[str, Any] = json.loads("""{
    "all_awardings": [], "approved_at_utc": null, "approved_by": null, "archived": false,
    "author_flair_background_color": null, "author_flair_css_class": null, "author_flair_richtext": [],
    "author_flair_template_id": null, "author_flair_text": null, "author_flair_text_color": null,
    "author_flair_type": "text", "author_is_blocked": false, "author_patreon_flair": false,
    "author_premium": false, "awarders": [], "banned_at_utc": null, "banned_by": null, "can_gild": false,
    "can_mod_post": false, "distinguished": null, "downs": 0, "edited": false, "gilded": 0, "gildings": {},
    "likes": null, "locked": false, "mod_note": null, "mod_reason_by": null, "mod_reason_title": null,
    "mod_reports": [], "no_follow": true, "num_reports": null, "quarantine": false, "removal_reason": null,
    "report_reasons": null, "saved": false, "score": 1, "send_replies": true, "stickied": false,
    "subreddit_type": "public", "top_awarded_type": null, "total_awards_received": 0, "treatment_tags": [],
    "ups": 1, "user_reports": []
}""")
_T3: dict[str, Any] = json.loads("""{
    "allow_live_comments": false, "category": null, "clicked": false, "content_categories": null,
    "contest_mode": false, "discussion_type": null, "hidden": false, "hide_score": false,
    "is_created_from_ads_ui": false, "is_crosspostable": false, "is_meta": false,
    "is_original_content": false, "is_reddit_media_domain": false, "is_robot_indexable": true,
    "is_video": false, "link_flair_background_color": "", "link_flair_css_class": null,
    "link_flair_richtext": [], "link_flair_text": null, "link_flair_text_color": "dark",
    "link_flair_type": "text", "media": null, "media_embed": {}, "media_only": false, "num_comments": 0,
    "num_crossposts": 0, "parent_whitelist_status": null, "pinned": false, "pwls": null, "removed_by": null,
    "removed_by_category": null, "secure_media": null, "secure_media_embed": {}, "spoiler": false,
    "subreddit_subscribers": 1200, "suggested_sort": null, "thumbnail": "self", "upvote_ratio": 1.0,
    "view_count": null, "visited": false, "whitelist_status": null, "wls": null
}""")
_T1: dict[str, Any] = json.loads("""{
    "associated_award": null, "collapsed": false, "collapsed_because_crowd_control": null,
    "collapsed_reason": null, "collapsed_reason_code": null, "comment_type": null, "controversiality": 0,
    "is_submitter": false, "num_comments": 1, "over_18": false, "replies": "", "score_hidden": false,
    "unrepliable_reason": null
}""")


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission. `author` None: deleted by its author; `removed`: by a moderator. `url`: a link post."""

    id: str
    subreddit: str
    author: str | None
    title: str
    selftext: str
    at: datetime
    url: str | None = None
    removed: bool = False
    over_18: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on `submission_id`, which need not be among the submissions."""

    id: str
    subreddit: str
    author: str | None
    body: str
    at: datetime
    submission_id: str
    removed: bool = False


def reddit_api(
    submissions: Iterable[Submission],
    comments: Iterable[Comment],
    *,
    client_id: str,
    client_secret: str,
    page_size: int = 100,
) -> "RedditApi":
    """The service's answer function; see `RedditApi` for what can be changed while it runs."""
    return RedditApi(submissions, comments, login=(client_id, client_secret), page_size=page_size)


class RedditApi:
    """Request -> Reply. What is public may be changed while the service runs.

    `submissions` and `comments` stand in any order. `page_size`: entries per page at most, whatever
    `limit` asks. `limits`: the x-ratelimit-* values "remaining", "used" and "reset" of every answer.
    `subreddits`: those that exist although nobody posted; others lead to the search page.
    """

    def __init__(
        self,
        submissions: Iterable[Submission],
        comments: Iterable[Comment],
        *,
        login: tuple[str, str],
        page_size: int = 100,
    ) -> None:
        self.submissions = list(submissions)
        self.comments = list(comments)
        self.page_size = page_size
        self.limits = {"remaining": "995.0", "used": "5", "reset": "324"}
        self.subreddits: set[str] = set()
        self._login = "Basic " + b64encode(":".join(login).encode()).decode()

    def __call__(self, request: Request) -> Reply:
        path = request.path.rstrip("/")
        if path == "/api/v1/access_token":
            return self._token(request)
        if request.headers.get("authorization", "").lower() != f"bearer {_TOKEN}":
            refusal = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
            return self._error(401, "Unauthorized", refusal)
        if path == "/api/info":
            return self._info(request)
        found = re.fullmatch(r"/r/([^/]+)/(new|comments|search)", path)
        return self._listing(request, found[1], found[2]) if found else self._error(404, "Not Found")

    def _token(self, request: Request) -> Reply:
        if request.method != "POST" or request.headers.get("authorization") != self._login:
            return self._error(401, "Unauthorized")
        if b"grant_type=client_credentials" not in request.body:
            return _reply({"error": "unsupported_grant_type"}, {})
        token = {"access_token": _TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return _reply(token, {})

    def _listing(self, request: Request, subreddits: str, what: str) -> Reply:
        wanted = {name.lower() for name in subreddits.split("+")}
        if not wanted & (self._known() | {"all"}):
            where = f"{_SITE}/subreddits/search?q={subreddits}"
            return self._error(302, "Found", {"location": where})
        things: list[Submission | Comment] = [*self.comments] if what == "comments" else [*self.submissions]
        things = [thing for thing in things if "all" in wanted or thing.subreddit.lower() in wanted]
        if what == "search":
            things = [thing for thing in things if _resembles(thing, request.query.get("q", ""))]
        return self._page(request, sorted(things, key=lambda thing: thing.at, reverse=True)[:CAP])

    def _page(self, request: Request, things: list[Submission | Comment]) -> Reply:
        names = [_name(thing) for thing in things]
        after, before = request.query.get("after"), request.query.get("before")
        size = min(_whole(request.query.get("limit"), 25), 100, self.page_size)
        if (after and after not in names) or (before and before not in names):
            return self._listed(request, [], None)
        start = names.index(after) + 1 if after else 0
        if before:
            start = max(0, names.index(before) - size)
            size = names.index(before) - start
        shown = things[start : start + size]
        more = shown and start + size < len(things)
        return self._listed(request, shown, _name(shown[-1]) if more else None)

    def _info(self, request: Request) -> Reply:
        asked = request.query.get("id", "").split(",")[:100]
        things = {_name(thing): thing for thing in self._all()}
        return self._listed(request, [things[name] for name in asked if name in things], None)

    def _listed(self, request: Request, things: Iterable[Submission | Comment], after: str | None) -> Reply:
        children = [self._child(thing) for thing in things]
        listing = {"after": after, "before": None, "children": children, "dist": len(children)}
        whole = {"kind": "Listing", "data": {**listing, "geo_filter": "", "modhash": None}}
        return _reply(whole, self._headers(), raw=request.query.get("raw_json") == "1")

    def _child(self, thing: Submission | Comment) -> dict[str, Any]:
        if isinstance(thing, Submission):
            return {"kind": "t3", "data": _submission_json(thing)}
        titles = {each.id: each.title for each in self.submissions}
        return {"kind": "t1", "data": _comment_json(thing, titles.get(thing.submission_id, ""))}

    def _known(self) -> set[str]:
        return {name.lower() for name in self.subreddits} | {each.subreddit.lower() for each in self._all()}

    def _all(self) -> list[Submission | Comment]:
        return [*self.submissions, *self.comments]

    def _headers(self) -> dict[str, str]:
        return {f"x-ratelimit-{name}": value for name, value in self.limits.items()}

    def _error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
        body = json.dumps({"message": message, "error": status}).encode()
        plain = {"Content-Type": "application/json; charset=UTF-8"}
        return Reply(status, body, {**plain, **self._headers(), **(headers or {})})


def _submission_json(thing: Submission) -> dict[str, Any]:
    gone = thing.author is None or thing.removed
    text = ("[removed]" if thing.removed else "[deleted]") if gone else thing.selftext
    path = f"/r/{thing.subreddit}/comments/{thing.id}/{_slug(thing.title)}/"
    return {
        **_COMMON,
        **_T3,
        **_shared(thing),
        "domain": f"self.{thing.subreddit}" if thing.url is None else thing.url.split("/")[2],
        "is_self": thing.url is None,
        "over_18": thing.over_18,
        "permalink": path,
        "removed_by_category": ("moderator" if thing.removed else "deleted") if gone else None,
        "selftext": text,
        "selftext_html": _html(text) if text else None,
        "title": "[deleted by user]" if thing.author is None else thing.title,
        "url": thing.url or _SITE + path,
    }


def _comment_json(thing: Comment, title: str) -> dict[str, Any]:
    gone = thing.author is None or thing.removed
    body = ("[removed]" if thing.removed else "[deleted]") if gone else thing.body
    path = f"/r/{thing.subreddit}/comments/{thing.submission_id}/{_slug(title)}/"
    return {
        **_COMMON,
        **_T1,
        **_shared(thing),
        "body": body,
        "body_html": _html(body),
        "link_author": "[deleted]",
        "link_id": f"t3_{thing.submission_id}",
        "link_permalink": _SITE + path,
        "link_title": title,
        "link_url": _SITE + path,
        "parent_id": f"t3_{thing.submission_id}",
        "permalink": f"{path}{thing.id}/",
    }


def _shared(thing: Submission | Comment) -> dict[str, Any]:
    created = float(int(thing.at.timestamp()))
    gone = thing.author is None or thing.removed
    account = {} if gone else {"author_fullname": f"t2_{sum(map(ord, thing.author or '')):x}"}
    return {
        **account,
        "author": "[deleted]" if gone else thing.author,
        "created": created,
        "created_utc": created,
        "id": thing.id,
        "name": _name(thing),
        "subreddit": thing.subreddit,
        "subreddit_id": f"t5_{sum(map(ord, thing.subreddit)):x}",
        "subreddit_name_prefixed": f"r/{thing.subreddit}",
    }


def _name(thing: Submission | Comment) -> str:
    return f"t3_{thing.id}" if isinstance(thing, Submission) else f"t1_{thing.id}"


def _resembles(thing: Submission | Comment, question: str) -> bool:
    """One word's first four letters are enough, as Reddit's search guesses at endings and typing errors."""
    words = [word[:4] for word in re.findall(r"\w{3,}", question.lower()) if word not in ("and", "not")]
    text = f"{thing.title} {thing.selftext}" if isinstance(thing, Submission) else thing.body
    return any(word in text.lower() for word in words)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:50] or "_"


def _html(text: str) -> str:
    return f'<!-- SC_OFF --><div class="md"><p>{escape(text)}</p>\n</div><!-- SC_ON -->'


def _whole(text: str | None, otherwise: int) -> int:
    return max(1, int(text)) if text and text.isdigit() else otherwise


def _reply(value: Any, headers: Mapping[str, str], *, raw: bool = True) -> Reply:
    text = json.dumps(value)
    if not raw:  # without raw_json=1 Reddit writes &, < and > as entities
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Reply(200, text.encode(), {"Content-Type": "application/json; charset=UTF-8", **headers})
