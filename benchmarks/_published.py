"""The published figures: what the ContactCenters library (Universite de Montreal) prints for its examples.

Each is of 1,000 simulated days, with its interval: 95 %, for the day of the call centre 90 %. The figures
are ratios of sums over the days, or means over the days where they count something of one day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks._theory import TheoryDay, of_queue

AWT_S = 20.0
"""The acceptable waiting time of all examples but one."""
MINUTE_S, HOUR_S = 60.0, 3600.0
CALLS_EXPECTED = 1660.0
"""Of the day of the call centre, whose shares are of the calls expected, not of those that came."""
BILINGUAL_EXPECTED = 1000.0
"""First attempts in a day of the bilingual centre, likewise."""
BILINGUAL_STAFFED_S = 18 * 9 * 3600.0
"""Of its agents, who are there for nine hours; what they still talk after is counted, time there is not."""


def _one(day: TheoryDay) -> float:
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of an example: what it is of a day, and between what the published interval lies."""

    name: str
    total: Callable[[TheoryDay], float]
    count: Callable[[TheoryDay], float] = _one
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example, its scenario in examples/theory, and the rules there where they are not the scenario's own.

    `unlike` names a rule of it that ours cannot say; some of its figures then lie elsewhere (docs/theory.md).
    """

    name: str
    scenario: str
    figures: tuple[Figure, ...]
    rules: str = ""
    unlike: str = ""


def _served(day: TheoryDay) -> float:
    return len(day.answered)


def _in_time(day: TheoryDay) -> float:
    return day.answered_within(AWT_S)


def _served_or_abandoned_late(day: TheoryDay) -> float:
    return len(day.answered) + len(day.abandoned) - day.abandoned_within(AWT_S)


def _in_time_of(queue: str, from_h: float, until_h: float, low: float, high: float) -> Figure:
    hours = from_h * HOUR_S, until_h * HOUR_S
    return Figure(
        name=f"in time, {queue}, hours {from_h:g} to {until_h:g}",
        total=lambda day: day.answered_within(AWT_S, queue, hours),
        low=low,
        high=high,
    )


def _minutes_waited(day: TheoryDay) -> float:
    return day.wait_s(day.answered) / MINUTE_S


def _occupancy(low: float, high: float, *teams: str, until_s: float = 1e6, name: str = "occupancy") -> Figure:
    return Figure(
        name=name,
        total=lambda day: day.talked_s(teams, until_s),
        count=lambda day: day.staffed_s(teams, until_s),
        low=low,
        high=high,
    )


SIX_HOURS_S, EIGHT_HOURS_S = 6 * HOUR_S, 8 * HOUR_S
INBOUND, OUTBOUND = "type-1", "type-2"

EXAMPLES = (
    Example(
        name="MMC",
        scenario="mmc",
        figures=(
            Figure(name="in target", total=_in_time, low=1812.6, high=1819.7),
            Figure(
                name="service level", total=_in_time, count=lambda day: day.offered, low=0.900, high=0.904
            ),
            Figure(name="ASA min", total=_minutes_waited, count=_served, low=0.097, high=0.102),
            _occupancy(0.694, 0.697, until_s=EIGHT_HOURS_S),
        ),
    ),
    Example(
        name="MMCAb",
        scenario="mmc-abandonment",
        figures=(
            Figure(name="abandoned", total=lambda day: len(day.abandoned), low=57.66, high=59.56),
            Figure(name="service level", total=_in_time, count=_served, low=0.974, high=0.975),
            _occupancy(0.674, 0.677, until_s=EIGHT_HOURS_S),
        ),
    ),
    Example(
        name="MMCBlocked",
        scenario="mmc-blocked",
        figures=(
            Figure(name="blocked", total=lambda day: day.blocked, low=18.05, high=19.27),
            Figure(name="service level", total=_in_time, count=_served, low=0.928, high=0.930),
            Figure(name="ASA min", total=_minutes_waited, count=_served, low=0.059, high=0.061),
        ),
    ),
    Example(
        name="CallCC",
        scenario="call-centre-day",
        figures=(
            Figure(
                name="wait s",
                total=lambda day: day.wait_s(day.answered + day.abandoned),
                count=lambda day: day.offered,
                low=10.06,
                high=13.61,
            ),
            Figure(
                name="waited < 20 s, of expected",
                total=lambda day: (_in_time(day) + day.abandoned_within(AWT_S)) / CALLS_EXPECTED,
                low=0.844,
                high=0.862,
            ),
            Figure(
                name="lost, of expected",
                total=lambda day: len(day.abandoned) / CALLS_EXPECTED,
                low=0.0311,
                high=0.0374,
            ),
        ),
    ),
    Example(
        name="SimpleMSK",
        scenario="three-types-two-teams",
        figures=(
            Figure(name="served", total=_served, low=4270.2, high=4324.5),
            Figure(name="abandoned", total=lambda day: len(day.abandoned), low=876.1, high=944.5),
            Figure(
                name="service level", total=_in_time, count=_served_or_abandoned_late, low=0.494, high=0.509
            ),
            _occupancy(0.877, 0.884, "first", name="occupancy of the first team"),
        ),
    ),
    Example(
        name="SimpleMSKWithRerouting",
        scenario="three-types-two-teams",
        rules="types-rerouted",
        figures=(
            Figure(name="served", total=_served, low=4247.5, high=4301.3),
            Figure(name="abandoned", total=lambda day: len(day.abandoned), low=898.8, high=967.6),
            Figure(
                name="service level", total=_in_time, count=_served_or_abandoned_late, low=0.572, high=0.587
            ),
            _in_time_of("type-1", 0, 2, 296.9, 300.6),
            _in_time_of("type-1", 2, 4, 590.2, 600.4),
            _in_time_of("type-1", 4, 6, 105.0, 108.7),
            _in_time_of("type-2", 0, 2, 380.1, 386.3),
            _in_time_of("type-2", 2, 4, 499.0, 509.2),
            _in_time_of("type-2", 4, 6, 117.6, 125.2),
            _in_time_of("type-3", 0, 2, 229.2, 248.8),
            _in_time_of("type-3", 2, 4, 605.5, 617.6),
            _in_time_of("type-3", 4, 6, 19.7, 24.9),
            _occupancy(0.880, 0.887, "first", name="occupancy of the first team"),
        ),
    ),
    Example(
        name="Bilingual",
        scenario="two-languages",
        unlike="any free agent, at random",
        figures=(
            Figure(name="abandoned a week", total=lambda day: 5 * len(day.abandoned), low=141.2, high=144.5),
            Figure(name="retrials a week", total=lambda day: 5 * day.retrials, low=105.8, high=108.5),
            Figure(
                name="in a minute over all attempts, of expected",
                total=lambda day: day.answered_within_attempts(MINUTE_S) / BILINGUAL_EXPECTED,
                low=0.9786,
                high=0.9802,
            ),
            Figure(
                name="occupancy, talks begun before the end",
                total=lambda day: day.talked_s(),
                count=lambda day: BILINGUAL_STAFFED_S,
                low=0.5106,
                high=0.5115,
            ),
        ),
    ),
    Example(
        name="Blend",
        scenario="blend",
        figures=(
            Figure(name="tried", total=lambda day: day.tried, low=1093.0, high=1125.1),
            Figure(name="reached", total=lambda day: day.reached, low=317.3, high=326.5),
            Figure(
                name="outbound served",
                total=lambda day: len(of_queue(OUTBOUND, day.answered)),
                low=294.6,
                high=303.1,
            ),
            Figure(
                name="outbound lost",
                total=lambda day: len(of_queue(OUTBOUND, day.abandoned)),
                low=22.55,
                high=23.49,
            ),
            Figure(
                name="inbound abandoned",
                total=lambda day: len(of_queue(INBOUND, day.abandoned)),
                low=4.495,
                high=5.735,
            ),
            Figure(
                name="inbound waited < 20 s",
                total=lambda day: day.answered_within(AWT_S, INBOUND) + day.abandoned_within(AWT_S, INBOUND),
                count=lambda day: len(of_queue(INBOUND, day.answered + day.abandoned)),
                low=0.9493,
                high=0.9578,
            ),
            _occupancy(0.811, 0.821, "inbound", until_s=SIX_HOURS_S, name="occupancy of the inbound team"),
            _occupancy(0.552, 0.561, "blend", until_s=SIX_HOURS_S, name="occupancy of the blend team"),
        ),
    ),
)
