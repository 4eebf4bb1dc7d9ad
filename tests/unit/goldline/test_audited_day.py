"""A simulated campaign on the whole engine: its audit file is written, closed, and passes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.model.attempt_events import AttemptEnded
from goldline.audit_report import audited, read_files
from goldline.harness import SimulatedDay, open_scenario
from goldline.watched import Watcher
from simulator.scenario import load_scenario
from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["goldline"]  # the fixture

WINTER = Path(__file__).parents[3] / "examples" / "winter" / "afternoon.toml"
pytestmark = pytest.mark.slow


def live_through(folder: Path, seconds: float, watcher: Watcher) -> None:
    """The first minutes of an afternoon of twenty agents."""
    scenario = replace(load_scenario(WINTER), duration_s=seconds)
    SimulatedDay(scenario, open_scenario(scenario), 7, watchers=[watcher], audit=folder).run()


def test_files_of_a_simulated_campaign_pass(tmp_path: Path) -> None:
    ended: list[AttemptEnded] = []
    live_through(
        tmp_path, 900, lambda event: ended.append(event) if isinstance(event, AttemptEnded) else None
    )
    found = audited(read_files([tmp_path]))
    broken = [each for each in found["violations"] if each["rule"] != "house-abandonment"]
    assert broken == [], "and of so short a day no share can be kept"
    (day,) = found["days"]
    assert day["attempts"] == len(ended) > 100
    assert day["answered_by_person"] > 50


def test_one_digit_changed_in_such_a_file_is_found(tmp_path: Path, goldline: Run) -> None:
    live_through(tmp_path, 300, lambda event: None)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b'"connected_us":1', b'"connected_us":2', 1))
    printed = goldline("audit", path, "--json")
    assert printed.status == 1
    assert json.loads(printed.out)["violations_by_rule"] == {"file": 1}
