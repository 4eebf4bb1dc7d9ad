"""A list of calls, read strictly and told as the events it stands for.

A CSV file with a header; the order of rows and columns does not matter, columns of other names are passed
over. An instant is ISO 8601, such as `2026-03-02 09:15:07`, or a number of seconds; all of them on one clock.

| column    | also called                  | holds                                                     |
|-----------|------------------------------|-----------------------------------------------------------|
| `queue`   | `queue_name`, `skill`        | the queue that was asked for                              |
| `arrived` | `arrival`, `queued`          | the instant of asking for it                              |
| `outcome` | `result`                     | `served` or `abandoned` (also `answered`, `left`, `hang`) |
| `wait_s`  | `wait`, `waited_s`, `waited` | seconds in line                                           |
| `agent`   | `agent_id`, `agent_name`     | who served; empty where nobody did                        |
| `ended`   | `service_end`, `end`         | when the agent was done; empty where nobody served        |

Optional are `tier`, and `head_start_s`, by which the contact stood further forward in line. A row that
cannot be is refused with its line, its column, what was found and what is allowed; the others are used.
"""

from __future__ import annotations

import csv
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from sys import intern
from typing import NamedTuple

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import ConfigError
from core.model.agent import AgentState
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    ContactQueued,
)
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from core.model.message import DomainEvent

IDLE_UNTIL_GONE_US = 1_800 * SECOND_US
"""Who serves nobody for half an hour is taken for gone: a list of calls does not tell when agents leave."""
WAIT_MAX_S = 86_400.0
"""Longer waits are slips of a clock."""
ERRORS_KEPT_MAX = 100

_COLUMNS = {
    "queue": ("queue_name", "skill"),
    "arrived": ("arrival", "queued"),
    "outcome": ("result",),
    "wait_s": ("wait", "waited_s", "waited"),
    "agent": ("agent_id", "agent_name"),
    "ended": ("service_end", "end"),
    "tier": (),
    "head_start_s": (),
}
_OPTIONAL = {"tier", "head_start_s"}
_NAMES = {alias: name for name, aliases in _COLUMNS.items() for alias in (name, *aliases)}
_SERVED = {"served": True, "answered": True, "abandoned": False, "left": False, "hang": False}


class Call(NamedTuple):
    """One call, times in microseconds; `ended_us` and `agent` are 0 and empty where nobody served it."""

    arrived_us: int
    queue: QueueName
    waited_us: int
    agent: AgentId
    ended_us: int
    tier: str
    head_start_us: int

    @property
    def served(self) -> bool:
        """Tell whether an agent served it."""
        return bool(self.agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row was not used."""

    line: int
    column: str
    found: str
    allowed: str


@dataclass(slots=True, kw_only=True)
class CallList:
    """The calls of a file by arrival; `errors` are the first of `refused` rows."""

    calls: list[Call] = field(default_factory=list)
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)


class _Refused(ValueError):
    def __init__(self, column: str, found: str, allowed: str) -> None:
        super().__init__(column)
        self.column, self.found, self.allowed = column, found, allowed


def read_calls(path: Path) -> CallList:
    """Return the calls in the file at `path`; raise `ConfigError` where it is no such list at all."""
    found = CallList()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            columns = _header(next(rows, []), path)
            for cells in rows:
                if any(cells):
                    _take(found, rows.line_num, columns, cells)
    except OSError as error:
        raise ConfigError(str(path), error.strerror, "a readable file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(str(path), str(error), "a CSV file in UTF-8") from error
    if not found.calls:
        raise ConfigError(str(path), "no call that can be used", "rows of calls")
    found.calls.sort(key=lambda call: call.arrived_us)
    return found


def _header(cells: list[str], path: Path) -> dict[str, int]:
    named = {_NAMES.get(cell.strip().lower(), ""): place for place, cell in enumerate(cells)}
    missing = [name for name in _COLUMNS if name not in named and name not in _OPTIONAL]
    if missing:
        raise ConfigError(f"{path}: header", ", ".join(cells), f"also the columns {', '.join(missing)}")
    named.pop("", None)
    return named


def _take(found: CallList, line: int, columns: Mapping[str, int], cells: list[str]) -> None:
    try:
        if len(cells) <= max(columns.values()):
            raise _Refused("", str(len(cells)), f"at least {max(columns.values()) + 1} cells")
        found.calls.append(_call({name: cells[place].strip() for name, place in columns.items()}))
    except _Refused as refusal:
        found.refused += 1
        if len(found.errors) < ERRORS_KEPT_MAX:
            error = RowError(line=line, column=refusal.column, found=refusal.found, allowed=refusal.allowed)
            found.errors.append(error)


def _call(row: Mapping[str, str]) -> Call:
    served = _SERVED.get(row["outcome"].lower())
    if served is None:
        raise _Refused("outcome", row["outcome"], "served or abandoned")
    if not row["queue"]:
        raise _Refused("queue", "", "a name")
    arrived_us = _instant_us(row, "arrived")
    waited_us = _seconds_us(row, "wait_s")
    ended_us = _instant_us(row, "ended") if served else 0
    if served and not row["agent"]:
        raise _Refused("agent", "", "who served the call")
    if served and ended_us < arrived_us + waited_us:
        raise _Refused("ended", row["ended"], "not before the call was answered")
    return Call(
        arrived_us=arrived_us,
        queue=QueueName(intern(row["queue"])),
        waited_us=waited_us,
        agent=AgentId(intern(row["agent"] if served else "")),
        ended_us=ended_us,
        tier=intern(row.get("tier", "")),
        head_start_us=_seconds_us(row, "head_start_s") if row.get("head_start_s") else 0,
    )


def _instant_us(row: Mapping[str, str], column: str) -> int:
    text = row[column]
    seconds_s = _number(text)
    if seconds_s is not None:
        return microseconds(seconds_s)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _Refused(column, text, "an instant such as 2026-03-02 09:15:07, or seconds") from None
    return microseconds((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _seconds_us(row: Mapping[str, str], column: str) -> int:
    seconds_s = _number(row[column])
    if seconds_s is None or not 0 <= seconds_s <= WAIT_MAX_S:
        raise _Refused(column, row[column], f"seconds from 0 to {WAIT_MAX_S:g}")
    return microseconds(seconds_s)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


# --- the same as events --------------------------------------------------------------------------------


def events_of(calls: Iterable[Call]) -> Iterator[DomainEvent]:
    """Yield what `calls`, ordered by arrival, tell of contacts and agents, in the order of time."""
    yield from _Telling().told(calls)


class _Telling:
    """What is still to be told of calls that have arrived: a heap by instant, then by order of arrival."""

    def __init__(self) -> None:
        self._later: list[tuple[int, int, Callable[[int], Iterator[DomainEvent]]]] = []
        self._number = 0
        self._free_since_us: dict[AgentId, int] = {}

    def told(self, calls: Iterable[Call]) -> Iterator[DomainEvent]:
        for number, call in enumerate(calls):
            yield from self._until(call.arrived_us)
            contact_id = ContactId(str(number))
            yield _queued(contact_id, call)
            ended = self._answered(contact_id, call) if call.served else _abandoned(contact_id, call)
            self._at(call.arrived_us + call.waited_us, ended)
        yield from self._until(None)

    def _at(self, at_us: int, tell: Callable[[int], Iterator[DomainEvent]]) -> None:
        self._number += 1
        heapq.heappush(self._later, (at_us, self._number, tell))

    def _until(self, now_us: int | None) -> Iterator[DomainEvent]:
        while self._later and (now_us is None or self._later[0][0] <= now_us):
            at_us, _, tell = heapq.heappop(self._later)
            yield from tell(at_us)

    def _answered(self, contact_id: ContactId, call: Call) -> Callable[[int], Iterator[DomainEvent]]:
        def tell(at_us: int) -> Iterator[DomainEvent]:
            self._free_since_us.pop(call.agent, None)
            yield _connected(contact_id, call, at_us)
            yield _changed(call.agent, AgentState.READY, AgentState.ON_CONTACT, at_us)
            self._at(call.ended_us, self._freed(call.agent))

        return tell

    def _freed(self, agent: AgentId) -> Callable[[int], Iterator[DomainEvent]]:
        def tell(at_us: int) -> Iterator[DomainEvent]:
            self._free_since_us[agent] = at_us
            yield _changed(agent, AgentState.ON_CONTACT, AgentState.READY, at_us)
            self._at(at_us + IDLE_UNTIL_GONE_US, gone)

        def gone(at_us: int) -> Iterator[DomainEvent]:
            if self._free_since_us.get(agent) == at_us - IDLE_UNTIL_GONE_US:
                yield _changed(agent, AgentState.READY, AgentState.LOGGED_OUT, at_us)

        return tell


def _queued(contact_id: ContactId, call: Call) -> ContactQueued:
    return ContactQueued(
        at_us=call.arrived_us,
        contact_id=contact_id,
        queue=call.queue,
        tier=call.tier,
        key_us=call.arrived_us - call.head_start_us,
        position=0,
    )


def _connected(contact_id: ContactId, call: Call, at_us: int) -> ContactConnected:
    return ContactConnected(
        at_us=at_us,
        contact_id=contact_id,
        queue=call.queue,
        tier=call.tier,
        agent_id=call.agent,
        offer_id=OfferId(""),
        waited_us=call.waited_us,
        level=0,
    )


def _abandoned(contact_id: ContactId, call: Call) -> Callable[[int], Iterator[DomainEvent]]:
    def tell(at_us: int) -> Iterator[DomainEvent]:
        yield ContactAbandoned(
            at_us=at_us,
            contact_id=contact_id,
            queue=call.queue,
            tier=call.tier,
            stage="queue",
            waited_us=call.waited_us,
        )

    return tell


def _changed(agent: AgentId, old: AgentState, new: AgentState, at_us: int) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_us, agent_id=agent, old=old, new=new)
