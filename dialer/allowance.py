"""What the law leaves a campaign: how bold it may be, by what became of the people who answered."""

from __future__ import annotations

from dialer.budget import Budget, rules_under
from dialer.law import Law


class Allowance:
    """The budgets of all caps that a campaign is under; the tightest decides."""

    def __init__(self, law: Law) -> None:
        self._budgets = [Budget(rules=rules_under(cap.share)) for cap in law.abandonment] or [Budget()]

    def boldness(self, now_us: int) -> float:
        """Return the risk that the next call may carry: the chance of finding nobody, if answered."""
        return min(budget.boldness() for budget in self._budgets)

    def answered(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that a person answered."""
        for budget in self._budgets:
            budget.answered += 1

    def abandoned(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that a person who had answered found nobody."""
        for budget in self._budgets:
            budget.abandoned += 1

    def machine(self, country: str, dialed_us: int, now_us: int) -> None:
        """Count that what answered was judged to be a machine: no cap asks for it."""
