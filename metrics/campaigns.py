"""Campaigns in figures: a fold of ledger events by campaign, of what attempts came to.

A share of abandoned calls is of those answered by a person, as the laws count it. Attempts that were dialed
in the warm-up are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US
from core.model.attempt import OUTCOMES, AttemptRecord, AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.message import DomainEvent
from metrics.frame import Frame
from metrics.ratio import Ratio
from metrics.summary import Tree

_BY_NAME = {outcome.value: outcome for outcome in AttemptState if outcome in OUTCOMES}


@dataclass(slots=True)
class CampaignFigures:
    """Attempts of one campaign that are over, by outcome."""

    ended: dict[AttemptState, int] = field(default_factory=dict)
    talked_us: int = 0

    def add(self, record: AttemptRecord) -> None:
        """Count an attempt."""
        self.ended[record.outcome] = self.ended.get(record.outcome, 0) + 1
        if record.connected_us is not None:
            self.talked_us += record.ended_us - record.connected_us

    def of(self, outcome: AttemptState) -> int:
        """Return how many came to that."""
        return self.ended.get(outcome, 0)

    @property
    def attempts(self) -> int:
        """Return how many were dialed."""
        return sum(self.ended.values())

    @property
    def answered(self) -> int:
        """Return how many a person answered."""
        return self.of(AttemptState.CONNECTED) + self.of(AttemptState.DROPPED)


class Campaigns:
    """The fold; `figures` are by the names of the campaigns seen so far."""

    def __init__(self, frame: Frame) -> None:
        self.figures: dict[str, CampaignFigures] = {}
        self._frame = frame

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no figure are passed over."""
        if isinstance(event, AttemptEnded) and event.record.dialed_us >= self._frame.warm_us:
            self.figures.setdefault(event.campaign, CampaignFigures()).add(event.record)


def campaign_summary(campaigns: Campaigns, names: Iterable[str], utilisation: Ratio) -> Mapping[str, Tree]:
    """Return the figures of `names` as trees (`metrics.summary`), even where nobody was dialed.

    `utilisation` is that of the agents, who may serve several campaigns.
    """
    return {name: _tree(campaigns.figures.get(name) or CampaignFigures(), utilisation) for name in names}


def _tree(figures: CampaignFigures, utilisation: Ratio) -> Tree:
    abandoned = figures.of(AttemptState.DROPPED)
    return {
        "attempts": figures.attempts,
        "answered": figures.answered,
        "abandoned": abandoned,
        "abandoned_share": Ratio(abandoned, figures.answered),
        "reached_share": Ratio(figures.answered, figures.attempts),
        "mean_talk_s": Ratio(figures.talked_us / SECOND_US, figures.of(AttemptState.CONNECTED)),
        "utilisation": utilisation,
        "outcomes": {name: figures.of(outcome) for name, outcome in _BY_NAME.items()},
    }
