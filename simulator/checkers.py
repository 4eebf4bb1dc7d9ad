"""The invariants, checked from outside at every step of a simulated run.

`Checkers.step(message, commands)` is given what went into the engine and what came out, nothing more, and
builds its own view of the floor from it. A broken promise raises `InvariantBroken` with the seed, the
scenario, the last events and the command that replays the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.kernel.clock import seconds
from core.kernel.errors import InvariantBroken
from core.model.callback_events import CallbackBooked, CallbackClosed, CallbackPostponed
from core.model.commands import AppendToLedger, JoinLeg, PopScreen, RingLeg
from core.model.contact import VOICE
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactClosed,
    ContactConnected,
    ContactDiverted,
    ContactEvent,
    ContactQueued,
    ContactSentOn,
    DialogueClosed,
    DialogueOpened,
    LegCreated,
    LegEnded,
    MessageLeft,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    PbxLost,
    PbxSynced,
    StandingChanged,
    TalkEnded,
    WorkReturned,
)
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import Command, Event
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from core.model.tag import STANDING, decode_tag
from simulator.agreement import Agreement
from simulator.broken import BrokenPromise
from simulator.faults import FaultPlan
from simulator.idleness import NobodyIdlesBeside
from simulator.room import Capacity, WithinCapacity

LAST_EVENTS = 30


class ContactsConserved:
    """Each contact arrives once and ends exactly once; nothing happens to one that is not open.

    Only callbacks may be open when the day is over: their customers are called on another.
    """

    def __init__(self) -> None:
        self.arrived = 0
        self.ended: dict[str, int] = {}
        self._open: dict[ContactId, None] = {}
        self._closed: dict[ContactId, str] = {}
        self._callbacks: dict[ContactId, None] = {}

    def book(self, event: CallbackBooked) -> None:
        """Open a callback."""
        self.arrive(event)
        self._callbacks[event.contact_id] = None

    def arrive(self, event: ContactEvent) -> None:
        """Open the contact."""
        if event.contact_id in self._open or event.contact_id in self._closed:
            raise BrokenPromise(f"contact {event.contact_id} arrived twice")
        self.arrived += 1
        self._open[event.contact_id] = None

    def end(self, event: ContactEvent) -> None:
        """Close the contact."""
        how = type(event).__name__
        if event.contact_id not in self._open:
            before = self._closed.get(event.contact_id, "never arriving")
            raise BrokenPromise(f"contact {event.contact_id} ended by {how} after {before}")
        del self._open[event.contact_id]
        self._closed[event.contact_id] = how
        self.ended[how] = self.ended.get(how, 0) + 1

    def close(self) -> None:
        """Demand that nobody is left."""
        left = [contact_id for contact_id in self._open if contact_id not in self._callbacks]
        if left:
            raise BrokenPromise(f"{len(left)} contacts never ended, first {left[0]}")


class LegsEnd:
    """Every leg that was created ends, once; those of agents that stand may outlive the day."""

    def __init__(self) -> None:
        self._open: dict[LegId, None] = {}
        self._standing: dict[LegId, None] = {}
        self.watchers: dict[type, Callable[[Any], None]] = {
            LegCreated: self.create,
            DialogueOpened: self.open,
            LegEnded: self.end,
        }

    def create(self, event: LegCreated) -> None:
        """Open the leg; a snapshot may tell of it again."""
        self._open[event.leg_id] = None

    def open(self, event: DialogueOpened) -> None:
        """Take note of a leg that stands."""
        if _stands_for(event.tag) is not None:
            self._standing[event.leg_id] = None

    def end(self, event: LegEnded) -> None:
        """Close the leg."""
        if self._open.pop(event.leg_id, self) is self:
            raise BrokenPromise(f"leg {event.leg_id} ended without being there")

    def close(self) -> None:
        """Demand that no leg is left."""
        left = [leg_id for leg_id in self._open if leg_id not in self._standing]
        if left:
            raise BrokenPromise(f"{len(left)} legs never ended, first {left[0]}")


class PopBeforeRing:
    """The record is on the agent's screen before the phone rings, or the leg that stands is joined."""

    def __init__(self) -> None:
        self._agent_at: dict[str, AgentId] = {}
        self._agent_of: dict[LegId, AgentId] = {}
        self._popped: dict[AgentId, ContactId] = {}
        self._joins: dict[LegId, LegId] = {}

    def agent(self, event: AgentStateChanged) -> None:
        """Learn whose phone it is."""
        if event.extension:
            self._agent_at[event.extension] = event.agent_id

    def pop(self, command: PopScreen) -> None:
        """Note what the screen shows of a call; work rings no phone."""
        if command.channel == VOICE:
            self._popped[command.agent_id] = command.contact_id

    def ring(self, command: RingLeg) -> None:
        """Demand a record popped for this very ringing, unless it is to bring up a leg that will stand."""
        agent_id = self._agent_at.get(command.address)
        if agent_id is not None and _stands_for(command.tag) is None:
            self._demand(agent_id)

    def open(self, event: DialogueOpened) -> None:
        """Learn whose leg stands."""
        agent_id = _stands_for(event.tag)
        if agent_id is not None:
            self._agent_of[event.leg_id] = agent_id

    def join(self, command: JoinLeg) -> None:
        """Demand a record popped for this very joining, unless it is tried again.

        A leg that was rung for it has been asked about.
        """
        agent_id = self._agent_of.get(command.leg_id)
        if agent_id is not None and self._joins.get(command.leg_id) != command.bridge_with:
            self._demand(agent_id)
        self._joins[command.leg_id] = command.bridge_with

    def _demand(self, agent_id: AgentId) -> None:
        if self._popped.pop(agent_id, None) is None:
            raise BrokenPromise(f"{agent_id} has a call before the record is on the screen")


def _stands_for(note: str) -> AgentId | None:
    """Return whose standing leg bears the note, None where it is another's or none."""
    tag = decode_tag(note)
    return AgentId(tag.agent) if tag is not None and tag.role == STANDING else None


class JoinedFromOurHands:
    """A leg is sent to join another only while it is in our hands; the other has not ended."""

    def __init__(self) -> None:
        self._in_hand: dict[LegId, None] = {}
        self._ended: dict[LegId, None] = {}
        self.watchers: dict[type, Callable[[Any], None]] = {
            DialogueOpened: self.open,
            DialogueClosed: self.close,
            LegEnded: self.end,
            JoinLeg: self.join,
        }

    def open(self, event: DialogueOpened) -> None:
        """Note that the leg takes orders."""
        self._in_hand[event.leg_id] = None

    def close(self, event: DialogueClosed) -> None:
        """Note that it takes none."""
        self._in_hand.pop(event.leg_id, None)

    def end(self, event: LegEnded) -> None:
        """Note that it is gone."""
        self._in_hand.pop(event.leg_id, None)
        self._ended[event.leg_id] = None

    def join(self, command: JoinLeg) -> None:
        """Demand both legs."""
        if command.leg_id not in self._in_hand:
            raise BrokenPromise(f"leg {command.leg_id} is sent to join another and is not in our hands")
        if command.bridge_with in self._ended:
            raise BrokenPromise(
                f"leg {command.leg_id} is sent to join {command.bridge_with}, which has ended"
            )


class Checkers:
    """All invariants together. `skills` says who is able to do what, `capacity` how much at once.

    Where faults strike, give their `plan` and an `agreement`: what was told of legs proves nothing then,
    and the engine's belief is held against the exchange instead.
    """

    def __init__(
        self,
        skills: Mapping[AgentId, Mapping[str, int]],
        scenario: str,
        seed: int,
        plan: FaultPlan | None = None,
        agreement: Agreement | None = None,
        capacity: Capacity | None = None,
    ) -> None:
        self._scenario = scenario
        self._seed = seed
        self._plan = plan
        self.agreement = agreement
        self._last: deque[Event] = deque(maxlen=LAST_EVENTS)
        self.contacts = ContactsConserved()
        self.legs = LegsEnd()
        self._idle = NobodyIdlesBeside(skills)
        self._room = room = WithinCapacity(capacity or Capacity())
        pop, idle = PopBeforeRing(), self._idle
        over = (self.contacts.end, idle.end)
        self._watchers: dict[type, tuple[Callable[[Any], None], ...]] = {
            PbxSynced: (idle.sync,),
            PbxLost: (idle.lose,),
            ContactArrived: (self.contacts.arrive,),
            CallbackBooked: (self.contacts.book,),
            ContactAdopted: (self.contacts.arrive, room.adopt),
            ContactQueued: (idle.stand,),
            StandingChanged: (idle.stand,),
            ContactDiverted: (idle.end,),
            CallbackPostponed: (idle.end,),
            CallbackClosed: (idle.end,),
            OfferMade: (room.offer, idle.offer),
            OfferFailed: (room.part, idle.fail),
            OfferWithdrawn: (room.part, idle.fail),
            ContactConnected: (room.connect,),
            TalkEnded: (room.part,),
            ContactAbandoned: over,
            ContactSentOn: over,
            MessageLeft: over,
            ContactClosed: (*over, room.part),
            WorkReturned: (room.part,),
            AgentStateChanged: (pop.agent, idle.agent, room.agent),
            AgentQueuesSet: (idle.move,),
            AgentLevelsSet: (idle.set_levels,),
            PopScreen: (pop.pop,),
            RingLeg: (pop.ring,),
            DialogueOpened: (pop.open,),
            JoinLeg: (pop.join,),
        }
        self._also_watch(JoinedFromOurHands().watchers)
        self._also_watch(agreement.watchers if agreement is not None else self.legs.watchers)

    def _also_watch(self, watchers: Mapping[type, Callable[[Any], None]]) -> None:
        for kind, watch in watchers.items():
            self._watchers[kind] = (*self._watchers.get(kind, ()), watch)

    def step(self, message: Event, commands: Iterable[Command]) -> None:
        """Check one input of the engine and what it made of it; raise `InvariantBroken`."""
        try:
            self._saw(message)
            for command in commands:
                self._saw(command.event if isinstance(command, AppendToLedger) else command)
            self._idle.check()
            self._room.check()
        except BrokenPromise as broken:
            raise self.report(broken) from None

    def look(self, now_us: int) -> None:
        """Hold the engine's belief against the exchange; raise `InvariantBroken`."""
        disagreement = self.agreement.look(now_us) if self.agreement is not None else None
        if disagreement is not None:
            raise self.report(BrokenPromise(disagreement))

    def finish(self) -> None:
        """Check what must hold when everybody has hung up; raise `InvariantBroken`."""
        try:
            self.contacts.close()
            if self.agreement is None:
                self.legs.close()
        except BrokenPromise as broken:
            raise self.report(broken) from None

    def _saw(self, seen: Event | Command) -> None:
        if isinstance(seen, Event):
            self._last.append(seen)
        for watch in self._watchers.get(type(seen), ()):
            watch(seen)

    def report(self, found: Exception) -> InvariantBroken:
        """Return `found` with all that it takes to find it again."""
        history = "\n".join(f"  {seconds(event.at_us):14.6f} {event!r}" for event in self._last)
        what = str(found) if isinstance(found, BrokenPromise) else repr(found)
        faults = f"faults: {self._plan}\n" if self._plan else ""
        return InvariantBroken(
            f"{what}\n{faults}scenario {self._scenario}, seed {self._seed}; the last events:\n{history}\n"
            f"replay: goldline simulate {self._scenario} --seed {self._seed}"
        )
