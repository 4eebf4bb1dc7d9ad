"""Queues, tiers and the whole centre as views: who waits now, and the counts of today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.kernel.clock import SECOND_US
from metrics.service_level import abandoned_share, service_levels
from metrics.tally import Tally
from web.house import QueueCard
from web.live.contacts import KnownContact
from web.times import moment
from web.views.floor import GroupView, QueueTierView, QueueView


def group_view(name: str, tally: Tally, waiting: Iterable[KnownContact]) -> GroupView:
    """Return a group of contacts: its counts, and who of it waits on the line."""
    return GroupView(**_group(name, tally, waiting))


def queue_tier_view(
    name: str, tally: Tally, waiting: Iterable[KnownContact], expected_us: int | None
) -> QueueTierView:
    """Return a tier within a queue, with the wait that its callers are told to expect."""
    return QueueTierView(**_group(name, tally, waiting), expected_wait_seconds=_expected_s(expected_us))


def queue_view(
    card: QueueCard,
    tally: Tally,
    waiting: Iterable[KnownContact],
    tiers: dict[str, QueueTierView],
    *,
    ready: int,
    working: int,
    expected_us: int | None,
) -> QueueView:
    """Return a queue with its tiers, its agents, what is promised in it and what callers are told."""
    return QueueView(
        **_group(card.name, tally, waiting),
        ready=ready,
        working=working,
        threshold_seconds=card.threshold_s,
        target_share=card.target_share,
        expected_wait_seconds=_expected_s(expected_us),
        tiers=tiers,
    )


def _group(name: str, tally: Tally, waiting: Iterable[KnownContact]) -> dict[str, Any]:
    waiting_since = [contact.in_line_us for contact in waiting if contact.in_line_us is not None]
    return {
        "name": name,
        "waiting": len(waiting_since),
        "longest_since": moment(min(waiting_since)) if waiting_since else None,
        "offered": tally.offered,
        "answered": tally.waits.answered,
        "abandoned": tally.waits.abandoned,
        "service_levels": service_levels(tally.waits),
        "mean_wait_seconds": tally.mean_wait_s.value,
        "abandoned_share": abandoned_share(tally.waits).value,
    }


def _expected_s(expected_us: int | None) -> float | None:
    """Return an expected wait in whole seconds: nobody reads it closer, and rows are told less often."""
    return None if expected_us is None else round(expected_us / SECOND_US)
