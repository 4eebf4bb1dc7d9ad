"""The feature that knows how long contacts will wait: for announcements, menus and the rules of queues.

It watches who enters service, and where there is a trained estimator also what that has to see. Each contact
that has to wait is given the wait expected of it, so that the error can be measured when it is served
(`metrics.estimates`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.contacts import ContactBook
from core.engine import Engine
from core.model.contact import VOICE, Contact, ContactState
from core.model.events import ContactConnected, ContactQueued
from core.model.hours import time_of_day_us
from core.model.ids import NO_LEG, QueueName
from routing.estimate import LastServed, Served
from routing.outlook import Outlook
from routing.regression import NOTHING_LEARNED, LinearWait, Moment, TrainedWaits
from routing.router import Router
from routing.rules import Kind, Rulebook
from routing.turns import policy_at


class WaitEstimates:
    """Estimated waits, in microseconds."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        rulebook: Rulebook,
        trained: TrainedWaits = NOTHING_LEARNED,
    ) -> None:
        self._contacts = contacts
        self._router = router
        self._rulebook = rulebook
        self._trained = trained
        self._last_served: dict[QueueName, LastServed] = {}
        time_of_day = partial(time_of_day_us, zone=trained.zone) if trained.zone else None
        self._outlook = Outlook(trained.watched, time_of_day)
        if trained.waits:
            for kind in self._outlook.told_by:
                engine.subscribe(kind, self._outlook.add)
        engine.subscribe(ContactQueued, self._queued)
        engine.subscribe(ContactConnected, self._connected)

    def whole_us(self, queue: QueueName, tier: str, now_us: int) -> int:
        """Return how long a contact of `tier` would wait that asked for `queue` now."""
        if self._router.ready_agents(queue):
            return 0
        policy = policy_at(self._rulebook.queues[queue], now_us)
        forward_us = self._rulebook.tier(Kind(queue, tier, policy)).head_start_us
        learned = self._learned(queue, Moment.ARRIVING)
        if learned is not None:
            key_us = now_us - forward_us - self._rulebook.queues[queue].credit_us
            return learned.at_us(self._outlook.look_from(queue, key_us, now_us))
        return self._expected_us(queue, tier, forward_us, lambda: self._router.waiting(queue) + 1)

    def left_us(self, contact: Contact, now_us: int) -> int:
        """Return how long a contact in line will still wait."""
        assert contact.queue is not None, "in line"
        waited_us = contact.waited_us(now_us)
        learned = self._learned(contact.queue, Moment.WAITING if waited_us else Moment.ARRIVING)
        if learned is not None:
            return learned.at_us(self._seen(contact, contact.queue, now_us))
        whole_us = self._expected_us(
            contact.queue,
            contact.tier,
            _forward_us(contact),
            lambda: self._router.position(contact) or 1,  # offered: as good as the first
        )
        return max(0, whole_us - waited_us)

    def _seen(self, contact: Contact, queue: QueueName, now_us: int) -> list[float]:
        if self._outlook.waits(contact.contact_id):
            return self._outlook.look(contact.contact_id, now_us)
        return self._outlook.look_from(queue, contact.key_us, now_us)  # just joining: not told of yet

    def _learned(self, queue: QueueName, moment: Moment) -> LinearWait | None:
        """Return what was learned of the queue, if it has been seen at work since we started."""
        learned = self._trained.waits.get((queue, moment))
        return learned if learned is not None and self._outlook.knows(queue) else None

    def _expected_us(self, queue: QueueName, tier: str, forward_us: int, position: Callable[[], int]) -> int:
        """Return the wait by who was served last; only where nobody was is the position asked for."""
        turn_us = self._rulebook.queues[queue].handle_expected_us // max(
            1, self._router.working_agents(queue)
        )
        served = self._last_served.get(queue)
        wait_us = served.wait_us(tier, forward_us, turn_us) if served else None
        return position() * turn_us if wait_us is None else wait_us

    def _queued(self, event: ContactQueued) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.queued_us != event.at_us:
            return  # it stood in another line before, or in this one in an earlier run: no new wait
        waits = contact.state is ContactState.QUEUED and contact.leg_id != NO_LEG
        contact.estimated_us = self.left_us(contact, event.at_us) if waits else None

    def _connected(self, event: ContactConnected) -> None:
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "connected in this very turn"
        if contact.callback or contact.channel != VOICE:
            return  # nobody sat through that wait, which may have lasted for days
        last_served = self._last_served.get(event.queue)
        if last_served is None:
            last_served = self._last_served[event.queue] = LastServed()
        last_served.add(event.tier, Served(event.waited_us, _forward_us(contact)))


def _forward_us(contact: Contact) -> int:
    return contact.head_start_us + contact.credit_us
