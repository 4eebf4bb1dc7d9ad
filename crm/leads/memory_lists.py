"""Lists in memory, and what is done with them: loaded, arranged, their leads put in line."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.kernel.clock import Clock
from core.model.list_import import ListChange
from crm.leads.memory_held import HeldLead, HeldList
from crm.leads.memory_listed import MemoryListed
from crm.leads.mix import Stood
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
from crm.leads.standing import standing_of, with_rank


class MemoryLists(MemoryListed):
    """The part of a store in memory that lists are loaded into (`crm.leads.records.LeadSink`).

    `lists` are by campaign and name, `leads` by key; who is `waiting` is in a heap of each campaign, by when
    that is over.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.lists: dict[tuple[str, str], HeldList] = {}
        self._list_count = 0
        self.leads: dict[int, HeldLead] = {}
        self.waiting: dict[str, list[tuple[int, int]]] = {}

    def lists_in_turn(self, campaign: str) -> list[HeldList]:
        """Return the lists of a campaign that leads are leased from."""
        return [held for (of, _), held in self.lists.items() if of == campaign and held.has_turn]

    def join(self, lead: HeldLead) -> None:
        """Let a lead stand in the line of its list."""
        lead.state = LeadState.READY
        heapq.heappush(lead.of.line, Stood(lead.standing, lead.key))

    def wait(self, lead: HeldLead, due_us: int) -> None:
        """Let a lead wait until it is due."""
        lead.state, lead.due_us = LeadState.WAITING, due_us
        heapq.heappush(self.waiting.setdefault(lead.of.plan.campaign, []), (due_us, lead.key))

    async def judge_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Return what `save_leads` would, and write nothing."""
        there = self.lists.get((plan.campaign, plan.name))
        digests = {key: lead.record.digest for key, lead in there.leads.items()} if there else {}
        numbers = [number.number for record in records for number in record.numbers]
        known = Known(
            digests=digests, taken=self._taken(plan), listed=self.listed_among(plan.campaign, numbers)
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
                self.join(lead)

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
            self.wait(moved, moved.due_us)
        else:
            self.join(moved)
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
            self.join(lead)

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
