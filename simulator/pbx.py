"""The simulated Asterisk itself: channels, bridges, and the steps a dialplan makes a channel do.

`Exchange` is driven by a `Scheduler`, so the very same object lives in virtual time and in a running
loop. It is told what to do from two sides: by people (call in, press, leave) and by the face in front of
it (answer, listen, bridge, hang up). All it knows to have happened goes to its listeners, in the order a
real Asterisk tells it (captures of 20.20.1 and 22.10). It decides nothing about routing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core.kernel.clock import SECOND_US, microseconds
from core.model.causes import Cause
from core.ports import Scheduler
from simulator.channel import Activity, Bridge, Channel, ChannelState, Ending, Listening, Spying
from simulator.listener import Audience, PbxListener
from simulator.phones import PhoneBook
from simulator.telephony import AS_MEASURED, Telephony

HOLD_MUSIC = "default"
"""What is heard where nobody says what."""


class Exchange:
    """A telephone system in memory.

    `dialplan` is what happens to a channel that calls in; the face in front of the exchange sets it.
    """

    def __init__(self, scheduler: Scheduler, phones: PhoneBook, telephony: Telephony = AS_MEASURED) -> None:
        self._call_at = scheduler.call_at
        self.now_us = scheduler.now_us
        """Return the present instant."""
        self.phones = phones
        self.command_us = microseconds(telephony.command_s)
        self.bridge_us = microseconds(telephony.bridge_s)
        self.ring_us = microseconds(telephony.ring_s)
        self.dialplan: Callable[[Channel], None] = self._refuse
        self.channels: dict[str, Channel] = {}
        self._by_name: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        # The channels that hear another, by Uniqueid.
        self._spies: dict[str, Channel] = {}
        self.started_us = scheduler.now_us()
        self.calls_seen = 0
        self._is_running = True
        self._audience = Audience()
        self._channels_made = 0
        self._bridges_made = 0

    def watch(self, listener: PbxListener) -> None:
        """Tell `listener` every fact from now on."""
        self._audience.add(listener)

    def unwatch(self, listener: PbxListener) -> None:
        """Tell `listener` nothing any more."""
        self._audience.remove(listener)

    def after(self, delay_us: int, action: Callable[[], None]) -> None:
        """Run `action` in `delay_us` from now."""
        self._call_at(self.now_us() + delay_us, action)

    # --- the telephone system as a whole ---------------------------------------------------------

    def crash(self) -> None:
        """End every channel at once and take no more, as an Asterisk that is killed.

        The far parties notice; a face in front of the exchange MUST have stopped telling before.
        """
        self._is_running = False
        for channel in list(self.channels.values()):
            self.hang_up(channel, Cause.UNKNOWN)

    def boot(self) -> None:
        """Begin anew after a crash, with nothing of before."""
        self._is_running = True
        self.started_us = self.now_us()

    # --- what the far parties do -------------------------------------------------------------

    def call_in(
        self, *, caller_number: str, dialed_number: str, caller_name: str = "", trunk: str = "PJSIP/trunk"
    ) -> Channel:
        """Let somebody call `dialed_number`; the dialplan takes the channel at once."""
        self.calls_seen += 1
        channel = self.new_channel(trunk, ChannelState.RING, inbound=True)
        channel.caller_number = caller_number
        channel.caller_name = caller_name
        channel.dialed_number = channel.exten = dialed_number
        self.announce(channel)
        take = self.dialplan if self._is_running else self._refuse
        take(channel)
        return channel

    def press(self, channel: Channel, digit: str) -> None:
        """Let the far party press a key; it ends what the channel listens to, if that takes the key."""
        if channel.ended:
            return
        for hear in self._audience.key_pressed:
            hear(channel, digit)
        if channel.listening is not None and digit in channel.listening.keys:
            self._stop_listening(channel, Ending.KEY, digit)

    def leave(self, channel: Channel) -> None:
        """Let the far party hang up."""
        if channel.ended:
            return
        for hear in self._audience.hangup_requested:
            hear(channel)
        # Asterisk 22 keeps no cause of who leaves while the dialplan runs (tried; capture s01 as well).
        self.hang_up(channel, Cause.NORMAL_CLEARING if channel.bridge else Cause.UNKNOWN)

    # --- channels ------------------------------------------------------------------------------

    def new_channel(
        self, address: str, state: ChannelState, *, inbound: bool, uniqueid: str = "", linkedid: str = ""
    ) -> Channel:
        """Make a channel and tell nobody yet; an empty `uniqueid` is replaced by one of our own."""
        now_us = self.now_us()
        self._channels_made += 1
        uniqueid = uniqueid or f"{now_us // SECOND_US}.{self._channels_made}"
        channel = Channel(
            name=f"{address}-{self._channels_made:08x}",
            uniqueid=uniqueid,
            linkedid=linkedid or uniqueid,
            address=address,
            created_us=now_us,
            state=state,
            inbound=inbound,
        )
        self.channels[uniqueid] = self._by_name[channel.name] = channel
        return channel

    def find(self, reference: str) -> Channel | None:
        """Return the channel with this name, or else with this Uniqueid."""
        return self._by_name.get(reference) or self.channels.get(reference)

    def announce(self, channel: Channel) -> None:
        """Tell that `channel` exists."""
        for hear in self._audience.channel_created:
            hear(channel)

    def set_state(self, channel: Channel, state: ChannelState) -> None:
        """Move the channel on and tell it; telling the same state twice is no news."""
        if channel.ended or channel.state is state:
            return
        channel.state = state
        for hear in self._audience.state_changed:
            hear(channel)

    def answer(self, channel: Channel) -> None:
        """Answer a channel that called in; no news where it is up already."""
        self.set_state(channel, ChannelState.UP)

    def set_variable(self, channel: Channel, name: str, value: str) -> None:
        """Set a channel variable."""
        channel.variables[name] = value
        for hear in self._audience.variable_set:
            hear(channel, name, value)

    def tell_dialing(self, channel: Channel, dialer: Channel | None) -> None:
        """Tell that `channel` is being called."""
        for hear in self._audience.dial_begun:
            hear(channel, dialer)

    def tell_dialed(self, channel: Channel, dialer: Channel | None, status: str) -> None:
        """Tell how the calling of `channel` ended."""
        for hear in self._audience.dial_ended:
            hear(channel, dialer, status)

    def hang_up(self, channel: Channel, cause: int = Cause.NORMAL_CLEARING) -> None:
        """End the channel; what it did is interrupted and its bridge dissolved. Twice is no news."""
        if channel.ended:
            return
        channel.ended = True
        left_behind = self._stop_all(channel, Ending.HANGUP)
        del self.channels[channel.uniqueid], self._by_name[channel.name]
        if channel.on_end is not None:
            channel.on_end()
        for hear in self._audience.channel_ended:
            hear(channel, cause)
        for other in left_behind:
            self._left_alone(other)

    # --- what a dialplan or a script makes a channel do -------------------------------------------

    def listen(
        self,
        channel: Channel,
        activity: Activity,
        duration_us: int,
        keys: str,
        finished: Callable[[Ending, str], None],
    ) -> None:
        """Let the channel play, wait or record for `duration_us` or until one of `keys`.

        It interrupts what the channel listened to before.
        """
        self._stop_listening(channel, Ending.INTERRUPTED)
        if activity is Activity.PROMPT:
            self.stop_music(channel)
        listening = Listening(activity=activity, keys=keys, finished=finished)
        channel.listening = listening
        self.after(duration_us, partial(self._time_up, channel, listening))
        for hear in self._audience.listening_began:
            hear(channel)

    def interrupt(self, channel: Channel) -> None:
        """End what the channel listens to."""
        self._stop_listening(channel, Ending.INTERRUPTED)

    def start_music(self, channel: Channel, music: str) -> None:
        """Play music on hold until something else is to be heard."""
        self._stop_listening(channel, Ending.INTERRUPTED)
        self.stop_music(channel)
        channel.music = music
        for hear in self._audience.music_started:
            hear(channel)

    def stop_music(self, channel: Channel) -> None:
        """End the music; no news where there is none."""
        if not channel.music:
            return
        channel.music = ""
        for hear in self._audience.music_stopped:
            hear(channel)

    def bridge(
        self,
        channel: Channel,
        peer: Channel,
        go_on: Callable[[], None] | None = None,
        peer_goes_on: Callable[[], None] | None = None,
    ) -> bool:
        """Join the two as dialplan `Bridge()` in `channel` does; False where one of them is gone.

        When the peer leaves, `channel` does `go_on`, what its dialplan has behind that, or is hung up; so
        does the peer with `peer_goes_on`.
        """
        if channel.ended or peer.ended:
            return False
        for each in (channel, peer):
            self.release(each)
            self.answer(each)
        channel.on_left_alone, peer.on_left_alone = go_on, peer_goes_on
        bridge = self._new_bridge()
        oldest = peer if peer.created_us < channel.created_us else channel
        for each in (channel, peer):
            each.linkedid = oldest.linkedid
        channel.connected_number, channel.connected_name = peer.caller_number, peer.caller_name
        peer.connected_number, peer.connected_name = channel.caller_number, channel.caller_name
        for each in (channel, peer):
            self._enter(bridge, each)
        return True

    def confer(self, channel: Channel, room: str) -> None:
        """Let the channel into the conference `room`, as dialplan `ConfBridge()` does."""
        self.release(channel)
        channel.on_left_alone = None
        bridge = next((each for each in self.bridges.values() if each.room == room), None)
        if bridge is None:
            bridge = self._new_bridge(room)
        for other in bridge.channels:
            self.stop_music(other)
        self._enter(bridge, channel)

    def release(self, *channels: Channel) -> None:
        """Take the channels away from whatever they do, a script, music, another bridge: in one instant."""
        left_behind: list[Channel] = []
        for channel in channels:
            left_behind += self._stop_all(channel, Ending.TAKEN)
        for other in left_behind:
            if other not in channels:
                self._left_alone(other)

    def spy(self, channel: Channel, on: Channel | None, options: str, go_on: Callable[[], None]) -> None:
        """Let the channel hear another, as dialplan `ChanSpy()` does, and `go_on` when that one has ended."""
        if channel.ended:
            return
        if on is None or on.ended:
            go_on()
            return
        self.release(channel)
        channel.application = "ChanSpy"
        channel.spying = Spying(on=on, options=options, go_on=go_on)
        self._spies[channel.uniqueid] = channel
        for hear in self._audience.spy_started:
            hear(channel)

    def voices(self, channel: Channel) -> list[Channel]:
        """Return whose voices are heard at the far end of the channel, music apart."""
        talks = channel.peers()
        if channel.spying is not None:
            on = channel.spying.on
            talks = [on, *on.peers()]
        speaking = [other for other in talks if not other.is_muted]
        spies = self._spies.values()
        return speaking + [spy for spy in spies if spy is not channel and _is_heard(spy, channel)]

    def pick_up(self, channel: Channel) -> None:
        """Let the phone that rings be answered, if it is one that obeys."""
        if channel.on_pick_up is not None and not channel.ended:
            channel.on_pick_up()

    def mute(self, channel: Channel, is_muted: bool) -> None:
        """Let nobody hear the channel's party, or everybody again."""
        channel.is_muted = is_muted

    def play_key(self, channel: Channel, key: str) -> None:
        """Let the channel's party hear a key."""
        channel.keys_heard += key
        for hear in self._audience.key_heard:
            hear(channel, key)

    # --- inside ------------------------------------------------------------------------------------

    def _refuse(self, channel: Channel) -> None:
        self.hang_up(channel, Cause.UNALLOCATED)

    def _time_up(self, channel: Channel, listening: Listening) -> None:
        if channel.listening is listening:
            self._stop_listening(channel, Ending.COMPLETE)

    def _stop_all(self, channel: Channel, how: Ending) -> Sequence[Channel]:
        """End whatever the channel does: a script, spying, music, a talk. Return who is left alone."""
        if channel.listening is not None:
            self._stop_listening(channel, how)
        if channel.spying is not None:
            self._stop_spying(channel)
        if channel.ended and self._spies:
            self._end_spying_on(channel)
        if channel.music:
            self.stop_music(channel)
        return self._leave_bridge(channel) if channel.bridge is not None else ()

    def _stop_listening(self, channel: Channel, how: Ending, digit: str = "") -> None:
        listening, channel.listening = channel.listening, None
        if listening is not None:
            listening.finished(how, digit)

    def _stop_spying(self, channel: Channel) -> None:
        if channel.spying is not None:
            for hear in self._audience.spy_stopped:
                hear(channel)
            channel.spying = None
            del self._spies[channel.uniqueid]

    def _end_spying_on(self, channel: Channel) -> None:
        """Let those who hear a channel that ends go on with their dialplan."""
        for spy in list(self._spies.values()):
            assert spy.spying is not None
            if spy.spying.on is channel:
                go_on = spy.spying.go_on
                self._stop_spying(spy)
                self.after(self.bridge_us, go_on)

    def _new_bridge(self, room: str = "") -> Bridge:
        self._bridges_made += 1
        bridge = Bridge(uniqueid=f"b-{self._bridges_made:06d}", room=room)
        self.bridges[bridge.uniqueid] = bridge
        for hear in self._audience.bridge_created:
            hear(bridge)
        return bridge

    def _enter(self, bridge: Bridge, channel: Channel) -> None:
        bridge.channels.append(channel)
        channel.bridge = bridge
        for hear in self._audience.bridge_entered:
            hear(bridge, channel)

    def _leave_bridge(self, channel: Channel) -> list[Channel]:
        """Take `channel` out; a bridge of one is dissolved. Return who was left behind in it.

        Who is alone in a conference stays there, and hears music.
        """
        bridge = channel.bridge
        if bridge is None:
            return []
        self._exit(bridge, channel)
        if len(bridge.channels) > 1:
            return []
        if bridge.room and bridge.channels:
            self.start_music(bridge.channels[0], HOLD_MUSIC)
            return []
        left_behind = list(bridge.channels)
        for other in left_behind:
            self._exit(bridge, other)
        del self.bridges[bridge.uniqueid]
        for hear in self._audience.bridge_destroyed:
            hear(bridge)
        return left_behind

    def _left_alone(self, channel: Channel) -> None:
        """Let the channel go on behind its Bridge(); end it where nothing is there, or it was the peer."""
        go_on, channel.on_left_alone = channel.on_left_alone, None
        if go_on is None:
            self.hang_up(channel)
        else:
            self.after(self.bridge_us, go_on)

    def _exit(self, bridge: Bridge, channel: Channel) -> None:
        bridge.channels.remove(channel)
        channel.bridge = None
        for hear in self._audience.bridge_left:
            hear(bridge, channel)


def _is_heard(spy: Channel, channel: Channel) -> bool:
    """Tell whether a channel that spies speaks to this one: it whispers to it, or to whom it talks with."""
    if spy.spying is None or spy.is_muted:
        return False
    on, options = spy.spying.on, spy.spying.options
    is_near = channel is on and ("w" in options or "B" in options)
    return is_near or ("B" in options and channel in on.peers())
