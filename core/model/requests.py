"""What people at desks may ask for. Each wish is granted whole or refused with a code and a reason."""

from __future__ import annotations

from dataclasses import dataclass

from core.model.agent import AgentState
from core.model.ids import AgentId
from core.model.message import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRequest(Request):
    """A wish of, or about, one agent."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn(AgentRequest):
    """Begin work at the phone `extension` (an address the PBX can dial, such as `PJSIP/1001`)."""

    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut(AgentRequest):
    """End work; during a contact it takes effect after the wrap-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoReady(AgentRequest):
    """Take contacts; ends a wrap-up too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNotReady(AgentRequest):
    """Take no contacts, for one of the configured reasons; during a contact it waits for its end."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWrapUp(AgentRequest):
    """The work after the contact is done; `disposition` is its business result."""

    disposition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOffer(AgentRequest):
    """Do not take the offered contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpContact(AgentRequest):
    """End the conversation from the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAgent(AgentRequest):
    """Take up what the ledger last knew of the agent; asked by the program itself when it starts."""

    state: AgentState
    reason: str
    extension: str
    next_state: AgentState | None = None
    next_reason: str = ""
