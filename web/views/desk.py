"""A desk: what its agent is shown of each contact, of its customer and of the day."""

from __future__ import annotations

from datetime import datetime

from web.views.view import View


class WorkView(View):
    """Work besides the call: offered, or `in_hand`."""

    contact_id: str
    channel: str
    offer_id: str
    version: int
    in_hand: bool


class PartyView(View):
    """Somebody else in the agent's conversation: who is asked for advice, or was brought in."""

    leg_id: str
    name: str
    state: str


class DeskView(View):
    """An agent's own desk. `legal` names the requests that would be granted now: nothing else can be clicked.

    `until` is when the state ends by itself. `asked_by` is the supervisor who asked for the state, or for the
    next one where there is one, and `because` why. `parties` are those of the conversation besides the
    customer; `undone` is the last request about it where the telephone system has not carried it out. Who
    `owes_result` does not finish the wrap-up without one.
    """

    agent_id: str
    name: str
    state: str
    reason: str = ""
    since: datetime
    until: datetime | None = None
    next_state: str | None = None
    asked_by: str = ""
    because: str = ""
    extension: str = ""
    contact_id: str = ""
    legal: tuple[str, ...] = ()
    work: tuple[WorkView, ...] = ()
    standing: str | None = None
    on_hold: bool = False
    is_muted: bool = False
    parties: tuple[PartyView, ...] = ()
    owes_result: bool = False
    undone: str = ""


class InteractionView(View):
    """A finished interaction, as short as an agent reads it while the phone rings."""

    ended: datetime
    queue: str
    agent: str
    outcome: str
    disposition: str = ""
    notes: str = ""


class CustomerView(View):
    """A customer's record; `balance_cents` is in hundredths of `currency`."""

    customer_id: str
    name: str
    tier: str
    language: str = ""
    account_number: str = ""
    balance_cents: int | None = None
    currency: str = ""
    notes: str = ""
    attributes: dict[str, str] = {}
    last_interactions: tuple[InteractionView, ...] = ()


class PastAttemptView(View):
    """An earlier attempt of a campaign at this lead."""

    at: datetime
    outcome: str
    disposition: str = ""


class LeadView(View):
    """What an agent sees of a lead; `script` has its fields filled in already."""

    campaign: str
    list_name: str
    external_id: str = ""
    attempt: int
    fields: dict[str, str] = {}
    script: str = ""
    past: tuple[PastAttemptView, ...] = ()
    results: dict[str, str] = {}


class RecordView(View):
    """The screen-pop: all an agent should know before saying hello. `url` opens a foreign CRM.

    Requests about the offer name `offer_id` and `version`. `dispositions` are what it may come to; where
    one is required, a consultation about it needs none all the same. The agent who passed the customer on, or
    asks about them, is `passed_by`.
    """

    contact_id: str
    offer_id: str
    version: int
    offered: datetime
    number: str
    channel: str
    tier: str
    queue: str
    language: str
    choices: tuple[str, ...] = ()
    waited_seconds: float
    customer: CustomerView | None = None
    reference: str = ""
    lead: LeadView | None = None
    dials_at: datetime | None = None
    url: str = ""
    dispositions: dict[str, str] = {}
    disposition_required: bool = False
    passed_by: str = ""


class OwnDayView(View):
    """An agent's own day so far; `missed` counts offers that came to nothing, `worked` work besides calls."""

    handled: int
    worked: int
    missed: int
    talk_seconds: float
    hold_seconds: float
    wrap_up_seconds: float
    ready_seconds: float
    not_ready_seconds: float
    occupancy: float | None


class OwnContactView(View):
    """A contact that the agent had."""

    contact_id: str
    ended: datetime
    channel: str
    number: str
    queue: str
    tier: str
    outcome: str
    disposition: str
    talk_seconds: float
    notes: str
