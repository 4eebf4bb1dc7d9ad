"""Supervisors at the real Asterisk: who hears them, what they take over, and what a killed engine leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.desk import Desk
from tests.services.ears import Ears
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones
from tests.services.supervisor import Supervisor

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]
BOSS_PHONE = "PJSIP/1003"
VOICE_MS = 60_000


@pytest.fixture
async def boss(goldline: GoldlineServer) -> AsyncIterator[Supervisor]:
    """Return a supervisor who is the agent eve as well."""
    async with Supervisor(goldline, "boss", agent="eve") as signed_in:
        yield signed_in


class Talk:
    """Ann's talk with a caller, and what is heard at either end; the boss's phone speaks."""

    def __init__(self, agent: Ears, customer: Ears) -> None:
        self.agent = agent
        self.customer = customer

    async def who_hears_the_boss(self) -> tuple[bool, bool]:
        """Tell whether the agent does, and the customer."""
        return await self.agent.is_loud(), await self.customer.is_loud()


@pytest.fixture
async def talk(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> AsyncIterator[Talk]:
    """Return a talk in hand."""
    agent, customer = await Ears().open(), await Ears().open()
    phone("1001", hears_at=agent.port)
    phone("1003", speaks_ms=VOICE_MS)
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER, hears_at=customer.port)
    await goldline.recorded("ContactConnected")
    yield Talk(agent, customer)
    agent.close()
    customer.close()


async def test_whisper_is_heard_by_the_agent_alone_and_barge_by_both(
    goldline: GoldlineServer, boss: Supervisor, talk: Talk
) -> None:
    await boss.post("/agents/ann/whisper", extension=BOSS_PHONE, why="new here")
    await goldline.recorded("AgentSupervised")
    assert await talk.who_hears_the_boss() == (True, False)
    await boss.post("/agents/ann/barge")
    await goldline.recorded("AgentSupervised", 2)
    assert await talk.who_hears_the_boss() == (True, True)
    await boss.post("/agents/ann/listen")
    told = await goldline.recorded("AgentSupervised", 3)
    assert await talk.who_hears_the_boss() == (False, False)
    assert [(each["mode"], each["asked_by"]) for each in told] == [
        ("whisper", "boss"),
        ("barge", "boss"),
        ("listen", "boss"),
    ]
    await boss.post("/agents/ann/stop-listening")
    (ended,) = await goldline.recorded("SupervisionEnded")
    assert ended["reason"] == "stopped"
    assert goldline.ledger("TalkEnded") == []
    audit = (await boss.get("/audit"))["items"]
    whispers = [(entry["subject"], entry["why"]) for entry in audit if "whisper" in entry["action"]]
    assert whispers == [("ann", "new here")]


async def test_call_is_taken_over_at_the_supervisors_own_desk(
    goldline: GoldlineServer, boss: Supervisor, talk: Talk
) -> None:
    await boss.post("/agents/me/log-in", extension=BOSS_PHONE)
    await boss.post("/agents/me/ready")
    await boss.post("/agents/ann/listen")
    await goldline.recorded("AgentSupervised")
    assert not await talk.customer.is_loud()
    await boss.post("/agents/ann/take-over", why="the customer asked for it")
    _, taken = await goldline.recorded("ContactConnected", 2)
    assert taken["agent_id"] == "eve"
    assert await talk.customer.is_loud()
    (transferred,) = goldline.ledger("ContactTransferred")
    assert (transferred["agent_id"], transferred["target"]) == ("ann", "eve")
    assert transferred["next_contact_id"] == taken["contact_id"]
    (first,) = await goldline.recorded("InteractionRecorded")
    assert (first["agent_id"], first["outcome"]) == ("ann", "closed")
    assert [each["reason"] for each in goldline.ledger("SupervisionEnded")] == ["taken_over"]


async def test_engine_that_was_killed_lets_nobody_listen_on(
    goldline: GoldlineServer, boss: Supervisor, talk: Talk, observer: AmiObserver
) -> None:
    await boss.post("/agents/ann/whisper", extension=BOSS_PHONE)
    await goldline.recorded("AgentSupervised")
    goldline.kill()
    begin = len(observer.events)
    goldline.start()
    await observer.seen(lambda e: e["Event"] == "Hangup" and e["Channel"].startswith(BOSS_PHONE), begin)
    await talk.agent.fall_silent()
    assert await talk.who_hears_the_boss() == (False, False)
    assert goldline.ledger("TalkEnded") == []
