"""The campaigns in the configuration file.

    [campaigns.winter]
    queue = "sales"
    mode = "predictive"
    laws = ["us-ftc", "us-fcc", "us-states"]
    safe_harbour = "sorry"

`goldline.campaign_rules` makes of them what the dialer goes by.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dialer.campaign import Mode
from goldline.config_campaign_agents import CampaignAgentsSection
from goldline.config_campaign_goals import (
    ArmSection,
    GoalSection,
    PromiseSection,
)
from goldline.config_dispositions import (
    DayPartSection,
    RecycleSection,
)
from goldline.config_routing import HoursSection
from goldline.config_trunks import MachineSection
from goldline.section import Country, Date, Name, Section
from goldline.texts import PhoneNumber, ZoneName


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
