"""Placing calls: asks the store for its last word on each number and the law, and rings those who may be.

    PLANNED -> CheckNumbers -> NumbersChecked -> the law, at this very moment -> RingLeg, DIALING
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
from core.model.attempt import AttemptState, AttemptTrigger
from core.model.attempt_events import AnotherWayAsked, AttemptDialed, AttemptPutBack, NoOtherWay
from core.model.commands import LookUpCustomer, RingLeg, StartTimer
from core.model.detection import Detection
from core.model.ids import AgentId, Ids, LegId
from core.model.lead_orders import CheckNumbers, NumbersChecked, NumbersUnchecked, ReturnLeads
from core.model.message import Event
from dialer.asking import asked, next_allowed_us
from dialer.attempts import Attempt, AttemptBook
from dialer.desk import Campaign, CampaignDesk
from dialer.latest import Latest
from dialer.lease import let_go
from dialer.permission import LOOK_AGAIN_US, Verdict
from dialer.ways_out import WaysOut

LOOK_UP_US = 2 * SECOND_US
"""A customer's record may take so long: nobody answers sooner, and few fail to ring for longer."""


class Placing:
    """The feature that places calls."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        desk: CampaignDesk,
        book: AttemptBook,
        ways: WaysOut,
        latest: Latest,
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._desk = desk
        self._book = book
        self._ways = ways
        self._latest = latest
        self._checked: dict[str, list[Attempt]] = {}
        engine.subscribe(NumbersChecked, self._numbers_checked)
        engine.subscribe(NumbersUnchecked, self._unchecked)
        engine.subscribe(AnotherWayAsked, self._another_way)

    # --- the last word ------------------------------------------------------------------------------------

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
        """Ring the number by a way out that has room; without one the lead waits for it."""
        self._book.give_leg(attempt, LegId(self._ids.new("L")))
        address = self._ways.prepare(attempt, why.at_us)
        if address is None:
            wait_us = attempt.rules.look_again_us if self._ways.serve(attempt) else LOOK_AGAIN_US
            self.put_back(attempt, why.at_us + wait_us, why)
            return
        attempt.ordered_us, attempt.allowed_by = why.at_us, verdict.rules
        if attempt.state is AttemptState.PLANNED:
            self._book.move(attempt, AttemptTrigger.DIAL)
            attempt.dialed_us = why.at_us
            campaign.cohorts.launch(attempt.traits, seconds(why.at_us))
        self._engine.send(_ring(attempt, address, _listened_for(attempt, campaign, why.at_us)))
        self._engine.send(StartTimer(key=attempt.timer, at_us=attempt.due_us))
        if attempt.lead.customer_id and not attempt.agent_first:
            self._engine.send(look_up(attempt))  # for the screen of who gets the call
        self._engine.publish(_dialed(attempt, why))


def look_up(attempt: Attempt) -> LookUpCustomer:
    """Return the order to bring the record of the lead's customer, by the id of the attempt."""
    return LookUpCustomer(
        lookup_id=attempt.attempt_id, deadline_us=LOOK_UP_US, customer_id=attempt.lead.customer_id
    )


def _ring(attempt: Attempt, address: str, detection: Detection | None) -> RingLeg:
    return RingLeg(
        leg_id=attempt.leg_id,
        address=address,
        ring_timeout_us=attempt.rules.ring_timeout_us,
        caller_number=attempt.caller_id,
        tag=attempt.tag,
        detect_machine=detection,
    )


def _dialed(attempt: Attempt, why: Event) -> AttemptDialed:
    return AttemptDialed(
        at_us=why.at_us,
        cause_id=why.cause_id,
        campaign=attempt.rules.name,
        attempt_id=attempt.attempt_id,
        lead_id=attempt.lead.lead_id,
        leg_id=attempt.leg_id,
        mode=attempt.mode,
        rules=attempt.allowed_by,
        agent_id=AgentId(attempt.agent_id) if attempt.agent_id else None,
        contact_id=attempt.contact_id,
        note=attempt.note,
        segment=attempt.lead_segment,
        tier=attempt.lead.tier,
    )


def _listened_for(attempt: Attempt, campaign: Campaign, now_us: int) -> Detection | None:
    """Return what tells a machine from a person; an agent who is on the line already does that."""
    machines = attempt.rules.machines
    if machines is None or attempt.agent_first or not campaign.allowance.may_misjudge(now_us):
        return None
    return machines.detection
