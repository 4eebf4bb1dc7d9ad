"""The door of each queue: whether a contact may join, by opening hours, length, and who is there to serve."""

from __future__ import annotations

from typing import NamedTuple

from core.model.contact import VOICE, Contact
from core.model.destination import Destination, DivertReason
from core.model.ids import QueueName
from routing.circumstances import Circumstances
from routing.course import base_need, needs_ahead
from routing.router import Router
from routing.rules import Join, QueueRules, Queues


class Refusal(NamedTuple):
    """Why a contact may not join a queue, and where it goes instead."""

    reason: DivertReason
    to: Destination


class Door:
    """The part of routing that knows who may join which queue."""

    def __init__(self, router: Router, circumstances: Circumstances, queues: Queues) -> None:
        self._router = router
        self._circumstances = circumstances
        self._queues = queues

    def refusal(self, contact: Contact, queue: QueueName, now_us: int) -> Refusal | None:
        """Return why the contact may not join the queue now, None where it may.

        Work does not stand at the door: whether a queue has room for it was said when it was brought.
        """
        if contact.channel != VOICE:
            return None
        rules = self._queues[queue]
        if rules.hours is not None and not rules.hours.is_open(now_us):
            return Refusal(DivertReason.CLOSED, rules.closed)
        if self._router.waiting(queue) >= rules.length_max:
            return Refusal(DivertReason.FULL, rules.full)
        if not self._is_served(contact, rules, now_us):
            return Refusal(DivertReason.EMPTY, rules.empty)
        return None

    def is_staffed(self, contact: Contact, queue: QueueName, now_us: int) -> bool:
        """Tell whether somebody at work could serve the contact there, at once or after some step."""
        rules = self._queues[queue]
        values = self._circumstances.values(contact, queue, now_us)
        return self._router.is_anybody_at_work(queue, needs_ahead(rules, contact, values), rules.agent)

    def _is_served(self, contact: Contact, rules: QueueRules, now_us: int) -> bool:
        match rules.join:
            case Join.ALWAYS:
                return True
            case Join.STAFFED:
                return self.is_staffed(contact, rules.name, now_us)
            case Join.READY:
                values = self._circumstances.values(contact, rules.name, now_us)
                need = base_need(rules, contact, values, 0)
                return self._router.is_anybody_idle(rules.name, need, rules.agent)
