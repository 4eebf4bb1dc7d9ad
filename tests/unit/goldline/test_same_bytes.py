"""The same seed writes the same journal, byte for byte, wherever and by whichever Python it is run.

A Python is compared where it is installed with what Goldline needs: `python3.11` to `python3.13` on the
path, and those that GOLDLINE_PYTHONS lists (paths, separated as on the PATH).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldline.journal_head import read_head
from goldline.replay import replay, replay_journal
from scripts.tree import ROOT
from tests.unit.goldline.recorded import HOUR, record, write_centre

NAMES = ("python3.11", "python3.12", "python3.13")
PROBE = "import goldline.cli, goldline.simulate, sys; sys.stdout.write(sys.version.split()[0])"
RUN = "import sys; from goldline.cli import main; sys.argv[0] = 'goldline'; main()"

EVERY_KIND_OF_DRAW = """\
schema = 1
engine_config = "goldline.toml"
duration_s = 1800
seed = 5
lines = 12
[day_factors.busy]
kind = "gamma"
mean = 1
shape = 28.7
[day_factors.weather]
kind = "lognormal"
mean = 1
deviation = 0.3
[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 60
factor = "busy"
[[arrivals]]
kind = "intervals"
dialed_number = "8000"
interval_s = 600
counts = [5.5, 12.25, 8]
factor = "weather"
[[arrivals]]
kind = "renewal"
dialed_number = "8000"
between = { kind = "gamma", mean_s = 90, shape = 0.7 }
patience = { kind = "balking", share = 0.3, otherwise = { kind = "exponential", mean_s = 100 } }
[[customers]]
tier = "platinum"
count = 20
weight = 1
patience = { kind = "kaplan_meier", path = "waits.csv" }
[[customers]]
tier = "standard"
count = 200
weight = 4.5
[[customers]]
weight = 1.5
[[journeys]]
weight = 2
keys = ["1"]
[[journeys]]
keys = ["2"]
[[journeys]]
weight = 0.1
keys = ["hangup"]
[callers]
patience = { kind = "lognormal", mean_s = 200, deviation_s = 150 }
retry_share = 0.5
retry_blocked_share = 0.5
retry_after = { kind = "exponential", mean_s = 200 }
[workforce]
misses = 0.1
answers = { kind = "empirical", values_s = [1.1, 2.7, 3.3] }
[[service]]
queue = "loans"
talk = { kind = "gamma", mean_s = 150, shape = 1.7 }
wrap_up = { kind = "uniform", low_s = 3, high_s = 33 }
[[service]]
talk = { kind = "lognormal", mean_s = 120, deviation_s = 130 }
wrap_up = { kind = "exponential", mean_s = 15 }
[[agents]]
id = "ann"
extension = "PJSIP/1001"
skills = { service = 5, loans = 5 }
pace = 1.15
breaks = [{ at_s = 700, for_s = 200.5 }]
[[teams]]
name = "floor"
skills = { service = 5, loans = 3 }
pace = 0.9
interval_s = 600
counts = [2, 4, 3]
"""
WAITS = "waited_s,abandoned\n3.5,1\n20,0\n40.25,1\n100,0\n240,1\n300,0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre")
    write_centre(folder, EVERY_KIND_OF_DRAW)
    (folder / "waits.csv").write_text(WAITS)
    return folder


def pythons() -> dict[str, str]:
    """Return the interpreters that can run Goldline, by version; this one is among them."""
    listed = os.environ.get("GOLDLINE_PYTHONS", "").split(os.pathsep)
    candidates = [sys.executable, *filter(None, listed), *filter(None, map(shutil.which, NAMES))]
    found: dict[str, str] = {}
    for python in candidates:
        probe = subprocess.run([python, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=False)
        if probe.returncode == 0:
            found.setdefault(probe.stdout, python)
    return found


def start(python: str, folder: Path, name: str, hash_seed: str) -> subprocess.Popen[bytes]:
    """Let `python` simulate the half hour into the journal `name`."""
    command = [python, "-c", RUN, "simulate", folder / "hour.toml", "--journal", folder / name, "--json"]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_neither_hash_seeds_nor_other_pythons_leave_a_trace(folder: Path) -> None:
    own = sys.version.split()[0]
    runs = {"first": (sys.executable, "1")} | {
        f"by {version}": (python, "4711") for version, python in pythons().items()
    }
    started = {name: start(python, folder, name, seed) for name, (python, seed) in runs.items()}
    printed = {name: run.communicate()[0] for name, run in started.items()}
    first = (folder / "first").read_bytes()
    assert len(first.splitlines()) > 1_000
    assert f"by {own}" in started
    for name in started:
        assert (folder / name).read_bytes() == first, name
        assert printed[name] == printed["first"], name


def test_journal_of_every_kind_of_draw_is_replayed(folder: Path) -> None:
    assert replay_journal(record(folder, seed=5))["first_difference"] is None


def test_order_in_which_agents_are_listed_decides_nothing(folder: Path) -> None:
    journal = record(folder, seed=6)
    head = read_head(journal)
    backwards = type(head)(
        run=head.run, config=head.config, flows=head.flows, agents=dict(reversed(head.agents.items()))
    )
    assert replay(journal, backwards) == replay_journal(journal)


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    per_hour=st.integers(20, 300),
    misses=st.floats(0, 0.5),
    tiers=st.lists(st.sampled_from(["platinum", "standard"]), min_size=1, max_size=3),
    leaves_s=st.integers(601, 1_200),
)
def test_whatever_happened_is_decided_the_same_again(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    per_hour: int,
    misses: float,
    tiers: list[str],
    leaves_s: int,
) -> None:
    hour = HOUR.replace("per_hour = 120", f"per_hour = {per_hour}").replace("3600", "1200")
    hour = hour.replace("until_s = 3000", f"until_s = {leaves_s}")
    hour += f"[workforce]\nmisses = {misses}\n"
    hour += "".join(f'[[customers]]\ntier = "{tier}"\nweight = 2\n' for tier in tiers)
    folder = tmp_path_factory.mktemp("random")
    write_centre(folder, hour)
    assert replay_journal(record(folder, seed))["first_difference"] is None
