"""The campaigns of the house: what each holds while it runs, who starts and pauses them, and their states.

Requests come from campaign managers; a campaign that `starts` by itself does so when the telephone system is
there for the first time. While the link to it is down nobody is dialed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.kernel.record import Entity
from core.model.events import PbxLost, PbxSynced
from core.model.message import Event
from core.model.outbound import CampaignChanged, CampaignRequest, PauseCampaign, StartCampaign
from dialer.allowance import Allowance
from dialer.campaign import AT_WORK, CAMPAIGN, CampaignRules, CampaignState, CampaignTrigger, Mode
from dialer.cohorts import Cohorts
from dialer.floor_watch import Crew
from dialer.goals import Reached
from dialer.hopper import Hopper
from dialer.lines import TokenBucket
from dialer.modes import Pace
from dialer.pacing import Learned


class Campaign(Entity, kw_only=True):
    """One campaign at work; `state` changes only through `CampaignDesk.move`.

    `ticks`: its timer runs. `looks`: it will decide before the turn is over.
    """

    rules: CampaignRules
    hopper: Hopper
    reached: Reached
    crew: Crew
    pace: Pace
    bucket: TokenBucket
    allowance: Allowance
    learned: Learned
    cohorts: Cohorts
    state: CampaignState = CAMPAIGN.start
    ticks: bool = False
    looks: bool = False
    refreshed_us: int = 0

    @property
    def is_at_work(self) -> bool:
        """Tell whether it dials as soon as it can."""
        return self.state in AT_WORK

    @property
    def dials_by_itself(self) -> bool:
        """Tell whether there is any sense in dialing: agents are there, or none are needed."""
        match self.rules.mode:
            case Mode.MANUAL:
                return False
            case Mode.AGENTLESS:
                return True
        return bool(self.crew)


class CampaignDesk:
    """The feature that keeps the campaigns' states."""

    def __init__(self, engine: Engine, campaigns: Mapping[str, Campaign]) -> None:
        self._engine = engine
        self._campaigns = campaigns
        self.is_linked = False
        engine.subscribe(PbxLost, self._lost)
        engine.subscribe(PbxSynced, self._synced)
        engine.serve(StartCampaign, self._start)
        engine.serve(PauseCampaign, self._pause)

    def __iter__(self) -> Iterator[Campaign]:
        return iter(self._campaigns.values())

    def __getitem__(self, name: str) -> Campaign:
        """Return a campaign of the configuration."""
        return self._campaigns[name]

    def move(self, campaign: Campaign, trigger: CampaignTrigger, why: Event, reason: str = "") -> None:
        """Change the campaign's state by its table, and tell everybody."""
        campaign.state = CAMPAIGN.after(campaign.state, trigger)
        self._engine.publish(
            CampaignChanged(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=campaign.rules.name,
                state=campaign.state,
                reason=reason,
            )
        )

    def _start(self, request: StartCampaign) -> None:
        self._ask(request, CampaignTrigger.START)

    def _pause(self, request: PauseCampaign) -> None:
        self._ask(request, CampaignTrigger.PAUSE)

    def _ask(self, request: CampaignRequest, trigger: CampaignTrigger) -> None:
        campaign = self._campaigns.get(request.campaign)
        if campaign is None:
            known = ", ".join(self._campaigns) or "none"
            raise RequestRefused(
                "unknown_campaign", f"there is no campaign {request.campaign!r}; there are: {known}"
            )
        if not CAMPAIGN.allows(campaign.state, trigger):
            raise RequestRefused("already_so", f"{request.campaign} is {campaign.state}")
        self.move(campaign, trigger, request)

    def _lost(self, event: PbxLost) -> None:
        self.is_linked = False

    def _synced(self, event: PbxSynced) -> None:
        self.is_linked = True
        for campaign in self:
            if campaign.rules.starts and campaign.state is CampaignState.STOPPED:
                self.move(campaign, CampaignTrigger.START, event, "by_itself")
