"""A desk in the terminal: the caller's record and the agent's state as lines, wishes as words.

    ready | away REASON | done [DISPOSITION] | reject | hangup | logout

It speaks the desks' WebSocket (`web.desk_link`) like any other screen, so it is also the shortest example
of how to write one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.kernel.clock import seconds

WISHES: Mapping[str, tuple[str, str]] = {
    "ready": ("GoReady", ""),
    "away": ("GoNotReady", "reason"),
    "done": ("FinishWrapUp", "disposition"),
    "reject": ("RejectOffer", ""),
    "hangup": ("HangUpContact", ""),
    "logout": ("LogOut", ""),
}
"""Each word: the request it makes, and the field that the rest of the line fills."""

Fields = Mapping[str, Any]


async def sit_down(url: str, token: str, extension: str) -> None:
    """Work as the agent of `url` at the phone `extension` until the input ends or the door closes.

    Raises `OSError` where nobody answers at `url`, `websockets.InvalidStatus` where the token is wrong.
    """
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as desk:
        await _ask(desk, "LogIn", extension=extension)
        async with asyncio.TaskGroup() as group:
            showing = group.create_task(_show(desk))
            async for line in _typed_lines():
                await _wish(desk, line)
            showing.cancel()


def told(kind: str, fields: Fields) -> Iterator[str]:
    """Return what is shown to the agent as lines to read."""
    lines = _TOLD.get(kind)
    return lines(fields) if lines is not None else iter(())


def _state(fields: Fields) -> Iterator[str]:
    reason = f" ({fields['reason']})" if fields["reason"] else ""
    yield f"you are {fields['state']}{reason}; you may: {', '.join(fields['legal'])}"


def _record(fields: Fields) -> Iterator[str]:
    customer = fields["customer"] or {"name": "nobody we know", "notes": "", "last_interactions": ()}
    waited_s = seconds(fields["waited_us"])
    yield f"CALL  {customer['name']}  {fields['caller_number']}  {fields['tier']}  waited {waited_s:.0f} s"
    yield f"      {fields['queue']}, chose {' > '.join(fields['choices']) or 'nothing'}"
    if customer["notes"]:
        yield f"      {customer['notes']}"
    for past in customer["last_interactions"]:
        yield f"      before: {past['queue']} with {past['agent'] or 'nobody'}, {past['outcome']}"


def _answer(fields: Fields) -> Iterator[str]:
    if fields["code"]:
        yield f"refused: {fields['reason']}"


_TOLD: Mapping[str, Callable[[Fields], Iterator[str]]] = {
    "ShowAgentState": _state,
    "PopScreen": _record,
    "ClearScreen": lambda fields: iter(("      the call is gone",)),
    "AnswerRequest": _answer,
}


async def _show(desk: ClientConnection) -> None:
    try:
        async for frame in desk:
            fields = orjson.loads(frame)
            for line in told(fields["type"], fields):
                print(line, flush=True)
    except ConnectionClosed:
        pass
    print("the door has closed")


async def _wish(desk: ClientConnection, line: str) -> None:
    word, _, rest = line.strip().partition(" ")
    if word not in WISHES:
        print(f"say one of: {', '.join(WISHES)}")
        return
    request, field = WISHES[word]
    await _ask(desk, request, **({field: rest} if field else {}))


async def _ask(desk: ClientConnection, request: str, **fields: str) -> None:
    await desk.send(orjson.dumps({"request": request, **fields}).decode())


async def _typed_lines() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line
