"""Every fact the engine learns or establishes: one place to import them from. Twin of `core.model.commands`.

| defined in                   | who tells                                                                 |
|------------------------------|---------------------------------------------------------------------------|
| `core.model.pbx_events`      | a telephone system: legs, dialogues with a caller, itself                 |
| here                         | timers and the CRM store answer; the program itself, when it starts       |
| `core.model.contact_events`  | the engine, of a contact: menu, line, talk, record                        |
| `core.model.offer_events`    | the engine, of a contact that is to go to an agent                        |
| `core.model.agent_events`    | the engine, of an agent                                                   |

Facts of one concern are imported from where they are defined: `attempt_events`, `callback_events`,
`campaign_events`, `control`, `lead_orders`, `supervision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from core.model import (
    agent_events,
    attempt_events,
    callback_events,
    campaign_events,
    campaign_requests,
    contact_events,
    control,
    lead_orders,
    offer_events,
    pbx_events,
    supervision,
)
from core.model.agent_events import AgentStateChanged as AgentStateChanged
from core.model.agent_events import QualityLearned as QualityLearned
from core.model.contact_events import AgentPreferred as AgentPreferred
from core.model.contact_events import ChoiceMade as ChoiceMade
from core.model.contact_events import ContactAbandoned as ContactAbandoned
from core.model.contact_events import ContactAdopted as ContactAdopted
from core.model.contact_events import ContactArrived as ContactArrived
from core.model.contact_events import ContactClosed as ContactClosed
from core.model.contact_events import ContactConnected as ContactConnected
from core.model.contact_events import ContactDiverted as ContactDiverted
from core.model.contact_events import ContactQueued as ContactQueued
from core.model.contact_events import ContactRated as ContactRated
from core.model.contact_events import ContactSentOn as ContactSentOn
from core.model.contact_events import CustomerIdentified as CustomerIdentified
from core.model.contact_events import InteractionRecorded as InteractionRecorded
from core.model.contact_events import LeavingAsked as LeavingAsked
from core.model.contact_events import MessageLeft as MessageLeft
from core.model.contact_events import PlaceResumed as PlaceResumed
from core.model.contact_events import QueueingAsked as QueueingAsked
from core.model.contact_events import StandingChanged as StandingChanged
from core.model.contact_events import StandingEvent as StandingEvent
from core.model.contact_events import TalkEnded as TalkEnded
from core.model.contact_events import WaitAnnounced as WaitAnnounced
from core.model.contact_events import WorkAdded as WorkAdded
from core.model.contact_events import WorkReturned as WorkReturned
from core.model.customer import Customer
from core.model.decision import Candidate as Candidate
from core.model.decision import Spared as Spared
from core.model.decision import Term as Term
from core.model.ids import ContactId, LegId, TimerKey
from core.model.message import AgentEvent as AgentEvent
from core.model.message import ContactEvent as ContactEvent
from core.model.message import DomainEvent, Event
from core.model.offer_events import AgentReserved as AgentReserved
from core.model.offer_events import DecisionMade as DecisionMade
from core.model.offer_events import OfferAccepted as OfferAccepted
from core.model.offer_events import OfferEvent as OfferEvent
from core.model.offer_events import OfferFailed as OfferFailed
from core.model.offer_events import OfferMade as OfferMade
from core.model.offer_events import OfferWithdrawn as OfferWithdrawn
from core.model.pbx_events import AdoptionFinished as AdoptionFinished
from core.model.pbx_events import AnomalySeen as AnomalySeen
from core.model.pbx_events import AnswererJudged as AnswererJudged
from core.model.pbx_events import DialEnded as DialEnded
from core.model.pbx_events import DialogueClosed as DialogueClosed
from core.model.pbx_events import DialogueOpened as DialogueOpened
from core.model.pbx_events import LegAnswered as LegAnswered
from core.model.pbx_events import LegCreated as LegCreated
from core.model.pbx_events import LegDialed as LegDialed
from core.model.pbx_events import LegEnded as LegEnded
from core.model.pbx_events import LegEvent as LegEvent
from core.model.pbx_events import LegFailed as LegFailed
from core.model.pbx_events import LegHeld as LegHeld
from core.model.pbx_events import LegJoined as LegJoined
from core.model.pbx_events import LegLeft as LegLeft
from core.model.pbx_events import LegPressed as LegPressed
from core.model.pbx_events import LegResumed as LegResumed
from core.model.pbx_events import LegRinging as LegRinging
from core.model.pbx_events import LegTagged as LegTagged
from core.model.pbx_events import LegTransferred as LegTransferred
from core.model.pbx_events import PbxEvent as PbxEvent
from core.model.pbx_events import PbxLost as PbxLost
from core.model.pbx_events import PbxSynced as PbxSynced
from core.model.pbx_events import StepFinished as StepFinished

PARTS = (
    pbx_events,
    contact_events,
    offer_events,
    agent_events,
    callback_events,
    control,
    lead_orders,
    attempt_events,
    campaign_events,
    campaign_requests,
    supervision,
)
"""Where facts are defined, beside here."""

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


# --- told by the program itself when it starts -----------------------------------------------------


class ContactRecalled(Event, frozen=True, kw_only=True):
    """The ledger has no record that closes this contact of an earlier run; `history` is what it has.

    Nobody knows what became of the contact after `seen_us`, the last instant the earlier run told of.
    """

    contact_id: ContactId
    leg_id: LegId
    seen_us: int
    history: tuple[AnyDomainEvent, ...]


if TYPE_CHECKING:
    AnyDomainEvent = DomainEvent
else:
    # The codec reads this annotation and must know which classes may stand there.
    _kinds = [kind for part in PARTS for kind in vars(part).values()]
    _told = dict.fromkeys(kind for kind in _kinds if isinstance(kind, type) and issubclass(kind, DomainEvent))
    AnyDomainEvent = Union[tuple(kind for kind in _told if kind is not DomainEvent)]  # noqa: UP007
