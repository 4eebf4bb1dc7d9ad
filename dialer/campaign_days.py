"""Tells when a campaign's day is over, and when our copies of the registers are others than before.

Both are for the record (`dialer.audit_file`): the dialer itself asks the law anew for every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from core.engine import Engine
from core.model.campaign_events import CampaignChanged, CampaignDayEnded, RegistersSeen
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.lead_orders import LeadsLeased, NumbersChecked
from dialer.campaign import CampaignRules
from dialer.windows import begins_us, day_of

DAY = "campaign day"
"""The timers of this feature."""


class CampaignDays:
    """The feature; a campaign's days are told from when it first changes its state."""

    def __init__(self, engine: Engine, campaigns: Mapping[str, CampaignRules]) -> None:
        self._engine = engine
        self._campaigns = campaigns
        self._told: set[str] = set()
        self._registers: tuple[tuple[str, int], ...] = ()
        engine.subscribe(CampaignChanged, self._changed)
        engine.on_timer(DAY, self._timer_fired)
        engine.subscribe(LeadsLeased, self._registers_told)
        engine.subscribe(NumbersChecked, self._registers_told)

    def _changed(self, event: CampaignChanged) -> None:
        if event.campaign not in self._told:
            self._told.add(event.campaign)
            self._await_midnight(event.campaign, event.at_us)

    def _timer_fired(self, event: TimerFired) -> None:
        campaign = event.key[1]
        ended = day_of(event.at_us, self._campaigns[campaign].zone) - timedelta(days=1)
        self._engine.publish(
            CampaignDayEnded(
                at_us=event.at_us, cause_id=event.cause_id, campaign=campaign, day=ended.isoformat()
            )
        )
        self._await_midnight(campaign, event.at_us)

    def _await_midnight(self, campaign: str, now_us: int) -> None:
        zone = self._campaigns[campaign].zone
        tomorrow = day_of(now_us, zone) + timedelta(days=1)
        self._engine.send(StartTimer(key=(DAY, campaign), at_us=begins_us(tomorrow, zone)))

    def _registers_told(self, event: LeadsLeased | NumbersChecked) -> None:
        if event.registers_from_us != self._registers:
            self._registers = event.registers_from_us
            self._engine.publish(
                RegistersSeen(at_us=event.at_us, cause_id=event.cause_id, registers_from_us=self._registers)
            )
