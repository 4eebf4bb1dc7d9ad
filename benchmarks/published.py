"""The published examples of the ContactCenters library beside the same days through the real engine.

    python -m benchmarks.published [--days N] [--only MMC,CallCC] [--stratified] [--keep FILE] [--quick]

Days with a busyness of their own differ so much that 1,000 of them say little; 10,000 is the default, which
takes hours: with `--keep FILE` finished days are kept, and the next run goes on where this one ended. With
`--stratified` day i of N has its busyness from the i-th of N equally likely strata, which narrows the
intervals of such examples several times over and moves no mean. A figure is inside where our mean lies in the
published interval; of fewer than 10,000 days our own interval of 99.9 % may reach into it (the table shows
that of 95 %). Where an example has a rule that ours cannot say (docs/theory.md), the verdict names it. The
exit status is 1 where a figure lies outside without such a reason.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum, inf, sqrt
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks._kept import KeptRuns
from benchmarks._published import EXAMPLES, Example, Figure
from benchmarks._quantiles import gamma_quantile
from benchmarks._theory import opened, simulated_day
from benchmarks.report import Row, parser, print_figures, shown
from core.kernel.rng import KeyedDraws
from simulator.confidence import LEVEL, Interval, ratio, student_t
from simulator.factors import ConstantFactor, DayFactor, GammaFactor
from simulator.scenario import Scenario

DAYS, QUICK_DAYS = 10_000, 6
RARELY_WRONG = 0.999
"""How sure the interval of fewer days is to reach the published one: of so many figures 95 % miss some."""
BY_NAME = {example.name: example for example in EXAMPLES}

Totals = Sequence[Sequence[float]]
"""The total and the count of each figure of an example, for one day."""


def main() -> int:
    """Print the figures and return the exit status."""
    asked = _arguments()
    days = asked.days or (QUICK_DAYS if asked.quick else DAYS)
    stratified = asked.stratified or asked.quick
    examples = [BY_NAME[name] for name in asked.only] if asked.only else EXAMPLES
    kept = KeptRuns(asked.keep)
    rows = [row for example in examples for row in _rows(example, days, stratified, kept)]
    outside = sum(row["verdict"] == "OUTSIDE" for row in rows)
    title = f"Published examples and ours, {days:,} days each{', stratified' if stratified else ''}"
    print_figures(title, rows, asked.json, {"figures outside the published interval": outside})
    return 1 if outside else 0


def _arguments() -> Namespace:
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--days", type=int, help=f"of each example, {DAYS:,} if not given")
    options.add_argument("--only", type=lambda names: names.split(","), help=f"of {', '.join(BY_NAME)}")
    options.add_argument("--stratified", action="store_true", help="draw the days' busyness by strata")
    options.add_argument("--keep", type=Path, help="a file for finished days, to go on later")
    return options.parse_args()


# --- the days ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of an example; called with the place of a day, from 0, it returns the day's figures."""

    name: str
    count: int
    stratified: bool

    def __call__(self, place: int) -> Totals:
        """Simulate the day; its seed is its place counted from 1."""
        example = BY_NAME[self.name]
        seed = place + 1
        scenario, _ = opened(example.scenario, example.rules)
        if self.stratified:
            share = (place + KeyedDraws(seed, "stratum").of(0).random()) / self.count
            scenario = with_busyness(scenario, share)
        day = simulated_day(example.scenario, seed, scenario, example.rules)
        return [(figure.total(day), figure.count(day)) for figure in example.figures]


def with_busyness(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario of a day that is busier than `share` of all days."""
    factors = {name: _quantile(factor, share) for name, factor in scenario.day_factors.items()}
    return replace(scenario, day_factors=factors)


def _quantile(factor: DayFactor, share: float) -> DayFactor:
    if not isinstance(factor, GammaFactor):
        return factor
    return ConstantFactor(kind="constant", value=gamma_quantile(factor.shape, factor.mean, share))


# --- the figures -------------------------------------------------------------------------------------


def _rows(example: Example, days: int, stratified: bool, kept: KeptRuns) -> Iterator[Row]:
    sample = f"{example.name}, one of {days} strata" if stratified else example.name
    places = {f"{sample}, {place}": place for place in range(days)}
    runs = kept.each(Days(name=example.name, count=days, stratified=stratified), places)
    console = Console(stderr=True)
    quiet = not console.is_terminal
    watched = track(runs, example.name, total=days, console=console, disable=quiet, transient=True)
    by_day = [totals for _, totals in watched]
    for nth, figure in enumerate(example.figures):
        totals, counts = zip(*(day[nth] for day in by_day), strict=True)
        estimate = stratified_ratio if stratified else ratio
        ours = estimate(totals, counts)
        yield {
            "example": example.name,
            "figure": figure.name,
            "published": f"{figure.low:g} .. {figure.high:g}",
            "ours": ours.mean,
            "+-": shown(ours.half_width),
            "verdict": verdict(figure, estimate(totals, counts, RARELY_WRONG), days, example.unlike),
        }


def verdict(figure: Figure, ours: Interval, days: int, unlike: str = "") -> str:
    """Say where our mean lies; of few days, whether it may lie inside; or what it was not to be like."""
    slack = ours.half_width if days < DAYS else 0.0
    inside = figure.low - slack <= ours.mean <= figure.high + slack
    return "inside" if inside else f"other rule: {unlike}" if unlike else "OUTSIDE"


def stratified_ratio(totals: Sequence[float], counts: Sequence[float], level: float = LEVEL) -> Interval:
    """Return the ratio of sums over days of which each is of the next stratum, and its interval.

    Neighbours are all but of one stratum, so their differences tell how far a day strays within its own
    (collapsed strata, Cochran 1977, section 5A.12).
    """
    mean = fsum(totals) / fsum(counts)
    strays = [total - mean * count for total, count in zip(totals, counts, strict=True)]
    variance = fsum((one - other) ** 2 for one, other in zip(strays[::2], strays[1::2], strict=False))
    pairs = len(totals) // 2
    half_width = student_t(level, pairs) * sqrt(variance) / fsum(counts) if pairs else inf
    return Interval(mean, half_width, len(totals))


if __name__ == "__main__":
    sys.exit(main())
