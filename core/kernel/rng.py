"""Named random streams from one seed.

`Streams(7).stream("patience")` gives the same numbers in every run, whatever other streams were
drawn from and in whatever order: a new draw in one place never shifts another. The engine itself
draws nothing; the simulated world and the back-off of reconnects do.

`KeyedDraws` goes one step further: each draw is a function of the seed and of what it is drawn for ("the
patience of call 17"), not of how many were drawn before. So two runs under different rules meet the very
same callers, however differently their days unfold: common random numbers by construction.
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


_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


class _Mixer(random.Random):  # det-ok: its state is set from an explicit key before each use
    """SplitMix64 (Steele, Lea & Flood 2014) behind the interface of `random.Random`."""

    def __init__(self) -> None:
        super().__init__(0)
        self.state = 0

    def random(self) -> float:
        """Return the next number from 0 up to but not including 1."""
        self.state = mixed = (self.state + _STEP) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) * 2.0**-53

    def getrandbits(self, k: int, /) -> int:
        """Return `k` random bits, 53 at most at a time."""
        return (
            int(self.random() * (1 << k))
            if k <= 53
            else (self.getrandbits(k - 53) << 53) | self.getrandbits(53)
        )


class KeyedDraws:
    """Draws that depend on seed, purpose and number alone, in whatever order they are made."""

    def __init__(self, seed: int, purpose: str) -> None:
        digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
        self._origin = int.from_bytes(digest[:8], "big")
        self._mixer = _Mixer()

    def of(self, number: int) -> random.Random:
        """Return the generator for `number`; use it at once: the next call of `of` sets it anew."""
        # Two odd multipliers keep the walks of neighbouring numbers from overlapping.
        self._mixer.state = (self._origin + number * 0xD1342543DE82EF95) & _MASK
        return self._mixer
