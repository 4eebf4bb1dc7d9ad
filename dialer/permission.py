"""May this number be dialed now? Asked when a lead is loaded, and again at the very moment of dialing.

Pure: the law, what is known of the number and of the person's past, and the instant go in; a verdict comes
out that names the rules. Where a number may lie in several zones or regions (a mobile number, a state
that disagrees with the area code) every one of them must allow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds
from core.model.hours import DAYS, OpeningHours
from dialer.law import DAY_US, AttemptCap, CallingHours, Law, Lockout, Register, Rule

R = TypeVar("R", bound=Rule)

LOOK_AGAIN_US = DAY_US
"""When to ask again about what no clock lifts: an outdated register, say."""


class PastOutcome(StrEnum):
    """What an earlier attempt came to, as far as the law cares."""

    ABANDONED = "abandoned"
    MACHINE = "machine"
    CONVERSATION = "conversation"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One earlier attempt: when, at which number (E.164), and what it came to.

    `refused`: the person asked to be left alone, whatever else it came to.
    """

    at_us: int
    number: str
    outcome: PastOutcome = PastOutcome.NOTHING
    refused: bool = False

    def is_followed_by(self, rule: Lockout) -> bool:
        """Tell whether the lock-out is for what this attempt came to."""
        return self.refused if rule.after == "refusal" else self.outcome == rule.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What is known of a number and whose it is; `zones` and `regions` are all that it may lie in."""

    number: str
    country: str
    zones: tuple[ZoneInfo, ...]
    regions: tuple[str, ...] = ()
    listed_on: tuple[str, ...] = ()
    past: Sequence[Past] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the number may be dialed. `rules` are those that allowed it, or those that forbid it.

    `again_us` is when to ask again where it is forbidden; None where no time changes it.
    """

    allowed: bool
    rules: tuple[str, ...]
    again_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    rule_id: str
    forbidden: bool
    again_us: int | None = None


def permission(
    law: Law,
    callee: Callee,
    at_us: int,
    *,
    registers_from_us: Mapping[str, int],
    holidays: Mapping[str, tuple[date, ...]] | None = None,
    agent_is_sure: bool = False,
) -> Verdict:
    """Return whether `callee` may be dialed at `at_us`.

    `registers_from_us` says when our copy of each register is from, `holidays` the holidays by country,
    `agent_is_sure` that an agent is reserved for this very call (preview, callbacks).
    """
    findings = [
        *_hours(law, callee, at_us, holidays or {}),
        *_attempts(law, callee, at_us),
        *_lockouts(law, callee, at_us, agent_is_sure),
        *_registers(law, callee, at_us, registers_from_us),
    ]
    against = [finding for finding in findings if finding.forbidden]
    if not against:
        return Verdict(allowed=True, rules=tuple(finding.rule_id for finding in findings))
    times = [finding.again_us for finding in against]
    known = [time for time in times if time is not None]
    return Verdict(
        allowed=False,
        rules=tuple(finding.rule_id for finding in against),
        again_us=max(known) if len(known) == len(times) else None,
    )


# --- hours ----------------------------------------------------------------------------------------


def _hours(
    law: Law, callee: Callee, at_us: int, holidays: Mapping[str, tuple[date, ...]]
) -> Iterator[_Finding]:
    for rule in _regional(law, CallingHours, callee):
        closed_on = holidays.get(callee.country, ()) if rule.holidays == "none" else ()
        shut = [
            hours for zone in callee.zones if not (hours := _opening(rule, zone, closed_on)).is_open(at_us)
        ]
        openings = [hours.next_change_us(at_us) for hours in shut]
        known = [opening for opening in openings if opening is not None]
        yield _Finding(rule_id=rule.id, forbidden=bool(shut), again_us=max(known) if known else None)


def _opening(rule: CallingHours, zone: ZoneInfo, closed_on: tuple[date, ...]) -> OpeningHours:
    return OpeningHours(zone=zone, weekly={day: rule.openings(day) for day in DAYS}, holidays=closed_on)


def _regional(law: Law, kind: type[R], callee: Callee) -> Iterator[R]:
    """Go through the rules that hold for any of the regions the number may lie in, each once."""
    found: dict[str, R] = {}
    for region in callee.regions or ("",):
        for rule in law.rules(kind, callee.country, region):
            found[rule.id] = rule
    yield from found.values()


# --- attempts and lock-outs ---------------------------------------------------------------------------


def _attempts(law: Law, callee: Callee, at_us: int) -> Iterator[_Finding]:
    for rule in _regional(law, AttemptCap, callee):
        since_us = at_us - microseconds(rule.within_h * 3_600)
        counted = sorted(
            past.at_us
            for past in callee.past
            if past.at_us > since_us and (rule.counted_for == "person" or past.number == callee.number)
        )
        over = len(counted) - rule.attempts
        # It may be dialed again when enough of the oldest have left the window.
        again_us = counted[over] + microseconds(rule.within_h * 3_600) if over >= 0 else None
        yield _Finding(rule_id=rule.id, forbidden=over >= 0, again_us=again_us)


def _lockouts(law: Law, callee: Callee, at_us: int, agent_is_sure: bool) -> Iterator[_Finding]:
    for rule in _regional(law, Lockout, callee):
        if rule.unless_agent_is_sure and agent_is_sure:
            continue
        ends = [
            past.at_us + microseconds(rule.hours * 3_600) for past in callee.past if past.is_followed_by(rule)
        ]
        until_us = max(ends, default=at_us)
        yield _Finding(rule_id=rule.id, forbidden=until_us > at_us, again_us=until_us)


# --- registers ----------------------------------------------------------------------------------------


def _registers(
    law: Law, callee: Callee, at_us: int, registers_from_us: Mapping[str, int]
) -> Iterator[_Finding]:
    """A register forbids whom it lists, and everybody where our copy is too old or was never loaded."""
    for rule in _regional(law, Register, callee):
        from_us = registers_from_us.get(rule.name)
        if rule.name in callee.listed_on:
            yield _Finding(rule_id=rule.id, forbidden=True)
        elif from_us is None or at_us - from_us > rule.age_max_days * DAY_US:
            yield _Finding(rule_id=rule.id, forbidden=True, again_us=at_us + LOOK_AGAIN_US)
        else:
            yield _Finding(rule_id=rule.id, forbidden=False)
