"""Whether the program is ready for calls and screens, and what is missing: for balancers and operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[], str]
"""Tells in words what is missing, nothing where all is well; blocks for nothing."""


@dataclass(slots=True)
class Readiness:
    """Checks by what they are about: of what the program needs, and of what it goes on without."""

    needed: dict[str, Check] = field(default_factory=dict)
    wanted: dict[str, Check] = field(default_factory=dict)

    def require(self, what: str, check: Check) -> None:
        """Let the program be ready only where `check` has nothing to say."""
        self.needed[what] = check

    def wish(self, what: str, check: Check) -> None:
        """Let what `check` says be told, though the program serves without it."""
        self.wanted[what] = check

    @property
    def is_ready(self) -> bool:
        """Tell whether nothing is missing that the program needs."""
        return not _failed(self.needed)

    def missing(self) -> Mapping[str, str]:
        """Return what is missing, needed or not, by what it is about."""
        return _failed(self.needed) | _failed(self.wanted)


def _failed(checks: Mapping[str, Check]) -> dict[str, str]:
    return {what: words for what, check in checks.items() if (words := check())}
