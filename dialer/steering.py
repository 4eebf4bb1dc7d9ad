"""What a campaign manager changes while a campaign runs: its mode, its lines, the share it is steered for.

Calls under way go on by the rules they were dialed under. A change holds until the program starts anew: what
is to last belongs into the configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.outbound import PaceAsked, PacingSet, SetPacing
from dialer.campaign import CampaignRules, Mode
from dialer.desk import CampaignDesk
from dialer.modes import pace_of

LINES_MAX = 10_000
LINES_PER_AGENT_MAX_PPM = 20_000_000
_MILLION = 1_000_000


class Steering:
    """The feature that changes how a campaign paces."""

    def __init__(self, engine: Engine, desk: CampaignDesk) -> None:
        self._engine = engine
        self._desk = desk
        engine.serve(SetPacing, self._set)

    def _set(self, request: SetPacing) -> None:
        campaign = self._desk.named(request)
        rules = replace(campaign.rules, **dict(_changes(campaign.rules, request)))
        campaign.rules = campaign.allowance.rules = rules
        campaign.pace = pace_of(rules, campaign.learned, campaign.allowance)
        self._engine.publish(
            PacingSet(
                at_us=request.at_us,
                cause_id=request.cause_id,
                campaign=rules.name,
                mode=rules.mode,
                lines_max=rules.lines_max,
                lines_per_agent_ppm=round(_MILLION * rules.lines_per_agent),
                share_max_ppm=round(_MILLION * rules.share_max),
            )
        )
        if campaign.is_at_work:
            self._engine.publish(
                PaceAsked(at_us=request.at_us, cause_id=request.cause_id, campaign=rules.name)
            )


def _changes(rules: CampaignRules, request: SetPacing) -> Iterator[tuple[str, object]]:
    """Yield what is to change of the rules; refuse what the campaign or its laws do not allow."""
    if request.mode:
        yield "mode", _mode(rules, request.mode)
    if request.lines_max:
        _hold_within("lines", request.lines_max, LINES_MAX)
        yield "lines_max", request.lines_max
    if request.lines_per_agent_ppm:
        _hold_within("lines_per_agent", request.lines_per_agent_ppm, LINES_PER_AGENT_MAX_PPM)
        yield "lines_per_agent", request.lines_per_agent_ppm / _MILLION
    if request.share_max_ppm:
        _refuse_above_the_law(rules, request.share_max_ppm)
        yield "share_max", request.share_max_ppm / _MILLION


def _mode(rules: CampaignRules, name: str) -> Mode:
    try:
        mode = Mode(name)
    except ValueError:
        raise RequestRefused("unknown_mode", f"{name!r} is none of: {', '.join(Mode)}") from None
    if mode is Mode.AGENTLESS and not rules.flow:
        raise RequestRefused("no_flow", f"{rules.name} has no flow for people to hear without agents")
    return mode


def _hold_within(what: str, value: int, most: int) -> None:
    if not 0 < value <= most:
        raise RequestRefused(f"{what}_out_of_range", f"{value} is not from 1 to {most}")


def _refuse_above_the_law(rules: CampaignRules, share_ppm: int) -> None:
    _hold_within("share", share_ppm, _MILLION)
    for cap in rules.law.abandonment:
        if share_ppm > cap.share * _MILLION:
            raise RequestRefused("above_the_law", f"{cap.id} allows {cap.share:.2%} at most")
