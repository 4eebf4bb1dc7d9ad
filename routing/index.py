"""Who waits and who is idle, and the best pair of them.

Two questions are ever asked. A contact came: which idle agent is best for it? An agent became idle: who
of those waiting comes first? Between them they keep the promise that no ready agent sits beside a waiting
contact that agent could serve.

No question looks at everybody. Contacts that an agent compares by place alone share a line, so a freed agent
looks at the heads of the lines it may serve; those who wait for it by name it looks at one by one. Agents are
kept with each need they meet, by level and then longest idle (`routing.channel`). The decisions are those of
a plain scan of everything, which the tests keep (`tests/unit/routing/scan.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from heapq import heappop
from operator import attrgetter
from typing import Any

from core.kernel.ordered import Entry
from core.model.contact import VOICE, Contact
from core.model.events import Candidate, Term
from core.model.ids import AgentId, ContactId, QueueName
from core.model.need import Need
from routing.channel import Channel
from routing.demand import Demand, Line
from routing.kept_scores import KeptScores, KindScores
from routing.queue_line import QueueLine
from routing.ratios import QueueRatios
from routing.rules import Reserve, Rulebook
from routing.scores import Scores
from routing.shortlist import (
    Contender,
    Head,
    Rival,
    best_two,
    count_able,
    first_two,
    nearest_two,
    passing_over,
    place_terms,
)
from routing.staff import Staff
from routing.standing import Choice, Seat, Standing

BY_PLACE = "by_place"
"""The rule by which a freed agent takes a contact: the furthest forward, all credits counted."""

_NOBODY: Mapping[Any, Any] = {}
_NO_LINES: Set[Line] = frozenset()

_COUNT, _APART = attrgetter("count"), attrgetter("apart")


class _Waiter:
    """A contact in line, and where: in its queue, and in a line unless it is new or held for somebody.

    `need` is what it asks of an agent, that the agent serves its queue among it. What every explanation tells
    stands here too: to fetch it from the contact, one of thousands, takes longer than to work it out.
    """

    __slots__ = (
        "demand",
        "entry",
        "head_start_us",
        "line",
        "need",
        "queue",
        "queued_us",
        "scores",
        "standing",
    )

    def __init__(
        self, standing: Standing, need: Need, scores: KindScores, entry: Entry, queue: QueueLine
    ) -> None:
        contact = standing.contact
        self.standing = standing
        self.need = need
        self.queued_us = contact.queued_us or 0
        self.head_start_us = contact.head_start_us
        self.scores = scores
        self.entry = entry
        self.queue = queue
        self.demand: Demand | None = None
        self.line: Line | None = None


_Personal = Mapping[ContactId, _Waiter]


class Index:
    """All contacts in line and all seats."""

    def __init__(self, rulebook: Rulebook, scores: Scores, staff: Staff) -> None:
        self._staff = staff
        self._kept = KeptScores(rulebook, scores)
        self._ratios = QueueRatios(rulebook.ratios)
        self._waiters: dict[ContactId, _Waiter] = {}
        self._queues: dict[tuple[QueueName, str], QueueLine] = {}
        # Who waits for an agent by name: for nobody else, or for that one rather than for others.
        self._personal: dict[AgentId, dict[ContactId, _Waiter]] = {}
        self._seats: dict[AgentId, Seat] = {}
        # Who is in no line yet, as no agent has asked since it came. Most are gone before any does.
        self._fresh: dict[ContactId, _Waiter] = {}
        self._channels: dict[str, Channel] = {}

    # --- contacts in line ------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._waiters)

    def __iter__(self) -> Iterator[Standing]:
        """Go through all who wait, by their places."""
        waiters = sorted(self._waiters.values(), key=lambda waiter: waiter.entry)
        return (waiter.standing for waiter in waiters)

    def standing(self, contact_id: ContactId) -> Standing | None:
        """Return how the contact stands in line, None where it does not."""
        waiter = self._waiters.get(contact_id)
        return None if waiter is None else waiter.standing

    def join(self, standing: Standing) -> None:
        """Let a contact stand in line."""
        contact, kind = standing.contact, standing.kind
        contact_id = contact.contact_id
        scores = self._kept.of(kind)
        entry = (*standing.place, contact_id)
        queue = self._queue(kind.queue, standing.channel)
        queue.add(entry)
        queue.note_arrival(contact)
        need = self._staff.asked(standing.need, kind.queue)
        waiter = self._waiters[contact_id] = _Waiter(standing, need, scores, entry, queue)
        if standing.held_for is None:
            self._fresh[contact_id] = waiter
        named = standing.held_for or standing.preferred
        if named is not None:
            self._personal.setdefault(named, {})[contact_id] = waiter

    def _line_up(self) -> None:
        """Put those into their lines who came since an agent asked last."""
        for waiter in self._fresh.values():
            standing, scores = waiter.standing, waiter.scores
            channel = self._channel(standing.channel)
            demand = waiter.demand = channel.use(waiter.need)
            line: Line = demand
            if scores.weighed or standing.spares is not None:
                line = demand.line(scores if scores.weighed else None, standing.spares)
            line.add(waiter.entry)
            waiter.line = line
        self._fresh.clear()

    def leave(self, contact_id: ContactId) -> Standing:
        """Take the contact out and return how it stood."""
        waiter = self._waiters.pop(contact_id)
        standing, entry, demand, line = waiter.standing, waiter.entry, waiter.demand, waiter.line
        waiter.queue.remove(entry)
        if demand is None or line is None:
            self._fresh.pop(contact_id, None)
        else:
            line.remove(entry)
            if not line.count:
                demand.close(line)
                if not demand.count and not demand.apart:
                    self._channels[standing.channel].leave_unused(demand)
        named = standing.held_for or standing.preferred
        if named is not None:
            del self._personal[named][contact_id]
            if not self._personal[named]:
                del self._personal[named]
        return standing

    def alter(self, contact_id: ContactId, **changes: Any) -> None:
        """Change how a contact stands (`need`, `place`, `held_for`, `preferred`, `spares`...)."""
        standing = self.leave(contact_id)
        for name, value in changes.items():
            setattr(standing, name, value)
        self.join(standing)

    def ask_anew(self, queue: QueueName) -> None:
        """Let those who wait in `queue` ask for what they need there by now."""
        waiting = [each.standing for each in self._waiters.values() if each.standing.kind.queue == queue]
        for standing in waiting:
            self.alter(standing.contact.contact_id)

    def of_queue(self, queue: QueueName, channel: str = VOICE) -> list[Contact]:
        """Return the contacts of `channel` that wait in `queue`, first in line first."""
        return [self._waiters[entry[2]].standing.contact for entry in self._queue(queue, channel)]

    def length(self, queue: QueueName, channel: str = VOICE) -> int:
        """Return how many contacts of `channel` wait in `queue`."""
        return self._queue(queue, channel).count

    def position(self, contact_id: ContactId) -> int:
        """Return the contact's rank in its own queue and channel, 1 for the next to be served."""
        waiter = self._waiters[contact_id]
        return 1 + waiter.queue.rank(waiter.entry)

    def first_queued_us(self, queue: QueueName, channel: str = VOICE) -> int | None:
        """Return when the contact was queued that has waited longest in `queue`, None where none waits."""
        line = self._queue(queue, channel)
        while line.arrivals:
            queued_us, contact_id = line.arrivals[0]
            waiter = self._waiters.get(contact_id)
            if waiter is not None and waiter.queue is line:
                return queued_us
            heappop(line.arrivals)
        return None

    def _queue(self, queue: QueueName, channel: str) -> QueueLine:
        line = self._queues.get((queue, channel))
        if line is None:
            line = self._queues[queue, channel] = QueueLine()
        return line

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel()
        return channel

    # --- seats -----------------------------------------------------------------------------------

    def seats(self) -> Iterator[Seat]:
        """Go through the seats, longest idle first."""
        return iter(sorted(self._seats.values(), key=lambda seat: seat.sequence))

    def ready(self, need: Need, channel: str = VOICE) -> int:
        """Return how many idle agents meet `need`."""
        return self._channel(channel).ready(need)

    def is_ready(self, agent_id: AgentId, need: Need, channel: str = VOICE) -> bool:
        """Tell whether this agent is idle and meets `need`."""
        seat = self._seats.get(agent_id)
        return seat is not None and channel in seat.channels and need.level(seat.skills) is not None

    def seat(self, seat: Seat) -> None:
        """Count the agent as idle on the seat's channels."""
        agent_id = seat.profile.agent_id
        if agent_id in self._seats:
            self.unseat(agent_id)
        self._seats[agent_id] = seat
        for channel in seat.channels:
            self._channel(channel).seat(seat)

    def unseat(self, agent_id: AgentId) -> Seat | None:
        """Count the agent as idle no longer; return the seat there was."""
        seat = self._seats.pop(agent_id, None)
        if seat is None:
            return None
        for channel in seat.channels:
            self._channels[channel].unseat(agent_id)
        self._kept.forget_idle(agent_id)
        return seat

    def refresh(self, agent_id: AgentId) -> None:
        """Take note that the scores of this agent have changed."""
        self._kept.forget(agent_id)

    def note_served(self, contact_id: ContactId) -> None:
        """Take note that a freed agent gets this contact, which is still in line."""
        self._ratios.note_served(self._waiters[contact_id].standing.kind.queue, self.length)

    # --- a contact came: who is best for it? -------------------------------------------------------

    def best_agent(self, contact_id: ContactId, now_us: int) -> Choice | None:
        """Return the best idle agent for a contact in line, None where there is none."""
        if not self._seats:
            return None
        waiter = self._waiters[contact_id]
        candidates, rivals = self._rivals(waiter)
        if not rivals:
            return None
        rivals.sort(reverse=True)
        best = [self._as_agent(waiter, rival, now_us) for rival in rivals[:2]]
        return Choice(
            asked="agent",
            rule=waiter.scores.strategy,
            winner=best[0],
            runner_up=best[1] if len(best) > 1 else None,
            candidates=candidates,
        )

    def _rivals(self, waiter: _Waiter) -> tuple[int, list[Rival]]:
        """Return how many idle agents may have the contact, and some: the best two are among them."""
        standing = waiter.standing
        if standing.held_for is not None:
            rivals = self._named(waiter, standing.held_for)
            return len(rivals), rivals
        channel = self._channel(standing.channel)
        demand = channel.demand(waiter.need) if waiter.demand is None else waiter.demand
        able = channel.able(demand)
        spared = _NOBODY if standing.spares is None else self._spared(channel, standing.spares)
        rivals = []
        for level, idle in able.items():
            if idle:
                rivals += best_two(waiter.scores, level, idle, spared)
        if standing.preferred is not None:
            rivals = [rival for rival in rivals if rival[2] != standing.preferred]
            rivals += self._named(waiter, standing.preferred)
        return count_able(able, spared) if rivals else 0, rivals

    def _named(self, waiter: _Waiter, agent_id: AgentId) -> list[Rival]:
        """Return this one agent as a rival, if it is idle and may have the contact."""
        seat, standing = self._seats.get(agent_id), waiter.standing
        level = self._level(waiter, seat) if seat is not None else None
        if seat is None or level is None:
            return []
        rank_us = waiter.scores.rank_us(agent_id, level)
        return [(rank_us + _bonus_us(standing, agent_id), -seat.sequence, agent_id, level)]

    # --- an agent became idle: who comes first? ---------------------------------------------------------

    def best_contact(self, agent_id: AgentId, now_us: int) -> Choice | None:
        """Return the contact in line that comes first for an idle agent, None where there is none."""
        if not self._waiters:
            return None
        if self._fresh:
            self._line_up()
        seat = self._seats[agent_id]
        personal = self._personal.get(agent_id)
        own = _lines_of(personal.values()) if personal else _NO_LINES
        candidates, heads = self._heads(seat, own)
        best: Sequence[Contender]
        if personal is None:
            best = first_two(heads)
        else:
            named = self._by_name(seat, personal)
            candidates += sum(line is None for _, _, line in named)
            best = sorted([*named, *passing_over(personal, own, heads)])[:2]
        if not best:
            return None
        return Choice(
            asked="contact",
            rule=BY_PLACE,
            winner=self._as_contact(best[0], seat, now_us),
            runner_up=self._as_contact(best[1], seat, now_us) if len(best) > 1 else None,
            candidates=candidates,
        )

    def _heads(self, seat: Seat, own: Set[Line]) -> tuple[int, list[Head]]:
        """Return how many stand in the lines that the agent may serve, and the first of each that matters.

        Of the lines in `own` each matters: somebody waits there for this agent by name.
        """
        candidates = 0
        heads: list[Head] = []
        for name in seat.channels:
            channel = self._channels[name]
            if not channel.in_use:
                continue
            demands = channel.met_by(seat.profile.skills)
            candidates += sum(map(_COUNT, demands))
            for line in nearest_two(demands, own):
                if line.count:
                    heads.append((line.first[0], line.first, line))
            weighed = list(filter(_APART, demands))
            if weighed:
                apart = self._heads_apart(weighed, seat, channel)
                candidates += sum([line.count for _, _, line in apart])
                heads += apart
        return candidates, heads

    def _heads_apart(self, demands: Iterable[Demand], seat: Seat, channel: Channel) -> list[Head]:
        """Return the first of each line apart that the agent may serve."""
        heads: list[Head] = []
        for demand in demands:
            level = demand.level(seat.skills)
            for line in demand.apart.values():
                if line.spares is None or seat.agent_id not in self._spared(channel, line.spares):
                    worth_us = self._worth_us(line.kind, seat.agent_id, level)
                    heads.append((line.first[0] - worth_us, line.first, line))
        return heads

    def _by_name(self, seat: Seat, personal: _Personal) -> list[Contender]:
        """Return those that wait for this agent by name and may have it."""
        contenders: list[Contender] = []
        for waiter in personal.values():
            level = self._level(waiter, seat)
            if level is not None:
                worth_us = self._worth_us(waiter.scores, seat.agent_id, level)
                worth_us += _bonus_us(waiter.standing, seat.agent_id)
                contenders.append((waiter.entry[0] - worth_us, waiter.entry, waiter.line))
        return contenders

    def _worth_us(self, kind: KindScores | None, agent_id: AgentId, level: int) -> int:
        """Return by how much contacts of `kind` stand further forward for this agent than by their place."""
        if kind is None:
            return 0
        return kind.fits[level][agent_id] + self._pressure_us(kind)

    # --- who may have whom -----------------------------------------------------------------------------

    def _level(self, waiter: _Waiter, seat: Seat) -> int | None:
        """Return the agent's level in what the contact asks for, None where it may not have the contact."""
        standing = waiter.standing
        if standing.channel not in seat.channels:
            return None
        if seat.agent_id in self._spared(self._channels[standing.channel], standing.spares):
            return None
        return waiter.need.level(seat.skills)

    def _spared(self, channel: Channel, reserve: Reserve | None) -> Mapping[AgentId, None]:
        """Return the idle agents that whoever spares `reserve` must leave to others now."""
        if reserve is None:
            return _NOBODY
        experts = channel.experts(reserve)
        return experts if len(experts) <= reserve.count else _NOBODY

    # --- the explanation -------------------------------------------------------------------------------

    def _as_agent(self, waiter: _Waiter, rival: Rival, now_us: int) -> Candidate:
        score_us, _, agent_id, level = rival
        standing = waiter.standing
        terms = waiter.scores.rank_terms(agent_id, level)
        bonus_us = _bonus_us(standing, agent_id)
        return Candidate(
            agent_id=agent_id,
            contact_id=standing.contact.contact_id,
            level=level,
            idle_us=now_us - self._seats[agent_id].since_us,
            score_us=score_us,
            terms=(*terms, Term("preferred", bonus_us)) if bonus_us else terms,
        )

    def _as_contact(self, contender: Contender, seat: Seat, now_us: int) -> Candidate:
        after_us, entry, _ = contender
        contact_id: ContactId = entry[2]
        waiter, profile = self._waiters[contact_id], seat.profile
        standing, demand, scores = waiter.standing, waiter.demand, waiter.scores
        skills = profile.skills
        level = waiter.need.level(skills) or 0 if demand is None else demand.level(skills)
        terms = place_terms(waiter.queued_us, waiter.head_start_us, entry[0], now_us)
        if scores.fitting:
            terms += scores.fit_terms(profile.agent_id, level)
        if standing.preferred is not None or scores.pressed:
            terms += self._rarer_terms(waiter, profile.agent_id)
        return Candidate(
            agent_id=profile.agent_id,
            contact_id=contact_id,
            level=level,
            idle_us=now_us - seat.since_us,
            score_us=now_us - after_us,
            terms=terms,
        )

    def _rarer_terms(self, waiter: _Waiter, agent_id: AgentId) -> tuple[Term, ...]:
        """Return what the agent counts for as the preferred one, and what the queue's share presses for."""
        bonus_us = _bonus_us(waiter.standing, agent_id)
        pressure_us = self._pressure_us(waiter.scores)
        terms = (Term("preferred", bonus_us), Term("pressure", pressure_us))
        return tuple(term for term in terms if term.us)

    def _pressure_us(self, kind: KindScores) -> int:
        return self._ratios.pressure_us(kind.kind.queue, self.length) if kind.pressed else 0


def _bonus_us(standing: Standing, agent_id: AgentId) -> int:
    return standing.preferred_us if standing.preferred == agent_id else 0


def _lines_of(waiters: Iterable[_Waiter]) -> Set[Line]:
    return {waiter.line for waiter in waiters if waiter.line is not None}
