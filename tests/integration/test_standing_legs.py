"""Agents whose calls stand, on a real Asterisk: one contact after the other, lost calls, an engine killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Connect = Callable[[str], Awaitable[Desk]]


@pytest.fixture
async def desk(goldline: GoldlineServer) -> AsyncIterator[Connect]:
    """Return a way to connect an agent's desk."""
    async with AsyncExitStack() as desks:
        yield lambda agent: desks.enter_async_context(goldline.desk(agent))


async def legs(observer: AmiObserver) -> list[str]:
    """Return the channels there are, by the ends of their names' first parts: `1001`, `trunk`."""
    channels = await observer.enumerate("CoreShowChannels")
    return sorted(channel["Channel"].partition("/")[2].partition("-")[0] for channel in channels)


async def written(goldline: GoldlineServer, agent: str) -> None:
    """Wait until the ledger has it that the agent's call stands."""
    count = 1
    while True:
        *_, last = await goldline.recorded("AgentStateChanged", count)
        if (last["agent_id"], last["standing"]) == (agent, "in_hand"):
            return
        count = len(goldline.ledger("AgentStateChanged")) + 1


async def test_phone_rings_once_for_one_caller_after_the_other(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    desk: Connect,
    observer: AmiObserver,
) -> None:
    telephone = phone("1001", ring_ms=200)
    ann = await desk("ann")
    await ann.stand_by("1001")
    for number in ("5550001", "5550002", "5550003"):
        caller = callers([number], dialed=STRAIGHT_NUMBER, steps=[Wait(300)])
        assert await caller.finished(5)
    await goldline.recorded("InteractionRecorded", 3)
    records = goldline.interactions()
    assert [(record["outcome"], record["ended_by"]) for record in records] == [("closed", "customer")] * 3
    assert [len(telephone.moments(what)) for what in ("rang", "answered", "was_hung_up")] == [1, 1, 0]
    assert await legs(observer) == ["1001"]
    await ann.ask("LogOut")
    await telephone.saw("was_hung_up")
    assert goldline.complaints() == []


async def test_hanging_up_at_the_desk_ends_the_callers_call_alone(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, desk: Connect, observer: AmiObserver
) -> None:
    phone("1001")
    ann = await desk("ann")
    await ann.stand_by("1001")
    waiting = callers(["5550001", "5550002"], dialed=STRAIGHT_NUMBER)
    await ann.end_talks(2)
    assert await waiting.finished(5)
    await goldline.recorded("InteractionRecorded", 2)
    assert [record["ended_by"] for record in goldline.interactions()] == ["agent"] * 2
    assert await legs(observer) == ["1001"]


async def test_lost_call_is_rung_again_and_takes_contacts_then(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, desk: Connect
) -> None:
    telephone = phone("1001", talk_ms=1_500)
    ann = await desk("ann")
    await ann.stand_by("1001")
    begin = len(ann.frames)
    lost = await ann.shown("ShowAgentState", begin, state="not_ready", reason="leg_down")
    assert lost.fields["standing"] == "lost"
    waiting = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["agent_id"] == "ann"
    assert len(telephone.moments("answered")) == 2
    assert await waiting.finished(5)


async def test_phone_hung_up_in_a_talk_takes_the_caller_along(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, desk: Connect
) -> None:
    phone("1001", talk_ms=1_500)
    ann = await desk("ann")
    await ann.stand_by("1001")
    talking = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    assert await talking.finished(5)
    await goldline.recorded("InteractionRecorded")
    assert [record["ended_by"] for record in goldline.interactions()] == ["agent"]


async def test_engine_killed_while_one_stands_by_and_one_talks(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, desk: Connect, observer: AmiObserver
) -> None:
    telephones = [phone("1001"), phone("1002")]
    ann, bob = await desk("ann"), await desk("bob")
    await ann.stand_by("1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    (talk,) = await goldline.recorded("ContactConnected")
    await bob.stand_by("1002")
    await written(goldline, "bob")

    killed_at = len(observer.events)
    goldline.kill()
    goldline.start()
    await goldline.recorded("ContactAdopted")
    ann, bob = await desk("ann"), await desk("bob")
    await ann.shown("ShowAgentState", state="on_contact", contact_id=talk["contact_id"])
    await bob.shown("ShowAgentState", state="ready", standing="in_hand")
    second = callers(["5550002"], dialed=STRAIGHT_NUMBER, steps=[Wait(300)])
    assert await second.finished(5)
    await ann.ask("HangUpContact")
    await ann.shown("ShowAgentState", state="ready", standing="in_hand")
    third = callers(["5550003", "5550004"], dialed=STRAIGHT_NUMBER, steps=[Wait(300)])
    assert await third.finished(5)

    connected = await goldline.recorded("ContactConnected", 4)
    assert [event["agent_id"] for event in connected[:2]] == ["ann", "bob"]
    assert sorted(event["agent_id"] for event in connected[2:]) == ["ann", "bob"]
    hung_up = [event["Channel"] for event in observer.events[killed_at:] if event["Event"] == "Hangup"]
    assert [name for name in hung_up if "trunk" not in name] == []
    assert [len(telephone.moments("answered")) for telephone in telephones] == [1, 1]
    assert await legs(observer) == ["1001", "1002"]
