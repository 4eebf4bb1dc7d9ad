"""Administrators look after people and keys; what is done stands in the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import SECOND_US
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.sites import PASSWORD, add_person, browser_of, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.house import House

NOON = datetime.fromtimestamp(NOON_US / SECOND_US, UTC)
DORA = {"login": "dora", "name": "Dora", "roles": ["supervisor"], "password": "a very long one"}


@pytest.fixture
def wall() -> Wristwatch:
    return Wristwatch()


@pytest.fixture
async def app(wall: Wristwatch) -> FastAPI:
    def engine(request: object) -> None:
        raise AssertionError("people are no matter of the engine")

    agents = {agent_id: AgentProfile(agent_id=agent_id) for agent_id in map(AgentId, ("anna", "ben"))}
    site = site_of(engine, wall=wall, house=House(agents=agents))
    await add_person(site, "root", Role.ADMINISTRATOR)
    await add_person(site, "anna", Role.AGENT, agent_id="anna")
    return build_application(site)


@pytest.fixture
async def root(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, "root") as browser:
        yield browser


async def test_a_new_person_signs_in_at_once(app: FastAPI, root: httpx.AsyncClient) -> None:
    added = await root.post("/api/v1/people", json=DORA)
    assert (added.status_code, added.headers["location"]) == (201, "/api/v1/people/dora")
    assert "password" not in added.text.replace("has_password", "")
    async with browser_of(app) as browser:
        credentials = {"login": "dora", "password": DORA["password"]}
        assert (await browser.post("/api/v1/session", json=credentials)).json()["roles"] == ["supervisor"]


async def test_a_login_is_given_once(root: httpx.AsyncClient) -> None:
    await root.post("/api/v1/people", json=DORA)
    again = await root.post("/api/v1/people", json=DORA)
    assert (again.status_code, again.json()["code"]) == (409, "login_taken")


async def test_a_desk_is_one_of_the_agents(root: httpx.AsyncClient) -> None:
    added = await root.post("/api/v1/people", json=DORA | {"agent_id": "annna"})
    assert (added.status_code, added.json()["code"]) == (422, "unknown_agent")
    assert added.json()["detail"] == "no agent is called annna; there are anna, ben"
    assert (await root.get("/api/v1/people/dora")).status_code == 404
    moved = await root.patch("/api/v1/people/anna", json={"agent_id": "annna"})
    assert (moved.status_code, moved.json()["code"]) == (422, "unknown_agent")
    assert (await root.patch("/api/v1/people/anna", json={"agent_id": ""})).json()["agent_id"] is None


async def test_people_are_told_page_by_page(root: httpx.AsyncClient) -> None:
    first = (await root.get("/api/v1/people", params={"limit": 1})).json()
    assert [person["login"] for person in first["items"]] == ["anna"]
    rest = (await root.get("/api/v1/people", params={"limit": 1, "cursor": first["next"]})).json()
    assert ([person["login"] for person in rest["items"]], rest["next"]) == (["root"], None)


async def test_who_is_disabled_is_out_at_once(app: FastAPI, root: httpx.AsyncClient) -> None:
    async with signed_in(app, "anna") as anna:
        assert (await root.patch("/api/v1/people/anna", json={"disabled": True})).json()["disabled"]
        assert (await anna.get("/api/v1/session")).status_code == 401
        again = await anna.post("/api/v1/session", json={"login": "anna", "password": PASSWORD})
        assert again.status_code == 401


async def test_new_roles_count_at_once(app: FastAPI, root: httpx.AsyncClient) -> None:
    async with signed_in(app, "anna") as anna:
        assert (await anna.get("/api/v1/audit")).status_code == 403
        await root.patch("/api/v1/people/anna", json={"roles": ["agent", "supervisor"]})
        assert (await anna.get("/api/v1/audit")).status_code == 200


async def test_a_reset_password_signs_the_old_one_out(app: FastAPI, root: httpx.AsyncClient) -> None:
    async with signed_in(app, "anna") as anna:
        reset = await root.put("/api/v1/people/anna/password", json={"password": "a new long one"})
        assert reset.status_code == 204
        assert (await anna.get("/api/v1/session")).status_code == 401
    nobody = await root.put("/api/v1/people/nobody/password", json={"password": "a new long one"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_person")


@pytest.mark.parametrize("change", [{"disabled": True}, {"roles": ["agent"]}])
async def test_nobody_locks_themselves_out(root: httpx.AsyncClient, change: dict[str, object]) -> None:
    answer = await root.patch("/api/v1/people/root", json=change)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_account")


async def test_a_program_does_what_its_key_allows_until_it_is_revoked(
    app: FastAPI, root: httpx.AsyncClient
) -> None:
    made = (await root.post("/api/v1/keys", json={"name": "wall", "scopes": ["supervisor"]})).json()
    assert made["key"].startswith("glk_")
    async with browser_of(app) as program:
        program.headers["Authorization"] = f"Bearer {made['key']}"
        assert (await program.get("/api/v1/audit")).status_code == 200
        assert (await program.get("/api/v1/people")).status_code == 403
        listed = (await root.get("/api/v1/keys")).json()["items"]
        assert [(key["name"], key.get("key")) for key in listed] == [("wall", None)]
        assert (await root.delete(f"/api/v1/keys/{made['key_id']}")).status_code == 204
        assert (await program.get("/api/v1/audit")).status_code == 401


async def test_a_key_ends_by_itself(app: FastAPI, root: httpx.AsyncClient, wall: Wristwatch) -> None:
    ends = (NOON + timedelta(hours=1)).isoformat()
    key = {"name": "crm", "scopes": ["supervisor"], "ends": ends}
    made = (await root.post("/api/v1/keys", json=key)).json()
    async with browser_of(app) as program:
        program.headers["Authorization"] = f"Bearer {made['key']}"
        assert (await program.get("/api/v1/audit")).status_code == 200
        wall.at_us += 3_600 * SECOND_US
        assert (await program.get("/api/v1/audit")).status_code == 401


async def test_what_was_done_is_told_with_who_and_how_it_came_out(root: httpx.AsyncClient) -> None:
    await root.post("/api/v1/people", json=DORA)
    await root.patch("/api/v1/people/root", json={"disabled": True})
    await root.put("/api/v1/people/dora/password", json={"password": "another long one"})
    told = (await root.get("/api/v1/audit")).json()["items"]
    shown = [(line["who"], line["action"], line["subject"], line["outcome"]) for line in told]
    assert shown == [
        ("root", "PUT /people/{login}/password", "dora", "204"),
        ("root", "PATCH /people/{login}", "root", "409 own_account"),
        ("root", "POST /people", "dora", "201"),
    ]
    assert "long one" not in str(told)


async def test_the_audit_log_is_read_page_by_page_and_by_whom(app: FastAPI, root: httpx.AsyncClient) -> None:
    async with signed_in(app, "anna") as anna:
        await anna.post("/api/v1/people", json=DORA)
    for _ in range(2):
        await root.post("/api/v1/people", json=DORA)
    first = (await root.get("/api/v1/audit", params={"limit": 2})).json()
    rest = (await root.get("/api/v1/audit", params={"limit": 2, "cursor": first["next"]})).json()
    assert [line["outcome"] for line in rest["items"]] == ["403 role_missing"]
    by_anna = (await root.get("/api/v1/audit", params={"who": "anna"})).json()["items"]
    assert [line["who"] for line in by_anna] == ["anna"]


async def test_signing_in_is_in_the_audit_log(app: FastAPI, root: httpx.AsyncClient) -> None:
    async with browser_of(app) as browser:
        await browser.post("/api/v1/session", json={"login": "anna", "password": PASSWORD})
    (told,) = (await root.get("/api/v1/audit")).json()["items"]
    assert (told["who"], told["action"], told["outcome"]) == ("anna", "POST /session", "200")


async def test_a_person_is_added_once_under_one_key(root: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await root.post("/api/v1/people", json=DORA, headers=key)
    again = await root.post("/api/v1/people", json=DORA, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    other = await root.post("/api/v1/people", json=DORA | {"login": "eve"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")


async def test_what_was_refused_under_a_key_may_be_asked_again(root: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    short = await root.post("/api/v1/people", json=DORA | {"password": "short"}, headers=key)
    assert short.json()["code"] == "password_too_short"
    assert (await root.post("/api/v1/people", json=DORA, headers=key)).status_code == 201
