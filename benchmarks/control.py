"""Two ways of control, through the real engine: shares of the queues, and calls to those who are quick.

    python -m benchmarks.control [--runs N] [--quick] [--json]

Queue-ratio control (Gurvich and Whitt 2009): three queues and a hundred agents who serve all of them, busy
97 % of the time. Calls come to the queues in equal numbers; those who wait are to be one to three to six.

Fastest first (Armony 2005): fifty quick agents and fifty slow ones, busy 95 % of the time. Who is quick the
engine has to learn. Mean waits are in service times; elsewhere .122 were measured for the longest idle agent
first and .0886 for the quickest first, who was known.

Both settings are run twice over the same callers, once with the longest waiting and the longest idle first.
The exit status is 1 where a share is off by more than 5 % of itself, or fastest first saves less than 20 %.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks._theory import FOLDER, opened
from benchmarks.report import Row, parser, print_figures, shown
from goldline.config import load_config
from goldline.harness import SimulatedDay
from goldline.replications import each_run
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.confidence import Interval, ratio

RUNS, QUICK_RUNS = 8, 2
QUICK_SHARE = 0.1
"""How much of the hours of a run a quick one has, after the same warm-up."""
SERVICE_S = 60.0
SHARES = {"type-1": 0.1, "type-2": 0.3, "type-3": 0.6}
DEVIATION_MAX, SAVING_MIN = 0.05, 0.20
FASTEST_ELSEWHERE = 0.0886

Totals = Mapping[str, float]
"""What one run came to: by queue how long its line was over time, and how long all contacts have waited."""
WAITED, CONTACTS = "waited", "contacts"


def main() -> int:
    """Print the table and return the exit status."""
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=RUNS, help="of each setting, under each rule")
    asked = options.parse_args()
    runs, hours = (QUICK_RUNS, QUICK_SHARE) if asked.quick else (asked.runs, 1.0)
    by_share, by_turn = (
        _runs("queue-shares", rules, runs, hours) for rules in ("queue-shares-rules", "types")
    )
    fastest, longest = (_runs("fast-and-slow", rules, runs, hours) for rules in ("fastest", "goldline"))
    rows = [_share_row(queue, by_share, by_turn) for queue in SHARES]
    rows.append(_wait_row(fastest, longest))
    off = max(abs(_share(queue, by_share).mean / share - 1) for queue, share in SHARES.items())
    saving = 1 - _waits(fastest, longest).mean
    ratios = {"greatest deviation of a share, of itself": off, "wait saved by fastest first": saving}
    print_figures(f"Shares of queues and quick agents, {runs} runs", rows, asked.json, ratios)
    return 0 if asked.quick or (off <= DEVIATION_MAX and saving >= SAVING_MIN) else 1


# --- the runs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A scenario under the rules of a file beside it; called with a seed it is one run."""

    scenario: str
    rules: str
    hours: float

    def __call__(self, seed: int) -> Totals:
        """Run the day, or so much of its hours after the warm-up as is asked for."""
        whole, _ = opened(self.scenario)
        counted_s = (whole.duration_s - whole.warm_up_s) * self.hours
        scenario = replace(whole, duration_s=whole.warm_up_s + counted_s)
        frame = Frame(
            duration_s=scenario.duration_s, warm_up_s=scenario.warm_up_s, interval_s=scenario.duration_s
        )
        figures = DayFigures(frame)
        config = load_config(FOLDER / f"{self.rules}.toml")
        day = SimulatedDay(scenario, config, seed, watchers=[figures.add], checked=False)
        day.run()
        figures.close(day.runner.now_us())
        waits_s = figures.of().mean_wait_s
        lengths = {queue: length.means()[0].total for queue, length in figures.lengths.items()}
        return lengths | {WAITED: waits_s.total, CONTACTS: waits_s.count}


def _runs(scenario: str, rules: str, runs: int, hours: float) -> list[Totals]:
    return list(each_run(Control(scenario=scenario, rules=rules, hours=hours), range(1, runs + 1)))


# --- the figures --------------------------------------------------------------------------------------


def _share(queue: str, runs: Sequence[Totals]) -> Interval:
    """Return the share of the queue in all that waited, over time."""
    return ratio([run[queue] for run in runs], [sum(run[each] for each in SHARES) for run in runs])


def _mean_wait(runs: Sequence[Totals]) -> Interval:
    return ratio([run[WAITED] / SERVICE_S for run in runs], [run[CONTACTS] for run in runs])


def _waits(one: Sequence[Totals], other: Sequence[Totals]) -> Interval:
    """Return the waits of `one` as a share of the other's; both served the same contacts, to the last."""
    return ratio([run[WAITED] for run in one], [run[WAITED] for run in other])


def _share_row(queue: str, by_share: Sequence[Totals], by_turn: Sequence[Totals]) -> Row:
    measured = _share(queue, by_share)
    return {
        "figure": f"share of those waiting, {queue}",
        "first in line, longest idle": _share(queue, by_turn).mean,
        "asked, or measured elsewhere": SHARES[queue],
        "controlled": measured.mean,
        "+-": shown(measured.half_width),
        "controlled / uncontrolled": "-",
    }


def _wait_row(fastest: Sequence[Totals], longest: Sequence[Totals]) -> Row:
    measured, waits = _mean_wait(fastest), _waits(fastest, longest)
    return {
        "figure": "mean wait in service times",
        "first in line, longest idle": _mean_wait(longest).mean,
        "asked, or measured elsewhere": FASTEST_ELSEWHERE,
        "controlled": measured.mean,
        "+-": shown(measured.half_width),
        "controlled / uncontrolled": f"{waits.mean:.3f} +- {waits.half_width:.3f}",
    }


if __name__ == "__main__":
    sys.exit(main())
