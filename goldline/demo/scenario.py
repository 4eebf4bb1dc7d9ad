"""The live demonstration's scenario: the day of the bank, and beside it the campaign of `outreach.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.kernel.toml import parse_toml
from goldline.demo import FOLDER
from goldline.demo.day import DEMO_SCENARIO
from simulator.scenario import Scenario, read_scenario

OUTREACH = FOLDER / "outreach.toml"
CONFIG = "show.toml"


def show_scenario(morning_s: float) -> Scenario:
    """Return what the live demonstration plays: the lists of both files, the campaign's first.

    The campaign begins when the first `morning_s` have passed: while time runs, the two seconds in which an
    answered person has to hear somebody are a few milliseconds of this machine.
    """
    day, outreach = _table(DEMO_SCENARIO), _table(OUTREACH)
    outreach["leads"] = [{**leads, "from_s": morning_s} for leads in outreach["leads"]]
    joined = {key: [*outreach[key], *day.get(key, [])] for key in outreach}
    return read_scenario(day | joined | {"name": "show", "engine_config": CONFIG}, DEMO_SCENARIO)


def _table(path: Path) -> dict[str, Any]:
    return parse_toml(path.read_bytes(), str(path))
