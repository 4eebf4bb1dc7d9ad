"""One thing asked of agents on one channel, and the lines of those who wait with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.kernel.ordered import Ordered
from core.model.need import ANYBODY, Need
from routing.kept_scores import KindScores
from routing.pools import Pools
from routing.rules import Reserve


class Line(Ordered):
    """Contacts with one need, in their order.

    Those who wait in it spare one reserve; where agents weigh contacts by their kind, they are of one `kind`.
    """

    __slots__ = ("kind", "spares")

    def __init__(self, kind: KindScores | None = None, spares: Reserve | None = None) -> None:
        super().__init__()
        self.kind = kind
        self.spares = spares


class Pair(NamedTuple):
    """A need of least levels in two skills; both are the same skill where one is asked for."""

    skill: str
    least: int
    second: str
    second_least: int


class Demand(Line):
    """A need: the line of those whom any able agent may have, by their places alone.

    Who is weighed or spares experts stands in a line `apart`, as long as anybody waits in that. `able` are
    the idle agents who meet it, where count of them is kept. `pair` is the need as such, if it is
    one; `is_alone` where a least level of one skill is all that is asked for, `is_open` where nothing is.
    """

    __slots__ = ("able", "apart", "asked", "is_alone", "is_open", "need", "pair")

    def __init__(self, need: Need) -> None:
        super().__init__()
        self.need = need
        self.pair = _pair(need)
        self.is_alone = self.pair is not None and self.pair.skill == self.pair.second
        self.is_open = need.alternatives == ANYBODY
        self.apart: dict[tuple[KindScores | None, Reserve | None], Line] = {}
        self.able: Pools | None = None
        self.asked = 0

    def level(self, skills: Mapping[str, int]) -> int:
        """Return the level of an agent who meets the need."""
        pair = self.pair
        if pair is None:
            return 0 if self.is_open else self.need.level(skills) or 0
        level, second = skills[pair.skill], skills[pair.second]
        return level if level < second else second

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


def _pair(need: Need) -> Pair | None:
    asked = need.all_of
    if len(asked) not in (1, 2):
        return None
    one, other = asked[0], asked[-1]
    if not one.minimum or not other.minimum:
        return None
    return Pair(one.skill, one.minimum, other.skill, other.minimum)
