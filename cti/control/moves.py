"""The moves of which the saga of a conversation is made: a step along its course, and what is done to legs.

`cti.control.saga` says which of them follow each other.
"""

from __future__ import annotations

from core.calls import CallBook
from core.engine import Engine
from core.model.commands import CancelTimer, JoinLeg, PlayMusic, StartTimer, TakeLeg
from core.model.contact import Contact
from core.model.control import TalkGivenOver
from core.model.ids import NO_LEG, LegId
from core.model.message import Event
from cti.control import facts
from cti.control.course import WAITING, CourseState, CourseTrigger
from cti.control.talk import Talk
from cti.control.targets import ControlRules

HOLD_STEP = "control:music"


class Moves:
    """What can be done to a conversation in hand; whoever does it says why."""

    def __init__(self, engine: Engine, calls: CallBook, rules: ControlRules) -> None:
        self._engine = engine
        self._calls = calls
        self._rules = rules

    # --- steps --------------------------------------------------------------------------------------

    def _step(self, talk: Talk, trigger: CourseTrigger, why: Event) -> None:
        """Move on, watch the time, and tell the desk."""
        talk.move(trigger)
        talk.contact.parted = talk.state is not CourseState.TALKING
        talk.tries = 0
        self.watch_time(talk, why)
        self._tell(talk, why)

    def watch_time(self, talk: Talk, why: Event) -> None:
        """Start the timer of the step in hand, or stop it where nothing is waited for."""
        if talk.state in WAITING:
            self._engine.send(StartTimer(key=talk.timer, at_us=why.at_us + self._rules.step_limit_us))
        elif talk.state is CourseState.CALLING:
            self._engine.send(StartTimer(key=talk.timer, at_us=why.at_us + self._rules.queue_limit_us))
        else:
            self._engine.send(CancelTimer(key=talk.timer))

    def _tell(self, talk: Talk, why: Event) -> None:
        self._engine.publish(facts.shown(talk, why))

    # --- legs ---------------------------------------------------------------------------------------

    def _take(self, talk: Talk, *legs: LegId) -> None:
        """Have one leg, or two, in our hands; one that is there already comes anew."""
        for leg_id in legs:
            talk.in_hand.pop(leg_id, None)
        if legs:
            self._engine.send(TakeLeg(leg_id=legs[0], together_with=legs[1] if len(legs) > 1 else NO_LEG))

    def _join(self, talk: Talk, leg_id: LegId, bridge_with: LegId, spares: bool = False) -> None:
        """Join a leg that is in hand with another one."""
        del talk.in_hand[leg_id]
        self._engine.send(JoinLeg(leg_id=leg_id, bridge_with=bridge_with, spares=spares))

    def _bring_back(self, talk: Talk) -> None:
        """Have a leg that stands back, wherever it talks: any other is hung up with the end of the talk."""
        leg = self._calls.legs.get(talk.agent_leg)
        if talk.contact.stands and leg is not None and leg.bridge_id is not None:
            self._take(talk, talk.agent_leg)

    def play_music(self, leg_id: LegId) -> None:
        """Let whoever waits hear music."""
        self._engine.send(PlayMusic(leg_id=leg_id, step=HOLD_STEP, music=self._rules.music))

    def are_together(self, *legs: LegId) -> bool:
        """Tell whether all of the legs are in one bridge."""
        known = [self._calls.legs.get(leg_id) for leg_id in legs]
        bridges = {leg.bridge_id if leg is not None else None for leg in known}
        return len(bridges) == 1 and None not in bridges

    # --- what is told -------------------------------------------------------------------------------

    def _begin_hold(self, talk: Talk, why: Event) -> None:
        if talk.held_us is None:
            talk.held_us = why.at_us
            self._engine.publish(facts.held(talk, why))

    def _end_hold(self, talk: Talk, why: Event) -> None:
        if talk.held_us is not None:
            held_us, talk.held_us = why.at_us - talk.held_us, None
            self._engine.publish(facts.resumed(talk, held_us, why))
            self._tell(talk, why)

    def _given_over(self, contact: Contact, why: Event) -> None:
        contact.parted = False
        self._engine.publish(
            TalkGivenOver(at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id)
        )
