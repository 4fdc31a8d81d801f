"""The mention monitor: public mentions of an organisation, stored, judged and reported."""

__version__ = "0.1.0"
