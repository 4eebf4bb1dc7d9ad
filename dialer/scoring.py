"""How likely this very lead is to answer: a score learned from every call while a campaign runs.

`AnswerRates` knows segments; two leads of one list are alike to it. Here a lead is its traits ("hour 18",
"attempt 2", "mobile": `dialer.traits`), and each trait has a weight: logistic regression, learned online.

    log-odds of an answer = level + weights of the traits, each known with an uncertainty of its own

Every cohort moves them by one step of a Kalman filter, the least known ones most, so there is no learning
rate to choose. The level forgets as `AnswerRates` does, to follow an afternoon; traits mean the same for
longer. The pacer is told bands of scores as segments: it reckons with like calls all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from dialer.answering import MEMORY_CALLS, MEMORY_S, ROOT_ANSWERED, ROOT_UNANSWERED, Segment, Traits

TRAIT_VARIANCE = 0.25
"""Of a trait that nobody has seen yet: the odds times or by 1.6, or so. More would make a morning timid."""
TRAIT_MEMORY_CALLS = 5_000.0
TRAITS_MAX = 10_000
"""Traits known at once, far beyond lists, hours and kinds of numbers; one more is taken to mean nothing."""

BAND = "score"
BAND_WIDTH = 0.2
"""Of scores that are alike to the pacer, in log-odds: two and a half points of the rate at the very most."""
LOG_ODDS_MAX = 6.0
"""No lead is sure to answer, and none is sure not to."""


@dataclass(slots=True)
class _Weight:
    mean: float
    variance: float

    def forget(self, floor: float, growth: float) -> None:
        """Let what is known fade by `growth`, at most to a variance of `floor`."""
        self.variance = max(self.variance, min(floor, self.variance * growth))


class AnswerScores:
    """Chances to answer by the traits of leads; stands in for `AnswerRates` where leads are told apart."""

    def __init__(self) -> None:
        self._level = _weight(ROOT_ANSWERED, ROOT_UNANSWERED)
        self._weights: dict[str, _Weight] = {}
        self._at_s: float | None = None
        self.known = 0.0
        """How many calls all this rests on."""

    # --- asking -------------------------------------------------------------------------------------

    def segment(self, traits: Traits, deviations: float = 1.0) -> Segment:
        """Return the band of scores of a lead, caution included: the mean and so many standard deviations.

        Too high a chance costs a little idle time, too low a one costs abandoned calls. And where leads are
        chosen by it, those of whom little is known get their turn.
        """
        mean, variance = _belief([self._level, *self._of(traits)])
        log_odds = min(LOG_ODDS_MAX, mean + deviations * sqrt(variance))
        return BAND, str(round(log_odds / BAND_WIDTH))

    def cautious(self, segment: Segment) -> float:
        """Return the rate to reckon with for a band of `segment`."""
        return _chance(int(segment[-1]) * BAND_WIDTH)

    def chance(self, traits: Traits) -> float:
        """Return the chance that a lead answers, as it is believed to be."""
        return _chance(_belief([self._level, *self._of(traits)])[0])

    # --- learning -----------------------------------------------------------------------------------

    def count(self, traits: Traits, launched: int, answered: int, now_s: float) -> None:
        """Count one cohort: of `launched` calls `answered` were answered; told when all are over."""
        self.known += launched
        weights = [self._level, *self._kept(traits)]
        mean, variance = _belief(weights)
        chance = _chance(mean)
        per_call = chance * (1.0 - chance)
        damping = 1.0 / (1.0 + launched * per_call * variance)
        for weight in weights:
            weight.mean += weight.variance * damping * (answered - launched * chance)
            weight.variance *= 1.0 - weight.variance * damping * launched * per_call
        self._forget(per_call, now_s)
        for weight in weights[1:]:
            weight.forget(1.0 / (TRAIT_MEMORY_CALLS * per_call), growth=2.0)

    def _forget(self, per_call: float, now_s: float) -> None:
        passed_s = now_s - self._at_s if self._at_s is not None else 0.0
        self._at_s = now_s
        self._level.forget(1.0 / (MEMORY_CALLS * per_call), growth=1.0 + passed_s / MEMORY_S)

    def _of(self, traits: Traits) -> Iterator[_Weight]:
        """Yield the weights of `traits`; of one never seen what is believed of any."""
        for trait in traits:
            yield self._weights.get(trait) or _Weight(0.0, TRAIT_VARIANCE)

    def _kept(self, traits: Traits) -> Iterator[_Weight]:
        """Yield the weights of `traits` to learn, as far as there is room for new ones."""
        for trait in traits:
            if trait not in self._weights and len(self._weights) < TRAITS_MAX:
                self._weights[trait] = _Weight(0.0, TRAIT_VARIANCE)
            if trait in self._weights:
                yield self._weights[trait]

    # --- between two runs -----------------------------------------------------------------------------

    @property
    def counts(self) -> Mapping[Segment, tuple[float, float]]:
        """What is known of the level, `()`, and of each trait, as the answers that would have taught it."""
        told: dict[Segment, tuple[float, float]] = {(): _calls(self._level)}
        return told | {(trait,): _calls(weight) for trait, weight in self._weights.items()}

    def recall(self, segment: Segment, answered: float, unanswered: float, now_s: float) -> None:
        """Take over what was known of the level or of a trait before, as `counts` tells it."""
        weight = _weight(answered, unanswered)
        if segment:
            self._weights[segment[0]] = _Weight(weight.mean, min(weight.variance, TRAIT_VARIANCE))
        else:
            self._level, self._at_s, self.known = weight, now_s, answered + unanswered


def _weight(answered: float, unanswered: float) -> _Weight:
    """Return what so many answers and failures teach of log-odds."""
    rate = answered / (answered + unanswered)
    return _Weight(log(rate / (1.0 - rate)), 1.0 / ((answered + unanswered) * rate * (1.0 - rate)))


def _calls(weight: _Weight) -> tuple[float, float]:
    """Return the answers and failures that would teach so much; twin of `_weight`."""
    rate = _chance(weight.mean)
    calls = 1.0 / (weight.variance * rate * (1.0 - rate))
    return calls * rate, calls * (1.0 - rate)


def _belief(weights: list[_Weight]) -> tuple[float, float]:
    """Return mean and variance of the log-odds that independent `weights` add up to."""
    mean = sum([weight.mean for weight in weights])
    return max(-LOG_ODDS_MAX, min(LOG_ODDS_MAX, mean)), sum([weight.variance for weight in weights])


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
