"""Time: whole microseconds inside, seconds wherever people write.

The engine reads no clock. Each message carries `at_us`, microseconds since 1970-01-01 UTC in a live
run and since the start of the scenario's day in a virtual one. Configuration says seconds and is
converted here, once.
"""

from __future__ import annotations

from typing import Protocol

SECOND_US = 1_000_000


def microseconds(seconds: float) -> int:
    """Return `seconds` as whole microseconds, rounded half to even."""
    return round(seconds * SECOND_US)


def seconds(us: int) -> float:
    """Return `us` microseconds as seconds."""
    return us / SECOND_US


class Clock(Protocol):
    """Where a runner reads the time; the engine never sees one."""

    def now_us(self) -> int:
        """Return the present instant in microseconds; never smaller than before."""
        ...
