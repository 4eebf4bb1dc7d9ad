"""Who sits at a desk of the demonstration: the simulated agent, until somebody real wishes something."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.message import DomainEvent, Request
from core.model.requests import DeskBack, GoNotReady, GoReady
from tests.services.web_centre import WebCentre

pytestmark = pytest.mark.slow

CHIDI = AgentId("chidi")
SPEED = 20.0
LIMIT_S = 15


class States:
    """Waits for a simulated agent to come to a state."""

    def __init__(self, centre: WebCentre) -> None:
        self._centre = centre
        self._told: asyncio.Queue[AgentState] = asyncio.Queue()
        centre.run(lambda: centre.show.ledger.watch(self._add))  # type: ignore[attr-defined]

    def _add(self, event: DomainEvent) -> None:
        if isinstance(event, AgentStateChanged) and event.agent_id == CHIDI:
            self._told.put_nowait(event.new)

    async def _come(self, state: AgentState) -> None:
        async with asyncio.timeout(LIMIT_S):
            while await self._told.get() is not state:
                pass

    def come(self, state: AgentState) -> None:
        self._centre.run_async(self._come(state))


@pytest.fixture
def centre() -> Iterator[WebCentre]:
    with WebCentre(speed=SPEED) as running:
        yield running


def ask(centre: WebCentre, request: Request) -> None:
    centre.run_async(centre.show.centre.front.ask(request))


def test_simulated_agent_works_on_beside_an_open_page_and_under_a_supervisor(centre: WebCentre) -> None:
    states = States(centre)
    states.come(AgentState.READY)
    ask(centre, DeskBack(at_us=centre.show.clock.now_us(), agent_id=CHIDI))
    away = GoNotReady(
        at_us=centre.show.clock.now_us(), agent_id=CHIDI, reason="break", asked_by="sam", because="tired"
    )
    ask(centre, away)
    states.come(AgentState.NOT_READY)
    states.come(AgentState.READY)  # back by itself, as after any short absence
    ask(centre, GoNotReady(at_us=centre.show.clock.now_us(), agent_id=CHIDI, reason="break"))
    states.come(AgentState.NOT_READY)
    ask(centre, GoReady(at_us=centre.show.clock.now_us(), agent_id=CHIDI))  # nobody else would
    states.come(AgentState.READY)
