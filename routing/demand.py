"""One thing asked of agents on one channel: the lines of those who ask for it, and the idle who meet it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from core.kernel.ordered import Ordered
from core.model.ids import AgentId, ContactId
from core.model.need import Need
from routing.rules import Kind, Reserve
from routing.standing import Seat, Standing

Entry = tuple[int, int, ContactId]
"""A contact in a line: the two parts of its place, and its id."""


def entry_of(standing: Standing) -> Entry:
    """Return how the contact is entered in the lines it stands in."""
    return (*standing.place, standing.contact.contact_id)


class Line(Ordered[Entry]):
    """Contacts that an agent compares by their places alone: of one need, one kind and one reserve spared."""

    __slots__ = ("kind", "spares")

    def __init__(self, kind: Kind, spares: Reserve | None) -> None:
        super().__init__()
        self.kind = kind
        self.spares = spares


class Demand:
    """A need in use. `lines` holds those in which anybody waits, `able` the idle agents by their level."""

    __slots__ = ("able", "lines", "need")

    def __init__(self, need: Need) -> None:
        self.need = need
        self.lines: dict[tuple[Kind, Reserve | None], Line] = {}
        self.able: dict[int, OrderedDict[AgentId, Seat]] = {}

    def join(self, standing: Standing) -> None:
        """Let a contact wait in its line."""
        key = (standing.kind, standing.spares)
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = Line(*key)
        line.add(entry_of(standing))

    def leave(self, standing: Standing) -> None:
        """Let a contact wait no longer."""
        key = (standing.kind, standing.spares)
        line = self.lines[key]
        line.remove(entry_of(standing))
        if not line:
            del self.lines[key]

    def seat(self, seat: Seat, level: int) -> None:
        """Count an agent of this level among the able, longest idle first."""
        idle = self.able.get(level)
        if idle is None:
            idle = self.able[level] = OrderedDict()
        after = _idle_for_shorter(idle, seat)
        idle[seat.agent_id] = seat
        for agent_id in after:
            idle.move_to_end(agent_id)

    def unseat(self, agent_id: AgentId, level: int) -> None:
        """Count the agent among the able no longer."""
        idle = self.able[level]
        del idle[agent_id]
        if not idle:
            del self.able[level]

    def ready(self, spared: Collection[AgentId] = ()) -> int:
        """Return how many idle agents are able, beside those who are `spared`."""
        idle = sum(map(len, self.able.values()))
        return idle - sum(agent_id in able for able in self.able.values() for agent_id in spared)


def _idle_for_shorter(idle: OrderedDict[AgentId, Seat], seat: Seat) -> list[AgentId]:
    """Return who became idle after `seat`, which is nobody unless it is put back."""
    after: list[AgentId] = []
    for other in reversed(idle.values()):
        if other.sequence < seat.sequence:
            break
        after.append(other.agent_id)
    return after[::-1]
