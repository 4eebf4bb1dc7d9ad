"""Ledgers in memory that show what they are told to folds, as it happens."""

from __future__ import annotations

from collections.abc import Callable

from core.model.message import DomainEvent
from crm.memory import MemoryLedger

Watcher = Callable[[DomainEvent], None]


class WatchedLedger(MemoryLedger):
    """A ledger that also shows its events, one by one, to folds."""

    def __init__(self, *, keeps_events: bool = True) -> None:
        super().__init__(keeps_events=keeps_events)
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Show `watcher` every event from now on."""
        self._watchers.append(watcher)

    def append(self, event: DomainEvent) -> None:
        """Take one event in and show it."""
        super().append(event)
        for watch in self._watchers:
            watch(event)


class SpooledLedger(WatchedLedger):
    """A ledger whose database may be away: what is told meanwhile is written afterwards, in its order."""

    def __init__(self, *, keeps_events: bool = True) -> None:
        super().__init__(keeps_events=keeps_events)
        self._spool: list[DomainEvent] = []
        self.is_away = False

    def append(self, event: DomainEvent) -> None:
        """Take one event in, for now or for later."""
        if self.is_away:
            self._spool.append(event)
        else:
            super().append(event)

    def come_back(self) -> None:
        """Write what was spooled."""
        self.is_away = False
        spooled, self._spool = self._spool, []
        for event in spooled:
            super().append(event)
