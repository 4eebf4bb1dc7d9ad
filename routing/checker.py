"""The static check of rules: what is well formed and yet cannot be meant.

Each finding names the key, what is wrong there and what to do. It is pure: `goldline.check` prints what it
finds, and nothing starts while there is an error among it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.checks.finding import Finding, Severity, Surroundings
from routing.checks.names import check_names
from routing.checks.needs import check_needs
from routing.checks.steps import check_steps
from routing.checks.tiers import check_tiers
from routing.checks.ways import check_ways
from routing.rules import Rulebook

CHECKS: tuple[Callable[[Rulebook, Surroundings], Iterator[Finding]], ...] = (
    check_names,
    check_needs,
    check_steps,
    check_tiers,
    check_ways,
)


def check_rules(rules: Rulebook, around: Surroundings) -> list[Finding]:
    """Return everything that is wrong with `rules` in these surroundings, errors first."""
    found = dict.fromkeys(finding for check in CHECKS for finding in check(rules, around))
    return sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)
