"""The facts of the exchange as AMI events, in the shape and order of Asterisk 22.

`Broadcast` is called as (event class, lines) for each; who may hear a class is the sessions' business.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.ami_text import (
    Lines,
    bridge_lines,
    cause_lines,
    channel_lines,
    dial_lines,
    escaped,
)
from simulator.channel import Bridge, Channel, ChannelState
from simulator.listener import PbxListener

KEY_DURATION_MS = 120

Broadcast = Callable[[str, Lines], None]


def event(name: str, kind: str, lines: Lines) -> Lines:
    """Return the event `name` of class `kind`, its first two lines as Asterisk writes them."""
    return [("Event", name), ("Privilege", f"{kind},all"), *lines]


class AmiEvents(PbxListener):
    """Hears the exchange and tells it as AMI."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast

    def tell(self, name: str, kind: str, lines: Lines) -> None:
        """Send the event `name` of class `kind` to all who may hear it."""
        self._broadcast(kind, event(name, kind, lines))

    def channel_created(self, channel: Channel) -> None:
        """Tell Newchannel."""
        self.tell("Newchannel", "call", channel_lines(channel))

    def state_changed(self, channel: Channel) -> None:
        """Tell Newstate, and DialState where a phone rings."""
        self.tell("Newstate", "call", channel_lines(channel))
        if channel.state is ChannelState.RINGING:
            self.tell("DialState", "call", [*channel_lines(channel, "Dest"), ("DialStatus", "RINGING")])

    def dial_begun(self, channel: Channel, dialer: Channel | None) -> None:
        """Tell DialBegin."""
        dial_string = channel.address.partition("/")[2]
        self.tell("DialBegin", "call", [*dial_lines(channel, dialer), ("DialString", dial_string)])

    def dial_ended(self, channel: Channel, dialer: Channel | None, status: str) -> None:
        """Tell DialEnd."""
        self.tell("DialEnd", "call", [*dial_lines(channel, dialer), ("DialStatus", status)])

    def variable_set(self, channel: Channel, name: str, value: str) -> None:
        """Tell VarSet, the value escaped."""
        lines = [*channel_lines(channel), ("Variable", name), ("Value", escaped(value))]
        self.tell("VarSet", "dialplan", lines)

    def key_pressed(self, channel: Channel, digit: str) -> None:
        """Tell DTMFBegin and DTMFEnd."""
        self._tell_key(channel, digit, "Received")

    def key_heard(self, channel: Channel, key: str) -> None:
        """Tell DTMFBegin and DTMFEnd of a key that we played."""
        self._tell_key(channel, key, "Sent")

    def _tell_key(self, channel: Channel, digit: str, direction: str) -> None:
        common = [*channel_lines(channel), ("Digit", digit), ("Direction", direction)]
        self.tell("DTMFBegin", "dtmf", common)
        self.tell("DTMFEnd", "dtmf", [*common, ("DurationMs", str(KEY_DURATION_MS))])

    def spy_started(self, channel: Channel) -> None:
        """Tell ChanSpyStart."""
        assert channel.spying is not None
        lines = [*channel_lines(channel, "Spyer"), *channel_lines(channel.spying.on, "Spyee")]
        self.tell("ChanSpyStart", "call", lines)

    def spy_stopped(self, channel: Channel) -> None:
        """Tell ChanSpyStop."""
        assert channel.spying is not None
        lines = [*channel_lines(channel, "Spyer"), *channel_lines(channel.spying.on, "Spyee")]
        self.tell("ChanSpyStop", "call", lines)

    def hangup_requested(self, channel: Channel) -> None:
        """Tell HangupRequest."""
        self.tell("HangupRequest", "call", channel_lines(channel))

    def music_started(self, channel: Channel) -> None:
        """Tell MusicOnHoldStart."""
        self.tell("MusicOnHoldStart", "call", [*channel_lines(channel), ("Class", channel.music)])

    def music_stopped(self, channel: Channel) -> None:
        """Tell MusicOnHoldStop."""
        self.tell("MusicOnHoldStop", "call", channel_lines(channel))

    def bridge_created(self, bridge: Bridge) -> None:
        """Tell BridgeCreate."""
        self.tell("BridgeCreate", "call", bridge_lines(bridge))

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """Tell BridgeEnter."""
        self.tell("BridgeEnter", "call", [*bridge_lines(bridge), *channel_lines(channel)])

    def bridge_left(self, bridge: Bridge, channel: Channel) -> None:
        """Tell BridgeLeave."""
        self.tell("BridgeLeave", "call", [*bridge_lines(bridge), *channel_lines(channel)])

    def bridge_destroyed(self, bridge: Bridge) -> None:
        """Tell BridgeDestroy."""
        self.tell("BridgeDestroy", "call", bridge_lines(bridge))

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """Tell Hangup."""
        self.tell("Hangup", "call", [*channel_lines(channel), *cause_lines(cause, channel.tech_cause)])
