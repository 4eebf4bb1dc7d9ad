"""Named random streams from one seed.

`Streams(7).stream("patience")` gives the same numbers in every run, whatever other streams were
drawn from and in whatever order: a new draw in one place never shifts another. The engine itself
draws nothing; the simulated world and the back-off of reconnects do.
"""

from __future__ import annotations

import hashlib
import random  # det-ok: the one place that builds generators, always from an explicit seed


class Streams:
    """A family of independent generators, one for each name."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, random.Random] = {}

    def stream(self, name: str) -> random.Random:
        """Return the generator of `name`, always the same object for the same name."""
        if name not in self._streams:
            digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
            self._streams[name] = random.Random(int.from_bytes(digest[:8], "big"))  # det-ok: seeded by name
        return self._streams[name]
