"""State machines as tables.

A `Table` maps (state, trigger) to the next state and holds nothing else, so the same rows that run
the program draw its diagram and drive its property test. What a table cannot say (guards, timers,
side effects) belongs to the one function that asks it, and is done after the table said yes.

A missing row raises `IllegalTransition`. Where the trigger comes from the far side, the asker first
checks `allows` and counts an anomaly instead: the PBX may be wrong without taking a call down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from core.kernel.errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


class Table(Generic[S, T]):
    """The legal transitions of one machine.

    `start` is the state a new object has; `rows` maps (state, trigger) to the next state.
    """

    def __init__(self, name: str, start: S, rows: Mapping[tuple[S, T], S]) -> None:
        self.name = name
        self.start = start
        self.rows = dict(rows)

    def allows(self, state: S, trigger: T) -> bool:
        """Tell whether the table has a row for `trigger` in `state`."""
        return (state, trigger) in self.rows

    def after(self, state: S, trigger: T) -> S:
        """Return the state that follows; raise `IllegalTransition` where there is no row."""
        try:
            return self.rows[state, trigger]
        except KeyError:
            raise IllegalTransition(self.name, state, trigger) from None

    def states(self) -> tuple[S, ...]:
        """Return every state of the machine, in the order its enum declares them."""
        return tuple(type(self.start))

    def reachable(self) -> frozenset[S]:
        """Return the states that some walk from `start` visits."""
        seen = {self.start}
        frontier = [self.start]
        while frontier:
            here = frontier.pop()
            for following in self._successors(here):
                if following not in seen:
                    seen.add(following)
                    frontier.append(following)
        return frozenset(seen)

    def diagram(self) -> str:
        """Return the machine as a Mermaid state diagram, rows in their written order."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start.name}"]
        for (state, trigger), following in self.rows.items():
            lines.append(f"    {state.name} --> {following.name}: {trigger.value}")
        return "\n".join(lines) + "\n"

    def _successors(self, state: S) -> Iterator[S]:
        for (origin, _), following in self.rows.items():
            if origin == state:
                yield following
