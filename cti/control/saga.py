"""The saga of each conversation in hand: what the telephone system is told to do, and what follows of it.

`cti.control.desk` brings the wishes; here they are carried out step by step along `COURSE`. A step that the
telephone system does not do in time is asked for once more and then undone, so that at every moment the pair
talks, or the customer hears music in our hands, or the leg ends:

* holding fails: both are in their bridge still, and talk on
* resuming fails: the customer stays on hold, and the agent may try again
* whoever is called cannot be had, or hangs up: agent and customer are brought together again
* a turn between them and the customer fails: whoever talked before it talks again; where that fails too,
  agent and customer are brought together
* the agent's phone is lost while the customer is on hold: the customer goes back in line, to the old place;
  in a consultation or a conference the customer goes on with whom the agent had called
* the customer hangs up: everybody else is let go

While a conversation is in any state but TALKING its contact is `parted`, and `routing.conversation` leaves
its legs to us. After a restart of ours holds are no more: the customer has music and a place in line, by the
note on the leg. Built before whatever else answers the end of a leg.
"""

from __future__ import annotations

from collections.abc import Callable

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.model.causes import Cause
from core.model.commands import ConferLeg, HangUpLeg, MuteLeg, TagLeg
from core.model.control import ConsultOutcome, TargetKind
from core.model.ids import LegId
from core.model.message import Event
from cti.control import facts
from cti.control.course import COURSE, CourseState, CourseTrigger
from cti.control.handover import HandOver
from cti.control.moves import Moves
from cti.control.talk import Talk, Third
from cti.control.talks import Talks
from cti.control.targets import ControlRules
from cti.control.thirds import Thirds

TRANSFER, AGENT, CUSTOMER, PARTY = "transfer", "agent", "customer", "party"
_S, _T = CourseState, CourseTrigger

_ALONE = frozenset({_S.PARTING, _S.HELD, _S.RESUMING, _S.CALLING})
"""The states in which the customer has nobody but the agent to go on with."""
_MOVED = frozenset({_S.PARTING, _S.FETCHED})
"""The states in which the customer is moved away from the agent, or both from somebody else."""


class Sagas(Moves):
    """Carries out what is done to conversations in hand; `cti.control.hearing` tells what was heard."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        calls: CallBook,
        talks: Talks,
        thirds: Thirds,
        handover: HandOver,
        rules: ControlRules,
    ) -> None:
        super().__init__(engine, calls, rules)
        self._contacts = contacts
        self._talks = talks
        self._thirds = thirds
        self._handover = handover
        # What becomes of a step that the telephone system does not do in time.
        self._undoes: dict[CourseState, Callable[[Talk, Event], None]] = {
            _S.PARTING: self._talk_on,
            _S.RESUMING: self._stay_on_hold,
            _S.CALLING: self._call_off,
            _S.TURNING: self._turn_back,
            _S.RETURNING: self._turn_back,
            _S.GIVING: self._call_off,
            _S.MERGING: self._call_off,
            _S.FETCHED: self._talk_on,
        }

    # --- wishes -------------------------------------------------------------------------------------

    def hold(self, talk: Talk, why: Event, call: Third | None = None) -> None:
        """Put the customer on hold, and then `call` somebody, if so wished."""
        talk.wanted = call
        if talk.state is _S.HELD:
            self._go_on(talk, why)
            return
        if talk.is_muted:
            self.mute(talk, False, why)
        self._step(talk, _T.PART, why)
        self._take(talk, talk.customer_leg, talk.agent_leg)

    def resume(self, talk: Talk, why: Event) -> None:
        """Bring agent and customer on hold together again."""
        self._step(talk, _T.RESUME, why)
        self.join(talk)

    def mute(self, talk: Talk, is_muted: bool, why: Event) -> None:
        """Let nobody hear the agent, or let it be heard again."""
        talk.is_muted = is_muted
        self._engine.send(MuteLeg(leg_id=talk.agent_leg, is_muted=is_muted))
        self._tell(talk, why)

    def pass_on(self, talk: Talk, to: Third, why: Event) -> None:
        """Pass the customer on without a word."""
        talk.onward = to
        self._fetch(talk, _T.PASS_ON, why)

    def swap(self, talk: Talk, why: Event) -> None:
        """Let whom the agent talks with wait, and the other one of the two talk."""
        if talk.is_muted:
            self.mute(talk, False, why)
        heard = talk.heard_leg
        self._step(talk, _T.SWAP, why)
        self._take(talk, talk.agent_leg, heard)

    def complete(self, talk: Talk, why: Event) -> None:
        """Give the customer to whoever was asked."""
        heard = talk.heard_leg
        self._step(talk, _T.COMPLETE, why)
        self._take(talk, talk.agent_leg, heard)

    def confer(self, talk: Talk, why: Event) -> None:
        """Bring all three together."""
        heard, waiting = talk.heard_leg, talk.waiting_leg
        self._step(talk, _T.CONFER, why)
        self._take(talk, talk.agent_leg, heard)
        self.enter_room(talk, waiting)

    def leave(self, talk: Talk, why: Event) -> None:
        """Let the customer go on with the third one alone."""
        self._engine.publish(facts.conference_left(talk, AGENT, why))
        self._step(talk, _T.COMPLETE, why)
        self._take(talk, talk.customer_leg, talk.third_leg)
        self._bring_back(talk)

    def cancel(self, talk: Talk, outcome: ConsultOutcome, why: Event) -> None:
        """Let go of whom the agent called, and bring agent and customer together again."""
        self._end_consult(talk, outcome, why)
        self._step(talk, _T.CANCEL, why)
        self._let_go_of_third(talk, why)
        if talk.state is _S.TALKING:
            self._given_over(talk.contact, why)
        elif talk.state is _S.RESUMING:
            self.join(talk)
        elif talk.agent_is_gone:
            self._back_in_line(talk, why)
        else:
            talk.comes_back = True
            self._take(talk, *[leg for leg in (talk.customer_leg, talk.agent_leg) if leg not in talk.in_hand])
            self.parted(talk, why)

    def hang_up(self, talk: Talk) -> None:
        """Hang up the customer by the wish of the agent."""
        talk.hung_up = True
        self._engine.send(HangUpLeg(leg_id=talk.customer_leg))

    # --- parting and coming together ----------------------------------------------------------------

    def parted(self, talk: Talk, why: Event) -> None:
        """Go on as soon as both are in our hands."""
        if not talk.all_in_hand((talk.customer_leg, talk.agent_leg)):
            return
        self._begin_hold(talk, why)
        self._step(talk, _T.PARTED, why)
        self._go_on(talk, why)

    def _go_on(self, talk: Talk, why: Event) -> None:
        """Do what the hold was for, if for anything but itself."""
        if talk.comes_back:
            talk.comes_back = False
            self.resume(talk, why)
        elif talk.wanted is not None:
            talk.third, talk.wanted, talk.asks = talk.wanted, None, True
            self._step(talk, _T.CALL, why)
            self._thirds.call(talk, why)
            self._talks.know_third(talk)

    def join(self, talk: Talk) -> None:
        """Send the agent's leg, once it is in hand, to join the customer's."""
        if talk.agent_leg in talk.in_hand:
            self._join(talk, talk.agent_leg, talk.customer_leg)

    def talk_again(self, talk: Talk, why: Event) -> None:
        """Agent and customer hear each other again."""
        self._step(talk, _T.JOINED, why)
        self._end_hold(talk, why)
        self._given_over(talk.contact, why)

    # --- a third one --------------------------------------------------------------------------------

    def reached(self, talk: Talk, why: Event) -> None:
        """The agent talks with whom it called."""
        self._step(talk, _T.REACHED, why)

    def turn(self, talk: Talk, why: Event) -> None:
        """Join the two whose turn it is as soon as all three are in hand: each is back when one leaves."""
        customer, agent, third = talk.customer_leg, talk.agent_leg, talk.third_leg
        if not talk.all_in_hand((customer, agent, third)):
            return
        if talk.state is _S.TURNING:
            self._join(talk, agent, customer, spares=True)
        else:
            self._begin_hold(talk, why)
            self._join(talk, third, agent, spares=True)

    def turned(self, talk: Talk, why: Event) -> None:
        """The two whose turn it is hear each other."""
        self._step(talk, _T.JOINED, why)
        if talk.state is _S.ASIDE:
            self._end_hold(talk, why)

    def come_apart(self, talk: Talk, why: Event) -> None:
        """Join the agent again with whom it talked: a turn that was given up was made after all.

        Or else the other one has left, of which we shall hear.
        """
        self._step(talk, _T.PARTED, why)
        talk.tries = self._rules.tries_max
        self.turn(talk, why)

    def _undo_turn(self, talk: Talk, why: Event) -> None:
        """Let those talk again who talked before the turn; perhaps nobody has moved yet."""
        self._step(talk, _T.TIME_OUT, why)
        talk.tries = self._rules.tries_max  # where this is late too, nobody is asked any more
        pair = (talk.agent_leg, talk.customer_leg if talk.state is _S.TURNING else talk.third_leg)
        if self.are_together(*pair) and not any(leg in talk.in_hand for leg in pair):
            self.turned(talk, why)
            return
        for leg_id in talk.legs:
            if leg_id not in talk.in_hand:
                self._take(talk, leg_id)
        self.turn(talk, why)

    def enter_room(self, talk: Talk, leg_id: LegId) -> None:
        """Let a leg that is in hand into the conference."""
        if leg_id in talk.in_hand:
            del talk.in_hand[leg_id]
            self._engine.send(ConferLeg(leg_id=leg_id, room=talk.contact.contact_id))

    def merged(self, talk: Talk, why: Event) -> None:
        """All three hear each other."""
        self._step(talk, _T.JOINED, why)
        self._end_hold(talk, why)
        self._end_consult(talk, ConsultOutcome.CONFERRED, why)
        self._engine.publish(facts.conference_started(talk, why))

    def third_gone(self, talk: Talk, why: Event) -> None:
        """Whoever was called has hung up, or cannot be had."""
        if talk.state is _S.CONFERRING:
            self._engine.publish(facts.conference_left(talk, PARTY, why))
        if COURSE.allows(talk.state, _T.CANCEL):
            self.cancel(talk, ConsultOutcome.FAILED, why)

    def _end_consult(self, talk: Talk, outcome: ConsultOutcome, why: Event) -> None:
        """Tell how asking ended, where somebody is asked."""
        if talk.asks:
            talk.asks = False
            self._engine.publish(facts.consult_ended(talk, outcome, why))

    def _let_go_of_third(self, talk: Talk, why: Event) -> None:
        third = self._talks.drop_third(talk)
        if third is not None:
            self._thirds.let_go(third, why)

    # --- giving the customer away -------------------------------------------------------------------

    def give(self, talk: Talk) -> None:
        """Join the third one with the customer as soon as both are in hand."""
        if talk.all_in_hand((talk.third_leg, talk.customer_leg)):
            self._join(talk, talk.third_leg, talk.customer_leg)

    def given(self, talk: Talk, why: Event) -> None:
        """The customer talks with the third one: the agent's part is over, and theirs begins."""
        customer = talk.customer_leg
        self._step(talk, _T.JOINED, why)
        self._end_hold(talk, why)
        self._end_consult(talk, ConsultOutcome.COMPLETED, why)
        third = self._talks.drop_third(talk)
        assert third is not None
        consult = self._contacts.get(third.contact_id)
        self._engine.publish(facts.talk_over(talk, TRANSFER, why))
        self._handover.given(talk, third, consult, why)
        if consult is None:
            self._engine.send(TagLeg(leg_id=customer, tag=""))
            self._talks.pair(customer, third.leg_id)
        else:
            self._given_over(consult, why)
            self._tell(self._talks.begin(consult), why)

    def _fetch(self, talk: Talk, trigger: CourseTrigger, why: Event) -> None:
        """Have the customer in our hands, to be passed on."""
        self._step(talk, trigger, why)
        if talk.customer_leg in talk.in_hand:
            self.fetched(talk, why)
        else:
            self._take(talk, talk.customer_leg)

    def fetched(self, talk: Talk, why: Event) -> None:
        """Pass the customer on, who is in our hands and is nobody's but ours."""
        self._step(talk, _T.END, why)
        self._bring_back(talk)
        self._engine.publish(facts.talk_over(talk, TRANSFER, why))
        self._handover.pass_on(talk, why)

    # --- ends ---------------------------------------------------------------------------------------

    def customer_gone(self, talk: Talk, why: Event) -> None:
        """Let everybody else go."""
        if talk.state is _S.CONFERRING:
            self._engine.publish(facts.conference_left(talk, CUSTOMER, why))
        self._end_consult(talk, ConsultOutcome.FAILED, why)
        self._step(talk, _T.END, why)
        self._let_go_of_third(talk, why)
        self._bring_back(talk)
        self._engine.publish(facts.talk_over(talk, AGENT if talk.hung_up else CUSTOMER, why))

    def agent_gone(self, talk: Talk, why: Event) -> None:
        """The agent's phone is no more: somebody else has the customer from now on, or a queue."""
        talk.agent_is_gone = True
        if not COURSE.allows(talk.state, _T.LOSE_AGENT):
            return  # the customer is given away already
        if talk.state not in _ALONE:
            self._leave_them(talk, why)
            return
        if talk.state is _S.CALLING:
            self._end_consult(talk, ConsultOutcome.FAILED, why)
            self._let_go_of_third(talk, why)
        self._back_in_line(talk, why)

    def _leave_them(self, talk: Talk, why: Event) -> None:
        """Let the customer go on with whom the agent had called."""
        if talk.state is _S.CONFERRING:
            self._engine.publish(facts.conference_left(talk, AGENT, why))
        come_unasked = talk.state in (_S.CONSULTING, _S.ASIDE)  # one waits with us, the other is left alone
        self._step(talk, _T.LOSE_AGENT, why)
        if not come_unasked:
            self._take(talk, talk.customer_leg, talk.third_leg)
        self.give(talk)

    def _back_in_line(self, talk: Talk, why: Event) -> None:
        """Let the customer on hold, whose agent's phone was lost, wait for the next one at the old place."""
        assert talk.contact.queue is not None, "who talks has come by a queue"
        talk.onward = Third(to=TargetKind.QUEUE, name=talk.contact.queue)
        talk.because = "agent_lost"
        self._fetch(talk, _T.LOSE_AGENT, why)

    # --- steps that are late ------------------------------------------------------------------------

    def late(self, talk: Talk, why: Event) -> None:
        """Go back to where nobody waits, and say so; ask once more where that takes an order too."""
        if talk.state in _MOVED and not self.are_together(talk.customer_leg, talk.agent_leg):
            self._insist(talk, why)
        elif talk.state in self._undoes:
            talk.undone = talk.wish_in_hand
            self._undoes[talk.state](talk, why)

    def _talk_on(self, talk: Talk, why: Event) -> None:
        """Nobody was moved: forget what it was for."""
        talk.onward, talk.wanted, talk.comes_back = None, None, False
        self._step(talk, _T.TIME_OUT, why)
        self._end_hold(talk, why)
        self._given_over(talk.contact, why)

    def _stay_on_hold(self, talk: Talk, why: Event) -> None:
        self._step(talk, _T.TIME_OUT, why)

    def _call_off(self, talk: Talk, why: Event) -> None:
        self.cancel(talk, ConsultOutcome.FAILED, why)

    def _turn_back(self, talk: Talk, why: Event) -> None:
        if talk.tries < self._rules.tries_max:
            self._undo_turn(talk, why)
        else:
            self._call_off(talk, why)

    def _insist(self, talk: Talk, why: Event) -> None:
        """Ask for the legs that are missing once more, and end them where that is in vain too."""
        missing = [leg for leg in (talk.customer_leg, talk.agent_leg) if leg not in talk.in_hand]
        if talk.state is _S.FETCHED:
            missing = [talk.customer_leg]
        talk.tries += 1
        for leg_id in missing:
            if talk.tries < self._rules.tries_max:
                self._take(talk, leg_id)
            else:
                self._engine.send(HangUpLeg(leg_id=leg_id, cause=Cause.TEMPORARY_FAILURE))
        self.watch_time(talk, why)
