"""A pool of agents run through the real engine until its figures can be held against the exact ones.

Independent runs are cut into batches long against the pool's memory, after a warm-up that is left out. Each
batch is measured by the product's own folds (`metrics.day`); figures are ratios of sums over the batches,
and the differences between batches say how far they can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import ceil, inf, sqrt
from typing import NamedTuple

from benchmarks._pool import Pool
from core.kernel.clock import microseconds
from goldline.harness import SimulatedDay
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.ratio import Ratio
from metrics.service_level import ServiceLevelPolicy
from simulator.confidence import ratio, ratio_error
from simulator.erlang import HOUR_S, SteadyState

LIMIT = 3.3
"""Standard errors that chance explains: once in a thousand comparisons it is exceeded."""
BATCHES = 32
"""Over all runs of a pool; with many fewer the standard error itself would not be known well."""
BATCH_MEMORIES = 8
WARM_UP_MEMORIES = 6
"""How many times a pool's memory a batch and a warm-up last, at least."""
RESOLUTION = 1e-6
"""The least standard error that is believed: a microsecond is the simulated clock's step, and what happens
to less than a call in a million is not seen at all."""
SPARE = 5.0
"""Arrivals are random: so many standard deviations more are planned, and not fewer than asked for come."""


# --- what is compared --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the folds saw in one batch; `busy` counts calls that the engine never saw, for want of a line."""

    contacts: ContactFigures
    busy: int
    occupancy: Ratio
    queue: Ratio
    frame: Frame

    @property
    def entered(self) -> int:
        """Contacts that got into the queue or to an agent."""
        return self.contacts.answered + self.contacts.abandoned

    @property
    def waited(self) -> Ratio:
        """The share of them that waited at all."""
        waits_us = chain(self.contacts.answered_us, self.contacts.abandoned_us)
        return Ratio(sum(wait_us > 0 for wait_us in waits_us), self.entered)

    @property
    def abandoned(self) -> Ratio:
        """The share of them that hung up."""
        return Ratio(self.contacts.abandoned, self.entered)

    @property
    def blocked(self) -> Ratio:
        """The share of all calls that heard busy or were turned away."""
        return Ratio(self.busy + self.contacts.blocked, self.busy + self.contacts.offered)

    def level(self, policy: ServiceLevelPolicy) -> Ratio:
        """Return the service level under `policy`."""
        return self.contacts.service_level(self.frame, policy)


def _always(pool: Pool) -> bool:
    return True


def _impatient(pool: Pool) -> bool:
    return pool.patience_s < inf


def _limited(pool: Pool) -> bool:
    return pool.lines is not None


class Measure(NamedTuple):
    """One figure: in theory, in a batch, and of which pools it tells something that no other does."""

    name: str
    exact: Callable[[SteadyState], float]
    simulated: Callable[[Batch], Ratio]
    applies: Callable[[Pool], bool] = _always


_LEVEL = ServiceLevelPolicy

MEASURES = (
    Measure("P(wait)", lambda exact: exact.waiting, lambda batch: batch.waited),
    Measure("ASA s", lambda exact: exact.speed_of_answer_s, lambda batch: batch.contacts.mean_wait_s),
    Measure(
        "mean wait s", lambda exact: exact.wait_s, lambda batch: batch.contacts.mean_wait_all_s, _impatient
    ),
    Measure(
        "level of arrivals",
        lambda exact: exact.service_level.of_arrivals,
        lambda batch: batch.level(_LEVEL.ALL_COUNT),
    ),
    Measure(
        "level of answered",
        lambda exact: exact.service_level.of_answered,
        lambda batch: batch.level(_LEVEL.ABANDONED_EXCLUDED),
        _impatient,
    ),
    Measure(
        "level less short abandons",
        lambda exact: exact.service_level.excluding_short_abandons,
        lambda batch: batch.level(_LEVEL.SHORT_ABANDONS_EXCLUDED),
        _impatient,
    ),
    Measure("P(abandon)", lambda exact: exact.abandoned, lambda batch: batch.abandoned, _impatient),
    Measure("P(blocked)", lambda exact: exact.blocked, lambda batch: batch.blocked, _limited),
    Measure("occupancy", lambda exact: exact.occupancy, lambda batch: batch.occupancy),
    Measure("queue length", lambda exact: exact.queue, lambda batch: batch.queue),
)

Measured = Mapping[str, Ratio]
"""The measures of one batch, by name."""


# --- how it is simulated -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a pool is simulated; called with a seed it is one run, and returns its batches."""

    pool: Pool
    warm_up_s: float
    batch_s: float
    batches: int

    @property
    def end_s(self) -> float:
        """When the last batch ends."""
        return self.warm_up_s + self.batches * self.batch_s

    def __call__(self, seed: int) -> list[Measured]:
        """Run from an empty pool; the warm-up is measured by nobody."""
        scenario = self.pool.scenario(self.end_s, self.warm_up_s)
        fold = DayFigures(self._frame())
        day = SimulatedDay(scenario, self.pool.config(), seed, watchers=[fold.add], checked=False)
        busy: list[int] = []
        for place in range(self.batches + 1):
            at_us = microseconds(self.warm_up_s + place * self.batch_s)
            day.runner.call_at(at_us, lambda: busy.append(day.world.callers.blocked))
        day.run()
        fold.close(day.runner.now_us())
        return [measured(batch) for batch in self._batches(fold, busy)]

    def _frame(self) -> Frame:
        threshold_s = self.pool.threshold_s
        return Frame(
            origin_us=microseconds(self.warm_up_s),
            duration_s=self.batches * self.batch_s,
            interval_s=self.batch_s,
            threshold_s=threshold_s,
            short_abandon_s=threshold_s,
        )

    def _batches(self, fold: DayFigures, busy: list[int]) -> Iterator[Batch]:
        (length,) = fold.lengths.values()
        columns = (fold.by_interval(), pairwise(busy), fold.time.everybody().occupancies(), length.means())
        for contacts, (before, after), occupancy, queue in zip(*columns, strict=True):
            yield Batch(
                contacts=contacts, busy=after - before, occupancy=occupancy, queue=queue, frame=fold.frame
            )


def course_of(pool: Pool, calls: int, runs: int) -> Course:
    """Return the course by which `runs` runs bring `calls` calls, or more if its memory asks for it."""
    planned = max(calls_needed(pool), calls + SPARE * sqrt(calls))
    batch_s = planned * HOUR_S / pool.per_hour / BATCHES
    return Course(
        pool=pool, warm_up_s=WARM_UP_MEMORIES * pool.memory_s, batch_s=batch_s, batches=BATCHES // runs
    )


def calls_needed(pool: Pool) -> int:
    """Return how many calls make batches long against the pool's memory."""
    return ceil(BATCHES * BATCH_MEMORIES * pool.memory_s * pool.per_hour / HOUR_S)


def measured(batch: Batch) -> Measured:
    """Return all measures of the batch."""
    return {measure.name: measure.simulated(batch) for measure in MEASURES}


# --- how far it is from the truth --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A simulated figure beside the exact one; `error` is the standard error of the simulated."""

    measure: str
    exact: float
    simulated: float
    error: float

    @property
    def distance(self) -> float:
        """How many standard errors lie between the two."""
        return abs(self.simulated - self.exact) / self.error

    @property
    def agrees(self) -> bool:
        """Tell whether chance explains the difference."""
        return self.distance <= LIMIT


def compare(pool: Pool, exact: SteadyState, batches: Sequence[Measured]) -> Iterator[Comparison]:
    """Yield the measures that tell something of the pool, each over all batches of all runs."""
    for measure in MEASURES:
        if measure.applies(pool):
            totals = [batch[measure.name].total for batch in batches]
            counts = [batch[measure.name].count for batch in batches]
            yield Comparison(
                measure=measure.name,
                exact=measure.exact(exact),
                simulated=ratio(totals, counts).mean,
                error=max(ratio_error(totals, counts), RESOLUTION),
            )
