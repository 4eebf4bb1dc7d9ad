"""How each call goes out: over which trunk, and showing which of our numbers.

Keeps the lines of all trunks and the use of all numbers, for every campaign of the house. Dialing asks how
many calls there is room for, and prepares each; from the events of its leg it is learned when the line is
free again and whether the number was answered.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.engine import Engine
from core.model.attempt import AttemptRecord
from core.model.attempt_events import AnotherWayAsked, AttemptEnded
from core.model.events import LegAnswered, LegEnded, LegFailed, LegRinging, LegTagged
from core.model.message import Event
from core.model.tag import decode_tag
from dialer.attempts import Attempt, AttemptBook
from dialer.caller_ids import CallerIds
from dialer.campaign import CampaignRules
from dialer.note import decode_note
from dialer.progress import TRUNK_AT_FAULT, Unanswered
from dialer.recycling import number_to_avoid
from dialer.trunks import Trunks

_FAULTS = frozenset(map(str, TRUNK_AT_FAULT))


class WaysOut:
    """The feature that knows the lines and our numbers; `pools` are the numbers by the name of their pool."""

    def __init__(
        self, engine: Engine, book: AttemptBook, trunks: Trunks, pools: Mapping[str, CallerIds]
    ) -> None:
        self._book = book
        self._trunks = trunks
        self._pools = pools
        engine.subscribe(LegRinging, self._reached)
        engine.subscribe(LegAnswered, self._reached)
        engine.subscribe(AnotherWayAsked, self._sent_on)
        engine.subscribe(AttemptEnded, self._attempt_ended)
        engine.subscribe(LegEnded, self._leg_over)
        engine.subscribe(LegFailed, self._leg_over)
        engine.subscribe(LegTagged, self._tagged)

    def room(self, rules: CampaignRules, wanted: int, now_us: int) -> int:
        """Return how many of `wanted` calls of the campaign may go out now."""
        return self._trunks.room(rules.name, wanted, now_us, by_agent=rules.agents_first)

    def serve(self, attempt: Attempt) -> bool:
        """Tell whether any trunk is for numbers of that country: without, waiting helps nobody."""
        return self._trunks.serve(attempt.rules.name, attempt.number.country)

    def has_other(self, attempt: Attempt, now_us: int) -> bool:
        """Tell whether a trunk that has not refused the attempt's call might carry it."""
        besides = (*attempt.refused_by, attempt.trunk)
        return self._trunks.carries(attempt.rules.name, attempt.number.country, now_us, besides=besides)

    def are_failing(self, campaign: str) -> bool:
        """Tell whether all trunks of the campaign refuse calls."""
        return self._trunks.are_failing(campaign)

    def has_lines(self, campaign: str, now_us: int) -> bool:
        """Tell whether any trunk of the campaign has a line left."""
        return self._trunks.has_lines(campaign, now_us)

    def prepare(self, attempt: Attempt, now_us: int) -> str | None:
        """Give the attempt's leg a line and a number to show; return its address, None where it must wait."""
        shown = self._number_to_show(attempt, now_us)
        if shown is None:
            return None
        number, rules = attempt.number, attempt.rules
        way = self._trunks.take(
            attempt.leg_id,
            rules.name,
            number.number,
            number.country,
            now_us,
            besides=attempt.refused_by,
            by_agent=attempt.agent_first,
        )
        if way is None:
            return None
        attempt.trunk, attempt.caller_id = way.trunk, shown
        if attempt.pool:
            self._pools[attempt.pool].shown(shown, now_us)
        return way.address

    def _number_to_show(self, attempt: Attempt, now_us: int) -> str | None:
        rules, number, pool = attempt.rules, attempt.number, attempt.pool
        if not pool:
            return attempt.arm.shown_number or rules.shown_number
        besides = number_to_avoid(rules.recycling, attempt.lead)
        return self._pools[pool].choose(number.country, number.regions, now_us, besides=besides)

    # --- what becomes of it ---------------------------------------------------------------------------

    def _reached(self, event: LegRinging | LegAnswered) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is not None:
            attempt.rang = True
            self._trunks.carried(attempt.trunk, attempt.ordered_us)

    def _sent_on(self, event: AnotherWayAsked) -> None:
        attempt = self._book.get(event.attempt_id)
        if attempt is not None:
            self._trunks.refused(event.trunk, attempt.ordered_us, event.at_us)

    def _attempt_ended(self, event: AttemptEnded) -> None:
        record = event.record
        if record.disposition in _FAULTS:
            self._trunks.refused(record.trunk, record.dialed_us, event.at_us)
        elif record.disposition != Unanswered.LOST:
            self._trunks.carried(record.trunk, record.dialed_us)
            self._judge(record, event)

    def _judge(self, record: AttemptRecord, why: Event) -> None:
        """Hold an outcome against the number that was shown."""
        for pool in self._pools.values():
            pool.ended(record.caller_id, answered=record.answered_us is not None, now_us=why.at_us)

    def _tagged(self, event: LegTagged) -> None:
        """Count the line of somebody whom an earlier run dialed."""
        tag = decode_tag(event.tag)
        note = decode_note(tag.attempt) if tag is not None else None
        if note is not None:
            self._trunks.adopt(event.leg_id, note.campaign, note.trunk)

    def _leg_over(self, event: LegEnded | LegFailed) -> None:
        self._trunks.ended(event.leg_id)
