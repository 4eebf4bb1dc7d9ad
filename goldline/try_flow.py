"""`goldline call`: somebody calls a flow from a terminal.

The engine has nothing in it but the menus, which are those that live callers meet. What is played is written,
keys are typed, and the records are those of the configuration, if one is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import microseconds
from core.model.commands import (
    AnswerLeg,
    CollectDigits,
    DialogueStep,
    HangUpLeg,
    LookUpCustomer,
    PlayPrompt,
    RecordMessage,
    TransferLeg,
)
from core.model.contact import Contact
from core.model.events import (
    CustomerFound,
    CustomerLookupFailed,
    DialogueOpened,
    LegEnded,
    QueueingAsked,
    StepFinished,
)
from core.model.ids import Ids, LegId, QueueName
from core.model.message import Command, Event
from core.model.prompts import Part, Prompt, SayDate, SayDigits, SayNumber, Sound
from core.ports import CrmStore
from goldline.config import load_config
from goldline.stores import customers_in, join_database
from goldline.wall_clock import WallClock
from ivr.flow import Flow
from ivr.interpreter import Ivr
from ivr.loader import load_flow
from ivr.nodes import AnyNode, Menu, NodeName

Tell = Callable[[str, str], None]
"""Takes where the call stands, and what happens there."""

Ask = Callable[[str], str | None]
"""Takes a question and returns what was typed; None where the caller hangs up."""

LEG = LegId("terminal")
MESSAGE_S = 10.0
"""How long a message is of which nobody says how long it is."""
LOOKUP_MAX_S = 5.0
"""How long the records are waited for: longer than live, for here the database has to be opened first."""
NORMAL_CLEARING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who calls when, and how busy every queue is. `tiers` are those that routing knows."""

    number: str
    at_us: int
    tiers: tuple[str, ...] = ()
    default_tier: str = "standard"
    callers: int = 0
    agents: int = 1
    wait_s: float = 0.0

    def waiting(self, queue: QueueName) -> int:
        """Return how many wait, in any queue."""
        return self.callers

    def longest_wait_us(self, queue: QueueName, now_us: int) -> int:
        """Return how long the first of them has."""
        return microseconds(self.wait_s)

    def ready_agents(self, queue: QueueName) -> int:
        """Return how many agents are idle."""
        return self.agents

    def expected_wait_us(self, queue: QueueName, tier: str, now_us: int) -> int:
        """Return how long whoever comes now would wait."""
        return microseconds(self.wait_s)

    def expected_band_min(self, queue: QueueName, tier: str, now_us: int) -> tuple[int, int | None]:
        """Return the same in whole minutes: a configuration's bands are wider."""
        minutes = int(self.wait_s // 60)
        return minutes, minutes + 1


async def call_flow(
    file: Path, config_file: Path | None, circumstances: Circumstances, tell: Tell, ask: Ask
) -> None:
    """Call the flow in `file`; callers are in the records of the configuration, or in none without one."""
    flow = load_flow(file)
    if config_file is None:
        await TriedCall(flow, circumstances, tell, ask).run()
        return
    config = load_config(config_file)
    there = replace(circumstances, tiers=tuple(config.tiers), default_tier=config.rules.default_tier)
    async with join_database(config) as database:
        await TriedCall(flow, there, tell, ask, customers_in(config, database, WallClock())).run()


class TriedCall:
    """One call of `flow` under `circumstances`; nobody is in the records without a `crm`."""

    def __init__(
        self, flow: Flow, circumstances: Circumstances, tell: Tell, ask: Ask, crm: CrmStore | None = None
    ) -> None:
        self._circumstances = circumstances
        self._tell_at, self._ask, self._crm = tell, ask, crm
        self._now_us = circumstances.at_us
        self._at = ""
        self._step: DialogueStep | None = None
        self._engine = Engine()
        self._engine.subscribe(QueueingAsked, self._queued)
        self._nodes = flow.nodes
        walked = replace(flow, nodes=_Walked(flow.nodes, self._reached))
        Ivr(
            self._engine,
            contacts=ContactBook(),
            ids=Ids(1),
            flows={},
            named_flows={},
            default_flow=walked,
            queue_view=circumstances,
            callbacks=_Bookings(self._tell),
            deadline_us=microseconds(LOOKUP_MAX_S),
            default_tier=circumstances.default_tier,
            tiers=circumstances.tiers,
        )

    async def run(self) -> None:
        """Take the call from its first ring to its end."""
        await self._hear(
            DialogueOpened(at_us=self._now_us, leg_id=LEG, caller_number=self._circumstances.number)
        )
        while (step := self._step) is not None:
            self._step = None
            await self._hear(self._end_of(step))

    async def _hear(self, event: Event) -> None:
        for command in self._engine.handle(event):
            answer = await self._carry_out(command)
            if answer is not None:
                await self._hear(answer)

    async def _carry_out(self, command: Command) -> Event | None:
        """Do what the engine asks for; return what it is told at once, if anything."""
        match command:
            case DialogueStep():
                self._step = command
            case LookUpCustomer():
                return await self._look_up(command)
            case TransferLeg(number=number):
                self._tell(f"sent on to {number}")
            case HangUpLeg():
                self._tell("hung up")
        return None

    # --- the telephone -----------------------------------------------------------------------------

    def _end_of(self, step: DialogueStep) -> Event:
        """Return how the caller lets the step end."""
        typed: str | None = ""
        match step:
            case AnswerLeg():
                self._tell("answered")
            case PlayPrompt(prompt=prompt):
                self._tell(f"hears {_written(prompt)}")
            case CollectDigits(prompt=prompt):
                self._tell(f"hears {_written(prompt)}" if prompt else "listens")
                typed = self._ask(f"{self._choice()}, nothing for silence, h to hang up")
            case RecordMessage():
                typed = self._ask("seconds of message, h to hang up")
                self._now_us += microseconds(_seconds(typed))
        if typed is None:
            self._tell("hangs up")
            return LegEnded(at_us=self._now_us, leg_id=LEG, cause=NORMAL_CLEARING)
        silent = isinstance(step, CollectDigits) and not typed
        return StepFinished(
            at_us=self._now_us,
            leg_id=LEG,
            step=step.step,
            outcome="timeout" if silent else "done",
            digits=_keys(step, typed),
        )

    def _choice(self) -> str:
        """Say which keys there are to press."""
        node = self._nodes.get(NodeName(self._at))
        return " ".join(node.options) if isinstance(node, Menu) else "keys"

    # --- the records -------------------------------------------------------------------------------

    async def _look_up(self, lookup: LookUpCustomer) -> Event:
        """Ask the store, as long as a caller would wait for it."""
        try:
            async with asyncio.timeout(lookup.deadline_us / 1_000_000):
                found = await self._crm.find_customer(lookup) if self._crm is not None else None
        except (OSError, TimeoutError) as error:
            reason = "late" if isinstance(error, TimeoutError) else "away"
            self._tell(f"the records are {reason}")
            return CustomerLookupFailed(at_us=self._now_us, lookup_id=lookup.lookup_id, reason=reason)
        self._tell("in no record" if found is None else f"is {found.name}, {found.tier}")
        return CustomerFound(at_us=self._now_us, lookup_id=lookup.lookup_id, customer=found)

    # --- what is told --------------------------------------------------------------------------------

    def _reached(self, name: NodeName) -> None:
        if name != self._at:
            self._at = name
            self._tell("")

    def _tell(self, what: str) -> None:
        self._tell_at(self._at, what)

    def _queued(self, event: QueueingAsked) -> None:
        asked = ", ".join(f"{each.skill} {each.minimum}" for each in event.requirements)
        self._tell(f"stands in line for {event.queue}" + (f", and needs {asked}" if asked else ""))


class _Walked(Mapping[NodeName, AnyNode]):
    """The nodes of a flow, that tell when they are looked at: the menus look at each they come to."""

    def __init__(self, nodes: Mapping[NodeName, AnyNode], reached: Callable[[NodeName], None]) -> None:
        self._nodes, self._reached = nodes, reached

    def __getitem__(self, name: NodeName) -> AnyNode:
        self._reached(name)
        return self._nodes[name]

    def __iter__(self) -> Iterator[NodeName]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


class _Bookings:
    """Callbacks: granted to everybody whose number is known."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def refusal(self, contact: Contact, queue: QueueName, number: str = "") -> str:
        return "" if number or contact.caller_number else "no_number"

    def book(self, contact: Contact, queue: QueueName, why: Event, number: str = "") -> None:
        self._tell(f"will be called back at {number or contact.caller_number} from {queue}")


def _keys(step: DialogueStep, typed: str) -> str:
    """Return the keys that count: as many as are asked for, up to the one that says "done"."""
    if not isinstance(step, CollectDigits):
        return ""
    before = next((at for at, key in enumerate(typed) if key in step.terminators), len(typed))
    return typed[:before][: step.digits_max]


def _seconds(typed: str | None) -> float:
    return float(typed) if typed and typed.replace(".", "", 1).isdigit() else MESSAGE_S


def _written(prompt: Prompt) -> str:
    return ", ".join(map(_part, prompt)) or "nothing"


def _part(part: Part) -> str:
    match part:
        case Sound(name=name):
            return name
        case SayNumber(number=number):
            return f"the number {number}"
        case SayDigits(digits=digits):
            return f"the digits {' '.join(digits)}"
        case SayDate(epoch_s=epoch_s):
            return f"the day {datetime.fromtimestamp(epoch_s, UTC):%Y-%m-%d}"
