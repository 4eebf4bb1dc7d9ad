"""What agents say that contacts of campaigns came to: which words there are, what follows from each.

A contact of a campaign is wrapped up with one of the dispositions of the house. One that says that no more
calls are wanted puts the number on the do-not-call list in the same instant; one that promises another call
says when, and nothing is promised that may not be kept. What follows for the lead is settled when the attempt
is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.attempt import AttemptRecord
from core.model.contact import Contact
from core.model.disposition import MACHINE, SYSTEM, TALKED, Disposition
from core.model.events import ContactClosed
from core.model.requests import FinishWrapUp
from dialer.asking import callee_of
from dialer.attempts import Attempt, AttemptBook
from dialer.forbidding import forbid
from dialer.promises import Promise, promise, refuse_untimely
from dialer.recycling import next_try


class Settlement(NamedTuple):
    """When a lead comes up again (None: never), whether as a callback, whose, and for how long alone."""

    again_us: int | None = None
    callback: bool = False
    owner: str = ""
    alone_until_us: int = 0


def settlement(attempt: Attempt, record: AttemptRecord) -> Settlement:
    """Return what becomes of the lead of an attempt that is over, `record` being all that is known of it."""
    if attempt.refused:
        return Settlement()
    promised = attempt.promised
    if promised is not None:
        return Settlement(promised.at_us, True, promised.owner, promised.alone_until_us)
    again = next_try(attempt.rules.recycling, attempt.lead, record, is_recalled=attempt.is_recalled)
    return Settlement(again.at_us, again.first) if again else Settlement()


class Results:
    """The feature that knows what contacts of campaigns may come to; without `dispositions` to anything."""

    def __init__(self, engine: Engine, book: AttemptBook, dispositions: Mapping[str, Disposition]) -> None:
        self._engine = engine
        self._book = book
        self._dispositions = dispositions
        engine.subscribe(ContactClosed, self._closed)

    def of(self, code: str) -> Disposition:
        """Return what a code says; one that is not known (any more) says that somebody was talked to."""
        return self._dispositions.get(code) or SYSTEM.get(code) or SYSTEM[TALKED]

    def check(self, contact: Contact, wish: FinishWrapUp) -> None:
        """Raise `RequestRefused` where a campaign's contact cannot come to what the agent says."""
        attempt = self._book.of_contact(contact.contact_id)
        if attempt is None or not self._dispositions:
            return
        if attempt.audited and wish.disposition == MACHINE:
            return  # it was taken for one, and now it is known
        if wish.disposition not in self._dispositions:
            raise RequestRefused("unknown_disposition", f"say one of: {', '.join(self._dispositions)}")
        if self._dispositions[wish.disposition].is_callback:
            rules = attempt.rules
            promised = _promised(attempt, wish, wish.agent_id)
            callee = callee_of(rules, attempt.lead, attempt.number)
            refuse_untimely(promised, rules.promises, rules.law, callee, wish.at_us, rules.holidays)
            if not rules.is_open(promised.at_us):
                raise RequestRefused("out_of_hours", f"{rules.name} calls nobody then")

    def _closed(self, event: ContactClosed) -> None:
        """Do what the agent's word asks for; who ended the wrap-up without one has said nothing."""
        attempt = self._book.of_contact(event.contact_id)
        if attempt is None:
            return
        told = self.of(event.disposition)
        if told.is_dnc:
            forbid(self._engine, event, attempt, told.label)
        attempt.refused = attempt.refused or told.is_refusal
        if told.is_callback:
            attempt.promised = _promised(attempt, event, attempt.agent_id)


def _promised(attempt: Attempt, told: FinishWrapUp | ContactClosed, agent_id: str) -> Promise:
    """Return what was promised, on the clock of who was called as far as anybody knows it."""
    rules = attempt.rules
    clock = rules.recycling.clock(attempt.number.zones)
    return promise(rules.promises, told.callback_at, told.callback_by, clock, agent_id)
