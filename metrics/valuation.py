"""What contacts are worth, and which of their ends count as having earned it."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass


def _all_alike(queue: str, tier: str) -> float:
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """The value of a contact by queue and tier, earned where its disposition is one of `resolved`."""

    value_of: Callable[[str, str], float] = _all_alike
    resolved: Container[str] = ()
