"""The hopper of a campaign: the next leads, leased from the store ahead of time and known to be allowed.

A batch is asked for when half of what there should be is gone, and how much that is follows from how fast
the campaign dials. Each lead is put to the law when it comes, with the number that is its turn; one that may
not be called now goes straight back, until it may. Nobody stays here long: what was not dialed in a while
goes back too, for others to have, and long before its lease is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.ids import AgentId, Ids
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import LeadsLeased, LeaseLeads, ReturnLeads
from dialer.answering import Rates, Segment, Traits
from dialer.asking import asked, next_allowed_us
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules
from dialer.goals import Reached
from dialer.permission import LOOK_AGAIN_US, Verdict
from dialer.recycling import numbers_in_turn
from dialer.traits import known_of

AHEAD_MIN = 20
"""Leads asked for at first: few enough to give back, enough for a small team for minutes."""
QUICK_US = 60 * SECOND_US
"""A batch that is gone sooner than this was too small: the next one is twice as large."""
SLOW_US = 240 * SECOND_US
"""One that lasts longer was too large: who is in it is kept from others."""
KEEP_SHARE = 4
"""A lead stays for this part of its lease: the rest is for its call."""


class Held(NamedTuple):
    """A lead in the hopper: the number that may be called, and the lease."""

    lead: Lead
    number: LeadNumber
    lease_id: str
    segment: Segment
    traits: Traits
    until_us: int
    agent_id: AgentId | None = None
    """Who alone may have it: whose lead it is."""


class Hopper:
    """The next leads of one campaign."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        rules: CampaignRules,
        book: AttemptBook,
        reached: Reached,
        rates: Rates,
    ) -> None:
        self._engine = engine
        self._ids = ids
        self.rules = rules
        """Of the campaign; a manager may change them at work."""
        self._book = book
        self._reached = reached
        self._rates = rates
        self._line: deque[Held] = deque()
        self._ahead = AHEAD_MIN
        self._order: LeaseLeads | None = None
        self._filled_us = 0
        self._not_before_us = 0
        self._all_stay_until_us = 0
        self.is_cut_off = False
        """The store gave no answer when it was asked last."""
        self.turned_away: dict[str, None] = {}
        """The rules by which the leads that came last may not be called yet."""

    def __len__(self) -> int:
        return len(self._line)

    @property
    def segments(self) -> Iterator[Segment]:
        """Go through the segments of the leads, those that come first first."""
        return (held.segment for held in self._line)

    def take(self, count: int) -> list[Held]:
        """Take out those that come first."""
        return [self._line.popleft() for _ in range(count)]

    def take_for(self, idle: Collection[str], present: Collection[str], count: int) -> list[Held]:
        """Take out leads for agents who come first: each idle one's own, then those of nobody who is here."""
        own: dict[str, Held] = {}
        for held in self._line:
            if held.lead.owner in idle:
                own.setdefault(held.lead.owner, held._replace(agent_id=AgentId(held.lead.owner)))
        others = [held for held in self._line if not held.agent_id and held.lead.owner not in present]
        chosen = [*own.values(), *others][:count]
        out = {held.lead.lead_id for held in chosen}
        self._line = deque(held for held in self._line if held.lead.lead_id not in out)
        return chosen

    # --- filling ----------------------------------------------------------------------------------

    def fill(self, now_us: int, present: tuple[str, ...]) -> None:
        """Let go of who has been here too long, and ask for more where there are too few."""
        self._let_go_of_old(now_us)
        if self._order is None and now_us >= self._not_before_us and len(self._line) * 2 <= self._ahead:
            self._adapt(now_us)
            self._order = LeaseLeads(
                campaign=self.rules.name,
                lease_id=self._ids.new("lease"),
                count=self._ahead - len(self._line),
                until_us=now_us + self.rules.lease_us,
                present=present,
            )
            self._engine.send(self._order)

    def _adapt(self, now_us: int) -> None:
        lasted_us = now_us - self._filled_us
        if lasted_us < QUICK_US:
            self._ahead = min(self.rules.ahead_max, 2 * self._ahead)
        elif lasted_us > SLOW_US:
            self._ahead = max(AHEAD_MIN, self._ahead // 2)
        self._filled_us = now_us

    def filled(self, event: LeadsLeased) -> bool:
        """Take in what the store gave; tell whether it has no more to give by now."""
        order, self._order = self._order, None
        if order is None or order.lease_id != event.lease_id:
            self._return([lead.lead_id for lead in event.leads], event.lease_id)
            return False
        self.is_cut_off = False
        if event.leads:
            self.turned_away.clear()
        for lead in event.leads:
            self._take_in(lead, order, event)
        is_dry = len(event.leads) < order.count
        if is_dry:
            self._not_before_us = event.at_us + self.rules.look_again_us
        elif not self._line:
            # Not one of them may be called now, nor perhaps many more: they are gone through without haste.
            self._not_before_us = event.at_us + self.rules.tick_us
        return is_dry

    def not_filled(self, lease_id: str, now_us: int) -> None:
        """Take note that the store did not answer; it is asked again in a while."""
        if self._order is not None and self._order.lease_id == lease_id:
            self._order = None
            self.is_cut_off = True
            self._not_before_us = now_us + self.rules.look_again_us

    def _take_in(self, lead: Lead, order: LeaseLeads, event: LeadsLeased) -> None:
        if self._book.is_at(lead.person_id):
            self._return([lead.lead_id], order.lease_id, event.at_us + self.rules.look_again_us)
            return
        if not self._reached.has_room(self.rules.parting.segment_of(lead)):
            self._return([lead.lead_id], order.lease_id, event.at_us + LOOK_AGAIN_US)
            return
        number, verdicts = first_allowed(self.rules, lead, event.at_us, dict(event.registers_from_us))
        if number is None:
            self.turned_away |= dict.fromkeys(rule for verdict in verdicts for rule in verdict.rules)
            self._return([lead.lead_id], order.lease_id, next_allowed_us(verdicts, event.at_us))
            return
        keep_us = event.at_us + self.rules.lease_us // KEEP_SHARE
        promised_by = AgentId(lead.owner) if lead.callback and lead.owner else None
        traits = known_of(self.rules, lead, number, event.at_us)
        segment = self._rates.segment(traits)
        self._place(Held(lead, number, order.lease_id, segment, traits, keep_us, promised_by))

    def _place(self, held: Held) -> None:
        """Put a lead where its turn is: at the end, or before those who are less likely to answer."""
        place = len(self._line)
        if self.rules.likely_first and not held.lead.callback:
            cautious = self._rates.cautious
            rate = cautious(held.segment)
            while place and not self._line[place - 1].lead.callback:
                if cautious(self._line[place - 1].segment) >= rate:
                    break
                place -= 1
        self._line.insert(place, held)

    # --- emptying ---------------------------------------------------------------------------------

    def empty(self) -> None:
        """Give everybody back: the campaign dials nobody for now."""
        self._let_go(list(self._line))

    def _let_go_of_old(self, now_us: int) -> None:
        if now_us >= self._all_stay_until_us:
            self._let_go([held for held in self._line if held.until_us <= now_us])
            self._all_stay_until_us = min((held.until_us for held in self._line), default=now_us)

    def _let_go(self, leaving: Sequence[Held]) -> None:
        if not leaving:
            return
        by_lease: dict[str, list[str]] = {}
        for held in leaving:
            by_lease.setdefault(held.lease_id, []).append(held.lead.lead_id)
        for lease_id, lead_ids in by_lease.items():
            self._return(lead_ids, lease_id)
        out = {held.lead.lead_id for held in leaving}
        self._line = deque(held for held in self._line if held.lead.lead_id not in out)

    def _return(self, lead_ids: Sequence[str], lease_id: str, again_us: int | None = None) -> None:
        if lead_ids:
            self._engine.send(
                ReturnLeads(
                    campaign=self.rules.name,
                    lead_ids=tuple(lead_ids),
                    lease_id=lease_id,
                    again_us=again_us,
                )
            )


def first_allowed(
    rules: CampaignRules, lead: Lead, now_us: int, registers_from_us: Mapping[str, int]
) -> tuple[LeadNumber | None, list[Verdict]]:
    """Return the first number in turn that may be called now, else None and what was said of each."""
    verdicts: list[Verdict] = []
    for number in numbers_in_turn(rules.recycling, lead):
        verdict = asked(rules, lead, number, now_us, registers_from_us)
        if verdict.allowed:
            return number, []
        verdicts.append(verdict)
    return None, verdicts
