"""What the engine orders of legs, as AMI actions or by their dialogues, and what comes of the replies.

What cannot be sent comes back as an event, as the port demands. Only a hang-up is sent again when it can be:
nobody else would end that leg.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from core.kernel.clock import Clock
from core.kernel.errors import PbxError, UnsafeText
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
from core.model.events import AnomalySeen, LegFailed
from core.model.ids import NO_LEG, LegId
from core.ports import Sink
from cti.ami.errors import LocalAmiError
from cti.ami.link import AmiLink
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.asterisk import commands
from cti.asterisk.commands import Action
from cti.asterisk.dialogue import Dialogues
from cti.asterisk.handsets import Handsets
from cti.asterisk.translate import Translator

log = structlog.get_logger()

NO_REPLY = "Asterisk did not reply to the order"


@dataclass(frozen=True, kw_only=True)
class Contexts:
    """The contexts of its dialplan that are ours: where callers are held, agents join, a leg leaves us."""

    caller: str = "goldline-caller"
    agent: str = "goldline-agent"
    transfer: str = "goldline-transfer"


class Orders:
    """The orders that one Asterisk, called `pbx`, was given and has not settled."""

    def __init__(
        self,
        pbx: str,
        contexts: Contexts,
        *,
        translator: Translator,
        dialogues: Dialogues,
        acting: AmiLink,
        handsets: Handsets,
        sink: Sink,
        clock: Clock,
        put_off: Callable[[], None],
    ) -> None:
        """Be built with what is to be done where Asterisk takes no order any more, as it is to stop."""
        self._put_off = put_off
        self._pbx = pbx
        self._contexts = contexts
        self._translator = translator
        self._dialogues = dialogues
        self._acting = acting
        self._handsets = handsets
        self._sink = sink
        self._clock = clock
        # Legs to hang up as soon as they exist or can be reached.
        self._doomed: dict[LegId, HangUpLeg] = {}
        # Ordered legs that Asterisk has said it will make.
        self._promised: dict[LegId, None] = {}
        self._actions: Mapping[type[PbxCommand], Callable[[Any], None]] = {
            RingLeg: self._ring,
            JoinLeg: self._join,
            HangUpLeg: self._hang_up,
            TagLeg: self._tag,
            TransferLeg: self._transfer,
            TakeLeg: self._take,
            ConferLeg: self._confer,
            MuteLeg: self._mute,
            PickUpLeg: self._pick_up,
            PlayKeys: self._play_keys,
            SuperviseLeg: self._supervise,
        }

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; see `core.ports.Pbx`."""
        if isinstance(command, DialogueStep):
            self._dialogues.execute(command)
            return
        try:
            self._actions[type(command)](command)
        except (UnsafeText, PbxError, LocalAmiError) as refusal:
            self._refuse(command, Cause.INTERWORKING, str(refusal))

    # --- legs that come and go ------------------------------------------------------------------------

    def promised(self) -> list[LegId]:
        """Return the ordered legs that Asterisk has said it will make, and that did not come yet."""
        expects = self._translator.expects
        self._promised = {leg_id: None for leg_id in self._promised if expects(leg_id)}
        return list(self._promised)

    def give_up(self, leg_id: LegId, cause: int, reason: str) -> None:
        """Tell that an ordered leg was never made, unless it came all the same."""
        if self._translator.refuse(leg_id):
            self._fail(leg_id, cause, reason)

    def note_created(self, leg_id: LegId) -> None:
        """Hang up a leg that was to go before it came, or that comes after it was given up."""
        command = self._doomed.pop(leg_id, None)
        if command is None and self._translator.was_refused(leg_id):
            command = HangUpLeg(leg_id=leg_id)
        if command is not None:
            self._send(commands.hang_up(command), command)

    def note_ended(self, leg_id: LegId) -> None:
        """Take note that there is nothing left to hang up."""
        self._doomed.pop(leg_id, None)

    def hang_up_again(self) -> None:
        """Hang up those that could not be reached, now that they can be."""
        for leg_id in [leg_id for leg_id in self._doomed if not self._translator.expects(leg_id)]:
            self._hang_up(self._doomed.pop(leg_id))

    # --- one order after the other ----------------------------------------------------------------------

    def _ring(self, command: RingLeg) -> None:
        if command.bridge_with == NO_LEG:
            action = commands.originate(command, self._contexts.caller)
        else:
            action = commands.originate(command, self._contexts.agent, self._name_of(command.bridge_with))
        self._translator.order(command.leg_id)
        self._send(action, command)

    def _name_of(self, leg_id: LegId) -> str:
        """Return the channel's name; a caller's dialogue may tell it before AMI's Newchannel does."""
        channel = self._translator.channels.get(leg_id)
        name = channel.name if channel is not None else self._dialogues.address(leg_id)
        if not name:
            raise PbxError(f"leg {leg_id} is gone")
        return name

    def _join(self, command: JoinLeg) -> None:
        name = self._name_of(command.bridge_with)
        if not self._dialogues.leave_to_join(command.leg_id, name, command.spares):
            raise PbxError(f"leg {command.leg_id} is not in our hands")

    def _confer(self, command: ConferLeg) -> None:
        if not self._dialogues.leave_to_confer(command.leg_id, command.room):
            raise PbxError(f"leg {command.leg_id} is not in our hands")

    def _take(self, command: TakeLeg) -> None:
        self._send(commands.take(command, self._contexts.caller), command)

    def _mute(self, command: MuteLeg) -> None:
        self._send(commands.mute(command), command)

    def _pick_up(self, command: PickUpLeg) -> None:
        action = commands.pick_up(command, self._name_of(command.leg_id))
        self._handsets.send(action, partial(self._answered, command))

    def _play_keys(self, command: PlayKeys) -> None:
        self._handsets.play(command.leg_id, commands.checked_keys(command.digits))

    def _supervise(self, command: SuperviseLeg) -> None:
        name = self._name_of(command.hears)
        if not self._dialogues.leave_to_hear(command.leg_id, name, commands.SPYING[command.mode]):
            for action in commands.hear(command, name, self._contexts.caller):
                self._send(action, command)

    def _hang_up(self, command: HangUpLeg) -> None:
        action = commands.hang_up(command)
        if self._translator.expects(command.leg_id):
            # Asterisk answers "No such channel" until the Originate's own thread has made it (tried).
            self._doomed[command.leg_id] = command
        else:
            self._send(action, command)

    def _tag(self, command: TagLeg) -> None:
        if self._is_bridged(command.leg_id) or not self._dialogues.tag(command.leg_id, command.tag):
            self._send(commands.set_tag(command), command)

    def _transfer(self, command: TransferLeg) -> None:
        context = self._contexts.transfer
        if self._is_bridged(command.leg_id) or not self._dialogues.leave_to(
            command.leg_id, context, command.number
        ):
            self._send(commands.redirect(command, context), command)

    def _is_bridged(self, leg_id: LegId) -> bool:
        """Tell whether the leg talks: its dialogue is void then, though its HANGUP may come 40 ms later."""
        channel = self._translator.channels.get(leg_id)
        return channel is not None and channel.bridge_id is not None

    def _send(self, action: Action, command: PbxCommand) -> None:
        self._acting.send_action(action.name, action.fields, partial(self._answered, command))

    def _answered(self, command: PbxCommand, reply: ActionReply) -> None:
        """Tell a refusal. What was lost or is late may have been done: the leg's own events will tell."""
        if isinstance(command, HangUpLeg):
            self._see_to_end(command, reply)
        elif reply.is_to_stop:
            self._put_off()
            self._refuse(command, Cause.NETWORK_OUT_OF_ORDER, reply.reason)
        elif reply.outcome is ReplyOutcome.REFUSED:
            self._refuse(command, Cause.UNALLOCATED, reply.reason)
        elif reply.outcome is ReplyOutcome.NOT_SENT:
            self._refuse(command, Cause.NETWORK_OUT_OF_ORDER, reply.reason)
        elif isinstance(command, RingLeg) and self._translator.expects(command.leg_id):
            self._follow_up(command, reply)

    def _see_to_end(self, command: HangUpLeg, reply: ActionReply) -> None:
        """See to it that the leg ends; a hang-up is refused where it has, as wanted."""
        if reply.outcome in (ReplyOutcome.NOT_SENT, ReplyOutcome.LOST):
            self._doomed[command.leg_id] = command
        elif reply.outcome is ReplyOutcome.TIMED_OUT and not self._translator.has_ended(command.leg_id):
            self._hang_up(command)

    def _follow_up(self, command: RingLeg, reply: ActionReply) -> None:
        """Watch for a channel that was promised; one that comes after no reply at all comes too late."""
        if reply.ok:
            self._promised[command.leg_id] = None
        elif reply.outcome is ReplyOutcome.TIMED_OUT:
            self.give_up(command.leg_id, Cause.NETWORK_OUT_OF_ORDER, NO_REPLY)

    def _refuse(self, command: PbxCommand, cause: Cause, reason: str) -> None:
        if cause is not Cause.NETWORK_OUT_OF_ORDER:  # that it takes no orders at all is logged once
            log.warning(
                "command refused", command=type(command).__name__, leg_id=command.leg_id, pii_reason=reason
            )
        if isinstance(command, RingLeg):
            self._translator.refuse(command.leg_id)
            self._fail(command.leg_id, cause, reason)
        elif command.leg_id in self._translator.channels:
            self._sink(
                AnomalySeen(
                    at_us=self._clock.now_us(),
                    pbx=self._pbx,
                    kind="command_refused",
                    where=type(command).__name__,
                )
            )

    def _fail(self, leg_id: LegId, cause: int, reason: str) -> None:
        self._doomed.pop(leg_id, None)
        self._sink(LegFailed(at_us=self._clock.now_us(), leg_id=leg_id, cause=cause, reason=reason))
