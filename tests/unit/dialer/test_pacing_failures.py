"""What once went wrong with pacing like ours: four ways to spend the law's budget, or the agents' day.

Each is shown beside the way that goes wrong, so that the test would notice if ours came to be the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from heapq import heappop, heappush
from random import Random  # det-ok: seeded

from dialer.answering import AnswerRates
from dialer.budget import Budget, BudgetRules
from dialer.cohorts import Cohorts
from dialer.pacing import Floor, Learned, Pacer
from dialer.ringing import Ringing

SEGMENT = ("winter",)
ANSWERED = 0.2
BURST = 250
ANSWERS_AFTER_S, RINGS_OUT_AFTER_S = 12.0, 25.0
SEED = 20_261_122


# --- counted as they end, the calls of a burst look answered first ------------------------------------


def bursts_of_calls(launch: Callable[[float], None], end: Callable[[float, float, bool], None]) -> None:
    """Dial 250 numbers every 40 s for ten minutes; `launch` and `end` are told in the order of time."""
    told: list[tuple[float, int, float, bool | None]] = []
    for burst in range(15):
        for number in range(BURST):
            at_s = 40.0 * burst + number / BURST
            answered = number % 5 == 0
            over_s = at_s + (ANSWERS_AFTER_S if answered else RINGS_OUT_AFTER_S)
            heappush(told, (at_s, len(told), at_s, None))
            heappush(told, (over_s, len(told), at_s, answered))
    while told:
        now_s, _, at_s, ended = heappop(told)
        if ended is None:
            launch(now_s)
        else:
            end(at_s, now_s, ended)


def swing(believed: list[float]) -> float:
    """Return how far the belief swings, once a few bursts are known."""
    settled = believed[len(believed) // 3 :]
    return max(settled) - min(settled)


def test_answer_rate_does_not_swing_with_the_order_in_which_calls_end() -> None:
    """At 300 agents that swing and the pacer fed each other: a limit cycle with 11 % abandoned."""
    rates, believed = AnswerRates(), list[float]()
    cohorts = Cohorts(rates, Ringing(25))

    def end(at_s: float, now_s: float, answered: bool) -> None:
        cohorts.end(SEGMENT, at_s, now_s, answered=answered)
        cohorts.fold(now_s)
        believed.append(rates.cautious(SEGMENT))

    bursts_of_calls(lambda now_s: cohorts.launch(SEGMENT, now_s), end)

    as_they_end, fooled = AnswerRates(), list[float]()

    def count(at_s: float, now_s: float, answered: bool) -> None:
        as_they_end.count(SEGMENT, 1, int(answered), now_s)
        fooled.append(as_they_end.cautious(SEGMENT))

    bursts_of_calls(lambda now_s: None, count)
    assert swing(believed) < 0.02
    assert swing(fooled) > 5 * swing(believed)


def test_late_word_of_a_call_changes_no_cohort_that_was_counted() -> None:
    rates = AnswerRates()
    cohorts = Cohorts(rates, Ringing(25))
    for _ in range(100):
        cohorts.launch(SEGMENT, 0.0)
    assert not cohorts.fold(30.0)
    assert cohorts.fold(31.0)
    before = rates.cautious(SEGMENT)
    cohorts.end(SEGMENT, 0.0, 32.0, answered=True)
    cohorts.fold(60.0)
    assert rates.cautious(SEGMENT) == before


# --- a debt that is forgotten is never paid ------------------------------------------------------------


class Forgetful(Budget):
    """A budget whose balance is cut off below, as an integrator that is clipped."""

    FLOOR = -5.0

    @property
    def balance(self) -> float:
        """The balance since it was last at the floor, for what went before is forgotten."""
        return max(self.FLOOR, super().balance)


def share_after_a_bad_hour(budget: Budget) -> float:
    """Let a tenth of 1,000 people find nobody, then 9,000 as the budget steers; return the share of all.

    The pacer errs: four in a thousand are abandoned however timid it is.
    """
    budget.answered, budget.abandoned = 1_000.0, 100.0
    for _ in range(9_000):
        risk = budget.boldness()
        budget.answered += 1
        budget.abandoned += risk + 0.004
    return budget.share


def test_debt_of_a_bad_hour_is_paid_by_the_end_of_the_window() -> None:
    """Clipped at a floor, the memory of the debt was lost, and the share stuck above the cap."""
    unguarded = BudgetRules(guard_after=10**9, start=0.06)
    assert share_after_a_bad_hour(Budget(rules=unguarded)) < 0.0285
    assert share_after_a_bad_hour(Forgetful(rules=unguarded)) > 0.03


# --- the first burst ----------------------------------------------------------------------------------


def test_first_calls_of_a_campaign_are_one_for_each_idle_agent() -> None:
    """With a wrong belief about answers, four lines for each of 100 idle agents spent the budget of a day."""
    pacer = Pacer(Learned())
    numbers = [SEGMENT] * 1_000
    assert pacer.calls(Floor(idle=100), numbers, 0.5, 1_000) == 100
    ringing = [(SEGMENT, 3.0)] * 60
    assert pacer.calls(Floor(idle=100, ringing=ringing), numbers, 0.5, 1_000) == 40


def test_what_was_learned_yesterday_ends_the_probing() -> None:
    learned = Learned()
    learned.rates.count(SEGMENT, launched=200, answered=40, now_s=0.0)
    assert Pacer(learned).calls(Floor(idle=100), [SEGMENT] * 1_000, 0.02, 1_000) > 150


# --- a guard that has to do the steering ----------------------------------------------------------------


def guarded(rules: BudgetRules) -> float:
    """Return the share of 5,000 answers in which the guard held us to almost one to one.

    Of those dialed at a risk, that part is abandoned.
    """
    stream, budget, held = Random(SEED), Budget(rules=rules), 0
    for _ in range(5_000):
        risk = budget.boldness()
        held += risk <= rules.guard_boldness
        budget.answered += 1
        budget.abandoned += stream.random() < risk
    return held / 5_000


def test_guard_is_the_exception_where_the_budget_steers() -> None:
    """Bold until the guard stops it, timid until it lets go: that cost small teams two or three points."""
    usual = BudgetRules()
    assert guarded(usual) < 0.1
    assert guarded(replace(usual, start=0.05, gain=0.0)) > 0.3


def test_share_that_is_steered_for_is_the_share_that_comes_about() -> None:
    """Of those dialed at a risk, that part is abandoned: over a long day the mean risk is the aim."""
    stream, budget = Random(SEED), Budget()
    for _ in range(5_000):
        risk = budget.boldness()
        budget.answered += 1
        budget.abandoned += stream.random() < risk
    assert budget.rules.aim - 0.003 < budget.share <= budget.rules.cap
