"""What people at desks may ask for. Each wish is granted whole or refused with a code and a reason."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.contact import Requirement
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from core.model.message import Request
from core.model.quality import SkillQuality
from core.model.supervision import SupervisionMode


class AgentRequest(Request, frozen=True, kw_only=True):
    """A wish of, or about, one agent.

    `asked_by` is the login of a supervisor who asks in the agent's place, and `because` why; both are empty
    where the agent asks.
    """

    agent_id: AgentId
    asked_by: str = ""
    because: str = ""


class LogIn(AgentRequest, frozen=True, kw_only=True):
    """Begin work at the phone `extension` (an address the PBX can dial, such as `PJSIP/1001`).

    With `standing` it is rung once, and the call stands until the agent logs out; some agents' always does.
    """

    extension: str
    standing: bool = False


class LogOut(AgentRequest, frozen=True, kw_only=True):
    """End work; during a contact it takes effect after the wrap-up."""


class GoReady(AgentRequest, frozen=True, kw_only=True):
    """Take contacts; ends a wrap-up too."""


class GoNotReady(AgentRequest, frozen=True, kw_only=True):
    """Take no contacts, for one of the configured reasons; during a contact it waits for its end."""

    reason: str


class DeskBack(AgentRequest, frozen=True, kw_only=True):
    """The agent's screen has a live connection, for the first time or again; told by the web side."""


class DeskLost(AgentRequest, frozen=True, kw_only=True):
    """The last live connection of the agent's screen is gone; told by the web side."""


class CallRequest(AgentRequest, frozen=True, kw_only=True):
    """A wish about the call in hand; where `contact_id` says which, a late click never meets the next one."""

    contact_id: ContactId = ContactId("")


class FinishWrapUp(CallRequest, frozen=True, kw_only=True):
    """The work after the call is done; `disposition` is its business result, `notes` what was written down.

    Where that promises another call, `callback_at` is when, on the customer's own clock and written as
    `2026-11-23 10:30`, and `callback_by` who makes it (`core.model.disposition.CallbackBy`).
    """

    disposition: str = ""
    notes: str = ""
    callback_at: str = ""
    callback_by: str = ""


class ExtendWrapUp(CallRequest, frozen=True, kw_only=True):
    """The work after the contact takes longer: once more the time that its queue grants."""


class OfferRequest(AgentRequest, frozen=True, kw_only=True):
    """A wish about an offer as the screen showed it: `version` MUST be the one that still holds.

    Without `offer_id` it is about the only offer there is.
    """

    offer_id: OfferId = OfferId("")
    version: int = 0


class AcceptOffer(OfferRequest, frozen=True, kw_only=True):
    """Take the offered work, or have the phone that rings answered."""


class RejectOffer(OfferRequest, frozen=True, kw_only=True):
    """Do not take the offered contact."""


class RecordSeen(OfferRequest, frozen=True, kw_only=True):
    """The record of the offer is before the agent's eyes: the phone may ring; told by the page itself."""


class PreviewDial(OfferRequest, frozen=True, kw_only=True):
    """Call the customer whose record is shown."""


class PreviewSkip(OfferRequest, frozen=True, kw_only=True):
    """Do not call the customer whose record is shown, for one of the configured reasons; one more comes."""

    reason: str


class DialNumber(AgentRequest, frozen=True, kw_only=True):
    """Call `number`, as it was typed or clicked, for a campaign: the law is asked, and the agent comes first.

    `campaign` may be left out where the agent works in one alone that lets its agents dial.
    """

    number: str
    campaign: str = ""


class FinishWork(AgentRequest, frozen=True, kw_only=True):
    """Work in hand is done; `disposition` is its business result, `notes` what was written down."""

    contact_id: ContactId
    disposition: str = ""
    notes: str = ""


class ReturnWork(AgentRequest, frozen=True, kw_only=True):
    """Give work in hand back: it goes to somebody else, from the place it had."""

    contact_id: ContactId


class HangUpContact(CallRequest, frozen=True, kw_only=True):
    """End the conversation from the desk."""


class RestoreAgent(AgentRequest, frozen=True, kw_only=True):
    """Take up what the ledger last knew of the agent; asked by the program itself when it starts."""

    state: AgentState
    reason: str
    extension: str
    next_state: AgentState | None = None
    next_reason: str = ""
    until_us: int = 0
    standing: bool = False
    has_desk: bool = False


class WorkRequest(Request, frozen=True, kw_only=True):
    """A wish of another program about work that it calls `work_id`, its own name for it."""

    work_id: str


class AddWork(WorkRequest, frozen=True, kw_only=True):
    """Let agents do something that comes without a call: a task, a mail, a note to call back.

    It waits in `queue` like a call, as a contact of `channel`, for an agent who also has `requirements`.
    `reference` tells the agent what to do or where it is found. Where `tier` is empty the customer's record
    tells it. Asked again under the same `work_id` it is the same work, and is granted without adding any.
    """

    channel: str
    queue: QueueName
    customer_id: str = ""
    tier: str = ""
    requirements: tuple[Requirement, ...] = ()
    reference: str = ""
    language: str = "en"


class WithdrawWork(WorkRequest, frozen=True, kw_only=True):
    """The work need not be done any more; once an agent has it in hand this is refused."""


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


class BookCallback(AgentRequest, frozen=True, kw_only=True):
    """Call a customer back from `queue`, at the place of one who calls now, and not before `due_us`.

    `agent_id` is who asks, empty for a program. The customer's record is found by the id, or else by the
    number; the place is that of `tier`, or of the tier of callers nobody knows.
    """

    number: str
    queue: QueueName
    customer_id: str = ""
    tier: str = ""
    due_us: int = 0


class CancelCallback(AgentRequest, frozen=True, kw_only=True):
    """Do not call this customer back any more."""

    contact_id: ContactId


class MoveContact(AgentRequest, frozen=True, kw_only=True):
    """Let a waiting contact stand `credit_us` further forward, further back where that is negative.

    `to_front`: before everybody in its queue instead. `agent_id` is empty: it is about no agent.
    """

    contact_id: ContactId
    credit_us: int = 0
    to_front: bool = False


class DescribeWaits(Request, frozen=True, kw_only=True):
    """Tell how long callers would wait who asked now, of every tier in every queue."""


class SetAgentQueues(AgentRequest, frozen=True, kw_only=True):
    """Let the agent serve `queues`, of those its skills allow; None: all of them."""

    queues: tuple[QueueName, ...] | None = None


class RestoreAgentQueues(AgentRequest, frozen=True, kw_only=True):
    """Take up which queues the agent served last; asked by the program itself when it starts."""

    queues: tuple[QueueName, ...] | None


class SetAgentLevels(AgentRequest, frozen=True, kw_only=True):
    """Let these skill levels take the place of the agent's configured ones; without any, those hold again.

    Level 0 is without the skill. At `until_us` the configured ones hold again; 0: when it is said.
    """

    levels: tuple[tuple[str, int], ...] = ()
    until_us: int = 0


class RestoreAgentLevels(AgentRequest, frozen=True, kw_only=True):
    """Take up which levels the agent had last; asked by the program itself when it starts."""

    levels: tuple[tuple[str, int], ...]
    until_us: int


class Supervise(AgentRequest, frozen=True, kw_only=True):
    """Let `asked_by` hear the agent's talk in `mode`, at the phone `extension`; or change the mode.

    Where it `follows`, the agent's next talks are heard as well, until `StopSupervising`.
    """

    mode: SupervisionMode
    extension: str = ""
    follows: bool = False


class StopSupervising(AgentRequest, frozen=True, kw_only=True):
    """Let `asked_by` hear the agent no longer."""


class TakeOver(AgentRequest, frozen=True, kw_only=True):
    """Let the agent `by`, who is ready at the phone where `asked_by` hears the talk, have the customer."""

    by: AgentId
