"""What a campaign does about machines, and how it is known how often its detection errs.

No detection is right always. So a lot decides for a share of those taken for machines that they go to an
agent like anybody; what the agents say they were tells how many of the others were people, and these count
as abandoned where the law has it so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US
from core.kernel.lots import lot
from core.model.detection import Detection
from core.model.quality import PPM

PRIOR_PEOPLE, PRIOR_CALLS = 1, 20
"""The belief about a detection nobody has audited yet: one in twenty of its machines is a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRules:
    """How a campaign tells machines from persons, and what it does about them.

    Without a `message` they are hung up on. With one they are heard out first: until they have said nothing
    for `silence_us`, or for `greeting_max_us` at most. Of a million, `audited_ppm` go to agents all the same.
    """

    detection: Detection = field(default_factory=Detection)
    message: str = ""
    silence_us: int = SECOND_US
    greeting_max_us: int = 30 * SECOND_US
    audited_ppm: int = 20_000


def is_audited(attempt_id: str, rules: MachineRules) -> bool:
    """Tell whether an agent is to hear this one, though it was taken for a machine: the same in every run."""
    return lot("audited", attempt_id, of=PPM) < rules.audited_ppm


class AuditedSample:
    """How many of those whom agents heard, though they were taken for machines, were people."""

    def __init__(self) -> None:
        self.people = 0
        self.calls = 0

    def count(self, *, is_person: bool) -> None:
        """Count one whom an agent has heard."""
        self.people += is_person
        self.calls += 1

    @property
    def misjudged_ppm(self) -> int:
        """Of a million taken for machines so many are people, as far as is known."""
        return PPM * (PRIOR_PEOPLE + self.people) // (PRIOR_CALLS + self.calls)
