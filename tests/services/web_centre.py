"""A small centre with its pages, for tests in a browser: engine, simulated Asterisk over TCP, web side.

    with WebCentre() as centre:
        page.goto(centre.url + "/agent")    # sign in as "anna" with `PASSWORD`
        centre.call(customers="platinum")   # a caller, on the way through the menu to the queue of cards

It is the demonstration's own composition, on a smaller scenario. It runs in a thread with a loop of its own,
so that a test can wait for the browser meanwhile. Nobody calls unless told to. Agents are logged out until
somebody works at their desks in the browser (`BY_HAND`), or work as in any simulation.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from core.model.ids import AgentId
from goldline.demo.people import PASSWORD
from goldline.demo.show import Show, ShowSettings, open_show
from simulator.call import Origin
from simulator.scenario import read_scenario
from simulator.trace import Arrival

__all__ = ["BY_HAND", "PASSWORD", "WebCentre"]

T = TypeVar("T")
FILES = Path(__file__).parent / "web_centre_files"
BY_HAND = ("anna", "bram")
"""Agents whose desks are worked in the browser; `chidi` and `dora` are simulated colleagues."""
START_LIMIT_S = 30
ANSWER_LIMIT_S = 10
SEED = 7
TALK_US = 3_600_000_000
"""Customers talk until the agent hangs up, unless a test says otherwise."""
LATE = {"from_s": 35_999}
"""Whose shift begins so late is not at work by themselves."""
SCENARIO: dict[str, Any] = {
    "schema": 1,
    "name": "web centre",
    "engine_config": "centre.toml",
    "duration_s": 36_000,
    # Nobody calls by themselves: the day is over before.
    "arrivals": [{"kind": "poisson", "per_hour": 1, "dialed_number": "8000", "from_s": 35_999}],
    "customers": [
        {"name": "platinum", "tier": "platinum", "count": 20, "weight": 1},
        {"name": "gold", "tier": "gold", "count": 20, "weight": 1},
        {"name": "standard", "tier": "standard", "count": 20, "weight": 1},
        {"name": "strangers", "weight": 1},
    ],
    "callers": {"patience": {"kind": "constant", "value_s": 3_600}},
    "journeys": [{"keys": ["1"], "weight": 1}],
    "service": [
        {"talk": {"kind": "constant", "value_s": 3_600}, "wrap_up": {"kind": "constant", "value_s": 1}}
    ],
    "agents": [
        {"id": "anna", "name": "Anna", "extension": "PJSIP/1001", "skills": {"cards": 8, "loans": 4}, **LATE},
        {"id": "bram", "name": "Bram", "extension": "PJSIP/1002", "skills": {"cards": 3}, **LATE},
        {"id": "chidi", "name": "Chidi", "extension": "PJSIP/1003", "skills": {"loans": 9}},
        {"id": "dora", "name": "Dora", "extension": "PJSIP/1004", "skills": {"loans": 5}},
    ],
}


class WebCentre:
    """A running centre; `url` is where its pages are. `tables` take the place of those of `SCENARIO`."""

    def __init__(self, speed: float = 1.0, **tables: Any) -> None:
        self.url = ""
        self._scenario = read_scenario(SCENARIO | tables, FILES / "scenario.toml")
        self._settings = ShowSettings(seed=SEED, speed=speed, morning_s=0, web_port=0)
        self._ready: Future[Show] = Future()
        self._done: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        self.show = self._ready.result(START_LIMIT_S)
        self.url = self.show.web_url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(START_LIMIT_S)

    def call(self, customers: str = "standard", customer: int = 0, talk_us: int = TALK_US) -> None:
        """Let a customer of that tier call, or one of `strangers`, whom nobody knows."""
        arrival = Arrival(at_us=0, customers=customers, customer=customer, talk_us=talk_us)
        self.run(lambda: self.show.world.callers.call(self._origin, arrival))

    def run(self, act: Callable[[], T]) -> T:
        """Do something in the centre's own loop, and return what it gives."""

        async def acted() -> T:
            return act()

        return self.run_async(acted())

    def run_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something in the centre's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_LIMIT_S)

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with open_show(self._settings, scenario=self._scenario) as show:
                self._origin = Origin(self._scenario.arrivals[0], 0, SEED)
                for agent_id in BY_HAND:
                    show.world.desk.hand_over(AgentId(agent_id))
                self._ready.set_result(show)
                await self._done.wait()
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
