"""Idle agents by their level in something, those of one level longest idle first."""

from __future__ import annotations

from core.model.ids import AgentId
from routing.standing import Seat

Pool = dict[AgentId, Seat]
"""In the order of the seats. A plain dict comes and goes at half the cost of an ordered one, of which every
entry would touch its neighbours; to pass over those who left from the front takes a nanosecond each."""


class Pools(dict[int, Pool]):
    """A pool for each level that any idle agent has or had."""

    def __missing__(self, level: int) -> Pool:
        pool = self[level] = {}
        return pool

    def seat(self, seat: Seat, level: int) -> None:
        """Put an agent in that has been idle for less long than anybody there."""
        self[level][seat.profile.agent_id] = seat

    def put_back(self, seat: Seat, level: int) -> None:
        """Put an agent in among those who have been idle for longer and for less long."""
        self.seat(seat, level)
        in_order = sorted(self[level].values(), key=lambda seat: seat.sequence)
        self[level] = {each.agent_id: each for each in in_order}
