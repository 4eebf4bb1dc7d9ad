"""Legs of which AMI cannot tell that they ended, or never came, for it did not hear of them itself.

A caller can come and go while AMI is away, told by FastAGI alone. And who was being rung when the link broke
may have been refused unheard.
"""

from __future__ import annotations

from core.kernel.clock import Clock
from core.model.causes import Cause
from core.model.events import LegEnded
from core.model.ids import LegId
from core.ports import Sink
from cti.asterisk.dialogue import Dialogues
from cti.asterisk.orders import Orders
from cti.asterisk.translate import Translator

NEVER_CAME = "the link broke before Asterisk said whether it rings"
NEVER_MADE = "Asterisk took the order, and there is no channel"


class Untold:
    """Tells `sink` the ends that no event of AMI will, once it is known that there is no such channel."""

    def __init__(
        self, translator: Translator, dialogues: Dialogues, orders: Orders, sink: Sink, clock: Clock
    ) -> None:
        self._translator = translator
        self._dialogues = dialogues
        self._orders = orders
        self._sink = sink
        self._clock = clock
        # Legs that a dialogue told of and whose end was not told yet.
        self._unended: dict[LegId, None] = {}
        # Ordered legs of which no link could tell any more.
        self._orphaned: tuple[LegId, ...] = ()

    def expected(self) -> list[LegId]:
        """Return the legs that Asterisk should have by what it and our dialogues said."""
        return [*self._orders.promised(), *self._unended]

    def note_opened(self, leg_id: LegId) -> None:
        """Take note of a leg that a dialogue tells of."""
        self._unended[leg_id] = None

    def note_closed(self, leg_id: LegId) -> None:
        """Take note that the dialogue is over; the leg may have ended before, and nobody could tell."""
        if self._translator.has_ended(leg_id):
            self._end(leg_id)

    def note_ended(self, leg_id: LegId) -> None:
        """Take note of an end that was told."""
        self._unended.pop(leg_id, None)

    def note_missing(self, leg_id: LegId) -> None:
        """Give up a leg that Asterisk does not list."""
        self._orders.give_up(leg_id, Cause.SUBSCRIBER_ABSENT, NEVER_MADE)
        self._end(leg_id)

    def link_lost(self) -> None:
        """Remember who was to come: whether they do is not told any more."""
        self._orphaned = self._translator.ordered()

    def link_back(self) -> None:
        """Tell the end of all that a snapshot has not shown."""
        for leg_id in self._orphaned:
            self._orders.give_up(leg_id, Cause.NETWORK_OUT_OF_ORDER, NEVER_CAME)
        self._orphaned = ()
        for leg_id in list(self._unended):
            self._end(leg_id)

    def _end(self, leg_id: LegId) -> None:
        known = leg_id in self._translator.channels or self._dialogues.knows(leg_id)
        if leg_id in self._unended and not known:
            del self._unended[leg_id]
            self._sink(LegEnded(at_us=self._clock.now_us(), leg_id=leg_id, cause=Cause.UNKNOWN))
