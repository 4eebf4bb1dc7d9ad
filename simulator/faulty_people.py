"""Faults of people and their phones: who hangs up in the instant of the answer, and phones that fail."""

from __future__ import annotations

from functools import partial

from simulator.channel import Channel, ChannelState
from simulator.faults import FaultKind, FaultPlan
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import Reach, React, Reaction, is_outside

RACE_US = 1_500
"""Twice the time from the answer to the bridge: so the hang-up comes before, with or after it."""

_FAILURES = tuple(reach for reach in Reach if reach is not Reach.ANSWER)


def let_people_fail(exchange: Exchange, plan: FaultPlan) -> None:
    """Let `plan` strike whoever is on the telephone, and the phones that are there by now."""
    HangUpRace(exchange, plan)
    for phone in exchange.phones:
        phone.react = partial(_react, plan, phone.react)


class HangUpRace(PbxListener):
    """Lets one of the two parties hang up just when an agent's phone is answered."""

    def __init__(self, exchange: Exchange, plan: FaultPlan) -> None:
        self._exchange = exchange
        self._plan = plan
        self._draw = plan.stream("hang_up_race/who")
        exchange.watch(self)

    def state_changed(self, channel: Channel) -> None:
        """See a phone answered, and strike."""
        answered = channel.state is ChannelState.UP and not channel.inbound
        if not answered or is_outside(channel.address) or not self._plan.strikes(FaultKind.HANG_UP_RACE):
            return
        waiting = [each for each in self._exchange.channels.values() if each.inbound and not each.bridge]
        leaver = self._draw.choice([channel, *waiting])
        self._exchange.after(self._draw.randrange(RACE_US), partial(self._exchange.leave, leaver))


def _react(plan: FaultPlan, otherwise: React, peer: str) -> Reaction:
    """Let a phone that rings fail, in any of the ways a phone can, or do what it would have done."""
    if not plan.strikes(FaultKind.PHONE_FAILS):
        return otherwise(peer)
    draw = plan.stream("phone_fails/how")
    return Reaction(draw.choice(_FAILURES), draw.randrange(2_000_000))
