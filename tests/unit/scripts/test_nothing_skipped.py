"""In CI a test that cannot run fails; at a desk it is skipped with its reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.tree import ROOT

CASES = {
    "test_skipped": "import pytest\n\n@pytest.mark.skip(reason='no PBX')\ndef test_call(): ...\n",
    "test_skips_itself": "import pytest\n\ndef test_call():\n    pytest.skip('no PBX')\n",
    "test_module_skipped": "import pytest\n\npytest.skip('no PBX', allow_module_level=True)\n",
    "test_fixture_skips": "def test_call(reference_folder): ...\n",
    "test_marked_captures": "import pytest\n\n@pytest.mark.captures\ndef test_call(): ...\n",
}


def run_pytest(folder: Path, source: str, nothing_skipped: bool) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = captures\n", "utf-8")
    (folder / "test_case.py").write_text(source, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GOLDLINE_")}
    environment["GOLDLINE_REQUIRE"] = "1" if nothing_skipped else ""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_skip_fails_in_ci(case: str, tmp_path: Path) -> None:
    run = run_pytest(tmp_path, CASES[case] + "\ndef test_else(): ...\n", nothing_skipped=True)
    assert run.returncode != 0
    assert "lets nothing be skipped" in run.stdout
    assert "skipped" not in run.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", ["test_skipped", "test_skips_itself", "test_fixture_skips", "test_marked_captures"]
)
def test_a_skip_is_allowed_at_a_desk(case: str, tmp_path: Path) -> None:
    run = run_pytest(tmp_path, CASES[case] + "\ndef test_else(): ...\n", nothing_skipped=False)
    assert run.returncode == 0
    assert "1 passed, 1 skipped" in run.stdout
