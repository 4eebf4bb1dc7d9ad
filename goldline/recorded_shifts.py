"""When each agent was there to take contacts: a fold of the agents' states of a recorded day.

What counts is the person's own doing. Being busy with a contact is the rules' doing, so it is no absence; a
wish to pause or to leave counts from when it was made, for under other rules the contact in hand would be
another one. Whoever let a phone ring out was there as far as the rules knew: that is kept apart, as how
often it happens and for how long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from agents.misses import MISSED_REASONS
from core.model.agent import BUSY_STATES, AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId

_MISSED = frozenset(MISSED_REASONS.values())


class Absence(NamedTuple):
    """Not taking contacts: wished for at `at_us`, and lasting `for_us` from when the agent was free."""

    at_us: int
    for_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The day of one agent, from first to last being ready; `until_us` is None for who stayed to the end.

    `standing` says that the agent's call stood, so that no phone rang for each contact.
    """

    agent_id: AgentId
    from_us: int
    until_us: int | None
    absences: tuple[Absence, ...]
    standing: bool = False


@dataclass(slots=True, kw_only=True)
class _Seat:
    """One agent as far as the day has been read; None marks what is not under way."""

    from_us: int | None = None
    absences: list[Absence] = field(default_factory=list)
    wished_us: int | None = None
    gone_us: int | None = None
    away_us: int | None = None
    missed_us: int | None = None
    standing: bool = False


class ShiftReader:
    """The fold; `returns_us` is how long each stayed away who had missed a call."""

    def __init__(self) -> None:
        self.returns_us: list[int] = []
        self._seats: dict[AgentId, _Seat] = {}

    def add(self, event: AgentStateChanged) -> None:
        """Take one change of state in."""
        seat = self._seats.setdefault(event.agent_id, _Seat())
        seat.standing |= event.standing is not None
        if event.old is event.new and event.new in BUSY_STATES:
            seat.wished_us = event.at_us if event.next_state else None
        elif event.new is AgentState.READY:
            self._back(seat, event.at_us)
        elif event.old is AgentState.RESERVED and event.reason in _MISSED:
            seat.missed_us = event.at_us
        elif event.new not in BUSY_STATES or _adopted(event):
            self._away(seat, event.at_us)

    def shifts(self) -> tuple[Shift, ...]:
        """Return the shifts of all who were ever ready, in the order in which they first were seen."""
        return tuple(
            Shift(
                agent_id=agent_id,
                from_us=seat.from_us,
                until_us=seat.gone_us,
                absences=tuple(seat.absences),
                standing=seat.standing,
            )
            for agent_id, seat in self._seats.items()
            if seat.from_us is not None
        )

    def _back(self, seat: _Seat, at_us: int) -> None:
        """The agent takes contacts, for the first time or again."""
        if seat.from_us is None:
            seat.from_us = at_us
        elif seat.gone_us is not None and seat.away_us is not None:
            seat.absences.append(Absence(seat.gone_us, at_us - seat.away_us))
        self._end_miss(seat, at_us)
        seat.wished_us = seat.gone_us = seat.away_us = None

    def _away(self, seat: _Seat, at_us: int) -> None:
        """The agent takes no contacts any more, unless that was so already."""
        self._end_miss(seat, at_us)
        if seat.away_us is None:
            seat.gone_us = at_us if seat.wished_us is None else seat.wished_us
            seat.away_us = at_us
        seat.wished_us = None

    def _end_miss(self, seat: _Seat, at_us: int) -> None:
        if seat.missed_us is not None:
            self.returns_us.append(at_us - seat.missed_us)
            seat.missed_us = None


def _adopted(event: AgentStateChanged) -> bool:
    """Tell whether the agent was found in a talk of an earlier run, of which the day knows no more."""
    return event.new is AgentState.ON_CONTACT and event.old is not AgentState.RESERVED
