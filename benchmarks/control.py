"""Two ways of control, through the real engine: shares of the queues, and calls to those who are quick.

    python -m benchmarks.control [--runs N] [--quick] [--json]

Queue-ratio control (Gurvich and Whitt 2009): three queues and a hundred agents who serve all of them, busy
97 % of the time. Calls come to the queues in equal numbers; those who wait are to be one to three to six.

Fastest first (Armony 2005): fifty quick agents and fifty slow ones. Who is quick the engine has to learn
from how long talks take. Beside what was measured stand the exact mean waits, in service times, of both rules
by an engine that knows, and one that no rule can go below (`benchmarks._two_paces`). All rules clear a queue
at the same pace, so the busier the agents the less is to be gained.

Shares are held within minutes, so short runs show them. Waits would take millions of calls: at a load of .90
the mean waits of runs of 50,000 lie half their size apart. So the mean wait is derived from who was busy
while somebody was idle, which is all that a rule decides and is forgotten within a few talks; the waits
themselves stand beside, with their wide interval.

Each setting is also run with the longest waiting and the longest idle first, over the same callers. The exit
status is 1 where it is not sure, by 95 %, that each share is within 5 % of itself and that fastest first at a
load of .90 saves 20 % of the wait, or where a mean wait is not what theory says.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchmarks._theory import opened
from benchmarks._two_paces import AtWork, TwoPaces
from benchmarks.report import Row, parser, print_figures, shown
from goldline.harness import SimulatedDay
from goldline.progress import counted, progress_bar
from goldline.replications import each_run
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.confidence import LEVEL, Interval, interval, ratio
from simulator.demand import PoissonArrivals
from simulator.erlang import HOUR_S
from simulator.scenario import Scenario

RUNS, QUICK_RUNS = 4, 2
LENGTH_S, QUICK_LENGTH_S, WARM_UP_S = 7_200.0, 1_200.0, 3_600.0
"""Of a run, some 11,000 calls, and of what is left out before it: 60 talks of each agent, to learn from."""
SERVICE_S = 60.0
SHARES = {"type-1": 0.1, "type-2": 0.3, "type-3": 0.6}
DEVIATION_MAX = 0.05
SETTINGS = (
    TwoPaces(agents=50, quick=1.25, slow=0.75, load=0.90),
    TwoPaces(agents=50, quick=1.5, slow=0.5, load=0.90),
    TwoPaces(agents=50, quick=1.25, slow=0.75, load=0.95),
    TwoPaces(agents=50, quick=1.5, slow=0.5, load=0.95),
)
JUDGED = SETTINGS[:2]
QUICK_TEAM = "quick"
SAVING_MIN = 0.20
RARELY_WRONG = 0.999
"""How sure an interval is to hold the truth, where several have to."""
LEARNING = 0.05
"""How much longer the wait may be, at most, than where it is known who is quick."""


def main() -> int:
    """Print the table and return the exit status."""
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=RUNS, help="of each setting, under each rule")
    asked = options.parse_args()
    runs, length_s = (QUICK_RUNS, QUICK_LENGTH_S) if asked.quick else (asked.runs, LENGTH_S)
    (by_share, by_turn), *waits = _simulated(_planned(length_s), runs)
    compared = [Compared(setting, *both) for setting, both in zip(SETTINGS, waits, strict=True)]
    rows = [_share_row(queue, by_share, by_turn) for queue in SHARES]
    rows += [it.row() for it in compared]
    off = {queue: _off(queue, by_share) for queue in SHARES}
    ratios = {f"share of {queue} off by, of itself (goal .05 at most)": it.mean for queue, it in off.items()}
    ratios["furthest end of their 95 % intervals"] = furthest = max(
        max(abs(it.low), abs(it.high)) for it in off.values()
    )
    for it in compared:
        ratios[f"wait saved, {it.name}{' (goal .20 at least)' * (it.setting in JUDGED)}"] = it.saved.mean
        ratios[f"lower end of its 95 % interval, {it.name}"] = it.saved.low
    agrees = all(it.agrees() for it in compared)
    ratios["mean waits are what theory says (1: yes)"] = int(agrees)
    print_figures(f"Shares of queues and quick agents, {runs} runs", rows, asked.json, ratios)
    saves = all(it.saved.low >= SAVING_MIN for it in compared if it.setting in JUDGED)
    return 0 if asked.quick or (furthest <= DEVIATION_MAX and saves and agrees) else 1


# --- the runs -----------------------------------------------------------------------------------------


class Run(NamedTuple):
    """What one run came to after its warm-up: the mean lines, the waits of all contacts, and who was busy."""

    lengths: Mapping[str, float]
    waited_s: float
    contacts: int
    at_work: AtWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A scenario under the rules of a file in examples/theory; called with a seed it is one run."""

    scenario: Scenario
    rules: str

    def __call__(self, seed: int) -> Run:
        """Return what the run of this seed came to."""
        scenario = self.scenario
        frame = Frame(
            duration_s=scenario.duration_s, warm_up_s=scenario.warm_up_s, interval_s=scenario.duration_s
        )
        figures, at_work = DayFigures(frame), AtWork(QUICK_TEAM, frame.warm_us, frame.end_us)
        _, config = opened(scenario.name, self.rules)
        day = SimulatedDay(scenario, config, seed, watchers=[figures.add, at_work.add], checked=False)
        day.run()
        figures.close(day.runner.now_us())
        waits_s = figures.of().mean_wait_s
        lengths = {queue: length.means()[0].total for queue, length in figures.lengths.items()}
        return Run(lengths, waits_s.total, round(waits_s.count), at_work)


Both = tuple[Sequence[Run], Sequence[Run]]
"""The runs under control, and those of the same callers with the longest waiting and longest idle first."""


def _planned(length_s: float) -> list[tuple[Control, Control]]:
    """Return the shares and all settings of quick agents, each under both rules."""
    shares, teams = (
        replace(opened(name)[0], duration_s=WARM_UP_S + length_s, warm_up_s=WARM_UP_S)
        for name in ("queue-shares", "fast-and-slow")
    )
    return [
        (Control(scenario=shares, rules="queue-shares-rules"), Control(scenario=shares, rules="types")),
        *(
            (Control(scenario=centre, rules="fastest"), Control(scenario=centre, rules="goldline"))
            for centre in (with_paces(teams, setting) for setting in SETTINGS)
        ),
    ]


def with_paces(usual: Scenario, setting: TwoPaces) -> Scenario:
    """Return the scenario `usual` with agents and calls of the setting."""
    per_hour = setting.arrivals * HOUR_S / SERVICE_S
    calls = PoissonArrivals(kind="poisson", dialed_number="8000", per_hour=per_hour)
    teams = tuple(
        replace(team, pace=1 / rate, counts=(setting.agents,))
        for team, rate in zip(usual.teams, (setting.quick, setting.slow), strict=True)
    )
    return replace(usual, arrivals=(calls,), teams=teams)


def _simulated(planned: Sequence[tuple[Control, Control]], runs: int) -> list[Both]:
    """Return the runs of all that is planned, over all cores; both rules meet the same callers."""
    tasks = [(rule, seed) for both in planned for rule in both for seed in range(1, runs + 1)]
    with progress_bar(f"{len(tasks)} runs", wanted=True) as told:
        found = list(counted(each_run(_run, tasks), told, len(tasks)))
    return [
        (found[at : at + runs], found[at + runs : at + 2 * runs]) for at in range(0, len(tasks), 2 * runs)
    ]


def _run(task: tuple[Control, int]) -> Run:
    control, seed = task
    return control(seed)


# --- the figures --------------------------------------------------------------------------------------


def _share(queue: str, runs: Sequence[Run]) -> Interval:
    """Return the share of the queue in all that waited, over time."""
    return ratio([run.lengths[queue] for run in runs], [sum(run.lengths.values()) for run in runs])


def _off(queue: str, runs: Sequence[Run]) -> Interval:
    """Return by which share of what is asked the queue's share is off."""
    found, asked = _share(queue, runs), SHARES[queue]
    return Interval(found.mean / asked - 1, found.half_width / asked, found.count)


def _share_row(queue: str, by_share: Sequence[Run], by_turn: Sequence[Run]) -> Row:
    return {
        "figure": f"share of those who wait, {queue}",
        "longest waiting, longest idle first": shown(_share(queue, by_turn).mean),
        "in theory": shown(1 / len(SHARES)),
        "controlled": _with_interval(_share(queue, by_share)),
        "asked, or in theory": shown(SHARES[queue]),
        "no rule below": "-",
        "the waits themselves": "-",
    }


def _with_interval(found: Interval) -> str:
    return f"{found.mean:.4f} +- {found.half_width:.4f}"


class Compared:
    """A setting with the fastest first beside the longest idle first; mean waits in service times."""

    def __init__(self, setting: TwoPaces, fastest: Sequence[Run], longest: Sequence[Run]) -> None:
        self.setting = setting
        self.name = f"paces {setting.quick:g} and {setting.slow:g}, load {setting.load:g}"
        self._fastest, self._longest = (
            [setting.by_level(run.at_work.by_level()) for run in runs] for runs in (fastest, longest)
        )
        self._waits = [run.waited_s / SERVICE_S for run in fastest], [run.contacts for run in fastest]

    @property
    def saved(self) -> Interval:
        """Return which share of the wait fastest first saves."""
        found = ratio(self._fastest, self._longest)
        return Interval(1 - found.mean, found.half_width, found.count)

    def agrees(self) -> bool:
        """Tell whether theory lies in the intervals, but for what there is to learn, as do the waits."""
        exact, slack = self.setting.fastest_first(), LEARNING
        fastest, longest = (interval(it, RARELY_WRONG) for it in (self._fastest, self._longest))
        return (
            fastest.low <= exact * (1 + slack)
            and exact <= fastest.high
            and longest.contains(self.setting.longest_idle())
            and ratio(*self._waits, RARELY_WRONG).contains(fastest.mean)
        )

    def row(self) -> Row:
        """Return a line of the table."""
        return {
            "figure": f"mean wait, {self.name}",
            "longest waiting, longest idle first": shown(interval(self._longest, LEVEL).mean),
            "in theory": shown(self.setting.longest_idle()),
            "controlled": _with_interval(interval(self._fastest, LEVEL)),
            "asked, or in theory": shown(self.setting.fastest_first()),
            "no rule below": shown(self.setting.at_best()),
            "the waits themselves": _with_interval(ratio(*self._waits, LEVEL)),
        }


if __name__ == "__main__":
    sys.exit(main())
