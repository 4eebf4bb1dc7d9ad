"""Whom calls can be passed on to, and the limits of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.kernel.clock import SECOND_US
from core.model.contact import Contact
from core.model.control import TargetRequest


class Targets(Protocol):
    """Who knows agents, queues, flows, and which numbers may be called."""

    def check(self, contact: Contact, wish: TargetRequest) -> None:
        """Raise `RequestRefused` where whom the wish names cannot be asked about, or given, the contact."""
        ...

    def address_of(self, number: str) -> str:
        """Return how the telephone system dials a number outside."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRules:
    """The limits of the steps, and what a customer on hold hears.

    A step of Asterisk's takes some milliseconds; one that took `step_limit_us` is asked for once more. A
    third one's phone rings for `ring_timeout_us`; whoever is asked for in a queue is waited for so long.
    """

    music: str = "default"
    step_limit_us: int = 2 * SECOND_US
    tries_max: int = 2
    ring_timeout_us: int = 30 * SECOND_US
    queue_limit_us: int = 180 * SECOND_US
    digits_max: int = 32
