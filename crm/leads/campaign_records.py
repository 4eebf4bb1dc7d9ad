"""What people ask about a campaign's leads and attempts, from a database: `web.ports.CampaignRecords`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, not_, or_, select

from core.kernel.clock import Clock
from core.model.campaign_results import (
    ALWAYS_US,
    CampaignProgress,
    Conversion,
    Grouping,
    LeadAhead,
    ListStanding,
    PromisedCall,
    ResultCount,
)
from crm.database import Database
from crm.leads.export import PAGE, ExportedLead, export
from crm.leads.lines import front_where, fronts_of, lines_of
from crm.leads.mix import LOOKING, in_turn
from crm.leads.models import (
    AttemptRow,
    CampaignRow,
    ConversionRow,
    LeadListRow,
    LeadNumberRow,
    LeadRow,
)
from crm.leads.reading import filled_up
from crm.leads.records import LeadState
from crm.leads.results import count_people, count_results, list_standings


class SqlCampaignRecords:
    """Leads and attempts in one database, read."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def results(
        self, campaign: str, by: Grouping, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Sequence[ResultCount]:
        """Return the counts of attempts by group."""
        return await count_results(self._database, campaign, by, since_us, until_us)

    async def people(
        self, campaign: str, by: Grouping | None, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Mapping[str, int]:
        """Return how many different persons were tried in each group."""
        return await count_people(self._database, campaign, by, since_us, until_us)

    async def standings(self, campaign: str) -> Sequence[ListStanding]:
        """Return how far each list has been worked."""
        return await list_standings(self._database, campaign)

    async def progress(self, campaign: str) -> CampaignProgress:
        """Return how far all lists have been worked."""
        told = await self.standings(campaign)
        asked = {"campaign": campaign, "now_us": self._clock.now_us()}
        async with self._database.reading() as connection:
            due = (await connection.execute(_CALLBACKS_DUE, asked)).scalar_one()
        return CampaignProgress.of(told, due)

    async def callbacks(self, campaign: str, after: tuple[int, int], count: int) -> Sequence[PromisedCall]:
        """Return promised calls in the order in which they are due."""
        asked = {"campaign": campaign, "due_us": after[0], "id": after[1], "count": count}
        async with self._database.reading() as connection:
            rows = await connection.execute(_CALLBACKS, asked)
            return [PromisedCall(str(row[0]), *row[1:]) for row in rows]

    async def ahead(self, campaign: str, count: int) -> Sequence[LeadAhead]:
        """Return the leads that come up next."""
        async with self._database.reading() as connection:
            lines = await lines_of(connection, campaign)
            fronts = await fronts_of(connection, _FRONT, lines, {"count": count})
            ids = [lead.key for _, lead in islice(in_turn(fronts, LOOKING), count)]
            rows = {row.id: row for row in await connection.execute(_AHEAD, {"ids": filled_up(ids)})}
        return [
            LeadAhead(nth, str(key), *row[1:7], tuple(row.zones.split()), *row[8:])
            for nth, key in enumerate(ids, start=1)
            if (row := rows.get(key)) is not None  # leased and forgotten meanwhile
        ]

    async def conversions(self, campaign: str, after: tuple[str, str], count: int) -> Sequence[Conversion]:
        """Return what other systems told of attempts, in the order of attempt and reference."""
        asked = {"campaign": campaign, "attempt": after[0], "reference": after[1], "count": count}
        async with self._database.reading() as connection:
            return [Conversion(*row) for row in await connection.execute(_CONVERSIONS, asked)]

    def export(self, campaign: str, list_name: str) -> AsyncIterator[bytes]:
        """Return a list as CSV."""
        return export(lambda after: self.exported(campaign, list_name, after, PAGE))

    async def exported(self, campaign: str, list_name: str, after: int, count: int) -> Sequence[ExportedLead]:
        """Return the leads of a list with what became of them, those after the lead with the key `after`."""
        asked = {"campaign": campaign, "list": list_name, "after": after, "count": count}
        async with self._database.reading() as connection:
            rows = (await connection.execute(_EXPORTED, asked)).all()
            if not rows:
                return []
            ids = {"ids": filled_up([row.id for row in rows])}
            numbers: dict[int, list[tuple[str, str]]] = {}
            for number in await connection.execute(_NUMBERS, ids):
                numbers.setdefault(number.lead_id, []).append((number.kind, number.number))
            persons = {"persons": filled_up([row.person_id for row in rows]), "campaign": campaign}
            last = {row.lead_id: row for row in await connection.execute(_LAST_ATTEMPTS, persons)}
        return [_exported(row, numbers.get(row.id, ()), last.get(row.id)) for row in rows]


def _exported(
    row: Row[Any], numbers: Sequence[tuple[str, str]], last: Row[int, int, str] | None
) -> ExportedLead:
    """Return a lead of `_EXPORTED` with its numbers and its `last` attempt, if any."""
    return ExportedLead(
        key=row.id,
        external_id=row.external_id,
        customer_id=row.customer_id,
        person_id=row.person_id,
        name=row.name,
        tier=row.tier,
        language=row.language,
        owner=row.owner,
        rank=row.rank,
        numbers=tuple(numbers),
        fields=tuple((name, text) for name, text in row.fields),
        state=LeadState(row.state),
        disposition=last.disposition if last is not None else "",
        attempts=row.attempts,
        last_attempt_us=last.dialed_us if last is not None else None,
    )


_OF_CAMPAIGN = and_(CampaignRow.id == LeadRow.campaign_id, CampaignRow.name == bindparam("campaign"))
_FIRST_NUMBER = and_(LeadNumberRow.lead_id == LeadRow.id, LeadNumberRow.place == 0)
_OUT_OF_HAND = and_(LeadRow.callback.is_(True), LeadRow.lease_id == "", LeadRow.state != LeadState.DONE.value)
_CALLBACKS_DUE = (
    select(func.count())
    .select_from(LeadRow)
    .join(CampaignRow, _OF_CAMPAIGN)
    .where(_OUT_OF_HAND, LeadRow.due_us <= bindparam("now_us"))
)
_CALLBACKS = (
    select(
        LeadRow.id,
        LeadListRow.name,
        LeadRow.external_id,
        LeadRow.name,
        LeadNumberRow.number,
        LeadRow.due_us,
        LeadRow.owner,
        not_(or_(LeadListRow.active, LeadListRow.keeps_promises)),
    )
    .join(CampaignRow, _OF_CAMPAIGN)
    .join(LeadListRow, LeadListRow.id == LeadRow.list_id)
    .join(LeadNumberRow, _FIRST_NUMBER)
    .where(
        _OUT_OF_HAND,
        or_(
            LeadRow.due_us > bindparam("due_us"),
            and_(LeadRow.due_us == bindparam("due_us"), LeadRow.id > bindparam("id")),
        ),
    )
    .order_by(LeadRow.due_us, LeadRow.id)
    .limit(bindparam("count"))
)
_FRONT = front_where()
_AHEAD = (
    select(
        LeadRow.id,
        LeadListRow.name,
        LeadRow.external_id,
        LeadRow.name,
        LeadRow.tier,
        LeadNumberRow.number,
        LeadNumberRow.country,
        LeadNumberRow.zones,
        LeadRow.attempts,
        LeadRow.rank,
        LeadRow.callback,
    )
    .join(LeadListRow, LeadListRow.id == LeadRow.list_id)
    .join(LeadNumberRow, _FIRST_NUMBER)
    .where(LeadRow.id.in_(bindparam("ids", expanding=True)))
)
_CONVERSIONS = (
    select(ConversionRow.attempt_id, ConversionRow.reference, ConversionRow.at_us, ConversionRow.value_cents)
    .join(AttemptRow, AttemptRow.attempt_id == ConversionRow.attempt_id)
    .join(
        CampaignRow,
        and_(CampaignRow.id == AttemptRow.campaign_id, CampaignRow.name == bindparam("campaign")),
    )
    .where(
        or_(
            ConversionRow.attempt_id > bindparam("attempt"),
            and_(
                ConversionRow.attempt_id == bindparam("attempt"),
                ConversionRow.reference > bindparam("reference"),
            ),
        )
    )
    .order_by(ConversionRow.attempt_id, ConversionRow.reference)
    .limit(bindparam("count"))
)
_EXPORTED = (
    select(LeadRow.__table__)
    .join(CampaignRow, _OF_CAMPAIGN)
    .join(LeadListRow, and_(LeadListRow.id == LeadRow.list_id, LeadListRow.name == bindparam("list")))
    .where(LeadRow.id > bindparam("after"))
    .order_by(LeadRow.id)
    .limit(bindparam("count"))
)
_NUMBERS = (
    select(LeadNumberRow.lead_id, LeadNumberRow.kind, LeadNumberRow.number)
    .where(LeadNumberRow.lead_id.in_(bindparam("ids", expanding=True)))
    .order_by(LeadNumberRow.lead_id, LeadNumberRow.place)
)
# By person, which has an index; the last of a lead is the last of these rows.
_LAST_ATTEMPTS = (
    select(AttemptRow.lead_id, AttemptRow.dialed_us, AttemptRow.disposition)
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(
        AttemptRow.person_id.in_(bindparam("persons", expanding=True)),
        CampaignRow.name == bindparam("campaign"),
    )
    .order_by(AttemptRow.dialed_us, AttemptRow.attempt_id)
)
