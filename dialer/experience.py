"""What a campaign has learned, between the pacer's laws and the ledger, so that mornings start warm.

Messages hold no floats: thousandths go to the ledger. What comes back weighs no more than a few hours of
calls, so that a new day can be another; of the answer rate, which differs most from day to day, hardly more
than the probing that it spares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.model.campaign_events import Experience, LearnedRate
from dialer.lifetimes import Lifetimes
from dialer.pacing import Learned
from dialer.ringing import RingLaw

THOUSANDTHS = 1_000
ENDS_KEPT = 1_000.0
"""Talks that an earlier day weighs at most: about half a day of twenty agents."""
RINGS_KEPT = 1_000.0
CALLS_KEPT = 50.0
"""Calls that an earlier answer rate weighs at most."""
SEGMENTS_MAX = 500
"""Segments that are told, those with the most calls first: the others are soon learned anew."""


def experience_of(learned: Learned) -> Experience:
    """Return what was learned, for the ledger."""
    rates = sorted(learned.rates.counts.items(), key=lambda each: (-sum(each[1]), each[0]))
    talk, wrap_up = learned.talk.counts, learned.wrap_up.counts
    return Experience(
        talk_ends=_told(talk[0]),
        talk_seconds=_told(talk[1]),
        wrap_up_ends=_told(wrap_up[0]),
        wrap_up_seconds=_told(wrap_up[1]),
        answers=_told(learned.ringing.answers.weights),
        failures=_told(learned.ringing.failures.weights),
        rates=tuple(
            LearnedRate(segment=segment, answered=_thousandths(counts[0]), unanswered=_thousandths(counts[1]))
            for segment, counts in rates[:SEGMENTS_MAX]
        ),
    )


def take_up(learned: Learned, experience: Experience, now_s: float) -> None:
    """Let `learned` begin with what an earlier run knew."""
    _recall_lives(learned.talk, experience.talk_ends, experience.talk_seconds)
    _recall_lives(learned.wrap_up, experience.wrap_up_ends, experience.wrap_up_seconds)
    _recall_rings(learned.ringing.answers, experience.answers)
    _recall_rings(learned.ringing.failures, experience.failures)
    for rate in experience.rates:
        answered, unanswered = _kept((rate.answered, rate.unanswered), CALLS_KEPT)
        learned.rates.recall(rate.segment, answered, unanswered, now_s)


def _recall_lives(law: Lifetimes, ends: Sequence[int], lived: Sequence[int]) -> None:
    kept = _kept((*ends, *lived), ENDS_KEPT, of=sum(ends))
    law.recall(kept[: len(ends)], kept[len(ends) :])


def _recall_rings(law: RingLaw, weights: Sequence[int]) -> None:
    law.recall(_kept(weights, RINGS_KEPT))


def _kept(told: Sequence[int], most: float, of: int | None = None) -> list[float]:
    """Return thousandths as counts, scaled so that their sum (or `of` instead) is `most` at most."""
    whole = (sum(told) if of is None else of) / THOUSANDTHS
    scale = min(1.0, most / whole) / THOUSANDTHS if whole else 0.0
    return [count * scale for count in told]


def _told(counts: Iterable[float]) -> tuple[int, ...]:
    return tuple(map(_thousandths, counts))


def _thousandths(count: float) -> int:
    return round(count * THOUSANDTHS)
