"""Signing in by a browser: who gets in, what is shown of them, how it ends."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import microseconds
from tests.services.clocks import Wristwatch
from tests.services.sites import ORIGIN, PASSWORD, add_person, browser_of, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.gate_settings import GateSettings
from web.site import Site

SETTINGS = GateSettings()


@pytest.fixture
def wall() -> Wristwatch:
    return Wristwatch()


@pytest.fixture
async def site(wall: Wristwatch) -> Site:
    """Give a site where Anna works at a desk."""

    def engine(request: object) -> None:
        raise AssertionError("signing in is no matter of the engine")

    site = site_of(engine, wall=wall)
    await add_person(site, "anna", Role.AGENT, agent_id="anna")
    return site


@pytest.fixture
def app(site: Site) -> FastAPI:
    return build_application(site)


async def sign_in(
    browser: httpx.AsyncClient, password: str = PASSWORD, login: str = "anna"
) -> httpx.Response:
    return await browser.post("/api/v1/session", json={"login": login, "password": password})


async def test_the_right_password_lets_in_and_tells_who_it_is(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        answer = await sign_in(browser)
        assert answer.status_code == 200
        shown = answer.json()
        assert shown["csrf_token"]
        del shown["csrf_token"]
        assert shown == {
            "login": "anna",
            "name": "Anna",
            "roles": ["agent"],
            "agent_id": "anna",
            "language": "",
            "theme": "",
            "keys": {},
            "extension": "",
        }
        again = await browser.get("/api/v1/session")
        assert again.json() == answer.json()


async def test_a_login_is_written_as_people_like(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        assert (await sign_in(browser, login="Anna")).status_code == 200


@pytest.mark.parametrize(("login", "password"), [("anna", "wrong"), ("nobody", PASSWORD)])
async def test_wrong_password_and_unknown_login_get_the_same_answer(
    app: FastAPI, login: str, password: str
) -> None:
    async with browser_of(app) as browser:
        answer = await sign_in(browser, password, login)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")
        assert not browser.cookies


async def test_without_a_sign_in_nobody_is_told_anything(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        answer = await browser.get("/api/v1/session")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_signing_out_ends_it_on_the_server_too(app: FastAPI) -> None:
    async with signed_in(app, "anna") as browser:
        stolen = dict(browser.cookies)
        assert (await browser.delete("/api/v1/session")).status_code == 204
        assert not browser.cookies
        browser.cookies.update(stolen)
        assert (await browser.get("/api/v1/session")).status_code == 401


async def test_a_sign_in_ends_after_the_shift(app: FastAPI, wall: Wristwatch) -> None:
    async with signed_in(app, "anna") as browser:
        ends_us = wall.at_us + microseconds(SETTINGS.sign_in_s)
        while wall.at_us + microseconds(SETTINGS.idle_s / 2) < ends_us:
            wall.at_us += microseconds(SETTINGS.idle_s / 2)
            assert (await browser.get("/api/v1/session")).status_code == 200
        wall.at_us = ends_us
        assert (await browser.get("/api/v1/session")).status_code == 401


async def test_a_sign_in_ends_where_nobody_is_left(app: FastAPI, wall: Wristwatch) -> None:
    async with signed_in(app, "anna") as browser:
        wall.at_us += microseconds(SETTINGS.idle_s)
        assert (await browser.get("/api/v1/session")).status_code == 401


async def test_preferences_are_kept_from_browser_to_browser(app: FastAPI) -> None:
    async with signed_in(app, "anna") as browser:
        liked = {"language": "zh-CN", "theme": "dark", "keys": {"hold": "KeyJ"}, "extension": "PJSIP/1001"}
        assert (await browser.patch("/api/v1/session", json=liked)).status_code == 200
        assert (await browser.patch("/api/v1/session", json={"theme": "light"})).status_code == 200
    async with signed_in(app, "anna") as another:
        shown = (await another.get("/api/v1/session")).json()
        assert {name: shown[name] for name in liked} == liked | {"theme": "light"}


async def test_a_new_password_takes_the_old_one_and_signs_other_browsers_out(app: FastAPI) -> None:
    async with signed_in(app, "anna") as browser, signed_in(app, "anna") as other:
        wrong = {"password": "guess", "new_password": "a much better one"}
        assert (await browser.put("/api/v1/session/password", json=wrong)).status_code == 401
        short = {"password": PASSWORD, "new_password": "short"}
        assert (await browser.put("/api/v1/session/password", json=short)).json()[
            "code"
        ] == "password_too_short"
        right = {"password": PASSWORD, "new_password": "a much better one"}
        assert (await browser.put("/api/v1/session/password", json=right)).status_code == 204
        assert (await browser.get("/api/v1/session")).status_code == 200
        assert (await other.get("/api/v1/session")).status_code == 401
        assert (await sign_in(other)).status_code == 401
        assert (await sign_in(other, "a much better one")).status_code == 200


async def test_a_body_with_unknown_fields_is_refused(app: FastAPI) -> None:
    async with signed_in(app, "anna") as browser:
        answer = await browser.patch("/api/v1/session", json={"roles": ["administrator"]})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert browser.headers["Origin"] == ORIGIN
