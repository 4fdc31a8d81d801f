"""Privacy by construction: the gate that decides what may be kept, and the pseudonyms it hands out."""

from monitor.privacy.gate import Policy, admit
from monitor.privacy.pseudonym import Pseudonyms

__all__ = ["Policy", "Pseudonyms", "admit"]
