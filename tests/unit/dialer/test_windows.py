"""Calls counted in every window of a law: exactly, on the campaign's clock, whatever comes late."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US, microseconds
from dialer.law import Window
from dialer.windows import MINUTE_US, NO_CALLS, WINDOWS, Calls, Timeline, first_minute

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones())
PERSON, LOST = Calls(answered=1), Calls(answered=1, abandoned=1)


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("window", "last_outside", "first_inside"),
    [
        ("day", "2026-11-19T23:59:59", "2026-11-20T00:00"),
        ("rolling_24_hours", "2026-11-19T15:00:59", "2026-11-19T15:01"),
        ("rolling_30_days", "2026-10-21T16:00:59", "2026-10-21T16:01"),
        ("calendar_month", "2026-10-31T23:59:59", "2026-11-01T00:00"),
    ],
)
def test_window_begins_where_the_law_says(window: Window, last_outside: str, first_inside: str) -> None:
    now_us = at("2026-11-20T15:00:30")
    timeline = Timeline(BERLIN, now_us)
    timeline.count(at(last_outside), LOST)
    timeline.count(at(first_inside), PERSON)
    assert timeline.sum(window, now_us) == PERSON


def test_calls_leave_a_window_as_time_goes_by() -> None:
    timeline = Timeline(BERLIN, at("2026-11-20T15:00"))
    timeline.count(at("2026-11-20T15:00"), LOST)
    timeline.count(at("2026-11-20T18:00"), PERSON)
    sums = {
        window: timeline.sum(window, at("2026-11-21T15:00"))
        for window in ("day", "rolling_24_hours", "rolling_30_days")
    }
    assert sums == {
        "day": NO_CALLS,
        "rolling_24_hours": PERSON,
        "rolling_30_days": Calls(answered=2, abandoned=1),
    }
    assert timeline.sum("calendar_month", at("2026-12-01T00:00")) == NO_CALLS


def test_day_of_the_change_of_the_clocks_has_twenty_five_hours() -> None:
    midnight, evening = at("2026-10-25T00:00"), at("2026-10-25T23:59")
    assert evening - midnight == (25 * 60 - 1) * MINUTE_US
    timeline = Timeline(BERLIN, midnight)
    timeline.count(midnight, LOST)
    assert timeline.sum("day", evening) == LOST
    assert timeline.sum("rolling_24_hours", evening) == NO_CALLS


@given(st.sampled_from(ZONES), st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)))
def test_a_day_begins_with_its_first_minute_in_every_zone(name: str, moment: datetime) -> None:
    """Also where clocks are changed at midnight, so that there is none or there are two."""
    zone, now_us = ZoneInfo(name), at(moment.isoformat(), ZoneInfo("UTC"))
    today = datetime.fromtimestamp(now_us / SECOND_US, zone).date()
    begins_s = first_minute("day", now_us, zone) * 60
    assert datetime.fromtimestamp(begins_s, zone).date() == today
    assert datetime.fromtimestamp(begins_s - 1, zone).date() < today


def test_what_others_counted_is_replaced_and_not_added() -> None:
    now_us = at("2026-11-20T15:00")
    minute = now_us // MINUTE_US
    timeline = Timeline(BERLIN, now_us)
    timeline.count(now_us, PERSON)
    timeline.replace_others(range(minute - 60, minute + 1), {minute - 50: LOST, minute: PERSON})
    timeline.replace_others(range(minute - 10, minute + 1), {minute - 1: PERSON, minute: LOST})
    assert timeline.sum("day", now_us) == Calls(answered=4, abandoned=2)
    timeline.replace_others(range(minute - 60, minute + 1), {})
    assert timeline.sum("day", now_us) == PERSON


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ours", "others", "wait"]),
        st.integers(min_value=0, max_value=3_000),
        st.sampled_from([PERSON, LOST, Calls(machines=1)]),
    ),
    max_size=40,
)


@given(STEPS, st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Havana"]))
def test_sums_are_those_of_counting_everything_anew(steps: list[tuple[str, int, Calls]], name: str) -> None:
    zone = ZoneInfo(name)
    now_us = at("2026-10-24T21:00")
    timeline = Timeline(zone, now_us)
    ours: list[tuple[int, Calls]] = []
    others: dict[int, Calls] = {}
    for what, minutes, calls in steps:
        dialed_us = now_us - minutes * MINUTE_US
        if what == "ours":
            timeline.count(dialed_us, calls)
            ours.append((dialed_us // MINUTE_US, calls))
        elif what == "others":
            minute = dialed_us // MINUTE_US
            timeline.replace_others(range(minute, minute + 60), {minute: calls})
            others = {there: told for there, told in others.items() if not minute <= there < minute + 60}
            others[minute] = calls
        else:
            now_us += minutes * MINUTE_US
        for window in WINDOWS:
            begins = first_minute(window, now_us, zone)
            expected = NO_CALLS
            for minute, counted in [*ours, *others.items()]:
                expected = expected.plus(counted) if minute >= begins else expected
            assert timeline.sum(window, now_us) == expected
