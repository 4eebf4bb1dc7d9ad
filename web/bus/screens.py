"""What every agent's screen shows now, as the commands that would draw it anew: a fold of desk commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.model.commands import ClearScreen, DeskCommand, PopScreen, ShowAgentState
from core.model.ids import AgentId


@dataclass(slots=True)
class _Screen:
    """`named` are the contacts of the last state: a record pops up before any state names its contact."""

    state: ShowAgentState | None = None
    named: frozenset[str] = frozenset()
    records: dict[str, PopScreen] = field(default_factory=dict)


class Screens:
    """The fold; fed with `show`."""

    def __init__(self) -> None:
        self._screens: dict[AgentId, _Screen] = {}

    def __iter__(self) -> Iterator[DeskCommand]:
        """Yield what draws all screens, agent by agent, the state before the records."""
        for screen in self._screens.values():
            if screen.state is not None:
                yield screen.state
            yield from screen.records.values()

    def show(self, command: DeskCommand) -> None:
        """Take note of a command; what does not last is passed over."""
        screen = self._screens.setdefault(command.agent_id, _Screen())
        match command:
            case ShowAgentState():
                named = frozenset((command.contact_id, *(work.contact_id for work in command.work)))
                for contact_id in sorted(screen.named - named):
                    screen.records.pop(contact_id, None)
                screen.state, screen.named = command, named
            case PopScreen():
                screen.records[command.contact_id] = command
            case ClearScreen():
                screen.records.pop(command.contact_id, None)
            case _:
                pass
