"""How the link with one Asterisk does, for operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

NAMES_MAX = 200
"""Names of events that are counted apart: Asterisk 22 has 170 of them. The rest is `other`."""
OTHER = "other"


class HeardEvents:
    """Counts events by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count one."""
        counts = self.counts
        counts[name if name in counts or len(counts) < NAMES_MAX else OTHER] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The link at this moment; `is_up` where the state of all channels is known and orders can be given,
    `trouble` why that is not so, in words for people.

    Counts are since the start: `heard` by the event's name, `dropped` of events that found no room, and
    `reconnects` of both sessions. Events come up to `late_us` after what they tell of.
    """

    is_up: bool
    trouble: str
    reconnects: int
    dropped: int
    late_us: int
    heard: Mapping[str, int]
