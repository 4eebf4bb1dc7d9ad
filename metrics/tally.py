"""Counts of a group of contacts that stay cheap to read all day: what boards show and reports tell.

The figures of a day (`metrics.day`) keep every wait, and only ever gain some. A tally reads on from where it
stopped, so the same figures serve a board that is drawn five times a second and a report made once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from core.kernel.clock import SECOND_US, microseconds
from metrics.contacts import ContactFigures
from metrics.day import Cell, DayFigures
from metrics.frame import Frame
from metrics.ratio import Ratio
from metrics.service_level import WaitCounts, count_waits


@dataclass(slots=True, kw_only=True)
class Tally:
    """Contacts in counts: `waits` by the promise of their queue. The sums are of microseconds."""

    offered: int = 0
    blocked: int = 0
    elsewhere: int = 0
    handled: int = 0
    handled_us: int = 0
    waited_us: int = 0
    waits: WaitCounts = field(default_factory=WaitCounts)

    @property
    def mean_wait_s(self) -> Ratio:
        """Return the mean wait of the answered."""
        return Ratio(self.waited_us / SECOND_US, self.waits.answered)

    @property
    def mean_handle_s(self) -> Ratio:
        """Return the mean of talk, hold and wrap-up together."""
        return Ratio(self.handled_us / SECOND_US, self.handled)

    def __iadd__(self, other: Tally) -> Tally:
        self.offered += other.offered
        self.blocked += other.blocked
        self.elsewhere += other.elsewhere
        self.handled += other.handled
        self.handled_us += other.handled_us
        self.waited_us += other.waited_us
        self.waits += other.waits
        return self


@dataclass(slots=True)
class _Reader:
    """Reads the waits of one cell, from where it stopped last."""

    figures: ContactFigures
    in_time_us: int
    short_us: int
    waited_us: int = 0
    waits: WaitCounts = field(default_factory=WaitCounts)

    def add_to(self, tally: Tally) -> None:
        """Count the cell in."""
        figures = self.figures
        if self.waits.ended != len(figures.answered_us) + len(figures.abandoned_us):
            self._read_on()
        tally.offered += figures.offered
        tally.blocked += figures.blocked
        tally.elsewhere += figures.elsewhere
        tally.handled += figures.handled
        tally.handled_us += figures.handled_us
        tally.waited_us += self.waited_us
        tally.waits += self.waits

    def _read_on(self) -> None:
        answered_us = self.figures.answered_us[self.waits.answered :]
        abandoned_us = self.figures.abandoned_us[self.waits.abandoned :]
        self.waited_us += sum(answered_us)
        self.waits += count_waits(
            answered_us, abandoned_us, in_time_us=self.in_time_us, short_us=self.short_us
        )


class Tallies:
    """The counts of a day's figures; `threshold_s` tells the wait that a queue promises."""

    def __init__(self, figures: DayFigures, threshold_s: Callable[[str], float]) -> None:
        self._figures = figures
        self._threshold_s = threshold_s
        self._readers: dict[Cell, _Reader] = {}
        self._of_group: dict[tuple[str, str], list[Cell]] = {}

    @property
    def frame(self) -> Frame:
        """Return how the day is measured."""
        return self._figures.frame

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Return each queue and tier that was seen together, in that order."""
        self._meet_new_cells()
        return sorted(self._of_group)

    def of(self, *, queue: str | None = None, tier: str | None = None) -> Tally:
        """Return the counts of all contacts, or of those of one queue, of one tier, or of both."""
        tally = Tally()
        for cell in self._cells(queue, tier):
            self._readers[cell].add_to(tally)
        return tally

    def by_interval(self, *, queue: str | None = None, tier: str | None = None) -> list[Tally]:
        """Return the same for each interval of the day."""
        tallies = [Tally() for _ in range(self.frame.intervals)]
        for cell in self._cells(queue, tier):
            self._readers[cell].add_to(tallies[cell.interval])
        return tallies

    def _cells(self, queue: str | None, tier: str | None) -> Iterator[Cell]:
        self._meet_new_cells()
        for (of_queue, of_tier), cells in self._of_group.items():
            if queue in (None, of_queue) and tier in (None, of_tier):
                yield from cells

    def _meet_new_cells(self) -> None:
        """Read what has come since; a day's cells are never taken away."""
        cells, short_us = self._figures.cells, microseconds(self.frame.short_abandon_s)
        for cell in islice(cells, len(self._readers), None):
            in_time_us = microseconds(self._threshold_s(cell.queue))
            self._readers[cell] = _Reader(cells[cell], in_time_us, short_us)
            self._of_group.setdefault((cell.queue, cell.tier), []).append(cell)
