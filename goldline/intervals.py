"""Intervals as figures carry them, for JSON and tables (`goldline.tables.shown`)."""

from __future__ import annotations

from math import isfinite

from metrics.summary import Tree, rounded
from simulator.confidence import Interval


def interval_tree(found: Interval, is_known: bool) -> Tree | None:
    """Return the mean and the half width, None where that is infinite, and None where nothing was counted."""
    if not is_known:
        return None
    half_width = rounded(found.half_width) if isfinite(found.half_width) else None
    return {"mean": rounded(found.mean), "half_width": half_width}
