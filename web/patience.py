"""HTTP connections with an end to our patience: who sends slowly, or a head without end, is let go.

uvicorn waits for ever for the rest of a request, and keeps all of its head: a few hundred idle connections
of one stranger would take the files that calls need, and one head the memory. A proxy guards against both;
not every house has one.
"""

from __future__ import annotations

import asyncio
import resource
from http import HTTPStatus
from typing import ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.problems import MEDIA_TYPE, Problem
from web.settings import WebSettings

BYTES_IN_TIME = 65_536
"""So many bytes of a request give another `slow_after_s`: a long list takes as long as it takes."""


class PatientProtocol(HttpToolsProtocol):
    """One connection; `bounds` says how much and how slowly it may send."""

    bounds: ClassVar[WebSettings]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        self._patience: asyncio.TimerHandle | None = None
        self._in_head, self._head_bytes = True, 0
        self._bytes_in_time = 0
        self._is_whole = self._is_handed_over = False
        if len(self.connections) > connections_max(self.bounds):
            self._let_go(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_connections", "come back later")
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes of a request, and wait for the rest of it as long as it comes."""
        self._head_bytes += len(data) if self._in_head else 0
        self._bytes_in_time += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head_bytes > self.bounds.head_bytes_max:
            detail = f"the head of a request has {self.bounds.head_bytes_max} bytes at most here"
            self._let_go(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", detail)
        elif self._is_handed_over or not self._is_outstanding():
            self._wait_no_more()
        elif self._patience is None or self._bytes_in_time >= BYTES_IN_TIME:
            self._wait()

    def on_message_begin(self) -> None:
        """Begin with a request."""
        self._is_whole = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Have its head."""
        self._in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Have all of it."""
        self._in_head = self._is_whole = True
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to those who speak frames, and have a patience of their own."""
        self._is_handed_over = True
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, as everything is refused."""
        self._let_go(HTTPStatus.BAD_REQUEST, "unreadable", msg)

    def _is_outstanding(self) -> bool:
        """Tell whether more has to come; stray bytes after an answer are the beginning of a request too."""
        return not self._is_whole or self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._wait_no_more()
        self._bytes_in_time = 0
        self._patience = self.loop.call_later(self.bounds.slow_after_s, self._lose_patience)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        if self.flow.read_paused:  # it is we who are slow
            self._wait()
        else:
            detail = (
                f"{BYTES_IN_TIME} bytes of a request, or its end, come within {self.bounds.slow_after_s:g} s"
            )
            self._let_go(HTTPStatus.REQUEST_TIMEOUT, "too_slow", detail)

    def _let_go(self, status: HTTPStatus, code: str, detail: str) -> None:
        """End the connection, with a word where no answer has begun."""
        self._wait_no_more()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_told(Problem(status=status, code=code, title=status.phrase, detail=detail)))
        self.transport.close()


def patient(bounds: WebSettings) -> type[PatientProtocol]:
    """Return the protocol of connections that keep within `bounds`."""
    return type("Patient", (PatientProtocol,), {"bounds": bounds})


def connections_max(bounds: WebSettings) -> int:
    """Return how many connections there may be: of the files that the system gives us, calls need half."""
    return min(bounds.connections_max, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


def _told(problem: Problem) -> bytes:
    body = orjson.dumps(problem.model_dump(exclude_defaults=True))
    head = (
        f"HTTP/1.1 {problem.status} {problem.title}\r\ncontent-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
