"""A campaign manager's day in a browser: a list comes in, is checked, loaded, and dialed."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.services.pages import barriers, sit_down
from tests.services.web_centre import WebCentre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEADS = {
    "campaign": "spring",
    "name": "whoever-the-list-names",
    "count": 10_000,
    # They answer their phones; the engine hears of them by the list that is uploaded alone.
    "from_s": 35_999,
    "country": "US",
    "zones": ["America/New_York"],
    "reach": [0.9],
}
GOOD = 9_500
BAD = {"bad number": 125, "twice": 125, "zone": 75, "listed": 75, "no number": 50, "tier": 50}
HEADER = ("external_id", "phone", "first_name", "tier", "timezone", "city")
LISTED = [f"+1201201{n:04d}" for n in range(BAD["listed"])]
LOADS = "Load 9,500 leads"
LIMIT_MS = 30_000
"""Ten thousand rows take a second or two, on a machine that does nothing else."""


def number_of(serial: int) -> str:
    """Return the number of somebody whom the simulated world knows."""
    return f"+1201{2_000_000 + serial}"


def bad_rows() -> Iterator[tuple[str, ...]]:
    for n in range(BAD["bad number"]):
        yield (f"B-{n}", "12", "", "", "", "=1+1")
    for n in range(BAD["twice"]):
        yield (f"D-{n}", number_of(n), "", "", "", "Bonn")
    for n in range(BAD["zone"]):
        yield (f"Z-{n}", number_of(9_600 + n), "", "", "Mars/Base", "Bonn")
    for n, number in enumerate(LISTED):
        yield (f"L-{n}", number, "", "", "", "Bonn")
    for n in range(BAD["no number"]):
        yield (f"E-{n}", "", "", "", "", "Bonn")
    for n in range(BAD["tier"]):
        yield (f"T-{n}", number_of(9_700 + n), "", "ruby", "", "Bonn")


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a list of 10,000 rows, 500 of them bad in several ways, as a German Excel would save it."""
    path = tmp_path_factory.mktemp("lists") / "march.csv"
    tiers = ("standard", "gold", "platinum")
    good = ((f"G-{n}", number_of(n), f"Ada {n}", tiers[n % 3], "", "Köln") for n in range(GOOD))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *good, *bad_rows()])
    return path


@pytest.fixture(scope="module")
def centre() -> Iterator[WebCentre]:
    with WebCentre(leads=[LEADS]) as running:
        yield running


def asked(page: Page, centre: WebCentre, path: str) -> Any:
    """Return what the API says to whoever is signed in on the page."""
    answer = page.request.get(f"{centre.url}/api/v1{path}")
    assert answer.ok, answer.text()
    return answer.json()


def forbid(page: Page, *numbers: str) -> None:
    """Put numbers on the do-not-call list of the house."""
    page.locator("summary", has_text="Do not call").click()
    page.get_by_label("Numbers or areas").fill(", ".join(numbers))
    page.get_by_label("Why", exact=True).fill("asked on the phone")
    page.get_by_role("button", name="Do not call these").click()
    expect(page.get_by_role("cell", name=numbers[0], exact=True)).to_be_visible()


def chosen_file(page: Page, path: Path) -> None:
    """Open the dialog of uploads by its key, choose a file, and say that its numbers are American."""
    expect(page.get_by_role("button", name="Upload a list").first).to_be_enabled()
    page.keyboard.press("u")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("summary", has_text="How it is loaded").click()
    page.get_by_label("Country of numbers").fill("us")


def report(dialog: Locator) -> tuple[list[str], dict[str, str]]:
    """Return what a check says: how many lines of each verdict, and how many of each cause."""
    verdicts = dialog.get_by_role("list", name="What became of the lines").get_by_role("listitem")
    cells = [row.get_by_role("cell").all_inner_texts() for row in dialog.get_by_role("row").all()]
    return verdicts.all_inner_texts(), {row[0]: row[1] for row in cells if len(row) == 3 and row[1].isdigit()}


def downloaded_rejects(page: Page, dialog: Locator) -> list[dict[str, str]]:
    """Return the lines of the file of rejects."""
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download the rejects").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- one day ------------------------------------------------------------------------------------------


def test_ten_thousand_rows_are_checked_loaded_and_dialed(
    browser: Browser, centre: WebCentre, march: Path
) -> None:
    seat = sit_down(browser, f"{centre.url}/campaigns", "campaigns")
    page = seat.page
    expect(page.get_by_role("heading", name="spring").first).to_be_visible()
    forbid(page, *LISTED)
    chosen_file(page, march)
    page.get_by_role("button", name="Upload and check").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=LOADS)).to_be_enabled(timeout=LIMIT_MS)
    assert report(dialog) == (
        ["9,500 New", "125 Duplicates", "75 Do not call", "300 Rejected"],
        {
            "Bad number": "125",
            "Twice in the file": "125",
            "Unknown time zone": "75",
            "Do not call": "75",
            "No number": "50",
            "Value not allowed": "50",
        },
    )
    assert barriers(page) == []
    assert asked(page, centre, "/campaigns/spring/lists")["items"] == [], "nothing is loaded by a check"
    first, *others = downloaded_rejects(page, dialog)
    assert (first["external_id"], first["city"], first["import_line"]) == ("B-0", "'=1+1", "9502")
    assert len(others) == sum(BAD.values()) - 1 == 499
    dialog.get_by_role("button", name=LOADS).click()
    expect(dialog.get_by_text("9,500 leads are loaded and come up.")).to_be_visible(timeout=LIMIT_MS)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("cell", name="9,500")).to_be_visible()
    start_progressive(page, centre)
    assert seat.complaints == []


def start_progressive(page: Page, centre: WebCentre) -> None:
    """Pace the campaign one to one, start it, and pause it when somebody was dialed."""
    page.get_by_role("button", name="Pacing").click()
    page.get_by_role("dialog").get_by_label("Mode").select_option("progressive")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Dialing", exact=True)).to_be_visible()
    expect(page.get_by_text("Progressive · loans")).to_be_visible()
    dialed_today = page.get_by_role("article").get_by_role("definition").nth(1)
    expect(dialed_today).not_to_have_text("0", timeout=LIMIT_MS)
    [row] = asked(page, centre, "/campaigns")["items"]
    assert row["dialed"] > 0
    assert {cap["window"] for cap in row["caps"]} == {"day"}
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()


def test_the_same_file_again_is_the_same_import(browser: Browser, centre: WebCentre, march: Path) -> None:
    page = sit_down(browser, f"{centre.url}/campaigns", "campaigns").page
    before = asked(page, centre, "/imports")["items"]
    chosen_file(page, march)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("dialog").get_by_text("leads are loaded and come up")).to_be_visible()
    assert asked(page, centre, "/imports")["items"] == before


def change(page: Page, what: str, deed: str, **fields: str) -> None:
    """Open the dialog that changes `what`, fill its fields, and press a button of it."""
    page.get_by_role("button", name=f"Change: {what}").click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " ")).fill(value)
    assert barriers(page) == []
    dialog.get_by_role("button", name=deed).click()
    expect(dialog).to_have_count(0)


def test_recycling_and_lists_are_changed_at_work_and_are_as_configured_again(
    browser: Browser, centre: WebCentre
) -> None:
    page = sit_down(browser, f"{centre.url}/campaigns", "campaigns").page
    page.keyboard.press("Alt+Digit6")
    set_at_work = page.get_by_role("article").get_by_text("Set at work")
    busy = page.get_by_role("row").filter(has_text="Busy")
    expect(busy).to_contain_text("5:00")
    change(page, "Busy", "Save", Again_after="1")
    expect(busy).to_contain_text("1:00")
    expect(set_at_work).to_contain_text("recycling")
    change(page, "Busy", "As configured")
    expect(busy).to_contain_text("5:00")
    expect(set_at_work).not_to_contain_text("recycling")
    page.keyboard.press("Alt+Digit1")
    page.get_by_role("button", name="Change: march").click()
    page.get_by_label("Its leads are dialed").uncheck()
    page.get_by_label("Weight").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="march")).to_contain_text("switched off")
    [march] = asked(page, centre, "/campaigns/spring/lists")["items"]
    assert (march["is_active"], march["weight"]) == (False, 7)


# --- what goes wrong ----------------------------------------------------------------------------------


def test_a_strange_file_is_gone_on_with_its_columns_mapped_and_given_up(
    browser: Browser, centre: WebCentre, tmp_path: Path
) -> None:
    strange = tmp_path / "fair.csv"
    strange.write_text("Kennung|Rufnummer|Stand\nK-1|+12015550123|A7\n", "utf-8")
    page = sit_down(browser, f"{centre.url}/campaigns", "campaigns").page
    chosen_file(page, strange)
    page.get_by_role("button", name="Upload and check").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("columns of numbers")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Alt+Digit5")
    page.get_by_role("button", name="Go on: fair.csv").click()
    dialog.get_by_label("Holds: Rufnummer").select_option("phone")
    dialog.get_by_label("Holds: Kennung").select_option("external_id")
    dialog.get_by_label("Holds: Stand").select_option("")
    dialog.get_by_role("button", name="Check again").click()
    expect(dialog.get_by_role("button", name="Load 1 leads")).to_be_enabled(timeout=LIMIT_MS)
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    assert asked(page, centre, "/imports")["items"][0]["state"] == "cancelled"


def test_encoding_is_chosen_by_the_first_lines_of_the_file(
    browser: Browser, centre: WebCentre, tmp_path: Path
) -> None:
    polish = tmp_path / "polska.csv"
    lines = ["id;phone;name", *(f"E-{n};+1201555{n:04d};Łukasz Żak" for n in range(600, 603))]
    polish.write_text("\n".join(lines), "cp1250")
    page = sit_down(browser, f"{centre.url}/campaigns", "campaigns").page
    chosen_file(page, polish)
    encoding = page.get_by_label("Encoding of the letters")
    shown = page.get_by_label("The first lines, read so")
    expect(shown).to_have_count(0)
    encoding.select_option("utf-8")
    expect(page.get_by_role("status").filter(has_text="that this encoding does not know")).to_be_visible()
    encoding.select_option("cp1250")
    expect(shown).to_contain_text("E-600;+12015550600;Łukasz Żak")
    assert barriers(page) == []
    page.get_by_role("button", name="Upload and check").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Load 3 leads")).to_be_enabled(timeout=LIMIT_MS)
    expect(dialog).not_to_contain_text("Letters are guessed")
    told = asked(page, centre, "/imports")["items"][0]
    assert (told["encoding"], told["verdicts"]) == ("cp1250", {"new": 3})
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)


def test_every_encoding_that_can_be_chosen_is_known_to_browser_and_server(
    browser: Browser, centre: WebCentre, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("id;phone\nE-700;+12015550700\n", "ascii")
    seat = sit_down(browser, f"{centre.url}/campaigns", "campaigns", language="zh-CN")
    page = seat.page
    expect(page.get_by_role("button", name="上传名单").first).to_be_enabled()
    page.keyboard.press("u")
    page.locator("input[type=file]").set_input_files(plain)
    page.locator("summary", has_text="装载方式").click()
    encoding = page.get_by_label("文字编码")
    names = [option.get_attribute("value") or "" for option in encoding.locator("option").all()]
    assert len(names) > 10
    for name in filter(None, names):
        assert codecs.lookup(name).name
        encoding.select_option(name)
        expect(page.get_by_label("按此编码读出的前几行")).to_contain_text("E-700;+12015550700")
    assert seat.complaints == []


def test_why_a_campaign_does_not_dial_stands_on_its_card(browser: Browser) -> None:
    with WebCentre() as centre:
        page = sit_down(browser, f"{centre.url}/campaigns", "campaigns").page
        page.get_by_role("button", name="Start").click()
        why = page.get_by_role("status").filter(has_text="Why it does not dial")
        expect(why).to_contain_text("No lead is left", timeout=LIMIT_MS)
        assert barriers(page) == []


def test_readers_look_and_change_nothing(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/campaigns", "supervisor").page
    expect(page.get_by_role("heading", name="spring").first).to_be_visible()
    for deed in ("Start", "Pause", "Pacing", "Upload a list"):
        expect(page.get_by_role("button", name=deed)).to_have_count(0)


# --- how it looks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("language", "heading"), [("en", "Campaigns"), ("zh-CN", "外呼活动")])
def test_every_part_is_there_in_both_languages_and_themes_without_barriers(
    browser: Browser, centre: WebCentre, language: str, heading: str, dark: bool
) -> None:
    page = sit_down(browser, f"{centre.url}/campaigns", "campaigns", language=language, dark=dark).page
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for digit in range(1, 7):
        page.keyboard.press(f"Alt+Digit{digit}")
        expect(page.locator("section [role=group][aria-busy=false]")).to_be_visible()
        assert barriers(page) == [], f"part {digit}"
    address = page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.url == address, "a reload changes nothing"
