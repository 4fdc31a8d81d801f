"""Relevance: is a mention about the organisation or about its namesake."""

from monitor.triage.relevance.profile import Relevance

__all__ = ["Relevance"]
