"""What a campaign manager sets while a campaign runs, apart from what the configuration file says.

Only what was set is told: the rest goes by the file, whatever that says by then. It is kept by the ledger and
taken up by the next run of the engine. Microseconds and millionths, as in all messages.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.record import Record


class Aspect(StrEnum):
    """What of a campaign is set at work, and goes by the file again where a manager wants that."""

    PACING = "pacing"
    RECYCLING = "recycling"


class Pacing(Record, frozen=True, kw_only=True):
    """How a campaign paces; None is not said.

    `share_max_ppm` is the share of abandoned calls, in millionths, that it is kept to: never above the law's.
    """

    mode: str | None = None
    lines_max: int | None = None
    lines_per_agent_ppm: int | None = None
    share_max_ppm: int | None = None


class OutcomeRecycling(Record, frozen=True, kw_only=True):
    """When a lead comes up again after the result `code`, as `dialer.recycling` has it; None is not said."""

    code: str
    delay_us: int | None = None
    spread_us: int | None = None
    attempts_max: int | None = None


class RecyclingChange(Record, frozen=True, kw_only=True):
    """How often leads are dialed in all and in a day of theirs, and what follows single results."""

    attempts_max: int | None = None
    a_day_max: int | None = None
    outcomes: tuple[OutcomeRecycling, ...] = ()


class AtWork(Record, frozen=True, kw_only=True):
    """All that is set at work for one campaign."""

    pacing: Pacing = Pacing()
    recycling: RecyclingChange = RecyclingChange()
