"""How true estimated waits are: the last served against theory, and what was learned against the last served.

    python -m benchmarks.estimate [--pool-calls N] [--runs N] [--days N] [--calls FILE.csv] [--quick] [--json]

First 100 agents at load 0.97, where theory (Ibrahim & Whitt) knows the answer: the squared error of going by
the last served is twice that of going by the length of the line, which there is the whole truth. Then two
centres of many skills: waits learned on days of some seeds are judged on days of others, on contacts that
waited 10 s and were answered. The second has the size of VANAD's and needs GOLDLINE_DATA. With `--calls` the
same for a list of real calls (docs/estimate.md), learned from the first three quarters of it.
The exit status is 1 where a figure misses its mark.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import sqrt
from pathlib import Path

from benchmarks._centre import centre, centre_folder
from benchmarks._pool import Pool
from benchmarks.report import Row, parser, print_figures
from core.kernel.clock import microseconds, seconds
from core.model.events import ContactConnected, ContactQueued
from core.model.ids import ContactId, QueueName
from core.model.message import DomainEvent
from goldline.demo.day import DEMO_SCENARIO
from goldline.estimate.calls import read_calls
from goldline.estimate.from_records import learn_calls
from goldline.estimate.from_scenario import Days, Watching, learn_and_judge
from goldline.estimate.learner import Case, Errors
from goldline.harness import SimulatedDay
from goldline.replications import each_run
from goldline.trial import Trial, make_trial
from metrics.frame import Frame
from routing.regression import Moment
from simulator.confidence import ratio
from simulator.erlang import HOUR_S
from simulator.scenario import load_scenario

RUNS, CALLS, QUICK_CALLS = 4, 600_000, 6_000
BATCHES = 8
"""Of a run; long against the pool's memory of some four thousand calls where the run is not a short one."""
LOAD, AGENTS, HANDLE_S = 0.97, 100, 100.0
THEORY, SLACK = 2.0, 0.1
DAYS, QUICK_DAYS = 20, 2
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
        return _real(asked.calls, asked.json)
    batches = _pool_batches(asked)
    found = ratio([last for last, _ in batches], [length for _, length in batches])
    centres = dict(_centres(asked))
    rows: list[Row] = [{"centre": name, **_figures(errors)} for name, errors in centres.items()]
    gains = {f"{name}, error less by": errors.gain or 0.0 for name, errors in centres.items()}
    print_figures(
        "Estimated waits of contacts that waited 10 s and were answered: learned, and by the last served",
        rows,
        asked.json,
        {
            "M/M/100 at 0.97, squared error of last served over length (theory 2)": found.mean,
            "half of its 95 % interval": found.half_width,
            **gains,
        },
    )
    missed = abs(found.mean - THEORY) > SLACK + found.half_width * asked.quick
    return int(missed or min(gains.values()) < GAIN_LEAST)


def _arguments() -> Namespace:
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--pool-calls", type=int, help=f"of each run of the pool; {CALLS:,} if not given")
    options.add_argument("--runs", type=int, default=RUNS, help="of the pool")
    options.add_argument("--days", type=int, help=f"to learn from; {DAYS} if not given")
    options.add_argument("--calls", type=Path, help="a list of real calls to learn from and be judged on")
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
    return [batch for batches in each_run(partial(_pool_run, calls), seeds) for batch in batches]


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
        judge = learn_and_judge(
            watching, Days(first_seed=FIRST_SEED, count=count), cores=-1, told=lambda share, doing="": None
        )
        yield name, _added_up(judge.errors)


def _trials() -> Iterator[tuple[str, Trial]]:
    yield "the demonstration's bank", make_trial(load_scenario(DEMO_SCENARIO))
    folder = centre_folder()
    if folder is not None:
        found = centre(folder, days=1, agents=BUSY_AGENTS)
        yield (
            f"{BUSY_AGENTS} agents, 16 queues",
            Trial(scenario=found.scenario, config=found.config, flows=found.flows, frame=Frame()),
        )


def _added_up(errors: dict[Case, Errors]) -> Errors:
    """Return the errors at arrival over all queues."""
    total = Errors()
    for (_, moment), found in errors.items():
        if moment is Moment.ARRIVING:
            total += found
    return total


def _figures(errors: Errors) -> Row:
    judged = max(errors.waits, 1)
    return {
        "judged": errors.waits,
        "mean wait s": errors.left_s / judged,
        "last served, RMS s": sqrt(errors.last_served_s2 / judged),
        "learned, RMS s": sqrt(errors.learned_s2 / judged),
        "less by": errors.gain or 0.0,
    }


# --- real calls -----------------------------------------------------------------------------------------


def _real(path: Path, as_json: bool) -> int:
    """Print the table of a list of real calls; the exit status is 1 where a large queue misses the mark."""
    found = read_calls(path)
    lesson = learn_calls(found, path.name, zone="UTC")
    errors = {queue: it for (queue, moment), it in lesson.errors.items() if moment is Moment.ARRIVING}
    by_size: Sequence[QueueName] = sorted(errors, key=lambda queue: -errors[queue].waits)
    rows: list[Row] = [{"queue": queue, **_figures(errors[queue])} for queue in by_size]
    judged = sum(it.waits for it in errors.values())
    large = [it.gain or 0.0 for it in errors.values() if it.waits >= LARGE_SHARE * judged]
    least = min(large, default=0.0)
    ratios = {
        "refused rows": found.refused,
        f"least gain of a queue with {LARGE_SHARE:.0%} of the waits": least,
    }
    print_figures(f"Waits of {lesson.trained_on}; judged on the rest", rows, as_json, ratios)
    return int(least < GAIN_LEAST)


if __name__ == "__main__":
    sys.exit(main())
