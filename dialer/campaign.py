"""A campaign: its rules as the engine holds them, and the table of its states.

    STOPPED -> DIALING <-> DRY (no lead may come up now), DIALING <-> PAUSED, and ENDED when it is through

Rules are values: what a manager sets at work makes new ones of them (`dialer.at_work`). Seconds of the
configuration are microseconds here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.kernel.fsm import Table
from core.model.hours import OpeningHours
from core.model.ids import QueueName
from core.model.need import Need
from dialer.agent_rules import AgentRules
from dialer.goals import Goals
from dialer.law import ConnectWithin, Law
from dialer.machine_rules import MachineRules
from dialer.parting import Parting
from dialer.permission import LOOK_AGAIN_US
from dialer.promises import PromiseRules
from dialer.recycling import Recycling
from dialer.trunks import EVERY_TRUNK, TrunkUse

UTC = ZoneInfo("UTC")


class Mode(StrEnum):
    """How a campaign decides how many to dial."""

    PREDICTIVE = "predictive"
    """As many as the law lets us risk, by what was learned of talks and answers."""
    PROGRESSIVE = "progressive"
    """One for each agent who is idle."""
    POWER = "power"
    """A fixed number of lines for each agent who is idle, one where the law leaves no room for more."""
    AGENTLESS = "agentless"
    """As many as there are lines: who answers hears a flow."""
    PREVIEW = "preview"
    """One for each agent who is idle, and looks at the lead before it is dialed."""
    MANUAL = "manual"
    """None but those whose numbers agents dial themselves."""


AGENT_FIRST = frozenset({Mode.PREVIEW, Mode.MANUAL})
"""Modes in which an agent is on the line before anybody is dialed."""


class CampaignState(StrEnum):
    """Whether a campaign dials."""

    STOPPED = "stopped"
    DIALING = "dialing"
    DRY = "dry"
    PAUSED = "paused"
    ENDED = "ended"


class CampaignTrigger(StrEnum):
    """What moves a campaign."""

    START = "start"
    PAUSE = "pause"
    RUN_DRY = "run_dry"
    REFILL = "refill"
    END = "end"


_S, _T = CampaignState, CampaignTrigger

CAMPAIGN = Table[CampaignState, CampaignTrigger](
    name="campaign",
    start=CampaignState.STOPPED,
    rows={
        (_S.STOPPED, _T.START): _S.DIALING,
        (_S.DIALING, _T.PAUSE): _S.PAUSED,
        (_S.PAUSED, _T.START): _S.DIALING,
        # Every lead is out, waits for its time, or may not be called now: that is looked at again and again.
        (_S.DIALING, _T.RUN_DRY): _S.DRY,
        (_S.DRY, _T.REFILL): _S.DIALING,
        (_S.DRY, _T.PAUSE): _S.PAUSED,
        **{(state, _T.END): _S.ENDED for state in (_S.STOPPED, _S.DIALING, _S.DRY, _S.PAUSED)},
    },
)

AT_WORK = frozenset({_S.DIALING, _S.DRY})
"""The states of a campaign that dials as soon as it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """One campaign. Its agents are those who meet the `need` of its `queue`.

    Agents whom several campaigns want are shared in proportion to their `weight`.
    `mode` says how many are dialed; power has `lines_per_agent`, and without agents people hear `flow`. The
    share of abandoned calls is steered to stay under `share_max`, where no law keeps it lower. Where it
    `scores_leads` each is reckoned with as likely to answer as its traits tell, else as its list does;
    `likely_first` dials those first who are, of those at hand.

    An answered person hears an agent within `connect_within_us` or hears the flow `safe_harbour`, where the
    choice `opt_out` puts the number on the do-not-call list; without a flow the call ends. `country` is that
    of numbers of which none is known, `zone` where the days of the campaign begin and end. A lead is held by
    an engine until `lease_us` are over, and gone back before that if nobody has dialed it. Where it
    has a `schedule` it dials within that, and within the hours of the law. Who is called sees a number
    of the `pool`, or the `shown_number` where there is none. Agents are shown the codes and labels of the
    `results` that they may tell.
    """

    name: str
    queue: QueueName
    need: Need
    mode: Mode = Mode.PREDICTIVE
    law: Law = field(default_factory=Law)
    country: str = ""
    holidays: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    zone: ZoneInfo = UTC
    ring_timeout_us: int = 25 * SECOND_US
    connect_within_us: int = 2 * SECOND_US
    trunks: TrunkUse = EVERY_TRUNK
    shown_number: str = ""
    pool: str = ""
    machines: MachineRules | None = None
    lines_max: int = 1_000
    calls_per_second: float = 20.0
    drop_group: str = ""
    safe_harbour: str = ""
    opt_out: str = "opt_out"
    recycling: Recycling = field(default_factory=Recycling)
    tick_us: int = SECOND_US // 2
    ahead_max: int = 1_000
    lease_us: int = 900 * SECOND_US
    look_again_us: int = 15 * SECOND_US
    starts: bool = False
    default_tier: str = "standard"
    weight: int = 1
    lines_per_agent: float = 1.5
    share_max: float = 1.0
    scores_leads: bool = False
    likely_first: bool = False
    flow: str = ""
    agents: AgentRules = field(default_factory=AgentRules)
    schedule: OpeningHours | None = None
    parting: Parting = field(default_factory=Parting)
    goals: Goals = field(default_factory=Goals)
    promises: PromiseRules = field(default_factory=PromiseRules)
    results: tuple[tuple[str, str], ...] = ()

    def is_open(self, at_us: int) -> bool:
        """Tell whether its schedule lets it dial at that instant; the law is asked for each number."""
        return self.schedule is None or self.schedule.is_open(at_us)

    def opens_us(self, at_us: int) -> int:
        """Return when its schedule lets it dial next: that very instant, where it does by then."""
        if self.schedule is None or self.schedule.is_open(at_us):
            return at_us
        opens_us = self.schedule.next_change_us(at_us)
        return at_us + LOOK_AGAIN_US if opens_us is None else opens_us

    @property
    def agents_dial(self) -> bool:
        """Tell whether agents may call numbers of their own."""
        return self.agents.dial or self.mode is Mode.MANUAL

    @property
    def agents_first(self) -> bool:
        """Tell whether every number it dials waits for an agent."""
        return self.agents.first or self.mode in AGENT_FIRST

    def counts_from_greeting(self, country: str) -> bool:
        """Tell whether all laws of a country count the time to an agent from the end of the greeting."""
        clocks = [rule.clock for rule in self.law.rules(ConnectWithin, country)]
        return bool(clocks) and all(clock == "greeting_end" for clock in clocks)

    @property
    def group(self) -> str:
        """The campaigns whose abandoned calls are counted together; a campaign alone goes by its name."""
        return self.drop_group or self.name
