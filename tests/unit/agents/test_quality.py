"""What outcomes teach of an agent: from the level's prior to experience, and over a restart."""

from __future__ import annotations

from agents.quality import QualityRules, outcome, posterior
from core.model.commands import AnswerRequest
from core.model.events import QualityLearned
from core.model.ids import AgentId, ContactId, QueueName
from core.model.quality import PPM, Prior, Quality, SkillQuality, Tally
from core.model.requests import FinishWrapUp, RateContact, RestoreQuality
from goldline.config_dispositions import DispositionSection, dispositions_of
from goldline.config_quality import QualitySection, quality_rules
from tests.unit.floor import CARDS, Floor

ANN, BOB = AgentId("ann"), AgentId("bob")
PRIOR = Quality(resolution_ppm=600_000, pace_ppm=1_100_000, satisfaction_ppm=700_000)
RULES = QualityRules(
    prior=Prior(resolution_ppm=(600_000, 800_000), pace_ppm=(1_100_000,), satisfaction_ppm=700_000),
    resolved=frozenset({"solved"}),
    unresolved=frozenset({"escalated"}),
)


def serve(floor: Floor, agent: str, disposition: str, talk_s: float = 100, wrap_up_s: float = 0) -> None:
    """Let the only ready agent take a call and close it."""
    name = f"call-{len(floor.offered())}"
    floor.arrive(name)
    floor.answer(agent)
    floor.pass_s(talk_s)
    floor.hang_up(f"leg-{name}")
    floor.pass_s(wrap_up_s)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId(agent), disposition=disposition))


def known(floor: Floor, agent_id: AgentId) -> SkillQuality:
    """Return what was told last of the agent at cards."""
    learned = [event for event in floor.events(QualityLearned) if event.agent_id == agent_id]
    (cards,) = learned[-1].skills
    return cards


def refusals(floor: Floor) -> list[str]:
    return [answer.code for answer in floor.orders(AnswerRequest) if answer.code]


# --- the posterior -----------------------------------------------------------------------------------


def test_without_experience_the_level_speaks() -> None:
    assert posterior(PRIOR, Tally(), 0, RULES) == PRIOR
    assert posterior(PRIOR, Tally(), 200_000_000, RULES) == PRIOR


def test_the_prior_is_worth_so_many_outcomes() -> None:
    seen = posterior(PRIOR, Tally(resolved=15, unresolved=5), 0, RULES)
    assert seen.resolution_ppm == (12 + 15) * PPM // 40


def test_pace_is_measured_against_the_mean_of_the_skill() -> None:
    slow = Tally(handled=80, handled_us=80 * 300)
    assert posterior(PRIOR, slow, 200, RULES).pace_ppm == (20 * 1_100_000 + 80 * 1_500_000) // 100


def test_much_experience_outweighs_any_level() -> None:
    seen = Tally(resolved=950, unresolved=50, handled=1_000, handled_us=1_000 * 90, scores=1_000)
    learned = posterior(PRIOR, seen, 100, RULES)
    assert abs(learned.resolution_ppm - 950_000) < 8_000
    assert abs(learned.pace_ppm - 900_000) < 5_000
    assert learned.satisfaction_ppm < 15_000


def test_half_the_experience_says_the_same_with_less_weight() -> None:
    seen = Tally(resolved=8, unresolved=4, handled=12, handled_us=1_200, scores=2, scored_ppm=PPM)
    assert seen.halved().plus(seen.halved()) == seen


def test_levels_beyond_the_last_count_as_the_last_and_none_as_the_first() -> None:
    assert [RULES.prior.of(level).resolution_ppm for level in (0, 1, 2, 9)] == [
        *(600_000, 600_000, 800_000, 800_000)
    ]


# --- on the floor ------------------------------------------------------------------------------------


def test_outcomes_move_the_expectation_and_the_news_is_told() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    for _ in range(3):
        serve(floor, "ann", "solved")
    first = known(floor, ANN)
    for _ in range(6):
        serve(floor, "ann", "escalated")
    assert first.tally.resolved == 2, "the second outcome moved it by more than 0.02"
    assert known(floor, ANN).quality.resolution_ppm < first.quality.resolution_ppm


def test_a_disposition_that_says_nothing_counts_for_the_pace_alone() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    for _ in range(25):
        serve(floor, "ann", "")
    tally = known(floor, ANN).tally
    assert (tally.handled, tally.resolved, tally.unresolved) == (25, 0, 0)


def test_handle_time_is_talk_and_wrap_up() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    for _ in range(25):
        serve(floor, "ann", "solved", talk_s=60, wrap_up_s=20)
    tally = known(floor, ANN).tally
    assert tally.handled_us == tally.handled * 80_000_000


def test_who_takes_longer_than_the_others_is_slow() -> None:
    floor = Floor({"ann": 5, "bob": 5})
    floor.ready("ann")
    for _ in range(25):
        serve(floor, "ann", "solved", talk_s=50)
    floor.not_ready("ann")
    floor.ready("bob")
    for _ in range(25):
        serve(floor, "bob", "solved", talk_s=150)
    assert known(floor, BOB).quality.pace_ppm > PPM


def test_small_news_waits() -> None:
    """With every outcome as expected nothing is told until so many contacts have passed."""
    floor = Floor({"ann": 5})
    floor.ready("ann")
    for place in range(100):
        serve(floor, "ann", "escalated" if place % 4 == 3 else "solved")
    assert 4 <= len(floor.events(QualityLearned)) <= 15


def test_satisfaction_is_learned_from_scores() -> None:
    floor = Floor({"ann": 5})
    for place in range(5):
        floor.hear(rating(f"rated-{place}", ANN, PPM))
    assert known(floor, ANN).quality.satisfaction_ppm > 700_000
    assert known(floor, ANN).tally.handled == 0


def test_impossible_ratings_are_refused() -> None:
    floor = Floor({"ann": 5})
    floor.hear(rating("C", AgentId("zoe"), PPM))
    floor.hear(rating("C", ANN, PPM + 1))
    floor.hear(rating("C", ANN, PPM, queue="moon"))
    assert refusals(floor) == ["unknown_agent", "bad_score", "unknown_queue"]
    assert not floor.events(QualityLearned)


def rating(contact: str, agent_id: AgentId, score_ppm: int, queue: str = CARDS.name) -> RateContact:
    return RateContact(
        at_us=0,
        agent_id=agent_id,
        contact_id=ContactId(contact),
        queue=QueueName(queue),
        score_ppm=score_ppm,
    )


# --- over a restart ----------------------------------------------------------------------------------


def test_what_was_learned_outlives_the_run() -> None:
    before = Floor({"ann": 5, "bob": 5})
    before.ready("ann")
    for _ in range(40):
        serve(before, "ann", "solved", talk_s=80)
    after = Floor({"ann": 5, "bob": 5})
    after.hear(RestoreQuality(at_us=0, agent_id=ANN, skills=(known(before, ANN),)))
    assert known(after, ANN) == known(before, ANN)
    after.ready("ann")
    serve(after, "ann", "escalated", talk_s=80)
    serve(after, "ann", "escalated", talk_s=80)
    for _ in range(25):
        serve(after, "ann", "solved", talk_s=80)
    assert known(after, ANN).tally.handled > 40


def test_what_this_run_has_seen_is_not_overwritten() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    for _ in range(3):
        serve(floor, "ann", "solved")
    mine = known(floor, ANN)
    floor.hear(RestoreQuality(at_us=0, agent_id=ANN, skills=()))
    assert known(floor, ANN) == mine


def test_nobody_is_restored_who_left() -> None:
    floor = Floor({"ann": 5})
    floor.hear(RestoreQuality(at_us=0, agent_id=AgentId("zoe"), skills=()))
    assert refusals(floor) == ["unknown_agent"]


def test_old_experience_fades() -> None:
    """Past twice the memory everything counts half, so the tally never grows without bound."""
    floor = Floor({"ann": 5})
    many = Tally(resolved=3_999, handled=3_999, handled_us=3_999 * 100_000_000)
    told = SkillQuality(skill="cards", quality=PRIOR, tally=many)
    floor.hear(RestoreQuality(at_us=0, agent_id=ANN, skills=(told,)))
    floor.ready("ann")
    serve(floor, "ann", "solved")
    assert known(floor, ANN).tally.handled == 2_000


# --- what campaigns' results say ----------------------------------------------------------------------


def test_a_smaller_sale_counts_for_its_part_of_the_best_and_a_promise_for_nothing() -> None:
    told = dispositions_of(
        {
            "sold": DispositionSection(is_sale=True, value=200),
            "trial": DispositionSection(is_sale=True, value=50),
            "no": DispositionSection(is_right_party=True),
            "wrong_person": DispositionSection(),
            "later": DispositionSection(is_contact=True, is_callback=True),
        }
    )
    rules = quality_rules(QualitySection(), told)
    assert outcome("sold", rules) == Tally(resolved=1)
    assert outcome("trial", rules) == Tally(unresolved=1, part_ppm=250_000)
    assert outcome("no", rules) == Tally(unresolved=1)
    assert outcome("wrong_person", rules) == outcome("later", rules) == Tally()
    prior = rules.prior.of(5)
    four = Tally(unresolved=4, part_ppm=4 * 250_000)
    one_of_four = Tally(resolved=1, unresolved=3)
    assert posterior(prior, four, 0, rules) == posterior(prior, one_of_four, 0, rules)
