"""Drift: where what we believe of a telephone system has come apart from what it is.

Events can be lost, and for a lost event there is none. So the telephone system is looked at every few
seconds, and what it shows is held against what was told. A look races with events still under way, so a
difference counts only when two looks in a row show the very same one (docs/decisions/0011).

Nothing here knows which telephone system it is, or what a difference is told as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.model.ids import BridgeId, LegId


class LegView(NamedTuple):
    """What matters of a leg: does it ring, is it answered, in which bridge is it.

    `expected` says that it was heard of, but never told as created: we ordered it, or it opened a dialogue.
    """

    expected: bool = False
    ringing: bool = False
    up: bool = False
    bridge_id: BridgeId | None = None


Views = Mapping[LegId, LegView]
"""Legs as somebody sees them; a leg that is missing does not exist."""


class Difference(NamedTuple):
    """One leg as it was told and as it was seen, None where there is none."""

    told: LegView | None
    seen: LegView | None

    def aspects(self) -> Iterator[str]:
        """Yield in words what the two do not agree on; an answered leg is not asked whether it rang."""
        told, seen = self
        if seen is None:
            yield "gone"
        elif told is None or told.expected:
            yield "new"
        else:
            if seen.ringing and not (told.ringing or told.up):
                yield "rings"
            if seen.up and not told.up:
                yield "answered"
            if told.bridge_id != seen.bridge_id:
                yield f"from {told.bridge_id} to {seen.bridge_id}"


def differences(told: Views, seen: Views) -> dict[LegId, Difference]:
    """Return every leg that is not what was told of it, those told first."""
    legs = dict.fromkeys((*told, *seen))
    found = {leg_id: Difference(told.get(leg_id), seen.get(leg_id)) for leg_id in legs}
    return {leg_id: each for leg_id, each in found.items() if any(each.aspects())}


class Drift:
    """The differences of the last look, to be confirmed by the next."""

    def __init__(self) -> None:
        self._doubted: dict[LegId, Difference] = {}

    def look(self, told: Views, seen: Views) -> dict[LegId, Difference]:
        """Return the legs that are amiss as they already were at the look before, in one aspect at least."""
        before, self._doubted = self._doubted, differences(told, seen)
        return {
            leg_id: each
            for leg_id, each in self._doubted.items()
            if leg_id in before and not set(each.aspects()).isdisjoint(before[leg_id].aspects())
        }

    def forget(self) -> None:
        """Let the next look be the first: all that was seen before is told."""
        self._doubted = {}
