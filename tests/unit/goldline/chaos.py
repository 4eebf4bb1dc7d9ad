"""A world to which anything at all can be told, in any order, around the whole brain (`chaos_sayings`).

Only what cannot be is left out: an ended leg never comes back under its id, a cancelled timer never fires,
a note stands on a leg only if we wrote it there or it was copied from a leg that is alive. The engine can
be killed at any moment; what its next run finds are the living legs, their bridges and notes, and the ledger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from core.model.agent import AgentProfile
from core.model.callback_events import CallbackClosed
from core.model.commands import (
    AppendToLedger,
    CancelTimer,
    DialogueStep,
    HangUpLeg,
    JoinLeg,
    LookUpCustomer,
    PopScreen,
    RingLeg,
    StartTimer,
    TagLeg,
)
from core.model.contact import VOICE, Contact, ContactState
from core.model.customer import Customer
from core.model.events import (
    AgentStateChanged,
    ContactAdopted,
    ContactDiverted,
    ContactEvent,
    DialogueClosed,
    DialogueOpened,
    LegCreated,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegLeft,
    LegTagged,
    OfferFailed,
    OfferWithdrawn,
    PbxSynced,
    StandingChanged,
    StepFinished,
    TimerFired,
)
from core.model.ids import AgentId, BridgeId, CustomerId, LegId, TimerKey
from core.model.message import Command, DomainEvent, Event
from core.model.requests import (
    CancelCallback,
    FinishWork,
    LogOut,
    WithdrawWork,
)
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.agent_levels import fold_agent_levels
from crm.agent_queues import fold_agent_queues
from crm.agent_states import fold_agent_states
from crm.open_contacts import fold_open_contacts
from goldline.app import build_brain
from goldline.config import load_config
from goldline.config_agents import OffersSection, WorkSection, capacity_of
from goldline.config_routing import CallbackSection
from goldline.demo import FOLDER
from goldline.flows import load_flows
from simulator.checkers import Checkers

TASK = "task"
DEMO = load_config(Path(FOLDER) / "goldline.toml")
DELAYS = OffersSection(reject_delay_s=3, busy_delay_s=5, no_answer_delay_s=8, misses_max=3)
RULES = load_config(Path(__file__).with_name("chaos.toml"))
CONTINUITY = {"resume_within_s": 600, "callback": CallbackSection(key="1"), "announce_first_s": 5}
KEEPS_PLACES = DEMO.model_copy(
    update={
        "queues": {name: queue.model_copy(update=CONTINUITY) for name, queue in DEMO.queues.items()},
        "tiers": {name: tier.model_copy(update={"prefer_s": 30}) for name, tier in DEMO.tiers.items()},
    }
)
CONFIGS = tuple(
    config.model_copy(
        update={"offers": DELAYS, "work": WorkSection(capacity={"voice": 1, TASK: 2}, **how_it_goes)}
    )
    for config, how_it_goes in (
        (DEMO, {"during_calls": True}),
        (DEMO, {"calls_interrupt": False, "leaving": "return"}),
        (RULES, {"during_calls": True}),
        (KEEPS_PLACES, {"calls_interrupt": False, "leaving": "return"}),
    )
)
"""Four centres: in the second work waits for the end of calls and is given back by its agent who leaves, in
the third everybody who waits is moved by rules, in the fourth callers are called back and get their places
and their agents again."""
FLOWS = load_flows(DEMO, FOLDER)
AGENTS = {
    AgentId(name): AgentProfile(
        agent_id=AgentId(name), skills={"accounts": level, "cards": 3}, capacity={TASK: tasks}
    )
    for name, level, tasks in (("ann", 3, 2), ("bob", 9, 1))
}
CUSTOMER = Customer(customer_id=CustomerId("K1"), name="Ada", tier="platinum", account_number="10000000")
POPS_MAX = 8
QUIET_TIMERS = {"wrap_up", "delay", "deserted", "standing_leg", "desk", "levels"}
"""What may be left when everybody has gone."""
NEUTRAL = ("nobody's",)
"""A timer that no checker and no feature knows."""


class Chaos:
    """The world: living legs with their bridges and notes, and whatever the engine still waits for."""

    def __init__(self, centre: int = 0) -> None:
        self.config = CONFIGS[centre]
        self.now_us = 1
        self.run = 0
        self.called = 0
        self.callers: list[LegId] = []
        self.phones: dict[LegId, RingLeg] = {}
        self.gone: list[LegId] = [LegId("never-was")]
        self.bridges: dict[LegId, BridgeId] = {}
        self.notes: dict[LegId, str] = {}
        # Legs that hung up or were hung up, of which the engine was not told: gone when it comes back.
        self.doomed: list[LegId] = []
        # Legs that were sent to join another.
        self.joining: dict[LegId, LegId] = {}
        self.ledger: list[DomainEvent] = []
        self.reached: set[str] = set()
        self.brought = 0
        # What screens showed last, of offers that may be over by now.
        self.pops: deque[PopScreen] = deque(maxlen=POPS_MAX)
        self.start()

    # --- runs of the engine ---------------------------------------------------------------------

    def start(self) -> None:
        """Begin a run of the engine: it hears what the ledger knows, then what the PBX shows."""
        self.run += 1
        for leg in self.doomed:
            self._bury(leg)
        self.steps: dict[LegId, DialogueStep] = {}
        self.lookups: list[str] = []
        self.timers: dict[TimerKey, int] = {}
        self.brain = build_brain(self.config, FLOWS, AGENTS, self.run)
        skills = {name: agent.skills for name, agent in AGENTS.items()}
        self.checkers = Checkers(skills, "chaos", 0, capacity=capacity_of(self.config.work, AGENTS))
        agents = [event for event in self.ledger if isinstance(event, AgentStateChanged)]
        contacts = [event for event in self.ledger if isinstance(event, ContactEvent)]
        recalled = fold_open_contacts(contacts, self.ledger[-1].at_us if self.ledger else 0)
        self.recalled = {contact.contact_id for contact in recalled}
        served = [event for event in self.ledger if isinstance(event, AgentQueuesSet)]
        levels = fold_agent_levels(e for e in self.ledger if isinstance(e, AgentLevelsSet))
        self.tell_all([*fold_agent_states(agents), *levels, *fold_agent_queues(served), *recalled])
        self.tell_all(self.snapshot())

    def snapshot(self) -> list[Event]:
        """Return what the PBX shows to somebody who knows nothing."""
        at, legs = self.now_us, [*self.callers, *self.phones]
        return [
            *(LegCreated(at_us=at, leg_id=leg, address="PJSIP/x-1", caller_number="+31") for leg in legs),
            *(LegJoined(at_us=at, leg_id=leg, bridge_id=bridge) for leg, bridge in self.bridges.items()),
            *(LegTagged(at_us=at, leg_id=leg, tag=self.notes.get(leg, "")) for leg in legs),
            PbxSynced(at_us=at, pbx="main"),
        ]

    def everybody_leaves(self) -> None:
        """Let every leg end, all work be done or withdrawn, and the wrap-up of each talk run out.

        No other timer may be left then but those of agents who are left alone for a while.
        """
        self.tell(PbxSynced(at_us=self.now_us, pbx="main"))
        self.tell_all(LogOut(at_us=self.now_us, agent_id=agent) for agent in AGENTS)
        while legs := [*self.callers, *self.phones]:
            self.tell(LegEnded(at_us=self.now_us, leg_id=legs[0], cause=16))
        while callbacks := open_callbacks(self):
            self.tell(cancel(self, callbacks[0]))
        while work := [contact for contact in self.brain.contacts if contact.channel == TASK]:
            self.tell(end_of_work(self, work[0]))
        assert {key[0] for key in self.timers} <= QUIET_TIMERS, self.timers
        while self.timers:
            self.tell_all(timer_due(self, 0))

    # --- messages ---------------------------------------------------------------------------------

    def tell_all(self, messages: Iterable[Event]) -> None:
        for message in messages:
            self.tell(message)

    def tell(self, message: Event) -> None:
        self._happen(message)
        commands = self.brain.engine.handle(message)
        # The checkers also watch over the sanity of the legs told, of which chaos has none.
        is_mad = isinstance(message, LegEvent) and not isinstance(message, DialogueOpened | DialogueClosed)
        sane = TimerFired(at_us=self.now_us, key=NEUTRAL) if is_mad else message
        self._expect_ends_of_recalled(commands)
        self.checkers.step(sane, commands)
        for contact in self.brain.contacts:
            self.reached.add(f"{'contact' if contact.channel == VOICE else 'work'} {contact.state}")
        for command in commands:
            self._note(command)

    def _expect_ends_of_recalled(self, commands: Iterable[Command]) -> None:
        """Let the checkers of this run know a contact of an earlier one that is not adopted but closed."""
        for event in (c.event for c in commands if isinstance(c, AppendToLedger)):
            if isinstance(event, ContactEvent) and event.contact_id in self.recalled:
                self.recalled.remove(event.contact_id)
                if not isinstance(event, ContactAdopted):
                    self.checkers.contacts.arrive(event)

    def _happen(self, message: Event) -> None:
        match message:
            case LegEnded(leg_id=leg) | LegFailed(leg_id=leg):
                self._bury(leg)
            case StepFinished(leg_id=leg, outcome="hangup"):
                self.doomed.append(leg)
            case LegJoined(leg_id=leg, bridge_id=bridge):
                self.bridges[leg] = bridge
            case LegLeft(leg_id=leg):
                self.bridges.pop(leg, None)

    def _bury(self, leg: LegId) -> None:
        self.gone.append(leg)
        self.phones.pop(leg, None)
        self.bridges.pop(leg, None)
        self.notes.pop(leg, None)
        self.steps.pop(leg, None)
        self.joining.pop(leg, None)
        self.callers = [caller for caller in self.callers if caller != leg]

    def _note(self, command: Command) -> None:
        match command:
            case RingLeg(leg_id=leg, tag=tag):
                self.phones[leg] = command
                self.notes[leg] = tag
            case HangUpLeg(leg_id=leg):
                self.doomed.append(leg)
            case JoinLeg(leg_id=leg, bridge_with=other):
                self.joining[leg] = other
                self.reached.add("leg sent to join")
            case TagLeg(leg_id=leg, tag=tag):
                self.notes[leg] = tag
            case PopScreen():
                self.pops.append(command)
            case DialogueStep(leg_id=leg):
                self.steps[leg] = command
            case LookUpCustomer(lookup_id=lookup):
                self.lookups.append(lookup)
            case StartTimer(key=key, at_us=at_us):
                self.timers[key] = at_us
            case CancelTimer(key=key):
                self.timers.pop(key, None)
            case AppendToLedger(event=event):
                self._remember(event)

    def _remember(self, event: DomainEvent) -> None:
        self.ledger.append(event)
        self.reached.add(type(event).__name__)
        match event:
            case AgentStateChanged(new=state, standing=standing):
                self.reached |= {f"agent {state}", f"leg {standing}"}
            case ContactAdopted(state=state, channel=channel):
                self.reached.add(f"adopted {state}" if channel == VOICE else f"adopted work {state}")
            case StandingChanged(reason=reason):
                self.reached.add(f"stands otherwise: {reason}")
            case ContactDiverted(to=to, reason=reason):
                self.reached |= {f"sent to {to}", f"sent for {reason}"}
            case CallbackClosed(outcome=how):
                self.reached.add(f"callback {how}")
            case OfferFailed(outcome=how) | OfferWithdrawn(reason=how):
                self.reached.add(f"offer {how}")

    # --- picking ----------------------------------------------------------------------------------

    def any_leg(self, pick: int) -> LegId:
        """Return a leg that lives, sometimes one that is gone."""
        legs = [*self.callers, *self.phones, self.gone[-1]]
        return legs[pick % len(legs)]


def open_callbacks(chaos: Chaos) -> list[Contact]:
    """Return the callbacks whose customers are still to be reached."""
    over = (ContactState.CONNECTED, ContactState.WRAP_UP)
    return [each for each in chaos.brain.contacts if each.callback and each.state not in over]


def cancel(chaos: Chaos, callback: Contact) -> Event:
    return CancelCallback(at_us=chaos.now_us, agent_id=AgentId("ann"), contact_id=callback.contact_id)


def end_of_work(chaos: Chaos, contact: Contact) -> Event:
    """Return what ends the work: its agent has done it, or it is withdrawn."""
    if contact.state is ContactState.CONNECTED and contact.agent_id is not None:
        return FinishWork(at_us=chaos.now_us, agent_id=contact.agent_id, contact_id=contact.contact_id)
    return WithdrawWork(at_us=chaos.now_us, work_id=contact.work_id)


def timer_due(chaos: Chaos, pick: int) -> list[Event]:
    """The next timer fires."""
    if not chaos.timers:
        return []
    key = min(chaos.timers, key=lambda name: chaos.timers[name])
    chaos.now_us = max(chaos.now_us, chaos.timers.pop(key))
    return [TimerFired(at_us=chaos.now_us, key=key)]
