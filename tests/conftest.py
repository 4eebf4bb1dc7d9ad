"""What all tests share: where recorded streams lie, and that nothing is skipped in CI."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

NOTHING_SKIPPED = os.environ.get("GOLDLINE_REQUIRE") == "1"
"""Set by `.ci/run`: a test that cannot run there is a failure, not a silence."""

# A busy machine is no failure. CI tries the same examples each time, a desk tries new ones.
settings.register_profile("goldline", deadline=None, derandomize=NOTHING_SKIPPED)
settings.load_profile("goldline")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the tests marked `captures` where the recorded streams are not."""
    if item.get_closest_marker("captures"):
        find_reference_folder()


def pytest_runtest_teardown() -> None:
    """Let logs speak again: a run within a test may have silenced them for all that follow."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def reference_folder() -> Path:
    """Return the folder with the recorded streams and reference tables (GOLDLINE_DATA)."""
    return find_reference_folder()


def find_reference_folder() -> Path:
    """Return the folder that GOLDLINE_DATA names; skip the test where there is none."""
    folder = os.environ.get("GOLDLINE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the recorded streams and tables: set GOLDLINE_DATA to their folder")
    return Path(folder).resolve()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where everything must run."""
    report = yield
    if NOTHING_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but GOLDLINE_REQUIRE=1 lets nothing be skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped test module into a failed one where everything must run."""
    report = yield
    if NOTHING_SKIPPED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, but GOLDLINE_REQUIRE=1 lets nothing be skipped: {report.longrepr}"
    return report
