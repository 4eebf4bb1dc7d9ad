"""The oracle: the index's decisions by a plain scan of everything, at no care for speed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.model.contact import VOICE, Contact
from core.model.events import Candidate, Term
from core.model.ids import AgentId, ContactId, QueueName
from core.model.need import Need
from routing.index import BY_PLACE
from routing.ratios import QueueRatios
from routing.rules import Rulebook
from routing.scores import Scores
from routing.staff import Staff
from routing.standing import Choice, Place, Seat, Standing


class Scan:
    """All contacts in line and all seats, with the questions of `Index`."""

    def __init__(self, rulebook: Rulebook, scores: Scores, staff: Staff) -> None:
        self._staff = staff
        self._rulebook = rulebook
        self._scores = scores
        self._ratios = QueueRatios(rulebook.ratios)
        self._line: dict[ContactId, Standing] = {}
        self._seats: dict[AgentId, Seat] = {}

    # --- contacts in line ------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._line)

    def __iter__(self) -> Iterator[Standing]:
        return iter(sorted(self._line.values(), key=_place))

    def standing(self, contact_id: ContactId) -> Standing | None:
        return self._line.get(contact_id)

    def join(self, standing: Standing) -> None:
        self._line[standing.contact.contact_id] = standing

    def leave(self, contact_id: ContactId) -> Standing:
        return self._line.pop(contact_id)

    def alter(self, contact_id: ContactId, **changes: Any) -> None:
        standing = self._line[contact_id]
        for name, value in changes.items():
            setattr(standing, name, value)

    def of_queue(self, queue: QueueName, channel: str = VOICE) -> list[Contact]:
        return [standing.contact for standing in self if _waits_for(standing, queue, channel)]

    def length(self, queue: QueueName, channel: str = VOICE) -> int:
        return sum(1 for standing in self._line.values() if _waits_for(standing, queue, channel))

    def position(self, contact_id: ContactId) -> int:
        own = self._line[contact_id]
        like_it = (s for s in self._line.values() if _waits_for(s, own.kind.queue, own.channel))
        return 1 + sum(1 for standing in like_it if _place(standing) < _place(own))

    def first_queued_us(self, queue: QueueName, channel: str = VOICE) -> int | None:
        return min((contact.queued_us or 0 for contact in self.of_queue(queue, channel)), default=None)

    # --- seats -----------------------------------------------------------------------------------

    def seats(self) -> Iterator[Seat]:
        return iter(sorted(self._seats.values(), key=_sequence))

    def ready(self, need: Need, channel: str = VOICE) -> int:
        idle = (seat for seat in self._seats.values() if channel in seat.channels)
        return sum(need.level(seat.skills) is not None for seat in idle)

    def is_ready(self, agent_id: AgentId, need: Need, channel: str = VOICE) -> bool:
        idle = (seat for seat in self._seats.values() if channel in seat.channels)
        return any(seat.agent_id == agent_id and need.level(seat.skills) is not None for seat in idle)

    def seat(self, seat: Seat) -> None:
        self._seats[seat.agent_id] = seat

    def unseat(self, agent_id: AgentId) -> Seat | None:
        return self._seats.pop(agent_id, None)

    def refresh(self, agent_id: AgentId) -> None:
        """Nothing is kept that could be out of date."""

    def note_served(self, contact_id: ContactId) -> None:
        self._ratios.note_served(self._line[contact_id].kind.queue, self.length)

    # --- the two questions -----------------------------------------------------------------------

    def best_agent(self, contact_id: ContactId, now_us: int) -> Choice | None:
        standing = self._line[contact_id]
        able = [self._as_agent(standing, seat, now_us) for seat in self.seats() if self._may(standing, seat)]
        if not able:
            return None
        able.sort(key=_score, reverse=True)  # stable: among equals the longest idle stays first
        return Choice(
            asked="agent",
            rule=self._rulebook.tier(standing.kind).choose,
            winner=able[0],
            runner_up=able[1] if len(able) > 1 else None,
            candidates=len(able),
        )

    def best_contact(self, agent_id: AgentId, now_us: int) -> Choice | None:
        seat = self._seats[agent_id]
        able = [self._as_contact(standing, seat, now_us) for standing in self if self._may(standing, seat)]
        if not able:
            return None
        able.sort(key=_score, reverse=True)  # stable: among equals the one further forward
        return Choice(
            asked="contact",
            rule=BY_PLACE,
            winner=able[0],
            runner_up=able[1] if len(able) > 1 else None,
            candidates=len(able),
        )

    def _may(self, standing: Standing, seat: Seat) -> bool:
        return (
            standing.channel in seat.channels
            and standing.held_for in (None, seat.agent_id)
            and self._staff.serves(seat.agent_id, standing.kind.queue)
            and standing.need.level(seat.skills) is not None
            and not self._is_spared(standing, seat)
        )

    def _is_spared(self, standing: Standing, seat: Seat) -> bool:
        """Tell whether the agent is one of the last experts that this contact must leave to others."""
        reserve = standing.spares
        if reserve is None or seat.skills.get(reserve.skill, 0) < reserve.level:
            return False
        idle = (s for s in self._seats.values() if standing.channel in s.channels)
        return sum(s.skills.get(reserve.skill, 0) >= reserve.level for s in idle) <= reserve.count

    def _as_agent(self, standing: Standing, seat: Seat, now_us: int) -> Candidate:
        level = standing.need.level(seat.skills) or 0
        terms = self._scores.rank_terms(standing.kind, seat.agent_id, level) + _preference(standing, seat)
        return _candidate(standing, seat, level, terms, now_us)

    def _as_contact(self, standing: Standing, seat: Seat, now_us: int) -> Candidate:
        level = standing.need.level(seat.skills) or 0
        terms = (
            *_standing_terms(standing, now_us),
            *self._scores.fit_terms(standing.kind, seat.agent_id, level),
            *_preference(standing, seat),
            *self._pressure(standing.kind.queue),
        )
        return _candidate(standing, seat, level, terms, now_us)

    def _pressure(self, queue: QueueName) -> tuple[Term, ...]:
        pressure_us = self._ratios.pressure_us(queue, self.length)
        return (Term("pressure", pressure_us),) if pressure_us else ()


def _waits_for(standing: Standing, queue: QueueName, channel: str) -> bool:
    return standing.kind.queue == queue and standing.channel == channel


def _candidate(standing: Standing, seat: Seat, level: int, terms: tuple[Term, ...], now_us: int) -> Candidate:
    return Candidate(
        agent_id=seat.agent_id,
        contact_id=standing.contact.contact_id,
        level=level,
        idle_us=now_us - seat.since_us,
        score_us=sum(term.us for term in terms),
        terms=terms,
    )


def _standing_terms(standing: Standing, now_us: int) -> tuple[Term, ...]:
    waited_us = standing.contact.waited_us(now_us)
    head_start_us = standing.contact.head_start_us
    credit_us = now_us - standing.place.key_us - waited_us - head_start_us
    credits = (Term("head_start", head_start_us), Term("credit", credit_us))
    return (Term("waited", waited_us), *(term for term in credits if term.us))


def _preference(standing: Standing, seat: Seat) -> tuple[Term, ...]:
    if standing.preferred != seat.agent_id or not standing.preferred_us:
        return ()
    return (Term("preferred", standing.preferred_us),)


def _place(standing: Standing) -> tuple[Place, ContactId]:
    return standing.place, standing.contact.contact_id


def _sequence(seat: Seat) -> int:
    return seat.sequence


def _score(candidate: Candidate) -> int:
    return candidate.score_us
