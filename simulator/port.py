"""Face (a) of the simulated Asterisk: the `Pbx` port in virtual time.

Carries out the engine's commands on the `Exchange` and tells its facts as the events that the Asterisk
adapter makes of AMI and FastAGI, in the same order. Commands take effect a moment later, as over a wire.
The engine's orders are carried out in `simulator.orders`, channels in its hands are in `simulator.dialogues`,
and what the exchange does is told by `simulator.telling`.
"""

from __future__ import annotations

from functools import partial

from core.model.commands import PbxCommand
from core.model.events import PbxSynced
from core.model.message import Event
from core.ports import Sink
from simulator.channel import Channel
from simulator.dialogues import AGI, Dialogues
from simulator.orders import Orders
from simulator.pbx import HOLD_MUSIC, Exchange
from simulator.telling import Telling


class SimPbx:
    """The simulated Asterisk as a `Pbx`; what it learns goes to `sink`."""

    def __init__(self, exchange: Exchange, sink: Sink, name: str = "sim") -> None:
        self.name = name
        self._exchange = exchange
        self._sink = sink
        self._dialogues = Dialogues(exchange, self._tell)
        self._telling = Telling(exchange, self._dialogues, self._tell)
        self._orders = Orders(name, exchange, self._dialogues, self._tell)
        exchange.watch(self._telling)
        exchange.dialplan = self._dialogues.open

    def start(self) -> None:
        """Tell the channels that exist already, then `PbxSynced`: start and recovery are one path."""
        channels = list(self._exchange.channels.values())
        for channel in channels:
            self.tell_channel(channel)
        self._tell(PbxSynced(at_us=self._exchange.now_us(), pbx=self.name))
        for channel in channels:
            if channel.bridge is None and (channel.inbound or channel.application == AGI):
                self._dialogues.ask_again_soon(channel)

    def stop(self) -> None:
        """Let go of the exchange as a killed engine does: callers hear music, conversations go on."""
        self._exchange.unwatch(self._telling)
        self._sink = _forget
        self._exchange.dialplan = partial(self._exchange.start_music, music=HOLD_MUSIC)
        self._dialogues.hold_all()

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; see `core.ports.Pbx`."""
        self._orders.execute(command)

    def tell_channel(self, channel: Channel) -> None:
        """Tell all there is to know of a channel, as a snapshot does."""
        self._telling.tell_channel(channel)

    def cut_dialogues(self) -> None:
        """Break the link of every dialogue; the dialplan plays music and asks for us again in a moment."""
        self._dialogues.cut()

    def _tell(self, event: Event) -> None:
        self._sink(event)


def _forget(event: Event) -> None:
    """Hear nothing: the engine behind the sink is gone."""
