"""Day factors: one number a day that makes it busier or quieter than its rates say.

Real days differ more than independent callers would make them differ (a bank's hours had four times the
variance of a Poisson process). Arrivals that name one factor are busy on the same days.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from simulator.draws import STRICT
from simulator.words import NotNegative, Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantFactor:
    """The same each day."""

    __pydantic_config__ = STRICT
    kind: Literal["constant"]
    value: NotNegative
    """The factor."""

    def draw(self, stream: Random) -> float:
        """Return the factor of a day."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaFactor:
    """Busyness as the literature draws it: the larger the shape, the more alike the days."""

    __pydantic_config__ = STRICT
    kind: Literal["gamma"]
    shape: Positive
    """The shape: 100 means a spread of a tenth."""
    mean: Positive = 1.0
    """The mean."""

    def draw(self, stream: Random) -> float:
        """Return the factor of a day."""
        return stream.gammavariate(self.shape, self.mean / self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalFactor:
    """Now and then a very busy day."""

    __pydantic_config__ = STRICT
    kind: Literal["lognormal"]
    deviation: Positive
    """The standard deviation."""
    mean: Positive = 1.0
    """The mean."""

    def draw(self, stream: Random) -> float:
        """Return the factor of a day."""
        variance = log(1 + (self.deviation / self.mean) ** 2)
        return stream.lognormvariate(log(self.mean) - variance / 2, sqrt(variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalFactor:
    """One of the factors that were seen, all alike likely."""

    __pydantic_config__ = STRICT
    kind: Literal["empirical"]
    values: Annotated[tuple[NotNegative, ...], Field(min_length=1)]
    """The factors."""

    def draw(self, stream: Random) -> float:
        """Return the factor of a day."""
        return self.values[int(stream.random() * len(self.values))]


DayFactor = Annotated[
    ConstantFactor | GammaFactor | LogNormalFactor | EmpiricalFactor, Field(discriminator="kind")
]
