"""One thing asked of agents on one channel: those who wait with it, and the idle agents who meet it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from core.kernel.ordered import Ordered
from core.model.ids import AgentId
from core.model.need import Need
from routing.kept_scores import KindScores
from routing.rules import Reserve
from routing.standing import Seat


class Line(Ordered):
    """Contacts with one need, in their order.

    Those who wait in it spare one reserve; where agents weigh contacts by their kind, they are of one `kind`.
    """

    __slots__ = ("kind", "spares")

    def __init__(self, kind: KindScores | None = None, spares: Reserve | None = None) -> None:
        super().__init__()
        self.kind = kind
        self.spares = spares


class Demand(Line):
    """A need in use: the line of those whom any able agent may have, by their places alone.

    Who is weighed or spares experts stands in a line `apart`, as long as anybody waits in that. `able` are
    the idle agents by level, longest idle first.
    """

    __slots__ = ("_latest", "able", "apart", "need")

    def __init__(self, need: Need) -> None:
        super().__init__()
        self.need = need
        self.apart: dict[tuple[KindScores | None, Reserve | None], Line] = {}
        self.able: dict[int, OrderedDict[AgentId, Seat]] = {}
        # The greatest sequence of any seat so far.
        self._latest = 0

    @property
    def is_waited_with(self) -> bool:
        """Tell whether anybody waits."""
        return bool(self.count or self.apart)

    def line(self, kind: KindScores | None, spares: Reserve | None) -> Line:
        """Return the line for contacts of this kind that spare this reserve."""
        if kind is None and spares is None:
            return self
        line = self.apart.get((kind, spares))
        if line is None:
            line = self.apart[kind, spares] = Line(kind, spares)
        return line

    def close(self, line: Line) -> None:
        """Do away with a line apart in which nobody waits any more."""
        if line is not self:
            del self.apart[line.kind, line.spares]

    def seat(self, seat: Seat, level: int) -> None:
        """Count an agent of this level among the able."""
        idle = self.able.get(level)
        if idle is None:
            idle = self.able[level] = OrderedDict()
        idle[seat.agent_id] = seat
        if seat.sequence > self._latest:
            self._latest = seat.sequence
        else:
            _put_in_order(idle)

    def unseat(self, agent_id: AgentId, level: int) -> None:
        """Count the agent among the able no longer."""
        del self.able[level][agent_id]

    def ready(self, spared: Collection[AgentId] = ()) -> int:
        """Return how many idle agents are able, beside those who are `spared`."""
        idle = sum(map(len, self.able.values()))
        return idle - sum(agent_id in able for able in self.able.values() for agent_id in spared)


def _put_in_order(idle: OrderedDict[AgentId, Seat]) -> None:
    """Let the last agent come before those who became idle later: an old seat was put back."""
    seat = next(reversed(idle.values()))
    for agent_id in [other.agent_id for other in idle.values() if other.sequence > seat.sequence]:
        idle.move_to_end(agent_id)
