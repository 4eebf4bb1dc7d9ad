"""A queue that calls back, for tests: how callers leave its line, and who takes which phone."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds
from core.model.commands import (
    RingLeg,
)
from core.model.contact import Contact
from core.model.events import (
    DialogueOpened,
    LegAnswered,
    LegJoined,
)
from core.model.hours import DAYS, OpeningHours, parse_opening
from core.model.ids import BridgeId, LegId
from routing.rules import CallbackRules, QueueRules
from tests.unit.floor import CARDS, Floor

RULES = CallbackRules(
    attempts_max=2, spacing_us=microseconds(900), shown_number="5559000", keep_us=microseconds(86_400)
)
QUEUE = replace(CARDS, callback=RULES, music="strings")
NUMBER = "5550001"
FIRST_HOUR = OpeningHours(zone=ZoneInfo("UTC"), weekly=dict.fromkeys(DAYS, (parse_opening("00:00-01:00"),)))
HOUR_US = microseconds(3_600)
DAY_US = microseconds(86_400)


def centre(queue: QueueRules = QUEUE, **levels: int) -> Floor:
    return Floor(levels or {"ann": 5, "bob": 5}, queue=queue)


def book(floor: Floor, name: str = "caller", number: str = NUMBER) -> Contact:
    """Let a caller come, wait 10 s, and leave for a callback; return its contact."""
    caller = floor.arrive(name, number=number)
    floor.pass_s(10)
    assert floor.leave_for_callback(caller)
    return floor.callback_of(name)


def agent_takes(floor: Floor, agent: str = "ann") -> LegId:
    """Let the agent answer, so that the leg comes into our hands; return the customer's leg, now dialed."""
    leg_id = floor.phone_of(agent)
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id))
    return floor.orders(RingLeg)[-1].leg_id


def customer_answers(floor: Floor, agent: str = "ann") -> None:
    customer = floor.orders(RingLeg)[-1]
    bridge = BridgeId("talk")
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=customer.leg_id))
    floor.hear(LegJoined(at_us=floor.now_us, leg_id=customer.leg_id, bridge_id=bridge))
    floor.hear(LegJoined(at_us=floor.now_us, leg_id=customer.bridge_with, bridge_id=bridge))
