"""The floor as a whole: queues, tiers, agents and contacts, from all that the engine tells.

It holds nothing that is not in the ledger, but for which screens are open, how customers are called on the
records that popped up, and how long callers would wait as the engine says (`web.live.expected`). So a web
side that starts in the middle of a day folds the day's events and is where it would be had it been there
from the beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from core.kernel.clock import SECOND_US
from core.model.commands import DeskCommand, ExpectedWait, PopScreen
from core.model.events import InteractionRecorded
from core.model.ids import AgentId, QueueName
from core.model.message import AgentEvent, ContactEvent, DomainEvent
from metrics.today import CentreDay, Promises, Today
from web.house import House, QueueCard
from web.live.contacts import Contacts, KnownContact, contact_view
from web.live.groups import group_view, queue_tier_view, queue_view
from web.live.seats import Seats, agent_view
from web.live.topic import AGENTS, CENTRE, CONTACTS, QUEUES, TIERS, Change
from web.views.floor import AgentView, GroupView, QueueView

COUNTED_EVERY_US = 60 * SECOND_US
"""Occupancy and time in states are no older than that on boards; rows of all agents are told so often."""
ALL = "all"
"""The key of the one row of the whole centre."""


def promises_of(house: House) -> Promises:
    """Return what is promised in each queue of the house."""
    return Promises(threshold_s={name: card.threshold_s for name, card in house.queues.items()})


class Floor:
    """The fold of the topics that tell of the floor; `today` has the figures of the running day."""

    topics = (QUEUES, TIERS, CENTRE, AGENTS, CONTACTS)

    def __init__(self, house: House | None = None, now_us: int = 0) -> None:
        self._house = house = house or House()
        self._contacts = Contacts()
        self._seats = Seats(house, now_us)
        self._queues: dict[str, None] = {}
        self._tiers: dict[str, None] = {}
        self._expected_us: dict[tuple[str, str], int] = {}
        self.counted_us = 0
        """Until when the time is counted for which agents have been in states that still last, 0 at first."""
        self.stirred = asyncio.Event()
        """Something has happened in the queues: others who come would wait otherwise now."""
        self.today = Today(promises_of(house), house.zone, now_us, self._begin_day)

    # --- hearing --------------------------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        self.today.add(event)
        if isinstance(event, ContactEvent):
            known = self._contacts.get(event.contact_id)
            self._contacts.add(event)
            self._touch(known or self._contacts.get(event.contact_id))
        else:
            self._contacts.add(event)
        self._seats.add(event)
        if isinstance(event, AgentEvent) and event.agent_id in self._house.agents:
            self._stir(self._seats[event.agent_id].queues)
        if isinstance(event, InteractionRecorded) and event.agent_id:
            self._seats.touch(AgentId(event.agent_id))

    def show(self, command: DeskCommand) -> None:
        """Learn from a record that pops up what its customer is called."""
        if isinstance(command, PopScreen) and command.customer is not None:
            self._contacts.name(command.contact_id, command.customer.name)

    def expect(self, waits: Iterable[ExpectedWait]) -> None:
        """Hear of the engine how long callers would wait, by queue and tier."""
        for wait in waits:
            if self._expected_us.get((wait.queue, wait.tier)) != wait.wait_us:
                self._expected_us[wait.queue, wait.tier] = wait.wait_us
                self._queues[wait.queue] = None

    def tick(self, now_us: int) -> None:
        """Hear what time it is: at midnight a new day begins; each minute the time that passed is counted."""
        self.today.pass_to(now_us)
        if now_us >= self.counted_us + COUNTED_EVERY_US:
            self.counted_us = now_us
            self.today.day.count_until(now_us)
            self._seats.touch_those_in()

    def screen(self, agent_id: AgentId, is_open: bool) -> None:
        """Hear that an agent's desk is open on a screen now, or on none any more."""
        self._seats.screen(agent_id, is_open)

    def _touch(self, contact: KnownContact | None) -> None:
        """Note that the figures of the queues may have changed in which the contact is or was."""
        if contact is not None and contact.queue:
            self._stir(contact.been_in)
            if contact.tier:
                self._tiers[contact.tier] = None

    def _stir(self, queues: Iterable[str]) -> None:
        self._queues |= dict.fromkeys(queues)
        self.stirred.set()

    def _begin_day(self, day: CentreDay) -> None:
        self._queues = dict.fromkeys(self._house.queues)
        self._tiers = dict.fromkeys(self._house.tiers)
        self._seats.touch_all()

    # --- showing ----------------------------------------------------------------------------------------

    def changes(self) -> Iterable[Change]:
        """Yield the rows that may have changed."""
        queues, self._queues = self._queues, {}
        tiers, self._tiers = self._tiers, {}
        waiting = list(self._contacts.waiting()) if queues or tiers else []
        for name in queues:
            yield Change(QUEUES, name, self._queue(name, waiting))
        for name in tiers:
            yield Change(TIERS, name, self._tier(name, [one for one in waiting if one.tier == name]))
        if queues or tiers:
            yield Change(CENTRE, ALL, group_view(ALL, self.today.day.tallies.of(), waiting))
        for contact_id in self._contacts.take_changed():
            contact = self._contacts.get(contact_id)
            yield Change(CONTACTS, contact_id, contact_view(contact) if contact else None)
        for agent_id in self._seats.take_changed():
            yield Change(AGENTS, agent_id, self._agent(agent_id))

    def _queue(self, name: str, waiting: Iterable[KnownContact]) -> QueueView:
        card = self._house.queues.get(QueueName(name)) or QueueCard(name=QueueName(name))
        here = [contact for contact in waiting if contact.queue == name]
        tallies = self.today.day.tallies
        tiers = {
            tier: queue_tier_view(
                tier,
                tallies.of(queue=name, tier=tier),
                [one for one in here if one.tier == tier],
                self._expected_us.get((name, tier)),
            )
            for tier in self._house.tiers
        }
        return queue_view(
            card,
            tallies.of(queue=name),
            here,
            tiers,
            ready=self._seats.ready(name),
            working=self._seats.working(name),
            expected_us=self._expected_us.get((name, self._house.default_tier)),
        )

    def _tier(self, name: str, waiting: Iterable[KnownContact]) -> GroupView:
        return group_view(name, self.today.day.tallies.of(tier=name), waiting)

    def _agent(self, agent_id: AgentId) -> AgentView:
        seat = self._seats[agent_id]
        contact = self._contacts.get(seat.contact_id) if seat.contact_id else None
        return agent_view(seat, contact, self.today.day.agents.of(agent_id))
