"""How many to dial: never when nobody can be free, more when more can be, and the budget steers."""

from __future__ import annotations

import pytest

from dialer.budget import Budget, BudgetRules
from dialer.pacing import Floor, Learned, Pacer, Phase

SEGMENT = ("winter",)
LIMIT = 500


def experienced(rate: float = 0.25) -> Pacer:
    """A pacer that has seen a thousand calls of one answer rate, and talks of 150 s with 30 s of wrap-up."""
    learned = Learned()
    learned.rates.count(SEGMENT, launched=1_000, answered=round(1_000 * rate), now_s=3_600.0)
    for step in range(400):
        learned.ringing.answers.count(5.0 + step % 15)
        learned.ringing.failures.count(25.0)
        for law, mean_s in ((learned.talk, 150.0), (learned.wrap_up, 30.0)):
            length_s = mean_s * (0.25 + step % 7 / 4)
            law.live(0.0, length_s)
            law.end(length_s)
    return Pacer(learned)


def calls(pacer: Pacer, floor: Floor, boldness: float = 0.02) -> int:
    return pacer.calls(floor, [SEGMENT] * LIMIT, boldness, LIMIT)


def test_no_agents_no_calls() -> None:
    assert calls(experienced(), Floor(idle=0)) == 0


def test_idle_agent_is_worth_a_call_but_not_one_too_many() -> None:
    pacer = experienced(rate=0.5)
    assert calls(pacer, Floor(idle=1), boldness=0.001) == 1
    ringing = Floor(idle=1, ringing=[(SEGMENT, 0.0)])
    assert calls(pacer, ringing, boldness=0.001) == 0


def test_low_answer_rates_take_more_lines_for_each_agent() -> None:
    floor = Floor(idle=10)
    at_half, at_fifth = calls(experienced(0.5), floor), calls(experienced(0.2), floor)
    assert 10 <= at_half < at_fifth < 60


def test_agent_in_wrap_up_counts_more_than_one_who_just_began_to_talk() -> None:
    pacer = experienced()
    wrapping = Floor(idle=0, busy=[(Phase.WRAP_UP, 30.0)] * 10)
    talking = Floor(idle=0, busy=[(Phase.TALK, 5.0)] * 10)
    assert pacer.risk(wrapping) < pacer.risk(talking)
    assert calls(pacer, talking) < calls(pacer, wrapping)


def test_people_who_wait_already_use_up_agents() -> None:
    pacer = experienced()
    assert calls(pacer, Floor(idle=5, waiting=5)) < calls(pacer, Floor(idle=5))


def test_bolder_is_never_fewer() -> None:
    pacer = experienced()
    floor = Floor(idle=3, busy=[(Phase.TALK, age_s) for age_s in range(0, 340, 20)])
    dialed = [calls(pacer, floor, boldness) for boldness in (0.001, 0.01, 0.05, 0.2)]
    assert dialed == sorted(dialed)
    assert dialed[0] < dialed[-1]


def test_lines_and_leads_are_limits() -> None:
    pacer, floor = experienced(), Floor(idle=20)
    assert pacer.calls(floor, [SEGMENT] * LIMIT, 0.02, 7) == 7
    assert pacer.calls(floor, [SEGMENT] * 3, 0.02, LIMIT) == 3


def test_same_floor_same_answer() -> None:
    floor = Floor(idle=4, busy=[(Phase.TALK, 33.0)] * 9, ringing=[(SEGMENT, 3.0)] * 6)
    assert calls(experienced(), floor) == calls(experienced(), floor)


# --- the budget -------------------------------------------------------------------------------------


def test_budget_in_hand_makes_bold_and_debt_makes_timid() -> None:
    rules = BudgetRules()
    rich = Budget(rules=rules, answered=1_000, abandoned=10)
    poor = Budget(rules=rules, answered=1_000, abandoned=29)
    assert rich.boldness() > rules.start > poor.boldness()


def test_debt_is_remembered_until_it_is_paid() -> None:
    """Clipped at a floor, the debt of a bad hour would be forgotten and the day end above its aim."""
    budget = Budget(answered=1_000, abandoned=100)
    deep = budget.balance
    budget.answered += 1_000
    assert budget.balance == pytest.approx(deep + 28)


def test_near_the_cap_it_is_nearly_one_to_one() -> None:
    rules = BudgetRules(aim=0.0299)
    assert Budget(rules=rules, answered=1_000, abandoned=29).boldness() <= rules.guard_boldness


def test_first_few_answers_do_not_trip_the_guard() -> None:
    assert Budget(answered=10, abandoned=0).boldness() > BudgetRules().guard_boldness


def test_what_was_learned_is_looked_up_anew_over_some_decisions() -> None:
    learned = Learned()
    pacer = Pacer(learned)
    floor = Floor(idle=0, busy=[(Phase.TALK, age_s) for age_s in range(0, 3_600, 10)])
    before = pacer.risk(floor)
    for _ in range(500):
        learned.wrap_up.live(0.0, 5.0)
        learned.wrap_up.end(5.0)
    pacer.refresh()
    risks = [pacer.risk(floor) for _ in range(8)]
    now = Pacer(learned).risk(floor)
    assert len({before, *risks[:3]}) == 4, "a part of the agents at each decision"
    assert risks[-1] == now
