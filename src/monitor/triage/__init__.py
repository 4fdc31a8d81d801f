"""Triage: what kind of mention it is, and what the reaction scheme says of it."""

from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours
from monitor.triage.scheme import Scheme, read_scheme
from monitor.triage.verdict import Triage

__all__ = ["Cues", "OpeningHours", "Scheme", "Triage", "read_scheme"]
