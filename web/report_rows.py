"""Days in figures as the views of reports, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.kernel.clock import seconds
from core.model.agent import AgentState
from core.model.events import InteractionRecorded
from core.model.ids import AgentId
from metrics.agent_figures import AgentFigures
from metrics.contacts import ContactFigures, added_up
from metrics.queue_length import QueueLength
from metrics.service_level import abandoned_share, service_levels
from metrics.tally import Tally
from metrics.today import CentreDay
from web.house import House
from web.times import moment
from web.views.reports import (
    AgentReportView,
    DayReportView,
    GroupReportView,
    InteractionReportView,
    IntervalReportView,
)


def day_views(days: Sequence[CentreDay], queue: str | None, tier: str | None) -> Iterator[DayReportView]:
    """Yield each day."""
    for day in days:
        yield DayReportView(day=day.day, **_group([day], queue, tier))


def queue_views(days: Sequence[CentreDay], house: House, tier: str | None) -> Iterator[GroupReportView]:
    """Yield each queue of the house, and others that were seen."""
    seen = (queue for day in days for queue in day.figures.queues)
    for queue in dict.fromkeys((*house.queues, *seen)):
        yield GroupReportView(name=queue, **_group(days, queue, tier))


def tier_views(days: Sequence[CentreDay], house: House, queue: str | None) -> Iterator[GroupReportView]:
    """Yield each tier of the house, and others that were seen."""
    seen = (tier for day in days for tier in day.figures.tiers)
    for tier in dict.fromkeys((*house.tiers, *seen)):
        yield GroupReportView(name=tier, **_group(days, queue, tier))


def interval_views(
    day: CentreDay, queue: str | None, tier: str | None, now_us: int
) -> Iterator[IntervalReportView]:
    """Yield each interval of a day that has begun by now."""
    figures, tallies = day.figures.by_interval(queue=queue, tier=tier), day.tallies
    counts = tallies.by_interval(queue=queue, tier=tier)
    waiting, agents = _waiting(day, queue, tier), _agents(day, queue, tier, now_us)
    for place in range(day.frame.intervals):
        starts_us = day.frame.origin_us + place * day.frame.interval_us
        if starts_us > now_us:
            return
        yield IntervalReportView(
            starts=moment(starts_us),
            **_figures(figures[place], counts[place]),
            **waiting.get(place, {}),
            **agents.get(place, {}),
        )


def agent_views(days: Sequence[CentreDay], house: House) -> Iterator[AgentReportView]:
    """Yield each agent of the house, and others who were seen."""
    seen = (agent_id for day in days for agent_id in day.agents.figures)
    for agent_id in dict.fromkeys((*house.agents, *seen)):
        total = AgentFigures()
        for day in days:
            total += day.agents.figures.get(agent_id) or AgentFigures()
        profile = house.agents.get(agent_id)
        yield _agent(agent_id, profile.name if profile else "", total)


def interaction_view(event: InteractionRecorded) -> InteractionReportView:
    """Return one finished interaction."""
    return InteractionReportView(
        contact_id=event.contact_id,
        arrived=moment(event.arrived_us),
        ended=moment(event.at_us),
        channel=event.channel,
        queue=event.queue,
        tier=event.tier,
        number=event.caller_number,
        customer_id=event.customer_id,
        agent_id=event.agent_id,
        outcome=event.outcome,
        disposition=event.disposition,
        waited_seconds=seconds(event.queue_us),
        talk_seconds=seconds(event.talk_us),
        hold_seconds=seconds(event.hold_us),
        wrap_up_seconds=seconds(event.wrap_up_us),
    )


def _group(days: Sequence[CentreDay], queue: str | None, tier: str | None) -> dict[str, Any]:
    tally = Tally()
    for day in days:
        tally += day.tallies.of(queue=queue, tier=tier)
    return _figures(added_up(day.figures.of(queue=queue, tier=tier) for day in days), tally)


def _figures(contacts: ContactFigures, tally: Tally) -> dict[str, Any]:
    return {
        "offered": tally.offered,
        "answered": tally.waits.answered,
        "abandoned": tally.waits.abandoned,
        "blocked": tally.blocked,
        "elsewhere": tally.elsewhere,
        "service_levels": service_levels(tally.waits),
        "abandoned_share": abandoned_share(tally.waits).value,
        "mean_wait_seconds": tally.mean_wait_s.value,
        "p95_wait_seconds": contacts.percentile_s(0.95),
        "mean_handle_seconds": tally.mean_handle_s.value,
    }


def _waiting(day: CentreDay, queue: str | None, tier: str | None) -> Mapping[int, dict[str, Any]]:
    """Return how many waited in each interval, of one queue or of all; a tier has no line of its own.

    The greatest of all queues together is not known: theirs were not at the same instant.
    """
    if tier is not None:
        return {}
    names = day.figures.queues if queue is None else [queue]
    lengths = [day.figures.lengths.get(name) or QueueLength(day.frame) for name in names]
    means = [[mean.value or 0.0 for mean in length.means()] for length in lengths]
    return {
        place: {
            "waiting_mean": sum(column[place] for column in means),
            "waiting_max": lengths[0].longest[place] if len(lengths) == 1 else None,
        }
        for place in range(day.frame.intervals)
    }


def _agents(day: CentreDay, queue: str | None, tier: str | None, now_us: int) -> Mapping[int, dict[str, Any]]:
    """Return how many agents were ready and at work in the mean of each interval; of the whole centre."""
    if queue is not None or tier is not None:
        return {}
    time, past_us = day.figures.time.everybody(), [0] * day.frame.intervals
    for place, piece_us in day.frame.pieces(day.frame.origin_us, now_us):
        past_us[place] = piece_us
    return {
        place: {
            "ready": time.ready_us[place] / length_us,
            "working": (time.ready_us[place] + time.handling_us[place]) / length_us,
        }
        for place, length_us in enumerate(past_us)
        if length_us
    }


def _agent(agent_id: AgentId, name: str, figures: AgentFigures) -> AgentReportView:
    return AgentReportView(
        agent_id=agent_id,
        name=name,
        handled=figures.handled,
        worked=figures.worked,
        missed=figures.missed,
        talk_seconds=seconds(figures.talk_us),
        hold_seconds=seconds(figures.hold_us),
        wrap_up_seconds=seconds(figures.wrap_up_us),
        ready_seconds=seconds(figures.spent_us.get(AgentState.READY, 0)),
        not_ready_seconds=seconds(figures.spent_us.get(AgentState.NOT_READY, 0)),
        logged_in_seconds=seconds(figures.logged_in_us),
        occupancy=figures.occupancy.value,
    )
