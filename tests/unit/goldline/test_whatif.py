"""`goldline whatif`: questions are read, formulas answer, the search agrees with theory, all is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.kernel.errors import ConfigError
from goldline.whatif.answer import Answer, Choices, Planner
from goldline.whatif.days import QueueDay, StaffedDay
from goldline.whatif.erlang import Pool, erlang_staffing, pools_of, widest_target
from goldline.whatif.page import answer_page
from goldline.whatif.question import Question, ask, make_question, parse_target
from goldline.whatif.tables import answer_tables, remarks, sparkline
from goldline.whatif.tree import answer_tree
from simulator.erlang import steady_state
from simulator.planning import Target
from simulator.report.page import html
from simulator.scenario import read_scenario

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = EXAMPLES / "whatif" / "bank-morning.toml"
AT_ONCE = {"kind": "constant", "value_s": 0}
PER_HOUR, HANDLE_S, PATIENCE_S = 150.0, 40.0, 240.0


def pool_scenario(**more: Any) -> Question:
    """Two intervals of a steady pool of equal agents, in which the formulas are right."""
    table = {
        "schema": 1,
        "engine_config": "goldline.toml",
        "duration_s": 1440,
        "telephony": {"command_s": 0, "bridge_s": 0, "ring_s": 0},
        "arrivals": [{"kind": "poisson", "dialed_number": "8000", "per_hour": PER_HOUR}],
        "customers": [{"weight": 1, "patience": {"kind": "exponential", "mean_s": PATIENCE_S}}],
        "service": [
            {"talk": {"kind": "exponential", "mean_s": HANDLE_S}, "wrap_up": AT_ONCE},
        ],
        "workforce": {"answers": AT_ONCE, "settles_in": AT_ONCE},
        "teams": [{"name": "pool", "interval_s": 720, "counts": [7, 4]}],
    }
    return make_question(read_scenario(table | more, EXAMPLES / "theory" / "steady.toml"))


# --- the question -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("80/20", Target(share=0.8, within_s=20)),
        ("gold:90/10", Target(share=0.9, within_s=10, tier="gold")),
        ("@loans:82.5/30", Target(share=0.825, within_s=30, queue="loans")),
        ("gold@loans:95/7.5", Target(share=0.95, within_s=7.5, tier="gold", queue="loans")),
    ],
)
def test_target_is_spelt_as_planners_say_it(text: str, target: Target) -> None:
    assert parse_target(text) == target
    assert str(target) == text


@pytest.mark.parametrize("text", ["", "80", "80/", "gold", "0/20", "100/20", "gold:eighty/20", "a:b:80/20"])
def test_what_is_no_target_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="such as 80/20"):
        parse_target(text)


@pytest.mark.parametrize(
    ("whatif", "named"),
    [
        ({"targets": [{"share": 0.8, "within_s": 20, "queue": "sales"}]}, "a queue: pool"),
        ({"targets": [{"share": 0.8, "within_s": 20, "tier": "gold"}]}, "a tier"),
        ({"teams": {"pool": {"at_least": 3, "at_most": 2}}}, "not below at_least, 3"),
    ],
)
def test_a_question_about_what_is_not_there_is_refused(whatif: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        pool_scenario(whatif=whatif)


def test_a_scenario_without_teams_cannot_be_staffed() -> None:
    with pytest.raises(ConfigError, match="at least one team"):
        pool_scenario(teams=[], agents=[{"id": "anna", "extension": "PJSIP/anna"}])


def test_another_staffing_changes_the_counts_and_nothing_else() -> None:
    question = ask(SHOP)
    scenario = question.staffed(((4, 5, 6, 7), (1, 2, 3, 2)))
    assert [team.counts for team in scenario.teams] == [(4, 5, 6, 7), (1, 2, 3, 2)]
    assert [team.skills for team in scenario.teams] == [team.skills for team in question.scenario.teams]
    assert scenario.arrivals == question.scenario.arrivals
    assert question.covers == {(1, 0)}


def test_own_staffing_is_read_at_the_beginning_of_each_interval() -> None:
    assert pool_scenario(whatif={"interval_s": 360}).own_staffing == ((7, 7, 4, 4),)


# --- the formulas -----------------------------------------------------------------------------------


def queue_day(
    offered: int, *, handled_s: float, abandoned: int = 0, waited_s: float = 0, **carried: int
) -> QueueDay:
    return QueueDay(
        offered=(offered, offered),
        answered=sum(carried.values()),
        abandoned=abandoned,
        waited_us=round(waited_s * 1e6),
        handled=sum(carried.values()),
        handled_us=round(handled_s * 1e6),
        carried=carried,
    )


def staffed_day(**queues: QueueDay) -> StaffedDay:
    busy_us = sum(queue.handled_us for queue in queues.values())
    return StaffedDay(levels=(), queues=queues, handling_us=(busy_us, 0), ready_us=(0, 0))


def test_queues_that_share_a_team_are_one_pool_and_others_are_not() -> None:
    day = staffed_day(
        service=queue_day(30, handled_s=6000, front=40, both=20),
        loans=queue_day(10, handled_s=4000, both=20),
        night=queue_day(5, handled_s=500, watch=10),
        never=queue_day(0, handled_s=0),
    )
    pools = pools_of(pool_scenario(), [day])
    assert [pool.queues for pool in pools] == [("loans", "service"), ("night",)]
    assert pools[0].per_hour == (200.0, 200.0)
    assert pools[0].handle_s == pytest.approx(125.0)
    assert pools[0].work_share == {"both": 0.5, "front": 0.5}


def test_patience_is_all_the_waiting_by_each_who_gave_up() -> None:
    day = staffed_day(pool=queue_day(30, handled_s=6000, abandoned=5, waited_s=1200, pool=55))
    assert pools_of(pool_scenario(), [day])[0].patience_s == pytest.approx(240.0)


def test_a_queue_nobody_answers_stops_the_planner() -> None:
    with pytest.raises(ConfigError, match="nobody answers pool"):
        pools_of(pool_scenario(), [staffed_day(pool=queue_day(30, handled_s=0, abandoned=60))])


def test_agents_of_a_pool_are_split_as_the_work_is_and_none_is_lost() -> None:
    question = ask(SHOP)
    pool = Pool(
        queues=("loans", "service"),
        per_hour=(60.0, 100.0, 140.0, 0.0),
        handle_s=180.0,
        patience_s=300.0,
        work_share={"front": 0.65, "loans": 0.35},
    )
    front, loans = erlang_staffing(question, [pool], patient=False)
    for place, per_hour in enumerate(pool.per_hour[:3]):
        agents = front[place] + loans[place]
        levels = [
            steady_state(
                per_hour=per_hour, handle_s=180, agents=count, patience_s=300
            ).service_level.of_arrivals
            for count in (agents - 1, agents)
        ]
        assert levels[0] < 0.8 <= levels[1]
    assert (front[3], loans[3]) == (2, 1), "what the bounds ask for, where nobody calls"


def test_formulas_take_the_target_that_covers_most() -> None:
    gold, loans, everybody = (parse_target(text) for text in ("gold:90/10", "@loans:70/60", "80/20"))
    assert widest_target([gold, loans, everybody], ["loans"]) == everybody
    assert widest_target([gold, loans], ["loans", "service"]) == loans
    assert widest_target([loans], ["service"]) is None


# --- the answer -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer() -> Answer:
    return Planner(pool_scenario(), Choices(replications=48, cores=1)).answer()


def test_in_a_steady_pool_search_and_formula_agree(answer: Answer) -> None:
    two, three = (
        steady_state(per_hour=PER_HOUR, handle_s=HANDLE_S, agents=agents, patience_s=PATIENCE_S)
        for agents in (2, 3)
    )
    assert two.service_level.of_arrivals < 0.6 < 0.85 < three.service_level.of_arrivals
    assert answer.found.staffing == answer.plans["erlang_a"].staffing == ((3, 3),)
    share = answer.found.measured.share(0, 1)
    assert share.mean == pytest.approx(three.service_level.of_arrivals, abs=0.04)


def test_proof_is_on_days_the_search_never_saw(answer: Answer) -> None:
    tree = answer_tree(answer)
    assert tree["all_met"]
    assert tree["plans"]["found"]["days"] == 72
    assert tree["plans"]["own"]["intervals_below_target"] == 0
    assert tree["plans"]["found"]["hours"] == 1.2 < tree["plans"]["own"]["hours"] == 2.2


def test_curve_rises_with_the_agents(answer: Answer) -> None:
    curve = answer_tree(answer)["curve"]
    assert [point["agents"] for point in curve] == [[count, count] for count in (1, 2, 3, 4, 5)]
    shares = [point["share"]["80/20"]["mean"] for point in curve]
    assert shares == sorted(shares)
    assert shares[0] < 0.4 < 0.95 < shares[-1]


def test_same_seed_gives_the_same_answer_and_the_tree_is_json() -> None:
    question, choices = pool_scenario(), Choices(replications=16, cores=1)
    answers = [Planner(question, choices).answer() for _ in range(2)]
    assert json.dumps(answer_tree(answers[0])) == json.dumps(answer_tree(answers[1]))


def test_tables_tell_what_was_found(answer: Answer) -> None:
    tree = answer_tree(answer)
    by_interval, side_by_side, by_agents = answer_tables(tree)
    assert by_interval.headings[1:7] == ("calls", "erlangs", "scenario", "Erlang C", "Erlang A", "found")
    assert by_interval.sections[0].rows[1][0] == "0:12"
    assert [row[0] for row in side_by_side.sections[0].rows] == ["scenario", "Erlang C", "Erlang A", "found"]
    assert by_agents.sections[0].rows[0][3].startswith("3: ")
    assert "Every target is met in every interval, on 72 fresh days." in list(remarks(tree))


def test_page_escapes_the_name_and_has_every_plot(answer: Answer) -> None:
    page = answer_page(answer_tree(answer) | {"scenario": "<b>steady</b>"})
    assert len(page.blocks) == 8
    assert "<b>steady</b>" not in html(page)


def test_bars_are_empty_at_a_half_and_full_at_one() -> None:
    assert sparkline([0.2, 0.5, 0.75, 1.0]) == "▁▁▅█"
