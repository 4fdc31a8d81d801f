"""The one gate for outgoing HTTP: address check, total deadline, limit on inflated bytes, politeness.

    gate = Gate(user_agent="mention-monitor/0.1 (+https://waterveen.example; webcare@waterveen.example)")
    answer = gate.get("https://nieuws.example/feed.xml", {"If-None-Match": etag})

Every failure is a `monitor.errors.SourceError`; libraries that bring their own HTTP are put behind the
same gate with `monitor.fetch.session`.
"""

from monitor.fetch.gate import Answer, Gate
from monitor.fetch.politeness import Spacing, retry_after, status_problem

__all__ = ["Answer", "Gate", "Spacing", "retry_after", "status_problem"]
