"""A live side that starts within a day: it reads what has happened so far, then follows what is told.

Desks are shown what the engine says at once. What the engine tells of the floor is kept until the ledger was
read, up to the place from which on it is heard live; so every event is folded once, and in order.
"""

from __future__ import annotations

from collections import deque
from zoneinfo import ZoneInfo

import structlog

from core.kernel.clock import SECOND_US
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.commands import DeskCommand
from core.model.message import DomainEvent
from metrics.today import date_of, midnight_us
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.live import Live
from web.ports import History, Place

log = structlog.get_logger()

CALL_MAX_US = 24 * 3_600 * SECOND_US
"""No call lasts longer."""
KEPT_MAX = 200_000
"""Events kept while the ledger is read: half an hour of a thousand agents."""


class Following:
    """Feeds `live` as a listener of the front office; `floor` and `campaigns` are folds of it.

    `upto` is the last place in the ledger of which nothing is heard live.
    """

    def __init__(self, live: Live, floor: Floor, campaigns: Campaigns, upto: Place) -> None:
        self.live = live
        self.floor = floor
        self.campaigns = campaigns
        self._upto = upto
        self._kept: deque[DomainEvent] | None = deque(maxlen=KEPT_MAX)

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        if self._kept is None:
            self.live.add(event)
        else:
            self._kept.append(event)

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows."""
        self.live.show(command)

    async def catch_up(self, history: History, zone: ZoneInfo, now_us: int) -> None:
        """Fold what happened since midnight, then go on with what is told.

        Where the ledger is away the floor begins empty, and says so in the log.
        """
        midnight = midnight_us(date_of(now_us, zone), zone)
        try:
            await self._catch_up_with_yesterday(history, midnight, now_us)
            for change in await history.changes(midnight):
                self.live.recall(change)
            for levels in await history.levels(midnight):
                self.live.recall(levels)
            for assignment in await history.assignments(midnight):
                self.live.recall(assignment)
            async for place, event in history.events(midnight, now_us + SECOND_US):
                if place <= self._upto:
                    self.live.recall(event)
        except OSError as error:  # TimeoutError is one
            log.warning("floor_without_history", error=repr(error))
        finally:
            kept, self._kept = self._kept or (), None
            for event in kept:
                self.live.add(event)

    async def _catch_up_with_yesterday(self, history: History, midnight: int, now_us: int) -> None:
        """Know those who are here since before midnight, and campaigns whose day began before ours."""
        for contact in await history.open_contacts(midnight - CALL_MAX_US):
            for event in contact.history:
                if event.at_us < midnight:
                    self.live.recall(event)
        begun_us = self.campaigns.begun_us(now_us)
        if begun_us >= midnight:
            return
        async for place, event in history.events(begun_us, midnight, (AttemptDialed, AttemptEnded)):
            if place <= self._upto:
                self.campaigns.add(event)
