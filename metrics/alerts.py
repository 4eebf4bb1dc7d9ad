"""Alerts: what strains its limit, raised at once and cleared when it has clearly eased, so that none flaps.

Pure: whoever measures hands in all measures of an instant, and is told what alerts there are by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.model.callback_events import CallbackBooked
from core.model.events import ContactAbandoned, ContactConnected, InteractionRecorded
from core.model.ids import ContactId
from core.model.message import DomainEvent


class AlertLevel(StrEnum):
    """How bad it is."""

    WARNING = "warning"
    CRITICAL = "critical"


class Measure(NamedTuple):
    """How something stands against its limit.

    `strain` is 1 at the limit and more beyond it; `value` and `limit` are what people are shown of it.
    """

    kind: str
    subject: str
    strain: float
    value: float | None = None
    limit: float | None = None


class Alert(NamedTuple):
    """A measure beyond its limit, since when, and how far."""

    measure: Measure
    since_us: int
    level: AlertLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """When an alert is critical, and when it is over.

    It is critical at `critical_at` times the limit. It is over, or no longer critical, once it has eased to
    `relief` of what raised it, and has lasted for `lasts_us`: who looks up a moment later still sees it.
    """

    critical_at: float = 2.0
    relief: float = 0.8
    lasts_us: int = 10 * SECOND_US


class AlertBook:
    """All alerts there are, by kind and subject."""

    def __init__(self, rules: AlertRules | None = None) -> None:
        self._rules = rules or AlertRules()
        self.alerts: dict[tuple[str, str], Alert] = {}

    def judge(self, measures: Iterable[Measure], now_us: int) -> None:
        """Raise, change and clear alerts by all `measures` of now; what is not measured any more is over."""
        before, self.alerts = self.alerts, {}
        for measure in measures:
            key = (measure.kind, measure.subject)
            alert = self._judged(measure, before.pop(key, None), now_us)
            if alert is not None:
                self.alerts[key] = alert
        for key, alert in before.items():
            if now_us - alert.since_us < self._rules.lasts_us:
                self.alerts[key] = alert

    def _judged(self, measure: Measure, before: Alert | None, now_us: int) -> Alert | None:
        rules = self._rules
        if before is None:
            level = _level(measure.strain, 1.0, rules.critical_at)
            return Alert(measure, now_us, level) if level is not None else None
        was_critical = before.level is AlertLevel.CRITICAL
        critical_at = rules.critical_at * (rules.relief if was_critical else 1.0)
        level = _level(measure.strain, rules.relief, critical_at)
        if level is None and now_us - before.since_us < rules.lasts_us:
            level = AlertLevel.WARNING
        return Alert(measure, before.since_us, level) if level is not None else None


def _level(strain: float, warning_at: float, critical_at: float) -> AlertLevel | None:
    if strain >= critical_at:
        return AlertLevel.CRITICAL
    return AlertLevel.WARNING if strain >= warning_at else None


class RecentService:
    """Who was served in time in each queue, within the last `window_us`.

    A caller who gave up sooner than `short_us` did not wait, and counts for nothing; nor does a callback, for
    which nobody waits on the line.
    """

    def __init__(self, window_us: int, short_us: int = 5 * SECOND_US) -> None:
        self._window_us = window_us
        self._short_us = short_us
        self._served: dict[str, deque[tuple[int, bool]]] = {}
        self._callbacks: dict[ContactId, None] = {}

    def add(self, event: DomainEvent, threshold_us: int) -> None:
        """Count a contact that was answered or has given up, held against `threshold_us`."""
        match event:
            case CallbackBooked():
                self._callbacks[event.contact_id] = None
            case InteractionRecorded():
                self._callbacks.pop(event.contact_id, None)
            case ContactConnected(channel="voice") if event.contact_id not in self._callbacks:
                self._count(event.queue, event.at_us, event.waited_us <= threshold_us)
            case ContactAbandoned() if event.queue and event.waited_us >= self._short_us:
                self._count(event.queue, event.at_us, False)

    def _count(self, queue: str, at_us: int, in_time: bool) -> None:
        served = self._served.setdefault(queue, deque())
        served.append((at_us, in_time))
        self._drop_old(served, at_us)

    def share(self, queue: str, now_us: int, samples_min: int) -> float | None:
        """Return the share served in time, None of fewer than `samples_min`."""
        served = self._served.get(queue, deque())
        self._drop_old(served, now_us)
        return sum(met for _, met in served) / len(served) if len(served) >= samples_min else None

    def _drop_old(self, served: deque[tuple[int, bool]], now_us: int) -> None:
        while served and served[0][0] <= now_us - self._window_us:
            served.popleft()
