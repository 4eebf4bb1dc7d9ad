"""The mean weekday of a month as a scenario: rates and headcounts, for planners instead of historians.

Calls come at the mean rates of their half hours, talk as long as calls of their kind did (lognormal with the
same mean and deviation) and are exponentially patient with the mean that the month shows. Agents are teams by
what they serve, as many as were at work on average; the centre is open while there are any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import fmean, pstdev

from simulator.bank.calls import DAY_S, BankDay, BankMonth
from simulator.bank.centre import CUSTOMERS, ENGINE_CONFIG, HABITS, NUMBERS, TIERS, number_of
from simulator.bank.rule import days_with_priority
from simulator.bank.shifts import Skills, stretches
from simulator.bank.waits import Patience
from simulator.demand import IntervalArrivals
from simulator.draws import Exponential, LogNormal
from simulator.scenario import Scenario
from simulator.staffing import Service, Team

INTERVAL_S = 1800
INTERVALS = DAY_S // INTERVAL_S

TELLING_SHARE = 0.05
"""Teams differ in kinds that are at least this share of all calls; what is rarer everybody serves."""


def typical_day(month: BankMonth, wrap_up_s: float, folder: Path) -> Scenario:
    """Return the month's mean weekday, midnight to midnight; `folder` holds the engine's configuration."""
    teams = tuple(_teams(month))
    is_open = [any(team.counts[place] for team in teams) for place in range(INTERVALS)]
    return Scenario(
        schema=1,
        name=f"{month.name}-typical",
        file=folder / f"{month.name}.toml",
        engine_config=ENGINE_CONFIG,
        duration_s=DAY_S,
        arrivals=tuple(_arrivals(month, is_open)),
        customers=CUSTOMERS,
        teams=teams,
        service=tuple(_services(month, wrap_up_s)),
        workforce=HABITS,
    )


def _arrivals(month: BankMonth, is_open: Sequence[bool]) -> Iterator[IntervalArrivals]:
    patience = Patience(month)
    shares = _tier_shares(month)
    for kind in month.kinds:
        rates = _rates(kind, month.full_days)
        while_open = [rate if opened else 0.0 for rate, opened in zip(rates, is_open, strict=True)]
        for tier, share in shares[kind].items():
            yield IntervalArrivals(
                kind="intervals",
                dialed_number=number_of(kind),
                customers=tier,
                patience=Exponential(kind="exponential", mean_s=patience.mean_s(kind)),
                interval_s=INTERVAL_S,
                counts=tuple(share * rate for rate in while_open),
            )


def _rates(kind: str, days: Sequence[BankDay]) -> list[float]:
    """Return how many calls of the kind came in each half hour of the mean weekday."""
    places = (call.at_s // INTERVAL_S for day in days for call in day.calls if call.kind == kind)
    calls = Counter(places)
    return [calls[place] / len(days) for place in range(INTERVALS)]


def _tier_shares(month: BankMonth) -> Mapping[str, Mapping[str, float]]:
    """Return who makes the calls of each kind: the share of each tier among those that queued."""
    if 2 * len(days_with_priority(month)) < len(month.days):
        return {kind: {TIERS[0]: 1.0} for kind in month.kinds}
    tiers: dict[str, Counter[str]] = defaultdict(Counter)
    for call in month.calls:
        if call.queued and call.priority is not None:
            tiers[call.kind][TIERS[call.priority]] += 1
    return {
        kind: {tier: count / tiers[kind].total() for tier, count in sorted(tiers[kind].items())}
        for kind in month.kinds
    }


def _services(month: BankMonth, wrap_up_s: float) -> Iterator[Service]:
    for kind in month.kinds:
        talks_s = [call.talk_s for call in month.calls if call.kind == kind and call.talk_s]
        if kind in NUMBERS and talks_s:
            yield Service(
                queue=kind,
                talk=LogNormal(
                    kind="lognormal", mean_s=fmean(talks_s), deviation_s=max(1.0, pstdev(talks_s))
                ),
                wrap_up=Exponential(kind="exponential", mean_s=wrap_up_s),
            )


def _teams(month: BankMonth) -> Iterator[Team]:
    """Yield the teams, largest first; the headcounts of an interval sum to its mean headcount, rounded."""
    frequent = _frequent(month)
    rare = [kind for kind in NUMBERS if kind not in frequent]
    at_work = _at_work(month, frequent)
    names = sorted(at_work, key=lambda name: (-sum(at_work[name]), name))
    whole = [_rounded([at_work[name][place] for name in names]) for place in range(INTERVALS)]
    for name, counts in zip(names, zip(*whole, strict=True), strict=True):
        if any(counts):
            skills = dict.fromkeys((*name.split("-"), *rare), 1)
            yield Team(name=name, skills=skills, interval_s=INTERVAL_S, counts=counts)


def _at_work(month: BankMonth, frequent: Sequence[str]) -> dict[str, list[float]]:
    """Return by team, named after what it serves, how many were at work in each half hour on average."""
    skills = Skills(month)
    at_work: dict[str, list[float]] = defaultdict(lambda: [0.0] * INTERVALS)
    for day in month.full_days:
        serves = skills.of(day)
        for stretch in stretches(day):
            name = "-".join(kind for kind in frequent if kind in serves[stretch.agent])
            for place in range(INTERVALS):
                from_s, until_s = place * INTERVAL_S, (place + 1) * INTERVAL_S
                overlap_s = min(stretch.until_s, until_s) - max(stretch.from_s, from_s)
                at_work[name or frequent[0]][place] += max(0, overlap_s) / INTERVAL_S / len(month.full_days)
    return at_work


def _frequent(month: BankMonth) -> list[str]:
    calls = Counter(call.kind for call in month.calls)
    return [kind for kind in month.kinds if kind in NUMBERS and calls[kind] >= TELLING_SHARE * calls.total()]


def _rounded(shares: Sequence[float]) -> list[int]:
    """Return whole numbers near `shares` whose sums, from the first on, are the rounded sums of these."""
    return [until - begun for begun, until in pairwise(map(round, accumulate(shares, initial=0.0)))]
