"""Facts about decisions and offers, part of `core.model.events`: who is to have a contact, and who has it."""

from __future__ import annotations

from core.model.causes import RingOutcome
from core.model.contact import VOICE
from core.model.decision import Candidate
from core.model.ids import NO_LEG, AgentId, LegId, OfferId
from core.model.message import ContactEvent


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
