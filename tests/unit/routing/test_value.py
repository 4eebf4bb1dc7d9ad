"""Value routing: who is worth what to whom, in seconds of waiting, by what outcomes have taught."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentProfile
from core.model.contact import Requirement
from core.model.events import DecisionMade
from core.model.ids import AgentId, QueueName
from core.model.quality import Prior, Quality, SkillQuality, Tally
from core.model.requests import FinishWrapUp, RestoreQuality
from routing.rules import Kind, QueueRules, Queues, Rulebook, Strategy, TierRules, Weights
from routing.staff import Staff
from routing.value import ValueScores
from tests.unit.floor import Floor

PRIOR = Prior(resolution_ppm=(600_000, 900_000), pace_ppm=(1_000_000,), satisfaction_ppm=700_000)
ANN, BOB = AgentId("ann"), AgentId("bob")
WORTH_MUCH = Weights(
    fit_us=microseconds(200), delay=0.5, resolution_us=microseconds(300), pace_us=microseconds(50)
)
WORTH_LITTLE = Weights(
    fit_us=microseconds(50), resolution_us=microseconds(100), price_us=microseconds(200), level_us=SECOND_US
)
TIERS = {
    "platinum": TierRules(
        name="platinum", head_start_us=microseconds(60), choose=Strategy.VALUE, weights=WORTH_MUCH
    ),
    "standard": TierRules(name="standard", choose=Strategy.VALUE, weights=WORTH_LITTLE),
}
CARDS, LOANS = QueueName("cards"), QueueName("loans")
PLATINUM, STANDARD = Kind(CARDS, "platinum"), Kind(CARDS, "standard")


def quality(resolution: float, pace: float = 1.0) -> Quality:
    return Quality(
        resolution_ppm=round(resolution * 1e6), pace_ppm=round(pace * 1e6), satisfaction_ppm=700_000
    )


def scores(tiers: Mapping[str, TierRules] = TIERS) -> ValueScores:
    """Ann is of level 1 at cards and 2 at loans, Bob of level 2 at cards."""
    queues = Queues(
        (name, QueueRules(name=name, requirements=(Requirement(skill=name),))) for name in (CARDS, LOANS)
    )
    agents = {
        ANN: AgentProfile(agent_id=ANN, skills={"cards": 1, "loans": 2}),
        BOB: AgentProfile(agent_id=BOB, skills={"cards": 2}),
    }
    return ValueScores(Rulebook(queues=queues, tiers=tiers), Staff(agents), PRIOR)


# --- the two scores ----------------------------------------------------------------------------------


def test_a_contact_stands_further_forward_for_an_agent_who_resolves_more_and_sooner() -> None:
    known = scores()
    known.learn(BOB, {"cards": quality(0.8, pace=0.9)})
    assert known.fit_us(PLATINUM, BOB, 2) == microseconds(200 * (0.8 - 0.5 * 0.9))
    assert known.fit_us(PLATINUM, ANN, 1) == microseconds(200 * (0.6 - 0.5 * 1.0)), "by the level"


def test_an_agent_costs_what_the_best_of_the_skills_is_worth_to_others() -> None:
    known = scores()
    assert known.rank_us(STANDARD, ANN, 1) == microseconds(100 * 0.6 - 200 * 0.9 + 1)
    known.learn(ANN, {"loans": quality(0.65)})
    assert known.rank_us(STANDARD, ANN, 1) == microseconds(100 * 0.6 - 200 * 0.65 + 1)


def test_terms_add_up_and_those_that_count_nothing_are_left_out() -> None:
    known = scores()
    for kind in (PLATINUM, STANDARD):
        assert sum(term.us for term in known.fit_terms(kind, ANN, 1)) == known.fit_us(kind, ANN, 1)
        assert sum(term.us for term in known.rank_terms(kind, ANN, 1)) == known.rank_us(kind, ANN, 1)
    assert [term.name for term in known.rank_terms(PLATINUM, ANN, 1)] == ["resolution", "pace"]
    assert [term.name for term in known.rank_terms(STANDARD, ANN, 1)] == [
        *("resolution", "needed_elsewhere", "level")
    ]


def test_satisfaction_counts_as_much_as_it_is_given_weight() -> None:
    weights = Weights(fit_us=microseconds(100), resolution_us=microseconds(200), satisfaction=0.5)
    known = scores({"standard": TierRules(name="standard", choose=Strategy.VALUE, weights=weights)})
    assert known.fit_us(STANDARD, ANN, 1) == microseconds(100 * (0.6 + 0.5 * 0.7))
    assert known.rank_us(STANDARD, ANN, 1) == microseconds(200 * (0.6 + 0.5 * 0.7))


def test_a_tier_without_weights_weighs_nothing() -> None:
    assert scores().fit_us(Kind(CARDS, "nobody"), ANN, 1) == 0
    assert scores().rank_terms(Kind(CARDS, "nobody"), ANN, 1) == ()


# --- decisions ---------------------------------------------------------------------------------------


def floor() -> Floor:
    """Experience says that ann resolves much and bob little, whatever their levels."""
    floor = Floor({"ann": 1, "bob": 9}, tiers=TIERS)
    for agent_id, resolution in ((ANN, 0.9), (BOB, 0.5)):
        known = SkillQuality(skill="cards", quality=quality(resolution), tally=Tally(handled=500))
        floor.hear(RestoreQuality(at_us=0, agent_id=agent_id, skills=(known,)))
    return floor


@pytest.mark.parametrize(("tier", "agent"), [("platinum", "ann"), ("standard", "bob")])
def test_high_value_gets_the_best_and_low_value_whoever_is_needed_least(tier: str, agent: str) -> None:
    day = floor()
    day.ready("ann", "bob")
    day.arrive("call", tier=tier)
    assert day.offered() == [("call", agent)]


def test_a_freed_agent_takes_the_contact_it_suits_best() -> None:
    """For ann, platinum stands 60 s + 200 x (.9 - .5) s further forward, and standard 50 x .9 s."""
    day = floor()
    day.arrive("ordinary")
    day.arrive("valuable", tier="platinum")
    day.ready("ann")
    assert day.offered() == [("valuable", "ann")]
    (decision,) = day.events(DecisionMade)
    terms = {term.name: term.us // SECOND_US for term in decision.winner.terms}
    assert terms == {"waited": 0, "head_start": 60, "resolution": 180, "pace": -100}
    assert decision.runner_up is not None
    assert decision.winner.score_us - decision.runner_up.score_us == microseconds(140 - 46)


def test_nobody_starves_for_somebody_of_more_value() -> None:
    """Who has waited long enough longer is served first: all is counted in seconds of waiting."""
    day = floor()
    day.arrive("ordinary")
    day.pass_s(140 - 46 + 1)
    day.arrive("valuable", tier="platinum")
    day.ready("ann")
    assert day.offered() == [("ordinary", "ann")]


def test_what_outcomes_teach_changes_the_next_decision() -> None:
    day = floor()
    day.ready("ann", "bob")
    for place in range(200):
        day.arrive(f"call-{place}", tier="platinum")
        if day.offered()[-1][1] == "bob":
            break
        day.answer("ann")
        day.pass_s(60)
        day.hang_up(f"leg-call-{place}")
        day.hear(FinishWrapUp(at_us=day.now_us, agent_id=ANN, disposition="unresolved"))
    assert day.offered()[-1][1] == "bob", "ann has resolved nothing for a while"
