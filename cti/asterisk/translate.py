"""AMI events to PBX-neutral events: one table from event name to function.

A leg is a channel: its id is the Uniqueid (our own choice for legs we ring), its address the channel's
name. What is remembered is what `cti.asterisk.channels` holds, so an event told twice, late, or after
the Hangup changes nothing and never brings a channel back: Asterisk 13 to 22 send events after Hangup
(recorded), and around a snapshot every event may come twice. What cannot be true is told as
`AnomalySeen`. An event without a row costs one look-up; UserEvents have no row on purpose, anybody's
dialplan can send them.

Texts that callers can influence (names, numbers) go into fields of events and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.model.causes import Cause
from core.model.events import (
    AnomalySeen,
    DialEnded,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegFailed,
    LegHeld,
    LegJoined,
    LegLeft,
    LegPressed,
    LegResumed,
    LegRinging,
    LegTransferred,
)
from core.model.ids import NO_LEG, BridgeId, LegId
from core.model.message import Event
from core.model.supervision import LegHears
from cti.asterisk.channels import LOCAL, BridgeMap, Channel, LocalPair, Move

Events = Sequence[Event]
NOTHING: Events = ()

ENDED_MAX = 4_096
"""Channels remembered after their Hangup, or given up: some seconds' worth on the busiest Asterisk."""

RINGING = "5"
UP = "6"
"""Values of ChannelState (include/asterisk/channelstate.h)."""

_DIAL_OUTCOMES = {"NOANSWER": "no-answer", "CHANUNAVAIL": "unavailable", "INVALIDARGS": "failed"}
"""DialStatus in our words where lower case will not do."""

_REASON_CAUSES = {
    "0": Cause.SUBSCRIBER_ABSENT,
    "1": Cause.NO_ANSWER,
    "3": Cause.NO_ANSWER,
    "5": Cause.BUSY,
    "8": Cause.CONGESTION,
}
"""Reason of an OriginateResponse (an AST_CONTROL number) where no channel was ever made (capture s07:
0 is a phone that is not registered, or does not exist)."""

HOLDING = "holding_bridge"
"""The technology of parking lots and waiting rooms, whose members do not hear each other."""


class Translator:
    """Tell what AMI events mean; `translate` is the only way in for them.

    `pbx` names the Asterisk in anomalies. `channels` may be read by others, never changed.
    """

    def __init__(self, pbx: str) -> None:
        self.channels: dict[LegId, Channel] = {}
        self._pbx = pbx
        self._ended: dict[LegId, None] = {}
        self._refused: dict[LegId, None] = {}
        self._ordered: dict[LegId, None] = {}
        self._pairs: dict[str, LocalPair] = {}
        self._bridges = BridgeMap()

    def translate(self, message: Mapping[str, str], now_us: int) -> Events:
        """Return what `message`, an AMI event, tells at `now_us`; MUST be given them in their order."""
        row = _ROWS.get(message["Event"])
        return row(self, message, now_us) if row is not None else NOTHING

    def order(self, leg_id: LegId) -> None:
        """Expect a channel that we are about to ring, or word that it could not be made."""
        self._ordered[leg_id] = None

    def expects(self, leg_id: LegId) -> bool:
        """Tell whether the channel was ordered and nothing was heard of it yet."""
        return leg_id in self._ordered

    def ordered(self) -> tuple[LegId, ...]:
        """Return the channels that are still expected."""
        return tuple(self._ordered)

    def has_ended(self, leg_id: LegId) -> bool:
        """Tell whether the channel is known to be gone."""
        return leg_id in self._ended

    def was_refused(self, leg_id: LegId) -> bool:
        """Tell whether the channel was given up: if it comes after all, nobody waits for it."""
        return leg_id in self._refused

    def refuse(self, leg_id: LegId) -> bool:
        """Take note that an ordered channel will not come; tell whether one was still expected."""
        if leg_id not in self._ordered:
            return False
        del self._ordered[leg_id]
        _keep(self._refused, leg_id)
        return True

    # --- channels ---------------------------------------------------------------------------------

    def _newchannel(self, message: Mapping[str, str], now_us: int) -> Events:
        leg_id = LegId(message["Uniqueid"])
        if not leg_id:
            return self._anomaly("channel_without_id", message, now_us)
        if leg_id in self.channels or leg_id in self._ended:
            return NOTHING
        channel = self._remember(leg_id, message["Channel"])
        if channel.pair is not None:
            return NOTHING
        created = LegCreated(
            at_us=now_us,
            leg_id=leg_id,
            address=channel.name,
            caller_number=_known(message["CallerIDNum"]),
            caller_name=_known(message["CallerIDName"]),
            dialed_number=message["Exten"],
            call_hint=message["Linkedid"],
        )
        return (created, *self._newstate(message, now_us))

    def _remember(self, leg_id: LegId, name: str) -> Channel:
        channel = Channel(leg_id=leg_id, name=name)
        self.channels[leg_id] = channel
        ordered = leg_id in self._ordered
        self._ordered.pop(leg_id, None)
        if name.startswith(LOCAL):
            pair = self._pairs.setdefault(name[:-1], LocalPair())
            if ordered:
                pair.dialer = leg_id
            else:
                channel.pair = pair
                pair.halves.append(channel)
        return channel

    def _newstate(self, message: Mapping[str, str], now_us: int) -> Events:
        channel = self.channels.get(LegId(message["Uniqueid"]))
        if channel is None:
            return self._unknown(message, now_us)
        if channel.pair is not None or channel.up:
            return NOTHING
        state = message["ChannelState"]
        if state == UP:
            channel.up = True
            return (LegAnswered(at_us=now_us, leg_id=channel.leg_id),)
        if state == RINGING and not channel.ringing:
            channel.ringing = True
            return (LegRinging(at_us=now_us, leg_id=channel.leg_id),)
        return NOTHING

    def _rename(self, message: Mapping[str, str], now_us: int) -> Events:
        channel = self.channels.get(LegId(message["Uniqueid"]))
        if channel is None:
            return self._unknown(message, now_us)
        channel.name = message["Newname"]
        return NOTHING

    def _hangup(self, message: Mapping[str, str], now_us: int) -> Events:
        leg_id = LegId(message["Uniqueid"])
        channel = self.channels.pop(leg_id, None)
        if channel is None:
            return self._unknown(message, now_us)
        moves = self._told(self._bridges.leave(channel), now_us)
        _keep(self._ended, leg_id)
        if channel.name.startswith(LOCAL):
            self._unpair(channel)
        if channel.pair is not None:
            return moves
        ended = LegEnded(
            at_us=now_us,
            leg_id=leg_id,
            cause=_number(message["Cause"]),
            tech_cause=_number(message.get("TechCause", "")),
        )
        return (*moves, ended)

    def _unpair(self, channel: Channel) -> None:
        if channel.pair is not None:
            channel.pair.halves.remove(channel)
        pair = self._pairs.get(channel.name[:-1])
        if pair is not None and not pair.halves:
            del self._pairs[channel.name[:-1]]

    # --- dialing ----------------------------------------------------------------------------------

    def _dial_begin(self, message: Mapping[str, str], now_us: int) -> Events:
        target = self.channels.get(LegId(message["DestUniqueid"]))
        if target is None:
            return self._unknown(message, now_us, "DestUniqueid")
        dialer = self._dialer(message)
        if target.pair is not None:
            target.pair.dialer = dialer
            return NOTHING
        return (LegDialed(at_us=now_us, leg_id=target.leg_id, from_leg_id=dialer),)

    def _dial_end(self, message: Mapping[str, str], now_us: int) -> Events:
        target = self.channels.get(LegId(message["DestUniqueid"]))
        if target is None:
            return self._unknown(message, now_us, "DestUniqueid")
        if target.pair is not None:
            return NOTHING
        status = message["DialStatus"]
        outcome = _DIAL_OUTCOMES.get(status) or status.lower()
        dialer = self._dialer(message)
        return (DialEnded(at_us=now_us, leg_id=target.leg_id, from_leg_id=dialer, outcome=outcome),)

    def _dialer(self, message: Mapping[str, str]) -> LegId:
        """Return the leg that dials, through Local pairs where need be; an Originate names no channel."""
        channel = self.channels.get(LegId(message["Uniqueid"]))
        if channel is None:
            return NO_LEG
        return channel.leg_id if channel.pair is None else channel.pair.dialer

    def _originate_response(self, message: Mapping[str, str], now_us: int) -> Events:
        """Tell that a leg may never be made; where there is a channel its Hangup knows better.

        This event carries a `Response:` line of its own and may come before or after the channel's
        events, its Newchannel included (captures s07, s17). So whoever is told MUST wait a moment, and give
        the leg up by `refuse` if it is expected still.
        """
        leg_id = LegId(message["Uniqueid"])
        if message["Response"] != "Failure" or not self.expects(leg_id):
            return NOTHING
        reason = message["Reason"]
        cause = _REASON_CAUSES.get(reason, Cause.UNKNOWN)
        return (LegFailed(at_us=now_us, leg_id=leg_id, cause=cause, reason=f"originate reason {reason}"),)

    # --- bridges ----------------------------------------------------------------------------------

    def _bridge_enter(self, message: Mapping[str, str], now_us: int) -> Events:
        channel = self.channels.get(LegId(message["Uniqueid"]))
        if channel is None:
            return self._unknown(message, now_us)
        if message["BridgeTechnology"] == HOLDING:
            return NOTHING
        return self._told(self._bridges.enter(channel, BridgeId(message["BridgeUniqueid"])), now_us)

    def _bridge_leave(self, message: Mapping[str, str], now_us: int) -> Events:
        channel = self.channels.get(LegId(message["Uniqueid"]))
        if channel is None:
            return self._unknown(message, now_us)
        # A late leave of a bridge the channel is in no more must not take it out of the present one.
        if channel.bridge_id != message["BridgeUniqueid"]:
            return NOTHING
        return self._told(self._bridges.leave(channel), now_us)

    def _bridge_destroy(self, message: Mapping[str, str], now_us: int) -> Events:
        return self._told(self._bridges.destroy(BridgeId(message["BridgeUniqueid"])), now_us)

    def _told(self, moves: Sequence[Move], now_us: int) -> Events:
        return tuple(
            (LegJoined if move.joined else LegLeft)(
                at_us=now_us, leg_id=move.leg_id, bridge_id=move.bridge_id
            )
            for move in moves
        )

    # --- supervision ------------------------------------------------------------------------------

    def _spy_started(self, message: Mapping[str, str], now_us: int) -> Events:
        leg_id, hears = LegId(message["SpyerUniqueid"]), LegId(message["SpyeeUniqueid"])
        if leg_id not in self.channels:
            return self._unknown(message, now_us, "SpyerUniqueid")
        return (LegHears(at_us=now_us, leg_id=leg_id, hears=hears),)

    # --- what parties do --------------------------------------------------------------------------

    def _hold(self, message: Mapping[str, str], now_us: int) -> Events:
        channel = self._party(message)
        if channel is None:
            return self._unknown(message, now_us)
        if channel.held:
            return NOTHING
        channel.held = True
        return (LegHeld(at_us=now_us, leg_id=channel.leg_id),)

    def _unhold(self, message: Mapping[str, str], now_us: int) -> Events:
        """Tell the end of a hold; a phone also says so where there was none (capture s10)."""
        channel = self._party(message)
        if channel is None:
            return self._unknown(message, now_us)
        if not channel.held:
            return NOTHING
        channel.held = False
        return (LegResumed(at_us=now_us, leg_id=channel.leg_id),)

    def _dtmf_end(self, message: Mapping[str, str], now_us: int) -> Events:
        if message["Direction"] != "Received":
            return NOTHING
        channel = self._party(message)
        if channel is None:
            return self._unknown(message, now_us)
        return (LegPressed(at_us=now_us, leg_id=channel.leg_id, digit=message["Digit"]),)

    def _party(self, message: Mapping[str, str]) -> Channel | None:
        channel = self.channels.get(LegId(message["Uniqueid"]))
        return channel if channel is not None and channel.pair is None else None

    def _blind_transfer(self, message: Mapping[str, str], now_us: int) -> Events:
        return self._transfer("blind", "TransfererUniqueid", message, now_us)

    def _attended_transfer(self, message: Mapping[str, str], now_us: int) -> Events:
        return self._transfer("attended", "OrigTransfererUniqueid", message, now_us)

    def _transfer(self, kind: str, transferer_key: str, message: Mapping[str, str], now_us: int) -> Events:
        moved = self.channels.get(LegId(message["TransfereeUniqueid"]))
        # No transferee is named where a whole conference is sent on: nobody changes hands then.
        if message["Result"] != "Success" or moved is None or moved.pair is not None:
            return NOTHING
        transferred = LegTransferred(
            at_us=now_us,
            leg_id=LegId(message[transferer_key]),
            kind=kind,
            dialed_number=message["Extension"],
            moved_leg_id=moved.leg_id,
        )
        return (transferred,)

    # --- the impossible ---------------------------------------------------------------------------

    def _unknown(self, message: Mapping[str, str], now_us: int, key: str = "Uniqueid") -> Events:
        leg_id = LegId(message[key])
        if leg_id in self._ended or leg_id in self._refused or leg_id in self.channels:
            return NOTHING
        return self._anomaly("unknown_channel", message, now_us)

    def _anomaly(self, kind: str, message: Mapping[str, str], now_us: int) -> Events:
        return (AnomalySeen(at_us=now_us, pbx=self._pbx, kind=kind, where=message["Event"]),)


def _keep(memory: dict[LegId, None], leg_id: LegId) -> None:
    """Remember the channel, and forget the oldest where there are too many."""
    memory[leg_id] = None
    if len(memory) > ENDED_MAX:
        del memory[next(iter(memory))]


def _known(text: str) -> str:
    return "" if text == "<unknown>" else text


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else Cause.UNKNOWN


_ROWS: dict[str, Callable[[Translator, Mapping[str, str], int], Events]] = {
    "AttendedTransfer": Translator._attended_transfer,
    "BlindTransfer": Translator._blind_transfer,
    "BridgeDestroy": Translator._bridge_destroy,
    "BridgeEnter": Translator._bridge_enter,
    "BridgeLeave": Translator._bridge_leave,
    "ChanSpyStart": Translator._spy_started,
    "DTMFEnd": Translator._dtmf_end,
    "DialBegin": Translator._dial_begin,
    "DialEnd": Translator._dial_end,
    "Hangup": Translator._hangup,
    "Hold": Translator._hold,
    "Newchannel": Translator._newchannel,
    "Newstate": Translator._newstate,
    "OriginateResponse": Translator._originate_response,
    "Rename": Translator._rename,
    "Unhold": Translator._unhold,
}
