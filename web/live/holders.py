"""Which screen shows an agent's desk: one at a time.

A second one is told that the desk is open elsewhere and shown nothing before its agent says to take over;
the first is told the same then. A screen has a name of its own (a browser tab's), so that the same one
coming back, after a reload or a lost network, simply goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.model.ids import AgentId, OfferId

DeskWatch = Callable[[AgentId, bool], None]
"""Told of an agent that the desk is open on a screen now, or on none any more."""
SightWatch = Callable[[AgentId, OfferId], None]
"""Told of an agent that the record of the offer is before the eyes."""


class Screen(Protocol):
    """A connection that may show a desk; `screen` is its name, empty where it has none."""

    screen: str

    def lose_desk(self, since_us: int) -> None:
        """Hear that another screen shows the desk since `since_us`."""
        ...


@dataclass(frozen=True, slots=True)
class _Holder:
    screen: Screen
    since_us: int


class Holders:
    """Who holds which desk."""

    def __init__(self) -> None:
        self._holders: dict[AgentId, _Holder] = {}
        self._watches: list[DeskWatch] = []
        self._sight_watches: list[SightWatch] = []

    def watch(self, watch: DeskWatch) -> None:
        """Tell `watch` whenever a desk is opened, and when it is open on no screen any more."""
        self._watches.append(watch)

    def watch_sight(self, watch: SightWatch) -> None:
        """Tell `watch` whenever a desk shows the record of an offer."""
        self._sight_watches.append(watch)

    def see(self, agent_id: AgentId, screen: Screen, offer_id: OfferId) -> None:
        """Hear of `screen` that it shows the record of an offer; only of the one that holds the desk."""
        holder = self._holders.get(agent_id)
        if holder is not None and holder.screen is screen:
            for watch in self._sight_watches:
                watch(agent_id, offer_id)

    def is_open(self, agent_id: AgentId) -> bool:
        """Tell whether a screen shows the agent's desk."""
        return agent_id in self._holders

    def hold(self, agent_id: AgentId, screen: Screen, now_us: int, *, take_over: bool) -> int | None:
        """Let `screen` show the desk; return since when another one does instead, None where it may."""
        other = self._holders.get(agent_id)
        if other is None or other.screen is screen:
            self._holders[agent_id] = other or _Holder(screen, now_us)
        elif take_over or (screen.screen and screen.screen == other.screen.screen):
            self._holders[agent_id] = _Holder(screen, now_us)
            other.screen.lose_desk(now_us)
        else:
            return other.since_us
        if other is None:
            self._tell(agent_id, True)
        return None

    def let_go(self, agent_id: AgentId, screen: Screen) -> None:
        """Forget that `screen` shows the desk, if it does."""
        holder = self._holders.get(agent_id)
        if holder is not None and holder.screen is screen:
            del self._holders[agent_id]
            self._tell(agent_id, False)

    def _tell(self, agent_id: AgentId, is_open: bool) -> None:
        for watch in self._watches:
            watch(agent_id, is_open)
