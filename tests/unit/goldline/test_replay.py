"""A recorded run, replayed: the same rules decide the same, and other rules are found out at once."""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from core.model.events import PbxSynced
from goldline.app import configured_agents
from goldline.config import parse_config
from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal, HashJournal, read_journal
from goldline.journal_head import JournalHead, read_head
from goldline.replay import Change, changes, replay, replay_journal, under_rules
from simulator.scenario import load_scenario
from tests.services.full_disk import files_end_at

SEED = 11

CENTRE = """\
schema = 1
[tiers.gold]
head_start_s = 60
choose = "highest_level"
[tiers.standard]
[queues.sales]
requirements = { sales = 1 }
wrap_up_limit_s = 10
[agents.ann]
name = "Ann"
skills = { sales = 9 }
[agents.bob]
name = "Bob"
skills = { sales = 2 }
[ivr]
flows = ["straight.toml"]
default = "straight"
"""
FLOW = """\
schema = 1
name = "straight"
languages = ["en"]
start = "answer"
[nodes.answer]
kind = "answer"
next = "who"
[nodes.who]
kind = "lookup"
next = "queue"
[nodes.queue]
kind = "queue"
queue = "sales"
"""
SCENARIO = """\
schema = 1
engine_config = "goldline.toml"
duration_s = 900
[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 60
[[customers]]
tier = "gold"
count = 5
weight = 1
[[customers]]
tier = "standard"
count = 20
weight = 3
[[service]]
talk = { kind = "exponential", mean_s = 60 }
wrap_up = { kind = "constant", value_s = 15 }
disposition = "solved"
[[agents]]
id = "ann"
name = "Ann"
extension = "PJSIP/1001"
skills = { sales = 9 }
[[agents]]
id = "bob"
name = "Bob"
extension = "PJSIP/1002"
skills = { sales = 2 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a centre, and the journal of a quarter of an hour of it."""
    folder = tmp_path_factory.mktemp("centre")
    for name, text in (("goldline.toml", CENTRE), ("straight.toml", FLOW), ("scenario.toml", SCENARIO)):
        (folder / name).write_text(text)
    scenario = load_scenario(folder / "scenario.toml")
    config = open_scenario(scenario)
    journal = FileJournal(folder / "monday.journal", head_of_day(scenario, config, SEED))
    SimulatedDay(scenario, config, SEED, journal=journal).run()
    journal.close()
    return folder


def changed(folder: Path, pattern: str, replacement: str) -> Path:
    """Return the path of the same configuration with one change."""
    path = folder / "other.toml"
    path.write_text(re.sub(pattern, replacement, CENTRE))
    return path


def a_head() -> JournalHead:
    """Return the head of a small journal."""
    config = parse_config(tomllib.loads(CENTRE), "goldline.toml")
    return JournalHead(run=12, config=config, flows={"straight.toml": FLOW}, agents=configured_agents(config))


# --- the same rules -----------------------------------------------------------------------------------


def test_journal_alone_is_replayed_decision_by_decision(folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "moved-elsewhere.journal"
    shutil.copy(folder / "monday.journal", journal)
    result = replay_journal(journal)
    *_, (_, last_digest) = read_journal(journal)
    assert result["first_difference"] is None
    assert result["inputs"] > 100
    assert result["journal_hash"].startswith(last_digest)


def test_the_file_it_was_recorded_under_changes_nothing(folder: Path) -> None:
    journal = folder / "monday.journal"
    head = read_head(journal)
    again = under_rules(head, folder / "goldline.toml")
    assert changes(head, again) == []
    assert replay(journal, again) == replay_journal(journal)


# --- other rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "replacement", "first_kind"),
    [
        ("wrap_up_limit_s = 10", "wrap_up_limit_s = 20", "LegEnded"),
        ("sales = 1 }", "sales = 3 }", "CustomerFound"),
    ],
    ids=["longer wrap-up", "more skill required"],
)
def test_other_rules_are_found_at_the_first_input_that_went_otherwise(
    folder: Path, pattern: str, replacement: str, first_kind: str
) -> None:
    journal = folder / "monday.journal"
    result = replay_journal(journal, changed(folder, pattern, replacement))
    first = result["first_difference"]
    inputs = [type(message).__name__ for message, _ in read_journal(journal)]
    assert inputs[first - 1] == first_kind


@pytest.mark.parametrize(
    ("pattern", "replacement", "change"),
    [
        (
            "head_start_s = 60",
            "head_start_s = 120",
            Change(key="tiers.gold.head_start_s", recorded=60.0, now=120.0),
        ),
        ("sales = 9", "sales = 5", Change(key="agents.ann.skills.sales", recorded=9, now=5)),
        (
            "requirements =",
            "length_max = 3\nrequirements =",
            Change(key="queues.sales.length_max", recorded=1000, now=3),
        ),
        (
            r"\[tiers.standard\]",
            "[tiers.standard]\n[tiers.bronze]",
            Change(key="tiers.bronze.head_start_s", recorded=None, now=0.0),
        ),
    ],
    ids=["head start", "skill", "a limit that was not written down", "one tier more"],
)
def test_changed_rules_are_named(folder: Path, pattern: str, replacement: str, change: Change) -> None:
    head = read_head(folder / "monday.journal")
    assert change in changes(head, under_rules(head, changed(folder, pattern, replacement)))


def test_doors_are_no_rules(folder: Path) -> None:
    head = read_head(folder / "monday.journal")
    moved = changed(
        folder, r"\[tiers.gold\]", '[pbx]\nhost = "10.0.0.7"\nsecret = "open-sesame"\n[tiers.gold]'
    )
    assert changes(head, under_rules(head, moved)) == []


def test_changed_menu_is_named(folder: Path) -> None:
    head = read_head(folder / "monday.journal")
    other = folder / "elsewhere"
    other.mkdir()
    (other / "goldline.toml").write_text(CENTRE)
    (other / "straight.toml").write_text(FLOW)
    assert changes(head, under_rules(head, other / "goldline.toml")) == []
    (other / "straight.toml").write_text(FLOW.replace('next = "queue"', 'wait = false\nnext = "queue"'))
    (change,) = changes(head, under_rules(head, other / "goldline.toml"))
    assert change.key == "flows.straight"


# --- the file -------------------------------------------------------------------------------------------


def test_journal_is_for_its_owner_alone(folder: Path) -> None:
    assert (folder / "monday.journal").stat().st_mode & 0o077 == 0


def test_head_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run-000012.journal"
    FileJournal(path, a_head()).close()
    assert read_head(path) == a_head()


def test_no_secret_gets_into_a_journal() -> None:
    secrets = {"pbx": "secret", "agi": "token", "desk": "token"}
    tables = {section: {key: f"open-sesame-{section}"} for section, key in secrets.items()}
    tables["crm"] = {"url": "postgresql://goldline:open-sesame@localhost/crm"}
    config = parse_config(tomllib.loads(CENTRE) | tables, "goldline.toml")
    head = replace(a_head(), config=config)
    assert b"open-sesame" not in head.line()
    assert b'"lookup_deadline_s":0.2' in head.line()


def test_two_runs_do_not_share_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "run-000012.journal"
    FileJournal(path, a_head()).close()
    with pytest.raises(FileExistsError):
        FileJournal(path, a_head())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\n",
        b'[1,["PbxSynced",{"at_us":1,"pbx":"main"}],"0011223344556677"]\n',
        b'{"goldline_journal":2}\n',
        b'{"goldline_journal":1,"run":1}\n',
    ],
    ids=["empty", "no JSON", "no head", "another format", "half a head"],
)
def test_file_without_a_head_is_refused_by_name(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "old.journal"
    path.write_bytes(line)
    with pytest.raises(ConfigError, match="the head of a journal") as refused:
        replay_journal(path)
    assert refused.value.where == f"{path}:1"


@pytest.mark.parametrize("damage", ["", "[1,", '[1,["NoSuchEvent",{}],"00"]', '["x"]'])
def test_unreadable_line_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "run-000012.journal"
    write_one_input(path)
    with path.open("a") as lines:
        lines.write(damage + "\n")
    with pytest.raises(ConfigError) as refused:
        list(read_journal(path))
    assert refused.value.where == f"{path}:3"


def test_line_that_the_machine_died_in_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run-000012.journal"
    write_one_input(path)
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines()[-1])):
        path.write_bytes(whole[:-cut])
        assert list(read_journal(path)) == []
    path.write_bytes(whole)
    assert [event for event, _ in read_journal(path)] == [PbxSynced(at_us=1, pbx="main")]


def test_file_and_hash_agree(tmp_path: Path) -> None:
    in_mind = HashJournal()
    in_mind.write(1, PbxSynced(at_us=1, pbx="main"), [])
    assert write_one_input(tmp_path / "run-000012.journal") == in_mind.digest()


def test_what_a_full_disk_did_not_take_is_written_when_it_does(tmp_path: Path) -> None:
    path = tmp_path / "run-000012.journal"
    journal = FileJournal(path, a_head())
    size = path.stat().st_size
    told = [PbxSynced(at_us=number, pbx="main") for number in range(1, 21)]
    with files_end_at(size + 300):
        for number, event in enumerate(told[:10], start=1):
            journal.write(number, event, [])
        assert journal.trouble()
        assert path.stat().st_size == size + 300, "a line was taken in part"
    for number, event in enumerate(told[10:], start=11):
        journal.write(number, event, [])
    assert journal.trouble() == ""
    journal.close()
    assert [event for event, _ in read_journal(path)] == told


def test_a_journal_whose_disk_is_full_for_too_long_ends_before_the_gap(tmp_path: Path) -> None:
    path = tmp_path / "run-000012.journal"
    journal = FileJournal(path, a_head(), unwritten_bytes_max=500)
    size = path.stat().st_size
    told = [PbxSynced(at_us=number, pbx="main") for number in range(1, 21)]
    with files_end_at(size + 300):
        for number, event in enumerate(told[:15], start=1):
            journal.write(number, event, [])
    for number, event in enumerate(told[15:], start=16):
        journal.write(number, event, [])
    with pytest.raises(OSError, match="not whole"):
        journal.close()
    kept = [event for event, _ in read_journal(path)]
    assert 0 < len(kept) < 15
    assert kept == told[: len(kept)]


def write_one_input(path: Path) -> str:
    """Write a journal of one input and return its digest."""
    journal = FileJournal(path, a_head())
    journal.write(1, PbxSynced(at_us=1, pbx="main"), [])
    journal.close()
    return journal.digest()
