"""Recovery: attempts that an earlier run of the engine left ringing, waiting or talking.

The ledger tells which attempts no event ends, and they are in the book again before the telephone system
tells anything: from then on its snapshot is news like any other. What the ledger had not written yet is known
by the note on the leg. Who rings goes on ringing, who talks goes on talking, and the lead is settled when it
is over; so nobody is dialed twice. What has no leg any more is lost, and tried again soon.
"""

from __future__ import annotations

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.record import replace
from core.model.attempt import AttemptState, AttemptTrigger
from core.model.attempt_events import AttemptRecalled
from core.model.commands import HangUpLeg
from core.model.contact import ContactState
from core.model.events import ContactAdopted, DialogueOpened, LegTagged
from core.model.ids import ContactId, LegId
from core.model.leg import Leg
from core.model.tag import ATTEMPT, decode_tag
from dialer.attempts import Attempt, AttemptBook, recalled
from dialer.campaign import Mode
from dialer.desk import CampaignDesk
from dialer.note import AttemptNote, decode_note

_UNKNOWN_YET = frozenset({AttemptState.DIALING, AttemptState.ANSWERED})
"""What the ledger may still have of an attempt that had come further: it is written a moment later."""


class AttemptRecall:
    """The feature that puts attempts of an earlier run into the book; `OutboundCalls` goes on with them.

    `our_attempts` is what the identities of this run's attempts begin with.
    """

    def __init__(
        self,
        engine: Engine,
        calls: CallBook,
        contacts: ContactBook,
        desk: CampaignDesk,
        book: AttemptBook,
        our_attempts: str,
    ) -> None:
        self._engine = engine
        self._calls = calls
        self._contacts = contacts
        self._desk = desk
        self._book = book
        self._our_attempts = our_attempts
        self._unseen: dict[str, Attempt] = {}
        engine.subscribe(AttemptRecalled, self._recalled)
        engine.subscribe(LegTagged, self._tagged)
        engine.subscribe(DialogueOpened, self._came_back)
        engine.subscribe(ContactAdopted, self._adopted)

    def _recalled(self, event: AttemptRecalled) -> None:
        dialed, note = event.dialed, decode_note(event.dialed.note)
        attempt = self._take_up(note, dialed.contact_id, dialed.leg_id)
        if attempt is None:
            return
        attempt.allowed_by, attempt.agent_id = dialed.rules, event.agent_id
        attempt.told_segment, attempt.lead = dialed.segment, replace(attempt.lead, tier=dialed.tier)
        if event.answered_us is not None:
            self._move_on(attempt, event.answered_us, connected_us=event.connected_us, dropped=event.dropped)

    def _take_up(self, note: AttemptNote | None, contact_id: ContactId, leg_id: LegId) -> Attempt | None:
        """Put an attempt into the book again; None where it is there, or of a campaign that is no more."""
        campaign = self._desk.find(note.campaign) if note is not None else None
        if note is None or campaign is None or self._book.get(note.attempt_id) is not None:
            return None
        attempt = recalled(note, campaign.rules, contact_id, leg_id)
        self._book.add(attempt)
        self._unseen[attempt.attempt_id] = attempt
        return attempt

    def _move_on(
        self, attempt: Attempt, answered_us: int, *, connected_us: int | None, dropped: bool
    ) -> None:
        """Bring an attempt that was answered as far as it had come; its leg may have told of the answer."""
        if attempt.state is AttemptState.DIALING:
            self._book.move(attempt, AttemptTrigger.ANSWER)
        self._book.move(attempt, AttemptTrigger.FIND_PERSON)
        attempt.answered_us = answered_us
        if dropped:
            self._book.move(attempt, AttemptTrigger.DROP)
        elif connected_us is not None:
            self._book.move(attempt, AttemptTrigger.CONNECT)
            attempt.connected_us = connected_us

    # --- what the telephone system tells ----------------------------------------------------------------

    def _tagged(self, event: LegTagged) -> None:
        self._read(event.leg_id, event.tag)

    def _came_back(self, event: DialogueOpened) -> None:
        """Know a person again who answered while we were away, before the snapshot tells of the leg."""
        self._read(event.leg_id, event.tag)

    def _read(self, leg_id: LegId, text: str) -> None:
        """Take up an attempt that nothing but the note on its leg tells of."""
        tag = decode_tag(text)
        note = decode_note(tag.attempt) if tag is not None and tag.role == ATTEMPT else None
        if tag is None or note is None:
            return
        if self._book.get(note.attempt_id) is None and note.attempt_id.startswith(self._our_attempts):
            self._engine.send(HangUpLeg(leg_id=leg_id))  # over by now: our hang-up of it was lost
        else:
            self._take_up(note, ContactId(tag.contact), leg_id)

    def _adopted(self, event: ContactAdopted) -> None:
        """Know the attempt of a contact that waits, talks, or hears why it found nobody."""
        contact = self._contacts.get(event.contact_id)
        note = decode_note(contact.attempt) if contact is not None else None
        if contact is None or note is None:
            return
        attempt = self._take_up(note, contact.contact_id, contact.leg_id) or self._book.get(note.attempt_id)
        if attempt is None or attempt.state not in _UNKNOWN_YET:
            return
        answered_us = note.answered_us or contact.arrived_us
        hears_a_flow = event.state is ContactState.IN_IVR
        is_served = hears_a_flow and attempt.rules.mode is Mode.AGENTLESS
        self._move_on(
            attempt,
            answered_us,
            connected_us=answered_us if is_served else contact.connected_us,
            dropped=hears_a_flow and not is_served,
        )
        attempt.agent_id = contact.agent_id or ""

    def take(self) -> list[tuple[Attempt, Leg | None]]:
        """Return those put into the book since the last snapshot, with their legs, None where one is gone."""
        found = [
            (attempt, self._calls.legs.get(attempt.leg_id))
            for attempt in self._unseen.values()
            if self._book.get(attempt.attempt_id) is attempt
        ]
        self._unseen.clear()
        return found
