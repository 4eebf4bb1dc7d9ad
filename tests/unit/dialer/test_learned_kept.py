"""What a campaign learns survives the program: the next morning starts warm, and can still be another."""

from __future__ import annotations

import pytest

from core.kernel.record import replace
from core.model.campaign_events import CampaignLearned
from core.model.campaign_requests import PauseCampaign, RestoreExperience
from core.model.causes import Cause
from core.model.codec import decode, encode
from dialer.experience import CALLS_KEPT, experience_of, take_up
from dialer.pacing import PROBING_CALLS, Learned
from dialer.ringing import LATE_MAX_S
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

SEGMENT = ("list winter", "attempt 1")


def experienced() -> Learned:
    """A day of talks of a minute, of answers at nine seconds, and of one call in two answered."""
    learned = Learned()
    for _ in range(5_000):
        learned.talk.live(0.0, 60.0)
        learned.talk.end(60.0)
        learned.ringing.answers.count(9.0)
    learned.rates.count(SEGMENT, launched=5_000, answered=2_500, now_s=1_000.0)
    return learned


def after_a_night(learned: Learned) -> Learned:
    morning = Learned()
    take_up(morning, experience_of(learned), now_s=60_000.0)
    return morning


def test_laws_of_yesterday_are_known_in_the_morning() -> None:
    yesterday, morning = experienced(), after_a_night(experienced())
    for one, other in (
        (morning.talk.ended_within(0.0, 70.0), yesterday.talk.ended_within(0.0, 70.0)),
        (morning.ringing.answers.until(10.0), yesterday.ringing.answers.until(10.0)),
    ):
        assert one == pytest.approx(other, abs=0.01)
    assert morning.rates.cautious(SEGMENT) == pytest.approx(yesterday.rates.cautious(SEGMENT), abs=0.06)


def test_morning_needs_no_probing_and_follows_a_new_day_soon() -> None:
    morning = after_a_night(experienced())
    assert morning.rates.known == pytest.approx(CALLS_KEPT)
    assert morning.rates.known > PROBING_CALLS
    morning.rates.count(SEGMENT, launched=250, answered=25, now_s=60_100.0)
    assert morning.rates.cautious(SEGMENT) < 0.25


def test_belief_that_was_never_tried_comes_back_as_it_was() -> None:
    fresh, back = Learned(), after_a_night(Learned())
    assert back.talk.ended_within(30.0, 30.0) == pytest.approx(fresh.talk.ended_within(30.0, 30.0), abs=0.001)
    assert back.rates.known == 0


def test_ring_times_kept_when_late_news_had_no_place_are_taken_up() -> None:
    told = experience_of(experienced())
    before = replace(told, answers=told.answers[:-LATE_MAX_S], failures=told.failures[:-LATE_MAX_S])
    morning = Learned()
    take_up(morning, before, now_s=60_000.0)
    assert morning.ringing.answers.until(10.0) > 0.95


def test_laws_of_another_ring_time_are_not_taken_up() -> None:
    told = experience_of(experienced())
    same, other = Learned(), Learned()
    before = other.ringing.answers.until(10.0)
    take_up(same, told, 0.0)
    take_up(other, replace(told, answers=(1_000, 2_000)), 0.0)
    assert same.ringing.answers.until(10.0) != before
    assert other.ringing.answers.until(10.0) == before


def test_campaign_tells_what_it_learned_and_the_next_run_takes_it_up() -> None:
    leads = [lead(f"p{n}", f"+1212555{n:04d}") for n in range(40)]
    floor = CampaignFloor(("ann",), leads)
    floor.ready("ann")
    floor.start()
    for each in leads[:8]:
        floor.let_pass(5)
        floor.rings_off(each.name, Cause.NO_ANSWER)
        floor.let_pass(30)
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    (learned,) = floor.events(CampaignLearned)
    assert decode(encode(learned)) == learned
    assert [rate.segment for rate in learned.experience.rates][:1] == [()]

    again = CampaignFloor(("ann",), (), run=10)
    again.hear(RestoreExperience(at_us=again.now_us, campaign="winter", experience=learned.experience))
    again.start()
    again.hear(PauseCampaign(at_us=again.now_us, campaign="winter", request_id="2"))
    assert again.events(CampaignLearned) == []  # nothing new
