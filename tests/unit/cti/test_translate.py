"""AMI events become facts about legs, whatever Asterisk repeats, reorders or invents."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from core.model.ids import BridgeId, LegId
from core.model.message import Event
from cti.ami.wire import AmiMessage, AmiParser
from cti.asterisk.translate import ENDED_MAX, Translator

NOW = 1_000
CALLER, AGENT, HALF_1, HALF_2 = "17.1", "L-1-000001", "17.2", "17.3"
NAMES = {
    CALLER: "PJSIP/trunk-00000001",
    AGENT: "PJSIP/1001-00000002",
    HALF_1: "Local/1001@from-internal-00000007;1",
    HALF_2: "Local/1001@from-internal-00000007;2",
}


def ami(event: str, uniqueid: str = CALLER, **fields: str) -> AmiMessage:
    base = {"Event": event, "Channel": NAMES.get(uniqueid, "PJSIP/x-1"), "Uniqueid": uniqueid}
    return AmiMessage(base | fields)


def newchannel(uniqueid: str, **fields: str) -> AmiMessage:
    return ami("Newchannel", uniqueid, **{"Linkedid": CALLER, "ChannelState": "0"} | fields)


def dial(event: str, source: str, target: str, **fields: str) -> AmiMessage:
    return ami(event, source, DestUniqueid=target, **fields)


def enter(uniqueid: str, bridge: str, **fields: str) -> AmiMessage:
    return ami("BridgeEnter", uniqueid, BridgeUniqueid=bridge, **fields)


def leave(uniqueid: str, bridge: str) -> AmiMessage:
    return ami("BridgeLeave", uniqueid, BridgeUniqueid=bridge)


def told(translator: Translator, *messages: AmiMessage) -> list[Event]:
    return [event for message in messages for event in translator.translate(message, NOW)]


def knowing(*uniqueids: str) -> Translator:
    translator = Translator("pbx")
    told(translator, *(newchannel(uniqueid) for uniqueid in uniqueids))
    return translator


def anomalies(events: Iterable[Event]) -> list[str]:
    return [event.kind for event in events if isinstance(event, AnomalySeen)]


class TestOneLeg:
    def test_a_caller_arrives_and_is_answered_and_leaves(self) -> None:
        assert told(
            Translator("pbx"),
            newchannel(CALLER, CallerIDNum="0041441234567", CallerIDName="<unknown>", Exten="5551000"),
            ami("Newstate", ChannelState="4"),
            ami("Newstate", ChannelState="6"),
            ami("Hangup", Cause="16"),
        ) == [
            LegCreated(
                at_us=NOW,
                leg_id=LegId(CALLER),
                address=NAMES[CALLER],
                caller_number="0041441234567",
                dialed_number="5551000",
                call_hint=CALLER,
            ),
            LegAnswered(at_us=NOW, leg_id=LegId(CALLER)),
            LegEnded(at_us=NOW, leg_id=LegId(CALLER), cause=Cause.NORMAL_CLEARING),
        ]

    def test_a_phone_that_rings_twice_is_told_once_and_never_after_its_answer(self) -> None:
        ringing, up = ami("Newstate", ChannelState="5"), ami("Newstate", ChannelState="6")
        assert told(knowing(CALLER), ringing, ringing, up, ringing, up) == [
            LegRinging(at_us=NOW, leg_id=LegId(CALLER)),
            LegAnswered(at_us=NOW, leg_id=LegId(CALLER)),
        ]

    def test_hold_and_keys(self) -> None:
        assert told(
            knowing(CALLER),
            ami("Unhold"),
            ami("Hold"),
            ami("Hold"),
            ami("Unhold"),
            ami("DTMFEnd", Digit="5", Direction="Received"),
            ami("DTMFEnd", Digit="6", Direction="Sent"),
        ) == [
            LegHeld(at_us=NOW, leg_id=LegId(CALLER)),
            LegResumed(at_us=NOW, leg_id=LegId(CALLER)),
            LegPressed(at_us=NOW, leg_id=LegId(CALLER), digit="5"),
        ]

    def test_a_renamed_channel_is_known_by_its_new_name(self) -> None:
        translator = knowing(CALLER)
        assert told(translator, ami("Rename", Newname="PJSIP/trunk-000000ff")) == []
        assert translator.channels[LegId(CALLER)].name == "PJSIP/trunk-000000ff"

    @pytest.mark.parametrize("cause", ["", "sixteen", "-1", "１６"])
    def test_a_cause_that_is_no_number_is_unknown(self, cause: str) -> None:
        (ended,) = told(knowing(CALLER), ami("Hangup", Cause=cause))
        assert ended == LegEnded(at_us=NOW, leg_id=LegId(CALLER), cause=Cause.UNKNOWN)

    @pytest.mark.parametrize(("status", "told_as"), [("608", 608), ("", 0), ("none", 0)])
    def test_the_status_behind_the_cause_is_told_where_there_is_one(self, status: str, told_as: int) -> None:
        (ended,) = told(knowing(CALLER), ami("Hangup", Cause="127", TechCause=status))
        assert isinstance(ended, LegEnded)
        assert (ended.cause, ended.tech_cause) == (127, told_as)


class TestWhatAsteriskSendsTooOftenOrTooLate:
    def test_events_after_the_hangup_bring_nobody_back(self) -> None:
        translator = knowing(CALLER)
        told(translator, ami("Hangup", Cause="16"))
        late = [
            newchannel(CALLER),
            ami("Newstate", ChannelState="6"),
            enter(CALLER, "b"),
            ami("Hangup", Cause="16"),
            dial("DialEnd", "", CALLER, DialStatus="ANSWER"),
        ]
        assert told(translator, *late) == []
        assert translator.channels == {}

    def test_a_channel_never_heard_of_is_an_anomaly_and_no_leg(self) -> None:
        translator = Translator("pbx")
        events = told(translator, ami("Newstate", ChannelState="6"), enter(CALLER, "b"), ami("Hangup"))
        assert anomalies(events) == ["unknown_channel"] * 3
        assert translator.channels == {}

    def test_a_channel_without_an_id_is_an_anomaly(self) -> None:
        assert anomalies(told(Translator("pbx"), newchannel(""))) == ["channel_without_id"]

    def test_the_memory_of_ended_channels_is_bounded(self) -> None:
        translator = Translator("pbx")
        for number in range(ENDED_MAX + 1):
            told(translator, newchannel(f"{number}"), ami("Hangup", f"{number}"))
        assert anomalies(told(translator, ami("Hangup", "0"))) == ["unknown_channel"]
        assert told(translator, ami("Hangup", "1")) == []

    @pytest.mark.parametrize("name", ["UserEvent", "VarSet", "CEL", "Newexten", "FullyBooted", ""])
    def test_events_that_mean_nothing_to_a_call_change_nothing(self, name: str) -> None:
        translator = knowing(CALLER)
        assert told(translator, ami(name, ChannelState="6", Cause="16", Response="Failure")) == []
        assert not translator.channels[LegId(CALLER)].up


class TestDialing:
    def test_a_call_from_phone_to_phone(self) -> None:
        assert told(
            knowing(CALLER, AGENT),
            dial("DialBegin", CALLER, AGENT),
            dial("DialEnd", CALLER, AGENT, DialStatus="NOANSWER"),
        ) == [
            LegDialed(at_us=NOW, leg_id=LegId(AGENT), from_leg_id=LegId(CALLER)),
            DialEnded(at_us=NOW, leg_id=LegId(AGENT), from_leg_id=LegId(CALLER), outcome="no-answer"),
        ]

    def test_the_engine_calls_where_no_channel_does(self) -> None:
        assert told(knowing(AGENT), dial("DialBegin", "", AGENT)) == [
            LegDialed(at_us=NOW, leg_id=LegId(AGENT), from_leg_id=LegId(""))
        ]

    def test_a_call_through_a_local_channel_comes_from_who_dialed_it(self) -> None:
        assert told(
            knowing(CALLER, HALF_1, HALF_2, AGENT),
            dial("DialBegin", CALLER, HALF_1),
            dial("DialBegin", HALF_2, AGENT),
            dial("DialEnd", CALLER, HALF_1, DialStatus="CANCEL"),
        ) == [LegDialed(at_us=NOW, leg_id=LegId(AGENT), from_leg_id=LegId(CALLER))]

    def test_a_blind_transfer_names_who_moved_and_where_to(self) -> None:
        transfer = ami(
            "BlindTransfer",
            Result="Success",
            TransfererUniqueid=AGENT,
            TransfereeUniqueid=CALLER,
            Extension="203",
        )
        assert told(knowing(CALLER, AGENT), transfer) == [
            LegTransferred(
                at_us=NOW,
                leg_id=LegId(AGENT),
                kind="blind",
                dialed_number="203",
                moved_leg_id=LegId(CALLER),
            )
        ]
        assert told(knowing(CALLER), AmiMessage(transfer | {"Result": "Fail"})) == []


class TestLocalChannels:
    def test_both_halves_are_hidden(self) -> None:
        translator = Translator("pbx")
        events = told(
            translator,
            newchannel(HALF_1),
            newchannel(HALF_2),
            ami("Newstate", HALF_1, ChannelState="6"),
            enter(HALF_1, "b"),
            ami("Hold", HALF_1),
            ami("Hangup", HALF_1),
            ami("Hangup", HALF_2),
        )
        assert [event for event in events if not isinstance(event, AnomalySeen)] == []

    def test_bridges_joined_by_a_pair_are_one_until_it_is_taken_out(self) -> None:
        translator = knowing(CALLER, AGENT, HALF_1, HALF_2)
        joined = told(
            translator, enter(AGENT, "b"), enter(HALF_2, "b"), enter(HALF_1, "a"), enter(CALLER, "a")
        )
        heard = {event.leg_id: event.bridge_id for event in joined if isinstance(event, LegJoined)}
        assert heard[LegId(CALLER)] == heard[LegId(AGENT)]
        parted = told(translator, leave(HALF_2, "b"))
        assert parted == [
            LegLeft(at_us=NOW, leg_id=LegId(AGENT), bridge_id=BridgeId("a")),
            LegJoined(at_us=NOW, leg_id=LegId(AGENT), bridge_id=BridgeId("b")),
        ]

    def test_the_half_we_ordered_as_a_phone_is_a_leg(self) -> None:
        translator = Translator("pbx")
        translator.order(LegId(HALF_1))
        events = told(
            translator,
            newchannel(HALF_1),
            newchannel(HALF_2),
            newchannel(AGENT),
            dial("DialBegin", HALF_2, AGENT),
            ami("Newstate", HALF_1, ChannelState="6"),
            ami("Hangup", HALF_1, Cause="17"),
        )
        assert [type(event) for event in events] == [
            LegCreated,
            LegCreated,
            LegDialed,
            LegAnswered,
            LegEnded,
        ]
        assert events[2] == LegDialed(at_us=NOW, leg_id=LegId(AGENT), from_leg_id=LegId(HALF_1))


class TestBridges:
    def test_a_late_leave_does_not_take_a_leg_out_of_its_present_bridge(self) -> None:
        translator = knowing(CALLER)
        told(translator, enter(CALLER, "old"))
        moved = told(translator, enter(CALLER, "new"))
        assert moved == [
            LegLeft(at_us=NOW, leg_id=LegId(CALLER), bridge_id=BridgeId("old")),
            LegJoined(at_us=NOW, leg_id=LegId(CALLER), bridge_id=BridgeId("new")),
        ]
        assert told(translator, leave(CALLER, "old"), enter(CALLER, "new")) == []

    def test_a_waiting_room_is_no_conversation(self) -> None:
        holding = enter(CALLER, "parking", BridgeTechnology="holding_bridge")
        assert told(knowing(CALLER), holding, leave(CALLER, "parking")) == []

    def test_who_hangs_up_in_a_bridge_leaves_it_first(self) -> None:
        translator = knowing(CALLER)
        told(translator, enter(CALLER, "b"))
        assert [type(event) for event in told(translator, ami("Hangup"))] == [LegLeft, LegEnded]

    def test_a_destroyed_bridge_has_nobody_in_it(self) -> None:
        translator = knowing(CALLER, AGENT)
        told(translator, enter(CALLER, "b"), enter(AGENT, "b"))
        gone = told(translator, AmiMessage({"Event": "BridgeDestroy", "BridgeUniqueid": "b"}))
        assert [type(event) for event in gone] == [LegLeft, LegLeft]
        assert told(translator, leave(CALLER, "b")) == []


class TestOriginateOutcomes:
    """The table of capture s07; the event carries a `Response:` line of its own."""

    @staticmethod
    def failure(reason: str, uniqueid: str = AGENT) -> AmiMessage:
        return ami("OriginateResponse", uniqueid, Response="Failure", Reason=reason)

    @pytest.mark.parametrize(
        ("reason", "cause"),
        [
            ("0", Cause.SUBSCRIBER_ABSENT),
            ("3", Cause.NO_ANSWER),
            ("5", Cause.BUSY),
            ("8", Cause.CONGESTION),
            ("77", Cause.UNKNOWN),
        ],
    )
    def test_a_phone_that_never_had_a_channel_failed(self, reason: str, cause: Cause) -> None:
        translator = Translator("pbx")
        translator.order(LegId(AGENT))
        (failed,) = told(translator, self.failure(reason))
        assert isinstance(failed, LegFailed)
        assert (failed.leg_id, failed.cause) == (AGENT, cause)
        assert translator.refuse(LegId(AGENT))
        assert told(translator, self.failure(reason)) == []

    def test_a_channel_that_comes_after_all_is_known_as_given_up(self) -> None:
        """It exists, so somebody must be told of it, if only to hang it up."""
        translator = Translator("pbx")
        translator.order(LegId(AGENT))
        told(translator, self.failure("0"))
        translator.refuse(LegId(AGENT))
        (created,) = told(translator, newchannel(AGENT))
        assert isinstance(created, LegCreated)
        assert translator.was_refused(LegId(AGENT))

    def test_a_channel_that_is_told_after_its_failure_was_only_late(self) -> None:
        translator = Translator("pbx")
        translator.order(LegId(AGENT))
        told(translator, self.failure("0"))
        told(translator, newchannel(AGENT))
        assert not translator.refuse(LegId(AGENT))
        (ended,) = told(translator, ami("Hangup", AGENT, Cause="34", TechCause="503"))
        assert isinstance(ended, LegEnded)
        assert ended.cause == Cause.CONGESTION

    def test_with_a_channel_its_hangup_decides_before_or_after(self) -> None:
        translator = Translator("pbx")
        translator.order(LegId(AGENT))
        told(translator, newchannel(AGENT))
        assert told(translator, self.failure("5")) == []
        assert told(translator, ami("Hangup", AGENT, Cause="21"), self.failure("5")) == [
            LegEnded(at_us=NOW, leg_id=LegId(AGENT), cause=Cause.REJECTED)
        ]

    def test_success_and_the_failures_of_others_tell_nothing(self) -> None:
        translator = Translator("pbx")
        translator.order(LegId(AGENT))
        success = ami("OriginateResponse", AGENT, Response="Success", Reason="4")
        assert told(translator, success, self.failure("0", "<unknown>")) == []


def test_a_variable_that_holds_a_whole_event_changes_nothing() -> None:
    """Asterisk escapes VarSet and prints Status raw; either way the first line says what a message is."""
    forged = "x\r\n\r\nEvent: Hangup\r\nUniqueid: 17.1\r\nCause: 16"
    escaped = forged.replace("\r", "\\r").replace("\n", "\\n")
    stream = f"Event: VarSet\r\nUniqueid: 17.1\r\nVariable: X\r\nValue: {escaped}\r\n\r\n"
    stream += "Event: Newstate\r\nUniqueid: 17.1\r\nChannelState: 4\r\nEvent: Hangup\r\nCause: 16\r\n\r\n"
    translator = knowing(CALLER)
    assert told(translator, *AmiParser(greeting=False).feed(stream.encode())) == []
    assert LegId(CALLER) in translator.channels


CHANNELS = st.sampled_from([CALLER, AGENT, HALF_1, HALF_2, "17.9"])
BRIDGES = st.sampled_from(["a", "b", "c"])
ANY_EVENT = st.one_of(
    st.builds(newchannel, CHANNELS),
    st.builds(lambda leg, state: ami("Newstate", leg, ChannelState=state), CHANNELS, st.sampled_from("0456")),
    st.builds(enter, CHANNELS, BRIDGES),
    st.builds(leave, CHANNELS, BRIDGES),
    st.builds(lambda bridge: AmiMessage({"Event": "BridgeDestroy", "BridgeUniqueid": bridge}), BRIDGES),
    st.builds(lambda leg: ami("Hangup", leg, Cause="16"), CHANNELS),
    st.builds(lambda a, b: dial("DialBegin", a, b), CHANNELS, CHANNELS),
    st.builds(lambda a, b: dial("DialEnd", a, b, DialStatus="BUSY"), CHANNELS, CHANNELS),
    st.builds(lambda leg: ami("OriginateResponse", leg, Response="Failure", Reason="0"), CHANNELS),
)


@given(st.lists(ANY_EVENT, max_size=60))
def test_in_any_order_what_is_told_of_a_leg_makes_sense(messages: list[AmiMessage]) -> None:
    translator = Translator("pbx")
    alive: set[LegId] = set()
    dead: set[LegId] = set()
    bridge_of: dict[LegId, BridgeId] = {}
    for event in told(translator, *messages):
        match event:
            case LegCreated():
                assert event.leg_id not in alive | dead
                assert not event.address.startswith("Local/")
                alive.add(event.leg_id)
            case LegEnded():
                alive.remove(event.leg_id)
                dead.add(event.leg_id)
                assert event.leg_id not in bridge_of
            case LegJoined():
                assert event.leg_id in alive
                assert bridge_of.setdefault(event.leg_id, event.bridge_id) == event.bridge_id
            case LegLeft():
                assert bridge_of.pop(event.leg_id) == event.bridge_id
            case LegAnswered() | LegRinging() | LegDialed() | DialEnded():
                assert event.leg_id in alive
    assert alive == {leg_id for leg_id, channel in translator.channels.items() if channel.pair is None}
