"""Keeps the lead of an attempt, and whom it is at, from other engines; lets go of whom it is not made at."""

from __future__ import annotations

from core.engine import Engine
from core.model.lead_orders import Disengage, KeepEngaged, KeepLeads
from dialer.attempts import Attempt


def keep_leased(engine: Engine, attempt: Attempt, until_us: int) -> None:
    """Keep them until `until_us`; what agents dial themselves is not leased."""
    if attempt.lease_id:
        engine.send(
            KeepLeads(
                campaign=attempt.rules.name,
                lead_ids=(attempt.lead.lead_id,),
                lease_id=attempt.lease_id,
                until_us=until_us,
            )
        )
    if attempt.holds_number:
        engine.send(
            KeepEngaged(
                campaign=attempt.rules.name,
                attempt_id=attempt.attempt_id,
                person_id=attempt.lead.person_id,
                number=attempt.number.number,
                until_us=until_us,
            )
        )


def let_go(engine: Engine, attempt: Attempt) -> None:
    """Let others have whom the attempt is not made at."""
    if attempt.holds_number:
        attempt.holds_number = False
        engine.send(
            Disengage(
                campaign=attempt.rules.name,
                attempt_id=attempt.attempt_id,
                person_id=attempt.lead.person_id,
                number=attempt.number.number,
            )
        )
