"""Both ends of the link over a real broker: what the engine says here is heard by a front office there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from core.model.agent import AgentState
from core.model.commands import AnswerRequest, DeskCommand, ShowAgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.message import DomainEvent, Event
from goldline.wall_clock import WallClock
from tests.services.ports import LOOPBACK
from web.bus.broker import BrokerSettings, Presence
from web.bus.engine_end import EngineEnd, LinkSettings
from web.bus.envelope import Envelopes
from web.bus.link import BrokerLink
from web.bus.outbox import Outbox
from web.bus.stream import GONE, HERE, STATUS
from web.bus.topics import Topics
from web.bus.web_end import WebEnd
from web.ports import Place

SITE = "main"
TOKEN = "shared by engine and web"
LIMIT_S = 30
BYTES_MAX = 1024**2


async def until(condition: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Wait until something holds that nobody tells of; raise `TimeoutError` where it never does."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110, the broker tells nobody
            await asyncio.sleep(0.01)


def change(number: int) -> AgentStateChanged:
    """Return a fact that can be told from others: by its reason."""
    return AgentStateChanged(
        at_us=number,
        agent_id=AgentId("anna"),
        old=AgentState.READY,
        new=AgentState.NOT_READY,
        reason=f"break {number}",
    )


def state(number: int) -> ShowAgentState:
    """Return what a screen shows, to be told from others."""
    return ShowAgentState(
        agent_id=AgentId("anna"), state=AgentState.READY, reason=str(number), since_us=0, legal=()
    )


class Ledger:
    """The truth: all that engines told, in any run."""

    def __init__(self) -> None:
        self.events: dict[Place, DomainEvent] = {}
        self.is_away = False

    async def after(self, place: Place) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield all beyond `place`."""
        if self.is_away:
            raise ConnectionRefusedError("the database is away")
        for found in sorted(self.events):
            if found > place:
                yield found, self.events[found]


class Engine:
    """An engine that grants everything, and its end of the link."""

    def __init__(
        self, port: int, ledger: Ledger, run: int, bytes_max: int = BYTES_MAX, token: str = TOKEN
    ) -> None:
        self.asked: list[Event] = []
        self._ledger = ledger
        self._run = run
        self._count = 0
        clock, outbox = WallClock(), Outbox(bytes_max)
        self.end = EngineEnd(LinkSettings(site=SITE, token=token), run, outbox, self._grant, clock)
        envelopes = Envelopes("main/engine", f"status-{run}")
        here, gone = (envelopes.wrap(STATUS, "engine", 0, {"state": word}) for word in (HERE, GONE))
        presence = Presence(topic=Topics(SITE).status, here=here, gone=gone)
        self.link = BrokerLink(settings(port, f"engine-{run}"), outbox, self.end, presence)

    def tell(self, *numbers: int) -> None:
        """Tell facts, to the ledger first."""
        for number in numbers:
            self._count += 1
            self._ledger.events[(self._run, self._count)] = change(number)
            self.end.add(change(number))

    def _grant(self, request: Event) -> None:
        self.asked.append(request)
        self.end.show(AnswerRequest(agent_id=AgentId("anna"), request_id=request.request_id))  # type: ignore[attr-defined]


class Web:
    """A web process's end of the link, and what its front office heard."""

    def __init__(self, port: int, ledger: Ledger, name: str = "web-1", token: str = TOKEN) -> None:
        self.heard: list[str] = []
        self.shown: list[DeskCommand] = []
        outbox = Outbox(BYTES_MAX)
        link = LinkSettings(site=SITE, token=token)
        self.end = WebEnd(link, name, outbox, ledger, WallClock(), (0, 0))
        self.end.front.listen(self)
        self.link = BrokerLink(settings(port, name), outbox, self.end, self.end.presence())

    def add(self, event: DomainEvent) -> None:
        """Note a fact by its reason."""
        assert isinstance(event, AgentStateChanged)
        self.heard.append(event.reason)

    def show(self, command: DeskCommand) -> None:
        """Note what a screen shows."""
        self.shown.append(command)

    async def has_heard(self, *numbers: int) -> None:
        """Wait until exactly these facts were heard, in this order."""
        wanted = [f"break {number}" for number in numbers]
        await until(lambda: len(self.heard) >= len(wanted))
        assert self.heard == wanted


def settings(port: int, client_id: str) -> BrokerSettings:
    """Return how a client reaches the broker of a test."""
    return BrokerSettings(
        host=LOOPBACK, port=port, client_id=client_id, keepalive_s=2, answer_within_s=2, pause_max_s=0.2
    )


@asynccontextmanager
async def linked(*ends: Engine | Web) -> AsyncIterator[None]:
    """Let the ends be connected, in this order, each when the one before it is."""
    for end in ends:
        end.link.start()
        await until(lambda end=end: end.link.is_up)  # type: ignore[misc]
    try:
        yield
    finally:
        for end in ends:
            await end.link.close()
            if isinstance(end, Web):
                await end.end.close()
