"""Tells, for those who look on, how campaigns that dial stand with their caps on abandoned calls.

The dialer itself asks its allowance anew for every call. Told is what changed, at most every few seconds: a
busy campaign's standing is another one with each call, and nobody reads so fast.
"""

from __future__ import annotations

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignChanged, CapsStood, CapStanding
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.message import Event
from dialer.desk import CampaignDesk

CAPS = "caps"
"""The timers of this feature."""
LOOK_EVERY_US = 10 * SECOND_US


class CapWatch:
    """The feature; `_told` is what was told last of each campaign."""

    def __init__(self, engine: Engine, desk: CampaignDesk) -> None:
        self._engine = engine
        self._desk = desk
        self._told: dict[str, tuple[CapStanding, ...]] = {}
        engine.subscribe(CampaignChanged, self._changed)
        engine.on_timer(CAPS, self._timer_fired)

    def _changed(self, event: CampaignChanged) -> None:
        self._look(event.campaign, event)

    def _timer_fired(self, event: TimerFired) -> None:
        self._look(event.key[1], event)

    def _look(self, name: str, why: Event) -> None:
        """Tell how the campaign stands where that is new; look again while it is at work."""
        campaign = self._desk[name]
        caps = campaign.allowance.standings(why.at_us)
        if caps != self._told.get(name, ()):
            self._told[name] = caps
            self._engine.publish(CapsStood(at_us=why.at_us, cause_id=why.cause_id, campaign=name, caps=caps))
        if campaign.is_at_work:
            self._engine.send(StartTimer(key=(CAPS, name), at_us=why.at_us + LOOK_EVERY_US))
