"""Learning waits from simulated days: the site's own rules, staff and callers, before it has a record.

Days of some seeds teach, half as many of the seeds that follow judge. The days are spread over the cores, and
only the sums of each come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.kernel.clock import microseconds
from core.model.ids import QueueName
from goldline.estimate.learner import Fits, Judge, Learner
from goldline.estimate.lesson import Lesson
from goldline.estimate.samples import Sample, Sampler
from goldline.harness import SimulatedDay
from goldline.progress import Told, counted
from goldline.replications import each_run
from goldline.report import clock_s
from goldline.trial import Trial, make_trial
from routing.outlook import HOUR_US, Outlook
from simulator.scenario import load_scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Seeds of days to learn from, and the seeds after them to be judged on."""

    first_seed: int
    count: int

    @property
    def learned(self) -> range:
        """The seeds that teach."""
        return range(self.first_seed, self.first_seed + self.count)

    @property
    def judged(self) -> range:
        """The seeds that judge."""
        return range(self.learned.stop, self.learned.stop + (self.count + 1) // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What is looked at on a simulated day; picklable, so that any core may do it."""

    trial: Trial
    watched: tuple[QueueName, ...]
    time_of_day: Callable[[int], int] | None

    def day(self, seed: int, sink: Callable[[Sample], None]) -> None:
        """Run the day of this seed and hand its samples to `sink`."""
        sampler = Sampler(Outlook(self.watched, self.time_of_day), sink)
        trial = self.trial
        SimulatedDay(
            trial.scenario, trial.config, seed, flows=trial.flows, watchers=[sampler.add], checked=False
        ).run()

    def learn(self, seed: int) -> Learner:
        """Return what the day of this seed teaches."""
        learner = Learner(self.watched)
        self.day(seed, learner.take)
        return learner

    def judge(self, fits: Fits, seed: int) -> Judge:
        """Return how what was learned does on the day of this seed."""
        judge = Judge(fits, run=seed)
        self.day(seed, judge.take)
        return judge


def learn_scenario(
    path: Path, replications: int, seed: int | None, cores: int, zone: str | None, told: Told
) -> Lesson:
    """Learn from the scenario at `path`; with a `zone` also by the time of day, if the scenario knows it."""
    scenario = load_scenario(path)
    first_seed = scenario.seed if seed is None else seed
    starts_s = clock_s(scenario.starts_at) if zone else None
    trial = make_trial(scenario)
    watching = Watching(
        trial=trial,
        watched=tuple(map(QueueName, sorted(trial.config.queues))),
        time_of_day=None if starts_s is None else partial(_time_of_day, microseconds(starts_s)),
    )
    days = Days(first_seed=first_seed, count=replications)
    judge = learn_and_judge(watching, days, cores, told)
    return Lesson(
        fits=judge.fits,
        watched=watching.watched,
        errors=judge.errors,
        trained_on=f"{scenario.name}, {_told(days.learned)}",
        judged_on=_told(days.judged),
    )


def _told(seeds: range) -> str:
    return f"seeds {seeds.start} to {seeds.stop - 1}"


def learn_and_judge(watching: Watching, days: Days, cores: int, told: Told) -> Judge:
    """Return the judge of what the first days taught, after the others."""
    whole = len(days.learned) + len(days.judged)
    learner = Learner(watching.watched)
    for taught in counted(each_run(watching.learn, days.learned, cores=cores), told, whole):
        learner += taught
    judge = Judge(learner.fits())
    judging = each_run(partial(watching.judge, judge.fits), days.judged, cores=cores)
    for judged in counted(judging, told, whole, before=len(days.learned)):
        judge += judged
    return judge


def _time_of_day(starts_us: int, at_us: int) -> int:
    return (starts_us + at_us) % (24 * HOUR_US)
