"""What it is worth to know of each lead how likely it is to answer, and to learn that from the calls alone.

Half of the leads answer 1.8 times as often as the mean, the others a fifth as often. All are reckoned with as
`alike`; or somebody has `told` the two kinds apart; or the dialer has them `scored`, learning online which of
three traits says it (two of them say nothing); or it also dials the `likely first`, of the few at hand. The
pacer, its budget and all of its constants are the same for all, and so is the list of each seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean, stdev
from typing import NamedTuple

from benchmarks._scored_floor import Alike, Day, Result, Scored, Teller, Told, leads
from benchmarks.report import options, print_figures

RATE = 0.35
DAYS = {5: 16, 20: 8, 100: 3}
"""Days simulated for each number of agents: gains are small beside the spread of small teams."""
HOURS = 8
QUICK_DAYS, QUICK_HOURS = {5: 3, 20: 2, 100: 1}, 2


class Way(NamedTuple):
    """A way to tell leads apart, and whether it also says who comes first."""

    name: str
    teller: Callable[[], Teller]
    likely_first: bool = False


WAYS = (
    Way("alike", Alike),
    Way("told", Told),
    Way("scored", Scored),
    Way("likely first", Scored, likely_first=True),
)


def main() -> None:
    chosen = options((__doc__ or "").splitlines()[0])
    rows, ratios = [], {}
    hours = QUICK_HOURS if chosen.quick else HOURS
    for agents, days in (QUICK_DAYS if chosen.quick else DAYS).items():
        results = {way.name: run(way, agents, days, hours) for way in WAYS}
        rows += [row(agents, name, results) for name in results]
        gains = _gains(results["scored"], results["alike"])
        ratios[f"points gained by scores at {agents} agents"] = mean(gains)
    print_figures("Scores of leads: busy agents for knowing who answers", rows, chosen.as_json, ratios)


def run(way: Way, agents: int, days: int, hours: int) -> list[Result]:
    """Return what the days of `agents` came to, one of each seed."""
    return [
        Day(agents, leads(RATE, seed), way.teller(), 3_600.0 * hours, way.likely_first).run()
        for seed in range(days)
    ]


def row(agents: int, name: str, results: dict[str, list[Result]]) -> dict[str, object]:
    """Return the line of one way in the table."""
    gains = _gains(results[name], results["alike"])
    spread = stdev(gains) / len(gains) ** 0.5 if len(gains) > 1 else 0.0
    return {
        "agents": agents,
        "leads": name,
        "days": len(gains),
        "busy %": 100 * mean(day.busy_share for day in results[name]),
        "gain, points": mean(gains),
        "+-": spread,
        "abandoned %": 100 * mean(day.abandoned_share for day in results[name]),
        "worst day %": 100 * max(day.abandoned_share for day in results[name]),
        "answered of dialed %": 100 * mean(day.answered_share for day in results[name]),
    }


def _gains(days: Sequence[Result], others: Sequence[Result]) -> list[float]:
    """Return by how many points agents were busier than on the `others`, day by day."""
    pairs = zip(days, others, strict=True)
    return [100 * (one.busy_share - other.busy_share) for one, other in pairs]


if __name__ == "__main__":
    main()
