"""What a campaign manager changes while a campaign runs: how it paces, and how it comes back to its leads.

Calls under way go on by the rules they were dialed under; leads are leased and dialed by the new ones from
then on. What is set holds until it is set otherwise or is to be as the configuration file has it, over
restarts too: the ledger keeps it, and the next run takes it up in so far as the file still allows it.
"""

from __future__ import annotations

from core.engine import Engine
from core.kernel.record import replace
from core.model.at_work import Aspect, AtWork, Pacing, RecyclingChange
from core.model.campaign_events import PaceAsked, PacingSet, RulesSet
from core.model.campaign_requests import (
    CampaignRequest,
    RestoreRules,
    SetAsConfigured,
    SetPacing,
    SetRecycling,
)
from core.model.quality import PPM
from dialer.at_work import (
    check_outcome,
    check_pacing,
    check_recycling,
    pacing_kept,
    recycling_kept,
    rules_with,
    still_allowed,
)
from dialer.desk import Campaign, CampaignDesk
from dialer.modes import pace_of


class Steering:
    """The feature that changes the rules of campaigns."""

    def __init__(self, engine: Engine, desk: CampaignDesk) -> None:
        self._engine = engine
        self._desk = desk
        self._configured = {campaign.rules.name: campaign.rules for campaign in desk}
        engine.serve(SetPacing, self._set_pacing)
        engine.serve(SetRecycling, self._set_recycling)
        engine.serve(SetAsConfigured, self._set_as_configured)
        engine.serve(RestoreRules, self._restore)

    def _set_pacing(self, request: SetPacing) -> None:
        campaign = self._desk.named(request)
        configured, before = self._configured[request.campaign], campaign.at_work
        wish = Pacing(
            mode=request.mode or None,
            lines_max=request.lines_max or None,
            lines_per_agent_ppm=request.lines_per_agent_ppm or None,
            share_max_ppm=request.share_max_ppm or None,
        )
        check_pacing(configured, wish)
        self._go_by(campaign, replace(before, pacing=pacing_kept(configured, before.pacing, wish)), request)

    def _set_recycling(self, request: SetRecycling) -> None:
        campaign = self._desk.named(request)
        configured, before = self._configured[request.campaign], campaign.at_work
        wish = RecyclingChange(
            attempts_max=request.attempts_max, a_day_max=request.a_day_max, outcomes=request.outcomes
        )
        check_recycling(configured, wish)
        recycling = recycling_kept(configured.recycling, before.recycling, wish)
        self._go_by(campaign, replace(before, recycling=recycling), request)

    def _set_as_configured(self, request: SetAsConfigured) -> None:
        campaign = self._desk.named(request)
        before = campaign.at_work
        match request.what:
            case Aspect.PACING:
                at_work = replace(before, pacing=Pacing())
            case Aspect.RECYCLING if request.code:
                check_outcome(self._configured[request.campaign], request.code)
                others = tuple(each for each in before.recycling.outcomes if each.code != request.code)
                at_work = replace(before, recycling=replace(before.recycling, outcomes=others))
            case Aspect.RECYCLING:
                at_work = replace(before, recycling=RecyclingChange())
        self._go_by(campaign, at_work, request)

    def _restore(self, request: RestoreRules) -> None:
        campaign = self._desk.named(request)
        self._go_by(campaign, still_allowed(self._configured[request.campaign], request.at_work), request)

    def _go_by(self, campaign: Campaign, at_work: AtWork, request: CampaignRequest) -> None:
        """Let a campaign go by its configured rules but for what is set at work, and tell everybody."""
        rules = rules_with(self._configured[request.campaign], at_work)
        campaign.at_work = at_work
        campaign.rules = campaign.allowance.rules = campaign.hopper.rules = rules
        campaign.pace = pace_of(rules, campaign.learned, campaign.allowance)
        at_us, cause_id, name = request.at_us, request.cause_id, rules.name
        self._engine.publish(
            PacingSet(
                at_us=at_us,
                cause_id=cause_id,
                campaign=name,
                mode=rules.mode,
                lines_max=rules.lines_max,
                lines_per_agent_ppm=round(PPM * rules.lines_per_agent),
                share_max_ppm=round(PPM * rules.share_max),
            )
        )
        self._engine.publish(RulesSet(at_us=at_us, cause_id=cause_id, campaign=name, at_work=at_work))
        if campaign.is_at_work:
            self._engine.publish(PaceAsked(at_us=at_us, cause_id=cause_id, campaign=name))
