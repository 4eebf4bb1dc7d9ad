"""When a lead comes up again, and at which number: on the callee's clock, by what came before."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds, seconds
from core.kernel.lots import lot
from core.kernel.record import replace
from core.model.attempt import OUTCOMES as OUTCOMES_OF_ATTEMPTS
from core.model.attempt import AttemptRecord, AttemptState
from core.model.disposition import SYSTEM, USUAL
from core.model.lead import Lead, LeadNumber, PastAttempt
from dialer.progress import Unanswered
from dialer.recycling import (
    DEFAULT_DAY_PARTS,
    DEFAULT_RULES,
    HOUR_US,
    MINUTE_US,
    NextTry,
    Recycling,
    every_day,
    least_tried,
    next_try,
    number_to_avoid,
    numbers_in_turn,
)

NEW_YORK = ZoneInfo("America/New_York")
HOME, MOBILE, WORK = "+12125550101", "+12125550102", "+12125550103"
OUTCOMES = {
    "busy": AttemptState.BUSY,
    "no_answer": AttemptState.NO_ANSWER,
    "machine": AttemptState.MACHINE,
    "abandoned": AttemptState.DROPPED,
}


def at(text: str, zone: ZoneInfo = NEW_YORK) -> int:
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def clock(at_us: int) -> str:
    return datetime.fromtimestamp(seconds(at_us), NEW_YORK).strftime("%a %H:%M")


def past(code: str, text: str, number: str = HOME, campaign: str = "spring") -> PastAttempt:
    outcome = OUTCOMES.get(code, AttemptState.FAILED)
    return PastAttempt(at_us=at(text), number=number, outcome=outcome, disposition=code, campaign=campaign)


def lead(*before: PastAttempt, numbers: tuple[str, ...] = (HOME,), lead_id: str = "L1") -> Lead:
    return Lead(
        lead_id=lead_id,
        campaign="spring",
        list_name="march",
        person_id="P1",
        numbers=tuple(LeadNumber(number=number, zones=("America/New_York",)) for number in numbers),
        attempts=sum(each.campaign == "spring" for each in before),
        past=before,
    )


def ended(code: str, text: str, number: str = HOME) -> AttemptRecord:
    return AttemptRecord(
        attempt_id="A-1",
        person_id="P1",
        number=number,
        country="US",
        zones=("America/New_York",),
        mode="predictive",
        dialed_us=at(text),
        ended_us=at(text),
        outcome=OUTCOMES.get(code, AttemptState.FAILED),
        disposition=code,
    )


# --- what follows an outcome -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "after"),
    [("busy", 5 * MINUTE_US), ("congested", 5 * MINUTE_US), ("unreachable", 30 * MINUTE_US)],
)
def test_what_the_line_did_is_tried_again_soon(code: str, after: int) -> None:
    found = next_try(Recycling(), lead(), ended(code, "2026-11-20T10:00"))
    assert found == NextTry(at_us=at("2026-11-20T10:00") + after)


def test_who_did_not_answer_in_the_morning_is_tried_in_the_afternoon() -> None:
    found = next_try(Recycling(), lead(), ended("no_answer", "2026-11-20T09:30"))
    assert found is not None
    assert at("2026-11-20T12:00") <= found.at_us < at("2026-11-20T14:00")


def test_those_who_did_not_answer_in_one_minute_do_not_all_come_back_in_another() -> None:
    tries = [
        next_try(Recycling(), lead(lead_id=f"L{n}"), ended("no_answer", "2026-11-20T12:00"))
        for n in range(50)
    ]
    assert len({found.at_us for found in tries if found}) > 10


def test_each_part_of_the_day_is_tried_before_one_is_tried_twice() -> None:
    """Morning and evening were tried: noon to five is next, tomorrow, for today it is over."""
    before = past("no_answer", "2026-11-19T09:30")
    found = next_try(Recycling(), lead(before), ended("no_answer", "2026-11-20T18:30"))
    assert found is not None
    assert at("2026-11-21T12:00") <= found.at_us < at("2026-11-21T14:00")


def test_machine_is_tried_four_hours_later_in_another_part_of_the_day() -> None:
    found = next_try(Recycling(), lead(), ended("machine", "2026-11-20T09:30"))
    assert found is not None
    assert clock(found.at_us) == "Fri 13:30"


def test_somebody_who_found_nobody_comes_first_when_a_day_has_passed() -> None:
    found = next_try(Recycling(), lead(), ended("abandoned", "2026-11-20T10:00"))
    assert found == NextTry(at_us=at("2026-11-21T10:00"), first=True)


def test_a_result_without_a_rule_is_final() -> None:
    assert next_try(Recycling(), lead(), ended("sold", "2026-11-20T10:00")) is None


def test_a_line_that_is_full_three_times_in_a_row_is_enough() -> None:
    twice = (past("congested", "2026-11-20T09:50"), past("congested", "2026-11-20T09:55"))
    assert next_try(Recycling(), lead(*twice), ended("congested", "2026-11-20T10:00")) is None
    apart = (twice[0], past("busy", "2026-11-20T09:53"), twice[1])
    recycling = Recycling(a_day_max=9)
    assert next_try(recycling, lead(*apart), ended("congested", "2026-11-20T10:00")) is not None


# --- caps --------------------------------------------------------------------------------------------


def test_no_more_attempts_than_the_campaign_has() -> None:
    before = [past("busy", f"2026-11-{day}T10:00") for day in (17, 18)]
    recycling = Recycling(attempts_max=3)
    assert next_try(recycling, lead(before[0]), ended("busy", "2026-11-20T10:00")) is not None
    assert next_try(recycling, lead(*before), ended("busy", "2026-11-20T10:00")) is None


def test_after_a_full_day_the_next_one_begins_at_the_callees_midnight() -> None:
    recycling = Recycling(a_day_max=2)
    before = past("busy", "2026-11-20T22:00")
    found = next_try(recycling, lead(before), ended("busy", "2026-11-20T23:00"))
    assert found == NextTry(at_us=at("2026-11-21T00:00"))


def test_attempts_of_another_campaign_count_for_the_law_alone() -> None:
    before = [past("congested", f"2026-11-20T0{hour}:00", campaign="debts") for hour in range(8, 10)]
    assert next_try(Recycling(), lead(*before), ended("congested", "2026-11-20T10:00")) is not None


# --- which number ------------------------------------------------------------------------------------


def in_turn(*before: PastAttempt, numbers: tuple[str, ...] = (HOME, MOBILE, WORK)) -> list[str]:
    return [number.number for number in numbers_in_turn(Recycling(), lead(*before, numbers=numbers))]


def test_a_fresh_lead_is_tried_in_the_order_of_its_list() -> None:
    assert in_turn() == [HOME, MOBILE, WORK]


def test_after_no_answer_the_next_number_has_its_turn_and_after_the_last_the_first() -> None:
    assert in_turn(past("no_answer", "2026-11-20T10:00")) == [MOBILE, WORK, HOME]
    assert in_turn(past("no_answer", "2026-11-20T10:00", number=WORK)) == [HOME, MOBILE, WORK]


def test_after_busy_it_is_the_same_number() -> None:
    assert in_turn(past("busy", "2026-11-20T10:00", number=MOBILE)) == [MOBILE, WORK, HOME]


def test_a_number_that_does_not_exist_is_never_dialed_again_and_the_next_comes_at_once() -> None:
    gone = past("invalid", "2026-11-20T10:00")
    assert in_turn(gone, past("no_answer", "2026-11-20T10:01", number=WORK)) == [MOBILE, WORK]
    found = next_try(Recycling(), lead(numbers=(HOME, WORK)), ended("invalid", "2026-11-20T10:00"))
    assert found == NextTry(at_us=at("2026-11-20T10:01"))


def test_a_lead_without_a_number_left_is_done() -> None:
    assert next_try(Recycling(), lead(), ended("invalid", "2026-11-20T10:00")) is None


def test_who_blocked_the_call_is_to_see_another_number() -> None:
    blocked, busy = (
        replace(past(code, "2026-11-20T10:00"), caller_id="+12125550199") for code in ("blocked", "busy")
    )
    assert number_to_avoid(Recycling(), lead(blocked)) == "+12125550199"
    assert number_to_avoid(Recycling(), lead(busy)) == number_to_avoid(Recycling(), lead()) == ""


# --- parts of the day, lots, codes --------------------------------------------------------------------


def test_a_part_of_weekdays_waits_for_monday() -> None:
    evenings = every_day("evening", 17 * 60, 20 * 60, days=("mon", "tue", "wed", "thu", "fri"))
    assert clock(least_tried((evenings,), (), NEW_YORK, at("2026-11-20T21:00")).from_us) == "Mon 17:00"


def test_without_parts_of_the_day_any_time_is_good() -> None:
    recycling = Recycling(day_parts=())
    found = next_try(recycling, lead(), ended("machine", "2026-11-20T10:00"))
    assert found == NextTry(at_us=at("2026-11-20T14:00"))


@given(
    code=st.sampled_from(sorted(DEFAULT_RULES)),
    minute=st.integers(0, 60 * 24 * 400),
    tried=st.lists(
        st.tuples(st.integers(1, 60 * 24 * 6), st.sampled_from(sorted(DEFAULT_RULES))), max_size=6
    ),
)
def test_a_lead_never_comes_up_before_its_delay_nor_outside_a_part_of_the_day(
    code: str, minute: int, tried: list[tuple[int, str]]
) -> None:
    """Over two changes of the clock, whatever came before."""
    now_us = at("2026-01-01T00:00") + minute * MINUTE_US
    before = sorted(
        (
            replace(past(each, "2026-01-01T00:00"), at_us=now_us - ago * MINUTE_US)
            for ago, each in tried
            if each != "invalid"
        ),
        key=lambda each: each.at_us,
    )
    last = replace(ended(code, "2026-01-01T00:00"), dialed_us=now_us, ended_us=now_us)
    found = next_try(Recycling(), lead(*before), last)
    if found is None:
        return
    rule = DEFAULT_RULES[code]
    assert found.at_us >= now_us + rule.delay_us
    if rule.other_day_part:
        assert any(part.hours(NEW_YORK).is_open(found.at_us) for part in DEFAULT_DAY_PARTS)


@given(st.text(max_size=10), st.integers(1, HOUR_US))
def test_a_lot_is_the_words_own_and_below_its_bound(word: str, of: int) -> None:
    assert 0 <= lot(word, of=of) < of
    assert lot(word, of=of) == lot(word, of=of)
    assert lot(word, of=0) == 0


def test_whatever_an_attempt_comes_to_has_a_code_and_all_but_a_talk_a_rule() -> None:
    codes = {*Unanswered, *(USUAL[outcome] for outcome in OUTCOMES_OF_ATTEMPTS)}
    assert codes == set(SYSTEM)
    assert codes - set(DEFAULT_RULES) == {"talked"}
