"""Rows as the bank's exchange wrote them, and months packed of such rows."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

from simulator.bank.calls import BankMonth, read_month

HEADER = (
    "line,call_id,customer,priority,type,date,vru_entry,vru_exit,q_start,q_exit,q_time,outcome,"
    "ser_start,ser_exit,ser_time,agent"
)
COLUMNS = HEADER.split(",")

Row = dict[str, object]
SUNDAY = "19990207"
MONDAY = "19990208"
FRIDAY = "19990212"


def served(at_s: int, agent: str, *, waited_s: int = 0, talk_s: int = 120, **other: object) -> Row:
    """A caller who reached `agent`, at once or after waiting."""
    begun_s = at_s + waited_s
    service = {"ser_start": begun_s, "ser_exit": begun_s + talk_s, "ser_time": talk_s}
    return _row(at_s, waited_s, outcome="AGENT", agent=agent, **service | other)


def hung_up(at_s: int, waited_s: int, **other: object) -> Row:
    """A caller who lost patience in the queue, or in the menu where there was no wait."""
    return _row(at_s, waited_s, **{"outcome": "HANG"} | other)


def _row(at_s: int, waited_s: int, **known: object) -> Row:
    wait = {"q_start": at_s, "q_exit": at_s + waited_s, "q_time": waited_s} if waited_s else {}
    usual: Row = dict.fromkeys(COLUMNS, 0) | {"line": "AA0101", "customer": "", "agent": ""}
    usual |= {"type": "PS", "date": SUNDAY, "vru_entry": at_s - 6, "vru_exit": at_s}
    return usual | wait | known


def month_file(folder: Path, rows: Iterable[Row]) -> Path:
    """Pack a month of `rows` and return its file."""
    path = folder / "calls_1999_02.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def month(folder: Path, rows: Iterable[Row]) -> BankMonth:
    """Return what is read of a month of `rows`."""
    return read_month(month_file(folder, rows))
