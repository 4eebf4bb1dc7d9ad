"""Steps and names of goldline's dialplan that both faces of the simulated Asterisk run alike."""

from __future__ import annotations

from collections.abc import Callable

from core.kernel.clock import SECOND_US
from core.model.causes import Cause
from simulator.channel import Channel
from simulator.pbx import Exchange
from simulator.phones import outside_address
from simulator.ringing import Ringing, ring

TAG_VARIABLE = "GOLDLINE_TAG"
PEER_VARIABLE = "GOLDLINE_PEER"
SPARES_VARIABLE = "GOLDLINE_SPARES"
ROOM_VARIABLE = "GOLDLINE_ROOM"
HEARS_VARIABLE = "GOLDLINE_HEARS"
SPEAKS_VARIABLE = "GOLDLINE_SPEAKS"
ARRIVED_VARIABLE = "GOLDLINE_ARRIVED"
DETECTION_VARIABLE = "GOLDLINE_DETECTION"
ANSWERER_VARIABLE = "GOLDLINE_ANSWERER"
JUDGE_EXTEN, TAKEN_EXTEN, HEAR_EXTEN = "judge", "taken", "hear"
RETRY_US = SECOND_US
"""How long a caller hears music before the dialplan asks an absent engine again."""
OUTSIDE_RING_TIMEOUT_US = 60 * SECOND_US


GoOn = Callable[[], None]


def join_and_return(
    exchange: Exchange, channel: Channel, peer: Channel | None, go_on: GoOn, peer_goes_on: GoOn | None = None
) -> None:
    """Run `Bridge(peer)` in `channel`, and `go_on` behind it: at once where one of them is gone."""
    if peer is None or not exchange.bridge(channel, peer, go_on, peer_goes_on):
        go_on()


def join_or_hang_up(
    exchange: Exchange, channel: Channel, peer: Channel | None, peer_goes_on: GoOn | None = None
) -> None:
    """Run `Bridge(peer)` in `channel`, and `Hangup()` where that fails because one of them is gone."""
    if peer is None or not exchange.bridge(channel, peer, None, peer_goes_on):
        exchange.hang_up(channel)


def dial_outside(exchange: Exchange, channel: Channel, number: str) -> None:
    """Run `Dial()` in `channel` to a number beyond the trunk; without an answer the channel is hung up."""

    def finished(target: Channel | None, reason: int) -> None:
        if target is None or not target.is_up:
            exchange.hang_up(channel, Cause.NO_ROUTE)

    order = Ringing(
        address=outside_address(number),
        ring_timeout_us=OUTSIDE_RING_TIMEOUT_US,
        dialer=channel,
        answered=lambda target: join_or_hang_up(exchange, target, channel),
        finished=finished,
    )
    ring(exchange, order)
