"""What attackers try at the gate, each a test of its own: none gets in, and none learns anything."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import SECOND_US, microseconds
from core.model.commands import AnswerRequest
from core.model.message import Event
from core.model.requests import AgentRequest
from crm.people_memory import MemoryPeopleStore
from tests.services.clocks import Wristwatch
from tests.services.sites import HOST, ORIGIN, PASSWORD, add_person, browser_of, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.csv_rows import csv_answer, each
from web.front import FrontOffice
from web.gate.cookie import NAME, SECURE_NAME
from web.gate.tokens import KEY_PREFIX, hash_of
from web.gate_settings import GateSettings
from web.pages import add_pages, read_files
from web.settings import WebSettings
from web.site import Site
from web.views.floor import GroupView

SESSION = "/api/v1/session"
READY = "/api/v1/agents/me/ready"
EVIL = "https://evil.example"
RIGHT = {"login": "anna", "password": PASSWORD}


def granting_front() -> FrontOffice:
    """Return a front office whose engine grants everything."""

    def engine(request: Event) -> None:
        assert isinstance(request, AgentRequest)
        front.show(AnswerRequest(agent_id=request.agent_id, request_id=request.request_id))

    front = FrontOffice(engine)
    return front


@pytest.fixture
def wall() -> Wristwatch:
    return Wristwatch()


async def site_with_anna(wall: Wristwatch, **parts: object) -> Site:
    site = site_of(lambda request: None, wall=wall, front=granting_front(), **parts)
    await add_person(site, "anna", Role.AGENT, agent_id="anna")
    return site


@pytest.fixture
async def app(wall: Wristwatch) -> FastAPI:
    return build_application(await site_with_anna(wall))


@pytest.fixture
async def anna(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, "anna") as browser:
        yield browser


# --- session fixation ------------------------------------------------------------------------------


async def test_a_planted_token_is_worth_nothing_after_the_sign_in(app: FastAPI) -> None:
    async with browser_of(app) as victim, browser_of(app) as attacker:
        for browser in (victim, attacker):
            browser.cookies.set(NAME, "planted-by-the-attacker", domain=HOST)
        assert (await victim.post(SESSION, json=RIGHT)).status_code == 200
        assert victim.cookies[NAME] != "planted-by-the-attacker"
        assert (await attacker.get(SESSION)).status_code == 401


async def test_signing_in_again_ends_the_token_before(anna: httpx.AsyncClient, app: FastAPI) -> None:
    before = anna.cookies[NAME]
    await anna.post(SESSION, json=RIGHT)
    async with browser_of(app) as other:
        other.cookies.set(NAME, before, domain=HOST)
        assert (await other.get(SESSION)).status_code == 401


# --- requests that another site's page makes -------------------------------------------------------


async def test_a_write_without_the_token_of_the_page_is_refused(anna: httpx.AsyncClient) -> None:
    del anna.headers["X-CSRF-Token"]
    answer = await anna.post(READY)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_missing")


async def test_the_token_of_another_sign_in_is_the_wrong_one(anna: httpx.AsyncClient, app: FastAPI) -> None:
    async with signed_in(app, "anna") as other:
        anna.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
    assert (await anna.post(READY)).json()["code"] == "csrf_token_missing"


@pytest.mark.parametrize("origin", [EVIL, "null", f"{ORIGIN}.evil.example", ORIGIN.replace("http", "https")])
async def test_a_write_from_a_foreign_page_is_refused(anna: httpx.AsyncClient, origin: str) -> None:
    answer = await anna.post(READY, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_a_write_by_cookie_that_names_no_page_is_refused(anna: httpx.AsyncClient) -> None:
    del anna.headers["Origin"]
    assert (await anna.post(READY)).json()["code"] == "foreign_origin"


async def test_what_the_browser_says_of_the_site_counts_too(anna: httpx.AsyncClient) -> None:
    assert (await anna.post(READY, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await anna.post(READY, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 204


async def test_nobody_is_signed_in_by_a_foreign_page(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        answer = await browser.post(SESSION, json=RIGHT, headers={"Origin": EVIL})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_behind_a_proxy_the_public_name_is_the_own_origin(wall: Wristwatch) -> None:
    settings = WebSettings(public_url="https://calls.example.com/")
    app = build_application(await site_with_anna(wall, settings=settings))
    async with browser_of(app) as browser:
        public = {"Origin": "https://calls.example.com"}
        assert (await browser.post(SESSION, json=RIGHT, headers=public)).status_code == 200
        assert (await browser.post(SESSION, json=RIGHT)).status_code == 403


# --- the cookie and the headers ----------------------------------------------------------------------


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        flags = (await browser.post(SESSION, json=RIGHT)).headers["set-cookie"].split("; ")
    assert flags[0].startswith(f"{NAME}=")
    assert sorted(flags[1:]) == ["HttpOnly", "Path=/", "SameSite=strict"]


async def test_over_tls_the_cookie_stays_there(wall: Wristwatch) -> None:
    settings = WebSettings(public_url="https://calls.example.com")
    app = build_application(await site_with_anna(wall, settings=settings))
    async with browser_of(app) as browser:
        public = {"Origin": "https://calls.example.com"}
        answer = await browser.post(SESSION, json=RIGHT, headers=public)
    flags = answer.headers["set-cookie"].split("; ")
    assert flags[0].startswith(f"{SECURE_NAME}=")
    assert sorted(flags[1:]) == ["HttpOnly", "Path=/", "SameSite=strict", "Secure"]
    assert "max-age=" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/", "/agent", SESSION, "/nowhere", "/healthz"])
async def test_every_answer_makes_browsers_careful(app: FastAPI, path: str) -> None:
    async with browser_of(app) as browser:
        headers = (await browser.get(path)).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_the_desk_alone_lets_in_the_frame_of_the_one_crm(wall: Wristwatch) -> None:
    settings = WebSettings(framed_origin="https://crm.example")
    app = build_application(await site_with_anna(wall, settings=settings))
    async with browser_of(app) as browser:
        policies = {
            path: (await browser.get(path)).headers["content-security-policy"] for path in ("/agent", "/wall")
        }
    assert policies["/agent"] == f"{policies['/wall']}; frame-src https://crm.example"
    assert "frame-src" not in policies["/wall"]


# --- guessing ----------------------------------------------------------------------------------------


async def guess(browser: httpx.AsyncClient, login: str = "anna", password: str = "guess") -> httpx.Response:
    return await browser.post(SESSION, json={"login": login, "password": password})


@pytest.mark.parametrize("login", ["anna", "nobody"])
async def test_guessing_ends_with_the_lock_whether_or_not_there_is_such_a_login(
    app: FastAPI, wall: Wristwatch, login: str
) -> None:
    settings = GateSettings()
    async with browser_of(app) as browser:
        codes = [(await guess(browser, login)).json()["code"] for _ in range(settings.guesses_of_both + 1)]
        assert codes == ["wrong_password"] * settings.guesses_of_both + ["locked_out"]
        locked = await guess(browser, login, PASSWORD)
        assert (locked.status_code, locked.json()["code"]) == (429, "locked_out")
        assert int(locked.headers["retry-after"]) == settings.guess_window_s
        wall.at_us += microseconds(settings.guess_window_s) + 1
        assert (await guess(browser, login)).json()["code"] == "wrong_password"


async def test_a_right_password_forgives_the_wrong_ones_before(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        for _ in range(3):
            for _ in range(GateSettings().guesses_of_both - 1):
                assert (await guess(browser)).status_code == 401
            assert (await guess(browser, password=PASSWORD)).status_code == 200


async def test_who_asks_too_much_is_slowed_down(wall: Wristwatch) -> None:
    settings = GateSettings(requests_per_s=1, requests_burst=5, strangers_per_s=1, strangers_burst=3)
    app = build_application(await site_with_anna(wall, gate=settings))
    async with signed_in(app, "anna") as anna, browser_of(app) as stranger:
        told = [(await anna.get(SESSION)).status_code for _ in range(5)]  # one was taken by signing in
        assert told == [200] * 4 + [429]
        assert [(await stranger.get(SESSION)).status_code for _ in range(4)] == [401] * 3 + [429]
        wall.at_us += SECOND_US
        assert (await anna.get(SESSION)).status_code == 200
        assert (await anna.get(SESSION)).json()["code"] == "too_many_requests"


# --- what is stolen ----------------------------------------------------------------------------------


async def test_stolen_hashes_open_nothing(app: FastAPI, anna: httpx.AsyncClient) -> None:
    async with browser_of(app) as thief:
        thief.cookies.set(NAME, hash_of(anna.cookies[NAME]), domain=HOST)
        assert (await thief.get(SESSION)).status_code == 401
        person = await app.state.site.people.person("anna")
        assert (await guess(thief, password=person.password_hash)).status_code == 401


@pytest.mark.parametrize("token", ["", "glk_", "glk_" + "0" * 64, "Basic x", "a\x00b", "x" * 8_000])
async def test_keys_that_nobody_made_open_nothing(app: FastAPI, token: str) -> None:
    async with browser_of(app) as program:
        answer = await program.get(SESSION, headers={b"Authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401


async def test_a_header_of_any_kind_takes_the_place_of_the_cookie(anna: httpx.AsyncClient) -> None:
    del anna.headers["X-CSRF-Token"]  # a page that makes browsers send `Basic` must not do without it
    for header in ("Basic YW5uYTp4", "", "Bearer nothing"):
        answer = await anna.post(READY, headers={"Authorization": header, "Origin": EVIL})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_key_in_a_cookie_is_no_key(app: FastAPI) -> None:
    async with signed_in(app, "anna") as anna:
        anna.cookies.set(NAME, KEY_PREFIX + "0" * 43, domain=HOST)
        assert (await anna.get(SESSION)).status_code == 401


async def test_no_secret_is_logged_or_shown(
    app: FastAPI, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with browser_of(app) as browser:
            await guess(browser, password="my secret guess")
            await browser.post(SESSION, json=RIGHT | {"password": ["not a text", PASSWORD]})
            signed = await browser.post(SESSION, json=RIGHT)
            token = browser.cookies[NAME]
    person = await app.state.site.people.person("anna")
    told = caplog.text + "".join(capsys.readouterr()) + repr(person) + signed.text
    for secret in ("my secret guess", PASSWORD, token, hash_of(token), person.password_hash):
        assert secret not in told


async def test_a_refused_body_is_not_told_back(app: FastAPI) -> None:
    async with browser_of(app) as browser:
        answer = await browser.post(SESSION, json={"login": "anna", "password": ["hunter2-hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


# --- too much ----------------------------------------------------------------------------------------


async def test_a_body_that_says_it_is_too_long_is_not_read(anna: httpx.AsyncClient) -> None:
    answer = await anna.post(READY, content=b"x" * (WebSettings().body_bytes_max + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_body_that_never_ends_is_cut_off(anna: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_024
            yield b" " * 1_024

    answer = await anna.post("/api/v1/agents/me/not-ready", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent <= WebSettings().body_bytes_max + 2 * 1_024


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "\rx"])
async def test_no_name_becomes_a_formula_in_a_report(name: str) -> None:
    views = each([GroupView(name=name)])
    answer = csv_answer("report.csv", views)
    rows = list(csv.DictReader(io.StringIO("".join([str(piece) async for piece in answer.body_iterator]))))
    assert rows[0]["name"] == f"'{name}"


# --- files that are none of ours ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../secret.js",
        "/assets/..%2fsecret.js",
        "/assets/%2e%2e/secret.js",
        "/assets//etc/passwd",
        "/..%5csecret.js",
    ],
)
async def test_no_path_leads_out_of_the_pages(tmp_path: Path, path: str) -> None:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "assets" / "main.js").write_text("1")
    (static / "secret.js").write_text("secret")
    (tmp_path / "secret.js").write_text("secret")
    app = FastAPI()
    add_pages(app, read_files(static))
    async with browser_of(app) as browser:
        assert (await browser.get("/assets/main.js")).text == "1"
        answer = await browser.get(path)
    assert answer.status_code != 200
    assert "secret" not in answer.text


# --- while the store is away -----------------------------------------------------------------------


class Away(MemoryPeopleStore):
    """A store that can be away."""

    is_away = False

    async def signed_in(self, token_hash: str):  # type: ignore[no-untyped-def]
        """Raise where it is away."""
        if self.is_away:
            raise OSError("the database is away")
        return await super().signed_in(token_hash)


async def test_a_database_that_is_away_signs_nobody_out_and_lets_nobody_in(wall: Wristwatch) -> None:
    people = Away()
    app = build_application(await site_with_anna(wall, people=people))
    async with signed_in(app, "anna") as anna, browser_of(app) as stranger:
        people.is_away = True
        wall.at_us += microseconds(GateSettings().recheck_s) + 1
        assert (await anna.post(READY)).status_code == 204
        stranger.cookies.set(NAME, "whatever", domain=HOST)
        answer = await stranger.get(SESSION)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
