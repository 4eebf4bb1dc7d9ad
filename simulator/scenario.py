"""A scenario: who calls, what they do, who works, what breaks. Data only, checked when it is read.

The file is TOML; each table below is one frozen dataclass and its field types are the schema. How the
engine is configured (queues, tiers, menus) stands in goldline's own file, which `engine_config` names.
All instants are seconds from the beginning of the run.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.json_schema import SkipJsonSchema

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError, KeyRefused, Said
from core.kernel.schema import ALLOWED, Steps, config_error, number, place, shown
from simulator.demand import Arrivals, CallerHabits, CustomerGroup, Journey
from simulator.draws import STRICT
from simulator.factors import DayFactor
from simulator.faults import RandomFault
from simulator.phones import Reach
from simulator.planning import WhatIf
from simulator.scenario_checks import problems
from simulator.staffing import AgentHabits, AgentPlan, Service, Team
from simulator.telephony import AS_MEASURED, Telephony
from simulator.words import Address, Count, NotNegative, Positive, Seed, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFault:
    """A phone that misbehaves for a while."""

    __pydantic_config__ = STRICT
    extension: Address
    reach: Reach
    from_s: NotNegative = 0.0
    until_s: Positive

    def __post_init__(self) -> None:
        if self.until_s <= self.from_s:
            raise KeyRefused("until_s", self.until_s, f"more than from_s, {number(self.from_s)}")


_ORDINARY_CALLERS = CallerHabits()
_ORDINARY_AGENTS = AgentHabits()
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
    engine_config: str
    duration_s: Positive
    arrivals: tuple[Arrivals, ...]
    service: Annotated[tuple[Service, ...], Field(min_length=1)]
    customers: Annotated[tuple[CustomerGroup, ...], Field(min_length=1)]
    agents: tuple[AgentPlan, ...] = ()
    teams: tuple[Team, ...] = ()
    journeys: tuple[Journey, ...] = (Journey(),)
    callers: CallerHabits = _ORDINARY_CALLERS
    workforce: AgentHabits = _ORDINARY_AGENTS
    telephony: Telephony = AS_MEASURED
    faults: tuple[PhoneFault, ...] = ()
    random_faults: tuple[RandomFault, ...] = ()
    name: str = ""
    starts_at: time | None = None
    seed: Seed = 1
    warm_up_s: NotNegative = 0.0
    lines: Count | None = None
    day_factors: dict[Word, DayFactor] = field(default_factory=dict)
    whatif: WhatIf = _USUAL_QUESTION
    file: SkipJsonSchema[Path] = Path()

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

    def service_of(self, queue: str, tier: str, agent: AgentPlan) -> Service:
        """Return the first service that fits, the last one where none does."""
        fitting = (service for service in self.service if service.fits(queue, tier, agent))
        return next(fitting, self.service[-1])


_SCENARIO = TypeAdapter(Scenario)


def load_scenario(path: Path) -> Scenario:
    """Read the file at `path`; raise `ConfigError` that names file, key, value and what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), Said(error.strerror), "a readable file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), Said(str(error)), "a TOML document") from error
    return read_scenario(table, path)


def read_scenario(table: dict[str, Any], path: Path = Path("scenario.toml")) -> Scenario:
    """Check a table as `tomllib` gives it and return the scenario; raise `ConfigError`."""
    if "file" in table:
        raise ConfigError(f"{path}: file", table["file"], "not a key: it is where the scenario stands")
    named = {"name": path.stem} | table | {"file": path}
    try:
        scenario = _SCENARIO.validate_python(named, context={"folder": path.parent})
    except ValidationError as error:
        raise config_error(error.errors(), _SCENARIO.json_schema(), table, str(path)) from None
    for steps, found, allowed in problems(scenario):
        raise scenario.refusal(steps, found, allowed)
    return scenario
