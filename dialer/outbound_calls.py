"""Follows each dialed call from the first ring to what it came to.

Whoever answers and is a person becomes a contact like any other and asks for the campaign's queue, with the
leg in our hands; routing finds the agent. Who hears none in time is out of luck (DROPPED) and hears the
campaign's safe-harbour flow instead, unless an agent is being joined at that very moment: then they talk, yet
the law counts the call as abandoned all the same.

The clock of the law is the answer as the telephone system tells it. The attempt ends with its contact, or
with its leg where it never came to one (`endings`).
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptState, AttemptTrigger
from core.model.causes import Answerer
from core.model.commands import CancelTimer, HangUpLeg, StartTimer
from core.model.destination import DestinationKind, DivertReason
from core.model.events import (
    AdoptionFinished,
    AnswererJudged,
    ChoiceMade,
    ContactConnected,
    ContactDiverted,
    CustomerFound,
    DialogueOpened,
    InteractionRecorded,
    LeavingAsked,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegRinging,
    OfferFailed,
    OfferWithdrawn,
    TalkEnded,
    TimerFired,
)
from core.model.leg import Leg, LegState
from core.model.message import Event
from dialer.arrival import answered, contact_of, introduction, onward
from dialer.attempts import Attempt, AttemptBook
from dialer.desk import CampaignDesk
from dialer.endings import Endings
from dialer.forbidding import forbid
from dialer.lease import keep_leased
from dialer.machine_rules import is_audited
from dialer.progress import Unanswered, why_never_made, why_unanswered
from dialer.recall import AttemptRecall

TALK_MAX_US = 24 * 3_600 * SECOND_US
"""No talk lasts longer: so long is a lead kept from other engines whose person talks."""
OPTED_OUT = "pressed the key to be called no more"

_S, _T = AttemptState, AttemptTrigger
_WAITS = frozenset({_S.DIALING, _S.ANSWERED, _S.CLASSIFIED})
"""The states in which something must happen before a time is up."""
_MESSAGES = frozenset({DivertReason.TOO_LATE, DivertReason.AGENTLESS})
"""Why somebody hears what we have to say instead of an agent."""


class OutboundCalls:
    """The feature that follows what was dialed; built before the IVR, which takes every leg nobody knows."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        desk: CampaignDesk,
        book: AttemptBook,
        recall: AttemptRecall,
        endings: Endings,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._desk = desk
        self._book = book
        self._recall = recall
        self._endings = endings
        self._overdue: dict[str, Attempt] = {}
        engine.subscribe(AdoptionFinished, self._go_on)
        engine.subscribe(CustomerFound, self._remembered)
        engine.subscribe(LegRinging, self._rings)
        engine.subscribe(LegAnswered, self._answered)
        engine.subscribe(AnswererJudged, self._judged)
        engine.subscribe(DialogueOpened, self._in_our_hands)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(TalkEnded, self._talk_ended)
        engine.subscribe(OfferFailed, self._offer_over)
        engine.subscribe(OfferWithdrawn, self._offer_over)
        engine.subscribe(ContactDiverted, self._diverted)
        engine.subscribe(ChoiceMade, self._chose)
        engine.subscribe(InteractionRecorded, self._recorded)
        engine.subscribe(LegEnded, self._leg_ended)
        engine.subscribe(LegFailed, self._leg_failed)
        engine.on_timer("attempt", self._time_up)

    # --- after a restart, or when the link is there again -----------------------------------------------

    def _go_on(self, event: AdoptionFinished) -> None:
        """Go on with the attempts of an earlier run, now that it is known which legs there are.

        Whatever became of ours while the link was down has been told: what still rings has rung too long.
        """
        for attempt, leg in self._recall.take():
            self._resume(attempt, leg, event)
        overdue, self._overdue = self._overdue, {}
        for attempt in overdue.values():
            if attempt.state is _S.DIALING:
                self._give_up_ringing(attempt, event)

    def _resume(self, attempt: Attempt, leg: Leg | None, why: Event) -> None:
        if leg is None:
            self._book.hang_up(attempt)
        if attempt.state is _S.DIALING and leg is None:
            self._endings.unanswered(attempt, Unanswered.LOST, why)
        elif attempt.state is _S.DIALING and leg is not None and leg.state is LegState.UP:
            self._answer(attempt, why)
        elif attempt.state in _WAITS:
            self._engine.send(StartTimer(key=attempt.timer, at_us=attempt.due_us))

    # --- somebody or something answers -----------------------------------------------------------------

    def _remembered(self, event: CustomerFound) -> None:
        attempt = self._book.get(event.lookup_id)
        if attempt is not None:
            attempt.customer = event.customer

    def _rings(self, event: LegRinging) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is not None:
            self._desk[attempt.rules.name].back_off.succeeded(attempt.dialed_us)

    def _answered(self, event: LegAnswered) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is not None and attempt.state is _S.DIALING:
            self._answer(attempt, event)

    def _answer(self, attempt: Attempt, why: Event) -> None:
        """Start the clock of the law."""
        self._book.move(attempt, _T.ANSWER)
        attempt.answered_us = why.at_us
        self._engine.send(StartTimer(key=attempt.timer, at_us=attempt.due_us))

    def _judged(self, event: AnswererJudged) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is None or attempt.state not in (_S.DIALING, _S.ANSWERED):
            return
        if attempt.state is _S.DIALING:
            self._answer(attempt, event)
        attempt.answerer = event.answerer
        rules = attempt.rules.machines
        if event.answerer is not Answerer.MACHINE:
            self._person(attempt, event)
        elif rules is not None and is_audited(attempt.attempt_id, rules):
            attempt.audited = True
            self._book.move(attempt, _T.FIND_PERSON)
        else:
            self._machine(attempt, event)

    def _person(self, attempt: Attempt, heard: AnswererJudged) -> None:
        """Go on with a person, whose greeting is what some laws count from."""
        self._book.move(attempt, _T.FIND_PERSON)
        if heard.silent_us:
            attempt.greeting_end_us = heard.at_us - heard.silent_us
            self._engine.send(StartTimer(key=attempt.timer, at_us=attempt.connect_by_us))

    def _machine(self, attempt: Attempt, why: Event) -> None:
        """Let a machine go, unless it is to be told something."""
        self._book.move(attempt, _T.FIND_MACHINE)
        self._engine.send(CancelTimer(key=attempt.timer))
        if attempt.rules.machines is None or not attempt.rules.machines.message:
            self._engine.send(HangUpLeg(leg_id=attempt.leg_id))
        self._desk[attempt.rules.name].count_machine(attempt, why.at_us)

    def _in_our_hands(self, event: DialogueOpened) -> None:
        """Make a contact of who answered. The answer itself may be told later: by another link."""
        attempt = self._book.of_leg(event.leg_id)
        if attempt is None or self._contacts.of_leg(event.leg_id) is not None:
            return
        if attempt.state is _S.DIALING:
            self._answer(attempt, event)
        if attempt.state is _S.ANSWERED:
            self._book.move(attempt, _T.FIND_PERSON)
        if attempt.state is _S.CLASSIFIED:
            self._welcome(attempt, event)

    def _welcome(self, attempt: Attempt, why: Event) -> None:
        """Let a person who answered be a contact that asks for the campaign's queue."""
        assert attempt.answered_us is not None
        self._desk[attempt.rules.name].count_answer(attempt, why.at_us)
        contact = self._contacts.get(attempt.contact_id)
        if contact is not None:  # it has, or had, an agent before it had a leg
            contact.callback, contact.attempt = False, attempt.note
            self._contacts.give_leg(contact, attempt.leg_id)
            self._engine.publish(answered(attempt, why))
            return
        contact = contact_of(attempt, attempt.leg_id, attempt.answered_us)
        self._contacts.add(contact)
        for event in (*introduction(attempt, contact, why), answered(attempt, why), onward(attempt, why)):
            self._engine.publish(event)
        if why.at_us >= attempt.connect_by_us:
            # It took too long to hear that this is a person: unless an agent is idle this very moment.
            self._engine.send(StartTimer(key=attempt.timer, at_us=why.at_us))

    # --- an agent in time, or not ---------------------------------------------------------------------------

    def _connected(self, event: ContactConnected) -> None:
        attempt = self._book.of_contact(event.contact_id)
        if attempt is None:
            return
        attempt.agent_id = event.agent_id
        if attempt.state is _S.CLASSIFIED:
            self._served(attempt, event)

    def _served(self, attempt: Attempt, why: Event) -> None:
        """Take note that who answered hears an agent, or what a campaign without agents has to say."""
        self._book.move(attempt, _T.CONNECT)
        attempt.connected_us = why.at_us
        self._engine.send(CancelTimer(key=attempt.timer))
        keep_leased(self._engine, attempt, why.at_us + TALK_MAX_US)

    def _talk_ended(self, event: TalkEnded) -> None:
        attempt = self._book.of_contact(event.contact_id)
        if attempt is not None:
            attempt.ended_us = event.at_us

    def _time_up(self, event: TimerFired) -> None:
        attempt = self._book.get(event.key[1])
        if attempt is None:
            return
        if attempt.state is _S.DIALING and not self._desk.is_linked:
            self._overdue[attempt.attempt_id] = attempt  # it may be answered by now: the snapshot will tell
        elif attempt.state is _S.DIALING:
            self._give_up_ringing(attempt, event)
        elif attempt.state is _S.CLASSIFIED:
            self._drop(attempt, event)
            self._let_leave(attempt, event)
        # else it is not known yet whether a person is there: `_welcome` will find that the time is up

    def _give_up_ringing(self, attempt: Attempt, why: Event) -> None:
        """End a ringing of which the telephone system has told no end."""
        self._engine.send(HangUpLeg(leg_id=attempt.leg_id))
        attempt.gave_up = True
        self._endings.unanswered(attempt, Unanswered.NO_ANSWER, why)

    def _drop(self, attempt: Attempt, why: Event) -> None:
        self._book.move(attempt, _T.DROP)
        self._engine.send(CancelTimer(key=attempt.timer))
        self._desk[attempt.rules.name].count_drop(attempt, why.at_us)

    def _let_leave(self, attempt: Attempt, why: Event) -> None:
        """Send somebody on who waits; who is being joined with an agent stays, and may come back."""
        flow = attempt.rules.safe_harbour
        attempt.gave_up = True
        self._engine.publish(
            LeavingAsked(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=attempt.contact_id,
                to=DestinationKind.FLOW if flow else DestinationKind.HANG_UP,
                target=flow,
                reason=DivertReason.TOO_LATE,
            )
        )

    def _offer_over(self, event: OfferFailed | OfferWithdrawn) -> None:
        attempt = self._book.of_contact(event.contact_id)
        if attempt is not None and attempt.state is _S.DROPPED:
            self._let_leave(attempt, event)

    def _diverted(self, event: ContactDiverted) -> None:
        attempt = self._book.of_contact(event.contact_id)
        if attempt is None or event.reason not in _MESSAGES or event.to is not DestinationKind.FLOW:
            return
        attempt.message_us = event.at_us
        if event.reason is DivertReason.AGENTLESS:
            self._served(attempt, event)

    def _chose(self, event: ChoiceMade) -> None:
        """Call nobody again who presses the key for that."""
        attempt = self._book.of_contact(event.contact_id)
        if attempt is None or event.choice != attempt.rules.opt_out:
            return
        forbid(self._engine, event, attempt, OPTED_OUT)

    # --- the end -------------------------------------------------------------------------------------------

    def _recorded(self, event: InteractionRecorded) -> None:
        """The contact is over: so is the attempt, with what the agent said it came to."""
        attempt = self._book.of_contact(event.contact_id)
        if attempt is None:
            return
        if attempt.state is _S.CLASSIFIED:
            self._drop(attempt, event)
        attempt.disposition = event.disposition
        self._endings.finish(attempt, event)

    def _leg_ended(self, event: LegEnded) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is None:
            return
        attempt.cause, attempt.tech_cause = event.cause, event.tech_cause
        if attempt.state is _S.DIALING:
            rang_us = event.at_us - attempt.ordered_us
            attempt.gave_up = rang_us >= attempt.rules.ring_timeout_us
            self._endings.unanswered(attempt, why_unanswered(event.cause, event.tech_cause, rang_us), event)
        else:
            self._book.hang_up(attempt)
            if self._contacts.of_leg(event.leg_id) is None:
                self._over_before_a_contact(attempt, event)

    def _over_before_a_contact(self, attempt: Attempt, why: Event) -> None:
        """A machine was let go, or a person hung up before anybody could greet them."""
        if attempt.state in (_S.ANSWERED, _S.CLASSIFIED):
            self._desk[attempt.rules.name].count_answer(attempt, why.at_us)
            self._drop(attempt, why)
        self._endings.finish(attempt, why)

    def _leg_failed(self, event: LegFailed) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is not None and attempt.state is _S.DIALING:
            attempt.cause = event.cause
            self._endings.unanswered(attempt, why_never_made(event.cause), event)
