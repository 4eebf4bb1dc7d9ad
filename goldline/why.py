"""`goldline why`: who got a contact and why, or its whole course, from what was recorded of it.

Three records serve: the ledger of the configured database, a journal, whose inputs are replayed, and the
demonstration's day, which is run again. Whatever the record, the answer is the same (`routing.explain`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from core.kernel.clock import SECOND_US, seconds
from core.model.agent import AgentProfile
from core.model.commands import AppendToLedger
from core.model.events import DecisionMade
from core.model.ids import AgentId
from core.model.message import DomainEvent
from crm.history import SqlHistory
from crm.memory import MemoryLedger
from goldline.app import configured_agents
from goldline.config import load_config
from goldline.demo.day import DEMO_SCENARIO
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_head import read_head
from goldline.replay import brain_of, turns
from goldline.stores import open_database
from routing.recorded import RecordedCourse, recorded_course
from simulator.scenario import load_scenario
from simulator.world import agent_profiles

_UNTOLD = frozenset({"at_us", "cause_id", "contact_id"})


async def answer(
    contact: str, *, config: Path, journal: Path | None, demo_seed: int | None
) -> RecordedCourse:
    """Return the course of a contact from the record asked for: the demonstration, a journal, the ledger."""
    if demo_seed is not None:
        return await from_demo(contact, demo_seed)
    if journal is not None:
        return await from_journal(contact, journal)
    return await from_ledger(contact, config)


def lines(found: RecordedCourse, *, whole: bool) -> list[str]:
    """Return in words the last decision about the contact, or with `whole` all that happened to it."""
    if whole:
        return [told_event(event) for event in found.history]
    return found.lines()


async def from_ledger(contact: str, config_path: Path) -> RecordedCourse:
    """Return the course of a contact in the configured ledger; raise `RequestRefused` if it has none."""
    config = load_config(config_path)
    async with open_database(config) as database:
        return await recorded_course(contact, SqlHistory(database), configured_agents(config))


async def from_journal(contact: str, journal: Path) -> RecordedCourse:
    """Return the course of a contact that `journal` recorded; raise `RequestRefused` if it has none."""
    head, ledger = read_head(journal), MemoryLedger()
    for turn in turns(journal, brain_of(head)):
        for command in turn.commands:
            if isinstance(command, AppendToLedger):
                ledger.append(command.event)
    return await recorded_course(contact, ledger, head.agents)


async def from_demo(contact: str, seed: int) -> RecordedCourse:
    """Return the course of a contact of the demonstration's day; raise `RequestRefused` if it has none."""
    return await recorded_course(contact, *demo_day(seed))


def demo_day(seed: int) -> tuple[MemoryLedger, Mapping[AgentId, AgentProfile]]:
    """Return the ledger of the demonstration's day under `seed`, and its agents."""
    scenario, ledger = load_scenario(DEMO_SCENARIO), MemoryLedger()
    SimulatedDay(scenario, open_scenario(scenario), seed, watchers=(ledger.append,), checked=False).run()
    return ledger, agent_profiles(scenario)


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
