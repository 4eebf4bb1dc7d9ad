"""Whatever the outside world says, in whatever order, the engine neither raises nor breaks a promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.model.agent import AgentProfile, AgentState
from core.model.commands import DialogueStep, LookUpCustomer, RingLeg, StartTimer
from core.model.customer import Customer
from core.model.events import (
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
    PbxLost,
    PbxSynced,
    StepFinished,
    TimerFired,
)
from core.model.ids import AgentId, BridgeId, CustomerId, LegId, TimerKey
from core.model.message import Command, Event
from core.model.requests import (
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogIn,
    LogOut,
    RejectOffer,
    RestoreAgent,
)
from goldline.app import build_brain
from goldline.config import load_config
from goldline.demo import FOLDER
from goldline.flows import load_flows
from simulator.checkers import Checkers

CONFIG = load_config(Path(FOLDER) / "goldline.toml")
FLOWS = load_flows(CONFIG, FOLDER)
AGENTS = {
    AgentId(name): AgentProfile(agent_id=AgentId(name), skills={"accounts": level, "cards": 3})
    for name, level in (("ann", 3), ("bob", 9))
}
CALLERS = [LegId(f"caller-{number}") for number in range(4)]
BRIDGES = [BridgeId("b1"), BridgeId("b2")]
CUSTOMER = Customer(customer_id=CustomerId("K1"), name="Ada", tier="platinum", account_number="10000000")


class Chaos:
    """A world that says anything at all about the legs, steps, timers and lookups there are."""

    def __init__(self) -> None:
        self.now_us = 1
        self.engine = build_brain(CONFIG, FLOWS, AGENTS, run=1).engine
        self.checkers = Checkers({name: agent.skills for name, agent in AGENTS.items()}, "chaos", 0)
        self.legs: list[LegId] = list(CALLERS)
        self.gone: set[LegId] = set()
        self.steps: list[DialogueStep] = []
        self.lookups: list[str] = []
        self.timers: list[TimerKey] = []
        self.tags: list[str] = [""]
        self.tell(PbxSynced(at_us=1, pbx="main"))

    def tell(self, message: Event) -> None:
        commands = self.engine.handle(message)
        # The checkers also watch over the world's own sanity, of which chaos has none.
        sane = PbxSynced(at_us=self.now_us, pbx="main") if isinstance(message, LegEvent) else message
        self.checkers.step(sane, commands)
        for command in commands:
            self._note(command)

    def _note(self, command: Command) -> None:
        match command:
            case RingLeg():
                self.legs.append(command.leg_id)
                self.tags.append(command.tag)
            case DialogueStep():
                self.steps.append(command)
            case LookUpCustomer():
                self.lookups.append(command.lookup_id)
            case StartTimer():
                self.timers.append(command.key)


Saying = Callable[[Chaos, int], Event | None]


def _leg(chaos: Chaos, pick: int) -> LegId:
    return chaos.legs[pick % len(chaos.legs)]


def _opened(chaos: Chaos, pick: int) -> Event | None:
    leg = CALLERS[pick % len(CALLERS)]
    if leg in chaos.gone:
        return None  # a Uniqueid is never used twice
    tag = chaos.tags[pick % len(chaos.tags)] if pick % 5 == 0 else ""
    return DialogueOpened(at_us=chaos.now_us, leg_id=leg, caller_number="+31", dialed_number="8000", tag=tag)


def _ended(chaos: Chaos, pick: int) -> Event:
    leg = _leg(chaos, pick)
    chaos.gone.add(leg)
    return LegEnded(at_us=chaos.now_us, leg_id=leg, cause=(0, 16, 17, 19, 20, 21)[pick % 6])


def _step(chaos: Chaos, pick: int) -> Event | None:
    if not chaos.steps:
        return None
    step = chaos.steps[-1 - pick % min(3, len(chaos.steps))]
    outcome = ("done", "done", "timeout", "hangup", "failed")[pick % 5]
    digits = ("", "2", "3", "10000000", "9")[pick // 5 % 5]
    return StepFinished(
        at_us=chaos.now_us, leg_id=step.leg_id, step=step.step, outcome=outcome, digits=digits
    )


def _found(chaos: Chaos, pick: int) -> Event | None:
    if not chaos.lookups:
        return None
    lookup = chaos.lookups[pick % len(chaos.lookups)]
    if pick % 3 == 0:
        return CustomerLookupFailed(at_us=chaos.now_us, lookup_id=lookup, reason="late")
    customer = CUSTOMER if pick % 3 == 1 else None
    return CustomerFound(at_us=chaos.now_us, lookup_id=lookup, customer=customer)


def _timer(chaos: Chaos, pick: int) -> Event | None:
    """A timer fires that is live: runners never fire a cancelled one."""
    if not chaos.timers:
        return None
    key = chaos.timers.pop(pick % len(chaos.timers))
    return TimerFired(at_us=chaos.now_us, key=key) if key[0] == "announce" else None


def _agent(pick: int) -> AgentId:
    return AgentId(("ann", "bob")[pick % 2])


def _wish(chaos: Chaos, pick: int) -> Event:
    agent, at = _agent(pick), chaos.now_us
    wishes: tuple[Event, ...] = (
        LogIn(at_us=at, agent_id=agent, extension=f"PJSIP/{agent}"),
        GoReady(at_us=at, agent_id=agent),
        GoReady(at_us=at, agent_id=agent),
        GoNotReady(at_us=at, agent_id=agent, reason="break"),
        FinishWrapUp(at_us=at, agent_id=agent),
        RejectOffer(at_us=at, agent_id=agent),
        HangUpContact(at_us=at, agent_id=agent),
        LogOut(at_us=at, agent_id=agent),
        RestoreAgent(at_us=at, agent_id=agent, state=AgentState.READY, reason="", extension=f"PJSIP/{agent}"),
    )
    return wishes[pick // 2 % len(wishes)]


SAYINGS: tuple[Saying, ...] = (
    _opened,
    _opened,
    _ended,
    _step,
    _step,
    _step,
    _found,
    _timer,
    _wish,
    _wish,
    lambda c, n: LegCreated(at_us=c.now_us, leg_id=_leg(c, n), address="PJSIP/x-1"),
    lambda c, n: LegRinging(at_us=c.now_us, leg_id=_leg(c, n)),
    lambda c, n: LegAnswered(at_us=c.now_us, leg_id=_leg(c, n)),
    lambda c, n: LegJoined(at_us=c.now_us, leg_id=_leg(c, n), bridge_id=BRIDGES[n % 2]),
    lambda c, n: LegJoined(at_us=c.now_us, leg_id=_leg(c, n // 2), bridge_id=BRIDGES[n % 2]),
    lambda c, n: LegLeft(at_us=c.now_us, leg_id=_leg(c, n), bridge_id=BRIDGES[n % 2]),
    lambda c, n: LegFailed(at_us=c.now_us, leg_id=_leg(c, n), cause=3),
    lambda c, n: LegTagged(at_us=c.now_us, leg_id=_leg(c, n), tag=c.tags[n % len(c.tags)]),
    lambda c, n: DialogueClosed(at_us=c.now_us, leg_id=_leg(c, n)),
    lambda c, n: PbxLost(at_us=c.now_us, pbx="main"),
    lambda c, n: PbxSynced(at_us=c.now_us, pbx="main"),
)


@given(st.lists(st.tuples(st.integers(0, len(SAYINGS) - 1), st.integers(0, 10_000)), max_size=120))
def test_random_sayings_break_nothing(sayings: list[tuple[int, int]]) -> None:
    chaos = Chaos()
    for saying, pick in sayings:
        chaos.now_us += 1_000_000
        message = SAYINGS[saying](chaos, pick)
        if message is not None:
            chaos.tell(message)
