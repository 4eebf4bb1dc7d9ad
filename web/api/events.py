"""The live connection: one WebSocket for each screen or program, with every topic it follows (`web.live`).

Who connects was recognised before, and pages of other sites were refused (`web.gate`).
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.websockets import WebSocket

from web.callers import caller_of, site_of
from web.live.connection import Connection
from web.problems import ProblemRaised, answer

router = APIRouter(tags=["live"])


@router.websocket("/events")
async def follow_events(socket: WebSocket) -> None:
    """Tell a signed-in person, or a program with a key, what goes on."""
    try:
        caller = caller_of(socket)
    except ProblemRaised as refusal:
        await socket.send_denial_response(answer(refusal.problem, refusal.headers))
        return
    await socket.accept()
    await Connection(socket, caller, site_of(socket).live).serve()
