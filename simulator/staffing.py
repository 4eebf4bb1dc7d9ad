"""Who works, when, and how long the work takes: the supply side of a scenario. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.draws import STRICT, Constant, Duration, NotNegative, Positive, Uniform
from simulator.words import Address, Level, Share, Word


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
