"""Which queues agents served when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.requests import RestoreAgentQueues
from core.model.supervision import AgentQueuesSet


def fold_agent_queues(told: Iterable[AgentQueuesSet]) -> tuple[RestoreAgentQueues, ...]:
    """Return one `RestoreAgentQueues` for each agent who does not serve all it may, ordered by agent.

    `told` is in the order of the ledger; the last of each agent holds.
    """
    last = {event.agent_id: event for event in told}
    return tuple(
        RestoreAgentQueues(
            at_us=event.at_us,
            agent_id=agent_id,
            queues=event.queues,
            asked_by=event.asked_by,
            because=event.because,
        )
        for agent_id, event in sorted(last.items())
        if event.queues is not None
    )
