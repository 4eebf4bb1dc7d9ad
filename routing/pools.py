"""Idle agents by their level in something, those of one level longest idle first."""

from __future__ import annotations

from collections import OrderedDict

from core.model.ids import AgentId
from routing.standing import Seat

Pool = OrderedDict[AgentId, Seat]


class Pools(dict[int, Pool]):
    """A pool for each level that any idle agent has or had."""

    def seat(self, seat: Seat, level: int) -> None:
        """Put an agent in that has been idle for less long than anybody there."""
        pool = self.get(level)
        if pool is None:
            pool = self[level] = OrderedDict()
        pool[seat.agent_id] = seat

    def put_back(self, seat: Seat, level: int) -> None:
        """Put an agent in among those who have been idle for longer and for less long."""
        self.seat(seat, level)
        pool = self[level]
        for agent_id in [other.agent_id for other in pool.values() if other.sequence > seat.sequence]:
            pool.move_to_end(agent_id)
