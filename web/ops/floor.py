"""The floor as metrics: read off the rows as screens were told them last, so that both tell the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from core.model.agent import AgentState
from web.live.live import Live
from web.live.topic import AGENTS, CAMPAIGNS, QUEUES
from web.ops.readings import Reading
from web.times import moment
from web.views.floor import AgentView, CampaignView, GroupView, QueueView

DIALING = "none"
"""The reason of a campaign that dials."""


class FloorReadings:
    """A source of readings of the rows of `live`; agents are named only `by_agent`."""

    def __init__(self, live: Live, *, by_agent: bool = False) -> None:
        self._live = live
        self._by_agent = by_agent

    def __call__(self) -> Iterator[Reading]:
        """Yield all readings."""
        now = moment(self._live.now_us())
        agents = [view for view in self._live.shown(AGENTS).values() if isinstance(view, AgentView)]
        for view in self._live.shown(QUEUES).values():
            if isinstance(view, QueueView):
                yield from _queue(view, now)
                serving = [agent for agent in agents if view.name in agent.queues]
                yield from _states("goldline_queue_agents", serving, (view.name,))
        yield from _states("goldline_agents", agents)
        if self._by_agent:
            for agent in agents:
                yield from _states("goldline_agent_state", [agent], (agent.agent_id,))
        for view in self._live.shown(CAMPAIGNS).values():
            if isinstance(view, CampaignView):
                yield from _campaign(view)


def _queue(view: QueueView, now: datetime) -> Iterator[Reading]:
    for tier, group in view.tiers.items():
        yield Reading("goldline_queue_waiting_calls", group.waiting, (view.name, tier))
    yield Reading("goldline_queue_longest_wait_seconds", _longest_s(view, now), (view.name,))
    yield Reading("goldline_queue_promised_seconds", view.threshold_seconds, (view.name,))
    yield Reading("goldline_queue_promised_ratio", view.target_share, (view.name,))


def _longest_s(group: GroupView, now: datetime) -> float:
    return 0.0 if group.longest_since is None else max(0.0, (now - group.longest_since).total_seconds())


def _states(name: str, agents: list[AgentView], labels: tuple[str, ...] = ()) -> Iterator[Reading]:
    """Yield how many of `agents` are in each state, in none too."""
    counts = Counter(agent.state for agent in agents)
    for state in AgentState:
        yield Reading(name, counts[state.value], (*labels, state.value))


def _campaign(view: CampaignView) -> Iterator[Reading]:
    for name, tell in _OF_CAMPAIGN.items():
        yield Reading(name, tell(view), (view.name,))
    for result, count in _results(view).items():
        yield Reading("goldline_dialer_calls_total", count, (view.name, result))
    for reason in view.idle_because or (DIALING,):
        yield Reading("goldline_dialer_dialing", reason == DIALING, (view.name, reason))


def _results(view: CampaignView) -> dict[str, int]:
    """Return the calls that are over, each under one result."""
    told = {"connected": view.connected, "abandoned": view.abandoned, "machine": view.machines}
    return told | {"unanswered": view.over - sum(told.values())}


_OF_CAMPAIGN: dict[str, Callable[[CampaignView], float]] = {
    "goldline_dialer_in_flight_calls": lambda view: view.in_flight,
    "goldline_dialer_abandon_ratio": lambda view: view.abandoned / view.answered if view.answered else 0.0,
    "goldline_dialer_abandon_cap_ratio": lambda view: max(
        (cap.share / cap.cap for cap in view.caps if cap.cap), default=0.0
    ),
    "goldline_dialer_pacing_level": lambda view: view.lines_per_agent,
}
