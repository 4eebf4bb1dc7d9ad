"""Two ways of control, through the real engine: shares of the queues, and calls to those who are quick.

    python -m benchmarks.control [--runs N] [--quick] [--json]

Queue-ratio control (Gurvich and Whitt 2009): three queues and a hundred agents who serve all of them, busy
97 % of the time. Calls come to the queues in equal numbers; those who wait are to be one to three to six.

Fastest first (Armony 2005): fifty quick agents and fifty slow ones. Who is quick the engine has to learn from
how long talks take. Beside the measured mean wait, in service times, stand the exact one of fastest first by
an engine that knows, and one that no rule can go below (`benchmarks._two_paces`). All rules clear a queue at
the same pace, so the busier the agents the less is to be gained.

Each setting is also run with the longest waiting and the longest idle first, over the same callers. The exit
status is 1 where a share is off by more than 5 % of itself, where fastest first at a load of .90 saves less
than 20 % of the wait for sure, or where its mean wait is not what theory says of an engine that knows.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks._theory import opened
from benchmarks._two_paces import TwoPaces
from benchmarks.report import Row, parser, print_figures, shown
from goldline.harness import SimulatedDay
from goldline.replications import each_run
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.confidence import LEVEL, Interval, ratio
from simulator.demand import PoissonArrivals
from simulator.erlang import HOUR_S
from simulator.scenario import Scenario

RUNS, QUICK_RUNS = 8, 2
QUICK_SHARE = 0.06
"""How much of the hours of a run is left of a quick one."""
SERVICE_S = 60.0
SHARES = {"type-1": 0.1, "type-2": 0.3, "type-3": 0.6}
DEVIATION_MAX = 0.05
SETTINGS = (
    TwoPaces(agents=50, quick=1.25, slow=0.75, load=0.90),
    TwoPaces(agents=50, quick=1.25, slow=0.75, load=0.95),
    TwoPaces(agents=50, quick=1.5, slow=0.5, load=0.95),
)
JUDGED = SETTINGS[0]
SAVING_MIN = 0.20
RARELY_WRONG = 0.999
"""How sure an interval is to hold the truth, where several have to."""
LEARNING = 0.05
"""How much longer the wait may be, at most, than where it is known who is quick."""

Totals = Mapping[str, float]
"""What one run came to: by queue how long its line was over time, and how long all contacts have waited."""
WAITED, CONTACTS = "waited", "contacts"


def main() -> int:
    """Print the table and return the exit status."""
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=RUNS, help="of each setting, under each rule")
    asked = options.parse_args()
    runs, hours = (QUICK_RUNS, QUICK_SHARE) if asked.quick else (asked.runs, 1.0)
    shares = opened("queue-shares")[0]
    by_share, by_turn = (_runs(shares, rules, runs, hours) for rules in ("queue-shares-rules", "types"))
    waits = {setting: _both_rules(setting, runs, hours) for setting in SETTINGS}
    rows = [_share_row(queue, by_share, by_turn) for queue in SHARES]
    rows += [_wait_row(setting, *both) for setting, both in waits.items()]
    off = max(abs(_share(queue, by_share).mean / share - 1) for queue, share in SHARES.items())
    judged = _waits(*waits[JUDGED])
    known = all(_is_near_exact(setting, fastest) for setting, (fastest, _) in waits.items())
    ratios = {
        "greatest deviation of a share, of itself": off,
        f"wait saved by fastest first at a load of {JUDGED.load:g}": 1 - judged.mean,
        "fastest first waits as theory says (1: yes)": int(known),
    }
    print_figures(f"Shares of queues and quick agents, {runs} runs", rows, asked.json, ratios)
    held = off <= DEVIATION_MAX and judged.low <= 1 - SAVING_MIN and known
    return 0 if asked.quick or held else 1


# --- the runs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A scenario under the rules of a file in examples/theory; called with a seed it is one run."""

    scenario: Scenario
    rules: str

    def __call__(self, seed: int) -> Totals:
        """Return the totals after the warm-up."""
        scenario = self.scenario
        frame = Frame(
            duration_s=scenario.duration_s, warm_up_s=scenario.warm_up_s, interval_s=scenario.duration_s
        )
        figures = DayFigures(frame)
        _, config = opened(self.scenario.name, self.rules)
        day = SimulatedDay(scenario, config, seed, watchers=[figures.add], checked=False)
        day.run()
        figures.close(day.runner.now_us())
        waits_s = figures.of().mean_wait_s
        lengths = {queue: length.means()[0].total for queue, length in figures.lengths.items()}
        return lengths | {WAITED: waits_s.total, CONTACTS: waits_s.count}


def _runs(scenario: Scenario, rules: str, runs: int, hours: float) -> list[Totals]:
    """Return what each run came to, with so much of the scenario's hours."""
    cut = replace(scenario, duration_s=scenario.duration_s * hours, warm_up_s=scenario.warm_up_s * hours)
    return list(each_run(Control(scenario=cut, rules=rules), range(1, runs + 1)))


def _both_rules(setting: TwoPaces, runs: int, hours: float) -> tuple[list[Totals], list[Totals]]:
    """Return the runs of a setting with the fastest first, and with the longest idle first."""
    usual, _ = opened("fast-and-slow")
    per_hour = setting.arrivals * HOUR_S / SERVICE_S
    calls = PoissonArrivals(kind="poisson", dialed_number="8000", per_hour=per_hour)
    teams = tuple(
        replace(team, pace=1 / rate, counts=(setting.agents,))
        for team, rate in zip(usual.teams, (setting.quick, setting.slow), strict=True)
    )
    scenario = replace(usual, arrivals=(calls,), teams=teams)
    fastest, longest = (_runs(scenario, rules, runs, hours) for rules in ("fastest", "goldline"))
    return fastest, longest


# --- the figures --------------------------------------------------------------------------------------


def _share(queue: str, runs: Sequence[Totals]) -> Interval:
    """Return the share of the queue in all that waited, over time."""
    return ratio([run[queue] for run in runs], [sum(run[each] for each in SHARES) for run in runs])


def _mean_wait(runs: Sequence[Totals], level: float = LEVEL) -> Interval:
    return ratio([run[WAITED] / SERVICE_S for run in runs], [run[CONTACTS] for run in runs], level)


def _waits(one: Sequence[Totals], other: Sequence[Totals]) -> Interval:
    """Return the waits of `one` as a share of the other's; both served the same contacts, to the last."""
    return ratio([run[WAITED] for run in one], [run[WAITED] for run in other])


def _is_near_exact(setting: TwoPaces, fastest: Sequence[Totals]) -> bool:
    """Tell whether the interval of the measured mean wait reaches what theory says, or little more."""
    measured, exact = _mean_wait(fastest, RARELY_WRONG), setting.fastest_first()
    return measured.low <= exact * (1 + LEARNING) and exact <= measured.high


def _share_row(queue: str, by_share: Sequence[Totals], by_turn: Sequence[Totals]) -> Row:
    measured = _share(queue, by_share)
    return {
        "figure": f"share of those who wait, {queue}",
        "longest waiting, longest idle first": shown(_share(queue, by_turn).mean),
        "controlled": shown(measured.mean),
        "+-": shown(measured.half_width),
        "asked, or exact": shown(SHARES[queue]),
        "no rule below": "-",
        "controlled / not": "-",
    }


def _wait_row(setting: TwoPaces, fastest: Sequence[Totals], longest: Sequence[Totals]) -> Row:
    measured, waits = _mean_wait(fastest), _waits(fastest, longest)
    return {
        "figure": f"mean wait, paces {setting.quick:g} and {setting.slow:g}, load {setting.load:g}",
        "longest waiting, longest idle first": shown(_mean_wait(longest).mean),
        "controlled": shown(measured.mean),
        "+-": shown(measured.half_width),
        "asked, or exact": shown(setting.fastest_first()),
        "no rule below": shown(setting.at_best()),
        "controlled / not": f"{waits.mean:.3f} +- {waits.half_width:.3f}",
    }


if __name__ == "__main__":
    sys.exit(main())
