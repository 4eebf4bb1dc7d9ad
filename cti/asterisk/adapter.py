"""`AsteriskPbx`: one Asterisk behind the `Pbx` port.

Two AMI sessions, one that hears and one that acts (an action holds up the events of its own session), a third
one for phones where it is allowed, and a FastAGI server for dialogues with callers. What comes in goes
through `translate` to the sink; what goes out is seen to by `orders`. The two sides share one object, the
translator's memory of channels.

Logged in is not enough to be up: the sink hears `PbxSynced` when both sessions are logged in and a
snapshot has been told, and `PbxLost` when either is gone, or when Asterisk is told to stop once its calls
have ended and takes no order any more. In between commands are still tried, for a
caller may wait.

What neither session can tell of any more is seen to by `untold`. And while both are up a lookout makes up
for events that were lost on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random  # det-ok: the type alone; the generator is handed in

import structlog

from core.drift import Views
from core.kernel.clock import Clock
from core.model.commands import PbxCommand
from core.model.events import (
    AnomalySeen,
    DialogueClosed,
    DialogueOpened,
    LegCreated,
    LegEnded,
    LegFailed,
    LegPressed,
    PbxLost,
    PbxSynced,
)
from core.model.ids import LegId
from core.model.message import Event
from core.ports import Sink
from cti.agi.server import AgiServer, AgiSettings
from cti.ami.link import AmiLink, AmiSettings
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.ami.states import LOGGED_IN, SessionState
from cti.ami.wire import AmiMessage
from cti.asterisk.dialogue import Dialogues, DialogueSettings
from cti.asterisk.dialplan import READ_CLASSES, UNREAD_EVENTS
from cti.asterisk.handsets import Handsets
from cti.asterisk.lookout import Lookout, told_views
from cti.asterisk.orders import Contexts, Orders
from cti.asterisk.resync import KEPT_BACK_MAX, SNAPSHOT_ACTIONS, Snapshot, missed_events, notes
from cti.asterisk.translate import Events, Translator
from cti.asterisk.untold import Untold
from cti.asterisk.vitals import HeardEvents, Vitals

log = structlog.get_logger()

UNUSED_EVENTS = frozenset({*UNREAD_EVENTS, "BridgeCreate", "DTMFBegin", "DialState", "LocalBridge"})
"""Frequent events of our classes that mean nothing to `translate`, skipped before they are parsed.

Those that the manager account filters out are among them, for accounts written by hand.
"""

SNAPSHOT_DEADLINE_US = 10_000_000
"""For each list of a snapshot: 5,000 channels take Asterisk well under a second."""

LOOK_AGAIN_S = 2.0
"""Between two questions to an Asterisk that is to stop: whoever told it to may take that back."""

CHANNEL_LATE_S = 0.5
"""How much later than word of its failure a channel may be told of: so seen where 503 came within 6 ms."""


@dataclass(frozen=True, kw_only=True)
class AsteriskSettings:
    """One Asterisk: how to reach it, where it reaches us, and what of its dialplan is ours.

    `phones` is the account by which phones are answered from the desk, where there is one.
    """

    ami: AmiSettings
    phones: AmiSettings | None = None
    agi: AgiSettings
    dialogue: DialogueSettings = field(default_factory=DialogueSettings)
    name: str = "asterisk"
    contexts: Contexts = field(default_factory=Contexts)
    look_every_s: float = 2.0
    """Between two looks for what no event told; what was lost is made up for after two of them."""


class AsteriskPbx:
    """The real telephone system; what it learns goes to `sink`, stamped by `clock`."""

    def __init__(self, settings: AsteriskSettings, sink: Sink, clock: Clock, jitter: Random) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._translator = Translator(settings.name)
        self._dialogues = Dialogues(self._hear_dialogue, clock, replace(settings.dialogue, pbx=settings.name))
        self._agi = AgiServer(settings.agi, self._dialogues.accept)
        hearing = replace(settings.ami, events=",".join(READ_CLASSES), ignored_events=UNUSED_EVENTS)
        acting = replace(settings.ami, events="off")
        self._hearing = AmiLink(hearing, on_event=self._hear, on_state=self._hearing_changed, jitter=jitter)
        self._acting = AmiLink(acting, on_event=_ignore, on_state=self._acting_changed, jitter=jitter)
        self._handsets = Handsets(settings.phones, self._acting, jitter)
        self._lookout = Lookout(
            self._hearing, settings.look_every_s, self._told, self._make_up, self._put_off
        )
        # The snapshot being taken, None while nothing is amiss.
        self._snapshot: Snapshot | None = None
        self._started = ""
        self._is_up = False
        # Whether Asterisk is to stop, and when it is asked again.
        self._is_to_stop = False
        self._looks_again: asyncio.TimerHandle | None = None
        self._heard = HeardEvents()
        self._orders = Orders(
            settings.name,
            settings.contexts,
            translator=self._translator,
            dialogues=self._dialogues,
            acting=self._acting,
            handsets=self._handsets,
            sink=sink,
            clock=clock,
            put_off=self._put_off,
        )
        self._untold = Untold(self._translator, self._dialogues, self._orders, sink, clock)

    async def start(self) -> None:
        """Listen for dialogues and connect to Asterisk, for ever; raise `OSError` if the port is taken."""
        await self._agi.start()
        self._acting.start()
        self._hearing.start()
        self._handsets.start()
        self._lookout.start()

    async def close(self) -> None:
        """Leave Asterisk: its calls go on, its waiting callers hear music."""
        self._lookout.close()
        if self._looks_again is not None:
            self._looks_again.cancel()
        await self._hearing.close()
        await self._acting.close()
        await self._handsets.close()
        await self._agi.stop()

    def vitals(self) -> Vitals:
        """Return how the link does."""
        links = (self._hearing, self._acting)
        return Vitals(
            is_up=self._is_up,
            trouble="" if self._is_up else self._trouble(),
            reconnects=sum(max(0, link.connection_count - 1) for link in links),
            dropped=sum(link.dropped_event_count + link.dropped_noise_count for link in links),
            late_us=self._hearing.late_us,
            heard=self._heard.counts,
        )

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; see `core.ports.Pbx`."""
        self._orders.execute(command)

    # --- events -----------------------------------------------------------------------------------

    def _hear(self, message: AmiMessage) -> None:
        self._heard.add(message["Event"])
        if self._snapshot is None:
            self._tell(self._translator.translate(message, self._clock.now_us()))
        elif len(self._snapshot.kept_back) < KEPT_BACK_MAX:
            self._snapshot.kept_back.append(message)
        else:
            self._take_snapshot()

    def _tell(self, events: Events) -> None:
        for event in events:
            # A key pressed within a dialogue is told by its step.
            if isinstance(event, LegPressed) and self._dialogues.knows(event.leg_id):
                continue
            if isinstance(event, LegFailed):
                asyncio.get_running_loop().call_later(
                    CHANNEL_LATE_S, self._orders.give_up, event.leg_id, event.cause, event.reason
                )
                continue
            self._sink(event)
            if isinstance(event, LegCreated):
                self._orders.note_created(event.leg_id)
            elif isinstance(event, LegEnded):
                self._orders.note_ended(event.leg_id)
                self._untold.note_ended(event.leg_id)

    def _hear_dialogue(self, event: Event) -> None:
        if isinstance(event, DialogueOpened):
            self._untold.note_opened(event.leg_id)
        self._sink(event)
        if isinstance(event, DialogueClosed):
            self._untold.note_closed(event.leg_id)

    # --- being up ---------------------------------------------------------------------------------

    def _hearing_changed(self, state: SessionState) -> None:
        if state is SessionState.SYNCING:
            self._take_snapshot()
        elif state is SessionState.LOST:
            self._snapshot = None
            self._lose()

    def _acting_changed(self, state: SessionState) -> None:
        if state is SessionState.SYNCING:
            self._acting.synced()
            if self._snapshot is None and self._hearing.session.state in LOGGED_IN:
                self._take_snapshot()
        elif state is SessionState.LOST:
            self._lose()

    def _lose(self) -> None:
        self._untold.link_lost()
        if self._is_up:
            self._is_up = False
            self._sink(PbxLost(at_us=self._clock.now_us(), pbx=self._settings.name))

    def _trouble(self) -> str:
        if self._is_to_stop:
            return "Asterisk is to stop once its calls have ended"
        return self._hearing.trouble or self._acting.trouble or "the state of Asterisk is not known"

    # --- what no event told -------------------------------------------------------------------------

    def _told(self) -> Views | None:
        """Return what the engine was told of legs, None while a snapshot is due anyway."""
        if not self._is_up or self._snapshot is not None:
            return None
        return told_views(self._translator.channels, self._untold.expected())

    def _make_up(self, amiss: Sequence[LegId], snapshot: Snapshot) -> None:
        """Tell what the events would have told that did not come."""
        now_us = self._clock.now_us()
        known = {leg: self._translator.channels[leg] for leg in amiss if leg in self._translator.channels}
        for message in list(missed_events(snapshot, known, restarted=False)):
            self._tell(self._translator.translate(message, now_us))
        shown = [row["Uniqueid"] for row in snapshot.channels]
        for leg_id in [leg_id for leg_id in amiss if leg_id not in shown]:
            self._untold.note_missing(leg_id)

    # --- the snapshot -----------------------------------------------------------------------------

    def _take_snapshot(self) -> None:
        """Ask for a snapshot, and keep events back until it is told; an older one counts no more."""
        snapshot = Snapshot()
        self._snapshot = snapshot
        self._lookout.forget()
        for action, fields in SNAPSHOT_ACTIONS.items():
            then = partial(self._snapshot_answered, snapshot)
            self._hearing.send_action(action, fields, then, SNAPSHOT_DEADLINE_US)

    def _snapshot_answered(self, snapshot: Snapshot, reply: ActionReply) -> None:
        if snapshot is not self._snapshot:
            return
        if reply.ok:
            if snapshot.take(reply.action, reply.response, reply.entries):
                self._tell_snapshot(snapshot)
        elif reply.outcome is ReplyOutcome.TIMED_OUT:
            self._take_snapshot()
        elif reply.is_to_stop:
            self._put_off()
        elif reply.outcome is not ReplyOutcome.LOST:
            # Asking again would not help: the account lacks a class, or there are too many channels.
            log.error("snapshot failed", action=reply.action, outcome=reply.outcome, reason=reply.reason)

    def _put_off(self) -> None:
        """Count an Asterisk as lost that is to stop, and look now and then whether it still is."""
        if not self._is_to_stop:
            log.warning("pbx_stops", pbx=self._settings.name)
        self._is_to_stop = True
        self._lose()
        kept_back, self._snapshot = self._snapshot.kept_back if self._snapshot else [], None
        for message in kept_back:
            self._tell(self._translator.translate(message, self._clock.now_us()))
        if self._looks_again is None:
            self._looks_again = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        self._looks_again = None
        if not self._is_up and self._snapshot is None and self._hearing.session.state in LOGGED_IN:
            self._take_snapshot()

    def _tell_snapshot(self, snapshot: Snapshot) -> None:
        now_us = self._clock.now_us()
        translator = self._translator
        restarted = self._started not in ("", snapshot.started)
        self._started = snapshot.started
        known_before = set(translator.channels)
        for message in list(missed_events(snapshot, translator.channels, restarted)):
            self._tell(translator.translate(message, now_us))
        new = [leg_id for leg_id in translator.channels if leg_id not in known_before]
        self._tell(list(notes(snapshot, new, now_us)))
        self._snapshot = None
        for message in snapshot.kept_back:
            events = translator.translate(message, now_us)
            # What is told late of a channel that the snapshot knew no more is no anomaly.
            self._tell([event for event in events if not isinstance(event, AnomalySeen)])
        self._hearing.synced()
        if self._acting.session.state in LOGGED_IN:
            self._come_up(now_us)

    def _come_up(self, now_us: int) -> None:
        self._untold.link_back()
        self._orders.hang_up_again()
        if self._is_to_stop:
            self._is_to_stop = False
            log.info("pbx_goes_on", pbx=self._settings.name)
        self._is_up = True
        self._sink(PbxSynced(at_us=now_us, pbx=self._settings.name))


def _ignore(message: AmiMessage) -> None:
    """Hear nothing: the acting session asks for no events."""
