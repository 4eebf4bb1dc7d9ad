"""What is too much or too long: the limits at which supervisors are alerted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.model.ids import QueueName
from goldline.section import Name, Seconds, Section
from web.limits import Limits, QueueLimits

Share = Annotated[float, Field(ge=0, le=1)]


class QueueAlertsSection(Section):
    """The limits of a queue; 0 is no limit."""

    longest_wait_s: Seconds = 180
    """How long anybody may wait."""
    waiting: Annotated[int, Field(ge=0, le=100_000)] = 0
    """How many may wait."""
    shortfall: Share = 0.1
    """How far the share of those served in time may lie below the promised one, of late."""
    nobody_ready_s: Seconds = 60
    """How long somebody may wait while no agent is ready."""


class AlertsSection(QueueAlertsSection):
    """When supervisors are alerted; 0 is no limit. Those of a queue hold where `queues` does not name it."""

    queues: dict[Name, QueueAlertsSection] = {}
    """Queues with limits of their own; what one does not say is the default, not what stands above."""
    wrap_up_s: Seconds = 300
    """How long an agent may wrap up."""
    not_ready_s: Seconds = 3_600
    """How long an agent may be not ready."""
    talk_s: Seconds = 1_800
    """How long a call may last."""
    cap_share: Share = 0.8
    """How near a campaign may come to a cap on abandoned calls."""
    window_s: Annotated[float, Field(ge=60, le=7_200)] = 900
    """Of how long ago the share served in time is."""
    samples_min: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Of fewer contacts than these nothing is said of a share."""
    critical_at: Annotated[float, Field(ge=1.1, le=10)] = 2
    """At so many times its limit an alert is critical."""


def limits_of(alerts: AlertsSection) -> Limits:
    """Return the limits as screens know them."""
    return Limits(
        queue=_queue_limits(alerts),
        queues={QueueName(name): _queue_limits(section) for name, section in alerts.queues.items()},
        wrap_up_s=alerts.wrap_up_s,
        not_ready_s=alerts.not_ready_s,
        talk_s=alerts.talk_s,
        cap_share=alerts.cap_share,
        window_s=alerts.window_s,
        samples_min=alerts.samples_min,
        critical_at=alerts.critical_at,
    )


def _queue_limits(section: QueueAlertsSection) -> QueueLimits:
    return QueueLimits(
        longest_wait_s=section.longest_wait_s,
        waiting=section.waiting,
        shortfall=section.shortfall,
        nobody_ready_s=section.nobody_ready_s,
    )
