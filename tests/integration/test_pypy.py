"""Simulations on PyPy: the same bytes as on CPython, from the shell, with the PyPy of the testbed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import asterisk

ROOT = Path(__file__).parents[2]
CPYTHON = (Path(sys.executable).with_name("goldline"),)
PYPY = (ROOT / "scripts" / "pypy", "-m", "goldline")
SMALL = ROOT / "examples" / "scenarios" / "small.toml"

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    """Install what Goldline needs on PyPy, where it is not there yet."""
    if not (asterisk.testbed() / "usr/bin/pypy3").exists():
        pytest.skip(f"no PyPy in {asterisk.testbed()} (make testbed)")
    subprocess.run([PYPY[0], "--packages"], timeout=240, check=True)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=140, check=False)


def told(*words: str | Path) -> str:
    """Return what the command printed, which has to go well."""
    done = run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_day_is_the_same_to_the_byte(tmp_path: Path) -> None:
    figures, journals = [], []
    for program in (CPYTHON, PYPY):
        journal = tmp_path / f"{len(journals)}.journal"
        figures.append(told(*program, "simulate", SMALL, "--json", "--journal", journal))
        journals.append(journal.read_bytes())
    assert figures[0] == figures[1]
    assert journals[0] == journals[1]
    assert '"first_difference": null' in told(*PYPY, "replay", journal, "--json")


def test_days_over_two_cores_are_the_same() -> None:
    days = ("simulate", SMALL, "--replications", "2", "--cores", "2", "--json")
    assert told(*PYPY, *days) == told(*CPYTHON, *days)


def test_a_live_centre_is_refused_in_one_line() -> None:
    done = run(*PYPY, "serve")
    assert done.returncode == 2
    assert done.stderr.startswith("goldline: error: PyPy runs simulations alone: this needs CPython")
    assert done.stderr.count("\n") == 1
