"""The boolean query language: `parse` reads one query, `Matcher` runs all of them over a document."""

from monitor.query.language import parse
from monitor.query.matcher import Matcher, Query

__all__ = ["Matcher", "Query", "parse"]
