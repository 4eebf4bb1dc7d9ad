"""The leads in a database: `core.ports.LeadStore` and `crm.leads.records.LeadSink` on SQLite or PostgreSQL.

The line of a list is an index, so the next leads are read off its front whatever its length; of several lists
of a campaign it is looked first how many each is to give (`crm.leads.mix`). A lease is a wait until it ends:
one short statement puts back whoever has waited long enough, after a lease, for a time agreed, or for a pause
between attempts. On PostgreSQL `SKIP LOCKED` lets several engines take from the front at once; on SQLite one
writer follows the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnClause,
    and_,
    bindparam,
    case,
    delete,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from core.kernel.clock import SECOND_US, Clock
from core.model.lead import Lead, LeadNumber, PastAttempt, at_whom
from core.model.lead_orders import (
    CheckNumbers,
    CountAttempts,
    CountedMinute,
    CountedResult,
    CountResults,
    Disengage,
    KeepEngaged,
    KeepLeads,
    LeaseLeads,
    ListNumber,
    ReturnLeads,
    SettleLead,
)
from core.model.list_import import ListChange
from crm.database import Database
from crm.leads.attempts import attempt_columns
from crm.leads.counts import count_attempts
from crm.leads.engaged import disengage, engage, keep_engaged
from crm.leads.lines import arrange_list, front_where, fronts_of, lines_of, part_of
from crm.leads.listings import listing_key
from crm.leads.mix import Line, Stood, in_turn
from crm.leads.models import (
    AttemptRow,
    CampaignRow,
    LeadListRow,
    LeadNumberRow,
    LeadRow,
    ListedNumberRow,
    RegisterRow,
)
from crm.leads.moving import move_promise
from crm.leads.reading import AnyRow, filled_up, leads_of, listed_among, past_of, stranger_at
from crm.leads.records import Judgement, LeadRecord, LeadState, ListPlan, Moved
from crm.leads.results import results_by_segment
from crm.leads.standing import RANK_PART, tried_part
from crm.leads.writer import finish_list, forget_held, judge_leads, write_leads

DAY_US = 24 * 3_600 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSettings:
    """How leads are kept in line.

    Attempts of the last `past_days` come with a lead: no rule of a law may look further back (France leaves
    who refused in peace for sixty). With each lease up to `put_back_max` of those who have waited long enough
    join the line again, the longest due first: many more than are leased, and few enough for no lease to be
    late on a Monday morning.
    """

    past_days: int = 366
    put_back_max: int = 500


class SqlLeadStore:
    """Leads, lists, attempts and do-not-call lists in one database."""

    def __init__(self, database: Database, clock: Clock, settings: LeadSettings | None = None) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings or LeadSettings()
        self._campaigns: dict[str, int] = {}
        self._list_names: dict[int, str] = {}

    # --- the line ---------------------------------------------------------------------------------

    async def lease_leads(self, order: LeaseLeads) -> Sequence[Lead]:
        """Lease those that come up next, in order; see `core.ports.LeadStore`."""
        now_us = self._clock.now_us()
        campaign_id = await self._campaign_id(order.campaign)
        if campaign_id is None:
            return ()
        asked = {
            "campaign": campaign_id,
            "now_us": now_us,
            "put_back_max": self._settings.put_back_max,
            "until_us": order.until_us,
            "lease": order.lease_id,
            "present": order.present,
        }
        since_us = now_us - self._settings.past_days * DAY_US
        async with self._database.committing() as connection:
            await connection.execute(_PUT_BACK, asked)
            lines = await lines_of(connection, order.campaign)
            leased: dict[int, AnyRow] = {}
            for line, count in await _shares(connection, lines, order, asked):
                taken = await connection.execute(_LEASE, {**asked, **part_of(line), "count": count})
                leased |= {row.id: row for row in taken}
            fronts = _fronts_among(leased.values(), lines)
            rows = [leased[lead.key] for _, lead in in_turn(fronts, order.lease_id)]
            names = {line.key: line.name for line in lines}
            return await leads_of(connection, order.campaign, rows, names, since_us) if rows else ()

    async def settle_lead(self, order: SettleLead) -> None:
        """Write the attempt down, once, and say when the lead comes up again, if it is in this lease."""
        key = int(order.lead_id)
        async with self._database.writing() as connection:
            campaign_id = await self._campaign_id(order.campaign)
            attempt = {"campaign_id": campaign_id, "lead_id": key, **attempt_columns(order.record)}
            once = self._database.insert(AttemptRow).on_conflict_do_nothing()
            if (await connection.execute(once, attempt)).rowcount == 0:
                return
            await disengage(
                connection, order.record.attempt_id, at_whom(order.record.person_id, order.record.number)
            )
            if order.forbidden:
                await self._list(connection, order.record.number, listing_key(), order.forbidden)
            settled = await connection.execute(_SETTLE, {"key": key, **_next_time(order)})
            if settled.rowcount == 0:
                await connection.execute(_COUNT_ATTEMPT, {"key": key})

    async def keep_leads(self, order: KeepLeads) -> None:
        """Let the leads that are still in this lease stay in it until another instant."""
        asked = {
            "ids": filled_up([int(lead_id) for lead_id in order.lead_ids]),
            "lease": order.lease_id,
            "until_us": order.until_us,
        }
        async with self._database.writing() as connection:
            await connection.execute(_KEEP, asked)

    async def return_leads(self, order: ReturnLeads) -> None:
        """Give back those of the leads that are still in this lease."""
        later = order.again_us is not None
        asked = {
            "ids": filled_up([int(lead_id) for lead_id in order.lead_ids]),
            "lease": order.lease_id,
            "new_state": LeadState.WAITING if later else LeadState.READY,
            "again_us": order.again_us or 0,
        }
        async with self._database.writing() as connection:
            await connection.execute(_RETURN, asked)

    async def count_attempts(self, order: CountAttempts) -> Sequence[CountedMinute]:
        """Return how attempts came out, minute by minute."""
        return await count_attempts(self._database, order)

    async def count_results(self, order: CountResults) -> Sequence[CountedResult]:
        """Return what attempts came to, by segment and disposition."""
        return await results_by_segment(self._database, order)

    async def find_lead(self, campaign: str, number: LeadNumber) -> Lead:
        """Return the campaign's lead of a number, or a stranger."""
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        new = self._database.insert(CampaignRow).on_conflict_do_nothing()
        if await self._campaign_id(campaign) is None:
            async with self._database.writing() as connection:
                await connection.execute(new, {"name": campaign})
        asked = {"campaign": await self._campaign_id(campaign), "number": number.number}
        async with self._database.reading() as connection:
            row = (await connection.execute(_OF_NUMBER, asked)).one_or_none()
            if row is None:
                return await stranger_at(connection, campaign, number, since_us)
            names = {row.list_id: await self._list_name(connection, row.list_id)}
            (lead,) = await leads_of(connection, campaign, [row], names, since_us)
            return lead

    # --- whom attempts are at ------------------------------------------------------------------------

    async def engage(self, order: CheckNumbers) -> Sequence[str]:
        """Let the attempts of `order` have their persons and telephones; return those that may not."""
        return await engage(self._database, order, self._clock.now_us())

    async def keep_engaged(self, order: KeepEngaged) -> None:
        """Let the attempt keep its person and telephone until another instant."""
        async with self._database.writing() as connection:
            whoms = at_whom(order.person_id, order.number)
            await keep_engaged(connection, order.attempt_id, whoms, order.until_us)

    async def disengage(self, order: Disengage) -> None:
        """Let go of the person and the telephone that the attempt has."""
        async with self._database.writing() as connection:
            await disengage(connection, order.attempt_id, at_whom(order.person_id, order.number))

    # --- do not call ----------------------------------------------------------------------------------

    async def list_number(self, order: ListNumber) -> None:
        """Put a number or an area on the list of the house or of the campaign."""
        key = listing_key("" if order.everywhere else order.campaign)
        async with self._database.writing() as connection:
            await self._list(connection, order.number, key, order.reason)

    async def _list(self, connection: AsyncConnection, number: str, listing: str, reason: str) -> None:
        """Put a number or an area on a list; one that stands there stays as it is."""
        statement = self._database.insert(ListedNumberRow).on_conflict_do_nothing()
        row = {"number": number, "listing": listing, "reason": reason, "at_us": self._clock.now_us()}
        await connection.execute(statement, row)

    async def listings(self, campaign: str, numbers: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """Return what forbids each of `numbers` to `campaign` at this moment, in their order."""
        async with self._database.reading() as connection:
            listed = await listed_among(connection, campaign, numbers)
        return [listed.get(number, ()) for number in numbers]

    async def past_of(self, called: Sequence[tuple[str, str]]) -> Sequence[tuple[PastAttempt, ...]]:
        """Return the attempts at each (person, number), by any campaign."""
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        async with self._database.reading() as connection:
            return await past_of(connection, called, since_us)

    async def registers_from_us(self) -> Mapping[str, int]:
        """Return of when our copy of each register is."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(RegisterRow.name, RegisterRow.from_us))
            return {row.name: row.from_us for row in rows}

    async def save_listed(self, listing: str, numbers: Sequence[str], at_us: int) -> None:
        """Put numbers and areas on a list or a register."""
        insert = self._database.insert(ListedNumberRow)
        statement = insert.on_conflict_do_update(
            index_elements=["number", "listing"], set_={"at_us": insert.excluded.at_us}
        )
        rows = [
            {"number": number, "listing": listing, "reason": "", "at_us": at_us}
            for number in dict.fromkeys(numbers)
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(statement, rows)

    async def renew_register(self, name: str, from_us: int) -> None:
        """Say that our copy of a register is whole and of this instant; older entries go."""
        insert = self._database.insert(RegisterRow)
        statement = insert.on_conflict_do_update(
            index_elements=["name"], set_={"from_us": insert.excluded.from_us}
        )
        async with self._database.writing() as connection:
            await connection.execute(statement, {"name": name, "from_us": from_us})
            await connection.execute(_FORGET_OLDER, {"listing": name, "from_us": from_us})

    # --- lists ------------------------------------------------------------------------------------

    async def judge_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Return what `save_leads` would, and write nothing."""
        return await judge_leads(self._database, plan, records)

    async def save_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Create or update leads in one transaction; see `crm.leads.records.LeadSink`."""
        return await write_leads(self._database, plan, records)

    async def finish_list(self, plan: ListPlan) -> None:
        """Let all leads of the list come up."""
        await finish_list(self._database, plan)

    async def forget_held(self, plan: ListPlan) -> None:
        """Forget the leads of the list that never were in line."""
        await forget_held(self._database, plan)

    async def arrange_list(self, campaign: str, name: str, change: ListChange) -> bool:
        """Say otherwise when the list has its turn; tell whether there is such a list."""
        async with self._database.writing() as connection:
            return await arrange_list(connection, campaign, name, change)

    async def move_promise(self, campaign: str, lead_id: str, to: str) -> Moved:
        """Let a lead that is promised a call stand in another list of its campaign."""
        return await move_promise(self._database, campaign, int(lead_id), to)

    # --- what does not change ----------------------------------------------------------------------

    async def _campaign_id(self, name: str) -> int | None:
        if name not in self._campaigns:
            async with self._database.reading() as connection:
                found = (await connection.execute(_CAMPAIGN, {"name": name})).scalar_one_or_none()
            if found is None:
                return None
            self._campaigns[name] = found
        return self._campaigns[name]

    async def _list_name(self, connection: AsyncConnection, list_id: int) -> str:
        if list_id not in self._list_names:
            found = await connection.execute(_LIST_NAME, {"list_id": list_id})
            self._list_names[list_id] = found.scalar_one()
        return self._list_names[list_id]


async def _shares(
    connection: AsyncConnection, lines: Sequence[Line], order: LeaseLeads, asked: Mapping[str, Any]
) -> list[tuple[Line, int]]:
    """Return how many leads of which lines are to be leased; nobody is, by this."""
    if len(lines) == 1:
        return [(lines[0], order.count)]
    fronts = await fronts_of(connection, FRONT, lines, {**asked, "count": order.count})
    shares = Counter(line for line, _ in islice(in_turn(fronts, order.lease_id), order.count))
    return list(shares.items())


def _fronts_among(rows: Iterable[AnyRow], lines: Sequence[Line]) -> list[tuple[Line, list[Stood]]]:
    """Return the leads of each line among those that were leased, in its order."""
    of_list: dict[int, list[Stood]] = {line.key: [] for line in lines}
    for row in rows:
        of_list[row.list_id].append(Stood(row.standing, row.id))
    return [(line, sorted(of_list[line.key])) for line in lines]


def _next_time(order: SettleLead) -> dict[str, Any]:
    """Return what a settled lead's columns become, if it is in the lease."""
    due_us = order.again_us or 0
    return {
        "lease": order.lease_id,
        "new_state": LeadState.DONE if order.again_us is None else LeadState.WAITING,
        "new_due_us": due_us,
        "new_owner": order.owner,
        "new_callback": order.callback,
        "new_alone_until_us": order.alone_until_us if order.callback else 0,
        "new_tried_part": tried_part(due_us, order.callback),
    }


# --- statements: the states stand in them as they do in the partial indexes ------------------------------

_WAITING: ColumnClause[int] = literal_column(str(LeadState.WAITING.value))
_CAMPAIGN = select(CampaignRow.id).where(CampaignRow.name == bindparam("name"))
_LIST_NAME = select(LeadListRow.name).where(LeadListRow.id == bindparam("list_id"))

LONGEST_DUE = (
    select(LeadRow.id)
    .where(
        LeadRow.campaign_id == bindparam("campaign"),
        LeadRow.state == _WAITING,
        LeadRow.due_us <= bindparam("now_us"),
    )
    .order_by(LeadRow.due_us)
    .limit(bindparam("put_back_max"))
    .with_for_update(skip_locked=True)
)
_due = LONGEST_DUE.cte("due")
_PUT_BACK = (
    update(LeadRow)
    .where(LeadRow.id.in_(select(_due.c.id)))
    .values(state=LeadState.READY.value)
    .execution_options(synchronize_session=False)
)
_ANYBODYS = LeadRow.alone_until_us.between(1, bindparam("now_us"))
FRONT = front_where(
    or_(
        LeadRow.callback.is_(False),
        LeadRow.owner == "",
        LeadRow.owner.in_(bindparam("present", expanding=True)),
        _ANYBODYS,
    )
)
_next = FRONT.with_for_update(skip_locked=True).cte("next")
_LEASE = (
    update(LeadRow)
    .where(LeadRow.id.in_(select(_next.c.id)))
    .values(state=_WAITING, due_us=bindparam("until_us"), lease_id=bindparam("lease"))
    .returning(
        *(column for column in LeadRow.__table__.columns if column.name != "owner"),
        case((and_(LeadRow.callback, _ANYBODYS), ""), else_=LeadRow.owner).label("owner"),
    )
)
_OF_NUMBER = (
    select(LeadRow.__table__)
    .join(LeadNumberRow, LeadNumberRow.lead_id == LeadRow.id)
    .where(LeadRow.campaign_id == bindparam("campaign"), LeadNumberRow.number == bindparam("number"))
    .order_by(LeadRow.standing, LeadRow.id)
    .limit(1)
)
_COUNT_ATTEMPT = update(LeadRow).where(LeadRow.id == bindparam("key")).values(attempts=LeadRow.attempts + 1)
_SETTLE = _COUNT_ATTEMPT.where(LeadRow.lease_id == bindparam("lease")).values(
    state=bindparam("new_state"),
    due_us=bindparam("new_due_us"),
    standing=LeadRow.standing.bitwise_and(RANK_PART).bitwise_or(
        bindparam("new_tried_part", type_=BigInteger)
    ),
    callback=bindparam("new_callback"),
    alone_until_us=bindparam("new_alone_until_us"),
    owner=case((bindparam("new_callback", type_=Boolean), bindparam("new_owner")), else_=LeadRow.owner),
    lease_id="",
)
_IN_LEASE = update(LeadRow).where(
    LeadRow.id.in_(bindparam("ids", expanding=True)),
    LeadRow.lease_id == bindparam("lease"),
    LeadRow.state == _WAITING,
)
_KEEP = _IN_LEASE.values(due_us=bindparam("until_us"))
_RETURN = _IN_LEASE.values(state=bindparam("new_state"), due_us=bindparam("again_us"), lease_id="")
_FORGET_OLDER = delete(ListedNumberRow).where(
    and_(ListedNumberRow.listing == bindparam("listing"), ListedNumberRow.at_us < bindparam("from_us"))
)
