"""What `goldline tune` can choose: head start and weights of each tier, and how far experts are spared.

A choice is a point, a coordinate from 0 to 1 for each knob. The engine is run with it as a policy of every
queue, which is also how it is written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from core.kernel.errors import ConfigError
from goldline.config import Config
from goldline.config_routing import PolicySection, TierSection
from goldline.tune.search import Point
from routing.rules import Strategy

Choice = dict[str, TierSection]
"""The rules of each tier."""
Tables = dict[str, dict[str, Any]]
"""What is written of each tier: keys, and tables of keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A number of a tier's rules, from 0 to `high`; `table` is the section in the tier's that it stands in.

    A coordinate is the root of its share of `high`, so half the range is for the lowest quarter.
    """

    tier: str
    table: str
    key: str
    high: float
    decimals: int = 0

    def value(self, coordinate: float) -> float:
        """Return the number at a coordinate, as it is written down."""
        return round(self.high * coordinate**2, self.decimals or None)

    def coordinate(self, value: float) -> float:
        """Return where a number lies; the end of the range for one beyond it."""
        return sqrt(min(value / self.high, 1.0))


HEAD_START = {"head_start_s": (900.0, 0)}
WEIGHTS = {
    "fit_s": (1_000.0, 0),
    "delay": (1.5, 2),
    "resolution_s": (1_000.0, 0),
    "price_s": (600.0, 0),
    "pace_s": (300.0, 0),
}
RESERVE = {"count": (10.0, 0), "hold_s": (120.0, 0)}
"""The knobs by key: the end of the range, unless more is configured, and the decimals that matter."""


class Space:
    """The choices for the tiers of a configuration; the tier of the least value has no head start."""

    def __init__(self, config: Config) -> None:
        if not config.tiers:
            raise ConfigError("tiers", "none", "at least one tier, whose weights are to be found")
        self._config = config
        self.lowest = min(config.tiers, key=lambda name: config.tiers[name].value)
        self.highest = max(config.tiers, key=lambda name: config.tiers[name].value)
        self.knobs = tuple(knob for name, tier in config.tiers.items() for knob in self._knobs(name, tier))

    def _knobs(self, name: str, tier: TierSection) -> Iterator[Knob]:
        tables = {
            "": {} if name == self.lowest else HEAD_START,
            "weights": WEIGHTS,
            "reserve": RESERVE if tier.reserve else {},
        }
        for table, keys in tables.items():
            section = getattr(tier, table) if table else tier
            for key, (high, decimals) in keys.items():
                end = max(high, getattr(section, key))
                yield Knob(tier=name, table=table, key=key, high=end, decimals=decimals)

    @property
    def start(self) -> Point:
        """Return the point of the rules as they are configured."""
        return tuple(knob.coordinate(self._configured(knob)) for knob in self.knobs)

    def tables(self, point: Point) -> Tables:
        """Return what the knobs write at a point, by tier."""
        tables: Tables = {name: {"choose": Strategy.VALUE.value} for name in self._config.tiers}
        for knob, coordinate in zip(self.knobs, point, strict=True):
            tier = tables[knob.tier]
            place = tier.setdefault(knob.table, {}) if knob.table else tier
            place[knob.key] = knob.value(coordinate)
        return tables

    def choice(self, point: Point) -> Choice:
        """Return the rules at a point; what no knob turns stays as configured."""
        return {name: _changed(self._config.tiers[name], keys) for name, keys in self.tables(point).items()}

    def in_turn(self) -> Choice:
        """Return the rules of first come, first served, which guards compare with."""
        return {name: TierSection(value=tier.value) for name, tier in self._config.tiers.items()}

    def under(self, policy: str, choice: Choice) -> Config:
        """Return the configuration with the choice as a policy of this name, in force in every queue."""
        policies = {**self._config.policies, policy: PolicySection(tiers=choice)}
        ruled = {"policy": policy, "compare": None}
        queues = {name: queue.model_copy(update=ruled) for name, queue in self._config.queues.items()}
        return self._config.model_copy(update={"policies": policies, "queues": queues})

    def _configured(self, knob: Knob) -> float:
        tier = self._config.tiers[knob.tier]
        value: float = getattr(getattr(tier, knob.table) if knob.table else tier, knob.key)
        return value


def _changed(tier: TierSection, keys: Mapping[str, Any]) -> TierSection:
    """Return the tier with other numbers: checked, as if they stood in its file."""
    written = tier.model_dump(exclude_none=True)
    tables = {key: {**written[key], **value} for key, value in keys.items() if isinstance(value, Mapping)}
    return TierSection.model_validate({**written, **keys, **tables})
