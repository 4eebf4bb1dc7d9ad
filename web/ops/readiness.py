"""Whether the program is ready for calls and screens, and if not, why: for load balancers and operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[], str]
"""Tells in words what is missing, nothing where all is well; blocks for nothing."""


@dataclass(slots=True)
class Readiness:
    """Checks by what they are about."""

    checks: dict[str, Check] = field(default_factory=dict)

    def require(self, what: str, check: Check) -> None:
        """Let the program be ready only where `check` has nothing to say."""
        self.checks[what] = check

    def missing(self) -> Mapping[str, str]:
        """Return what is missing, by what it is about."""
        return {what: words for what, check in self.checks.items() if (words := check())}
