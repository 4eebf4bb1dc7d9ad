"""Every fact the engine learns or establishes, in the order of a call's life.

First what the telephone system tells (`Leg...`, `Dialogue...`, `Pbx...`), then what timers and the
CRM store answer, then what the engine itself brings about. Twin of `core.model.commands`.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.model.agent import AgentState
from core.model.causes import RingOutcome
from core.model.contact import ContactState, Requirement
from core.model.customer import Customer
from core.model.ids import NO_LEG, AgentId, BridgeId, ContactId, LegId, OfferId, QueueName, TimerKey
from core.model.message import DomainEvent, Event

# --- told by the telephone system: legs -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEvent(Event):
    """Something happened to one party's connection."""

    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegCreated(LegEvent):
    """A leg exists. `address` is the channel's name, `call_hint` the oldest leg it belongs with."""

    address: str
    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    call_hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDialed(LegEvent):
    """The leg is being called; `from_leg_id` is who calls, empty where the engine does."""

    from_leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class DialEnded(LegEvent):
    """The calling of the leg ended; `outcome` is answer, busy, no-answer, cancel, congestion or the like."""

    from_leg_id: LegId
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(LegEvent):
    """The far phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(LegEvent):
    """The leg is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(LegEvent):
    """The party put the other side on hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResumed(LegEvent):
    """The party took the other side back from hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegJoined(LegEvent):
    """The leg entered a bridge: whoever is in it can hear each other."""

    bridge_id: BridgeId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLeft(LegEvent):
    """The leg left a bridge."""

    bridge_id: BridgeId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPressed(LegEvent):
    """The party pressed a key outside of a step that collects digits."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTransferred(LegEvent):
    """A party of the bridge sent the rest of it elsewhere; the transferer is `leg_id`."""

    kind: str
    dialed_number: str = ""
    moved_leg_id: LegId = NO_LEG


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTagged(LegEvent):
    """The PBX still keeps this note of ours on the leg (seen in a snapshot). See `core.model.tag`."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed(LegEvent):
    """A leg we asked for was never made: refused at once, or answered with failure and no channel."""

    cause: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(LegEvent):
    """The leg is gone. `cause` is its Q.850 code, 0 where nobody knows (found gone by a snapshot)."""

    cause: int


# --- told by the telephone system: dialogues with a caller --------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueOpened(LegEvent):
    """The leg is in our hands and takes steps. `tag` is the note it already carries, if any.

    `arrived_us` is when the leg first asked for us, which is earlier than `at_us` where we were away; 0
    where the telephone system does not say.
    """

    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    language: str = ""
    tag: str = ""
    arrived_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(LegEvent):
    """A step of the dialogue is over.

    `outcome` is `done`, `timeout`, `hangup` or `failed`; `digits` are the keys pressed, without terminator.
    """

    step: str
    outcome: str
    digits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueClosed(LegEvent):
    """The leg left our hands: bridged, sent on, hung up, or its link broke.

    A step under way is told as finished first, with `hangup`; where the link broke it is told no more.
    """


# --- told by the telephone system: itself -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxEvent(Event):
    """Something happened to the link with one telephone system."""

    pbx: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxLost(PbxEvent):
    """The link is down: nothing is known of its legs until the next `PbxSynced`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxSynced(PbxEvent):
    """A snapshot has just been told as ordinary leg events; live events follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalySeen(PbxEvent):
    """The PBX told the impossible; counted by `kind`, never fatal."""

    kind: str
    where: str = ""


# --- answers of timers and of the CRM store -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """The instant a feature asked for has come."""

    key: TimerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFound(Event):
    """The store's answer to `LookUpCustomer`; `customer` is None where nobody matches."""

    lookup_id: str
    customer: Customer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLookupFailed(Event):
    """The store was late or away; `reason` is `late` or `away`."""

    lookup_id: str
    reason: str


# --- contacts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent(DomainEvent):
    """Something happened to one customer's matter."""

    contact_id: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactArrived(ContactEvent):
    """A customer reached us."""

    leg_id: LegId
    caller_number: str
    dialed_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerIdentified(ContactEvent):
    """The lookup is settled. `lookup` is `found`, `unknown`, `late`, `away` or `skipped`."""

    customer_id: str
    tier: str
    lookup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade(ContactEvent):
    """The caller chose in a menu: `node` is the menu, `choice` the branch taken."""

    node: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueingAsked(ContactEvent):
    """The IVR hands the contact over to a queue; routing answers with `ContactQueued`."""

    queue: QueueName
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQueued(ContactEvent):
    """The contact waits. It is ordered by `key_us` = instant of queueing - head start."""

    queue: QueueName
    tier: str
    key_us: int
    position: int
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdopted(ContactEvent):
    """A contact of an earlier run of the engine was found on the PBX and goes on in `state`."""

    state: ContactState


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConnected(ContactEvent):
    """Customer and agent hear each other. `level` is the agent's least level in the asked skills."""

    queue: QueueName
    tier: str
    agent_id: AgentId
    offer_id: OfferId
    waited_us: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(ContactEvent):
    """The conversation is over; `ended_by` is `customer`, `agent` or `pbx`."""

    agent_id: AgentId
    ended_by: str
    talked_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAbandoned(ContactEvent):
    """The customer left before an agent answered; `stage` is `ivr`, `queue` or `ringing`."""

    queue: str
    tier: str
    stage: str
    waited_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSentOn(ContactEvent):
    """The contact left for a number outside the engine."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft(ContactEvent):
    """The customer recorded a message."""

    recording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactClosed(ContactEvent):
    """The matter is finished; `outcome` is the contact's last state."""

    outcome: ContactState
    disposition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionFinished(PbxEvent):
    """All contacts that a snapshot of this PBX showed are in hand again: routing may go on."""


# --- told by the program itself when it starts -----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecalled(Event):
    """The ledger has no record that closes this contact of an earlier run; `history` is what it has.

    Nobody knows what became of the contact after `seen_us`, the last instant the earlier run told of.
    """

    contact_id: ContactId
    leg_id: LegId
    seen_us: int
    history: tuple[DomainEvent, ...]


# --- decisions and offers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent as a decision saw one: the level in the asked skills, and how long idle."""

    agent_id: AgentId
    level: int
    idle_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(ContactEvent):
    """Why this contact goes to this agent.

    `rule` is `highest_level` or `longest_idle`. `winner` and `runner_up` are the best two candidates,
    `candidates` and `waiting` count who else could have been chosen on either side.
    """

    offer_id: OfferId
    rule: str
    winner: Candidate
    runner_up: Candidate | None
    candidates: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEvent(ContactEvent):
    """Something happened to one timed proposal of a contact to an agent."""

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(OfferEvent):
    """Routing chose the agent; the agent's side reserves, pops the screen, and says `AgentReserved`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReserved(OfferEvent):
    """The agent is locked for the offer and has the record on screen; `extension` may ring now."""

    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(OfferEvent):
    """The agent's phone was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFailed(OfferEvent):
    """The phone was busy, refused, could not be reached, or rang out (`no_answer`: RONA)."""

    outcome: RingOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(OfferEvent):
    """The offer is void: the customer left, or the agent could not be reserved after all."""

    reason: str


# --- agents ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent(DomainEvent):
    """Something happened to one agent."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged(AgentEvent):
    """The agent is in a new state, or in the same one for a new reason."""

    old: AgentState
    new: AgentState
    reason: str = ""
    extension: str = ""
    next_state: AgentState | None = None
    next_reason: str = ""


# --- the finished record ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRecorded(ContactEvent):
    """The finished interaction: all durations in microseconds, zero where a segment did not happen."""

    customer_id: str
    caller_number: str
    queue: str
    tier: str
    outcome: ContactState
    agent_id: str
    disposition: str
    ended_by: str
    arrived_us: int
    ivr_us: int
    queue_us: int
    talk_us: int
    wrap_up_us: int
    offers: int
