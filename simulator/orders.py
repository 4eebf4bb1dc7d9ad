"""What the engine orders of legs, carried out on the exchange as Asterisk and our dialplan do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from core.model.causes import Cause
from core.model.commands import (
    ConferLeg,
    DialogueStep,
    HangUpLeg,
    JoinLeg,
    MuteLeg,
    PbxCommand,
    PickUpLeg,
    PlayKeys,
    RingLeg,
    SuperviseLeg,
    TagLeg,
    TakeLeg,
    TransferLeg,
)
from core.model.detection import Detection
from core.model.events import AnomalySeen, LegFailed
from core.model.ids import NO_LEG, LegId
from core.model.supervision import SupervisionMode
from core.ports import Sink
from simulator.channel import Channel
from simulator.dialogues import Dialogues
from simulator.dialplan_steps import TAG_VARIABLE, dial_outside, join_and_return, join_or_hang_up
from simulator.judging import judge
from simulator.pbx import Exchange
from simulator.refusals import is_unsafe
from simulator.ringing import NEVER_MADE, Ringing, ring

SPYING = {SupervisionMode.LISTEN: "q", SupervisionMode.WHISPER: "qw", SupervisionMode.BARGE: "qB"}
"""ChanSpy's options."""


class Orders:
    """Carries out the engine's commands, a moment after they were given."""

    def __init__(self, pbx: str, exchange: Exchange, dialogues: Dialogues, sink: Sink) -> None:
        self._pbx = pbx
        self._exchange = exchange
        self._now_us = exchange.now_us
        self._dialogues = dialogues
        self._sink = sink
        on_legs: dict[type[PbxCommand], Callable[[Channel, Any], None]] = {
            JoinLeg: self._leave_to_join,
            HangUpLeg: self._hang_up,
            TagLeg: self._tag,
            TransferLeg: self._transfer,
            ConferLeg: self._confer,
            PickUpLeg: self._pick_up,
            MuteLeg: self._mute,
            PlayKeys: self._play_keys,
            SuperviseLeg: self._supervise,
        }
        self._actions: dict[type[PbxCommand], Callable[[Any], None]] = {
            RingLeg: self._ring,
            TakeLeg: self._take,
            **{order: partial(self._on_leg, act) for order, act in on_legs.items()},
        }

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; see `core.ports.Pbx`."""
        act = self._refuse if is_unsafe(command) else self._actions.get(type(command), self._dialogues.take)
        self._exchange.after(self._exchange.command_us, partial(act, command))

    def _on_leg(self, act: Callable[[Channel, Any], None], command: PbxCommand) -> None:
        """Do to the leg what is ordered, unless it has gone meanwhile: its end was told then."""
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            act(channel, command)

    def _refuse(self, command: PbxCommand) -> None:
        if isinstance(command, RingLeg):
            self._fail(command, Cause.INTERWORKING, "a text of the order is unsafe")
            return
        is_step = isinstance(command, DialogueStep)
        self._tell_refusal(command, "step_refused" if is_step else "command_refused")
        if isinstance(command, DialogueStep):
            self._dialogues.fail(command)

    def _tell_refusal(self, command: PbxCommand, kind: str) -> None:
        where = type(command).__name__
        self._sink(AnomalySeen(at_us=self._now_us(), pbx=self._pbx, kind=kind, where=where))

    def _ring(self, command: RingLeg) -> None:
        peer_id = command.bridge_with
        if peer_id != NO_LEG and peer_id not in self._exchange.channels:
            self._fail(command, Cause.INTERWORKING, f"leg {peer_id} is gone")
            return
        order = Ringing(
            address=command.address,
            uniqueid=command.leg_id,
            peer=peer_id,
            ring_timeout_us=command.ring_timeout_us,
            caller_number=command.caller_number,
            caller_name=command.caller_name,
            variables={TAG_VARIABLE: command.tag} if command.tag else {},
            answered=self._answered(command),
        )
        if ring(self._exchange, order) is None:
            self._fail(command, Cause.SUBSCRIBER_ABSENT, f"originate reason {NEVER_MADE}")

    def _answered(self, command: RingLeg) -> Callable[[Channel], None]:
        """Return what the dialplan does with the leg once it is answered."""
        if command.bridge_with != NO_LEG:
            return partial(self._join, command.bridge_with, command.spares)
        if command.detect_machine is None:
            return self._dialogues.open
        return partial(self._judge, command.detect_machine)

    def _judge(self, detection: Detection, channel: Channel) -> None:
        judge(self._exchange, channel, detection, partial(self._come_back, channel))

    def _fail(self, command: RingLeg, cause: Cause, reason: str) -> None:
        self._sink(LegFailed(at_us=self._now_us(), leg_id=command.leg_id, cause=cause, reason=reason))

    def _join(self, peer_id: LegId, spares: bool, channel: Channel) -> None:
        peer = self._exchange.channels.get(peer_id)
        join_or_hang_up(self._exchange, channel, peer, self._way_back(peer) if spares else None)

    def _way_back(self, channel: Channel | None) -> Callable[[], None] | None:
        return partial(self._come_back, channel) if channel is not None else None

    def _leave_to_join(self, channel: Channel, command: JoinLeg) -> None:
        """Let the leg out of its dialogue; the dialplan joins it a moment later, and brings it back."""
        peer = self._exchange.channels.get(command.bridge_with)
        if peer is None or command.leg_id not in self._dialogues:
            self._tell_refusal(command, "command_refused")
            return
        self._let_out(channel)
        come_back = partial(self._come_back, channel)
        way_back = self._way_back(peer) if command.spares else None
        join = partial(join_and_return, self._exchange, channel, peer, come_back, way_back)
        self._exchange.after(self._exchange.bridge_us, join)

    def _let_out(self, channel: Channel) -> None:
        """Let the leg out of its dialogue."""
        self._exchange.interrupt(channel)
        self._exchange.stop_music(channel)
        self._dialogues.close(channel)

    def _confer(self, channel: Channel, command: ConferLeg) -> None:
        if command.leg_id not in self._dialogues:
            self._tell_refusal(command, "command_refused")
            return
        self._let_out(channel)
        self._exchange.after(self._exchange.bridge_us, partial(self._enter_room, channel, command.room))

    def _enter_room(self, channel: Channel, room: str) -> None:
        if not channel.ended:
            self._exchange.confer(channel, room)

    def _take(self, command: TakeLeg) -> None:
        """Take the legs out of their bridge; the dialplan brings each back a moment later."""
        wanted = (command.leg_id, command.together_with)
        taken = [self._exchange.channels[each] for each in wanted if each in self._exchange.channels]
        for channel in taken:
            self._dialogues.close(channel)
        self._exchange.release(*taken)
        for channel in taken:
            self._exchange.after(self._exchange.bridge_us, partial(self._come_back, channel))

    def _supervise(self, channel: Channel, command: SuperviseLeg) -> None:
        hears = self._exchange.channels.get(command.hears)
        if hears is None or (command.leg_id not in self._dialogues and channel.spying is None):
            self._tell_refusal(command, "command_refused")
            return
        self._let_out(channel)
        come_back = partial(self._come_back, channel)
        spy = partial(self._exchange.spy, channel, hears, SPYING[command.mode], come_back)
        self._exchange.after(self._exchange.bridge_us, spy)

    def _pick_up(self, channel: Channel, _command: PickUpLeg) -> None:
        self._exchange.pick_up(channel)

    def _mute(self, channel: Channel, command: MuteLeg) -> None:
        self._exchange.mute(channel, command.is_muted)

    def _play_keys(self, channel: Channel, command: PlayKeys) -> None:
        for key in command.digits:
            self._exchange.play_key(channel, key)

    def _hang_up(self, channel: Channel, command: HangUpLeg) -> None:
        self._exchange.hang_up(channel, command.cause)

    def _tag(self, channel: Channel, command: TagLeg) -> None:
        self._exchange.set_variable(channel, TAG_VARIABLE, command.tag)

    def _transfer(self, channel: Channel, command: TransferLeg) -> None:
        self._dialogues.close(channel)
        self._exchange.release(channel)
        dial_outside(self._exchange, channel, command.number)

    def _come_back(self, channel: Channel) -> None:
        """Ask for the engine, whichever there is by now."""
        if not channel.ended and channel.bridge is None and channel.spying is None:
            self._exchange.dialplan(channel)
