"""Learning waits from what was recorded: a list of calls, or the ledger of this installation.

The first three quarters of the time teach and the last judges: what was learned is used on days to come, so
days to come must judge it. Or a second list judges what the whole of the first taught.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from goldline.progress import Told, counted
from goldline.stores import open_database
from routing.outlook import Outlook

LEARNED_SHARE = 0.75
"""Of the records; the rest judges."""
TOLD_EVERY = 1_000
"""After so many calls it is told how far it is."""


class Pupil:
    """Learns from samples until `cut_us`, or until told to stop, and is judged on those after it."""

    def __init__(self, queues: Iterable[QueueName], zone: str | None, cut_us: int | None = None) -> None:
        self._watched = tuple(sorted(queues))
        self._cut_us = cut_us
        self._learner = Learner(self._watched)
        self._judge: Judge | None = None
        self._time_of_day = partial(time_of_day_us, zone=ZoneInfo(zone)) if zone else None
        self._sampler = self._new_sampler()

    def see(self, events: Iterable[DomainEvent]) -> None:
        """Take events in, in the order of time."""
        for event in events:
            self._sampler.add(event)

    def stop_learning(self) -> None:
        """Be judged from here on, by another record: what was seen of the floor so far is forgotten."""
        self._judging()
        self._sampler = self._new_sampler()

    def lesson(self, trained_on: str, judged_on: str) -> Lesson:
        """Return what was learned."""
        judge = self._judging()
        return Lesson(
            fits=judge.fits,
            watched=self._watched,
            errors=judge.errors,
            trained_on=trained_on,
            judged_on=judged_on,
        )

    def _new_sampler(self) -> Sampler:
        return Sampler(Outlook(self._watched, self._time_of_day), self._take)

    def _take(self, sample: Sample) -> None:
        if self._is_over(sample):
            self._judging().take(sample)
        elif self._judge is None:
            # Who was queued before the cut and answered when the first were judged is left out.
            self._learner.take(sample)

    def _is_over(self, sample: Sample) -> bool:
        """Tell whether the sample is one to be judged on."""
        return self._judge is not None if self._cut_us is None else sample.at_us >= self._cut_us

    def _judging(self) -> Judge:
        """Return the judge; from its first use on nothing more is learned."""
        if self._judge is None:
            self._judge = Judge(self._learner.fits())
        return self._judge


def learn_calls(found: CallList, zone: str | None, judged: CallList | None, told: Told) -> Lesson:
    """Learn from a list of calls; their instants are on the clock of `zone`, as far as the hour matters.

    All of it teaches where another list judges, otherwise its first part.
    """
    calls, others = found.calls, judged.calls if judged else []
    total = len(calls) + len(others)
    cut_us = None if judged else calls[int(len(calls) * LEARNED_SHARE)].arrived_us
    # What a list writes as 09:15 was read as 09:15 UTC: its own clock already.
    pupil = Pupil({call.queue for call in calls}, "UTC" if zone else None, cut_us)
    pupil.see(events_of(counted(calls, told, total, every=TOLD_EVERY)))
    whole = f"{len(calls):,} calls of {found.name}"
    if judged is None:
        return pupil.lesson(f"the first {LEARNED_SHARE:.0%} of {whole}", "the rest of them")
    pupil.stop_learning()
    pupil.see(events_of(counted(others, told, total, before=len(calls), every=TOLD_EVERY)))
    return pupil.lesson(whole, f"{len(others):,} calls of {judged.name}")


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
            pupil.see([event])
    return pupil.lesson(f"the ledger, the first {LEARNED_SHARE:.0%} of its time", "the rest of it")
