"""What every feature stands on, handed about while the engine is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.model.agent import AgentProfile
from core.model.ids import AgentId, Ids
from routing.rules import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One engine with its books: contacts and calls in hand, the rules of routing, who may log in."""

    engine: Engine
    contacts: ContactBook
    calls: CallBook
    ids: Ids
    rulebook: Rulebook
    agents: Mapping[AgentId, AgentProfile]
