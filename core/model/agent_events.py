"""Facts about agents, part of `core.model.events`: their states, and what to expect of them."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.desk import DeskState
from core.model.message import AgentEvent
from core.model.quality import SkillQuality
from core.model.standing_leg import StandingState


class AgentStateChanged(AgentEvent, frozen=True, kw_only=True):
    """The agent is in a new state, or in the same one for a new reason, or may be offered something else.

    It lasts until `until_us` at the longest, where that is not 0. `channels` are those of which the agent can
    be offered a contact now. `standing` is how the agent's standing leg is, where the phone is not rung for
    each call. `asked_by` is the supervisor who asked for the state, or for the next one where there is one,
    `because` why; both are empty where the agent did. `desk` is how the live connection of its screen is.
    """

    old: AgentState
    new: AgentState
    reason: str = ""
    extension: str = ""
    next_state: AgentState | None = None
    next_reason: str = ""
    until_us: int = 0
    channels: tuple[str, ...] = ()
    standing: StandingState | None = None
    asked_by: str = ""
    because: str = ""
    desk: DeskState = DeskState.NONE


class QualityLearned(AgentEvent, frozen=True, kw_only=True):
    """Outcomes have noticeably changed what to expect of the agent; `skills` is all that is known."""

    skills: tuple[SkillQuality, ...]
