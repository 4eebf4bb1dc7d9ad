"""The first call: from a real caller's INVITE to the finished record, as a user's program serves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones, Press, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

GRACE, PAUL = "2025550123", "2025550147"
CUSTOMERS = f"""\
external_id,name,phone,tier
K-1,Grace Hopper,+1{GRACE},gold
K-2,Paul Baran,+1{PAUL},platinum
"""


@pytest.fixture
def customers(goldline: GoldlineServer, tmp_path: Path) -> None:
    """Load the bank's two best customers, as its clerk would."""
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS)
    goldline.run("crm", "import", str(file))


@pytest.mark.usefixtures("customers")
async def test_a_customer_is_recognised_shown_connected_wrapped_up_and_recorded(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001", ring_ms=300)
    desk = await seat("ann", "1001")
    caller = callers([GRACE], steps=[Wait(300), Press("1"), Wait(1500)])

    shown = await desk.shown("PopScreen")
    assert shown.fields["customer"]["name"] == "Grace Hopper"
    assert (shown.fields["tier"], shown.fields["choices"]) == ("gold", ["sales"])
    await desk.shown("ShowAgentState", state="wrap_up")
    await desk.ask("FinishWrapUp", disposition="sale")
    assert await caller.finished(5)

    await goldline.recorded("InteractionRecorded")
    (record,) = goldline.interactions()
    assert (record["customer_id"], record["caller_number"]) == ("K-1", GRACE)
    assert (record["queue"], record["tier"], record["agent_id"]) == ("sales", "gold", "ann")
    assert (record["outcome"], record["ended_by"], record["disposition"]) == ("closed", "customer", "sale")
    # Both ends of the line agree with the record, to a tenth of a second.
    (rang,), (answered,) = telephone.moments("rang"), telephone.moments("answered")
    (hung_up,) = caller.moments("hung_up")
    assert record["talk_us"] / 1e6 == pytest.approx(hung_up.at_s - answered.at_s, abs=0.1)
    assert record["queue_us"] / 1e6 == pytest.approx(0.3, abs=0.1)
    (reserved,) = goldline.ledger("AgentReserved")
    assert reserved["at_us"] / 1e6 < rang.at_s
    assert shown.at_s < answered.at_s


@pytest.mark.usefixtures("customers")
async def test_a_platinum_customer_who_came_last_is_connected_first(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", talk_ms=100)
    callers(["5550001", "5550002", "5550003"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 3)
    callers([PAUL], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 4)
    await seat("bob", "1001")
    await goldline.recorded("InteractionRecorded", 4)
    order = [record["caller_number"] for record in goldline.interactions()]
    assert order == [PAUL, "5550001", "5550002", "5550003"]


@pytest.mark.usefixtures("customers")
async def test_a_platinum_customer_gets_the_best_agent_and_anybody_else_the_longest_idle(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    for extension in ("1001", "1002", "1003"):
        phone(extension)
    for agent, extension in (("bob", "1001"), ("cy", "1002"), ("ann", "1003")):
        await seat(agent, extension)
    callers([PAUL], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected", 1)
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected", 2)
    assert [event["tier"] for event in goldline.ledger("ContactQueued")] == ["platinum", "standard"]
    # Whom each is offered first: on a busy machine a phone may ring out, and somebody else is next.
    first: dict[str, str] = {}
    for offer in goldline.ledger("OfferMade"):
        first.setdefault(offer["contact_id"], offer["agent_id"])
    assert list(first.values()) == ["ann", "bob"]


async def test_no_channel_is_left_when_a_call_is_over(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    phone("1001")
    await seat("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(500)])
    assert await caller.finished(5)
    await goldline.recorded("InteractionRecorded")
    assert await observer.enumerate("CoreShowChannels") == []
