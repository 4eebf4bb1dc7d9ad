"""The nodes that need nothing from outside: which way a value, the clock or a queue sends a call. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from core.kernel.clock import seconds
from core.model.contact import Contact
from core.model.hours import is_open
from core.model.ids import QueueName
from core.model.message import Event
from ivr.dialogue import Dialogue
from ivr.nodes import Branch, Hours, NodeName, QueueState
from ivr.values import value_of


class QueueView(Protocol):
    """What a flow may know of the queues; routing shows it."""

    def waiting(self, queue: QueueName) -> int:
        """Return how many contacts wait in `queue`."""
        ...

    def longest_wait_us(self, queue: QueueName, now_us: int) -> int:
        """Return the longest time any contact has waited in `queue`, 0 where none waits."""
        ...

    def ready_agents(self, queue: QueueName) -> int:
        """Return how many idle agents could serve `queue`."""
        ...

    def expected_wait_us(self, queue: QueueName, tier: str, now_us: int) -> int:
        """Return how long a contact of `tier` would wait that asked for `queue` now."""
        ...

    def expected_band_min(self, queue: QueueName, tier: str, now_us: int) -> tuple[int, int | None]:
        """Return the same as least and most minutes, None for no most, as callers are told it."""
        ...


class Callbacks(Protocol):
    """Who calls customers back; routing does."""

    def refusal(self, contact: Contact, queue: QueueName, number: str = "") -> str:
        """Return why this customer cannot be called back from `queue`; an empty text where they can."""
        ...

    def book(self, contact: Contact, queue: QueueName, why: Event, number: str = "") -> object:
        """Book a callback for a customer whose own contact ends; there MUST be no `refusal`."""
        ...


def decide(node: Branch | Hours | QueueState, dialogue: Dialogue, queues: QueueView, now_us: int) -> NodeName:
    """Return the node that `node` sends the call to at `now_us`."""
    match node:
        case Branch():
            value = value_of(node.on, dialogue.contact, dialogue.variables)
            return node.cases.get(value, node.otherwise)
        case Hours():
            now_open = is_open(now_us, node.zone, node.weekly, node.holidays)
            return node.open if now_open else node.closed
        case QueueState():
            return node.busy if _is_busy(node, dialogue.contact.tier, queues, now_us) else node.next


def _is_busy(node: QueueState, tier: str, queues: QueueView, now_us: int) -> bool:
    queue = QueueName(node.queue)
    return (
        _at_least(node.waiting_at_least, lambda: queues.waiting(queue))
        or _at_least(node.longest_wait_at_least_s, lambda: seconds(queues.longest_wait_us(queue, now_us)))
        or _at_least(
            node.expected_wait_at_least_s, lambda: seconds(queues.expected_wait_us(queue, tier, now_us))
        )
        or (node.ready_agents_at_most is not None and queues.ready_agents(queue) <= node.ready_agents_at_most)
    )


def _at_least(threshold: float | None, found: Callable[[], float]) -> bool:
    """Tell whether the threshold, if there is one, is met; only then is looked."""
    return threshold is not None and found() >= threshold
