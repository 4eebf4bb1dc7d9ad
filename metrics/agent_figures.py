"""Agents in figures: a fold of a day's ledger events, of what each has done and how the time was spent.

What an agent did counts on the day on which it ended, time in states by where it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from core.model.agent import AgentState
from core.model.contact import VOICE
from core.model.events import InteractionRecorded, OfferFailed
from core.model.ids import AgentId
from core.model.message import DomainEvent
from metrics.frame import Frame
from metrics.occupancy import HANDLING, Stretch
from metrics.ratio import Ratio


@dataclass(slots=True)
class AgentFigures:
    """One agent's day. `missed` counts offers that came to nothing, `spent_us` the time in each state.

    `away_us` is that of being not ready, by reason; `worked` counts work besides calls. The time of a call is
    `talk_us`, `hold_us` and `wrap_up_us` together.
    """

    handled: int = 0
    worked: int = 0
    missed: int = 0
    talk_us: int = 0
    hold_us: int = 0
    wrap_up_us: int = 0
    spent_us: dict[AgentState, int] = field(default_factory=dict)
    away_us: dict[str, int] = field(default_factory=dict)

    @property
    def handling_us(self) -> int:
        """Return the time from reservations to the ends of wrap-ups."""
        return sum(self.spent_us.get(state, 0) for state in HANDLING)

    @property
    def logged_in_us(self) -> int:
        """Return the time in any state but logged out."""
        return sum(us for state, us in self.spent_us.items() if state is not AgentState.LOGGED_OUT)

    @property
    def occupancy(self) -> Ratio:
        """Return handling time over handling and ready time."""
        return Ratio(self.handling_us, self.handling_us + self.spent_us.get(AgentState.READY, 0))

    @property
    def utilisation(self) -> Ratio:
        """Return handling time over all time logged in."""
        return Ratio(self.handling_us, self.logged_in_us)

    def __iadd__(self, other: AgentFigures) -> AgentFigures:
        self.handled += other.handled
        self.worked += other.worked
        self.missed += other.missed
        self.talk_us += other.talk_us
        self.hold_us += other.hold_us
        self.wrap_up_us += other.wrap_up_us
        for state, us in other.spent_us.items():
            self.spent_us[state] = self.spent_us.get(state, 0) + us
        for reason, us in other.away_us.items():
            self.away_us[reason] = self.away_us.get(reason, 0) + us
        return self


class AgentsOfDay:
    """The fold; `figures` are those of each agent seen so far. `stretch` is one of `metrics.occupancy`."""

    def __init__(self, frame: Frame) -> None:
        self.figures: dict[AgentId, AgentFigures] = {}
        self._frame = frame
        self._folds: dict[type[DomainEvent], Callable[[Any], None]] = {
            InteractionRecorded: self._recorded,
            OfferFailed: self._failed,
        }

    @property
    def told_by(self) -> Collection[type[DomainEvent]]:
        """Return the classes of events that change a figure, besides those that make stretches of time."""
        return self._folds.keys()

    def of(self, agent_id: AgentId) -> AgentFigures:
        """Return an agent's figures."""
        if agent_id not in self.figures:
            self.figures[agent_id] = AgentFigures()
        return self.figures[agent_id]

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no figure, and those of other days, are passed over."""
        fold = self._folds.get(type(event))
        if fold is not None and self._frame.warm_us <= event.at_us < self._frame.end_us:
            fold(event)

    def stretch(self, stretch: Stretch) -> None:
        """Count time in a state, as far as it lies in the day."""
        us = sum(piece_us for _, piece_us in self._frame.pieces(stretch.from_us, stretch.to_us))
        if not us:
            return
        figures = self.of(stretch.agent_id)
        figures.spent_us[stretch.state] = figures.spent_us.get(stretch.state, 0) + us
        if stretch.state is AgentState.NOT_READY:
            figures.away_us[stretch.reason] = figures.away_us.get(stretch.reason, 0) + us

    def _recorded(self, event: InteractionRecorded) -> None:
        if not event.agent_id:
            return
        figures = self.of(AgentId(event.agent_id))
        if event.channel != VOICE:
            figures.worked += 1
            return
        figures.handled += 1
        figures.talk_us += event.talk_us
        figures.hold_us += event.hold_us
        figures.wrap_up_us += event.wrap_up_us

    def _failed(self, event: OfferFailed) -> None:
        self.of(event.agent_id).missed += 1
