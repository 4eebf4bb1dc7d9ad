"""What people ask about a campaign's leads and attempts, from the leads in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import islice

from core.kernel.clock import Clock
from core.model.attempt import AttemptRecord
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
from crm.leads.attempts import hour_of
from crm.leads.export import PAGE, ExportedLead, export
from crm.leads.memory import MemoryLeadStore
from crm.leads.memory_held import HeldLead, HeldList
from crm.leads.mix import LOOKING, Stood, in_turn
from crm.leads.records import LeadState


class MemoryCampaignRecords:
    """`web.ports.CampaignRecords` from a `MemoryLeadStore`. Nothing is told of conversions."""

    def __init__(self, store: MemoryLeadStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def results(
        self, campaign: str, by: Grouping, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Sequence[ResultCount]:
        """Return the counts of attempts by group."""
        groups: dict[tuple[int | str, str, str], list[AttemptRecord]] = {}
        for record in self._records(campaign, since_us, until_us):
            key = _group(by, record), record.outcome.value, record.disposition
            groups.setdefault(key, []).append(record)
        return [
            ResultCount(
                group=str(group),
                outcome=records[0].outcome,
                disposition=disposition,
                attempts=len(records),
                people=len({record.person_id for record in records}),
                talk_us=sum(_talk_us(record) for record in records),
                conversions=0,
                value_cents=0,
            )
            for (group, _, disposition), records in sorted(groups.items())
        ]

    async def people(
        self, campaign: str, by: Grouping | None, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Mapping[str, int]:
        """Return how many different persons were tried in each group."""
        persons: dict[str, set[str]] = {}
        for record in self._records(campaign, since_us, until_us):
            group = "" if by is None else str(_group(by, record))
            persons.setdefault(group, set()).add(record.person_id)
        return {group: len(tried) for group, tried in sorted(persons.items())}

    async def standings(self, campaign: str) -> Sequence[ListStanding]:
        """Return how far each list has been worked."""
        return [_standing(name, held) for (of, name), held in self._store.lists.items() if of == campaign]

    async def progress(self, campaign: str) -> CampaignProgress:
        """Return how far all lists have been worked."""
        told, now_us = await self.standings(campaign), self._clock.now_us()
        return CampaignProgress.of(told, sum(lead.due_us <= now_us for lead in self._promised(campaign)))

    async def callbacks(self, campaign: str, after: tuple[int, int], count: int) -> Sequence[PromisedCall]:
        """Return promised calls in the order in which they are due."""
        later = [lead for lead in self._promised(campaign) if (lead.due_us, lead.key) > after]
        later.sort(key=lambda lead: (lead.due_us, lead.key))
        return [_promised_call(lead) for lead in later[:count]]

    async def ahead(self, campaign: str, count: int) -> Sequence[LeadAhead]:
        """Return the leads that come up next."""
        fronts = [(of.turn, _in_line(of)) for of in self._store.lists_in_turn(campaign)]
        first = islice(in_turn(fronts, LOOKING), count)
        return [_ahead(nth, self._store.leads[lead.key]) for nth, (_, lead) in enumerate(first, start=1)]

    async def conversions(self, campaign: str, after: tuple[str, str], count: int) -> Sequence[Conversion]:
        """Return nothing: other systems tell a database."""
        return []

    def export(self, campaign: str, list_name: str) -> AsyncIterator[bytes]:
        """Return a list as CSV."""
        return export(lambda after: self.exported(campaign, list_name, after, PAGE))

    async def exported(self, campaign: str, list_name: str, after: int, count: int) -> Sequence[ExportedLead]:
        """Return the leads of a list with what became of them, those after the lead with the key `after`."""
        held = self._store.lists.get((campaign, list_name))
        leads = [lead for lead in held.leads.values() if lead.key > after] if held else []
        leads.sort(key=lambda lead: lead.key)
        last = {record.person_id: record for record in self._records(campaign, 0, ALWAYS_US)}
        return [_exported(lead, last.get(lead.record.person_id)) for lead in leads if lead.key > after][
            :count
        ]

    def _records(self, campaign: str, since_us: int, until_us: int) -> Iterator[AttemptRecord]:
        records = self._store.records.get(campaign, ())
        return (record for record in records if since_us <= record.dialed_us < until_us)

    def _leads(self, campaign: str) -> Iterator[HeldLead]:
        return (lead for lead in self._store.leads.values() if lead.of.plan.campaign == campaign)

    def _promised(self, campaign: str) -> Iterator[HeldLead]:
        return (
            lead
            for lead in self._leads(campaign)
            if lead.callback and not lead.lease_id and lead.state is not LeadState.DONE
        )


def _in_line(of: HeldList) -> list[Stood]:
    """Return the line of a list."""
    ready = (lead for lead in of.leads.values() if lead.state is LeadState.READY)
    ends_before = of.turn.ends_before
    return sorted(Stood(lead.standing, lead.key) for lead in ready if lead.standing < ends_before)


def _group(by: Grouping, record: AttemptRecord) -> int | str:
    match by:
        case Grouping.LIST:
            return record.list_name
        case Grouping.SEGMENT:
            return record.segment
        case Grouping.ARM:
            return record.arm
        case Grouping.HOUR:
            return hour_of(record)
        case Grouping.ATTEMPT:
            return record.nth
        case Grouping.TIER:
            return record.tier
        case Grouping.AGENT:
            return record.agent_id
        case Grouping.CALLER_ID:
            return record.caller_id


def _talk_us(record: AttemptRecord) -> int:
    return 0 if record.connected_us is None else record.ended_us - record.connected_us


def _standing(name: str, held: HeldList) -> ListStanding:
    leads = held.leads.values()
    return ListStanding(
        list_name=name,
        complete=not any(lead.state is LeadState.HELD for lead in leads),
        leads=len(leads),
        tried=sum(lead.attempts > 0 for lead in leads),
        done=sum(lead.state is LeadState.DONE for lead in leads),
        callbacks=sum(lead.callback for lead in leads),
        attempts=sum(lead.attempts for lead in leads),
        position=held.plan.position,
        weight=held.plan.weight,
        active=held.active,
        keeps_promises=held.keeps_promises,
    )


def _promised_call(lead: HeldLead) -> PromisedCall:
    return PromisedCall(
        lead_id=str(lead.key),
        list_name=lead.of.plan.name,
        external_id=lead.record.external_id,
        name=lead.record.name,
        number=lead.record.numbers[0].number,
        due_us=lead.due_us,
        owner=lead.record.owner if lead.promised_by is None else lead.promised_by,
        held=not lead.of.has_turn,
    )


def _ahead(nth: int, lead: HeldLead) -> LeadAhead:
    record, number = lead.record, lead.record.numbers[0]
    return LeadAhead(
        nth=nth,
        lead_id=str(lead.key),
        list_name=lead.of.plan.name,
        external_id=record.external_id,
        name=record.name,
        tier=record.tier,
        number=number.number,
        country=number.country,
        zones=number.zones,
        attempts=lead.attempts,
        rank=record.rank,
        is_callback=lead.callback,
    )


def _exported(lead: HeldLead, last: AttemptRecord | None) -> ExportedLead:
    record = lead.record
    return ExportedLead(
        key=lead.key,
        external_id=record.external_id,
        customer_id=record.customer_id,
        person_id=record.person_id,
        name=record.name,
        tier=record.tier,
        language=record.language,
        owner=record.owner if lead.promised_by is None else lead.promised_by,
        rank=record.rank,
        numbers=tuple((number.kind, number.number) for number in record.numbers),
        fields=record.fields,
        state=lead.state,
        disposition=last.disposition if last else "",
        attempts=lead.attempts,
        last_attempt_us=last.dialed_us if last else None,
    )
