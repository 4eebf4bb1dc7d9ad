"""Counts what campaigns come to, so that each knows when it has enough (`dialer.goals`).

What this run brings about is counted as it happens. What earlier runs and other engines did is asked of the
store, when a campaign begins to dial and every minute from then on.
"""

from __future__ import annotations

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CampaignChanged
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.lead_orders import CountResults, ResultsCounted
from dialer.campaign import AT_WORK
from dialer.desk import Campaign, CampaignDesk
from dialer.goals import Counts
from dialer.results import Results

EVERY_US = 60 * SECOND_US
"""How often others' results are asked for: by so much may two engines exceed a goal."""
ASK = "goals"


class GoalKeeper:
    """The feature that counts; `our_attempts` is what the identities of this run's attempts begin with."""

    def __init__(self, engine: Engine, desk: CampaignDesk, results: Results, our_attempts: str) -> None:
        self._engine = engine
        self._desk = desk
        self._results = results
        self._our_attempts = our_attempts
        engine.subscribe(AttemptEnded, self._ended)
        engine.subscribe(CampaignChanged, self._changed)
        engine.on_timer(ASK, self._timer_fired)
        engine.subscribe(ResultsCounted, self._counted)

    def _ended(self, event: AttemptEnded) -> None:
        record = event.record
        self._desk[event.campaign].reached.count(record.segment, self._results.of(record.disposition))

    def _changed(self, event: CampaignChanged) -> None:
        if event.state in AT_WORK:
            self._ask(self._desk[event.campaign], event.at_us)

    def _timer_fired(self, event: TimerFired) -> None:
        campaign = self._desk[event.key[1]]
        if campaign.is_at_work:
            self._ask(campaign, event.at_us)

    def _ask(self, campaign: Campaign, now_us: int) -> None:
        rules = campaign.rules
        if rules.goals.depends_on_others:
            self._engine.send(CountResults(campaign=rules.name, apart_from=self._our_attempts))
            self._engine.send(StartTimer(key=(ASK, rules.name), at_us=now_us + EVERY_US))

    def _counted(self, event: ResultsCounted) -> None:
        reached = self._desk[event.campaign].reached
        reached.others = Counts()
        for each in event.results:
            reached.others.count(
                each.segment, self._results.of(each.disposition), reached.goals, each.attempts
            )
