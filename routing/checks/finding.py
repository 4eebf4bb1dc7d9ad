"""What a check of the rules says, and what it must know of the world around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from core.kernel.schema import Steps, place
from core.model.ids import AgentId, QueueName
from routing.rules import QueueRules


class Severity(StrEnum):
    """What comes of a finding: nothing starts with an error in the rules; a warning is told."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One mistake: where it stands in the configuration, what is wrong, and what to do about it."""

    severity: Severity
    where: str
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.what}; {self.advice}"


class FlowEnds(NamedTuple):
    """Where a flow of the menus can end: the queues it hands over to, and whether in any other way."""

    queues: tuple[QueueName, ...]
    elsewhere: bool


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What rules meet: the skills of agents, the flows of the menus with their languages and choices.

    Without agents nothing is said of who could serve what, without flows nothing of where they lead. The
    agents are to serve the queues `served`; None for all. `has_work` tells that there is work besides calls;
    campaigns bring those whom they reach to the queues `called_for`.
    """

    agents: Mapping[AgentId, Mapping[str, int]]
    flows: Mapping[str, FlowEnds]
    languages: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    default_tier: str = ""
    served: frozenset[QueueName] | None = None
    has_work: bool = False
    called_for: tuple[QueueName, ...] = ()

    def able(self, queue: QueueRules) -> Mapping[AgentId, Mapping[str, int]]:
        """Return the agents who may serve the queue at all; nobody where nothing can be said of that."""
        if self.served is not None and queue.name not in self.served:
            return {}
        if queue.agent is None:
            return self.agents
        return {name: skills for name, skills in self.agents.items() if name == queue.agent}

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """All skills that any agent has."""
        return tuple(sorted({skill for skills in self.agents.values() for skill in skills}))


def error(steps: Steps, what: str, advice: str) -> Finding:
    """Return the finding that stops a start; `steps` lead to its key in the configuration."""
    return Finding(Severity.ERROR, place(steps), what, advice)


def warning(steps: Steps, what: str, advice: str) -> Finding:
    """Return the finding that is merely told."""
    return Finding(Severity.WARNING, place(steps), what, advice)


def meant(name: str, known: Iterable[str]) -> str:
    """Say which of the `known` names was probably meant, or which there are."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are {', '.join(names)}" if names else "there are none"
