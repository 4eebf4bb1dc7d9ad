"""What training came to: the functions, how they did on waits they had not seen, and the file of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.kernel.errors import ConfigError
from core.kernel.whole_file import write_whole
from core.model.ids import QueueName
from goldline.estimate.errors import Case, Errors, added_up
from goldline.estimate.learner import Fits
from goldline.estimate.waits_file import waits_file
from metrics.summary import Tree
from routing.regression import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned and from what; `errors` are on the waits of `judged_on`, not learned from."""

    fits: Fits
    watched: tuple[QueueName, ...]
    errors: Mapping[Case, Errors]
    trained_on: str
    judged_on: str

    def write(self, out: Path, zone: str | None) -> None:
        """Write the file; raise `ConfigError` where there is nothing to write."""
        if not self.fits:
            allowed = "more days or more calls"
            raise ConfigError(self.trained_on, "too few answered waits of every queue", allowed)
        write_whole(out, waits_file(self.fits, self.watched, self.trained_on, zone))

    def figures(self) -> Tree:
        """Return by queue and moment from how many waits was learned, and both estimators' errors."""
        tree: Tree = {}
        for (queue, moment), fit in self.fits.items():
            tree.setdefault(queue, {})[moment.value] = _figures(fit.samples, self.errors[queue, moment])
        return tree

    def whole_figures(self) -> Tree:
        """Return the same for all queues together, by moment."""
        return {
            moment.value: _figures(
                sum(fit.samples for (_, when), fit in self.fits.items() if when is moment),
                added_up(self.errors, moment),
            )
            for moment in Moment
        }


def _figures(samples: int, errors: Errors) -> Tree:
    return {"learned_from": samples, **errors.figures()}
