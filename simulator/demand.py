"""Who calls, when, and what they do on the telephone: the demand side of a scenario. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from simulator.draws import STRICT, Constant, Duration, Exponential, NotNegative, Positive, Uniform
from simulator.words import Count, Number, Weight, Word

HANG_UP = "hangup"
"""In place of keys: the caller hangs up in this menu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonArrivals:
    """Calls at one constant rate, independent of each other."""

    __pydantic_config__ = STRICT
    kind: Literal["poisson"]
    dialed_number: Number
    per_hour: Positive


Keys = Annotated[str, Field(pattern=rf"^({HANG_UP}|([0-9*#]|\{{account\}}|\{{pin\}})*)$")]


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
