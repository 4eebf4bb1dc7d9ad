"""`goldline why`: the course of one contact, told from the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import RequestRefused
from core.model.events import Candidate, DecisionMade
from core.model.ids import ContactId
from core.model.message import DomainEvent
from crm.ledger import read_history
from goldline.config import load_config
from goldline.live import open_database

_UNTOLD = frozenset({"at_us", "cause_id", "contact_id"})
_RULES = {
    "highest_level": "the tier gets the best agent: highest level first",
    "longest_idle": "whoever was idle longest",
    "by_place": "first in line for the agent who became free",
}


async def contact_course(contact: str, config_path: Path) -> list[str]:
    """Return one line for each thing that happened to the contact; raise `RequestRefused` if unknown."""
    async with open_database(load_config(config_path)) as database:
        history = await read_history(database, ContactId(contact))
    if not history:
        raise RequestRefused("unknown_contact", f"the ledger knows no contact {contact}")
    return [told(event) for event in history]


def told(event: DomainEvent) -> str:
    """Return one event as a line for people."""
    at = datetime.fromtimestamp(event.at_us / SECOND_US, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    words = _decision(event) if isinstance(event, DecisionMade) else _fields(event)
    return f"{at}  {type(event).__name__:20} {words}".rstrip()


def _decision(event: DecisionMade) -> str:
    if event.runner_up is None:
        second = "; there was no other choice"
    elif event.asked == "agent":
        second = f"; second was {_candidate(event.runner_up)}"
    else:
        second = f"; next in line was {event.runner_up.contact_id}"
    rule = _RULES.get(event.rule, event.rule)
    return f"{rule}: {_candidate(event.winner)}{second} ({event.waiting} still waiting)"


def _candidate(candidate: Candidate) -> str:
    return f"{candidate.agent_id} (level {candidate.level}, idle {seconds(candidate.idle_us):.1f} s)"


def _fields(event: DomainEvent) -> str:
    shown = ((name, getattr(event, name)) for name in event.__struct_fields__ if name not in _UNTOLD)
    return ", ".join(f"{name} {_value(name, value)}" for name, value in shown if value not in ("", None, ()))


def _value(name: str, value: object) -> str:
    if name.endswith("_us") and isinstance(value, int) and value < 10**14:
        return f"{seconds(value):.3f} s"
    return str(value)
