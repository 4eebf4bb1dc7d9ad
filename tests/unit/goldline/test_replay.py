"""A recorded run, replayed: the same rules decide the same, and other rules are found out at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from core.model.events import PbxSynced
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import FileJournal, HashJournal, read_journal
from goldline.replay import replay_journal
from simulator.scenario import load_scenario

SEED = 11

CENTRE = """\
schema = 1
[tiers.gold]
head_start_s = 60
best_agent_first = true
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
    journal = FileJournal(folder / "run-000001.journal")
    scenario = load_scenario(folder / "scenario.toml")
    SimulatedDay(scenario, open_scenario(scenario), SEED, journal=journal).run()
    journal.close()
    return folder


def changed(folder: Path, pattern: str, replacement: str) -> Path:
    """Return the path of the same configuration with one change."""
    path = folder / "other.toml"
    path.write_text(re.sub(pattern, replacement, CENTRE))
    return path


def test_same_rules_decide_the_same(folder: Path) -> None:
    journal = folder / "run-000001.journal"
    result = replay_journal(journal, folder / "goldline.toml")
    *_, (_, last_digest) = read_journal(journal)
    assert result["first_difference"] is None
    assert result["inputs"] > 100
    assert result["journal_hash"].startswith(last_digest)


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
    journal = folder / "run-000001.journal"
    result = replay_journal(journal, changed(folder, pattern, replacement))
    first = result["first_difference"]
    inputs = [type(message).__name__ for message, _ in read_journal(journal)]
    assert inputs[first - 1] == first_kind


def test_journal_is_for_its_owner_alone(folder: Path) -> None:
    assert (folder / "run-000001.journal").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["", "[1,", '[1,["NoSuchEvent",{}],"00"]', '["x"]'])
def test_unreadable_line_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "run-000001.journal"
    journal = FileJournal(path)
    journal.write(1, PbxSynced(at_us=1, pbx="main"), [])
    journal.close()
    with path.open("a") as lines:
        lines.write(damage + "\n")
    with pytest.raises(ConfigError) as refused:
        list(read_journal(path))
    assert refused.value.where == f"{path}:2"


def test_journal_that_is_not_named_after_its_run(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "yesterday.journal"
    path.touch()
    with pytest.raises(ConfigError, match="run-000012"):
        replay_journal(path, folder / "goldline.toml")


def test_file_and_hash_agree(tmp_path: Path) -> None:
    in_file, in_mind = FileJournal(tmp_path / "run-000002.journal"), HashJournal()
    for journal in (in_file, in_mind):
        journal.write(1, PbxSynced(at_us=1, pbx="main"), [])
    in_file.close()
    assert in_file.digest() == in_mind.digest()
