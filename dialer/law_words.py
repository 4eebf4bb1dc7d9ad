"""What rules of the law ask, in words: for the pages about it, and for reports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from core.model.hours import DAYS
from dialer.law import (
    AbandonmentCap,
    AttemptCap,
    CallingHours,
    ConnectWithin,
    KeepRecords,
    Lockout,
    Register,
    RingAtLeast,
    Rule,
    SafeHarbourMessage,
)

WINDOWS = {
    "day": "in a day of the campaign",
    "rolling_24_hours": "in any 24 hours",
    "rolling_30_days": "in any 30 days",
    "calendar_month": "in a calendar month",
}
_CLOCKS = {
    "answer": "the answer",
    "greeting_end": "the end of the greeting, or the answer where that is unknown",
}


def asks(rule: Rule) -> str:
    """Return in words what a rule asks."""
    match rule:
        case AbandonmentCap():
            share = f"{rule.share * 100:g}%"
            return f"at most {share} of those answered by a person abandoned, {WINDOWS[rule.window]}"
        case ConnectWithin():
            return f"an agent within {rule.limit_s:g} s of {_CLOCKS[rule.clock]}"
        case RingAtLeast():
            return f"ring for at least {rule.at_least_s:g} s"
        case CallingHours():
            holidays = "; not on holidays" if rule.holidays == "none" else ""
            return f"{', '.join(_hours(rule))}{holidays}"
        case AttemptCap():
            return f"at most {rule.attempts} attempts in {_span(rule.within_h)}, for each {rule.counted_for}"
        case Lockout():
            unless = ", unless an agent is sure" if rule.unless_agent_is_sure else ""
            return f"no call for {_span(rule.hours)} after {_AFTER[rule.after]}{unless}"
        case SafeHarbourMessage():
            key = " with a key to opt out" if rule.opt_out_key else ""
            no_more = ", and advertises nothing" if rule.no_marketing else ""
            return f"who finds nobody hears a message that tells {' and '.join(rule.says)}{key}{no_more}"
        case Register():
            return (
                f"numbers on `{rule.name}` are not called; our copy is at most {rule.age_max_days} days old"
            )
        case KeepRecords():
            return f"records are kept for {rule.years} years"
    raise TypeError(rule)


_AFTER = {
    "abandoned": "an abandoned call",
    "machine": "a machine",
    "conversation": "a conversation",
    "refusal": "a refusal",
}


def _hours(rule: CallingHours) -> Iterator[str]:
    """Yield the openings, days of the same ones together."""
    for openings, days in groupby(DAYS, key=lambda day: rule.weekly.get(day, ())):
        alike = list(days)
        span = alike[0] if len(alike) == 1 else f"{alike[0]} to {alike[-1]}"
        yield f"{span} {' and '.join(openings) or 'never'}"


def _span(hours: float) -> str:
    return f"{hours / 24:g} days" if hours > 24 else f"{hours:g} hours"
