"""Facts about contacts, part of `core.model.events`: from arrival by menu, line and talk to the record."""

from __future__ import annotations

from core.model.contact import VOICE, ContactState, Requirement
from core.model.decision import Spared
from core.model.destination import DestinationKind, DivertReason
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import ContactEvent

# --- arrival, and the menu ------------------------------------------------------------------------


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


# --- in line --------------------------------------------------------------------------------------


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


# --- with an agent --------------------------------------------------------------------------------


class ContactAdopted(ContactEvent, frozen=True, kw_only=True):
    """A contact of an earlier run of the engine was found on the PBX and goes on in `state`.

    Work is found in the ledger instead. `agent_id` is who has the contact, empty for nobody. Since
    `connected_us` a caller and an agent talk, as far as the call's note tells.
    """

    state: ContactState
    agent_id: str = ""
    channel: str = VOICE
    connected_us: int | None = None


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


# --- the end --------------------------------------------------------------------------------------


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
