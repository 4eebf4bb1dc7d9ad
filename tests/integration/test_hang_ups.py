"""Who leaves when, and whose phone does what: every way a call ends early, on a real Asterisk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import BUSY, DECLINES, UNAVAILABLE, Callers, Phones, Press, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]


async def abandoned_at(goldline: GoldlineServer) -> str:
    (event,) = await goldline.recorded("ContactAbandoned")
    stage: str = event["stage"]
    return stage


async def test_the_caller_hangs_up_in_the_menu(goldline: GoldlineServer, callers: StartCallers) -> None:
    callers(["5550001"], steps=[Wait(300)])
    assert await abandoned_at(goldline) == "ivr"


async def test_the_caller_hangs_up_in_the_queue(goldline: GoldlineServer, callers: StartCallers) -> None:
    callers(["5550001"], steps=[Wait(300), Press("1"), Wait(500)])
    assert await abandoned_at(goldline) == "queue"
    (event,) = goldline.ledger("ContactAbandoned")
    assert event["waited_us"] == pytest.approx(400_000, abs=200_000)


async def test_the_caller_hangs_up_while_the_agents_phone_rings(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001", ring_ms=None)
    desk = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(800)])
    reserved = await desk.shown("ShowAgentState", state="reserved")
    assert await abandoned_at(goldline) == "ringing"
    await desk.shown("ClearScreen")
    await desk.shown("ShowAgentState", begin=desk.frames.index(reserved), state="ready")
    assert [moment.what for moment in telephone.moments()] == ["rang", "was_cancelled"]


async def test_the_caller_hangs_up_in_the_talk(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001")
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(600)])
    (ended,) = await goldline.recorded("TalkEnded")
    assert ended["ended_by"] == "customer"
    assert [moment.what for moment in telephone.moments()] == ["rang", "answered", "was_hung_up"]


async def test_the_agent_hangs_up_first(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", talk_ms=300)
    await seat("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    (ended,) = await goldline.recorded("TalkEnded")
    assert ended["ended_by"] == "agent"
    assert await caller.finished(5)
    assert [moment.what for moment in caller.moments()] == ["answered", "was_hung_up"]


async def test_the_agent_ends_the_talk_from_the_desk(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001")
    desk = await seat("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await desk.shown("ShowAgentState", state="on_contact")
    await desk.ask("HangUpContact")
    assert await caller.finished(5)
    (ended,) = await goldline.recorded("TalkEnded")
    assert ended["ended_by"] == "agent"


async def test_an_agent_who_does_not_answer_is_made_not_ready_and_the_next_one_gets_the_call(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001", ring_ms=None)
    phone("1002")
    ann, _ = await seat("ann", "1001"), await seat("bob", "1002")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await ann.shown("ShowAgentState", state="not_ready", reason="rona")
    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["agent_id"] == "bob"
    (failed,) = goldline.ledger("OfferFailed")
    assert (failed["agent_id"], failed["outcome"]) == ("ann", "no_answer")
    assert [moment.what for moment in telephone.moments()] == ["rang", "was_cancelled"]


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    # Asterisk gives a 480 the cause of a phone that nobody answered (19).
    [(BUSY, "busy"), (DECLINES, "rejected"), (UNAVAILABLE, "no_answer")],
)
async def test_a_phone_that_refuses_passes_the_call_on(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    refusal: str,
    outcome: str,
) -> None:
    phone("1001", refusal=refusal)
    phone("1002")
    await seat("ann", "1001")
    await seat("bob", "1002")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["agent_id"] == "bob"
    (failed,) = goldline.ledger("OfferFailed")
    assert (failed["agent_id"], failed["outcome"]) == ("ann", outcome)


async def test_a_phone_that_is_not_registered_passes_the_call_on(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1002")
    await seat("ann", "1009")
    await seat("bob", "1002")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["agent_id"] == "bob"
    (failed,) = goldline.ledger("OfferFailed")
    assert (failed["agent_id"], failed["outcome"]) == ("ann", "unreachable")
