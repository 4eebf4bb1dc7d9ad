"""The rules that the dialer makes of the campaigns in the configuration file.

Whatever a campaign names (a queue, rule packs, a flow) is looked up here; seconds become microseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds, seconds
from core.kernel.errors import ConfigError
from core.model.disposition import SYSTEM
from core.model.ids import QueueName
from core.model.need import need_of
from dialer.campaign import CampaignRules, Mode
from dialer.law import Law, SafeHarbourMessage
from dialer.recycling import Recycling
from dialer.trunks import TrunkUse
from goldline.config_campaign_agents import agent_rules
from goldline.config_campaign_goals import goals_of, parting_of, promise_rules
from goldline.config_campaigns import CampaignSection
from goldline.config_dispositions import DispositionSection, dispositions_of, recycling_of
from goldline.config_trunks import machine_rules
from goldline.hours import opening_hours
from goldline.own_packs import law_under
from routing.rules import Queues

CONNECT_WITHIN_S = 2.0
"""What every law that says anything says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignGround:
    """What the campaigns of a house may name.

    `region` is the house's country, `trunks` and `pools` are the names of what calls go out by, `packs` the
    rule packs of the house.
    """

    queues: Queues
    flows: Collection[str]
    dispositions: Mapping[str, DispositionSection]
    region: str
    trunks: Collection[str]
    pools: Collection[str]
    packs: Mapping[str, dict[str, Any]]
    default_tier: str


def campaign_rules(
    sections: Mapping[str, CampaignSection], ground: CampaignGround
) -> dict[str, CampaignRules]:
    """Return the rules by the campaigns' names.

    Raises `ConfigError` for whatever a campaign names that is not there, and where it says less than a law
    asks.
    """
    rules = {}
    for name, section in sections.items():
        where = f"campaigns.{name}"
        law = law_under(section.laws, ground.packs, where)
        _check_names(section, where, ground.queues, ground.flows)
        _check_ways(section, where, ground.trunks, ground.pools)
        _check_codes(section, where, ground.dispositions)
        _check_law(section, where, law)
        rules[name] = _rules_of(name, section, ground, law)
    return rules


def _rules_of(name: str, section: CampaignSection, ground: CampaignGround, law: Law) -> CampaignRules:
    """Return what a section says, key by key, of which all is known to fit."""
    queue = ground.queues[QueueName(section.queue)]
    return CampaignRules(
        name=name,
        queue=QueueName(section.queue),
        need=need_of(queue.requirements),
        mode=section.mode,
        law=law,
        country=section.country or ground.region,
        holidays=section.holidays,
        zone=ZoneInfo(section.zone),
        ring_timeout_us=microseconds(section.ring_timeout_s),
        connect_within_us=_connect_within_us(section, law),
        lines_max=section.lines_max,
        calls_per_second=section.calls_per_second,
        trunks=TrunkUse(trunks=section.trunks, share=section.trunk_share),
        shown_number=section.shown_number or "",
        pool=section.caller_ids or "",
        machines=machine_rules(section.machines),
        drop_group=section.drop_group or "",
        safe_harbour=section.safe_harbour or "",
        opt_out=section.opt_out,
        tick_us=microseconds(section.tick_s),
        ahead_max=section.ahead_max,
        lease_us=microseconds(section.lease_s),
        look_again_us=microseconds(section.look_again_s),
        weight=section.weight,
        lines_per_agent=section.lines_per_agent,
        share_max=section.share_max,
        scores_leads=section.scores_leads,
        likely_first=section.likely_first,
        flow=section.flow or "",
        agents=agent_rules(section.agents, queue.music),
        starts=section.starts,
        default_tier=ground.default_tier,
        schedule=opening_hours(section.schedule) if section.schedule else None,
        recycling=_recycling(section, ground.dispositions),
        parting=parting_of(section.segment, section.arms),
        goals=goals_of(section.goal),
        promises=promise_rules(section.callbacks),
        results=_results(section.queue, ground.dispositions),
    )


def _results(queue: str, dispositions: Mapping[str, DispositionSection]) -> tuple[tuple[str, str], ...]:
    """Return the codes and labels of what contacts of the campaign may come to."""
    offered = (each for each in dispositions_of(dispositions).values() if each.is_of(queue))
    return tuple((each.code, each.label) for each in offered)


def _recycling(section: CampaignSection, dispositions: Mapping[str, DispositionSection]) -> Recycling:
    return recycling_of(
        section.recycle,
        dispositions,
        section.day_parts,
        attempts_max=section.attempts_max,
        a_day_max=section.attempts_a_day_max,
        zone=ZoneInfo(section.zone),
    )


def _check_names(section: CampaignSection, where: str, queues: Queues, flows: Collection[str]) -> None:
    if section.queue not in queues:
        raise ConfigError(f"{where}.queue", section.queue, f"one of the queues: {', '.join(sorted(queues))}")
    for key, flow in (("safe_harbour", section.safe_harbour), ("flow", section.flow)):
        if flow is not None and flow not in flows:
            raise ConfigError(f"{where}.{key}", flow, f"one of the flows: {', '.join(sorted(flows))}")
    if section.mode is Mode.AGENTLESS and section.flow is None:
        raise ConfigError(f"{where}.flow", "nothing", "a flow for people to hear, where there are no agents")


def _check_ways(
    section: CampaignSection, where: str, trunks: Collection[str], pools: Collection[str]
) -> None:
    for trunk in section.trunks:
        if trunk not in trunks:
            known = ", ".join(sorted(trunks))
            raise ConfigError(f"{where}.trunks", trunk, f"one of the trunks: {known}")
    arms = ((f"arms.{name}.caller_ids", arm.caller_ids) for name, arm in section.arms.items())
    for key, pool in (("caller_ids", section.caller_ids), *arms):
        if pool is not None and pool not in pools:
            known = ", ".join(sorted(pools)) or "none"
            raise ConfigError(f"{where}.{key}", pool, f"one of the pools: {known}")


def _check_codes(
    section: CampaignSection, where: str, dispositions: Mapping[str, DispositionSection]
) -> None:
    """Refuse a rule about a result that there is not."""
    known = sorted({**SYSTEM, **dispositions})
    for key, codes in (("recycle", section.recycle), ("goal.counted", section.goal.counted)):
        for code in codes:
            if code not in known:
                raise ConfigError(f"{where}.{key}", code, f"one of the results: {', '.join(known)}")


def _check_law(section: CampaignSection, where: str, law: Law) -> None:
    """Refuse a campaign that says less than its laws ask."""
    if microseconds(section.ring_timeout_s) < law.ring_min_us:
        least = f"at least {seconds(law.ring_min_us):g}, as {', '.join(section.laws)} ask"
        raise ConfigError(f"{where}.ring_timeout_s", section.ring_timeout_s, least)
    limit_us = law.connect_within_us
    asked_s = section.connect_within_s
    if asked_s is not None and limit_us is not None and microseconds(asked_s) > limit_us:
        most = f"at most {seconds(limit_us):g}, as {', '.join(section.laws)} ask"
        raise ConfigError(f"{where}.connect_within_s", asked_s, most)
    message = next(law.rules(SafeHarbourMessage), None)
    if message is not None and section.safe_harbour is None:
        asked = f"a flow with the message that {message.id} asks for"
        raise ConfigError(f"{where}.safe_harbour", "nothing", asked)


def _connect_within_us(section: CampaignSection, law: Law) -> int:
    if section.connect_within_s is not None:
        return microseconds(section.connect_within_s)
    limit_us = law.connect_within_us
    return microseconds(CONNECT_WITHIN_S) if limit_us is None else limit_us
