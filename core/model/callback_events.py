"""Facts about callbacks, part of `core.model.events`: of contacts that have no leg until they are dialed."""

from __future__ import annotations

from core.model.contact import Requirement
from core.model.ids import AgentId, LegId, QueueName
from core.model.message import ContactEvent


class CallbackEvent(ContactEvent, frozen=True, kw_only=True):
    """Something happened to a callback, a contact of its own that has no leg until it is dialed."""


class CallbackBooked(CallbackEvent, frozen=True, kw_only=True):
    """The customer leaves and will be called back at `number`; the contact is new by this.

    It takes over the place of `of_contact_id`, which ends as CALLBACK; none where somebody else booked it.
    What makes its place is told whole, for a new run of ours goes on from it. Not dialed before `due_us`.
    """

    of_contact_id: str
    number: str
    queue: QueueName
    customer_id: str
    tier: str
    language: str
    queued_us: int
    entered_us: int
    head_start_us: int
    credit_us: int
    due_us: int
    asked: tuple[Requirement, ...] = ()
    preferred_agent: str = ""


class CallbackDialed(CallbackEvent, frozen=True, kw_only=True):
    """An agent is on the line and the customer's phone is being rung, for the `attempt`-th time from 1."""

    agent_id: AgentId
    leg_id: LegId
    attempt: int


class CallbackPostponed(CallbackEvent, frozen=True, kw_only=True):
    """The callback stands in no line until `until_us`: the queue is `closed`, or the customer was not had.

    Then `reason` is the outcome of the ringing, or `agent_left` while it rang.
    """

    reason: str
    until_us: int


class CallbackClosed(CallbackEvent, frozen=True, kw_only=True):
    """The callback is over; `outcome` is `reached`, `unreached`, `cancelled` or `called_in`.

    `reason` is that of the last attempt, or `expired`; `attempts` is how often the customer was dialed.
    """

    outcome: str
    reason: str
    attempts: int
