"""What menus may know of the queues: how long the lines are, who is idle, how long one would wait."""

from __future__ import annotations

from core.model.ids import QueueName
from routing.estimate import band_of
from routing.router import Router
from routing.rules import Queues
from routing.waits import WaitEstimates


class QueueBoard:
    """One view of all queues; nothing here changes anything."""

    def __init__(self, router: Router, estimates: WaitEstimates, queues: Queues) -> None:
        self._queues = queues
        self._estimates = estimates
        self.waiting = router.waiting
        self.longest_wait_us = router.longest_wait_us
        self.ready_agents = router.ready_agents
        self.expected_wait_us = estimates.whole_us

    def expected_band_min(self, queue: QueueName, tier: str, now_us: int) -> tuple[int, int | None]:
        """Return the band of minutes in which a contact of `tier` would wait; it may have no upper end."""
        expected_us = self._estimates.whole_us(queue, tier, now_us)
        return band_of(expected_us, self._queues[queue].announce_edges_min)
