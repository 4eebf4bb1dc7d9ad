"""The demonstration's day without a picture: one seed, one summary, whatever the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(sys.executable).with_name("goldline")
SUMMARY_KEYS = {"offered", "answered", "abandoned", "occupancy", "journal_hash", "tiers"}
TIER_KEYS = {
    "offered",
    "answered",
    "abandoned",
    "mean_wait_s",
    "share_within_20s",
    "p95_wait_s",
    "mean_skill_level",
}

pytestmark = pytest.mark.slow


def start_day(hash_seed: str, seed: int = 7) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [PROGRAM, "demo", "--headless", "--json", "--seed", str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONHASHSEED": hash_seed})


@pytest.fixture(scope="module")
def printed() -> list[bytes]:
    """Return what two processes print that order their sets differently."""
    days = [start_day(hash_seed) for hash_seed in ("1", "2")]
    return [day.communicate(timeout=120)[0] for day in days]


@pytest.fixture
def summary(printed: list[bytes]) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(printed[0])
    return shown


def test_two_processes_print_the_same_bytes(printed: list[bytes]) -> None:
    assert printed[0] == printed[1] != b""


def test_summary_has_what_a_script_asks_for(summary: dict[str, Any]) -> None:
    assert summary.keys() >= SUMMARY_KEYS
    assert summary["tiers"].keys() == {"platinum", "gold", "silver", "standard"}
    for tier in summary["tiers"].values():
        assert tier.keys() == TIER_KEYS
    assert len(summary["journal_hash"]) == 64


def test_every_call_is_accounted_for(summary: dict[str, Any]) -> None:
    assert summary["offered"] == summary["answered"] + summary["abandoned"]
    for figure in ("offered", "answered", "abandoned"):
        assert summary[figure] == sum(tier[figure] for tier in summary["tiers"].values())
    assert 0 < summary["occupancy"] < 1


def test_better_tiers_wait_less_and_meet_more_skill(summary: dict[str, Any]) -> None:
    platinum, standard = (summary["tiers"][name] for name in ("platinum", "standard"))
    assert platinum["mean_wait_s"] < standard["mean_wait_s"]
    assert platinum["share_within_20s"] > standard["share_within_20s"]
    assert platinum["mean_skill_level"] > standard["mean_skill_level"]


def test_another_seed_is_another_day(summary: dict[str, Any]) -> None:
    other = json.loads(start_day("1", seed=8).communicate(timeout=120)[0])
    assert other["journal_hash"] != summary["journal_hash"]
