"""A customer list as people send them: from Excel, from VICIdial, from China, with mistakes in it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from core.model.commands import LookUpCustomer
from core.model.customer import Customer
from crm.import_customers import ImportResult, ImportSettings, import_customers
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.records import CustomerRecord, SaveOutcome
from crm.store import StoreSettings
from tests.services.clocks import Wristwatch


@pytest.fixture
def store() -> MemoryCrmStore:
    return MemoryCrmStore(MemoryLedger(), Wristwatch(), StoreSettings(region="US"))


def listed(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "customers.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def loaded(store: MemoryCrmStore, path: Path) -> ImportResult:
    return await import_customers(store, path, ImportSettings())


async def caller(store: MemoryCrmStore, number: str) -> Customer | None:
    return await store.find_customer(LookUpCustomer(lookup_id="L", deadline_us=1, caller_number=number))


async def test_a_full_line_makes_a_full_customer(store: MemoryCrmStore, tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        "external_id,name,phone,phone2,tier,language,"
        "account_number,pin,balance,currency,notes,City,Annual Revenue\n"
        'A-17,"Gold, Ada",(202) 555-0123,+442079460018,Gold,en,'
        '700123,2468,-12.5,EUR,"two\nlines",Lyon,120000\n',
    )
    assert await loaded(store, path) == ImportResult(created=1)
    found = await caller(store, "+442079460018")
    assert found is not None
    assert found == await caller(store, "2025550123")
    assert (found.name, found.tier, found.notes) == ("Gold, Ada", "gold", "two\nlines")
    assert (found.account_number, found.balance_cents, found.currency) == ("700123", -1250, "EUR")
    assert found.attributes == (("city", "Lyon"), ("annual_revenue", "120000"))
    by_pin = LookUpCustomer(lookup_id="L", deadline_us=1, account_number="700123", pin="2468")
    assert await store.find_customer(by_pin) == found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_any_usual_delimiter_is_understood(
    store: MemoryCrmStore, tmp_path: Path, delimiter: str
) -> None:
    path = listed(tmp_path, "external_id,name,phone\r\nA-17,Ada,2025550123\r\n".replace(",", delimiter))
    assert (await loaded(store, path)).created == 1
    assert await caller(store, "2025550123") is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_chinese_list_is_read_in_each_encoding_it_comes_in(
    store: MemoryCrmStore, tmp_path: Path, encoding: str
) -> None:
    path = listed(tmp_path, "客户编号,姓名,手机,等级\n8001,李小龙,+8613912345678,platinum\n", encoding)
    guessed = encoding if encoding == "gb18030" else ""
    assert await loaded(store, path) == ImportResult(created=1, guessed=guessed)
    found = await caller(store, "+8613912345678")
    assert found is not None
    assert (found.name, found.tier) == ("李小龙", "platinum")


async def test_the_columns_of_a_vicidial_list_are_known(store: MemoryCrmStore, tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        "vendor_lead_code|phone_number|first_name|alt_phone|comments\n9|2025550123|Ada|2025550124|vip\n",
    )
    await loaded(store, path)
    found = await caller(store, "2025550124")
    assert found is not None
    assert (found.customer_id, found.notes, found.attribute("first_name")) == ("9", "vip", "Ada")


async def test_wrong_lines_are_told_one_by_one_and_the_others_load(
    store: MemoryCrmStore, tmp_path: Path
) -> None:
    path = listed(
        tmp_path,
        "external_id,name,phone,tier,language,account_number,pin,balance,currency\n"
        "A,Ada,2025550123,gold,en,700123,2468,1.00,USD\n"
        ",Nobody,2025550124,,,,,,\n"
        "C,Cleo,12,ruby,English,7,12x,1.234,dollars\n"
        "\n"
        "D,Dan,,,,,2468,,\n"
        "A,Ada again,,,,,,,\n"
        "E,Eve,,,,,,,,surplus\n"
        "F,Fay,,,,700123,,,\n"
        "G,Gus,2025550125,,,,,,\n",
    )
    result = await loaded(store, path)
    assert (result.created, result.updated, result.rejected_lines) == (2, 0, 6)
    assert [(reject.line, reject.column, reject.value) for reject in result.rejects] == [
        (3, "external_id", ""),
        (4, "phone", "12"),
        (4, "tier", "ruby"),
        (4, "language", "English"),
        (4, "account_number", "7"),
        (4, "pin", "(hidden)"),
        (4, "balance", "1.234"),
        (4, "currency", "dollars"),
        (6, "account_number", ""),
        (7, "external_id", "A"),
        (8, "", "surplus"),
        (9, "account_number", "700123"),
    ]
    assert await caller(store, "2025550125") is not None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "two\nlines"),
        ("name", "x" * 501),
        ("external_id", "tab\there"),
        ("balance", "1,234.56"),
        ("balance", "nan"),
        ("phone", "+1555"),
        ("phone", "anonymous"),
        ("language", "EN"),
        ("pin", "٢٤٦٨"),
        ("city", "Ly\x00on"),
    ],
)
async def test_what_does_not_fit_a_column_is_refused(
    store: MemoryCrmStore, tmp_path: Path, column: str, value: str
) -> None:
    cells = {"external_id": "A", "account_number": "700123", column: value}
    path = tmp_path / "customers.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows((cells.keys(), cells.values()))
    result = await loaded(store, path)
    assert [reject.column for reject in result.rejects] == [column]
    assert result.created == 0


async def test_loading_the_same_list_again_changes_nothing(store: MemoryCrmStore, tmp_path: Path) -> None:
    path = listed(tmp_path, "id,name,phone,account,balance\nA,Ada,2025550123,700123,5\nB,Ben,,,\n")
    assert await loaded(store, path) == ImportResult(created=2)
    before = await caller(store, "2025550123")
    assert await loaded(store, path) == ImportResult(updated=2)
    assert await caller(store, "2025550123") == before


async def test_a_list_without_a_column_leaves_that_part_of_the_customer_alone(
    store: MemoryCrmStore, tmp_path: Path
) -> None:
    await loaded(store, listed(tmp_path, "id,name,phone,tier,city\nA,Ada,2025550123,gold,Lyon\n"))
    await loaded(store, listed(tmp_path, "id,tier,name\nA,platinum,\n"))
    found = await caller(store, "2025550123")
    assert found is not None
    assert (found.name, found.tier, found.attribute("city")) == ("Ada", "platinum", "Lyon")


async def test_rejects_can_be_opened_in_a_spreadsheet_without_running_anything(
    store: MemoryCrmStore, tmp_path: Path
) -> None:
    path = listed(tmp_path, 'id,tier,=1+1\nA,"=HYPERLINK(""http://x"")",ok\nB,@SUM(1),ok\nC,,a\tb\n')
    rejects_path = tmp_path / "rejects.csv"
    await import_customers(store, path, ImportSettings(rejects_path=rejects_path))
    with rejects_path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "column", "value", "allowed"]
    assert [row[:3] for row in rows[1:]] == [
        ["2", "tier", '\'=HYPERLINK("http://x")'],
        ["3", "tier", "'@SUM(1)"],
        ["4", "'=1+1", "a\tb"],
    ]


async def test_a_list_without_mistakes_leaves_no_file_of_rejects(
    store: MemoryCrmStore, tmp_path: Path
) -> None:
    rejects_path = tmp_path / "rejects.csv"
    rejects_path.write_text("of an earlier attempt")
    path = listed(tmp_path, "id\nA\n")
    await import_customers(store, path, ImportSettings(rejects_path=rejects_path))
    assert not rejects_path.exists()


@pytest.mark.parametrize("text", ["", "name,phone\nAda,2025550123\n", "id,name,name\nA,x,y\n"])
async def test_a_list_without_a_usable_header_is_refused_whole(
    store: MemoryCrmStore, tmp_path: Path, text: str
) -> None:
    with pytest.raises(ConfigError, match="header"):
        await loaded(store, listed(tmp_path, text))


async def test_only_what_stands_under_no_name_is_refused(store: MemoryCrmStore, tmp_path: Path) -> None:
    result = await loaded(store, listed(tmp_path, "id,,name,,\nA,,Ada,,\nB,x,Bob\n"))
    assert (result.created, result.rejected_lines) == (1, 1)
    [reject] = result.rejects
    assert (reject.line, reject.column, reject.value) == (3, "column 2", "x")


async def test_a_file_that_is_no_text_is_refused_whole(store: MemoryCrmStore, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(b"id,name\nA,\xff\xff\xff\n")
    with pytest.raises(ConfigError, match="save the list as UTF-8"):
        await loaded(store, path)


async def test_a_long_list_comes_in_batches_and_tells_how_far_it_is(tmp_path: Path) -> None:
    lines = [f"C-{number},Name {number},ruby\n" for number in range(250)]
    path = listed(tmp_path, "id,name,tier\n" + "".join(lines).replace("ruby", "gold", 240))
    batches: list[int] = []
    seen: list[tuple[int, int]] = []

    class CountingStore:
        async def save_customers(self, records: Sequence[CustomerRecord]) -> SaveOutcome:
            batches.append(len(records))
            return SaveOutcome(created=len(records), updated=0)

    settings = ImportSettings(batch_rows=100, rejects_kept_max=3)
    result = await import_customers(CountingStore(), path, settings, lambda *at: seen.append(at))
    assert batches == [100, 100, 40]
    assert (result.created, result.rejected_lines, len(result.rejects)) == (240, 10, 3)
    assert [size for _, size in seen] == [path.stat().st_size] * 3
    assert seen[-1][0] == path.stat().st_size
