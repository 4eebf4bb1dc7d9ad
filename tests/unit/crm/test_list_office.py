"""Lists as they are uploaded: looked at, checked line by line, mended, loaded, given up, taken up again."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from core.kernel.errors import ConfigError, RequestRefused
from core.model.lead import Lead
from core.model.lead_orders import LeaseLeads, ListNumber
from core.model.list_import import ImportOrder, ImportState, ListImport, MappingTemplate
from crm.imports.memory_book import MemoryImportBook
from crm.imports.office import ListOffice, OfficeSettings
from crm.imports.report import ListRules
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import Judgement, LeadRecord, ListPlan
from tests.services.clocks import NOON_US, Wristwatch

RULES = {
    "sales": ListRules(region="US", tier_ranks={"gold": 100}, covers=lambda country: country in ("US", "CA"))
}
LIST = (
    "external_id,phone,tier,timezone,city\n"
    "A,2025550123,gold,,Rome\n"
    "B,12,,,Bonn\n"
    "C,2025550124,,Mars/Base,\n"
    "D,2025550123,,,\n"
    "E,2025550199,,,\n"
    "F,+442079460123,,,London\n"
    "G,,,,=1+1\n"
)


class House:
    """An office with its store and its book, which outlive it."""

    def __init__(self, folder: Path, store: MemoryLeadStore | None = None) -> None:
        self.folder = folder
        self.store = store or MemoryLeadStore(Wristwatch())
        self.book = MemoryImportBook()

    async def open(self, *, batch_lines: int = 2) -> ListOffice:
        settings = OfficeSettings(folder=self.folder, batch_lines=batch_lines)
        office = ListOffice(self.store, self.book, RULES, settings, Wristwatch())
        await office.start()
        return office

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    async def leads(self) -> list[str]:
        order = LeaseLeads(campaign="sales", lease_id="one", count=20_000, until_us=NOON_US + 1)
        found: Sequence[Lead] = await self.store.lease_leads(order)
        return [lead.external_id for lead in found]


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return House(tmp_path / "uploads")


@pytest.fixture
async def office(house: House) -> AsyncIterator[ListOffice]:
    office = await house.open()
    yield office
    await office.close()


async def pieces(content: str | bytes) -> AsyncIterator[bytes]:
    whole = content.encode() if isinstance(content, str) else content
    for first in range(0, len(whole), 50_000):
        yield whole[first : first + 50_000]


def an_order(filename: str = "leads.csv", **more: object) -> ImportOrder:
    return ImportOrder(**{"campaign": "sales", "list_name": "spring", "filename": filename} | more)


async def at_rest(office: ListOffice, taken: ListImport) -> ListImport:
    return await office.at_rest(taken.import_id)


async def uploaded(office: ListOffice, content: str | bytes, **more: object) -> ListImport:
    return await at_rest(office, await office.take_in(an_order(**more), pieces(content)))


async def rejects(office: ListOffice, found: ListImport) -> list[list[str]]:
    told = await office.rejects(found.import_id)
    assert told is not None
    text = b"".join([piece async for piece in told]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# --- checked --------------------------------------------------------------------------------------------


async def test_a_check_tells_what_is_wrong_with_each_line_and_loads_nothing(
    house: House, office: ListOffice
) -> None:
    await house.store.list_number(ListNumber(campaign="sales", number="+12025550199", reason="asked"))
    found = await uploaded(office, LIST)
    assert found.state is ImportState.CHECKED
    assert found.findings.verdicts == {"new": 2, "rejected": 3, "duplicate": 1, "do not call": 1}
    assert found.findings.faults == {
        "bad_number": 1,
        "unknown_time_zone": 1,
        "duplicate_in_file": 1,
        "do_not_call": 1,
        "no_number": 1,
    }
    assert found.findings.remarks == {"other_country": 1, "country_without_law": 1}
    assert found.findings.read == found.findings.size == len(LIST)
    told = [(one.line, one.why, one.column, one.value) for one in found.findings.examples]
    assert told == [
        (3, "bad_number", "phone", "12"),
        (4, "unknown_time_zone", "timezone", "Mars/Base"),
        (5, "duplicate_in_file", "phone", "+12025550123"),
        (6, "do_not_call", "phone", "+12025550199"),
        (7, "country_without_law", "phone", "+442079460123"),
        (7, "other_country", "phone", "+442079460123"),
        (8, "no_number", "phone", ""),
    ]
    assert await house.leads() == []


async def test_the_rejects_are_the_lines_themselves_with_reasons_and_run_no_formula(
    office: ListOffice,
) -> None:
    header, *rows = await rejects(office, await uploaded(office, LIST))
    assert header == [
        *("external_id", "phone", "tier", "timezone", "city"),
        *("import_line", "import_verdict", "import_reason"),
    ]
    assert rows[0][:7] == ["B", "12", "", "", "Bonn", "3", "rejected"]
    assert rows[-1] == [
        *("G", "", "", "", "'=1+1", "8", "rejected"),
        "phone '': a number that exists, such as +12025550123",
    ]


async def test_mended_rejects_load_as_they_are(house: House, office: ListOffice) -> None:
    first = await uploaded(office, LIST)
    await at_rest(office, await office.commit(first.import_id))
    header, *rows = await rejects(office, first)
    rows[0][1] = "2025550125"
    text = io.StringIO()
    csv.writer(text).writerows([header, rows[0]])
    mended = await uploaded(office, text.getvalue(), dry=False)
    assert (mended.state, mended.findings.verdicts) == (ImportState.LOADED, {"new": 1})
    order = LeaseLeads(campaign="sales", lease_id="one", count=9, until_us=NOON_US + 1)
    fields = {lead.external_id: dict(lead.fields) for lead in await house.store.lease_leads(order)}
    assert fields["B"] == {"city": "Bonn"}, "what the file of rejects has more is no field of the lead"


# --- columns --------------------------------------------------------------------------------------------


async def test_columns_are_suggested_and_can_be_named_otherwise(house: House, office: ListOffice) -> None:
    text = "Kennung,Rufnummer,phone_number,vendor_lead_code,Ort\nx,2025550123,none,A,Rome\n"
    found = await uploaded(office, text)
    assert found.header == ("Kennung", "Rufnummer", "phone_number", "vendor_lead_code", "Ort")
    assert found.suggested == ("kennung", "rufnummer", "phone", "external_id", "ort")
    assert found.samples == (("x", "2025550123", "none", "A", "Rome"),)
    assert found.findings.faults == {"bad_number": 1}
    mapping = {"Rufnummer": "phone", "phone_number": "", "Ort": "city"}
    mapped = await at_rest(office, await office.map_columns(found.import_id, mapping))
    assert (mapped.state, mapped.findings.verdicts) == (ImportState.CHECKED, {"new": 1})
    await at_rest(office, await office.commit(found.import_id))
    assert await house.leads() == ["A"]


async def test_a_mapping_that_makes_no_list_of_leads_is_refused(office: ListOffice) -> None:
    found = await uploaded(office, LIST)
    with pytest.raises(ConfigError, match="a name of its own"):
        await office.map_columns(found.import_id, {"city": "phone"})
    with pytest.raises(ConfigError, match="columns of numbers"):
        await office.map_columns(found.import_id, {"phone": ""})
    assert (await office.find(found.import_id)).state is ImportState.CHECKED


async def test_a_file_without_numbers_fails_with_the_reason_and_may_be_mapped(office: ListOffice) -> None:
    found = await uploaded(office, "id,Rufnummer\nA,2025550123\n")
    assert found.state is ImportState.FAILED
    assert "columns of numbers" in found.problem
    mapped = await at_rest(office, await office.map_columns(found.import_id, {"Rufnummer": "phone"}))
    assert (mapped.state, mapped.problem, mapped.findings.verdicts) == (ImportState.CHECKED, "", {"new": 1})


async def test_a_campaign_keeps_mappings_for_its_next_list(office: ListOffice) -> None:
    template = MappingTemplate(campaign="sales", name="fair", mapping={"Tel.": "phone"})
    await office.keep_template(template)
    assert await office.templates("sales") == [template]
    assert await office.forget_template("sales", "fair")


# --- loaded, once ---------------------------------------------------------------------------------------


async def test_a_checked_list_is_loaded_at_a_word_and_its_file_goes(house: House, office: ListOffice) -> None:
    found = await uploaded(office, LIST)
    loaded = await at_rest(office, await office.commit(found.import_id))
    assert (loaded.state, loaded.findings.verdicts["new"]) == (ImportState.LOADED, 3)
    assert await house.leads() == ["A", "E", "F"]
    assert house.files() == [f"import-{found.import_id}.rejects.csv"]
    with pytest.raises(RequestRefused, match="import_loaded"):
        await office.commit(found.import_id)
    with pytest.raises(RequestRefused, match="import_loaded"):
        await office.cancel(found.import_id)


async def test_the_same_upload_again_is_the_same_import(office: ListOffice) -> None:
    first = await uploaded(office, LIST, dry=False)
    again = await uploaded(office, LIST, dry=False)
    assert again == first
    with_key = await uploaded(office, LIST + "H,2025550130,,,\n", key="once")
    with pytest.raises(RequestRefused, match="key_used"):
        await uploaded(office, LIST, key="once", list_name="autumn")
    assert (await uploaded(office, "something else", key="once")).import_id == with_key.import_id
    after_another = await uploaded(office, LIST)
    assert after_another.import_id not in (first.import_id, with_key.import_id)
    assert after_another.findings.verdicts["unchanged"] == 3


@pytest.mark.parametrize("content", [b"\xff\xff\x00\x81", b"", b"PK\x03\x04"])
async def test_what_cannot_be_a_list_is_not_kept(house: House, office: ListOffice, content: bytes) -> None:
    with pytest.raises(ConfigError):
        await office.take_in(an_order("leads.xlsx" if content[:2] == b"PK" else "leads.csv"), pieces(content))
    assert house.files() == []
    assert await office.newest("", "", 9) == []


# --- workbooks --------------------------------------------------------------------------------------------


async def test_a_workbook_is_a_list_too(house: House, office: ListOffice) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["id", "phone"])
    book.active.append([17, 2025550123])
    told = io.BytesIO()
    book.save(told)
    loaded = await uploaded(office, told.getvalue(), filename="Leads.XLSX", dry=False)
    assert (loaded.state, loaded.findings.verdicts) == (ImportState.LOADED, {"new": 1})


async def test_a_workbook_that_unpacks_to_a_flood_is_refused_unopened(office: ListOffice) -> None:
    bomb = io.BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as packed, packed.open("xl/sharedStrings.xml", "w") as texts:
        for _ in range(65):
            texts.write(bytes(1 << 20))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(ConfigError, match="MB unpacked"):
        await office.take_in(an_order("leads.xlsx"), pieces(bomb.getvalue()))


async def test_a_file_without_line_feeds_is_refused(office: ListOffice) -> None:
    with pytest.raises(ConfigError, match="characters"):
        await office.take_in(an_order(), pieces("phone," * 200_000))


# --- given up, and taken up again --------------------------------------------------------------------------


class SlowStore(MemoryLeadStore):
    """A store that writes the second batch only when it is told to."""

    def __init__(self) -> None:
        super().__init__(Wristwatch())
        self.batches = 0
        self.waits = asyncio.Event()
        self.go_on = asyncio.Event()

    async def save_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        self.batches += 1
        if self.batches == 2:
            self.waits.set()
            await self.go_on.wait()
        return await super().save_leads(plan, records)


LONG = "phone\n" + "".join(f"202555{n:04d}\n" for n in range(100, 110))


async def test_a_list_given_up_while_it_loads_leaves_nothing(tmp_path: Path) -> None:
    store = SlowStore()
    house = House(tmp_path, store)
    office = await house.open()
    taken = await office.take_in(an_order(dry=False), pieces(LONG))
    await store.waits.wait()
    assert (await office.find(taken.import_id)).findings.verdicts == {"new": 2}, "progress is told"
    giving_up = asyncio.create_task(office.cancel(taken.import_id))
    await asyncio.sleep(0)
    store.go_on.set()
    assert (await giving_up).state is ImportState.CANCELLED
    assert house.files() == []
    await uploaded(office, "phone\n2025550199\n", dry=False)
    assert await house.leads() == ["+12025550199"]
    await office.close()


async def test_what_a_program_that_ended_left_at_work_is_finished_by_the_next(tmp_path: Path) -> None:
    store = SlowStore()
    house = House(tmp_path, store)
    office = await house.open()
    taken = await office.take_in(an_order(dry=False), pieces(LONG))
    waiting = await office.take_in(an_order(list_name="autumn"), pieces(LIST))
    (tmp_path / "part-left.csv").write_bytes(b"half a li")
    await store.waits.wait()
    await office.close()
    assert await house.leads() == [], "what was loaded before is held back"
    following = await house.open()
    loaded = await at_rest(following, taken)
    assert (loaded.state, loaded.findings.verdicts) == (ImportState.LOADED, {"new": 8, "unchanged": 2})
    assert (await at_rest(following, waiting)).state is ImportState.CHECKED
    assert len(await house.leads()) == 10
    assert not (tmp_path / "part-left.csv").exists()
    await following.close()


async def test_a_store_that_is_away_fails_the_import_which_can_be_checked_again(tmp_path: Path) -> None:
    class Away(MemoryLeadStore):
        is_away = True

        async def judge_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
            if self.is_away:
                raise OSError("the database is away")
            return await super().judge_leads(plan, records)

    store = Away(Wristwatch())
    office = await House(tmp_path, store).open()
    failed = await uploaded(office, LONG)
    assert (failed.state, "away" in failed.problem) == (ImportState.FAILED, True)
    store.is_away = False
    again = await at_rest(office, await office.map_columns(failed.import_id, {}))
    assert (again.state, again.findings.verdicts) == (ImportState.CHECKED, {"new": 10})
    await office.close()


async def test_only_so_many_imports_are_remembered(tmp_path: Path) -> None:
    house = House(tmp_path)
    settings = OfficeSettings(folder=tmp_path, imports_max=2)
    office = ListOffice(house.store, house.book, RULES, settings, Wristwatch())
    await office.start()
    taken = [await uploaded(office, LONG, list_name=name) for name in ("one", "two", "three")]
    assert [one.import_id for one in await office.newest("", "", 9)] == [
        taken[2].import_id,
        taken[1].import_id,
    ]
    assert len(house.files()) == 2
    await office.close()


async def test_others_get_their_turn_all_through_a_long_import(tmp_path: Path) -> None:
    """Whatever else the loop has to do is done at least once between two batches."""
    house = House(tmp_path)
    office = await house.open(batch_lines=200)
    rows = "phone\n" + "".join(f"21255{n:05d}\n" for n in range(50_000, 60_000))
    taken = await office.take_in(an_order(), pieces(rows))
    turns: list[int] = []
    while (found := await office.find(taken.import_id)).state is ImportState.CHECKING:
        turns.append(sum(found.findings.verdicts.values()))
        await asyncio.sleep(0)
    seen = sorted(set(turns))
    assert found.findings.verdicts == {"new": 10_000}
    assert max(after - before for before, after in pairwise(seen)) <= 200
    await office.close()


async def test_letters_that_are_guessed_are_shown_and_the_encoding_may_be_named(office: ListOffice) -> None:
    czech = "phone;name;city\n2025550123;Ada;Rome\n2025550124;Novák;Praha\n2025550125;Růžena;Plzeň\n".encode(
        "cp1250"
    )
    found = (await uploaded(office, czech)).findings
    assert found.remarks["encoding_guessed"] == 2
    shown = [
        (each.line, each.column, each.value) for each in found.examples if each.why == "encoding_guessed"
    ]
    assert shown == [(3, "name", "Novák"), (4, "name", "Rùžena")]
    named = await uploaded(office, czech, encoding="cp1250")
    assert "encoding_guessed" not in named.findings.remarks
    assert named.samples[2] == ("2025550125", "Růžena", "Plzeň")
    with pytest.raises(ConfigError, match="klingon"):
        await office.take_in(an_order(encoding="klingon", list_name="other"), pieces(czech))
