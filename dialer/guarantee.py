"""Keeps the allowances of all campaigns in step with the store of attempts.

What earlier runs and other engines dialed counts as well: all that a window may hold when a campaign begins,
day by day, for a month is too long for one question; then every minute what is new. Our own attempts are
counted as they happen.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignChanged
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.lead_orders import AttemptsCounted, CountAttempts
from dialer.allowance import Allowance
from dialer.campaign import AT_WORK, CampaignRules
from dialer.law import DAY_US
from dialer.windows import MINUTE_US

COUNT = "count attempts"
"""The timers of this feature."""
LONGEST_WINDOW_US = 32 * DAY_US
"""How far back attempts are counted at the start: a month of 31 days, and a day for the zones."""
LATEST_US = 4 * 3_600 * SECOND_US
"""How far back they are counted later: an attempt is written when its talk is over."""
EVERY_US = 60 * SECOND_US
ASK_AGAIN_US = 5 * SECOND_US
"""When the store is asked again that has not answered."""


class Guarantee:
    """The allowances of all campaigns, kept in step with the store of attempts.

    `our_attempts` is what the identities of this run's attempts begin with: we count those ourselves.
    """

    def __init__(self, engine: Engine, campaigns: Mapping[str, CampaignRules], our_attempts: str) -> None:
        self._engine = engine
        self._allowances = {name: Allowance(rules) for name, rules in campaigns.items()}
        self._our_attempts = our_attempts
        self._counted_us: dict[str, int] = {}
        for allowance in self._allowances.values():
            allowance.group = [
                other for other in self._allowances.values() if other.rules.group == allowance.rules.group
            ]
        engine.subscribe(CampaignChanged, self._campaign_changed)
        engine.on_timer(COUNT, self._timer_fired)
        engine.subscribe(AttemptsCounted, self._attempts_counted)

    def of(self, campaign: str) -> Allowance:
        """Return the allowance of a campaign."""
        return self._allowances[campaign]

    def _campaign_changed(self, event: CampaignChanged) -> None:
        if event.state in AT_WORK:
            for member in self.of(event.campaign).group:
                if not member.is_known:
                    self._ask(member, event.at_us)

    def _timer_fired(self, event: TimerFired) -> None:
        self._ask(self.of(event.key[1]), event.at_us)

    def _ask(self, allowance: Allowance, now_us: int) -> None:
        """Ask what others dialed of late; before all is known, for the first day that is not."""
        name = allowance.rules.name
        if allowance.is_known:
            from_us, until_us, again_us = _minute(now_us - LATEST_US), _minute(now_us) + MINUTE_US, EVERY_US
        else:
            from_us = self._counted_us.setdefault(name, _minute(now_us - LONGEST_WINDOW_US))
            until_us, again_us = from_us + DAY_US, ASK_AGAIN_US
        self._engine.send(
            CountAttempts(campaign=name, from_us=from_us, until_us=until_us, apart_from=self._our_attempts)
        )
        self._engine.send(StartTimer(key=(COUNT, name), at_us=now_us + again_us))

    def _attempts_counted(self, event: AttemptsCounted) -> None:
        """Take the answer in; at the start ask for the next day, up to this one."""
        allowance = self.of(event.campaign)
        allowance.others_counted(event)
        if not allowance.is_known and event.from_us == self._counted_us[event.campaign]:
            self._counted_us[event.campaign] = event.until_us
            allowance.is_known = event.until_us > event.at_us
            if not allowance.is_known:
                self._ask(allowance, event.at_us)


def _minute(at_us: int) -> int:
    """Return when the minute of an instant begins; the clock of a simulated day begins at 0."""
    return max(0, at_us // MINUTE_US * MINUTE_US)
