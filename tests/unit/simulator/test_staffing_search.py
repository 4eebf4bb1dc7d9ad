"""The search for a staffing, on floors whose best staffing is known beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from statistics import NormalDist

import pytest

from core.kernel.rng import KeyedDraws
from simulator.staffing_measure import Counted, Crew, DayLevels, Experience, Measured, Staffing, crews_of
from simulator.staffing_problem import StaffingProblem
from simulator.staffing_search import Effort, StaffingSearch

NORMAL = NormalDist()
CALLS = 50
EFFORT = Effort(look=20, doubtful=160)


class Floor:
    """A floor in which an agent more or fewer than needed moves a share along a normal curve.

    `needs[target][interval]` agents just meet a target, with something to spare; who is short in one
    interval leaves half of the shortage to the next. `skilled[target]` are the teams that count for it.
    """

    def __init__(self, needs: Staffing, skilled: Staffing, asked: float = 0.8) -> None:
        self.needs = needs
        self.skilled = skilled
        self.asked = asked
        self.runs: list[tuple[Staffing, int]] = []

    def share(self, staffing: Staffing, target: int, interval: int) -> float:
        agents = [sum(staffing[team][at] for team in self.skilled[target]) for at in (interval - 1, interval)]
        spare = agents[1] - self.needs[target][interval]
        inherited = min(0, agents[0] - self.needs[target][interval - 1]) / 2 if interval else 0.0
        return NORMAL.cdf(NORMAL.inv_cdf(self.asked) + 0.25 + 0.6 * (spare + inherited))

    def days(self, staffing: Staffing, days: range) -> Iterator[DayLevels]:
        for day in days:
            self.runs.append((staffing, day))
            yield [
                [
                    Counted(self._in_time(day, self.share(staffing, target, interval), interval), CALLS)
                    for interval in range(len(self.needs[target]))
                ]
                for target in range(len(self.needs))
            ]

    def _in_time(self, day: int, share: float, interval: int) -> int:
        draw = KeyedDraws(day, f"calls/{interval}").of(0)
        return sum(draw.random() < share for _ in range(CALLS))


def problem(floor: Floor, costs: tuple[float, ...], most: int = 40) -> StaffingProblem:
    return StaffingProblem(
        intervals=len(floor.needs[0]),
        targets=(floor.asked,) * len(floor.needs),
        costs=costs,
        at_least=(0,) * len(costs),
        at_most=(most,) * len(costs),
        covers=frozenset({(2, 0), (2, 1)}) if len(costs) == 3 else frozenset(),
    )


def search_on(floor: Floor, costs: tuple[float, ...] = (1.0,)) -> StaffingSearch:
    return StaffingSearch(problem(floor, costs), floor.days, EFFORT)


NEEDS = (3, 5, 9, 14, 14, 12, 9, 9, 7, 4)


@pytest.mark.parametrize("first", [1, 9, 30], ids=["too few", "about right on average", "far too many"])
def test_one_team_gets_what_each_interval_needs(first: int) -> None:
    floor = Floor((NEEDS,), ((0,),))
    search = search_on(floor)
    assert search.run(((first,) * len(NEEDS),)) == (NEEDS,)
    assert not search.unattainable
    assert not search.spent


def test_no_day_is_simulated_twice_and_a_good_guess_is_cheap() -> None:
    floor = Floor((NEEDS,), ((0,),))
    search = search_on(floor)
    search.run((NEEDS,))
    assert len(set(floor.runs)) == len(floor.runs) == search.days
    assert search.days <= 600


def test_the_same_days_give_the_same_staffing_by_the_same_way() -> None:
    floors = [Floor((NEEDS,), ((0,),)) for _ in range(2)]
    found = [search_on(floor).run(((8,) * len(NEEDS),)) for floor in floors]
    assert found[0] == found[1]
    assert floors[0].runs == floors[1].runs


@pytest.mark.parametrize(
    "costs", [(1.0, 1.0, 1.5), (1.0, 1.0, 3.0), (1.0, 4.0, 1.5)], ids=["all-rounders pay", "dear", "one dear"]
)
def test_several_teams_share_the_work_at_the_least_cost(costs: tuple[float, ...]) -> None:
    needs = ((3, 6, 4), (4, 5, 6))
    floor = Floor(needs, skilled=((0, 2), (1, 2)))
    search = search_on(floor, costs)
    found = search.run(((6, 6, 6), (6, 6, 6), (1, 1, 1)))
    cost = sum(search.problem.crew_cost(crew) for crew in crews_of(found))
    assert cost == pytest.approx(cheapest(needs, costs))


def cheapest(needs: tuple[tuple[int, ...], ...], costs: tuple[float, ...]) -> float:
    return sum(
        min(
            first * costs[0] + second * costs[1] + both * costs[2]
            for first, second, both in product(range(8), repeat=3)
            if first + both >= needs[0][interval] and second + both >= needs[1][interval]
        )
        for interval in range(len(needs[0]))
    )


def test_an_interval_that_nothing_can_save_is_named_and_the_others_are_solved() -> None:
    floor = Floor(((3, 5, 30, 5, 3),), ((0,),))
    search = StaffingSearch(problem(floor, (1.0,), most=20), floor.days, EFFORT)
    found = search.run(((4,) * 5,))
    assert search.unattainable >= {2}
    assert found[0][2] == 20
    assert (found[0][0], found[0][1]) == (3, 5)


def test_a_search_stops_when_its_days_are_used_up() -> None:
    floor = Floor((NEEDS,), ((0,),))
    search = StaffingSearch(problem(floor, (1.0,)), floor.days, Effort(look=20, doubtful=40, days_max=40))
    search.run(((30,) * len(NEEDS),))
    assert search.spent
    assert search.days == 40


def test_the_interval_of_a_share_is_that_of_days_not_of_calls() -> None:
    even, uneven = Measured(), Measured()
    for first, second in [(8, 8)] * 10:
        even.add([[Counted(first, 10)]])
        even.add([[Counted(second, 10)]])
    for first, second in [(10, 6)] * 10:
        uneven.add([[Counted(first, 10)]])
        uneven.add([[Counted(second, 10)]])
    assert even.share(0, 0).mean == uneven.share(0, 0).mean == pytest.approx(0.8)
    assert even.share(0, 0).half_width == 0
    assert uneven.share(0, 0).half_width == pytest.approx(0.2 / 19**0.5 * 2.093, abs=1e-4)


@pytest.mark.parametrize(
    ("crew", "other", "no_stronger"),
    [
        ((3, 2, 1), (3, 2, 1), True),
        ((3, 2, 1), (4, 2, 1), True),
        ((3, 2, 1), (2, 2, 2), True),
        ((3, 2, 0), (2, 1, 2), True),
        ((3, 2, 1), (3, 3, 0), False),
        ((3, 2, 1), (2, 2, 1), False),
        ((0, 0, 2), (5, 5, 1), False),
    ],
)
def test_an_all_rounder_can_stand_in_but_not_be_stood_in_for(
    crew: Crew, other: Crew, no_stronger: bool
) -> None:
    floor = Floor(((1,), (1,)), skilled=((0, 2), (1, 2)))
    assert problem(floor, (1.0, 1.0, 1.5)).is_no_stronger(crew, other) is no_stronger


def test_where_nobody_calls_nothing_is_missed() -> None:
    quiet = Measured()
    quiet.add([[Counted(0, 0), Counted(3, 4)]])
    assert quiet.share(0, 0).low == 1
    assert quiet.whole_share(0).mean == 0.75


def test_days_under_other_staffings_tell_of_an_interval_with_the_same_crews() -> None:
    experience = Experience()
    experience.add(((3, 4, 5),), [[Counted(9, 10), Counted(8, 10), Counted(7, 10)]])
    experience.add(((3, 4, 6),), [[Counted(9, 10), Counted(6, 10), Counted(10, 10)]])
    known = experience.of(((3, 4, 7),))
    assert [known.days(place) for place in range(3)] == [2, 2, 0]
    assert known.share(0, 1).mean == pytest.approx(0.7)
