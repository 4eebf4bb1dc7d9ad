"""What one agent's screen shows now, kept for a screen that connects again: the state and all records.

A record pops up before any state names its contact, so it is out of date only when a state does not name the
contact any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.model.commands import ClearScreen, DeskCommand, PopScreen, ShowAgentState


@dataclass(slots=True)
class Screen:
    """The last state, and the records by contact in the order in which they came."""

    state: ShowAgentState | None = None
    records: dict[str, PopScreen] = field(default_factory=dict)

    def show(self, command: DeskCommand) -> tuple[str, ...]:
        """Take `command` in; return the contacts whose records are out of date by it."""
        match command:
            case ShowAgentState():
                before = _named(self.state) if self.state is not None else ()
                over = tuple(key for key in before if key in self.records and key not in _named(command))
                self.state = command
            case PopScreen():
                self.records[command.contact_id] = command
                over = ()
            case ClearScreen():
                over = (command.contact_id,)
            case _:
                over = ()
        for key in over:
            self.records.pop(key, None)
        return over

    def lasting(self) -> Iterator[DeskCommand]:
        """Return what a screen that connects now has to be shown, the state first."""
        if self.state is not None:
            yield self.state
        yield from self.records.values()


def _named(state: ShowAgentState) -> tuple[str, ...]:
    """Return the contacts that are the agent's by this state."""
    return (state.contact_id, *(work.contact_id for work in state.work))
