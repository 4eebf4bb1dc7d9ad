"""Everything under examples/ works as a reader of the README would run it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ivr.loader import load_flow

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROGRAM = Path(sys.executable).with_name("goldline")
TABLES = {path: tomllib.loads(path.read_text()) for path in sorted(EXAMPLES.glob("**/*.toml"))}
SCENARIOS = [path for path, table in TABLES.items() if "engine_config" in table]
CONFIGURATIONS = [path for path, table in TABLES.items() if {"ivr", "include"} & table.keys()]
FLOWS = [path for path, table in TABLES.items() if "nodes" in table]
RULES = [path for path in TABLES if path not in {*SCENARIOS, *CONFIGURATIONS, *FLOWS}]
"""Parts of configurations, for others to include."""

WORKING_DAY_S = 57_600
SHORT_S = {"duration_s": 3_600, "warm_up_s": 600}
"""What a steady state is cut to here: the whole of it, and what theory says of it, are for the benchmarks."""

pytestmark = pytest.mark.slow


def run(*words: str | Path, cwd: Path = ROOT, limit_s: int = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *words], cwd=cwd, capture_output=True, text=True, timeout=limit_s, check=False
    )


def shortened(scenario: Path, tmp_path: Path) -> Path:
    """Return the scenario; of a steady state, longer than people work, a copy that ends soon."""
    day = TABLES[scenario]
    if day["duration_s"] <= WORKING_DAY_S:
        return scenario
    copy = shutil.copytree(scenario.parent, tmp_path / "example") / scenario.name
    text = copy.read_text()
    for key, short_s in SHORT_S.items():
        text = text.replace(f"{key} = {day[key]}", f"{key} = {short_s}")
    copy.write_text(text)
    return copy


def test_every_example_is_tried() -> None:
    assert sorted([*SCENARIOS, *CONFIGURATIONS, *FLOWS, *RULES]) == list(TABLES)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_scenario_runs(scenario: Path, tmp_path: Path) -> None:
    done = run("simulate", shortened(scenario, tmp_path), "--json", limit_s=300)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    never_queued = figures["left_in_ivr"] + figures["done_in_ivr"]
    assert figures["arrived"] == figures["offered"] + never_queued > 0
    ended = ("answered", "abandoned", "blocked", "elsewhere")
    assert figures["offered"] == sum(figures[end] for end in ended)


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.name)
def test_configuration_is_good(configuration: Path) -> None:
    checked = run("check-config", configuration)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.name)
def test_rules_can_be_included(rules: Path, tmp_path: Path) -> None:
    """What `goldline tune` wrote, and what stands apart for its length."""
    folder = shutil.copytree(rules.parent, tmp_path / "example")
    including = next((p for p in CONFIGURATIONS if rules.name in TABLES[p].get("include", ())), None)
    if including is None:
        base = next(path for path in CONFIGURATIONS if path.parent == rules.parent and "ivr" in TABLES[path])
        (folder / "including.toml").write_text(f'schema = 1\ninclude = ["{base.name}", "{rules.name}"]\n')
    checked = run("check-config", folder / (including.name if including else "including.toml"))
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("flow", FLOWS, ids=lambda path: path.name)
def test_flow_loads(flow: Path) -> None:
    assert load_flow(flow).nodes


def test_customers_load_into_a_fresh_centre_and_earn_their_tiers(tmp_path: Path) -> None:
    assert run("asterisk-config", tmp_path / "centre").returncode == 0
    config = tmp_path / "centre" / "goldline.toml"
    assert run("check-config", config).returncode == 0
    file = tmp_path / "customers.csv"
    shutil.copy(EXAMPLES / "customers.csv", file)
    loaded = run("crm", "import", file, "-c", config, cwd=tmp_path)
    assert (loaded.returncode, loaded.stdout) == (0, "4 new, 0 updated, 0 lines not loaded\n"), loaded.stderr
    scored = run("crm", "score", "-c", config, cwd=tmp_path)
    assert scored.stdout == "A-1004: none -> standard\n1 tiers changed\n", scored.stderr


def test_a_bad_line_is_named_and_the_others_load(tmp_path: Path) -> None:
    run("asterisk-config", tmp_path)
    file = tmp_path / "customers.csv"
    file.write_text("external_id,name,phone,tier\nA-1,Ada,+12025550123,gold\nA-2,Bo,12,gold\nA-3,Cy,,wood\n")
    loaded = run("crm", "import", file, "-c", tmp_path / "goldline.toml", cwd=tmp_path)
    assert (loaded.returncode, loaded.stdout) == (1, "1 new, 0 updated, 2 lines not loaded\n")
    assert "line 3, phone '12'" in loaded.stderr
    assert "line 4, tier 'wood'" in loaded.stderr
