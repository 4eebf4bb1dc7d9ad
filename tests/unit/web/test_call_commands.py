"""What an agent clicks about the call in hand: each reaches the engine as a wish about the own desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from core.model.control import (
    CancelConsult,
    CompleteConsult,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TargetKind,
    TransferContact,
    UnmuteContact,
)
from core.model.ids import ContactId
from core.model.requests import CallRequest, HangUpContact
from tests.services.sites import add_person, signed_in, site_of
from tests.unit.web.test_desk_commands import ANNA, ME, Engine
from web.application import build_application
from web.callers import Role

CALL: dict[str, Any] = {**ME, "contact_id": ContactId("C-1")}


@pytest.fixture
def switchboard() -> Engine:
    return Engine()


@pytest.fixture
async def clicker(switchboard: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """Give the browser of an agent with a desk."""
    site = site_of(switchboard.hear, front=switchboard.front)
    await add_person(site, "anna", Role.AGENT, agent_id=ANNA)
    async with signed_in(build_application(site), "anna") as browser:
        yield browser


@pytest.mark.parametrize(
    ("path", "body", "wish"),
    [
        ("hold", {}, HoldContact(**CALL)),
        ("resume", {}, ResumeContact(**CALL)),
        ("mute", {}, MuteContact(**CALL)),
        ("unmute", {}, UnmuteContact(**CALL)),
        ("hang-up", {}, HangUpContact(**CALL)),
        ("digits", {"digits": "12#"}, SendDigits(**CALL, digits="12#")),
        (
            "transfer",
            {"to": "queue", "target": "sales"},
            TransferContact(**CALL, to=TargetKind.QUEUE, target="sales"),
        ),
        (
            "transfer",
            {"to": "number", "target": "+1 (206) 555-0100"},
            TransferContact(**CALL, to=TargetKind.NUMBER, target="+12065550100"),
        ),
        (
            "consult",
            {"to": "agent", "target": "bob"},
            StartConsult(**CALL, to=TargetKind.AGENT, target="bob"),
        ),
        ("consult/swap", {}, SwapConsult(**CALL)),
        ("consult/complete", {}, CompleteConsult(**CALL)),
        ("consult/cancel", {}, CancelConsult(**CALL)),
        ("conference", {}, StartConference(**CALL)),
        ("conference/leave", {}, LeaveConference(**CALL)),
    ],
)
async def test_a_click_is_a_wish_about_the_call_in_hand(
    clicker: httpx.AsyncClient, switchboard: Engine, path: str, body: dict[str, Any], wish: CallRequest
) -> None:
    answer = await clicker.post(f"/api/v1/agents/me/call/{path}", json={"contact_id": "C-1", **body})
    assert (answer.status_code, answer.content) == (204, b"")
    assert switchboard.asked == [wish]


async def test_a_refusal_of_the_call_keeps_its_code(clicker: httpx.AsyncClient, switchboard: Engine) -> None:
    switchboard.code = "not_now"
    answer = await clicker.post("/api/v1/agents/me/call/resume", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("digits", {"digits": "1,2"}),
        ("digits", {"digits": ""}),
        ("transfer", {"to": "moon", "target": "x"}),
        ("transfer", {"to": "agent", "target": ""}),
        ("consult", {"to": "agent", "target": "bob\r\nAction: x"}),
    ],
)
async def test_what_is_no_wish_never_reaches_the_engine(
    clicker: httpx.AsyncClient, switchboard: Engine, path: str, body: dict[str, Any]
) -> None:
    answer = await clicker.post(f"/api/v1/agents/me/call/{path}", json=body)
    assert (answer.status_code, switchboard.asked) == (422, [])
