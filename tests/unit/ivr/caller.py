"""A caller in the IVR, for tests: calls, listens, presses keys, is silent, hangs up.

Each deed is told to a real engine at the caller's own time and returns what the engine asked for. Also the
CRM store's side: what it is asked comes in `asked`, the test answers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import microseconds
from core.model.commands import DialogueStep, LookUpCustomer
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.customer import Customer
from core.model.destination import DestinationKind, DivertReason
from core.model.events import (
    ContactDiverted,
    CustomerFound,
    CustomerLookupFailed,
    DialogueClosed,
    DialogueOpened,
    LegEnded,
    StepFinished,
    TimerFired,
)
from core.model.ids import CustomerId, Ids, LegId, QueueName
from core.model.message import Command, DomainEvent, Event
from ivr.flow import Flow
from ivr.interpreter import Ivr
from ivr.loader import parse_flow
from tests.unit.playbook import play

Made = list[Command | DomainEvent]

LEG = LegId("1700000000.7")
NUMBER = "+8613800138000"
DEADLINE_S = 0.2
LI = Customer(
    customer_id=CustomerId("K-1"),
    name="Li Wei",
    tier="gold",
    language="zh",
    account_number="123456",
    balance_cents=1_234_505,
    currency="CNY",
    attributes=(("due", "2026-03-01"), ("segment", "private")),
)

HEADER = """
schema = 1
name = "test"
languages = ["en", "zh"]
start = "start"
"""
EXITS = {
    "service": 'kind = "queue"\nqueue = "service"\n',
    "cards": 'kind = "queue"\nqueue = "cards"\n',
    "bye": 'kind = "hang_up"\n',
}


def flow_of(nodes: str, header: str = HEADER) -> Flow:
    """Return the flow with these nodes, and with those of `EXITS` that they mention without writing them."""
    written = tomllib.loads(nodes)["nodes"]
    exits = [
        f"[nodes.{name}]\n{keys}"
        for name, keys in EXITS.items()
        if f'"{name}"' in nodes and name not in written
    ]
    return parse_flow("\n".join((header, nodes, *exits)), "test.toml")


@dataclass
class Queues:
    """How busy every queue is."""

    callers: int = 0
    longest_s: float = 0
    agents: int = 1

    def waiting(self, queue: QueueName) -> int:
        return self.callers

    def longest_wait_us(self, queue: QueueName, now_us: int) -> int:
        return microseconds(self.longest_s)

    def ready_agents(self, queue: QueueName) -> int:
        return self.agents


@dataclass
class Callbacks:
    """Who calls back, unless there is a reason not to; `booked` are the queue and the number of each."""

    reason: str = ""
    booked: list[tuple[str, str]] = field(default_factory=list)

    def refusal(self, contact: Contact, queue: QueueName, number: str = "") -> str:
        return self.reason

    def book(self, contact: Contact, queue: QueueName, why: Event, number: str = "") -> None:
        self.booked.append((queue, number or contact.caller_number))


@dataclass
class Caller:
    """One caller, the engine with nothing but the IVR in it, and the step and lookup in hand."""

    flow: Flow
    queues: Queues = field(default_factory=Queues)
    named_flows: Mapping[str, Flow] = field(default_factory=dict)
    callbacks: Callbacks = field(default_factory=Callbacks)
    number: str = NUMBER
    now_us: int = 0
    step: str = ""
    asked: LookUpCustomer | None = None

    def __post_init__(self) -> None:
        self.engine = Engine()
        self.contacts = ContactBook()
        self.ivr = Ivr(
            self.engine,
            contacts=self.contacts,
            ids=Ids(1),
            flows={},
            named_flows=self.named_flows,
            default_flow=self.flow,
            queue_view=self.queues,
            callbacks=self.callbacks,
            deadline_us=microseconds(DEADLINE_S),
            default_tier="standard",
            tiers=("platinum", "gold", "standard"),
        )

    @property
    def contact(self) -> Contact:
        """The caller's contact; fails where there is none."""
        contact = self.contacts.of_leg(LEG)
        assert contact is not None
        return contact

    def pass_s(self, seconds: float) -> None:
        self.now_us += microseconds(seconds)

    # --- the telephone ---------------------------------------------------------------------------

    def calls(self, language: str = "", tag: str = "") -> Made:
        return self.tell(
            DialogueOpened(
                at_us=self.now_us,
                leg_id=LEG,
                caller_number=self.number,
                dialed_number="95588",
                language=language,
                tag=tag,
            )
        )

    def hears_out(self) -> Made:
        return self.ends_step("done")

    def presses(self, digits: str) -> Made:
        return self.ends_step("done", digits)

    def is_silent(self, digits: str = "") -> Made:
        return self.ends_step("timeout", digits)

    def ends_step(self, outcome: str, digits: str = "", step: str = "") -> Made:
        """The step in hand ends, or the one that was last; a caller who never had one ends a stray one."""
        step = step or self.step or "none"
        return self.tell(
            StepFinished(at_us=self.now_us, leg_id=LEG, step=step, outcome=outcome, digits=digits)
        )

    def hangs_up(self) -> Made:
        return self.tell(LegEnded(at_us=self.now_us, leg_id=LEG, cause=16))

    def loses_link(self) -> Made:
        return self.tell(DialogueClosed(at_us=self.now_us, leg_id=LEG))

    def is_sent(self, flow: str) -> Made:
        """Routing sends the caller, who stands in line, to a flow."""
        contact = self.contact
        if contact.state is ContactState.QUEUED:
            self.contacts.move(contact, ContactTrigger.ENTER_FLOW)
        contact.flow = flow
        return self.tell(
            ContactDiverted(
                at_us=self.now_us,
                contact_id=contact.contact_id,
                queue=QueueName("service"),
                to=DestinationKind.FLOW,
                target=flow,
                reason=DivertReason.STEP,
            )
        )

    # --- the store ---------------------------------------------------------------------------------

    def store_answers(self, customer: Customer | None, lookup_id: str = "") -> Made:
        return self.tell(
            CustomerFound(at_us=self.now_us, lookup_id=lookup_id or self._lookup_id(), customer=customer)
        )

    def store_fails(self, reason: str) -> Made:
        return self.tell(CustomerLookupFailed(at_us=self.now_us, lookup_id=self._lookup_id(), reason=reason))

    def deadline_passes(self) -> Made:
        self.pass_s(DEADLINE_S)
        return self.tell(TimerFired(at_us=self.now_us, key=("ivr-lookup", self._lookup_id())))

    def _lookup_id(self) -> str:
        assert self.asked is not None
        return self.asked.lookup_id

    def tell(self, message: Event) -> Made:
        made = play(self.engine, message)
        for command in made:
            if isinstance(command, DialogueStep):
                self.step = command.step
            elif isinstance(command, LookUpCustomer):
                self.asked = command
        return made
