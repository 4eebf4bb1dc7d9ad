"""Real days of a bank's call centre, replayed by the engine: does it wait and lose callers as the bank did?

    python -m benchmarks.bank [--quick] [--json] [--month FILE]...

One number is fitted, the agents' mean wrap-up, on the odd days of February 1999; the even days and all of
January are then replayed with it. Everything else is read off each month's own file (`simulator.bank`, which
names the source of the data). `--month` tries another month of the same form, which the fit never saw. To see
whether the fit was luck, the number is then fitted on January's odd days and tried on all others.

The exit status is 1 where replayed days are off: their mean wait by more than 10 %, their abandonment by more
than 1.2 points, or their daily means correlate with the real ones by less than .93. Each set is judged twice,
with all its days and with the full working days alone, which are more alike and so harder to tell apart. A
quick run looks at every third day, once, and allows twice as much.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from statistics import linear_regression

from benchmarks._bank import Comparison, all_replayed, compared, figures, real, replay_of
from benchmarks.report import Row, parser, print_figures
from core.kernel.errors import ConfigError
from simulator.bank.calls import BankDay

WAIT_OFF_MAX = 0.10
POINTS_OFF_MAX = 1.2
CORRELATION_MIN = 0.93

FIRST_GUESS_S = 40.0
SPREADS_S = (20.0, 5.0)
"""How far to both sides of a guess the mean wait is measured, before a line through it gives the next one."""
WRAP_UP_MIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is simulated: every how-manieth day, in how many runs; and how much the limits give for it."""

    every: int
    runs: int
    fitting_every: int
    fitting_runs: int
    leniency: int


FULL = Effort(every=1, runs=4, fitting_every=1, fitting_runs=3, leniency=1)
SECOND = replace(FULL, runs=2, fitting_runs=2)
QUICK = Effort(every=3, runs=1, fitting_every=2, fitting_runs=1, leniency=2)
FIRST_FITTING_RUN = 10
"""Runs are numbered; those of the fit are none of those it is judged by."""

DAYS_MIN = 3
"""Fewer days than this have no correlation to speak of."""
CALLS_MIN = 50
"""A day of fewer calls than this, such as a holiday, has no mean wait to speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySet:
    """Days of a month that are looked at together."""

    name: str
    month: Path
    days: Sequence[BankDay]

    def every(self, step: int) -> DaySet:
        """Return the set with every `step`-th of its days."""
        return DaySet(name=self.name, month=self.month, days=self.days[::step])


def main() -> int:
    """Fit, replay, print, and return the exit status."""
    arguments = parser("Replay real days of a bank's call centre.")
    arguments.add_argument(
        "--month", type=month_file, action="append", default=[], metavar="FILE", help="another month to try"
    )
    chosen = arguments.parse_args()
    january, february = bank_file("01"), bank_file("02")
    trials = [even_days(february), whole(january), *map(whole, chosen.month)]
    rows = [*measured(odd_days(february), trials, QUICK if chosen.quick else FULL)]
    if not chosen.quick:
        rows += measured(odd_days(january), [even_days(january), whole(february)], SECOND)
    print_figures("Real days replayed", rows, chosen.json)
    return 0 if all(row["verdict"] != "OFF" for row in rows) else 1


def month_file(text: str) -> Path:
    """Return the path of a month's file that can be read."""
    path = Path(text)
    try:
        replay_of(path)
    except ConfigError as error:
        raise ArgumentTypeError(str(error)) from None
    return path


def bank_file(month: str) -> Path:
    """Return the file of a month; leave with a word where the data are not at hand."""
    folder = os.environ.get("GOLDLINE_DATA")
    path = Path(folder or "", "bank_1999", f"calls_1999_{month}.csv.gz")
    if not folder or not path.is_file():
        sys.exit("needs the bank's calls: set GOLDLINE_DATA to the folder that holds bank_1999/")
    return path


def whole(month: Path) -> DaySet:
    """Return all days of a month."""
    return _days(month, month.name.removesuffix(".csv.gz").removeprefix("calls_"), lambda number: True)


def odd_days(month: Path) -> DaySet:
    """Return the days with odd dates."""
    return _days(month, f"{whole(month).name} odd", lambda number: number % 2 == 1)


def even_days(month: Path) -> DaySet:
    """Return the days with even dates."""
    return _days(month, f"{whole(month).name} even", lambda number: number % 2 == 0)


def _days(month: Path, name: str, takes: Callable[[int], bool]) -> DaySet:
    days = [day for day in replay_of(month).month.days if takes(day.date.day) and len(day.calls) >= CALLS_MIN]
    return DaySet(name=name, month=month, days=days)


def measured(fitting: DaySet, trials: Sequence[DaySet], effort: Effort) -> Iterator[Row]:
    """Yield a row for each set of days: the one that the wrap-up is fitted on, then the others."""
    wrap_up_s = fitted_wrap_up_s(fitting.every(effort.fitting_every), effort.fitting_runs)
    for days in (fitting, *trials):
        chosen = days.every(effort.every)
        replays = all_replayed(chosen.month, chosen.days, wrap_up_s, range(effort.runs))
        full = replay_of(chosen.month).month.full_days
        for which, some in (("", chosen.days), (", full days", [day for day in chosen.days if day in full])):
            if len(some) < DAYS_MIN:
                continue
            comparison = compared(some, replays)
            verdict = "fitted" if days is fitting else verdict_of(comparison, effort.leniency)
            yield _row(f"{days.name}{which}", wrap_up_s, len(some), comparison, verdict)


def fitted_wrap_up_s(days: DaySet, runs: int) -> float:
    """Return the mean wrap-up with which the replayed days wait as long as the real ones did.

    Each measurement has `runs` runs of its own, so that they do not all err to the same side.
    """
    fresh = count(FIRST_FITTING_RUN)

    def mean_wait_s(wrap_up_s: float) -> float:
        replays = all_replayed(days.month, days.days, wrap_up_s, list(islice(fresh, runs)))
        return compared(days.days, replays).replayed.mean_wait_s

    return wrap_up_for(figures([real(day) for day in days.days]).mean_wait_s, mean_wait_s)


def wrap_up_for(target_s: float, mean_wait_s: Callable[[float], float]) -> float:
    """Return the wrap-up in seconds at which `mean_wait_s` comes to the target.

    One run of a day differs from the next by more than a second of wrap-up does, so the answer is read off a
    line through several measurements rather than stepped to from the last one.
    """
    guess_s = FIRST_GUESS_S
    for spread_s in SPREADS_S:
        tried_s = [max(WRAP_UP_MIN_S, guess_s + step * spread_s) for step in (-1, 0, 1)]
        slope, at_none_s = linear_regression(tried_s, [mean_wait_s(wrap_up_s) for wrap_up_s in tried_s])
        guess_s = max(WRAP_UP_MIN_S, (target_s - at_none_s) / slope)
    return guess_s


def verdict_of(found: Comparison, leniency: int) -> str:
    """Return whether the replay is as close as promised."""
    good = (
        abs(found.wait_off) <= leniency * WAIT_OFF_MAX
        and abs(found.points_off) <= leniency * POINTS_OFF_MAX
        and 1 - found.daily <= leniency * (1 - CORRELATION_MIN)
    )
    return "good" if good else "OFF"


def _row(name: str, wrap_up_s: float, days: int, found: Comparison, verdict: str) -> Row:
    truth, replay = found.real, found.replayed
    return {
        "days": name,
        "number": days,
        "calls": truth.calls,
        "wrap-up s": wrap_up_s,
        "waited": truth.waited,
        "replayed": replay.waited,
        "mean wait s": truth.mean_wait_s,
        "replayed s": replay.mean_wait_s,
        "off %": 100 * found.wait_off,
        "abandoned %": 100 * truth.abandoned,
        "replayed %": 100 * replay.abandoned,
        "off points": found.points_off,
        "in 20 s": truth.in_time,
        "replayed in 20 s": replay.in_time,
        "daily correlation": found.daily,
        "hourly": found.hourly,
        "verdict": verdict,
    }


if __name__ == "__main__":
    sys.exit(main())
