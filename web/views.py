"""What screens and programs are shown: every view of the API and of the live connection, on one page.

Instants are UTC, lengths are `*_seconds`, shares lie between 0 and 1 and are null where there is nothing to
share. The browser's types are generated from here (`scripts.write_browser_types`), so are OpenAPI and
AsyncAPI. Whoever reads these ignores fields and kinds it does not know.

| topic | its rows | who may see it |
|---|---|---|
| `desk` | `state`: `DeskView`; `record:CONTACT`: `RecordView` | the agent whose desk it is |
| `queues` | by queue: `QueueView` | everybody |
| `tiers` | by tier: `GroupView` | everybody |
| `centre` | `all`: `GroupView` of all contacts together | everybody |
| `agents` | by agent: `AgentView` | supervisors and readers |
| `contacts` | by contact: `ContactView` | supervisors and readers |
| `campaigns` | by campaign: `CampaignView` | supervisors, campaign managers and readers |
| `alerts` | by alert: `AlertView` | supervisors and readers |
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Something that is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True)


# --- the floor -----------------------------------------------------------------------------------


class GroupView(View):
    """The contacts of a tier, of a queue, or of a tier within a queue; counts are of today.

    `longest_since` is when the one arrived that waits longest; `service_levels` are by the name of their
    definition (`metrics.service_level.ServiceLevelPolicy`).
    """

    name: str
    waiting: int = 0
    longest_since: datetime | None = None
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    service_levels: dict[str, float | None] = {}
    mean_wait_seconds: float | None = None
    abandoned_share: float | None = None


class QueueView(GroupView):
    """A queue: its contacts, those of each tier, its agents, and what is promised."""

    ready: int = 0
    working: int = 0
    threshold_seconds: float
    target_share: float
    expected_wait_seconds: float | None = None
    tiers: dict[str, GroupView] = {}


class AgentView(View):
    """An agent as supervisors see one. `since` is when the state began, `desk` whether a screen is open."""

    agent_id: str
    name: str
    state: str
    reason: str = ""
    since: datetime
    next_state: str | None = None
    extension: str = ""
    desk: bool = False
    on_hold: bool = False
    contact_id: str = ""
    queue: str = ""
    tier: str = ""
    queues: tuple[str, ...] = ()
    handled: int = 0
    talk_seconds: float = 0
    wrap_up_seconds: float = 0
    occupancy: float | None = None


class CandidateView(View):
    """One of those a decision compared; `level` is the least of the asked skills."""

    agent_id: str
    contact_id: str
    level: int


class DecisionView(View):
    """Why a contact went to an agent, in short: `goldline why` tells all."""

    at: datetime
    rule: str
    winner: CandidateView
    runner_up: CandidateView | None = None
    candidates: int
    waiting: int


class ContactView(View):
    """A contact in hand. `since` is when its state began, `arrived` when it came."""

    contact_id: str
    channel: str
    state: str
    since: datetime
    arrived: datetime
    queue: str = ""
    tier: str = ""
    number: str = ""
    customer_id: str = ""
    customer_name: str = ""
    agent_id: str = ""
    campaign: str = ""
    why: DecisionView | None = None


class CapView(View):
    """How a campaign stands with one cap on abandoned calls; `window` is the law's word for its span."""

    rule: str
    window: str
    answered: int
    abandoned: int
    share: float
    cap: float


class CampaignView(View):
    """A campaign today. `idle_because` says why it does not dial, where it does not."""

    name: str
    state: str
    queue: str = ""
    mode: str = ""
    idle_because: str = ""
    lines_max: int = 0
    lines_per_agent: float = 0
    share_max: float = 0
    in_flight: int = 0
    dialed: int = 0
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    machines: int = 0
    caps: tuple[CapView, ...] = ()
    leads: int = 0
    leads_done: int = 0
    callbacks_due: int = 0


class AlertView(View):
    """Something that should be looked at. `kind` is a word of a catalogue, `subject` what it is about."""

    kind: str
    subject: str
    since: datetime
    level: Literal["warning", "critical"]
    value: float | None = None
    limit: float | None = None


# --- a desk -----------------------------------------------------------------------------------------


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

    `until` is when the state ends by itself. `parties` are those of the conversation besides the customer.
    """

    agent_id: str
    name: str
    state: str
    reason: str = ""
    since: datetime
    until: datetime | None = None
    next_state: str | None = None
    extension: str = ""
    contact_id: str = ""
    legal: tuple[str, ...] = ()
    work: tuple[WorkView, ...] = ()
    standing: str | None = None
    on_hold: bool = False
    is_muted: bool = False
    parties: tuple[PartyView, ...] = ()


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

    Requests about the offer name `offer_id` and `version`. `dispositions` are what it may come to.
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


# --- reports ----------------------------------------------------------------------------------------


class FiguresView(View):
    """The contacts that came to queues in a span of time, by the same fold as the live figures."""

    offered: int
    answered: int
    abandoned: int
    blocked: int
    elsewhere: int
    service_levels: dict[str, float | None]
    abandoned_share: float | None
    mean_wait_seconds: float | None
    p95_wait_seconds: float | None
    mean_handle_seconds: float | None


class GroupReportView(FiguresView):
    """The same of one queue or one tier (`/reports/queues`, `/reports/tiers`)."""

    name: str


class IntervalReportView(FiguresView):
    """The same of one interval of a day (`/reports/intervals`): contacts by when they came.

    `waiting_mean` and `waiting_max` are of the line in the interval, `ready` and `working` mean numbers of
    agents; they are null where contacts of one tier are asked for.
    """

    starts: datetime
    waiting_mean: float | None = None
    waiting_max: int | None = None
    ready: float | None = None
    working: float | None = None


class AgentReportView(View):
    """How an agent spent a span of time (`/reports/agents`)."""

    agent_id: str
    name: str
    handled: int
    talk_seconds: float
    wrap_up_seconds: float
    ready_seconds: float
    not_ready_seconds: float
    logged_in_seconds: float
    occupancy: float | None


class InteractionReportView(View):
    """One finished interaction (`/reports/interactions`)."""

    contact_id: str
    arrived: datetime
    ended: datetime
    channel: str
    queue: str
    tier: str
    number: str
    customer_id: str
    agent_id: str
    outcome: str
    disposition: str
    waited_seconds: float
    talk_seconds: float
    wrap_up_seconds: float


# --- people -----------------------------------------------------------------------------------------


class SignedInView(View):
    """Who is signed in, and how they like the pages. `csrf_token` is what writes must show.

    `extension` is the phone last used at the desk; `keys` are the keys that the person changed, by action.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    agent_id: str | None
    csrf_token: str
    language: str
    theme: str
    keys: dict[str, str]
    extension: str
