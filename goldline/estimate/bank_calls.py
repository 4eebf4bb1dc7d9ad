"""A month as the bank's exchange wrote it (`simulator.bank`), as a list of calls.

What a call is about is its queue, and a step of priority is worth 90 seconds on the days on which the file
shows that it was. A talk that was not measured ends as it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

from core.kernel.clock import SECOND_US, microseconds
from core.model.ids import AgentId, QueueName
from goldline.estimate.calls import Call, CallList
from simulator.bank.calls import BankDay, read_month
from simulator.bank.rule import STEP_S, days_with_priority

BANK_COLUMNS = ("type", "date", "vru_exit", "q_start", "q_time", "ser_start", "ser_time")
"""By these the header of such a file is known."""


def is_bank(header: Sequence[str]) -> bool:
    """Tell whether a file with these columns is the bank's."""
    return set(BANK_COLUMNS) <= set(header)


def read_bank(path: Path) -> CallList:
    """Return the calls of the month in the file at `path`; raise `ConfigError` that names the wrong line."""
    month = read_month(path)
    by_priority = days_with_priority(month)
    calls = [call for day in month.days for call in _calls(day, STEP_S if day.date in by_priority else 0)]
    return CallList(name=path.name, calls=calls)


def _calls(day: BankDay, step_s: int) -> Iterator[Call]:
    midnight_us = microseconds(datetime.combine(day.date, time(), UTC).timestamp())
    for call in day.calls:
        priority = call.priority or 0
        answered_us = midnight_us + (call.at_s + call.waited_s) * SECOND_US
        yield Call(
            arrived_us=midnight_us + call.at_s * SECOND_US,
            queue=QueueName(call.kind),
            waited_us=call.waited_s * SECOND_US,
            agent=AgentId(call.agent),
            ended_us=0 if call.abandoned else answered_us + (call.talk_s or 0) * SECOND_US,
            tier=str(priority),
            head_start_us=priority * step_s * SECOND_US,
        )
