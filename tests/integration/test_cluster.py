"""Runs on a cluster come to the same figures as on this machine, and in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from goldline.simulate import Choices, simulate

SMALL = Path(__file__).parents[2] / "examples" / "scenarios" / "small.toml"

pytestmark = pytest.mark.slow


@pytest.fixture
def scheduler() -> Iterator[str]:
    """Return the address of a Dask scheduler with two workers, reached by TCP as those of others would be.

    They are threads of this process: processes of their own take half a minute to start and to end.
    """
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_two_workers_find_what_this_machine_finds(scheduler: str) -> None:
    here = simulate(SMALL, Choices(replications=4, cores=1))
    assert scheduler.startswith("tcp://")
    assert simulate(SMALL, Choices(replications=4, cluster=scheduler)) == here
