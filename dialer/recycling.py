"""When a lead comes up again, and at which of its numbers: by what the attempts so far came to.

    busy        -> same number, in five minutes          machine   -> four hours later, other part of the day
    no answer   -> next number, two to four hours later, in a part of the day that was tried least
    no number   -> the next number at once, never that one again
    no line     -> same number, in five minutes, three times in a row
    abandoned   -> first of all when the day has passed, with an agent who is sure to be there

Pure: the rules, the lead with its past and the attempt that ended go in, an instant comes out. What the law
has to say (hours, caps, lock-outs) is asked apart from this, at the moment of dialing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.kernel.lots import lot
from core.model import disposition
from core.model.attempt import AttemptRecord
from core.model.hours import AHEAD_DAYS, DAYS, Day, Opening, OpeningHours
from core.model.lead import Lead, LeadNumber, PastAttempt, past_attempt
from dialer.windows import begins_us, day_of

UTC = ZoneInfo("UTC")
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US


class Turn(StrEnum):
    """Which number is tried after an attempt."""

    SAME = "same"
    NEXT = "next"
    NEVER = "never"
    """Another one, and this one never again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycleRule:
    """What follows a disposition; one without a rule is final.

    The lead comes up after `delay_us` and a part of `spread_us` that its id decides, so that those dialed in
    one minute do not all come back in another. After `attempts_max` of the same in a row it is given up.
    `first` lets it come before all others, one to one with an agent who is sure to be there.
    """

    delay_us: int = 0
    spread_us: int = 0
    attempts_max: int = 3
    number: Turn = Turn.NEXT
    other_day_part: bool = False
    other_caller_id: bool = False
    first: bool = False


_ELSEWHEN = RecycleRule(delay_us=4 * HOUR_US, attempts_max=10, other_day_part=True)
_SOON = RecycleRule(delay_us=5 * MINUTE_US, number=Turn.SAME)

DEFAULT_RULES: Mapping[str, RecycleRule] = {
    disposition.BUSY: replace(_SOON, attempts_max=5),
    disposition.DECLINED: replace(_ELSEWHEN, attempts_max=2, number=Turn.SAME),
    disposition.NO_ANSWER: replace(_ELSEWHEN, delay_us=2 * HOUR_US, spread_us=2 * HOUR_US),
    disposition.ABSENT: _ELSEWHEN,
    disposition.MACHINE: _ELSEWHEN,
    disposition.INVALID: RecycleRule(delay_us=MINUTE_US, attempts_max=100, number=Turn.NEVER),
    disposition.BLOCKED: RecycleRule(delay_us=24 * HOUR_US, attempts_max=2, other_caller_id=True),
    disposition.CONGESTED: _SOON,
    disposition.UNREACHABLE: replace(_SOON, delay_us=30 * MINUTE_US),
    disposition.LOST: _SOON,
    disposition.ABANDONED: RecycleRule(delay_us=24 * HOUR_US, number=Turn.SAME, first=True),
}
"""What is usual; whoever talked with an agent is done, unless the agent's result says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPart:
    """A part of the callee's day, such as the evenings of weekdays."""

    name: str
    weekly: Mapping[Day, tuple[Opening, ...]]

    def hours(self, zone: ZoneInfo) -> OpeningHours:
        """Return when it is on the clocks of `zone`."""
        return OpeningHours(zone=zone, weekly=self.weekly)


def every_day(name: str, from_min: int, until_min: int, days: Iterable[Day] = DAYS) -> DayPart:
    """Return the part of these days between two minutes since midnight."""
    opening = (Opening(from_min, until_min),)
    return DayPart(name=name, weekly=dict.fromkeys(days, opening))


DEFAULT_DAY_PARTS = (
    every_day("morning", 9 * 60, 12 * 60),
    every_day("afternoon", 12 * 60, 17 * 60),
    every_day("evening", 17 * 60, 20 * 60),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycling:
    """How a campaign comes back to its leads: `rules` by code, and what holds for all of them.

    A lead is dialed `attempts_max` times by the campaign, and `a_day_max` times in a day of its own clock.
    `zone` is the clock of numbers of which nobody knows where they are.
    """

    rules: Mapping[str, RecycleRule] = field(default_factory=lambda: DEFAULT_RULES)
    attempts_max: int = 10
    a_day_max: int = 3
    day_parts: tuple[DayPart, ...] = DEFAULT_DAY_PARTS
    zone: ZoneInfo = UTC

    def clock(self, zones: Sequence[str]) -> ZoneInfo:
        """Return the clock of somebody who may be in any of `zones`, the likeliest first."""
        return ZoneInfo(zones[0]) if zones else self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTry:
    """When a lead comes up again; `first`: before all others, with an agent who is sure."""

    at_us: int
    first: bool = False


def next_try(
    recycling: Recycling, lead: Lead, ended: AttemptRecord, *, is_recalled: bool = False
) -> NextTry | None:
    """Return when `lead`, as it was leased, comes up again after the attempt that ended; None for never.

    Of a lead that `is_recalled` only the number is known that was dialed: it comes up again with all it has.
    """
    rule = recycling.rules.get(ended.disposition)
    if rule is None or lead.attempts + 1 >= recycling.attempts_max:
        return None
    past = (*_own(lead), past_attempt(ended, lead.campaign))
    is_exhausted = not is_recalled and not numbers_in_turn(recycling, lead, past)
    if is_exhausted or _in_a_row(past) >= rule.attempts_max:
        return None
    zone = recycling.clock(ended.zones)
    earliest_us = max(ended.ended_us + rule.delay_us, _after_a_full_day(past, recycling.a_day_max, zone))
    within_us = rule.spread_us
    if rule.other_day_part:
        part = least_tried(recycling.day_parts, [each.at_us for each in past], zone, earliest_us)
        earliest_us, within_us = part.from_us, min(within_us, part.until_us - part.from_us)
    late_us = lot(lead.lead_id, str(lead.attempts), of=within_us)
    return NextTry(at_us=earliest_us + late_us, first=rule.first)


def numbers_in_turn(
    recycling: Recycling, lead: Lead, past: Sequence[PastAttempt] | None = None
) -> tuple[LeadNumber, ...]:
    """Return the lead's numbers in the order in which they are to be tried now, without those given up."""
    past = _own(lead) if past is None else past
    dead = {each.number for each in past if _turn_after(each, recycling) is Turn.NEVER}
    last = next((each for each in reversed(past) if each.number in _plain(lead)), None)
    start = 0
    if last is not None:
        start = _plain(lead).index(last.number) + (_turn_after(last, recycling) is not Turn.SAME)
    in_turn = (*lead.numbers[start:], *lead.numbers[:start])
    return tuple(number for number in in_turn if number.number not in dead)


def number_to_avoid(recycling: Recycling, lead: Lead) -> str:
    """Return the number of ours that the lead is not to see again by now; empty where it may see any."""
    own = _own(lead)
    rule = recycling.rules.get(own[-1].disposition) if own else None
    return own[-1].caller_id if rule is not None and rule.other_caller_id else ""


class Stretch(NamedTuple):
    """A time from an instant until another."""

    from_us: int
    until_us: int


def least_tried(parts: Sequence[DayPart], tried_us: Sequence[int], zone: ZoneInfo, from_us: int) -> Stretch:
    """Return what comes first from `from_us` on of the parts that were tried least, and not at last.

    Without any part it is all the time there is.
    """
    hours = [part.hours(zone) for part in parts]
    counts = [sum(each.is_open(at_us) for at_us in tried_us) for each in hours]
    least = [each for each, count in zip(hours, counts, strict=True) if count == min(counts)]
    others = [each for each in least if not (tried_us and each.is_open(tried_us[-1]))]
    return min((_next_stretch(each, from_us) for each in others or least), default=_always(from_us))


# --- what has been ------------------------------------------------------------------------------------


def _own(lead: Lead) -> tuple[PastAttempt, ...]:
    """Return the attempts of the lead's own campaign; caps over all of them are for the law."""
    return tuple(each for each in lead.past if each.campaign == lead.campaign)


def _in_a_row(past: Sequence[PastAttempt]) -> int:
    """Return how often the last result came without another between."""
    last = past[-1].disposition
    return sum(1 for _ in takewhile(lambda each: each.disposition == last, reversed(past)))


def _turn_after(past: PastAttempt, recycling: Recycling) -> Turn:
    rule = recycling.rules.get(past.disposition)
    return rule.number if rule else Turn.SAME


def _plain(lead: Lead) -> list[str]:
    return [number.number for number in lead.numbers]


def _after_a_full_day(past: Sequence[PastAttempt], a_day_max: int, zone: ZoneInfo) -> int:
    """Return the end of the day of the last attempt where that day has seen all it may, else 0."""
    day = day_of(past[-1].at_us, zone)
    today = sum(each.at_us >= begins_us(day, zone) for each in past)
    return begins_us(day + timedelta(days=1), zone) if today >= a_day_max else 0


def _next_stretch(hours: OpeningHours, from_us: int) -> Stretch:
    opens_us = from_us if hours.is_open(from_us) else hours.next_change_us(from_us)
    if opens_us is None:
        return _always(from_us)
    closes_us = hours.next_change_us(opens_us)
    return _always(opens_us) if closes_us is None else Stretch(opens_us, closes_us)


def _always(from_us: int) -> Stretch:
    return Stretch(from_us, from_us + AHEAD_DAYS * 24 * HOUR_US)
