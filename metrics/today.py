"""One day of a centre's own calendar, and the running one: all that boards show and reports tell.

    today = Today(Promises(...), ZoneInfo("Europe/Amsterdam"))
    for event in ledger: today.add(event)
    today.day.tallies.of(queue="cards")

A contact belongs to the day on which it arrived, whenever it ends. The running day begins anew at midnight.
Days that are over are folded from the ledger by the same class, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.message import ContactEvent, DomainEvent
from metrics.agent_figures import AgentsOfDay
from metrics.day import DayFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.tally import Tallies

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The wait that each queue promises, the usual one where it names none; who left sooner than
    `short_abandon_s` left almost at once. A day is cut into intervals of `interval_s`.
    """

    threshold_s: Mapping[str, float] = field(default_factory=dict)
    short_abandon_s: float = 5.0
    interval_s: float = 1_800.0

    def of(self, queue: str) -> float:
        """Return the wait that is promised in `queue`."""
        return self.threshold_s.get(queue, USUAL_THRESHOLD_S)


def date_of(at_us: int, zone: ZoneInfo) -> date:
    """Return the day that it is in `zone` at that instant."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(zone).date()


def midnight_us(day: date, zone: ZoneInfo) -> int:
    """Return the instant at which `day` begins in `zone`."""
    begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return (begins - _EPOCH) // timedelta(microseconds=1)


def frame_of(day: date, zone: ZoneInfo, promises: Promises) -> Frame:
    """Return how `day` is measured; the day on which the clocks change is longer or shorter than others."""
    begins_us, ends_us = midnight_us(day, zone), midnight_us(day + timedelta(days=1), zone)
    return Frame(
        origin_us=begins_us,
        duration_s=(ends_us - begins_us) / SECOND_US,
        interval_s=promises.interval_s,
        short_abandon_s=promises.short_abandon_s,
    )


class CentreDay:
    """One day: `figures` of its contacts and their `tallies`, and its `agents`.

    Fed from some event on that is not later than its midnight, or from the last change of each agent before
    that; then on beyond its end, until it `is_settled`.
    """

    def __init__(self, day: date, zone: ZoneInfo, promises: Promises) -> None:
        self.day = day
        self.frame = frame_of(day, zone, promises)
        self.agents = AgentsOfDay(self.frame)
        self.figures = DayFigures(self.frame, on_stretch=(self.agents.stretch,))
        self.tallies = Tallies(self.figures, promises.of)

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; contacts that arrive on another day are passed over."""
        if self._is_of_the_day(event):
            self.figures.add(event)
            self.agents.add(event)

    @property
    def told_by(self) -> tuple[type[DomainEvent], ...]:
        """Return the classes of events that change a figure, each once."""
        return tuple(dict.fromkeys((*self.figures.told_by, *self.agents.told_by)))

    @property
    def is_settled(self) -> bool:
        """Tell whether all of its contacts have ended."""
        return not self.figures.open_contacts

    def count_until(self, at_us: int) -> None:
        """Count the time in states that still last, until `at_us` or the end of the day."""
        self.figures.close(min(at_us, self.frame.end_us))

    def _is_of_the_day(self, event: DomainEvent) -> bool:
        if self.frame.origin_us <= event.at_us < self.frame.end_us or isinstance(event, AgentStateChanged):
            return True
        return isinstance(event, ContactEvent) and event.contact_id in self.figures.open_contacts


class Today:
    """The running day. `begun` is called with each new one."""

    def __init__(
        self, promises: Promises, zone: ZoneInfo, now_us: int, begun: Callable[[CentreDay], None]
    ) -> None:
        self._promises = promises
        self._zone = zone
        self._begun = begun
        self._last: dict[AgentId, AgentStateChanged] = {}
        self._begin(now_us)

    day: CentreDay

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        self.pass_to(event.at_us)
        self.day.add(event)
        if isinstance(event, AgentStateChanged):
            self._last[event.agent_id] = event

    def pass_to(self, now_us: int) -> None:
        """Begin a new day where it is past midnight."""
        if now_us >= self.day.frame.end_us:
            self._begin(now_us)

    def _begin(self, now_us: int) -> None:
        """Begin the day of `now_us` with agents in the states they are in."""
        self.day = CentreDay(date_of(now_us, self._zone), self._zone, self._promises)
        for change in self._last.values():
            self.day.add(change)
        self._begun(self.day)
