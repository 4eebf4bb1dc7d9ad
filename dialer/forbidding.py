"""Puts the number of an attempt on the do-not-call list: the store is ordered to, and everybody told."""

from __future__ import annotations

from core.engine import Engine
from core.model.campaign_events import NumberForbidden
from core.model.lead_orders import ListNumber
from core.model.message import Event
from dialer.attempts import Attempt


def forbid(engine: Engine, why: Event, attempt: Attempt, reason: str) -> None:
    """Let nobody of the house call the attempt's number from now on."""
    campaign, number = attempt.rules.name, attempt.number.number
    attempt.refused, attempt.forbidden = True, reason
    engine.send(ListNumber(campaign=campaign, number=number, reason=reason))
    engine.publish(
        NumberForbidden(
            at_us=why.at_us, cause_id=why.cause_id, campaign=campaign, number=number, reason=reason
        )
    )
