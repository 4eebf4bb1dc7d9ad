"""`FaultyPbx`: the simulated Asterisk in virtual time, behind links that lose, delay, double and break.

What comes from AMI is one stream and each dialogue another: within a stream order holds, between streams
nothing does, and the outcome of an order (OriginateResponse) comes from a thread of its own. AMI's events
may be lost; what FastAGI tells may be late and its link may break, but TCP loses nothing of it. A leg that
was told ended stays so, as the adapter sees to it. Like the adapter this port takes up what it missed: all
at once when the link is back, and by two looks in a row while it is up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from core.drift import Difference, Drift, LegView, differences
from core.kernel.clock import SECOND_US
from core.model.causes import Cause
from core.model.commands import DialogueStep, HangUpLeg, PbxCommand, RingLeg, TransferLeg
from core.model.events import (
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    PbxLost,
    PbxSynced,
    StepFinished,
)
from core.model.ids import BridgeId, LegId
from core.model.message import Event
from core.ports import Sink
from simulator.channel import Channel, ChannelState
from simulator.faults import FaultKind, FaultPlan
from simulator.lanes import Lanes
from simulator.pbx import Exchange
from simulator.port import SimPbx

LOOK_EVERY_US = 2 * SECOND_US
"""As the adapter: what was lost is told again after two looks, four seconds at the most."""
ACTION_DEADLINE_US = 5 * SECOND_US
"""When the adapter gives up waiting for the reply to an action, and hangs up once more."""

AMI, OUTCOME = "ami", "outcome"
_FROM_DIALOGUES = (DialogueOpened, StepFinished, DialogueClosed)


class FaultyPbx:
    """A `Pbx` that does to `SimPbx` what `plan` says; spells end with `until_us`."""

    def __init__(self, exchange: Exchange, sink: Sink, plan: FaultPlan, until_us: int) -> None:
        self._exchange = exchange
        self._now_us = exchange.now_us
        self._sink = sink
        self._plan = plan
        self._until_us = until_us
        self._pbx = SimPbx(exchange, self._hear)
        self._linked = False
        # Whether the events that come are the answer to a look.
        self._asked = False
        self._lanes = Lanes(exchange)
        self._told: dict[LegId, LegView] = {}
        self._ordered: dict[LegId, None] = {}
        self._ended: dict[LegId, None] = {}
        self._doomed: dict[LegId, HangUpLeg] = {}
        self._drift = Drift()
        self._cuts = 0

    def start(self) -> None:
        """Begin as `SimPbx` does, and let the spells come."""
        self._linked = True
        self._pbx.start()
        self._exchange.after(LOOK_EVERY_US, self._look)
        for kind, begin in (
            (FaultKind.LINK_CUT, self._cut),
            (FaultKind.PBX_RESTART, self._restart),
            (FaultKind.DIALOGUES_CUT, self._cut_dialogues),
        ):
            for at_us, lasts_us in self._plan.spells(kind, self._until_us):
                self._exchange.after(at_us, partial(begin, lasts_us))

    # --- commands ---------------------------------------------------------------------------------

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`, if it arrives; see `core.ports.Pbx`."""
        if isinstance(command, DialogueStep | TransferLeg):
            self._pbx.execute(command)  # goes by FastAGI
        elif self._linked:
            self._act(command)
        else:
            self._not_sent(command)

    def _act(self, command: PbxCommand) -> None:
        lost = self._plan.strikes(FaultKind.ACTION_LOST)
        if isinstance(command, RingLeg):
            self._ordered[command.leg_id] = None
            self._expect(command)
        if not lost:
            self._later(self._plan.lag_us(FaultKind.ACTION_LATE), partial(self._pbx.execute, command))
        elif isinstance(command, HangUpLeg):
            self._later(ACTION_DEADLINE_US, partial(self.execute, command))

    def _not_sent(self, command: PbxCommand) -> None:
        """Do as the adapter does with an action that no link takes."""
        if isinstance(command, HangUpLeg):
            self._doomed[command.leg_id] = command
        elif isinstance(command, RingLeg):
            cause, reason = Cause.NETWORK_OUT_OF_ORDER, "no link"
            failed = LegFailed(at_us=self._now_us(), leg_id=command.leg_id, cause=cause, reason=reason)
            self._later(0, partial(self._pass, failed))

    # --- events -----------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if self._asked:
            self._pass(event)
        elif isinstance(event, _FROM_DIALOGUES):
            lag_us = self._plan.lag_us(FaultKind.DIALOGUE_LATE)
            self._deliver(event.leg_id, event, lag_us)
        elif not isinstance(event, LegEvent):
            self._pass(event)
        elif self._linked:
            self._hear_ami(event)

    def _hear_ami(self, event: LegEvent) -> None:
        plan = self._plan
        if plan.strikes(FaultKind.EVENT_LOST):
            return
        if isinstance(event, LegFailed):
            self._deliver(OUTCOME, event, plan.lag_us(FaultKind.OUTCOME_LATE))
            return
        lag_us = plan.lag_us(FaultKind.EVENT_LATE)
        self._deliver(AMI, event, lag_us)
        if plan.strikes(FaultKind.EVENT_DOUBLED):
            self._deliver(AMI, event, lag_us)

    def _deliver(self, lane: str, event: LegEvent, lag_us: int) -> None:
        self._lanes.send(lane, lag_us, partial(self._arrive, event, self._cuts))

    def _arrive(self, event: LegEvent, cuts: int) -> None:
        """Take what was under way, unless its link has broken since."""
        if cuts == self._cuts or isinstance(event, _FROM_DIALOGUES):
            now_us = self._now_us()
            self._pass(event if event.at_us == now_us else replace(event, at_us=now_us))

    def _pass(self, event: Event) -> None:
        """Tell the engine, and remember what it was told."""
        note = _NOTES.get(type(event))
        if note is not None:
            assert isinstance(event, LegEvent)
            if event.leg_id in self._ended and not isinstance(event, LegEnded | DialogueOpened):
                self._end_doomed(event.leg_id)
                return
            note(self, event)
        self._sink(event)

    def _expect(self, cause: RingLeg | DialogueOpened) -> None:
        self._told.setdefault(cause.leg_id, LegView(expected=True))

    def _note_created(self, event: LegCreated) -> None:
        view = self._told.get(event.leg_id)
        if view is None or view.expected:
            self._told[event.leg_id] = LegView()
        self._end_doomed(event.leg_id)

    def _end_doomed(self, leg_id: LegId) -> None:
        """Hang up a leg that is to go as soon as it is there."""
        command = self._doomed.pop(leg_id, None)
        if command is not None:
            self._later(0, partial(self.execute, command))

    def _note(self, leg_id: LegId, **news: Any) -> None:
        view = self._told.get(leg_id)
        if view is not None:
            self._told[leg_id] = view._replace(**news)

    def _note_joined(self, event: LegJoined) -> None:
        self._note(event.leg_id, bridge_id=event.bridge_id)

    def _note_left(self, event: LegLeft) -> None:
        view = self._told.get(event.leg_id)
        if view is not None and view.bridge_id == event.bridge_id:
            self._note(event.leg_id, bridge_id=None)

    def _note_ended(self, event: LegEnded | LegFailed) -> None:
        self._told.pop(event.leg_id, None)
        self._ended[event.leg_id] = None

    # --- what was missed ----------------------------------------------------------------------------

    def _look(self) -> None:
        self._exchange.after(LOOK_EVERY_US, self._look)
        if self._linked:
            self._make_up(self._drift.look(self._told, self._seen()))

    def _seen(self) -> dict[LegId, LegView]:
        return {LegId(uniqueid): _view(each) for uniqueid, each in self._exchange.channels.items()}

    def _make_up(self, missed: Mapping[LegId, Difference]) -> None:
        for leg_id, (told, seen) in missed.items():
            if seen is None:
                self._tell_gone(leg_id, told)
            elif told is None or told.expected:
                self._tell_new(leg_id)
            else:
                self._tell_changed(leg_id, told, seen)

    def _tell_gone(self, leg_id: LegId, told: LegView | None) -> None:
        assert told is not None, "what is gone was told"
        at_us = self._now_us()
        if told.expected and leg_id in self._ordered:
            self._doomed[leg_id] = HangUpLeg(leg_id=leg_id)
            self._pass(LegFailed(at_us=at_us, leg_id=leg_id, cause=Cause.UNKNOWN, reason="never made"))
            return
        if told.bridge_id is not None:
            self._pass(LegLeft(at_us=at_us, leg_id=leg_id, bridge_id=told.bridge_id))
        self._pass(LegEnded(at_us=at_us, leg_id=leg_id, cause=Cause.UNKNOWN))

    def _tell_new(self, leg_id: LegId) -> None:
        """Tell a channel whole, past the faults: a look is an answer, not an event."""
        self._asked = True
        self._pbx.tell_channel(self._exchange.channels[leg_id])
        self._asked = False

    def _tell_changed(self, leg_id: LegId, told: LegView, seen: LegView) -> None:
        at_us = self._now_us()
        if seen.up and not told.up:
            self._pass(LegAnswered(at_us=at_us, leg_id=leg_id))
        elif seen.ringing and not told.ringing:
            self._pass(LegRinging(at_us=at_us, leg_id=leg_id))
        if told.bridge_id not in (None, seen.bridge_id):
            self._pass(LegLeft(at_us=at_us, leg_id=leg_id, bridge_id=told.bridge_id))
        if seen.bridge_id not in (None, told.bridge_id):
            self._pass(LegJoined(at_us=at_us, leg_id=leg_id, bridge_id=seen.bridge_id))

    # --- spells -----------------------------------------------------------------------------------

    def _cut(self, lasts_us: int) -> None:
        """Break the link with AMI; what was under way is lost."""
        self._plan.struck[FaultKind.LINK_CUT] += 1
        self._lose()
        self._later(lasts_us, partial(self._mend, self._cuts))

    def _lose(self) -> None:
        self._cuts += 1
        if self._linked:
            self._linked = False
            self._pass(PbxLost(at_us=self._now_us(), pbx=self._pbx.name))

    def _mend(self, cuts: int) -> None:
        """Take up what was missed, unless the link has broken again since."""
        if cuts != self._cuts:
            return
        self._linked = True
        self._drift.forget()
        self._make_up(differences(self._told, self._seen()))
        for command in list(self._doomed.values()):
            self._later(0, partial(self.execute, command))
        self._doomed.clear()
        self._pass(PbxSynced(at_us=self._now_us(), pbx=self._pbx.name))

    def _restart(self, lasts_us: int) -> None:
        """Let Asterisk die with all its calls, and come back with none."""
        self._plan.struck[FaultKind.PBX_RESTART] += 1
        self._lose()
        self._pbx.cut_dialogues()
        self._exchange.crash()
        self._later(lasts_us, partial(self._boot, self._cuts))

    def _boot(self, cuts: int) -> None:
        self._exchange.boot()
        self._mend(cuts)

    def _cut_dialogues(self, lasts_us: int) -> None:
        """Break every FastAGI connection; Asterisk asks for us again in a second."""
        self._plan.struck[FaultKind.DIALOGUES_CUT] += 1
        self._pbx.cut_dialogues()

    def _later(self, delay_us: int, action: Callable[[], None]) -> None:
        self._exchange.after(delay_us, action)


def _view(channel: Channel) -> LegView:
    return LegView(
        ringing=channel.state is ChannelState.RINGING,
        up=channel.state is ChannelState.UP,
        bridge_id=BridgeId(channel.bridge.uniqueid) if channel.bridge else None,
    )


_NOTES: dict[type[Event], Callable[[FaultyPbx, Any], None]] = {
    DialogueOpened: FaultyPbx._expect,
    LegCreated: FaultyPbx._note_created,
    LegRinging: lambda pbx, event: pbx._note(event.leg_id, ringing=True),
    LegAnswered: lambda pbx, event: pbx._note(event.leg_id, up=True),
    LegJoined: FaultyPbx._note_joined,
    LegLeft: FaultyPbx._note_left,
    LegEnded: FaultyPbx._note_ended,
    LegFailed: FaultyPbx._note_ended,
}
