"""Many runs of one task, over the cores of this machine or over a cluster.

A run is a function of its seed, so runs are independent and their order is that of the seeds, whatever
core does which. joblib carries them out, or where it cannot be loaded (`core.kernel.interpreter`) processes
of the standard library; naming a Dask scheduler sends them there (extra `[cluster]`).
`over_runs` makes one tree of figures out of those of all runs: each the mean, and how far it may be off.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import islice
from math import isfinite
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

from core.kernel.errors import ConfigError
from core.kernel.interpreter import COMPILED
from metrics.ratio import Ratio
from metrics.summary import Tree, rounded
from simulator.confidence import Interval, interval, ratio

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
    if COMPILED:
        return _with_joblib(task, seeds, cores, cluster)
    if cluster:
        raise ConfigError("--cluster", cluster, "no cluster: Dask runs on CPython")
    return map(task, seeds) if cores == 1 else _with_forks(task, iter(seeds), cores)


def _with_joblib(task: Callable[[S], T], seeds: Iterable[S], cores: int, cluster: str) -> Iterator[T]:
    from joblib import Parallel, delayed

    with _place(cluster):
        runs = Parallel(n_jobs=cores, return_as="generator", pre_dispatch="2*n_jobs")
        yield from runs(delayed(_run)(task, seed) for seed in seeds)


def _run(task: Callable[[S], T], seed: S) -> T:
    """Call the task: Dask keeps a table of functions, in which one that holds a scenario has no place."""
    return task(seed)


@contextmanager
def _place(cluster: str) -> Iterator[None]:
    """Let joblib work on the cluster, if one is named; raise `ConfigError` where Dask is not installed."""
    if not cluster:
        yield
        return
    from joblib import parallel_config

    try:
        from dask.distributed import Client
    except ImportError:
        raise ConfigError("--cluster", cluster, "needs Dask: pip install 'goldline[cluster]'") from None
    with Client(cluster), parallel_config(backend="dask"):
        yield


def _with_forks(task: Callable[[S], T], seeds: Iterator[S], cores: int) -> Iterator[T]:
    """Yield results in order; twice as many runs are handed out as there are cores, so that none idles."""
    at_once = (os.cpu_count() or 1) if cores == -1 else cores
    workers = _workers(at_once)
    under_way = deque([workers.submit(task, seed) for seed in islice(seeds, 2 * at_once)])
    try:
        while under_way:
            yield under_way.popleft().result()
            under_way.extend([workers.submit(task, seed) for seed in islice(seeds, 1)])
    finally:
        for run in under_way:
            run.cancel()


@cache
def _workers(count: int) -> ProcessPoolExecutor:
    """Return processes that stay until the program ends: PyPy's are quick only once they have worked."""
    return ProcessPoolExecutor(count, mp_context=get_context("fork"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process when the one that made it is killed; the queue they share would not tell."""
    parent = parent_process()
    assert parent is not None, "called in a process of a pool"

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def over_runs(trees: Sequence[Tree]) -> Tree:
    """Return the tree in which each figure of `trees` is `{"mean": ..., "half_width": ...}`.

    The half width is that of the 95 % interval over the runs, None where fewer than two of them have the
    figure. A column of figures becomes a column of means and one of half widths.
    """
    examples = {name: branch for tree in trees for name, branch in tree.items()}
    return {
        name: _over([tree[name] if name in tree else _nobody(example) for tree in trees])
        for name, example in examples.items()
    }


def _nobody(example: Any) -> Any:
    """Return the figures of a run in which nobody was of a tier that another run has, such as `example`."""
    match example:
        case dict():
            return {name: _nobody(branch) for name, branch in example.items()}
        case list():
            return [_nobody(leaf) for leaf in example]
        case int():
            return 0
        case _:
            return None


def _over(branches: Sequence[Any]) -> Tree:
    match branches[0]:
        case dict():
            return over_runs(branches)
        case list():
            pairs = [_mean(leaves) for leaves in zip(*branches, strict=True)]
            return {"mean": [mean for mean, _ in pairs], "half_width": [half for _, half in pairs]}
        case _:
            mean, half_width = _mean(branches)
            return {"mean": mean, "half_width": half_width}


def _mean(leaves: Sequence[Ratio | float | None]) -> tuple[float | None, float | None]:
    found = _interval([leaf for leaf in leaves if leaf is not None])
    if found is None:
        return None, None
    return rounded(found.mean), rounded(found.half_width) if isfinite(found.half_width) else None


def _interval(known: Sequence[Ratio | float]) -> Interval | None:
    ratios = [leaf for leaf in known if isinstance(leaf, Ratio)]
    if ratios:
        counts = [leaf.count for leaf in ratios]
        return ratio([leaf.total for leaf in ratios], counts) if any(counts) else None
    return interval([float(leaf) for leaf in known if not isinstance(leaf, Ratio)]) if known else None
