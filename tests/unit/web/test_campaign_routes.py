"""What campaign managers click: the engine hears of it, lists come in, results are told."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import SECOND_US
from core.model.at_work import Aspect, AtWork, OutcomeRecycling, Pacing, RecyclingChange
from core.model.attempt import AttemptRecord, AttemptState
from core.model.campaign_events import RulesSet
from core.model.campaign_requests import (
    AnswerCampaign,
    CampaignRequest,
    PauseCampaign,
    SetAsConfigured,
    SetPacing,
    SetRecycling,
    StartCampaign,
)
from core.model.disposition import Disposition
from core.model.ids import QueueName
from core.model.lead import LeadNumber
from core.model.lead_orders import LeaseLeads, SettleLead
from core.model.message import Event
from core.model.need import need_of
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan
from dialer.campaign import CampaignRules
from tests.services.campaign_sides import campaign_side
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.sites import add_person, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.front import FrontOffice
from web.house import House
from web.live.campaigns import Campaigns
from web.live.live import Live
from web.settings import WebSettings
from web.site import Site

SALES = CampaignRules(name="sales", queue=QueueName("outbound"), need=need_of(()))
SOLD = Disposition(code="sold", label="Sold", is_contact=True, is_right_party=True, is_sale=True, value=40)
UPLOAD = "/api/v1/imports?campaign=sales&list=spring&filename=leads.csv"
LIST = "external_id,phone,city\nA,2025550123,Rome\nB,12,=1+1\n"


class Engine:
    """Grants every wish about a campaign, or refuses it with `code`, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[CampaignRequest] = []
        self.code = ""
        self.front = FrontOffice(self.hear)

    def hear(self, request: Event) -> None:
        assert isinstance(request, CampaignRequest)
        self.asked.append(request)
        self.front.answer(
            AnswerCampaign(
                campaign=request.campaign, request_id=request.request_id, code=self.code, reason="so it is"
            )
        )


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def store() -> MemoryLeadStore:
    return MemoryLeadStore(Wristwatch())


@pytest.fixture
async def app(engine: Engine, store: MemoryLeadStore, tmp_path: Path) -> AsyncIterator[FastAPI]:
    side = campaign_side(Wristwatch(), store, tmp_path)
    house = House(campaigns={"sales": SALES}, dispositions={"sold": SOLD})
    campaigns_now = Campaigns(house.campaigns)
    site = site_of(
        engine.hear,
        front=engine.front,
        campaigns=side,
        house=house,
        campaigns_now=campaigns_now,
        live=Live((campaigns_now,)),
        settings=WebSettings(upload_bytes_max=2_000),
    )
    await side.lists.start()
    yield build_application(site)
    await side.lists.close()


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    site: Site = app.state.site
    await add_person(site, "mia", Role.CAMPAIGN_MANAGER)
    async with signed_in(app, "mia") as browser:
        yield browser


async def at_rest(app: FastAPI, answer: httpx.Response) -> dict[str, Any]:
    """Wait until an import that was answered has come to rest, and return it as its manager reads it."""
    assert answer.status_code == 202, answer.text
    await app.state.site.campaigns.lists.at_rest(answer.json()["import_id"])
    return answer.json()


async def checked(
    app: FastAPI, browser: httpx.AsyncClient, content: str = LIST, more: str = ""
) -> dict[str, Any]:
    taken = await at_rest(app, await browser.post(UPLOAD + more, content=content))
    told: dict[str, Any] = (await browser.get(f"/api/v1/imports/{taken['import_id']}")).json()
    return told


# --- the engine hears -----------------------------------------------------------------------------------


async def test_a_campaign_is_started_paused_and_paced(engine: Engine, browser: httpx.AsyncClient) -> None:
    pacing = {"mode": "power", "lines_max": 40, "lines_per_agent": 1.5, "share_max": 0.01}
    answers = [
        await browser.post("/api/v1/campaigns/sales/start"),
        await browser.post("/api/v1/campaigns/sales/pause"),
        await browser.put("/api/v1/campaigns/sales/pacing", json=pacing),
    ]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    asked = {"at_us": NOON_US, "campaign": "sales"}
    assert engine.asked == [
        StartCampaign(**asked, request_id="web-1"),
        PauseCampaign(**asked, request_id="web-2"),
        SetPacing(
            **asked,
            request_id="web-3",
            mode="power",
            lines_max=40,
            lines_per_agent_ppm=1_500_000,
            share_max_ppm=10_000,
        ),
    ]


async def test_recycling_is_set_and_is_as_configured_again(
    app: FastAPI, engine: Engine, browser: httpx.AsyncClient
) -> None:
    wish = {"attempts_a_day_max": 2, "outcomes": {"busy": {"delay_seconds": 60, "attempts_max": 0}}}
    answers = [
        await browser.put("/api/v1/campaigns/sales/recycling", json=wish),
        await browser.delete("/api/v1/campaigns/sales/recycling?outcome=busy"),
        await browser.delete("/api/v1/campaigns/sales/recycling"),
        await browser.delete("/api/v1/campaigns/sales/pacing"),
    ]
    assert [answer.status_code for answer in answers] == [204, 204, 204, 204]
    asked = {"at_us": NOON_US, "campaign": "sales"}
    busy = OutcomeRecycling(code="busy", delay_us=60 * SECOND_US, attempts_max=0)
    assert engine.asked == [
        SetRecycling(**asked, request_id="web-1", a_day_max=2, outcomes=(busy,)),
        SetAsConfigured(**asked, request_id="web-2", what=Aspect.RECYCLING, code="busy"),
        SetAsConfigured(**asked, request_id="web-3", what=Aspect.RECYCLING),
        SetAsConfigured(**asked, request_id="web-4", what=Aspect.PACING),
    ]
    *_, first = await app.state.site.people.audit(before=1_000, count=10)
    assert (first.who, first.action) == ("mia", "PUT /campaigns/{name}/recycling")
    assert '"busy":{"delay_seconds":60.0' in first.why


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"attempts_max": 101}, "body.attempts_max"),
        ({"outcomes": {"busy": {"delay_seconds": -1}}}, "body.outcomes.busy.delay_seconds"),
        ({"outcomes": {"busy": {"speed": 1}}}, "body.outcomes.busy.speed"),
    ],
)
async def test_recycling_that_cannot_be_meant_is_refused_by_field(
    browser: httpx.AsyncClient, wrong: dict[str, Any], where: str
) -> None:
    answer = await browser.put("/api/v1/campaigns/sales/recycling", json=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)


async def test_a_refusal_of_the_engine_keeps_its_code(engine: Engine, browser: httpx.AsyncClient) -> None:
    engine.code = "already_so"
    answer = await browser.post("/api/v1/campaigns/sales/start")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_so")


@pytest.mark.parametrize("wrong", [{"mode": "fast"}, {"lines_max": 0}, {"share_max": 2}, {"speed": 9}])
async def test_pacing_that_cannot_be_meant_is_refused(
    browser: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    assert (await browser.put("/api/v1/campaigns/sales/pacing", json=wrong)).status_code == 422


async def test_a_campaign_that_nobody_knows_is_not_found(browser: httpx.AsyncClient) -> None:
    for path in ("", "/lists", "/results", "/callbacks", "/next", "/conversions", "/mappings"):
        answer = await browser.get(f"/api/v1/campaigns/debts{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_campaign")
    answer = await browser.post(UPLOAD.replace("sales", "debts"), content=LIST)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_campaign")


async def test_a_card_tells_the_rules_of_the_campaign(browser: httpx.AsyncClient) -> None:
    [row] = (await browser.get("/api/v1/campaigns")).json()["items"]
    assert (row["name"], row["state"], row["idle_because"]) == ("sales", "stopped", ["stopped"])
    card = (await browser.get("/api/v1/campaigns/sales")).json()
    assert (card["attempts_max"], card["attempts_a_day_max"]) == (10, 3)
    assert "agentless" not in card["modes"], "it has no flow for people to hear"
    busy = next(rule for rule in card["recycling"] if rule["code"] == "busy")
    assert (busy["label"], busy["delay_seconds"], busy["attempts_max"]) == ("Busy", 300, 5)


async def test_a_card_tells_what_is_set_at_work_and_its_rules_as_they_hold(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    busy = OutcomeRecycling(code="busy", delay_us=60 * SECOND_US)
    set_so = AtWork(pacing=Pacing(lines_max=10), recycling=RecyclingChange(attempts_max=4, outcomes=(busy,)))
    app.state.site.campaigns_now.add(RulesSet(at_us=NOON_US, campaign="sales", at_work=set_so))
    card = (await browser.get("/api/v1/campaigns/sales")).json()
    assert card["set_at_work"] == ["lines_max", "attempts_max", "recycling.busy"]
    assert card["attempts_max"] == 4
    told = {rule["code"]: (rule["delay_seconds"], rule["is_set_at_work"]) for rule in card["recycling"]}
    assert (told["busy"], told["absent"]) == ((60, True), (4 * 3_600, False))


# --- lists come in ----------------------------------------------------------------------------------------


async def test_a_list_is_checked_and_then_loaded(app: FastAPI, browser: httpx.AsyncClient) -> None:
    uploaded = await browser.post(UPLOAD, content=LIST)
    assert uploaded.headers["location"] == f"/api/v1/imports/{uploaded.json()['import_id']}"
    await at_rest(app, uploaded)
    told = (await browser.get(uploaded.headers["location"])).json()
    assert (told["state"], told["verdicts"], told["faults"]) == (
        "checked",
        {"new": 1, "rejected": 1},
        {"bad_number": 1},
    )
    assert (told["by"], told["filename"], told["size_bytes"]) == ("mia", "leads.csv", len(LIST))
    await at_rest(app, await browser.post(f"{uploaded.headers['location']}/commit"))
    [newest] = (await browser.get("/api/v1/imports")).json()["items"]
    assert newest["state"] == "loaded"
    [spring] = (await browser.get("/api/v1/campaigns/sales/lists")).json()["items"]
    assert (spring["name"], spring["leads"], spring["is_complete"]) == ("spring", 1, True)
    again = await browser.post(f"{uploaded.headers['location']}/commit")
    assert (again.status_code, again.json()["code"]) == (409, "import_loaded")


async def test_a_list_is_given_less_weight_and_switched_off(
    app: FastAPI, browser: httpx.AsyncClient, store: MemoryLeadStore
) -> None:
    await at_rest(app, await browser.post(UPLOAD + "&dry_run=false", content=LIST))
    for wish in ({"weight": 7, "position": 2}, {"is_active": False, "keeps_promises": True}):
        assert (await browser.put("/api/v1/campaigns/sales/lists/spring", json=wish)).status_code == 204
    [spring] = (await browser.get("/api/v1/campaigns/sales/lists")).json()["items"]
    assert (spring["weight"], spring["position"], spring["is_active"]) == (7, 2, False)
    assert spring["keeps_promises"]
    order = LeaseLeads(campaign="sales", lease_id="one", count=5, until_us=NOON_US * 2)
    assert await store.lease_leads(order) == []


@pytest.mark.parametrize(
    ("path", "wish", "status", "said"),
    [
        ("spring", {"weight": 0}, 422, "body.weight"),
        ("spring", {"position": 256}, 422, "body.position"),
        ("autumn", {"weight": 2}, 404, "unknown_list"),
    ],
)
async def test_a_turn_that_no_list_can_have_is_refused(
    browser: httpx.AsyncClient, path: str, wish: dict[str, Any], status: int, said: str
) -> None:
    answer = await browser.put(f"/api/v1/campaigns/sales/lists/{path}", json=wish)
    assert (answer.status_code, said in answer.text) == (status, True)


async def test_rejects_come_as_a_file_that_runs_no_formula(app: FastAPI, browser: httpx.AsyncClient) -> None:
    told = await checked(app, browser)
    answer = await browser.get(f"/api/v1/imports/{told['import_id']}/rejects.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["external_id"], row["city"], row["import_line"]) == ("B", "'=1+1", "3")


async def test_columns_are_mapped_and_the_mapping_is_kept(app: FastAPI, browser: httpx.AsyncClient) -> None:
    strange = "Kennung;Rufnummer\nA;2025550123\n"
    told = await checked(app, browser, strange)
    assert told["state"] == "failed"
    where = f"/api/v1/imports/{told['import_id']}"
    columns = (await browser.get(f"{where}/columns")).json()
    assert [(each["name"], each["mapped"], each["samples"]) for each in columns["columns"]] == [
        ("Kennung", "kennung", ["A"]),
        ("Rufnummer", "rufnummer", ["2025550123"]),
    ]
    assert "phone" in columns["meanings"]
    mapping = {"columns": {"Kennung": "external_id", "Rufnummer": "phone"}}
    await at_rest(app, await browser.put(f"{where}/mapping", json=mapping))
    assert (await browser.get(where)).json()["state"] == "checked"
    twice = {"columns": {"Kennung": "phone", "Rufnummer": "phone"}}
    refused = await browser.put(f"{where}/mapping", json=twice)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_mapping")
    assert (await browser.put("/api/v1/campaigns/sales/mappings/fair", json=mapping)).status_code == 204
    by_name = await checked(app, browser, strange + "B;2025550124\n", "&mapping=fair")
    assert (by_name["state"], by_name["verdicts"]) == ("checked", {"new": 2})
    [kept] = (await browser.get("/api/v1/campaigns/sales/mappings")).json()["items"]
    assert kept == {"name": "fair", **mapping}
    assert (await browser.delete("/api/v1/campaigns/sales/mappings/fair")).status_code == 204
    for wrong, code in (("fair", 404), ("{", 422)):
        answer = await browser.post(f"{UPLOAD}&mapping={wrong}", content=strange)
        assert answer.status_code == code


async def test_an_upload_under_one_key_is_taken_in_once(app: FastAPI, browser: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "spring-1"}
    first = await at_rest(app, await browser.post(UPLOAD, content=LIST, headers=key))
    again = await browser.post(UPLOAD, content="whatever", headers=key)
    assert again.json()["import_id"] == first["import_id"]
    assert len((await browser.get("/api/v1/imports")).json()["items"]) == 1


async def test_an_import_is_given_up(app: FastAPI, browser: httpx.AsyncClient) -> None:
    told = await checked(app, browser)
    answer = await browser.delete(f"/api/v1/imports/{told['import_id']}")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    missing = await browser.get(f"/api/v1/imports/{told['import_id']}/rejects.csv")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_rejects")
    assert (await browser.get("/api/v1/imports/99")).status_code == 404


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# --- and nothing else does ----------------------------------------------------------------------------------


async def test_a_list_that_is_too_long_is_refused_wherever_its_length_is_hidden(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b"2025550123\n" * 50

    async def hidden() -> AsyncIterator[bytes]:
        for piece in pieces():
            yield piece

    for content in (b"".join(pieces()), hidden()):
        answer = await browser.post(UPLOAD, content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert files_in(tmp_path) == []


async def test_a_file_that_is_no_list_is_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(UPLOAD.replace(".csv", ".xlsx"), content=b"PK\x03\x04")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")


async def test_a_page_of_another_site_uploads_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(UPLOAD, content=LIST, headers={"Origin": "https://evil.test"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    without = {name: text for name, text in browser.headers.items() if name != "x-csrf-token"}
    browser.headers = httpx.Headers(without)
    assert (await browser.post(UPLOAD, content=LIST)).status_code == 403


WRITES = [
    ("POST", "/campaigns/sales/start"),
    ("POST", "/campaigns/sales/pause"),
    ("PUT", "/campaigns/sales/pacing"),
    ("PUT", "/campaigns/sales/mappings/fair"),
    ("POST", "/imports?campaign=sales&list=spring"),
    ("POST", "/imports/1/commit"),
    ("DELETE", "/imports/1"),
    ("POST", "/do-not-call"),
    ("DELETE", "/do-not-call/+12025550123"),
]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.READ_ONLY])
async def test_only_managers_write(app: FastAPI, role: Role) -> None:
    await add_person(app.state.site, "eve", role)
    async with signed_in(app, "eve") as browser:
        for method, path in WRITES:
            answer = await browser.request(method, f"/api/v1{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "role_missing"), path
        reading = (await browser.get("/api/v1/campaigns/sales/results")).status_code
    assert reading == (403 if role is Role.AGENT else 200)


# --- what is on record --------------------------------------------------------------------------------------


async def with_a_sale(store: MemoryLeadStore) -> None:
    number = LeadNumber(number="+12025550123", country="US", zones=("America/New_York",))
    record = LeadRecord(external_id="A", person_id="A", numbers=(number,), name="Ada", tier="gold")
    plan = ListPlan(campaign="sales", name="spring")
    await store.save_leads(plan, [record, LeadRecord(external_id="B", person_id="B", numbers=(number,))])
    await store.finish_list(plan)
    order = LeaseLeads(campaign="sales", lease_id="one", count=1, until_us=NOON_US + 1)
    [lead] = await store.lease_leads(order)
    attempt = AttemptRecord(
        attempt_id="A-1",
        person_id="A",
        number=number.number,
        country="US",
        zones=number.zones,
        list_name="spring",
        mode="predictive",
        dialed_us=NOON_US,
        connected_us=NOON_US + 5 * SECOND_US,
        ended_us=NOON_US + 65 * SECOND_US,
        outcome=AttemptState.CONNECTED,
        disposition="sold",
        nth=1,
        tier="gold",
    )
    settle = SettleLead(
        campaign="sales",
        lead_id=lead.lead_id,
        lease_id="one",
        record=attempt,
        again_us=NOON_US + 60 * SECOND_US,
        callback=True,
        owner="ana",
    )
    await store.settle_lead(settle)


async def test_results_are_told_by_tier_with_what_they_came_to(
    store: MemoryLeadStore, browser: httpx.AsyncClient
) -> None:
    await with_a_sale(store)
    told = (await browser.get("/api/v1/campaigns/sales/results?by=tier")).json()
    [gold] = told["groups"]
    assert (gold["group"], gold["sales"], gold["value"], gold["mean_talk_seconds"]) == ("gold", 1, 40, 60)
    assert told["whole"]["people"] == 1
    assert told["dispositions"] == [{"code": "sold", "label": "Sold", "group": "", "attempts": 1}]
    later = "/api/v1/campaigns/sales/results?by=tier&since=2025-06-16T00:00:00Z"
    assert (await browser.get(later)).json()["groups"] == []
    for since, groups in (("2025-06-15", 1), ("2025-06-16", 0)):
        path = f"/api/v1/campaigns/sales/results?by=tier&since={since}"
        assert len((await browser.get(path)).json()["groups"]) == groups
    for wrong in ("2025-06-16T08:00:00", "0001-01-01", "today"):
        answer = await browser.get("/api/v1/campaigns/sales/results", params={"since": wrong})
        assert answer.status_code == 422
    assert (await browser.get("/api/v1/campaigns/sales/results?by=weather")).status_code == 422


async def test_promised_calls_and_who_comes_next_are_told(
    store: MemoryLeadStore, browser: httpx.AsyncClient
) -> None:
    await with_a_sale(store)
    [promised] = (await browser.get("/api/v1/campaigns/sales/callbacks")).json()["items"]
    assert (promised["name"], promised["owner"], promised["due"]) == ("Ada", "ana", "2025-06-15T15:07:40Z")
    [ahead] = (await browser.get("/api/v1/campaigns/sales/next")).json()["items"]
    assert (ahead["nth"], ahead["external_id"]) == (1, "B")
    assert (await browser.get("/api/v1/campaigns/sales/conversions")).json()["items"] == []
    for cursor in ("x", "1.x", "99999999999999999999999.1"):
        answer = await browser.get("/api/v1/campaigns/sales/callbacks", params={"cursor": cursor})
        assert answer.status_code == 200


async def test_a_promised_call_is_moved_to_another_list(
    store: MemoryLeadStore, browser: httpx.AsyncClient
) -> None:
    await with_a_sale(store)
    fair = ListPlan(campaign="sales", name="fair")
    await store.save_leads(fair, [])
    [promised] = (await browser.get("/api/v1/campaigns/sales/callbacks")).json()["items"]
    path = f"/api/v1/campaigns/sales/callbacks/{promised['lead_id']}"
    for wish, status, code in (
        ({"list_name": "autumn"}, 404, "unknown_list"),
        ({"list_name": promised["list_name"]}, 409, "there_already"),
        ({}, 422, "invalid"),
    ):
        answer = await browser.put(path, json=wish)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await browser.put(path, json={"list_name": "fair"})).status_code == 204
    [moved] = (await browser.get("/api/v1/campaigns/sales/callbacks")).json()["items"]
    assert (moved["list_name"], moved["name"]) == ("fair", "Ada")
    again = await browser.put(path, json={"list_name": "fair"})
    assert (again.status_code, again.json()["code"]) == (409, "not_promised")
    assert (await browser.put(f"{path}x", json={"list_name": "fair"})).status_code == 422


async def test_a_list_goes_out_as_a_file(store: MemoryLeadStore, browser: httpx.AsyncClient) -> None:
    await with_a_sale(store)
    answer = await browser.get("/api/v1/campaigns/sales/lists/spring/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["external_id"], row["disposition"]) for row in rows] == [("A", "sold"), ("B", "")]
    missing = await browser.get("/api/v1/campaigns/sales/lists/autumn/export.csv")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_list")


async def test_numbers_are_forbidden_and_allowed_again(browser: httpx.AsyncClient) -> None:
    path = "/api/v1/do-not-call"
    asked = {"numbers": ["(202) 555-0123", "+1900*"], "reason": "asked"}
    assert (await browser.post(path, json=asked)).status_code == 204
    assert (
        await browser.post(path, json={"numbers": ["202 555 0124"], "campaign": "sales"})
    ).status_code == 204
    page = (await browser.get(path, params={"limit": 2})).json()
    assert [(each["number"], each["campaign"]) for each in page["items"]] == [
        ("+12025550123", ""),
        ("+12025550124", "sales"),
    ]
    rest = (await browser.get(path, params={"cursor": page["next"]})).json()
    assert [each["number"] for each in rest["items"]] == ["+1900*"]
    [against] = (await browser.get(path, params={"number": "1 900 555 0000"})).json()["items"]
    assert (against["number"], against["reason"]) == ("+1900*", "asked")
    wrong = await browser.post(path, json={"numbers": ["+12025550125", "nobody"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_number")
    assert (await browser.delete(f"{path}/+12025550123")).status_code == 204
    gone = await browser.delete(f"{path}/+12025550123")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_number")
