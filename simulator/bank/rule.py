"""Whether the bank put its better customers first, read off the order in which it served them.

The bank's exchange credited each step of priority with 90 seconds of waiting: a good customer (2) stood in
line as if a minute and a half before a customer (1), and that one before a stranger (0). The data show when
it did. In the first ten days of January 1999, for instance, it did not: of two who waited, the one who had
come first was served first, whoever it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date

from simulator.bank.calls import BankCall, BankDay, BankMonth

STEP_S = 90
"""What a step of priority is worth."""

MARGIN_S = 5
"""Pairs this close to a tie, of the credit or of the end of a wait, prove nothing."""

TELLING_PAIRS = 10
"""Fewer pairs than this do not show a day's rule; it is then that of the day before."""

IN_FORCE_SHARE = 0.45
"""Where the rule was in force the better customer was served first in more of the pairs than this.

Not in all of them: the calls an agent serves are not all that wait, and some customers' priority was another
by the time it was recorded. Without the rule it is a fifth of the pairs, with it four fifths.
"""


def days_with_priority(month: BankMonth) -> frozenset[date]:
    """Return the days on which the rule was in force."""
    days: list[date] = []
    in_force = True
    for day in month.days:
        pairs = list(_better_first(day))
        if len(pairs) >= TELLING_PAIRS:
            in_force = sum(pairs) / len(pairs) > IN_FORCE_SHARE
        if in_force:
            days.append(day.date)
    return frozenset(days)


def _better_first(day: BankDay) -> Iterator[bool]:
    """Yield for each telling pair whether the better customer, who came later, was served first.

    A pair is telling where both waited as one of them was served, and the later one came by less than the
    credit later.
    """
    waiting = [call for call in day.calls if call.waited_s and call.priority is not None]
    longest_s = max((call.waited_s for call in waiting), default=0)
    arrivals = [call.at_s for call in waiting]
    for served in waiting:
        if served.abandoned:
            continue
        left_s = served.at_s + served.waited_s
        first = bisect_left(arrivals, left_s - longest_s)
        for other in waiting[first : bisect_left(arrivals, left_s - MARGIN_S)]:
            if other.at_s + other.waited_s > left_s + MARGIN_S and _is_telling(served, other):
                yield (served.priority or 0) > (other.priority or 0)


def _is_telling(one: BankCall, other: BankCall) -> bool:
    better, worse = sorted((one, other), key=lambda call: call.priority or 0, reverse=True)
    later_s = better.at_s - worse.at_s
    return better.priority != worse.priority and MARGIN_S < later_s < STEP_S - MARGIN_S
