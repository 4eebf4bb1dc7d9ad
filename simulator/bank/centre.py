"""The bank's centre as the engine is configured for it, in `examples/bank/goldline.toml`.

A number, a queue and a skill for each kind of call; a tier for each step of a customer's priority.
"""

from __future__ import annotations

from simulator.demand import CustomerGroup
from simulator.draws import Constant
from simulator.staffing import AgentHabits

ENGINE_CONFIG = "goldline.toml"

NUMBERS = {"PS": "8001", "PE": "8002", "NW": "8003", "NE": "8004", "IN": "8005", "TT": "8006"}
"""The number to dial for each kind of call."""

USUAL_KIND = "PS"
"""Regular service, which two thirds of all callers want; calls of a kind nobody knows go there, too."""

TIERS = ("stranger", "customer", "good-customer")
"""The tier of each priority."""

CUSTOMERS = (
    CustomerGroup(name=TIERS[0], weight=1),
    *(CustomerGroup(name=tier, tier=tier, count=20, weight=1) for tier in TIERS[1:]),
)

AT_ONCE = Constant(value_s=0)

HABITS = AgentHabits(answers=AT_ONCE, settles_in=AT_ONCE)
"""The moment in which a phone is picked up is part of the fitted wrap-up."""


def number_of(kind: str) -> str:
    """Return what a caller dials who has a call of this kind."""
    return NUMBERS.get(kind, NUMBERS[USUAL_KIND])
