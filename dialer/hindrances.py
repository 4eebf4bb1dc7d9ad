"""Why does it not dial? Looks at what keeps each campaign from it, and tells when that changes.

What comes and goes with the pace (agents who talk, calls per second) is no hindrance: a campaign without any
dials as soon as an agent will be free.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignChanged, CampaignHindered
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.hindrance import Hindrance
from core.model.message import Event
from dialer.allowance import Stance
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignState
from dialer.desk import Campaign, CampaignDesk
from dialer.ways_out import WaysOut

LOOK = "hindrances"
"""The timers of this feature."""
LOOK_EVERY_US = 10 * SECOND_US

_AT_REST = {
    CampaignState.STOPPED: Hindrance.STOPPED,
    CampaignState.PAUSED: Hindrance.PAUSED,
    CampaignState.ENDED: Hindrance.ENDED,
}
_STANCES = {Stance.UNKNOWN: Hindrance.NOT_COUNTED, Stance.RESTING: Hindrance.RESTING}


class Hindrances:
    """The feature; what it finds stands in `Campaign.hindrances`."""

    def __init__(self, engine: Engine, desk: CampaignDesk, book: AttemptBook, ways: WaysOut) -> None:
        self._engine = engine
        self._desk = desk
        self._book = book
        self._ways = ways
        engine.subscribe(CampaignChanged, self._changed)
        engine.on_timer(LOOK, self._timer_fired)

    def _changed(self, event: CampaignChanged) -> None:
        self._look(self._desk[event.campaign], event)

    def _timer_fired(self, event: TimerFired) -> None:
        self._look(self._desk[event.key[1]], event)

    def _look(self, campaign: Campaign, why: Event) -> None:
        """Tell where it is others than before; look again while the campaign is at work."""
        name, found = campaign.rules.name, tuple(self._hindrances(campaign, why.at_us))
        if found != campaign.hindrances:
            campaign.hindrances = found
            forbidden = tuple(campaign.hopper.turned_away) if Hindrance.NOT_ALLOWED in found else ()
            self._engine.publish(
                CampaignHindered(
                    at_us=why.at_us, cause_id=why.cause_id, campaign=name, by=found, rules=forbidden
                )
            )
        if campaign.is_at_work:
            self._engine.send(StartTimer(key=(LOOK, name), at_us=why.at_us + LOOK_EVERY_US))

    def _hindrances(self, campaign: Campaign, now_us: int) -> Iterator[Hindrance]:
        if campaign.state in _AT_REST:
            yield _AT_REST[campaign.state]
            return
        rules = campaign.rules
        if not self._desk.is_linked:
            yield Hindrance.NOT_LINKED
        if not rules.is_open(now_us):
            yield Hindrance.OUT_OF_SCHEDULE
        elif not campaign.dials_by_itself:
            yield Hindrance.NO_AGENTS
        else:
            yield from self._of_leads(campaign)
        stance = campaign.allowance.stance(now_us)
        if stance in _STANCES:
            yield _STANCES[stance]
        if self._book.lines(rules.name) >= rules.lines_max:
            yield Hindrance.LINES
        if campaign.back_off.is_failing:
            yield Hindrance.NOTHING_RINGS
        if self._ways.are_failing(rules.name):
            yield Hindrance.TRUNKS_FAIL
        elif not self._ways.has_lines(rules.name, now_us):
            yield Hindrance.TRUNKS

    def _of_leads(self, campaign: Campaign) -> Iterator[Hindrance]:
        hopper = campaign.hopper
        if len(hopper) or (campaign.state is CampaignState.DIALING and not hopper.is_cut_off):
            return
        if hopper.is_cut_off:
            yield Hindrance.STORE_AWAY
        elif hopper.turned_away:
            yield Hindrance.NOT_ALLOWED
        else:
            yield Hindrance.LIST_DRY
