"""What a day's contacts were worth, and how much of it was earned."""

from __future__ import annotations

from core.kernel.clock import microseconds
from core.model.contact import ContactState
from core.model.events import (
    ContactAbandoned,
    ContactArrived,
    ContactConnected,
    ContactQueued,
    InteractionRecorded,
)
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import DomainEvent
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.valuation import Valuation

VALUES = {"gold": 20.0, "standard": 1.0}
VALUATION = Valuation(value_of=lambda queue, tier: VALUES[tier], resolved=frozenset({"solved"}))


def abandoned(name: str, tier: str) -> list[DomainEvent]:
    """A contact that nobody answered in time."""
    came, record = queued(name, tier), recorded(name, tier, ContactState.ABANDONED)
    left = ContactAbandoned(
        at_us=0, contact_id=ContactId(name), queue="cards", tier=tier, stage="queue", waited_us=0
    )
    return [*came, left, record]


def finished(name: str, tier: str, disposition: str) -> list[DomainEvent]:
    """A contact that an agent answered and closed."""
    connected = ContactConnected(
        at_us=0,
        contact_id=ContactId(name),
        queue=QueueName("cards"),
        tier=tier,
        agent_id=AgentId("ann"),
        offer_id=OfferId("O"),
        waited_us=0,
        level=1,
    )
    return [*queued(name, tier), connected, recorded(name, tier, ContactState.CLOSED, disposition)]


def queued(name: str, tier: str) -> list[DomainEvent]:
    contact_id = ContactId(name)
    return [
        ContactArrived(
            at_us=0, contact_id=contact_id, leg_id=LegId(name), caller_number="", dialed_number=""
        ),
        ContactQueued(
            at_us=0, contact_id=contact_id, queue=QueueName("cards"), tier=tier, key_us=0, position=1
        ),
    ]


def recorded(name: str, tier: str, outcome: ContactState, disposition: str = "") -> InteractionRecorded:
    return InteractionRecorded(
        at_us=microseconds(60),
        contact_id=ContactId(name),
        customer_id="",
        caller_number="",
        queue="cards",
        tier=tier,
        outcome=outcome,
        agent_id="ann",
        disposition=disposition,
        ended_by="",
        arrived_us=0,
        ivr_us=0,
        queue_us=0,
        talk_us=0,
        wrap_up_us=0,
        offers=1,
    )


def figures_of(*contacts: list[DomainEvent], valuation: Valuation | None = VALUATION) -> DayFigures:
    figures = DayFigures(Frame(), valuation=valuation)
    for events in contacts:
        for event in events:
            figures.add(event)
    return figures


def test_value_is_earned_by_what_is_resolved_and_weighs_by_tier() -> None:
    day = figures_of(
        finished("a", "gold", "solved"),
        finished("b", "standard", "escalated"),
        finished("c", "standard", "solved"),
        abandoned("d", "gold"),
    )
    everybody, gold = day.of(), day.of(tier="gold")
    assert (everybody.value, everybody.earned) == (42.0, 21.0)
    assert everybody.resolved_share.value == 2 / 3, "of those finished"
    assert (gold.value_share.value, gold.resolved) == (20 / 40, 1)


def test_without_a_valuation_all_are_alike_and_nothing_is_earned() -> None:
    day = figures_of(finished("a", "gold", "solved"), valuation=None)
    assert (day.of().value, day.of().earned) == (1.0, 0.0)


def test_groups_add_up() -> None:
    total = ContactFigures(resolved=1, value=20.0, earned=20.0)
    total += ContactFigures(resolved=2, value=5.0, earned=2.0)
    assert (total.resolved, total.value, total.earned) == (3, 25.0, 22.0)
