"""Learning from samples, and judging what was learned on others: sums that can be added up over runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.kernel.clock import seconds
from core.model.ids import QueueName
from goldline.estimate.errors import Case, Errors, Squares
from goldline.estimate.ridge import Fit, Regression
from goldline.estimate.samples import Sample
from routing.outlook import FEATURES, HOUR_US
from routing.regression import LinearWait, Moment

SAMPLES_LEAST = 200
"""Of a queue, in either moment; with fewer the last served is as good."""
LAST_LEFT, BY_LINE = FEATURES.index("last_left"), FEATURES.index("work")
DAY_US = 24 * HOUR_US

Fits = Mapping[Case, Fit]


class Learner:
    """The regressions of all queues, each for both moments."""

    def __init__(self, watched: Sequence[QueueName]) -> None:
        self.watched = tuple(watched)
        self._features = len(FEATURES) + len(self.watched)
        self._regressions: dict[Case, Regression] = {}

    def take(self, sample: Sample) -> None:
        """Learn from one sample."""
        self._regression((sample.queue, sample.moment)).add(sample.features, sample.left_s)

    def __iadd__(self, other: Learner) -> Learner:
        for case, regression in other._regressions.items():
            mine = self._regression(case)
            mine += regression
        return self

    def fits(self) -> Fits:
        """Return what was learned of the queues that had samples enough, in order of their names."""
        queues = sorted({queue for queue, _ in self._regressions})
        return {
            (queue, moment): self._regressions[queue, moment].fit()
            for queue in queues
            if all(self._samples((queue, moment)) >= SAMPLES_LEAST for moment in Moment)
            for moment in Moment
        }

    def _samples(self, case: Case) -> int:
        regression = self._regressions.get(case)
        return regression.samples if regression else 0

    def _regression(self, case: Case) -> Regression:
        if case not in self._regressions:
            self._regressions[case] = Regression(self._features)
        return self._regressions[case]


class Judge:
    """Holds what was learned, and two simple ways, against waits that were not learned from.

    The simple ways are what the last served waited, and the length of the line: a talk for each of those
    ahead, over the agents busy. `run` tells the days of one simulated run from those of another.
    """

    def __init__(self, fits: Fits, run: int = 0) -> None:
        self.fits = fits
        self._run = run
        self._waits = {
            case: LinearWait(intercept=fit.intercept, weights=fit.weights) for case, fit in fits.items()
        }
        self.errors: dict[Case, Errors] = {case: Errors() for case in fits}

    def take(self, sample: Sample) -> None:
        """Count the errors of one sample; of a queue of which nothing was learned there are none."""
        case = (sample.queue, sample.moment)
        learned = self._waits.get(case)
        if learned is None:
            return
        left_s, features = sample.left_s, sample.features
        squares = Squares(
            waits=1,
            left_s=left_s,
            by_line_s2=(features[BY_LINE] - left_s) ** 2,
            last_served_s2=(features[LAST_LEFT] - left_s) ** 2,
            learned_s2=(seconds(learned.at_us(features)) - left_s) ** 2,
        )
        self.errors[case].add((self._run, sample.at_us // DAY_US), squares)

    def __iadd__(self, other: Judge) -> Judge:
        for case, errors in other.errors.items():
            self.errors[case] += errors
        return self
