"""A scenario: who calls, what they do, who works, what breaks. Data only, checked when it is read.

The file is TOML; each table below is one frozen dataclass and its field types are the schema. How the
engine is configured (queues, tiers, menus) stands in goldline's own file, which `engine_config` names.
All instants are seconds from the beginning of the run.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from core.kernel.errors import ConfigError
from simulator.draws import STRICT, Constant, Duration, Exponential, NotNegative, Positive, Uniform
from simulator.phones import Reach

HANG_UP = "hangup"
"""In place of keys: the caller hangs up in this menu."""

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(gt=0, le=1e6)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Level = Annotated[int, Field(ge=1, le=10)]
Number = Annotated[str, Field(pattern=r"^\+?[0-9*#]{1,32}$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Address = Annotated[str, Field(pattern=r"^PJSIP/[A-Za-z0-9_-]{1,64}$")]
Keys = Annotated[str, Field(pattern=rf"^({HANG_UP}|([0-9*#]|\{{account\}}|\{{pin\}})*)$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonArrivals:
    """Calls at one constant rate, independent of each other."""

    __pydantic_config__ = STRICT
    kind: Literal["poisson"]
    dialed_number: Number
    per_hour: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalArrivals:
    """Calls at a rate that changes with each interval: `counts[i]` is the mean number in interval i."""

    __pydantic_config__ = STRICT
    kind: Literal["intervals"]
    dialed_number: Number
    interval_s: Positive
    counts: tuple[NotNegative, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArrivals:
    """Calls at the instants of a CSV file with the column `at_s`, relative to the scenario's folder."""

    __pydantic_config__ = STRICT
    kind: Literal["file"]
    dialed_number: Number
    path: str


Arrivals = Annotated[PoissonArrivals | IntervalArrivals | FileArrivals, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup:
    """`count` customers of one tier in the CRM; `weight` says how often one of them calls.

    A group without a tier is unknown to the CRM.
    """

    __pydantic_config__ = STRICT
    weight: Weight
    tier: str = ""
    count: Count = 1
    language: Word = "en"
    patience: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A way through the menus: one entry of keys for each prompt that takes keys.

    `{account}` and `{pin}` stand for the caller's own; the entry `hangup` ends the call there.
    """

    __pydantic_config__ = STRICT
    weight: Weight = 1.0
    keys: tuple[Keys, ...] = ()
    dialed_number: str = ""


_PATIENCE = Exponential(kind="exponential", mean_s=446)  # mean of a bank's callers, Brown et al. 2005
_THINKING = Uniform(kind="uniform", low_s=0.5, high_s=2.5)
_BETWEEN_KEYS = Constant(value_s=0.3)
_MESSAGE = Uniform(kind="uniform", low_s=5, high_s=30)
_OUTSIDE_TALK = Exponential(kind="exponential", mean_s=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHabits:
    """What all callers have in common. Patience counts from the first music on hold."""

    __pydantic_config__ = STRICT
    patience: Duration = _PATIENCE
    thinking: Duration = _THINKING
    between_keys: Duration = _BETWEEN_KEYS
    message: Duration = _MESSAGE
    outside_talk: Duration = _OUTSIDE_TALK


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How long talk and wrap-up take, for a queue and a tier; an empty word fits every one."""

    __pydantic_config__ = STRICT
    talk: Duration
    wrap_up: Duration
    queue: str = ""
    tier: str = ""
    customer_ends: Share = 0.7
    disposition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One pause of a shift, under a not-ready reason the engine knows."""

    __pydantic_config__ = STRICT
    at_s: NotNegative
    for_s: Positive
    reason: Word = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """One agent and the day in front of them; without `until_s` they stay to the end."""

    __pydantic_config__ = STRICT
    id: Word
    extension: Address
    skills: dict[str, Level] = field(default_factory=dict)
    name: str = ""
    from_s: NotNegative = 0.0
    until_s: Positive | None = None
    breaks: tuple[Break, ...] = ()


_ANSWERS = Uniform(kind="uniform", low_s=1, high_s=4)
_SETTLES_IN = Constant(value_s=1)
_COMES_BACK = Constant(value_s=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHabits:
    """What all agents have in common. `misses` is the share of ringing calls they let ring out."""

    __pydantic_config__ = STRICT
    answers: Duration = _ANSWERS
    misses: Share = 0.0
    settles_in: Duration = _SETTLES_IN
    comes_back: Duration = _COMES_BACK


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFault:
    """A phone that misbehaves for a while."""

    __pydantic_config__ = STRICT
    extension: Address
    reach: Reach
    from_s: NotNegative = 0.0
    until_s: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole simulated day. `folder` is where its file lies; other files are named relative to it."""

    __pydantic_config__ = STRICT
    schema: Literal[1]
    engine_config: str
    duration_s: Positive
    arrivals: tuple[Arrivals, ...]
    agents: tuple[AgentPlan, ...]
    service: Annotated[tuple[Service, ...], Field(min_length=1)]
    customers: Annotated[tuple[CustomerGroup, ...], Field(min_length=1)]
    journeys: tuple[Journey, ...] = (Journey(),)
    callers: CallerHabits = CallerHabits()
    workforce: AgentHabits = AgentHabits()
    faults: tuple[PhoneFault, ...] = ()
    name: str = ""
    seed: int = 1
    folder: Path = Path()

    def service_of(self, queue: str, tier: str) -> Service:
        """Return the first service that fits, the last one where none does."""
        for service in self.service:
            if service.queue in ("", queue) and service.tier in ("", tier):
                return service
        return self.service[-1]


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
        scenario = _SCENARIO.validate_python(named)
    except ValidationError as error:
        raise _config_error(error, path) from None
    _check_names(scenario, path)
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
        for place, agent in enumerate(scenario.agents):
            value = getattr(agent, what)
            if value in seen:
                raise ConfigError(f"{path}: agents.{place}.{what}", value, "each agent has one of their own")
            seen.add(value)
    extensions = {agent.extension for agent in scenario.agents}
    for place, fault in enumerate(scenario.faults):
        if fault.extension not in extensions:
            raise ConfigError(f"{path}: faults.{place}.extension", fault.extension, "the phone of an agent")
