"""Keeps the lead of an attempt from other engines for longer than the lease it was taken under."""

from __future__ import annotations

from core.engine import Engine
from core.model.lead_orders import KeepLeads
from dialer.attempts import Attempt


def keep_leased(engine: Engine, attempt: Attempt, until_us: int) -> None:
    """Keep the lead until `until_us`; what agents dial themselves is not leased."""
    if attempt.lease_id:
        engine.send(
            KeepLeads(
                campaign=attempt.rules.name,
                lead_ids=(attempt.lead.lead_id,),
                lease_id=attempt.lease_id,
                until_us=until_us,
            )
        )
