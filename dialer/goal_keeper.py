"""Counts what campaigns come to, so that each knows when it has enough (`dialer.goals`)."""

from __future__ import annotations

from core.engine import Engine
from core.model.outbound import AttemptEnded
from dialer.desk import CampaignDesk
from dialer.results import Results


class GoalKeeper:
    """The feature that counts; the campaign ends when it next decides how many to dial."""

    def __init__(self, engine: Engine, desk: CampaignDesk, results: Results) -> None:
        self._desk = desk
        self._results = results
        engine.subscribe(AttemptEnded, self._ended)

    def _ended(self, event: AttemptEnded) -> None:
        record = event.record
        self._desk[event.campaign].reached.count(record.segment, self._results.of(record.disposition))
