"""The demonstration's day in virtual time, in as many figures as fit on one line."""

from __future__ import annotations

from typing import Any

from goldline.demo import FOLDER
from goldline.simulate import Choices, simulate

DEMO_SCENARIO = FOLDER / "day.toml"

_DAY = (
    "scenario",
    "seed",
    "arrived",
    "left_in_ivr",
    "offered",
    "answered",
    "abandoned",
    "occupancy",
    "inputs",
    "journal_hash",
)
_TIER = (
    "offered",
    "answered",
    "abandoned",
    "mean_wait_s",
    "share_within_20s",
    "p95_wait_s",
    "mean_skill_level",
)


def run_day(seed: int, progress: bool) -> dict[str, Any]:
    """Run the demonstration's day under `seed` and return all its figures."""
    return simulate(DEMO_SCENARIO, Choices(seed=seed), progress)


def in_short(day: dict[str, Any]) -> dict[str, Any]:
    """Return the few figures of a day that the demonstration is about: those by tier."""
    tiers = {name: {key: tier[key] for key in _TIER} for name, tier in day["tiers"].items()}
    return {key: day[key] for key in _DAY} | {"tiers": tiers}
