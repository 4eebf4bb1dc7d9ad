"""When callers call: instants from rates, gaps or a trace, in order, as microseconds from the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from random import Random

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.rng import Streams
from simulator.demand import (
    ArrivalsEntry,
    FileArrivals,
    IntervalArrivals,
    PoissonArrivals,
    RenewalArrivals,
)
from simulator.draws import Duration
from simulator.scenario import Scenario
from simulator.trace import Arrival

HOUR_S = 3600.0

TimedArrivals = PoissonArrivals | IntervalArrivals | RenewalArrivals | FileArrivals
"""Arrivals that come at their own time, whatever the centre does."""


def day_factors(scenario: Scenario, streams: Streams) -> dict[str, float]:
    """Return the factors of this day by name; the empty name changes nothing."""
    drawn = {
        name: factor.draw(streams.stream(f"day_factor/{name}"))
        for name, factor in scenario.day_factors.items()
    }
    return {"": 1.0} | drawn


def planned_arrivals(
    arrivals: TimedArrivals, duration_s: float, factors: Mapping[str, float], stream: Random
) -> Iterator[Arrival]:
    """Return the calls of one entry in the order they come; its factor multiplies the rates."""
    from_us, until_us = window_us(arrivals, duration_s)
    match arrivals:
        case PoissonArrivals():
            rate_per_s = factors[arrivals.factor] * arrivals.per_hour / HOUR_S
            return map(Arrival, poisson_instants(from_us, until_us, rate_per_s, stream))
        case IntervalArrivals():
            factor = factors[arrivals.factor]
            return map(Arrival, _interval_instants(arrivals, until_us, factor, stream))
        case RenewalArrivals():
            factor = factors[arrivals.factor]
            return map(Arrival, _renewal_instants(from_us, until_us, arrivals.between, factor, stream))
        case FileArrivals():
            return (call for call in arrivals.trace if from_us <= call.at_us < until_us)


def window_us(arrivals: ArrivalsEntry, duration_s: float) -> tuple[int, int]:
    """Return from when, and before when, the calls of this entry come."""
    until_s = duration_s if arrivals.until_s is None else min(arrivals.until_s, duration_s)
    return microseconds(arrivals.from_s), microseconds(until_s)


def poisson_instants(from_us: int, until_us: int, rate_per_s: float, stream: Random) -> Iterator[int]:
    """Yield the instants of a Poisson process; nothing at rate 0."""
    at_us = from_us
    while rate_per_s > 0:
        at_us += microseconds(stream.expovariate(rate_per_s))
        if at_us >= until_us:
            return
        yield at_us


def _interval_instants(
    arrivals: IntervalArrivals, until_us: int, factor: float, stream: Random
) -> Iterator[int]:
    from_us, interval_us = microseconds(arrivals.from_s), microseconds(arrivals.interval_s)
    return chain.from_iterable(
        poisson_instants(
            from_us + place * interval_us,
            min(from_us + (place + 1) * interval_us, until_us),
            factor * count / interval_us * SECOND_US,
            stream,
        )
        for place, count in enumerate(arrivals.counts)
    )


def _renewal_instants(
    from_us: int, until_us: int, between: Duration, factor: float, stream: Random
) -> Iterator[int]:
    at_us = from_us
    while factor > 0:
        at_us += round(between.draw_us(stream) / factor)
        if at_us >= until_us:
            return
        yield at_us
