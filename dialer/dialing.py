"""Dialing: decides when a campaign calls, and how many leads at once.

    an agent is freed, or half a second is over -> how many? (`modes`) -> leads out of the hopper, PLANNED
    PLANNED -> `placing`                     where agents wait for who answers
    PLANNED -> `agent_first` -> `placing`    where the agent is on the line before

Leads are leased ahead by the hopper, so nobody waits for the store when an agent is free.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.engine import Engine
from core.kernel.clock import SECOND_US, seconds
from core.model.agent import AgentState
from core.model.attempt_events import AgentWanted
from core.model.campaign_events import CampaignChanged, PaceAsked
from core.model.commands import StartTimer
from core.model.events import AgentStateChanged, TimerFired
from core.model.ids import ContactId, Ids
from core.model.lead_orders import LeadsLeased, LeadsUnavailable
from core.model.message import Event
from dialer.asking import located, waits_for_agent
from dialer.attempts import ATTEMPT_ID, Attempt, AttemptBook
from dialer.campaign import CampaignState, CampaignTrigger, Mode
from dialer.desk import Campaign, CampaignDesk
from dialer.floor_watch import FloorWatch
from dialer.hopper import Held
from dialer.placing import Placing
from dialer.ways_out import WaysOut

REFRESH_US = 20 * SECOND_US
"""How often what was learned is looked at anew: it moves slowly, and a look costs a millisecond."""
TURN = 1_000_000
"""What each lead puts its campaign back, over its weight: who is furthest ahead looks last for an agent."""


class Dialing:
    """The feature that decides when to dial, and how many."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        desk: CampaignDesk,
        book: AttemptBook,
        watch: FloorWatch,
        ways: WaysOut,
        placing: Placing,
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._desk = desk
        self._book = book
        self._watch = watch
        self._ways = ways
        self._placing = placing
        engine.subscribe(CampaignChanged, self._campaign_changed)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(PaceAsked, self._pace_asked)
        engine.on_timer("campaign", self._timer_fired)
        engine.subscribe(LeadsLeased, self._leased)
        engine.subscribe(LeadsUnavailable, self._not_leased)

    # --- when to look ---------------------------------------------------------------------------------

    def _campaign_changed(self, event: CampaignChanged) -> None:
        campaign = self._desk[event.campaign]
        if campaign.state is CampaignState.DIALING:
            # Who did not dial for a while has nothing to make up for.
            campaign.turn = max(each.turn for each in self._desk)
            self._ask(campaign, event)
        elif not campaign.is_at_work:
            campaign.hopper.empty()

    def _agent_changed(self, event: AgentStateChanged) -> None:
        """Look anew when an agent has nothing in hand, as soon as everybody has heard of it.

        In this very turn the agent may be given somebody who waits.
        """
        if event.new is AgentState.READY:
            campaigns = [self._desk[name] for name in self._watch.campaigns_of(event.agent_id)]
            for campaign in sorted(campaigns, key=lambda campaign: campaign.turn):
                self._ask(campaign, event)

    def _ask(self, campaign: Campaign, why: Event) -> None:
        if campaign.is_at_work and not campaign.looks:
            campaign.looks = True
            self._engine.publish(
                PaceAsked(at_us=why.at_us, cause_id=why.cause_id, campaign=campaign.rules.name)
            )

    def _pace_asked(self, event: PaceAsked) -> None:
        campaign = self._desk[event.campaign]
        campaign.looks = False
        if campaign.is_at_work:
            self._look(campaign, event)
            if not campaign.ticks:
                self._tick_on(campaign, event)

    def _timer_fired(self, event: TimerFired) -> None:
        campaign = self._desk[event.key[1]]
        campaign.ticks = False
        if campaign.is_at_work:
            self._look(campaign, event)
            self._tick_on(campaign, event)

    def _tick_on(self, campaign: Campaign, why: Event) -> None:
        """Look again in a while; where no agent is there, when one comes."""
        rules = campaign.rules
        if campaign.dials_by_itself:
            campaign.ticks = True
            wait_us = rules.tick_us if campaign.state is CampaignState.DIALING else rules.look_again_us
            at_us = max(why.at_us + wait_us, rules.opens_us(why.at_us))
            self._engine.send(StartTimer(key=("campaign", rules.name), at_us=at_us))

    # --- how many --------------------------------------------------------------------------------------

    def _look(self, campaign: Campaign, why: Event) -> None:
        now_us = why.at_us
        enough = campaign.reached.enough(now_us, campaign.rules.zone)
        if enough:
            self._desk.move(campaign, CampaignTrigger.END, why, enough)
        elif not campaign.rules.is_open(now_us):
            campaign.hopper.empty()
        elif self._desk.is_linked and campaign.dials_by_itself:
            self._dial_some(campaign, why)

    def _dial_some(self, campaign: Campaign, why: Event) -> None:
        now_us = why.at_us
        campaign.cohorts.fold(seconds(now_us))
        self._refresh(campaign, now_us)
        campaign.hopper.fill(now_us, campaign.crew.present)
        limit = self._limit(campaign, now_us)
        if limit <= 0:
            return
        floor = self._watch.floor(campaign.rules.name, now_us)
        room = campaign.allowance.room(limit, floor.spare, now_us)
        wanted = campaign.pace.calls(floor, campaign.hopper.segments, room, now_us)
        count = self._ways.room(campaign.rules, wanted, now_us)
        if count > 0:
            leads = self._take(campaign, count)
            campaign.bucket.take(len(leads))
            self._plan(campaign, leads, why)

    def _take(self, campaign: Campaign, count: int) -> list[Held]:
        hopper, crew = campaign.hopper, campaign.crew
        if campaign.rules.agents_first:
            return hopper.take_for(crew.idle_agents, crew.present, count)
        return hopper.take(count)

    def _limit(self, campaign: Campaign, now_us: int) -> int:
        """Return what lines, calls per second and leads allow; hardly any where all calls fail."""
        rules = campaign.rules
        lines = rules.lines_max - self._book.lines(rules.name)
        limit = min(lines, campaign.bucket.free(now_us), len(campaign.hopper))
        return campaign.back_off.room(limit, now_us, is_tried=self._book.has_unclassified(rules.name))

    def _refresh(self, campaign: Campaign, now_us: int) -> None:
        if now_us - campaign.refreshed_us >= REFRESH_US:
            campaign.refreshed_us = now_us
            campaign.crew.learn(now_us)
            campaign.pace.refresh()

    # --- leads -------------------------------------------------------------------------------------------

    def _leased(self, event: LeadsLeased) -> None:
        campaign = self._desk[event.campaign]
        is_dry = campaign.hopper.filled(event)
        if not campaign.is_at_work:
            campaign.hopper.empty()
        elif len(campaign.hopper):
            if campaign.state is CampaignState.DRY:
                self._desk.move(campaign, CampaignTrigger.REFILL, event)
            self._ask(campaign, event)
        elif is_dry and campaign.state is CampaignState.DIALING:
            self._desk.move(campaign, CampaignTrigger.RUN_DRY, event, "no_lead_may_come_up")

    def _not_leased(self, event: LeadsUnavailable) -> None:
        self._desk[event.campaign].hopper.not_filled(event.lease_id, event.at_us)

    def _plan(self, campaign: Campaign, leads: Sequence[Held], why: Event) -> None:
        """Have these leads dialed: at once, or when an agent is on the line for them."""
        campaign.turn += len(leads) * TURN // campaign.rules.weight
        attempts = [self._planned(campaign, held, why.at_us) for held in leads]
        for attempt in attempts:
            if attempt.agent_first:
                self._want_agent(attempt, why)
        self._placing.check([attempt for attempt in attempts if not attempt.agent_first], why.at_us)

    def plan_by_hand(self, campaign: Campaign, held: Held, why: Event) -> None:
        """Have a number dialed that an agent asked for, who is on the line first."""
        attempt = self._planned(campaign, held, why.at_us)
        attempt.mode, attempt.agent_first, attempt.preview_us = Mode.MANUAL, True, 0
        self._want_agent(attempt, why)

    def _want_agent(self, attempt: Attempt, why: Event) -> None:
        self._engine.publish(
            AgentWanted(at_us=why.at_us, cause_id=why.cause_id, attempt_id=attempt.attempt_id)
        )

    def _planned(self, campaign: Campaign, held: Held, now_us: int) -> Attempt:
        rules = campaign.rules
        attempt_id = self._ids.new(ATTEMPT_ID)
        attempt = Attempt(
            attempt_id=attempt_id,
            contact_id=ContactId(self._ids.new("C")),
            rules=rules,
            lead=held.lead,
            number=located(rules, held.number),
            lease_id=held.lease_id,
            segment=held.segment,
            traits=held.traits,
            planned_us=now_us,
            mode=rules.mode,
            agent_first=waits_for_agent(rules, held.lead),
            only_agent=held.agent_id,
            preview_us=rules.agents.preview_us if rules.mode is Mode.PREVIEW else 0,
        )
        self._book.add(attempt)
        return attempt
