"""A list of calls, read strictly; `goldline.estimate.call_events` tells the events it stands for.

A CSV file with a header; the order of rows and columns does not matter, columns of other names are passed
over. An instant is ISO 8601, such as `2026-03-02 09:15:07`, or a number of seconds; all of them on one clock.

| column     | also called                                | holds                                            |
|------------|--------------------------------------------|--------------------------------------------------|
| `queue`    | `queue_name`, `skill`                      | the queue that was asked for                     |
| `arrived`  | `arrival`, `arrival_time`, `date_received` | the instant of asking for it                     |
| `outcome`  | `result`, `served`                         | `served` or `abandoned`, or 1 and 0              |
| `wait_s`   | `wait`, `waited`, `waited_s`               | seconds in line                                  |
| `answered` | `service_start`                            | instead of these two: when; empty for abandoned  |
| `agent`    | `agent_id`, `agent_name`, `agent_number`   | who served; empty where nobody did               |
| `ended`    | `service_end`, `end`, `hangup`             | when the agent was done; empty for abandoned     |

With `answered`, an abandoned call `ended` when the caller left. Optional are `tier`, and `head_start_s`, by
which the contact stood further forward in line. `NULL` is an empty cell. A row that cannot be is refused with
its line, its column, what was found and what is allowed; the others are used. The file may be packed (`.gz`).
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from sys import intern
from typing import NamedTuple, TextIO

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import ConfigError
from core.model.ids import AgentId, QueueName

WAIT_MAX_S = 86_400.0
"""Longer waits are slips of a clock."""
ERRORS_KEPT_MAX = 100

_COLUMNS = {
    "queue": ("queue_name", "skill"),
    "arrived": ("arrival", "arrival_time", "date_received"),
    "outcome": ("result", "served"),
    "wait_s": ("wait", "waited", "waited_s"),
    "answered": ("service_start",),
    "agent": ("agent_id", "agent_name", "agent_number"),
    "ended": ("service_end", "end", "hangup"),
    "tier": (),
    "head_start_s": (),
}
_NAMES = {alias: name for name, aliases in _COLUMNS.items() for alias in (name, *aliases)}
_ALWAYS = ("queue", "arrived", "agent", "ended")
_EITHER = ("outcome", "wait_s")
_SERVED = {"served": True, "answered": True, "1": True, "abandoned": False, "left": False, "0": False}
_EMPTY = "null"


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

    file: str
    line: int
    column: str
    found: str
    allowed: str


@dataclass(slots=True, kw_only=True)
class CallList:
    """The calls of a file or several by arrival; `errors` are the first of `refused` rows."""

    name: str
    calls: list[Call] = field(default_factory=list)
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)


class _Refused(ValueError):
    def __init__(self, column: str, found: str, allowed: str) -> None:
        super().__init__(column)
        self.column, self.found, self.allowed = column, found, allowed


def read_calls(path: Path) -> CallList:
    """Return the calls in the file at `path`; raise `ConfigError` where it is no such list at all."""
    found = CallList(name=path.name)
    with _opened(path) as file:
        rows = csv.reader(file)
        columns = _header(next(rows, []), path)
        for cells in rows:
            if any(cells):
                _take(found, rows.line_num, columns, cells)
    if not found.calls:
        raise ConfigError(str(path), "no call that can be used", "rows of calls")
    found.calls.sort(key=lambda call: call.arrived_us)
    return found


def read_header(path: Path) -> list[str]:
    """Return the names of the columns of the file at `path`; raise `ConfigError` where it has none."""
    with _opened(path) as file:
        return next(csv.reader(file), [])


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Give the text of the file; what cannot be read of it, here or later, is a `ConfigError`."""
    try:
        with _unpacked(path) as file:
            yield file
    except OSError as error:
        raise ConfigError(str(path), error.strerror or str(error), "a readable file") from error
    except (UnicodeDecodeError, csv.Error, EOFError, zlib.error) as error:
        raise ConfigError(str(path), str(error), "a CSV file in UTF-8") from error


def _unpacked(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", newline="", encoding="utf-8-sig")
    return path.open(newline="", encoding="utf-8-sig")


def _header(cells: list[str], path: Path) -> dict[str, int]:
    named = {_NAMES.get(cell.strip().lower(), ""): place for place, cell in enumerate(cells)}
    needed = _ALWAYS if "answered" in named else (*_ALWAYS, *_EITHER)
    missing = [name for name in needed if name not in named]
    if missing:
        raise ConfigError(f"{path}: header", ", ".join(cells), f"also the columns {', '.join(missing)}")
    named.pop("", None)
    return named


def _take(found: CallList, line: int, columns: Mapping[str, int], cells: list[str]) -> None:
    try:
        if len(cells) <= max(columns.values()):
            raise _Refused("", str(len(cells)), f"at least {max(columns.values()) + 1} cells")
        found.calls.append(_call({name: _text(cells[place]) for name, place in columns.items()}))
    except _Refused as refusal:
        found.refused += 1
        if len(found.errors) < ERRORS_KEPT_MAX:
            found.errors.append(
                RowError(
                    file=found.name,
                    line=line,
                    column=refusal.column,
                    found=refusal.found,
                    allowed=refusal.allowed,
                )
            )


def _text(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() == _EMPTY else text


def _call(row: Mapping[str, str]) -> Call:
    if not row["queue"]:
        raise _Refused("queue", "", "a name")
    arrived_us = _instant_us(row, "arrived")
    served, waited_us = _wait(row, arrived_us)
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


def _wait(row: Mapping[str, str], arrived_us: int) -> tuple[bool, int]:
    """Return whether the call was served, and how long it waited."""
    if "answered" not in row:
        served = _SERVED.get(row["outcome"].lower())
        if served is None:
            raise _Refused("outcome", row["outcome"], "served or abandoned")
        return served, _seconds_us(row, "wait_s")
    column = "answered" if row["answered"] else "ended"
    waited_us = _instant_us(row, column) - arrived_us
    if not 0 <= waited_us <= WAIT_MAX_S * SECOND_US:
        raise _Refused(column, row[column], f"0 to {WAIT_MAX_S:g} s after the arrival")
    return column == "answered", waited_us


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
