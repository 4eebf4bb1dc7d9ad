"""Drift: where what we believe of a telephone system has come apart from what it is.

Events can be lost, and for a lost event there is none. So the telephone system is looked at every few
seconds, and what it shows is held against what was told. A look races with events still under way, so a
difference counts only when two looks in a row show the very same one (docs/decisions/0008).

Nothing here knows which telephone system it is, or what a difference is told as.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.model.ids import BridgeId, LegId


class LegView(NamedTuple):
    """What matters of a leg: is it only ordered, does it ring, is it answered, in which bridge is it."""

    ordered: bool = False
    ringing: bool = False
    up: bool = False
    bridge_id: BridgeId | None = None


Views = Mapping[LegId, LegView]
"""Legs as somebody sees them; a leg that is missing does not exist."""


class Difference(NamedTuple):
    """One leg as it was told and as it was seen, None where there is none."""

    told: LegView | None
    seen: LegView | None


def differences(told: Views, seen: Views) -> dict[LegId, Difference]:
    """Return every leg that is not what was told of it, those told and gone first."""
    legs = dict.fromkeys((*told, *seen))
    found = {leg_id: Difference(told.get(leg_id), seen.get(leg_id)) for leg_id in legs}
    return {leg_id: each for leg_id, each in found.items() if _comes_apart(each)}


def _comes_apart(each: Difference) -> bool:
    """Tell whether the two differ; an answered leg is not asked whether it rang."""
    told, seen = each
    if told is None or seen is None:
        return True
    rings_unheard = seen.ringing and not (told.ringing or told.up)
    return rings_unheard or told.ordered or told.up != seen.up or told.bridge_id != seen.bridge_id


class Drift:
    """The differences of the last look, to be confirmed by the next."""

    def __init__(self) -> None:
        self._doubted: dict[LegId, Difference] = {}

    def look(self, told: Views, seen: Views) -> dict[LegId, Difference]:
        """Return the differences that this look has in common with the one before."""
        before, self._doubted = self._doubted, differences(told, seen)
        return {leg_id: each for leg_id, each in self._doubted.items() if before.get(leg_id) == each}

    def forget(self) -> None:
        """Let the next look be the first: all that was seen before is told."""
        self._doubted = {}
