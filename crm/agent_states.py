"""What the agents were doing when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.agent import AgentState
from core.model.desk import DeskState
from core.model.events import AgentStateChanged
from core.model.requests import RestoreAgent


def fold_agent_states(changes: Iterable[AgentStateChanged]) -> tuple[RestoreAgent, ...]:
    """Return one `RestoreAgent` for each agent not logged out after `changes`, ordered by agent.

    `changes` are in the order of the ledger; only the last of each agent counts. `at_us` is the instant
    the agent entered that state.
    """
    last = {change.agent_id: change for change in changes}
    return tuple(
        RestoreAgent(
            at_us=change.at_us,
            agent_id=agent_id,
            state=change.new,
            reason=change.reason,
            extension=change.extension,
            next_state=change.next_state,
            next_reason=change.next_reason,
            until_us=change.until_us,
            standing=change.standing is not None,
            has_desk=change.desk is not DeskState.NONE,
        )
        for agent_id, change in sorted(last.items())
        if change.new is not AgentState.LOGGED_OUT
    )
