"""What the law allows: abandoned calls per answered ones in each of its windows, and how bold that makes us.

    budget = share allowed x answered - abandoned
    boldness = start x e^(gain x budget), within bounds

The budget is never clipped: a debt is remembered until it is paid, so the long-run share is the one allowed,
whatever the model of the pacer gets wrong. Near the cap itself a guard dials almost one to one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRules:
    """One window of the law. `aim` is the share steered for, below the `cap` that must not be passed.

    `start` is the boldness with nothing in hand, `gain` what each call of budget adds to it.
    """

    cap: float = 0.03
    aim: float = 0.028
    start: float = 0.02
    gain: float = 0.2
    guard_share: float = 0.0298
    guard_after: int = 60
    guard_boldness: float = 0.004
    boldness_min: float = 1e-4
    boldness_max: float = 0.5


@lru_cache(maxsize=64)  # a campaign has a handful of caps, and asks at every decision
def rules_under(share: float) -> BudgetRules:
    """Return the rules of a window whose cap is `share`: as bold for its size as those for three per cent."""
    usual = BudgetRules()
    scale = share / usual.cap
    return replace(
        usual,
        cap=share,
        aim=usual.aim * scale,
        start=usual.start * scale,
        guard_share=usual.guard_share * scale,
        guard_after=round(usual.guard_after / scale),
        guard_boldness=usual.guard_boldness * scale,
    )


@dataclass(slots=True, kw_only=True)
class Budget:
    """The counts of one window; `answered` by a person, and of these `abandoned`."""

    rules: BudgetRules = field(default_factory=BudgetRules)
    answered: float = 0.0
    abandoned: float = 0.0

    @property
    def balance(self) -> float:
        """Abandoned calls still allowed, negative when in debt."""
        return self.rules.aim * self.answered - self.abandoned

    @property
    def share(self) -> float:
        """The share abandoned so far, 0 before the first answer."""
        return self.abandoned / self.answered if self.answered else 0.0

    def passes_with(self, more: int) -> bool:
        """Tell whether the cap is passed with `more` abandoned calls, of as many calls as make a share."""
        rules = self.rules
        return self.answered >= rules.guard_after and self.abandoned + more > rules.cap * (
            self.answered + more
        )

    def boldness(self) -> float:
        """Return the risk that the next call may carry: the chance of finding nobody, if answered."""
        rules = self.rules
        exponent = min(60.0, max(-60.0, rules.gain * self.balance))
        wanted = min(rules.boldness_max, max(rules.boldness_min, rules.start * exp(exponent)))
        return min(wanted, rules.guard_boldness) if self._near_the_cap() else wanted

    def _near_the_cap(self) -> bool:
        rules = self.rules
        if self.answered < rules.guard_after:
            return False
        return (self.abandoned + 1) > rules.guard_share * (self.answered + 1)
