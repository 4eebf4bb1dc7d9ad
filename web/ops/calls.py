"""Calls as metrics: read off the fold of the day that the wallboard shows, so that both tell the same.

Every wait is looked at once: a scrape at the end of a day takes no longer than one in the morning.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US, microseconds
from metrics.contacts import ContactFigures
from metrics.day import Cell, DayFigures
from web.ops.readings import Distribution, Reading, Total, distribution_of

Group = tuple[str, str]
"""A queue and a tier."""

_COUNTERS: Mapping[str, Callable[[ContactFigures], int]] = {
    "goldline_calls_offered_total": lambda contacts: contacts.offered,
    "goldline_calls_answered_total": lambda contacts: contacts.answered,
    "goldline_calls_blocked_total": lambda contacts: contacts.blocked,
    "goldline_calls_elsewhere_total": lambda contacts: contacts.elsewhere,
}


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
            if group not in self._waits:
                self._waits[group] = _Waits(microseconds(figures.frame.short_abandon_s))
            self._waits[group].read(cells[group])
            yield from _of_group(group, cells[group].values(), self._waits[group])


def _of_group(group: Group, figures: Collection[ContactFigures], waits: _Waits) -> Iterator[Reading]:
    for name, count in _COUNTERS.items():
        yield Reading(name, sum(map(count, figures)), group)
    abandoned = sum(contacts.abandoned for contacts in figures)
    yield Reading("goldline_calls_abandoned_total", waits.short, (*group, "yes"))
    yield Reading("goldline_calls_abandoned_total", abandoned - waits.short, (*group, "no"))
    yield Reading("goldline_answer_wait_seconds", waits.answered, group)
    yield Reading("goldline_abandon_wait_seconds", waits.abandoned, group)
    handled = sum(contacts.handled for contacts in figures)
    handled_us = sum(contacts.handled_us for contacts in figures)
    yield Reading("goldline_handle_seconds", Total(handled, handled_us / SECOND_US), group)


@dataclass(slots=True)
class _Waits:
    """The waits of a group by length; `short` counts who hung up in less than `short_us`."""

    short_us: int
    short: int = 0
    answered: Distribution = field(default_factory=lambda: distribution_of("goldline_answer_wait_seconds"))
    abandoned: Distribution = field(default_factory=lambda: distribution_of("goldline_abandon_wait_seconds"))
    _seen: dict[Cell, tuple[int, int]] = field(default_factory=dict)

    def read(self, cells: Mapping[Cell, ContactFigures]) -> None:
        """Count what the cells have beyond what was seen of them."""
        for cell, contacts in cells.items():
            answered, abandoned = self._seen.get(cell, (0, 0))
            self._seen[cell] = contacts.answered, contacts.abandoned
            _count(self.answered, contacts.answered_us[answered:])
            gone_us = contacts.abandoned_us[abandoned:]
            _count(self.abandoned, gone_us)
            self.short += sum(wait_us < self.short_us for wait_us in gone_us)


def _count(distribution: Distribution, waits_us: array[int]) -> None:
    for wait_us in waits_us:
        distribution.add(wait_us / SECOND_US)
