"""Learning waits from what was recorded: a list of calls, or the ledger of this installation.

The first three quarters of the time teach and the last judges: what was learned is used on days to come, so
days to come must judge it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from core.kernel.errors import ConfigError
from core.model.events import ContactQueued
from core.model.hours import time_of_day_us
from core.model.ids import QueueName
from core.model.message import DomainEvent
from crm.ledger_pages import read_events, read_span
from goldline.config import Config
from goldline.estimate.call_events import events_of
from goldline.estimate.calls import CallList
from goldline.estimate.learner import Judge, Learner
from goldline.estimate.lesson import Lesson
from goldline.estimate.samples import Sample, Sampler
from goldline.stores import open_database
from routing.outlook import Outlook

LEARNED_SHARE = 0.75
"""Of the records; the rest judges."""


class Pupil:
    """Learns from samples until `cut_us`, and is judged on those after it."""

    def __init__(self, queues: Sequence[QueueName], zone: str | None, cut_us: int) -> None:
        self._watched = tuple(sorted(queues))
        self._cut_us = cut_us
        self._learner = Learner(self._watched)
        self._judge: Judge | None = None
        time_of_day = partial(time_of_day_us, zone=ZoneInfo(zone)) if zone else None
        self._sampler = Sampler(Outlook(self._watched, time_of_day), self._take)

    def see(self, event: DomainEvent) -> None:
        """Take one event in."""
        self._sampler.add(event)

    def lesson(self, trained_on: str) -> Lesson:
        """Return what was learned."""
        judge = self._judging()
        return Lesson(fits=judge.fits, watched=self._watched, errors=judge.errors, trained_on=trained_on)

    def _take(self, sample: Sample) -> None:
        if sample.at_us >= self._cut_us:
            self._judging().take(sample)
        elif self._judge is None:
            # Who was queued before the cut and answered when the first were judged is left out.
            self._learner.take(sample)

    def _judging(self) -> Judge:
        """Return the judge; from its first use on nothing more is learned."""
        if self._judge is None:
            self._judge = Judge(self._learner.fits())
        return self._judge


def learn_calls(found: CallList, name: str, zone: str | None) -> Lesson:
    """Learn from a list of calls; their instants are on the clock of `zone`, as far as the hour matters."""
    calls = found.calls
    cut_us = calls[int(len(calls) * LEARNED_SHARE)].arrived_us
    # What a list writes as 09:15 was read as 09:15 UTC: its own clock already.
    pupil = Pupil(sorted({call.queue for call in calls}), "UTC" if zone else None, cut_us)
    for event in events_of(calls):
        pupil.see(event)
    return pupil.lesson(f"{name}, the first {LEARNED_SHARE:.0%} of {len(calls):,} calls")


async def learn_ledger(config: Config, zone: str | None) -> Lesson:
    """Learn from the ledger that `config` names; raise `ConfigError` where nobody was queued yet."""
    async with open_database(config) as database:
        span = await read_span(database, ContactQueued)
        if span is None:
            raise ConfigError("the ledger", "no contact", "contacts that were queued")
        first_us, last_us = span
        cut_us = first_us + round((last_us - first_us) * LEARNED_SHARE)
        pupil = Pupil([QueueName(name) for name in config.queues], zone, cut_us)
        async for event in read_events(database, Outlook().told_by):
            pupil.see(event)
    return pupil.lesson(f"the ledger, the first {LEARNED_SHARE:.0%} of its time")
