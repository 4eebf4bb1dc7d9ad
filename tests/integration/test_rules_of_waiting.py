"""Rules of waiting on a real Asterisk: each is shown by a call that it changes.

Straight callers come into the queue `counter`, which asks for `sales` at level 1; the keys above a test are
added to that queue's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.model.hours import DAYS
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones, Press, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

SPEAKS = [Wait(5_000)]
"""What a caller does who comes to voicemail within two seconds: listens, speaks, and hangs up."""


async def connected(goldline: GoldlineServer, count: int = 1) -> list[tuple[str, float]]:
    """Return (agent, seconds waited) of each caller connected, once there are so many."""
    events = await goldline.recorded("ContactConnected", count)
    return [(event["agent_id"], event["waited_us"] / 1e6) for event in events]


async def only_record(goldline: GoldlineServer) -> dict[str, Any]:
    """Return the record of a single call once it is written; there must be no second."""
    await goldline.recorded("InteractionRecorded")
    (record,) = goldline.interactions()
    return record


EXPERTS_FIRST = """
steps = [
    { requirements = { sales = 8 } },
    { after_s = 2, requirements = { sales = 1 } },
]
"""


@pytest.mark.rules(EXPERTS_FIRST)
async def test_caller_nobody_may_serve_at_first_is_connected_after_the_step(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001")
    await seat("dee", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    ((agent, waited_s),) = await connected(goldline)
    assert (agent, waited_s) == ("dee", pytest.approx(2.1, abs=0.4))
    (decision,) = goldline.ledger("DecisionMade")
    assert (decision["step"], decision["need"]) == (2, "sales >= 1")


@pytest.mark.rules(EXPERTS_FIRST)
async def test_step_that_falls_due_while_the_engine_is_dead_is_taken_when_it_is_back(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001")
    await seat("dee", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued")
    goldline.kill()
    goldline.start()
    ((agent, waited_s),) = await connected(goldline)
    assert agent == "dee"
    assert waited_s > 2
    assert len(goldline.ledger("ContactArrived")) == 1


@pytest.mark.rules('require = "wait < 1.5 and sales > 8 or wait >= 1.5 and sales == 3"')
async def test_wait_in_an_expression_turns_the_requirement(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    for agent, extension in (("cy", "1001"), ("bob", "1002")):
        phone(extension)
        await seat(agent, extension)
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    assert await connected(goldline) == [("bob", pytest.approx(1.6, abs=0.4))]


@pytest.mark.rules("""steps = [{ when = 'choice == "counter"', boost_s = 600 }]""")
async def test_boosted_caller_overtakes_who_came_first(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", talk_ms=100)
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 1)
    callers(["5550002"], steps=[Wait(300), Press("2"), Wait(20_000)])
    await goldline.recorded("ContactQueued", 2)
    await seat("ann", "1001")
    await goldline.recorded("InteractionRecorded", 2)
    assert [record["caller_number"] for record in goldline.interactions()] == ["5550002", "5550001"]


@pytest.mark.rules("""
steps = [
    { requirements = { sales = 10 } },
    { after_s = 1, to = { queue = "sales" } },
]
""")
async def test_caller_overflows_to_another_queue_and_keeps_the_time_waited(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001")
    await seat("bob", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    ((agent, waited_s),) = await connected(goldline)
    assert (agent, waited_s) == ("bob", pytest.approx(1.1, abs=0.4))
    (sent,) = goldline.ledger("ContactDiverted")
    assert (sent["queue"], sent["target"], sent["reason"], sent["step"]) == ("counter", "sales", "step", 2)


@pytest.mark.rules("""steps = [{ after_s = 1, to = { flow = "voicemail" } }]""")
async def test_caller_overflows_to_voicemail_and_leaves_a_message(
    goldline: GoldlineServer, callers: StartCallers
) -> None:
    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=SPEAKS)
    await goldline.recorded("MessageLeft")
    record = await only_record(goldline)
    assert (record["outcome"], record["queue"]) == ("voicemail", "counter")
    assert record["queue_us"] / 1e6 == pytest.approx(1, abs=0.3)


@pytest.mark.rules("""steps = [{ after_s = 1, to = { number = "1005" } }]""")
async def test_caller_overflows_to_a_number_and_is_ours_no_more(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone
) -> None:
    outside = phone("1005", talk_ms=300)
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await outside.saw("answered")
    assert await caller.finished(10)
    record = await only_record(goldline)
    assert (record["outcome"], record["agent_id"]) == ("overflowed", "")
    assert [event["number"] for event in goldline.ledger("ContactSentOn")] == ["1005"]


ANOTHER_DAY = DAYS[(datetime.now(UTC).weekday() + 3) % 7]


@pytest.mark.rules(f"""
hours = {{ zone = "UTC", weekly = {{ {ANOTHER_DAY} = ["09:00-17:00"] }} }}
closed = {{ flow = "voicemail" }}
""")
async def test_caller_of_a_closed_queue_is_asked_for_a_message_at_once(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001")
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=SPEAKS)
    await goldline.recorded("MessageLeft")
    assert (await only_record(goldline))["queue_us"] == 0
    assert telephone.moments() == []


@pytest.mark.rules("""
leave_empty_s = 1
empty = { flow = "voicemail" }
""")
async def test_who_waits_is_asked_for_a_message_when_the_last_agent_has_left(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", talk_ms=1_000)
    desk = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected")
    callers(["5550002"], dialed=STRAIGHT_NUMBER, steps=SPEAKS)
    await goldline.recorded("ContactQueued", 2)
    await desk.ask("GoNotReady", reason="break")
    await goldline.recorded("MessageLeft")
    (sent,) = goldline.ledger("ContactDiverted")
    (break_began,) = [e for e in goldline.ledger("AgentStateChanged") if e["reason"] == "break"]
    assert sent["reason"] == "empty"
    assert (sent["at_us"] - break_began["at_us"]) / 1e6 == pytest.approx(1, abs=0.2)


@pytest.mark.rules('agent = "bob"')
async def test_queue_of_one_agent_waits_for_that_agent_while_another_is_idle(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001")
    phone("1002")
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued")
    await seat("bob", "1002")
    ((agent, _),) = await connected(goldline)
    assert agent == "bob"
    assert telephone.moments() == []


async def test_agent_who_does_not_answer_loses_the_call_to_another_and_the_caller_no_place(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", ring_ms=None)
    phone("1002", talk_ms=100)
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("OfferMade")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 2)
    await goldline.recorded("OfferFailed")
    await seat("bob", "1002")
    await goldline.recorded("InteractionRecorded", 2)
    assert [record["caller_number"] for record in goldline.interactions()] == ["5550001", "5550002"]
    assert {record["agent_id"] for record in goldline.interactions()} == {"bob"}
