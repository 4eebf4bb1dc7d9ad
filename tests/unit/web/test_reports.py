"""Reports: whole days of the calendar, page by page and for spreadsheets, for those who may see them."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from core.kernel.clock import SECOND_US
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.ids import ContactId
from crm.history import MemoryHistory
from crm.memory import MemoryLedger
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.live_sites import deaf
from tests.services.sites import add_person, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.house import House, QueueCard
from web.live.floor import Floor
from web.pop_url import check_template, filled, origin_of
from web.site import Site

HOUSE = House(queues={name: QueueCard(name=name) for name in ("cards", "loans")}, tiers=("gold",))  # type: ignore[arg-type,misc]
TODAY = "2025-06-15"
DAY_US = 86_400 * SECOND_US


def record(
    name: str, at_us: int = NOON_US, queue: str = "cards", number: str = "+1202"
) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=at_us,
        contact_id=ContactId(name),
        customer_id="",
        caller_number=number,
        queue=queue,
        tier="gold",
        outcome=ContactState.CLOSED,
        agent_id="ann",
        disposition="=HYPERLINK(1)",
        ended_by="customer",
        arrived_us=at_us,
        ivr_us=0,
        queue_us=SECOND_US,
        talk_us=2 * SECOND_US,
        wrap_up_us=0,
        offers=1,
        hold_us=SECOND_US // 2,
    )


def site_with(ledger: MemoryLedger) -> Site:
    clock = Wristwatch()
    floor = Floor(HOUSE, clock.now_us())
    return site_of(deaf, house=HOUSE, clock=clock, floor=floor, history=MemoryHistory(ledger))


async def get(site: Site, path: str, role: Role = Role.SUPERVISOR) -> httpx.Response:
    app = build_application(site)
    await add_person(site, role, role, agent_id="ann" if role is Role.AGENT else "")
    async with signed_in(app, role) as browser:
        return await browser.get(f"/api/v1/{path}")


@pytest.mark.parametrize("role", [Role.AGENT, Role.CAMPAIGN_MANAGER])
@pytest.mark.parametrize("path", ["reports/days", "reports/agents.csv", "agents", "contacts"])
async def test_agents_and_campaign_managers_see_no_reports_and_no_floor(role: Role, path: str) -> None:
    answer = await get(site_with(MemoryLedger()), path, role)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_everybody_sees_the_queues() -> None:
    answer = await get(site_with(MemoryLedger()), "queues", Role.AGENT)
    assert answer.status_code == 200


async def test_interactions_come_page_by_page() -> None:
    ledger = MemoryLedger()
    for number in range(5):
        ledger.append(record(f"C-{number}", NOON_US + number, "loans" if number == 2 else "cards"))
    ledger.append(record("C-yesterday", NOON_US - DAY_US))
    first = (await get(site_with(ledger), "reports/interactions?queue=cards&limit=3")).json()
    rest = (
        await get(site_with(ledger), f"reports/interactions?queue=cards&limit=3&cursor={first['next']}")
    ).json()
    assert [item["contact_id"] for item in first["items"]] == ["C-0", "C-1", "C-3"]
    assert [item["contact_id"] for item in rest["items"]] == ["C-4"]
    assert rest["next"] is None


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-1", "2147483648-1", "1-9223372036854775808", "٣-٣"])
async def test_a_place_that_no_ledger_has_is_refused(cursor: str) -> None:
    answer = await get(site_with(MemoryLedger()), f"reports/interactions?cursor={cursor}")
    assert (answer.status_code, answer.json()["detail"]) == (422, "no such cursor")


async def test_a_spreadsheet_runs_nothing_of_what_callers_and_agents_wrote() -> None:
    ledger = MemoryLedger()
    ledger.append(record("C-1", number="=cmd|' /C calc'!A0"))
    answer = await get(site_with(ledger), "reports/interactions.csv")
    header, row = csv.reader(io.StringIO(answer.text))
    cells = dict(zip(header, row, strict=True))
    assert cells["number"] == "'=cmd|' /C calc'!A0"
    assert cells["disposition"] == "'=HYPERLINK(1)"
    assert (cells["talk_seconds"], cells["hold_seconds"]) == ("2.0", "0.5")
    assert answer.headers["content-disposition"] == 'attachment; filename="interactions.csv"'


async def test_a_day_without_contacts_is_a_file_of_columns() -> None:
    answer = await get(site_with(MemoryLedger()), "reports/interactions.csv")
    (header,) = csv.reader(io.StringIO(answer.text))
    assert header[:3] == ["contact_id", "arrived", "ended"]


async def test_every_queue_of_the_house_has_a_row_and_every_level_a_column() -> None:
    answer = await get(site_with(MemoryLedger()), "reports/queues.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["name"] for row in rows] == ["cards", "loans"]
    assert {name for name in rows[0] if name.startswith("service_levels_")} == {
        f"service_levels_{policy}"
        for policy in (
            "all_count",
            "abandoned_excluded",
            "short_abandons_excluded",
            "late_abandons_only",
            "early_abandons_met",
        )
    }


async def test_days_that_have_not_begun_are_no_part_of_a_report() -> None:
    answer = await get(site_with(MemoryLedger()), "reports/days?from=2025-06-14&to=2025-06-20")
    assert [item["day"] for item in answer.json()["items"]] == ["2025-06-14", TODAY]


@pytest.mark.parametrize(
    "span",
    [
        "from=2025-06-14&to=2025-06-13",
        "from=2024-01-01&to=2025-06-01",
        "from=yesterday",
        "from=0001-01-01&to=0001-01-01",
        "to=1969-12-31",
    ],
)
async def test_a_span_that_is_none_or_too_long_is_refused(span: str) -> None:
    answer = await get(site_with(MemoryLedger()), f"reports/days?{span}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_intervals_end_with_the_present_one() -> None:
    answer = await get(site_with(MemoryLedger()), "reports/intervals?limit=500")
    starts = [item["starts"] for item in answer.json()["items"]]
    assert starts[0] == f"{TODAY}T00:00:00Z"
    assert starts[-1] == f"{TODAY}T15:00:00Z"  # it is six minutes past three


async def test_who_asks_why_of_a_contact_nobody_knows_is_told_so() -> None:
    answer = await get(site_with(MemoryLedger()), "contacts/C-9-999999/why")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_contact")


# --- the foreign CRM ----------------------------------------------------------------------------------


def test_what_a_caller_can_choose_stays_in_its_place_of_the_address() -> None:
    template = "https://crm.example/open?phone={number}&id={customer_id}"
    check_template(template)
    values = {"number": "+1 202&id=7#x", "customer_id": "ä/.."}
    assert filled(template, values) == (
        "https://crm.example/open?phone=%2B1%20202%26id%3D7%23x&id=%C3%A4%2F.."
    )


def test_frame_is_let_in_from_the_one_host_of_the_address() -> None:
    assert origin_of("https://crm.example:8443/open?phone={number}") == "https://crm.example:8443"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "https://{tier}.crm.example/",
        "https://crm.example;script-src *",
        "https://name:word@crm.example/",
        "https:///{number}",
    ],
)
def test_frame_is_let_in_from_nowhere_else(template: str) -> None:
    with pytest.raises(ValueError, match="written out"):
        origin_of(template)


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({number})",
        "//crm.example/{number}",
        "https://crm.example/{number.__class__}",
        "https://crm.example/{number!r}",
        "https://crm.example/{number:>9}",
        "https://crm.example/{password}",
        "https://crm.example/{",
    ],
)
def test_a_template_that_could_do_more_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"address|fields|Single"):
        check_template(template)
