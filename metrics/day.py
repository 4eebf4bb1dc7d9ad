"""A day in figures: a fold of ledger events, fed one by one with `add`, read at any time.

    figures = DayFigures(Frame(duration_s=32_400))
    for event in ledger: figures.add(event)
    figures.close(at_us)                      # counts the stretches of time still open
    figures.of(tier="gold").mean_wait_s

Contacts lie in cells, one for each queue, tier and interval of the day (that in which they asked for the
queue); every other view is a sum of cells. Whoever is sent from queue to queue stays where it was counted
first. A contact that arrived in the warm-up is in no cell, but it takes its place in line like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.model.contact import VOICE, ContactState
from core.model.destination import DestinationKind
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    CustomerIdentified,
    InteractionRecorded,
    QueueingAsked,
    WaitAnnounced,
)
from core.model.ids import AgentId, ContactId
from core.model.message import DomainEvent
from metrics.callbacks import CallbackFigures
from metrics.contacts import ContactFigures, added_up
from metrics.frame import Frame
from metrics.occupancy import Stretch, Stretches, TeamTime
from metrics.queue_length import QueueLength
from metrics.valuation import Valuation


class Cell(NamedTuple):
    """Where a contact is counted."""

    queue: str
    tier: str
    interval: int


@dataclass(slots=True)
class _Open:
    """A contact under way: whether it is to be counted, what it asked for, where it is counted, what it was
    told of its wait. Of one that is not new the customer was passed on.

    `line` is the queue in whose line it stands; it stood in its first since `queued_us`, 0 where it stood in
    none yet. `sent_away` is set where routing has sent it out of one, or from a door, and it is in no line
    since; `over` when it needs no more counting.
    """

    counts: bool
    is_new: bool = True
    queue: str = ""
    tier: str = ""
    figures: ContactFigures | None = None
    line: str = ""
    queued_us: int = 0
    answered: bool = False
    sent_away: bool = False
    over: bool = False
    told: list[WaitAnnounced] = field(default_factory=list)


class DayFigures:
    """The fold of a day's events.

    `arrived` counts all contacts but those that agents passed on, `left_in_ivr` of these who hung up before
    any queue, and `done_in_ivr` who asked for none: the menu served them, took a message or sent them on.
    Calls that booked a callback count as gone elsewhere, the `callbacks` apart.

    `team_of` names the team of each agent; `on_stretch` is shown every finished stretch of an agent's time;
    `valuation` says what contacts are worth.
    """

    def __init__(
        self,
        frame: Frame | None = None,
        team_of: Mapping[AgentId, str] | None = None,
        on_stretch: Iterable[Callable[[Stretch], None]] = (),
        valuation: Valuation | None = None,
    ) -> None:
        self.frame = frame or Frame()
        self.arrived = 0
        self.left_in_ivr = 0
        self.done_in_ivr = 0
        self.cells: dict[Cell, ContactFigures] = {}
        self.lengths: dict[str, QueueLength] = {}
        self.callbacks = CallbackFigures(self.frame.warm_us)
        self.time = TeamTime(self.frame, team_of or {})
        self._valuation = valuation or Valuation()
        self._on_stretch = (self.time.add, *on_stretch)
        self._stretches = Stretches(self._stretch)
        self._open: dict[ContactId, _Open] = {}
        self._folds: dict[type, Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            CustomerIdentified: self._identified,
            QueueingAsked: self._asked,
            ContactQueued: self._queued,
            ContactDiverted: self._diverted,
            WaitAnnounced: self._announced,
            ContactConnected: self._connected,
            ContactAdopted: self._adopted,
            ContactAbandoned: self._abandoned,
            InteractionRecorded: self._recorded,
            AgentStateChanged: self._stretches.add,
            **self.callbacks.folds,
        }

    @property
    def told_by(self) -> Collection[type[DomainEvent]]:
        """Return the classes of events that change a figure."""
        return self._folds.keys()

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no figure are passed over."""
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event)

    def close(self, at_us: int) -> None:
        """Count the time that has passed until `at_us` in states and lengths that still last."""
        self._stretches.close(at_us)
        for length in self.lengths.values():
            length.change(0, at_us)

    # --- reading ---------------------------------------------------------------------------------

    @property
    def open_contacts(self) -> Collection[ContactId]:
        """Return the contacts that have arrived and have no record yet."""
        return self._open.keys()

    def of(self, *, queue: str | None = None, tier: str | None = None) -> ContactFigures:
        """Return the figures of all contacts, or of those of one queue, of one tier, or of both."""
        return added_up(figures for _, figures in self._cells(queue, tier))

    def by_interval(self, *, queue: str | None = None, tier: str | None = None) -> list[ContactFigures]:
        """Return the same for each interval of the day."""
        places = [ContactFigures() for _ in range(self.frame.intervals)]
        for cell, figures in self._cells(queue, tier):
            places[cell.interval] += figures
        return places

    @property
    def tiers(self) -> list[str]:
        """Return the names of the tiers that were seen, sorted."""
        return sorted({cell.tier for cell in self.cells})

    @property
    def queues(self) -> list[str]:
        """Return the names of the queues that were seen, sorted."""
        return sorted({cell.queue for cell in self.cells})

    def _cells(self, queue: str | None, tier: str | None) -> Iterator[tuple[Cell, ContactFigures]]:
        for cell, figures in self.cells.items():
            if queue in (None, cell.queue) and tier in (None, cell.tier):
                yield cell, figures

    # --- folding ---------------------------------------------------------------------------------

    def _stretch(self, stretch: Stretch) -> None:
        for show in self._on_stretch:
            show(stretch)

    def _arrived(self, event: ContactArrived) -> None:
        if event.channel != VOICE:
            return  # `metrics.work` counts it
        counts = event.at_us >= self.frame.warm_us
        is_new = counts and not event.after  # who is passed on has arrived before
        self.arrived += is_new
        self._open[event.contact_id] = _Open(counts, is_new)

    def _identified(self, event: CustomerIdentified) -> None:
        if (contact := self._open.get(event.contact_id)) is not None:
            contact.tier = event.tier

    def _asked(self, event: QueueingAsked) -> None:
        if (contact := self._open.get(event.contact_id)) is not None:
            contact.queue = event.queue

    def _queued(self, event: ContactQueued) -> None:
        contact = self._open.get(event.contact_id)
        if contact is None or contact.line:
            return
        if contact.figures is None:
            contact.queue, contact.tier = event.queue, event.tier
            contact.figures = self._offered(contact, event.at_us)
        contact.queued_us = contact.queued_us or event.at_us  # sent on from a door it asked before
        contact.line, contact.sent_away = event.queue, False
        self._length(event.queue).change(+1, event.at_us)

    def _diverted(self, event: ContactDiverted) -> None:
        """Count a contact where it asked first; who is turned away from a door has waited nowhere."""
        contact = self._open.get(event.contact_id)
        if contact is None:
            return
        waited = contact.figures is not None
        if contact.figures is None:
            if not event.queue:
                return  # passed on to a menu by an agent, or called to hear one: asked for no queue
            contact.queue = event.queue
            contact.figures = self._offered(contact, event.at_us)
        self._leave_line(contact, event.at_us)
        contact.sent_away = True
        if event.to is DestinationKind.HANG_UP:
            contact.over = True
            contact.figures.elsewhere += waited and not contact.answered
            contact.figures.blocked += not waited

    def _announced(self, event: WaitAnnounced) -> None:
        if (contact := self._open.get(event.contact_id)) is not None:
            contact.told.append(event)

    def _connected(self, event: ContactConnected) -> None:
        contact = self._open.get(event.contact_id)
        if contact is None or contact.figures is None:
            return
        self._leave_line(contact, event.at_us)
        if not self._is_answer(contact):
            return
        contact.figures.answered_us.append(event.waited_us)
        contact.figures.levels += event.level
        contact.figures.levels_known += 1
        contact.figures.estimates.answered(event)
        for announced in contact.told:
            contact.figures.estimates.told(announced, event.at_us)

    def _adopted(self, event: ContactAdopted) -> None:
        """Count whom an agent answered as an earlier run died, so that no `ContactConnected` told it."""
        contact = self._open.get(event.contact_id)
        if event.state is not ContactState.CONNECTED or contact is None or contact.figures is None:
            return
        self._leave_line(contact, event.at_us)
        if self._is_answer(contact):
            answered_us = event.at_us if event.connected_us is None else event.connected_us
            contact.figures.answered_us.append(max(0, answered_us - contact.queued_us))

    def _is_answer(self, contact: _Open) -> bool:
        """Tell whether this is the first answer: who was on hold as a run died stands in line once more."""
        was_answered, contact.answered = contact.answered, True
        return not was_answered

    def _abandoned(self, event: ContactAbandoned) -> None:
        contact = self._open.get(event.contact_id)
        if contact is None:
            return
        if contact.figures is None:
            self.left_in_ivr += contact.is_new
        elif not contact.sent_away:
            self._leave_line(contact, event.at_us)
            if not contact.answered:
                contact.figures.abandoned_us.append(event.waited_us)

    def _recorded(self, event: InteractionRecorded) -> None:
        """Count the work; tell those turned away at a full line from those that went on elsewhere."""
        contact = self._open.pop(event.contact_id, None)
        if contact is None or contact.over:
            return
        if contact.figures is None:
            self._ended_without_waiting(contact, event)
        elif contact.line or contact.sent_away:
            self._leave_line(contact, event.at_us)
            contact.figures.elsewhere += not contact.answered
        elif event.outcome is ContactState.CLOSED:
            contact.figures.handled += 1
            contact.figures.handled_us += event.talk_us + event.hold_us + event.wrap_up_us
            if event.disposition in self._valuation.resolved:
                contact.figures.resolved += 1
                contact.figures.earned += self._value(contact)

    def _ended_without_waiting(self, contact: _Open, event: InteractionRecorded) -> None:
        if contact.queue and event.outcome is ContactState.OVERFLOWED:
            self._offered(contact, event.at_us).blocked += 1
        elif event.outcome is not ContactState.ABANDONED:
            self.done_in_ivr += contact.is_new

    def _leave_line(self, contact: _Open, at_us: int) -> None:
        if contact.line:
            self._length(contact.line).change(-1, at_us)
            contact.line = ""

    def _offered(self, contact: _Open, at_us: int) -> ContactFigures:
        """Count that the contact asked for a queue; return where."""
        figures = self._cell(contact, at_us)
        figures.offered += 1
        figures.value += self._value(contact)
        return figures

    def _value(self, contact: _Open) -> float:
        return self._valuation.value_of(contact.queue, contact.tier)

    def _cell(self, contact: _Open, at_us: int) -> ContactFigures:
        """Return where the contact is counted; for one of the warm-up that is nowhere."""
        if not contact.counts:
            return ContactFigures()
        cell = Cell(contact.queue, contact.tier, self.frame.place(at_us))
        if cell not in self.cells:
            self.cells[cell] = ContactFigures()
        return self.cells[cell]

    def _length(self, queue: str) -> QueueLength:
        if queue not in self.lengths:
            self.lengths[queue] = QueueLength(self.frame)
        return self.lengths[queue]
