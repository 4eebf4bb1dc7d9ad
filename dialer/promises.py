"""Calls that agents promise: when they are on the customer's clock, whose they are, what may not be promised.

A promise is kept as a callback of the lead (`core.model.lead_orders.SettleLead`): it comes before all others
when it is due, one to one with an agent who is sure to be there, and counts against the caps like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import RequestRefused
from core.model.disposition import CallbackBy
from dialer.law import DAY_US, CallingHours, Law
from dialer.permission import Callee, permission

WRITTEN = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRules:
    """What agents may promise: up to `ahead_us` from now; `alone_us` after it is due it is anyone's."""

    ahead_us: int = 90 * DAY_US
    alone_us: int = 15 * 60 * SECOND_US


class Promise(NamedTuple):
    """A call at an instant, by `owner` alone until `alone_until_us` (0: for ever), or by anyone."""

    at_us: int
    owner: str = ""
    alone_until_us: int = 0


def promise(rules: PromiseRules, at: str, by: str, zone: ZoneInfo, agent_id: str) -> Promise:
    """Return what an agent promises, `at` on the clock of `zone`; raise `RequestRefused` if unreadable."""
    try:
        at_us = microseconds(
            datetime.strptime(at.replace("T", " "), WRITTEN).replace(tzinfo=zone).timestamp()
        )
        whose = CallbackBy(by or CallbackBy.MINE_FIRST)
    except ValueError:
        raise RequestRefused(
            "bad_callback", "say when, such as 2026-11-23 10:30, and by mine, anyone or mine_first"
        ) from None
    if whose is CallbackBy.ANYONE:
        return Promise(at_us)
    return Promise(at_us, agent_id, at_us + rules.alone_us if whose is CallbackBy.MINE_FIRST else 0)


def refuse_untimely(
    promised: Promise,
    rules: PromiseRules,
    law: Law,
    callee: Callee,
    now_us: int,
    holidays: Mapping[str, tuple[date, ...]] | None = None,
) -> None:
    """Raise `RequestRefused` for a call in the past, too far ahead, or when the callee may not be called."""
    if not now_us < promised.at_us <= now_us + rules.ahead_us:
        raise RequestRefused("bad_callback", "promise a call in the time to come, and not too far ahead")
    verdict = permission(_hours_of(law), callee, promised.at_us, registers_from_us={}, holidays=holidays)
    if not verdict.allowed:
        raise RequestRefused("out_of_hours", f"nobody may be called then: {', '.join(verdict.rules)}")


def _hours_of(law: Law) -> Law:
    """Return what the law says of hours alone: caps and lists are asked when the time has come."""
    packs = (
        replace(pack, rules=tuple(rule for rule in pack.rules if isinstance(rule, CallingHours)))
        for pack in law.packs
    )
    return Law(tuple(packs))
