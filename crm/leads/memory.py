"""The leads in memory: for the simulator and tests. The contract tests are the same as for a database."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from core.kernel.clock import Clock
from core.model.attempt import AttemptRecord
from core.model.lead import Lead, LeadNumber, PastAttempt, at_whom, past_attempt, stranger
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
    ReturnLeads,
    SettleLead,
)
from crm.leads.counts import MinuteCounts
from crm.leads.engaged import MemoryEngaged
from crm.leads.listings import listing_key
from crm.leads.memory_held import HeldLead, HeldList
from crm.leads.memory_lists import MemoryLists
from crm.leads.mix import Stood, in_turn
from crm.leads.records import LeadRecord, LeadState
from crm.leads.standing import standing_of, turn_when_due
from crm.leads.store import DAY_US, LeadSettings


class MemoryLeadStore(MemoryLists):
    """Leads, lists, attempts and do-not-call lists in dictionaries; lines are heaps.

    `records` of attempts are by campaign.
    """

    def __init__(self, clock: Clock, settings: LeadSettings | None = None) -> None:
        super().__init__(clock)
        self._settings = settings or LeadSettings()
        self._attempts: set[str] = set()
        self._settled_at: dict[str, list[SettleLead]] = {}
        self._counts: dict[str, MinuteCounts] = {}
        self.records: dict[str, list[AttemptRecord]] = {}
        self._engaged = MemoryEngaged()

    # --- the line ---------------------------------------------------------------------------------

    async def lease_leads(self, order: LeaseLeads) -> Sequence[Lead]:
        """Lease those that come up next, in order; see `core.ports.LeadStore`."""
        self._put_back(order.campaign)
        seen: list[HeldLead] = []
        fronts = [(of.turn, self._in_line(of, order, seen)) for of in self.lists_in_turn(order.campaign)]
        leased: list[HeldLead] = []
        for _, stood in islice(in_turn(fronts, order.lease_id), order.count):
            lead = self.leads[stood.key]
            lead.lease_id = order.lease_id
            self.wait(lead, order.until_us)
            leased.append(lead)
        for lead in seen:
            if lead.state is LeadState.READY:
                self.join(lead)
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        return [self._shown(lead, since_us) for lead in leased]

    def _in_line(self, of: HeldList, order: LeaseLeads, seen: list[HeldLead]) -> Iterator[Stood]:
        """Take out one after the other who may be leased; all who were in line are `seen`."""
        ends_before = of.turn.ends_before
        while of.line and of.line[0].standing < ends_before:
            stood = heapq.heappop(of.line)
            lead = self.leads.get(stood.key)
            if lead is None or lead.state is not LeadState.READY or lead.standing != stood.standing:
                continue  # it stands elsewhere by now
            seen.append(lead)
            asked_of = lead.asked_of(self._clock.now_us())
            if not lead.callback or not asked_of or asked_of in order.present:
                yield stood

    async def settle_lead(self, order: SettleLead) -> None:
        """Write the attempt down, once, and say when the lead comes up again, if it is in this lease."""
        if order.record.attempt_id in self._attempts:
            return
        self._write_down(order)
        lead = self.leads.get(int(order.lead_id))
        if lead is not None:
            lead.attempts += 1
            if lead.lease_id == order.lease_id:
                self._settle(lead, order)

    def _write_down(self, order: SettleLead) -> None:
        """Let the attempt be known of whom it was at, who are free again."""
        record = order.record
        whoms = at_whom(record.person_id, record.number)
        self._attempts.add(record.attempt_id)
        self._counts.setdefault(order.campaign, MinuteCounts()).add(record)
        self.records.setdefault(order.campaign, []).append(record)
        self._engaged.let_go(record.attempt_id, whoms)
        if order.forbidden:
            self.list_once(record.number, listing_key(), order.forbidden)
        for whom in whoms:
            self._settled_at.setdefault(whom, []).append(order)

    def _settle(self, lead: HeldLead, order: SettleLead) -> None:
        """Say of a lead that was in this lease when it comes up again."""
        lead.lease_id = ""
        lead.callback = order.callback
        lead.promised_by = order.owner if order.callback else lead.promised_by
        lead.alone_until_us = order.alone_until_us if order.callback else 0
        turn = turn_when_due(order.again_us or 0)
        lead.standing = standing_of(rank=lead.record.rank, turn=turn, tried=True, callback=order.callback)
        if order.again_us is None:
            lead.state = LeadState.DONE
        else:
            self.wait(lead, order.again_us)

    async def keep_leads(self, order: KeepLeads) -> None:
        """Let the leads that are still in this lease stay in it until another instant."""
        for lead in self._in_lease(order):
            self.wait(lead, order.until_us)

    async def return_leads(self, order: ReturnLeads) -> None:
        """Give back those of the leads that are still in this lease."""
        for lead in self._in_lease(order):
            lead.lease_id = ""
            if order.again_us is None:
                self.join(lead)
            else:
                self.wait(lead, order.again_us)

    async def count_attempts(self, order: CountAttempts) -> Sequence[CountedMinute]:
        """Return how attempts came out, minute by minute."""
        counts = self._counts.get(order.campaign)
        return counts.told(order) if counts else ()

    async def count_results(self, order: CountResults) -> Sequence[CountedResult]:
        """Return what attempts came to, by segment and disposition."""
        counts = Counter(
            (record.segment, record.disposition)
            for record in self.records.get(order.campaign, ())
            if not record.attempt_id.startswith(order.apart_from)
        )
        return [
            CountedResult(segment=segment, disposition=disposition, attempts=attempts)
            for (segment, disposition), attempts in sorted(counts.items())
        ]

    def _in_lease(self, order: KeepLeads | ReturnLeads) -> list[HeldLead]:
        found = (self.leads.get(int(lead_id)) for lead_id in order.lead_ids)
        waiting = (lead for lead in found if lead is not None and lead.state is LeadState.WAITING)
        return [lead for lead in waiting if lead.lease_id == order.lease_id]

    def _put_back(self, campaign: str) -> None:
        """Let those join the line who have waited long enough."""
        waiting = self.waiting.setdefault(campaign, [])
        now_us = self._clock.now_us()
        put_back = 0
        while waiting and waiting[0][0] <= now_us and put_back < self._settings.put_back_max:
            due_us, key = heapq.heappop(waiting)
            lead = self.leads[key]
            if lead.state is LeadState.WAITING and lead.due_us == due_us:
                self.join(lead)
                put_back += 1

    def _shown(self, lead: HeldLead, since_us: int) -> Lead:
        record, plan = lead.record, lead.of.plan
        listed = self.listed_among(plan.campaign, [number.number for number in record.numbers])
        return Lead(
            lead_id=str(lead.key),
            campaign=plan.campaign,
            list_name=plan.name,
            person_id=record.person_id,
            external_id=record.external_id,
            name=record.name,
            tier=record.tier,
            customer_id=record.customer_id,
            language=record.language,
            numbers=tuple(_with_listings(number, listed) for number in record.numbers),
            attempts=lead.attempts,
            past=self._past(record, since_us),
            owner=lead.asked_of(self._clock.now_us()),
            callback=lead.callback,
            fields=record.fields,
        )

    def _past(self, record: LeadRecord, since_us: int) -> tuple[PastAttempt, ...]:
        numbers = (number.number for number in record.numbers)
        return self._past_at(at_whom(record.person_id, *numbers), since_us)

    def _past_at(self, places: Iterable[str], since_us: int) -> tuple[PastAttempt, ...]:
        settled = (order for place in places for order in self._settled_at.get(place, ()))
        recent = {o.record.attempt_id: o for o in settled if o.record.dialed_us >= since_us}
        in_order = sorted(recent.values(), key=lambda o: (o.record.dialed_us, o.record.attempt_id))
        return tuple(past_attempt(order.record, order.campaign) for order in in_order)

    async def past_of(self, called: Sequence[tuple[str, str]]) -> Sequence[tuple[PastAttempt, ...]]:
        """Return the attempts at each (person, number), by any campaign."""
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        return [self._past_at(at_whom(person_id, number), since_us) for person_id, number in called]

    async def find_lead(self, campaign: str, number: LeadNumber) -> Lead:
        """Return the campaign's lead of a number, or a stranger."""
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        own = [
            lead
            for lead in self.leads.values()
            if lead.of.plan.campaign == campaign
            and any(each.number == number.number for each in lead.record.numbers)
        ]
        if own:
            return self._shown(min(own, key=lambda lead: (lead.standing, lead.key)), since_us)
        alone = LeadRecord(external_id="", person_id=number.number, numbers=(number,))
        (listed,) = await self.listings(campaign, [number.number])
        return stranger(campaign, number, self._past(alone, since_us), listed)

    # --- whom attempts are at ---------------------------------------------------------------------

    async def engage(self, order: CheckNumbers) -> Sequence[str]:
        """Let the attempts of `order` have their persons and telephones; return those that may not."""
        return self._engaged.engage(order, self._clock.now_us())

    async def keep_engaged(self, order: KeepEngaged) -> None:
        """Let the attempt keep its person and telephone until another instant."""
        self._engaged.keep(order.attempt_id, at_whom(order.person_id, order.number), order.until_us)

    async def disengage(self, order: Disengage) -> None:
        """Let go of the person and the telephone that the attempt has."""
        self._engaged.let_go(order.attempt_id, at_whom(order.person_id, order.number))


def _with_listings(number: LeadNumber, listed: Mapping[str, tuple[str, ...]]) -> LeadNumber:
    return LeadNumber(
        number=number.number,
        kind=number.kind,
        country=number.country,
        zones=number.zones,
        regions=number.regions,
        listed_on=listed.get(number.number, ()),
    )
