"""Keeps what campaigns learn: told to the ledger while they dial, and taken up by the next run."""

from __future__ import annotations

from core.engine import Engine
from core.kernel.clock import SECOND_US, seconds
from core.model.campaign_events import CampaignChanged, CampaignLearned
from core.model.campaign_requests import RestoreExperience
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.ids import TimerKey
from core.model.message import Event
from dialer.desk import Campaign, CampaignDesk
from dialer.experience import experience_of, take_up

TELL_EVERY_US = 600 * SECOND_US
"""What is lost when the program dies: ten minutes of learning."""


class ExperienceKeeper:
    """The feature that lets the next morning start warm."""

    def __init__(self, engine: Engine, desk: CampaignDesk) -> None:
        self._engine = engine
        self._desk = desk
        # How many calls had been counted when it was told last, of those whose timers run.
        self._told: dict[str, int] = {}
        engine.subscribe(CampaignChanged, self._campaign_changed)
        engine.on_timer("experience", self._time_has_come)
        engine.serve(RestoreExperience, self._restore)

    def _campaign_changed(self, event: CampaignChanged) -> None:
        campaign = self._desk[event.campaign]
        if not campaign.is_at_work:
            self._tell(campaign, event)
        elif event.campaign not in self._told:
            self._told[event.campaign] = campaign.cohorts.counted
            self._wait(campaign, event)

    def _time_has_come(self, event: TimerFired) -> None:
        campaign = self._desk[event.key[1]]
        self._tell(campaign, event)
        if campaign.is_at_work:
            self._wait(campaign, event)
        else:
            del self._told[campaign.rules.name]

    def _wait(self, campaign: Campaign, why: Event) -> None:
        self._engine.send(StartTimer(key=_timer(campaign), at_us=why.at_us + TELL_EVERY_US))

    def _tell(self, campaign: Campaign, why: Event) -> None:
        """Tell what is known by now, if anything came to it."""
        name, counted = campaign.rules.name, campaign.cohorts.counted
        if counted == self._told.get(name, counted):
            return
        self._told[name] = counted
        self._engine.publish(
            CampaignLearned(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=name,
                experience=experience_of(campaign.learned),
            )
        )

    def _restore(self, request: RestoreExperience) -> None:
        """Begin with what an earlier run knew; what this run has seen already is worth more."""
        campaign = self._desk.named(request)
        if not campaign.cohorts.counted:
            take_up(campaign.learned, request.experience, seconds(request.at_us))
            campaign.pace.refresh()


def _timer(campaign: Campaign) -> TimerKey:
    return ("experience", campaign.rules.name)
