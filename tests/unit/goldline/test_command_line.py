"""The command line: what it writes and loads, and how it says that something is wrong."""

from __future__ import annotations

import io
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from goldline import __version__
from goldline.cli import main
from goldline.demo import FOLDER
from tests.services.full_disk import files_end_at
from tests.services.ports import free_tcp_port
from tests.unit.goldline.recorded import other_rules, record, write_centre

DEMO_CONFIG = str(FOLDER / "goldline.toml")
PRIVATE = 0o600
SCENARIOS = Path(__file__).parents[3] / "examples" / "scenarios"


class Printed(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Run = Callable[..., Printed]


@pytest.fixture
def goldline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a way to run the program in a folder of its own: `goldline("check-config", path)`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["goldline", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Printed(int(ended.value.code or 0), out, err)

    return run


# --- mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("check-config", "nowhere.toml"),
        ("serve", "-c", "nowhere.toml"),
        ("simulate", "nowhere.toml"),
        ("replay", "nowhere.journal"),
        ("replay", DEMO_CONFIG),
        ("replay", "nowhere.journal", "-c", DEMO_CONFIG),
        ("why", "C-1-000001", "-c", DEMO_CONFIG),
        ("crm", "import", "nowhere.csv", "-c", DEMO_CONFIG),
        ("asterisk-config", DEMO_CONFIG),
    ],
    ids=lambda arguments: " ".join(Path(word).name for word in arguments),
)
def test_mistake_is_one_line_and_status_2(goldline: Run, arguments: tuple[str, ...]) -> None:
    status, out, err = goldline(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("goldline: ")
    assert err.count("\n") == 1


def test_a_port_that_no_machine_has_is_refused_with_the_range(goldline: Run) -> None:
    status, _, err = goldline("serve", "-c", DEMO_CONFIG, "--port", "70000")
    assert status == 2
    assert "'--port'" in err
    assert "65535" in err


def test_file_that_is_not_there_is_named_first(goldline: Run) -> None:
    assert goldline("replay", "nowhere.journal").err == (
        "goldline: error: nowhere.journal: No such file or directory\n"
    )


def test_what_is_no_journal_is_shown_as_it_begins(goldline: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n", encoding="utf-8")
    assert goldline("replay", "notes.md").err == (
        "goldline: configuration: notes.md:1: found '# Notes'; "
        "expected the head of a journal, as `serve` and `simulate --journal` write it\n"
    )


def test_one_queue_is_said_in_the_singular(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    assert (
        "goldline.toml: 1 queue, 2 agents, 1 flow: good\n"
        in goldline("check-config", tmp_path / "goldline.toml").out
    )


def test_unknown_command_is_a_mistake_too(goldline: Run) -> None:
    assert goldline("fly").status == 2


def test_flow_to_a_queue_that_is_not_there(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    config = tmp_path / "goldline.toml"
    config.write_text(config.read_text().replace("[queues.support]", "[queues.sales]"))
    status, _, err = goldline("check-config", config)
    assert status == 2
    assert "welcome.toml: nodes.to-support.queue: found 'support'; one of the queues: sales" in err


def test_callback_from_a_queue_that_makes_none(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    flow = tmp_path / "welcome.toml"
    text = flow.read_text().replace('kind = "queue"', 'kind = "callback"\nrefused = "bye"')
    flow.write_text(text + '\n[nodes.bye]\nkind = "hang_up"\n')
    status, _, err = goldline("check-config", tmp_path / "goldline.toml")
    assert status == 2
    assert "nodes.to-support.queue: found 'support'; a queue that calls back" in err


def test_two_flows_of_one_name(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    (tmp_path / "again.toml").write_text((tmp_path / "welcome.toml").read_text())
    config = tmp_path / "goldline.toml"
    config.write_text(config.read_text().replace('["welcome.toml"]', '["welcome.toml", "again.toml"]'))
    status, _, err = goldline("check-config", config)
    assert status == 2
    assert "again.toml: name: found 'welcome'" in err


def test_scenario_is_checked_with_the_configuration_it_names(goldline: Run, tmp_path: Path) -> None:
    for file in ("small.toml", "small-centre.toml", "small-menu.toml"):
        (tmp_path / file).write_text((SCENARIOS / file).read_text())
    scenario = tmp_path / "small.toml"
    status, out, _ = goldline("check-config", scenario)
    assert (status, out.strip().endswith("2 queues: good")) == (0, True)
    scenario.write_text(scenario.read_text().replace("per_hour", "per_hours"))
    status, _, err = goldline("check-config", scenario)
    assert status == 2
    assert err.strip() == (
        f"goldline: configuration: {scenario}: arrivals 1, per_hours: found an unknown key; "
        "did you mean per_hour?"
    )


# --- screens far from any engine --------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["nonsense", "ftp://here", "http://", "http://user@here", "http://here/wall"]
)
def test_the_wallboard_is_asked_at_an_address_of_pages_alone(goldline: Run, address: str) -> None:
    assert goldline("top", "--url", address) == (
        2,
        "",
        f"goldline: configuration: --url: found {address!r}; where the pages are, such as http://127.0.0.1:8080\n",
    )


@pytest.mark.parametrize("more", [["--demo"], ["--login", "anna"], []])
def test_a_wallboard_that_nobody_tells_anything_says_where_it_asked(
    goldline: Run, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a password\n"))
    monkeypatch.setattr("goldline.top.ANSWER_WITHIN_S", 2)
    url = f"http://127.0.0.1:{free_tcp_port()}"
    status, out, err = goldline("top", "--url", f"{url}/", *more)
    assert (status, out) == (2, "")
    assert err.startswith(f"goldline: error: {url}: ")
    assert err.rstrip("\n") != f"goldline: error: {url}: nothing is told there"


# --- the files for Asterisk -------------------------------------------------------------------------


def test_written_files_are_private_and_pass_their_own_check(goldline: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    status, out, err = goldline("asterisk-config", folder)
    assert (status, err) == (0, "")
    written = sorted(folder.iterdir())
    assert {path.suffix for path in written} == {".conf", ".toml", ".txt"}
    for path in written:
        assert path.stat().st_mode & 0o777 == PRIVATE
        assert f"wrote {path}" in out
    assert goldline("check-config", folder / "goldline.toml").status == 0


def test_on_a_full_disk_none_is_left_in_the_way_of_the_next_try(goldline: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with files_end_at(1_000):
        status, out, err = goldline("asterisk-config", folder)
    assert (status, out) == (2, "")
    assert err.startswith(f"goldline: error: {folder}/goldline_")
    assert list(folder.iterdir()) == []
    assert goldline("asterisk-config", folder).status == 0


def test_two_centres_share_no_secret(goldline: Run, tmp_path: Path) -> None:
    configs = []
    for name in ("one", "two"):
        goldline("asterisk-config", tmp_path / name)
        lines = (tmp_path / name / "goldline.toml").read_text().splitlines()
        configs.append([line for line in lines if line.startswith(("secret", "token"))])
    assert len(configs[0]) == 3
    assert len(set(configs[0] + configs[1])) == 6


def test_nothing_is_overwritten(goldline: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "goldline_manager.conf"
    theirs.write_text("; mine")
    status, out, err = goldline("asterisk-config", tmp_path)
    assert (status, out) == (2, "")
    assert str(theirs) in err
    assert [path.name for path in tmp_path.iterdir()] == [theirs.name]
    assert theirs.read_text() == "; mine"


def test_asterisk_is_given_the_secrets_of_the_configuration(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path / "first")
    config = tmp_path / "first" / "goldline.toml"
    assert goldline("asterisk-config", tmp_path / "second", "-c", config).status == 0
    for name in ("goldline_manager.conf", "goldline_extensions.conf"):
        assert (tmp_path / "second" / name).read_text() == (tmp_path / "first" / name).read_text()
    assert not (tmp_path / "second" / "goldline.toml").exists()


# --- customers --------------------------------------------------------------------------------------


def test_customers_are_loaded_and_bad_lines_named(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    file = tmp_path / "customers.csv"
    file.write_text(
        "external_id,name,tier,phone\n"
        "K-1,Ada Byron,gold,+12025550147\n"
        "K-2,Bob Gray,diamond,+12025550148\n"
        "K-3,Cy Moss,silver,+12025550149\n"
    )
    status, out, err = goldline("crm", "import", file)
    assert (status, out) == (1, "2 new, 0 updated, 1 lines not loaded\n")
    assert err.startswith("line 3, tier 'diamond': ")
    rejected = (tmp_path / "customers.rejects.csv").read_text().splitlines()
    assert rejected[1].startswith("3,tier,diamond,")
    assert goldline("crm", "import", file).out == "0 new, 2 updated, 1 lines not loaded\n"
    assert goldline("crm", "score").status == 0


def test_of_a_long_value_the_beginning_is_shown(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    file = tmp_path / "customers.csv"
    file.write_text(f"external_id,name\nK-1,{'x' * 9_000}\n")
    status, _, err = goldline("crm", "import", file)
    assert status == 1
    assert err == f"line 2, name '{'x' * 80}...': at most 500 characters on one line\n"


def test_a_line_that_does_not_end_is_told_by_its_number(goldline: Run, tmp_path: Path) -> None:
    goldline("asterisk-config", tmp_path)
    file = tmp_path / "customers.csv"
    file.write_text(f"external_id,name\nK-1,Ada\nK-2,{'x' * 1_100_000}\n")
    status, _, err = goldline("crm", "import", file)
    assert status == 2
    assert err == (
        "goldline: configuration: line 3: found more than 1,048,576 characters; a line for each row\n"
    )


# --- recorded days ----------------------------------------------------------------------------------


def test_recorded_day_is_decided_the_same_again(goldline: Run, tmp_path: Path) -> None:
    write_centre(tmp_path)
    journal = record(tmp_path, seed=4)
    for arguments in ((), ("-c", tmp_path / "goldline.toml")):
        replayed = goldline("replay", journal, *arguments, "--json")
        assert replayed.status == 0
        result = json.loads(replayed.out)
        assert result["first_difference"] is None
        assert result["inputs"] > 1_000


def test_recorded_day_under_other_rules_is_shown_beside_itself(goldline: Run, tmp_path: Path) -> None:
    write_centre(tmp_path)
    rules = other_rules(tmp_path, "head_start_s = 0", "head_start_s = 120")
    few = ("--replications", "2", "--cores", "1")
    shown = goldline("replay", record(tmp_path, seed=4), "-c", rules, *few)
    assert shown.status == 0
    assert "tiers.platinum.head_start_s: 0.0 -> 120.0" in shown.out
    for heading in ("recorded", "its rules again", "other rules", "difference", "platinum", "loans"):
        assert heading in shown.out


def test_the_version_is_told_with_that_of_python(goldline: Run) -> None:
    told = goldline("--version")
    assert told.status == 0
    assert told.out == f"goldline {__version__} (CPython {platform.python_version()})\n"
