"""Distributions a scenario may name, and how a duration is drawn from them.

Which stream a draw comes from is the caller's choice: one stream for each purpose (`core.kernel.rng`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from random import Random
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from core.kernel.clock import microseconds

STRICT = ConfigDict(extra="forbid")
"""A key nobody knows is an error, never ignored."""

Positive = Annotated[float, Field(gt=0, le=1e6)]
NotNegative = Annotated[float, Field(ge=0, le=1e6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """Always the same."""

    __pydantic_config__ = STRICT
    kind: Literal["constant"] = "constant"
    value_s: NotNegative

    def draw_us(self, stream: Random) -> int:
        """Return the value in microseconds."""
        return microseconds(self.value_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """Memoryless, as patience and service are in the Erlang formulas."""

    __pydantic_config__ = STRICT
    kind: Literal["exponential"]
    mean_s: Positive

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return microseconds(stream.expovariate(1 / self.mean_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Anything from low to high."""

    __pydantic_config__ = STRICT
    kind: Literal["uniform"]
    low_s: NotNegative
    high_s: NotNegative

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return microseconds(stream.uniform(self.low_s, self.high_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal:
    """The shape of real talk times (Brown et al. 2005); given by its own mean and standard deviation."""

    __pydantic_config__ = STRICT
    kind: Literal["lognormal"]
    mean_s: Positive
    deviation_s: Positive

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        variance = log(1 + (self.deviation_s / self.mean_s) ** 2)
        return microseconds(stream.lognormvariate(log(self.mean_s) - variance / 2, sqrt(variance)))


Duration = Annotated[Constant | Exponential | Uniform | LogNormal, Field(discriminator="kind")]


def happens(share: float, stream: Random) -> bool:
    """Return whether something that happens in `share` of all cases happens now."""
    return stream.random() < share
