"""All calls in hand: leg events in, call facts out.

A leg belongs to the call its PBX hints at, to the call of whoever dials it, or to one of its own; two
calls whose legs meet in a bridge become one. A call ends with its caller's leg, unless a transfer is
under way or the others talk on. The rules are those a switchboard's display needs, proved on the
recorded calls of cacofonisk (tests/unit/core/test_calls_cacofonisk.py).

The book believes no order of events: an impossible one is published as `AnomalySeen`, changes nothing
and harms no other leg. It gives no commands.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.engine import Engine
from core.model.call import Call, Dial, EndReason, Progress, Transfer, dial_outcome, end_reason
from core.model.call_events import (
    CallDialed,
    CallDialEnded,
    CallEnded,
    CallMerged,
    CallTransferred,
    CallUp,
)
from core.model.events import (
    AnomalySeen,
    DialEnded,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegEvent,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    LegRinging,
    LegTransferred,
)
from core.model.ids import NO_LEG, BridgeId, CallId, LegId
from core.model.leg import LEG, Leg, LegState, LegTrigger
from core.model.message import Event

_REACHED = frozenset({LegState.RINGING, LegState.UP, LegState.HELD})
_TALK_STATES = frozenset({LegState.UP, LegState.HELD})
_PROGRESS = {"answer": Progress.TAKEN, "cancel": Progress.CALLING}
"""What the end of one dial says of the attempt as a whole; a cancelled one means that another phone won, or
that the caller gave up. Every other outcome is a phone that did not take the call."""


class CallBook:
    """Legs, bridges and calls by id; each leaves the book when it has ended."""

    def __init__(self, engine: Engine) -> None:
        self.legs: dict[LegId, Leg] = {}
        self.bridges: dict[BridgeId, dict[LegId, Leg]] = {}
        self._calls: dict[CallId, Call] = {}
        self._call_of: dict[LegId, Call] = {}
        self._founded = 0
        self._publish = engine.publish
        engine.subscribe(LegCreated, self._create)
        engine.subscribe(LegDialed, self._dial)
        engine.subscribe(DialEnded, self._end_dial)
        engine.subscribe(LegRinging, self._ring)
        engine.subscribe(LegAnswered, self._answer)
        engine.subscribe(LegHeld, self._hold)
        engine.subscribe(LegResumed, self._resume)
        engine.subscribe(LegJoined, self._join)
        engine.subscribe(LegLeft, self._leave)
        engine.subscribe(LegTransferred, self._transfer)
        engine.subscribe(LegEnded, self._end)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls.values())

    def __len__(self) -> int:
        return len(self._calls)

    def of_leg(self, leg_id: LegId) -> Call | None:
        """Return the call the leg belongs to, or None: ended, unknown, or left over from an ended call."""
        return self._call_of.get(leg_id)

    # --- one leg ----------------------------------------------------------------------------------

    def _create(self, event: LegCreated) -> None:
        if event.leg_id in self.legs:
            self._anomaly(event, "leg_created_twice")
            return
        leg = Leg(
            leg_id=event.leg_id,
            address=event.address,
            caller_number=event.caller_number,
            caller_name=event.caller_name,
            dialed_number=event.dialed_number,
        )
        self.legs[leg.leg_id] = leg
        hint = event.call_hint
        hinted = self._calls.get(CallId(hint)) or self._call_of.get(LegId(hint))
        if hinted is None:
            self._found(leg)
        else:
            hinted.legs[leg.leg_id] = leg
            self._call_of[leg.leg_id] = hinted

    def _moved(self, event: LegEvent, trigger: LegTrigger) -> Leg | None:
        """Return the leg after `trigger`, or None where it is unknown or its table has no such row."""
        leg = self.legs.get(event.leg_id)
        if leg is None:
            self._anomaly(event, "unknown_leg")
            return None
        following = LEG.rows.get((leg.state, trigger))
        if following is None:
            self._anomaly(event, f"leg_{leg.state}_{trigger}")
            return None
        leg.state = following
        return leg

    def _hold(self, event: LegHeld) -> None:
        self._moved(event, LegTrigger.HOLD)

    def _resume(self, event: LegResumed) -> None:
        self._moved(event, LegTrigger.RESUME)

    def _ring(self, event: LegRinging) -> None:
        self._reach(event, LegTrigger.RING)

    def _answer(self, event: LegAnswered) -> None:
        self._reach(event, LegTrigger.ANSWER)

    def _reach(self, event: LegEvent, trigger: LegTrigger) -> None:
        leg = self._moved(event, trigger)
        call = self._call_of.get(event.leg_id)
        if leg is not None and call is not None:
            self._tell_dial(event, call, leg.leg_id)

    # --- calling a phone --------------------------------------------------------------------------

    def _dial(self, event: LegDialed) -> None:
        leg = self._moved(event, LegTrigger.DIAL)
        if leg is None:
            return
        dialer = self.legs.get(event.from_leg_id)
        call = self._merge(event, self._call_with(dialer or leg), self._call_with(leg))
        call.dials.setdefault(leg.leg_id, Dial(from_leg_id=event.from_leg_id))
        # A phone may ring before its dialing is told (cacofonisk ab_success_o3).
        if leg.state in _REACHED:
            self._tell_dial(event, call, leg.leg_id)

    def _tell_dial(self, event: Event, call: Call, target: LegId) -> None:
        """Tell once that a phone was reached; one that never rings is not worth a word (ab_dnd)."""
        dial = call.dials.get(target)
        if dial is None or dial.told:
            return
        transfer = call.transfer
        if transfer is not None and dial.from_leg_id == transfer.moved:
            self._tell_transfer(event, call, transfer, _tell_group(call, transfer.moved))
            call.progress = Progress.CALLING
            return
        dial.told = True
        if dial.from_leg_id in (call.caller_leg_id, NO_LEG):
            call.progress = Progress.CALLING
        self._publish(
            CallDialed(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=call.call_id,
                caller_leg_id=dial.from_leg_id,
                target_leg_id=target,
            )
        )

    def _end_dial(self, event: DialEnded) -> None:
        call = self._call_of.get(event.leg_id)
        if call is not None:
            if event.outcome == "answer":
                self._tell_dial(event, call, event.leg_id)
            self._close_dial(event, call, event.leg_id, event.outcome)

    def _close_dial(self, event: Event, call: Call, target: LegId, outcome: str) -> None:
        dial = call.dials.pop(target, None)
        if dial is None or not dial.told:
            return
        if call.progress is Progress.CALLING:
            call.progress = _PROGRESS.get(outcome, Progress.NOT_TAKEN)
        self._publish(
            CallDialEnded(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=call.call_id,
                caller_leg_id=dial.from_leg_id,
                target_leg_id=target,
                outcome=outcome,
            )
        )

    # --- meeting in bridges -----------------------------------------------------------------------

    def _join(self, event: LegJoined) -> None:
        leg = self.legs.get(event.leg_id)
        if leg is None:
            self._anomaly(event, "unknown_leg")
            return
        self._take_out(leg)
        leg.bridge_id = event.bridge_id
        members = self.bridges.setdefault(event.bridge_id, {})
        others = list(members.values())
        members[leg.leg_id] = leg
        if not others:
            return
        call = self._call_with(leg)
        for other in others:
            elder, younger = sorted((call, self._call_with(other)), key=_number)
            call = self._merge(event, elder, younger)
        self._tell_meeting(event, call, leg.leg_id, members)

    def _tell_meeting(self, event: Event, call: Call, joined: LegId, members: dict[LegId, Leg]) -> None:
        anchor = call.caller_leg_id if call.caller_leg_id in members else next(iter(members))
        targets = [joined] if joined != anchor else [leg_id for leg_id in members if leg_id != anchor]
        for target in targets:
            if call.met.get(target) != anchor:
                self._tell_up(event, call, anchor, target)

    def _tell_up(self, event: Event, call: Call, anchor: LegId, target: LegId) -> None:
        self._tell_dial(event, call, target)
        transfer = call.transfer
        pair = (anchor, target)
        if transfer is not None and transfer.moved in pair and transfer.transferer not in pair:
            reached = target if transfer.moved == anchor else anchor
            self._tell_transfer(event, call, transfer, (reached,))
        call.met[target] = anchor
        call.progress = Progress.TAKEN
        self._publish(
            CallUp(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=call.call_id,
                caller_leg_id=anchor,
                target_leg_id=target,
            )
        )

    def _leave(self, event: LegLeft) -> None:
        leg = self.legs.get(event.leg_id)
        if leg is None or leg.bridge_id != event.bridge_id:
            self._anomaly(event, "left_without_joining")
            return
        self._take_out(leg)

    def _take_out(self, leg: Leg) -> None:
        if leg.bridge_id is None:
            return
        members = self.bridges[leg.bridge_id]
        del members[leg.leg_id]
        if not members:
            del self.bridges[leg.bridge_id]
        leg.bridge_id = None

    # --- transfers --------------------------------------------------------------------------------

    def _transfer(self, event: LegTransferred) -> None:
        call = self._call_of.get(event.moved_leg_id)
        if call is None:
            self._anomaly(event, "transfer_of_unknown_leg")
            return
        transfer = Transfer(kind=event.kind, transferer=event.leg_id, moved=event.moved_leg_id)
        call.transfer = transfer
        # An attended transfer may be told after its parties met (capture s10).
        reached = [leg_id for leg_id in self._heard_by(transfer.moved) if leg_id != transfer.transferer]
        if reached and event.kind == "attended":
            self._tell_transfer(event, call, transfer, (reached[0],))

    def _heard_by(self, leg_id: LegId) -> list[LegId]:
        bridge_id = self.legs[leg_id].bridge_id
        if bridge_id is None:
            return []
        return [other for other in self.bridges[bridge_id] if other != leg_id]

    def _tell_transfer(
        self, event: Event, call: Call, transfer: Transfer, targets: tuple[LegId, ...]
    ) -> None:
        call.transfer = None
        # Whoever was called and is sent on becomes the caller of the next stretch.
        if call.caller_leg_id == transfer.transferer or transfer.kind == "blind":
            call.caller_leg_id = transfer.moved
        self._publish(
            CallTransferred(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=call.call_id,
                kind=transfer.kind,
                transferer_leg_id=transfer.transferer,
                caller_leg_id=transfer.moved,
                target_leg_ids=targets,
            )
        )

    # --- calls coming and going -------------------------------------------------------------------

    def _found(self, leg: Leg) -> Call:
        self._founded += 1
        call = Call(call_id=CallId(leg.leg_id), number=self._founded, caller_leg_id=leg.leg_id)
        call.legs[leg.leg_id] = leg
        self._calls[call.call_id] = call
        self._call_of[leg.leg_id] = call
        return call

    def _call_with(self, leg: Leg) -> Call:
        """Return the leg's call; a leg left over from an ended one founds its own."""
        return self._call_of.get(leg.leg_id) or self._found(leg)

    def _merge(self, event: Event, kept: Call, absorbed: Call) -> Call:
        if kept is absorbed:
            return kept
        kept.legs.update(absorbed.legs)
        kept.dials.update(absorbed.dials)
        kept.met.update(absorbed.met)
        kept.transfer = kept.transfer or absorbed.transfer
        for leg_id in absorbed.legs:
            self._call_of[leg_id] = kept
        del self._calls[absorbed.call_id]
        self._publish(
            CallMerged(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=kept.call_id,
                absorbed_id=absorbed.call_id,
            )
        )
        return kept

    def _end(self, event: LegEnded) -> None:
        was_up = event.leg_id in self.legs and self.legs[event.leg_id].state in _TALK_STATES
        leg = self._moved(event, LegTrigger.END)
        if leg is None:
            return
        self._take_out(leg)
        del self.legs[leg.leg_id]
        call = self._call_of.pop(leg.leg_id, None)
        if call is None:
            return
        del call.legs[leg.leg_id]
        call.met.pop(leg.leg_id, None)
        self._close_dial(event, call, leg.leg_id, dial_outcome(event.cause))
        if not self._goes_on(call, leg.leg_id):
            self._end_call(event, call, end_reason(call.progress, was_up, event.cause))

    def _goes_on(self, call: Call, ended: LegId) -> bool:
        """Tell whether the call outlives the leg `ended`; find its next caller where that was the caller."""
        if call.transfer is not None and call.transfer.moved == ended:
            call.transfer = None
        if call.caller_leg_id in call.legs or call.transfer is not None:
            return True
        talker = next((leg_id for leg_id in call.legs if self._heard_by(leg_id)), None)
        if talker is None:
            return False
        call.caller_leg_id = talker
        return True

    def _end_call(self, event: Event, call: Call, reason: EndReason) -> None:
        for target in list(call.dials):
            self._close_dial(event, call, target, "cancel")
        for leg_id in call.legs:
            del self._call_of[leg_id]
        del self._calls[call.call_id]
        self._publish(
            CallEnded(
                at_us=event.at_us,
                cause_id=event.cause_id,
                call_id=call.call_id,
                caller_leg_id=call.caller_leg_id,
                reason=reason,
            )
        )

    def _anomaly(self, event: LegEvent, kind: str) -> None:
        self._publish(
            AnomalySeen(at_us=event.at_us, cause_id=event.cause_id, pbx="", kind=kind, where=event.leg_id)
        )


def _number(call: Call) -> int:
    return call.number


def _tell_group(call: Call, dialer: LegId) -> tuple[LegId, ...]:
    """Mark all phones that `dialer` is calling as told, and return them in the order of dialing."""
    group = {leg_id: dial for leg_id, dial in call.dials.items() if dial.from_leg_id == dialer}
    for dial in group.values():
        dial.told = True
    return tuple(group)
