"""Which skill levels supervisors had set when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.requests import RestoreAgentLevels
from core.model.supervision import AgentLevelsSet


def fold_agent_levels(told: Iterable[AgentLevelsSet]) -> tuple[RestoreAgentLevels, ...]:
    """Return one `RestoreAgentLevels` for each agent whose levels are not as configured, ordered by agent.

    `told` is in the order of the ledger; the last of each agent holds.
    """
    last = {event.agent_id: event for event in told}
    return tuple(
        RestoreAgentLevels(
            at_us=event.at_us,
            agent_id=agent_id,
            levels=event.levels,
            until_us=event.until_us,
            asked_by=event.asked_by,
            because=event.because,
        )
        for agent_id, event in sorted(last.items())
        if event.levels
    )
