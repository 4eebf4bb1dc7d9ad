"""How the collector of garbage is kept from holding up a turn of the engine, or a simulated day."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from core.kernel.interpreter import COMPILED

COLLECT_EVERY = 100_000
"""More objects than many turns keep. At Python's 700 every hundredth decision waits for a collection,
and where 10,000 callers wait one of those takes 30 ms: at 10,000 it was the longest of 100,000 decisions, and
now that is half a millisecond (`benchmarks.routing`). It costs a simulated centre 12 megabytes."""


def prefer_latency() -> None:
    """Collect garbage less often, and never look again at what was loaded until now: it lives for ever."""
    gc.set_threshold(COLLECT_EVERY)
    gc.collect()
    gc.freeze()


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Collect garbage less often meanwhile: what a simulated day drops is nearly all gone without it."""
    if not COMPILED:  # PyPy's collector has no such threshold, and looks at what is young only
        yield
        return
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
