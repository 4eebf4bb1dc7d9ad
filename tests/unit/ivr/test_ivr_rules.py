"""The pure rules for keys, opening hours and values that hold for any input."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds
from core.model.hours import DAYS, Opening, is_open, parse_opening
from ivr.digits import KEYS, Entry, judge_choice, judge_entry
from ivr.prompts import ENGLISH
from ivr.values import spoken

BERLIN = ZoneInfo("Europe/Berlin")


@given(digits=st.text(KEYS, max_size=12), low=st.integers(1, 6), more=st.integers(0, 6))
def test_entry_is_accepted_exactly_when_it_is_digits_of_a_legal_length(
    digits: str, low: int, more: int
) -> None:
    accepted = digits.isdigit() and low <= len(digits) <= low + more
    assert (judge_entry(digits, "timeout", low, low + more) is Entry.ACCEPTED) is accepted


@pytest.mark.parametrize("digits", ["１２３", "²²²", "12\n3"])
def test_digits_of_other_alphabets_are_no_keys(digits: str) -> None:
    assert judge_entry(digits, "done", 1, 9) is Entry.INVALID


def test_terminator_alone_is_a_mistake_and_silence_is_silence() -> None:
    assert judge_entry("", "done", 1, 4) is Entry.INVALID
    assert judge_entry("", "timeout", 1, 4) is Entry.SILENT
    assert judge_choice("", "timeout", ("1",)) is Entry.SILENT


@given(digit=st.sampled_from(KEYS), keys=st.lists(st.sampled_from(KEYS), unique=True))
def test_choice_is_accepted_exactly_when_the_menu_offers_it(digit: str, keys: list[str]) -> None:
    assert (judge_choice(digit, "done", tuple(keys)) is Entry.ACCEPTED) is (digit in keys)


@given(start=st.integers(0, 1438), length=st.integers(1, 1440))
def test_opening_is_read_back_as_it_is_written(start: int, length: int) -> None:
    end = min(1440, start + length)
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    assert parse_opening(text) == Opening(start, end)


@pytest.mark.parametrize("text", ["", "9:00-10:00", "10:00-10:00", "09:00-24:01", "09:60-10:00", 900, None])
def test_opening_that_cannot_be_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="an opening"):
        parse_opening(text)


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    holiday=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
)
def test_always_open_is_closed_on_holidays_only(instant: datetime, holiday: date) -> None:
    weekly = {name: (Opening(0, 1440),) for name in DAYS}
    at_us = microseconds(instant.timestamp())
    is_holiday = instant.astimezone(BERLIN).date() == holiday
    assert is_open(at_us, BERLIN, weekly, (holiday,)) is not is_holiday


def test_opening_follows_summer_time() -> None:
    weekly = {name: (Opening(540, 600),) for name in DAYS}
    before = datetime(2026, 3, 28, 8, 30, tzinfo=UTC)  # 09:30 in winter
    after = before + timedelta(days=1)  # 10:30 in summer
    times_us = [microseconds(moment.timestamp()) for moment in (before, after)]
    assert [is_open(at_us, BERLIN, weekly, ()) for at_us in times_us] == [True, False]


@given(what=st.sampled_from(["number", "digits", "amount", "date"]), text=st.text(max_size=40))
def test_any_text_is_said_or_left_unsaid_but_never_breaks(what: str, text: str) -> None:
    prompt = spoken(what, text, "USD", ENGLISH)
    assert prompt is None or len(prompt) > 0
