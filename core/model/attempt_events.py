"""Facts of one attempt to reach a lead, from the agent it wants to what it came to.

An answered person is a contact like any other from then on: it joins the campaign's queue with its leg in
our hands, and routing finds the agent. So only what comes before the answer is told here.
"""

from __future__ import annotations

from core.model.attempt import AttemptRecord, AttemptState
from core.model.contact import ContactState
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import ContactEvent, DomainEvent, Event


class AttemptDialed(DomainEvent, frozen=True, kw_only=True):
    """A number is being dialed as the leg `leg_id`; `rules` are those of the law that allowed it.

    Whoever answers will be the contact `contact_id`. The `note` is all that a new run of ours needs to go on;
    by `segment` and `tier` its result will be counted.
    """

    campaign: str
    attempt_id: str
    lead_id: str
    leg_id: LegId
    mode: str
    rules: tuple[str, ...]
    agent_id: AgentId | None = None
    contact_id: ContactId = ContactId("")
    note: str = ""
    segment: str = ""
    tier: str = ""


class AttemptAnswered(DomainEvent, frozen=True, kw_only=True):
    """Somebody or something answered; a person becomes the contact `contact_id`."""

    campaign: str
    attempt_id: str
    contact_id: ContactId


class AttemptEnded(DomainEvent, frozen=True, kw_only=True):
    """What an attempt came to; `contact_id` is whose contact it was, or would have been."""

    campaign: str
    lead_id: str
    outcome: AttemptState
    record: AttemptRecord
    contact_id: ContactId = ContactId("")


class AttemptPutBack(Event, frozen=True, kw_only=True):
    """Nobody was dialed, by these `rules` if any; the lead is given back."""

    attempt_id: str
    rules: tuple[str, ...] = ()


class AgentWanted(Event, frozen=True, kw_only=True):
    """This attempt wants an agent before its number is dialed."""

    attempt_id: str


class PreviewSkipped(ContactEvent, frozen=True, kw_only=True):
    """The agent who looked at the lead would not call it, or let the time for looking pass (`time_over`)."""

    agent_id: AgentId
    reason: str


class JoiningAsked(ContactEvent, frozen=True, kw_only=True):
    """The customer has answered, the agent is on the line, and both legs are in our hands: join them."""


class EndingAsked(ContactEvent, frozen=True, kw_only=True):
    """Whoever brought the contact here wants it to end: nobody talks to the customer, whoever waits for it.

    `outcome` is UNREACHED or CANCELLED.
    """

    outcome: ContactState
    reason: str


class AnotherWayAsked(Event, frozen=True, kw_only=True):
    """A trunk would not carry the call, and nothing rang: another is to, if the law lets it still."""

    campaign: str
    attempt_id: str
    trunk: str


class NoOtherWay(Event, frozen=True, kw_only=True):
    """The call that no trunk would carry goes out by none."""

    attempt_id: str


class InvalidSettled(Event, frozen=True, kw_only=True):
    """It was doubted that a number does not exist: it is so, or the trunk made that up."""

    attempt_id: str
    is_the_trunk: bool


class AttemptRecalled(Event, frozen=True, kw_only=True):
    """The ledger has no end of this attempt of an earlier run; how far it had come by then.

    Instants are None where they did not come; `dropped` says that no agent came in time.
    """

    dialed: AttemptDialed
    answered_us: int | None = None
    connected_us: int | None = None
    dropped: bool = False
    agent_id: str = ""
