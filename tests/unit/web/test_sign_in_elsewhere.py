"""Signing in elsewhere, with a provider of OpenID Connect: who gets in, and who is not believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import RSAKey

from core.model.agent import AgentProfile
from core.model.ids import AgentId
from core.model.person import PersonChange
from tests.services.clocks import Wristwatch
from tests.services.oidc_provider import CLIENT_ID, KEY_BITS, SECRET, Provider, serving
from tests.services.sites import add_person, browser_of, site_of
from web.application import build_application
from web.callers import Role
from web.gate_settings import OidcSettings
from web.house import House
from web.site import Site

START = "/api/v1/session/oidc"
ANNA = AgentId("anna")
HOUSE = House(agents={ANNA: AgentProfile(agent_id=ANNA, name="Anna")})
ROLES = {"call-center/agents": Role.AGENT, "call-center/leads": Role.SUPERVISOR}


@dataclass
class Centre:
    """A site whose people sign in elsewhere, and where that is."""

    app: FastAPI
    provider: Provider

    @property
    def site(self) -> Site:
        site: Site = self.app.state.site
        return site

    async def signs_in(self, browser: httpx.AsyncClient) -> httpx.Response:
        """Let a browser go there and come back; return our last answer."""
        return await browser.get(await self.way_back(browser))

    async def way_back(self, browser: httpx.AsyncClient) -> str:
        """Let a browser go there; return where the provider sends it back to."""
        there = (await browser.get(START)).headers["location"]
        async with httpx.AsyncClient() as elsewhere:
            back: str = (await elsewhere.get(there)).headers["location"]
        return back


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    wall = Wristwatch()
    claims: dict[str, Any] = {
        "sub": "4711",
        "preferred_username": "Anna",
        "name": "Anna Bell",
        "roles": ["call-center/agents", "canteen"],
    }
    provider = Provider(wall, claims)
    async with serving(provider):
        oidc = OidcSettings(issuer=provider.issuer, client_id=CLIENT_ID, secret=SECRET, roles=ROLES)
        site = site_of(lambda request: None, wall=wall, house=HOUSE, oidc=oidc)
        yield Centre(build_application(site), provider)


@pytest.fixture
async def browser(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(centre.app) as browser:
        yield browser


async def test_who_signs_in_there_is_signed_in_here(centre: Centre, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/v1/session/ways")).json() == {"password": True, "elsewhere": True}
    back = await centre.signs_in(browser)
    assert (back.status_code, back.headers["location"]) == (303, "/agent")
    shown = (await browser.get("/api/v1/session")).json()
    assert (shown["login"], shown["name"], shown["roles"]) == ("anna", "Anna Bell", ["agent"])
    assert shown["agent_id"] == "anna"
    (told,) = await centre.site.people.audit(0, 9)
    assert (told.who, told.outcome) == ("anna", "303")


async def test_roles_are_those_of_today(centre: Centre, browser: httpx.AsyncClient) -> None:
    await centre.signs_in(browser)
    centre.provider.claims["roles"] = "call-center/leads"
    await centre.signs_in(browser)
    assert (await browser.get("/api/v1/session")).json()["roles"] == ["supervisor"]


async def test_who_has_no_role_here_does_not_come_in(centre: Centre, browser: httpx.AsyncClient) -> None:
    centre.provider.claims["roles"] = ["canteen"]
    answer = await centre.signs_in(browser)
    assert (answer.status_code, answer.json()["code"]) == (403, "no_role")
    assert (await browser.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "spoilt",
    [
        {"aud": "another-program"},
        {"iss": "https://evil.example"},
        {"nonce": "of another attempt"},
        {"exp": 1},
    ],
    ids=lambda spoilt: next(iter(spoilt)),
)
async def test_what_was_told_for_something_else_is_not_believed(
    centre: Centre, browser: httpx.AsyncClient, spoilt: dict[str, Any]
) -> None:
    centre.provider.spoil = spoilt
    answer = await centre.signs_in(browser)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_believed")


async def test_what_somebody_else_signed_is_not_believed(centre: Centre, browser: httpx.AsyncClient) -> None:
    centre.provider.key = RSAKey.generate_key(KEY_BITS, {"kid": "1"})
    assert (await centre.signs_in(browser)).json()["code"] == "not_believed"


DEEP, LONG = b'{"a":' * 5_000, b'{"a":"' + b"x" * 300_000 + b'"}'


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"null", b"{}", b'{"token_endpoint": 7}', b"<html>", DEEP, LONG]
)
async def test_a_provider_that_does_not_say_where_to_go_is_away(
    centre: Centre, browser: httpx.AsyncClient, said: bytes
) -> None:
    centre.provider.raw["/.well-known/openid-configuration"] = said
    answer = await browser.get(START)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_away")
    centre.provider.raw.clear()
    assert (await centre.signs_in(browser)).status_code == 303


@pytest.mark.parametrize("path", ["/token", "/keys"])
@pytest.mark.parametrize(
    "said",
    [b"[]", b'"x"', b"{}", b'{"id_token": 7, "keys": 7}', b'{"id_token": "x", "keys": [7]}', DEEP, LONG],
)
async def test_a_provider_that_says_something_else_is_not_believed(
    centre: Centre, browser: httpx.AsyncClient, path: str, said: bytes
) -> None:
    back = await centre.way_back(browser)
    centre.provider.raw[path] = said
    answer = await browser.get(back)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_believed")


async def test_a_name_that_no_column_keeps_loses_what_it_cannot(
    centre: Centre, browser: httpx.AsyncClient
) -> None:
    centre.provider.claims["name"] = "An\0na\x1b[31m Bell" + "l" * 200
    await centre.signs_in(browser)
    name = (await browser.get("/api/v1/session")).json()["name"]
    assert name.startswith("Anna[31m Bell")
    assert len(name) == 100


async def test_nobody_finishes_the_attempt_of_another_browser(
    centre: Centre, browser: httpx.AsyncClient
) -> None:
    back = await centre.way_back(browser)
    async with browser_of(centre.app) as victim:
        assert (await victim.get(back)).json()["code"] == "not_begun_here"
        await victim.get(START)
        assert (await victim.get(back)).json()["code"] == "not_begun_here"


async def test_a_code_is_good_once_and_for_its_own_attempt(
    centre: Centre, browser: httpx.AsyncClient
) -> None:
    first = await centre.way_back(browser)
    second = await centre.way_back(browser)
    code = parse_qs(urlsplit(first).query)["code"][0]
    state = parse_qs(urlsplit(second).query)["state"][0]
    mixed = await browser.get(f"{START}/callback", params={"code": code, "state": state})
    assert mixed.json()["code"] == "not_believed"


async def test_nobody_takes_over_a_login_that_has_a_password(
    centre: Centre, browser: httpx.AsyncClient
) -> None:
    await add_person(centre.site, "anna", Role.ADMINISTRATOR)
    assert (await centre.signs_in(browser)).json()["code"] == "login_taken"


async def test_who_is_disabled_here_stays_out(centre: Centre, browser: httpx.AsyncClient) -> None:
    await centre.signs_in(browser)
    await centre.app.state.gate.reception.change("anna", PersonChange(disabled=True))
    assert (await centre.signs_in(browser)).json()["code"] == "disabled"


async def test_without_a_provider_there_is_no_way_there() -> None:
    async with browser_of(build_application(site_of(lambda request: None))) as browser:
        assert (await browser.get("/api/v1/session/ways")).json()["elsewhere"] is False
        assert (await browser.get(START)).json()["code"] == "no_elsewhere"
