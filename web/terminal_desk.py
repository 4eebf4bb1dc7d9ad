"""A desk in the terminal: the caller's record and the agent's state as lines, wishes as words.

    ready | away REASON | logout | reject | hangup | done [DISPOSITION] | more
    hold | resume | mute | unmute | keys DIGITS
    transfer agent|queue|number|flow TARGET          the customer goes at once
    consult agent|queue|number TARGET                then: swap | complete | back | confer, and leave
    dial | skip REASON | call NUMBER                 for campaigns
    promise DISPOSITION 2026-11-24T10:30 [mine | anyone | mine_first]
    accept | finish [DISPOSITION] | return           for work besides calls
    cancel CONTACT                                   for a callback that is not wanted any more

What is accepted or rejected is the offer shown last, finished or given back the work in hand longest. It
speaks the desks' WebSocket (`web.desk_link`) like any other screen, so it is also the shortest example of how
to write one.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.kernel.clock import seconds
from core.model.contact import VOICE

WISHES: Mapping[str, tuple[str, str]] = {
    "ready": ("GoReady", ""),
    "away": ("GoNotReady", "reason"),
    "logout": ("LogOut", ""),
    "reject": ("RejectOffer", ""),
    "hangup": ("HangUpContact", ""),
    "hold": ("HoldContact", ""),
    "resume": ("ResumeContact", ""),
    "mute": ("MuteContact", ""),
    "unmute": ("UnmuteContact", ""),
    "keys": ("SendDigits", "digits"),
    "transfer": ("TransferContact", "to target"),
    "consult": ("StartConsult", "to target"),
    "swap": ("SwapConsult", ""),
    "complete": ("CompleteConsult", ""),
    "back": ("CancelConsult", ""),
    "confer": ("StartConference", ""),
    "leave": ("LeaveConference", ""),
    "done": ("FinishWrapUp", "disposition"),
    "promise": ("FinishWrapUp", "disposition callback_at callback_by"),
    "more": ("ExtendWrapUp", ""),
    "dial": ("PreviewDial", ""),
    "skip": ("PreviewSkip", "reason"),
    "call": ("DialNumber", "number"),
    "accept": ("AcceptOffer", ""),
    "finish": ("FinishWork", "disposition"),
    "return": ("ReturnWork", ""),
    "cancel": ("CancelCallback", "contact_id"),
}
"""Each word: the request it makes, and the fields that the rest of the line fills, the last to its end."""

OF_THE_CALL = frozenset(
    (
        *("HangUpContact", "FinishWrapUp", "ExtendWrapUp"),
        *("HoldContact", "ResumeContact", "MuteContact", "UnmuteContact", "SendDigits", "TransferContact"),
        *("StartConsult", "SwapConsult", "CompleteConsult", "CancelConsult"),
        *("StartConference", "LeaveConference"),
    )
)
"""The requests that name the call they are about."""

Fields = Mapping[str, Any]
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and marks that turn the direction of what follows."""


@dataclass(slots=True)
class Glance:
    """What the agent has just seen, and means when they wish: the offer shown last, call and work in hand."""

    offer: dict[str, Any] = field(default_factory=dict)
    call: str = ""
    work: list[str] = field(default_factory=list)

    def see(self, kind: str, fields: Fields) -> None:
        """Take in a frame."""
        if kind == "PopScreen":
            self.offer = {"offer_id": fields["offer_id"], "version": fields["version"]}
        elif kind == "ShowAgentState":
            self.call = fields["contact_id"]
            self.work = [work["contact_id"] for work in fields["work"] if work["in_hand"]]

    def meant(self, request: str) -> dict[str, Any]:
        """Return the fields that say what a request is about."""
        if request in ("AcceptOffer", "RejectOffer", "PreviewDial", "PreviewSkip"):
            return self.offer
        if request in OF_THE_CALL:
            return {"contact_id": self.call}
        if request in ("FinishWork", "ReturnWork"):
            return {"contact_id": self.work[0] if self.work else ""}
        return {}


async def sit_down(url: str, token: str, extension: str, standing: bool = False) -> None:
    """Work as the agent of `url` at the phone `extension` until the input ends or the door closes.

    With `standing` the phone is rung once, and the call stands until the agent logs out. Raises `OSError`
    where nobody answers at `url`, `websockets.InvalidStatus` where the token is wrong.
    """
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as desk:
        await _ask(desk, "LogIn", extension=extension, standing=standing)
        glance = Glance()
        async with asyncio.TaskGroup() as group:
            showing = group.create_task(_show(desk, glance))
            async for line in _typed_lines():
                await _wish(desk, glance, line)
            showing.cancel()


def told(kind: str, fields: Fields) -> Iterator[str]:
    """Return what is shown to the agent as lines to read.

    What would steer a terminal, or make two lines of one, is left out: notes come from elsewhere.
    """
    lines = _TOLD.get(kind)
    return (_STEERING.sub(" ", line) for line in lines(fields)) if lines is not None else iter(())


def _state(fields: Fields) -> Iterator[str]:
    reason = f" ({fields['reason']})" if fields["reason"] else ""
    lasts_s = seconds(fields["until_us"] - fields["since_us"])
    until = f" for {lasts_s:.0f} s" if fields["until_us"] else ""
    then = f", then {fields['next_state']}" if fields["next_state"] else ""
    stands = f"; your call is {fields['standing']}" if fields["standing"] else ""
    owes = ", once you say what came of it" if fields["owes_result"] else ""
    told = f"you are {fields['state']}{reason}{until}{then}{owes}{stands}"
    yield f"{told}; you may: {', '.join(fields['legal'])}"
    for work in fields["work"]:
        yield f"      {'in hand' if work['in_hand'] else 'offered'}: {work['channel']} {work['contact_id']}"


def _record(fields: Fields) -> Iterator[str]:
    customer = fields["customer"] or {"name": "nobody we know", "notes": "", "last_interactions": ()}
    waited_s = seconds(fields["waited_us"])
    what = "CALL" if fields["channel"] == VOICE else fields["channel"].upper()
    yield f"{what}  {customer['name']}  {fields['caller_number']}  {fields['tier']}  waited {waited_s:.0f} s"
    yield f"      {fields['queue']}, chose {' > '.join(fields['choices']) or 'nothing'}"
    if fields["reference"]:
        yield f"      {fields['reference']}"
    if customer["notes"]:
        yield f"      {customer['notes']}"
    if fields["lead"]:
        yield from _lead(fields["lead"])
    for past in customer["last_interactions"]:
        yield f"      before: {past['queue']} with {past['agent'] or 'nobody'}, {past['outcome']}"


def _lead(fields: Fields) -> Iterator[str]:
    """Return what the list of a campaign has of the customer, and what the agent is to say."""
    yield f"      campaign {fields['campaign']}, attempt {fields['attempt']}, list {fields['list_name']}"
    for name, value in fields["fields"]:
        yield f"      {name}: {value}"
    for past in fields["past"]:
        yield f"      before: {past['outcome']} at {past['number']}"
    if fields["script"]:
        yield f"      {fields['script']}"
    if fields["results"]:
        yield f"      results: {', '.join(code for code, _ in fields['results'])}"


def _answer(fields: Fields) -> Iterator[str]:
    if fields["code"]:
        yield f"refused: {fields['reason']}"


_TOLD: Mapping[str, Callable[[Fields], Iterator[str]]] = {
    "ShowAgentState": _state,
    "PopScreen": _record,
    "ClearScreen": lambda fields: iter((f"      {fields['contact_id']} is gone",)),
    "AnswerRequest": _answer,
}


async def _show(desk: ClientConnection, glance: Glance) -> None:
    try:
        async for frame in desk:
            fields = orjson.loads(frame)
            glance.see(fields["type"], fields)
            for line in told(fields["type"], fields):
                print(line, flush=True)
    except ConnectionClosed:
        pass
    print("the door has closed")


async def _wish(desk: ClientConnection, glance: Glance, line: str) -> None:
    word, _, rest = line.strip().partition(" ")
    if word not in WISHES:
        print(f"say one of: {', '.join(WISHES)}")
        return
    request, told = WISHES[word]
    await _ask(desk, request, **glance.meant(request), **fields_of(told, rest))


def fields_of(names: str, typed: str) -> dict[str, str]:
    """Return what was typed by the names of the fields, one word each, the last to the end of the line."""
    fields = names.split()
    values = typed.split(None, len(fields) - 1) if fields else []
    return dict(zip(fields, values, strict=False))


async def _ask(desk: ClientConnection, request: str, **fields: Any) -> None:
    await desk.send(orjson.dumps({"request": request, **fields}).decode())


async def _typed_lines() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line
