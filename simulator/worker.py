"""One agent at a desk: what the screen shows, what the person is up to, and the wishes they send.

A worker knows neither telephone nor timetable: `simulator.people` lives their day, and `simulator.crew`
decides who of a team comes and goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.model.agent import BUSY_STATES, AgentState
from core.model.commands import PopScreen, ShowAgentState
from core.model.ids import AgentId, ContactId
from core.model.requests import AgentRequest, GoReady, LogIn, LogOut
from core.ports import Sink
from simulator.call import Call
from simulator.staffing import AgentPlan, Break

Wish = Callable[..., AgentRequest]
"""A request that lacks only who asks, and when."""


class Worker:
    """One agent; requests go to `sink`. Who works `by_hand` is somebody real and wishes nothing here.

    `call` is the last one that was talked about. `stretch` counts the states shown, so that a plan made in
    one of them is known to be out of date in the next. `pause` is the break the person wants or has;
    `leaving` is true from the wish to go home. `shown` is work that the screen shows, `in_hand` what of it is
    being done.
    """

    def __init__(self, plan: AgentPlan, now_us: Callable[[], int], sink: Sink) -> None:
        self.plan = plan
        self.agent_id = AgentId(plan.id)
        self.state = AgentState.LOGGED_OUT
        self.stretch = 0
        self.queue = ""
        self.tier = ""
        self.call: Call | None = None
        self.shown: dict[ContactId, PopScreen] = {}
        self.in_hand: dict[ContactId, PopScreen] = {}
        self.at_work = False
        self.been_ready = False
        self.pause: Break | None = None
        self.leaving = False
        self.by_hand = False
        self._since_us = -1
        self._now_us = now_us
        self._sink = sink
        self._requests = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether a contact has to be finished before the agent can go."""
        return self.state in BUSY_STATES

    def read(self, shown: ShowAgentState) -> bool:
        """Take in the state on the screen; tell whether it is news."""
        if self._since_us == shown.since_us and self.state is shown.state:
            return False  # the same stretch shown again: a wish was noted
        self.state, self._since_us = shown.state, shown.since_us
        self.stretch += 1
        if shown.state is AgentState.LOGGED_OUT:
            self.at_work = self.leaving = False
        return True

    def come(self) -> None:
        """Log in; what follows is on the screen."""
        self.at_work = True
        self.ask(partial(LogIn, extension=self.plan.extension, standing=self.plan.standing))

    def leave(self) -> None:
        """Go home: at once, or when the contact is done."""
        if not self.leaving:
            self.leaving = True
            self.ask(LogOut)

    def stay(self) -> None:
        """Give up the wish to go home. In wrap-up it stands: to take it back would end the wrap-up."""
        if self.leaving and self.state is not AgentState.WRAP_UP:
            self.leaving = False
            self.ask(GoReady)

    def ask(self, wish: Wish) -> None:
        """Send `wish`, from this agent and now."""
        if self.by_hand:
            return
        self._requests += 1
        request_id = f"{self.agent_id}-{self._requests}"
        self._sink(wish(at_us=self._now_us(), request_id=request_id, agent_id=self.agent_id))
