"""How attempts came out, minute by minute: what the caps on abandoned calls are held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, bindparam, case, func, select

from core.kernel.clock import SECOND_US
from core.model.attempt import ANSWERED_BY_PERSON, AttemptRecord, AttemptState
from core.model.lead_orders import CountAttempts, CountedMinute
from crm.database import Database
from crm.leads.models import AttemptRow, CampaignRow

MINUTE_US = 60 * SECOND_US
COUNTED = ANSWERED_BY_PERSON | {AttemptState.MACHINE}
"""The outcomes that a cap asks about."""


async def count_attempts(database: Database, order: CountAttempts) -> Sequence[CountedMinute]:
    """Return what `order` asks for."""
    asked = {
        "campaign": order.campaign,
        "from_us": order.from_us,
        "until_us": order.until_us,
        "apart_from": order.apart_from + "%",
    }
    async with database.reading() as connection:
        rows = await connection.execute(_COUNTS, asked)
        return [CountedMinute(**row) for row in rows.mappings()]


class MinuteCounts:
    """The same in memory, for one campaign: counted as attempts are written down."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str, str], list[int]] = {}

    def add(self, record: AttemptRecord) -> None:
        """Count one attempt; it is remembered by the run of its engine (`core.model.ids`)."""
        if record.outcome in COUNTED:
            run = record.attempt_id.rpartition("-")[0] + "-"
            counts = self._counts.setdefault((record.dialed_us // MINUTE_US, record.country, run), [0, 0, 0])
            counts[0] += record.outcome in ANSWERED_BY_PERSON
            counts[1] += record.outcome is AttemptState.DROPPED
            counts[2] += record.outcome is AttemptState.MACHINE

    def told(self, order: CountAttempts) -> Sequence[CountedMinute]:
        """Return what `order` asks for."""
        sums: dict[tuple[int, str], list[int]] = {}
        for (minute, country, run), counts in self._counts.items():
            if order.from_us <= minute * MINUTE_US < order.until_us and run != order.apart_from:
                before = sums.get((minute, country), [0, 0, 0])
                sums[minute, country] = [here + more for here, more in zip(before, counts, strict=True)]
        return [
            CountedMinute(
                minute=minute, country=country, answered=each[0], abandoned=each[1], machines=each[2]
            )
            for (minute, country), each in sorted(sums.items())
        ]


def _how_many(outcomes: Iterable[AttemptState], name: str) -> ColumnElement[int]:
    inside = AttemptRow.outcome.in_(sorted(outcomes))
    return func.count(case((inside, 1))).label(name)


_MINUTE = (AttemptRow.dialed_us // MINUTE_US).label("minute")
_COUNTS = (
    select(
        _MINUTE,
        AttemptRow.country,
        _how_many(ANSWERED_BY_PERSON, "answered"),
        _how_many([AttemptState.DROPPED], "abandoned"),
        _how_many([AttemptState.MACHINE], "machines"),
    )
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(
        CampaignRow.name == bindparam("campaign"),
        AttemptRow.dialed_us >= bindparam("from_us"),
        AttemptRow.dialed_us < bindparam("until_us"),
        AttemptRow.outcome.in_(sorted(COUNTED)),
        AttemptRow.attempt_id.not_like(bindparam("apart_from")),
    )
    .group_by(_MINUTE, AttemptRow.country)
    .order_by(_MINUTE, AttemptRow.country)
)
