"""What training came to: the functions, how they did on waits they had not seen, and the file of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from core.kernel.errors import ConfigError
from core.model.ids import QueueName
from goldline.estimate.learner import Errors, Fits, Place
from goldline.estimate.waits_file import waits_file
from metrics.summary import Tree, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned and from what; `errors` are on waits that were not learned from."""

    fits: Fits
    watched: tuple[QueueName, ...]
    errors: Mapping[Place, Errors]
    trained_on: str

    def write(self, out: Path, zone: str | None) -> None:
        """Write the file; raise `ConfigError` where there is nothing to write."""
        if not self.fits:
            allowed = "more days or more calls"
            raise ConfigError(self.trained_on, "too few answered waits of every queue", allowed)
        out.write_text(waits_file(self.fits, self.watched, self.trained_on, zone), encoding="utf-8")

    def figures(self) -> Tree:
        """Return by queue and moment from how many waits was learned, and both estimators' errors."""
        tree: Tree = {}
        for (queue, moment), fit in self.fits.items():
            tree.setdefault(queue, {})[moment.value] = _figures(fit.samples, self.errors[queue, moment])
        return tree


def _figures(samples: int, errors: Errors) -> Tree:
    judged = max(errors.waits, 1)
    return {
        "learned_from": samples,
        "judged_on": errors.waits,
        "mean_wait_s": rounded(errors.left_s / judged),
        "last_served_rmse_s": rounded(sqrt(errors.last_served_s2 / judged)),
        "learned_rmse_s": rounded(sqrt(errors.learned_s2 / judged)),
        "gain": rounded(errors.gain),
    }
