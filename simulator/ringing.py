"""Calling a phone: from the order to ring it to its answer, refusal or silence.

Follows what Originate does on a real Asterisk (capture s07): which facts are told, in which order, with
which cause and reason. The outcome goes to the one who ordered the call; what is to happen with an
answered channel is the `answered` of the order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.kernel.record import Entity
from core.model.causes import Cause
from simulator.channel import Channel, ChannelState
from simulator.pbx import Exchange
from simulator.phones import REFUSALS, Phone, Reach, Reaction, Refusal, Voice

ANSWERED = 4
RANG_OUT = 3
NEVER_MADE = 0
"""Reasons of an OriginateResponse: numbers of Asterisk's AST_CONTROL frames."""

RANG_OUT_STATUS = 480
"""How chan_pjsip tells that it gave up itself, though nobody sent it that status (measured on 22.10)."""

_SILENT = frozenset({Reach.IGNORE, Reach.DEAD})
_WITHOUT_RINGING = frozenset({Reach.DEAD, Reach.CONGESTED, Reach.NOT_FOUND, Reach.BLOCKED})


def _nothing(channel: Channel | None, reason: int) -> None:
    """Ignore the outcome of a call."""


class Ringing(Entity, kw_only=True):
    """One order to ring `address` for at most `ring_timeout_us`.

    `peer` is the uniqueid of the channel it rings for, if any. `answered(channel)` runs shortly after the
    phone is picked up. `finished(channel, reason)` is called once, with None where no channel was ever made.
    """

    address: str
    ring_timeout_us: int
    answered: Callable[[Channel], None]
    finished: Callable[[Channel | None, int], None] = _nothing
    uniqueid: str = ""
    peer: str = ""
    dialer: Channel | None = None
    caller_number: str = ""
    caller_name: str = ""
    variables: dict[str, str] = {}


def ring(exchange: Exchange, order: Ringing) -> Channel | None:
    """Begin to ring; return the new channel, or None where the address cannot be called at all."""
    phone = exchange.phones.find(order.address)
    if phone is None:
        order.finished(None, NEVER_MADE)
        return None
    busy = phone.in_use >= phone.lines
    reaction = Reaction(Reach.BUSY, exchange.ring_us) if busy else phone.react(order.peer)
    if reaction.reach is Reach.UNREGISTERED:
        order.finished(None, NEVER_MADE)
        return None
    linkedid = order.dialer.linkedid if order.dialer else ""
    channel = exchange.new_channel(
        order.address, ChannelState.DOWN, inbound=False, uniqueid=order.uniqueid, linkedid=linkedid
    )
    _Attempt(exchange, order, phone, channel).begin(reaction)
    return channel


class _Attempt:
    """The life of one ringing phone, up to its answer or its end."""

    def __init__(self, exchange: Exchange, order: Ringing, phone: Phone, channel: Channel) -> None:
        self._exchange = exchange
        self._order = order
        self._phone = phone
        self._channel = channel
        self._settled = False

    def begin(self, reaction: Reaction) -> None:
        channel, order, exchange = self._channel, self._order, self._exchange
        self._phone.in_use += 1
        channel.on_end = self._ended
        channel.connected_number, channel.connected_name = order.caller_number, order.caller_name
        channel.caller_number = order.address.rpartition("/")[2]
        # A channel we dial has dialed nobody; Asterisk says "s" then (capture s07).
        channel.exten = "s"
        exchange.announce(channel)
        for name, value in order.variables.items():
            exchange.set_variable(channel, name, value)
        exchange.tell_dialing(channel, order.dialer)
        self._plan(reaction)

    def _plan(self, reaction: Reaction) -> None:
        after = self._exchange.after
        if reaction.reach not in _WITHOUT_RINGING:
            after(min(self._exchange.ring_us, reaction.after_us), self._rings)
            self._channel.on_pick_up = partial(self._picked_up, reaction.voice)
        if reaction.reach not in _SILENT:
            act = partial(self._picked_up, reaction.voice)
            if reaction.reach in REFUSALS:
                act = partial(self._refused, REFUSALS[reaction.reach])
            after(reaction.after_us, act)
        after(self._order.ring_timeout_us, self._rang_out)

    def _rings(self) -> None:
        if not self._settled:
            self._exchange.set_state(self._channel, ChannelState.RINGING)

    def _picked_up(self, voice: Voice) -> None:
        if self._settled:
            return
        self._settled = True
        exchange, channel = self._exchange, self._channel
        channel.voice, channel.answered_us = voice, exchange.now_us()
        exchange.answer(channel)
        exchange.tell_dialed(channel, self._order.dialer, "ANSWER")
        self._order.finished(channel, ANSWERED)
        exchange.after(exchange.bridge_us, self._go_on)

    def _go_on(self) -> None:
        if not self._channel.ended:
            self._order.answered(self._channel)

    def _refused(self, refusal: Refusal) -> None:
        if not self._settled:
            self._settled = True
            self._channel.tech_cause = refusal.tech_cause
            self._exchange.tell_dialed(self._channel, self._order.dialer, refusal.status)
            self._order.finished(self._channel, NEVER_MADE)
            self._exchange.hang_up(self._channel, refusal.cause)

    def _rang_out(self) -> None:
        # A timeout is told by the end of the channel alone: Originate sends no DialEnd for it.
        if not self._settled:
            self._settled = True
            self._channel.tech_cause = RANG_OUT_STATUS
            self._exchange.hang_up(self._channel, Cause.NO_ANSWER)
            self._order.finished(self._channel, RANG_OUT)

    def _ended(self) -> None:
        self._phone.in_use -= 1
        if not self._settled:
            self._settled = True
            self._exchange.tell_dialed(self._channel, self._order.dialer, "NOANSWER")
            self._order.finished(self._channel, NEVER_MADE)
