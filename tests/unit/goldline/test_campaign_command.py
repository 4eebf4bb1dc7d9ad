"""`goldline campaign` as it is typed: lists in, verdicts out, numbers that may not be called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from goldline.demo import FOLDER
from tests.services.goldline import PROGRAM
from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["goldline"]  # the fixture

LIST = """vendor_lead_code;phone_number;alt_phone;first_name;state
1;(202) 555-0123;;Ada;DC
2;12;;Bob;NY
3;2025550123;;Cleo;NY
4;2125550100;;Dan;NY
5;2125550101;;Eve;NY
"""


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    starter = FOLDER.parent / "starter"
    for name in ("goldline.toml", "welcome.toml"):
        shutil.copy(starter / name, tmp_path / name)
    path = tmp_path / "leads.csv"
    path.write_text(LIST)
    return path


def lines(out: str) -> dict[str, int]:
    told: dict[str, int] = json.loads(out)["lines"]
    return told


def test_a_list_is_tried_loaded_and_loaded_again(goldline: Run, leads: Path) -> None:
    assert goldline("campaign", "dnc", "add", "+1 212 555 0100", "--reason", "asked").status == 0
    verdicts = {"new": 2, "rejected": 1, "duplicate": 1, "do not call": 1}
    tried = goldline("campaign", "import", "spring", leads, "--dry-run", "--json")
    assert (tried.status, lines(tried.out)) == (1, verdicts)
    assert lines(goldline("campaign", "import", "spring", leads, "--json").out) == verdicts
    again = goldline("campaign", "import", "spring", leads, "--json")
    assert lines(again.out) == {"unchanged": 2, "rejected": 1, "duplicate": 1, "do not call": 1}


def test_bad_lines_are_named_on_the_terminal_and_in_a_file(
    goldline: Run, leads: Path, tmp_path: Path
) -> None:
    found = goldline("campaign", "import", "spring", leads, "--rejects", tmp_path / "bad.csv")
    assert "line 3, rejected: phone '12': a number that exists" in found.err
    assert "each number once; this one is on line 2" in found.err
    assert "all lines" in found.out
    assert (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()[1].startswith("3,rejected,phone,12,")


def test_what_a_program_reads_is_not_folded(
    goldline: Run, leads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert (
        " telephone numbers (3 of an area not seen before)"
        in goldline("campaign", "import", "spring", leads).out
    )


def test_a_terminal_shows_how_far_a_list_is_loaded_and_a_program_reads_none_of_that(leads: Path) -> None:
    ours, theirs = os.openpty()
    command = [str(part) for part in (PROGRAM, "campaign", "import", "spring", leads, "--json")]
    with subprocess.Popen(command, cwd=leads.parent, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        out, _ = process.communicate()
    os.close(ours)
    assert b"loading leads" in shown
    assert lines(out.decode())["new"] == 3


def _read(terminal: int) -> bytes:
    """Return what was shown, empty where nobody shows anything any more."""
    try:
        return os.read(terminal, 4_096)
    except OSError:  # Linux says EIO where the other end of a terminal is closed
        return b""


def test_a_list_may_have_a_name_and_look_further_for_its_numbers(goldline: Run, leads: Path) -> None:
    goldline("campaign", "import", "spring", leads)
    other = ("campaign", "import", "autumn", leads, "--list", "second", "--json")
    assert lines(goldline(*other, "--dry-run", "--duplicates", "campaign").out)["new"] == 3
    assert "new" not in lines(goldline(*other, "--dry-run", "--duplicates", "system").out)


def test_a_list_is_made_from_the_customers_on_record(goldline: Run, leads: Path, tmp_path: Path) -> None:
    customers = tmp_path / "customers.csv"
    customers.write_text("id,phone,tier\n1,2025550123,platinum\n2,2125550100,gold\n3,2125550101,standard\n")
    goldline("crm", "import", customers)
    wanted = 'tier in ("gold","platinum") and last_contact_days > 90'
    assert lines(goldline("campaign", "import", "spring", "--from-crm", wanted, "--json").out) == {"new": 2}
    again = goldline("campaign", "import", "spring", "--from-crm", wanted)
    assert "unchanged" in again.out
    refused = goldline("campaign", "import", "spring", "--from-crm", "teer == 'gold'")
    assert (refused.status, "did you mean tier?" in refused.err) == (2, True)


def test_a_guessed_encoding_is_told_and_another_one_may_be_named(
    goldline: Run, leads: Path, tmp_path: Path
) -> None:
    polish = tmp_path / "polish.csv"
    polish.write_bytes(
        "phone,name,note\n2025550123,Kowalska,ołówek\n2125550100,Müller,bł\n".encode("cp1250", "replace")
    )
    told = goldline("campaign", "import", "spring", polish, "--dry-run")
    assert "was read as cp1252" in told.err
    named = goldline("campaign", "import", "spring", polish, "--encoding", "cp1250")
    assert (named.status, "was read as" in named.err) == (0, False)
    customers = tmp_path / "customers.csv"
    customers.write_bytes("id,phone,name\n1,2025550123,Żak\n".encode("cp1250"))
    assert "was read as" in goldline("crm", "import", customers).err
    assert "was read as" not in goldline("crm", "import", customers, "--encoding", "cp1250").err


def test_a_list_comes_from_a_file_or_from_the_customers_on_record(goldline: Run, leads: Path) -> None:
    for wrong in ([], [leads, "--from-crm", "true"]):
        refused = goldline("campaign", "import", "spring", *wrong)
        assert (refused.status, "a file, or a condition by --from-crm" in refused.err) == (2, True)


def test_a_wrong_word_is_refused_with_those_allowed(goldline: Run, leads: Path) -> None:
    refused = goldline("campaign", "import", "spring", leads, "--duplicates", "somewhere")
    assert refused.status == 2
    assert "none, file, list, campaign, system" in refused.err


def test_a_do_not_call_list_is_loaded_from_a_file(goldline: Run, leads: Path, tmp_path: Path) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("2025550123\n+1212*\nnobody\n")
    loaded = goldline("campaign", "dnc", "import", listed)
    assert (loaded.status, loaded.err.strip()) == (
        1,
        "line 3: 'nobody' is no number and no area such as +1900*",
    )
    found = lines(goldline("campaign", "import", "spring", leads, "--json").out)
    assert found == {"rejected": 1, "do not call": 3, "duplicate": 1}


def test_a_register_needs_the_day_it_is_of(goldline: Run, leads: Path, tmp_path: Path) -> None:
    listed = tmp_path / "register.csv"
    listed.write_text("number\n2025550123\n")
    command = ("campaign", "dnc", "import", listed, "--register", "us-national-do-not-call")
    assert goldline(*command).status == 2
    assert "1 numbers and areas listed" in goldline(*command, "--as-of", "2026-11-01").out


@pytest.mark.parametrize("content", ["", "area,number\n202,5550123\n212,5550100\n"])
def test_a_file_that_holds_no_numbers_is_no_new_copy_of_a_register(
    goldline: Run, leads: Path, tmp_path: Path, content: str
) -> None:
    register = tmp_path / "register.csv"
    register.write_text("2025550123\n")
    command = ("campaign", "dnc", "import", register, "--register", "us-national-do-not-call", "--as-of")
    goldline(*command, "2026-10-01")
    register.write_text(content)
    refused = goldline(*command, "2026-11-01")
    assert (refused.status, "stays in force" in refused.err) == (2, True)
    found = lines(goldline("campaign", "import", "spring", leads, "--json").out)
    assert found["do not call"] == 1


def test_a_register_is_of_no_day_to_come(goldline: Run, leads: Path, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text("2025550123\n")
    command = ("campaign", "dnc", "import", register, "--register", "us-national-do-not-call", "--as-of")
    refused = goldline(*command, "2199-01-01")
    assert (refused.status, "to come" in refused.err) == (2, True)


@pytest.mark.parametrize("number", ["12", "+12345678901*", "+*", "none"])
def test_what_is_no_number_is_not_listed(goldline: Run, leads: Path, number: str) -> None:
    refused = goldline("campaign", "dnc", "add", number)
    assert refused.status == 2
    assert "an area such as +1900*" in refused.err


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (["import", "sping", "leads.csv"], "'sping'; one of the campaigns: spring"),
        (["import", "spring", "."], "a file; this is a folder"),
        (["import", "spring", "leads.csv", "--list", "march/april"], "1 to 100 characters on one line"),
        (["import", "spring", "leads.csv", "--country", "XX"], "a country in two letters"),
        (["dnc", "add", "2025550123", "--campaign", "sping"], "one of the campaigns: spring"),
        (["dnc", "import", "leads.csv", "--campaign", "sping"], "one of the campaigns: spring"),
        (["dnc", "import", "leads.csv", "--register", "us-x", "--as-of", "2026-13-01"], "such as 2026-11-01"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_before_anything_is_loaded(
    goldline: Run, leads: Path, wish: list[str], said: str
) -> None:
    config = Path("goldline.toml")
    queue = '\n[queues.sales]\n\n[campaigns.spring]\nqueue = "sales"\n'
    config.write_text((config.read_text() if config.exists() else "schema = 1\n") + queue)
    refused = goldline("campaign", *wish)
    assert refused.status == 2
    assert said in refused.err
    assert lines(goldline("campaign", "import", "spring", leads, "--json").out)["new"] > 0


def test_numbers_that_no_law_of_the_campaign_covers_are_told(
    goldline: Run, leads: Path, tmp_path: Path
) -> None:
    config = tmp_path / "goldline.toml"
    campaign = (
        '[queues.sales]\n[campaigns.spring]\nqueue = "sales"\nlaws = ["us-ftc"]\nsafe_harbour = "welcome"\n'
    )
    config.write_text(config.read_text() + campaign)
    abroad = tmp_path / "abroad.csv"
    abroad.write_text("phone,phone2\n2025550123,\n+442079460123,\n+16132345678,2125550100\n+17872345678,\n")
    told = goldline("campaign", "import", "spring", abroad, "--dry-run")
    assert told.err.splitlines() == [
        "leads with a number of CA, which no law of spring covers: 1",
        "leads with a number of GB, which no law of spring covers: 1",
    ]
