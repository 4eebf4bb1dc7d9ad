"""Dialing: decides how many, asks the store for its last word on each number, and rings those who may be.

    an agent is freed, or half a second is over -> how many? (`modes`) -> leads out of the hopper, PLANNED
    -> CheckNumbers -> NumbersChecked -> the law, at this very moment -> RingLeg, DIALING
                                                                      -> forbidden: the lead goes back

The store's word is no older than the message that brings it: who was put on a do-not-call list a moment ago
is not dialed, nor whom another engine is at. What is dialed is followed by `outbound_calls`. A call that
rings is never ended to correct.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.engine import Engine
from core.kernel.clock import SECOND_US, seconds
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.attempt import AttemptState, AttemptTrigger
from core.model.attempt_events import AgentWanted, AnotherWayAsked, AttemptDialed, AttemptPutBack, NoOtherWay
from core.model.campaign_events import CampaignChanged, PaceAsked
from core.model.commands import LookUpCustomer, RingLeg, StartTimer
from core.model.detection import Detection
from core.model.events import AgentStateChanged, TimerFired
from core.model.ids import AgentId, ContactId, Ids, LegId
from core.model.lead_orders import (
    CheckNumbers,
    LeadsLeased,
    LeadsUnavailable,
    NumbersChecked,
    NumbersUnchecked,
    ReturnLeads,
)
from core.model.message import Event
from dialer.asking import asked, located, next_allowed_us, waits_for_agent
from dialer.attempts import ATTEMPT_ID, Attempt, AttemptBook
from dialer.campaign import CampaignState, CampaignTrigger, Mode
from dialer.desk import Campaign, CampaignDesk
from dialer.floor_watch import FloorWatch
from dialer.hopper import Held
from dialer.latest import Latest
from dialer.lease import let_go
from dialer.permission import LOOK_AGAIN_US, Verdict
from dialer.ways_out import WaysOut

REFRESH_US = 20 * SECOND_US
"""How often what was learned is looked at anew: it moves slowly, and a look costs a millisecond."""
TURN = 1_000_000
"""What each lead puts its campaign back, over its weight: who is furthest ahead looks last for an agent."""
LOOK_UP_US = 2 * SECOND_US
"""A customer's record may take so long: nobody answers sooner, and few fail to ring for longer."""


class Dialing:
    """The feature that dials."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        desk: CampaignDesk,
        book: AttemptBook,
        watch: FloorWatch,
        ways: WaysOut,
        latest: Latest,
    ) -> None:
        self._engine = engine
        self._latest = latest
        self._ways = ways
        self._ids = ids
        self._desk = desk
        self._book = book
        self._watch = watch
        self._checked: dict[str, list[Attempt]] = {}
        engine.subscribe(CampaignChanged, self._campaign_changed)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(PaceAsked, self._pace_asked)
        engine.on_timer("campaign", self._timer_fired)
        engine.subscribe(LeadsLeased, self._leased)
        engine.subscribe(LeadsUnavailable, self._not_leased)
        engine.subscribe(NumbersChecked, self._numbers_checked)
        engine.subscribe(NumbersUnchecked, self._unchecked)
        engine.subscribe(AnotherWayAsked, self._another_way)

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
                self._engine.publish(
                    AgentWanted(at_us=why.at_us, cause_id=why.cause_id, attempt_id=attempt.attempt_id)
                )
        self.check([attempt for attempt in attempts if not attempt.agent_first], why.at_us)

    def plan_by_hand(self, campaign: Campaign, held: Held, why: Event) -> None:
        """Have a number dialed that an agent asked for, who is on the line first."""
        attempt = self._planned(campaign, held, why.at_us)
        attempt.mode, attempt.agent_first, attempt.preview_us = Mode.MANUAL, True, 0
        self._engine.publish(
            AgentWanted(at_us=why.at_us, cause_id=why.cause_id, attempt_id=attempt.attempt_id)
        )

    def check(self, attempts: Sequence[Attempt], now_us: int) -> None:
        """Ask the store for its last word on leads of one campaign, who are dialed when it comes."""
        if not attempts:
            return
        check_id = self._ids.new("K")
        self._checked[check_id] = list(attempts)
        rules = attempts[0].rules
        self._engine.send(
            CheckNumbers(
                campaign=rules.name,
                check_id=check_id,
                numbers=tuple(attempt.number.number for attempt in attempts),
                person_ids=tuple(attempt.lead.person_id for attempt in attempts),
                attempt_ids=tuple(attempt.attempt_id for attempt in attempts),
                until_us=now_us + rules.lease_us,
            )
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

    # --- the last word ------------------------------------------------------------------------------------

    def _unchecked(self, event: NumbersUnchecked) -> None:
        """Dial nobody: who stands on which list is not known. The leads are tried again."""
        for attempt in self._checked.pop(event.check_id, ()):
            attempt.holds_number = True  # perhaps: the store may have begun
            if self._book.get(attempt.attempt_id) is None:
                let_go(self._engine, attempt)
            else:
                self.put_back(attempt, event.at_us + attempt.rules.look_again_us, event)

    def _numbers_checked(self, event: NumbersChecked) -> None:
        campaign = self._desk[event.campaign]
        attempts = self._checked.pop(event.check_id, [])
        for attempt, listed_on, past in zip(attempts, event.listed_on, event.past, strict=True):
            attempt.holds_number = attempt.attempt_id not in event.engaged
            if self._book.get(attempt.attempt_id) is None:
                let_go(self._engine, attempt)
            elif not (campaign.is_at_work and self._desk.is_linked):
                self.put_back(attempt, None, event)
            elif attempt.waits_for_agent:  # the one is gone who was on the line for it
                let_go(self._engine, attempt)
            else:
                attempt.lead = replace(attempt.lead, past=past)
                self._dial_if_allowed(campaign, attempt, listed_on, event)

    def _dial_if_allowed(
        self, campaign: Campaign, attempt: Attempt, listed_on: tuple[str, ...], word: NumbersChecked
    ) -> None:
        if not attempt.holds_number or self._book.is_engaged(attempt):
            self.put_back(attempt, word.at_us + attempt.rules.look_again_us, word)
            return
        if not campaign.wants(attempt.lead, word.at_us):
            self.put_back(attempt, word.at_us + LOOK_AGAIN_US, word)
            return
        verdict = asked(
            attempt.rules,
            self._latest.told_of(attempt.lead),
            attempt.number,
            word.at_us,
            dict(word.registers_from_us),
            self._latest.listings(attempt.number.number, listed_on, word.at_us),
            agent_is_sure=attempt.agent_at_hand,
        )
        if verdict.allowed:
            self._dial(campaign, attempt, verdict, word)
        elif attempt.state is AttemptState.DIALING:
            self._tell_no_other_way(attempt, word)
        else:
            self._book.move(attempt, AttemptTrigger.FORBID)
            self._give_back(attempt, next_allowed_us([verdict], word.at_us), word, verdict.rules)

    def put_back(self, attempt: Attempt, again_us: int | None, why: Event) -> None:
        """Give a lead back that was not dialed; one that was comes to its end."""
        if attempt.state is AttemptState.DIALING:
            self._tell_no_other_way(attempt, why)
        else:
            self._book.move(attempt, AttemptTrigger.PUT_BACK)
            self._give_back(attempt, again_us, why)

    def _tell_no_other_way(self, attempt: Attempt, why: Event) -> None:
        self._engine.publish(
            NoOtherWay(at_us=why.at_us, cause_id=why.cause_id, attempt_id=attempt.attempt_id)
        )

    def _another_way(self, event: AnotherWayAsked) -> None:
        """Dial once more what no trunk has carried yet; all is asked anew, for it may be forbidden by now."""
        attempt = self._book.get(event.attempt_id)
        if attempt is not None:
            self.check([attempt], event.at_us)

    def _give_back(
        self, attempt: Attempt, again_us: int | None, why: Event, rules: tuple[str, ...] = ()
    ) -> None:
        self._book.forget(attempt)
        let_go(self._engine, attempt)
        self._engine.publish(
            AttemptPutBack(at_us=why.at_us, cause_id=why.cause_id, attempt_id=attempt.attempt_id, rules=rules)
        )
        if attempt.lease_id:  # what agents dial themselves is not leased
            self._engine.send(
                ReturnLeads(
                    campaign=attempt.rules.name,
                    lead_ids=(attempt.lead.lead_id,),
                    lease_id=attempt.lease_id,
                    again_us=again_us,
                )
            )

    # --- the call -------------------------------------------------------------------------------------------

    def _dial(self, campaign: Campaign, attempt: Attempt, verdict: Verdict, why: Event) -> None:
        rules = attempt.rules
        self._book.give_leg(attempt, LegId(self._ids.new("L")))
        address = self._ways.prepare(attempt, why.at_us)
        if address is None:
            wait_us = rules.look_again_us if self._ways.serve(attempt) else LOOK_AGAIN_US
            self.put_back(attempt, why.at_us + wait_us, why)
            return
        attempt.ordered_us, attempt.allowed_by = why.at_us, verdict.rules
        if attempt.state is AttemptState.PLANNED:
            self._book.move(attempt, AttemptTrigger.DIAL)
            attempt.dialed_us = why.at_us
            campaign.cohorts.launch(attempt.traits, seconds(why.at_us))
        self._engine.send(
            RingLeg(
                leg_id=attempt.leg_id,
                address=address,
                ring_timeout_us=rules.ring_timeout_us,
                caller_number=attempt.caller_id,
                tag=attempt.tag,
                detect_machine=_listened_for(attempt, campaign, why.at_us),
            )
        )
        self._engine.send(StartTimer(key=attempt.timer, at_us=attempt.due_us))
        if attempt.lead.customer_id and not attempt.agent_first:
            self._look_up(attempt)
        self._engine.publish(
            AttemptDialed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=rules.name,
                attempt_id=attempt.attempt_id,
                lead_id=attempt.lead.lead_id,
                leg_id=attempt.leg_id,
                mode=attempt.mode,
                rules=verdict.rules,
                agent_id=AgentId(attempt.agent_id) if attempt.agent_id else None,
                contact_id=attempt.contact_id,
                note=attempt.note,
                segment=attempt.lead_segment,
                tier=attempt.lead.tier,
            )
        )

    def _look_up(self, attempt: Attempt) -> None:
        """Have the customer's record brought while the phone rings, for the screen of who gets the call."""
        self._engine.send(
            LookUpCustomer(
                lookup_id=attempt.attempt_id,
                deadline_us=LOOK_UP_US,
                customer_id=attempt.lead.customer_id,
            )
        )


def _listened_for(attempt: Attempt, campaign: Campaign, now_us: int) -> Detection | None:
    """Return what tells a machine from a person; an agent who is on the line already does that."""
    machines = attempt.rules.machines
    if machines is None or attempt.agent_first or not campaign.allowance.may_misjudge(now_us):
        return None
    return machines.detection
