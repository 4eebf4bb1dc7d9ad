"""Identities: counters with a prefix, never random, unique across restarts by the run number in them."""

from __future__ import annotations

from typing import NewType

LegId = NewType("LegId", str)
"""One party's connection. On Asterisk it is the channel's Uniqueid, which we choose for legs we dial."""
NO_LEG = LegId("")
"""No leg: the engine itself, or nobody known."""
BridgeId = NewType("BridgeId", str)
CallId = NewType("CallId", str)
ContactId = NewType("ContactId", str)
AgentId = NewType("AgentId", str)
OfferId = NewType("OfferId", str)
CustomerId = NewType("CustomerId", str)
QueueName = NewType("QueueName", str)
TimerKey = tuple[str, ...]
"""A timer's name: what it is for, then whose it is, such as ("offer", "O-1-000007")."""


class Ids:
    """Hand out identities such as C-1-000017: prefix, run of the engine, count within the run."""

    def __init__(self, run: int) -> None:
        self._run = run
        self._counts: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        """Return the next identity with `prefix`."""
        count = self._counts.get(prefix, 0) + 1
        self._counts[prefix] = count
        return f"{self.beginning(prefix)}{count:06d}"

    def beginning(self, prefix: str) -> str:
        """Return what all identities with `prefix` begin with in this run, and in no other."""
        return f"{prefix}-{self._run}-"
