"""An outside dialer: it calls people while agents are idle, and puts through whom it reaches.

It stands for the outbound half of a blended centre, not for goldline's own campaigns. Of the centre it
knows no more than a screen shows: how many agents are idle. For the centre each person reached is a call.
"""

from __future__ import annotations

from functools import partial
from math import floor

from core.kernel.clock import microseconds
from core.model.ids import AgentId
from simulator.arrivals import window_us
from simulator.call import Origin
from simulator.callers import Callers
from simulator.demand import DialerArrivals
from simulator.draws import happens
from simulator.pbx import Exchange
from simulator.people import Workforce
from simulator.scenario import Scenario
from simulator.trace import Arrival


class OutboundDialer:
    """One entry of kind `dialer` at work; `tried` and `reached` count from the end of the warm-up."""

    def __init__(
        self,
        entry: DialerArrivals,
        origin: Origin,
        scenario: Scenario,
        exchange: Exchange,
        callers: Callers,
        desk: Workforce,
    ) -> None:
        self._entry = entry
        self._origin = origin
        self._exchange = exchange
        self._callers = callers
        self._desk = desk
        self._agents = members(scenario, entry.agents)
        self._watched = members(scenario, entry.watches) if entry.watches else self._agents
        self._started_us = exchange.now_us()
        self._warm_us = self._started_us + scenario.warm_up_us
        from_us, until_us = window_us(entry, scenario.duration_s)
        self._from_us = self._started_us + from_us
        self._until_us = self._started_us + until_us
        self._ringing = 0
        self._dialed = 0
        self.tried = 0
        self.reached = 0

    def start(self) -> None:
        """Dial when the window opens, and whenever an agent becomes idle in it."""
        self._desk.watch_idle(self._look)
        self._exchange.after(self._from_us - self._started_us, self._look)

    def _look(self) -> None:
        now_us = self._exchange.now_us()
        if not self._from_us <= now_us < self._until_us:
            return
        if self._desk.count_idle(self._watched) >= self._entry.idle_min:
            wanted = floor(self._entry.per_idle * self._desk.count_idle(self._agents) + 0.5)
            for _ in range(wanted + self._entry.constant - self._ringing):
                self._dial()

    def _dial(self) -> None:
        self._dialed += 1
        self._ringing += 1
        self.tried += self._counts
        delay_us = self._entry.answers.draw_us(self._origin.stream("answers", self._dialed))
        self._exchange.after(delay_us, partial(self._rang, self._dialed))

    def _rang(self, attempt: int) -> None:
        self._ringing -= 1
        if happens(self._reach(), self._origin.stream("reach", attempt)):
            self.reached += self._counts
            self._callers.call(self._origin, Arrival(self._exchange.now_us() - self._started_us))

    def _reach(self) -> float:
        """Return the share that answers in the present interval."""
        place = (self._exchange.now_us() - self._from_us) // microseconds(self._entry.interval_s)
        return self._entry.reach[min(place, len(self._entry.reach) - 1)]

    @property
    def _counts(self) -> bool:
        return self._exchange.now_us() >= self._warm_us


def members(scenario: Scenario, names: tuple[str, ...]) -> list[AgentId]:
    """Return the agents that have one of `names`, or are of a team that has."""
    return [AgentId(plan.id) for plan in scenario.staff if plan.id in names or plan.team in names]
