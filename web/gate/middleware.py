"""What stands before every route: who calls, from which page, and how often.

Whatever gets past has its `Caller`, or nobody, in the connection's state; what a caller may do is for the
routes to say (`web.callers.allow`).
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.kernel.clock import Clock
from web.gate.origin import check_csrf_token, foreign_origin, is_by_cookie, is_foreign
from web.gate.rates import Rates
from web.gate.recognition import Recognition
from web.gate.watch import POLICY_VIOLATION, WatchedSend
from web.gate_settings import GateSettings
from web.problems import ProblemRaised, answer
from web.roles import Caller
from web.settings import WebSettings

API = "/api/"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = ("POST", "/api/v1/session")
"""The one write that nobody can have a token for yet."""
WEBSOCKET = "websocket"
"""What stands for the method of a connection that has none."""


class GateMiddleware:
    """Recognises callers, keeps foreign pages out, and slows down whoever asks too much."""

    def __init__(
        self,
        app: ASGIApp,
        recognition: Recognition,
        web: WebSettings,
        settings: GateSettings,
        clock: Clock,
    ) -> None:
        self._app = app
        self._recognition = recognition
        self._web = web
        self._clock = clock
        self._of_callers = Rates(settings.requests_per_s, settings.requests_burst, clock)
        self._of_strangers = Rates(settings.strangers_per_s, settings.strangers_burst, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a connection through, or answer it with a problem."""
        if scope["type"] not in ("http", WEBSOCKET) or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            connection.state.caller = caller = await self._recognise(connection)
            self._check_rate(connection, caller)
            self._check_page(connection, caller)
        except ProblemRaised as raised:
            await _refuse(raised, scope, receive, send)
            return
        if scope["type"] == WEBSOCKET and caller is not None:
            send = WatchedSend(send, connection, caller, self._recognition, self._clock)
        await self._app(scope, receive, send)

    async def _recognise(self, connection: HTTPConnection) -> Caller | None:
        try:
            return await self._recognition.caller(connection)
        except (OSError, TimeoutError):
            detail = "who may come in cannot be looked up now"
            raise ProblemRaised(HTTPStatus.SERVICE_UNAVAILABLE, "store_away", detail) from None

    def _check_rate(self, connection: HTTPConnection, caller: Caller | None) -> None:
        if caller is not None:
            has_token = self._of_callers.take(caller.login)
        else:
            has_token = self._of_strangers.take(address_of(connection))
        if not has_token:
            detail = "slow down: too many requests at once"
            raise ProblemRaised(
                HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", detail, {"Retry-After": "1"}
            )

    def _check_page(self, connection: HTTPConnection, caller: Caller | None) -> None:
        if not is_by_cookie(connection):
            return
        method = connection.scope.get("method", WEBSOCKET)
        if method in READS:
            return
        if is_foreign(connection, self._web):
            raise foreign_origin()
        if caller is not None and method != WEBSOCKET and (method, connection.scope["path"]) != SIGN_IN:
            check_csrf_token(connection)


def address_of(connection: HTTPConnection) -> str:
    """Return from which address it is asked; behind a proxy on this machine, what that says."""
    return connection.client.host if connection.client else ""


async def _refuse(raised: ProblemRaised, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == WEBSOCKET:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": raised.problem.code})
        return
    await answer(raised.problem, raised.headers)(scope, receive, send)
