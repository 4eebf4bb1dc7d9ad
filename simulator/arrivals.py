"""When callers call: instants from rates or from a file, in order, as microseconds from the start."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import ConfigError
from simulator.demand import Arrivals, FileArrivals, IntervalArrivals, PoissonArrivals
from simulator.scenario import Scenario

HOUR_S = 3600.0


def arrival_instants(arrivals: Arrivals, scenario: Scenario, stream: Random) -> Iterator[int]:
    """Return the instants of one kind of calls within the scenario's duration, ascending."""
    duration_us = microseconds(scenario.duration_s)
    match arrivals:
        case PoissonArrivals():
            return poisson_instants(0, duration_us, arrivals.per_hour / HOUR_S, stream)
        case IntervalArrivals():
            return _interval_instants(arrivals, duration_us, stream)
        case FileArrivals():
            instants = read_instants(scenario.folder / arrivals.path)
            return (at_us for at_us in instants if at_us < duration_us)


def poisson_instants(from_us: int, until_us: int, rate_per_s: float, stream: Random) -> Iterator[int]:
    """Yield the instants of a Poisson process; nothing at rate 0."""
    at_us = from_us
    while rate_per_s > 0:
        at_us += microseconds(stream.expovariate(rate_per_s))
        if at_us >= until_us:
            return
        yield at_us


def _interval_instants(arrivals: IntervalArrivals, duration_us: int, stream: Random) -> Iterator[int]:
    interval_us = microseconds(arrivals.interval_s)
    return chain.from_iterable(
        poisson_instants(
            place * interval_us,
            min((place + 1) * interval_us, duration_us),
            count / interval_us * SECOND_US,
            stream,
        )
        for place, count in enumerate(arrivals.counts)
    )


def read_instants(path: Path) -> list[int]:
    """Return the sorted instants of the column `at_s`; raise `ConfigError` with the line that is wrong."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if "at_s" not in (reader.fieldnames or ()):
                raise ConfigError(f"{path}: line 1", reader.fieldnames, "a column named at_s")
            return sorted(_instant(row["at_s"], f"{path}: line {reader.line_num}") for row in reader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), str(error), "a readable CSV file") from error


def _instant(text: str, where: str) -> int:
    try:
        at_us = microseconds(float(text))
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(where, text, "seconds from the start, such as 12.5") from None
    if at_us < 0:
        raise ConfigError(where, text, "not before the start")
    return at_us
