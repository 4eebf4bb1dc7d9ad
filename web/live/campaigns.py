"""The topic of campaigns: how each stands, paces and keeps to its caps, and why it does not dial.

What the engine tells comes with its events; how far the lists have been worked only the store knows. It is
asked about a campaign whose attempts changed something, and seldom: of a million leads the answer takes time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count

import structlog

from core.kernel.clock import Clock
from core.kernel.errors import RequestRefused
from core.model.at_work import AtWork
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CapStanding
from core.model.campaign_requests import AnswerCampaign, DescribeCampaign
from core.model.campaign_results import CampaignProgress
from core.model.commands import DeskCommand
from core.model.message import DomainEvent
from core.model.quality import PPM
from dialer.at_work import names_set, pacing_of
from dialer.campaign import CampaignRules
from metrics.campaigns_now import CampaignNow, CampaignsNow
from metrics.today import date_of, midnight_us
from web.front import FrontOffice
from web.live.topic import CAMPAIGNS, Change
from web.ports import CampaignRecords
from web.views.floor import CampaignView, CapView

log = structlog.get_logger()

ASK_EVERY_S = 10.0
"""How often the store is asked about campaigns that work their lists."""
REST = 20
"""It is left in peace for so many times as long as it took to answer: lists of millions take seconds."""
ANYWAY = 6
"""Of so many rounds one asks about all: callbacks fall due by themselves."""


class Campaigns:
    """The fold of the topic."""

    topics = (CAMPAIGNS,)

    def __init__(self, rules: Mapping[str, CampaignRules]) -> None:
        self.rules = rules
        self.wanted = asyncio.Event()
        """Somebody wants the store to be asked now."""
        zones = {name: each.zone for name, each in rules.items()}
        self._now = CampaignsNow({name: pacing_of(each) for name, each in rules.items()}, zones)
        self._progress: dict[str, CampaignProgress] = {}
        self._worked: dict[str, None] = {}
        self._touched: dict[str, None] = {}

    # --- hearing --------------------------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        self._now.add(event)
        if isinstance(event, AttemptEnded):
            self._worked[event.campaign] = None

    def show(self, command: DeskCommand) -> None:
        """Pass over what agents' screens show."""

    def tick(self, now_us: int) -> None:
        """Hear what time it is: at midnight where it is the figures of a campaign begin anew."""
        self._now.pass_to(now_us)

    def look_again(self, name: str) -> None:
        """Have the store asked about a campaign now: its lists are others."""
        self._worked[name] = None
        self.wanted.set()

    def take_worked(self) -> list[str]:
        """Return the campaigns of which the store may tell something new by now."""
        worked, self._worked = list(self._worked), {}
        self.wanted.clear()
        return [name for name in worked if name in self.rules]

    def described(self, answer: AnswerCampaign) -> None:
        """Hear how the engine itself says that a campaign stands."""
        if answer.standing is not None:
            self._now.describe(answer.campaign, answer.standing)

    def progressed(self, name: str, progress: CampaignProgress) -> None:
        """Hear how far the lists of a campaign have been worked."""
        self._progress[name] = progress
        self._touched[name] = None

    def at_work(self, name: str) -> AtWork:
        """Return what is set at work for a campaign."""
        return self._now[name].at_work

    def begun_us(self, now_us: int) -> int:
        """Return the midnight at which the first of the campaigns' running days began; now without any."""
        zones = dict.fromkeys(each.zone for each in self.rules.values())
        return min((midnight_us(date_of(now_us, zone), zone) for zone in zones), default=now_us)

    # --- showing ----------------------------------------------------------------------------------------

    def changes(self) -> Iterable[Change]:
        """Yield the rows that may have changed."""
        touched, self._touched = self._touched, {}
        for name in self._now.take_changed() | touched:
            progress = self._progress.get(name, CampaignProgress())
            yield Change(CAMPAIGNS, name, campaign_view(self.rules[name], self._now[name], progress))


class CampaignClerk:
    """Asks the engine and the store what no event tells; it runs beside the live side."""

    def __init__(self, fold: Campaigns, front: FrontOffice, records: CampaignRecords, clock: Clock) -> None:
        self._fold = fold
        self._front = front
        self._records = records
        self._clock = clock
        self._undescribed = dict.fromkeys(fold.rules)
        self._is_store_away = False

    async def run(self) -> None:
        """Ask how campaigns stand, until the engine says so, and how far the lists are that are worked."""
        now_s = asyncio.get_running_loop().time
        for nth in count():
            await self._describe_others()
            began_s = now_s()
            worked = self._fold.take_worked()
            for name in worked if nth % ANYWAY else self._fold.rules:
                await self._ask_store(name)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(ASK_EVERY_S, REST * (now_s() - began_s))):
                    await self._fold.wanted.wait()

    async def _describe_others(self) -> None:
        """Ask the engine about campaigns of which it has not said yet how they stand: it may be away."""
        for name in list(self._undescribed):
            try:
                answer = await self._front.ask(DescribeCampaign(at_us=self._clock.now_us(), campaign=name))
                assert isinstance(answer, AnswerCampaign)
                self._fold.described(answer)
            except TimeoutError:
                return  # the next one would wait as long in vain
            except RequestRefused:
                log.warning("campaign_unknown_to_engine", campaign=name)
            del self._undescribed[name]

    async def _ask_store(self, name: str) -> None:
        try:
            self._fold.progressed(name, await self._records.progress(name))
        except OSError as error:  # TimeoutError is one
            # Said once: the store may be away for hours.
            if not self._is_store_away:
                log.warning("progress_unknown", campaign=name, error=str(error))
            self._is_store_away = True
        else:
            self._is_store_away = False


def campaign_view(rules: CampaignRules, now: CampaignNow, progress: CampaignProgress) -> CampaignView:
    """Return how a campaign stands."""
    pacing, today = now.pacing, now.today
    return CampaignView(
        name=rules.name,
        state=now.state,
        queue=rules.queue,
        mode=pacing.mode or "",
        idle_because=tuple(now.hindered_by),
        forbidden_by=now.forbidden_by,
        lines_max=pacing.lines_max or 0,
        lines_per_agent=(pacing.lines_per_agent_ppm or 0) / PPM,
        share_max=(pacing.share_max_ppm or 0) / PPM,
        set_at_work=names_set(now.at_work),
        in_flight=len(now.in_flight),
        dialed=now.dialed,
        answered=today.answered,
        connected=today.of(AttemptState.CONNECTED),
        abandoned=today.of(AttemptState.DROPPED),
        machines=today.of(AttemptState.MACHINE),
        over=today.attempts,
        caps=tuple(map(cap_view, now.caps)),
        leads=progress.leads,
        leads_tried=progress.tried,
        leads_done=progress.done,
        callbacks_due=progress.callbacks_due,
    )


def cap_view(cap: CapStanding) -> CapView:
    """Return how a campaign stands with a cap."""
    return CapView(
        rule=cap.rule,
        window=cap.window,
        drop_group=cap.drop_group,
        answered=cap.answered,
        abandoned=cap.abandoned,
        share=cap.share_ppm / PPM,
        upper=cap.upper_ppm / PPM,
        cap=cap.cap_ppm / PPM,
    )
