"""The gate for libraries that speak `requests` (PRAW, Mastodon.py): the same checks, one seam.

    session = gated_session(gate)          # a requests.Session whose every hop goes through the gate

A refusal of the gate reaches the library as `requests.ConnectionError` with our `SourceError` as its
cause; `cause(error)` finds it again under whatever the library wraps around it.
"""

import io
from collections.abc import Mapping
from http.client import responses
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from monitor.errors import SourceError
from monitor.fetch.gate import HOPS, Gate
from monitor.fetch.spelling import next_hop


class GateAdapter(BaseAdapter):
    """A transport of `requests` that asks the gate; redirects stay with the session, hop by hop."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One hop. `timeout`, `proxies` and the rest are the gate's own business."""
        del stream, timeout, verify, cert, proxies
        body = request.body or b""
        headers = {str(name): _text(value) for name, value in request.headers.items()}
        try:
            answer = self._gate.send(
                request.method or "GET",
                request.url or "",
                headers,
                body.encode() if isinstance(body, str) else bytes(body),
            )
        except SourceError as error:
            raise requests.ConnectionError(error.message, request=request) from error
        return _response(request, answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """Nothing of its own to close."""


class GatedSession(requests.Session):
    """A session whose redirects never give up https."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where the answer leads, or None when it is no redirect."""
        if not resp.is_redirect:
            return None
        try:
            return next_hop(resp.url, resp.headers["location"])
        except SourceError as error:
            raise requests.ConnectionError(error.message, request=resp.request) from error


def gated_session(gate: Gate) -> requests.Session:
    """A session without any other way out: no proxies, no .netrc, no environment."""
    session = GatedSession()
    session.trust_env = False
    session.max_redirects = HOPS
    session.mount("https://", GateAdapter(gate))
    session.mount("http://", GateAdapter(gate))
    return session


def cause(error: BaseException) -> SourceError | None:
    """The gate's own error under a library's exception, or None."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if isinstance(current, SourceError):
            return current
        seen.add(id(current))
        current = getattr(current, "original_exception", None) or current.__cause__ or current.__context__
    return None


def _response(
    request: requests.PreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers = CaseInsensitiveDict(
        {name: value for name, value in headers.items() if name not in ("content-encoding", "transfer-encoding")}
    )
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(body)
    response.url = request.url or ""
    response.request = request
    return response


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
