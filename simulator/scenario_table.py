"""A scenario as one table: who calls, what they do, who works, what breaks. Data only.

Each table of the file is one frozen dataclass and its field types are the schema. How the engine is
configured (queues, tiers, menus) stands in goldline's own file, which `engine_config` names. All instants
are seconds from the beginning of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError, KeyRefused
from core.kernel.schema import ALLOWED, Steps, number, place, shown
from core.model.contact import VOICE
from simulator.demand import Arrivals, CallerHabits, CustomerGroup, Journey
from simulator.draws import STRICT
from simulator.factors import DayFactor
from simulator.faults import RandomFault
from simulator.lead_lists import LeadList
from simulator.phones import Reach
from simulator.planning import WhatIf
from simulator.proficiency import Proficiency
from simulator.staffing import AgentHabits, AgentPlan, Service, Team
from simulator.telephony import AS_MEASURED, Telephony
from simulator.words import Address, Count, NotNegative, Positive, Seed, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFault:
    """A phone that misbehaves for a while."""

    __pydantic_config__ = STRICT
    extension: Address
    """The phone, of an agent or of a team's member."""
    reach: Reach
    """What it does with calls meanwhile."""
    from_s: NotNegative = 0.0
    """When it begins to misbehave, in seconds."""
    until_s: Positive
    """When it is well again, in seconds."""

    def __post_init__(self) -> None:
        if self.until_s <= self.from_s:
            raise KeyRefused("until_s", self.until_s, f"more than from_s, {number(self.from_s)}")


_ORDINARY_CALLERS = CallerHabits()
_ORDINARY_AGENTS = AgentHabits()
_EQUALLY_ABLE = Proficiency()
_USUAL_QUESTION = WhatIf()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole simulated day; `file` is where it was read from.

    `starts_at` is the time of day at its first second, for reports; without, they count from the start.
    Contacts that arrived before `warm_up_s` are left out of figures. A caller who finds all `lines` in use
    hears busy. Arrivals name one of the `day_factors` to be multiplied by it.
    """

    __pydantic_config__ = STRICT
    schema: Annotated[Literal[1], Field(json_schema_extra={ALLOWED: "1, the only schema there is"})]
    """The version of this format."""
    engine_config: str
    """The engine's configuration (queues, tiers, menus): a file beside this one."""
    duration_s: Positive
    """How long calls come, in seconds; who is there then is served to the end, and campaigns pause."""
    arrivals: tuple[Arrivals, ...] = ()
    """Who calls when: one entry for each stream of calls."""
    leads: tuple[LeadList, ...] = ()
    """Whom the engine's campaigns call: one entry for each list of leads."""
    service: Annotated[tuple[Service, ...], Field(min_length=1)]
    """How long talk and wrap-up take: the first entry that fits a call, the last where none does."""
    customers: Annotated[tuple[CustomerGroup, ...], Field(min_length=1)]
    """Who the callers are."""
    agents: tuple[AgentPlan, ...] = ()
    """Agents one by one, each with a shift."""
    teams: tuple[Team, ...] = ()
    """Agents by headcount."""
    journeys: tuple[Journey, ...] = (Journey(),)
    """What callers press in the menus."""
    callers: CallerHabits = _ORDINARY_CALLERS
    """What all callers have in common."""
    workforce: AgentHabits = _ORDINARY_AGENTS
    """What all agents have in common."""
    proficiency: Proficiency = _EQUALLY_ABLE
    """How well and how fast agents of each level work."""
    telephony: Telephony = AS_MEASURED
    """How quick the telephone system is."""
    faults: tuple[PhoneFault, ...] = ()
    """Phones that misbehave for a while."""
    random_faults: tuple[RandomFault, ...] = ()
    """What strikes by chance: links, phones, the store, the clock."""
    name: str = ""
    """What the scenario is called in reports; without, the file's name."""
    starts_at: time | None = None
    """The time of day at the first second, for reports; without, they count from the start."""
    seed: Seed = 1
    """Which day it is, unless another is asked for: the same seed gives the same day."""
    warm_up_s: NotNegative = 0.0
    """Contacts that arrived before, in seconds, are left out of figures."""
    lines: Count | None = None
    """Trunk lines: who finds all of them in use hears busy. Without, there is no limit."""
    day_factors: dict[Word, DayFactor] = field(default_factory=dict)
    """Numbers drawn once a day, by name; arrivals that name one have their rates multiplied by it."""
    whatif: WhatIf = _USUAL_QUESTION
    """What `goldline whatif` is asked."""
    file: SkipJsonSchema[Path] = Path()
    """Where the scenario was read from; no key of it."""

    @property
    def folder(self) -> Path:
        """Where the scenario's file lies; other files are named relative to it."""
        return self.file.parent

    @property
    def warm_up_us(self) -> int:
        """The end of the warm-up, in microseconds from the start."""
        return microseconds(self.warm_up_s)

    @property
    def staff(self) -> tuple[AgentPlan, ...]:
        """Everybody who may work: the agents, and the members of the teams."""
        return self.agents + tuple(member for team in self.teams for member in team.members())

    def refusal(self, steps: Steps, found: object, allowed: str) -> ConfigError:
        """Return the error that the key at `steps` holds what cannot be; see `core.kernel.schema.place`."""
        return ConfigError(f"{self.file}: {place(steps)}", shown(found), allowed)

    def service_of(self, queue: str, tier: str, agent: AgentPlan, channel: str = VOICE) -> Service:
        """Return the first service that fits, the last one where none does."""
        fitting = (service for service in self.service if service.fits(queue, tier, agent, channel))
        return next(fitting, self.service[-1])
