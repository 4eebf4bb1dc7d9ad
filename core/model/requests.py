"""What people at desks may ask for. Each wish is granted whole or refused with a code and a reason."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Request
from core.model.quality import SkillQuality


class AgentRequest(Request, frozen=True, kw_only=True):
    """A wish of, or about, one agent."""

    agent_id: AgentId


class LogIn(AgentRequest, frozen=True, kw_only=True):
    """Begin work at the phone `extension` (an address the PBX can dial, such as `PJSIP/1001`)."""

    extension: str


class LogOut(AgentRequest, frozen=True, kw_only=True):
    """End work; during a contact it takes effect after the wrap-up."""


class GoReady(AgentRequest, frozen=True, kw_only=True):
    """Take contacts; ends a wrap-up too."""


class GoNotReady(AgentRequest, frozen=True, kw_only=True):
    """Take no contacts, for one of the configured reasons; during a contact it waits for its end."""

    reason: str


class FinishWrapUp(AgentRequest, frozen=True, kw_only=True):
    """The work after the contact is done; `disposition` is its business result."""

    disposition: str = ""


class RejectOffer(AgentRequest, frozen=True, kw_only=True):
    """Do not take the offered contact."""


class HangUpContact(AgentRequest, frozen=True, kw_only=True):
    """End the conversation from the desk."""


class RestoreAgent(AgentRequest, frozen=True, kw_only=True):
    """Take up what the ledger last knew of the agent; asked by the program itself when it starts."""

    state: AgentState
    reason: str
    extension: str
    next_state: AgentState | None = None
    next_reason: str = ""


class RestoreQuality(AgentRequest, frozen=True, kw_only=True):
    """Take up what an earlier run had learned of the agent; asked by the program itself when it starts."""

    skills: tuple[SkillQuality, ...]


class RateContact(AgentRequest, frozen=True, kw_only=True):
    """Note how satisfied the customer was with what the agent did; `score_ppm` is 0 for worst to 1,000,000.

    Asked by whoever surveys customers, never by a desk: nobody rates their own work.
    """

    contact_id: ContactId
    queue: QueueName
    score_ppm: int
