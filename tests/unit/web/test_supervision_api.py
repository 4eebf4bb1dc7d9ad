"""What supervisors click: each reaches the engine in their name and with the reason, and is audited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import SECOND_US
from core.model.commands import AnswerRequest
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Event
from core.model.requests import (
    AgentRequest,
    GoNotReady,
    GoReady,
    LogOut,
    MoveContact,
    SetAgentLevels,
    SetAgentQueues,
    StopSupervising,
    Supervise,
    TakeOver,
)
from core.model.supervision import SupervisionMode
from tests.services.clocks import NOON_US
from tests.services.sites import add_person, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.front import FrontOffice
from web.site import Site

PHONE = "PJSIP/2001"
BY_CLEO: dict[str, Any] = {
    "at_us": NOON_US,
    "asked_by": "cleo",
    "because": "fire drill",
    "request_id": "web-1",
}
MIDNIGHT_US = 1_750_032_000 * SECOND_US
"""The end of that day by UTC, the house's clock."""
ABOUT_ANNA = BY_CLEO | {"agent_id": AgentId("anna")}
MODES = {
    "listen": SupervisionMode.LISTEN,
    "whisper": SupervisionMode.WHISPER,
    "barge": SupervisionMode.BARGE,
}
CLICKS: list[tuple[str, str, dict[str, Any], Event]] = [
    ("POST", "agents/anna/ready", {}, GoReady(**ABOUT_ANNA)),
    ("POST", "agents/anna/not-ready", {"reason": "lunch"}, GoNotReady(**ABOUT_ANNA, reason="lunch")),
    ("POST", "agents/anna/log-out", {}, LogOut(**ABOUT_ANNA)),
    *(
        (
            "POST",
            f"agents/anna/{word}",
            {"extension": PHONE, "follow": True},
            Supervise(**ABOUT_ANNA, mode=mode, extension=PHONE, follows=True),
        )
        for word, mode in MODES.items()
    ),
    ("POST", "agents/anna/stop-listening", {}, StopSupervising(**ABOUT_ANNA)),
    (
        "PUT",
        "agents/anna/queues",
        {"queues": ["sales", "claims"]},
        SetAgentQueues(**ABOUT_ANNA, queues=(QueueName("sales"), QueueName("claims"))),
    ),
    ("PUT", "agents/anna/queues", {"queues": None}, SetAgentQueues(**ABOUT_ANNA)),
    (
        "PUT",
        "agents/anna/levels",
        {"levels": {"loans": 4, "cards": 0}},
        SetAgentLevels(**ABOUT_ANNA, levels=(("cards", 0), ("loans", 4)), until_us=MIDNIGHT_US),
    ),
    ("PUT", "agents/anna/levels", {"levels": None, "for_today": False}, SetAgentLevels(**ABOUT_ANNA)),
    (
        "PUT",
        "contacts/C-1/priority",
        {"credit_seconds": -90},
        MoveContact(**BY_CLEO, agent_id=AgentId(""), contact_id=ContactId("C-1"), credit_us=-90_000_000),
    ),
    (
        "PUT",
        "contacts/C-1/priority",
        {"to_front": True},
        MoveContact(**BY_CLEO, agent_id=AgentId(""), contact_id=ContactId("C-1"), to_front=True),
    ),
]
WAYS = [(method, path) for method, path, _, _ in CLICKS]


class Engine:
    """Grants every wish, or refuses it with `code`, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[Event] = []
        self.code = ""
        self.front = FrontOffice(self.hear)

    def hear(self, request: Event) -> None:
        assert isinstance(request, AgentRequest)
        self.asked.append(request)
        self.front.show(
            AnswerRequest(
                agent_id=request.agent_id, request_id=request.request_id, code=self.code, reason="so it is"
            )
        )


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def site(engine: Engine) -> Site:
    return site_of(engine.hear, front=engine.front)


@pytest.fixture
async def app(site: Site) -> FastAPI:
    """Give an application with a supervisor, and somebody of every role that is none."""
    await add_person(site, "cleo", Role.SUPERVISOR)
    await add_person(
        site, "anna", Role.AGENT, Role.CAMPAIGN_MANAGER, Role.READ_ONLY, agent_id=AgentId("anna")
    )
    return build_application(site)


@pytest.fixture
async def cleo(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, "cleo") as browser:
        yield browser


async def click(browser: httpx.AsyncClient, method: str, path: str, body: Any) -> httpx.Response:
    return await browser.request(method, f"/api/v1/{path}", json=body)


@pytest.mark.parametrize(("method", "path", "body", "wish"), CLICKS)
async def test_click_is_a_wish_in_the_supervisors_name(
    engine: Engine, cleo: httpx.AsyncClient, method: str, path: str, body: dict[str, Any], wish: Event
) -> None:
    answer = await click(cleo, method, path, body | {"why": "fire drill"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert engine.asked == [wish]


@pytest.mark.parametrize(("method", "path", "body", "wish"), CLICKS)
async def test_click_is_audited_with_its_reason_granted_or_not(
    engine: Engine,
    site: Site,
    cleo: httpx.AsyncClient,
    method: str,
    path: str,
    body: dict[str, Any],
    wish: Event,
) -> None:
    engine.code = "not_now"
    answer = await click(cleo, method, path, body | {"why": "fire drill"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
    (entry,) = await site.people.audit(0, 10, "cleo")
    _, subject, _ = path.split("/")
    assert (entry.subject, entry.outcome, entry.why) == (subject, "409 not_now", "fire drill")
    assert entry.action.startswith(f"{method} /{path.split('/')[0]}/")


@pytest.mark.parametrize(("method", "path"), WAYS)
async def test_only_supervisors_may(engine: Engine, app: FastAPI, method: str, path: str) -> None:
    async with signed_in(app, "anna") as anna:
        answer = await click(anna, method, path, {})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert engine.asked == []


async def test_unknown_agent_is_not_found(engine: Engine, cleo: httpx.AsyncClient) -> None:
    engine.code = "unknown_agent"
    assert (await click(cleo, "POST", "agents/nobody/ready", {})).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "agents/anna/not-ready", {}),
        ("POST", "agents/anna/ready", {"why": "x" * 201}),
        ("POST", "agents/anna/ready", {"why": "a\nb"}),
        ("POST", "agents/anna/ready", {"asked_by": "the boss"}),
        ("POST", "agents/anna/listen", {"extension": "Local/0900@out"}),
        ("PUT", "agents/anna/queues", {}),
        ("PUT", "agents/anna/levels", {}),
        ("PUT", "agents/anna/levels", {"levels": {"loans": 11}}),
        ("PUT", "agents/anna/levels", {"levels": {"loans": -1}}),
        ("PUT", "contacts/C-1/priority", {}),
        ("PUT", "contacts/C-1/priority", {"credit_seconds": 5, "to_front": True}),
        ("PUT", "contacts/C-1/priority", {"credit_seconds": 86_401}),
    ],
)
async def test_what_makes_no_sense_never_reaches_the_engine(
    engine: Engine, cleo: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]
) -> None:
    assert (await click(cleo, method, path, body)).status_code == 422
    assert engine.asked == []


async def test_call_is_taken_over_at_a_desk_of_ones_own(
    engine: Engine, site: Site, app: FastAPI, cleo: httpx.AsyncClient
) -> None:
    refused = await click(cleo, "POST", "agents/anna/take-over", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "no_desk")
    await add_person(site, "dora", Role.SUPERVISOR, Role.AGENT, agent_id=AgentId("dora"))
    async with signed_in(app, "dora") as dora:
        answer = await click(dora, "POST", "agents/anna/take-over", {"why": "fire drill"})
    assert answer.status_code == 204
    assert engine.asked == [TakeOver(**ABOUT_ANNA | {"asked_by": "dora"}, by=AgentId("dora"))]


async def test_phone_of_last_time_is_rung_again(engine: Engine, cleo: httpx.AsyncClient) -> None:
    first = await click(cleo, "POST", "agents/anna/listen", {})
    assert (first.status_code, first.json()["code"]) == (422, "no_extension")
    await click(cleo, "POST", "agents/anna/listen", {"extension": PHONE})
    await click(cleo, "POST", "agents/anna/barge", {})
    assert [wish.extension for wish in engine.asked if isinstance(wish, Supervise)] == [PHONE, PHONE]
