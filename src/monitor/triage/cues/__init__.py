"""Cues: the words per language and sector that tell a kind. Lists, how they are read, and what they say of a text."""

from monitor.triage.cues.reader import Cues
from monitor.triage.cues.reading import FEATURES, Hit, Reading

__all__ = ["FEATURES", "Cues", "Hit", "Reading"]
