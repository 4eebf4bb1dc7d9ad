"""What supervisors do on the floor: how they hear a talk, and the facts that come of it.

Whoever supervises is named by `asked_by`, the login, for a supervisor need not be an agent.
"""

from __future__ import annotations

from enum import StrEnum

from core.model.ids import ContactId, LegId, QueueName
from core.model.message import AgentEvent, Event


class SupervisionMode(StrEnum):
    """Who hears a supervisor that hears both: nobody, the agent alone, or agent and customer."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class LegHears(Event, frozen=True, kw_only=True):
    """Told by the telephone system: the leg hears what `hears` says and hears, as `SuperviseLeg` ordered."""

    leg_id: LegId
    hears: LegId


class AgentQueuesSet(AgentEvent, frozen=True, kw_only=True):
    """The agent serves `queues` from now on, of those its skills allow; None: all of them."""

    queues: tuple[QueueName, ...] | None
    asked_by: str = ""
    because: str = ""


class AgentLevelsSet(AgentEvent, frozen=True, kw_only=True):
    """These skill levels are other than the agent's configured ones, until `until_us` (0: till taken back).

    Level 0 is without the skill. Without `levels` the configured ones hold again.
    """

    levels: tuple[tuple[str, int], ...]
    until_us: int = 0
    asked_by: str = ""
    because: str = ""


class AgentSupervised(AgentEvent, frozen=True, kw_only=True):
    """From now on `asked_by` hears the agent talk about the contact, in `mode`."""

    contact_id: ContactId
    mode: SupervisionMode
    asked_by: str


class SupervisionEnded(AgentEvent, frozen=True, kw_only=True):
    """Nobody hears the agent any more, or waits to; `reason` says why.

    It is `stopped`, `hung_up` (the supervisor's phone), `talk_over`, `agent_left`, `not_answered`, `failed`
    (the telephone system did not do it), `other_agent` (another one is heard instead), `taken_over`, or
    `not_taken_over` (that was granted, and could not be done any more once the supervisor's phone was free).
    """

    asked_by: str
    reason: str
