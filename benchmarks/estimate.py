"""How true estimated waits are: the last served against theory, and what was learned against the last served.

    python -m benchmarks.estimate [--pool-calls N] [--runs N] [--days N] [--quick] [--json]
    python -m benchmarks.estimate --calls FILE.csv ... [--judge FILE.csv ...]

First 100 agents at load 0.97, where theory (Ibrahim & Whitt) knows the answer: the squared error of going by
the last served is twice that of going by the length of the line, which there is the whole truth. Then two
centres of many skills: waits learned on days of some seeds are judged on days of others, on contacts that
waited 10 s and were answered. The second has the size of VANAD's and needs GOLDLINE_DATA. With `--calls` the
same for lists of real calls (docs/estimate.md), judged on the last quarter or on the lists of `--judge`.
The exit status is 1 where a figure misses its mark; of a gain, in a whole run, where its interval does.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks._centre import centre, centre_folder
from benchmarks._pool import Pool
from benchmarks.report import Row, parser, print_figures
from core.kernel.clock import microseconds, seconds
from core.model.events import ContactConnected, ContactQueued
from core.model.ids import ContactId, QueueName
from core.model.message import DomainEvent
from goldline.demo.day import DEMO_SCENARIO
from goldline.estimate.errors import Errors, added_up
from goldline.estimate.from_records import learn_calls
from goldline.estimate.from_scenario import Days, Watching, learn_and_judge
from goldline.estimate.recorded import read_recorded
from goldline.harness import SimulatedDay
from goldline.progress import counted, progress_bar
from goldline.replications import each_run
from goldline.trial import Trial, make_trial
from metrics.frame import Frame
from routing.regression import Moment
from simulator.confidence import ratio
from simulator.erlang import HOUR_S
from simulator.scenario import load_scenario

RUNS, CALLS, QUICK_CALLS = 4, 150_000, 6_000
BATCHES = 8
"""Of a run; long against the pool's memory of some four thousand calls where the run is not a short one."""
LOAD, AGENTS, HANDLE_S = 0.97, 100, 100.0
THEORY, SLACK = 2.0, 0.1
DAYS, QUICK_DAYS = 20, 4
BUSY_AGENTS = 62
"""Of the larger centre: so few that half of its callers wait 10 s."""
GAIN_LEAST = 0.15
LARGE_SHARE = 0.03
"""Of the judged waits, from which on a queue of real calls must gain as much."""
FIRST_SEED = 1

Batch = tuple[float, float]
"""The squared errors of one stretch of time: going by the last served, and by the length of the line."""


def main() -> int:
    """Print the table and return the exit status."""
    asked = _arguments()
    if asked.calls:
        return _real(asked.calls, asked.judge, asked.json)
    batches = _pool_batches(asked)
    found = ratio([last for last, _ in batches], [length for _, length in batches])
    centres = dict(_centres(asked))
    rows: list[Row] = [{"centre": name, **_figures(errors)} for name, errors in centres.items()]
    gains = {name: gain for name, errors in centres.items() if (gain := errors.gain())}
    print_figures(
        "Estimated waits of contacts that waited 10 s and were answered: learned, and by the last served",
        rows,
        asked.json,
        {
            "M/M/100 at 0.97, squared error of last served over length (goal 2 +- .1)": found.mean,
            "half of its 95 % interval": found.half_width,
            **{f"{name}, error less by (goal .15 at least)": gain.mean for name, gain in gains.items()},
            **{f"{name}, lower end of its 95 % interval": gain.low for name, gain in gains.items()},
        },
    )
    missed = abs(found.mean - THEORY) > SLACK + found.half_width * asked.quick
    least = [gain.mean if asked.quick else gain.low for gain in gains.values()]
    return int(missed or min(least) < GAIN_LEAST)


def _arguments() -> Namespace:
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--pool-calls", type=int, help=f"of each run of the pool; {CALLS:,} if not given")
    options.add_argument("--runs", type=int, default=RUNS, help="of the pool")
    options.add_argument("--days", type=int, help=f"to learn from; {DAYS} if not given")
    options.add_argument("--calls", type=Path, nargs="+", help="lists of real calls to learn from instead")
    options.add_argument("--judge", type=Path, nargs="+", help="lists to be judged on, not the last quarter")
    return options.parse_args()


# --- one pool, where theory knows -----------------------------------------------------------------------


@dataclass(slots=True)
class PoolErrors:
    """A fold: the squared errors of both estimators for each contact that had to wait, by stretch of time."""

    frame: Frame
    turn_us: int
    last_s2: list[float] = field(init=False)
    length_s2: list[float] = field(init=False)
    _positions: dict[ContactId, ContactQueued] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_s2 = [0.0] * self.frame.intervals
        self.length_s2 = [0.0] * self.frame.intervals

    def add(self, event: DomainEvent) -> None:
        """Take one event in."""
        if isinstance(event, ContactQueued):
            self._positions[event.contact_id] = event
        elif isinstance(event, ContactConnected):
            self._answered(event, self._positions.pop(event.contact_id))

    def _answered(self, event: ContactConnected, queued: ContactQueued) -> None:
        if event.estimated_us is None or not self.frame.warm_us <= queued.at_us < self.frame.end_us:
            return
        place = self.frame.place(queued.at_us)
        by_length_us = queued.position * self.turn_us
        self.last_s2[place] += seconds(event.estimated_us - event.waited_us) ** 2
        self.length_s2[place] += seconds(by_length_us - event.waited_us) ** 2


def _pool_batches(asked: Namespace) -> list[Batch]:
    calls = asked.pool_calls or (QUICK_CALLS if asked.quick else CALLS)
    seeds = range(FIRST_SEED, FIRST_SEED + asked.runs)
    with progress_bar("one pool", wanted=True) as told:
        finished = counted(each_run(partial(_pool_run, calls), seeds), told, len(seeds))
        return [batch for batches in finished for batch in batches]


def _pool_run(calls: int, seed: int) -> list[Batch]:
    pool = Pool(name="pool", per_hour=LOAD * AGENTS * HOUR_S / HANDLE_S, handle_s=HANDLE_S, agents=AGENTS)
    length_s = calls * HOUR_S / pool.per_hour
    warm_up_s = min(2 * pool.memory_s, length_s)
    frame = Frame(origin_us=microseconds(warm_up_s), duration_s=length_s, interval_s=length_s / BATCHES)
    errors = PoolErrors(frame, microseconds(HANDLE_S / AGENTS))
    scenario = pool.scenario(warm_up_s + length_s, warm_up_s)
    SimulatedDay(scenario, pool.config(), seed, watchers=[errors.add], checked=False).run()
    return list(zip(errors.last_s2, errors.length_s2, strict=True))


# --- centres of many skills -------------------------------------------------------------------------------


def _centres(asked: Namespace) -> Iterator[tuple[str, Errors]]:
    """Yield each centre with the errors of all its queues, on days that were not learned from."""
    count = asked.days or (QUICK_DAYS if asked.quick else DAYS)
    for name, trial in _trials():
        watched = tuple(map(QueueName, sorted(trial.config.queues)))
        watching = Watching(trial=trial, watched=watched, time_of_day=None)
        with progress_bar(name, wanted=True) as told:
            judge = learn_and_judge(watching, Days(first_seed=FIRST_SEED, count=count), cores=-1, told=told)
        yield name, added_up(judge.errors, Moment.ARRIVING)


def _trials() -> Iterator[tuple[str, Trial]]:
    yield "the demonstration's bank", make_trial(load_scenario(DEMO_SCENARIO))
    folder = centre_folder()
    if folder is not None:
        found = centre(folder, days=1, agents=BUSY_AGENTS)
        yield (
            f"{BUSY_AGENTS} agents, 16 queues",
            Trial(scenario=found.scenario, config=found.config, flows=found.flows, frame=Frame()),
        )


def _figures(errors: Errors) -> Row:
    whole, gain = errors.whole(), errors.gain()
    return {
        "judged": whole.waits,
        "mean wait s": whole.left_s / max(whole.waits, 1),
        "by the line, RMS s": whole.rms_s(whole.by_line_s2),
        "last served, RMS s": whole.rms_s(whole.last_served_s2),
        "learned, RMS s": whole.rms_s(whole.learned_s2),
        "less by": gain.mean if gain else 0.0,
        "95 %": f"{gain.low:.3f} to {gain.high:.3f}" if gain else "-",
    }


# --- real calls -----------------------------------------------------------------------------------------


def _real(paths: Sequence[Path], judge: Sequence[Path], as_json: bool) -> int:
    """Print the table of recorded calls; the exit status is 1 where a large queue misses the mark."""
    found, judged = read_recorded(paths), read_recorded(judge) if judge else None
    with progress_bar("learning", wanted=True) as told:
        lesson = learn_calls(found, "UTC", judged, told)
    errors = {queue: it for (queue, moment), it in lesson.errors.items() if moment is Moment.ARRIVING}
    waits = {queue: it.whole().waits for queue, it in errors.items()}
    by_size = sorted(errors, key=lambda queue: -waits[queue])
    rows: list[Row] = [{"queue": queue, **_figures(errors[queue])} for queue in by_size]
    rows.append({"queue": "all", **_figures(added_up(lesson.errors, Moment.ARRIVING))})
    large = [queue for queue in by_size if waits[queue] >= LARGE_SHARE * sum(waits.values())]
    gains = [gain.mean for queue in large if (gain := errors[queue].gain())]
    least = min(gains, default=0.0)
    ratios = {
        "refused rows": found.refused + (judged.refused if judged else 0),
        f"least gain of a queue with {LARGE_SHARE:.0%} of the waits (goal .15)": least,
    }
    title = f"Waits learned from {lesson.trained_on}, judged on {lesson.judged_on}"
    print_figures(title, rows, as_json, ratios)
    return int(least < GAIN_LEAST)


if __name__ == "__main__":
    sys.exit(main())
