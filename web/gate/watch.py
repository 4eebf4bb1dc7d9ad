"""A live connection is closed soon after whoever opened it may not have it any more.

It asks nothing for hours, so what is sent on it is the occasion to look: who signed out, was disabled or has
other rights by now is let go with 1008, and comes back as who they are then, if at all.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from core.kernel.clock import Clock, microseconds
from web.gate.recognition import Recognition
from web.roles import Caller

POLICY_VIOLATION = 1008
"""With this code somebody is let go who may not be here (RFC 6455, section 7.4)."""
SIGNED_OUT = "signed_out"


class WatchedSend:
    """Sends for as long as `caller` is who shows that token; looks as often as the store is asked."""

    def __init__(
        self, send: Send, connection: HTTPConnection, caller: Caller, recognition: Recognition, clock: Clock
    ) -> None:
        self._send = send
        self._connection = connection
        self._caller = caller
        self._recognition = recognition
        self._clock = clock
        self._every_us = microseconds(recognition.recheck_s)
        self._looked_us = clock.now_us()
        self._is_over = False

    async def __call__(self, message: Message) -> None:
        """Send `message`, or the end; what comes after the end is dropped."""
        if self._is_over:
            return
        if message["type"] == "websocket.send" and await self._has_left():
            self._is_over = True
            message = {"type": "websocket.close", "code": POLICY_VIOLATION, "reason": SIGNED_OUT}
        await self._send(message)

    async def _has_left(self) -> bool:
        now_us = self._clock.now_us()
        if now_us < self._looked_us + self._every_us:
            return False
        self._looked_us = now_us
        with suppress(OSError, TimeoutError):  # a store that is away signs nobody out
            return await self._recognition.caller(self._connection) != self._caller
        return False
