"""Many runs of one task, over the cores of this machine or over a cluster.

A run is a function of its seed, so runs are independent and their order is that of the seeds, whatever
core does which. joblib carries them out; naming a Dask scheduler sends them there (extra `[cluster]`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config

T = TypeVar("T")
S = TypeVar("S")


def each_run(
    task: Callable[[S], T], seeds: Iterable[S], *, cores: int = -1, cluster: str = ""
) -> Iterator[T]:
    """Yield `task(seed)` for each of `seeds`, in their order, as soon as it is there.

    `cores` is how many runs go on at a time, -1 for one on each core; `cluster` is the address of a Dask
    scheduler, such as `tcp://127.0.0.1:8786`. Task and results must be picklable. An error of a run is
    raised here.
    """
    with _place(cluster):
        runs = Parallel(n_jobs=cores, return_as="generator", pre_dispatch="2*n_jobs")
        yield from runs(delayed(task)(seed) for seed in seeds)


@contextmanager
def _place(cluster: str) -> Iterator[None]:
    """Let joblib work on the cluster, if one is named."""
    if not cluster:
        yield
        return
    from dask.distributed import Client

    with Client(cluster), parallel_config(backend="dask"):
        yield
