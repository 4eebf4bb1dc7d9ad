"""The dialplan the simulated Asterisk runs: goldline's own contexts, and a few applications.

It does what the written `extensions.conf` of goldline says: callers are put into the hands of the engine
by FastAGI, and when the engine is away they hear music and it is asked again each second; an agent's
answered leg runs Bridge(); a leg sent on dials a number beyond the trunk. Edge file: it opens sockets.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.kernel.clock import microseconds
from simulator.agi_client import AgiClient, address_of
from simulator.channel import Bridge, Channel
from simulator.dialplan_steps import (
    ANSWERER_VARIABLE,
    ARRIVED_VARIABLE,
    DETECTION_VARIABLE,
    HEAR_EXTEN,
    HEARS_VARIABLE,
    JUDGE_EXTEN,
    PEER_VARIABLE,
    RETRY_US,
    ROOM_VARIABLE,
    SPARES_VARIABLE,
    SPEAKS_VARIABLE,
    TAG_VARIABLE,
    TAKEN_EXTEN,
    GoOn,
    dial_outside,
    join_and_return,
    join_or_hang_up,
)
from simulator.judging import detection_of, judge
from simulator.listener import PbxListener
from simulator.pbx import HOLD_MUSIC, Exchange

_NOT_DIALABLE = re.compile(r"[^0-9+*#]")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
CONNECT_TIMEOUT_S = 5.0
"""Real seconds; res_agi gives a connection as long as the kernel does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialplanSettings:
    """Where the engine answers FastAGI, what the contexts are called, and which recordings are missing."""

    engine_url: str
    caller_context: str = "goldline-caller"
    agent_context: str = "goldline-agent"
    transfer_context: str = "goldline-transfer"
    missing_sounds: frozenset[str] = frozenset()


class Dialplan(PbxListener):
    """What each channel does next; becomes the dialplan of `exchange`."""

    def __init__(self, exchange: Exchange, settings: DialplanSettings) -> None:
        self._exchange = exchange
        self._settings = settings
        self._scripts: dict[Channel, AgiClient] = {}
        self._all_gone = asyncio.Event()
        self._stopping = False
        self._connecting: dict[asyncio.Task[None], None] = {}
        # Where a redirected channel goes as soon as its script has closed.
        self._redirected: dict[Channel, Callable[[], None]] = {}
        self._contexts: dict[str, Callable[[Channel], None]] = {
            settings.caller_context: self._enter,
            settings.agent_context: self._join_peer,
            settings.transfer_context: self._dial_outside,
        }
        self._applications: dict[str, Callable[[Channel, str], None]] = {
            "bridge": self._bridge,
            "echo": lambda channel, arguments: None,
            "hangup": lambda channel, arguments: exchange.hang_up(channel),
            "musiconhold": lambda channel, arguments: exchange.start_music(channel, arguments or HOLD_MUSIC),
            "wait": self._wait,
        }

    def start(self) -> None:
        """Take the channels that call in from now on."""
        self._exchange.watch(self)
        self._exchange.dialplan = self._arrive

    def exists(self, context: str, exten: str) -> bool:
        """Tell whether the place is in the dialplan."""
        return context in self._contexts and exten != ""

    def has_application(self, name: str) -> bool:
        """Tell whether the application can be run."""
        return name.lower() in self._applications

    def run(self, channel: Channel, context: str, exten: str) -> None:
        """Let the channel go on at `exten` in `context`."""
        channel.context, channel.exten, channel.priority = context, exten, 1
        self._contexts[context](channel)

    def run_application(self, channel: Channel, name: str, arguments: str) -> None:
        """Let the channel run one application and nothing else."""
        channel.application, channel.application_arguments = name, arguments
        self._applications[name.lower()](channel, arguments)

    def redirect(self, channels: Sequence[Channel], context: str, exten: str) -> None:
        """Take the channels elsewhere; a script is told to let go first, and is waited for."""
        self._exchange.release(*channels)
        for channel in channels:
            self._send(channel, partial(self.run, channel, context, exten))

    def _send(self, channel: Channel, go_on: Callable[[], None]) -> None:
        script = self._scripts.get(channel)
        if script is None:
            go_on()
        else:
            self._redirected[channel] = go_on
            script.leave()

    async def stop(self) -> None:
        """Drop all scripts and let no new one begin."""
        self._exchange.unwatch(self)
        self._stopping = True
        await asyncio.gather(*self._connecting)
        for script in self._scripts.values():
            script.close()
        if self._scripts:
            await self._all_gone.wait()

    # --- callers ------------------------------------------------------------------------------------

    def _arrive(self, channel: Channel) -> None:
        self.run(channel, self._settings.caller_context, channel.dialed_number)

    def _enter(self, channel: Channel) -> None:
        if channel.exten == JUDGE_EXTEN:
            self._judge(channel)
        elif channel.exten == HEAR_EXTEN:
            self._hear(channel)
        elif channel.exten == TAKEN_EXTEN:
            for variable in (PEER_VARIABLE, HEARS_VARIABLE, SPARES_VARIABLE, ROOM_VARIABLE):
                self._exchange.set_variable(channel, variable, "")
            self.run(channel, channel.context, "s")
        else:
            self._take_in(channel)

    def _hear(self, channel: Channel) -> None:
        on = self._exchange.find(channel.variables.get(HEARS_VARIABLE, ""))
        options = channel.variables.get(SPEAKS_VARIABLE, "")
        self._exchange.spy(channel, on, options, partial(self._stop_hearing, channel))

    def _stop_hearing(self, channel: Channel) -> None:
        if not channel.ended:
            self._exchange.set_variable(channel, HEARS_VARIABLE, "")
            self.run(channel, channel.context, "s")

    def _judge(self, channel: Channel) -> None:
        detection = detection_of(channel.variables.get(DETECTION_VARIABLE, ""))
        judge(self._exchange, channel, detection, partial(self._take_in_judged, channel))

    def _take_in_judged(self, channel: Channel) -> None:
        assert channel.judgement is not None
        judged = f"{channel.judgement.status}:{channel.judgement.reason}"
        self._exchange.set_variable(channel, ANSWERER_VARIABLE, judged)
        self.run(channel, channel.context, "s")

    def _take_in(self, channel: Channel) -> None:
        # As the written dialplan does before FastAGI's greeting prints them raw.
        channel.caller_number = _NOT_DIALABLE.sub("", channel.caller_number)
        channel.caller_name = _NOT_PRINTABLE.sub("", channel.caller_name)
        if not channel.variables.get(ARRIVED_VARIABLE):
            self._exchange.set_variable(channel, ARRIVED_VARIABLE, str(self._exchange.now_us()))
        self._ask_engine(channel)

    def _ask_engine(self, channel: Channel) -> None:
        url = self._settings.engine_url
        channel.application, channel.application_arguments = "AGI", url
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._connect(channel, url))  # det-ok: owned by _connecting until done
        self._connecting[task] = None
        task.add_done_callback(self._connecting.pop)

    async def _connect(self, channel: Channel, url: str) -> None:
        variables = channel.variables
        arguments = (
            variables[ARRIVED_VARIABLE],
            variables.get(TAG_VARIABLE, ""),
            variables.get(ANSWERER_VARIABLE, ""),
        )
        script = AgiClient(
            self._exchange, channel, url, arguments, self._settings.missing_sounds, self._script_ended
        )
        self._scripts[channel] = script
        self._all_gone.clear()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await asyncio.get_running_loop().create_connection(lambda: script, *address_of(url))
        except OSError:
            self._script_ended(channel)

    def _script_ended(self, channel: Channel) -> None:
        """Go on after the AGI line: where we were sent, else music for a moment and once more."""
        del self._scripts[channel]
        if not self._scripts:
            self._all_gone.set()
        go_on = self._redirected.pop(channel, None)
        if channel.ended or channel.bridge is not None or self._stopping:
            return
        self._exchange.interrupt(channel)
        if go_on is not None:
            go_on()
        elif channel.context != self._settings.caller_context and channel.context in self._contexts:
            self.run(channel, channel.context, channel.exten)
        elif peer_name := channel.variables.get(PEER_VARIABLE):
            peer = self._exchange.find(peer_name)
            come_back = partial(self._come_back, channel)
            join_and_return(self._exchange, channel, peer, come_back, self._way_back(channel, peer))
        elif room := channel.variables.get(ROOM_VARIABLE):
            self._exchange.confer(channel, room)
        elif channel.variables.get(HEARS_VARIABLE):
            self.run(channel, channel.context, HEAR_EXTEN)
        else:
            self._exchange.start_music(channel, HOLD_MUSIC)
            self._exchange.after(RETRY_US, partial(self._ask_again, channel))

    def _come_back(self, channel: Channel) -> None:
        """Ask for the engine again behind the Bridge() that the leg left its script for."""
        self._exchange.set_variable(channel, PEER_VARIABLE, "")
        self._exchange.set_variable(channel, SPARES_VARIABLE, "")
        self._ask_again(channel)

    def _way_back(self, channel: Channel, peer: Channel | None) -> GoOn | None:
        """Return how the other leg goes on behind the Bridge() of `channel`: not at all, or it is spared."""
        if peer is None or not channel.variables.get(SPARES_VARIABLE):
            return None
        return partial(self._ask_again, peer)

    def _ask_again(self, channel: Channel) -> None:
        busy = channel.ended or channel.bridge is not None or channel in self._scripts
        if not busy and not self._stopping:
            self._exchange.stop_music(channel)
            self._ask_engine(channel)

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """Tell the script of a caller who was taken into a bridge."""
        if channel in self._scripts:
            self._scripts[channel].leave()

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """Tell the script of a caller who is gone."""
        if channel in self._scripts:
            self._scripts[channel].leave()

    # --- agents, and the world outside -----------------------------------------------------------------

    def _join_peer(self, channel: Channel) -> None:
        self.run_application(channel, "Bridge", channel.variables.get(PEER_VARIABLE, ""))

    def _bridge(self, channel: Channel, arguments: str) -> None:
        peer = self._exchange.find(arguments.partition(",")[0])
        join_or_hang_up(self._exchange, channel, peer, self._way_back(channel, peer))

    def _dial_outside(self, channel: Channel) -> None:
        self._exchange.set_variable(channel, TAG_VARIABLE, "")
        self._exchange.set_variable(channel, ARRIVED_VARIABLE, "")
        channel.application = "Dial"
        dial_outside(self._exchange, channel, channel.exten)

    def _wait(self, channel: Channel, arguments: str) -> None:
        seconds = float(arguments) if _SECONDS.fullmatch(arguments) else 0.0
        self._exchange.after(microseconds(seconds), partial(self._exchange.hang_up, channel))
