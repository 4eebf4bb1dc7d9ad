"""`goldline why`: who got a contact and why, or its whole course, from what was recorded of it.

Three records serve: the ledger of the configured database, a journal, whose inputs are replayed, and the
demonstration's day, which is run again. Whatever the record, the answer is the same (`routing.explain`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import to_builtins

from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import RequestRefused
from core.model.agent import AgentProfile
from core.model.commands import AppendToLedger
from core.model.events import AgentStateChanged, DecisionMade
from core.model.ids import AgentId, ContactId
from core.model.message import DomainEvent
from core.model.need import need_from_text
from crm.database import Database
from crm.ledger import read_changes, read_history
from crm.memory import MemoryLedger
from goldline.app import configured_agents
from goldline.config import load_config
from goldline.demo.day import DEMO_SCENARIO
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_head import read_head
from goldline.live import open_database
from goldline.replay import brain_of, turns
from routing.explain import Explanation, explain, never_offered, told
from simulator.scenario import load_scenario
from simulator.world import agent_profiles

_UNTOLD = frozenset({"at_us", "cause_id", "contact_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that a record holds of one contact, and an explanation for each decision about it."""

    history: Sequence[DomainEvent]
    explanations: tuple[Explanation, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "course": [to_builtins(event) for event in self.history],
            "decisions": [to_builtins(explanation) for explanation in self.explanations],
        }


class Record(Protocol):
    """What happened, as a ledger keeps it."""

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact, oldest first."""
        ...

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        ...


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The ledger in a database that an engine may be writing at the same time."""

    database: Database

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact in any run."""
        return await read_history(self.database, contact_id)

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of each agent."""
        return await read_changes(self.database, until_us)


async def answer(contact: str, *, config: Path, journal: Path | None, demo_seed: int | None) -> Course:
    """Return the course of a contact from the record asked for: the demonstration, a journal, the ledger."""
    if demo_seed is not None:
        return await from_demo(contact, demo_seed)
    if journal is not None:
        return await from_journal(contact, journal)
    return await from_ledger(contact, config)


def lines(found: Course, *, whole: bool) -> list[str]:
    """Return in words the last decision about the contact, or with `whole` all that happened to it."""
    if whole:
        return [told_event(event) for event in found.history]
    return told(found.explanations[-1]) if found.explanations else never_offered(found.history)


async def from_ledger(contact: str, config_path: Path) -> Course:
    """Return the course of a contact in the configured ledger; raise `RequestRefused` if it has none."""
    config = load_config(config_path)
    async with open_database(config) as database:
        return await course(contact, StoredRecord(database), configured_agents(config))


async def from_journal(contact: str, journal: Path) -> Course:
    """Return the course of a contact that `journal` recorded; raise `RequestRefused` if it has none."""
    head, ledger = read_head(journal), MemoryLedger()
    for turn in turns(journal, brain_of(head)):
        for command in turn.commands:
            if isinstance(command, AppendToLedger):
                ledger.append(command.event)
    return await course(contact, ledger, head.agents)


async def from_demo(contact: str, seed: int) -> Course:
    """Return the course of a contact of the demonstration's day; raise `RequestRefused` if it has none."""
    return await course(contact, *demo_day(seed))


def demo_day(seed: int) -> tuple[MemoryLedger, Mapping[AgentId, AgentProfile]]:
    """Return the ledger of the demonstration's day under `seed`, and its agents."""
    scenario, ledger = load_scenario(DEMO_SCENARIO), MemoryLedger()
    SimulatedDay(scenario, open_scenario(scenario), seed, watchers=(ledger.append,), checked=False).run()
    return ledger, agent_profiles(scenario)


async def course(contact: str, record: Record, agents: Mapping[AgentId, AgentProfile]) -> Course:
    """Return the course of a contact in `record`; raise `RequestRefused` where it tells of none."""
    history = await record.history(ContactId(contact))
    if not history:
        raise RequestRefused("unknown_contact", f"nothing is recorded of a contact {contact}")
    explained = []
    for decision in history:
        if isinstance(decision, DecisionMade):
            states = {change.agent_id: change for change in await record.changes(decision.at_us)}
            explained.append(explain(history, decision, agents, states, need_from_text(decision.need)))
    return Course(history=history, explanations=tuple(explained))


def told_event(event: DomainEvent) -> str:
    """Return one event as a line for people."""
    at = datetime.fromtimestamp(event.at_us / SECOND_US, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    words = _decision(event) if isinstance(event, DecisionMade) else _fields(event)
    return f"{at}  {type(event).__name__:20} {words}".rstrip()


def _decision(event: DecisionMade) -> str:
    return f"to {event.winner.agent_id} by {event.rule}, {event.waiting} still waiting"


def _fields(event: DomainEvent) -> str:
    shown = ((name, getattr(event, name)) for name in event.__struct_fields__ if name not in _UNTOLD)
    return ", ".join(f"{name} {_value(name, value)}" for name, value in shown if value not in ("", None, ()))


def _value(name: str, value: object) -> str:
    if name.endswith("_us") and isinstance(value, int) and value < 10**14:
        return f"{seconds(value):.3f} s"
    return str(value)
