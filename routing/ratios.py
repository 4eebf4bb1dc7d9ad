"""Queue-ratio control: queues that keep fixed shares of all that wait in them (Gurvich & Whitt 2009).

A freed agent serves the queue that exceeds its share most. The excess of a queue is its length less its share
of the group's contacts. Served by the excess alone, short queues stray: where one contact waits, no split of
it is right, and it is of whatever queue callers came to. So the excess is also summed up, at each contact
served from the group, and what a queue was too long on average is taken off it later; that holds the shares
however callers arrive.

Whole numbers only: excesses are in millionths of a contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.model.ids import QueueName
from routing.rules import RatioGroup

Length = Callable[[QueueName], int]
"""Tells how many wait in a queue."""

CONTACT_PPM = 1_000_000
MEMORY = 100
"""After so many contacts served a constant excess counts double: quick beside a day, slow beside a queue."""
DEBT_MAX_PPM = 10 * MEMORY * CONTACT_PPM
"""A queue too long beyond remedy, for want of agents, has at most ten contacts to its credit afterwards."""


class QueueRatios:
    """The groups of queues, and by how much each queue has been too long."""

    def __init__(self, groups: Iterable[RatioGroup]) -> None:
        self._group_of = {queue: group for group in groups for queue in group.shares_ppm}
        self._debts_ppm = dict.fromkeys(self._group_of, 0)

    def pressure_us(self, queue: QueueName, length: Length) -> int:
        """Return how much further forward the contacts of `queue` stand now; 0 for one in no group."""
        group = self._group_of.get(queue)
        if group is None:
            return 0
        felt_ppm = _excess_ppm(group, queue, length) + self._debts_ppm[queue] // MEMORY
        return felt_ppm * group.contact_us // CONTACT_PPM

    def note_served(self, queue: QueueName, length: Length) -> None:
        """Take note of the lengths in the group of `queue`, just before a contact of it is served."""
        group = self._group_of.get(queue)
        if group is None:
            return
        for member in group.shares_ppm:
            debt_ppm = self._debts_ppm[member] + _excess_ppm(group, member, length)
            self._debts_ppm[member] = max(-DEBT_MAX_PPM, min(debt_ppm, DEBT_MAX_PPM))


def _excess_ppm(group: RatioGroup, queue: QueueName, length: Length) -> int:
    total = sum(length(member) for member in group.shares_ppm)
    return length(queue) * CONTACT_PPM - group.shares_ppm[queue] * total
