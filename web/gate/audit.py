"""The audit log: who did what, on whom, when, how it came out and why.

Every write of somebody who is known is in it, refused ones too, but for what people do at their own desks
(the ledger tells that). What no path tells, a route says: `note(request, why=...)`.
"""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kernel.clock import Clock
from core.model.person import AuditEntry
from web.asked import Asked
from web.gate.middleware import API, READS
from web.ports import PeopleStore
from web.problems import MEDIA_TYPE
from web.roles import Caller

log = structlog.get_logger()

OWN_DESK = "/api/v1/agents/me/"
OWN_PREFERENCES = ("PATCH", "/api/v1/session")
SIGN_IN_ELSEWHERE = "/api/v1/session/oidc/callback"
"""A read for browsers, and a sign-in all the same."""
_MAKING = (201, 202)
TEXT_MAX = 500
"""Letters of a reason that are kept."""


def note(connection: HTTPConnection, *, subject: str = "", why: str = "") -> None:
    """Say whom an action is about, where its path does not, and why it is done."""
    if subject:
        connection.state.audit_subject = subject
    if why:
        connection.state.audit_why = why


def note_asked(connection: HTTPConnection, asked: Asked) -> None:
    """Say what is set by an action whose path tells only of what."""
    note(connection, why=asked.model_dump_json(exclude_none=True))


class AuditMiddleware:
    """Writes the log, once an answer is out."""

    def __init__(self, app: ASGIApp, people: PeopleStore, clock: Clock) -> None:
        self._app = app
        self._people = people
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request and write down what was done by it."""
        if not _is_audited(scope):
            await self._app(scope, receive, send)
            return
        outcome = _Outcome()

        async def send_and_look(message: Message) -> None:
            outcome.look(message)
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        finally:
            await self._write(scope, outcome)

    async def _write(self, scope: Scope, outcome: _Outcome) -> None:
        entry = _entry(scope, outcome, self._clock.now_us())
        if entry is None:
            return
        try:
            await self._people.write_audit(entry)
        except (OSError, TimeoutError) as error:
            log.error("audit entry not written", pii_who=entry.who, action=entry.action, why=str(error))


class _Outcome:
    """How a request was answered: a status, the code of a problem, what was made."""

    def __init__(self) -> None:
        self.status = 500
        self.code = ""
        self.made = ""
        self._is_problem = False

    def look(self, message: Message) -> None:
        """Look at a part of the answer."""
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            self.status = message["status"]
            if self.status in _MAKING:
                self.made = headers.get("location", "").rpartition("/")[2]
            self._is_problem = headers.get("content-type", "").startswith(MEDIA_TYPE)
        elif self._is_problem and message.get("body"):
            self.code = orjson.loads(message["body"]).get("code", "")

    def told(self) -> str:
        """Return it as words, such as `204` or `409 already_ready`."""
        return f"{self.status} {self.code}".strip()


def _is_audited(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    path = scope["path"]
    if scope["method"] in READS:
        return bool(path == SIGN_IN_ELSEWHERE)
    return (
        path.startswith(API) and not path.startswith(OWN_DESK) and (scope["method"], path) != OWN_PREFERENCES
    )


def _entry(scope: Scope, outcome: _Outcome, at_us: int) -> AuditEntry | None:
    """Return what is to be written, None where nobody known asked."""
    state: dict[str, Any] = scope.get("state", {})
    caller: Caller | None = state.get("caller")
    if caller is None:
        return None
    named = " ".join(str(value) for value in scope.get("path_params", {}).values())
    return AuditEntry(
        at_us=at_us,
        who=caller.login,
        action=f"{scope['method']} {_template(scope)}",
        subject=state.get("audit_subject") or named or outcome.made,
        outcome=outcome.told(),
        why=state.get("audit_why", "")[:TEXT_MAX],
    )


def _template(scope: Scope) -> str:
    """Return the path of the route, with names for what differs; where there is no route, the path itself."""
    path = getattr(scope.get("route"), "path", scope["path"])
    return str(path).removeprefix("/api/v1")
