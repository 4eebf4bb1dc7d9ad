"""Who will answer: leads are told apart by what is known of them, soon, calmly, and never too boldly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.rng import Streams
from core.model.attempt import AttemptState
from core.model.events import TimerFired
from core.model.ids import Ids
from core.model.lead import Lead, LeadNumber, PastAttempt
from core.model.lead_orders import LeadsLeased, LeaseLeads
from dialer.attempts import AttemptBook
from dialer.goals import Goals, Reached
from dialer.hopper import Hopper
from dialer.scoring import TRAITS_MAX, AnswerScores
from dialer.traits import traits_of
from tests.unit.dialer.campaign_floor import WINTER

MOBILE, OFFICE = "kind mobile", "kind work"
NOON_US = microseconds(1_767_614_400)
"""Monday the 5th of January 2026, 12:00 UTC."""


def taught(calls: int, mobile: float, office: float, seed: int = 1) -> AnswerScores:
    """Scores after so many calls, half of them to mobile phones; the hour means nothing."""
    scores, draws = AnswerScores(), Streams(seed).stream("answers")
    for call in range(calls):
        kind, rate = (MOBILE, mobile) if call % 2 else (OFFICE, office)
        traits = (kind, f"weekday {draws.randrange(8, 20)}")
        scores.count(traits, launched=1, answered=int(draws.random() < rate), now_s=1.5 * call)
    return scores


def test_before_the_first_call_one_in_four_is_believed_to_answer() -> None:
    scores = AnswerScores()
    assert scores.chance((MOBILE,)) == pytest.approx(0.25)
    assert scores.known == 0


def test_thousand_calls_tell_mobiles_from_offices() -> None:
    scores = taught(1_000, mobile=0.6, office=0.1)
    assert scores.chance((MOBILE, "weekday 10")) == pytest.approx(0.6, abs=0.08)
    assert scores.chance((OFFICE, "weekday 10")) == pytest.approx(0.1, abs=0.06)
    assert scores.known == 1_000


def test_what_the_pacer_is_told_is_on_the_safe_side_and_comes_nearer() -> None:
    caution = []
    for calls in (0, 50, 500, 5_000):
        scores, traits = taught(calls, mobile=0.4, office=0.4), (MOBILE, "weekday 10")
        caution.append(scores.cautious(scores.segment(traits)) - scores.chance(traits))
    assert caution == sorted(caution, reverse=True)
    assert 0.0 < caution[-1] < 0.05 < caution[0]


def test_lead_of_whom_less_is_known_is_reckoned_with_more_cautiously() -> None:
    scores = taught(2_000, mobile=0.3, office=0.3)
    known, unknown = (MOBILE, "weekday 10"), (MOBILE, "weekday 23")
    assert scores.cautious(scores.segment(unknown)) > scores.cautious(scores.segment(known))


def test_afternoon_on_which_nobody_answers_any_more_is_followed_and_kinds_stay_apart() -> None:
    scores = taught(3_000, mobile=0.6, office=0.2)
    for call in range(400):
        kind, answered = (MOBILE, call % 10 < 3) if call % 2 else (OFFICE, call % 20 == 0)
        scores.count((kind, "weekday 15"), launched=1, answered=int(answered), now_s=4_500 + 2.0 * call)
    mobile, office = scores.chance((MOBILE, "weekday 15")), scores.chance((OFFICE, "weekday 15"))
    assert mobile < 0.45
    assert office < mobile / 2


def test_cohort_teaches_as_its_calls_would_one_by_one() -> None:
    together, apart = AnswerScores(), AnswerScores()
    for second in range(60):
        together.count((MOBILE,), launched=5, answered=2, now_s=float(second))
        for answered in (1, 0, 1, 0, 0):
            apart.count((MOBILE,), launched=1, answered=answered, now_s=float(second))
    assert together.chance((MOBILE,)) == pytest.approx(apart.chance((MOBILE,)), abs=0.02)


def test_everybody_answering_at_once_makes_nobody_sure_to() -> None:
    scores = AnswerScores()
    for second in range(50):
        scores.count((MOBILE,), launched=1_000, answered=1_000, now_s=float(second))
    assert 0.9 < scores.chance((MOBILE,)) < 1.0
    assert scores.cautious(scores.segment((MOBILE,))) < 1.0


def test_traits_without_end_leave_what_is_known_alone() -> None:
    scores = taught(1_000, mobile=0.6, office=0.1)
    for number in range(TRAITS_MAX + 10):
        scores.count((f"list {number}",), launched=1, answered=number % 4 == 0, now_s=2_000.0)
    assert scores.chance(("list 10009",)) == pytest.approx(scores.chance(()))
    assert scores.chance((MOBILE,)) > 2 * scores.chance((OFFICE,))


# --- what is known of a lead --------------------------------------------------------------------------


def lead(*past: tuple[str, AttemptState], attempts: int = 0) -> tuple[Lead, LeadNumber]:
    number = LeadNumber(number="+12125550100", kind="mobile", zones=("America/New_York",))
    tried = tuple(
        PastAttempt(at_us=NOON_US - microseconds(3_600 * (len(past) - at)), number=dialed, outcome=outcome)
        for at, (dialed, outcome) in enumerate(past)
    )
    known = Lead(
        lead_id="7",
        campaign="winter",
        list_name="spring fair",
        person_id="p7",
        tier="gold",
        numbers=(number,),
        attempts=attempts,
        past=tried,
    )
    return known, number


def test_fresh_lead_is_known_by_list_kind_and_the_hour_where_it_lives() -> None:
    traits = traits_of(*lead(), NOON_US)
    assert traits == ("list spring fair", "attempt 1", "kind mobile", "tier gold", "weekday 7")


def test_weekend_has_hours_of_its_own() -> None:
    assert "weekend 7" in traits_of(*lead(), NOON_US + microseconds(5 * 86_400))


def test_tries_in_vain_at_this_very_number_are_told_apart_up_to_three() -> None:
    tries = [("+12125550100", AttemptState.NO_ANSWER)] * 5
    assert "in vain 3" in traits_of(*lead(*tries, attempts=5), NOON_US)
    elsewhere = traits_of(*lead(("+12125550199", AttemptState.BUSY), attempts=1), NOON_US)
    assert not any(trait.startswith(("in vain", "last")) for trait in elsewhere)


def test_who_answered_once_is_known_to_answer_whatever_came_later() -> None:
    known = [("+12125550100", AttemptState.CONNECTED), ("+12125550100", AttemptState.BUSY)]
    traits = traits_of(*lead(*known, attempts=2), NOON_US)
    assert traits[-2:] == ("answered before", "last busy")


def test_no_trait_names_a_person_or_a_number() -> None:
    told = " ".join(traits_of(*lead(("+12125550100", AttemptState.BUSY)), NOON_US))
    assert "2125550100" not in told
    assert "p7" not in told


# --- between two runs, and in the line -----------------------------------------------------------------


def test_next_run_knows_what_this_one_learned() -> None:
    before, after = taught(2_000, mobile=0.6, office=0.1), AnswerScores()
    for segment, (answered, unanswered) in before.counts.items():
        after.recall(segment, answered, unanswered, now_s=0.0)
    for traits in ((MOBILE, "weekday 10"), (OFFICE, "weekday 18")):
        assert after.chance(traits) == pytest.approx(before.chance(traits))
        assert after.segment(traits) == before.segment(traits)
    assert after.known > 25, "no more probing"


def hopper_of(**changes: object) -> tuple[Hopper, list[str]]:
    """A hopper that has leased offices and mobiles in turn; return it with their names in that order."""
    rules = replace(WINTER, scores_leads=True, **changes)  # type: ignore[arg-type]
    engine, book = Engine(), AttemptBook()
    hopper = Hopper(engine, Ids(run=1), rules, book, Reached(Goals()), taught(1_000, mobile=0.6, office=0.1))
    hopper.fill(NOON_US, ())
    (order,) = engine.handle(TimerFired(at_us=NOON_US, key=("any",)))
    assert isinstance(order, LeaseLeads)
    leads = [_numbered(number, "mobile" if number % 2 else "work") for number in range(6)]
    hopper.filled(LeadsLeased(at_us=NOON_US, campaign="winter", lease_id=order.lease_id, leads=tuple(leads)))
    return hopper, [lead.lead_id for lead in leads]


def _numbered(number: int, kind: str) -> Lead:
    plain = LeadNumber(number=f"+1212555010{number}", kind=kind, country="US", zones=("America/New_York",))
    return Lead(
        lead_id=str(number), campaign="winter", list_name="list", person_id=f"p{number}", numbers=(plain,)
    )


def test_leads_come_in_the_order_of_their_lists() -> None:
    hopper, names = hopper_of()
    assert [held.lead.lead_id for held in hopper.take(6)] == names
    assert hopper_of()[0].take(1)[0].segment[0] == "score"


def test_likely_ones_come_first_where_the_campaign_wants_it() -> None:
    hopper, _ = hopper_of(likely_first=True)
    assert [held.lead.lead_id for held in hopper.take(6)] == ["1", "3", "5", "0", "2", "4"]
