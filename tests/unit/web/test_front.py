"""The front office: what is asked is answered to who asked, and to nobody else."""

from __future__ import annotations

import pytest

from core.kernel.errors import RequestRefused
from core.model.agent import AgentState
from core.model.commands import AnswerRequest, DeskCommand, ShowAgentState
from core.model.ids import AgentId
from core.model.message import DomainEvent, Event
from core.model.requests import GoReady
from web.front import FrontOffice, FrontSettings

ANNA = AgentId("anna")


class Screen:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.shown: list[DeskCommand] = []

    def add(self, event: DomainEvent) -> None:
        raise AssertionError("nothing was told")

    def show(self, command: DeskCommand) -> None:
        self.shown.append(command)


class Broken(Screen):
    """Fails whatever it hears."""

    def show(self, command: DeskCommand) -> None:
        raise ValueError("a bug of ours")


def front_of_engine(code: str = "") -> FrontOffice:
    """Return a front office whose engine grants, or refuses with `code`, at once."""

    def engine(request: Event) -> None:
        assert isinstance(request, GoReady)
        front.show(AnswerRequest(agent_id=ANNA, request_id=request.request_id, code=code, reason="so it is"))

    front = FrontOffice(engine)
    return front


async def test_a_granted_wish_returns_and_is_no_matter_of_screens() -> None:
    front, screen = front_of_engine(), Screen()
    front.listen(screen)
    answer = await front.ask(GoReady(at_us=0, agent_id=ANNA))
    assert answer.request_id == "web-1"
    assert screen.shown == []


async def test_a_refusal_keeps_the_engines_code() -> None:
    with pytest.raises(RequestRefused, match="already_ready"):
        await front_of_engine("already_ready").ask(GoReady(at_us=0, agent_id=ANNA))


async def test_an_engine_that_is_away_costs_the_patience_and_no_more() -> None:
    front = FrontOffice(lambda request: None, FrontSettings(patience_s=0.01))
    with pytest.raises(TimeoutError):
        await front.ask(GoReady(at_us=0, agent_id=ANNA))
    front.show(AnswerRequest(agent_id=ANNA, request_id="web-1"))  # too late, and dropped


async def test_screens_hear_until_they_leave() -> None:
    front, screen = front_of_engine(), Screen()
    leave = front.listen(screen)
    state = ShowAgentState(agent_id=ANNA, state=AgentState.READY, reason="", since_us=0, legal=())
    front.show(state)
    leave()
    front.show(state)
    assert screen.shown == [state]


async def test_a_listener_that_fails_costs_neither_the_turn_nor_the_others() -> None:
    front, first, second = front_of_engine(), Broken(), Screen()
    front.listen(first)
    front.listen(second)
    state = ShowAgentState(agent_id=ANNA, state=AgentState.READY, reason="", since_us=0, legal=())
    front.show(state)
    assert second.shown == [state]
