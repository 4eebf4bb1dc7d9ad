"""Two hundred calls at ten a second: everybody is served, and nobody's books differ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.desk import Desk
from tests.services.goldline import GoldlineServer
from tests.services.sipp import STAY, Callers, Phones, Press, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CALLS = 200


async def test_two_hundred_calls_through_menu_and_queue_are_all_accounted_for(
    goldline: GoldlineServer,
    callers: Callable[..., Callers],
    phone: Callable[..., Phones],
    seat: Callable[[str, str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    agents = {"ann": "1001", "bob": "1002", "cy": "1003", "dee": "1004", "eve": "1005"}
    telephones = [phone(extension, talk_ms=300) for extension in agents.values()]
    for agent, extension in agents.items():
        await seat(agent, extension)
    numbers = [f"555{number:04}" for number in range(CALLS)]
    line = callers(numbers, steps=[Wait(300), Press("2"), *STAY], rate=10)
    assert await line.finished(60)
    await goldline.recorded("InteractionRecorded", CALLS)

    records = goldline.interactions()
    assert sorted(record["caller_number"] for record in records) == numbers
    assert {(record["outcome"], record["ended_by"]) for record in records} == {("closed", "agent")}
    # Asterisk saw the same callers arrive, meet an agent, and leave.
    legs = {event["leg_id"] for event in goldline.ledger("ContactArrived")}
    trunk = [event for event in observer.events if event.get("Channel", "").startswith("PJSIP/trunk-")]
    for name in ("Newchannel", "BridgeEnter", "Hangup"):
        assert {event["Uniqueid"] for event in trunk if event["Event"] == name} == legs
    # And so did the phones.
    assert sum(len(telephone.moments("answered")) for telephone in telephones) == CALLS
    assert await observer.enumerate("CoreShowChannels") == []
