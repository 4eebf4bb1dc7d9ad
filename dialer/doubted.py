"""Holds attempts whose number does not exist, as a trunk says, until it is known whether that is so.

That is seen a moment later: the trunk carries other calls, or says the same of all of them. What the trunk is
to blame for ends as not carried by it: the number keeps its good name, the lead comes up again, and the trunk
rests as after any refusals. Only then is the attempt written down; where the program dies meanwhile, it is
lost like any other under way, and the lead is dialed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.engine import Engine
from core.model.attempt_events import AnotherWayAsked, AttemptDialed, AttemptEnded, InvalidSettled
from core.model.campaign_events import TrunkDisbelieved
from core.model.commands import StartTimer
from core.model.events import LegAnswered, LegRinging, TimerFired
from core.model.message import Event
from dialer.attempts import Attempt, AttemptBook
from dialer.doubts import TOLD_WITHIN_US, Doubts, Settled
from dialer.progress import TRUNK_AT_FAULT, Unanswered

LOOK = "doubts"
"""The timers of this feature, one of each trunk."""
_SAYS_NOTHING = frozenset(map(str, TRUNK_AT_FAULT | {Unanswered.LOST}))


class Doubted:
    """The feature; what it settles is told as `InvalidSettled`."""

    def __init__(self, engine: Engine, book: AttemptBook) -> None:
        self._engine = engine
        self._book = book
        self._doubts: dict[str, Doubts] = {}
        self._looking: dict[str, bool] = {}
        engine.subscribe(AttemptDialed, self._dialed)
        engine.subscribe(LegRinging, self._reached)
        engine.subscribe(LegAnswered, self._reached)
        engine.subscribe(AnotherWayAsked, self._refused)
        engine.subscribe(AttemptEnded, self._ended)
        engine.on_timer(LOOK, self._timer_fired)

    def holds(self, attempt: Attempt, why: Event) -> bool:
        """Tell whether it is doubted that there is no such number; not where an agent waits on the line."""
        doubts = self._doubts.get(attempt.trunk)
        if doubts is None:
            return False
        if attempt.agent_first:
            doubts.refused(attempt.attempt_id)
            return False
        if not doubts.told(attempt.attempt_id, why.at_us):
            return False
        self._look_later(attempt.trunk, why.at_us)
        return True

    # --- what is heard of calls ------------------------------------------------------------------------

    def _dialed(self, event: AttemptDialed) -> None:
        attempt = self._book.get(event.attempt_id)
        if attempt is not None:
            self._doubts.setdefault(attempt.trunk, Doubts()).dialed(event.attempt_id, event.at_us)

    def _reached(self, event: LegRinging | LegAnswered) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is not None and attempt.trunk in self._doubts:
            self._doubts[attempt.trunk].came(attempt.attempt_id)

    def _refused(self, event: AnotherWayAsked) -> None:
        if event.trunk in self._doubts:
            self._doubts[event.trunk].refused(event.attempt_id)

    def _ended(self, event: AttemptEnded) -> None:
        record = event.record
        doubts = self._doubts.get(record.trunk)
        if doubts is None:
            return
        if record.disposition in _SAYS_NOTHING:
            doubts.refused(record.attempt_id)
        elif record.disposition != Unanswered.INVALID:
            doubts.came(record.attempt_id)

    # --- what is known a moment later --------------------------------------------------------------------

    def _timer_fired(self, event: TimerFired) -> None:
        self._look(event.key[1], event)

    def _look_later(self, trunk: str, now_us: int) -> None:
        if not self._looking.get(trunk):
            self._looking[trunk] = True
            self._engine.send(StartTimer(key=(LOOK, trunk), at_us=now_us + TOLD_WITHIN_US))

    def _look(self, trunk: str, why: Event) -> None:
        doubts = self._doubts[trunk]
        settled = doubts.settle(why.at_us)
        self._tell(trunk, [each for each in settled if each.is_the_trunk], why)
        for each in settled:
            self._engine.publish(
                InvalidSettled(
                    at_us=why.at_us,
                    cause_id=why.cause_id,
                    attempt_id=each.attempt_id,
                    is_the_trunk=each.is_the_trunk,
                )
            )
        self._looking[trunk] = False
        if doubts.any_open:
            self._look_later(trunk, why.at_us)

    def _tell(self, trunk: str, made_up: Iterable[Settled], why: Event) -> None:
        """Tell each campaign how many of its numbers the trunk would have spoilt."""
        attempts = (self._book.get(each.attempt_id) for each in made_up)
        for campaign, count in Counter(each.rules.name for each in attempts if each is not None).items():
            self._engine.publish(
                TrunkDisbelieved(
                    at_us=why.at_us, cause_id=why.cause_id, campaign=campaign, trunk=trunk, attempts=count
                )
            )
