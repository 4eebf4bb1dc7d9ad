"""The attempts in hand, and the one function that moves them.

An attempt is planned when a lead is taken from the hopper, moves only along `core.model.attempt.ATTEMPT`,
and leaves the book when its result is written. Whoever moves it then tells the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.kernel.clock import SECOND_US
from core.kernel.record import Entity
from core.model.attempt import ATTEMPT, OUTCOMES, AttemptRecord, AttemptState, AttemptTrigger
from core.model.customer import Customer
from core.model.ids import NO_LEG, AgentId, ContactId, LegId
from core.model.lead import Lead, LeadNumber, at_whom
from core.model.tag import ATTEMPT as DIALED
from core.model.tag import Tag
from dialer.answering import Segment, Traits
from dialer.campaign import CampaignRules
from dialer.note import AttemptNote
from dialer.parting import Arm
from dialer.promises import Promise

ATTEMPT_ID = "A"
"""What the identities of attempts begin with."""
UNCLASSIFIED = frozenset({AttemptState.PLANNED, AttemptState.DIALING, AttemptState.ANSWERED})
"""States in which nobody knows yet whether an agent will be needed."""


RING_LATE_US = 5 * SECOND_US
"""How much longer than the telephone system we wait for the end of a ringing, before we end it ourselves."""


class Attempt(Entity, kw_only=True):
    """One number of one lead, dialed once; `state` changes only through `AttemptBook.move`.

    Where the agent comes first (`agent_first`), its contact is `in_line` before anybody is dialed; `agent_id`
    is who has it, by the leg `agent_leg_id`, and is on the line once `agent_at_hand`. `only_agent` alone may
    have it, and looks at it for `preview_us`. While it `holds_number` no engine's other attempt may be made
    at its person or telephone.

    Trunks that would not carry it are `refused_by`; it was `ordered_us` last over the `trunk`.

    All instants are microseconds, None before they happened. `allowed_by` are the rules of the law that let
    it be dialed. `segment` is whose answer rate it shares, `customer` the record of the store, if there is
    one. An earlier run of ours dialed what `is_recalled`, and may have told the `told_segment` of its lead.
    `promised` is another call that the agent promised, `forbidden` why no other is wanted. It `has_line` from
    when it is planned until its call is over, which may be long before it is written down: the agent wraps
    up, or its number is in doubt.
    """

    attempt_id: str
    contact_id: ContactId
    rules: CampaignRules
    lead: Lead
    number: LeadNumber
    lease_id: str
    segment: Segment
    traits: Traits = ()
    planned_us: int
    mode: str
    agent_first: bool = False
    only_agent: AgentId | None = None
    preview_us: int = 0
    in_line: bool = False
    agent_leg_id: LegId = NO_LEG
    agent_at_hand: bool = False
    customer: Customer | None = None
    leg_id: LegId = NO_LEG
    caller_id: str = ""
    trunk: str = ""
    refused_by: tuple[str, ...] = ()
    rang: bool = False
    allowed_by: tuple[str, ...] = ()
    dialed_us: int = 0
    ordered_us: int = 0
    answered_us: int | None = None
    greeting_end_us: int | None = None
    connected_us: int | None = None
    message_us: int | None = None
    ended_us: int | None = None
    cause: int = 0
    tech_cause: int = 0
    answerer: str = ""
    audited: bool = False
    gave_up: bool = False
    agent_id: str = ""
    agent_was_sure: bool = False
    refused: bool = False
    forbidden: str = ""
    disposition: str = ""
    promised: Promise | None = None
    told_segment: str | None = None
    outcome: AttemptState | None = None
    is_recalled: bool = False
    has_line: bool = True
    holds_number: bool = False
    state: AttemptState = ATTEMPT.start

    @property
    def arm(self) -> Arm:
        """The way of calling that the lead's lot put it on."""
        return self.rules.parting.arm_of(self.lead)

    @property
    def lead_segment(self) -> str:
        """The part of the campaign's leads that the lead belongs to; results are counted by it."""
        if self.told_segment is not None:
            return self.told_segment
        return self.rules.parting.segment_of(self.lead)

    @property
    def pool(self) -> str:
        """The pool of numbers to show, empty where one number is always shown."""
        return self.arm.pool or ("" if self.arm.shown_number else self.rules.pool)

    @property
    def waits_for_agent(self) -> bool:
        """Tell whether nobody may be dialed until an agent is on the line."""
        return self.agent_first and not self.agent_at_hand

    @property
    def timer(self) -> tuple[str, str]:
        """The timer of what must happen next: an end of the ringing, an agent for who answered."""
        return ("attempt", self.attempt_id)

    @property
    def due_us(self) -> int:
        """When that must have happened."""
        if self.answered_us is None:
            return self.ordered_us + self.rules.ring_timeout_us + RING_LATE_US
        return self.connect_by_us

    @property
    def connect_by_us(self) -> int:
        """When who answered has to hear an agent: counted from the greeting's end where the law does."""
        assert self.answered_us is not None
        from_us = self.answered_us
        if self.greeting_end_us is not None and self.rules.counts_from_greeting(self.number.country):
            from_us = self.greeting_end_us
        return from_us + self.rules.connect_within_us

    @property
    def tag(self) -> str:
        """The note for the leg while it rings."""
        return Tag(role=DIALED, contact=self.contact_id, attempt=self.note).encode()

    @property
    def note(self) -> str:
        """All that a new run of ours needs to write the attempt down when it has ended."""
        return AttemptNote(
            attempt_id=self.attempt_id,
            campaign=self.rules.name,
            mode=self.mode,
            lead_id=self.lead.lead_id,
            lease_id=self.lease_id,
            person_id=self.lead.person_id,
            list_name=self.lead.list_name,
            nth=self.lead.attempts + 1,
            customer_id=self.lead.customer_id,
            number=self.number.number,
            country=self.number.country,
            zones=self.number.zones,
            regions=self.number.regions,
            caller_id=self.caller_id,
            trunk=self.trunk,
            dialed_us=self.dialed_us,
            answered_us=self.answered_us or 0,
        ).encode()

    def record(self, at_us: int) -> AttemptRecord:
        """Return what is kept for ever, of an attempt that has an outcome."""
        assert self.outcome is not None
        return AttemptRecord(
            attempt_id=self.attempt_id,
            person_id=self.lead.person_id,
            number=self.number.number,
            country=self.number.country,
            zones=self.number.zones,
            regions=self.number.regions,
            list_name=self.lead.list_name,
            caller_id=self.caller_id,
            trunk=self.trunk,
            mode=self.mode,
            dialed_us=self.dialed_us,
            answered_us=self.answered_us,
            greeting_end_us=self.greeting_end_us,
            connected_us=self.connected_us,
            message_us=self.message_us,
            ended_us=self.ended_us if self.ended_us is not None else at_us,
            outcome=self.outcome,
            cause=self.cause,
            tech_cause=self.tech_cause,
            answerer=self.answerer,
            audited=self.audited,
            gave_up=self.gave_up,
            agent_id=self.agent_id,
            agent_was_sure=self.agent_was_sure,
            refused=self.refused,
            disposition=self.disposition,
            rules=self.allowed_by,
            nth=self.lead.attempts + 1,
            segment=self.lead_segment,
            arm=self.arm.name,
            tier=self.lead.tier,
            customer_id=self.lead.customer_id,
        )


class AttemptBook:
    """Attempts by id, by leg, by contact and by whom they are at."""

    def __init__(self) -> None:
        self._by_id: dict[str, Attempt] = {}
        self._by_leg: dict[LegId, Attempt] = {}
        self._by_contact: dict[ContactId, Attempt] = {}
        self._at: dict[str, dict[str, Attempt]] = {}
        self._unclassified: dict[str, dict[str, Attempt]] = {}
        self._lines: dict[str, int] = {}

    def __iter__(self) -> Iterator[Attempt]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, attempt: Attempt) -> None:
        """Take a new attempt into the book."""
        campaign = attempt.rules.name
        self._by_id[attempt.attempt_id] = attempt
        self._by_contact[attempt.contact_id] = attempt
        for whom in at_whom(attempt.lead.person_id, attempt.number.number):
            self._at.setdefault(whom, {})[attempt.attempt_id] = attempt
        self._lines[campaign] = self._lines.get(campaign, 0) + attempt.has_line
        if attempt.state in UNCLASSIFIED:
            self._unclassified.setdefault(campaign, {})[attempt.attempt_id] = attempt
        if attempt.leg_id != NO_LEG:
            self._by_leg[attempt.leg_id] = attempt

    def give_leg(self, attempt: Attempt, leg_id: LegId) -> None:
        """Let `leg_id` be the leg of who is called."""
        attempt.leg_id = leg_id
        self._by_leg[leg_id] = attempt

    def take_leg(self, attempt: Attempt) -> None:
        """Let the attempt have no leg: the one it had is no more."""
        self._by_leg.pop(attempt.leg_id, None)
        attempt.leg_id = NO_LEG

    def get(self, attempt_id: str) -> Attempt | None:
        """Return the attempt, None where it is over or never was."""
        return self._by_id.get(attempt_id)

    def of_leg(self, leg_id: LegId) -> Attempt | None:
        """Return the attempt whose leg it is, or None."""
        return self._by_leg.get(leg_id)

    def of_contact(self, contact_id: ContactId) -> Attempt | None:
        """Return the attempt that led to the contact, or None."""
        return self._by_contact.get(contact_id)

    def lines(self, campaign: str) -> int:
        """Return how many calls of a campaign are about to be dialed, ring, or are not over yet."""
        return self._lines.get(campaign, 0)

    def hang_up(self, attempt: Attempt) -> None:
        """Let the attempt need no line any more: its call is over."""
        self._lines[attempt.rules.name] -= attempt.has_line
        attempt.has_line = False

    def is_at(self, person_id: str) -> bool:
        """Tell whether anybody is about to call this person, calls them now, or talks to them."""
        return any(whom in self._at for whom in at_whom(person_id))

    def is_engaged(self, attempt: Attempt) -> bool:
        """Tell whether another call rings at whom the attempt is for, or is not over yet."""
        return any(
            other is not attempt and other.state is not AttemptState.PLANNED
            for whom in at_whom(attempt.lead.person_id, attempt.number.number)
            for other in self._at[whom].values()
        )

    def unclassified(self, campaign: str) -> Iterator[Attempt]:
        """Go through the attempts of a campaign of which nobody knows yet who answers, oldest first."""
        return iter(self._unclassified.get(campaign, {}).values())

    def has_unclassified(self, campaign: str) -> bool:
        """Tell whether there are any of these."""
        return bool(self._unclassified.get(campaign))

    def move(self, attempt: Attempt, trigger: AttemptTrigger) -> None:
        """Change the attempt's state by its table; raise `IllegalTransition` where there is no row."""
        attempt.state = ATTEMPT.after(attempt.state, trigger)
        if attempt.state in OUTCOMES:
            attempt.outcome = attempt.state
        if attempt.state not in UNCLASSIFIED:
            self._classified(attempt)

    def forget(self, attempt: Attempt) -> None:
        """Let an attempt go that is over."""
        del self._by_id[attempt.attempt_id]
        del self._by_contact[attempt.contact_id]
        self._by_leg.pop(attempt.leg_id, None)
        self._classified(attempt)
        self.hang_up(attempt)
        for whom in at_whom(attempt.lead.person_id, attempt.number.number):
            del self._at[whom][attempt.attempt_id]
            if not self._at[whom]:
                del self._at[whom]

    def _classified(self, attempt: Attempt) -> None:
        self._unclassified.get(attempt.rules.name, {}).pop(attempt.attempt_id, None)


def recalled(note: AttemptNote, rules: CampaignRules, contact_id: ContactId, leg_id: LegId) -> Attempt:
    """Return an attempt of an earlier run, as its note tells it: it was dialed."""
    number = LeadNumber(number=note.number, country=note.country, zones=note.zones, regions=note.regions)
    lead = Lead(
        lead_id=note.lead_id,
        campaign=note.campaign,
        list_name=note.list_name,
        person_id=note.person_id,
        customer_id=note.customer_id,
        numbers=(number,),
        attempts=note.nth - 1,
    )
    return Attempt(
        attempt_id=note.attempt_id,
        contact_id=contact_id,
        rules=rules,
        mode=note.mode,
        lead=lead,
        number=number,
        lease_id=note.lease_id,
        segment=(),
        planned_us=note.dialed_us,
        leg_id=leg_id,
        caller_id=note.caller_id,
        trunk=note.trunk,
        dialed_us=note.dialed_us,
        ordered_us=note.dialed_us,
        answered_us=note.answered_us or None,
        is_recalled=True,
        holds_number=True,
        state=AttemptState.DIALING,
    )
