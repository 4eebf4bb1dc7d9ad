"""What the simulated Asterisk tells, as methods: one for each kind of fact.

Both faces (`simulator.port`, `simulator.ami_server`) and the people listen through this one interface, so
they can never learn different things. A method says what has just become true; the listener must not
change the exchange from inside it but ask the scheduler for a later turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.channel import Bridge, Channel


class PbxListener:
    """Hears every fact and ignores it; listeners override what concerns them."""

    def channel_created(self, channel: Channel) -> None:
        """A channel exists."""

    def state_changed(self, channel: Channel) -> None:
        """The channel rings or is answered."""

    def dial_begun(self, channel: Channel, dialer: Channel | None) -> None:
        """`channel` is being called, by `dialer` or by an order."""

    def dial_ended(self, channel: Channel, dialer: Channel | None, status: str) -> None:
        """The calling is over; `status` is a DIALSTATUS word of Asterisk, such as `BUSY`."""

    def variable_set(self, channel: Channel, name: str, value: str) -> None:
        """A channel variable has a new value."""

    def listening_began(self, channel: Channel) -> None:
        """The channel plays, waits for a key or records; see its `listening`."""

    def key_pressed(self, channel: Channel, digit: str) -> None:
        """The far party pressed a key, whether anything listened or not."""

    def key_heard(self, channel: Channel, key: str) -> None:
        """A key was played to the far party."""

    def spy_started(self, channel: Channel) -> None:
        """The channel hears another one; see its `spying`."""

    def spy_stopped(self, channel: Channel) -> None:
        """The channel hears it no more; its `spying` is still there to see."""

    def hangup_requested(self, channel: Channel) -> None:
        """The far party hangs up; the end of the channel follows."""

    def music_started(self, channel: Channel) -> None:
        """Music on hold of class `channel.music` plays."""

    def music_stopped(self, channel: Channel) -> None:
        """The music is over."""

    def bridge_created(self, bridge: Bridge) -> None:
        """A bridge exists, still empty."""

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """The channel hears the bridge."""

    def bridge_left(self, bridge: Bridge, channel: Channel) -> None:
        """The channel hears the bridge no more."""

    def bridge_destroyed(self, bridge: Bridge) -> None:
        """The bridge is gone."""

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """The channel is gone, with this Q.850 cause."""


FACTS = tuple(name for name in vars(PbxListener) if not name.startswith("_"))
"""The kinds of facts: the names of the methods."""


class Audience:
    """Everybody who listens, by what each of them cares to hear.

    `audience.channel_ended` are the methods to call when a channel has ended: those that were overridden.
    """

    channel_created: list[Callable[[Channel], None]]
    state_changed: list[Callable[[Channel], None]]
    dial_begun: list[Callable[[Channel, Channel | None], None]]
    dial_ended: list[Callable[[Channel, Channel | None, str], None]]
    variable_set: list[Callable[[Channel, str, str], None]]
    listening_began: list[Callable[[Channel], None]]
    key_pressed: list[Callable[[Channel, str], None]]
    key_heard: list[Callable[[Channel, str], None]]
    spy_started: list[Callable[[Channel], None]]
    spy_stopped: list[Callable[[Channel], None]]
    hangup_requested: list[Callable[[Channel], None]]
    music_started: list[Callable[[Channel], None]]
    music_stopped: list[Callable[[Channel], None]]
    bridge_created: list[Callable[[Bridge], None]]
    bridge_entered: list[Callable[[Bridge, Channel], None]]
    bridge_left: list[Callable[[Bridge, Channel], None]]
    bridge_destroyed: list[Callable[[Bridge], None]]
    channel_ended: list[Callable[[Channel, int], None]]

    def __init__(self) -> None:
        for fact in FACTS:
            setattr(self, fact, [])

    def add(self, listener: PbxListener) -> None:
        """Let `listener` hear from now on."""
        for hears, method in self._concerns(listener):
            hears.append(method)

    def remove(self, listener: PbxListener) -> None:
        """Let `listener` hear nothing any more."""
        for hears, method in self._concerns(listener):
            hears.remove(method)

    def _concerns(self, listener: PbxListener) -> Iterator[tuple[list[Callable[..., None]], Any]]:
        for fact in FACTS:
            if getattr(type(listener), fact) is not getattr(PbxListener, fact):
                yield getattr(self, fact), getattr(listener, fact)
