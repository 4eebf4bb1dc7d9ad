"""Campaigns as they stand at this moment: a fold of ledger events that whoever looks on may hold.

Figures are of the campaign's own running day: of the attempts dialed since midnight in its zone. How the
configuration file has it pace is where each begins; what is set at work is told by the engine, by each run of
it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.model.at_work import AtWork, Pacing
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.campaign_events import (
    CampaignChanged,
    CampaignHindered,
    CapsStood,
    CapStanding,
    PacingSet,
    RulesSet,
)
from core.model.campaign_requests import CampaignStanding
from core.model.hindrance import Hindrance
from core.model.message import DomainEvent
from metrics.campaigns import CampaignFigures
from metrics.today import date_of, midnight_us

STOPPED = "stopped"
_UTC = ZoneInfo("UTC")


@dataclass(slots=True, kw_only=True)
class CampaignNow:
    """One campaign. `in_flight` are its attempts that have not ended, `today` those dialed today that have.

    `hindered_by` says why it does not dial, `forbidden_by` by which rules of the law leads were turned away.
    It goes by `pacing`; `at_work` is what of its rules is not as the configuration file has it. Its day is
    from `begins_us` until before `ends_us`.
    """

    pacing: Pacing
    zone: ZoneInfo = _UTC
    begins_us: int = 0
    ends_us: int = 0
    at_work: AtWork = field(default_factory=AtWork)
    state: str = STOPPED
    hindered_by: tuple[str, ...] = (Hindrance.STOPPED,)
    forbidden_by: tuple[str, ...] = ()
    caps: tuple[CapStanding, ...] = ()
    in_flight: dict[str, None] = field(default_factory=dict)
    dialed: int = 0
    today: CampaignFigures = field(default_factory=CampaignFigures)

    def pass_to(self, now_us: int) -> bool:
        """Begin a new day where it is past midnight, and return whether it is."""
        if now_us < self.ends_us:
            return False
        day = date_of(now_us, self.zone)
        self.begins_us, self.ends_us = (midnight_us(day + timedelta(days=n), self.zone) for n in (0, 1))
        self.dialed, self.today = 0, CampaignFigures()
        return True


class CampaignsNow:
    """The fold; campaigns that the configuration does not name are passed over. `zones` has those of their
    midnights, where that is not UTC.
    """

    def __init__(self, pacing: Mapping[str, Pacing], zones: Mapping[str, ZoneInfo] | None = None) -> None:
        zones = zones or {}
        self._campaigns = {
            name: CampaignNow(pacing=paced, zone=zones.get(name, _UTC)) for name, paced in pacing.items()
        }
        self._changed = dict.fromkeys(pacing)

    def __getitem__(self, name: str) -> CampaignNow:
        return self._campaigns[name]

    def take_changed(self) -> dict[str, None]:
        """Return the campaigns that may have changed since this was last asked; all at first."""
        changed, self._changed = self._changed, {}
        return changed

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        name = getattr(event, "campaign", "")
        campaign = self._campaigns.get(name)
        if campaign is not None:
            is_new_day = campaign.pass_to(event.at_us)
            if _fold(campaign, event) or is_new_day:
                self._changed[name] = None

    def pass_to(self, now_us: int) -> None:
        """Begin the new day of each campaign for which it is past midnight."""
        for name, campaign in self._campaigns.items():
            if campaign.pass_to(now_us):
                self._changed[name] = None

    def describe(self, name: str, standing: CampaignStanding) -> None:
        """Take over how the engine itself says that a campaign stands."""
        campaign = self._campaigns[name]
        campaign.state, campaign.hindered_by = standing.state, standing.hindrances
        campaign.caps, campaign.at_work = standing.caps, standing.at_work
        if standing.pacing != Pacing():  # an engine of an older make does not tell
            campaign.pacing = standing.pacing
        self._changed[name] = None


def _fold(campaign: CampaignNow, event: DomainEvent) -> bool:
    """Fold an event of this campaign in; return whether it says anything of what is told."""
    match event:
        case CampaignChanged():
            campaign.state = event.state
        case CampaignHindered():
            campaign.hindered_by, campaign.forbidden_by = event.by, event.rules
        case CapsStood():
            campaign.caps = event.caps
        case PacingSet():
            campaign.pacing = Pacing(
                mode=event.mode,
                lines_max=event.lines_max,
                lines_per_agent_ppm=event.lines_per_agent_ppm,
                share_max_ppm=event.share_max_ppm,
            )
        case RulesSet():
            campaign.at_work = event.at_work
        case AttemptDialed():
            # One that goes over the next trunk is told again, and is the same attempt.
            is_new = event.attempt_id not in campaign.in_flight
            campaign.in_flight[event.attempt_id] = None
            campaign.dialed += is_new and event.at_us >= campaign.begins_us
        case AttemptEnded():
            campaign.in_flight.pop(event.record.attempt_id, None)
            if event.record.dialed_us >= campaign.begins_us:
                campaign.today.add(event.record)
        case _:
            return False
    return True
