"""What an agent clicks: each reaches the engine as a wish about the agent's own desk, and no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.model.commands import AnswerRequest
from core.model.ids import AgentId, ContactId, OfferId
from core.model.message import Event
from core.model.requests import (
    AcceptOffer,
    AgentRequest,
    DialNumber,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    LogIn,
    LogOut,
    PreviewDial,
    PreviewSkip,
    RejectOffer,
    ReturnWork,
)
from tests.services.clocks import NOON_US
from tests.services.sites import add_person, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.front import FrontOffice
from web.site import Site

ANNA = AgentId("anna")
ME: dict[str, Any] = {"at_us": NOON_US, "agent_id": ANNA, "request_id": "web-1"}


class Engine:
    """Grants every wish, or refuses it with `code`, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[Event] = []
        self.code = ""
        self.front = FrontOffice(self.hear)

    def hear(self, request: Event) -> None:
        assert isinstance(request, AgentRequest)
        self.asked.append(request)
        answer = AnswerRequest(
            agent_id=request.agent_id, request_id=request.request_id, code=self.code, reason="so it is"
        )
        self.front.show(answer)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def app(engine: Engine) -> FastAPI:
    """Give an application where Anna has a desk and Bert, an agent too, has none."""
    site: Site = site_of(engine.hear, front=engine.front)
    await add_person(site, "anna", Role.AGENT, agent_id=ANNA)
    await add_person(site, "bert", Role.AGENT)
    await add_person(site, "cleo", Role.SUPERVISOR, agent_id="cleo")
    return build_application(site)


@pytest.fixture
async def anna(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, "anna") as browser:
        yield browser


@pytest.mark.parametrize(
    ("path", "body", "wish"),
    [
        ("log-in", {"extension": "PJSIP/1001"}, LogIn(**ME, extension="PJSIP/1001")),
        ("log-out", None, LogOut(**ME)),
        ("ready", None, GoReady(**ME)),
        ("not-ready", {"reason": "lunch"}, GoNotReady(**ME, reason="lunch")),
        (
            "offer/accept",
            {"offer_id": "O-1", "version": 2},
            AcceptOffer(**ME, offer_id=OfferId("O-1"), version=2),
        ),
        ("offer/reject", {}, RejectOffer(**ME)),
        ("preview/dial", {"offer_id": "O-1"}, PreviewDial(**ME, offer_id=OfferId("O-1"))),
        ("preview/skip", {"reason": "not_now"}, PreviewSkip(**ME, reason="not_now")),
        ("dial", {"number": "+1 206 555 0100"}, DialNumber(**ME, number="+1 206 555 0100")),
        (
            "wrap-up/finish",
            {
                "disposition": "sold",
                "notes": "a letter",
                "callback_at": "2026-11-23 10:30",
                "callback_by": "mine",
            },
            FinishWrapUp(
                **ME,
                disposition="sold",
                notes="a letter",
                callback_at="2026-11-23 10:30",
                callback_by="mine",
            ),
        ),
        ("wrap-up/extend", {"contact_id": "C-1"}, ExtendWrapUp(**ME, contact_id=ContactId("C-1"))),
        (
            "work/C-7/finish",
            {"disposition": "done", "notes": "sent"},
            FinishWork(**ME, contact_id=ContactId("C-7"), disposition="done", notes="sent"),
        ),
        ("work/C-7/return", None, ReturnWork(**ME, contact_id=ContactId("C-7"))),
    ],
)
async def test_a_click_is_a_wish_about_the_own_desk(
    anna: httpx.AsyncClient, engine: Engine, path: str, body: dict[str, Any] | None, wish: AgentRequest
) -> None:
    answer = await anna.post(f"/api/v1/agents/me/{path}", json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert engine.asked == [wish]


async def test_a_refusal_keeps_the_engines_own_code(anna: httpx.AsyncClient, engine: Engine) -> None:
    engine.code = "already_ready"
    answer = await anna.post("/api/v1/agents/me/ready")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_ready")


async def test_the_phone_is_remembered_once_the_engine_took_it(
    anna: httpx.AsyncClient, engine: Engine
) -> None:
    path = "/api/v1/agents/me/log-in"
    unknown = await anna.post(path, json={})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_extension")
    engine.code = "extension_in_use"
    assert (await anna.post(path, json={"extension": "PJSIP/1001"})).status_code == 409
    assert (await anna.post(path, json={})).json()["code"] == "no_extension"
    engine.code = ""
    assert (await anna.post(path, json={"extension": "PJSIP/1001"})).status_code == 204
    assert (await anna.post(path, json={})).status_code == 204
    last = engine.asked[-1]
    assert isinstance(last, LogIn)
    assert last.extension == "PJSIP/1001"


@pytest.mark.parametrize(
    "extension", ["Local/0900123@from-internal", "PJSIP/1001\r\nAction: x", "PJSIP/9@trunk"]
)
async def test_nobody_logs_in_at_a_way_out(anna: httpx.AsyncClient, engine: Engine, extension: str) -> None:
    answer = await anna.post("/api/v1/agents/me/log-in", json={"extension": extension})
    assert answer.status_code == 422
    assert engine.asked == []


@pytest.mark.parametrize("login", ["bert", "cleo"])
async def test_who_has_no_desk_has_none_to_use(app: FastAPI, engine: Engine, login: str) -> None:
    async with signed_in(app, login) as browser:
        answer = await browser.post("/api/v1/agents/me/ready")
    assert (answer.status_code, answer.json()["code"]) == (403, "no_desk")
    assert engine.asked == []
