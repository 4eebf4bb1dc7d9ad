"""Work besides calls in figures: a fold of ledger events by channel, beside `metrics.day` with the calls.

How long it waited is from being brought to being accepted for the last time, how long it took from there to
its end. Work that was brought in the warm-up is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.kernel.clock import SECOND_US
from core.model.contact import VOICE, ContactState
from core.model.events import ContactArrived, InteractionRecorded, OfferFailed, WorkReturned
from core.model.ids import ContactId
from core.model.message import DomainEvent
from metrics.frame import Frame
from metrics.ratio import Ratio
from metrics.summary import Tree


@dataclass(slots=True)
class WorkFigures:
    """Work of one channel. `declined` counts offers that were turned down or overlooked."""

    brought: int = 0
    done: int = 0
    withdrawn: int = 0
    declined: int = 0
    returned: int = 0
    waited_us: int = 0
    worked_us: int = 0

    @property
    def mean_wait_s(self) -> Ratio:
        """Return the mean time until the work that is done was begun."""
        return Ratio(self.waited_us / SECOND_US, self.done)

    @property
    def mean_work_s(self) -> Ratio:
        """Return the mean time that it took from there."""
        return Ratio(self.worked_us / SECOND_US, self.done)


class WorkByChannel:
    """The fold; `channels` are those seen so far."""

    def __init__(self, frame: Frame) -> None:
        self.channels: dict[str, WorkFigures] = {}
        self._frame = frame
        self._open: dict[ContactId, WorkFigures] = {}
        self._folds: dict[type[DomainEvent], Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            OfferFailed: self._failed,
            WorkReturned: self._returned,
            InteractionRecorded: self._recorded,
        }

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no figure are passed over."""
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event)

    def _arrived(self, event: ContactArrived) -> None:
        if event.channel != VOICE and event.at_us >= self._frame.warm_us:
            figures = self.channels.setdefault(event.channel, WorkFigures())
            figures.brought += 1
            self._open[event.contact_id] = figures

    def _failed(self, event: OfferFailed) -> None:
        if event.contact_id in self._open:
            self._open[event.contact_id].declined += 1

    def _returned(self, event: WorkReturned) -> None:
        if event.contact_id in self._open:
            self._open[event.contact_id].returned += 1

    def _recorded(self, event: InteractionRecorded) -> None:
        figures = self._open.pop(event.contact_id, None)
        if figures is None:
            return
        if event.outcome is ContactState.CLOSED:
            figures.done += 1
            figures.waited_us += event.queue_us
            figures.worked_us += event.talk_us
        else:
            figures.withdrawn += 1


def work_summary(work: WorkByChannel, channels: Iterable[str]) -> Tree:
    """Return the figures of `channels` as a tree (`metrics.summary`), even where nothing came by them."""
    return {name: _figures(work.channels.get(name) or WorkFigures()) for name in channels}


def _figures(work: WorkFigures) -> Tree:
    return {
        "brought": work.brought,
        "done": work.done,
        "withdrawn": work.withdrawn,
        "declined": work.declined,
        "returned": work.returned,
        "mean_wait_s": work.mean_wait_s,
        "mean_work_s": work.mean_work_s,
    }
