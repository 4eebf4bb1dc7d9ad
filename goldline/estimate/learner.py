"""Learning from samples, and judging what was learned on others: sums that can be added up over runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from core.kernel.clock import seconds
from core.model.ids import QueueName
from goldline.estimate.ridge import Fit, Regression
from goldline.estimate.samples import Sample
from routing.outlook import FEATURES
from routing.regression import LinearWait, Moment

SAMPLES_LEAST = 500
"""Of a queue, in either moment: about ten for each feature; with fewer the last served is as good."""
LAST_LEFT = FEATURES.index("last_left")

Place = tuple[QueueName, Moment]
Fits = Mapping[Place, Fit]


class Learner:
    """The regressions of all queues, each for both moments."""

    def __init__(self, watched: Sequence[QueueName]) -> None:
        self.watched = tuple(watched)
        self._features = len(FEATURES) + len(self.watched)
        self._regressions: dict[Place, Regression] = {}

    def take(self, sample: Sample) -> None:
        """Learn from one sample."""
        self._regression((sample.queue, sample.moment)).add(sample.features, sample.left_s)

    def __iadd__(self, other: Learner) -> Learner:
        for place, regression in other._regressions.items():
            mine = self._regression(place)
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

    def _samples(self, place: Place) -> int:
        regression = self._regressions.get(place)
        return regression.samples if regression else 0

    def _regression(self, place: Place) -> Regression:
        if place not in self._regressions:
            self._regressions[place] = Regression(self._features)
        return self._regressions[place]


@dataclass(slots=True)
class Errors:
    """The squared errors of both estimators on the same waits, in seconds."""

    waits: int = 0
    left_s: float = 0.0
    last_served_s2: float = 0.0
    learned_s2: float = 0.0

    def __iadd__(self, other: Errors) -> Errors:
        self.waits += other.waits
        self.left_s += other.left_s
        self.last_served_s2 += other.last_served_s2
        self.learned_s2 += other.learned_s2
        return self

    @property
    def gain(self) -> float | None:
        """Return by what share the root mean squared error is less than that of the last served."""
        return 1 - sqrt(self.learned_s2 / self.last_served_s2) if self.last_served_s2 else None


class Judge:
    """Holds what was learned, and what the last served waited, against waits that were not learned from."""

    def __init__(self, fits: Fits) -> None:
        self.fits = fits
        self._waits = {
            place: LinearWait(intercept=fit.intercept, weights=fit.weights) for place, fit in fits.items()
        }
        self.errors: dict[Place, Errors] = {place: Errors() for place in fits}

    def take(self, sample: Sample) -> None:
        """Count the errors of one sample; of a queue of which nothing was learned there are none."""
        place = (sample.queue, sample.moment)
        learned = self._waits.get(place)
        if learned is None:
            return
        found = self.errors[place]
        found.waits += 1
        found.left_s += sample.left_s
        found.last_served_s2 += (sample.features[LAST_LEFT] - sample.left_s) ** 2
        found.learned_s2 += (seconds(learned.at_us(sample.features)) - sample.left_s) ** 2

    def __iadd__(self, other: Judge) -> Judge:
        for place, errors in other.errors.items():
            self.errors[place] += errors
        return self
