"""Whom an arriving call gets of the idle agents, under each strategy."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.engine import Engine
from core.kernel.clock import microseconds
from core.model.events import DecisionMade, Term
from core.model.ids import AgentId, QueueName
from core.model.quality import PPM, Quality
from core.model.requests import FinishWrapUp, GoNotReady, GoReady, LogOut, RejectOffer
from routing.rules import Kind, QueueRules, Queues, Rulebook, Strategy, TierRules, Weights
from routing.scores import BY_QUALITY, BY_RECORD
from routing.strategies import PARTS, StrategyScores, aged
from routing.track_record import TrackRecords
from tests.unit.floor import WRAP_UP_S, Floor

NO_WEIGHTS = Weights()


def floor_under(strategy: Strategy, skills: Mapping[str, int], weights: Weights = NO_WEIGHTS) -> Floor:
    tier = TierRules(name="standard", choose=strategy, weights=weights)
    return Floor(skills, tiers={"standard": tier})


def serve(floor: Floor, caller: str, talk_s: float) -> str:
    """A call comes, is answered at once, and over after `talk_s`; there is no wrap-up. Return by whom."""
    floor.arrive(caller)
    (contact, agent) = floor.offered()[-1]
    assert contact == caller
    floor.answer(agent)
    floor.pass_s(talk_s)
    floor.hang_up(f"leg-{caller}")
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId(agent)))
    return agent


def chosen_for(floor: Floor, caller: str) -> str:
    floor.arrive(caller)
    contact, agent = floor.offered()[-1]
    assert contact == caller
    return agent


def test_every_strategy_but_value_says_what_it_adds_up() -> None:
    assert set(PARTS) == set(Strategy) - {Strategy.VALUE}


def _asks_the_records(strategy: Strategy, learned: list[str]) -> bool:
    """Tell whether a rank by the strategy needs what is counted of the agent; note in `learned` if more."""

    def quality(agent: AgentId, skill: str) -> Quality:
        learned.append(skill)
        return Quality(resolution_ppm=PPM, pace_ppm=PPM, satisfaction_ppm=PPM)

    rules = Rulebook(queues=Queues(), tiers={"standard": TierRules(name="standard", choose=strategy)})
    nothing_counted = TrackRecords(Engine(), Rulebook(queues=Queues()))
    try:
        scores = StrategyScores(rules, nothing_counted, quality)
        scores.rank_us(Kind(QueueName("sales"), "standard", ""), AgentId("ann"), 1)
    except KeyError:
        return True
    return False


@pytest.mark.parametrize("strategy", PARTS)
def test_what_a_strategy_asks_for_is_kept_for_it(strategy: Strategy) -> None:
    learned: list[str] = []
    assert _asks_the_records(strategy, learned) is (strategy in BY_RECORD)
    assert bool(learned) is (strategy in BY_QUALITY)


@pytest.mark.parametrize("where", ["anywhere", "under a policy", "in a queue"])
def test_records_are_kept_wherever_a_tier_asks_for_them(where: str) -> None:
    asking = {"gold": TierRules(name="gold", choose=Strategy.ROUND_ROBIN)}
    queue = QueueRules(name=QueueName("sales"), tiers=asking if where == "in a queue" else {})
    rules = Rulebook(
        queues=Queues({queue.name: queue}),
        tiers=asking if where == "anywhere" else {},
        policies={"storm": asking} if where == "under a policy" else {},
    )
    assert rules.chooses_by_any(BY_RECORD)
    assert not rules.chooses_by_any(BY_QUALITY)


def test_lowest_level_saves_the_best_for_others() -> None:
    floor = floor_under(Strategy.LOWEST_LEVEL, {"expert": 9, "novice": 2})
    floor.ready("expert", "novice")
    assert chosen_for(floor, "easy") == "novice"


@pytest.mark.parametrize(("later_s", "chosen"), [(59, "expert"), (61, "novice")])
def test_weighted_level_counts_as_so_much_idleness(later_s: float, chosen: str) -> None:
    floor = floor_under(
        Strategy.WEIGHTED_LEVEL,
        {"novice": 2, "expert": 5},
        Weights(level_us=microseconds(20)),
    )
    floor.ready("novice")
    floor.pass_s(later_s)
    floor.ready("expert")
    floor.pass_s(10)
    assert chosen_for(floor, "caller") == chosen


def test_least_occupied_counts_the_time_at_work_and_no_breaks() -> None:
    floor = floor_under(Strategy.LEAST_OCCUPIED, {"ann": 5, "bob": 5})
    floor.ready("ann")
    serve(floor, "first", talk_s=30)  # ann: 30 s of work
    floor.pass_s(70)  # ... in 100 s
    floor.hear(GoNotReady(at_us=floor.now_us, agent_id=AgentId("ann"), reason="break"))
    floor.ready("bob")
    serve(floor, "second", talk_s=40)  # bob: 40 s of work in 80 s
    floor.pass_s(40)
    floor.hear(GoNotReady(at_us=floor.now_us, agent_id=AgentId("bob"), reason="break"))
    floor.pass_s(1_000)
    floor.hear(GoReady(at_us=floor.now_us, agent_id=AgentId("bob")))
    floor.hear(GoReady(at_us=floor.now_us, agent_id=AgentId("ann")))
    assert chosen_for(floor, "third") == "ann"
    winner = floor.events(DecisionMade)[-1].winner
    assert winner.score_us == -microseconds(0.30 * 3_600)


def test_fewest_contacts_counts_from_log_in() -> None:
    floor = floor_under(Strategy.FEWEST_CONTACTS, {"ann": 5, "bob": 5})
    floor.ready("ann")
    serve(floor, "first", talk_s=10)
    serve(floor, "second", talk_s=10)
    floor.ready("bob")
    assert serve(floor, "third", talk_s=10) == "bob"
    assert serve(floor, "fourth", talk_s=10) == "bob"
    floor.hear(LogOut(at_us=floor.now_us, agent_id=AgentId("ann")))
    floor.ready("ann")
    assert chosen_for(floor, "fifth") == "ann"


def test_round_robin_gives_everybody_a_turn_however_long_they_talk() -> None:
    floor = floor_under(Strategy.ROUND_ROBIN, {"ann": 5, "bob": 5})
    floor.ready("ann", "bob")
    floor.pass_s(1)
    assert chosen_for(floor, "long") == "ann"
    floor.answer("ann")
    floor.pass_s(1)
    assert serve(floor, "short", talk_s=5) == "bob"
    floor.pass_s(60)
    floor.hang_up("leg-long")
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann")))
    # Bob is idle for a minute, but ann's last turn came before his.
    assert chosen_for(floor, "next") == "ann"


def test_round_robin_counts_a_rejected_offer_as_a_turn() -> None:
    floor = floor_under(Strategy.ROUND_ROBIN, {"ann": 5, "bob": 5})
    floor.ready("ann", "bob")
    floor.pass_s(1)
    assert chosen_for(floor, "caller") == "ann"
    floor.hear(RejectOffer(at_us=floor.now_us, agent_id=AgentId("ann")))
    assert floor.offered()[-1] == ("caller", "bob")
    floor.answer("bob")
    floor.pass_s(WRAP_UP_S)
    floor.hear(GoReady(at_us=floor.now_us, agent_id=AgentId("ann")))
    assert chosen_for(floor, "another") == "ann"


def test_fastest_learns_who_takes_less_time() -> None:
    floor = floor_under(Strategy.FASTEST, {"slow": 5, "quick": 5})
    for nth in range(10):
        floor.ready("slow")
        serve(floor, f"slow-{nth}", talk_s=600)
        floor.hear(LogOut(at_us=floor.now_us, agent_id=AgentId("slow")))
        floor.ready("quick")
        serve(floor, f"quick-{nth}", talk_s=60)
        floor.hear(LogOut(at_us=floor.now_us, agent_id=AgentId("quick")))
    floor.ready("slow", "quick")
    floor.pass_s(60)
    assert chosen_for(floor, "caller") == "quick"
    decision = floor.events(DecisionMade)[-1]
    assert decision.runner_up is not None
    assert decision.winner.score_us - decision.runner_up.score_us > microseconds(60)


@pytest.mark.parametrize("strategy", [each for each in Strategy if each is not Strategy.VALUE])
def test_who_is_alike_in_all_else_is_chosen_by_the_longest_idle_time(strategy: Strategy) -> None:
    floor = floor_under(strategy, {"later": 5, "sooner": 5})
    floor.ready("sooner")
    floor.ready("later")
    assert chosen_for(floor, "caller") == "sooner"


def test_what_decided_is_told_as_times_since() -> None:
    floor = floor_under(
        Strategy.WEIGHTED_LEVEL, {"novice": 2, "expert": 5}, Weights(level_us=microseconds(20))
    )
    floor.ready("novice", "expert")
    floor.pass_s(30)
    assert chosen_for(floor, "caller") == "expert"
    decision = floor.events(DecisionMade)[-1]
    assert [aged(term, decision.at_us) for term in decision.winner.terms] == [
        Term("level", microseconds(100)),
        Term("idle", microseconds(30)),
    ]
