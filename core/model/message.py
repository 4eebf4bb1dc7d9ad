"""What every message of the engine carries: when it happened and which input led to it."""

from __future__ import annotations

from core.kernel.record import Record, replace
from core.model.ids import AgentId, ContactId


class Event(Record, frozen=True, kw_only=True):
    """A fact, named in the past tense.

    `at_us` is the instant it was learned. `cause_id` names the input that led to it, such as `in-17`;
    the engine numbers its inputs, and what a handler derives from an event takes over its `cause_id`.
    """

    at_us: int
    cause_id: str = ""


def numbered(event: Event, cause_id: str) -> Event:
    """Return a copy of `event` with the `cause_id`; every input of the engine passes here."""
    return replace(event, cause_id=cause_id)


class DomainEvent(Event, frozen=True, kw_only=True):
    """A fact about a contact or an agent: it goes to the ledger, from which every report is folded."""


class ContactEvent(DomainEvent, frozen=True, kw_only=True):
    """Something happened to one customer's matter."""

    contact_id: ContactId


class AgentEvent(DomainEvent, frozen=True, kw_only=True):
    """Something happened to one agent."""

    agent_id: AgentId


class Request(Event, frozen=True, kw_only=True):
    """A person's wish, which may be refused. `request_id` ties the answer to it."""

    request_id: str = ""


class Command(Record, frozen=True, kw_only=True):
    """An order to an edge of the program, in the imperative."""
