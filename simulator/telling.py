"""What the simulated Asterisk tells the engine: the facts of its exchange as events.

They are the events that `cti.asterisk.translate` makes of AMI, in the same order.
"""

from __future__ import annotations

from core.model.events import (
    DialEnded,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegJoined,
    LegLeft,
    LegPressed,
    LegRinging,
    LegTagged,
)
from core.model.ids import BridgeId, LegId
from core.model.supervision import LegHears
from core.ports import Sink
from simulator.channel import Bridge, Channel, ChannelState
from simulator.dialogues import Dialogues
from simulator.dialplan_steps import TAG_VARIABLE
from simulator.listener import PbxListener
from simulator.pbx import Exchange

DIAL_OUTCOMES = {"ANSWER": "answer", "BUSY": "busy", "CONGESTION": "congestion", "NOANSWER": "no-answer"}
"""The words of `DialEnded` for Asterisk's DIALSTATUS."""


class Telling(PbxListener):
    """Hears what becomes true in the exchange, and tells `sink` of it."""

    def __init__(self, exchange: Exchange, dialogues: Dialogues, sink: Sink) -> None:
        self._now_us = exchange.now_us
        self._dialogues = dialogues
        self._sink = sink

    def tell_channel(self, channel: Channel) -> None:
        """Tell all there is to know of a channel, as a snapshot does."""
        self.channel_created(channel)
        if channel.state in (ChannelState.UP, ChannelState.RINGING):
            self.state_changed(channel)
        if channel.bridge is not None:
            self.bridge_entered(channel.bridge, channel)
        tag = channel.variables.get(TAG_VARIABLE)
        if tag:
            self._sink(LegTagged(at_us=self._now_us(), leg_id=LegId(channel.uniqueid), tag=tag))

    def channel_created(self, channel: Channel) -> None:
        """Tell `LegCreated`."""
        self._sink(
            LegCreated(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                address=channel.name,
                caller_number=channel.caller_number,
                caller_name=channel.caller_name,
                dialed_number=channel.exten,
                call_hint=channel.linkedid,
            )
        )

    def state_changed(self, channel: Channel) -> None:
        """Tell `LegRinging` or `LegAnswered`."""
        kind = LegAnswered if channel.state is ChannelState.UP else LegRinging
        self._sink(kind(at_us=self._now_us(), leg_id=LegId(channel.uniqueid)))

    def dial_begun(self, channel: Channel, dialer: Channel | None) -> None:
        """Tell `LegDialed`."""
        self._sink(
            LegDialed(at_us=self._now_us(), leg_id=LegId(channel.uniqueid), from_leg_id=_leg_id_of(dialer))
        )

    def dial_ended(self, channel: Channel, dialer: Channel | None, status: str) -> None:
        """Tell `DialEnded`."""
        self._sink(
            DialEnded(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                from_leg_id=_leg_id_of(dialer),
                outcome=DIAL_OUTCOMES[status],
            )
        )

    def key_pressed(self, channel: Channel, digit: str) -> None:
        """Tell `LegPressed` of a leg that is not in our hands; in a dialogue keys belong to the steps."""
        if channel.uniqueid not in self._dialogues:
            self._sink(LegPressed(at_us=self._now_us(), leg_id=LegId(channel.uniqueid), digit=digit))

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """Tell `LegJoined`, and that a caller left our hands by it."""
        self._sink(
            LegJoined(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                bridge_id=BridgeId(bridge.uniqueid),
            )
        )
        self._dialogues.close(channel)

    def spy_started(self, channel: Channel) -> None:
        """Tell `LegHears`."""
        assert channel.spying is not None
        hears = LegId(channel.spying.on.uniqueid)
        self._sink(LegHears(at_us=self._now_us(), leg_id=LegId(channel.uniqueid), hears=hears))

    def bridge_left(self, bridge: Bridge, channel: Channel) -> None:
        """Tell `LegLeft`."""
        self._sink(
            LegLeft(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                bridge_id=BridgeId(bridge.uniqueid),
            )
        )

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """Tell `DialogueClosed` where one was open, then `LegEnded`."""
        self._dialogues.close(channel)
        self._sink(
            LegEnded(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                cause=cause,
                tech_cause=channel.tech_cause,
            )
        )


def _leg_id_of(channel: Channel | None) -> LegId:
    return LegId(channel.uniqueid) if channel else LegId("")
