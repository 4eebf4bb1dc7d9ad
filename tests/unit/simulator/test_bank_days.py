"""What is inferred of a bank's month: shifts, skills, the rule, patience; and the scenarios made of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from core.kernel.clock import SECOND_US
from simulator.bank.calls import DAY_S, BankMonth
from simulator.bank.replay import Replay
from simulator.bank.rule import days_with_priority
from simulator.bank.shifts import Skills, Stretch, stretches
from simulator.bank.typical import INTERVAL_S, typical_day
from simulator.bank.waits import TELLING_HANG_UPS, Patience
from simulator.demand import FileArrivals, IntervalArrivals
from simulator.scenario import Scenario
from simulator.trace import Arrival
from tests.unit.simulator.bank_file import FRIDAY, MONDAY, SUNDAY, Row, hung_up, month, served

CENTRE = Path("examples/bank")


# --- shifts and skills --------------------------------------------------------------------------------


def test_an_agent_is_at_work_from_call_to_call_and_away_where_none_came_for_ten_minutes(
    tmp_path: Path,
) -> None:
    calls = [served(at_s, "A01", talk_s=100) for at_s in (30_000, 30_699, 31_399)]
    (day,) = month(tmp_path, calls).days
    assert stretches(day) == [
        Stretch(agent="A01", from_s=30_000, until_s=30_799),
        Stretch(agent="A01", from_s=31_399, until_s=31_499),
    ]


def test_a_short_call_within_a_long_one_does_not_end_the_stretch(tmp_path: Path) -> None:
    calls = [
        served(30_000, "A01", talk_s=900),
        served(30_100, "A01", talk_s=10),
        served(31_000, "A01", talk_s=5),
    ]
    (day,) = month(tmp_path, calls).days
    assert stretches(day) == [Stretch(agent="A01", from_s=30_000, until_s=31_005)]


def an_agent_who_leaves_strangers_to_others() -> list[Row]:
    regular = [served(30_000 + 10 * n, agent) for n in range(40) for agent in ("A01", "A02")]
    strangers = [served(40_000 + 10 * n, "A02", type="NW") for n in range(40)]
    return regular + strangers


def test_who_never_takes_a_kind_of_call_does_not_serve_it(tmp_path: Path) -> None:
    found = month(tmp_path, an_agent_who_leaves_strangers_to_others())
    assert Skills(found).of(found.days[0]) == {"A01": ("PS",), "A02": ("PS", "NW")}


def test_who_helps_out_on_a_day_serves_the_kind_on_that_day(tmp_path: Path) -> None:
    friday = [served(30_000 + 10 * n, "A01", type="NW", date=FRIDAY) for n in range(2)]
    found = month(tmp_path, an_agent_who_leaves_strangers_to_others() + friday)
    skills = Skills(found)
    assert [skills.of(day)["A01"] for day in found.days] == [("PS",), ("PS", "NW")]


def test_of_a_newcomer_nothing_is_known_but_that_calls_are_taken(tmp_path: Path) -> None:
    found = month(tmp_path, [*an_agent_who_leaves_strangers_to_others(), served(30_000, "A03")])
    assert Skills(found).of(found.days[0])["A03"] == ("PS", "NW")


# --- the rule -----------------------------------------------------------------------------------------


def pairs(date: str, *, better_first: bool, count: int = 12) -> list[Row]:
    """A customer and, a minute later, a good one; both wait until one of them is served first."""
    longer_s = {True: (200, 100), False: (100, 200)}[better_first]
    return [
        served(30_000 + 1_000 * pair + 60 * priority, "A01", waited_s=waited_s, priority=priority, date=date)
        for pair in range(count)
        for priority, waited_s in zip((1, 2), longer_s, strict=True)
    ]


def in_force(found: BankMonth) -> list[str]:
    return [f"{day:%Y%m%d}" for day in sorted(days_with_priority(found))]


def test_the_rule_is_in_force_on_days_when_the_better_customer_was_served_first(tmp_path: Path) -> None:
    calls = pairs(SUNDAY, better_first=False) + pairs(MONDAY, better_first=True)
    assert in_force(month(tmp_path, calls)) == [MONDAY]


def test_a_day_that_shows_no_rule_has_that_of_the_day_before(tmp_path: Path) -> None:
    calls = pairs(SUNDAY, better_first=False) + pairs(MONDAY, better_first=True, count=2)
    assert in_force(month(tmp_path, calls)) == []


def test_who_came_long_before_goes_first_under_either_rule_and_proves_nothing(tmp_path: Path) -> None:
    late = [
        call
        for pair in range(20)
        for call in (
            served(30_000 + 1_000 * pair, "A01", waited_s=300, priority=1),
            served(30_150 + 1_000 * pair, "A01", waited_s=50, priority=2),
        )
    ]
    assert in_force(month(tmp_path, pairs(SUNDAY, better_first=False) + late)) == []


# --- patience -----------------------------------------------------------------------------------------


def impatient_strangers() -> list[Row]:
    strangers = [hung_up(30_000 + n, 10, type="NW") for n in range(TELLING_HANG_UPS)]
    customers = [hung_up(30_000 + n, 400) for n in range(TELLING_HANG_UPS)]
    return [*strangers, *customers, served(31_000, "A01", waited_s=200), served(32_000, "A01", type="NE")]


def test_who_hung_up_was_patient_for_just_that_long(tmp_path: Path) -> None:
    found = month(tmp_path, impatient_strangers())
    patience, gone = Patience(found), next(call for call in found.calls if call.kind == "NW")
    assert {patience.draw_us(gone, Random(seed)) for seed in range(9)} == {10 * SECOND_US}


def test_who_was_served_would_have_waited_longer_as_others_of_the_kind_did(tmp_path: Path) -> None:
    found = month(tmp_path, impatient_strangers())
    patience, waiter = Patience(found), next(call for call in found.calls if call.waited_s == 200)
    assert {patience.draw_us(waiter, Random(seed)) for seed in range(9)} == {400 * SECOND_US}


def test_a_kind_that_hardly_ever_hung_up_is_as_patient_as_all_kinds_together(tmp_path: Path) -> None:
    found = month(tmp_path, impatient_strangers())
    patience, rare = Patience(found), next(call for call in found.calls if call.kind == "NE")
    assert {patience.draw_us(rare, Random(seed)) for seed in range(30)} == {10 * SECOND_US, 400 * SECOND_US}


# --- scenarios ----------------------------------------------------------------------------------------


def busy_day(tmp_path: Path) -> Replay:
    calls = [
        *pairs(SUNDAY, better_first=True),
        *(served(30_000 + 300 * n, f"A{n % 3:02d}", talk_s=60 + n) for n in range(60)),
        *(hung_up(30_050 + 700 * n, 40, type="NW") for n in range(25)),
    ]
    return Replay(month(tmp_path, calls), CENTRE)


def calls_of(scenario: Scenario) -> list[Arrival]:
    (arrivals,) = scenario.arrivals
    assert isinstance(arrivals, FileArrivals)
    return list(arrivals.trace)


def test_every_call_of_the_day_comes_at_its_own_time_under_every_seed(tmp_path: Path) -> None:
    replay = busy_day(tmp_path)
    (day,) = replay.month.days
    for seed in (1, 2):
        calls = calls_of(replay.scenario(day, 30, seed))
        assert [call.at_us for call in calls] == [call.at_s * SECOND_US for call in day.calls]


def test_the_same_seed_draws_the_same_day_and_another_seed_only_what_is_not_known(tmp_path: Path) -> None:
    replay = busy_day(tmp_path)
    (day,) = replay.month.days
    first, again, other = (calls_of(replay.scenario(day, 30, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    known = [place for place, call in enumerate(day.calls) if call.talk_s is not None]
    assert [first[place].talk_us for place in known] == [other[place].talk_us for place in known]


def test_a_call_goes_to_the_queue_of_its_kind_in_the_tier_of_its_priority(tmp_path: Path) -> None:
    replay = busy_day(tmp_path)
    (day,) = replay.month.days
    calls = calls_of(replay.scenario(day, 30, 1))
    tiers = {
        (call.kind, call.priority, arrival.customers, arrival.dialed_number)
        for call, arrival in zip(day.calls, calls, strict=True)
        if call.queued
    }
    assert tiers == {
        ("NW", 0, "stranger", "8003"),
        ("PS", 1, "customer", "8001"),
        ("PS", 2, "good-customer", "8001"),
    }


def test_while_the_bank_knew_no_priority_everybody_is_a_stranger(tmp_path: Path) -> None:
    replay = Replay(month(tmp_path, pairs(SUNDAY, better_first=False)), CENTRE)
    calls = calls_of(replay.scenario(replay.month.days[0], 30, 1))
    assert {call.customers for call in calls} == {"stranger"}


def test_each_stretch_is_a_seat_with_the_skills_of_its_agent(tmp_path: Path) -> None:
    replay = busy_day(tmp_path)
    (day,) = replay.month.days
    seats = replay.scenario(day, 30, 1).agents
    assert [(seat.name, seat.from_s, seat.until_s) for seat in seats] == [
        (stretch.agent, stretch.from_s, stretch.until_s) for stretch in stretches(day)
    ]
    assert {seat.name: tuple(seat.skills) for seat in seats} == Skills(replay.month).of(day)


def test_the_typical_day_has_the_mean_calls_of_the_full_weekdays(tmp_path: Path) -> None:
    ten, four = 36_000, 14_400

    def calls(date: str, count: int, priority: int) -> list[Row]:
        tier = {"date": date, "priority": priority, "talk_s": 1_700}
        return [served(ten + n, "A01", waited_s=20, **tier) for n in range(count)]

    by_night = [served(four, "A01", waited_s=20)]
    rows = [*by_night, *calls(SUNDAY, 6, 2), *calls(MONDAY, 3, 1), *calls(FRIDAY, 50, 1)]
    scenario = typical_day(month(tmp_path, rows), 30, CENTRE)
    entries = [entry for entry in scenario.arrivals if isinstance(entry, IntervalArrivals)]
    rates = {entry.customers: entry.counts[ten // INTERVAL_S] for entry in entries}
    assert rates["customer"] == pytest.approx(4.5 * 53 / 60)
    assert sum(rates.values()) == pytest.approx(4.5)
    assert {entry.counts[four // INTERVAL_S] for entry in entries} == {0}, "nobody is at work by night"


def test_the_typical_days_teams_are_those_at_work_rounded_over_all_of_them(tmp_path: Path) -> None:
    at_work = [
        served(at_s, f"A{agent:02d}", talk_s=60, type=kind, date=date)
        for date in (SUNDAY, MONDAY)
        for at_s in range(36_000, 36_000 + INTERVAL_S, 60)
        for agent, kinds in enumerate((("PS",), ("PS", "NW"), ("PS", "NW")))
        for kind in kinds
    ]
    scenario = typical_day(month(tmp_path, at_work), 30, CENTRE)
    noon = 36_000 // INTERVAL_S
    assert {team.name: team.counts[noon] for team in scenario.teams} == {"PS-NW": 2, "PS": 1}
    assert all(len(team.counts) == DAY_S // INTERVAL_S for team in scenario.teams)
    assert {"PE", "NE", "IN", "TT"} <= set(scenario.teams[0].skills)
