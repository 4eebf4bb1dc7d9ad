"""What is too much or too long on the floor: when alerts are raised, and how screens colour agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model.ids import QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """Of one queue; 0 is no limit.

    Of the longest wait, of those who wait, of how far the share served in time may lie below what is
    promised (`shortfall`), and of how long anybody waits while no agent is ready.
    """

    longest_wait_s: float = 0
    waiting: int = 0
    shortfall: float = 0
    nobody_ready_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of the whole floor; 0 is no limit.

    `queues` are those of queues that differ from `queue`. The share served in time is that of the last
    `window_s`, of `samples_min` contacts at least. `cap_share` is of a campaign's cap on abandoned calls.
    At `critical_at` times a limit it is critical.
    """

    queue: QueueLimits = field(default_factory=QueueLimits)
    queues: Mapping[QueueName, QueueLimits] = field(default_factory=dict)
    wrap_up_s: float = 0
    not_ready_s: float = 0
    talk_s: float = 0
    cap_share: float = 0
    window_s: float = 900
    samples_min: int = 10
    critical_at: float = 2.0

    def of(self, queue: str) -> QueueLimits:
        """Return the limits of `queue`."""
        return self.queues.get(QueueName(queue), self.queue)
