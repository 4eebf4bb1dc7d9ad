"""A month of the bank's calls, as its exchange wrote them down, less what is not what it seems.

One file holds one month, `calls_1999_MM.csv.gz` or unpacked, one row a call. A row is no call to the agents
where the exchange says PHANTOM, where the caller hung up before there was a queue to wait in, and where a
service is nobody's: those never waited, even when everybody else did, and lasted a few seconds.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import TextIO

from core.kernel.errors import ConfigError

DAY_S = 86_400
HALF_DAY_S = DAY_S // 2
PRIORITY_MAX = 2


class LeftOut(StrEnum):
    """Why a row is no call to the agents."""

    PHANTOM = "phantom"
    BEFORE_THE_QUEUE = "hung up before the queue"
    NOBODY_SERVED = "served by nobody"
    ELSEWHEN = "outside its own day"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCall:
    """A call that reached the agents' queue; instants in seconds from the midnight before it.

    `priority` is 0 for strangers, 1 for customers, 2 for good ones; None where the exchange had no reason to
    ask, which is so for most who did not wait. `served_s` is None where the caller hung up, `talk_s` also
    where the talk was not measured.
    """

    at_s: int
    kind: str
    priority: int | None
    queued: bool
    waited_s: int
    served_s: int | None
    talk_s: int | None
    agent: str

    @property
    def abandoned(self) -> bool:
        """Tell whether the caller hung up while waiting."""
        return self.served_s is None


@dataclass(frozen=True, kw_only=True)
class BankDay:
    """The calls of one day in the order they came, and how many rows were left out for which reason."""

    date: date
    calls: tuple[BankCall, ...]
    left_out: Mapping[LeftOut, int]

    @property
    def is_weekday(self) -> bool:
        """Tell whether the bank usually works all day on this day of the week: from Sunday to Thursday."""
        return self.date.isoweekday() not in (5, 6)


@dataclass(frozen=True, kw_only=True)
class BankMonth:
    """The days of a file that had calls, in order."""

    name: str
    days: tuple[BankDay, ...]

    @cached_property
    def calls(self) -> tuple[BankCall, ...]:
        """Return the calls of all days."""
        return tuple(call for day in self.days for call in day.calls)

    @cached_property
    def full_days(self) -> tuple[BankDay, ...]:
        """Return the days the bank worked all day: a weekday with half the calls of others is a holiday."""
        weekdays = [day for day in self.days if day.is_weekday]
        usual = median([len(day.calls) for day in weekdays]) if weekdays else 0
        return tuple(day for day in weekdays if len(day.calls) >= usual / 2)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of calls there are, the most frequent first."""
        return tuple(kind for kind, _ in Counter(call.kind for call in self.calls).most_common())


def read_month(path: Path) -> BankMonth:
    """Read a month's file; raise `ConfigError` that names the file and the line that is wrong."""
    found: dict[date, list[BankCall | LeftOut]] = {}
    for day, call in _rows(path):
        found.setdefault(day, []).append(call)
    days = tuple(_days(found))
    if not days:
        raise ConfigError(f"{path}: line 2", "nothing", "at least one call to the agents")
    return BankMonth(name=path.name.removesuffix(".gz").removesuffix(".csv"), days=days)


def _rows(path: Path) -> Iterator[tuple[date, BankCall | LeftOut]]:
    try:
        with _unpacked(path) as file:
            rows = csv.DictReader(file)
            for row in rows:
                try:
                    yield _date(row["date"]), _call(row)
                except (KeyError, TypeError, ValueError) as error:
                    where = f"{path}: line {rows.line_num}"
                    raise ConfigError(where, str(error), "a call as the bank's exchange wrote it") from None
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(str(path), str(error), "a readable CSV file, packed by gzip or not") from error


def _unpacked(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _days(found: Mapping[date, list[BankCall | LeftOut]]) -> Iterator[BankDay]:
    for day in sorted(found):
        calls = sorted((row for row in found[day] if isinstance(row, BankCall)), key=lambda call: call.at_s)
        left_out = Counter(row for row in found[day] if isinstance(row, LeftOut))
        if calls:
            yield BankDay(date=day, calls=tuple(calls), left_out=left_out)


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


def _call(row: Mapping[str, str]) -> BankCall | LeftOut:
    queued = int(row["q_start"]) > 0
    served = row["outcome"] == "AGENT"
    if row["outcome"] == "PHANTOM":
        return LeftOut.PHANTOM
    if not served and not queued:
        return LeftOut.BEFORE_THE_QUEUE
    if served and not row["agent"]:
        return LeftOut.NOBODY_SERVED
    at_s = int(row["q_start"]) if queued else _served_at_once_s(row)
    if not 0 <= at_s <= DAY_S + HALF_DAY_S:
        return LeftOut.ELSEWHEN
    waited_s = max(0, int(row["q_time"])) if queued else 0
    begun_s = int(row["ser_start"])
    # A service without a beginning was not measured; its length stands as 0.
    is_measured = begun_s > 0
    priority = min(int(row["priority"]), PRIORITY_MAX)
    return BankCall(
        at_s=at_s,
        kind=row["type"],
        priority=priority if queued or priority else None,
        queued=queued,
        waited_s=waited_s,
        served_s=_after_midnight(begun_s if is_measured else at_s + waited_s, at_s) if served else None,
        talk_s=max(0, int(row["ser_time"])) if served and is_measured else None,
        agent=row["agent"] if served else "",
    )


def _served_at_once_s(row: Mapping[str, str]) -> int:
    """Return when a caller who did not wait came to an agent: the menu's end is logged a little later."""
    begun_s, left_menu_s = int(row["ser_start"]), int(row["vru_exit"])
    return _after_midnight(begun_s if begun_s > 0 else left_menu_s, left_menu_s)


def _after_midnight(at_s: int, reference_s: int) -> int:
    """Return `at_s` as an instant of the next day where it is that of one: clocks start anew at midnight."""
    return at_s + DAY_S if at_s < reference_s - HALF_DAY_S else at_s
