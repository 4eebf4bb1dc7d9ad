"""The bus delivers in order, one message at a time, and stops an exchange without end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.kernel.bus import DRAIN_LIMIT, Bus
from core.kernel.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Rang:
    phone: int


@dataclass(frozen=True, slots=True)
class Answered:
    phone: int


class AnsweredTwice(Answered):
    """A subclass, to show that only the exact class counts."""


def test_messages_are_delivered_in_the_order_they_were_published() -> None:
    bus = Bus()
    heard: list[object] = []
    bus.subscribe(Rang, heard.append)
    bus.subscribe(Answered, heard.append)
    messages = [Rang(1), Answered(1), Rang(2), Rang(3), Answered(2)]
    for message in messages:
        bus.publish(message)
    assert heard == []
    bus.drain()
    assert heard == messages


def test_handlers_of_one_message_run_in_the_order_they_subscribed() -> None:
    bus = Bus()
    order: list[str] = []
    bus.subscribe(Rang, lambda _: order.append("ivr"))
    bus.subscribe(Rang, lambda _: order.append("routing"))
    bus.subscribe(Rang, lambda _: order.append("metrics"))
    bus.publish(Rang(1))
    bus.drain()
    assert order == ["ivr", "routing", "metrics"]


def test_what_a_handler_publishes_waits_until_every_handler_has_run() -> None:
    bus = Bus()
    order: list[str] = []

    def pick_up(rang: Rang) -> None:
        bus.publish(Answered(rang.phone))
        order.append("picked up")

    bus.subscribe(Rang, pick_up)
    bus.subscribe(Rang, lambda _: order.append("ring seen"))
    bus.subscribe(Answered, lambda _: order.append("answer seen"))
    bus.publish(Rang(1))
    bus.drain()
    assert order == ["picked up", "ring seen", "answer seen"]


def test_a_consequence_comes_after_what_was_published_before_it() -> None:
    bus = Bus()
    heard: list[object] = []
    bus.subscribe(Rang, lambda rang: bus.publish(Answered(rang.phone)))
    bus.subscribe(Rang, heard.append)
    bus.subscribe(Answered, heard.append)
    bus.publish(Rang(1))
    bus.publish(Rang(2))
    bus.drain()
    assert heard == [Rang(1), Rang(2), Answered(1), Answered(2)]


def test_a_handler_hears_of_its_exact_class_only() -> None:
    bus = Bus()
    heard: list[object] = []
    bus.subscribe(Answered, heard.append)
    bus.publish(AnsweredTwice(1))
    bus.publish(Rang(1))
    bus.drain()
    assert heard == []


def test_an_exchange_without_end_is_called_a_bug() -> None:
    bus = Bus()
    bus.subscribe(Rang, lambda rang: bus.publish(Answered(rang.phone)))
    bus.subscribe(Answered, lambda answered: bus.publish(Rang(answered.phone)))
    bus.publish(Rang(1))
    with pytest.raises(InvariantBroken, match=str(DRAIN_LIMIT)):
        bus.drain()
