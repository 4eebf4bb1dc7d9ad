"""How agents spend their time: folds of `AgentStateChanged` into stretches, and of those into shares.

Handling is from the reservation to the end of the wrap-up, so the ring counts as work; breaks do not count
at all. Occupancy is handling time over handling and ready time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.kernel.record import Record
from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from metrics.frame import Frame
from metrics.ratio import Ratio

HANDLING = (AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP)


class Stretch(Record, frozen=True, kw_only=True):
    """An agent was in one state from an instant to another."""

    agent_id: AgentId
    state: AgentState
    reason: str
    from_us: int
    to_us: int


class Stretches:
    """Turns changes of state into finished stretches and hands each of them to `sink`."""

    def __init__(self, sink: Callable[[Stretch], None]) -> None:
        self._sink = sink
        self._last: dict[AgentId, tuple[AgentState, str, int]] = {}

    def add(self, event: AgentStateChanged) -> None:
        """Finish the stretch that ends with `event` and begin the next; a wish only noted ends none."""
        last = self._last.get(event.agent_id)
        if last is not None:
            state, reason, _ = last
            if state is event.new and reason == event.reason:
                return
            self._finish(event.agent_id, last, event.at_us)
        self._last[event.agent_id] = (event.new, event.reason, event.at_us)

    def close(self, at_us: int) -> None:
        """Finish all open stretches at `at_us`; they go on from there."""
        for agent_id, last in list(self._last.items()):
            self._finish(agent_id, last, at_us)
            self._last[agent_id] = (*last[:2], at_us)

    def _finish(self, agent_id: AgentId, last: tuple[AgentState, str, int], at_us: int) -> None:
        state, reason, from_us = last
        self._sink(Stretch(agent_id=agent_id, state=state, reason=reason, from_us=from_us, to_us=at_us))


@dataclass(slots=True)
class WorkTime:
    """Microseconds of handling and of being ready in each interval."""

    handling_us: list[int]
    ready_us: list[int]

    def occupancy(self) -> Ratio:
        """Return the share of the whole day."""
        return _share(sum(self.handling_us), sum(self.ready_us))

    def occupancies(self) -> list[Ratio]:
        """Return the share of each interval."""
        return [_share(*both_us) for both_us in zip(self.handling_us, self.ready_us, strict=True)]

    def agents(self, lengths_us: list[int]) -> list[Ratio]:
        """Return how many agents were at work in the mean of each interval of the given length."""
        at_work_us = map(sum, zip(self.handling_us, self.ready_us, strict=True))
        return [Ratio(*both_us) for both_us in zip(at_work_us, lengths_us, strict=True)]


class TeamTime:
    """The working time of each team, a fold of stretches; who has no team is in the team without name."""

    def __init__(self, frame: Frame, team_of: Mapping[AgentId, str]) -> None:
        self.frame = frame
        self.teams = {name: self._nothing() for name in team_of.values()}
        self._team_of = team_of

    def add(self, stretch: Stretch) -> None:
        """Count one stretch."""
        if stretch.state in HANDLING:
            spent_us = self._team(stretch).handling_us
        elif stretch.state is AgentState.READY:
            spent_us = self._team(stretch).ready_us
        else:
            return
        for place, piece_us in self.frame.pieces(stretch.from_us, stretch.to_us):
            spent_us[place] += piece_us

    def everybody(self) -> WorkTime:
        """Return the working time of all teams together."""
        total = self._nothing()
        for team in self.teams.values():
            total.handling_us = _sums(total.handling_us, team.handling_us)
            total.ready_us = _sums(total.ready_us, team.ready_us)
        return total

    def _team(self, stretch: Stretch) -> WorkTime:
        name = self._team_of.get(stretch.agent_id, "")
        if name not in self.teams:
            self.teams[name] = self._nothing()
        return self.teams[name]

    def _nothing(self) -> WorkTime:
        return WorkTime([0] * self.frame.intervals, [0] * self.frame.intervals)


def _share(handling_us: int, ready_us: int) -> Ratio:
    return Ratio(handling_us, handling_us + ready_us)


def _sums(left: list[int], right: list[int]) -> list[int]:
    return [a + b for a, b in zip(left, right, strict=True)]
