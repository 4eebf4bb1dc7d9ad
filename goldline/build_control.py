"""Puts call control together: whom calls may be passed on to, and the features that do it.

`build_control` comes before whatever else answers the end of a leg. The door of the queues is built later,
and given to the `TargetBook` then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from core.kernel.errors import RequestRefused
from core.model.agent import AgentProfile
from core.model.contact import Contact
from core.model.control import StartConsult, TargetKind, TargetRequest
from core.model.ids import AgentId, QueueName
from cti.control.desk import ControlDesk
from cti.control.free_agents import FreeAgents
from cti.control.handover import HandOver
from cti.control.hearing import Hearing
from cti.control.saga import Sagas
from cti.control.talks import Talks
from cti.control.thirds import Thirds
from goldline.config import Config
from goldline.config_control import ControlSection, control_rules
from goldline.ground import Ground
from routing.door import Door

_NUMBER = re.compile(r"\+?[0-9]{1,20}")
"""What may reach a telephone system at all, whatever the configuration allows."""


class TargetBook:
    """Whom agents may call about a customer, or pass customers on to: the `Targets` of the configuration."""

    def __init__(self, ground: Ground, section: ControlSection) -> None:
        self.door: Door | None = None
        self.free = FreeAgents(ground.engine)
        self._agents: Mapping[AgentId, AgentProfile] = ground.agents
        self._queues = ground.rulebook.queues
        self._outside = ground.rulebook.outside
        self._numbers = [re.compile(pattern) for pattern in section.numbers]
        self._flows = frozenset(section.flows)
        self._checks = {
            TargetKind.AGENT: self._check_agent,
            TargetKind.QUEUE: self._check_queue,
            TargetKind.NUMBER: self._check_number,
            TargetKind.FLOW: self._check_flow,
        }

    def check(self, contact: Contact, wish: TargetRequest) -> None:
        """Raise `RequestRefused` as `cti.control.targets.Targets` says."""
        self._checks[wish.to](contact, wish)

    def address_of(self, number: str) -> str:
        """Return how the telephone system dials a number outside."""
        return self._outside.replace("{number}", number)

    def _check_agent(self, contact: Contact, wish: TargetRequest) -> None:
        agent_id = AgentId(wish.target)
        if agent_id not in self._agents:
            raise RequestRefused("unknown_agent", f"there is no agent {wish.target!r}")
        if agent_id not in self.free:
            raise RequestRefused("agent_not_ready", f"{wish.target} cannot take a call now")

    def _check_queue(self, contact: Contact, wish: TargetRequest) -> None:
        queue = QueueName(wish.target)
        if queue not in self._queues:
            raise RequestRefused("unknown_queue", f"there is no queue {wish.target!r}")
        assert self.door is not None, "given when the queues were built"
        refusal = self.door.refusal(contact, queue, wish.at_us)
        if refusal is not None:
            raise RequestRefused(f"queue_{refusal.reason}", f"nobody can join {wish.target} now")

    def _check_number(self, contact: Contact, wish: TargetRequest) -> None:
        is_number = _NUMBER.fullmatch(wish.target)
        if not is_number or not any(pattern.fullmatch(wish.target) for pattern in self._numbers):
            raise RequestRefused("number_not_allowed", "this number may not be called from a desk")

    def _check_flow(self, contact: Contact, wish: TargetRequest) -> None:
        if isinstance(wish, StartConsult):
            raise RequestRefused("nobody_there", "a flow cannot be asked")
        if wish.target not in self._flows:
            raise RequestRefused("unknown_flow", f"there is no flow {wish.target!r} to transfer to")


class Control(NamedTuple):
    """What others have to know of call control."""

    targets: TargetBook
    talks: Talks


def build_control(ground: Ground, config: Config) -> Control:
    """Build what holds, passes on and brings together calls; the queues' door has yet to be given."""
    engine, contacts = ground.engine, ground.contacts
    targets, rules = TargetBook(ground, config.control), control_rules(config.control)
    talks = Talks()
    handover = HandOver(engine, contacts, ground.ids)
    thirds = Thirds(engine, contacts, ground.ids, handover, targets, rules)
    sagas = Sagas(engine, contacts, ground.calls, talks, thirds, handover, rules)
    Hearing(engine, contacts, talks, sagas, thirds, rules.tries_max)
    ControlDesk(engine, talks, sagas, targets, rules)
    return Control(targets, talks)
