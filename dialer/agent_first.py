"""An agent first, then the customer: for previews, numbers that agents dial, callbacks, agents on the hook.

    lead -> a contact without a leg asks for the campaign's queue -> routing offers it to an agent
    -> (the agent looks at it) -> the agent is on the line -> the law's last word, the customer's phone rings
    -> answered: both are joined at once          -> not answered: the contact ends, the agent is free again

Whoever answers hears a person within milliseconds, so a call like this is hardly ever abandoned; where its
agent goes away while it rings, it goes on as any other call: it is never ended for that.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptState
from core.model.attempt_events import (
    AgentWanted,
    AttemptAnswered,
    AttemptEnded,
    AttemptPutBack,
    EndingAsked,
    JoiningAsked,
    PreviewSkipped,
)
from core.model.campaign_events import CampaignChanged
from core.model.commands import PlayMusic, StartTimer
from core.model.contact import ContactState
from core.model.events import (
    AgentReserved,
    CustomerFound,
    CustomerLookupFailed,
    DialogueOpened,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    TimerFired,
)
from core.model.ids import NO_LEG, ContactId, LegId
from core.model.message import Event
from dialer.arrival import contact_of, introduction, queueing
from dialer.attempts import Attempt, AttemptBook
from dialer.campaign import Mode
from dialer.desk import CampaignDesk
from dialer.hopper import KEEP_SHARE
from dialer.lease import keep_leased
from dialer.placing import Placing, look_up

BY_HAND_US = 5 * SECOND_US
"""An agent who dials a number is called back about it at once, or not at all."""
WAITING_STEP = "attempt:music"
"""What an agent hears whose customer's phone rings."""


class AgentFirst:
    """The feature that finds an agent before the customer is dialed; built before `OutboundCalls`."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        desk: CampaignDesk,
        book: AttemptBook,
        placing: Placing,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._desk = desk
        self._book = book
        self._placing = placing
        self._in_line: dict[str, ContactId] = {}
        self._by_agent_leg: dict[LegId, Attempt] = {}
        engine.subscribe(AgentWanted, self._wanted)
        engine.subscribe(CustomerFound, self._looked_up)
        engine.subscribe(CustomerLookupFailed, self._looked_up)
        engine.subscribe(OfferMade, self._offered)
        engine.subscribe(OfferFailed, self._agent_gone)
        engine.subscribe(OfferWithdrawn, self._agent_gone)
        engine.subscribe(AgentReserved, self._reserved)
        engine.subscribe(DialogueOpened, self._agent_answered)
        engine.subscribe(AttemptAnswered, self._customer_answered)
        engine.subscribe(PreviewSkipped, self._skipped)
        engine.subscribe(CampaignChanged, self._campaign_changed)
        engine.on_timer("attempt", self._time_up)
        engine.subscribe(AttemptEnded, self._ended)
        engine.subscribe(AttemptPutBack, self._put_back)
        engine.subscribe(InteractionRecorded, self._contact_over)

    # --- a contact without a leg -------------------------------------------------------------------

    def _wanted(self, event: AgentWanted) -> None:
        """Have the customer's record brought first: the agent is to see it before anything rings."""
        attempt = self._book.get(event.attempt_id)
        assert attempt is not None, "planned in this very turn"
        if attempt.lead.customer_id:
            self._engine.send(look_up(attempt))
        else:
            self._stand_in_line(attempt, event)

    def _looked_up(self, event: CustomerFound | CustomerLookupFailed) -> None:
        attempt = self._book.get(event.lookup_id)
        if attempt is None or not attempt.agent_first or attempt.in_line:
            return
        attempt.customer = event.customer if isinstance(event, CustomerFound) else None
        self._stand_in_line(attempt, event)

    def _stand_in_line(self, attempt: Attempt, why: Event) -> None:
        contact = contact_of(attempt, NO_LEG, why.at_us)
        contact.callback, contact.only_agent = True, attempt.only_agent
        contact.preview_us, contact.preview_dials = attempt.preview_us, attempt.rules.agents.preview_dials
        self._contacts.add(contact)
        attempt.in_line = True
        self._in_line[attempt.attempt_id] = contact.contact_id
        self._wait(attempt, why)
        for event in (*introduction(attempt, contact, why), queueing(attempt, why)):
            self._engine.publish(event)

    def _wait(self, attempt: Attempt, why: Event) -> None:
        """Keep a lead from others no longer than the hopper would, a number dialed by hand for a moment."""
        by_hand = attempt.mode == Mode.MANUAL
        wait_us = BY_HAND_US if by_hand else attempt.rules.lease_us // KEEP_SHARE
        self._engine.send(StartTimer(key=attempt.timer, at_us=why.at_us + wait_us))

    # --- its agent ------------------------------------------------------------------------------------

    def _first_of(self, contact_id: ContactId) -> Attempt | None:
        """Return the attempt of a contact whose agent comes first, None where it is another's."""
        attempt = self._book.of_contact(contact_id)
        return attempt if attempt is not None and attempt.agent_first else None

    def _offered(self, event: OfferMade) -> None:
        attempt = self._first_of(event.contact_id)
        if attempt is not None:
            attempt.agent_id = event.agent_id

    def _reserved(self, event: AgentReserved) -> None:
        attempt, contact = self._first_of(event.contact_id), self._contacts.get(event.contact_id)
        if attempt is None or contact is None or contact.agent_leg_id is None:
            return  # the offer was withdrawn while the agent was being reserved
        attempt.agent_leg_id = contact.agent_leg_id
        if event.leg_id != NO_LEG:
            self._at_hand(attempt, event)
        else:
            self._by_agent_leg[attempt.agent_leg_id] = attempt

    def _agent_answered(self, event: DialogueOpened) -> None:
        """Play music to an agent who has answered, or whose link was made again."""
        attempt = self._by_agent_leg.get(event.leg_id)
        if attempt is None:
            return
        self._engine.send(PlayMusic(leg_id=event.leg_id, step=WAITING_STEP, music=attempt.rules.agents.music))
        if not attempt.agent_at_hand:
            self._at_hand(attempt, event)

    def _at_hand(self, attempt: Attempt, why: Event) -> None:
        """Dial the customer, once; one who has answered meanwhile and is in our hands is joined."""
        attempt.agent_at_hand = True
        if attempt.state is AttemptState.PLANNED:
            attempt.agent_was_sure = True
            self._placing.check([attempt], why.at_us)
        elif self._contacts.of_leg(attempt.leg_id) is not None:
            self._join(attempt, why)

    def _customer_answered(self, event: AttemptAnswered) -> None:
        attempt = self._book.get(event.attempt_id)
        if attempt is not None and attempt.agent_at_hand:
            self._join(attempt, event)

    def _join(self, attempt: Attempt, why: Event) -> None:
        self._by_agent_leg.pop(attempt.agent_leg_id, None)
        self._engine.publish(
            JoiningAsked(at_us=why.at_us, cause_id=why.cause_id, contact_id=attempt.contact_id)
        )

    def _agent_gone(self, event: OfferFailed | OfferWithdrawn) -> None:
        """The contact is offered to the next agent, who has no time to look if its customer's phone rings."""
        attempt, contact = self._first_of(event.contact_id), self._contacts.get(event.contact_id)
        if attempt is None or attempt.agent_id != event.agent_id:
            return
        self._by_agent_leg.pop(attempt.agent_leg_id, None)
        attempt.agent_id, attempt.agent_leg_id, attempt.agent_at_hand = "", NO_LEG, False
        if contact is not None and attempt.state is not AttemptState.PLANNED:
            contact.preview_us = 0

    # --- nobody is called ----------------------------------------------------------------------------

    def _skipped(self, event: PreviewSkipped) -> None:
        attempt = self._first_of(event.contact_id)
        if attempt is not None:
            self._placing.put_back(attempt, event.at_us + attempt.rules.agents.skip_again_us, event)

    def _campaign_changed(self, event: CampaignChanged) -> None:
        """Take out of line whom nobody has yet, where the campaign is not to dial any more."""
        if self._desk[event.campaign].is_at_work:
            return
        for attempt in list(self._book.unclassified(event.campaign)):
            if attempt.in_line and attempt.state is AttemptState.PLANNED and not attempt.agent_id:
                self._placing.put_back(attempt, None, event)

    def _time_up(self, event: TimerFired) -> None:
        attempt = self._book.get(event.key[1])
        if attempt is None or attempt.state is not AttemptState.PLANNED:
            return
        if attempt.agent_id:
            # A preview may last longer than a lease.
            keep_leased(self._engine, attempt, event.at_us + attempt.rules.lease_us)
            self._wait(attempt, event)
        else:
            self._placing.put_back(attempt, None, event)

    def _contact_over(self, event: InteractionRecorded) -> None:
        """Its queue did not take it, or a program ended it: nobody was dialed."""
        attempt = self._first_of(event.contact_id)
        if attempt is not None and attempt.state is AttemptState.PLANNED:
            self._placing.put_back(attempt, event.at_us + attempt.rules.look_again_us, event)

    # --- the attempt is over ---------------------------------------------------------------------------

    def _ended(self, event: AttemptEnded) -> None:
        self._let_go(event.record.attempt_id, ContactState.UNREACHED, event.outcome, event)

    def _put_back(self, event: AttemptPutBack) -> None:
        self._let_go(event.attempt_id, ContactState.CANCELLED, ", ".join(event.rules), event)

    def _let_go(self, attempt_id: str, outcome: ContactState, reason: str, why: Event) -> None:
        """End a contact whose customer is not on the line; another ends by itself, or has."""
        contact_id = self._in_line.pop(attempt_id, None)
        contact = self._contacts.get(contact_id) if contact_id is not None else None
        if contact is None or contact.leg_id != NO_LEG:
            return
        if contact.agent_leg_id is not None:
            self._by_agent_leg.pop(contact.agent_leg_id, None)
        self._engine.publish(
            EndingAsked(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=outcome,
                reason=reason,
            )
        )
