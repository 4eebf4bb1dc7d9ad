"""What a campaign manager changes while a campaign runs: its mode, its lines, the share it is steered for.

Calls under way go on by the rules they were dialed under. A change holds until the program starts anew: what
is to last belongs into the configuration.
"""

from __future__ import annotations

from dataclasses import replace

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.outbound import PaceAsked, PacingSet, SetPacing
from core.model.quality import PPM
from dialer.campaign import CampaignRules, Mode
from dialer.desk import CampaignDesk
from dialer.modes import pace_of

LINES_MAX = 10_000
"""As in the configuration file."""
LINES_PER_AGENT_MAX_PPM = 20 * PPM


class Steering:
    """The feature that changes how a campaign paces."""

    def __init__(self, engine: Engine, desk: CampaignDesk) -> None:
        self._engine = engine
        self._desk = desk
        engine.serve(SetPacing, self._set)

    def _set(self, request: SetPacing) -> None:
        campaign = self._desk.named(request)
        rules = _changed(campaign.rules, request)
        campaign.rules = campaign.allowance.rules = rules
        campaign.pace = pace_of(rules, campaign.learned, campaign.allowance)
        self._engine.publish(
            PacingSet(
                at_us=request.at_us,
                cause_id=request.cause_id,
                campaign=rules.name,
                mode=rules.mode,
                lines_max=rules.lines_max,
                lines_per_agent_ppm=round(PPM * rules.lines_per_agent),
                share_max_ppm=round(PPM * rules.share_max),
            )
        )
        if campaign.is_at_work:
            self._engine.publish(
                PaceAsked(at_us=request.at_us, cause_id=request.cause_id, campaign=rules.name)
            )


def _changed(rules: CampaignRules, request: SetPacing) -> CampaignRules:
    """Return the rules as they are wished for; refuse what the campaign or its laws do not allow."""
    _hold_within("lines", request.lines_max, LINES_MAX)
    _hold_within("lines_per_agent", request.lines_per_agent_ppm, LINES_PER_AGENT_MAX_PPM)
    _hold_within("share", request.share_max_ppm, _least_cap_ppm(rules))
    return replace(
        rules,
        mode=_mode(rules, request.mode) if request.mode else rules.mode,
        lines_max=request.lines_max or rules.lines_max,
        lines_per_agent=request.lines_per_agent_ppm / PPM or rules.lines_per_agent,
        share_max=request.share_max_ppm / PPM or rules.share_max,
    )


def _hold_within(what: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise RequestRefused(f"{what}_out_of_range", f"{value} is more than {most}, or less than nothing")


def _least_cap_ppm(rules: CampaignRules) -> int:
    return round(PPM * min((cap.share for cap in rules.law.abandonment), default=1.0))


def _mode(rules: CampaignRules, name: str) -> Mode:
    try:
        mode = Mode(name)
    except ValueError:
        raise RequestRefused("unknown_mode", f"{name!r} is none of: {', '.join(Mode)}") from None
    if mode is Mode.AGENTLESS and not rules.flow:
        raise RequestRefused("no_flow", f"{rules.name} has no flow for people to hear without agents")
    return mode
