"""Document and mention -> Verdict: kinds by cues, reaction by the scheme, deadline by the clock.

The whole text is judged, in memory, before only an excerpt is kept. News articles speak about the
organisation, not to it, so questions and complaints in them are not the organisation's to answer.
An ambassador's post is never judged for kind: it goes to nobody's queue.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.errors import ConfigError
from monitor.model import Document, Kind, Mention, Verdict
from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours
from monitor.triage.scheme import Rule, Scheme


@dataclass(frozen=True, slots=True)
class Triage:
    """Judges mentions for one organisation. `language` is the one its people read reasons in."""

    cues: Cues
    scheme: Scheme
    hours: OpeningHours
    language: str = "en"

    def __post_init__(self) -> None:
        """Refuse deadlines that the opening hours never reach, before anything is judged by them."""
        never = [
            rule for rule in self.scheme.rules if rule.counts_opening and not self.hours.reaches(rule.deadline or 0)
        ]
        if never:
            raise ConfigError(
                *(
                    f"rule {rule.id}: {rule.deadline} opening minutes do not pass within a year; give more "
                    '[organisation] opening_hours in monitor.toml, a shorter deadline, or clock = "always"'
                    for rule in never
                )
            )

    def judge(self, mention: Mention, document: Document, now: datetime) -> Verdict:
        """The verdict on a mention. `document` is what it was made of; deadlines run from `now`, aware."""
        speaks_to_us = mention.type != "article" and mention.facet != "ambassador"
        reasons = self.cues.reasons(document.whole) if speaks_to_us else ()
        kinds: tuple[Kind, ...] = tuple(reason.kind for reason in reasons) or ("other",)
        rule = self.scheme.rule_for(kinds)
        return Verdict(
            kinds=kinds,
            rule=rule.id,
            reaction=rule.reaction,
            flagged=rule.flagged,
            owner=rule.owner,
            due=self._due(rule, now),
            channel=rule.channel,
            why=rule.why.get(self.language) or next(iter(rule.why.values())),
            reasons=reasons,
        )

    def _due(self, rule: Rule, now: datetime) -> datetime | None:
        if rule.deadline is None:
            return None
        if rule.clock == "always":
            return now.astimezone(UTC) + timedelta(minutes=rule.deadline)
        return self.hours.due(now, rule.deadline)
