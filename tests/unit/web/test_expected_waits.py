"""The wait to expect, on boards: what the engine says, asked anew when something happens in the queues."""

from __future__ import annotations

import asyncio

import pytest

from core.kernel.clock import microseconds
from core.model.commands import AnswerWaits, ExpectedWait
from core.model.events import ContactArrived, QueueingAsked
from core.model.ids import ContactId, LegId, QueueName
from core.model.message import Event
from core.model.requests import DescribeWaits
from tests.services.clocks import NOON_US, Wristwatch
from web.front import FrontOffice, FrontSettings
from web.house import House, QueueCard
from web.live.expected import WaitClerk
from web.live.floor import Floor
from web.live.topic import QUEUES
from web.views.floor import QueueView

CARDS = QueueName("cards")
HOUSE = House(
    queues={CARDS: QueueCard(name=CARDS)}, tiers=("gold", "standard", "bronze"), default_tier="standard"
)
ALICE = ContactId("alice")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.expected.PAUSE_S", 0)


class Engine:
    """Says that gold waits a third as long as others; `wait_s` is None while it is away."""

    def __init__(self, wait_s: float | None) -> None:
        self.wait_s = wait_s
        self.asked: asyncio.Queue[Event] = asyncio.Queue()
        self.front = FrontOffice(self._hear, FrontSettings(patience_s=0.01))

    def _hear(self, request: Event) -> None:
        assert isinstance(request, DescribeWaits)
        if self.wait_s is not None:
            gold, others = microseconds(self.wait_s / 3), microseconds(self.wait_s)
            waits = (
                ExpectedWait(queue=CARDS, tier="gold", wait_us=gold),
                ExpectedWait(queue=CARDS, tier="standard", wait_us=others),
            )
            self.front.answer(AnswerWaits(request_id=request.request_id, waits=waits))
        self.asked.put_nowait(request)


def floor_at_rest() -> Floor:
    """Return a floor of which all is told that there is so far."""
    floor = Floor(HOUSE, NOON_US)
    assert list(floor.changes())
    return floor


def stir(floor: Floor, at_us: int = NOON_US) -> None:
    """Let somebody ask for the queue."""
    floor.add(
        ContactArrived(at_us=at_us, contact_id=ALICE, leg_id=LegId("1"), caller_number="", dialed_number="")
    )
    floor.add(QueueingAsked(at_us=at_us, contact_id=ALICE, queue=CARDS))


async def row_of(floor: Floor) -> QueueView:
    """Return the queue's row as soon as there is a new one."""
    async with asyncio.timeout(5):
        while True:
            for change in floor.changes():
                if change.topic is QUEUES:
                    assert isinstance(change.view, QueueView)
                    return change.view
            await asyncio.sleep(0)


async def test_a_queue_shows_what_callers_are_told_by_tier() -> None:
    floor, engine = floor_at_rest(), Engine(wait_s=90.4)
    asking = asyncio.create_task(WaitClerk(floor, engine.front, Wristwatch()).run())
    row = await row_of(floor)
    asking.cancel()
    assert row.expected_wait_seconds == 90
    told = {name: tier.expected_wait_seconds for name, tier in row.tiers.items()}
    assert told == {"gold": 30, "standard": 90, "bronze": None}


async def test_the_engine_is_asked_again_when_something_happens_and_not_by_what_it_says() -> None:
    floor, engine = floor_at_rest(), Engine(wait_s=90)
    asking = asyncio.create_task(WaitClerk(floor, engine.front, Wristwatch()).run())
    await row_of(floor)
    engine.wait_s = 600
    for _ in range(10):
        await asyncio.sleep(0)
    assert engine.asked.qsize() == 1
    stir(floor)
    assert (await row_of(floor)).expected_wait_seconds == 90
    assert (await row_of(floor)).expected_wait_seconds == 600
    asking.cancel()
    assert engine.asked.qsize() == 2


async def test_while_the_engine_is_away_nothing_is_made_up() -> None:
    floor, engine = floor_at_rest(), Engine(wait_s=None)
    asking = asyncio.create_task(WaitClerk(floor, engine.front, Wristwatch()).run())
    await engine.asked.get()
    stir(floor)
    assert (await row_of(floor)).expected_wait_seconds is None
    engine.wait_s = 60
    await engine.asked.get()
    assert (await row_of(floor)).expected_wait_seconds == 60
    asking.cancel()
