"""What every page knows of the house: its agents, queues, results, limits."""

from __future__ import annotations

from typing import Literal

from web.views.view import View


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
