"""What an engine was told of legs, kept as the Asterisk adapter keeps it: to find what it was not told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.drift import LegView
from core.model.events import (
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
)
from core.model.ids import LegId


class Told:
    """Legs by what was told of them; a leg that was told ended, or failed, never comes back."""

    def __init__(self) -> None:
        self.views: dict[LegId, LegView] = {}
        self._ordered: dict[LegId, None] = {}
        self._ended: dict[LegId, type[LegEvent]] = {}

    def order(self, leg_id: LegId) -> None:
        """Expect a leg that is about to be rung."""
        self._ordered[leg_id] = None
        self._expect(leg_id)

    def was_ordered(self, leg_id: LegId) -> bool:
        """Tell whether we ring the leg, and have not heard of it yet."""
        view = self.views.get(leg_id)
        return view is not None and view.expected and leg_id in self._ordered

    def has_failed(self, leg_id: LegId) -> bool:
        """Tell whether the leg was told never to have been made."""
        return self._ended.get(leg_id) is LegFailed

    def take(self, event: LegEvent) -> bool:
        """Note what is about to be told; return False where it may not be, for the leg is over."""
        if event.leg_id in self._ended and not isinstance(event, LegEnded | DialogueOpened):
            return False
        note = _NOTES.get(type(event))
        if note is not None:
            note(self, event)
        return True

    def _expect(self, leg_id: LegId) -> None:
        self.views.setdefault(leg_id, LegView(expected=True))

    def _create(self, event: LegCreated) -> None:
        if self.views.get(event.leg_id, LegView(expected=True)).expected:
            self.views[event.leg_id] = LegView()

    def _change(self, leg_id: LegId, **news: Any) -> None:
        view = self.views.get(leg_id)
        if view is not None:
            self.views[leg_id] = view._replace(**news)

    def _leave(self, event: LegLeft) -> None:
        view = self.views.get(event.leg_id)
        if view is not None and view.bridge_id == event.bridge_id:
            self._change(event.leg_id, bridge_id=None)

    def _end(self, event: LegEnded | LegFailed) -> None:
        self.views.pop(event.leg_id, None)
        self._ended[event.leg_id] = type(event)


_NOTES: dict[type[LegEvent], Callable[[Told, Any], None]] = {
    DialogueOpened: lambda told, event: told._expect(event.leg_id),
    LegCreated: Told._create,
    LegRinging: lambda told, event: told._change(event.leg_id, ringing=True),
    LegAnswered: lambda told, event: told._change(event.leg_id, up=True),
    LegJoined: lambda told, event: told._change(event.leg_id, bridge_id=event.bridge_id),
    LegLeft: Told._leave,
    LegEnded: Told._end,
    LegFailed: Told._end,
}
