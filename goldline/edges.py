"""Edges that are two: the same command for several desks, the same answer for several doors."""

from __future__ import annotations

from core.model.commands import DeskCommand
from core.ports import Desk, DoorAnswer, WorkDoor


class AllDesks:
    """Agents' screens of several kinds; each drops what it has no desk for."""

    def __init__(self, *desks: Desk) -> None:
        self._desks = desks

    def show(self, command: DeskCommand) -> None:
        """Send `command` to all."""
        for desk in self._desks:
            desk.show(command)


class AllWorkDoors:
    """Doors for other programs; each drops the answers that nobody of its own waits for."""

    def __init__(self, *doors: WorkDoor) -> None:
        self._doors = doors

    def answer(self, command: DoorAnswer) -> None:
        """Give the answer to all."""
        for door in self._doors:
            door.answer(command)
