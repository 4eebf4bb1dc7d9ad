"""The desks' door: who comes in, what is asked, and a screen that comes back as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.model.agent import AgentState
from core.model.commands import AnswerRequest, ClearScreen, PopScreen, ShowAgentState
from core.model.ids import AgentId, ContactId, OfferId
from core.model.requests import GoNotReady, GoReady
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.doors import LIMIT_S, TOKEN, OpenDoor
from web.desk_link import DeskServer, DeskSettings

ANN = AgentId("ann")
FRAMES_MAX = 50
RECORD = PopScreen(
    agent_id=ANN,
    offer_id=OfferId("O-1"),
    contact_id=ContactId("C-1"),
    caller_number="+12025550147",
    customer=None,
    tier="gold",
    queue="cards",
    choices=(),
    waited_us=1,
    language="en",
)


def state(state: AgentState, contact_id: str = "") -> ShowAgentState:
    return ShowAgentState(
        agent_id=ANN, state=state, reason="", since_us=NOON_US, legal=("GoReady",), contact_id=contact_id
    )


class Door(OpenDoor):
    """A desk server that runs."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__("/desk/ann")
        settings = DeskSettings(port=0, token=token, waiting_max=FRAMES_MAX)
        self.server = DeskServer(settings, self.wishes.put_nowait, Wristwatch())


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    door.port = await door.server.start()
    yield door
    await door.server.close()


async def shown(desk: ClientConnection) -> tuple[str, dict[str, Any]]:
    async with asyncio.timeout(LIMIT_S):
        fields = json.loads(await desk.recv())
    return fields.pop("type"), fields


async def at_the_door(door: Door, desk: ClientConnection) -> None:
    """Wait until the server has the desk: what it asks has arrived."""
    await desk.send(json.dumps({"request": "GoReady"}))
    await door.wish()


# --- coming in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/desk/ann", "wrong", 401),
        ("/desk/ann", "", 401),
        ("/desk/ann", f"{TOKEN}x", 401),
        ("/desks/ann", TOKEN, 404),
        ("/", TOKEN, 404),
    ],
)
async def test_refused_at_the_door(door: Door, path: str, token: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await door.come_in(path, token)
    assert refused.value.response.status_code == status


async def test_door_without_a_token_is_shut() -> None:
    door = Door(token="")
    door.port = await door.server.start()
    with pytest.raises(InvalidStatus) as refused:
        await door.come_in(token="")
    assert refused.value.response.status_code == 401
    await door.server.close()


# --- wishes ------------------------------------------------------------------------------------------


async def test_wish_is_stamped_with_who_asks_and_when(door: Door) -> None:
    async with door.come_in() as desk:
        wish = {"request": "GoNotReady", "request_id": "7", "reason": "break", "agent_id": "bob", "at_us": 1}
        await desk.send(json.dumps(wish))
        assert await door.wish() == GoNotReady(at_us=NOON_US, request_id="7", agent_id=ANN, reason="break")


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "7",
        "{}",
        '{"request": "Fly"}',
        '{"request": ["GoReady"]}',
        '{"request": "RestoreAgent", "state": "ready", "reason": "", "extension": "PJSIP/1"}',
        '{"request": "GoNotReady"}',
        '{"request": "GoReady", "colour": "red"}',
        b"\x00\xff",
    ],
)
async def test_malformed_wish_is_answered_and_the_desk_stays(door: Door, text: str | bytes) -> None:
    async with door.come_in() as desk:
        await desk.send(text)
        kind, fields = await shown(desk)
        assert (kind, fields["code"]) == ("AnswerRequest", "unreadable")
        await desk.send(json.dumps({"request": "GoReady"}))
        assert isinstance(await door.wish(), GoReady)


async def test_endless_wish_ends_only_its_own_desk(door: Door) -> None:
    async with door.come_in("/desk/bob") as other:
        async with door.come_in() as desk:
            await desk.send("x" * 5_000)
            with pytest.raises(ConnectionClosed):
                await shown(desk)
        await at_the_door(door, other)


# --- the screen --------------------------------------------------------------------------------------


async def test_screen_comes_back_as_it_was(door: Door) -> None:
    async with door.come_in() as desk:
        await at_the_door(door, desk)
        for command in (state(AgentState.READY), RECORD, state(AgentState.RESERVED, "C-1")):
            door.server.show(command)
        assert [(await shown(desk))[0] for _ in range(3)] == ["ShowAgentState", "PopScreen", "ShowAgentState"]
    async with door.come_in() as again:
        kind, fields = await shown(again)
        assert (kind, fields["state"]) == ("ShowAgentState", "reserved")
        kind, fields = await shown(again)
        assert (kind, fields["contact_id"]) == ("PopScreen", "C-1")


@pytest.mark.parametrize(
    "end",
    [ClearScreen(agent_id=ANN, contact_id=ContactId("C-1")), state(AgentState.READY)],
    ids=["offer withdrawn", "contact over"],
)
async def test_record_of_a_contact_that_is_over_does_not_come_back(
    door: Door, end: ClearScreen | ShowAgentState
) -> None:
    for command in (RECORD, state(AgentState.RESERVED, "C-1"), end):
        door.server.show(command)
    async with door.come_in() as desk:
        assert (await shown(desk))[0] == "ShowAgentState"
        door.server.show(AnswerRequest(agent_id=ANN, request_id="1"))
        assert (await shown(desk))[0] == "AnswerRequest"


async def test_each_desk_sees_its_own_agent_only(door: Door) -> None:
    async with door.come_in("/desk/bob") as bob, door.come_in() as ann:
        await at_the_door(door, bob)
        await at_the_door(door, ann)
        door.server.show(RECORD)
        door.server.show(AnswerRequest(agent_id=AgentId("bob"), request_id="1"))
        assert (await shown(bob))[0] == "AnswerRequest"
        assert (await shown(ann))[0] == "PopScreen"


async def test_second_desk_takes_over_and_the_first_is_let_go(door: Door) -> None:
    door.server.show(state(AgentState.READY))
    async with door.come_in() as first:
        await shown(first)
        async with door.come_in() as second:
            await shown(second)
            with pytest.raises(ConnectionClosed) as let_go:
                await shown(first)
            assert let_go.value.rcvd is not None
            assert let_go.value.rcvd.code == 1013
            door.server.show(RECORD)
            assert (await shown(second))[0] == "PopScreen"


async def test_desk_that_does_not_read_is_let_go_and_may_come_again(door: Door) -> None:
    async with door.come_in() as desk:
        await at_the_door(door, desk)
        for number in range(FRAMES_MAX + 1):
            door.server.show(AnswerRequest(agent_id=ANN, request_id=str(number)))
        async with asyncio.timeout(LIMIT_S):
            await desk.wait_closed()
        assert desk.close_code == 1013
    door.server.show(state(AgentState.READY))
    async with door.come_in() as again:
        assert (await shown(again))[0] == "ShowAgentState"
