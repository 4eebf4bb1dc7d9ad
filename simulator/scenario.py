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

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from simulator.demand import (
    Arrivals,
    CallerHabits,
    CustomerGroup,
    FileArrivals,
    Journey,
    RatedArrivals,
)
from simulator.draws import STRICT, NotNegative, Positive
from simulator.factors import DayFactor
from simulator.faults import RandomFault
from simulator.phones import Reach
from simulator.planning import WhatIf
from simulator.staffing import AgentHabits, AgentPlan, Service, Team
from simulator.telephony import AS_MEASURED, Telephony
from simulator.trace import check_customers
from simulator.words import Address, Count, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFault:
    """A phone that misbehaves for a while."""

    __pydantic_config__ = STRICT
    extension: Address
    reach: Reach
    from_s: NotNegative = 0.0
    until_s: Positive


_ORDINARY_CALLERS = CallerHabits()
_ORDINARY_AGENTS = AgentHabits()
_USUAL_QUESTION = WhatIf()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole simulated day. `folder` is where its file lies; other files are named relative to it.

    `starts_at` is the time of day at its first second, for reports; without, they count from the start.
    Contacts that arrived before `warm_up_s` are left out of figures. A caller who finds all `lines` in use
    hears busy. Arrivals name one of the `day_factors` to be multiplied by it.
    """

    __pydantic_config__ = STRICT
    schema: Literal[1]
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
    seed: int = 1
    warm_up_s: NotNegative = 0.0
    lines: Count | None = None
    day_factors: dict[Word, DayFactor] = field(default_factory=dict)
    whatif: WhatIf = _USUAL_QUESTION
    folder: Path = Path()

    @property
    def warm_up_us(self) -> int:
        """The end of the warm-up, in microseconds from the start."""
        return microseconds(self.warm_up_s)

    @property
    def staff(self) -> tuple[AgentPlan, ...]:
        """Everybody who may work: the agents, and the members of the teams."""
        return self.agents + tuple(member for team in self.teams for member in team.members())

    def service_of(self, queue: str, tier: str, agent: AgentPlan) -> Service:
        """Return the first service that fits, the last one where none does."""
        fitting = (service for service in self.service if service.fits(queue, tier, agent))
        return next(fitting, self.service[-1])


_SCENARIO = TypeAdapter(Scenario)


def load_scenario(path: Path) -> Scenario:
    """Read the file at `path`; raise `ConfigError` that names file, key, value and what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), str(error), "a readable TOML file") from error
    return read_scenario(table, path)


def read_scenario(table: dict[str, Any], path: Path = Path("scenario.toml")) -> Scenario:
    """Check a table as `tomllib` gives it and return the scenario; raise `ConfigError`."""
    if "folder" in table:
        raise ConfigError(f"{path}: folder", table["folder"], "not a key: it is where the file lies")
    named = {"name": path.stem} | table | {"folder": path.parent}
    try:
        scenario = _SCENARIO.validate_python(named, context={"folder": path.parent})
    except ValidationError as error:
        raise _config_error(error, path) from None
    _check_names(scenario, path)
    _check_arrivals(scenario, path)
    return scenario


def _config_error(error: ValidationError, path: Path) -> ConfigError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(step) for step in first["loc"])
    found = "nothing" if first["type"] == "missing" else first["input"]
    return ConfigError(f"{path}: {key}", found, first["msg"])


def _check_names(scenario: Scenario, path: Path) -> None:
    """Refuse what single fields cannot show: agents sharing an id or a phone, faults of nobody's phone."""
    for what in ("id", "extension"):
        seen: set[str] = set()
        for place, agent in enumerate(scenario.staff):
            value = getattr(agent, what)
            if value in seen:
                raise ConfigError(f"{path}: agents.{place}.{what}", value, "each agent has one of their own")
            seen.add(value)
    extensions = {agent.extension for agent in scenario.staff}
    for place, fault in enumerate(scenario.faults):
        if fault.extension not in extensions:
            raise ConfigError(f"{path}: faults.{place}.extension", fault.extension, "the phone of an agent")


def _check_arrivals(scenario: Scenario, path: Path) -> None:
    """Refuse arrivals of groups that are not there, and day factors nobody gave."""
    known: dict[str, int] = {}
    for place, group in enumerate(scenario.customers):
        if group.name in known:
            raise ConfigError(f"{path}: customers.{place}.name", group.name, "each group has one of its own")
        if group.name:
            known[group.name] = group.known
    for place, entry in enumerate(scenario.arrivals):
        where = f"{path}: arrivals.{place}"
        if entry.customers and entry.customers not in known:
            raise ConfigError(f"{where}.customers", entry.customers, "the name of a group")
        if isinstance(entry, RatedArrivals) and entry.factor and entry.factor not in scenario.day_factors:
            raise ConfigError(f"{where}.factor", entry.factor, "a name in day_factors")
        if isinstance(entry, FileArrivals):
            check_customers(entry.trace, entry.path, entry.customers, known)
