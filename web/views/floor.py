"""The floor as supervisors watch it: figures, agents, contacts, campaigns, alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.views.view import View


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

    `asked_by` and `because` are as in `DeskView`. `supervisors` are those who hear the agent, and in which
    mode; those of `no_longer` did or were about to, and it ended for that reason (`SupervisionEnded`).
    `skills` has the levels as they are now; those of `set_levels` a supervisor has set, 0 for a skill taken
    away, until `levels_until`, or until taken back where that is null.
    """

    agent_id: str
    name: str
    state: str
    reason: str = ""
    since: datetime
    next_state: str | None = None
    asked_by: str = ""
    because: str = ""
    supervisors: dict[str, str] = {}
    no_longer: dict[str, str] = {}
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
    hold_seconds: float = 0
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
    """A campaign today, on its own clock: the attempts `dialed` since its midnight, of which some are `over`.

    Of those a person `answered` the `connected` and the `abandoned`, a machine the `machines`.

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
    over: int = 0
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
