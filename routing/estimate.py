"""How long a contact will still wait: pure arithmetic over what the queue has seen.

The wait of the last contact to enter service is the default: of the simple predictors it errs least on
real call-centre records. Before anybody was served it is position times handling time over agents.
"""

from __future__ import annotations


def estimated_wait_us(
    position: int, last_served_wait_us: int | None, handle_expected_us: int, agents: int
) -> int:
    """Return the expected wait from queueing, in microseconds.

    `position` counts from 1; `agents` are those logged in who could serve the queue, 0 counts as 1.
    """
    if last_served_wait_us is not None:
        return last_served_wait_us
    return position * handle_expected_us // max(agents, 1)


def announced_minutes(wait_us: int) -> int:
    """Return the wait as callers are told it: whole minutes, rounded up, at least one."""
    return max(1, -(-wait_us // 60_000_000))
