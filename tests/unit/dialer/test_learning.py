"""What the dialer learns of talks, ring times and answers, and what would fool it."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from dialer.answering import ROOT_ANSWERED, ROOT_UNANSWERED, AnswerRates
from dialer.lifetimes import Lifetimes
from dialer.ringing import Ringing

SEED = 20_261_122


def test_belief_before_the_first_talk_is_an_exponential_one() -> None:
    talk = Lifetimes(120.0)
    assert talk.ended_within(40.0, 30.0) == pytest.approx(1 - exp(-30 / 120))


def test_hazards_of_exponential_talks_are_found_at_every_age() -> None:
    stream, talk = Random(SEED), Lifetimes(300.0)
    for _ in range(20_000):
        length_s = stream.expovariate(1 / 150)
        talk.live(0.0, length_s)
        talk.end(length_s)
    for age_s in (0.0, 20.0, 150.0, 400.0):
        assert talk.ended_within(age_s, 25.0) == pytest.approx(1 - exp(-25 / 150), abs=0.02)


def test_two_kinds_of_talk_are_told_apart_by_age() -> None:
    """Half refuse at 10 s, half hear the pitch of 200 s: an old talk is not about to end soon."""
    talk = Lifetimes(120.0)
    for _ in range(500):
        for length_s in (10.0, 200.0):
            talk.live(0.0, length_s)
            talk.end(length_s)
    assert talk.ended_within(0.0, 12.0) == pytest.approx(0.5, abs=0.05)
    assert talk.ended_within(40.0, 60.0) < 0.05
    assert talk.ended_within(180.0, 30.0) > 0.7


def test_talks_that_go_on_keep_the_first_ends_from_fooling_us() -> None:
    """Ten talk, one has ended after 5 s: the others, at 60 s, say that most do not end so soon."""
    fooled, wise = Lifetimes(120.0), Lifetimes(120.0)
    for law in (fooled, wise):
        law.live(0.0, 5.0)
        law.end(5.0)
    for _ in range(9):
        wise.live(0.0, 60.0)
    assert wise.ended_within(0.0, 10.0) < fooled.ended_within(0.0, 10.0)


def test_life_told_in_pieces_counts_as_life_told_at_once() -> None:
    whole, pieces = Lifetimes(100.0), Lifetimes(100.0)
    whole.live(0.0, 77.0)
    for second in range(77):
        pieces.live(float(second), second + 1.0)
    assert pieces.ended_within(30.0, 20.0) == pytest.approx(whole.ended_within(30.0, 20.0))


def test_call_that_rang_for_long_is_worth_less_than_a_fresh_one() -> None:
    ringing = Ringing(25)
    for _ in range(500):
        ringing.answers.count(10.5)
        ringing.failures.count(25.0)
    assert ringing.answers_within(0.3, 0.0, 12.0) == pytest.approx(0.3, abs=0.03)
    assert ringing.answers_within(0.3, 15.0, 10.0) < 0.02


def test_call_that_outlived_the_quick_failures_is_worth_more() -> None:
    ringing = Ringing(25)
    for _ in range(500):
        ringing.answers.count(12.0)
        ringing.failures.count(2.0)
    assert ringing.answers_within(0.3, 4.0, 21.0) > 0.9


def test_news_that_comes_late_is_learned_as_a_longer_ring() -> None:
    ringing = Ringing(25)
    for _ in range(500):
        ringing.answers.count(12.0 + 2.0)
        ringing.failures.count(25.0 + 2.0)
    assert ringing.answers_within(0.3, 0.0, 13.9) < 0.02
    assert ringing.answers_within(0.3, 0.0, 15.0) == pytest.approx(0.3, abs=0.03)
    assert ringing.answers_within(0.3, 26.0, 9.0) < 0.02, "nobody answers any more, and that is not heard yet"


def test_unknown_segment_is_believed_like_the_one_above() -> None:
    rates = AnswerRates()
    assert rates.posterior(()) == (ROOT_ANSWERED, ROOT_UNANSWERED)
    rates.count(("winter", "list 1"), launched=1_000, answered=500, now_s=60.0)
    answered, unanswered = rates.posterior(("winter", "list 2"))
    assert answered / (answered + unanswered) == pytest.approx(0.5, abs=0.02)
    assert answered + unanswered < 100


def test_rate_follows_a_list_that_dries_up() -> None:
    rates = AnswerRates()
    for minute in range(60):
        rates.count(("c",), launched=60, answered=30, now_s=minute * 60.0)
    for minute in range(60, 110):
        rates.count(("c",), launched=60, answered=6, now_s=minute * 60.0)
    assert rates.cautious(("c",)) == pytest.approx(0.1, abs=0.03)


def test_caution_is_a_deviation_more_and_shrinks_with_calls() -> None:
    rates = AnswerRates()
    before = rates.cautious(()) - ROOT_ANSWERED / (ROOT_ANSWERED + ROOT_UNANSWERED)
    rates.count((), launched=240, answered=60, now_s=1.0)
    answered, unanswered = rates.posterior(())
    after = rates.cautious(()) - answered / (answered + unanswered)
    assert 0 < after < before / 3
