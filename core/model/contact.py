"""A contact: one customer matter, routed once, and the table of its states.

    IN_IVR -> QUEUED -> OFFERED -> CONNECTED -> WRAP_UP -> CLOSED

The way to the left of CONNECTED can end in ABANDONED (the customer left), OVERFLOWED (sent to a
number), CALLBACK (we shall call back) or VOICEMAIL. The callback is a contact of its own, without a leg
until it is dialed: it stands in line (QUEUED) or is put off (POSTPONED), and where nobody was reached it
ends UNREACHED or CANCELLED. Our own code drives this machine, so a missing row raises.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Entity, Record
from core.model.customer import Customer
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.lead import LeadShown

VOICE = "voice"
"""The channel of calls; all others (`task`, `mail`...) are work without a leg."""


class ContactState(StrEnum):
    """Where a customer's matter stands."""

    IN_IVR = "in_ivr"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTED = "connected"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    POSTPONED = "postponed"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


class ContactTrigger(StrEnum):
    """What moves a contact."""

    QUEUE = "queue"
    OFFER = "offer"
    RETURN = "return"
    CONNECT = "connect"
    TALK_END = "talk_end"
    FINISH = "finish"
    LEAVE = "leave"
    OVERFLOW = "overflow"
    BOOK_CALLBACK = "book_callback"
    RECORD = "record"
    ENTER_FLOW = "enter_flow"
    POSTPONE = "postpone"
    GIVE_UP = "give_up"
    CANCEL = "cancel"


_S, _T = ContactState, ContactTrigger

CONTACT = Table[ContactState, ContactTrigger](
    name="contact",
    start=ContactState.IN_IVR,
    rows={
        (_S.IN_IVR, _T.QUEUE): _S.QUEUED,
        (_S.IN_IVR, _T.LEAVE): _S.ABANDONED,
        # Self-service: the menu did the whole job and hung up.
        (_S.IN_IVR, _T.FINISH): _S.CLOSED,
        (_S.IN_IVR, _T.OVERFLOW): _S.OVERFLOWED,
        (_S.IN_IVR, _T.BOOK_CALLBACK): _S.CALLBACK,
        (_S.IN_IVR, _T.RECORD): _S.VOICEMAIL,
        (_S.QUEUED, _T.OFFER): _S.OFFERED,
        (_S.QUEUED, _T.LEAVE): _S.ABANDONED,
        (_S.QUEUED, _T.OVERFLOW): _S.OVERFLOWED,
        (_S.QUEUED, _T.BOOK_CALLBACK): _S.CALLBACK,
        (_S.QUEUED, _T.RECORD): _S.VOICEMAIL,
        # Overflow: the caller is sent from the line to a menu, voicemail most often.
        (_S.QUEUED, _T.ENTER_FLOW): _S.IN_IVR,
        # After a restart of ours a talking pair is adopted: it was offered and accepted in the run before.
        (_S.QUEUED, _T.CONNECT): _S.CONNECTED,
        (_S.OFFERED, _T.RETURN): _S.QUEUED,
        (_S.OFFERED, _T.CONNECT): _S.CONNECTED,
        (_S.OFFERED, _T.LEAVE): _S.ABANDONED,
        (_S.CONNECTED, _T.TALK_END): _S.WRAP_UP,
        # Work without a call: done and told so in one, or given back.
        (_S.CONNECTED, _T.FINISH): _S.CLOSED,
        (_S.CONNECTED, _T.RETURN): _S.QUEUED,
        (_S.IN_IVR, _T.CANCEL): _S.CANCELLED,
        (_S.WRAP_UP, _T.FINISH): _S.CLOSED,
        # A callback: booked while its queue is closed, or dialed in vain and to be dialed again.
        (_S.IN_IVR, _T.POSTPONE): _S.POSTPONED,
        (_S.OFFERED, _T.POSTPONE): _S.POSTPONED,
        (_S.POSTPONED, _T.QUEUE): _S.QUEUED,
        (_S.POSTPONED, _T.GIVE_UP): _S.UNREACHED,
        (_S.QUEUED, _T.POSTPONE): _S.POSTPONED,
        (_S.QUEUED, _T.CANCEL): _S.CANCELLED,
        (_S.POSTPONED, _T.CANCEL): _S.CANCELLED,
    },
)

ENDED_STATES = frozenset(
    {
        _S.CLOSED,
        _S.ABANDONED,
        _S.OVERFLOWED,
        _S.CALLBACK,
        _S.VOICEMAIL,
        _S.UNREACHED,
        _S.CANCELLED,
    },
)


class Requirement(Record, frozen=True, kw_only=True, order=True):
    """A skill a contact needs, and the least level an agent must have in it (1 to 10)."""

    skill: str
    minimum: int = 1


class Contact(Entity, kw_only=True):
    """One matter in hand; `state` changes only through `core.contacts.ContactBook.move`.

    All instants are microseconds, None before they happened. `head_start_us` is the tier's credit:
    the contact is ordered as if it had queued that much earlier. `asked` is what the menu asked of an agent,
    `requirements` what its queue asks as well. `queued_us` is when it first stood in a line, `entered_us`
    when in this one; `steps` are those of its queue's plan taken on a condition, by number and instant.
    `flow` is the menu it was sent to out of a line, and `hops` counts how often it was sent anywhere.
    `credit_us` moves it forward like the head start, for any other reason, such as a place resumed.
    `preferred_agent` is who served the customer last, or always does. A `callback` has no leg until its
    customer is dialed. An agent's leg that `stands` outlives the contact. `policy` is the one of its queue's
    policies in force when it was queued, `estimated_us` the wait expected then (None: none at all),
    `told_us` the least wait still to come that its caller was told.

    `attempt` is what the dialer notes of the attempt by which a campaign reached the customer.

    A campaign may want an agent first, then the customer: such a contact is a `callback` too. `only_agent` is
    who alone may have it, `lead` what the agent sees of it. Where `preview_us` is not 0 the agent looks at it
    for so long before anything rings; `preview_dials` says that it is dialed then, else it is passed over.

    What one agent passes on to the next is a contact of its own (`after` the one before, `passed_by` that
    agent), or a consultation about it (`consults`) until it has the customer. One that is `parted` has its
    legs on the move by our own doing (`core.model.control`).

    Work of another channel than voice never has a leg: `work_id` is what the program that brought it calls
    it, `reference` where the agent finds it, such as a link or a subject.
    """

    contact_id: ContactId
    leg_id: LegId
    arrived_us: int
    channel: str = VOICE
    work_id: str = ""
    reference: str = ""
    caller_number: str = ""
    dialed_number: str = ""
    language: str = "en"
    tier: str = ""
    customer: Customer | None = None
    choices: tuple[str, ...] = ()
    asked: tuple[Requirement, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    queue: QueueName | None = None
    queued_us: int | None = None
    entered_us: int | None = None
    steps: tuple[tuple[int, int], ...] = ()
    head_start_us: int = 0
    policy: str = ""
    estimated_us: int | None = None
    told_us: int | None = None
    credit_us: int = 0
    preferred_agent: AgentId | None = None
    callback: bool = False
    attempt: str = ""
    flow: str = ""
    hops: int = 0
    only_agent: AgentId | None = None
    lead: LeadShown | None = None
    preview_us: int = 0
    preview_dials: bool = False
    after: ContactId = ContactId("")
    passed_by: str = ""
    consults: bool = False
    parted: bool = False
    offer_id: OfferId | None = None
    agent_id: AgentId | None = None
    agent_leg_id: LegId | None = None
    stands: bool = False
    connected_us: int | None = None
    talk_ended_us: int | None = None
    offers: int = 0
    state: ContactState = CONTACT.start

    @property
    def key_us(self) -> int:
        """The contact's place in line: when it queued, less all its credits; it MUST have queued."""
        assert self.queued_us is not None
        return self.queued_us - self.head_start_us - self.credit_us

    def waited_us(self, now_us: int) -> int:
        """Return how long the contact waited in its queue until `now_us` or its connection."""
        if self.queued_us is None:
            return 0
        until = self.connected_us if self.connected_us is not None else now_us
        return until - self.queued_us
