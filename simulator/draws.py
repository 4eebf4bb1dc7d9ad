"""Distributions a scenario may name, and how a duration is drawn from them.

Each kind is a frozen dataclass whose fields are the keys of the scenario; what a draw needs besides is
worked out once, when the scenario is read. Every kind has `mean_s` and `draw_us(stream)`. Which stream a
draw comes from is the caller's choice (`core.kernel.rng`, `simulator.call`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from random import Random
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from core.kernel.clock import SECOND_US, microseconds, seconds
from core.kernel.errors import ConfigError, KeyRefused, Said
from core.kernel.schema import NOTHING, number
from simulator.columns import ScenarioFile, duration_us, flag, read_rows
from simulator.survival import SurvivalCurve, product_limit
from simulator.words import NotNegative, Positive, Share

STRICT = ConfigDict(extra="forbid")
"""A key nobody knows is an error, never ignored."""


def _set(duration: object, **worked_out: object) -> None:
    """Set the fields that are no keys of the scenario; called by `__post_init__` alone."""
    for name, value in worked_out.items():
        object.__setattr__(duration, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """Always the same."""

    __pydantic_config__ = STRICT
    kind: Literal["constant"] = "constant"
    value_s: NotNegative
    """The value, in seconds."""
    _value_us: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _set(self, _value_us=microseconds(self.value_s))

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds."""
        return self.value_s

    def draw_us(self, stream: Random) -> int:
        """Return the value in microseconds."""
        return self._value_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """Memoryless, as patience and service are in the Erlang formulas."""

    __pydantic_config__ = STRICT
    kind: Literal["exponential"]
    mean_s: Positive
    """The mean, in seconds."""
    _mean_us: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _set(self, _mean_us=self.mean_s * SECOND_US)

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return round(-log(1.0 - stream.random()) * self._mean_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Anything from low to high."""

    __pydantic_config__ = STRICT
    kind: Literal["uniform"]
    low_s: NotNegative
    """The least, in seconds."""
    high_s: NotNegative
    """The most, in seconds."""

    def __post_init__(self) -> None:
        if self.high_s < self.low_s:
            raise KeyRefused("high_s", self.high_s, f"at least low_s, {number(self.low_s)}")

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds."""
        return (self.low_s + self.high_s) / 2

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return round((self.low_s + (self.high_s - self.low_s) * stream.random()) * SECOND_US)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal:
    """The shape of real talk times (Brown et al. 2005); given by its own mean and standard deviation."""

    __pydantic_config__ = STRICT
    kind: Literal["lognormal"]
    mean_s: Positive
    """The mean, in seconds."""
    deviation_s: Positive
    """The standard deviation, in seconds."""
    _median_log: float = field(init=False, repr=False, compare=False)
    _spread: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        variance = log(1 + (self.deviation_s / self.mean_s) ** 2)
        _set(self, _median_log=log(self.mean_s * SECOND_US) - variance / 2, _spread=sqrt(variance))

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return round(exp(stream.normalvariate(self._median_log, self._spread)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gamma:
    """A sum of `shape` exponential stages; below 1 it spreads more than the exponential, above less."""

    __pydantic_config__ = STRICT
    kind: Literal["gamma"]
    mean_s: Positive
    """The mean, in seconds."""
    shape: Positive
    """The shape: the larger, the more alike the values."""
    _scale_us: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _set(self, _scale_us=self.mean_s / self.shape * SECOND_US)

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return round(stream.gammavariate(self.shape, self._scale_us))


@dataclass(frozen=True, slots=True, kw_only=True)
class Empirical:
    """One of the values that were seen, all alike likely: `values_s`, or a column of a CSV file."""

    __pydantic_config__ = STRICT
    kind: Literal["empirical"]
    values_s: tuple[NotNegative, ...] = ()
    """The values, in seconds."""
    path: ScenarioFile | None = None
    """A CSV file beside the scenario, instead."""
    column: str = ""
    """Its column of seconds."""
    _values_us: Sequence[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.path is None) == (not self.values_s):
            found = Said("both" if self.values_s else "neither")
            raise KeyRefused("values_s or path", found, "one of the two")
        if (self.path is None) != (not self.column):
            raise KeyRefused("column", self.column, "path and column go together")
        _set(self, _values_us=self._read())

    def _read(self) -> list[int]:
        if self.path is None:
            return [microseconds(value_s) for value_s in self.values_s]
        rows = read_rows(self.path, needed={self.column: duration_us}, optional={})
        if not rows:
            raise ConfigError(f"{self.path}: line 2", NOTHING, "at least one value")
        return [row[self.column] for _, row in rows]

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds."""
        return seconds(sum(self._values_us)) / len(self._values_us)

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return self._values_us[int(stream.random() * len(self._values_us))]


@dataclass(frozen=True, slots=True, kw_only=True)
class KaplanMeier:
    """Patience as it shows in waits that often ended before it did (`simulator.survival`).

    The CSV file has the columns `waited_s` and `abandoned`: 1 where the caller hung up, 0 where somebody
    answered first.
    """

    __pydantic_config__ = STRICT
    kind: Literal["kaplan_meier"]
    path: ScenarioFile
    """The CSV file, beside the scenario."""
    _curve: SurvivalCurve = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows = read_rows(self.path, needed={"waited_s": duration_us, "abandoned": flag}, optional={})
        if not any(row["abandoned"] for _, row in rows):
            raise ConfigError(f"{self.path}: abandoned", Said("no 1"), "at least one caller who hung up")
        _set(self, _curve=product_limit((row["waited_s"], row["abandoned"]) for _, row in rows))

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds, tail included."""
        return seconds(round(self._curve.mean_us))

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return self._curve.draw_us(stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balking:
    """A `share` does not wait at all; the others are `otherwise`."""

    __pydantic_config__ = STRICT
    kind: Literal["balking"]
    share: Share
    """The share that does not wait."""
    otherwise: Duration
    """How long the others wait."""

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds, those who do not wait included."""
        return (1 - self.share) * self.otherwise.mean_s

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return 0 if happens(self.share, stream) else self.otherwise.draw_us(stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Two kinds of cases: `first` in a `share` of all, else `otherwise`; quick refusals and long pitches."""

    __pydantic_config__ = STRICT
    kind: Literal["either"]
    share: Share
    """The share of the first kind."""
    first: Duration
    """How long these are."""
    otherwise: Duration
    """How long the others are."""

    @property
    def mean_s(self) -> float:
        """Return the mean in seconds."""
        return self.share * self.first.mean_s + (1 - self.share) * self.otherwise.mean_s

    def draw_us(self, stream: Random) -> int:
        """Return a draw in microseconds."""
        return (self.first if happens(self.share, stream) else self.otherwise).draw_us(stream)


Duration = Annotated[
    Constant | Exponential | Uniform | LogNormal | Gamma | Empirical | KaplanMeier | Balking | Either,
    Field(discriminator="kind"),
]


def happens(share: float, stream: Random) -> bool:
    """Return whether something that happens in `share` of all cases happens now."""
    return stream.random() < share
