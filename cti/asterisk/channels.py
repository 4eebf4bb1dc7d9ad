"""What translation must remember of Asterisk: its channels, their Local pairs, and its bridges.

A Local channel is a cable inside Asterisk: what enters the half `;1` leaves the half `;2`. Both halves
are hidden from the engine, and bridges joined by such a cable count as one, for whoever is in them can
hear each other. Asterisk usually takes the cable out a moment later ("optimisation"), or never (`/n`).
The one Local half that is a party is the one we ordered ourselves as an agent's phone.

Nothing here knows AMI's messages or the engine's events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.model.ids import NO_LEG, BridgeId, LegId

LOCAL = "Local/"


@dataclass(slots=True, kw_only=True)
class Channel:
    """One channel; `pair` is set on the hidden half of a Local pair alone, so without it this is a leg."""

    leg_id: LegId
    name: str
    pair: LocalPair | None = None
    ringing: bool = False
    up: bool = False
    held: bool = False
    bridge_id: BridgeId | None = None


@dataclass(slots=True, kw_only=True)
class LocalPair:
    """Two halves of one Local channel, as far as hidden, and the leg that dials through them."""

    dialer: LegId = NO_LEG
    halves: list[Channel] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Move:
    """A leg came into, or went out of, the bridge that the engine knows as `bridge_id`."""

    leg_id: LegId
    bridge_id: BridgeId
    joined: bool


class BridgeMap:
    """Who is in which bridge, with bridges joined by Local pairs known under one name."""

    def __init__(self) -> None:
        self._members: dict[BridgeId, dict[LegId, Channel]] = {}
        # Names of bridges joined with others; a bridge that is not in here goes by its own.
        self._known_as: dict[BridgeId, BridgeId] = {}

    def enter(self, channel: Channel, bridge_id: BridgeId) -> list[Move]:
        """Put the channel into the bridge, out of the one it is in; nothing where it is there already."""
        if channel.bridge_id == bridge_id:
            return []
        moves = self.leave(channel)
        channel.bridge_id = bridge_id
        self._members.setdefault(bridge_id, {})[channel.leg_id] = channel
        if channel.pair is None:
            moves.append(Move(channel.leg_id, self._name(bridge_id), joined=True))
        else:
            moves.extend(self._rename(bridge_id))
        return moves

    def leave(self, channel: Channel) -> list[Move]:
        """Take the channel out of its bridge, if it is in one."""
        bridge_id = channel.bridge_id
        if bridge_id is None:
            return []
        channel.bridge_id = None
        known_as = self._name(bridge_id)
        members = self._members[bridge_id]
        del members[channel.leg_id]
        if not members:
            del self._members[bridge_id]
            self._known_as.pop(bridge_id, None)
        if channel.pair is None:
            return [Move(channel.leg_id, known_as, joined=False)]
        far_ends = [half.bridge_id for half in channel.pair.halves if half.bridge_id is not None]
        return [move for end in (bridge_id, *far_ends) for move in self._rename(end)]

    def destroy(self, bridge_id: BridgeId) -> list[Move]:
        """Empty the bridge."""
        members = list(self._members.get(bridge_id, {}).values())
        return [move for channel in members for move in self.leave(channel)]

    def _name(self, bridge_id: BridgeId) -> BridgeId:
        return self._known_as.get(bridge_id, bridge_id)

    def _rename(self, start: BridgeId) -> Iterator[Move]:
        """Give all bridges that cables join with `start` one name, and move their legs to it."""
        joined = self._joined_with(start)
        name = min(joined)
        for bridge_id in joined:
            before = self._name(bridge_id)
            if bridge_id == name:
                self._known_as.pop(bridge_id, None)
            elif bridge_id in self._members:
                self._known_as[bridge_id] = name
            if before != name:
                for channel in self._members.get(bridge_id, {}).values():
                    if channel.pair is None:
                        yield Move(channel.leg_id, before, joined=False)
                        yield Move(channel.leg_id, name, joined=True)

    def _joined_with(self, start: BridgeId) -> list[BridgeId]:
        found = [start]
        for bridge_id in found:
            for channel in self._members.get(bridge_id, {}).values():
                halves = channel.pair.halves if channel.pair is not None else ()
                for half in halves:
                    if half.bridge_id is not None and half.bridge_id not in found:
                        found.append(half.bridge_id)
        return found
