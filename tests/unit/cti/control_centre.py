"""A whole centre in virtual time, for stories about calls in hand: the real brain on the simulated Asterisk.

People are played by the test: `call` lets somebody call the counter, `ask` is what an agent wishes at the
desk, `hang_up` a handset put down. Nothing happens by itself but what Asterisk and the engine do.
"""

from __future__ import annotations

import tomllib
from itertools import count
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentState
from core.model.commands import (
    AnswerRequest,
    ConferLeg,
    DeskCommand,
    JoinLeg,
    PbxCommand,
    PopScreen,
    ShowAgentState,
    TakeLeg,
)
from core.model.contact import Contact, ContactState
from core.model.control import StartConsult, TargetKind
from core.model.ids import AgentId, LegId
from core.model.message import DomainEvent, Request
from core.model.requests import AgentRequest, FinishWrapUp, GoReady, LogIn
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.store import StoreSettings
from goldline.app import build_brain, configured_agents
from goldline.config import Config
from goldline.flows import load_flows
from goldline.journal_file import NoJournal
from goldline.runners import Ports, VirtualRunner
from simulator.channel import Channel
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from simulator.port import SimPbx

AGENT, QUEUE, NUMBER, FLOW = TargetKind
WAYS = pytest.mark.parametrize("standing", [(), ("ann",), ("ann", "bob", "cy")], ids=["rung", "one", "all"])
"""Tests with it are told with phones that are rung, with one call that stands, and with all standing."""
CONFIG = """
schema = 1

[pbx]
phones_secret = "known-to-the-desk-alone"

[control]
numbers = ['\\+1555[0-9]{7}']
flows = ["sorry"]

[tiers.standard]

[queues.counter]
requirements = { counter = 1 }
ring_timeout_s = 10
wrap_up_limit_s = 30

[queues.second]
requirements = { second = 1 }
ring_timeout_s = 10
wrap_up_limit_s = 30

[ivr]
flows = ["straight.toml", "sorry.toml"]
default = "straight"

[agents.ann]
skills = { counter = 5 }

[agents.bob]
skills = { second = 5 }

[agents.cy]
skills = { counter = 1, second = 1 }
"""
FLOWS = Path(__file__).parents[2] / "services" / "flows"
OUTSIDE = "+15550001111"
E = TypeVar("E", bound=DomainEvent)


class Centre:
    """The centre; `standing` are the agents whose calls stand. Phones answer when told, or `at_once`."""

    written: ClassVar[str] = CONFIG
    """Its configuration."""

    def __init__(self, standing: tuple[str, ...] = (), at_once: bool = True) -> None:
        self.config = Config.model_validate(tomllib.loads(self.written))
        flows = load_flows(self.config, FLOWS)
        self.brain = build_brain(self.config, flows, configured_agents(self.config), 1)
        self.runner = VirtualRunner(self.brain.engine, 1_000 * SECOND_US)
        book = PhoneBook()
        self.exchange = Exchange(self.runner, book)
        self.ledger = MemoryLedger()
        self.shown: dict[str, ShowAgentState] = {}
        self.pops: list[PopScreen] = []
        self.answers: list[AnswerRequest] = []
        # So many of the next orders to move legs get lost.
        self.losses = 0
        # What the telephone system was told while it stalls, None while it does not.
        self.stalled: list[PbxCommand] | None = None
        self._numbers = count(5_550_001)
        self.pbx = SimPbx(self.exchange, self.runner.receive)
        for number, agent in enumerate(("ann", "bob", "cy"), start=1_001):
            book.add(f"PJSIP/{number}", always(Reach.ANSWER if at_once else Reach.IGNORE, 0), lines=1)
            self._seat(agent, f"PJSIP/{number}", standing)

    def _seat(self, agent: str, address: str, standing: tuple[str, ...]) -> None:
        if not self.answers and not self.shown:
            self._connect()
        self.wish(LogIn(at_us=0, agent_id=AgentId(agent), extension=address, standing=agent in standing))

    def _connect(self) -> None:
        store = MemoryCrmStore(self.ledger, self, StoreSettings())
        self.runner.connect(Ports(pbx=self, crm=store, ledger=self.ledger, desk=self, journal=NoJournal()))
        self.pbx.start()

    def now_us(self) -> int:
        return self.runner.now_us()

    def execute(self, command: PbxCommand) -> None:
        """Be the telephone system, which may lose an order, or keep all waiting."""
        if self.stalled is not None:
            self.stalled.append(command)
        elif self.losses and isinstance(command, TakeLeg | JoinLeg | ConferLeg):
            self.losses -= 1
        else:
            self.pbx.execute(command)

    def stall(self) -> None:
        """Let the telephone system do nothing of what it is told from now on."""
        self.stalled = []

    def go_on(self) -> None:
        """Let it do all that it was told meanwhile."""
        orders, self.stalled = self.stalled or [], None
        for order in orders:
            self.execute(order)
        self.pass_s(0.1)

    def show(self, command: DeskCommand) -> None:
        """Be every agent's desk."""
        if isinstance(command, ShowAgentState):
            self.shown[command.agent_id] = command
        elif isinstance(command, PopScreen):
            self.pops.append(command)
        elif isinstance(command, AnswerRequest):
            self.answers.append(command)

    # --- what people do -----------------------------------------------------------------------------

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.runner.run_until(self.now_us() + microseconds(seconds))

    def wish(self, request: Request, pause_s: float = 0.1) -> str:
        """Ask and return the code of the answer, empty where it was granted; then `pause_s` pass."""
        self.runner.receive(request)
        code = self.answers[-1].code
        self.pass_s(pause_s)
        return code

    def ask(
        self, kind: type[AgentRequest], agent: str = "ann", pause_s: float = 0.1, **fields: object
    ) -> str:
        """Let an agent wish for something; return the code of the answer."""
        request: Request = kind(at_us=self.now_us(), agent_id=AgentId(agent), **fields)  # type: ignore[arg-type]
        return self.wish(request, pause_s)

    def ready(self, *agents: str) -> None:
        """Let agents be ready for contacts, the first first."""
        for agent in agents:
            self.ask(GoReady, agent)

    def call(self) -> Channel:
        """Let somebody call the counter; a tenth of a second passes."""
        channel = self.exchange.call_in(caller_number=str(next(self._numbers)), dialed_number="5559000")
        self.pass_s(0.1)
        return channel

    def call_from(self, before: Channel) -> Channel:
        """Let whoever called before call the counter again."""
        channel = self.exchange.call_in(caller_number=before.caller_number, dialed_number="5559000")
        self.pass_s(0.1)
        return channel

    def hang_up(self, channel: Channel) -> None:
        """Let the party put the handset down."""
        self.exchange.leave(channel)
        self.pass_s(0.1)

    def talking(self, *others: str) -> Channel:
        """Let ann talk with a caller, `others` being ready; return the caller's channel."""
        self.ready("ann")
        caller = self.call()
        assert self.state("ann") is AgentState.ON_CONTACT
        self.ready(*others)
        return caller

    # --- what is so now -----------------------------------------------------------------------------

    def state(self, agent: str) -> AgentState:
        """Return the agent's state as its desk shows it."""
        return self.shown[agent].state

    def legal(self, agent: str = "ann") -> tuple[str, ...]:
        """Return what the agent's desk may wish for."""
        return self.shown[agent].legal

    def contact_of(self, channel: Channel) -> Contact:
        """Return the contact whose customer is on the channel."""
        contact = self.brain.contacts.of_leg(LegId(channel.uniqueid))
        assert contact is not None
        return contact

    def phone_of(self, agent: str) -> Channel:
        """Return the channel of the agent's phone."""
        address = self.shown_address(agent)
        (channel,) = [each for each in self.exchange.channels.values() if each.address == address]
        return channel

    def shown_address(self, agent: str) -> str:
        """Return the address of the agent's phone."""
        return f"PJSIP/{1_001 + ('ann', 'bob', 'cy').index(agent)}"

    def together(self, *channels: Channel) -> bool:
        """Tell whether exactly these hear each other."""
        bridge = channels[0].bridge
        return bridge is not None and sorted(c.name for c in bridge.channels) == sorted(
            c.name for c in channels
        )

    def told(self, kind: type[E]) -> list[E]:
        """Return the facts of one kind."""
        return [event for event in self.ledger.events if isinstance(event, kind)]

    def owners(self) -> list[str]:
        """Return who has a contact in talk."""
        talks = [c for c in self.brain.contacts if c.state is ContactState.CONNECTED]
        return [str(contact.agent_id) for contact in talks]


def finish(centre: Centre, *agents: str) -> None:
    for agent in agents:
        assert centre.ask(FinishWrapUp, agent) == ""


def consulting(centre: Centre, to: TargetKind = AGENT, target: str = "bob") -> Channel:
    """Have ann ask somebody, with the caller on hold; return the caller's channel."""
    caller = centre.talking("bob")
    assert centre.ask(StartConsult, to=to, target=target) == ""
    centre.pass_s(5)
    return caller
