"""The campaigns of the house: what each holds while it runs, who starts and pauses them, and their states.

Requests come from campaign managers; a campaign that `starts` by itself does so when the telephone system is
there for the first time. While the link to it is down nobody is dialed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.engine import Engine
from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import RequestRefused
from core.kernel.record import Entity
from core.model.at_work import AtWork
from core.model.attempt import AttemptState
from core.model.campaign_events import CampaignChanged
from core.model.campaign_requests import (
    AnswerCampaign,
    CampaignRequest,
    CampaignStanding,
    DescribeCampaign,
    PauseCampaign,
    RestoreCampaign,
    StartCampaign,
)
from core.model.events import PbxLost, PbxSynced
from core.model.hindrance import Hindrance
from core.model.lead import Lead
from core.model.message import Event
from dialer.allowance import Allowance
from dialer.at_work import pacing_of
from dialer.attempts import Attempt, AttemptBook
from dialer.back_off import BackOff, BackOffRules
from dialer.campaign import AT_WORK, CAMPAIGN, CampaignRules, CampaignState, CampaignTrigger, Mode
from dialer.cohorts import Cohorts
from dialer.floor_watch import Crew
from dialer.goals import Reached
from dialer.hopper import Hopper
from dialer.lines import TokenBucket
from dialer.modes import Pace
from dialer.pacing import Learned
from dialer.progress import TRUNK_AT_FAULT

UNKNOWN = "unknown_campaign"
BACK_OFF = BackOffRules(
    failures_max=20, lasting_us=3 * SECOND_US, first_us=10 * SECOND_US, longest_us=60 * SECOND_US
)
"""When a campaign rests whose calls fail before any telephone rings. A list whose every second number is dead
has so many in a row once in a million calls: something of ours is broken, and the list is spared. In a burst
the dead ones are told first, and within three seconds the others ring."""


class Campaign(Entity, kw_only=True):
    """One campaign at work; `state` changes only through `CampaignDesk.move`, `rules` through `Steering`.

    `at_work` is what of the rules is not as the configuration file has it. `begins`: it dials as soon as the
    telephone system is there. `ticks`: its timer runs. `looks`: it will decide before the turn is over.
    `back_off` is about calls that fail with no trunk to blame.
    """

    rules: CampaignRules
    hopper: Hopper
    reached: Reached
    crew: Crew
    pace: Pace
    bucket: TokenBucket
    allowance: Allowance
    learned: Learned
    cohorts: Cohorts
    back_off: BackOff
    state: CampaignState = CAMPAIGN.start
    begins: bool = False
    hindrances: tuple[Hindrance, ...] = (Hindrance.STOPPED,)
    ticks: bool = False
    looks: bool = False
    refreshed_us: int = 0
    turn: int = 0
    at_work: AtWork = AtWork()

    @property
    def is_at_work(self) -> bool:
        """Tell whether it dials as soon as it can."""
        return self.state in AT_WORK

    def wants(self, lead: Lead, now_us: int) -> bool:
        """Tell whether a call to the lead may still bring something that there is not enough of."""
        rules, reached = self.rules, self.reached
        return reached.has_room(rules.parting.segment_of(lead)) and not reached.enough(now_us, rules.zone)

    @property
    def dials_by_itself(self) -> bool:
        """Tell whether there is any sense in dialing: agents are there, or none are needed."""
        match self.rules.mode:
            case Mode.MANUAL:
                return False
            case Mode.AGENTLESS:
                return True
        return bool(self.crew)

    # --- what its calls come to: for the pacer's laws, and for the budgets of the law -------------------
    # What an earlier run dialed is in no cohort of ours, and counted from the store.

    def count_unanswered(self, attempt: Attempt, now_us: int) -> None:
        """Count that nobody answered; where no telephone could ring nothing is learned of people."""
        if attempt.is_recalled:
            return
        if attempt.outcome is not AttemptState.FAILED:
            self._learn(attempt, now_us, answered=False)
            return
        self.cohorts.withdraw(attempt.traits, seconds(attempt.dialed_us))
        if attempt.disposition not in TRUNK_AT_FAULT:  # those rest by themselves
            self.back_off.failed(attempt.dialed_us, now_us)

    def count_machine(self, attempt: Attempt, now_us: int) -> None:
        """Count that a machine answered, which is let go."""
        if not attempt.is_recalled:
            self._learn(attempt, now_us, answered=False)
            self.allowance.machine(attempt.number.country, attempt.dialed_us, now_us)

    def count_answer(self, attempt: Attempt, now_us: int) -> None:
        """Count that a person answered."""
        if not attempt.is_recalled:
            self._learn(attempt, now_us, answered=True)
            self.allowance.answered(attempt.number.country, attempt.dialed_us, now_us)

    def count_drop(self, attempt: Attempt, now_us: int) -> None:
        """Count that a person who answered found no agent in time."""
        if not attempt.is_recalled:
            self.allowance.abandoned(attempt.number.country, attempt.dialed_us, now_us)

    def _learn(self, attempt: Attempt, now_us: int, *, answered: bool) -> None:
        """Count that a telephone was reached, and whether a person answered it."""
        self.back_off.succeeded(attempt.dialed_us)
        self.cohorts.end(attempt.traits, seconds(attempt.dialed_us), seconds(now_us), answered=answered)


class CampaignDesk:
    """The feature that keeps the campaigns' states."""

    def __init__(self, engine: Engine, campaigns: Mapping[str, Campaign], book: AttemptBook) -> None:
        self._engine = engine
        self._campaigns = campaigns
        self._book = book
        self.is_linked = False
        engine.subscribe(PbxLost, self._lost)
        engine.subscribe(PbxSynced, self._synced)
        engine.serve(StartCampaign, self._start)
        engine.serve(PauseCampaign, self._pause)
        engine.serve(RestoreCampaign, self._restore)
        engine.subscribe(DescribeCampaign, self._describe)

    def __iter__(self) -> Iterator[Campaign]:
        return iter(self._campaigns.values())

    def __getitem__(self, name: str) -> Campaign:
        """Return a campaign of the configuration."""
        return self._campaigns[name]

    def find(self, name: str) -> Campaign | None:
        """Return a campaign, None where the configuration does not know it (any more)."""
        return self._campaigns.get(name)

    def move(self, campaign: Campaign, trigger: CampaignTrigger, why: Event, reason: str = "") -> None:
        """Change the campaign's state by its table, and tell everybody."""
        campaign.state = CAMPAIGN.after(campaign.state, trigger)
        self._engine.publish(
            CampaignChanged(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=campaign.rules.name,
                state=campaign.state,
                reason=reason,
            )
        )

    def _start(self, request: StartCampaign) -> None:
        self._ask(request, CampaignTrigger.START)

    def _pause(self, request: PauseCampaign) -> None:
        self._ask(request, CampaignTrigger.PAUSE)

    def _restore(self, request: RestoreCampaign) -> None:
        """Go on as in the run before: who dialed then dials, who was paused waits to be started."""
        self.named(request).begins = request.state in AT_WORK

    def _describe(self, request: DescribeCampaign) -> None:
        campaign = self._campaigns.get(request.campaign)
        self._engine.send(
            AnswerCampaign(
                campaign=request.campaign,
                request_id=request.request_id,
                code="" if campaign else UNKNOWN,
                reason="" if campaign else self._refusal(request),
                standing=self._standing(campaign, request.at_us) if campaign else None,
            )
        )

    def _standing(self, campaign: Campaign, now_us: int) -> CampaignStanding:
        name, own = campaign.rules.name, campaign.reached.own
        return CampaignStanding(
            state=campaign.state,
            agents=len(campaign.crew.present),
            idle=campaign.crew.idle,
            calls=self._book.lines(name),
            ringing=sum(1 for _ in self._book.unclassified(name)),
            ahead=len(campaign.hopper),
            attempts=own.attempts,
            contacts=own.contacts,
            sales=own.sales,
            hindrances=campaign.hindrances,
            caps=campaign.allowance.standings(now_us),
            pacing=pacing_of(campaign.rules),
            at_work=campaign.at_work,
        )

    def named(self, request: CampaignRequest) -> Campaign:
        """Return the campaign that a request names; refuse where there is none."""
        campaign = self._campaigns.get(request.campaign)
        if campaign is None:
            raise RequestRefused(UNKNOWN, self._refusal(request))
        return campaign

    def _refusal(self, request: CampaignRequest) -> str:
        known = ", ".join(self._campaigns) or "none"
        return f"there is no campaign {request.campaign!r}; there are: {known}"

    def _ask(self, request: CampaignRequest, trigger: CampaignTrigger) -> None:
        campaign = self.named(request)
        if not CAMPAIGN.allows(campaign.state, trigger):
            raise RequestRefused("already_so", f"{request.campaign} is {campaign.state}")
        self.move(campaign, trigger, request)

    def _lost(self, event: PbxLost) -> None:
        self.is_linked = False

    def _synced(self, event: PbxSynced) -> None:
        self.is_linked = True
        for campaign in self:
            if campaign.begins and campaign.state is CampaignState.STOPPED:
                self.move(campaign, CampaignTrigger.START, event, "by_itself")
