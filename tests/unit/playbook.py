"""Telling the engine one thing and reading what it asks for in return, in order.

    assert play(engine, LegEnded(...)) == [like(ContactAbandoned, stage="ivr")]

Facts that went to the ledger stand among the commands as themselves. `like` stands for any message of a
class that has the given fields.
"""

from __future__ import annotations

from typing import Any

from core.engine import Engine
from core.model.commands import AppendToLedger
from core.model.message import Command, DomainEvent, Event


def play(engine: Engine, message: Event) -> list[Command | DomainEvent]:
    """Return what the engine makes of `message`, in order."""
    return [
        command.event if isinstance(command, AppendToLedger) else command
        for command in engine.handle(message)
    ]


class like:  # noqa: N801  reads as a word in an assertion
    """Equal to each message of `kind` whose named fields have the given values."""

    def __init__(self, kind: type[Command | DomainEvent], **values: Any) -> None:
        self.kind = kind
        self.values = values

    def __eq__(self, other: object) -> bool:
        return type(other) is self.kind and all(
            getattr(other, name) == value for name, value in self.values.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.kind.__name__}({fields}...)"
