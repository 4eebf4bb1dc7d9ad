"""A world that says anything at all, in any order, to the whole brain; half of the time it makes sense.

Only what cannot be is left out: an ended leg never comes back under its id, a cancelled timer never fires,
a note stands on a leg only if we wrote it there or it was copied from a leg that is alive. The engine can
be killed at any moment; what its next run finds are the living legs, their bridges and notes, and the ledger.

A saying is a function of the world and a number that decides all it leaves open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from core.model.agent import AgentProfile
from core.model.callback_events import CallbackClosed
from core.model.commands import (
    AppendToLedger,
    CancelTimer,
    CollectDigits,
    DialogueStep,
    HangUpLeg,
    JoinLeg,
    LookUpCustomer,
    PlayPrompt,
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
    CustomerFound,
    CustomerLookupFailed,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTagged,
    OfferFailed,
    OfferWithdrawn,
    PbxLost,
    PbxSynced,
    StandingChanged,
    StepFinished,
    TimerFired,
)
from core.model.ids import NO_LEG, AgentId, BridgeId, CustomerId, LegId, QueueName, TimerKey
from core.model.message import Command, DomainEvent, Event
from core.model.requests import (
    AcceptOffer,
    AddWork,
    BookCallback,
    CancelCallback,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogIn,
    LogOut,
    RejectOffer,
    ReturnWork,
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
from tests.unit.goldline.chaos_supervisors import desk_comes_or_goes, supervisor_hears, supervisor_wishes

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
CAUSES = (0, 16, 17, 19, 20, 21)
CALLERS_MAX = 5
POPS_MAX = 8
ODD_OUTCOMES = {0: "timeout", 1: "failed", 2: "hangup"}
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


Saying = Callable[[Chaos, int], list[Event]]


# --- what makes sense -----------------------------------------------------------------------------


def call_in(chaos: Chaos, pick: int) -> list[Event]:
    """A new caller's channel is made and its dialogue opens, told in either order."""
    if len(chaos.callers) >= CALLERS_MAX:
        return []
    chaos.called += 1
    leg = LegId(f"caller-{chaos.called}")
    chaos.callers.append(leg)
    number = number_of(leg)
    created = LegCreated(at_us=chaos.now_us, leg_id=leg, address="PJSIP/t-1", caller_number=number)
    return [created, open_dialogue(chaos, leg)][:: 1 if pick % 3 else -1]


def step_ends(chaos: Chaos, pick: int) -> list[Event]:
    """The step in hand is over, most often because it was done."""
    if not chaos.steps:
        return come_back(chaos)
    leg = list(chaos.steps)[pick % len(chaos.steps)]
    step = chaos.steps[leg]
    outcome = ODD_OUTCOMES.get(pick // 8 % 16, "done")
    digits = ("2", "3", "2", "10000000", "9", "")[pick // 64 % 6] if isinstance(step, CollectDigits) else ""
    if isinstance(step, PlayPrompt) and pick // 64 % 2:
        digits = step.stop_digits[:1]
    return [StepFinished(at_us=chaos.now_us, leg_id=leg, step=step.step, outcome=outcome, digits=digits)]


def come_back(chaos: Chaos) -> list[Event]:
    """The dialplan gives us whoever talks to nobody, as it does each second while we are away."""
    return [open_dialogue(chaos, leg) for leg in chaos.callers if leg not in chaos.bridges]


def phone_answers(chaos: Chaos, pick: int) -> list[Event]:
    """A rung phone rings, is answered and joined with the caller, or only the beginning of that."""
    if not chaos.phones:
        return []
    phone = list(chaos.phones)[pick % len(chaos.phones)]
    at, bridge, other = chaos.now_us, BridgeId(f"b-{phone}"), chaos.phones[phone].bridge_with
    told: list[Event] = [
        LegCreated(at_us=at, leg_id=phone, address="PJSIP/ann-1"),
        LegRinging(at_us=at, leg_id=phone),
        LegAnswered(at_us=at, leg_id=phone),
    ]
    if other == NO_LEG:
        return [*told, open_dialogue(chaos, phone)]
    told.append(LegJoined(at_us=at, leg_id=phone, bridge_id=bridge))
    if other in (*chaos.callers, *chaos.phones):
        told.append(LegJoined(at_us=at, leg_id=other, bridge_id=bridge))
    return told[: 2 + pick // 4 % 4] if pick % 4 == 0 else told


def legs_join(chaos: Chaos, pick: int) -> list[Event]:
    """A leg that was sent to join another leaves our hands and does so, or comes back alone."""
    if not chaos.joining:
        return []
    leg = list(chaos.joining)[pick % len(chaos.joining)]
    at, bridge, other = chaos.now_us, BridgeId(f"b-{leg}-{pick}"), chaos.joining.pop(leg)
    closed = DialogueClosed(at_us=at, leg_id=leg)
    if other not in chaos.callers or pick % 8 == 0:
        return [closed, open_dialogue(chaos, leg)]
    return [closed, *(LegJoined(at_us=at, leg_id=each, bridge_id=bridge) for each in (leg, other))]


def standing_legs_come_back(chaos: Chaos, pick: int) -> list[Event]:
    """Who was joined with them has left, or they waited for an engine."""
    standing = [leg for leg in chaos.phones if "role=standing" in chaos.notes.get(leg, "")]
    return [open_dialogue(chaos, leg) for leg in standing if leg not in (*chaos.bridges, *chaos.joining)]


def talk_ends(chaos: Chaos, pick: int) -> list[Event]:
    """One of those who talk hangs up."""
    return leave(chaos, list(chaos.bridges)[pick % len(chaos.bridges)], pick) if chaos.bridges else []


def phone_rings_in_vain(chaos: Chaos, pick: int) -> list[Event]:
    """A phone that rings is busy, rejects, or is not answered."""
    ringing = [leg for leg in chaos.phones if leg not in chaos.bridges]
    return leave(chaos, ringing[pick % len(ringing)], pick) if ringing else []


def leave(chaos: Chaos, leg: LegId, pick: int) -> list[Event]:
    """Return the end of the leg, out of its bridge if it is in one."""
    at, bridge = chaos.now_us, chaos.bridges.get(leg)
    left = [LegLeft(at_us=at, leg_id=leg, bridge_id=bridge)] if bridge is not None else []
    return [*left, LegEnded(at_us=at, leg_id=leg, cause=CAUSES[pick // 8 % len(CAUSES)])]


def timer_due(chaos: Chaos, pick: int) -> list[Event]:
    """The next timer fires."""
    if not chaos.timers:
        return []
    key = min(chaos.timers, key=lambda name: chaos.timers[name])
    chaos.now_us = max(chaos.now_us, chaos.timers.pop(key))
    return [TimerFired(at_us=chaos.now_us, key=key)]


def store_answers(chaos: Chaos, pick: int) -> list[Event]:
    """A question to the store is answered: the last one, or one of long ago."""
    if not chaos.lookups:
        return []
    lookup = chaos.lookups[-1 - pick % min(3, len(chaos.lookups))]
    if pick // 3 % 3 == 0:
        return [CustomerLookupFailed(at_us=chaos.now_us, lookup_id=lookup, reason="late")]
    customer = CUSTOMER if pick // 3 % 3 == 1 else None
    return [CustomerFound(at_us=chaos.now_us, lookup_id=lookup, customer=customer)]


def agent_begins(chaos: Chaos, pick: int) -> list[Event]:
    """An agent wants to take contacts."""
    agent, at = AgentId(("ann", "bob")[pick % 2]), chaos.now_us
    return [
        LogIn(at_us=at, agent_id=agent, extension=f"PJSIP/{agent}", standing=pick // 2 % 6 == 0),
        GoReady(at_us=at, agent_id=agent),
    ]


def agent_wishes(chaos: Chaos, pick: int) -> list[Event]:
    """An agent wants anything at all, in whatever state."""
    agent, at = AgentId(("ann", "bob", "nobody")[pick % 3]), chaos.now_us
    wishes: tuple[Event, ...] = (
        GoReady(at_us=at, agent_id=agent),
        GoNotReady(at_us=at, agent_id=agent, reason="break"),
        FinishWrapUp(at_us=at, agent_id=agent),
        RejectOffer(at_us=at, agent_id=agent),
        HangUpContact(at_us=at, agent_id=agent),
        ExtendWrapUp(at_us=at, agent_id=agent),
        LogOut(at_us=at, agent_id=agent),
    )
    return [wishes[pick // 3 % len(wishes)]]


def work_comes(chaos: Chaos, pick: int) -> list[Event]:
    """Another program brings work, sometimes what it has brought before."""
    chaos.brought += pick % 5 != 0
    return [
        AddWork(
            at_us=chaos.now_us,
            work_id=f"T-{chaos.brought}",
            channel=TASK if pick % 7 else "fax",
            queue=QueueName("accounts"),
            customer_id="K1" if pick % 3 == 0 else "",
        )
    ]


def work_withdrawn(chaos: Chaos, pick: int) -> list[Event]:
    return [WithdrawWork(at_us=chaos.now_us, work_id=f"T-{pick % (chaos.brought + 1)}")]


def desk_answers(chaos: Chaos, pick: int) -> list[Event]:
    """An agent accepts or rejects what the screen shows, or showed a while ago."""
    if not chaos.pops:
        return []
    pop = chaos.pops[-1 - pick % 8 // 5 * (pick // 64 % len(chaos.pops))]
    kind = RejectOffer if pick % 4 == 0 else AcceptOffer
    version = pop.version + (pick // 8 % 8 == 0)
    return [kind(at_us=chaos.now_us, agent_id=pop.agent_id, offer_id=pop.offer_id, version=version)]


def work_ends(chaos: Chaos, pick: int) -> list[Event]:
    """Work that was shown is done, or given back; perhaps it was never accepted, or is done already."""
    if not chaos.pops:
        return []
    pop = chaos.pops[-1 - pick % len(chaos.pops)]
    kind = ReturnWork if pick % 5 == 0 else FinishWork
    return [kind(at_us=chaos.now_us, agent_id=pop.agent_id, contact_id=pop.contact_id)]


def callback_wished(chaos: Chaos, pick: int) -> list[Event]:
    """A desk wants somebody to be called back, or not any more."""
    callbacks = open_callbacks(chaos)
    if callbacks and pick % 3 == 0:
        return [cancel(chaos, callbacks[pick // 3 % len(callbacks)])]
    number, queue = f"+31201234{pick % 6}", QueueName(("accounts", "cards")[pick // 6 % 2])
    return [BookCallback(at_us=chaos.now_us, agent_id=AgentId("ann"), number=number, queue=queue)]


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


# --- what need not ----------------------------------------------------------------------------------


def dialogue_opens(chaos: Chaos, pick: int) -> list[Event]:
    """A caller is given to us again, in whatever state, perhaps with the note of another."""
    if not chaos.callers:
        return []
    leg = chaos.callers[pick % len(chaos.callers)]
    other = chaos.callers[pick // 8 % len(chaos.callers)]
    return [open_dialogue(chaos, leg, noted=other if pick % 8 == 0 and leg not in chaos.notes else leg)]


def open_dialogue(chaos: Chaos, leg: LegId, noted: LegId | None = None) -> Event:
    tag = chaos.notes.get(noted or leg, "")
    number = number_of(leg)
    return DialogueOpened(at_us=chaos.now_us, leg_id=leg, caller_number=number, dialed_number="8000", tag=tag)


def number_of(leg: LegId) -> str:
    """Return the number of who calls on the leg: there are few, so that people call again."""
    return f"+31201234{sum(map(ord, leg)) % 4}"


def leg_leaves(chaos: Chaos, pick: int) -> list[Event]:
    """Any party hangs up."""
    return leave(chaos, chaos.any_leg(pick), pick)


def dialogue_closes(chaos: Chaos, pick: int) -> list[Event]:
    return [DialogueClosed(at_us=chaos.now_us, leg_id=chaos.any_leg(pick))]


def leg_event(chaos: Chaos, pick: int) -> list[Event]:
    """Something is told of a leg without rhyme or reason."""
    leg, at = chaos.any_leg(pick), chaos.now_us
    bridge = BridgeId(("b1", "b2")[pick // 64 % 2])
    told: tuple[Event, ...] = (
        LegCreated(at_us=at, leg_id=leg, address="PJSIP/x-1"),
        LegRinging(at_us=at, leg_id=leg),
        LegAnswered(at_us=at, leg_id=leg),
        LegJoined(at_us=at, leg_id=leg, bridge_id=bridge),
        LegLeft(at_us=at, leg_id=leg, bridge_id=chaos.bridges.get(leg, bridge)),
        LegTagged(at_us=at, leg_id=leg, tag=chaos.notes.get(leg, "")),
    )
    return [told[pick // 8 % len(told)]]


def phone_never_made(chaos: Chaos, pick: int) -> list[Event]:
    unheard = [leg for leg in chaos.phones if leg not in chaos.bridges]
    return [LegFailed(at_us=chaos.now_us, leg_id=leg, cause=3) for leg in unheard[pick % 2 :][:1]]


def link_lost(chaos: Chaos, pick: int) -> list[Event]:
    return [PbxLost(at_us=chaos.now_us, pbx="main")]


def link_back(chaos: Chaos, pick: int) -> list[Event]:
    return [PbxSynced(at_us=chaos.now_us, pbx="main")]


def engine_killed(chaos: Chaos, pick: int) -> list[Event]:
    """The engine is killed and started again; some callers come back before the snapshot is told."""
    chaos.start()
    return []


WEIGHTS: dict[Saying, int] = {
    call_in: 4,
    step_ends: 12,
    phone_answers: 8,
    phone_rings_in_vain: 2,
    legs_join: 4,
    standing_legs_come_back: 2,
    talk_ends: 2,
    timer_due: 2,
    store_answers: 3,
    agent_begins: 4,
    agent_wishes: 3,
    work_comes: 3,
    work_withdrawn: 1,
    desk_answers: 5,
    work_ends: 3,
    callback_wished: 1,
    leg_leaves: 1,
    dialogue_opens: 2,
    dialogue_closes: 1,
    leg_event: 3,
    phone_never_made: 1,
    supervisor_wishes: 2,
    supervisor_hears: 2,
    desk_comes_or_goes: 1,
    link_lost: 1,
    link_back: 2,
    engine_killed: 1,
}
SAYINGS = tuple(saying for saying, weight in WEIGHTS.items() for _ in range(weight))
"""All sayings, each as often as it takes for the states of a contact and of an agent to be reached."""
