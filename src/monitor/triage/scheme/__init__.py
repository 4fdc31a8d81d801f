"""The reaction scheme as data: its rules, how files are read, what is proven of it, what another would change."""

from monitor.triage.scheme.rules import Facts, Rule, Scheme, read_scheme, spoken

__all__ = ["Facts", "Rule", "Scheme", "read_scheme", "spoken"]
