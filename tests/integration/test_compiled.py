"""The compiled index, built as a package is: it decides as the plain scan does, days stay as they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import compile_index

ROOT = Path(__file__).parents[2]
COMPILED = ROOT / "scripts" / "compiled"
SMALL = ROOT / "examples" / "scenarios" / "small.toml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """Build the package with the compiled index, where it is not there yet."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler (apt-get install gcc)")
    subprocess.run([COMPILED, "--build"], timeout=240, check=True)


def told(*words: str | Path) -> str:
    """Return what the command printed, which has to go well."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_of_the_list_is_compiled() -> None:
    names = [module.removesuffix(".py").replace("/", ".") for module in compile_index.MODULES]
    program = f"import importlib\nfor name in {names}: print(importlib.import_module(name).__file__)"
    files = told(COMPILED, "-c", program).splitlines()
    assert len(files) == len(names)
    assert all(file.endswith(".so") for file in files)


def test_decisions_are_those_of_the_plain_scan() -> None:
    report = told(COMPILED, "-m", "tests.unit.routing.chance", "--events", "100000", "--seed", "1000")
    assert report.count("decisions the same in 5,000 events") == 20


def test_a_day_is_the_same_to_the_byte(tmp_path: Path) -> None:
    figures, journals = [], []
    for program in (sys.executable, COMPILED):
        journal = tmp_path / f"{len(journals)}.journal"
        figures.append(told(program, "-m", "goldline", "simulate", SMALL, "--json", "--journal", journal))
        journals.append(journal.read_bytes())
    assert figures[0] == figures[1]
    assert journals[0] == journals[1]


def test_without_a_compiler_it_says_so(tmp_path: Path) -> None:
    compiler = tmp_path / "no-such-compiler"
    elsewhere = {**os.environ, "CC": str(compiler), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [COMPILED, "--build"], env=elsewhere, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 1
    assert f"cannot compile the index: [Errno 2] No such file or directory: '{compiler}'" in done.stderr
    assert done.stderr.endswith("the wheel cannot be built (above): is there a network, and a C compiler?\n")
    assert not list(tmp_path.rglob("*.so"))
