"""A share or a mean that still knows what it was made of, so that several runs can be pooled rightly.

The mean of the ratios of several days would count a quiet day as much as a busy one; the ratio of their
sums does not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """`total` over `count`: seconds waited over contacts, contacts in time over contacts, and so on."""

    total: float
    count: float

    @property
    def value(self) -> float | None:
        """Return the quotient, None where there was nothing to count."""
        return self.total / self.count if self.count else None
