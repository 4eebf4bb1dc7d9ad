"""Takes in what other systems sold to people whom a campaign called: a CSV of conversions, by attempt.

    attempt_id,reference,at,value
    A-3-000017,order-5512,2026-11-23T10:05,129.90

Each `reference` counts once for its attempt, so loading a file again changes nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.campaign_results import Conversion
from crm.cells import KEY, Reject, Rule, plain_name
from crm.leads.attempts import write_conversions
from crm.list_file import Line, open_list
from goldline.config import load_config
from goldline.stores import open_database
from goldline.wall_clock import WallClock
from metrics.campaign_results import CENTS

VALUE_MAX = 10**9
"""More than this for one sale is a slip of the keyboard."""


@dataclass(slots=True, kw_only=True)
class ConversionsRead:
    """The conversions of a file, with the lines they stand on, and what was wrong with others."""

    conversions: list[Conversion] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


async def import_conversions(file: Path, config_path: Path) -> ConversionsRead:
    """Write the conversions in `file` down; those of attempts that nobody knows are among the rejects."""
    config = load_config(config_path)
    read = await asyncio.to_thread(read_conversions, file, WallClock().now_us())
    async with open_database(config) as database:
        unknown = set(await write_conversions(database, read.conversions))
    for line, conversion in zip(read.lines, read.conversions, strict=True):
        if conversion in unknown:
            read.rejects.append(_reject(line, "attempt_id", conversion.attempt_id, "an attempt of ours"))
    read.conversions = [each for each in read.conversions if each not in unknown]
    return read


def read_conversions(file: Path, now_us: int) -> ConversionsRead:
    """Return what `file` holds; who tells no instant means now. Raises `ConfigError` for no such list."""
    read = ConversionsRead()
    with closing(open_list(file)) as opened:
        columns = [plain_name(name) for name in opened.header]
        if "attempt_id" not in columns:
            raise ConfigError(str(file), ", ".join(columns) or "no header", "a column attempt_id")
        for line in opened.lines():
            _read_line(read, line, columns, now_us)
    return read


def _read_line(read: ConversionsRead, line: Line, columns: list[str], now_us: int) -> None:
    if line.problem:
        read.rejects.append(_reject(line.number, "", "", line.problem))
        return
    cells = {name: cell.strip() for name, cell in zip(columns, line.cells, strict=False)}
    told: dict[str, object] = {"reference": "", "at": now_us, "value": 0}
    for name, rule in _RULES.items():
        text = cells.get(name, "")
        if not text and name != "attempt_id":
            continue
        try:
            told[name] = rule.read(text)
        except ValueError:
            read.rejects.append(_reject(line.number, name, text, rule.allowed))
            return
    read.lines.append(line.number)
    read.conversions.append(Conversion(*(told[name] for name in _RULES)))  # type: ignore[arg-type]


def _reject(line: int, column: str, value: str, allowed: str) -> Reject:
    return Reject(line=line, column=column, value=value, allowed=allowed)


def _instant_us(text: str) -> int:
    told = datetime.fromisoformat(text)
    instant = told.replace(tzinfo=UTC) if told.tzinfo is None else told
    return int(instant.timestamp() * SECOND_US)


def _cents(text: str) -> int:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not 0 <= value <= VALUE_MAX:
        raise ValueError(text)
    return round(value * CENTS)


_RULES = {
    "attempt_id": KEY,
    "reference": KEY,
    "at": Rule(_instant_us, "an instant such as 2026-11-23T10:05, in UTC where it names no zone"),
    "value": Rule(_cents, "an amount such as 129.90"),
}
"""The columns, in the order of the fields of a `Conversion`."""
