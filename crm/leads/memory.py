"""The leads in memory: for the simulator and tests. The contract tests are the same as for a database."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    ListNumber,
    ReturnLeads,
    SettleLead,
)
from core.model.list_import import ListChange
from crm.leads.counts import MinuteCounts
from crm.leads.engaged import MemoryEngaged
from crm.leads.listings import entries_for, is_register, listing_key, told_of
from crm.leads.mix import Line, Stood, in_turn
from crm.leads.models import PLACE_BITS
from crm.leads.records import (
    Judgement,
    Known,
    LeadRecord,
    LeadState,
    ListPlan,
    Moved,
    Place,
    Scope,
    Verdict,
    judge,
)
from crm.leads.standing import standing_of, turn_when_due, with_rank
from crm.leads.store import DAY_US, LeadSettings


@dataclass(slots=True)
class HeldList:
    """A list in memory; `places` counts those given out. Who leaves its line, a heap, is found out later."""

    number: int
    plan: ListPlan
    places: int = 0
    active: bool = True
    keeps_promises: bool = False
    leads: dict[str, HeldLead] = field(default_factory=dict)
    line: list[Stood] = field(default_factory=list)

    @property
    def turn(self) -> Line:
        """Return what says when it has its turn."""
        plan = self.plan
        return Line(self.number, plan.name, plan.position, plan.weight, promised_only=not self.active)

    @property
    def has_turn(self) -> bool:
        """Tell whether anybody of it may be leased."""
        return self.active or self.keeps_promises


@dataclass(slots=True)
class HeldLead:
    """A lead in memory, with what the columns of `crm.leads.models.LeadRow` say of one."""

    key: int
    of: HeldList
    record: LeadRecord
    standing: int
    state: LeadState = LeadState.HELD
    due_us: int = 0
    lease_id: str = ""
    attempts: int = 0
    callback: bool = False
    promised_by: str | None = None

    alone_until_us: int = 0

    @property
    def is_promised(self) -> bool:
        """Tell whether a call is promised, and nobody has it in hand."""
        return self.callback and not self.lease_id and self.state is not LeadState.DONE

    def asked_of(self, now_us: int) -> str:
        """Return whose lead it is; a callback that was one agent's for long enough is nobody's own."""
        if self.callback and 0 < self.alone_until_us <= now_us:
            return ""
        return self.record.owner if self.promised_by is None else self.promised_by


class MemoryLeadStore:
    """Leads, lists, attempts and do-not-call lists in dictionaries; lines are heaps.

    `leads` are by key, `lists` by campaign and name, `records` of attempts by campaign, what is `listed` by
    entry and list, with when and why.
    """

    def __init__(self, clock: Clock, settings: LeadSettings | None = None) -> None:
        self._clock = clock
        self._settings = settings or LeadSettings()
        self.lists: dict[tuple[str, str], HeldList] = {}
        self._list_count = 0
        self.leads: dict[int, HeldLead] = {}
        self._waiting: dict[str, list[tuple[int, int]]] = {}
        self._attempts: set[str] = set()
        self._settled_at: dict[str, list[SettleLead]] = {}
        self._counts: dict[str, MinuteCounts] = {}
        self.records: dict[str, list[AttemptRecord]] = {}
        self.listed: dict[str, dict[str, tuple[int, str]]] = {}
        self._registers: dict[str, int] = {}
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
            self._wait(lead, order.until_us)
            leased.append(lead)
        for lead in seen:
            if lead.state is LeadState.READY:
                self._join(lead)
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        return [self._shown(lead, since_us) for lead in leased]

    def lists_in_turn(self, campaign: str) -> list[HeldList]:
        """Return the lists of a campaign that leads are leased from."""
        return [held for (of, _), held in self.lists.items() if of == campaign and held.has_turn]

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
        record = order.record
        if record.attempt_id in self._attempts:
            return
        self._attempts.add(record.attempt_id)
        self._counts.setdefault(order.campaign, MinuteCounts()).add(record)
        self.records.setdefault(order.campaign, []).append(record)
        self._engaged.let_go(record.attempt_id, at_whom(record.person_id, record.number))
        for key in at_whom(record.person_id, record.number):
            self._settled_at.setdefault(key, []).append(order)
        lead = self.leads.get(int(order.lead_id))
        if lead is None:
            return
        lead.attempts += 1
        if lead.lease_id != order.lease_id:
            return
        lead.lease_id = ""
        lead.callback = order.callback
        lead.promised_by = order.owner if order.callback else lead.promised_by
        lead.alone_until_us = order.alone_until_us if order.callback else 0
        lead.standing = standing_of(
            rank=lead.record.rank,
            turn=turn_when_due(order.again_us or 0),
            tried=True,
            callback=order.callback,
        )
        if order.again_us is None:
            lead.state = LeadState.DONE
        else:
            self._wait(lead, order.again_us)

    async def keep_leads(self, order: KeepLeads) -> None:
        """Let the leads that are still in this lease stay in it until another instant."""
        for lead in self._in_lease(order):
            self._wait(lead, order.until_us)

    async def return_leads(self, order: ReturnLeads) -> None:
        """Give back those of the leads that are still in this lease."""
        for lead in self._in_lease(order):
            lead.lease_id = ""
            if order.again_us is None:
                self._join(lead)
            else:
                self._wait(lead, order.again_us)

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
        waiting = self._waiting.setdefault(campaign, [])
        now_us = self._clock.now_us()
        put_back = 0
        while waiting and waiting[0][0] <= now_us and put_back < self._settings.put_back_max:
            due_us, key = heapq.heappop(waiting)
            lead = self.leads[key]
            if lead.state is LeadState.WAITING and lead.due_us == due_us:
                self._join(lead)
                put_back += 1

    def _join(self, lead: HeldLead) -> None:
        lead.state = LeadState.READY
        heapq.heappush(lead.of.line, Stood(lead.standing, lead.key))

    def _wait(self, lead: HeldLead, due_us: int) -> None:
        lead.state, lead.due_us = LeadState.WAITING, due_us
        heapq.heappush(self._waiting.setdefault(lead.of.plan.campaign, []), (due_us, lead.key))

    def _shown(self, lead: HeldLead, since_us: int) -> Lead:
        record, plan = lead.record, lead.of.plan
        listed = self._listed_among(plan.campaign, [number.number for number in record.numbers])
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

    # --- do not call ----------------------------------------------------------------------------------

    async def list_number(self, order: ListNumber) -> None:
        """Put a number or an area on the list of the house or of the campaign."""
        key = listing_key("" if order.everywhere else order.campaign)
        self.listed.setdefault(order.number, {}).setdefault(key, (self._clock.now_us(), order.reason))

    async def listings(self, campaign: str, numbers: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """Return what forbids each of `numbers` to `campaign` at this moment, in their order."""
        listed = self._listed_among(campaign, numbers)
        return [listed.get(number, ()) for number in numbers]

    async def past_of(self, called: Sequence[tuple[str, str]]) -> Sequence[tuple[PastAttempt, ...]]:
        """Return the attempts at each (person, number), by any campaign."""
        since_us = self._clock.now_us() - self._settings.past_days * DAY_US
        return [self._past_at(at_whom(person_id, number), since_us) for person_id, number in called]

    async def registers_from_us(self) -> Mapping[str, int]:
        """Return of when our copy of each register is."""
        return dict(self._registers)

    async def save_listed(self, listing: str, numbers: Sequence[str], at_us: int) -> None:
        """Put numbers and areas on a list or a register."""
        for number in numbers:
            self.listed.setdefault(number, {})[listing] = (at_us, "")

    async def renew_register(self, name: str, from_us: int) -> None:
        """Say that our copy of a register is whole and of this instant; older entries go."""
        assert is_register(name), name
        self._registers[name] = from_us
        for listings in self.listed.values():
            if listings.get(name, (from_us, ""))[0] < from_us:
                del listings[name]

    def _listed_among(self, campaign: str, numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
        entries = dict.fromkeys(entry for number in numbers for entry in entries_for(number))
        found = {entry: self.listed[entry] for entry in entries if entry in self.listed}
        return told_of(numbers, found, campaign)

    # --- lists ------------------------------------------------------------------------------------

    async def judge_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Return what `save_leads` would, and write nothing."""
        there = self.lists.get((plan.campaign, plan.name))
        digests = {key: lead.record.digest for key, lead in there.leads.items()} if there else {}
        numbers = [number.number for record in records for number in record.numbers]
        known = Known(
            digests=digests, taken=self._taken(plan), listed=self._listed_among(plan.campaign, numbers)
        )
        return judge(plan, records, known)

    async def save_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Create or update leads; see `crm.leads.records.LeadSink`."""
        judgements = await self.judge_leads(plan, records)
        place = plan.campaign, plan.name
        if place not in self.lists:
            self.lists[place] = HeldList(self._list_count, plan)
            self._list_count += 1
        to = self.lists[place]
        new = 0
        for record, judgement in zip(records, judgements, strict=True):
            if judgement.verdict is Verdict.NEW:
                self._add(to, to.places + new, record)
                new += 1
            elif judgement.verdict is Verdict.UPDATED:
                self._change(to.leads[record.external_id], record)
        to.places += len(records)
        return judgements

    async def finish_list(self, plan: ListPlan) -> None:
        """Let all leads of the list come up."""
        for lead in self.lists[plan.campaign, plan.name].leads.values():
            if lead.state is LeadState.HELD:
                self._join(lead)

    async def forget_held(self, plan: ListPlan) -> None:
        """Forget the leads of the list that never were in line."""
        of = self.lists.get((plan.campaign, plan.name))
        if of is None:
            return
        for lead in [each for each in of.leads.values() if each.state is LeadState.HELD]:
            del of.leads[lead.record.external_id], self.leads[lead.key]
        if not of.leads:
            del self.lists[plan.campaign, plan.name]

    async def arrange_list(self, campaign: str, name: str, change: ListChange) -> bool:
        """Say otherwise when the list has its turn; tell whether there is such a list."""
        held = self.lists.get((campaign, name))
        if held is None:
            return False
        position = held.plan.position if change.position is None else change.position
        weight = held.plan.weight if change.weight is None else change.weight
        held.plan = replace(held.plan, position=position, weight=weight)
        held.active = held.active if change.active is None else change.active
        if change.keeps_promises is not None:
            held.keeps_promises = change.keeps_promises
        return True

    async def move_promise(self, campaign: str, lead_id: str, to: str) -> Moved:
        """Let a lead that is promised a call stand in another list of its campaign."""
        there, lead = self.lists.get((campaign, to)), self.leads.get(int(lead_id))
        if there is None:
            return Moved.UNKNOWN_LIST
        if lead is None or lead.of.plan.campaign != campaign or not lead.is_promised:
            return Moved.NOT_PROMISED
        if lead.record.external_id in there.leads:
            return Moved.THERE_ALREADY
        moved = replace(lead, key=there.number << PLACE_BITS | there.places, of=there)
        there.places += 1
        there.leads[lead.record.external_id] = self.leads[moved.key] = moved
        lead.state, lead.callback, lead.alone_until_us = LeadState.DONE, False, 0
        if moved.state is LeadState.WAITING:
            self._wait(moved, moved.due_us)
        else:
            self._join(moved)
        return Moved.MOVED

    def _add(self, to: HeldList, place: int, record: LeadRecord) -> None:
        standing = standing_of(rank=record.rank, turn=place, tried=False, callback=False)
        lead = HeldLead(to.number << PLACE_BITS | place, to, record, standing)
        to.leads[record.external_id] = lead
        self.leads[lead.key] = lead

    def _change(self, lead: HeldLead, record: LeadRecord) -> None:
        lead.record = record
        lead.promised_by = lead.promised_by if lead.callback else None
        lead.standing = with_rank(lead.standing, record.rank)
        if lead.state is LeadState.READY:
            self._join(lead)

    def _taken(self, plan: ListPlan) -> dict[str, Place]:
        """Return where first numbers stand already, as far as the plan looks."""
        among: Iterable[HeldList] = ()
        if plan.duplicates is Scope.SYSTEM:
            among = self.lists.values()
        elif plan.duplicates is Scope.CAMPAIGN:
            among = [of for (campaign, _), of in self.lists.items() if campaign == plan.campaign]
        elif plan.duplicates is Scope.LIST and (plan.campaign, plan.name) in self.lists:
            among = (self.lists[plan.campaign, plan.name],)
        taken: dict[str, Place] = {}
        for of in among:
            for key, lead in of.leads.items():
                taken.setdefault(lead.record.numbers[0].number, Place(of.plan.campaign, of.plan.name, key))
        return taken


def _with_listings(number: LeadNumber, listed: Mapping[str, tuple[str, ...]]) -> LeadNumber:
    return LeadNumber(
        number=number.number,
        kind=number.kind,
        country=number.country,
        zones=number.zones,
        regions=number.regions,
        listed_on=listed.get(number.number, ()),
    )
