"""Who waits and who is idle, and the best pair of them.

Two questions are ever asked. A contact came: which idle agent is best for it? An agent became idle: who
of those waiting comes first? Between them they keep the promise that no ready agent sits beside a waiting
contact that agent could serve.

No question looks at everybody. Contacts that an agent compares by place alone share a line, so a freed agent
looks at the heads of the lines he may serve; those who wait for him by name he looks at one by one. Agents
are kept with each need they meet, by level and then longest idle (`routing.channel`). The decisions are
those of a plain scan of everything, which the tests keep (`tests/unit/routing/scan.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from core.kernel.ordered import Ordered
from core.model.contact import VOICE, Contact
from core.model.events import Candidate, Term
from core.model.ids import AgentId, ContactId, QueueName
from routing.channel import Channel
from routing.demand import Entry, Line, entry_of
from routing.ratios import QueueRatios
from routing.rules import Kind, Reserve, Rulebook, Strategy
from routing.scores import Scores
from routing.standing import Choice, Seat, Standing

BY_PLACE = "by_place"
"""The rule by which a freed agent takes a contact: the furthest forward, all credits counted."""

_ALIKE = frozenset({Strategy.LONGEST_IDLE, Strategy.HIGHEST_LEVEL, Strategy.LOWEST_LEVEL})
"""Strategies by which agents of one level rank alike, so that the longest idle of each level is enough."""


class _Contender(NamedTuple):
    """A contact as a freed agent compares it: the least comes first, by its place less its worth to him."""

    after_us: int
    entry: Entry
    level: int


class _Rival(NamedTuple):
    """An idle agent as an arriving contact compares him: the greatest comes first, then the longest idle."""

    rank_us: int
    idle_before: int
    seat: Seat
    level: int


class Index:
    """All contacts in line and all seats."""

    def __init__(self, rulebook: Rulebook, scores: Scores) -> None:
        self._rulebook = rulebook
        self._scores = scores
        self._ratios = QueueRatios(rulebook.ratios)
        self._standings: dict[ContactId, Standing] = {}
        self._queues: dict[tuple[QueueName, str], Ordered[Entry]] = {}
        # Who waits for an agent by name: for nobody else, or for that one rather than for others.
        self._personal: dict[AgentId, dict[ContactId, Standing]] = {}
        self._seats: dict[AgentId, Seat] = {}
        self._channels: dict[str, Channel] = {}

    # --- contacts in line ------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._standings)

    def __iter__(self) -> Iterator[Standing]:
        """Go through all who wait, by their places."""
        return iter(sorted(self._standings.values(), key=entry_of))

    def standing(self, contact_id: ContactId) -> Standing | None:
        """Return how the contact stands in line, None where it does not."""
        return self._standings.get(contact_id)

    def join(self, standing: Standing) -> None:
        """Let a contact stand in line."""
        contact_id = standing.contact.contact_id
        self._standings[contact_id] = standing
        self._queue(standing.kind.queue, standing.channel).add(entry_of(standing))
        if standing.held_for is None:
            self._channel(standing.channel).join(standing)
        for agent_id in _waited_for(standing):
            self._personal.setdefault(agent_id, {})[contact_id] = standing

    def leave(self, contact_id: ContactId) -> Standing:
        """Take the contact out and return how it stood."""
        standing = self._standings.pop(contact_id)
        self._queue(standing.kind.queue, standing.channel).remove(entry_of(standing))
        if standing.held_for is None:
            self._channels[standing.channel].leave(standing)
        for agent_id in _waited_for(standing):
            del self._personal[agent_id][contact_id]
            if not self._personal[agent_id]:
                del self._personal[agent_id]
        return standing

    def alter(self, contact_id: ContactId, **changes: Any) -> None:
        """Change how a contact stands (`need`, `place`, `held_for`, `preferred`, `spares`...)."""
        standing = self.leave(contact_id)
        for name, value in changes.items():
            setattr(standing, name, value)
        self.join(standing)

    def of_queue(self, queue: QueueName, channel: str = VOICE) -> list[Contact]:
        """Return the contacts of `channel` that wait in `queue`, first in line first."""
        return [self._standings[entry[2]].contact for entry in self._queue(queue, channel)]

    def length(self, queue: QueueName, channel: str = VOICE) -> int:
        """Return how many contacts of `channel` wait in `queue`."""
        return len(self._queue(queue, channel))

    def position(self, contact_id: ContactId) -> int:
        """Return the contact's rank in its own queue and channel, 1 for the next to be served."""
        own = self._standings[contact_id]
        return 1 + self._queue(own.kind.queue, own.channel).rank(entry_of(own))

    def _queue(self, queue: QueueName, channel: str) -> Ordered[Entry]:
        line = self._queues.get((queue, channel))
        if line is None:
            line = self._queues[queue, channel] = Ordered()
        return line

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel()
        return channel

    # --- seats -----------------------------------------------------------------------------------

    def seats(self) -> Iterator[Seat]:
        """Go through the seats, longest idle first."""
        return iter(sorted(self._seats.values(), key=_sequence))

    def seat(self, seat: Seat) -> None:
        """Count the agent as idle on the seat's channels."""
        self.unseat(seat.agent_id)
        self._seats[seat.agent_id] = seat
        for channel in seat.channels:
            self._channel(channel).seat(seat)

    def unseat(self, agent_id: AgentId) -> Seat | None:
        """Count the agent as idle no longer; return the seat there was."""
        seat = self._seats.pop(agent_id, None)
        if seat is not None:
            for channel in seat.channels:
                self._channels[channel].unseat(agent_id)
        return seat

    def refresh(self, agent_id: AgentId) -> None:
        """Take note that the scores of this agent have changed."""

    def note_served(self, contact_id: ContactId) -> None:
        """Take note that a freed agent gets this contact, which is still in line."""
        self._ratios.note_served(self._standings[contact_id].kind.queue, self.length)

    # --- a contact came: who is best for it? -------------------------------------------------------

    def best_agent(self, contact_id: ContactId, now_us: int) -> Choice | None:
        """Return the best idle agent for a contact in line, None where there is none."""
        standing = self._standings[contact_id]
        candidates, rivals = self._rivals_beside(standing)
        if not rivals:
            return None
        rivals.sort(key=_rank, reverse=True)
        best = [self._as_agent(standing, seat, level, now_us) for _, _, seat, level in rivals[:2]]
        return Choice(
            asked="agent",
            rule=self._rulebook.tier(standing.kind).choose,
            winner=best[0],
            runner_up=best[1] if len(best) > 1 else None,
            candidates=candidates,
        )

    def _rivals_beside(self, standing: Standing) -> tuple[int, list[_Rival]]:
        """Return how many idle agents may have the contact, and those of them who may be the best two."""
        if standing.held_for is not None:
            rivals = [*self._named(standing, standing.held_for)]
            return len(rivals), rivals
        demand = self._channel(standing.channel).able(standing.need)
        spared = self._spared(standing.channel, standing.spares)
        rivals = []
        for level, idle in demand.able.items():
            seats: Iterable[Seat] = idle.values()
            if spared:
                seats = (seat for seat in seats if seat.agent_id not in spared)
            if self._rulebook.tier(standing.kind).choose in _ALIKE:
                seats = islice(seats, 2)
            rivals += [self._rival(standing, seat, level) for seat in seats]
        if standing.preferred is not None:
            rivals = [rival for rival in rivals if rival.seat.agent_id != standing.preferred]
            rivals += self._named(standing, standing.preferred)
        return demand.ready(spared), rivals

    def _named(self, standing: Standing, agent_id: AgentId) -> Iterator[_Rival]:
        """Return this one agent as a rival, if he is idle and may have the contact."""
        seat = self._seats.get(agent_id)
        if seat is not None and standing.channel in seat.channels:
            level = self._level(standing, seat)
            if level is not None:
                yield self._rival(standing, seat, level)

    def _rival(self, standing: Standing, seat: Seat, level: int) -> _Rival:
        rank_us = self._scores.rank_us(standing.kind, seat.agent_id, level)
        return _Rival(rank_us + _bonus_us(standing, seat.agent_id), -seat.sequence, seat, level)

    # --- an agent became idle: who comes first? ---------------------------------------------------------

    def best_contact(self, agent_id: AgentId, now_us: int) -> Choice | None:
        """Return the contact in line that comes first for an idle agent, None where there is none."""
        seat = self._seats[agent_id]
        candidates, contenders = self._contenders_for(seat)
        if not contenders:
            return None
        contenders.sort()
        best = [self._as_contact(contender, seat, now_us) for contender in contenders[:2]]
        return Choice(
            asked="contact",
            rule=BY_PLACE,
            winner=best[0],
            runner_up=best[1] if len(best) > 1 else None,
            candidates=candidates,
        )

    def _contenders_for(self, seat: Seat) -> tuple[int, list[_Contender]]:
        """Return how many contacts the agent may have, and those of them that may be the first two."""
        personal = self._personal.get(seat.agent_id, {})
        contenders = [*self._by_name(seat, personal)]
        candidates = sum(self._standings[each.entry[2]].held_for is not None for each in contenders)
        for line, level in self._lines_for(seat):
            candidates += len(line)
            worth_us = self._worth_us(line.kind, seat.agent_id, level)
            heads = line.head(2) if not personal else _heads_beside(line, personal)
            contenders += [_Contender(entry[0] - worth_us, entry, level) for entry in heads]
        return candidates, contenders

    def _by_name(self, seat: Seat, personal: Mapping[ContactId, Standing]) -> Iterator[_Contender]:
        """Go through those that wait for this agent by name and may have him."""
        for standing in personal.values():
            level = self._level(standing, seat)
            if standing.channel in seat.channels and level is not None:
                worth_us = self._worth_us(standing.kind, seat.agent_id, level)
                worth_us += _bonus_us(standing, seat.agent_id)
                entry = entry_of(standing)
                yield _Contender(entry[0] - worth_us, entry, level)

    def _lines_for(self, seat: Seat) -> Iterator[tuple[Line, int]]:
        """Go through the lines that the agent may serve, with his level in what each asks for."""
        for channel in seat.channels:
            for demand, level in self._channels[channel].met_by(seat.agent_id).items():
                for line in demand.lines.values():
                    if line.spares is None or seat.agent_id not in self._spared(channel, line.spares):
                        yield line, level

    def _worth_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return by how much contacts of `kind` stand further forward for this agent than by their place."""
        fit_us = self._scores.fit_us(kind, agent_id, level)
        return fit_us + self._ratios.pressure_us(kind.queue, self.length)

    # --- who may have whom -----------------------------------------------------------------------------

    def _level(self, standing: Standing, seat: Seat) -> int | None:
        """Return the agent's level in what the contact asks for, None where he may not have it."""
        if seat.agent_id in self._spared(standing.channel, standing.spares):
            return None
        return standing.need.level(seat.skills)

    def _spared(self, channel: str, reserve: Reserve | None) -> Mapping[AgentId, None]:
        """Return the idle agents that whoever spares `reserve` must leave to others now."""
        if reserve is None:
            return {}
        experts = self._channel(channel).experts(reserve)
        return experts if len(experts) <= reserve.count else {}

    # --- the explanation -------------------------------------------------------------------------------

    def _as_agent(self, standing: Standing, seat: Seat, level: int, now_us: int) -> Candidate:
        rank_terms = self._scores.rank_terms(standing.kind, seat.agent_id, level)
        terms = rank_terms + _preference(standing, seat.agent_id)
        return _candidate(standing, seat, level, terms, now_us)

    def _as_contact(self, contender: _Contender, seat: Seat, now_us: int) -> Candidate:
        standing = self._standings[contender.entry[2]]
        terms = (
            *_standing_terms(standing, now_us),
            *self._scores.fit_terms(standing.kind, seat.agent_id, contender.level),
            *_preference(standing, seat.agent_id),
            *self._pressure(standing.kind.queue),
        )
        return _candidate(standing, seat, contender.level, terms, now_us)

    def _pressure(self, queue: QueueName) -> tuple[Term, ...]:
        pressure_us = self._ratios.pressure_us(queue, self.length)
        return (Term("pressure", pressure_us),) if pressure_us else ()


def _waited_for(standing: Standing) -> tuple[AgentId, ...]:
    """Return the agents whom the contact waits for by name."""
    if standing.held_for is not None:
        return (standing.held_for,)
    return () if standing.preferred is None else (standing.preferred,)


def _bonus_us(standing: Standing, agent_id: AgentId) -> int:
    return standing.preferred_us if standing.preferred == agent_id else 0


def _heads_beside(line: Line, personal: Mapping[ContactId, Standing]) -> list[Entry]:
    """Return the first two of the line who do not wait for the agent by name."""
    return list(islice((entry for entry in line if entry[2] not in personal), 2))


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
    """Return what a contact's place is made of: the time in line, its tier's head start, other credits."""
    waited_us = standing.contact.waited_us(now_us)
    head_start_us = standing.contact.head_start_us
    credit_us = now_us - standing.place.key_us - waited_us - head_start_us
    credits = (Term("head_start", head_start_us), Term("credit", credit_us))
    return (Term("waited", waited_us), *(term for term in credits if term.us))


def _preference(standing: Standing, agent_id: AgentId) -> tuple[Term, ...]:
    bonus_us = _bonus_us(standing, agent_id)
    return (Term("preferred", bonus_us),) if bonus_us else ()


def _sequence(seat: Seat) -> int:
    return seat.sequence


def _rank(rival: _Rival) -> tuple[int, int]:
    return rival[:2]
