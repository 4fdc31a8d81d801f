"""The Reddit threads of the made-up world: submissions with their replies, and the truth about each."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain

from monitor.demo.content import Row, load
from monitor.demo.content.filler import Filler
from monitor.demo.content.truth import Truth, moment, told
from monitor.demo.reddit_api import Comment, Submission

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST_SUBMISSION = int("1p0000", 36)
_FIRST_COMMENT = int("oa0000", 36)


def threads() -> tuple[tuple[Submission, ...], tuple[Comment, ...], list[Truth]]:
    """All submissions and all comments, oldest first, and the truth about each."""
    rows = sorted(_rows(), key=lambda row: row["when"])
    pairs = [(row, _submission(row, _base36(_FIRST_SUBMISSION + 7 * n))) for n, row in enumerate(rows)]
    replies = _replies(pairs)
    truths = [_truth(row, f"t3_{made.id}", made.id, made) for row, made in pairs]
    truths += [_truth(row, f"t1_{made.id}", made.submission_id, made) for row, made in replies]
    return tuple(made for _, made in pairs), tuple(made for _, made in replies), truths


def _rows() -> Iterable[Row]:
    return chain(load("threads")["thread"], Filler("nl").threads(), Filler("en").threads())


def _replies(pairs: Iterable[tuple[Row, Submission]]) -> list[tuple[Row, Comment]]:
    """Numbered by age over all threads, as Reddit does."""
    said = sorted(_under(pairs), key=lambda found: found[0]["when"])
    return [(row, _comment(row, under, _base36(_FIRST_COMMENT + 3 * n))) for n, (row, under) in enumerate(said)]


def _under(pairs: Iterable[tuple[Row, Submission]]) -> Iterator[tuple[Row, Submission]]:
    for row, submission in pairs:
        for reply in row.get("replies", ()):
            when = row["when"] + timedelta(minutes=reply["after"])
            yield {"lang": row.get("lang", "nl"), **reply, "when": when}, submission


def _submission(row: Row, id_: str) -> Submission:
    at = moment(row)
    assert at is not None, "every thread has a date"
    return Submission(
        id=id_,
        subreddit=row["place"],
        author=None if row.get("deleted") else row["author"],
        title=row["title"],
        selftext=row["text"],
        at=at,
        url=row.get("url"),
        removed=row.get("removed", False),
    )


def _comment(row: Row, under: Submission, id_: str) -> Comment:
    at = moment(row)
    assert at is not None, "every reply has a date"
    author = None if row.get("deleted") else row["author"]
    removed = row.get("removed", False)
    return Comment(id_, under.subreddit, author, row["text"], at, under.id, removed=removed)


def _truth(row: Row, name: str, thread: str, made: Submission | Comment) -> Truth:
    return Truth(
        id=name,
        where="reddit",
        place=made.subreddit,
        url=f"/r/{made.subreddit}/comments/{thread}/",
        language=row.get("lang", "nl"),
        at=made.at,
        deleted=made.author is None or made.removed,
        **told(row),
    )


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
