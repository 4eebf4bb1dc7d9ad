"""A list of leads as people send them: from VICIdial, from Excel, from China, with mistakes and twins."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.kernel.errors import ConfigError
from core.model.lead import Lead
from core.model.lead_orders import LeaseLeads, ListNumber
from crm.leads.area_regions import REGIONS
from crm.leads.import_leads import import_leads
from crm.leads.loading import ImportResult, ImportSettings
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import Judgement, LeadRecord, ListPlan, Scope
from crm.leads.row import LeadRowReader, RowSettings
from crm.leads.states import clocks_of, region_told
from crm.list_file import open_list
from tests.services.clocks import NOON_US, Wristwatch

PLAN = ListPlan(campaign="sales", name="spring")
ROWS = RowSettings(region="US", tier_ranks={"standard": 0, "gold": 100, "platinum": 200})


@pytest.fixture
def store() -> MemoryLeadStore:
    return MemoryLeadStore(Wristwatch())


def listed(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "leads.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def loaded(
    store: MemoryLeadStore, path: Path, plan: ListPlan = PLAN, *, dry: bool = False, batch_lines: int = 3
) -> ImportResult:
    settings = ImportSettings(
        rows=ROWS, dry=dry, batch_lines=batch_lines, rejects_path=path.with_suffix(".rejects.csv")
    )
    return await import_leads(store, path, plan, settings)


async def leads(store: MemoryLeadStore, campaign: str = "sales") -> list[Lead]:
    order = LeaseLeads(campaign=campaign, lease_id="one", count=1_000, until_us=NOON_US + 1)
    return list(await store.lease_leads(order))


def verdicts(result: ImportResult) -> dict[str, int]:
    return {verdict.value: count for verdict, count in result.lines.items() if count}


def reasons(result: ImportResult) -> list[tuple[int, str, str, str]]:
    return sorted(
        (one.reason.line, one.verdict.value, one.reason.column, one.reason.value) for one in result.not_loaded
    )


# --- what a list may look like --------------------------------------------------------------------------


async def test_a_list_of_vicidial_is_understood_as_it_is(store: MemoryLeadStore, tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        "vendor_lead_code|source_id|phone_code|phone_number|first_name|last_name|state|postal_code|"
        "country_code|alt_phone|email|comments|rank|owner\n"
        "V-17|web|1|2025550123|Ada|Gold|VA|20001|USA|3055550100|a@b.c|call late|7|ana\n",
    )
    assert verdicts(await loaded(store, path)) == {"new": 1}
    [lead] = await leads(store)
    assert (lead.external_id, lead.name, lead.owner) == ("V-17", "Ada Gold", "ana")
    main, other = lead.numbers
    assert (main.number, main.kind, main.regions) == ("+12025550123", "main", ("US-DC", "US-VA"))
    assert (other.number, other.kind, other.regions) == ("+13055550100", "other", ("US-FL", "US-VA"))
    assert dict(lead.fields) == {
        "source_id": "web",
        "first_name": "Ada",
        "last_name": "Gold",
        "state": "VA",
        "postal_code": "20001",
        "country": "US",
        "email": "a@b.c",
        "notes": "call late",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_a_chinese_list_is_read_however_it_was_saved(
    store: MemoryLeadStore, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = "客户编号,姓名,国家,手机,备用电话,优先级,坐席\n8001,李小龙,CN,138 1234 5678,01012345678,5,ana\n"
    assert verdicts(await loaded(store, listed(tmp_path, text.replace(",", delimiter), encoding))) == {
        "new": 1
    }
    [lead] = await leads(store)
    assert (lead.name, lead.customer_id, lead.person_id, lead.owner) == ("李小龙", "8001", "8001", "ana")
    assert [(number.number, number.kind) for number in lead.numbers] == [
        ("+8613812345678", "mobile"),
        ("+861012345678", "other"),
    ]
    assert {number.zones for number in lead.numbers} == {("Asia/Shanghai",)}


async def test_a_sheet_of_excel_is_a_list_too(store: MemoryLeadStore, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "Phone Number", "born", "debt", "note"])
    sheet.append([17, 2025550123, datetime(1970, 5, 1), 12.5, None])
    sheet.append([None, None, None, None, None])
    sheet.append([18, "12", None, None, None])
    path = tmp_path / "leads.xlsx"
    book.save(path)
    result = await loaded(store, path)
    assert verdicts(result) == {"new": 1, "rejected": 1}
    assert reasons(result) == [(4, "rejected", "phone", "12")]
    [lead] = await leads(store)
    assert (lead.external_id, lead.numbers[0].number) == ("17", "+12025550123")
    assert dict(lead.fields) == {"born": "1970-05-01", "debt": "12.5"}


def a_book(path: Path, area: int = 202, rows: int = 10_000) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["phone", "name"])
    for n in range(rows):
        sheet.append([f"{area}555{n:04d}", f"{n * 7919 % 100_003}"])
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("change", ["cut", "another", "touched"])
async def test_a_workbook_that_changes_while_it_is_loaded_brings_nobody_up(
    store: MemoryLeadStore, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "leads.xlsx"
    another = a_book(path, area=646)
    whole = a_book(path)
    changed = {"cut": whole[:3_000], "another": another, "touched": whole}[change]
    with pytest.raises(ConfigError, match="changed while it was read"):
        await import_leads(
            store, path, PLAN, ImportSettings(rows=ROWS), lambda *at: path.write_bytes(changed)
        )
    assert await leads(store) == []


def test_a_workbook_is_read_or_refused_however_it_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    whole, random = a_book(path, rows=40), Random(5)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(10):
            broken[random.randrange(len(whole))] = random.randrange(256)
        path.write_bytes(broken)
        with suppress(ConfigError), closing(open_list(path)) as opened:
            list(opened.lines())


async def test_a_list_of_bare_numbers_names_leads_by_them(store: MemoryLeadStore, tmp_path: Path) -> None:
    await loaded(store, listed(tmp_path, "phone\n2025550123\n(202) 555-0124\n"))
    assert [lead.external_id for lead in await leads(store)] == ["+12025550123", "+12025550124"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("external_id,name\n1,Ada\n", "columns of numbers"),
        ("phone,phone\n1,2\n", "a name of its own"),
        ("phone,phone_number\n1,2\n", "a name of its own"),
        ("Leads of march,,\nphone,name\n1,Ada\n", "found 'Leads of march'.*columns of numbers"),
        ('"phone,name\n2025550123,Ada\n', "a second quotation mark"),
    ],
)
async def test_a_file_that_cannot_be_a_list_of_leads_is_refused(
    store: MemoryLeadStore, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        await loaded(store, listed(tmp_path, text))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
async def test_accents_are_read_however_they_were_saved(
    store: MemoryLeadStore, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "leads.csv"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + "phone;name\r\n2025550123;Jürgen Müller\r\n").encode(encoding))
    await loaded(store, path)
    assert [lead.name for lead in await leads(store)] == ["Jürgen Müller"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1250", "Jiří Novák"),
        ("cp1251", "Иван Петров"),
        ("iso-8859-2", "Łukasz Żak"),
        ("cp1254", "Şükrü"),
        ("shift_jis", "田中"),
        ("utf-8", "Jürgen"),
    ],
)
async def test_letters_are_right_where_the_encoding_is_named(
    store: MemoryLeadStore, tmp_path: Path, encoding: str, name: str
) -> None:
    path = listed(tmp_path, f"phone;name\n2025550123;{name}\n", encoding)
    result = await import_leads(store, path, PLAN, ImportSettings(rows=ROWS, encoding=encoding))
    assert [lead.name for lead in await leads(store)] == [name]
    assert result.guessed == ""


@pytest.mark.parametrize(
    ("encoding", "name", "guessed"),
    [("utf-8", "Jürgen", ""), ("cp1252", "Jürgen", "cp1252"), ("gb18030", "李小龙", "gb18030")],
)
async def test_a_guess_is_told_as_one(
    store: MemoryLeadStore, tmp_path: Path, encoding: str, name: str, guessed: str
) -> None:
    result = await loaded(store, listed(tmp_path, f"phone;name\n2025550123;{name}\n", encoding))
    assert result.guessed == guessed


@pytest.mark.parametrize(("encoding", "name"), [("cp1251", "Иван Петров"), ("cp1250", "Jiří Dvořák")])
async def test_letters_of_other_places_are_not_taken_for_chinese(
    store: MemoryLeadStore, tmp_path: Path, encoding: str, name: str
) -> None:
    path = listed(tmp_path, f"phone;name\n2025550123;{name}\n", encoding)
    with pytest.raises(ConfigError, match="or name its encoding"):
        await loaded(store, path)


@pytest.mark.parametrize("named", ["klingon", "hex", "utf-16", "ascii", "undefined", "a\0b"])
async def test_an_encoding_that_cannot_be_that_of_the_file_is_refused(
    store: MemoryLeadStore, tmp_path: Path, named: str
) -> None:
    path = listed(tmp_path, "phone;name\n2025550123;Jürgen\n")
    with pytest.raises(ConfigError, match="encoding"):
        await import_leads(store, path, PLAN, ImportSettings(rows=ROWS, encoding=named))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a workbook, by what it holds"),
        (b"PK\x03\x04" + bytes(100), "save it as .xlsx or CSV"),
        ("phone,name\n".encode("utf-16") + b"1", "save the list as UTF-8"),
    ],
)
async def test_a_file_that_is_no_text_is_refused(
    store: MemoryLeadStore, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        await loaded(store, path)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nphone;name\n2025550123;Ada\n12;Bob\n",
        "\n,,\nphone,name\n2025550123,Ada\n12,Bob\n",
        "phone,name,,\n2025550123,Ada,,\n12,Bob,,,,\n",
        "phone,,name\n2025550123,,Ada\n12,,Bob\n",
        '"phone";"day, hour, or both";name\n2025550123;x;Ada\n12;;Bob\n',
    ],
)
async def test_what_spreadsheets_write_around_a_list_does_no_harm(
    store: MemoryLeadStore, tmp_path: Path, text: str
) -> None:
    result = await loaded(store, listed(tmp_path, text))
    assert [lead.name for lead in await leads(store)] == ["Ada"]
    last_line = text.count("\n")
    assert reasons(result) == [(last_line, "rejected", "phone", "12")]


async def test_what_stands_under_no_name_is_told(store: MemoryLeadStore, tmp_path: Path) -> None:
    result = await loaded(store, listed(tmp_path, "phone,,name\n2025550123,,Ada\n2025550124,x,Bob\n"))
    assert reasons(result) == [(3, "rejected", "column 2", "x")]
    assert [lead.name for lead in await leads(store)] == ["Ada"]


# --- quotation marks that are not closed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "after"),
    [
        ('2025550123,"Ada\n', "2025550124,Bob\n2025550125,Cyd\n"),
        ('"2025550123","Ada\n', '"2025550124","Bob"\n"2025550125","Cyd"\n'),
        ('2025550123,"Ada\n', "".join(f"2025{n:06d},Bob\n" for n in range(550124, 550424))),
    ],
)
async def test_a_stray_quotation_mark_spoils_its_own_line_alone(
    store: MemoryLeadStore, tmp_path: Path, wrong: str, after: str
) -> None:
    result = await loaded(store, listed(tmp_path, f"phone,name\n{wrong}{after}12,Dan\n"))
    assert verdicts(result) == {"new": after.count("\n"), "rejected": 2}
    [stray, no_number] = [one.reason for one in result.not_loaded]
    assert (stray.line, stray.allowed) == (2, "a second quotation mark where a cell begins with one")
    assert no_number.line == 3 + after.count("\n")


async def test_a_cell_may_go_over_lines_and_those_behind_keep_their_numbers(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    text = 'phone,notes\n2025550123,"one\n\ntwo"\n12,\n2025550124,"last\none"'
    result = await loaded(store, listed(tmp_path, text))
    assert reasons(result) == [(5, "rejected", "phone", "12")]
    assert [dict(lead.fields)["notes"] for lead in await leads(store)] == ["one\n\ntwo", "last\none"]


# --- verdicts ---------------------------------------------------------------------------------------------


WITH_MISTAKES = (
    "external_id,phone,mobile,country,timezone,language,rank,tier,owner,city\n"
    "A,2025550123,,,,,,,,\n"
    "B,,,,,,,,,\n"
    "C,12,2025550124,XX,Mars/Base,English,1.5,ruby,,\n"
    "\n"
    "A,2025550125,,,,,,,,\n"
    "D,2025550123,,,,,,,,\n"
    "E,2025550126,,,,,,,,,surplus\n"
    'F,2025550127,,,,,,,,"two\nlines"\n'
    "G,2025550128,,,,,,,,\n"
    "H,2025550199,,,,,,,,\n"
)


async def test_wrong_lines_are_told_one_by_one_and_the_others_load(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    await store.list_number(ListNumber(campaign="sales", number="+12025550199", reason="asked"))
    result = await loaded(store, listed(tmp_path, WITH_MISTAKES))
    assert verdicts(result) == {"new": 2, "rejected": 4, "duplicate": 2, "do not call": 1}
    assert reasons(result) == [
        (3, "rejected", "phone", ""),
        (4, "rejected", "country", "XX"),
        (4, "rejected", "language", "English"),
        (4, "rejected", "phone", "12"),
        (4, "rejected", "rank", "1.5"),
        (4, "rejected", "tier", "ruby"),
        (4, "rejected", "timezone", "Mars/Base"),
        (6, "duplicate", "external_id", "A"),
        (7, "duplicate", "phone", "+12025550123"),
        (8, "rejected", "", "surplus"),
        (9, "rejected", "city", "two\nlines"),
        (12, "do not call", "phone", "+12025550199"),
    ]
    assert [lead.external_id for lead in await leads(store)] == ["A", "G"]


def told_of_lines(path: Path) -> list[tuple[str, ...]]:
    with path.with_suffix(".rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


async def test_a_dry_run_gives_the_same_verdicts_on_every_line_and_loads_nothing(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    path = listed(tmp_path, WITH_MISTAKES)
    foreseen = await loaded(store, path, dry=True)
    every_line = told_of_lines(path)
    assert await leads(store) == []
    result = await loaded(store, path)
    assert (verdicts(result), reasons(result)) == (verdicts(foreseen), reasons(foreseen))
    accepted = [row for row in every_line if row[1] == "new"]
    assert [row for row in every_line if row not in accepted] == told_of_lines(path)
    assert [row[3] for row in accepted] == [lead.external_id for lead in await leads(store)]
    assert len({row[0] for row in every_line}) == result.lines.total() == 9


async def test_what_was_not_loaded_is_written_where_a_spreadsheet_can_open_it(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    path = listed(tmp_path, "phone,city\n2025550123,Rome\n=1+1,Rome\n2025550123,Bonn\n")
    await loaded(store, path)
    assert told_of_lines(path) == [
        ("3", "rejected", "phone", "'=1+1", "a number that exists, such as +12025550123"),
        ("4", "duplicate", "phone", "'+12025550123", "each number once; this one is on line 2"),
    ]


async def test_loading_a_list_twice_changes_nothing(store: MemoryLeadStore, tmp_path: Path) -> None:
    path = listed(tmp_path, "external_id,phone,name\nA,2025550123,Ada\nB,2025550124,Bob\n")
    await loaded(store, path)
    assert verdicts(await loaded(store, path)) == {"unchanged": 2}
    assert [lead.name for lead in await leads(store)] == ["Ada", "Bob"]


async def test_a_mended_list_changes_only_what_was_mended(store: MemoryLeadStore, tmp_path: Path) -> None:
    await loaded(
        store, listed(tmp_path, "external_id,phone,name\nA,2025550123,Ada\nB,12,Bob\nC,2025550125,Cy\n")
    )
    mended = "external_id,phone,name\nA,2025550123,Ada\nB,2025550124,Bob\nC,2025550125,Cyd\n"
    assert verdicts(await loaded(store, listed(tmp_path, mended))) == {"unchanged": 1, "new": 1, "updated": 1}
    assert [lead.name for lead in await leads(store)] == ["Ada", "Cyd", "Bob"]


async def test_what_counts_as_there_already_is_the_imports_choice(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    path = listed(tmp_path, "external_id,phone\nA,2025550123\nB,2025550123\n")
    other = ListPlan(campaign="debts", name="old", duplicates=Scope.SYSTEM)
    alike = ListPlan(campaign="sales", name="spring", duplicates=Scope.NONE)
    assert verdicts(await loaded(store, path, alike)) == {"new": 2}
    assert verdicts(await loaded(store, path, other)) == {"duplicate": 2}
    assert len(await leads(store)) == 2


async def test_one_number_without_a_name_is_one_lead_whatever_counts(
    store: MemoryLeadStore, tmp_path: Path
) -> None:
    path = listed(tmp_path, "phone\n2025550123\n(202) 555-0123\n")
    plan = ListPlan(campaign="sales", name="spring", duplicates=Scope.NONE)
    assert verdicts(await loaded(store, path, plan)) == {"new": 1, "duplicate": 1}


# --- lines ------------------------------------------------------------------------------------------------


def read(header: str, line: str) -> LeadRecord:
    found = LeadRowReader(header.split(","), ROWS).read(2, line.split(","))
    assert isinstance(found, LeadRecord), found
    return found


@pytest.mark.parametrize(
    ("line", "rank"), [("2025550123,gold,", 100), ("2025550123,Gold,250", 250), ("2025550123,,", 0)]
)
def test_a_lead_ranks_as_its_line_says_or_else_as_its_tier(line: str, rank: int) -> None:
    assert read("phone,tier,rank", line).rank == rank


def test_several_numbers_keep_the_order_of_their_columns_each_once() -> None:
    record = read("mobile,work_phone,phone2,phone", "2025550124,2025550123,2025550124,2025550125")
    numbers = [(number.number, number.kind) for number in record.numbers]
    assert numbers == [("+12025550124", "mobile"), ("+12025550123", "work"), ("+12025550125", "main")]


def test_a_zone_that_the_list_names_counts_beside_that_of_the_number() -> None:
    record = read("phone,tz", "2025550123,America/Denver")
    [number] = record.numbers
    assert number.zones == ("America/Denver", "America/New_York")


def test_the_clock_of_a_mobile_that_may_be_anywhere_is_the_one_that_the_list_names() -> None:
    [number] = read("phone,country,timezone", "0412345678,AU,Australia/Sydney").numbers
    assert number.zones[0] == "Australia/Sydney"
    assert "Australia/Perth" in number.zones


@pytest.mark.parametrize("state", ["FL", "fl", "US-FL", "Florida", " florida "])
def test_a_state_counts_however_the_list_writes_it(state: str) -> None:
    [number] = read("phone,state", f"2125550123,{state}").numbers
    assert number.regions == ("US-NY", "US-FL")
    assert number.zones == ("America/New_York",)


def test_who_has_moved_with_a_number_is_called_only_when_both_clocks_allow_it() -> None:
    [number] = read("phone,state", "2125550123,California").numbers
    assert number.zones == ("America/Los_Angeles", "America/New_York")
    [number] = read("phone,state,tz", "2125550123,TX,America/Chicago").numbers
    assert number.zones == ("America/Chicago", "America/New_York")
    [number] = read("phone,state", "2125550123,Texas").numbers
    assert number.zones == ("America/Chicago", "America/Denver", "America/New_York")


def test_every_state_of_an_area_code_has_a_clock_and_a_name() -> None:
    for region in REGIONS:
        country, code = region.split("-")
        assert region_told(country, code) == region
        assert set() < set(clocks_of(region)) <= available_timezones()


def test_a_state_that_nobody_knows_changes_nothing() -> None:
    [number] = read("phone,state", "2125550123,Utopia").numbers
    assert (number.regions, number.zones) == (("US-NY",), ("America/New_York",))


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_no_line_is_so_strange_that_it_stops_an_import(cells: Sequence[str]) -> None:
    reader = LeadRowReader(("phone", "country", "state", "rank", "city"), ROWS)
    found = reader.read(7, cells)
    if isinstance(found, LeadRecord):
        assert found.numbers
    else:
        assert [reject.line for reject in found] == [7] * len(found) != []


@pytest.mark.parametrize("replaced", [b"phone\n2025559999\n", b""])
async def test_a_file_that_changes_while_it_is_loaded_brings_nobody_up(
    store: MemoryLeadStore, tmp_path: Path, replaced: bytes
) -> None:
    path = listed(tmp_path, "phone\n" + "".join(f"2025{n:06d}\n" for n in range(550_000, 560_000)))
    settings = ImportSettings(rows=ROWS)
    with pytest.raises(ConfigError, match="changed while it was read"):
        await import_leads(store, path, PLAN, settings, lambda *at: path.write_bytes(replaced))
    assert await leads(store) == []


async def test_an_import_whose_store_goes_away_says_so_and_leaves_no_thread_reading(tmp_path: Path) -> None:
    class Away(MemoryLeadStore):
        async def save_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
            raise OSError("the database is away")

    path = listed(tmp_path, "phone\n" + "".join(f"202555{n:04d}\n" for n in range(100)))
    with pytest.raises(OSError, match="away"):
        await loaded(Away(Wristwatch()), path)
