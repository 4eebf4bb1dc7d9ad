"""`FaultyPbx`: the simulated Asterisk in virtual time, behind links that lose, delay, double and break.

What comes from AMI is one stream and each dialogue another: within a stream order holds, between streams
nothing does, and the outcome of an order (OriginateResponse) comes from a thread of its own. AMI's events
may be lost; what FastAGI tells may be late and its link may break, but TCP loses nothing of it.

Like the adapter this port makes up for what it did not tell: all at once when the link is back, and by two
looks in a row while it is up (`core.drift`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from core.drift import Difference, Drift, LegView, differences
from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.causes import Cause
from core.model.commands import DialogueStep, HangUpLeg, JoinLeg, PbxCommand, RingLeg, TransferLeg
from core.model.events import (
    AnswererJudged,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
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
from simulator.told import Told

LOOK_EVERY_US = 2 * SECOND_US
"""As the adapter, unless configured otherwise."""
ACTION_DEADLINE_US = 5 * SECOND_US
"""When the adapter gives up waiting for the reply to an action, and hangs up once more."""

AMI, OUTCOME = "ami", "outcome"
_FROM_DIALOGUES = (AnswererJudged, DialogueOpened, StepFinished, DialogueClosed)


class FaultyPbx:
    """A `Pbx` that does to `SimPbx` what `plan` says; spells end with `until_us`."""

    def __init__(self, exchange: Exchange, sink: Sink, plan: FaultPlan, until_us: int) -> None:
        self._exchange = exchange
        self._now_us = exchange.now_us
        self._sink = sink
        self._plan = plan
        self._until_us = until_us
        self._pbx = SimPbx(exchange, self._hear)
        self._lanes = Lanes(exchange)
        self._told = Told()
        self._drift = Drift()
        # Legs to hang up when the link is back.
        self._doomed: dict[LegId, HangUpLeg] = {}
        self._linked = False
        # How often the link has broken: what set out before does not arrive.
        self._cuts = 0
        # Whether the events that come are the answer to a look.
        self._asked = False

    def start(self) -> None:
        """Begin as `SimPbx` does, and let the spells come."""
        self._linked = True
        self._pbx.start()
        self._exchange.after(LOOK_EVERY_US, self._look)
        table: dict[FaultKind, Callable[[int], None]] = {
            FaultKind.LINK_CUT: self._cut,
            FaultKind.PBX_RESTART: self._restart,
            FaultKind.DIALOGUES_CUT: self._cut_dialogues,
        }
        for kind, befall in table.items():
            for at_us, lasts_us in self._plan.spells(kind, self._until_us):
                self._exchange.after(at_us, partial(befall, lasts_us))

    # --- commands ---------------------------------------------------------------------------------

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`, if it arrives; see `core.ports.Pbx`."""
        if isinstance(command, DialogueStep | JoinLeg | TransferLeg):
            self._pbx.execute(command)  # goes by FastAGI
        elif self._linked:
            self._act(command)
        else:
            self._not_sent(command)

    def _act(self, command: PbxCommand) -> None:
        if isinstance(command, RingLeg):
            self._told.order(command.leg_id)
        if not self._plan.strikes(FaultKind.ACTION_LOST):
            lag_us = self._plan.lag_us(FaultKind.ACTION_LATE)
            self._exchange.after(lag_us, partial(self._pbx.execute, command))
        elif isinstance(command, HangUpLeg):
            self._exchange.after(ACTION_DEADLINE_US, partial(self.execute, command))

    def _not_sent(self, command: PbxCommand) -> None:
        """Do as the adapter does with an action that no link takes."""
        if isinstance(command, HangUpLeg):
            self._doomed[command.leg_id] = command
        elif isinstance(command, RingLeg):
            self._exchange.after(0, partial(self._fail, command.leg_id, Cause.NETWORK_OUT_OF_ORDER))

    def _fail(self, leg_id: LegId, cause: Cause) -> None:
        self._pass(LegFailed(at_us=self._now_us(), leg_id=leg_id, cause=cause))

    # --- events -----------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if self._asked or not isinstance(event, LegEvent):
            self._pass(event)
        elif isinstance(event, _FROM_DIALOGUES):
            self._deliver(event.leg_id, event, self._plan.lag_us(FaultKind.DIALOGUE_LATE))
        elif self._linked and not self._plan.strikes(FaultKind.EVENT_LOST):
            self._hear_ami(event)

    def _hear_ami(self, event: LegEvent) -> None:
        plan = self._plan
        if isinstance(event, LegFailed):
            self._deliver(OUTCOME, event, plan.lag_us(FaultKind.OUTCOME_LATE))
            return
        lag_us = plan.lag_us(FaultKind.EVENT_LATE)
        for _ in range(2 if plan.strikes(FaultKind.EVENT_DOUBLED) else 1):
            self._deliver(AMI, event, lag_us)

    def _deliver(self, lane: str, event: LegEvent, lag_us: int) -> None:
        self._lanes.send(lane, lag_us, partial(self._arrive, event, self._cuts))

    def _arrive(self, event: LegEvent, cuts: int) -> None:
        """Take what was under way, unless its link has broken since."""
        if cuts == self._cuts or isinstance(event, _FROM_DIALOGUES):
            now_us = self._now_us()
            self._pass(event if event.at_us == now_us else replace(event, at_us=now_us))

    def _pass(self, event: Event) -> None:
        """Tell the engine, if it may be told; a leg that comes after it was told failed is hung up."""
        if not isinstance(event, LegEvent) or self._told.take(event):
            self._sink(event)
        elif self._told.has_failed(event.leg_id):
            self.execute(HangUpLeg(leg_id=event.leg_id))

    # --- what was not told ----------------------------------------------------------------------------

    def _look(self) -> None:
        self._exchange.after(LOOK_EVERY_US, self._look)
        if self._linked:
            self._make_up(self._drift.look(self._told.views, self._seen()))

    def _seen(self) -> dict[LegId, LegView]:
        return {LegId(uniqueid): _view(each) for uniqueid, each in self._exchange.channels.items()}

    def _make_up(self, amiss: Mapping[LegId, Difference]) -> None:
        for leg_id, (told, seen) in amiss.items():
            if seen is None:
                self._tell_gone(leg_id, told or LegView())
            elif told is None or told.expected:
                self._tell_whole(leg_id)
            else:
                self._tell_changed(leg_id, told, seen)

    def _tell_gone(self, leg_id: LegId, told: LegView) -> None:
        if self._told.was_ordered(leg_id):
            self._fail(leg_id, Cause.SUBSCRIBER_ABSENT)
            return
        if told.bridge_id is not None:
            self._pass(LegLeft(at_us=self._now_us(), leg_id=leg_id, bridge_id=told.bridge_id))
        self._pass(LegEnded(at_us=self._now_us(), leg_id=leg_id, cause=Cause.UNKNOWN))

    def _tell_whole(self, leg_id: LegId) -> None:
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
        self._exchange.after(lasts_us, partial(self._mend, self._cuts))

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
        self._make_up(differences(self._told.views, self._seen()))
        doomed, self._doomed = self._doomed, {}
        for command in doomed.values():
            self._exchange.after(0, partial(self.execute, command))
        self._pass(PbxSynced(at_us=self._now_us(), pbx=self._pbx.name))

    def _restart(self, lasts_us: int) -> None:
        """Let Asterisk die with all its calls, and come back with none."""
        self._plan.struck[FaultKind.PBX_RESTART] += 1
        self._lose()
        self._pbx.cut_dialogues()
        self._exchange.crash()
        self._exchange.after(lasts_us, partial(self._boot, self._cuts))

    def _boot(self, cuts: int) -> None:
        self._exchange.boot()
        self._mend(cuts)

    def _cut_dialogues(self, lasts_us: int) -> None:
        """Break every FastAGI connection; Asterisk asks for us again in a second."""
        self._plan.struck[FaultKind.DIALOGUES_CUT] += 1
        self._pbx.cut_dialogues()


def _view(channel: Channel) -> LegView:
    return LegView(
        ringing=channel.state is ChannelState.RINGING,
        up=channel.state is ChannelState.UP,
        bridge_id=BridgeId(channel.bridge.uniqueid) if channel.bridge else None,
    )
