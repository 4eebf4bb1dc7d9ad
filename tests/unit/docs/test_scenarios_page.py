"""The page about scenarios shows one that runs, and tables that are those of the types."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from goldline.harness import open_scenario
from scripts.describe_scenarios import PAGE
from scripts.key_tables import MARK
from simulator.scenario import read_scenario

SCENARIOS = Path(__file__).parents[3] / "examples" / "scenarios"


def test_example_is_sound_and_fits_its_configuration() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.path.read_text("utf-8"), re.DOTALL)
    scenario = read_scenario(tomllib.loads(example), SCENARIOS / "page.toml")
    assert set(open_scenario(scenario).queues) == {"service", "loans"}
    assert len(scenario.staff) == 19


def test_tables_are_those_of_the_types() -> None:
    assert PAGE.path.read_text("utf-8").partition(MARK)[2] == PAGE.tables()


def test_every_table_of_a_scenario_is_described() -> None:
    text = PAGE.path.read_text("utf-8")
    for heading in ("[[teams]]", "[[arrivals]]: poisson", "[[agents]], breaks", "A duration: balking"):
        assert f"### {heading}\n" in text
