"""Attempts on their way into the database, and the conversions that other systems tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from core.kernel import json_text
from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord
from core.model.campaign_results import Conversion
from crm.database import Database
from crm.leads.models import AttemptRow, ConversionRow
from crm.leads.reading import chunks

HOUR_UNKNOWN = -1
"""The hour of an attempt at somebody whose zone nobody knows."""


def attempt_columns(record: AttemptRecord) -> dict[str, Any]:
    """Return the columns of an attempt, but for its campaign and lead."""
    return {
        "attempt_id": record.attempt_id,
        "person_id": record.person_id,
        "number": record.number,
        "dialed_us": record.dialed_us,
        "outcome": record.outcome.value,
        "refused": record.refused,
        "body": json_text.encode(record).decode(),
        "country": record.country,
        "list_name": record.list_name,
        "segment": record.segment,
        "arm": record.arm,
        "tier": record.tier,
        "customer_id": record.customer_id,
        "nth": record.nth,
        "hour": hour_of(record),
        "agent_id": record.agent_id,
        "caller_id": record.caller_id,
        "disposition": record.disposition,
        "talk_us": 0 if record.connected_us is None else record.ended_us - record.connected_us,
    }


def hour_of(record: AttemptRecord) -> int:
    """Return the hour of the called person's day, in the first zone that the number may lie in."""
    if not record.zones:
        return HOUR_UNKNOWN
    return datetime.fromtimestamp(record.dialed_us // SECOND_US, ZoneInfo(record.zones[0])).hour


async def write_conversions(database: Database, conversions: Sequence[Conversion]) -> list[Conversion]:
    """Write conversions down, each once; return those of attempts that nobody knows, which are left out."""
    async with database.writing() as connection:
        known: set[str] = set()
        for ids in chunks(dict.fromkeys(one.attempt_id for one in conversions)):
            known.update((await connection.execute(_KNOWN, {"ids": ids})).scalars())
        rows = [one._asdict() for one in conversions if one.attempt_id in known]
        if rows:
            await connection.execute(database.insert(ConversionRow).on_conflict_do_nothing(), rows)
    return [one for one in conversions if one.attempt_id not in known]


_KNOWN = select(AttemptRow.attempt_id).where(AttemptRow.attempt_id.in_(bindparam("ids", expanding=True)))
