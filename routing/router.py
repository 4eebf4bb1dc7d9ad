"""The router: keeps who waits and who is idle, and makes the decision when one of them changes.

It is told of contacts by `Admission`, and hears of agents from `AgentStateChanged`. A decision takes both
out of line and pool and hands them to the `OfferDesk`.
While the PBX is away the gate is shut: callers keep their places, nobody's phone could be rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.record import replace
from core.model.agent import AT_WORK
from core.model.causes import RingOutcome
from core.model.commands import TagLeg
from core.model.contact import VOICE, Contact, ContactState, ContactTrigger
from core.model.events import (
    AdoptionFinished,
    AgentStateChanged,
    ContactAdopted,
    ContactConnected,
    ContactQueued,
    LegEnded,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    PbxLost,
    StandingChanged,
    WorkReturned,
)
from core.model.ids import NO_LEG, AgentId, ContactId, QueueName
from core.model.message import Event
from core.model.need import Need, need_of
from routing.index import Index
from routing.offer_desk import OfferDesk
from routing.offer_facts import abandoned
from routing.rules import Kind, Rulebook
from routing.staff import Staff
from routing.standing import Choice, Place, Seat, Standing, told_of
from routing.tags import caller_tag

_NOTHING: Mapping[str, Any] = {}

Shaper = Callable[[Standing, Event], None]
"""Changes how a contact is about to stand in line, and why it comes there."""


class Router:
    """The feature that decides which contact goes to which agent."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        offers: OfferDesk,
        rulebook: Rulebook,
        index: Index,
        staff: Staff,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._offers = offers
        self._rulebook = rulebook
        self._index = index
        self._staff = staff
        # How contacts stood that are offered now, to return to their places if the offer fails.
        self._offered: dict[ContactId, Standing] = {}
        # Who waits and must leave the last experts to others yet.
        self._sparing: dict[ContactId, Standing] = {}
        # Agents chosen in this turn: the agents' side has not heard of it yet.
        self._asked: dict[AgentId, None] = {}
        self._working: dict[AgentId, None] = {}
        # How many of them could serve each queue, as far as it was asked for.
        self._crews: dict[QueueName, int] = {}
        self._shapers: list[Shaper] = []
        self._sequence = 0
        self._gate_open = False
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(AdoptionFinished, self._open_gate)
        engine.subscribe(PbxLost, self._shut_gate)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(OfferMade, self._offer_made)
        engine.subscribe(OfferFailed, self._offer_failed)
        engine.subscribe(OfferWithdrawn, self._offer_over)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(WorkReturned, self._work_returned)
        engine.subscribe(LegEnded, self._caller_gone)

    # --- what others may ask of the queues ------------------------------------------------------

    def waiting(self, queue: QueueName, channel: str = VOICE) -> int:
        """Return how many contacts of `channel` wait in `queue`, not counting those offered now."""
        return self._index.length(queue, channel)

    def longest_wait_us(self, queue: QueueName, now_us: int) -> int:
        """Return the longest time any contact has waited in `queue`, 0 where none waits."""
        first_us = self._index.first_queued_us(queue)
        return 0 if first_us is None else now_us - first_us

    def ready_agents(self, queue: QueueName) -> int:
        """Return how many idle agents could serve the queue's own requirements."""
        return self._index.ready(self._need(queue))

    def working_agents(self, queue: QueueName) -> int:
        """Return how many agents who could serve the queue are at work: idle or busy, not away."""
        if queue not in self._crews:
            need = self._need(queue)
            skills = (self._staff[agent_id].skills for agent_id in self._working)
            self._crews[queue] = sum(1 for levels in skills if need.level(levels) is not None)
        return self._crews[queue]

    def _need(self, queue: QueueName) -> Need:
        """Return what the queue itself asks of an agent."""
        return self._staff.asked(need_of(self._rulebook.queues[queue].requirements), queue)

    def position(self, contact: Contact) -> int | None:
        """Return the contact's rank in its queue from 1, None where it does not wait now."""
        standing = self._index.standing(contact.contact_id)
        return self._index.position(contact.contact_id) if standing else None

    def is_anybody_at_work(
        self, queue: QueueName, needs: Iterable[Need], only: AgentId | None = None
    ) -> bool:
        """Tell whether an agent at work in `queue`, `only` that one where given, meets one of `needs`."""
        able = (self._staff[agent_id].skills for agent_id in self._working if only in (None, agent_id))
        return _is_any_met([self._staff.asked(need, queue) for need in needs], able)

    def is_anybody_idle(self, queue: QueueName, need: Need, only: AgentId | None = None) -> bool:
        """Tell whether an idle agent who serves `queue`, `only` that one where given, meets `need`."""
        asked = self._staff.asked(need, queue)
        return self._index.ready(asked) > 0 if only is None else self._index.is_ready(only, asked)

    def line(self, queue: QueueName) -> list[Contact]:
        """Return the contacts that wait in `queue`, first in line first."""
        return self._index.of_queue(queue)

    @property
    def is_linked(self) -> bool:
        """Tell whether phones can be rung and callers sent on: the PBX is there, and all its calls known."""
        return self._gate_open

    # --- contacts come and go ------------------------------------------------------------------------

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and contact.agent_id is not None and contact.channel == VOICE:
            # Adopted in talk: the agent's side hears of it next; until then nobody may be sent there.
            self._index.unseat(contact.agent_id)

    def stand_in_line(self, contact: Contact, why: Event, refused_by: tuple[AgentId, ...] = ()) -> None:
        """Let a queued contact join the line at its place, and offer it to the best idle agent.

        Who is in `refused_by` has it only where nobody else can.
        """
        standing = self._standing(contact)
        standing.refused_by = refused_by
        for shaper in self._shapers:
            shaper(standing, why)
        if contact.leg_id != NO_LEG:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        self._join(standing)
        self._engine.publish(
            ContactQueued(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                tier=contact.tier,
                position=self._index.position(contact.contact_id),
                requirements=contact.requirements,
                policy=contact.policy,
                channel=contact.channel,
                **told_of(standing),
            )
        )
        self.serve(contact.contact_id, why)

    def _standing(self, contact: Contact) -> Standing:
        assert contact.queued_us is not None
        self._sequence += 1
        return Standing(
            contact=contact,
            kind=Kind(contact.queue or QueueName(""), contact.tier, contact.policy),
            need=need_of(contact.requirements),
            place=Place(contact.key_us, self._sequence),
            channel=contact.channel,
        )

    def _offer_failed(self, event: OfferFailed) -> None:
        # The agents' side tells next what else this agent may be offered, if anything.
        self._index.unseat(event.agent_id)
        standing = self._offered.get(event.contact_id)
        is_refused = event.outcome is not RingOutcome.LOST
        if standing is not None and is_refused and event.agent_id not in standing.refused_by:
            standing.refused_by += (event.agent_id,)
        self._offer_over(event)

    def _offer_over(self, event: OfferFailed | OfferWithdrawn) -> None:
        standing = self._offered.pop(event.contact_id, None)
        if standing is None or standing.contact.state is not ContactState.QUEUED:
            return  # the contact is gone, and its place with it
        self._join(standing)
        self.serve(event.contact_id, event)

    def _connected(self, event: ContactConnected) -> None:
        self._offered.pop(event.contact_id, None)

    def _caller_gone(self, event: LegEnded) -> None:
        contact = self._contacts.of_leg(event.leg_id)
        if contact is None or self._index.standing(contact.contact_id) is None:
            return
        self._leave(contact.contact_id)
        self._contacts.move(contact, ContactTrigger.LEAVE)
        self._engine.publish(abandoned(contact, "queue", event))

    # --- agents come and go -----------------------------------------------------------------------------

    def _agent_changed(self, event: AgentStateChanged) -> None:
        # Who is left alone for a while, after a missed call perhaps, comes back by itself.
        is_at_work = event.new in AT_WORK or bool(event.until_us)
        if is_at_work != (event.agent_id in self._working):
            self._count_at_work(event.agent_id, is_at_work)
        before = self._index.unseat(event.agent_id)
        if event.channels and event.agent_id not in self._asked:
            seat = self._seat(event, before)
            self._index.seat(seat)
            self._take_next(event.agent_id, event)
            if self._sparing:
                self._share_experts(seat, event)

    def _offer_made(self, event: OfferMade) -> None:
        """From now on the agents' side knows of the offer: what it tells of the agent counts it in."""
        self._asked.pop(event.agent_id, None)

    def _count_at_work(self, agent_id: AgentId, is_at_work: bool) -> None:
        self._crews.clear()
        if is_at_work:
            self._working[agent_id] = None
        else:
            del self._working[agent_id]

    def _seat(self, event: AgentStateChanged, before: Seat | None) -> Seat:
        """Return a seat that counts as idle from now: whoever was given something last comes last.

        Of whom nothing is told that routing goes by keeps the rank it had.
        """
        profile, channels = self._staff[event.agent_id], _all_of(event.channels)
        if before is not None and event.old is event.new and before.channels == channels:
            return replace(before, profile=profile)
        self._sequence += 1
        return Seat(profile=profile, since_us=event.at_us, sequence=self._sequence, channels=channels)

    def restaff(self, agent_id: AgentId, queues: Iterable[QueueName], why: Event) -> None:
        """Go by what the agent can and serves by now; contacts of `queues` ask for something else by that."""
        for queue in queues:
            self._index.ask_anew(queue)
        self._crews.clear()
        self._index.refresh(agent_id)
        seat = self._index.unseat(agent_id)
        if seat is not None:
            self._index.seat(replace(seat, profile=self._staff[agent_id]))
            self._take_next(agent_id, why)

    def _work_returned(self, event: WorkReturned) -> None:
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "returned in this very turn"
        self.stand_in_line(contact, event, refused_by=(event.agent_id,))

    # --- what plans and preferences may change ---------------------------------------------------

    def shape(self, shaper: Shaper) -> None:
        """Let `shaper` say how each contact stands, before it joins a line and anybody can have it."""
        self._shapers.append(shaper)

    def alter(
        self,
        contact_id: ContactId,
        why: Event,
        reason: str,
        also: Mapping[str, Any] = _NOTHING,
        **changes: Any,
    ) -> None:
        """Change how a contact in line stands (fields of `Standing`), and see who can take it now.

        One that is offered now will stand so if it comes back; of any other nothing is changed. `also` are
        further fields of what is told.
        """
        offered = self._offered.get(contact_id)
        standing = offered or self._index.standing(contact_id)
        if standing is None:
            return
        if offered is None:
            self._index.alter(contact_id, **changes)
            self._note_sparing(standing)
        else:
            for name, value in changes.items():
                setattr(offered, name, value)
        self._engine.publish(
            StandingChanged(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact_id,
                reason=reason,
                **also,
                **told_of(standing),
            )
        )
        if offered is None:
            self.serve(contact_id, why)

    def place(self, contact_id: ContactId) -> Place | None:
        """Return where the contact stands, or will if its offer comes to nothing; None where it does not."""
        standing = self._offered.get(contact_id) or self._index.standing(contact_id)
        return standing.place if standing is not None else None

    def first_place(self, contact_id: ContactId) -> Place | None:
        """Return the place of the first of the others who wait in the queue of this contact, if any."""
        standing = self._offered.get(contact_id) or self._index.standing(contact_id)
        assert standing is not None, "asked of one that stands in line"
        line = self._index.of_queue(standing.kind.queue, standing.channel)
        first = next((other.contact_id for other in line if other.contact_id != contact_id), None)
        return self.place(first) if first is not None else None

    def is_in_line(self, contact_id: ContactId) -> bool:
        """Tell whether the contact stands in a line now, not offered to anybody."""
        return self._index.standing(contact_id) is not None

    def take_out(self, contact_id: ContactId) -> None:
        """Take a contact out of the line for good, if it stands in one."""
        if self.is_in_line(contact_id):
            self._leave(contact_id)

    def _join(self, standing: Standing) -> None:
        self._index.join(standing)
        self._note_sparing(standing)

    def _leave(self, contact_id: ContactId) -> Standing:
        self._sparing.pop(contact_id, None)
        return self._index.leave(contact_id)

    def _note_sparing(self, standing: Standing) -> None:
        if standing.spares is None:
            self._sparing.pop(standing.contact.contact_id, None)
        else:
            self._sparing[standing.contact.contact_id] = standing

    # --- the two decisions -----------------------------------------------------------------------

    def serve(self, contact_id: ContactId, why: Event) -> None:
        """Offer a contact in line to the best idle agent, if the gate is open and there is one."""
        if self._gate_open:
            self._offer(self._best_agent(contact_id, why.at_us), why)

    def _best_agent(self, contact_id: ContactId, now_us: int) -> Choice | None:
        """Ask those who let an offer of this contact come to nothing only where nobody else can have it."""
        standing = self._index.standing(contact_id)
        if standing is None or not standing.refused_by:
            return self._index.best_agent(contact_id, now_us)
        aside = [seat for seat in map(self._index.unseat, standing.refused_by) if seat is not None]
        choice = self._index.best_agent(contact_id, now_us)
        for seat in aside:
            self._index.seat(seat)
        return self._index.best_agent(contact_id, now_us) if choice is None and aside else choice

    def _take_next(self, agent_id: AgentId, why: Event) -> None:
        """Offer an idle agent the contact that comes first, if the gate is open and there is one."""
        if not self._gate_open:
            return
        choice = self._index.best_contact(agent_id, why.at_us)
        if choice is not None:
            self._index.note_served(choice.winner.contact_id)
        self._offer(choice, why)

    def _share_experts(self, seat: Seat, why: Event) -> None:
        """Serve who spared experts that are no longer the last, now that one more of them sits there idle."""
        sparing = (each for each in self._sparing.values() if each.spares and each.spares.covers(seat.skills))
        for standing in sorted(sparing, key=lambda standing: standing.place):
            reserve = standing.spares
            assert reserve is not None
            idle = (each for each in self._index.seats() if standing.channel in each.channels)
            if sum(reserve.covers(each.skills) for each in idle) > reserve.count:
                self.serve(standing.contact.contact_id, why)

    def _offer(self, choice: Choice | None, why: Event) -> None:
        if choice is None:
            return
        standing = self._leave(choice.winner.contact_id)
        self._offered[choice.winner.contact_id] = standing
        self._index.unseat(choice.winner.agent_id)
        self._asked[choice.winner.agent_id] = None
        self._offers.make(standing, choice, len(self._index), why)

    def _open_gate(self, event: AdoptionFinished) -> None:
        self._gate_open = True
        for standing in list(self._index):
            self.serve(standing.contact.contact_id, event)

    def _shut_gate(self, event: PbxLost) -> None:
        self._gate_open = False


@cache
def _all_of(channels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(channels)


def _is_any_met(needs: Sequence[Need], able: Iterable[Mapping[str, int]]) -> bool:
    return any(need.level(skills) is not None for skills in able for need in needs)
