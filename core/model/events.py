"""Every fact the engine learns or establishes, in the order of a call's life.

First what the telephone system tells (`Leg...`, `Dialogue...`, `Pbx...`), then what timers and the
CRM store answer, then what the engine itself brings about. Twin of `core.model.commands`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from core.model import callback_events, control, outbound, supervision
from core.model.agent import AgentState
from core.model.causes import Answerer, RingOutcome
from core.model.contact import VOICE, ContactState, Requirement
from core.model.customer import Customer
from core.model.decision import Candidate as Candidate
from core.model.decision import Spared as Spared
from core.model.decision import Term as Term
from core.model.desk import DeskState
from core.model.destination import DestinationKind, DivertReason
from core.model.ids import NO_LEG, AgentId, BridgeId, ContactId, LegId, OfferId, QueueName, TimerKey
from core.model.message import AgentEvent as AgentEvent
from core.model.message import ContactEvent as ContactEvent
from core.model.message import DomainEvent, Event
from core.model.quality import SkillQuality
from core.model.standing_leg import StandingState

# --- told by the telephone system: legs -------------------------------------------------------


class LegEvent(Event, frozen=True, kw_only=True):
    """Something happened to one party's connection."""

    leg_id: LegId


class LegCreated(LegEvent, frozen=True, kw_only=True):
    """A leg exists. `address` is the channel's name, `call_hint` the oldest leg it belongs with."""

    address: str
    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    call_hint: str = ""


class LegDialed(LegEvent, frozen=True, kw_only=True):
    """The leg is being called; `from_leg_id` is who calls, empty where the engine does."""

    from_leg_id: LegId


class DialEnded(LegEvent, frozen=True, kw_only=True):
    """The calling of the leg ended; `outcome` is answer, busy, no-answer, cancel, congestion or the like."""

    from_leg_id: LegId
    outcome: str


class LegRinging(LegEvent, frozen=True, kw_only=True):
    """The far phone rings."""


class LegAnswered(LegEvent, frozen=True, kw_only=True):
    """The leg is up."""


class AnswererJudged(LegEvent, frozen=True, kw_only=True):
    """Who answered a leg that was rung with `detect_machine`, as the telephone system hears it.

    `reason` is its own word for why; `silent_us` is for how long the answerer had said nothing by then, after
    a greeting. Told before the leg comes into our hands, and again should it come anew.
    """

    answerer: Answerer
    reason: str = ""
    silent_us: int = 0


class LegHeld(LegEvent, frozen=True, kw_only=True):
    """The party put the other side on hold."""


class LegResumed(LegEvent, frozen=True, kw_only=True):
    """The party took the other side back from hold."""


class LegJoined(LegEvent, frozen=True, kw_only=True):
    """The leg entered a bridge: whoever is in it can hear each other."""

    bridge_id: BridgeId


class LegLeft(LegEvent, frozen=True, kw_only=True):
    """The leg left a bridge."""

    bridge_id: BridgeId


class LegPressed(LegEvent, frozen=True, kw_only=True):
    """The party pressed a key outside of a step that collects digits."""

    digit: str


class LegTransferred(LegEvent, frozen=True, kw_only=True):
    """A party of the bridge sent the rest of it elsewhere; the transferer is `leg_id`."""

    kind: str
    dialed_number: str = ""
    moved_leg_id: LegId = NO_LEG


class LegTagged(LegEvent, frozen=True, kw_only=True):
    """The PBX still keeps this note of ours on the leg (seen in a snapshot). See `core.model.tag`."""

    tag: str


class LegFailed(LegEvent, frozen=True, kw_only=True):
    """A leg we asked for was never made: refused at once, or answered with failure and no channel."""

    cause: int
    reason: str = ""


class LegEnded(LegEvent, frozen=True, kw_only=True):
    """The leg is gone. `cause` is its Q.850 code, 0 where nobody knows (found gone by a snapshot).

    `tech_cause` is the status of the signalling behind it, such as 486 of SIP; 0 where none was told.
    """

    cause: int
    tech_cause: int = 0


# --- told by the telephone system: dialogues with a caller --------------------------------------


class DialogueOpened(LegEvent, frozen=True, kw_only=True):
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


class StepFinished(LegEvent, frozen=True, kw_only=True):
    """A step of the dialogue is over.

    `outcome` is `done`, `timeout`, `hangup` or `failed`; `digits` are the keys pressed, without terminator.
    """

    step: str
    outcome: str
    digits: str = ""


class DialogueClosed(LegEvent, frozen=True, kw_only=True):
    """The leg left our hands: bridged, sent on, hung up, or its link broke.

    A step under way is told as finished first, with `hangup`; where the link broke it is told no more.
    """


# --- told by the telephone system: itself -------------------------------------------------------


class PbxEvent(Event, frozen=True, kw_only=True):
    """Something happened to the link with one telephone system."""

    pbx: str


class PbxLost(PbxEvent, frozen=True, kw_only=True):
    """The link is down: nothing is known of its legs until the next `PbxSynced`."""


class PbxSynced(PbxEvent, frozen=True, kw_only=True):
    """A snapshot has just been told as ordinary leg events; live events follow."""


class AnomalySeen(PbxEvent, frozen=True, kw_only=True):
    """The PBX told the impossible; counted by `kind`, never fatal."""

    kind: str
    where: str = ""


# --- answers of timers and of the CRM store -------------------------------------------------------


class TimerFired(Event, frozen=True, kw_only=True):
    """The instant a feature asked for has come."""

    key: TimerKey


class CustomerFound(Event, frozen=True, kw_only=True):
    """The store's answer to `LookUpCustomer`; `customer` is None where nobody matches."""

    lookup_id: str
    customer: Customer | None


class CustomerLookupFailed(Event, frozen=True, kw_only=True):
    """The store was late or away; `reason` is `late` or `away`."""

    lookup_id: str
    reason: str


# --- contacts ---------------------------------------------------------------------------------


class ContactArrived(ContactEvent, frozen=True, kw_only=True):
    """A customer reached us, was passed on (`after` another contact), or work of a `channel` was brought."""

    leg_id: LegId
    caller_number: str
    dialed_number: str
    channel: str = VOICE
    after: ContactId = ContactId("")


class WorkAdded(ContactEvent, frozen=True, kw_only=True):
    """What the work is that another program brought: all of its `AddWork`."""

    work_id: str
    channel: str
    queue: QueueName
    customer_id: str
    tier: str
    requirements: tuple[Requirement, ...]
    reference: str
    language: str


class CustomerIdentified(ContactEvent, frozen=True, kw_only=True):
    """The lookup is settled. `lookup` is `found`, `unknown`, `late`, `away` or `skipped`."""

    customer_id: str
    tier: str
    lookup: str


class ChoiceMade(ContactEvent, frozen=True, kw_only=True):
    """The caller chose in a menu: `node` is the menu, `choice` the branch taken."""

    node: str
    choice: str


class QueueingAsked(ContactEvent, frozen=True, kw_only=True):
    """The IVR hands the contact over to a queue; routing answers with `ContactQueued`."""

    queue: QueueName
    requirements: tuple[Requirement, ...] = ()


class LeavingAsked(ContactEvent, frozen=True, kw_only=True):
    """Whoever brought the contact here wants it out of its line, and sent on; routing does so if it waits."""

    to: DestinationKind
    target: str
    reason: DivertReason


class StandingEvent(ContactEvent, frozen=True, kw_only=True):
    """How a contact stands in line from now on.

    It is ordered by `key_us` = instant of queueing - all credits; `need` is what it asks of an agent by now.
    `held_for` alone may have it, where not empty; the agents of `spares` it may not have yet. `step` is the
    number of the step in its queue's plan that brought it here, 0 before the first.
    """

    queue: QueueName
    key_us: int
    need: str = ""
    held_for: str = ""
    spares: Spared | None = None
    step: int = 0


class ContactQueued(StandingEvent, frozen=True, kw_only=True):
    """The contact waits; `position` counts from 1. `requirements` are those that are plain least levels."""

    tier: str
    position: int
    requirements: tuple[Requirement, ...] = ()
    policy: str = ""
    channel: str = VOICE


class StandingChanged(StandingEvent, frozen=True, kw_only=True):
    """Time or the floor changed how a waiting contact stands, for the `reason` given.

    A step was taken (`step`) or its time is over (`expired`), a wait for somebody is over (`reserve_over`,
    `hold_over`, `preferred_away`), or what it needs changed with the wait or the queue (`needs`). Or the
    supervisor `asked_by` moved it by `moved_us` (`moved`), and said why in `because`.
    """

    reason: str
    moved_us: int = 0
    asked_by: str = ""
    because: str = ""


class AgentPreferred(ContactEvent, frozen=True, kw_only=True):
    """The customer knows this agent, `because` the record names it (`named`) or they talked before (`last`).

    Until `until_us` the contact is held for the agent alone, where that lies ahead.
    """

    agent_id: AgentId
    because: str
    until_us: int


class PlaceResumed(ContactEvent, frozen=True, kw_only=True):
    """The customer was in line before and stands at the old place again: at `key_us`.

    `of_contact_id` is the contact that held it: a call that was hung up, or a callback that is void by this.
    """

    of_contact_id: ContactId
    key_us: int


class ContactDiverted(ContactEvent, frozen=True, kw_only=True):
    """The contact is sent from `queue`, in line or at its door, to somewhere else.

    Whoever `to` names goes on from here: routing for a queue, the IVR for a flow, callbacks for a callback.
    `step` is the number of the step that said so, where the reason is one.
    """

    queue: QueueName
    to: DestinationKind
    target: str
    reason: DivertReason
    step: int = 0


class WaitAnnounced(ContactEvent, frozen=True, kw_only=True):
    """The caller was told to wait `low_us` to `high_us` more, None for no upper end.

    `left_us` is the estimate by then. Who keeps a place is told no longer wait than before, so the estimate
    may lie above what was told.
    """

    queue: QueueName
    tier: str
    left_us: int
    low_us: int
    high_us: int | None


class ContactAdopted(ContactEvent, frozen=True, kw_only=True):
    """A contact of an earlier run of the engine was found on the PBX and goes on in `state`.

    Work is found in the ledger instead. `agent_id` is who has the contact, empty for nobody.
    """

    state: ContactState
    agent_id: str = ""
    channel: str = VOICE


class ContactConnected(ContactEvent, frozen=True, kw_only=True):
    """Customer and agent hear each other. `level` is the agent's least level in the asked skills.

    `estimated_us` is the wait expected when the contact was queued, None where it did not have to wait.
    """

    queue: QueueName
    tier: str
    agent_id: AgentId
    offer_id: OfferId
    waited_us: int
    level: int
    estimated_us: int | None = None
    channel: str = VOICE


class TalkEnded(ContactEvent, frozen=True, kw_only=True):
    """The conversation is over, by `customer`, `agent`, `pbx` or `transfer`; its holds count as talk."""

    agent_id: AgentId
    ended_by: str
    talked_us: int


class WorkReturned(ContactEvent, frozen=True, kw_only=True):
    """Work that an agent had in hand goes back in line; `reason` is `given_back`, `not_ready` or the like."""

    agent_id: AgentId
    reason: str


class ContactAbandoned(ContactEvent, frozen=True, kw_only=True):
    """The customer left before an agent answered; `stage` is `ivr`, `queue` or `ringing`."""

    queue: str
    tier: str
    stage: str
    waited_us: int


class ContactSentOn(ContactEvent, frozen=True, kw_only=True):
    """The contact left for a number outside the engine."""

    number: str


class MessageLeft(ContactEvent, frozen=True, kw_only=True):
    """The customer recorded a message."""

    recording: str


class ContactClosed(ContactEvent, frozen=True, kw_only=True):
    """The matter is finished; `outcome` is the contact's last state.

    What was promised the customer of another call is as in `FinishWrapUp`.
    """

    outcome: ContactState
    disposition: str = ""
    callback_at: str = ""
    callback_by: str = ""
    notes: str = ""


class ContactRated(ContactEvent, frozen=True, kw_only=True):
    """The customer told how satisfied they are with the agent: 0 for worst to 1,000,000 for best."""

    agent_id: AgentId
    queue: QueueName
    score_ppm: int


class AdoptionFinished(PbxEvent, frozen=True, kw_only=True):
    """All contacts that a snapshot of this PBX showed are in hand again: routing may go on."""


# --- told by the program itself when it starts -----------------------------------------------------


class ContactRecalled(Event, frozen=True, kw_only=True):
    """The ledger has no record that closes this contact of an earlier run; `history` is what it has.

    Nobody knows what became of the contact after `seen_us`, the last instant the earlier run told of.
    """

    contact_id: ContactId
    leg_id: LegId
    seen_us: int
    history: tuple[AnyDomainEvent, ...]


# --- decisions and offers --------------------------------------------------------------------------


class DecisionMade(ContactEvent, frozen=True, kw_only=True):
    """Why this contact goes to this agent.

    `asked` is `agent` where a contact came and the idle agents were compared, `contact` where an agent was
    freed and those in line were. `rule` is the tier's strategy or `by_place`. `winner` and `runner_up` are
    the best two, `candidates` counts who could have been chosen, `waiting` who else stands in line.
    `need` is what the contact asked for by then, after `step` steps of its queue's plan.
    """

    offer_id: OfferId
    asked: str
    rule: str
    winner: Candidate
    runner_up: Candidate | None
    candidates: int
    waiting: int
    need: str = ""
    step: int = 0
    policy: str = ""


class OfferEvent(ContactEvent, frozen=True, kw_only=True):
    """Something happened to one timed proposal of a contact to an agent."""

    offer_id: OfferId
    agent_id: AgentId


class OfferMade(OfferEvent, frozen=True, kw_only=True):
    """Routing chose the agent; the agent's side reserves, pops the screen, and says `AgentReserved`."""

    channel: str = VOICE
    version: int = 1


class AgentReserved(OfferEvent, frozen=True, kw_only=True):
    """The agent is locked for the offer and has the record on screen; `extension` may ring now.

    Work is accepted on the screen: it has no extension. Where the agent's leg `leg_id` stands, nothing rings:
    it is to be joined.
    """

    extension: str
    leg_id: LegId = NO_LEG


class OfferAccepted(OfferEvent, frozen=True, kw_only=True):
    """The agent's phone was answered, or work accepted on the screen."""


class OfferFailed(OfferEvent, frozen=True, kw_only=True):
    """The phone was busy, refused, could not be reached, or rang out (`no_answer`: RONA)."""

    outcome: RingOutcome


class OfferWithdrawn(OfferEvent, frozen=True, kw_only=True):
    """The offer is void: the customer left, or the agent could not be reserved after all."""

    reason: str


# --- agents ---------------------------------------------------------------------------------------


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


# --- the finished record ------------------------------------------------------------------------


class InteractionRecorded(ContactEvent, frozen=True, kw_only=True):
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
    channel: str = VOICE
    hold_us: int = 0
    notes: str = ""


if TYPE_CHECKING:
    AnyDomainEvent = DomainEvent
else:
    # The codec reads this annotation and must know which classes may stand there.
    _modules = (callback_events, control, outbound, supervision)
    _kinds = [*vars().values(), *(kind for module in _modules for kind in vars(module).values())]
    _told = dict.fromkeys(kind for kind in _kinds if isinstance(kind, type) and issubclass(kind, DomainEvent))
    AnyDomainEvent = Union[tuple(kind for kind in _told if kind is not DomainEvent)]  # noqa: UP007
