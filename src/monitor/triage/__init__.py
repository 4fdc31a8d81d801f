"""Triage: what kind of mention it is, whether it is about the organisation, and what the reaction scheme says of it."""

from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours
from monitor.triage.relevance import Relevance
from monitor.triage.roles import Roles, read_roles
from monitor.triage.scheme import Scheme, read_scheme
from monitor.triage.verdict import Triage

__all__ = ["Cues", "OpeningHours", "Relevance", "Roles", "Scheme", "Triage", "read_roles", "read_scheme"]
