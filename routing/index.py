"""Who waits and who is idle, and the best pair of them.

Two questions are ever asked. A contact came: which idle agent is best for it? An agent became idle: who
of those waiting comes first? Between them they keep the promise that no ready agent sits beside a waiting
contact that agent could serve.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.model.contact import VOICE, Contact
from core.model.events import Candidate, Term
from core.model.ids import AgentId, ContactId, QueueName
from routing.ratios import QueueRatios
from routing.rules import Rulebook
from routing.scores import Scores
from routing.standing import Choice, Place, Seat, Standing

BY_PLACE = "by_place"
"""The rule by which a freed agent takes a contact: the furthest forward, all credits counted."""


class Index:
    """All contacts in line and all seats."""

    def __init__(self, rulebook: Rulebook, scores: Scores) -> None:
        self._rulebook = rulebook
        self._scores = scores
        self._ratios = QueueRatios(rulebook.ratios)
        self._line: dict[ContactId, Standing] = {}
        self._seats: dict[AgentId, Seat] = {}

    # --- contacts in line ------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._line)

    def __iter__(self) -> Iterator[Standing]:
        """Go through all who wait, by their places."""
        return iter(sorted(self._line.values(), key=_place))

    def standing(self, contact_id: ContactId) -> Standing | None:
        """Return how the contact stands in line, None where it does not."""
        return self._line.get(contact_id)

    def join(self, standing: Standing) -> None:
        """Let a contact stand in line."""
        self._line[standing.contact.contact_id] = standing

    def leave(self, contact_id: ContactId) -> Standing:
        """Take the contact out and return how it stood."""
        return self._line.pop(contact_id)

    def alter(self, contact_id: ContactId, **changes: Any) -> None:
        """Change how a contact stands (`need`, `place`, `held_for`, `preferred`, `spares`...)."""
        standing = self._line[contact_id]
        for name, value in changes.items():
            setattr(standing, name, value)

    def of_queue(self, queue: QueueName, channel: str = VOICE) -> list[Contact]:
        """Return the contacts of `channel` that wait in `queue`, first in line first."""
        return [standing.contact for standing in self if _waits_for(standing, queue, channel)]

    def length(self, queue: QueueName, channel: str = VOICE) -> int:
        """Return how many contacts of `channel` wait in `queue`."""
        return sum(1 for standing in self._line.values() if _waits_for(standing, queue, channel))

    def position(self, contact_id: ContactId) -> int:
        """Return the contact's rank in its own queue and channel, 1 for the next to be served."""
        own = self._line[contact_id]
        like_it = (s for s in self._line.values() if _waits_for(s, own.kind.queue, own.channel))
        return 1 + sum(1 for standing in like_it if standing.place < own.place)

    # --- seats -----------------------------------------------------------------------------------

    def seats(self) -> Iterator[Seat]:
        """Go through the seats, longest idle first."""
        return iter(sorted(self._seats.values(), key=_sequence))

    def seat(self, seat: Seat) -> None:
        """Count the agent as idle on the seat's channels."""
        self._seats[seat.agent_id] = seat

    def unseat(self, agent_id: AgentId) -> Seat | None:
        """Count the agent as idle no longer; return the seat there was."""
        return self._seats.pop(agent_id, None)

    def refresh(self, agent_id: AgentId) -> None:
        """Take note that the scores of this agent have changed."""

    def note_served(self, contact_id: ContactId) -> None:
        """Take note that a freed agent gets this contact, which is still in line."""
        self._ratios.note_served(self._line[contact_id].kind.queue, self.length)

    # --- the two questions -----------------------------------------------------------------------

    def best_agent(self, contact_id: ContactId, now_us: int) -> Choice | None:
        """Return the best idle agent for a contact in line, None where there is none."""
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
        """Return the contact in line that comes first for an idle agent, None where there is none."""
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
        level = _level(standing, seat)
        terms = self._scores.rank_terms(standing.kind, seat.agent_id, level) + _preference(standing, seat)
        return Candidate(
            agent_id=seat.agent_id,
            contact_id=standing.contact.contact_id,
            level=level,
            idle_us=now_us - seat.since_us,
            score_us=sum(term.us for term in terms),
            terms=terms,
        )

    def _as_contact(self, standing: Standing, seat: Seat, now_us: int) -> Candidate:
        level = _level(standing, seat)
        terms = (
            *_standing_terms(standing, now_us),
            *self._scores.fit_terms(standing.kind, seat.agent_id, level),
            *_preference(standing, seat),
            *self._pressure(standing.kind.queue),
        )
        return Candidate(
            agent_id=seat.agent_id,
            contact_id=standing.contact.contact_id,
            level=level,
            idle_us=now_us - seat.since_us,
            score_us=sum(term.us for term in terms),
            terms=terms,
        )

    def _pressure(self, queue: QueueName) -> tuple[Term, ...]:
        pressure_us = self._ratios.pressure_us(queue, self.length)
        return (Term("pressure", pressure_us),) if pressure_us else ()


def _waits_for(standing: Standing, queue: QueueName, channel: str) -> bool:
    return standing.kind.queue == queue and standing.channel == channel


def _level(standing: Standing, seat: Seat) -> int:
    return standing.need.level(seat.skills) or 0


def _standing_terms(standing: Standing, now_us: int) -> tuple[Term, ...]:
    """Return what a contact's place is made of: the time in line, its tier's head start, other credits."""
    waited_us = standing.contact.waited_us(now_us)
    head_start_us = standing.contact.head_start_us
    credit_us = now_us - standing.place.key_us - waited_us - head_start_us
    credits = (Term("head_start", head_start_us), Term("credit", credit_us))
    return (Term("waited", waited_us), *(term for term in credits if term.us))


def _preference(standing: Standing, seat: Seat) -> tuple[Term, ...]:
    if standing.preferred != seat.agent_id or not standing.preferred_us:
        return ()
    return (Term("preferred", standing.preferred_us),)


def _place(standing: Standing) -> Place:
    return standing.place


def _sequence(seat: Seat) -> int:
    return seat.sequence


def _score(candidate: Candidate) -> int:
    return candidate.score_us
