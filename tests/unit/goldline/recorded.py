"""An hour of a small centre, recorded: two queues behind a menu, four agents, more calls than they take."""

from __future__ import annotations

from pathlib import Path

from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal
from simulator.scenario import load_scenario

RULES = """\
schema = 1
[rules]
default_tier = "standard"
[tiers.platinum]
head_start_s = 0
[tiers.standard]
[queues.service]
requirements = { service = 1 }
[queues.loans]
requirements = { loans = 1 }
[ivr]
flows = ["menu.toml"]
default = "menu"
"""
MENU = """\
schema = 1
name = "menu"
start = "answer"
[nodes.answer]
kind = "answer"
next = "who"
[nodes.who]
kind = "lookup"
next = "choice"
[nodes.choice]
kind = "menu"
prompt = "hello"
options = { 1 = "service", 2 = "loans" }
exhausted = "service"
[nodes.service]
kind = "queue"
queue = "service"
[nodes.loans]
kind = "queue"
queue = "loans"
skills = { loans = 3 }
"""
HOUR = """\
schema = 1
engine_config = "goldline.toml"
duration_s = 3600
[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 120
[[customers]]
tier = "platinum"
count = 20
weight = 1
[[customers]]
tier = "standard"
count = 200
weight = 4
[[customers]]
weight = 1
[[journeys]]
keys = ["1"]
[[journeys]]
keys = ["2"]
[[journeys]]
weight = 0.1
keys = ["hangup"]
[callers]
patience = { kind = "exponential", mean_s = 300 }
[[service]]
talk = { kind = "exponential", mean_s = 120 }
wrap_up = { kind = "exponential", mean_s = 15 }
[[agents]]
id = "ann"
extension = "PJSIP/1001"
skills = { service = 5, loans = 5 }
[[agents]]
id = "bob"
extension = "PJSIP/1002"
skills = { service = 5, loans = 3 }
breaks = [{ at_s = 900, for_s = 300 }]
[[agents]]
id = "cem"
extension = "PJSIP/1003"
skills = { service = 5 }
from_s = 600
until_s = 3000
[[agents]]
id = "dora"
extension = "PJSIP/1004"
skills = { service = 5, loans = 3 }
"""


def write_centre(folder: Path, hour: str = HOUR) -> None:
    """Write the files of the centre into `folder`."""
    for name, text in (("goldline.toml", RULES), ("menu.toml", MENU), ("hour.toml", hour)):
        (folder / name).write_text(text)


def record(folder: Path, seed: int) -> Path:
    """Return the journal of the hour in `folder` under `seed`."""
    path = folder / f"seed-{seed}.journal"
    scenario = load_scenario(folder / "hour.toml")
    config = open_scenario(scenario)
    journal = FileJournal(path, head_of_day(scenario, config, seed))
    SimulatedDay(scenario, config, seed, journal=journal).run()
    journal.close()
    return path


def other_rules(folder: Path, old: str, new: str) -> Path:
    """Return the path of the centre's rules with one change."""
    assert old in RULES, "a change that changes nothing"
    path = folder / "other.toml"
    path.write_text(RULES.replace(old, new))
    return path
