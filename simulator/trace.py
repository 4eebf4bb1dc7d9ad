"""A trace: calls that were seen, or made up elsewhere, one a row of a CSV file.

Only the column `at_s` is needed, seconds from the start. `dialed_number`, `customers` (a group's name),
`customer` (which of the group, from 0), `patience_s`, `answer_s` (how long a phone rings for the call until
it is answered), `talk_s` and `wrap_up_s` say what is known of a call; where a column is missing or a cell is
empty, the scenario says or draws what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from core.kernel.errors import ConfigError
from simulator.columns import Read, duration_us, read_rows, whole_number

_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")


class Arrival(NamedTuple):
    """When a call comes, and what is given of it.

    `customer` is a place in the group `customers`, `missed` how many phones ring out for the call before one
    is answered; `line` is where the trace says so.
    """

    at_us: int
    dialed_number: str = ""
    customers: str = ""
    customer: int | None = None
    patience_us: int | None = None
    talk_us: int | None = None
    wrap_up_us: int | None = None
    line: int = 0
    answer_us: int | None = None
    missed: int | None = None


def read_trace(path: Path) -> list[Arrival]:
    """Return the calls in the order they come; raise `ConfigError` with the line that is wrong."""
    rows = read_rows(path, needed={"at_s": duration_us}, optional=_OPTIONAL)
    calls = [
        Arrival(line=line, **{_FIELDS.get(column, column): value for column, value in row.items()})
        for line, row in rows
    ]
    return sorted(calls, key=attrgetter("at_us"))


def check_customers(trace: Iterable[Arrival], path: Path, usual: str, known: Mapping[str, int]) -> None:
    """Refuse a call of somebody who is not there; raise `ConfigError`.

    `known` says how many of each group are in the CRM, 0 for a group of strangers; `usual` is the group of
    the calls that name none.
    """
    for call in trace:
        group = call.customers or usual
        if call.customers and group not in known:
            raise ConfigError(f"{path}: line {call.line}: customers", group, "the name of a group")
        if call.customer is None:
            continue
        if not group:
            raise ConfigError(f"{path}: line {call.line}: customers", group, "the group of this customer")
        if 0 < known[group] <= call.customer:
            allowed = f"the group {group} has 0 to {known[group] - 1}"
            raise ConfigError(f"{path}: line {call.line}: customer", call.customer, allowed)


def _number(cell: str) -> str:
    if not _NUMBER.fullmatch(cell):
        raise ValueError("a number to dial, such as 5551000")
    return cell


_OPTIONAL: dict[str, Read] = {
    "dialed_number": _number,
    "customers": str,
    "customer": whole_number,
    "patience_s": duration_us,
    "answer_s": duration_us,
    "talk_s": duration_us,
    "wrap_up_s": duration_us,
}
_FIELDS = {
    "at_s": "at_us",
    "patience_s": "patience_us",
    "answer_s": "answer_us",
    "talk_s": "talk_us",
    "wrap_up_s": "wrap_up_us",
}
