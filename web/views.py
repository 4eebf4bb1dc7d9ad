"""What screens and programs are shown: the views of the API and the rows of the live connection.

Those of reports, of the campaign pages and the frames of the connection itself have files of their own
(`web.report_views`, `web.campaign_views`, `web.frames`).

Instants are UTC, lengths are `*_seconds`, shares lie between 0 and 1 and are null where there is nothing to
share. The browser's types are generated from here (`scripts.write_browser_types`), so are OpenAPI and
AsyncAPI. Whoever reads these ignores fields and kinds it does not know.

| topic | its rows | who may see it |
|---|---|---|
| `desk` | `state`: `DeskView`; `record:CONTACT`: `RecordView` | the agent whose desk it is |
| `own_day` | `day`: `OwnDayView`; `contact:CONTACT`: `OwnContactView` | the agent whose day it is |
| `queues` | by queue: `QueueView` | everybody |
| `tiers` | by tier: `GroupView` | everybody |
| `centre` | `all`: `GroupView` of all contacts together | everybody |
| `agents` | by agent: `AgentView` | supervisors and readers |
| `contacts` | by contact: `ContactView` | supervisors and readers |
| `campaigns` | by campaign: `CampaignView` | supervisors, campaign managers and readers |
| `alerts` | by alert: `AlertView` | supervisors and readers |
| `events` | no rows: each `EventView` as it happens | supervisors and readers |
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


class QueueTierView(GroupView):
    """A tier within a queue. A caller of it who asked now would be told `expected_wait_seconds`."""

    expected_wait_seconds: float | None = None


class QueueView(GroupView):
    """A queue: its contacts, those of each tier, its agents, and what is promised.

    A caller nobody knows who asked now would be told `expected_wait_seconds`.
    """

    ready: int = 0
    working: int = 0
    threshold_seconds: float
    target_share: float
    expected_wait_seconds: float | None = None
    tiers: dict[str, QueueTierView] = {}


class AgentView(View):
    """An agent as supervisors see one. `since` is when the state began, `desk` whether a screen is open.

    `asked_by` is as in `DeskView`. `supervisors` are those who hear the agent, and in which mode. `skills`
    has the levels as they are now; those of `set_levels` a supervisor has set, 0 for a skill taken away,
    until `levels_until`, or until taken back where that is null.
    """

    agent_id: str
    name: str
    state: str
    reason: str = ""
    since: datetime
    next_state: str | None = None
    asked_by: str = ""
    supervisors: dict[str, str] = {}
    extension: str = ""
    desk: bool = False
    on_hold: bool = False
    contact_id: str = ""
    queue: str = ""
    tier: str = ""
    queues: tuple[str, ...] = ()
    skills: dict[str, int] = {}
    set_levels: dict[str, int] = {}
    levels_until: datetime | None = None
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
    """How a campaign stands with one cap on abandoned calls; `window` is the law's word for its span.

    In the long run the `share` stays below `upper`, which is nearly sure. Where a `drop_group` is named the
    calls of all its campaigns count together.
    """

    rule: str
    window: str
    drop_group: str = ""
    answered: int
    abandoned: int
    share: float
    upper: float
    cap: float


class CampaignView(View):
    """A campaign today, on its own clock.

    `idle_because` says in words of a catalogue why it does not dial, where it does not, `forbidden_by` by
    which rules of the law leads were turned away. Of the `leads` of all lists `leads_done` come up no more.
    `set_at_work` names what is not as the configuration file has it, such as `lines_max` or `recycling.busy`.
    """

    name: str
    state: str
    queue: str = ""
    mode: str = ""
    idle_because: tuple[str, ...] = ()
    forbidden_by: tuple[str, ...] = ()
    lines_max: int = 0
    lines_per_agent: float = 0
    share_max: float = 0
    set_at_work: tuple[str, ...] = ()
    in_flight: int = 0
    dialed: int = 0
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    machines: int = 0
    caps: tuple[CapView, ...] = ()
    leads: int = 0
    leads_tried: int = 0
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


class WaysView(View):
    """How people can sign in: with a password here, or `elsewhere` (OpenID Connect)."""

    password: bool
    elsewhere: bool


class PersonView(View):
    """A person as administrators see one; nobody sees a password."""

    login: str
    name: str
    roles: tuple[str, ...]
    agent_id: str | None
    extension: str
    language: str
    disabled: bool
    has_password: bool


class KeyView(View):
    """A program's key: what it may, who made it, when it ends. Itself it is shown once (`MadeKeyView`)."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    made_by: str
    made: datetime
    ends: datetime | None


class MadeKeyView(KeyView):
    """A new key, with what the program has to show."""

    key: str


class AuditView(View):
    """Who did what on whom; `outcome` is the status and, of what was refused, the code."""

    at: datetime
    who: str
    action: str
    subject: str
    outcome: str
    why: str


# --- the house --------------------------------------------------------------------------------------


class QueueTargetView(View):
    """A queue and what is promised in it."""

    name: str
    threshold_seconds: float
    target_share: float


class AgentNameView(View):
    """An agent by name."""

    agent_id: str
    name: str


class DispositionView(View):
    """What a contact may come to; agents choose among those that they tell (`is_told`)."""

    label: str
    group: str = ""
    is_told: bool = True
    is_contact: bool = False
    is_right_party: bool = False
    is_sale: bool = False
    is_dnc: bool = False
    is_refusal: bool = False
    is_callback: bool = False


class CampaignNameView(View):
    """A campaign, and what its agents may tell of their calls; `agents_dial` where they may call numbers."""

    name: str
    queue: str
    mode: str
    agents_dial: bool
    dispositions: dict[str, str]


class TransferTargetView(View):
    """Whom a call may be passed on to."""

    to: Literal["agent", "queue", "number", "flow"]
    target: str
    label: str


class LimitsView(View):
    """How long agents' states may last; null is no limit."""

    wrap_up_seconds: float | None
    not_ready_seconds: float | None
    talk_seconds: float | None
    critical_at: float


class HouseView(View):
    """The centre's fixed words; tiers have the highest first, `callback_by` is who may call back.

    Beyond `limits` an agent's state lasts too long, beyond `critical_at` times one far too long. In a
    `crm_frame` desks show the page that a record's `url` names.
    """

    site: str
    region: str
    queues: dict[str, QueueTargetView]
    tiers: tuple[str, ...]
    agents: tuple[AgentNameView, ...]
    skills: tuple[str, ...]
    not_ready_reasons: tuple[str, ...]
    skip_reasons: tuple[str, ...]
    dispositions: dict[str, DispositionView]
    campaigns: tuple[CampaignNameView, ...]
    transfer_targets: tuple[TransferTargetView, ...]
    callback_by: tuple[str, ...]
    languages: tuple[str, ...]
    limits: LimitsView
    crm_frame: bool


# --- what is still to be done -------------------------------------------------------------------------


class CallbackView(View):
    """A callback that was promised. It comes up at `due`, at once where that is null."""

    contact_id: str
    number: str
    queue: str
    customer_id: str
    tier: str
    booked: datetime
    due: datetime | None
    agent_id: str
    attempts: int


class TaskView(View):
    """Work without a call; `reference` says what it is, or where it is found."""

    work_id: str
    contact_id: str
    channel: str
    queue: str
    customer_id: str
    tier: str
    reference: str
    added: datetime
