"""How attempts end: with nobody at the other end, or with the contact that came of them. Each is told once.

A call that a trunk would not carry goes another way, as long as there is one; a number that a trunk says is
none waits until that is believed (`doubted`). Then the lead comes up again, or never does (`results`).
"""

from __future__ import annotations

from core.engine import Engine
from core.model.attempt import AttemptState, AttemptTrigger
from core.model.attempt_events import AnotherWayAsked, AttemptEnded, InvalidSettled, NoOtherWay
from core.model.commands import CancelTimer
from core.model.disposition import USUAL
from core.model.lead_orders import SettleLead
from core.model.message import Event
from dialer.attempts import Attempt, AttemptBook
from dialer.desk import CampaignDesk
from dialer.doubted import Doubted
from dialer.progress import TRIGGERS, TRUNK_AT_FAULT, Unanswered
from dialer.results import settlement
from dialer.ways_out import WaysOut


class Endings:
    """The feature that ends attempts; `OutboundCalls` says when."""

    def __init__(
        self, engine: Engine, desk: CampaignDesk, book: AttemptBook, ways: WaysOut, doubted: Doubted
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._book = book
        self._ways = ways
        self._doubted = doubted
        engine.subscribe(NoOtherWay, self._no_other_way)
        engine.subscribe(InvalidSettled, self._settled)

    def unanswered(self, attempt: Attempt, reason: Unanswered, why: Event) -> None:
        """Go another way where the trunk is at fault and there is one; end the attempt where not."""
        attempt.disposition = reason
        if reason in TRUNK_AT_FAULT and not attempt.rang and self._ways.has_other(attempt, why.at_us):
            self._go_another_way(attempt, why)
        else:
            self._fail(attempt, reason, why)

    def _go_another_way(self, attempt: Attempt, why: Event) -> None:
        """Leave a trunk that would not carry the call for another; it is the same attempt still."""
        attempt.refused_by += (attempt.trunk,)
        self._book.take_leg(attempt)
        self._engine.send(CancelTimer(key=attempt.timer))
        self._engine.publish(
            AnotherWayAsked(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=attempt.rules.name,
                attempt_id=attempt.attempt_id,
                trunk=attempt.trunk,
            )
        )

    def _no_other_way(self, event: NoOtherWay) -> None:
        attempt = self._book.get(event.attempt_id)
        if attempt is not None and attempt.state is AttemptState.DIALING:
            self._fail(attempt, Unanswered(attempt.disposition), event)

    def _fail(self, attempt: Attempt, reason: Unanswered, why: Event) -> None:
        self._book.move(attempt, TRIGGERS[reason])
        self._book.hang_up(attempt)
        self._desk[attempt.rules.name].count_unanswered(attempt, why.at_us)
        attempt.ended_us = why.at_us
        if reason is not Unanswered.INVALID or not self._doubted.holds(attempt, why):
            self.finish(attempt, why)

    def _settled(self, event: InvalidSettled) -> None:
        """Go on with an attempt whose number was said not to exist."""
        attempt = self._book.get(event.attempt_id)
        if attempt is not None and attempt.state is AttemptState.FAILED:
            if event.is_the_trunk:
                attempt.disposition = Unanswered.UNREACHABLE
            self.finish(attempt, event)

    def finish(self, attempt: Attempt, why: Event) -> None:
        """Write the attempt down, and say when its lead comes up again."""
        assert attempt.outcome is not None
        if not attempt.disposition:
            attempt.disposition = USUAL[attempt.outcome]
        record = attempt.record(why.at_us)
        again = settlement(attempt, record)
        self._book.move(attempt, AttemptTrigger.FINISH if again.again_us is None else AttemptTrigger.PUT_BACK)
        self._book.forget(attempt)
        self._engine.send(CancelTimer(key=attempt.timer))
        self._engine.send(
            SettleLead(
                campaign=attempt.rules.name,
                lead_id=attempt.lead.lead_id,
                lease_id=attempt.lease_id,
                record=record,
                forbidden=attempt.forbidden,
                **again._asdict(),
            )
        )
        self._engine.publish(
            AttemptEnded(
                at_us=why.at_us,
                cause_id=why.cause_id,
                campaign=attempt.rules.name,
                lead_id=attempt.lead.lead_id,
                outcome=record.outcome,
                record=record,
                contact_id=attempt.contact_id,
            )
        )
