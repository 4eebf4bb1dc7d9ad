"""The door for work: who comes in, what is asked, and that each program hears its own answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from core.model.commands import AnswerWork
from core.model.requests import AddWork, WithdrawWork
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.doors import LIMIT_S, TOKEN, OpenDoor
from web.work_link import WorkServer, WorkSettings

TASK = {"request": "AddWork", "request_id": "7", "work_id": "case-17", "channel": "task", "queue": "cards"}


class Door(OpenDoor):
    """A server for work that runs."""

    def __init__(self) -> None:
        super().__init__("/work")
        self.server = WorkServer(WorkSettings(port=0, token=TOKEN), self.wishes.put_nowait, Wristwatch())


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    door.port = await door.server.start()
    yield door
    await door.server.close()


async def heard(program: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(LIMIT_S):
        answer: dict[str, Any] = json.loads(await program.recv())
        return answer


@pytest.mark.parametrize(("path", "token", "status"), [("/work", "guess", 401), ("/desk/ann", TOKEN, 404)])
async def test_refused_at_the_door(door: Door, path: str, token: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await door.come_in(path, token)
    assert refused.value.response.status_code == status


async def test_work_is_stamped_with_the_instant_it_came_in(door: Door) -> None:
    async with door.come_in() as program:
        await program.send(json.dumps(TASK | {"reference": "https://crm/17", "at_us": 1}))
        wish = await door.wish()
        assert isinstance(wish, AddWork)
        assert (wish.work_id, wish.reference, wish.at_us) == ("case-17", "https://crm/17", NOON_US)


async def test_each_program_hears_the_answers_to_its_own_wishes(door: Door) -> None:
    async with door.come_in() as one, door.come_in() as other:
        asked = []
        for program, request in ((one, TASK), (other, TASK | {"request": "WithdrawWork"})):
            fields = {key: request[key] for key in ("request", "request_id", "work_id")}
            await program.send(json.dumps(request if program is one else fields))
            asked.append(await door.wish())
        assert [type(wish) for wish in asked] == [AddWork, WithdrawWork]
        for wish, code in reversed(list(zip(asked, ("", "in_hand"), strict=True))):
            door.server.answer(AnswerWork(work_id=wish.work_id, request_id=wish.request_id, code=code))
        assert [(await heard(program))["code"] for program in (one, other)] == ["", "in_hand"]


async def test_answer_bears_the_name_that_the_program_gave_its_wish(door: Door) -> None:
    async with door.come_in() as program:
        await program.send(json.dumps(TASK))
        wish = await door.wish()
        door.server.answer(AnswerWork(work_id="case-17", request_id=wish.request_id, contact_id="C-1"))
        answer = await heard(program)
        assert (answer["type"], answer["request_id"], answer["contact_id"]) == ("AnswerWork", "7", "C-1")


async def test_answer_for_a_program_that_is_gone_is_dropped(door: Door) -> None:
    async with door.come_in() as program:
        await program.send(json.dumps(TASK))
        wish = await door.wish()
    async with door.come_in() as another:
        await another.send(json.dumps(TASK))
        await door.wish()
        door.server.answer(AnswerWork(work_id="case-17", request_id=wish.request_id))
        await another.send("what?")
        assert (await heard(another))["code"] == "unreadable"


@pytest.mark.parametrize("text", ["[]", "{}", '{"request": "LogIn"}', '{"request": "AddWork"}', "nonsense"])
async def test_what_is_no_wish_about_work_is_answered_so(door: Door, text: str) -> None:
    async with door.come_in() as program:
        await program.send(text)
        assert (await heard(program))["code"] == "unreadable"
        assert door.wishes.empty()
