"""Reads a scenario from its TOML file and checks it whole before anything begins.

The table itself is `simulator.scenario_table`; what its entries must be to each other stands in
`simulator.scenario_checks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.kernel.errors import ConfigError, Said
from core.kernel.schema import config_error
from core.kernel.toml import parse_toml
from simulator.scenario_checks import problems
from simulator.scenario_table import Scenario

__all__ = ["SCENARIO", "Scenario", "load_scenario", "read_scenario"]

SCENARIO = TypeAdapter(Scenario)
"""Checks a table against the schema, and tells the schema."""


def load_scenario(path: Path) -> Scenario:
    """Read the file at `path`; raise `ConfigError` that names file, key, value and what is allowed."""
    try:
        table = parse_toml(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(str(path), Said(error.strerror), "a readable file") from error
    return read_scenario(table, path)


def read_scenario(table: dict[str, Any], path: Path = Path("scenario.toml")) -> Scenario:
    """Check a table as `tomllib` gives it and return the scenario; raise `ConfigError`."""
    if "file" in table:
        raise ConfigError(f"{path}: file", table["file"], "not a key: it is where the scenario stands")
    named = {"name": path.stem} | table | {"file": path}
    try:
        scenario = SCENARIO.validate_python(named, context={"folder": path.parent})
    except ValidationError as error:
        raise config_error(error.errors(), SCENARIO.json_schema(), table, str(path)) from None
    for steps, found, allowed in problems(scenario):
        raise scenario.refusal(steps, found, allowed)
    return scenario
