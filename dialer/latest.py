"""What happened here of late, which the store's word on a lead may not hold yet.

A lead comes with its past as of when it was leased; since then another campaign may have called the same
person, or a person at the same telephone: that is remembered here for as long as a lead may stay in hand. A
number that somebody forbade is on its way into the store: that is remembered until the store has it, and no
longer, for who takes it off the list there is to be obeyed. Both are asked at the moment of dialing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import NumberForbidden
from core.model.lead import HOUSE_LIST, Lead, PastAttempt, at_whom, past_attempt
from core.model.lead_orders import ListingWritten
from dialer.campaign import CampaignRules

FORBIDDEN_MAX = 100_000
"""Numbers remembered that were forbidden: many more than are in any store's queue of writes."""
ASKED_BEFORE_US = 10 * SECOND_US
"""How long after a number was written down an answer may come from before that: twice a store's deadline."""


class Latest:
    """The attempts that ended, and the numbers that were forbidden, since the oldest lease began."""

    def __init__(self, engine: Engine, campaigns: Iterable[CampaignRules]) -> None:
        self._keep_us = max(rules.lease_us for rules in campaigns)
        self._ended: deque[AttemptEnded] = deque()
        self._past: dict[str, dict[str, PastAttempt]] = {}
        self._forbidden: dict[str, int] = {}  # how many wishes the store has not written down yet
        self._written: deque[ListingWritten] = deque()
        engine.subscribe(AttemptEnded, self._attempt_ended)
        engine.subscribe(NumberForbidden, self._number_forbidden)
        engine.subscribe(ListingWritten, self._written.append)

    def told_of(self, lead: Lead) -> Lead:
        """Return the lead with its past up to now."""
        found: dict[str, PastAttempt] = {}
        for whom in at_whom(lead.person_id, *(number.number for number in lead.numbers)):
            found |= self._past.get(whom, {})
        known = {(past.at_us, past.number) for past in lead.past}
        news = [past for past in found.values() if (past.at_us, past.number) not in known]
        return replace(lead, past=(*lead.past, *news)) if news else lead

    def listings(self, number: str, told: tuple[str, ...], now_us: int) -> tuple[str, ...]:
        """Return what forbids a number, beyond what the store has `told` of it by now."""
        self._leave_to_the_store(now_us - ASKED_BEFORE_US)
        return (*told, HOUSE_LIST) if number in self._forbidden else told

    def _attempt_ended(self, event: AttemptEnded) -> None:
        record = event.record
        self._ended.append(event)
        for whom in at_whom(record.person_id, record.number):
            of_whom = self._past.setdefault(whom, {})
            of_whom[record.attempt_id] = past_attempt(record, event.campaign)
        self._forget(event.at_us - self._keep_us)

    def _forget(self, before_us: int) -> None:
        while self._ended and self._ended[0].at_us < before_us:
            record = self._ended.popleft().record
            for whom in at_whom(record.person_id, record.number):
                of_whom = self._past[whom]
                of_whom.pop(record.attempt_id, None)
                if not of_whom:
                    del self._past[whom]

    def _number_forbidden(self, event: NumberForbidden) -> None:
        self._forbidden[event.number] = self._forbidden.get(event.number, 0) + 1
        if len(self._forbidden) > FORBIDDEN_MAX:
            del self._forbidden[next(iter(self._forbidden))]

    def _leave_to_the_store(self, before_us: int) -> None:
        """Forget what the store has long enough to have told everybody who asked since."""
        while self._written and self._written[0].at_us < before_us:
            number = self._written.popleft().number
            wishes = self._forbidden.pop(number, 0) - 1
            if wishes > 0:
                self._forbidden[number] = wishes
