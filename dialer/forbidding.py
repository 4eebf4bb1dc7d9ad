"""Puts a number on a do-not-call list: the store is ordered to, and everybody told for the record."""

from __future__ import annotations

from core.engine import Engine
from core.model.campaign_events import NumberForbidden
from core.model.lead_orders import ListNumber
from core.model.message import Event


def forbid(engine: Engine, why: Event, campaign: str, number: str, reason: str) -> None:
    """Let nobody of the house call `number` from now on."""
    engine.send(ListNumber(campaign=campaign, number=number, reason=reason))
    engine.publish(
        NumberForbidden(
            at_us=why.at_us, cause_id=why.cause_id, campaign=campaign, number=number, reason=reason
        )
    )
