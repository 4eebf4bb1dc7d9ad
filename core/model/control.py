"""What agents do with a call in hand: hold it, pass it on, ask a colleague, bring one in.

The wishes, the facts that come of them, and what the telephone side of it (`cti.control`) and the rest of
the brain tell each other. While a contact is `parted` (`core.model.contact.Contact`) its legs are on the move
by our own doing: that one leaves a bridge, or comes into our hands, ends no conversation then.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.record import Record
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import ContactEvent, Event
from core.model.requests import CallRequest


class TargetKind(StrEnum):
    """Whom a call can be passed on to, or who can be asked: an agent, whoever serves a queue, a number.

    Only a call that is passed on blindly can go to a flow of the IVR, voicemail say.
    """

    AGENT = "agent"
    QUEUE = "queue"
    NUMBER = "number"
    FLOW = "flow"


class ConsultOutcome(StrEnum):
    """How a consultation ended: the customer was given over, or brought in; or the agent is back alone."""

    COMPLETED = "completed"
    CONFERRED = "conferred"
    CANCELLED = "cancelled"
    FAILED = "failed"


# --- wishes of the desk ---------------------------------------------------------------------------------


class HoldContact(CallRequest, frozen=True, kw_only=True):
    """Let the customer hear music until the call is resumed."""


class ResumeContact(CallRequest, frozen=True, kw_only=True):
    """Talk with the customer on hold again."""


class MuteContact(CallRequest, frozen=True, kw_only=True):
    """Let nobody hear the agent."""


class UnmuteContact(CallRequest, frozen=True, kw_only=True):
    """Let the agent be heard again."""


class SendDigits(CallRequest, frozen=True, kw_only=True):
    """Let the customer's side hear keys: 0-9, A-D, * and #."""

    digits: str


class TargetRequest(CallRequest, frozen=True, kw_only=True):
    """A wish about somebody else: `target` is an agent, a queue, a number or a flow, as `to` says."""

    to: TargetKind
    target: str


class TransferContact(TargetRequest, frozen=True, kw_only=True):
    """Pass the customer on without a word; the record goes along, and the wrap-up begins."""


class StartConsult(TargetRequest, frozen=True, kw_only=True):
    """Put the customer on hold and call somebody, who sees the record before the phone rings."""


class SwapConsult(CallRequest, frozen=True, kw_only=True):
    """Talk with the customer while whom the agent asks hears music; or, from there, the other way round."""


class CompleteConsult(CallRequest, frozen=True, kw_only=True):
    """Give the customer to whoever was asked, and begin the wrap-up."""


class CancelConsult(CallRequest, frozen=True, kw_only=True):
    """Let go of who was called, and talk with the customer again."""


class StartConference(CallRequest, frozen=True, kw_only=True):
    """Bring the customer and whoever was asked together: all three hear each other."""


class LeaveConference(CallRequest, frozen=True, kw_only=True):
    """Let the others go on without the agent, and begin the wrap-up."""


# --- facts ------------------------------------------------------------------------------------------------


class ContactHeld(ContactEvent, frozen=True, kw_only=True):
    """The customer hears music by the wish of the agent."""

    agent_id: AgentId


class ContactResumed(ContactEvent, frozen=True, kw_only=True):
    """The hold is over after `held_us`: the customer talks again, whoever it is with."""

    agent_id: AgentId
    held_us: int


class ContactTransferred(ContactEvent, frozen=True, kw_only=True):
    """The customer was passed on by the agent; what is done from now on is `next_contact_id`, if any.

    `consulted` says that whoever goes on was asked first. `because` is `wish` of the agent's, or
    `agent_lost` where the agent's phone was lost while the customer was on hold.
    """

    agent_id: AgentId
    to: TargetKind
    target: str
    next_contact_id: ContactId = ContactId("")
    consulted: bool = False
    because: str = "wish"


class ConsultStarted(ContactEvent, frozen=True, kw_only=True):
    """The agent asks somebody about the customer; an agent who is asked has the contact `consult_id`."""

    agent_id: AgentId
    to: TargetKind
    target: str
    consult_id: ContactId = ContactId("")


class ConsultEnded(ContactEvent, frozen=True, kw_only=True):
    """The consultation is over."""

    agent_id: AgentId
    outcome: ConsultOutcome


class ConferenceStarted(ContactEvent, frozen=True, kw_only=True):
    """Customer, agent and who was asked hear each other."""

    agent_id: AgentId


class ConferenceLeft(ContactEvent, frozen=True, kw_only=True):
    """One of the three has left, by the desk or the telephone; `who` is `agent`, `party` or `customer`."""

    agent_id: AgentId
    who: str


# --- between the features ------------------------------------------------------------------------------


class PartyShown(Record, frozen=True, kw_only=True):
    """Somebody besides the customer in an agent's conversation; `state` is `called`, `talking` or `held`."""

    leg_id: LegId
    name: str
    state: str


class ConversationChanged(Event, frozen=True, kw_only=True):
    """How it stands with the agent's conversation, for the desk; `legal` are the wishes it would grant.

    `undone` is the last wish (its class by name) where the telephone system has not carried it out in time.
    """

    contact_id: ContactId
    agent_id: AgentId
    on_hold: bool = False
    is_muted: bool = False
    parties: tuple[PartyShown, ...] = ()
    legal: tuple[str, ...] = ()
    undone: str = ""


class CustomerFetched(Event, frozen=True, kw_only=True):
    """The customer is in our hands to be passed on, and everybody knows by now."""

    contact_id: ContactId


class HangUpWished(Event, frozen=True, kw_only=True):
    """An agent hangs up at the desk while the contact is parted."""

    contact_id: ContactId
    agent_id: AgentId


class TalkOver(Event, frozen=True, kw_only=True):
    """The agent's part in a parted contact is over, ended by `ended_by`; what is left of its legs may go."""

    contact_id: ContactId
    ended_by: str


class TalkGivenOver(Event, frozen=True, kw_only=True):
    """The contact has got its customer, or talks as before: it is parted no more, its note is out of date."""

    contact_id: ContactId
