"""Face (a) of the simulated Asterisk: the `Pbx` port in virtual time.

Carries out the engine's commands on the `Exchange` and tells its facts as the events that the Asterisk
adapter makes of AMI and FastAGI, in the same order. Commands take effect a moment later, as over a wire;
one about a leg that has gone meanwhile does nothing, for its end was told already.
"""

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
from core.model.events import (
    AnomalySeen,
    AnswererJudged,
    DialEnded,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegPressed,
    LegRinging,
    LegTagged,
    PbxSynced,
    StepFinished,
)
from core.model.ids import NO_LEG, BridgeId, LegId
from core.model.message import Event
from core.model.supervision import LegHears, SupervisionMode
from core.ports import Sink
from simulator.channel import Bridge, Channel, ChannelState, Judgement
from simulator.dialogue import Dialogue
from simulator.dialplan_steps import (
    RETRY_US,
    TAG_VARIABLE,
    dial_outside,
    join_and_return,
    join_or_hang_up,
)
from simulator.judging import judge
from simulator.listener import PbxListener
from simulator.pbx import HOLD_MUSIC, Exchange
from simulator.refusals import is_unsafe
from simulator.ringing import NEVER_MADE, Ringing, ring


class SimPbx(PbxListener):
    """The simulated Asterisk as a `Pbx`; what it learns goes to `sink`."""

    def __init__(self, exchange: Exchange, sink: Sink, name: str = "sim") -> None:
        self.name = name
        self._exchange = exchange
        self._now_us = exchange.now_us
        self._sink = sink
        self._dialogues: dict[str, Dialogue] = {}
        self._actions: dict[type[PbxCommand], Callable[[Any], None]] = {
            RingLeg: self._ring,
            JoinLeg: self._leave_to_join,
            HangUpLeg: self._hang_up,
            TagLeg: self._tag,
            TransferLeg: self._transfer,
            TakeLeg: self._take,
            ConferLeg: self._confer,
            PickUpLeg: self._pick_up,
            MuteLeg: self._mute,
            PlayKeys: self._play_keys,
            SuperviseLeg: self._supervise,
        }
        exchange.watch(self)
        exchange.dialplan = self._open

    def start(self) -> None:
        """Tell the channels that exist already, then `PbxSynced`: start and recovery are one path."""
        channels = list(self._exchange.channels.values())
        for channel in channels:
            self.tell_channel(channel)
        self._sink(PbxSynced(at_us=self._now_us(), pbx=self.name))
        for channel in channels:
            if channel.bridge is None and (channel.inbound or channel.application == AGI):
                self._ask_again_soon(channel)

    def stop(self) -> None:
        """Let go of the exchange as a killed engine does: callers hear music, conversations go on."""
        self._exchange.unwatch(self)
        self._sink = _forget
        hold = partial(self._exchange.start_music, music=HOLD_MUSIC)
        self._exchange.dialplan = hold
        for dialogue in self._dialogues.values():
            hold(dialogue.channel)
        self._dialogues.clear()

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; see `core.ports.Pbx`."""
        act = self._refuse if is_unsafe(command) else self._actions.get(type(command), self._step)
        self._exchange.after(self._exchange.command_us, partial(act, command))

    # --- commands ----------------------------------------------------------------------------------

    def _refuse(self, command: PbxCommand) -> None:
        if isinstance(command, RingLeg):
            self._fail(command, Cause.INTERWORKING, "a text of the order is unsafe")
            return
        is_step = isinstance(command, DialogueStep)
        self._tell_refusal(command, "step_refused" if is_step else "command_refused")
        if isinstance(command, DialogueStep):
            self._report(command.leg_id, command.step, "failed", "")

    def _tell_refusal(self, command: PbxCommand, kind: str) -> None:
        where = type(command).__name__
        self._sink(AnomalySeen(at_us=self._now_us(), pbx=self.name, kind=kind, where=where))

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
            return self._open
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

    def _leave_to_join(self, command: JoinLeg) -> None:
        """Let the leg out of its dialogue; the dialplan joins it a moment later, and brings it back."""
        channel = self._exchange.channels.get(command.leg_id)
        if channel is None:
            return
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
        self._close(channel)

    def _confer(self, command: ConferLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is None:
            return
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
            self._close(channel)
        self._exchange.release(*taken)
        for channel in taken:
            self._exchange.after(self._exchange.bridge_us, partial(self._come_back, channel))

    def _supervise(self, command: SuperviseLeg) -> None:
        channel, hears = (self._exchange.channels.get(each) for each in (command.leg_id, command.hears))
        if channel is None:
            return
        if hears is None or (command.leg_id not in self._dialogues and channel.spying is None):
            self._tell_refusal(command, "command_refused")
            return
        self._let_out(channel)
        come_back = partial(self._come_back, channel)
        spy = partial(self._exchange.spy, channel, hears, SPYING[command.mode], come_back)
        self._exchange.after(self._exchange.bridge_us, spy)

    def _pick_up(self, command: PickUpLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            self._exchange.pick_up(channel)

    def _mute(self, command: MuteLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            self._exchange.mute(channel, command.is_muted)

    def _play_keys(self, command: PlayKeys) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            for key in command.digits:
                self._exchange.play_key(channel, key)

    def _come_back(self, channel: Channel) -> None:
        """Ask for the engine, whichever there is by now."""
        if not channel.ended and channel.bridge is None and channel.spying is None:
            self._exchange.dialplan(channel)

    def _hang_up(self, command: HangUpLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            self._exchange.hang_up(channel, command.cause)

    def _tag(self, command: TagLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is not None:
            self._exchange.set_variable(channel, TAG_VARIABLE, command.tag)

    def _transfer(self, command: TransferLeg) -> None:
        channel = self._exchange.channels.get(command.leg_id)
        if channel is None:
            return
        self._close(channel)
        self._exchange.release(channel)
        dial_outside(self._exchange, channel, command.number)

    def _step(self, command: DialogueStep) -> None:
        dialogue = self._dialogues.get(command.leg_id)
        if dialogue is not None:
            dialogue.take(command)
        else:
            self._report(command.leg_id, command.step, "failed", "")

    # --- dialogues ---------------------------------------------------------------------------------

    def _open(self, channel: Channel) -> None:
        leg_id = LegId(channel.uniqueid)
        channel.application = AGI
        self._dialogues[leg_id] = Dialogue(self._exchange, channel, partial(self._report, leg_id))
        if channel.judgement is not None:
            self._sink(_judged(channel, channel.judgement, self._now_us()))
        self._sink(
            DialogueOpened(
                at_us=self._now_us(),
                leg_id=leg_id,
                caller_number=channel.caller_number,
                caller_name=channel.caller_name,
                dialed_number=channel.dialed_number,
                language=channel.language,
                tag=channel.variables.get(TAG_VARIABLE, ""),
                arrived_us=channel.created_us,
            )
        )

    def cut_dialogues(self) -> None:
        """Break the link of every dialogue; the dialplan plays music and asks for us again in a moment."""
        for leg_id, dialogue in list(self._dialogues.items()):
            dialogue.cut()
            del self._dialogues[leg_id]
            self._sink(DialogueClosed(at_us=self._now_us(), leg_id=LegId(leg_id)))
            self._exchange.start_music(dialogue.channel, HOLD_MUSIC)
            self._ask_again_soon(dialogue.channel)

    def _ask_again_soon(self, channel: Channel) -> None:
        self._exchange.after(RETRY_US, partial(self._reopen, channel))

    def _reopen(self, channel: Channel) -> None:
        if not channel.ended and channel.bridge is None and channel.uniqueid not in self._dialogues:
            self._open(channel)

    def _close(self, channel: Channel) -> None:
        if self._dialogues.pop(channel.uniqueid, None) is not None:
            self._sink(DialogueClosed(at_us=self._now_us(), leg_id=LegId(channel.uniqueid)))

    def _report(self, leg_id: LegId, step: str, outcome: str, digits: str) -> None:
        self._sink(
            StepFinished(at_us=self._now_us(), leg_id=leg_id, step=step, outcome=outcome, digits=digits)
        )

    # --- facts of the exchange ------------------------------------------------------------------------

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
        self._close(channel)

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
        self._close(channel)
        self._sink(
            LegEnded(
                at_us=self._now_us(),
                leg_id=LegId(channel.uniqueid),
                cause=cause,
                tech_cause=channel.tech_cause,
            )
        )

    # --- inside ------------------------------------------------------------------------------------

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


SPYING = {SupervisionMode.LISTEN: "q", SupervisionMode.WHISPER: "qw", SupervisionMode.BARGE: "qB"}
"""ChanSpy's options."""
AGI = "AGI"
"""The application that a channel in our hands runs."""
DIAL_OUTCOMES = {"ANSWER": "answer", "BUSY": "busy", "CONGESTION": "congestion", "NOANSWER": "no-answer"}
"""The words of `DialEnded` for Asterisk's DIALSTATUS."""


def _judged(channel: Channel, judgement: Judgement, now_us: int) -> AnswererJudged:
    return AnswererJudged(
        at_us=now_us,
        leg_id=LegId(channel.uniqueid),
        answerer=judgement.answerer,
        reason=judgement.reason,
        silent_us=judgement.silent_us,
    )


def _forget(event: Event) -> None:
    """Hear nothing: the engine behind the sink is gone."""


def _leg_id_of(channel: Channel | None) -> LegId:
    return LegId(channel.uniqueid) if channel else LegId("")
