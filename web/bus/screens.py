"""What every agent's screen shows now, as the commands that would draw it anew: a fold of desk commands."""

from __future__ import annotations

from collections.abc import Iterator

from core.model.commands import DeskCommand
from core.model.ids import AgentId
from web.screen import Screen


class Screens:
    """The fold; fed with `show`."""

    def __init__(self) -> None:
        self._screens: dict[AgentId, Screen] = {}

    def __iter__(self) -> Iterator[DeskCommand]:
        """Yield what draws all screens, agent by agent, the state before the records."""
        for screen in self._screens.values():
            yield from screen.lasting()

    def show(self, command: DeskCommand) -> None:
        """Take note of a command; what does not last is passed over."""
        self._screens.setdefault(command.agent_id, Screen()).show(command)
