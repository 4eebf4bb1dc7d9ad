"""Preferred agents, resumed places and callbacks on a real Asterisk: each rule by a call that it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.integration.conftest import AGENTS
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import BUSY, Callers, Phones, Press, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
StartServer = Callable[..., GoldlineServer]
Seat = Callable[[GoldlineServer, str, str], Awaitable[Desk]]

PAUL = "2025550147"
PREFER_S = 2
LOYAL = f"""
[tiers.loyal]
prefer_s = {PREFER_S}
"""
RESUME = "resume_within_s = 60"
CALLBACK = """
announce_first_s = 1
callback = { key = "1", spacing_s = 60 }
"""
CUSTOMER = "1004"
"""The number of a caller who can be called back: one of the phones."""


@pytest.fixture
async def serve(asterisk: RealAsterisk, observer: AmiObserver, tmp_path: Path) -> AsyncIterator[StartServer]:
    """Return a way to start the program with further rules."""
    async with AsyncExitStack() as servers:

        def start(**rules: str) -> GoldlineServer:
            return servers.enter_context(GoldlineServer(tmp_path / "goldline", asterisk, AGENTS, **rules))  # type: ignore[arg-type]

        yield start


@pytest.fixture
async def seat_at() -> AsyncIterator[Seat]:
    """Return a way to seat an agent of a program, ready, at an extension."""
    async with AsyncExitStack() as desks:

        async def sit_down(goldline: GoldlineServer, agent: str, extension: str) -> Desk:
            desk = await desks.enter_async_context(goldline.desk(agent))
            await desk.log_in(extension)
            return desk

        yield sit_down


# --- preferred agent -------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps_ann_s", [1, 20], ids=["comes free in time", "talks for too long"])
async def test_customer_waits_for_the_agent_of_last_time_although_another_is_free(
    serve: StartServer,
    callers: StartCallers,
    phone: StartPhone,
    seat_at: Seat,
    tmp_path: Path,
    keeps_ann_s: int,
) -> None:
    goldline = serve(tiers=LOYAL)
    file = tmp_path / "customers.csv"
    file.write_text(f"external_id,name,phone,tier\nK-2,Paul Baran,+1{PAUL},loyal\n")
    goldline.run("crm", "import", str(file))
    phone("1001")
    phone("1002")
    await seat_at(goldline, "ann", "1001")
    assert await callers([PAUL], dialed=STRAIGHT_NUMBER, steps=[Wait(300)]).finished(5)
    await goldline.recorded("InteractionRecorded")

    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(1_000 * keeps_ann_s)])
    await goldline.recorded("ContactConnected", 2)
    await seat_at(goldline, "bob", "1002")
    callers([PAUL], dialed=STRAIGHT_NUMBER)
    *_, connected = await goldline.recorded("ContactConnected", 3)
    assert connected["tier"] == "loyal"
    if keeps_ann_s < PREFER_S:
        assert connected["agent_id"] == "ann"
    else:
        assert connected["agent_id"] == "bob"
        assert connected["waited_us"] / 1e6 == pytest.approx(PREFER_S, abs=0.2)


# --- resumed places --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "first"), [(RESUME, "5550001"), ("", "5550002")], ids=["resumes", "without the rule"]
)
async def test_caller_who_hung_up_and_rings_back_stands_at_the_old_place(
    serve: StartServer, callers: StartCallers, phone: StartPhone, seat_at: Seat, rules: str, first: str
) -> None:
    goldline = serve(counter=rules)
    phone("1001", talk_ms=100)
    assert await callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(500)]).finished(5)
    await goldline.recorded("ContactAbandoned")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 2)
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 3)
    await seat_at(goldline, "ann", "1001")
    await goldline.recorded("InteractionRecorded", 3)
    _, served, _ = goldline.interactions()
    assert served["caller_number"] == first
    assert len(goldline.ledger("PlaceResumed")) == (1 if rules else 0)


# --- callbacks ---------------------------------------------------------------------------------------


async def book(goldline: GoldlineServer, callers: StartCallers) -> str:
    """Let the customer press the key at the announcement, somebody else wait behind; return the contact."""
    steps = [Wait(1_600), Press("1"), Wait(20_000)]
    customer = callers([CUSTOMER], dialed=STRAIGHT_NUMBER, steps=steps)
    await goldline.recorded("ContactQueued")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    (booked,) = await goldline.recorded("CallbackBooked")
    await customer.saw("was_hung_up")
    return str(booked["contact_id"])


async def test_callback_keeps_its_place_and_the_customer_hears_the_agent_at_once(
    serve: StartServer, callers: StartCallers, phone: StartPhone, seat_at: Seat
) -> None:
    goldline = serve(counter=CALLBACK)
    contact_id = await book(goldline, callers)
    agents_phone, customers_phone = phone("1001", talk_ms=500), phone(CUSTOMER, ring_ms=300)
    await seat_at(goldline, "ann", "1001")
    first, second = await goldline.recorded("ContactConnected", 2)
    assert first["contact_id"] == contact_id
    assert second["contact_id"] != contact_id

    (rang,), (answered,) = customers_phone.moments("rang"), customers_phone.moments("answered")
    assert agents_phone.moments("answered")[0].at_s < rang.at_s
    assert first["at_us"] / 1e6 == pytest.approx(answered.at_s, abs=0.1)
    await goldline.recorded("InteractionRecorded", 3)
    told = {record["contact_id"]: record["outcome"] for record in goldline.interactions()}
    assert len(told) == 3
    assert told[contact_id] == "closed"
    assert sorted(told.values()) == ["callback", "closed", "closed"]
    assert not goldline.complaints()


async def test_customer_who_is_busy_is_not_dialed_again_at_once_and_the_agent_goes_on(
    serve: StartServer, callers: StartCallers, phone: StartPhone, seat_at: Seat
) -> None:
    goldline = serve(counter=CALLBACK)
    contact_id = await book(goldline, callers)
    phone("1001", talk_ms=100)
    phone(CUSTOMER, refusal=BUSY)
    await seat_at(goldline, "ann", "1001")
    (postponed,) = await goldline.recorded("CallbackPostponed")
    assert (postponed["contact_id"], postponed["reason"]) == (contact_id, "busy")
    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["contact_id"] != contact_id
    await goldline.recorded("InteractionRecorded", 2)
    assert len(goldline.ledger("CallbackDialed")) == 1


async def test_callback_keeps_its_place_although_the_program_is_killed(
    serve: StartServer, callers: StartCallers, phone: StartPhone, seat_at: Seat
) -> None:
    goldline = serve(counter=CALLBACK)
    contact_id = await book(goldline, callers)
    await goldline.recorded("InteractionRecorded")
    goldline.kill()
    goldline.start()
    phone("1001", talk_ms=100)
    phone(CUSTOMER)
    await seat_at(goldline, "ann", "1001")
    first, _ = await goldline.recorded("ContactConnected", 2)
    assert first["contact_id"] == contact_id


async def test_customer_who_calls_in_again_takes_the_place_of_the_callback(
    serve: StartServer, callers: StartCallers, phone: StartPhone, seat_at: Seat
) -> None:
    goldline = serve(counter=CALLBACK)
    contact_id = await book(goldline, callers)
    phone("1001", talk_ms=100)
    customers_phone = phone(CUSTOMER)
    callers([CUSTOMER], dialed=STRAIGHT_NUMBER)
    (closed,) = await goldline.recorded("CallbackClosed")
    assert (closed["contact_id"], closed["outcome"]) == (contact_id, "called_in")
    await seat_at(goldline, "ann", "1001")
    await goldline.recorded("InteractionRecorded", 4)
    served = [record for record in goldline.interactions() if record["outcome"] == "closed"]
    assert [record["caller_number"] for record in served] == [CUSTOMER, "5550002"]
    assert customers_phone.moments("rang") == []
