"""The file of what was learned, as the configuration includes it (`goldline.config_estimate`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from core.model.ids import QueueName
from goldline.estimate.learner import Fits
from goldline.estimate.ridge import Fit
from routing.outlook import FEATURES

DIGITS = 7
"""Significant digits of a coefficient: a wait of an hour to the millisecond."""


def waits_file(fits: Fits, watched: Sequence[QueueName], trained_on: str, zone: str | None) -> str:
    """Return the text of the file; coefficients of 0 are left out."""
    return "\n".join(_text(fits, watched, trained_on, zone)) + "\n"


def _text(fits: Fits, watched: Sequence[QueueName], trained_on: str, zone: str | None) -> Iterator[str]:
    yield "# Estimated waits, learned by `goldline estimate train`. Bring it in by: include = [...]"
    yield "[estimate]"
    yield f"trained_on = {_quoted(trained_on)}"
    if zone:
        yield f"zone = {_quoted(zone)}"
    for (queue, moment), fit in fits.items():
        place = f"estimate.queues.{_quoted(queue)}.{moment}"
        own, lines = _named(fit, watched)
        yield f"\n[{place}]"
        yield f"intercept = {_number(fit.intercept)}"
        yield f"samples = {fit.samples}"
        yield f"\n[{place}.weights]"
        yield from _assignments(own)
        yield f"\n[{place}.lines]"
        yield from _assignments(lines)


def _named(fit: Fit, watched: Sequence[QueueName]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the weights by the names of features, and by those of the queues whose lines they are of."""
    count = len(FEATURES)
    own = dict(zip(FEATURES, fit.weights[:count], strict=True))
    return own, dict(zip(watched, fit.weights[count:], strict=True))


def _assignments(weights: Mapping[str, float]) -> Iterator[str]:
    for name, weight in weights.items():
        if weight:
            yield f"{_quoted(name)} = {_number(weight)}"


def _number(value: float) -> str:
    return f"{value:.{DIGITS}g}"


def _quoted(text: str) -> str:
    """Return a basic string of TOML, which JSON's are."""
    return json.dumps(text, ensure_ascii=False)
