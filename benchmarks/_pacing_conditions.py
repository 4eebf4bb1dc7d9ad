"""What a dialing day is like: agents, answers, talks, and what goes wrong.

The usual day has talks of 150 s (lognormal, sigma 0.9) and wrap-ups of 30 s (0.5); who answers does so after
12 s about (gamma of shape 4, within 25 s), all else rings out at 25 s; a person waits two seconds. Eight
hours, all agents idle at their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from random import Random
from typing import Protocol

from core.kernel.rng import Streams

HOUR_S = 3600.0
RING_OUT_S = 25.0


class Law(Protocol):
    """A law of durations, in seconds."""

    def draw(self, chance: Random) -> float:
        """Return one of them."""
        ...


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Of this mean; `sigma` is the deviation of the logarithm."""

    mean_s: float
    sigma: float

    def draw(self, chance: Random) -> float:
        """Return a duration."""
        return chance.lognormvariate(log(self.mean_s) - self.sigma**2 / 2, self.sigma)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory; a mean of 0 takes no time."""

    mean_s: float

    def draw(self, chance: Random) -> float:
        """Return a duration."""
        return chance.expovariate(1.0 / self.mean_s) if self.mean_s else 0.0


@dataclass(frozen=True, slots=True)
class Either:
    """The first law in a `share` of cases, else the second: refusals and pitches."""

    share: float
    first: Law
    second: Law

    def draw(self, chance: Random) -> float:
        """Return a duration."""
        return (self.first if chance.random() < self.share else self.second).draw(chance)


@dataclass(frozen=True, slots=True)
class Within:
    """A gamma law of this mean and shape, drawn again where it is not below `limit_s`."""

    mean_s: float
    shape: float
    limit_s: float

    def draw(self, chance: Random) -> float:
        """Return a duration."""
        while (drawn := chance.gammavariate(self.shape, self.mean_s / self.shape)) >= self.limit_s:
            pass
        return drawn


@dataclass(frozen=True, slots=True)
class Longer:
    """As another law, and `by_s` more."""

    law: Law
    by_s: float

    def draw(self, chance: Random) -> float:
        """Return a duration."""
        return self.by_s + self.law.draw(chance)


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    value_s: float

    def draw(self, chance: Random) -> float:
        """Return it."""
        return self.value_s


Breaks = Callable[[int], Iterator[tuple[float, float]]]
"""Of an agent's number, when each of its breaks begins and how long it is."""


def no_breaks(agent: int) -> Iterator[tuple[float, float]]:
    """Yield nothing: the agent stays."""
    yield from ()


def tea_breaks(agent: int) -> Iterator[tuple[float, float]]:
    """Yield ten minutes about every ninety, each agent at times of its own."""
    chance = _chance_of(agent)
    at_s = chance.uniform(0.5, 1.5) * 5400.0
    while at_s < 24 * HOUR_S:
        yield at_s, 600.0
        at_s += 600.0 + chance.uniform(0.8, 1.2) * 5400.0


def _chance_of(agent: int) -> Random:
    return Streams(agent).stream("breaks")


class Fate(StrEnum):
    """What becomes of a call."""

    ANSWERED = "answered"
    """A person answers."""
    UNANSWERED = "unanswered"
    """It rings out, or whoever is called is busy."""
    REFUSED = "refused"
    """The trunk will not carry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """One day. `steps` are factors of the answer rate, each from an instant on; `leads` are loaded then.

    A share `quick_failures` of what is not answered fails within 1 to 5 s; while the trunk is down (`outage`,
    from and until) it refuses everything at once. `misjudged` is the share of people taken for machines.
    Whatever happens is heard `events_late_s` later.
    """

    agents: int
    answered: float
    hours: float = 8.0
    talk: Law = LogNormal(150.0, 0.9)
    wrap_up: Law = LogNormal(30.0, 0.5)
    answer: Law = Within(12.0, 4.0, RING_OUT_S)
    failure: Law = Constant(RING_OUT_S)
    patience_s: float = 2.0
    steps: tuple[tuple[float, float], ...] = ()
    drift: float = 0.0
    quick_failures: float = 0.0
    outage: tuple[float, float] | None = None
    misjudged: float = 0.0
    breaks_of: Breaks = no_breaks
    leads: tuple[tuple[float, int], ...] = ()
    lines: int = 100_000
    events_late_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """How long the day is, in seconds."""
        return self.hours * HOUR_S

    def fate(self, at_s: float, chance: Random) -> tuple[float, Fate]:
        """Return how long a call dialed now takes to its fate, and what that is."""
        if self.outage is not None and self.outage[0] <= at_s < self.outage[1]:
            return chance.uniform(0.2, 1.0), Fate.REFUSED
        if chance.random() < self.answered_at(at_s):
            return self.answer.draw(chance), Fate.ANSWERED
        if self.quick_failures and chance.random() < self.quick_failures:
            return chance.uniform(1.0, 5.0), Fate.UNANSWERED
        return self.failure.draw(chance), Fate.UNANSWERED

    def answered_at(self, at_s: float) -> float:
        """Return the share of the calls dialed now that a person answers."""
        rate = self.answered
        if self.drift:
            rate *= 1.0 + self.drift * _wave(at_s / (2 * HOUR_S))
        for from_s, factor in reversed(self.steps):
            if at_s >= from_s:
                return rate * factor
        return rate


def _wave(turns: float) -> float:
    """Return a wave of straight lines between -1 and 1, one in each turn, 0 at its beginning."""
    place = (turns + 0.25) % 1.0
    return 1.0 - abs(4.0 * place - 2.0)


# --- shapes of days: the usual one, and what goes wrong -------------------------------------------------

Shape = Callable[[Conditions], Conditions]


def _drifting(usual: Conditions) -> Conditions:
    """The answer rate swings by 30 % in two hours, falls by 40 % at 60 % of the day; a new list at 80 %."""
    day_s = usual.duration_s
    return replace(usual, drift=0.3, steps=((0.6 * day_s, 0.6), (0.8 * day_s, 1.0)))


def _bimodal(usual: Conditions) -> Conditions:
    """Two in five refuse after half a minute; the others hear the whole pitch. The mean stays."""
    return replace(usual, talk=Either(0.4, LogNormal(30.0, 0.5), LogNormal(230.0, 0.4)))


def _with_breaks(usual: Conditions) -> Conditions:
    return replace(usual, breaks_of=tea_breaks)


def _halves(usual: Conditions) -> Conditions:
    return replace(usual, steps=((usual.duration_s / 2, 0.5),))


def _doubles(usual: Conditions) -> Conditions:
    return replace(usual, steps=((usual.duration_s / 2, 2.0),))


def _half_the_agents_leave(usual: Conditions) -> Conditions:
    """At mid-shift every second agent leaves for an hour and a half, whoever talks when done."""
    at_s = usual.duration_s / 2

    def leaves(agent: int) -> Iterator[tuple[float, float]]:
        if agent % 2:
            yield at_s, usual.duration_s * 3 / 16

    return replace(usual, breaks_of=leaves)


def _list_runs_dry(usual: Conditions) -> Conditions:
    """There are leads for three eighths of the day, and as many again after five eighths."""
    talks = usual.agents * usual.duration_s / 180.0
    leads = round(0.375 * talks / usual.answered)
    return replace(usual, leads=((0.0, leads), (usual.duration_s * 5 / 8, leads)))


def _trunk_fails(usual: Conditions) -> Conditions:
    """For twenty minutes at mid-shift the trunk refuses every call."""
    return replace(usual, outage=(usual.duration_s / 2, usual.duration_s / 2 + 1200.0))


LATE_S = 2.0


def _events_late(usual: Conditions) -> Conditions:
    return replace(usual, events_late_s=LATE_S)


def _rings_longer(usual: Conditions) -> Conditions:
    """Every call rings for so much longer, and all is known at once.

    Whatever a dialer does that hears all so late could be done here too, with an order held back for as long:
    so the best of the one is the best of the other, and what this costs cannot be saved there.
    """
    return replace(usual, answer=Longer(usual.answer, LATE_S), failure=Longer(usual.failure, LATE_S))


SHAPES: Mapping[str, Shape] = {
    "usual": lambda usual: usual,
    "drift": _drifting,
    "breaks": _with_breaks,
    "bimodal": _bimodal,
    "drift, breaks, bimodal": lambda usual: _with_breaks(_bimodal(_drifting(usual))),
    "answers halve": _halves,
    "answers double": _doubles,
    "half the agents leave": _half_the_agents_leave,
    "list runs dry": _list_runs_dry,
    "trunk fails": _trunk_fails,
    "quick failures": lambda usual: replace(usual, quick_failures=0.4),
    "a tenth taken for machines": lambda usual: replace(usual, misjudged=0.1),
    "events 2 s late": _events_late,
    "rings 2 s longer": _rings_longer,
}
"""The usual day, and what may go wrong in one, by the words of the tables."""
