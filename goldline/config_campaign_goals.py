"""What a campaign is to reach, how its leads are parted, what its agents may promise: sections and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from core.kernel.clock import microseconds
from dialer.goals import Goals
from dialer.parting import Arm, Parting
from dialer.promises import PromiseRules
from goldline.section import Date, Name, Seconds, Section
from goldline.texts import PhoneNumber

Count = Annotated[int, Field(ge=1, le=100_000_000)]
SHARE_MAX = 1_000
"""Parts of an arm: in thousandths of all leads nobody tells two arms apart any more."""


class GoalSection(Section):
    """When a campaign has enough and ends; whichever comes first."""

    sales: Count | None = None
    """After so many sales."""
    contacts: Count | None = None
    """After so many talks with somebody."""
    attempts: Count | None = None
    """After so many attempts."""
    until: Date | None = None
    """After this day, on the campaign's own clock."""
    quotas: dict[str, Count] = {}
    """How many results that count a segment may have, by segment; it is dialed no more when full."""
    counted: tuple[Name, ...] = ()
    """The dispositions that fill quotas; without any, every sale."""


class ArmSection(Section):
    """One way of calling a share of the leads, to be held against the others."""

    share: Annotated[int, Field(ge=1, le=SHARE_MAX)] = 1
    """How many parts of all leads it gets; only the proportion counts."""
    shown_number: PhoneNumber | None = None
    """The number that its leads see, instead of those of the campaign."""
    caller_ids: Name | None = None
    """The pool of numbers of which they see one, instead of that of the campaign."""
    script: str = ""
    """What its agents are shown to say, or where they find it."""


class PromiseSection(Section):
    """What agents may promise when they wrap up with a disposition that is a callback."""

    ahead_s: Annotated[float, Field(ge=3_600, le=366 * 86_400)] = 90 * 86_400
    """How far ahead a call may be promised."""
    alone_s: Seconds = 900
    """How long after it is due a call that was promised as `mine_first` is left to its agent."""


def goals_of(section: GoalSection) -> Goals:
    """Return when a campaign has enough."""
    return Goals(
        sales=section.sales,
        contacts=section.contacts,
        attempts=section.attempts,
        until=section.until,
        quotas=section.quotas,
        counted=frozenset(section.counted),
    )


def parting_of(columns: tuple[str, ...], arms: Mapping[str, ArmSection]) -> Parting:
    """Return how a campaign parts its leads."""
    return Parting(
        columns=columns,
        arms=tuple(
            Arm(
                name=name,
                share=arm.share,
                shown_number=arm.shown_number or "",
                pool=arm.caller_ids or "",
                script=arm.script,
            )
            for name, arm in arms.items()
        ),
    )


def promise_rules(section: PromiseSection) -> PromiseRules:
    """Return the rules in microseconds."""
    return PromiseRules(ahead_us=microseconds(section.ahead_s), alone_us=microseconds(section.alone_s))
