"""Which of our numbers a callee sees."""

from __future__ import annotations

from typing import Any

from core.kernel.clock import SECOND_US
from dialer.caller_ids import DAY_US, HOUR_US, CallerIds, OwnNumber, PoolRules

NOW_US = 20_000 * DAY_US
NEW_YORK = OwnNumber(number="+12125550100", country="US", regions=("US-NY",))
TEXAS = OwnNumber(number="+12145550100", country="US", regions=("US-TX",))
PARIS = OwnNumber(number="+33155500100", country="FR")


def pool(*numbers: OwnNumber, **rules: Any) -> CallerIds:
    return CallerIds(PoolRules(name="ours", numbers=numbers or (PARIS, TEXAS, NEW_YORK), **rules))


def show(caller_ids: CallerIds, times: int, at_us: int = NOW_US) -> list[str | None]:
    """Let New Yorkers be called so many times; return what they saw."""
    seen: list[str | None] = []
    for _ in range(times):
        number = caller_ids.choose("US", ["US-NY"], at_us)
        seen.append(number)
        if number is not None:
            caller_ids.shown(number, at_us)
    return seen


def test_callee_sees_a_number_of_the_region_else_of_the_country_else_any() -> None:
    assert pool().choose("US", ["US-NY"], NOW_US) == NEW_YORK.number
    assert pool().choose("US", ["US-OH"], NOW_US) in (TEXAS.number, NEW_YORK.number)
    assert pool(PARIS).choose("US", ["US-NY"], NOW_US) == PARIS.number


def test_numbers_as_near_take_turns() -> None:
    other = OwnNumber(number="+12125550101", country="US", regions=("US-NY",))
    assert show(pool(NEW_YORK, other), 4) == [NEW_YORK.number, other.number] * 2


def test_number_shown_too_often_in_an_hour_gives_way_and_comes_back() -> None:
    caller_ids = pool(NEW_YORK, TEXAS, per_hour=2)
    assert show(caller_ids, 5) == [NEW_YORK.number] * 2 + [TEXAS.number] * 2 + [None]
    assert show(caller_ids, 1, NOW_US + HOUR_US - SECOND_US) == [None]
    assert show(caller_ids, 1, NOW_US + HOUR_US) == [NEW_YORK.number]


def test_number_is_shown_no_more_than_so_often_a_day() -> None:
    caller_ids = pool(NEW_YORK, per_hour=2, per_day=3)
    seen = [show(caller_ids, 1, NOW_US + hour * HOUR_US)[0] for hour in range(25)]
    assert seen == [NEW_YORK.number] * 3 + [None] * 21 + [NEW_YORK.number]


def test_callee_who_is_called_again_sees_another_number_where_there_is_one() -> None:
    assert pool().choose("US", ["US-NY"], NOW_US, besides=NEW_YORK.number) == TEXAS.number
    assert pool(PARIS).choose("US", [], NOW_US, besides=PARIS.number) == PARIS.number


def answers(caller_ids: CallerIds, own: OwnNumber, share: float, calls: int = 100) -> None:
    for call in range(calls):
        caller_ids.ended(own.number, answered=call < share * calls, now_us=NOW_US)


def test_number_that_is_answered_much_less_than_the_others_rests() -> None:
    caller_ids = pool(NEW_YORK, TEXAS)
    answers(caller_ids, TEXAS, 0.30)
    answers(caller_ids, NEW_YORK, 0.10)
    assert show(caller_ids, 1) == [TEXAS.number]
    assert show(caller_ids, 1, NOW_US + DAY_US) == [NEW_YORK.number]


def test_number_that_is_answered_a_little_less_or_seldom_called_does_not_rest() -> None:
    for share, calls in ((0.25, 100), (0.0, 99)):
        caller_ids = pool(NEW_YORK, TEXAS)
        answers(caller_ids, TEXAS, 0.30)
        answers(caller_ids, NEW_YORK, share, calls)
        assert show(caller_ids, 1) == [NEW_YORK.number]


def test_number_that_is_not_ours_counts_for_nothing() -> None:
    caller_ids = pool(NEW_YORK)
    caller_ids.shown("+15550000", NOW_US)
    caller_ids.ended("+15550000", answered=True, now_us=NOW_US)
    assert show(caller_ids, 1) == [NEW_YORK.number]
