"""What an earlier run had learned of the agents, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.events import QualityLearned
from core.model.requests import RestoreQuality


def fold_quality(learned: Iterable[QualityLearned]) -> tuple[RestoreQuality, ...]:
    """Return one `RestoreQuality` for each agent of `learned`, ordered by agent.

    `learned` is in the order of the ledger; the last of each agent holds all that was known.
    """
    last = {event.agent_id: event for event in learned}
    return tuple(
        RestoreQuality(at_us=event.at_us, agent_id=agent_id, skills=event.skills)
        for agent_id, event in sorted(last.items())
    )
