"""The campaigns in the configuration file, and the rules that the dialer makes of them.

    [campaigns.winter]
    queue = "sales"
    mode = "predictive"
    laws = ["us-ftc", "us-fcc", "us-states"]
    safe_harbour = "sorry"

Whatever a campaign names (a queue, rule packs, a flow) is looked up here; seconds become microseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from core.kernel.clock import microseconds, seconds
from core.kernel.errors import ConfigError
from core.model.disposition import SYSTEM
from core.model.ids import QueueName
from core.model.need import need_of
from dialer.campaign import CampaignRules, Mode
from dialer.law import Law, SafeHarbourMessage
from dialer.recycling import Recycling
from dialer.trunks import TrunkUse
from goldline.config_campaign_agents import CampaignAgentsSection, agent_rules
from goldline.config_campaign_goals import (
    ArmSection,
    GoalSection,
    PromiseSection,
    goals_of,
    parting_of,
    promise_rules,
)
from goldline.config_dispositions import (
    DayPartSection,
    DispositionSection,
    RecycleSection,
    dispositions_of,
    recycling_of,
)
from goldline.config_routing import HoursSection, PhoneNumber, ZoneName
from goldline.config_trunks import MachineSection, machine_rules
from goldline.hours import opening_hours
from goldline.own_packs import law_under
from goldline.section import Country, Date, Name, Section
from routing.rules import Queues

CONNECT_WITHIN_S = 2.0
"""What every law that says anything says."""


class CampaignSection(Section):
    """A campaign: whom it calls for, how many at once, under which laws. Its leads are in the lead store."""

    queue: Name
    """The queue that people who answer join; its agents are the campaign's."""
    mode: Mode = Mode.PREDICTIVE
    """How it is decided how many to dial."""
    laws: tuple[str, ...] = ("house",)
    """The packs it is under: shipped ones by name, your own by file (`ours.toml`). The strictest holds."""
    country: Country | None = None
    """The country of numbers of which none is known; without it the one of `crm.region`."""
    zone: ZoneName = "UTC"
    """Where its days begin and end, and the clock of numbers of which no zone is known."""
    holidays: dict[Country, tuple[Date, ...]] = {}
    """Days without calls, by country, for laws that know holidays."""
    ring_timeout_s: Annotated[float, Field(ge=10, le=120)] = 25
    """How long a phone rings; never less than the laws ask."""
    connect_within_s: Annotated[float, Field(ge=0, le=30)] | None = None
    """How soon an answered person hears an agent; without it as soon as the strictest law asks."""
    lines_max: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """How many of its calls there are at once, talks included."""
    calls_per_second: Annotated[float, Field(gt=0, le=1_000)] = 20
    """How many are dialed in a second at most."""
    shown_number: PhoneNumber | None = None
    """The number that those who are called see, where there is no pool of them."""
    caller_ids: Name | None = None
    """The pool of numbers of which those who are called see one."""
    trunks: tuple[Name, ...] = ()
    """The trunks that carry its calls, the first that can; without, all of the house."""
    trunk_share: Annotated[int, Field(ge=1, le=1_000)] = 1
    """How many parts of a trunk's lines it has where other campaigns want them too."""
    machines: MachineSection | None = None
    """Machines are told from persons, as this says; without it whoever answers is a person."""
    drop_group: Name | None = None
    """Campaigns of one group count their abandoned calls together."""
    safe_harbour: Name | None = None
    """The flow for people who answered and whom no agent took in time; without it the call ends."""
    opt_out: Name = "opt_out"
    """The choice in that flow by which somebody is never called again."""
    tick_s: Annotated[float, Field(ge=0.1, le=10)] = 0.5
    """How often it is decided how many to dial, besides whenever an agent is freed."""
    ahead_max: Annotated[int, Field(ge=20, le=10_000)] = 1_000
    """How many leads are taken from the store ahead of time at most."""
    lease_s: Annotated[float, Field(ge=600, le=86_400)] = 900
    """How long a lead nobody talks to is kept from other engines: so long it is away if this one dies."""
    look_again_s: Annotated[float, Field(ge=1, le=3_600)] = 15
    """How often the store is asked again where no lead may come up, or it does not answer."""
    weight: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Its share of agents whom several campaigns want, in proportion to the weights of the others."""
    lines_per_agent: Annotated[float, Field(ge=1, le=20)] = 1.5
    """Lines for each idle agent, in power mode."""
    share_max: Annotated[float, Field(gt=0, le=1)] = 1
    """The share of abandoned calls it keeps under in the long run, where no law keeps it lower."""
    scores_leads: bool = False
    """Whether it is learned how likely each lead is to answer, by hour, attempt, kind of number and past."""
    likely_first: bool = False
    """Whether, of the leads at hand, those are dialed first who are likely to answer."""
    flow: Name | None = None
    """What people hear who are called without agents."""
    agents: CampaignAgentsSection = CampaignAgentsSection()
    """What its agents see, hear and decide before a number is dialed."""
    starts: bool = False
    """Whether it dials as soon as the program runs."""
    schedule: HoursSection | None = None
    """When it dials, within what the laws say of the called person's hours; without, whenever they allow."""
    attempts_max: Annotated[int, Field(ge=1, le=100)] = 10
    """How often a lead is dialed at most."""
    attempts_a_day_max: Annotated[int, Field(ge=1, le=100)] = 3
    """How often in one day of the lead's own clock."""
    recycle: dict[Name, RecycleSection] = {}
    """When a lead comes up again, by what the attempt came to, where the campaign has it otherwise."""
    day_parts: dict[Name, DayPartSection] = {}
    """The parts of the called person's day that are tried in turn; without, morning, afternoon, evening."""
    segment: tuple[Name, ...] = ()
    """The columns of the lists whose values part the leads into segments, for quotas and results."""
    arms: dict[Name, ArmSection] = {}
    """Ways of calling that are held against each other, each on its share of the leads."""
    goal: GoalSection = GoalSection()
    """When it has enough."""
    callbacks: PromiseSection = PromiseSection()
    """What its agents may promise."""


def campaign_rules(
    sections: Mapping[str, CampaignSection],
    queues: Queues,
    flows: Collection[str],
    dispositions: Mapping[str, DispositionSection],
    *,
    region: str,
    trunks: Collection[str],
    pools: Collection[str],
    packs: Mapping[str, dict[str, Any]],
    default_tier: str,
) -> dict[str, CampaignRules]:
    """Return the rules by the campaigns' names.

    `region` is the house's country, `trunks` and `pools` are the names of what calls go out by, `packs` the
    rule packs of the house. Raises
    `ConfigError` for whatever a campaign names that is not there, and where it says less than a law asks.
    """
    rules = {}
    for name, section in sections.items():
        where = f"campaigns.{name}"
        law = law_under(section.laws, packs, where)
        _check_names(section, where, queues, flows)
        _check_ways(section, where, trunks, pools)
        _check_codes(section, where, dispositions)
        _check_law(section, where, law)
        rules[name] = CampaignRules(
            name=name,
            queue=QueueName(section.queue),
            need=need_of(queues[QueueName(section.queue)].requirements),
            mode=section.mode,
            law=law,
            country=section.country or region,
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
            agents=agent_rules(section.agents, queues[QueueName(section.queue)].music),
            starts=section.starts,
            default_tier=default_tier,
            schedule=opening_hours(section.schedule) if section.schedule else None,
            recycling=_recycling(section, dispositions),
            parting=parting_of(section.segment, section.arms),
            goals=goals_of(section.goal),
            promises=promise_rules(section.callbacks),
            results=_results(section.queue, dispositions),
        )
    return rules


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
