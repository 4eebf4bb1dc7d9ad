"""A day in figures: offered, answered, abandoned, waits and levels by tier, and occupancy.

A fold of ledger events, fed one by one with `add`; reading it computes the ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.kernel.clock import seconds
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactArrived,
    ContactConnected,
    ContactQueued,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from metrics.occupancy import TimeByState
from metrics.service_level import mean, percentile, share_within

THRESHOLD_S = 20.0
"""Service level counts answers within this wait, the 20 seconds most centres promise."""


@dataclass(slots=True)
class TierFigures:
    """What happened to the contacts of one tier that reached a queue; waits in seconds."""

    offered: int = 0
    abandoned: int = 0
    waits_s: list[float] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, float | int]:
        """Return the figures rounded as they are shown: seconds to the millisecond, shares to 1e-4."""
        return {
            "offered": self.offered,
            "answered": len(self.waits_s),
            "abandoned": self.abandoned,
            "mean_wait_s": round(mean(self.waits_s), 3),
            "share_within_20s": round(share_within(self.waits_s, self.abandoned, THRESHOLD_S), 4),
            "p95_wait_s": round(percentile(self.waits_s, 0.95), 3),
            "mean_skill_level": round(mean(self.levels), 3),
        }


class DayFigures:
    """The fold. `tiers` keeps the order in which tiers were first seen."""

    def __init__(self) -> None:
        self.arrived = 0
        self.left_in_ivr = 0
        self.tiers: dict[str, TierFigures] = {}
        self.time = TimeByState()
        self._queued: set[ContactId] = set()
        self._folds: dict[type, Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            ContactQueued: self._contact_queued,
            ContactConnected: self._connected,
            ContactAbandoned: self._abandoned,
            AgentStateChanged: self.time.add,
        }

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no figure are passed over."""
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event)

    def summary(self, at_us: int) -> dict[str, Any]:
        """Return all figures as of `at_us`, tiers sorted by name."""
        self.time.close(at_us)
        return {
            "arrived": self.arrived,
            "left_in_ivr": self.left_in_ivr,
            "offered": sum(tier.offered for tier in self.tiers.values()),
            "answered": sum(len(tier.waits_s) for tier in self.tiers.values()),
            "abandoned": sum(tier.abandoned for tier in self.tiers.values()),
            "occupancy": round(self.time.occupancy(), 4),
            "tiers": {name: self.tiers[name].summary() for name in sorted(self.tiers)},
        }

    def _tier(self, name: str) -> TierFigures:
        return self.tiers.setdefault(name, TierFigures())

    def _arrived(self, event: ContactArrived) -> None:
        self.arrived += 1

    def _contact_queued(self, event: ContactQueued) -> None:
        if event.contact_id not in self._queued:
            self._queued.add(event.contact_id)
            self._tier(event.tier).offered += 1

    def _connected(self, event: ContactConnected) -> None:
        tier = self._tier(event.tier)
        tier.waits_s.append(seconds(event.waited_us))
        tier.levels.append(event.level)

    def _abandoned(self, event: ContactAbandoned) -> None:
        if event.stage == "ivr":
            self.left_in_ivr += 1
        else:
            self._tier(event.tier).abandoned += 1
