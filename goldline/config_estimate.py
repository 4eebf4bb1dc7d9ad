"""The section `[estimate]` of the configuration: what was learned about waits, and `goldline estimate` wrote.

A person need not read it: `goldline estimate train ... --out waits.toml` makes the file, and
`include = ["waits.toml"]` brings it in.
"""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from core.kernel.errors import KeyRefused
from core.model.ids import QueueName
from goldline.section import Section
from goldline.texts import ZoneName
from routing.outlook import FEATURES
from routing.regression import LinearWait, Moment, TrainedWaits

Coefficient = Annotated[float, Field(allow_inf_nan=False)]


class LinearWaitSection(Section):
    """One function: a wait in seconds as a sum over what is seen."""

    intercept: Coefficient
    """The wait where all that is seen is 0."""
    samples: Annotated[int, Field(ge=1)]
    """From how many waits it was learned."""
    weights: dict[str, Coefficient]
    """What each unit of a feature adds; a feature that is not named adds nothing."""
    lines: dict[str, Coefficient] = {}
    """What each contact in the line of a queue adds."""

    @model_validator(mode="after")
    def _knows_the_features(self) -> LinearWaitSection:
        unknown = sorted(self.weights.keys() - set(FEATURES))
        if unknown:
            raise KeyRefused("weights", unknown[0], f"one of: {', '.join(FEATURES)}; train anew")
        return self


class QueueWaitsSection(Section):
    """What was learned of one queue."""

    arriving: LinearWaitSection
    """For who asks for the queue now."""
    waiting: LinearWaitSection
    """For who has stood in it for a while: the wait still to come."""


class EstimateSection(Section):
    """Estimated waits as learned; a queue that is not in it goes by who was served last."""

    trained_on: str = ""
    """What it was learned from, for people."""
    zone: ZoneName | None = None
    """The time zone of the centre, if the time of day was learned."""
    queues: dict[str, QueueWaitsSection] = {}
    """What was learned, by queue."""


def trained_waits(section: EstimateSection) -> TrainedWaits:
    """Return what the section spells out, in the order of the features."""
    both = [waits for learned in section.queues.values() for waits in (learned.arriving, learned.waiting)]
    watched = tuple(QueueName(name) for name in sorted({name for waits in both for name in waits.lines}))
    return TrainedWaits(
        waits={
            (QueueName(name), moment): _linear(waits, watched)
            for name, learned in section.queues.items()
            for moment, waits in ((Moment.ARRIVING, learned.arriving), (Moment.WAITING, learned.waiting))
        },
        watched=watched,
        zone=ZoneInfo(section.zone) if section.zone else None,
    )


def _linear(section: LinearWaitSection, watched: tuple[QueueName, ...]) -> LinearWait:
    own = (section.weights.get(name, 0.0) for name in FEATURES)
    lines = (section.lines.get(name, 0.0) for name in watched)
    return LinearWait(intercept=section.intercept, weights=(*own, *lines))
