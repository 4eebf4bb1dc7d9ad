"""The index decides as a plain scan of everything does: 100,000 random events, in pieces by seed."""

from __future__ import annotations

import pytest

from tests.unit.routing.chance import compare

EVENTS_A_SEED = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_index_decides_as_the_scan_does(seed: int) -> None:
    assert compare(seed, EVENTS_A_SEED) > 500
