"""The closed forms: against the reference table, textbook values, each other, and common sense."""

from __future__ import annotations

import csv
from math import exp, inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import ConfigError
from simulator.erlang import Policy, SteadyState, agents_for, erlang_b, erlang_c, steady_state

FIGURES = {
    "p_block": lambda found: found.blocked,
    "p_wait": lambda found: found.waiting,
    "p_abandon": lambda found: found.abandoned,
    "ew_all": lambda found: found.wait_s,
    "asa": lambda found: found.speed_of_answer_s,
    "ew_ab": lambda found: found.abandoned_after_s,
    "sl_arr": lambda found: found.service_level.of_arrivals,
    "sl_ans": lambda found: found.service_level.of_answered,
    "sl_excl": lambda found: found.service_level.excluding_short_abandons,
    "rho": lambda found: found.occupancy,
    "eq": lambda found: found.queue,
}
"""Columns of the reference table and what they are here."""


@pytest.mark.captures
def test_every_figure_of_the_reference_table(reference_folder: Path) -> None:
    with (reference_folder / "erlang_reference.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    for row in rows:
        found = of_row(row)
        exact = {column: float(row[column]) for column in FIGURES}
        assert figures(found) == pytest.approx(exact, rel=1e-9), row["id"]


def of_row(row: dict[str, str]) -> SteadyState:
    return steady_state(
        per_hour=float(row["lam_per_hour"]),
        handle_s=float(row["aht_s"]),
        agents=int(row["agents"]),
        patience_s=float(row["patience_s"] or inf),
        lines=int(row["capacity"]) if row["capacity"] else None,
        threshold_s=float(row["T_s"]),
    )


def test_textbook_values() -> None:
    """One erlang on two agents: all by hand."""
    assert erlang_b(1, 2) == pytest.approx(1 / 5)
    assert erlang_c(1, 2) == pytest.approx(1 / 3)
    found = steady_state(per_hour=20, handle_s=180, agents=2)
    assert found.speed_of_answer_s == found.wait_s == pytest.approx(60)
    assert found.service_level.of_arrivals == pytest.approx(1 - exp(-20 / 180) / 3)
    assert (found.occupancy, found.queue) == pytest.approx((1 / 2, 1 / 3))


def test_single_agent_waits_as_in_m_m_1() -> None:
    assert [erlang_c(load, 1) for load in (0.1, 0.5, 0.9)] == pytest.approx([0.1, 0.5, 0.9])
    assert erlang_b(1, 1) == pytest.approx(1 / 2)


def test_patience_as_long_as_a_call_makes_the_callers_inside_poisson() -> None:
    """With equal rates of service and leaving the callers inside are M/M/inf, whatever the agents."""
    found = steady_state(per_hour=60, handle_s=120, agents=2, patience_s=120)
    at_most_one = exp(-2) * (1 + 2)
    assert found.waiting == pytest.approx(1 - at_most_one)
    busy = exp(-2) * 2 * 1 + (1 - at_most_one) * 2
    assert found.occupancy == pytest.approx(busy / 2)
    assert found.queue == pytest.approx(2 - busy)
    assert found.abandoned == pytest.approx(found.queue / 2)


def test_load_beyond_the_agents_waits_for_ever_unless_callers_leave() -> None:
    found = steady_state(per_hour=100, handle_s=180, agents=5)
    assert (found.waiting, found.wait_s, found.queue, found.occupancy) == (1, inf, inf, 1)
    assert {found.service_level.by(policy) for policy in Policy} == {0}
    assert erlang_c(5, 5) == 1
    patient = steady_state(per_hour=100, handle_s=180, agents=4, patience_s=60)
    assert patient.abandoned > 0.2
    assert patient.speed_of_answer_s < inf


def test_nobody_works() -> None:
    found = steady_state(per_hour=100, handle_s=180, agents=0, patience_s=60)
    assert (found.waiting, found.abandoned, found.speed_of_answer_s) == pytest.approx((1, 1, inf))
    assert found.wait_s == found.abandoned_after_s == pytest.approx(60)
    assert found.occupancy == 0
    assert {found.service_level.by(policy) for policy in Policy} == {0}
    assert steady_state(per_hour=100, handle_s=180, agents=0).wait_s == inf
    assert steady_state(per_hour=100, handle_s=180, agents=0, lines=3).blocked == 1
    assert (erlang_b(1, 0), erlang_c(1, 0), erlang_b(0, 0)) == (1, 1, 1)


def test_nobody_calls() -> None:
    found = steady_state(per_hour=0, handle_s=180, agents=5)
    assert (found.waiting, found.wait_s, found.occupancy, found.queue) == (0, 0, 0, 0)
    assert {found.service_level.by(policy) for policy in Policy} == {1}
    assert (erlang_b(0, 3), erlang_c(0, 3)) == (0, 0)


def test_five_thousand_agents_and_more() -> None:
    """Square-root staffing: as a centre grows at the same spare capacity, the share that waits settles."""
    shares = [erlang_c(load, round(load + load**0.5)) for load in (2_500, 10_000, 90_000)]
    assert shares == pytest.approx([0.2233] * 3, abs=0.003)
    huge = steady_state(per_hour=12 * 5_250, handle_s=300, agents=5_000, patience_s=120)
    assert huge.abandoned == pytest.approx(1 - 5_000 / 5_250, rel=0.01)
    assert steady_state(per_hour=1_200, handle_s=300, agents=20_000, patience_s=60).waiting < 1e-299
    assert steady_state(per_hour=12 * 10_000, handle_s=300, agents=5_000, patience_s=600).occupancy <= 1


def test_callers_beyond_the_lines_are_blocked() -> None:
    loss = steady_state(per_hour=60, handle_s=240, agents=5, lines=5)
    assert loss.blocked == pytest.approx(erlang_b(4, 5))
    assert (loss.waiting, loss.wait_s) == (0, 0)
    fewer_lines = steady_state(per_hour=60, handle_s=240, agents=9, lines=5)
    assert fewer_lines.blocked == pytest.approx(loss.blocked)
    assert fewer_lines.occupancy == pytest.approx(loss.occupancy * 5 / 9)


def test_models_meet_at_their_limits() -> None:
    """Very many lines are as good as no limit, with and without patience; very long patience is Erlang C."""
    pool: dict[str, Any] = {"per_hour": 100.0, "handle_s": 180.0, "agents": 6}
    for patience_s in (90, inf):
        no_limit = figures(steady_state(**pool, patience_s=patience_s))
        many_lines = figures(steady_state(**pool, patience_s=patience_s, lines=400))
        assert many_lines == pytest.approx(no_limit, rel=1e-9, abs=1e-12)
    stoic = steady_state(**pool, patience_s=1e10)
    patient = steady_state(**pool)
    assert stoic.abandoned < 1e-6
    assert (stoic.waiting, stoic.wait_s) == pytest.approx((patient.waiting, patient.wait_s), rel=1e-6)


def figures(found: SteadyState) -> dict[str, float]:
    return {column: figure(found) for column, figure in FIGURES.items()}


RATES = st.floats(1, 3_000)
TIMES = st.floats(5, 900)
AGENTS = st.integers(1, 60)


@given(per_hour=RATES, handle_s=TIMES, agents=AGENTS, patience_s=TIMES)
def test_one_more_agent_serves_better(
    per_hour: float, handle_s: float, agents: int, patience_s: float
) -> None:
    pool: dict[str, Any] = {"per_hour": per_hour, "handle_s": handle_s, "patience_s": patience_s}
    fewer, more = steady_state(**pool, agents=agents), steady_state(**pool, agents=agents + 1)
    slack = 1 + 1e-9
    assert more.waiting <= fewer.waiting * slack
    assert more.abandoned <= fewer.abandoned * slack
    assert more.wait_s <= fewer.wait_s * slack
    for policy in Policy:
        assert more.service_level.by(policy) >= fewer.service_level.by(policy) - 1e-12


@given(per_hour=RATES, handle_s=TIMES, agents=AGENTS, patience_s=TIMES)
def test_erlang_a_lies_between_b_and_c(
    per_hour: float, handle_s: float, agents: int, patience_s: float
) -> None:
    load = per_hour / 3600 * handle_s
    waiting = steady_state(per_hour=per_hour, handle_s=handle_s, agents=agents, patience_s=patience_s).waiting
    assert erlang_b(load, agents) * (1 - 1e-9) <= waiting <= erlang_c(load, agents) * (1 + 1e-9)


@given(
    per_hour=RATES,
    handle_s=TIMES,
    agents=AGENTS,
    patience_s=TIMES,
    spare=st.integers(0, 40),
    threshold_s=st.floats(0, 120),
)
def test_accounts_balance(
    per_hour: float, handle_s: float, agents: int, patience_s: float, spare: int, threshold_s: float
) -> None:
    """Little's law, waits by outcome, and levels in their order hold with both lines and patience."""
    found = steady_state(
        per_hour=per_hour,
        handle_s=handle_s,
        agents=agents,
        patience_s=patience_s,
        lines=agents + spare,
        threshold_s=threshold_s,
    )
    entering_per_s = per_hour / 3600 * (1 - found.blocked)
    assert found.queue == pytest.approx(entering_per_s * found.wait_s, rel=1e-9, abs=1e-12)
    by_outcome = found.abandoned * found.abandoned_after_s + (1 - found.abandoned) * found.speed_of_answer_s
    assert by_outcome == pytest.approx(found.wait_s, rel=1e-9, abs=1e-12)
    assert found.occupancy * agents == pytest.approx(
        entering_per_s * (1 - found.abandoned) * handle_s, rel=1e-9
    )
    level = found.service_level
    assert 0 <= level.of_arrivals <= level.excluding_short_abandons * (1 + 1e-9)
    assert level.excluding_short_abandons <= level.of_answered * (1 + 1e-9) <= 1 + 2e-9


@given(
    target=st.floats(0.05, 0.99),
    per_hour=RATES,
    handle_s=TIMES,
    patience_s=st.one_of(TIMES, st.just(inf)),
    policy=st.sampled_from(Policy),
)
def test_least_staffing_meets_the_level_and_one_agent_less_does_not(
    target: float, per_hour: float, handle_s: float, patience_s: float, policy: Policy
) -> None:
    pool: dict[str, Any] = {"per_hour": per_hour, "handle_s": handle_s, "patience_s": patience_s}
    least = agents_for(target, **pool, policy=policy)
    assert steady_state(**pool, agents=least).service_level.by(policy) >= target
    assert steady_state(**pool, agents=least - 1).service_level.by(policy) < target


def test_staffing_of_a_textbook_centre() -> None:
    """200 calls an hour of three minutes, 80 % in 20 s: ten erlangs take fourteen agents."""
    assert agents_for(0.8, per_hour=200, handle_s=180) == 14
    assert agents_for(0.8, per_hour=0, handle_s=180) == 0
    assert agents_for(0.8, per_hour=60_000, handle_s=300) == 5_019
    assert agents_for(0.8, per_hour=200, handle_s=180, lines=3) == 3


GOOD: dict[str, Any] = {"per_hour": 100.0, "handle_s": 180.0, "agents": 7}


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"per_hour": -1.0}, "calls an hour, from 0 up"),
        ({"per_hour": float("nan")}, "calls an hour, from 0 up"),
        ({"handle_s": 0.0}, "seconds, above 0"),
        ({"handle_s": inf}, "seconds, above 0"),
        ({"agents": -1}, "a whole number from 0 to 1000000"),
        ({"agents": 2.5}, "a whole number from 0 to 1000000"),
        ({"agents": 1_000_001}, "a whole number from 0 to 1000000"),
        ({"patience_s": 0.0}, "seconds, above 0"),
        ({"patience_s": float("nan")}, "seconds, above 0"),
        ({"lines": 0}, "a whole number from 1 to 1000000"),
        ({"threshold_s": -0.1}, "seconds, from 0 up"),
    ],
)
def test_wrong_arguments_are_named_with_their_range(wrong: dict[str, Any], allowed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        steady_state(**(GOOD | wrong))
    assert (caught.value.where, caught.value.allowed) == (next(iter(wrong)), allowed)


@pytest.mark.parametrize("target", [0.0, 1.0, 80.0, float("nan")])
def test_target_is_a_share(target: float) -> None:
    with pytest.raises(ConfigError, match=r"target: found .*between 0 and 1"):
        agents_for(target, per_hour=100, handle_s=180)


def test_load_is_not_negative() -> None:
    with pytest.raises(ConfigError, match="load: found -1"):
        erlang_c(-1, 3)
