"""The lookout: looks at Asterisk every few seconds for what no event told.

Events can be lost: an overloaded Asterisk drops some, and what a session missed comes never again. So the
channels that Asterisk lists are held against those we were told of. A list costs little (CoreShowChannels
reads Asterisk's own snapshots and locks no channel; docs/decisions/0011 has the figures), the next one is
asked for only when the last has been read, and a difference counts once two looks in a row show it: by then
an event that was merely under way has arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial

import structlog

from core.drift import Drift, LegView, Views
from core.model.ids import BridgeId, LegId
from cti.ami.link import AmiLink
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.ami.wire import AmiMessage
from cti.asterisk.channels import Channel
from cti.asterisk.resync import Snapshot
from cti.asterisk.translate import RINGING, UP

log = structlog.get_logger()

MakeUp = Callable[[Sequence[LegId], Snapshot], None]
"""Called with the legs that are amiss and with what Asterisk shows of them; those it shows not are gone."""


class Lookout:
    """Asks on `link` every `every_s`; while `told()` returns None there is nothing to hold a list against."""

    def __init__(
        self,
        link: AmiLink,
        every_s: float,
        told: Callable[[], Views | None],
        make_up: MakeUp,
        put_off: Callable[[], None],
    ) -> None:
        """Be built with what is to be done with what is amiss, and where Asterisk is to stop."""
        self._link = link
        self._every_s = every_s
        self._told = told
        self._make_up = make_up
        self._put_off = put_off
        self._drift = Drift()
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False

    def start(self) -> None:
        """Look from now on; needs a running loop."""
        self._is_open = True
        self._look_later()

    def close(self) -> None:
        """Look no more."""
        self._is_open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def forget(self) -> None:
        """Let the next look be the first: a snapshot has just told all there is."""
        self._drift.forget()

    def _look_later(self) -> None:
        if self._is_open:
            self._timer = asyncio.get_running_loop().call_later(self._every_s, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._told() is None:
            self._look_later()
        else:
            self._link.send_action("BridgeList", {}, self._bridges_listed)

    def _bridges_listed(self, reply: ActionReply) -> None:
        if reply.ok:
            then = partial(self._channels_listed, Snapshot(bridges=reply.entries))
            self._link.send_action("CoreShowChannels", {}, then)
        else:
            self._look_in_vain(reply)

    def _channels_listed(self, snapshot: Snapshot, reply: ActionReply) -> None:
        told = self._told()
        if not reply.ok:
            self._look_in_vain(reply)
            return
        if told is not None:
            amiss = self._drift.look(told, views(reply.entries, snapshot.holding))
            snapshot.channels = [row for row in reply.entries if row["Uniqueid"] in amiss]
            if amiss:
                self._make_up(list(amiss), snapshot)
        self._look_later()

    def _look_in_vain(self, reply: ActionReply) -> None:
        """Try again later; a link that broke says so itself."""
        if reply.is_to_stop:
            self._put_off()
        elif reply.outcome is not ReplyOutcome.LOST:
            log.warning("look failed", action=reply.action, outcome=reply.outcome, reason=reply.reason)
        self._look_later()


def views(rows: Iterable[AmiMessage], holding: Container[str]) -> dict[LegId, LegView]:
    """Return what a list of channels shows of each."""
    return {LegId(row["Uniqueid"]): _view(row, holding) for row in rows}


def _view(row: AmiMessage, holding: Container[str]) -> LegView:
    bridge_id = row["BridgeId"]
    return LegView(
        ringing=row["ChannelState"] == RINGING,
        up=row["ChannelState"] == UP,
        bridge_id=BridgeId(bridge_id) if bridge_id and bridge_id not in holding else None,
    )


def told_views(channels: Mapping[LegId, Channel], expected: Iterable[LegId]) -> dict[LegId, LegView]:
    """Return what was told of `channels`, and of legs that are `expected` to become channels.

    Of the hidden half of a Local pair nobody is told whether it rings or is answered, so nothing is asked.
    """
    told = {leg_id: LegView(expected=True) for leg_id in expected}
    for leg_id, channel in channels.items():
        is_hidden = channel.pair is not None
        told[leg_id] = LegView(
            ringing=channel.ringing, up=channel.up or is_hidden, bridge_id=channel.bridge_id
        )
    return told
