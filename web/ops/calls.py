"""Calls as metrics: read off the fold of the day that the wallboard shows, so that both tell the same."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US
from metrics.contacts import ContactFigures, added_up
from metrics.day import Cell, DayFigures
from web.ops.readings import Distribution, Reading, Total, distribution_of

Group = tuple[str, str]
"""A queue and a tier."""


class CallReadings:
    """A source of readings of `figures()`, which may become another fold when a new day begins."""

    def __init__(self, figures: Callable[[], DayFigures]) -> None:
        self._figures = figures
        self._of: DayFigures | None = None
        self._waits: dict[Group, _Waits] = {}

    def __call__(self) -> Iterator[Reading]:
        """Yield all readings."""
        figures = self._figures()
        if figures is not self._of:
            self._of, self._waits = figures, {}
        yield Reading("goldline_calls_arrived_total", figures.arrived)
        yield Reading("goldline_calls_left_menu_total", figures.left_in_ivr)
        cells: dict[Group, dict[Cell, ContactFigures]] = {}
        for cell, contacts in figures.cells.items():
            cells.setdefault((cell.queue, cell.tier), {})[cell] = contacts
        for group in sorted(cells):
            yield from self._of_group(group, cells[group], figures)

    def _of_group(
        self, group: Group, cells: dict[Cell, ContactFigures], figures: DayFigures
    ) -> Iterator[Reading]:
        total = added_up(cells.values())
        short = total.counts(figures.frame).short
        yield Reading("goldline_calls_offered_total", total.offered, group)
        yield Reading("goldline_calls_answered_total", total.answered, group)
        yield Reading("goldline_calls_abandoned_total", short, (*group, "yes"))
        yield Reading("goldline_calls_abandoned_total", total.abandoned - short, (*group, "no"))
        yield Reading("goldline_calls_blocked_total", total.blocked, group)
        yield Reading("goldline_calls_elsewhere_total", total.elsewhere, group)
        waits = self._waits.setdefault(group, _Waits())
        waits.read(cells)
        yield Reading("goldline_answer_wait_seconds", waits.answered, group)
        yield Reading("goldline_abandon_wait_seconds", waits.abandoned, group)
        yield Reading("goldline_handle_seconds", Total(total.handled, total.handled_us / SECOND_US), group)


@dataclass(slots=True)
class _Waits:
    """The waits of a group by length; each is looked at once, however often they are asked for."""

    answered: Distribution = field(default_factory=lambda: distribution_of("goldline_answer_wait_seconds"))
    abandoned: Distribution = field(default_factory=lambda: distribution_of("goldline_abandon_wait_seconds"))
    _seen: dict[Cell, tuple[int, int]] = field(default_factory=dict)

    def read(self, cells: dict[Cell, ContactFigures]) -> None:
        """Count what the cells have beyond what was seen of them."""
        for cell, contacts in cells.items():
            answered, abandoned = self._seen.get(cell, (0, 0))
            _count(self.answered, contacts.answered_us, answered)
            _count(self.abandoned, contacts.abandoned_us, abandoned)
            self._seen[cell] = contacts.answered, contacts.abandoned


def _count(distribution: Distribution, waits_us: array[int], seen: int) -> None:
    for wait_us in waits_us[seen:]:
        distribution.add(wait_us / SECOND_US)
