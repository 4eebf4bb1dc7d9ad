"""A day through the bytes of AMI and FastAGI is the same day, and the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.kernel.errors import InvariantBroken
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from goldline.replay import replay_journal
from routing.router import Router
from scripts.tree import ROOT
from simulator.scenario import Scenario, load_scenario

FOLDER = ROOT / "examples" / "soak"
SEED = 12
"""A day of two minutes in which eight kinds of fault take part."""
RUN = "import sys; from goldline.cli import main; sys.argv[0] = 'goldline'; main()"
TENTH_US = 100_000

Course = tuple[str, str, str, str, int, int]


def quiet(name: str, *, wire: bool) -> Scenario:
    """Return the scenario without faults; nobody comes before a link by wire can stand."""
    scenario = load_scenario(FOLDER / name)
    telephony = replace(scenario.telephony, wire=wire)
    agents = tuple(replace(plan, from_s=max(plan.from_s, 1.0)) for plan in scenario.agents)
    return replace(scenario, random_faults=(), telephony=telephony, agents=agents)


def courses(scenario: Scenario, seed: int) -> dict[str, Course]:
    """Return for each contact of a day what became of it, who ended it, when it came, how long it talked."""
    found: dict[str, Course] = {}

    def note(event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded):
            tenths = round(event.arrived_us / TENTH_US), round(event.talk_us / TENTH_US)
            who = event.caller_number, event.agent_id, event.ended_by
            found[event.contact_id] = (event.outcome, *who, *tenths)

    SimulatedDay(scenario, open_scenario(scenario), seed, watchers=[note]).run()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_both_faces_of_the_simulated_asterisk_make_the_same_day(seed: int) -> None:
    direct, through_bytes = (courses(quiet("soak.toml", wire=wire), seed) for wire in (False, True))
    assert direct
    assert through_bytes == direct


@pytest.mark.slow
def test_same_seed_writes_the_same_journal_through_the_bytes(tmp_path: Path) -> None:
    journals = [tmp_path / hash_seed for hash_seed in ("1", "4711")]
    for journal in journals:
        command = ["simulate", FOLDER / "soak-wire.toml", "--seed", str(SEED), "--journal", journal]
        environment = os.environ | {"PYTHONHASHSEED": journal.name}
        subprocess.run([sys.executable, "-c", RUN, *command], cwd=ROOT, env=environment, check=True)
    assert len(journals[0].read_bytes().splitlines()) > 100
    assert journals[0].read_bytes() == journals[1].read_bytes()
    assert replay_journal(journals[0])["first_difference"] is None


def test_what_the_engine_raises_ends_the_run_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_it(self: Router, event: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(Router, "_connected", raise_it)
    scenario = quiet("soak.toml", wire=True)
    with pytest.raises(InvariantBroken, match=r"KeyError\('a fault of ours'\)\nscenario .*, seed 1;") as told:
        SimulatedDay(scenario, open_scenario(scenario), seed=1).run()
    assert isinstance(told.value.__cause__, KeyError)
