"""What people on screens may know of the configuration: who and what there is, never how it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from core.model.agent import AgentProfile
from core.model.disposition import Disposition
from core.model.ids import AgentId, QueueName
from core.model.need import Need, need_of
from dialer.campaign import CampaignRules
from web.limits import Limits

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCard:
    """A queue as people see it: the wait that is promised (`threshold_s`), and for which share (0 to 1).

    An agent who can meet `need` serves it; or the one `agent` alone to whom it belongs. Where a result is
    required its contacts are finished with one only.
    """

    name: QueueName
    need: Need = field(default_factory=lambda: need_of(()))
    threshold_s: float = 20.0
    target_share: float = 0.8
    agent: str | None = None
    result_required: bool = False

    def is_for(self, agent_id: AgentId, skills: Mapping[str, int]) -> bool:
        """Tell whether an agent of these skills serves it, unless told otherwise."""
        if self.agent is not None:
            return agent_id == self.agent
        return self.need.level(skills) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The centre's fixed words: queues, tiers (the highest first), agents, reasons, results, campaigns.

    `site` names the centre on the bus, `region` is the country of numbers without a country code, `zone` the
    one whose midnight begins a day. Callers nobody knows are of the `default_tier`. `pop_url` is where a
    record is found in a foreign CRM (`web.pop_url`), empty for nowhere; in a `crm_frame` desks show it.
    Beyond `limits` supervisors are alerted. To `flows` of the IVR calls can be passed on.
    """

    site: str = "main"
    region: str = "US"
    zone: ZoneInfo = _UTC
    pop_url: str = ""
    crm_frame: bool = False
    queues: Mapping[QueueName, QueueCard] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    default_tier: str = "standard"
    agents: Mapping[AgentId, AgentProfile] = field(default_factory=dict)
    not_ready_reasons: tuple[str, ...] = ()
    skip_reasons: tuple[str, ...] = ()
    dispositions: Mapping[str, Disposition] = field(default_factory=dict)
    campaigns: Mapping[str, CampaignRules] = field(default_factory=dict)
    flows: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def skills(self) -> tuple[str, ...]:
        """Return the skills that agents have or queues ask for, in the order of the alphabet."""
        had = (skill for agent in self.agents.values() for skill in agent.skills)
        asked = (b.skill for q in self.queues.values() for way in q.need.alternatives for b in way)
        return tuple(sorted({*had, *asked}))

    def is_result_required(self, queue: str) -> bool:
        """Tell whether the contacts of `queue` are finished with a result only."""
        card = self.queues.get(QueueName(queue))
        return card is not None and card.result_required

    def results_of(self, queue: str) -> dict[str, str]:
        """Return the codes and labels of what the contacts of `queue` may come to."""
        return {each.code: each.label for each in self.dispositions.values() if each.is_of(queue)}
