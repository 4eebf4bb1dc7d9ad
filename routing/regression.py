"""The trained estimator: for each queue a linear function of what can be seen (`routing.outlook`). Pure.

The coefficients are rules like others: `goldline estimate train` writes them into a file that the
configuration includes. There are two functions for each queue, one for who asks for it now and one for who
has stood in it for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import mul
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.model.ids import QueueName

EXPECTED_MAX_S = 14_400.0
"""No wait of four hours is foretold: out there a straight line tells nothing."""


class Moment(StrEnum):
    """When a wait is asked for."""

    ARRIVING = "arriving"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearWait:
    """A linear function of what is seen, in seconds; `weights` are in the order of the features."""

    intercept: float
    weights: tuple[float, ...]

    def at_us(self, features: Sequence[float]) -> int:
        """Return the wait at `features`, in whole microseconds."""
        wait_s = self.intercept + sum(map(mul, self.weights, features))
        return round(min(max(wait_s, 0.0), EXPECTED_MAX_S) * SECOND_US)


Waits = Mapping[tuple[QueueName, Moment], LinearWait]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedWaits:
    """What was learned: the functions of each queue, whose lines they look at, and on which clock."""

    waits: Waits = field(default_factory=dict)
    watched: tuple[QueueName, ...] = ()
    zone: ZoneInfo | None = None


NOTHING_LEARNED = TrainedWaits()
